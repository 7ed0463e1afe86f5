//! What people ask about declarations.

use storage::{Beginning, Commit, DeclarationKey, Filter, NewDeclaration, Order, Scope};
use vocabulary::{Direction, Lane, State};

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
    whole.log = support::beginnings(&whole.declarations);
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let mut expected: Vec<DeclarationKey> = whole.declarations.iter().map(|new| new.key().clone()).collect();
    expected.sort();
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store.decisions_page(after.take(), 4).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(last.key().clone());
        found.extend(page.into_iter().map(|(row, _)| row.lodged.key));
    }
    assert_eq!(found, expected);
    let mut records = Vec::new();
    let mut after = None;
    loop {
        let page = store.records_page(after.take(), 4).await.unwrap();
        let Some((last, _, _)) = page.last() else { break };
        after = Some(last.key().clone());
        records.extend(page.into_iter().map(|(row, document, decision)| (row.lodged.key, document, decision)));
    }
    whole.declarations.sort_by(|a, b| a.key().cmp(b.key()));
    let kept = whole.declarations.into_iter().map(|new| (new.lodged.key, b"<Declaration/>".to_vec(), b"{}".to_vec()));
    assert_eq!(records, kept.collect::<Vec<_>>());
});

on_both!(a_number_finds_every_version_whoever_declared_it, |backend| {
    let store = &backend.store;
    let held = store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 4);
    let mut superseded = declaration("A", 1, Some("100000000010"), 0);
    superseded.stand.state = State::Superseded;
    let mut other = declaration("B", 1, Some("100000000010"), 2);
    other.lodged.key.declarant = "0300000000".to_owned();
    whole.declarations = vec![
        superseded,
        declaration("A", 2, Some("100000000011"), 1),
        other.clone(),
        declaration("C", 1, Some("100000000020"), 3),
    ];
    assert_eq!(store.commit(&whole).await.unwrap(), Commit::Committed);
    let own = vec![key("A", 1), key("A", 2)];
    assert_eq!(store.keys_of_number("10000000001", Some(support::DECLARANT)).await.unwrap(), own);
    let all: Vec<DeclarationKey> = own.into_iter().chain([other.key().clone()]).collect();
    assert_eq!(store.keys_of_number("10000000001", None).await.unwrap(), all);
    assert_eq!(store.keys_of_number("10000000003", None).await.unwrap(), []);
    let second = declaration("D", 1, Some("100000000012"), 4);
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
        references.extend(page.rows.into_iter().map(|row| row.lodged.key.reference));
        after = page.next;
        if after.is_none() {
            return references;
        }
    }
}

/// A declaration in a state since a time, at an office; the later in the alphabet, the later registered.
fn standing(reference: &str, state: State, since_ms: i64, office: &str) -> NewDeclaration {
    let at = i64::from(reference.as_bytes()[0] - b'A');
    let mut new = declaration(reference, 1, Some(&format!("1000000000{at}0")), at);
    (new.stand.state, new.stand.since_ms, new.stand.registered_at_ms) = (state, since_ms, at);
    new.lodged.office = office.to_owned();
    new
}

on_both!(lists_hold_what_their_filter_says_in_their_order, |backend| {
    let held = backend.store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 9);
    whole.declarations = vec![
        standing("A", State::Examination, 70, "01PR"),
        standing("B", State::DocumentCheck, 20, "01PR"),
        standing("C", State::Cleared, 90, "01PR"),
        standing("D", State::AwaitingPayment, 20, "02CI"),
        standing("E", State::DocumentCheck, 10, "02CI"),
        standing("F", State::Referred, 5, "03CD"),
    ];
    whole.declarations[0].stand.lane = Some(Lane::Red);
    whole.declarations[0].searched.flagged_goods = vec!["84151020".to_owned(), "85171300".to_owned()];
    whole.declarations[1].lodged.direction = Some(Direction::Export);
    whole.declarations[1].searched.flagged_goods = vec!["84159090".to_owned()];
    let mut others = standing("G", State::Examination, 1, "01PR");
    others.lodged.key.declarant = "0100109106".to_owned();
    whole.declarations.extend([others, standing("H", State::Superseded, 1, "01PR")]);
    assert_eq!(backend.store.commit(&whole).await.unwrap(), Commit::Committed);

    let own = Scope::Declarant(DECLARANT.to_owned());
    let offices = |names: &[&str]| Scope::Offices(names.iter().map(|name| (*name).to_owned()).collect());
    let waiting = Filter::all(own.clone(), Order::LongestWaiting);
    let registered = Filter::all(own, Order::LastRegistered);
    let at = |names: &[&str], order| Filter::all(offices(names), order);
    for (filter, expected) in [
        (waiting.clone(), "FEBDA"),
        (registered.clone(), "FEDCBA"),
        (at(&["01PR"], Order::LongestWaiting), "GBA"),
        (at(&["01PR"], Order::LastRegistered), "GCBA"),
        (at(&["02CI", "01PR"], Order::LongestWaiting), "GEBDA"),
        (at(&["02CI", "01PR", "03CD"], Order::LastRegistered), "GFEDCBA"),
        (at(&[], Order::LastRegistered), ""),
        (Filter { states: vec![State::DocumentCheck], ..waiting.clone() }, "EB"),
        (Filter { states: vec![State::Cleared, State::Referred], ..registered.clone() }, "FC"),
        (Filter { states: vec![State::Cleared], ..waiting.clone() }, ""),
        (Filter { lane: Some(Lane::Red), ..at(&["01PR"], Order::LastRegistered) }, "A"),
        (Filter { direction: Some(Direction::Export), ..registered.clone() }, "B"),
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

    let offices = ["01PR".to_owned(), "03CD".to_owned()];
    let counts = backend.store.waiting_counts(&offices).await.unwrap();
    let counts: Vec<_> =
        counts.iter().map(|of| (of.office.as_str(), of.state, of.lane, of.count, of.oldest_since_ms)).collect();
    let expected = [
        ("01PR", State::DocumentCheck, Some(Lane::Green), 1, 20),
        ("01PR", State::Examination, Some(Lane::Green), 1, 1),
        ("01PR", State::Examination, Some(Lane::Red), 1, 70),
        ("03CD", State::Referred, Some(Lane::Green), 1, 5),
    ];
    assert_eq!(counts, expected);
    assert!(backend.store.waiting_counts(&[]).await.unwrap().is_empty());
});

on_both!(a_page_goes_on_where_the_last_one_ended_whatever_happens_meanwhile, |backend| {
    let held = backend.store.acquire(&lodged(0), "log-a").await.unwrap();
    let mut whole = batch(&held, 4);
    whole.declarations =
        ["A", "B", "C", "D"].map(|reference| standing(reference, State::DocumentCheck, 10, "01PR")).to_vec();
    assert_eq!(backend.store.commit(&whole).await.unwrap(), Commit::Committed);
    let filter = Filter::all(Scope::Declarant(DECLARANT.to_owned()), Order::LongestWaiting);
    let first = backend.store.list(&filter, None, 2).await.unwrap();
    // One of those that were told is cleared, one of those that were not is stopped with its goods.
    let mut moved = support::batch_of(lodged(0), &storage::Position { next_offset: 4, ..held }, 5);
    let mut cleared = update(&key("A", 1), 1);
    cleared.stand.number = support::number("100000000000");
    let mut stopped = update(&key("D", 1), 1);
    stopped.stand.number = support::number("100000000030");
    (stopped.stand.state, stopped.stand.since_ms, stopped.stand.lane) = (State::Examination, 30, Some(Lane::Red));
    stopped.flagged_goods = vec!["84151020".to_owned()];
    moved.updates = vec![cleared, stopped];
    assert_eq!(backend.store.commit(&moved).await.unwrap(), Commit::Committed);
    let second = backend.store.list(&filter, first.next.as_ref(), 9).await.unwrap();
    let references: Vec<_> = second.rows.iter().map(|row| row.lodged.key.reference.as_str()).collect();
    assert_eq!((references, second.next), (vec!["C", "D"], None));
    let flagged = Filter { flagged_goods: Some("8415".to_owned()), ..filter };
    assert_eq!(listed(&backend, &flagged).await, ["D"]);
});
