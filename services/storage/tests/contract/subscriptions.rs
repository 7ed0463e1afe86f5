//! What enterprises want to be told, and what is delivered to them.

use storage::{DeliveryKey, NewDelivery, Subscription};

use crate::support::{Backend, DECLARANT, on_both};

fn subscription(id: &str) -> Subscription {
    Subscription {
        id: id.to_owned(),
        declarant: DECLARANT.to_owned(),
        channel: "webhook".to_owned(),
        address: "https://example.test/notices".to_owned(),
        secret: vec![0, 255],
        events: vec!["cleared".to_owned(), "rejected".to_owned()],
        consented_at_ms: 5,
    }
}

fn delivery(subscription: &str, event_id: &str, at_ms: i64) -> NewDelivery {
    let key = DeliveryKey { subscription: subscription.to_owned(), event_id: event_id.to_owned() };
    NewDelivery { key, body: event_id.as_bytes().to_vec(), at_ms }
}

on_both!(subscriptions_are_an_enterprises_own, |backend| {
    let store = &backend.store;
    let all = Subscription { events: Vec::new(), ..subscription("s-2") };
    let others = Subscription { declarant: "0100109106".to_owned(), ..subscription("s-3") };
    for new in [&all, &subscription("s-1"), &others] {
        store.subscribe(new).await.unwrap();
    }
    assert!(store.subscribe(&others).await.is_err(), "an id is given once");
    assert_eq!(store.subscriptions_of(DECLARANT).await.unwrap(), vec![subscription("s-1"), all]);
    store.put_deliveries(&[delivery("s-1", "e-1", 10), delivery("s-2", "e-1", 10)]).await.unwrap();
    assert!(!store.unsubscribe("0100109106", "s-1").await.unwrap(), "nobody gives up what is another's");
    assert!(store.unsubscribe(DECLARANT, "s-1").await.unwrap());
    let due = store.deliveries_due(10, 9).await.unwrap();
    assert_eq!(due.iter().map(|due| due.key.subscription.as_str()).collect::<Vec<_>>(), ["s-2"]);
});

on_both!(a_delivery_is_tried_until_it_arrives_or_is_given_up, |backend| {
    let store = &backend.store;
    store.subscribe(&subscription("s")).await.unwrap();
    let new = [delivery("s", "e-1", 20), delivery("s", "e-2", 10), delivery("s", "e-3", 30)];
    store.put_deliveries(&new).await.unwrap();
    store.put_deliveries(&new[..2]).await.unwrap();
    let due = async |until_ms| -> Vec<(String, u32)> {
        let due = store.deliveries_due(until_ms, 9).await.unwrap();
        due.into_iter().map(|due| (due.key.event_id, due.attempts)).collect()
    };
    assert_eq!(due(20).await, [("e-2".to_owned(), 0), ("e-1".to_owned(), 0)], "what is due longest comes first");
    store.not_delivered(&new[1].key, "503", Some(40)).await.unwrap();
    store.delivered(&new[0].key, 21, "200").await.unwrap();
    store.not_delivered(&new[0].key, "late", Some(22)).await.unwrap();
    store.put_deliveries(&new).await.unwrap();
    assert_eq!(due(30).await, [("e-3".to_owned(), 0)], "what was delivered or waits is not due");
    store.not_delivered(&new[2].key, "410", None).await.unwrap();
    assert_eq!(due(i64::MAX).await, [("e-2".to_owned(), 1)]);
    let told: Vec<_> = store.deliveries_to("s", 2).await.unwrap();
    let told: Vec<_> =
        told.iter().map(|told| (told.key.event_id.as_str(), told.delivered_at_ms, told.answer.as_deref())).collect();
    assert_eq!(told, [("e-3", None, Some("410")), ("e-1", Some(21), Some("200"))], "the newest first");
});
