//! What people ask about declarations.

use storage::{Commit, DeclarationKey, NewDeclaration};

use crate::support::{self, Backend, batch, declaration, key, lodged, on_both};

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
