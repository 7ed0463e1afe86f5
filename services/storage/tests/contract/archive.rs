//! What people ask about declarations.

use storage::{Beginning, Commit, DeclarationKey, DeclarationUpdate, Filter, NewDeclaration, Order, Scope};

use crate::support::{self, Backend, DECLARANT, batch, declaration, key, lodged, on_both, update};

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

/// The references of a whole list, read in pages of two.
async fn listed(backend: &Backend, filter: &Filter) -> Vec<String> {
    let (mut references, mut after) = (Vec::new(), None);
    loop {
        let page = backend.store.list(filter, after.as_ref(), 2).await.unwrap();
        assert!(page.rows.len() <= 2);
        references.extend(page.rows.into_iter().map(|row| row.key.reference));
        after = page.next;
        if after.is_none() {
            return references;
        }
    }
}

/// A declaration in a state since a time, at an office; the later in the alphabet, the later registered.
fn standing(reference: &str, state: &str, since_ms: i64, office: &str) -> NewDeclaration {
    let at = i64::from(reference.as_bytes()[0] - b'A');
    NewDeclaration {
        state: state.to_owned(),
        since_ms,
        registered_at_ms: at,
        office: office.to_owned(),
        ..declaration(reference, 1, Some(&format!("1000000000{at}0")), at)
    }
}

on_both!(lists_hold_what_their_filter_says_in_their_order, |backend| {
    let held = backend.store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 9);
    whole.declarations = vec![
        standing("A", "examination", 70, "01PR"),
        standing("B", "document_check", 20, "01PR"),
        standing("C", "cleared", 90, "01PR"),
        standing("D", "awaiting_payment", 20, "02CI"),
        standing("E", "document_check", 10, "02CI"),
        standing("F", "referred", 5, "03CD"),
    ];
    whole.declarations[0].lane = Some(3);
    whole.declarations[0].searched.flagged_goods = vec!["84151020".to_owned(), "85171300".to_owned()];
    whole.declarations[1].direction = "export".to_owned();
    whole.declarations[1].searched.flagged_goods = vec!["84159090".to_owned()];
    let others = DeclarationKey { declarant: "0100109106".to_owned(), ..key("G", 1) };
    whole.declarations.push(NewDeclaration { key: others, ..standing("G", "examination", 1, "01PR") });
    whole.declarations.push(NewDeclaration { number: None, ..standing("H", "superseded", 1, "01PR") });
    assert_eq!(backend.store.commit(&whole).await.unwrap(), Commit::Committed);

    let own = Scope::Declarant(DECLARANT.to_owned());
    let offices = |names: &[&str]| Scope::Offices(names.iter().map(|name| (*name).to_owned()).collect());
    let waiting = Filter::all(own.clone(), Order::LongestWaiting);
    let registered = Filter::all(own, Order::LastRegistered);
    let at = |names: &[&str], order| Filter::all(offices(names), order);
    let states = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    for (filter, expected) in [
        (waiting.clone(), "FEBDA"),
        (registered.clone(), "FEDCBA"),
        (at(&["01PR"], Order::LongestWaiting), "GBA"),
        (at(&["01PR"], Order::LastRegistered), "GCBA"),
        (at(&["02CI", "01PR"], Order::LongestWaiting), "GEBDA"),
        (at(&["02CI", "01PR", "03CD"], Order::LastRegistered), "GFEDCBA"),
        (at(&[], Order::LastRegistered), ""),
        (Filter { states: states(&["document_check"]), ..waiting.clone() }, "EB"),
        (Filter { states: states(&["cleared", "referred"]), ..registered.clone() }, "FC"),
        (Filter { states: states(&["cleared"]), ..waiting.clone() }, ""),
        (Filter { lane: Some(3), ..at(&["01PR"], Order::LastRegistered) }, "A"),
        (Filter { direction: Some("export".to_owned()), ..registered.clone() }, "B"),
        (Filter { since_ms: Some(20), ..waiting.clone() }, "FEBD"),
        (Filter { flagged_goods: Some("8415".to_owned()), ..waiting.clone() }, "BA"),
        (Filter { flagged_goods: Some("84151".to_owned()), ..at(&["01PR"], Order::LongestWaiting) }, "A"),
        (Filter { beginning: Some(Beginning::Reference("C".to_owned())), ..registered.clone() }, "C"),
        (Filter { beginning: Some(Beginning::Number("10000000004".to_owned())), ..registered.clone() }, "E"),
        (Filter { beginning: Some(Beginning::Number("1000".to_owned())), ..registered.clone() }, "FEDCBA"),
    ] {
        assert_eq!(listed(&backend, &filter).await.concat(), expected, "{filter:?}");
    }
    let too_many = Scope::Offices(vec!["01PR".to_owned(); storage::OFFICES_MAX + 1]);
    assert!(backend.store.list(&Filter::all(too_many, Order::LastRegistered), None, 1).await.is_err());

    let offices = states(&["01PR", "03CD"]);
    let counts = backend.store.waiting_counts(&offices).await.unwrap();
    let counts: Vec<_> = counts
        .iter()
        .map(|of| (of.office.as_str(), of.state.as_str(), of.lane, of.count, of.oldest_since_ms))
        .collect();
    let expected = [
        ("01PR", "document_check", Some(1), 1, 20),
        ("01PR", "examination", Some(1), 1, 1),
        ("01PR", "examination", Some(3), 1, 70),
        ("03CD", "referred", Some(1), 1, 5),
    ];
    assert_eq!(counts, expected);
    assert!(backend.store.waiting_counts(&[]).await.unwrap().is_empty());
});

on_both!(a_page_goes_on_where_the_last_one_ended_whatever_happens_meanwhile, |backend| {
    let held = backend.store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 4);
    whole.declarations =
        ["A", "B", "C", "D"].map(|reference| standing(reference, "document_check", 10, "01PR")).to_vec();
    assert_eq!(backend.store.commit(&whole).await.unwrap(), Commit::Committed);
    let filter = Filter::all(Scope::Declarant(DECLARANT.to_owned()), Order::LongestWaiting);
    let first = backend.store.list(&filter, None, 2).await.unwrap();
    // One of those that were told is cleared, one of those that were not is stopped with its goods.
    let mut moved = support::batch_of(lodged(0), &storage::Position { next_offset: 4, ..held }, 5);
    let number = |at: u8| Some(format!("1000000000{at}0"));
    moved.updates = vec![
        DeclarationUpdate { number: number(0), ..update(&key("A", 1), 1) },
        DeclarationUpdate {
            number: number(3),
            state: "examination".to_owned(),
            since_ms: 30,
            lane: Some(3),
            flagged_goods: vec!["84151020".to_owned()],
            ..update(&key("D", 1), 1)
        },
    ];
    assert_eq!(backend.store.commit(&moved).await.unwrap(), Commit::Committed);
    let second = backend.store.list(&filter, first.next.as_ref(), 9).await.unwrap();
    let references: Vec<_> = second.rows.iter().map(|row| row.key.reference.as_str()).collect();
    assert_eq!((references, second.next), (vec!["C", "D"], None));
    let flagged = Filter { flagged_goods: Some("8415".to_owned()), ..filter };
    assert_eq!(listed(&backend, &flagged).await, ["D"]);
});
