//! What waits to be sent.

use storage::{Batch, Commit, Position, Store};

use crate::support::{Backend, batch, lodged, on_both, outgoing};

/// What waits of partition 0, batch by batch: the position and the causes of each.
async fn waiting(store: &dyn Store) -> Vec<(i64, Vec<(i64, i32)>)> {
    let mut found = Vec::new();
    let mut after = -1;
    while let Some(batch) = store.outbox_pending("declarations.lodged", 0, after).await.unwrap() {
        let causes = batch.messages.iter().map(|message| (message.source.offset, message.sequence));
        found.push((batch.next_offset, causes.collect()));
        after = batch.next_offset;
    }
    found
}

/// Commits a batch of partition 0 that leaves one message, and takes away what was sent up to a position.
async fn move_on(store: &dyn Store, held: &Position, next: i64, sent: Option<i64>) {
    let mut batch = Batch { expected: next - 1, sent, ..batch(held, next) };
    batch.outbox = vec![outgoing(next - 1, 0)];
    assert_eq!(store.commit(&batch).await.unwrap(), Commit::Committed);
}

on_both!(the_outbox_keeps_the_order_of_the_stream, |backend| {
    let store = &*backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 40);
    // Written in another order than they are to be sent in.
    whole.outbox = (0..40).rev().flat_map(|offset| [outgoing(offset, 1), outgoing(offset, 0)]).collect();
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let expected: Vec<(i64, i32)> = (0..40).flat_map(|offset| [(offset, 0), (offset, 1)]).collect();
    assert_eq!(waiting(store).await, [(40, expected)]);
    let pending = store.outbox_pending("declarations.lodged", 0, -1).await.unwrap().unwrap();
    assert_eq!(pending.messages[1], outgoing(0, 1), "all of it comes back");
    assert!(store.outbox_pending("declarations.lodged", 1, -1).await.unwrap().is_none(), "partitions are apart");
    assert_eq!(store.counts().await.unwrap().outbox, 80);
});

on_both!(what_was_sent_leaves_with_a_later_batch_or_without_one, |backend| {
    let store = &*backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    move_on(store, &held, 1, None).await;
    move_on(store, &held, 2, None).await;
    assert_eq!(waiting(store).await, [(1, vec![(0, 0)]), (2, vec![(1, 0)])]);
    move_on(store, &held, 3, Some(1)).await;
    assert_eq!(waiting(store).await, [(2, vec![(1, 0)]), (3, vec![(2, 0)])]);
    let waits = store.outbox_waiting().await.unwrap();
    assert_eq!((waits.count, waits.oldest_at_ms), (2, Some(outgoing(1, 0).at_ms)));
    for _ in 0..2 {
        // What is not there any more is no error.
        store.outbox_remove("declarations.lodged", 0, 3).await.unwrap();
    }
    store.outbox_remove("declarations.lodged", 1, 9).await.unwrap();
    store.outbox_remove("never.seen", 0, 9).await.unwrap();
    assert_eq!(waiting(store).await, []);
});

on_both!(a_batch_that_is_fenced_takes_nothing_away, |backend| {
    let store = &*backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    move_on(store, &held, 1, None).await;
    store.acquire(&lodged(0), "log-a").await.unwrap();
    let late = Batch { expected: 1, sent: Some(1), ..batch(&held, 2) };
    assert_eq!(store.commit(&late).await.unwrap(), Commit::Fenced);
    assert_eq!(waiting(store).await, [(1, vec![(0, 0)])]);
});

on_both!(what_is_large_comes_back_in_one_piece, |backend| {
    let store = &*backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 3);
    whole.outbox = (0..3).map(|offset| outgoing(offset, 0)).collect();
    whole.outbox.iter_mut().for_each(|message| message.payload = vec![7; 5 << 20]);
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    assert_eq!(backend.count("outbox").await, 3, "in several rows");
    assert_eq!(waiting(store).await, [(3, vec![(0, 0), (1, 0), (2, 0)])]);
});
