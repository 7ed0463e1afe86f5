//! What both databases promise, asked of both in the same words.
//!
//! PostgreSQL is asked when THONGQUAN_TEST_POSTGRES names a server, as `deploy/dev/test` does; each test gets a database
//! of its own.

mod support;

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use storage::{
    Commit, DeclarationKey, DeclarationUpdate, Facts, NewDeclaration, Searched, StorageError, Wanted, WriteOff,
};
use support::{
    Backend, batch, declaration, entry, fact, fact_key, facts, kept, key, left, lodged, on_both, outgoing, partition,
    payment, payment_key, request, update, write_off,
};

on_both!(a_partition_begins_at_zero_and_counts_its_owners, |backend| {
    let store = &backend.store;
    assert_eq!(store.position(&lodged(0)).await.unwrap(), None);
    let first = store.acquire(&lodged(0), "log-a").await.unwrap();
    assert_eq!((first.next_offset, first.epoch), (0, 1));
    let second = store.acquire(&lodged(0), "log-a").await.unwrap();
    assert_eq!((second.next_offset, second.epoch), (0, 2));
    assert_eq!(store.position(&lodged(0)).await.unwrap(), Some(second));
    assert_eq!(store.position(&lodged(1)).await.unwrap(), None, "partitions are apart");
});

on_both!(a_replaced_log_is_refused_and_its_position_kept, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let refused = store.acquire(&lodged(0), "log-b").await.unwrap_err();
    assert!(matches!(refused, StorageError::StreamChanged { .. }), "{refused}");
    assert!(!refused.is_transient());
    assert_eq!(store.position(&lodged(0)).await.unwrap(), Some(held), "a refusal fences nobody");
});

on_both!(a_batch_is_kept_whole, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 3);
    whole.declarations = vec![declaration("A", 1, Some("100000000010"), 0), declaration("B", 1, None, 1)];
    whole.log = vec![entry(&key("A", 1), 0), entry(&key("B", 1), 0)];
    whole.payments = vec![payment("FT-1", 25_000)];
    whole.outbox = vec![outgoing(0, 0), outgoing(0, 1), outgoing(1, 0)];
    whole.kept = vec![kept(2)];
    whole.series = vec![support::advance("import", 0, 0, 1)];
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);

    assert_eq!(store.position(&lodged(0)).await.unwrap().unwrap().next_offset, 3);
    let (row, document, decision) = store.declaration(&key("A", 1)).await.unwrap().unwrap();
    let new = &whole.declarations[0];
    assert_eq!((&document, &decision), (&new.document, &new.decision));
    assert_eq!((&row.key, &row.number, row.lane), (&new.key, &new.number, new.lane));
    assert_eq!((&row.outcome, &row.state, &row.answer), (&new.outcome, &new.state, &new.answer));
    assert_eq!((row.content_hash, row.log_hash, &row.source), (new.content_hash, new.log_hash, &new.source));
    assert_eq!((row.total_payable, row.paid, row.registered_at_ms), (new.total_payable, 0, new.registered_at_ms));
    assert_eq!(store.log_of(&key("A", 1)).await.unwrap(), vec![whole.log[0].clone()]);
    assert_eq!(store.outbox_pending("declarations.lodged", 0, 10).await.unwrap(), whole.outbox);
    assert_eq!(store.series("import", 0).await.unwrap(), 1);
    assert_eq!(store.series("export", 0).await.unwrap(), 0);
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.kept, counts.payments, counts.outbox), (1, 1, 3));
    assert_eq!(counts.outbox_oldest_at_ms, Some(whole.outbox[0].at_ms));
    assert_eq!(counts.outcomes, vec![("accepted".to_owned(), 2)]);

    let found = store
        .prefetch(&Wanted {
            declarations: vec![key("A", 1), key("A", 2)],
            numbers: vec![
                (support::DECLARANT.to_owned(), "10000000001".to_owned()),
                ("0100109106".to_owned(), "10000000001".to_owned()),
            ],
            payments: vec![payment_key("FT-1"), payment_key("FT-2")],
            ..Wanted::default()
        })
        .await
        .unwrap();
    assert_eq!(found.declarations.keys().collect::<Vec<_>>(), vec![&key("A", 1)]);
    assert_eq!(found.numbers.len(), 1, "another enterprise's number is not this one's");
    assert_eq!(found.payments[&payment_key("FT-1")].amount, 25_000);
    assert_eq!(found.payments.len(), 1);
});

on_both!(a_fenced_owner_writes_nothing, |backend| {
    let store = &backend.store;
    let old = store.acquire(&lodged(0), "log-a").await.unwrap();
    let new = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut late = batch(&old, 1);
    late.declarations = vec![declaration("A", 1, None, 0)];
    late.outbox = vec![outgoing(0, 0)];
    assert_eq!(store.commit(&late).await.unwrap(), Commit::Fenced);
    let mut astray = batch(&new, 5);
    astray.expected = 4;
    astray.declarations = vec![declaration("A", 1, None, 4)];
    assert_eq!(store.commit(&astray).await.unwrap(), Commit::Fenced, "the position is not where the owner thinks");
    nothing_is_kept(&backend).await;
});

on_both!(a_batch_that_contradicts_what_is_kept_leaves_nothing, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut first = batch(&held, 1);
    first.declarations = vec![declaration("A", 1, Some("100000000010"), 0)];
    first.log = vec![entry(&key("A", 1), 0)];
    first.payments = vec![payment("FT-1", 1)];
    first.series = vec![support::advance("import", 0, 0, 1)];
    assert_eq!(store.commit(&first).await.unwrap(), Commit::Committed);
    let before = store.counts().await.unwrap();

    let mut next = batch(&held, 2);
    next.expected = 1;
    next.outbox = vec![outgoing(1, 0)];
    let contradictions = [
        ("the same reference and version", {
            let mut batch = next.clone();
            batch.declarations = vec![declaration("C", 1, None, 1), declaration("A", 1, None, 1)];
            batch
        }),
        ("the same number", {
            let mut batch = next.clone();
            batch.declarations = vec![declaration("C", 1, Some("100000000010"), 1)];
            batch
        }),
        ("the same payment", {
            let mut batch = next.clone();
            batch.payments = vec![payment("FT-1", 1)];
            batch
        }),
        ("a series that has moved", {
            let mut batch = next.clone();
            batch.series = vec![support::advance("import", 0, 0, 1)];
            batch
        }),
        ("a series that is elsewhere", {
            let mut batch = next.clone();
            batch.series = vec![support::advance("import", 0, 7, 8)];
            batch
        }),
        ("an update of what has moved on", {
            let mut batch = next.clone();
            batch.updates = vec![DeclarationUpdate { expected_log_sequence: 4, ..update(&key("A", 1), 1) }];
            batch
        }),
        ("an update of what does not exist", {
            let mut batch = next.clone();
            batch.updates = vec![update(&key("Z", 1), 1)];
            batch
        }),
    ];
    for (what, batch) in contradictions {
        let commit = store.commit(&batch).await.unwrap();
        assert!(matches!(commit, Commit::Conflict(_)), "{what}: {commit:?}");
        assert_eq!(store.counts().await.unwrap(), before, "{what} leaves nothing");
        assert_eq!(store.position(&lodged(0)).await.unwrap().unwrap().next_offset, 1, "{what} moves nothing");
    }
});

on_both!(a_declaration_moves_on_once, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut first = batch(&held, 1);
    first.declarations = vec![declaration("A", 1, Some("100000000010"), 0)];
    first.log = vec![entry(&key("A", 1), 0)];
    assert_eq!(store.commit(&first).await.unwrap(), Commit::Committed);
    // A payment comes by another partition, whose owner is another.
    let settled = partition("payments.settled", 3);
    let other = store.acquire(&settled, "log-a").await.unwrap();
    let mut paid = support::batch_of(settled, &other, 1);
    paid.updates = vec![update(&key("A", 1), 1)];
    paid.log = vec![entry(&key("A", 1), 1)];
    assert_eq!(store.commit(&paid).await.unwrap(), Commit::Committed);
    let (row, _, _) = store.declaration(&key("A", 1)).await.unwrap().unwrap();
    assert_eq!((row.state.as_str(), row.paid, row.log_sequence), ("cleared", 500, 1));
    let log = store.log_of(&key("A", 1)).await.unwrap();
    assert_eq!(log.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), vec![0, 1]);
});

on_both!(an_amended_version_takes_the_place_of_the_one_before_it, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut first = batch(&held, 1);
    first.declarations = vec![declaration("A", 1, Some("100000000010"), 0)];
    first.log = vec![entry(&key("A", 1), 0)];
    assert_eq!(store.commit(&first).await.unwrap(), Commit::Committed);
    let mut amended = batch(&held, 2);
    amended.expected = 1;
    amended.declarations = vec![declaration("A", 2, Some("100000000011"), 1)];
    // Two versions of one number cannot both be current.
    assert!(matches!(store.commit(&amended).await.unwrap(), Commit::Conflict(_)));
    amended.updates = vec![DeclarationUpdate { state: storage::SUPERSEDED.to_owned(), ..update(&key("A", 1), 1) }];
    amended.log = vec![entry(&key("A", 1), 1), entry(&key("A", 2), 0)];
    amended.requests = vec![request("A", 3)];
    assert_eq!(store.commit(&amended).await.unwrap(), Commit::Committed);

    let wanted = Wanted {
        numbers: vec![(support::DECLARANT.to_owned(), "10000000001".to_owned())],
        documents: true,
        requests: vec![key("A", 3), key("A", 2)],
        ..Wanted::default()
    };
    let found = store.prefetch(&wanted).await.unwrap();
    let current: Vec<_> = found.numbers.values().map(|row| (row.key.clone(), row.number.clone())).collect();
    assert_eq!(current, [(key("A", 2), Some("100000000011".to_owned()))]);
    assert_eq!(found.documents[&key("A", 2)], (b"<Declaration/>".to_vec(), b"{}".to_vec()));
    assert_eq!(found.requests.keys().collect::<Vec<_>>(), [&key("A", 3)]);
    assert_eq!(found.requests[&key("A", 3)].answer, b"<Notice/>");
    let mut again = batch(&held, 3);
    again.expected = 2;
    again.requests = vec![request("A", 3)];
    assert!(matches!(store.commit(&again).await.unwrap(), Commit::Conflict(_)), "one answer for each version");
});

on_both!(a_registration_replaces_what_was_decided_in_advance, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut first = batch(&held, 1);
    let mut advance = declaration("A", 1, Some("100000000010"), 0);
    (advance.lane, advance.state) = (None, "pre_registered".to_owned());
    first.declarations = vec![advance];
    assert_eq!(store.commit(&first).await.unwrap(), Commit::Committed);
    let mut registered = batch(&held, 2);
    registered.expected = 1;
    registered.updates = vec![DeclarationUpdate {
        lane: Some(3),
        total_payable: Some(700),
        rulebook: Some("newer".to_owned()),
        decision: Some(b"{\"lane\":\"red\"}".to_vec()),
        ..update(&key("A", 1), 1)
    }];
    assert_eq!(store.commit(&registered).await.unwrap(), Commit::Committed);
    let (row, document, decision) = store.declaration(&key("A", 1)).await.unwrap().unwrap();
    assert_eq!((row.lane, row.total_payable, row.rulebook.as_str()), (Some(3), Some(700), "newer"));
    assert_eq!((document.as_slice(), decision.as_slice()), (&b"<Declaration/>"[..], &b"{\"lane\":\"red\"}"[..]));
});

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

on_both!(pages_hold_every_declaration_once_in_the_order_of_bytes, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let references = ["b", "a", "B", "A", "a-1", "a_1", "Đ", "z", "é", "10", "9"];
    let mut whole = batch(&held, 22);
    for (offset, reference) in (0..).zip(references) {
        whole.declarations.push(declaration(reference, 1, None, offset));
        whole.declarations.push(declaration(reference, 2, None, offset));
    }
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let mut expected: Vec<DeclarationKey> = whole.declarations.iter().map(|new| new.key.clone()).collect();
    expected.sort();
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store.decisions_page(after.take(), 4).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(last.key.clone());
        found.extend(page.into_iter().map(|(row, _)| row.key));
    }
    assert_eq!(found, expected);
    let mut records = Vec::new();
    let mut after = None;
    loop {
        let page = store.records_page(after.take(), 4).await.unwrap();
        let Some((last, _, _)) = page.last() else { break };
        after = Some(last.key.clone());
        records.extend(page.into_iter().map(|(row, document, decision)| (row.key, document, decision)));
    }
    whole.declarations.sort_by(|a, b| a.key.cmp(&b.key));
    let kept = whole.declarations.into_iter().map(|new| (new.key, new.document, new.decision));
    assert_eq!(records, kept.collect::<Vec<_>>());
});

on_both!(what_is_strange_comes_back_as_it_was, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, i64::MAX);
    let mut strange = declaration("Tờ khai\t\"'; --", 4_294_967_295, None, i64::MAX - 1);
    strange.document = (0..2 << 20).map(|at: usize| u8::try_from(at * 7 % 251).unwrap()).collect();
    strange.decision = Vec::new();
    strange.total_payable = Some(99_999_999_999);
    whole.declarations = vec![strange.clone()];
    whole.log = vec![entry(&strange.key, 0)];
    let mut message = outgoing(5, 0);
    message.headers = vec![("subject".to_owned(), "Đà Nẵng".to_owned()), ("empty".to_owned(), String::new())];
    message.payload = vec![0, 255, 10];
    whole.outbox = vec![message.clone()];
    whole.kept = vec![storage::KeptMessage { key: None, payload: None, detail: "nul \0 inside".to_owned(), ..kept(6) }];
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let (row, document, decision) = store.declaration(&strange.key).await.unwrap().unwrap();
    assert_eq!((row.key, row.total_payable), (strange.key, strange.total_payable));
    assert!(document == strange.document && decision.is_empty());
    assert_eq!(store.outbox_pending("declarations.lodged", 0, 9).await.unwrap(), vec![message]);
});

on_both!(more_rows_than_one_statement_takes, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 1_700);
    whole.declarations = (0..1_700).map(|n| declaration(&format!("R{n:05}"), 1, None, n)).collect();
    whole.log = whole.declarations.iter().map(|new| entry(&new.key, 0)).collect();
    whole.outbox = (0..1_700).map(|n| outgoing(n, 0)).collect();
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let wanted =
        Wanted { declarations: whole.declarations.iter().map(|new| new.key.clone()).collect(), ..Wanted::default() };
    assert_eq!(store.prefetch(&wanted).await.unwrap().declarations.len(), 1_700);
});

on_both!(racing_owners_decide_each_offset_once, |backend| {
    let store = &backend.store;
    const ROUNDS: i64 = 40;
    let mut racers = Vec::new();
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    for racer in 0..4 {
        let store = store.clone();
        racers.push(tokio::spawn(async move {
            let mut won = 0;
            loop {
                let position = store.position(&lodged(0)).await.unwrap().unwrap();
                if position.next_offset >= ROUNDS {
                    return won;
                }
                let mut turn = batch(&held, position.next_offset + 1);
                turn.expected = position.next_offset;
                turn.declarations = vec![declaration(&format!("R{:03}", position.next_offset), 1, None, racer)];
                turn.outbox = vec![outgoing(position.next_offset, 0)];
                match store.commit(&turn).await {
                    Ok(Commit::Committed) => won += 1,
                    Ok(Commit::Fenced | Commit::Conflict(_)) => {}
                    Err(error) => assert!(error.is_transient(), "{error}"),
                }
            }
        }));
    }
    let mut won = 0;
    for racer in racers {
        won += racer.await.unwrap();
    }
    assert_eq!(won, ROUNDS);
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.outcomes, counts.outbox), (vec![("accepted".to_owned(), ROUNDS)], ROUNDS));
});

on_both!(the_log_cannot_be_changed_by_anybody, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 1);
    whole.declarations = vec![declaration("A", 1, None, 0)];
    whole.log = vec![entry(&key("A", 1), 0)];
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    for statement in ["UPDATE decision_log SET kind = 'other'", "DELETE FROM decision_log"] {
        let refused = backend.execute(statement).await.unwrap_err();
        assert!(refused.contains("the decision log is never changed"), "{statement}: {refused}");
    }
    assert_eq!(store.log_of(&key("A", 1)).await.unwrap(), whole.log);
});

on_both!(a_newer_schema_is_refused_by_an_older_program, |backend| {
    let health = backend.store.health().await.unwrap();
    assert_eq!(health.schema_version, storage::SCHEMA_VERSION);
    assert!(!health.server_version.is_empty());
    drop(backend.reopen().await.unwrap());
    backend.pretend_schema_version(storage::SCHEMA_VERSION + 1).await;
    match backend.reopen().await {
        Err(StorageError::SchemaTooNew { found, known }) => {
            assert_eq!((found, known), (storage::SCHEMA_VERSION + 1, storage::SCHEMA_VERSION));
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("a newer schema was taken for ours"),
    }
});

on_both!(a_schema_is_changed_with_leave_alone, |backend| {
    drop(backend.reopen_as_it_is().await.unwrap());
    backend.pretend_schema_version(0).await;
    match backend.reopen_as_it_is().await {
        Err(StorageError::SchemaTooOld { found, known }) => assert_eq!((found, known), (0, storage::SCHEMA_VERSION)),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("an older schema was taken for ours"),
    }
});

on_both!(facts_of_traders_take_the_place_of_older_ones, |backend| {
    let store = &backend.store;
    let put = |facts: &str| vec![("0100233488".to_owned(), facts.as_bytes().to_vec())];
    for traders in [put("one"), [put("neither"), put("two")].concat()] {
        store.put_facts(&Facts { traders, ..Facts::default() }).await.unwrap();
    }
    let wanted = Wanted { traders: vec!["0100233488".to_owned(), "0100109106".to_owned()], ..Wanted::default() };
    let found = store.prefetch(&wanted).await.unwrap().traders;
    assert_eq!(found.into_iter().collect::<Vec<_>>(), put("two"));
});

on_both!(facts_are_found_by_their_names, |backend| {
    let store = &backend.store;
    let mut elsewhere = fact("D/1", 7);
    elsewhere.key.qualifier = "MY".to_owned();
    store.put_facts(&facts(vec![fact("D/1", 100), elsewhere.clone(), fact("D/2", 5)])).await.unwrap();
    let name = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
    let names = vec![name("certificate", "D/1"), name("certificate", "D/9"), name("guarantee", "D/2")];
    let found = store.prefetch(&Wanted { facts: names, ..Wanted::default() }).await.unwrap().facts;
    assert_eq!(found.len(), 2, "by kind and name, whatever their qualifier");
    assert_eq!(found[&fact_key("D/1")].document, fact("D/1", 100).document);
    assert_eq!(found[&fact_key("D/1")].remaining, [(1, Decimal::from(100))].into());
    assert_eq!(found[&elsewhere.key].remaining, [(1, Decimal::from(7))].into());
});

on_both!(what_declarations_used_stays_used_when_facts_are_put_in_again, |backend| {
    let store = &backend.store;
    store.put_facts(&facts(vec![fact("D/1", 100)])).await.unwrap();
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 1);
    whole.declarations = vec![declaration("A", 1, None, 0)];
    whole.write_offs = vec![write_off("A", "D/1", 100.into(), Decimal::new(295, 1))];
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    for (granted, remains) in [(100, 295), (100, 295), (150, 795), (10, 0), (100, 295)] {
        store.put_facts(&facts(vec![fact("D/1", granted)])).await.unwrap();
        assert_eq!(left(&**store, "D/1").await, Decimal::new(remains, 1), "{granted} are granted");
    }
    let mut otherwise = fact("D/1", 100);
    otherwise.grants[0].unit = "KGM".to_owned();
    let refused = store.put_facts(&facts(vec![otherwise])).await.unwrap_err();
    assert!(refused.to_string().contains("KGM"), "{refused}");
    assert_eq!(left(&**store, "D/1").await, Decimal::new(295, 1));
});

on_both!(write_offs_come_with_the_decision_or_not_at_all, |backend| {
    let store = &backend.store;
    store.put_facts(&facts(vec![fact("D/1", 100), fact("D/2", 100)])).await.unwrap();
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut next = batch(&held, 1);
    next.declarations = vec![declaration("A", 1, None, 0), declaration("B", 1, None, 0)];
    let (a, b) = (write_off("A", "D/1", 100.into(), 40.into()), write_off("B", "D/1", 40.into(), 0.into()));
    let other = write_off("A", "D/2", 100.into(), 99.into());
    let stale = WriteOff { before: 90.into(), ..other.clone() };
    let nothing = WriteOff { balance: write_off("A", "D/9", 0.into(), 0.into()).balance, ..other.clone() };
    for refused in [vec![a.clone(), stale], vec![a.clone(), nothing]] {
        next.write_offs = refused;
        let commit = store.commit(&next).await.unwrap();
        assert!(matches!(commit, Commit::Conflict(_)), "{commit:?}");
    }
    let below = WriteOff { after: Decimal::new(-1, 2), ..other.clone() };
    let astray = WriteOff { before: 50.into(), ..b.clone() };
    for refused in [vec![a.clone(), below], vec![a.clone(), astray]] {
        next.write_offs = refused;
        let error = store.commit(&next).await.unwrap_err();
        assert!(!error.is_transient(), "{error}");
    }
    nothing_is_kept(&backend).await;
    assert_eq!((left(&**store, "D/1").await, left(&**store, "D/2").await), (100.into(), 100.into()));

    next.write_offs = vec![a, other, b];
    assert_eq!(store.commit(&next).await.unwrap(), Commit::Committed);
    assert_eq!((left(&**store, "D/1").await, left(&**store, "D/2").await), (0.into(), 99.into()));
    // A cancellation gives back.
    let mut cancelled = batch(&held, 2);
    cancelled.expected = 1;
    cancelled.write_offs = vec![WriteOff { log_sequence: 1, ..write_off("A", "D/1", 0.into(), 60.into()) }];
    assert_eq!(store.commit(&cancelled).await.unwrap(), Commit::Committed);
    assert_eq!(left(&**store, "D/1").await, 60.into());
    for statement in ["UPDATE write_offs SET line = 2", "DELETE FROM write_offs"] {
        let refused = backend.execute(statement).await.unwrap_err();
        assert!(refused.contains("write-offs are never changed"), "{statement}: {refused}");
    }
    let refused = backend.execute("UPDATE balances SET remaining = '-0.01'").await.unwrap_err();
    assert!(refused.contains("balances_are_never_below_zero"), "{refused}");
});

on_both!(racing_owners_never_use_more_than_there_is, |backend| {
    let store = &backend.store;
    store.put_facts(&facts(vec![fact("D/1", 50)])).await.unwrap();
    let mut racers = Vec::new();
    for racer in 0..4 {
        let store = store.clone();
        racers.push(tokio::spawn(async move {
            let mut held = store.acquire(&lodged(racer), "log-a").await.unwrap();
            let mut used = Decimal::ZERO;
            let take = Decimal::new(35 + i64::from(racer), 1);
            loop {
                let before = left(&*store, "D/1").await;
                if before < take {
                    return used;
                }
                let reference = format!("R{racer}-{}", held.next_offset);
                let mut turn = support::batch_of(lodged(racer), &held, held.next_offset + 1);
                turn.declarations = vec![declaration(&reference, 1, None, held.next_offset)];
                turn.write_offs = vec![write_off(&reference, "D/1", before, before - take)];
                match store.commit(&turn).await {
                    Ok(Commit::Committed) => {
                        used += take;
                        held.next_offset += 1;
                    }
                    Ok(Commit::Conflict(_)) => {}
                    Ok(Commit::Fenced) => panic!("nobody else has this partition"),
                    Err(error) => assert!(error.is_transient(), "{error}"),
                }
            }
        }));
    }
    let mut used = Decimal::ZERO;
    for racer in racers {
        used += racer.await.unwrap();
    }
    let remains = left(&**store, "D/1").await;
    assert_eq!(used + remains, 50.into());
    assert!(remains >= Decimal::ZERO && remains < Decimal::new(38, 1), "{remains}");
});

on_both!(branches_of_a_consignment_are_found_by_its_first_declaration, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 1);
    let branch = |reference: &str, number: &str, state: &str, lane: Option<i16>| {
        let mut new = declaration(reference, 1, Some(number), 0);
        new.searched = Searched { first_stem: Some("10000000001".to_owned()) };
        (new.state, new.lane) = (state.to_owned(), lane);
        new
    };
    whole.declarations = vec![
        branch("C", "100000000030", "cancelled", Some(3)),
        branch("B", "100000000020", "awaiting_payment", Some(2)),
        branch("A", "100000000010", "cleared", Some(1)),
        branch("D", "100000000040", "pre_registered", None),
        branch("E", "100000000051", storage::SUPERSEDED, Some(3)),
        declaration("F", 1, Some("100000000060"), 0),
    ];
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let name = (support::DECLARANT.to_owned(), "10000000001".to_owned());
    let another = ("0100109106".to_owned(), "10000000001".to_owned());
    let wanted = Wanted { branches: vec![name.clone(), another], ..Wanted::default() };
    let found = store.prefetch(&wanted).await.unwrap().branches;
    let found: Vec<_> = found
        .into_iter()
        .map(|(name, rows)| (name, rows.into_iter().map(|row| (row.number, row.lane)).collect::<Vec<_>>()))
        .collect();
    let expected = vec![("100000000010".to_owned(), 1), ("100000000020".to_owned(), 2)];
    assert_eq!(found, vec![(name, expected)]);
});

on_both!(a_number_finds_every_version_whoever_declared_it, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 4);
    let superseded = NewDeclaration { state: "superseded".to_owned(), ..declaration("A", 1, Some("100000000010"), 0) };
    let other = NewDeclaration {
        key: DeclarationKey { declarant: "0300000000".to_owned(), ..key("B", 1) },
        ..declaration("B", 1, Some("100000000010"), 2)
    };
    whole.declarations = vec![
        superseded,
        declaration("A", 2, Some("100000000011"), 1),
        other.clone(),
        declaration("C", 1, Some("100000000020"), 3),
    ];
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let own = vec![key("A", 1), key("A", 2)];
    assert_eq!(store.keys_of_number("10000000001", Some(support::DECLARANT)).await.unwrap(), own);
    let all: Vec<DeclarationKey> = own.into_iter().chain([other.key.clone()]).collect();
    assert_eq!(store.keys_of_number("10000000001", None).await.unwrap(), all);
    assert_eq!(store.keys_of_number("10000000003", None).await.unwrap(), []);
    let second = NewDeclaration { number: Some("100000000012".to_owned()), ..declaration("D", 1, None, 4) };
    let mut again = batch(&store.position(&lodged(0)).await.unwrap().unwrap(), 5);
    again.declarations = vec![second];
    let refused = store.commit(&again).await.unwrap();
    assert!(matches!(refused, Commit::Conflict(_)), "no number is given twice to a declarant: {refused:?}");
});

async fn nothing_is_kept(backend: &Backend) {
    let counts = backend.store.counts().await.unwrap();
    let kept: BTreeSet<i64> = [counts.outbox, counts.kept, counts.payments].into();
    assert_eq!((counts.outcomes.len(), kept), (0, BTreeSet::from([0])));
    assert_eq!(backend.store.position(&lodged(0)).await.unwrap().unwrap().next_offset, 0);
}

on_both!(commands_are_kept_once, |backend| {
    let store = &backend.store;
    let held = store.acquire(&support::lodged(0), "stream").await.unwrap();
    let mut first = batch(&held, 1);
    first.commands = vec![support::command("C-1", Some("A")), support::command("C-2", None)];
    assert_eq!(store.commit(&first).await.unwrap(), Commit::Committed);
    let wanted = Wanted { commands: ["C-1", "C-2", "C-3"].map(support::command_key).to_vec(), ..Wanted::default() };
    let found = store.prefetch(&wanted).await.unwrap().commands;
    assert_eq!(found.len(), 2);
    assert_eq!(found[&support::command_key("C-1")].answer, b"<Answer/>");
    let of_declaration = store.commands_of(support::DECLARANT, "A").await.unwrap();
    assert_eq!(of_declaration.len(), 1);
    assert_eq!((of_declaration[0].identifier.as_str(), &*of_declaration[0].document), ("C-1", &b"<Command/>"[..]));
    // Another process answered one in the meantime: nothing of the batch is kept.
    let mut second = batch(&storage::Position { next_offset: 1, ..held }, 2);
    second.commands = vec![support::command("C-3", None), support::command("C-1", None)];
    assert!(matches!(store.commit(&second).await.unwrap(), Commit::Conflict(_)));
    assert_eq!(backend.count("commands").await, 2);
});

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
    let moved = |reference: &str, number: &str| DeclarationUpdate {
        number: Some(number.to_owned()),
        ..update(&key(reference, 1), 1)
    };
    second.updates = vec![moved("B", "100000000010")];
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
