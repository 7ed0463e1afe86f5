//! Hundreds of made-up lives on both backends: declared in advance, registered, amended, cancelled, checked, stored,
//! paid, cleared and through the gate; what time ends, it ends; and every decision is derived again.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::{Duration, Instant};

use common::{Backend, workspace};
use jiff::civil::date;
use processor::timekeeper::Timekeeper;
use simulator::{Bank, Lives, Turn, Workload};
use stream::{Outgoing, TailFrom};
use tokio::sync::watch;
use vocabulary::NoticeKind;

const COUNT: usize = 500;
/// 2026-11-24 09:00 in Vietnam.
const BEGINNING_MS: i64 = 1_795_485_600_000;
const DAY_MS: i64 = 86_400_000;

async fn live(backend: Backend) {
    let rulebook = common::rulebook();
    let (stop, stopped) = watch::channel(false);
    let mut lives = Lives::new(11, Workload::new(11, rulebook.clone(), date(2026, 11, 24)));
    let traders = lives.workload().traders().to_vec();
    let facts = vocabulary::Facts { traders, ..vocabulary::Facts::default() };
    backend.store.put_facts(&casework::facts_to_keep(&facts).unwrap()).await.unwrap();
    let mut notices = backend.stream.tail(&backend.topics.notices, TailFrom::Beginning).await.unwrap();
    let running = tokio::spawn(processor::run(backend.processor(&rulebook), stopped));
    let lodged: Vec<_> = lives.by_ref().take(COUNT).collect();
    backend.publish_lodged(&lodged, 0).await;

    let outgoing = |topic: &str, key: &str, event_id: String, payload: Vec<u8>, at: jiff::civil::DateTime| Outgoing {
        topic: topic.to_owned(),
        key: key.as_bytes().to_vec(),
        headers: Vec::new(),
        payload,
        event_id,
        // A minute after the notice, so that what is done hangs on no clock.
        timestamp_ms: Some(vocabulary::vietnam_time::milliseconds(at).unwrap() + 60_000),
    };
    let mut bank = Bank::new(11);
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    // Nothing more is told once everybody has done what they do, and time has ended what they left.
    for now_ms in [None, Some(BEGINNING_MS + 30 * DAY_MS)] {
        if let Some(now_ms) = now_ms {
            let (store, stream) = (backend.store.clone(), backend.stream.clone());
            assert!(Timekeeper::new(store, stream, &backend.topics, 7).look(now_ms).await.unwrap() > 5);
        }
        while let Some(message) = notices.next(Duration::from_secs(3)).await.unwrap() {
            if message.header("repeated").is_some() {
                continue;
            }
            let notice = message::read_notice(message.payload.as_deref().unwrap()).unwrap();
            *told.entry(notice.kind.as_str()).or_default() += 1;
            let (topics, at) = (&backend.topics, notice.issued_at);
            let mut messages = Vec::new();
            for turn in lives.upon(&notice) {
                messages.push(match turn {
                    Turn::Lodge(lodged) => {
                        outgoing(&topics.lodged, &lodged.tax_code, lodged.event_id, lodged.document, at)
                    }
                    Turn::Command(command) => {
                        let document = message::write_command(&command);
                        outgoing(&topics.commands, &command.declarant, command.identifier, document, at)
                    }
                });
            }
            if notice.kind == NoticeKind::AwaitingPayment {
                for (part, payment) in bank.pay(&notice).into_iter().enumerate() {
                    let id = format!("{}-{}-{part}", payment.payment_identifier, notice.number.as_deref().unwrap());
                    messages.push(outgoing(&topics.settled, &payment.payer, id, message::write_payment(&payment), at));
                }
            }
            if !messages.is_empty() {
                backend.stream.publish(messages).await.unwrap();
            }
        }
    }
    let begun = Instant::now();
    while backend.store.counts().await.unwrap().outbox > 0 {
        assert!(begun.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.send(true).unwrap();
    running.await.unwrap().unwrap();

    let states: BTreeSet<String> =
        backend.decisions().await.into_values().map(|(row, _)| row.stand.state.to_string()).collect();
    for state in [
        "rejected",
        "expired",
        "awaiting_payment",
        "refused",
        "cancelled",
        "superseded",
        "cleared",
        "through_supervision",
    ] {
        assert!(states.contains(state), "{state}: {states:?} {told:?}");
    }
    for kind in [
        "pre-registered",
        "registered",
        "amendment-instructed",
        "amended",
        "rerouted",
        "taken-to-storage",
        "cleared",
        "through-supervision",
        "refused",
        "cancelled",
        "expired",
        "payment-received",
    ] {
        assert!(told.contains_key(kind), "{kind}: {told:?}");
    }
    let mut answers = backend.stream.tail(&backend.topics.answers, TailFrom::Beginning).await.unwrap();
    let mut refused = BTreeMap::new();
    let mut carried_out = 0;
    while let Some(message) = answers.next(Duration::from_secs(2)).await.unwrap() {
        let answer = message::read_answer(message.payload.as_deref().unwrap()).unwrap();
        match answer.refusal {
            Some(refusal) => *refused.entry((refusal.code, answer.state)).or_insert(0) += 1,
            None => carried_out += 1,
        }
    }
    assert!(carried_out > 100, "{carried_out} carried out");
    assert!(refused.is_empty(), "nobody commands what the state does not allow: {refused:?}");

    let mut replay = Command::new(env!("CARGO_BIN_EXE_thongquan"));
    replay.args(["replay", "--format", "json"]).current_dir(workspace());
    let output = replay.envs(backend.environment.iter().map(|(name, value)| (*name, value))).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn lives_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    live(common::embedded(folder.path(), &format!("lives-{}.", std::process::id())).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lives_on_servers() {
    if let Some(backend) = common::servers("lives", &format!("lives-{}.", std::process::id())).await {
        live(backend).await;
    }
}
