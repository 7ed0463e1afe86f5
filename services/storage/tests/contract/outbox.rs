//! What waits to be sent.

use storage::Commit;

use crate::support::{Backend, batch, lodged, on_both, outgoing};

on_both!(the_outbox_keeps_the_order_of_the_stream, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 40);
    // Written in another order than they are to be sent in.
    whole.outbox = (0..40).rev().flat_map(|offset| [outgoing(offset, 1), outgoing(offset, 0)]).collect();
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let mut sent = Vec::new();
    let mut page = store.outbox_pending("declarations.lodged", 0, 7).await.unwrap();
    while let Some(last) = page.last().cloned() {
        assert!(page.len() <= 7);
        sent.extend(page.iter().map(|message| (message.source.offset, message.sequence)));
        page = store.outbox_pending_after("declarations.lodged", 0, &last, 7).await.unwrap();
    }
    let expected: Vec<(i64, i32)> = (0..40).flat_map(|offset| [(offset, 0), (offset, 1)]).collect();
    assert_eq!(sent, expected);
    assert!(store.outbox_pending("declarations.lodged", 1, 7).await.unwrap().is_empty(), "partitions are apart");
    store.outbox_remove(&[outgoing(0, 0), outgoing(39, 1), outgoing(99, 0)]).await.unwrap();
    assert_eq!(store.counts().await.unwrap().outbox, 78, "what was not there is no error");
});
