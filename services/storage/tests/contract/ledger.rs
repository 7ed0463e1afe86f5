//! Positions, batches and what is read before them.

use storage::{
    Batch, Commit, DeclarationUpdate, LodgedPapers, LogEntry, Searched, StorageError, StreamPartition, Wanted,
};
use vocabulary::{Direction, Lane, State};

use crate::support::{
    self, Backend, batch, declaration, entry, kept, key, lodged, nothing_is_kept, on_both, outgoing, partition,
    payment, payment_key, request, update,
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

on_both!(groups_read_a_topic_apart_from_each_other, |backend| {
    let store = &backend.store;
    let ours = store.acquire(&lodged(0), "log-a").await.unwrap();
    let feed = StreamPartition { group: "feed".to_owned(), ..lodged(0) };
    let theirs = store.acquire(&feed, "log-a").await.unwrap();
    assert_eq!((theirs.next_offset, theirs.epoch), (0, 1), "another group fences nobody");
    assert_eq!(store.commit(&Batch::empty(lodged(0), ours, 7)).await.unwrap(), Commit::Committed);
    assert_eq!(store.commit(&Batch::empty(feed.clone(), theirs, 3)).await.unwrap(), Commit::Committed);
    assert_eq!(store.position(&lodged(0)).await.unwrap().unwrap().next_offset, 7);
    assert_eq!(store.position(&feed).await.unwrap().unwrap().next_offset, 3);
    let found = storage::positions_found(&backend.url).await.unwrap();
    assert_eq!(found, vec![(feed, 3), (lodged(0), 7)]);
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
    whole.series = vec![support::advance(Direction::Import, 0, 0, 1)];
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);

    assert_eq!(store.position(&lodged(0)).await.unwrap().unwrap().next_offset, 3);
    let (row, document, decision) = store.declaration(&key("A", 1)).await.unwrap().unwrap();
    let new = &whole.declarations[0];
    assert_eq!((document, &decision), (b"<Declaration/>".to_vec(), &whole.log[0].body));
    assert_eq!((&row.lodged, &row.stand), (&new.lodged, &new.stand));
    assert_eq!(store.log_of(&key("A", 1)).await.unwrap(), vec![whole.log[0].clone()]);
    let pending = store.outbox_pending("declarations.lodged", 0, -1).await.unwrap().unwrap();
    assert_eq!((pending.next_offset, &pending.messages), (3, &whole.outbox));
    assert_eq!(store.series(Direction::Import, 0).await.unwrap(), 1);
    assert_eq!(store.series(Direction::Export, 0).await.unwrap(), 0);
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.kept, counts.payments, counts.outbox), (1, 1, 3));
    let waiting = store.outbox_waiting().await.unwrap();
    assert_eq!((waiting.count, waiting.oldest_at_ms), (3, Some(whole.outbox[0].at_ms)));
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
    assert_eq!(found.answers, [(key("A", 1), b"<Notice/>".to_vec())].into(), "what a repeat is answered with");
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
    first.series = vec![support::advance(Direction::Import, 0, 0, 1)];
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
            batch.series = vec![support::advance(Direction::Import, 0, 0, 1)];
            batch
        }),
        ("a series that is elsewhere", {
            let mut batch = next.clone();
            batch.series = vec![support::advance(Direction::Import, 0, 7, 8)];
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
    assert_eq!((row.stand.state, row.stand.paid, row.stand.log_sequence), (State::Cleared, 500, 1));
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
    let mut superseded = update(&key("A", 1), 1);
    superseded.stand.state = State::Superseded;
    amended.updates = vec![superseded];
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
    let current: Vec<_> = found.numbers.values().map(|row| (row.key().clone(), row.stand.number)).collect();
    assert_eq!(current, [(key("A", 2), support::number("100000000011"))]);
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
    (advance.stand.lane, advance.stand.state) = (None, State::PreRegistered);
    first.declarations = vec![advance];
    first.log = support::beginnings(&first.declarations);
    assert_eq!(store.commit(&first).await.unwrap(), Commit::Committed);
    let mut registered = batch(&held, 2);
    registered.expected = 1;
    let mut moved = update(&key("A", 1), 1);
    (moved.stand.lane, moved.stand.total_payable) = (Some(Lane::Red), Some(700));
    moved.stand.rulebook = "newer".to_owned();
    moved.stand.decision_sequence = 1;
    registered.updates = vec![moved.clone()];
    registered.log = vec![LogEntry { body: b"{\"lane\":\"red\"}".to_vec(), ..entry(&key("A", 1), 1) }];
    assert_eq!(store.commit(&registered).await.unwrap(), Commit::Committed);
    let (row, document, decision) = store.declaration(&key("A", 1)).await.unwrap().unwrap();
    assert_eq!(row.stand, moved.stand);
    assert_eq!((document.as_slice(), decision.as_slice()), (&b"<Declaration/>"[..], &b"{\"lane\":\"red\"}"[..]));
});

on_both!(what_is_strange_comes_back_as_it_was, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, i64::MAX);
    let mut strange = declaration("Tờ khai\t\"'; --", 4_294_967_295, None, i64::MAX - 1);
    strange.stand.total_payable = Some(99_999_999_999);
    whole.declarations = vec![strange.clone()];
    let long: Vec<u8> = (0..2 << 20).map(|at: usize| u8::try_from(at * 7 % 251).unwrap()).collect();
    let papers = LodgedPapers { document: long.clone(), answer: Vec::new() };
    whole.log = vec![LogEntry { body: Vec::new(), papers: Some(papers), ..entry(strange.key(), 0) }];
    let mut message = outgoing(5, 0);
    message.headers = vec![("subject".to_owned(), "Đà Nẵng".to_owned()), ("empty".to_owned(), String::new())];
    message.payload = vec![0, 255, 10];
    whole.outbox = vec![message.clone()];
    whole.kept = vec![storage::KeptMessage { key: None, payload: None, detail: "nul \0 inside".to_owned(), ..kept(6) }];
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let (row, document, decision) = store.declaration(strange.key()).await.unwrap().unwrap();
    assert_eq!((&row.lodged, &row.stand), (&strange.lodged, &strange.stand));
    assert!(document == long && decision.is_empty());
    let pending = store.outbox_pending("declarations.lodged", 0, -1).await.unwrap().unwrap();
    assert_eq!(pending.messages, vec![message]);
});

on_both!(more_rows_than_one_statement_takes, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 1_700);
    whole.declarations = (0..1_700).map(|n| declaration(&format!("R{n:05}"), 1, None, n)).collect();
    whole.log = whole.declarations.iter().map(|new| entry(new.key(), 0)).collect();
    whole.outbox = (0..1_700).map(|n| outgoing(n, 0)).collect();
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let wanted =
        Wanted { declarations: whole.declarations.iter().map(|new| new.key().clone()).collect(), ..Wanted::default() };
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

on_both!(the_first_entry_of_a_log_and_no_other_holds_a_document, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 1);
    whole.declarations = vec![declaration("A", 1, None, 0)];
    let papers = entry(&key("A", 1), 0).papers;
    for (sequence, papers) in [(0, None), (1, papers)] {
        whole.log = vec![LogEntry { papers, ..entry(&key("A", 1), sequence) }];
        assert!(store.commit(&whole).await.unwrap_err().is_of_content());
    }
    nothing_is_kept(&backend).await;
});

on_both!(a_frame_that_is_damaged_or_gone_is_told_with_its_declaration, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 1);
    whole.declarations = vec![declaration("A", 1, None, 0)];
    whole.log = support::beginnings(&whole.declarations);
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let (triggers, nothing) = match backend.is_sqlite() {
        true => ("DROP TRIGGER decision_log_is_not_updated; DROP TRIGGER decision_log_is_not_deleted", "x''"),
        false => ("DROP TRIGGER decision_log_is_not_changed ON decision_log", "''::BYTEA"),
    };
    backend.execute(triggers).await.unwrap();
    for (fault, said) in [
        (format!("UPDATE decision_log SET body = {nothing}"), "a packed text"),
        ("DELETE FROM decision_log".to_owned(), "is missing"),
    ] {
        backend.execute(&fault).await.unwrap();
        let error = store.declaration(&key("A", 1)).await.unwrap_err().to_string();
        assert!(error.contains("entry 0 of the decision log") && error.contains(said), "{error}");
        assert_eq!(store.rows_page(None, 9).await.unwrap().len(), 1, "its row is there");
    }
});

on_both!(the_log_cannot_be_changed_by_anybody, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 1);
    whole.declarations = vec![declaration("A", 1, None, 0)];
    whole.log = vec![entry(&key("A", 1), 0)];
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    for statement in ["UPDATE decision_log SET kind = 1", "DELETE FROM decision_log"] {
        let refused = backend.execute(statement).await.unwrap_err();
        assert!(refused.contains("the decision log is never changed"), "{statement}: {refused}");
    }
    assert_eq!(store.log_of(&key("A", 1)).await.unwrap(), whole.log);
});

on_both!(branches_of_a_consignment_are_found_by_its_first_declaration, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 1);
    let branch = |reference: &str, number: &str, state: State, lane: Option<Lane>| {
        let mut new = declaration(reference, 1, Some(number), 0);
        new.searched = Searched { first_stem: Some("10000000001".to_owned()), ..Searched::default() };
        (new.stand.state, new.stand.lane) = (state, lane);
        new
    };
    whole.declarations = vec![
        branch("C", "100000000030", State::Cancelled, Some(Lane::Red)),
        branch("B", "100000000020", State::AwaitingPayment, Some(Lane::Yellow)),
        branch("A", "100000000010", State::Cleared, Some(Lane::Green)),
        branch("D", "100000000040", State::PreRegistered, None),
        branch("E", "100000000051", State::Superseded, Some(Lane::Red)),
        declaration("F", 1, Some("100000000060"), 0),
    ];
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let name = (support::DECLARANT.to_owned(), "10000000001".to_owned());
    let another = ("0100109106".to_owned(), "10000000001".to_owned());
    let wanted = Wanted { branches: vec![name.clone(), another], ..Wanted::default() };
    let found = store.prefetch(&wanted).await.unwrap().branches;
    let found: Vec<_> = found
        .into_iter()
        .map(|(name, rows)| (name, rows.into_iter().map(|row| (row.number.to_string(), row.lane)).collect::<Vec<_>>()))
        .collect();
    let expected = vec![("100000000010".to_owned(), Lane::Green), ("100000000020".to_owned(), Lane::Yellow)];
    assert_eq!(found, vec![(name, expected)]);
});

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

on_both!(a_declaration_is_opened_by_its_key, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 2);
    whole.declarations = vec![declaration("A", 1, None, 0), declaration("B", 1, None, 1)];
    whole.log = support::beginnings(&whole.declarations);
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let wanted = Wanted { opened: vec![key("B", 1), key("C", 1)], ..Wanted::default() };
    let found = store.prefetch(&wanted).await.unwrap();
    assert_eq!(found.declarations.into_keys().collect::<Vec<_>>(), [key("B", 1)]);
    assert_eq!(found.documents, [(key("B", 1), (b"<Declaration/>".to_vec(), b"{}".to_vec()))].into());
});
