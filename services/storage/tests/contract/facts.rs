//! Facts, and what is left of what they grant.

use rust_decimal::Decimal;
use storage::{Commit, Facts, Options, Wanted, WriteOff};

use crate::support::{
    self, Backend, batch, declaration, fact, fact_key, facts, left, lodged, nothing_is_kept, on_both, write_off,
};

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

on_both!(an_enterprise_finds_its_facts_and_what_is_left_of_them, |backend| {
    let store = &backend.store;
    let mut others = fact("D/3", 7);
    others.holder = "0100109106".to_owned();
    let mut nobodys = fact("D/4", 7);
    nobodys.holder = String::new();
    store.put_facts(&facts(vec![fact("D/2", 5), fact("D/1", 100), others, nobodys])).await.unwrap();
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 1);
    whole.declarations = vec![declaration("A", 1, None, 0)];
    whole.write_offs = vec![write_off("A", "D/1", 100.into(), 40.into())];
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let found = store.facts_held_by(support::DECLARANT).await.unwrap();
    let found: Vec<_> = found.into_iter().map(|(key, row)| (key, row.remaining[&1])).collect();
    assert_eq!(found, [(fact_key("D/1"), Decimal::from(40)), (fact_key("D/2"), Decimal::from(5))]);
    assert!(store.facts_held_by("").await.unwrap().is_empty(), "what is for nobody in particular is nobody's");
});

on_both!(facts_come_with_the_position_or_not_at_all, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut brought = batch(&held, 1);
    brought.facts = facts(vec![fact("D/1", 100)]);
    brought.facts.traders = vec![("0100233488".to_owned(), b"{}".to_vec())];
    // Ended when all of it was written, and before it was committed.
    let ending = Options { before_commit: Some(|| panic!("the process ends here")), ..Options::default() };
    let ending = storage::open(&backend.url, ending).await.unwrap();
    let ended = tokio::spawn({
        let brought = brought.clone();
        async move { ending.commit(&brought).await }
    });
    assert!(ended.await.unwrap_err().is_panic());
    let fenced = storage::Batch { epoch: held.epoch + 1, ..brought.clone() };
    assert_eq!(store.commit(&fenced).await.unwrap(), Commit::Fenced);
    let mut contradicted = brought.clone();
    contradicted.write_offs = vec![write_off("A", "D/1", 99.into(), 98.into())];
    assert!(matches!(store.commit(&contradicted).await.unwrap(), Commit::Conflict(_)));
    nothing_is_kept(&backend).await;
    for table in ["facts", "balances", "traders", "write_offs"] {
        assert_eq!(backend.count(table).await, 0, "{table}");
    }
    // What declarations of the same batch use of it is taken from what it brings.
    brought.declarations = vec![declaration("A", 1, None, 0)];
    brought.write_offs = vec![write_off("A", "D/1", 100.into(), 60.into())];
    assert_eq!(store.commit(&brought).await.unwrap(), Commit::Committed);
    assert_eq!(left(&**store, "D/1").await, 60.into());
    assert_eq!(store.position(&lodged(0)).await.unwrap().unwrap().next_offset, 1);
});
