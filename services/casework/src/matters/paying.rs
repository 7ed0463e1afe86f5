//! Payment confirmations: they are booked on the declaration that they name, whose life goes on with them.

use std::collections::HashSet;

use clearance::life_cycle::{Circumstances, Command, Event, Standing, carry_out};
use jiff::civil::DateTime;
use rulebook::Rulebook;
use rust_decimal::Decimal;
use storage::{DeclarationKey, DeclarationRow, NewPayment, PaymentKey, PaymentRow, Prefetched, Wanted};
use vocabulary::{Bilingual, Notice, NoticeKind, PaymentConfirmation, Reason};

use crate::case::{moved, standing_of};
use crate::intake::arrival::Arrival;
use crate::intake::confirmation::{Confirmation, key_of, named};
use crate::outgoing::notices::{self, Subject};
use crate::outgoing::send;
use crate::plan::{Desk, Overlay, Plan, guarded};
use crate::record::entry::log_entry;

/// What has to be looked up before the payments can be booked.
pub fn wanted(confirmations: &[Confirmation]) -> Wanted {
    let mut numbers = HashSet::new();
    let mut payments = HashSet::new();
    for payment in confirmations.iter().filter_map(|confirmation| confirmation.reading.as_ref().ok()) {
        numbers.extend(named(payment));
        payments.insert(key_of(payment));
    }
    Wanted { numbers: numbers.into_iter().collect(), payments: payments.into_iter().collect(), ..Wanted::default() }
}

/// What is known at the beginning of a batch, and what its messages have made of it so far.
struct Archive {
    booked: Overlay<PaymentKey, PaymentRow>,
    declarations: Overlay<(String, String), DeclarationRow>,
}

/// Books a batch of payments, in their order.
pub fn plan(confirmations: &[Confirmation], prefetched: Prefetched, desk: &Desk<'_>) -> Plan {
    let mut archive =
        Archive { booked: Overlay::new(prefetched.payments), declarations: Overlay::new(prefetched.numbers) };
    let mut plan = Plan::default();
    for confirmation in confirmations {
        guarded(desk.topics, &mut plan, &confirmation.arrival, |_, step| book(step, confirmation, &mut archive, desk));
    }
    plan
}

fn book(step: &mut Plan, confirmation: &Confirmation, archive: &mut Archive, desk: &Desk<'_>) {
    let arrival = &confirmation.arrival;
    let topics = desk.topics;
    let payment = match &confirmation.reading {
        Ok(payment) => payment,
        Err(findings) => {
            let reason = findings.first().map_or("unreadable", |finding| finding.code.as_str());
            let detail: Vec<&str> = findings.iter().take(10).map(|finding| finding.message.en.as_str()).collect();
            return step.keep(topics, arrival, reason, &detail.join("; "));
        }
    };
    let Ok(amount) = i64::try_from(payment.amount) else {
        return step.keep(topics, arrival, "amount_out_of_range", "the amount is no whole number of dong in range");
    };
    let key = key_of(payment);
    if let Some(booked) = archive.booked.get(&key) {
        return again(step, arrival, payment, amount, booked, desk);
    }
    let name = named(payment);
    let row = name.as_ref().and_then(|name| archive.declarations.get(name).cloned());
    let booking = Booking { payment, amount, arrival, desk };
    let (outcome, answer, changed) = match row {
        // The number is unknown, or another enterprise's: the money is kept track of, and an officer sees it.
        None => booking.unmatched(step),
        Some(row) => booking.book(row, step),
    };
    step.payments.push(NewPayment {
        key: key.clone(),
        number: Some(payment.declaration_number.clone()),
        amount,
        at_ms: arrival.at_ms,
        source: arrival.source(),
        outcome: outcome.clone(),
        answer: answer.clone(),
    });
    archive.booked.put(key, PaymentRow { amount, outcome, answer });
    if let Some((name, row)) = name.zip(changed) {
        archive.declarations.put(name, row);
    }
}

/// The bank said it before: one debit is one payment, however often it is confirmed.
fn again(
    step: &mut Plan,
    arrival: &Arrival,
    payment: &PaymentConfirmation,
    amount: i64,
    booked: &PaymentRow,
    desk: &Desk<'_>,
) {
    if booked.amount != amount {
        let reason = Reason {
            code: "exists_with_different_content".to_owned(),
            message: Bilingual::new(
                format!("the bank confirmed this debit before with {} dong, which stands", booked.amount),
                format!("ngân hàng đã xác nhận giao dịch này với số tiền {} đồng; số đó có hiệu lực", booked.amount),
            ),
        };
        step.keep_quietly(arrival, &reason.code, &reason.message.en);
        send(desk.topics, arrival, &mut step.outbox, &[to_payer(payment, arrival.at, reason)]);
    } else if !booked.answer.is_empty() {
        let topics = desk.topics;
        let identifier = &payment.payment_identifier;
        step.outbox.push(notices::answer_again(topics, arrival, &payment.payer, identifier, booked.answer.clone()));
    }
}

/// A notice to who paid, where there is no declaration to speak of.
fn to_payer(payment: &PaymentConfirmation, at: DateTime, reason: Reason) -> Notice {
    let key =
        DeclarationKey { declarant: payment.payer.clone(), reference: payment.payment_identifier.clone(), version: 0 };
    let draft = Standing::draft(at);
    let subject = Subject { key: &key, standing: &draft, decision: None, at };
    Notice {
        reason: Some(reason),
        number: Some(payment.declaration_number.clone()),
        ..subject.notice(NoticeKind::Refused)
    }
}

/// One payment that is booked for the first time.
struct Booking<'a> {
    payment: &'a PaymentConfirmation,
    amount: i64,
    arrival: &'a Arrival,
    desk: &'a Desk<'a>,
}

/// What a payment did, the answer to it, and what the declaration has become.
type Booked = (String, Vec<u8>, Option<DeclarationRow>);

impl Booking<'_> {
    fn unmatched(&self, step: &mut Plan) -> Booked {
        let reason = Reason {
            code: "E0213".to_owned(),
            message: Bilingual::new(
                "the payer has no declaration of this number; the money is the payer's to claim back",
                "người nộp không có tờ khai mang số này; người nộp được hoàn lại tiền",
            ),
        };
        let answer =
            send(self.desk.topics, self.arrival, &mut step.outbox, &[to_payer(self.payment, self.arrival.at, reason)]);
        ("unmatched".to_owned(), answer, None)
    }

    fn book(&self, row: DeclarationRow, step: &mut Plan) -> Booked {
        let (arrival, at) = (self.arrival, self.arrival.at);
        let Some(standing) = standing_of(&row) else {
            return ("state_unknown".to_owned(), Vec::new(), None);
        };
        let identifier = standing.number.map(notices::payment_identifier);
        if identifier.as_ref() != Some(&self.payment.payment_identifier) {
            let reason = Reason {
                code: "identifier_of_another_declaration".to_owned(),
                message: Bilingual::new(
                    "the payment's identifier is not the one that the notice gave for this declaration",
                    "mã định danh khoản phải nộp không phải của tờ khai này",
                ),
            };
            let code = reason.code.clone();
            let answer = send(self.desk.topics, arrival, &mut step.outbox, &[to_payer(self.payment, at, reason)]);
            return (code, answer, None);
        }
        let command = Command::Pay { amount: Decimal::from(self.amount), by_declarant: true };
        let rulebook: &Rulebook = self.desk.rulebook;
        let circumstances = Circumstances { at, rules: rulebook.in_force_on(at.date()) };
        let events = match carry_out(&standing, &command, &circumstances) {
            Ok(events) => events,
            Err(refused) => {
                let subject = Subject { key: &row.lodged.key, standing: &standing, decision: None, at };
                let answer = send(self.desk.topics, arrival, &mut step.outbox, &[subject.refusal(&refused)]);
                return (refused.code, answer, None);
            }
        };
        let next = standing.after_all(&events, at);
        let effect = effect(&events);
        let body = serde_json::json!({
            "payment_identifier": self.payment.payment_identifier,
            "bank_reference": self.payment.bank_reference,
            "amount": self.amount.to_string(),
            "debited_at": self.payment.debited_at.to_string(),
            "effect": effect,
            "events": events,
            "state": next.state.as_str(),
        });
        let body = body.to_string().into_bytes();
        let entry =
            log_entry(&row.lodged.key, row.stand.log_sequence + 1, arrival.at_ms, "payment", body, row.stand.log_hash);
        let update = moved(&row, &next, &entry, rulebook);
        step.log.push(entry);
        let subject = Subject { key: &row.lodged.key, standing: &next, decision: None, at };
        let answer = send(self.desk.topics, arrival, &mut step.outbox, &subject.of_events(&events));
        let changed = DeclarationRow { lodged: row.lodged, stand: update.stand.clone() };
        step.updates.push(update);
        (effect.to_owned(), answer, Some(changed))
    }
}

/// What a payment did, in the word used in records.
fn effect(events: &[Event]) -> &'static str {
    let cleared = events.iter().any(|event| matches!(event, Event::Cleared { .. }));
    let received = events.iter().find(|event| matches!(event, Event::PaymentReceived { .. }));
    match received {
        Some(Event::PaymentReceived { open, .. }) if !open.is_zero() => "partly_paid",
        Some(Event::PaymentReceived { excess, .. }) if !excess.is_zero() => {
            if cleared {
                "cleared_overpaid"
            } else {
                "overpaid"
            }
        }
        _ if cleared => "cleared",
        _ => "settled",
    }
}
