//! What the calendar acts on.

use storage::Commit;

use crate::support::{self, Backend, batch, key, on_both, update};

on_both!(time_acts_on_what_is_due_page_by_page, |backend| {
    let store = &backend.store;
    let held = store.acquire(&support::lodged(0), "stream").await.unwrap();
    let mut first = batch(&held, 1);
    for (reference, due) in [("A", Some(30)), ("B", Some(10)), ("C", None), ("D", Some(20)), ("E", Some(10))] {
        let number = format!("1000000000{}0", reference.as_bytes()[0] - b'A');
        first.declarations.push(storage::NewDeclaration {
            time_acts_at_ms: due,
            ..support::declaration(reference, 1, Some(&number), 0)
        });
    }
    assert_eq!(store.commit(&first).await.unwrap(), Commit::Committed);
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = store.timed_page(20, after.as_ref(), 2).await.unwrap();
        seen.extend(page.iter().map(|timed| (timed.at_ms, timed.key.reference.clone())));
        let Some(last) = page.last() else { break };
        after = Some(last.clone());
    }
    assert_eq!(seen, [(10, "B".to_owned()), (10, "E".to_owned()), (20, "D".to_owned())]);

    // A step takes the time with it, and time may move without a step; not past a step that came between.
    let mut second = batch(&storage::Position { next_offset: 1, ..held }, 2);
    let mut moved = update(&key("B", 1), 1);
    moved.stand.number = support::number("100000000010");
    second.updates = vec![moved];
    let retiming = |reference: &str, expected_log_sequence, time_acts_at_ms| storage::Retiming {
        key: key(reference, 1),
        expected_log_sequence,
        time_acts_at_ms,
    };
    second.retimings = vec![retiming("E", 0, Some(50))];
    assert_eq!(store.commit(&second).await.unwrap(), Commit::Committed);
    let due = store.timed_page(i64::MAX, None, 10).await.unwrap();
    let due: Vec<_> = due.iter().map(|timed| (timed.at_ms, timed.key.reference.as_str())).collect();
    assert_eq!(due, [(20, "D"), (30, "A"), (50, "E")]);
    let mut third = batch(&storage::Position { next_offset: 2, ..held }, 3);
    third.retimings = vec![retiming("B", 0, None)];
    assert!(matches!(store.commit(&third).await.unwrap(), Commit::Conflict(_)));
});
