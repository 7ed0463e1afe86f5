//! What the declarant is told about a decision, and the messages that carry it.

use jiff::civil::DateTime;
use rust_decimal::Decimal;
use storage::{DeclarationKey, OutboxMessage};
use vocabulary::{Decision, Notice, NoticeKind, Outcome};

use clearance::life_cycle::State;

use crate::arrival::Arrival;
use crate::events::event_id;
use crate::settings::Topics;

/// The identifier that a payer names when paying what is owed on a declaration (mã định danh khoản phải nộp).
pub(crate) fn payment_identifier(number: &str) -> String {
    format!("TQ{number}")
}

/// The notices that tell a declarant of a decision, in the order in which they are sent.
pub(crate) fn of_decision(decision: &Decision, state: State, key: &DeclarationKey, at: DateTime) -> Vec<Notice> {
    let number = decision.number.map(|number| number.to_string());
    let owed = decision.total_payable;
    let notice = |kind: NoticeKind| Notice {
        previous_total_payable: None,
        reason: None,
        kind,
        declarant: key.declarant.clone(),
        reference: key.reference.clone(),
        version: key.version,
        issued_at: at,
        payment_identifier: number.as_deref().filter(|_| owed > Decimal::ZERO).map(payment_identifier),
        number: number.clone(),
        lane: decision.lane,
        totals: decision.totals.clone(),
        total_payable: (decision.outcome == Outcome::Accepted).then_some(owed),
        findings: decision.findings.clone(),
    };
    let brief = |kind| Notice { findings: Vec::new(), ..notice(kind) };
    match (decision.outcome, state) {
        (Outcome::Accepted, State::AwaitingPayment) => {
            vec![notice(NoticeKind::Registered), brief(NoticeKind::AwaitingPayment)]
        }
        (Outcome::Accepted, State::Cleared) => vec![notice(NoticeKind::Registered), brief(NoticeKind::Cleared)],
        (Outcome::Accepted, _) => vec![notice(NoticeKind::Registered)],
        (Outcome::Referred, _) => vec![notice(NoticeKind::Referred)],
        (Outcome::Rejected | Outcome::Unreadable, _) => vec![notice(NoticeKind::Rejected)],
    }
}

/// Puts a notice into the outbox, as the `sequence`-th message that an arrival caused.
pub(crate) fn to_outbox(topics: &Topics, arrival: &Arrival<'_>, sequence: i32, notice: &Notice) -> OutboxMessage {
    let headers = vec![("subject".to_owned(), notice.reference.clone())];
    envelope(
        arrival,
        sequence,
        &topics.notices,
        &format!("vn.thongquan.notice.{}", notice.kind.as_str()),
        notice.declarant.clone().into_bytes(),
        headers,
        message::write_notice(notice),
    )
}

/// Sends a first answer once more, to the same declarant.
pub(crate) fn answer_again(
    topics: &Topics,
    arrival: &Arrival<'_>,
    declarant: &str,
    reference: &str,
    answer: Vec<u8>,
) -> OutboxMessage {
    let headers = vec![("subject".to_owned(), reference.to_owned()), ("repeated".to_owned(), "true".to_owned())];
    let kind = "vn.thongquan.notice.repeated";
    envelope(arrival, 0, &topics.notices, kind, declarant.to_owned().into_bytes(), headers, answer)
}

/// Sends on what could not be read, as it came, with the reason.
pub(crate) fn unreadable(topics: &Topics, arrival: &Arrival<'_>, reason: &str, detail: &str) -> OutboxMessage {
    let headers = vec![
        ("reason".to_owned(), reason.to_owned()),
        ("detail".to_owned(), detail.to_owned()),
        ("topic".to_owned(), arrival.message.topic.to_string()),
        ("partition".to_owned(), arrival.message.partition.to_string()),
        ("offset".to_owned(), arrival.message.offset.to_string()),
    ];
    let payload = arrival.payload().to_vec();
    envelope(arrival, 0, &topics.unreadable, "vn.thongquan.unreadable", arrival.key(), headers, payload)
}

/// The headers of CloudEvents' binding for Kafka, around a payload.
fn envelope(
    arrival: &Arrival<'_>,
    sequence: i32,
    topic: &str,
    kind: &str,
    key: Vec<u8>,
    own_headers: Vec<(String, String)>,
    payload: Vec<u8>,
) -> OutboxMessage {
    let source = arrival.source();
    let event_id = event_id(&source.topic, source.partition, source.offset, sequence);
    let mut headers = vec![
        ("ce_specversion".to_owned(), "1.0".to_owned()),
        ("ce_type".to_owned(), kind.to_owned()),
        ("ce_source".to_owned(), "thongquan".to_owned()),
        ("ce_time".to_owned(), format!("{}+07:00", arrival.at)),
        ("content-type".to_owned(), "application/xml".to_owned()),
    ];
    if let Some(cause) = arrival.cause() {
        headers.push(("cause".to_owned(), cause));
    }
    headers.extend(own_headers);
    OutboxMessage { source, sequence, at_ms: arrival.at_ms, event_id, topic: topic.to_owned(), key, headers, payload }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clearance::life_cycle::after_decision;
    use rulebook::Rulebook;
    use stream::Message;
    use vocabulary::{CaseFacts, CriterionHit, Declaration, DeclarationNumber, Direction, Lane};

    use super::*;
    use crate::{Circumstances, clear};

    /// One criterion as it stands in the rule files: its identifier, and everything that is said of it.
    struct Written {
        id: String,
        texts: Vec<String>,
    }

    fn criteria(rules: &Path) -> Vec<Written> {
        let files = std::fs::read_dir(rules.join("selectivity")).unwrap();
        let mut criteria = Vec::new();
        for file in files {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let table: toml::Table = text.parse().unwrap();
            for criterion in table["criterion"].as_array().unwrap() {
                let text = |key: &str| criterion[key].as_str().unwrap().to_owned();
                criteria.push(Written {
                    id: text("id"),
                    texts: ["id", "owner", "reason", "because", "when", "provision"].map(text).to_vec(),
                });
            }
        }
        criteria
    }

    fn payloads(decision: &Decision, arrival: &Arrival<'_>) -> Vec<String> {
        let key = DeclarationKey { declarant: "0100233488".into(), reference: "A-1".into(), version: 1 };
        let notices = of_decision(decision, after_decision(decision), &key, arrival.at);
        let messages = (0..).zip(&notices).map(|(at, notice)| to_outbox(&Topics::new(""), arrival, at, notice));
        messages
            .map(|message| format!("{:?}\n{}", message.headers, String::from_utf8_lossy(&message.payload)))
            .collect()
    }

    #[test]
    fn no_notice_says_why_a_lane_was_chosen() {
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
        let rulebook = Rulebook::load(&rules).unwrap_or_else(|errors| panic!("{errors}"));
        let sample = rules.join("../schemas/declaration/1.0/samples-valid/a11-aluminium-china.xml");
        let message::Reading::Read { declaration, findings } =
            message::read_declaration(&std::fs::read(sample).unwrap())
        else {
            panic!("the sample cannot be read");
        };
        let message = Message {
            topic: "declarations.lodged".into(),
            partition: 0,
            offset: 7,
            key: None,
            payload: None,
            headers: Vec::new(),
            timestamp_ms: 1_795_000_000_000,
        };
        let arrival = Arrival::new(&message);
        let circumstances = Circumstances {
            facts: CaseFacts::default(),
            registered_at: arrival.at,
            number: DeclarationNumber::new(Direction::Import, 1).ok(),
            draw: 0,
        };
        let decided = |declaration: &Declaration| clear(declaration, findings.clone(), &circumstances, &rulebook);
        let routed = decided(&declaration);
        // The decision itself has reasons, so that there is something to keep back.
        assert!(routed.outcome == Outcome::Accepted && routed.routing.len() >= 2, "{routed:?}");

        let criteria = criteria(&rules);
        assert!(criteria.len() > 15, "{}", criteria.len());
        let all: Vec<CriterionHit> = criteria
            .iter()
            .map(|criterion| CriterionHit {
                criterion: criterion.id.clone(),
                lane: Lane::Red,
                weight: Some(7),
                because: criterion.texts.join(": because "),
            })
            .collect();
        for lane in Lane::ALL {
            let with_reasons = Decision { lane: Some(lane), routing: all.clone(), ..routed.clone() };
            let without = Decision { routing: Vec::new(), draw: None, ..with_reasons.clone() };
            let told = payloads(&with_reasons, &arrival);
            // The declarant is told the same, byte for byte, whatever the reasons were.
            assert_eq!(told, payloads(&without, &arrival));
            for Written { id, texts } in &criteria {
                for text in texts.iter().filter(|text| *text != "origin") {
                    assert!(told.iter().all(|notice| !notice.contains(text)), "a notice holds a text of {id}: {text}");
                }
            }
        }
        let told = payloads(&routed, &arrival).join("\n");
        for hit in &routed.routing {
            assert!(!told.contains(&hit.criterion) && !told.contains(&hit.because), "{hit:?}");
        }
    }
}
