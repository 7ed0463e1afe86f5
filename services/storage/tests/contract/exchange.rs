//! What is exchanged with other states.

use storage::{
    CertificateKey, ExchangeDirection, ExchangeKey, ExchangedCertificate, Facts, IncomingMessage, OutgoingMessage,
    TakenIn,
};

use crate::support::{Backend, fact, facts, left, on_both};

fn certificate(reference: &str, version: u32, document: &str) -> ExchangedCertificate {
    ExchangedCertificate {
        key: CertificateKey { issuing_state: "TH".to_owned(), reference: reference.to_owned(), version },
        direction: ExchangeDirection::Incoming,
        state: "received".to_owned(),
        document: document.as_bytes().to_vec(),
        created_at_ms: 10,
        changed_at_ms: 10,
    }
}

fn message(id: &str, certificates: Vec<ExchangedCertificate>, facts: Facts) -> IncomingMessage {
    IncomingMessage {
        key: ExchangeKey { partner: "TH".to_owned(), message_id: id.to_owned() },
        content: b"<Message/>".to_vec(),
        at_ms: 10,
        answer: format!("answer to {id}").into_bytes(),
        certificates,
        facts,
    }
}

on_both!(a_message_is_taken_in_once_with_all_that_it_brings, |backend| {
    let store = &backend.store;
    let first = message("m-1", vec![certificate("D/1", 1, "one")], facts(vec![fact("D/1", 100)]));
    assert_eq!(store.take_in(&first).await.unwrap(), TakenIn::New);
    assert_eq!(left(&**store, "D/1").await, 100.into());
    // The same identifier with whatever else: what was answered then.
    let again = IncomingMessage { answer: b"another".to_vec(), facts: facts(vec![fact("D/1", 7)]), ..first.clone() };
    assert_eq!(store.take_in(&again).await.unwrap(), TakenIn::Again(first.answer.clone()));
    assert_eq!(left(&**store, "D/1").await, 100.into());
    let other_partner = IncomingMessage { key: ExchangeKey { partner: "MY".to_owned(), ..first.key.clone() }, ..again };
    assert_eq!(store.take_in(&other_partner).await.unwrap(), TakenIn::New, "partners count for themselves");
    assert_eq!(left(&**store, "D/1").await, 7.into());

    let brought = vec![certificate("D/2", 1, "two"), certificate("D/1", 1, "forged")];
    let refused = message("m-2", brought, facts(vec![fact("D/1", 1)]));
    let contradicts = TakenIn::Contradicts(certificate("D/1", 1, "").key);
    assert_eq!(store.take_in(&refused).await.unwrap(), contradicts);
    assert!(store.certificate_versions("TH", "D/2").await.unwrap().is_empty(), "nothing of it is kept");
    assert_eq!(left(&**store, "D/1").await, 7.into());
    assert_eq!(backend.count("exchange_inbox").await, 2);
});

on_both!(certificates_move_from_state_to_state, |backend| {
    let store = &backend.store;
    let (first, second) = (certificate("D/1", 1, "one"), certificate("D/1", 2, "two"));
    for new in [&second, &first] {
        assert!(store.add_certificate(new).await.unwrap());
    }
    assert!(!store.add_certificate(&certificate("D/1", 1, "other")).await.unwrap());
    assert!(store.move_certificate(&first.key, "received", "used", 20).await.unwrap());
    assert!(!store.move_certificate(&first.key, "received", "withdrawn", 30).await.unwrap(), "it stands elsewhere");
    let used = ExchangedCertificate { state: "used".to_owned(), changed_at_ms: 20, ..first };
    assert_eq!(store.certificate_versions("TH", "D/1").await.unwrap(), vec![used, second]);
    assert!(store.certificate_versions("MY", "D/1").await.unwrap().is_empty());
});

on_both!(messages_are_sent_until_they_are_answered, |backend| {
    let store = &backend.store;
    let outgoing = |id: &str, at_ms: i64| OutgoingMessage {
        key: ExchangeKey { partner: "TH".to_owned(), message_id: id.to_owned() },
        content: id.as_bytes().to_vec(),
        at_ms,
        attempts: 0,
        next_at_ms: Some(at_ms),
    };
    let (first, second) = (outgoing("m-1", 20), outgoing("m-2", 10));
    for message in [&first, &second, &outgoing("m-1", 99)] {
        store.send_message(message).await.unwrap();
    }
    assert_eq!(store.messages_due(20, 9).await.unwrap(), vec![second.clone(), first.clone()]);
    store.message_failed(&second.key, Some(30)).await.unwrap();
    store.message_answered(&first.key, b"taken in").await.unwrap();
    store.message_failed(&first.key, Some(1)).await.unwrap();
    let tried = OutgoingMessage { attempts: 1, next_at_ms: Some(30), ..second.clone() };
    assert_eq!(store.messages_due(i64::MAX, 9).await.unwrap(), vec![tried]);
    assert_eq!(store.answer_to(&first.key).await.unwrap(), Some(b"taken in".to_vec()));
    assert_eq!(store.answer_to(&second.key).await.unwrap(), None);
    store.message_failed(&second.key, None).await.unwrap();
    assert!(store.messages_due(i64::MAX, 9).await.unwrap().is_empty());
});
