//! Payment confirmations: they are booked on the declaration that they name, whose life goes on with them.

use std::collections::{HashMap, HashSet};

use clearance::life_cycle::{Command, Event, Standing, carry_out};
use rust_decimal::Decimal;
use storage::{DeclarationKey, DeclarationRow, NewPayment, PaymentKey, PaymentRow, Wanted};
use vocabulary::{Bilingual, DeclarationNumber, Notice, NoticeKind, PaymentConfirmation, Reason};

use super::{Matter, Numbering};
use crate::case::found::Found;
use crate::case::{moved, row_after, standing_of};
use crate::intake::arrival::Arrival;
use crate::intake::confirmation::{Confirmation, key_of, named, stem_of_identifier};
use crate::outgoing::notices::{self, Subject};
use crate::record::entry::{EntryKind, log_entry};
use crate::recordable::{Unrecordable, dong};
use crate::turn::Turn;

/// The declarant and the digits of a number that stay, by which a declaration is named.
type Name = (String, String);

/// What is known at the beginning of a batch, and what its messages have made of it so far.
#[derive(Debug)]
pub struct Known {
    booked: HashMap<PaymentKey, PaymentRow>,
    declarations: HashMap<Name, DeclarationRow>,
}

impl Known {
    /// The declaration that a payment is for: one of the payer's own by its number, else whosesoever it is by the
    /// identifier that the payer paid under.
    fn declaration(&self, payment: &PaymentConfirmation) -> Option<(Name, DeclarationRow)> {
        let own = named(payment).and_then(|name| Some((self.declarations.get(&name)?.clone(), name)));
        let of_another = || {
            let stem = stem_of_identifier(payment)?;
            let (name, row) = self.declarations.iter().find(|((_, other), _)| *other == stem)?;
            Some((row.clone(), name.clone()))
        };
        own.or_else(of_another).map(|(row, name)| (name, row))
    }
}

impl Matter for Confirmation {
    type Known = Known;

    fn read(arrival: Arrival) -> Self {
        Self::read(arrival)
    }

    fn arrival(&self) -> &Arrival {
        &self.arrival
    }

    fn wanted(messages: &[Self]) -> Wanted {
        let mut numbers = HashSet::new();
        let mut stems = HashSet::new();
        let mut payments = HashSet::new();
        for payment in sound(messages) {
            numbers.extend(named(payment));
            stems.extend(stem_of_identifier(payment));
            payments.insert(key_of(payment));
        }
        Wanted {
            numbers: numbers.into_iter().collect(),
            numbers_of_anybody: stems.into_iter().collect(),
            payments: payments.into_iter().collect(),
            ..Wanted::default()
        }
    }

    fn numbering(_messages: &[Self]) -> Numbering {
        Numbering::None
    }

    fn know(found: Found) -> Known {
        Known { booked: found.rows.payments, declarations: found.rows.numbers }
    }

    fn take_up(&self, turn: &mut Turn<'_>, known: &mut Known) -> Result<(), Unrecordable> {
        let payment = match &self.reading {
            Ok(payment) => payment,
            Err(findings) => {
                turn.keep_unreadable(findings);
                return Ok(());
            }
        };
        let Ok(amount) = dong(payment.amount) else {
            turn.keep("amount_out_of_range", "the amount is no whole number of dong in range");
            return Ok(());
        };
        let key = key_of(payment);
        if let Some(booked) = known.booked.get(&key) {
            again(turn, payment, amount, booked);
            return Ok(());
        }
        let booking = Booking { payment, amount };
        let declaration = known.declaration(payment);
        let booked = match &declaration {
            // The number is unknown: the money is kept track of, and an officer sees it.
            None => booking.unmatched(turn),
            Some(((declarant, _), row)) => booking.book(row, *declarant == payment.payer, turn)?,
        };
        turn.step.payments.push(NewPayment {
            key: key.clone(),
            number: Some(payment.declaration_number.clone()),
            amount,
            at_ms: turn.arrival.at_ms,
            source: turn.arrival.source(),
            outcome: booked.outcome.clone(),
            answer: booked.answer.clone(),
        });
        known.booked.insert(key, PaymentRow { amount, outcome: booked.outcome, answer: booked.answer });
        known.declarations.extend(declaration.map(|(name, _)| name).zip(booked.changed));
        Ok(())
    }
}

fn sound(confirmations: &[Confirmation]) -> impl Iterator<Item = &PaymentConfirmation> {
    confirmations.iter().filter_map(|confirmation| confirmation.reading.as_ref().ok())
}

/// The bank said it before: one debit is one payment, however often it is confirmed.
fn again(turn: &mut Turn<'_>, payment: &PaymentConfirmation, amount: i64, booked: &PaymentRow) {
    if booked.amount != amount {
        let reason = Reason {
            code: "exists_with_different_content".to_owned(),
            message: Bilingual::new(
                format!("the bank confirmed this debit before with {} dong, which stands", booked.amount),
                format!("ngân hàng đã xác nhận giao dịch này với số tiền {} đồng; số đó có hiệu lực", booked.amount),
            ),
        };
        turn.keep_quietly(&reason.code, &reason.message.en);
        tell_payer(turn, payment, reason);
    } else if !booked.answer.is_empty() {
        let (topics, identifier) = (turn.grounds.topics, &payment.payment_identifier);
        let answer = booked.answer.clone();
        let again = notices::answer_again(topics, turn.arrival, &payment.payer, identifier, answer);
        turn.step.outbox.push(again);
    }
}

/// Tells who paid, where there is no declaration of the payer's to speak of.
fn tell_payer(turn: &mut Turn<'_>, payment: &PaymentConfirmation, reason: Reason) -> Vec<u8> {
    let key =
        DeclarationKey { declarant: payment.payer.clone(), reference: payment.payment_identifier.clone(), version: 0 };
    let draft = Standing::draft(turn.at());
    let subject = Subject { key: &key, standing: &draft, decision: None, at: turn.at(), rules: turn.rules() };
    turn.send(&[Notice {
        reason: Some(reason),
        number: Some(payment.declaration_number.clone()),
        ..subject.notice(NoticeKind::Refused)
    }])
}

/// One payment that is booked for the first time.
struct Booking<'a> {
    payment: &'a PaymentConfirmation,
    amount: i64,
}

/// What came of a payment.
struct Booked {
    outcome: String,
    answer: Vec<u8>,
    /// What the declaration has become; nothing where it stays as it is.
    changed: Option<DeclarationRow>,
}

impl Booking<'_> {
    /// The money did nothing, for a reason that the payer is told.
    fn not_booked(&self, reason: Reason, turn: &mut Turn<'_>) -> Booked {
        let outcome = reason.code.clone();
        Booked { outcome, answer: tell_payer(turn, self.payment, reason), changed: None }
    }

    fn unmatched(&self, turn: &mut Turn<'_>) -> Booked {
        let reason = Reason {
            code: "E0213".to_owned(),
            message: Bilingual::new(
                "the payer has no declaration of this number; the money is the payer's to claim back",
                "người nộp không có tờ khai mang số này; người nộp được hoàn lại tiền",
            ),
        };
        Booked { outcome: "unmatched".to_owned(), ..self.not_booked(reason, turn) }
    }

    fn book(&self, row: &DeclarationRow, by_declarant: bool, turn: &mut Turn<'_>) -> Result<Booked, Unrecordable> {
        let Some(standing) = standing_of(row) else {
            return Ok(Booked { outcome: "state_unknown".to_owned(), answer: Vec::new(), changed: None });
        };
        let identifier = standing.number.map(DeclarationNumber::payment_identifier);
        if identifier.as_ref() != Some(&self.payment.payment_identifier) {
            let reason = Reason {
                code: "identifier_of_another_declaration".to_owned(),
                message: Bilingual::new(
                    "the payment's identifier is not the one that the notice gave for this declaration",
                    "mã định danh khoản phải nộp không phải của tờ khai này",
                ),
            };
            return Ok(self.not_booked(reason, turn));
        }
        if dong(standing.paid + Decimal::from(self.amount)).is_err() {
            let reason = Reason {
                code: "amount_out_of_range".to_owned(),
                message: Bilingual::new(
                    "more was paid on the declaration than can be kept; the money is the payer's to claim back",
                    "tổng số tiền đã nộp vượt quá giới hạn lưu trữ; người nộp được hoàn lại tiền",
                ),
            };
            return Ok(self.not_booked(reason, turn));
        }
        let command = Command::Pay { amount: Decimal::from(self.amount), by_declarant };
        let events = match carry_out(&standing, &command, &turn.circumstances()) {
            Ok(events) => events,
            // What another enterprise's declaration is called and where it stands is none of the payer's business.
            Err(refused) if !by_declarant => return Ok(self.not_booked(refused.reason(), turn)),
            Err(refused) => {
                let subject = Subject {
                    key: &row.lodged.key,
                    standing: &standing,
                    decision: None,
                    at: turn.at(),
                    rules: turn.rules(),
                };
                let answer = turn.send(&[subject.refusal(&refused)]);
                return Ok(Booked { outcome: refused.code, answer, changed: None });
            }
        };
        let next = standing.after_all(&events, turn.at());
        let effect = effect(&events);
        let body = serde_json::json!({
            "payment_identifier": self.payment.payment_identifier,
            "bank_reference": self.payment.bank_reference,
            "amount": self.amount.to_string(),
            "debited_at": self.payment.debited_at.to_string(),
            "effect": effect,
            "events": serde_json::to_value(&events)?,
            "state": next.state.as_str(),
        });
        let body = body.to_string().into_bytes();
        let (sequence, at_ms) = (row.stand.log_sequence + 1, turn.arrival.at_ms);
        let entry = log_entry(&row.lodged.key, sequence, at_ms, EntryKind::Payment, body, row.stand.log_hash);
        let update = moved(row, &next, &entry, turn.grounds.rulebook)?;
        turn.step.log.push(entry);
        let subject =
            Subject { key: &row.lodged.key, standing: &next, decision: None, at: turn.at(), rules: turn.rules() };
        let answer = turn.send(&subject.of_events(&events));
        let changed = Some(row_after(row, &update));
        turn.step.updates.push(update);
        Ok(Booked { outcome: effect.to_owned(), answer, changed })
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
