//! The same declarations through SQLite alone, and through Kafka into PostgreSQL, give the same decisions byte for byte.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::Backend;
use rulebook::Rulebook;
use simulator::Bank;
use stream::{Outgoing, TailFrom};
use tokio::sync::watch;
use vocabulary::NoticeKind;

const COUNT: usize = 1_500;
const LIMIT: Duration = Duration::from_secs(120);

async fn run(backend: &Backend, rulebook: &Arc<Rulebook>) {
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(processor::run(backend.processor(rulebook), stopped));
    backend.lodge(rulebook, 7, COUNT).await;
    backend.wait_until_dealt_with(COUNT, LIMIT).await;
    backend.wait_until_outbox_is_empty(LIMIT).await;

    let mut notices = backend.stream.tail(&backend.topics.notices, TailFrom::Beginning).await.unwrap();
    let mut bank = Bank::new(7);
    let mut payments = Vec::new();
    while let Some(message) = notices.next(Duration::from_secs(2)).await.unwrap() {
        if message.header("repeated").is_some() {
            continue;
        }
        let notice = message::read_notice(message.payload.as_deref().unwrap()).unwrap();
        if notice.kind == NoticeKind::AwaitingPayment {
            payments.extend(bank.pay(&notice).into_iter().enumerate().map(|(at, payment)| Outgoing {
                topic: backend.topics.settled.clone(),
                key: payment.payer.clone().into_bytes(),
                headers: Vec::new(),
                event_id: format!("{}-{at}", payment.payment_identifier),
                payload: message::write_payment(&payment),
                timestamp_ms: Some(1_795_500_000_000),
            }));
        }
    }
    assert!(payments.len() > 50, "{} payments are too few to say much", payments.len());
    let confirmed = payments.len();
    backend.stream.publish(payments).await.unwrap();
    let begun = std::time::Instant::now();
    loop {
        let mut sum = 0;
        for partition in 0..common::PARTITIONS {
            let partition = backend.partition(&backend.topics.settled, partition);
            sum += backend.store.position(&partition).await.unwrap().map_or(0, |position| position.next_offset);
        }
        if sum == i64::try_from(confirmed).unwrap() {
            break;
        }
        assert!(begun.elapsed() < LIMIT, "{sum} of {confirmed} payments booked");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.send(true).unwrap();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn both_backends_decide_the_same() {
    let rulebook = common::rulebook();
    let folder = tempfile::tempdir().unwrap();
    let prefix = format!("same-{}.", std::process::id());
    let one = common::embedded(folder.path(), &prefix).await;
    run(&one, &rulebook).await;
    let ours = one.decisions().await;
    assert!(ours.len() > COUNT * 8 / 10);
    assert!(
        ours.values().any(|(row, _)| row.stand.state.as_str() == "cleared" && row.stand.paid > 0),
        "payments clear what is green"
    );
    assert_eq!(one.store.counts().await.unwrap().outbox, 0);

    let Some(other) = common::servers("same", &prefix).await else {
        return;
    };
    run(&other, &rulebook).await;
    let theirs = other.decisions().await;
    assert_eq!(ours.len(), theirs.len());
    for (key, (row, decision)) in &ours {
        let (other_row, other_decision) = &theirs[key];
        assert_eq!(decision, other_decision, "{key:?}");
        assert_eq!(
            (&row.stand.number, &row.stand.state, row.stand.paid),
            (&other_row.stand.number, &other_row.stand.state, other_row.stand.paid),
            "{key:?}"
        );
    }
    assert_eq!(one.first_notices().await, other.first_notices().await, "repeats are answered with the same");
}
