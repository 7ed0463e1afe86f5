//! Payment confirmations: a green declaration on which everything owed is paid is cleared.

use std::collections::HashSet;

use clearance::life_cycle::{PaymentEffect, State, pay};
use rust_decimal::Decimal;
use storage::{DeclarationRow, DeclarationUpdate, NewPayment, PaymentKey, Prefetched, Wanted};
use vocabulary::{Finding, Lane, Notice, NoticeKind, PaymentConfirmation};

use crate::arrival::Arrival;
use crate::events::log_entry;
use crate::notices;
use crate::plan::{Overlay, Plan, guarded};
use crate::settings::Topics;

/// A payment message after reading.
pub(crate) struct Confirmation<'a> {
    pub(crate) arrival: Arrival<'a>,
    reading: Result<PaymentConfirmation, Vec<Finding>>,
}

impl<'a> Confirmation<'a> {
    pub(crate) fn read(arrival: Arrival<'a>) -> Self {
        let reading = message::read_payment(arrival.payload());
        Self { reading, arrival }
    }
}

fn key_of(payment: &PaymentConfirmation) -> PaymentKey {
    PaymentKey {
        payer: payment.payer.clone(),
        identifier: payment.payment_identifier.clone(),
        bank_reference: payment.bank_reference.clone(),
    }
}

/// What has to be looked up before the payments can be booked.
pub(crate) fn wanted(confirmations: &[Confirmation<'_>]) -> Wanted {
    let mut numbers = HashSet::new();
    let mut payments = HashSet::new();
    for payment in confirmations.iter().filter_map(|confirmation| confirmation.reading.as_ref().ok()) {
        numbers.insert((payment.payer.clone(), payment.declaration_number.clone()));
        payments.insert(key_of(payment));
    }
    Wanted { numbers: numbers.into_iter().collect(), payments: payments.into_iter().collect(), ..Wanted::default() }
}

/// Books a batch of payments, in their order.
pub(crate) fn plan(confirmations: &[Confirmation<'_>], prefetched: Prefetched, topics: &Topics) -> Plan {
    let mut booked = Overlay::new(prefetched.payments.into_keys().map(|key| (key, ())).collect());
    let mut declarations = Overlay::new(prefetched.numbers);
    let mut plan = Plan::default();
    for confirmation in confirmations {
        guarded(topics, &mut plan, &confirmation.arrival, |plan| {
            book(topics, plan, confirmation, &mut booked, &mut declarations)
        });
    }
    plan
}

fn book(
    topics: &Topics,
    plan: &mut Plan,
    confirmation: &Confirmation<'_>,
    booked: &mut Overlay<PaymentKey, ()>,
    declarations: &mut Overlay<(String, String), DeclarationRow>,
) {
    let arrival = &confirmation.arrival;
    let payment = match &confirmation.reading {
        Ok(payment) => payment,
        Err(findings) => {
            let reason = findings.first().map_or("unreadable", |finding| finding.code.as_str());
            let detail: Vec<&str> = findings.iter().take(10).map(|finding| finding.message.en.as_str()).collect();
            return plan.keep(topics, arrival, reason, &detail.join("; "));
        }
    };
    let key = key_of(payment);
    if booked.get(&key).is_some() {
        // The bank said it before: one debit is one payment, however often it is confirmed.
        return;
    }
    let Ok(amount) = i64::try_from(payment.amount) else {
        return plan.keep(topics, arrival, "amount_out_of_range", "the amount is no whole number of dong in range");
    };
    let mut record = |outcome: &str| {
        plan.payments.push(NewPayment {
            key: key.clone(),
            number: Some(payment.declaration_number.clone()),
            amount,
            at_ms: arrival.at_ms,
            source: arrival.source(),
            outcome: outcome.to_owned(),
        });
    };
    let number_key = (payment.payer.clone(), payment.declaration_number.clone());
    let Some(row) = declarations.get(&number_key).cloned() else {
        // The number is unknown, or another enterprise's: the money is kept track of, and an officer sees it.
        record("unmatched");
        booked.put(key, ());
        return;
    };
    if payment.payment_identifier != notices::payment_identifier(&payment.declaration_number) {
        record("identifier_of_another_declaration");
        booked.put(key, ());
        return;
    }
    let state: Result<State, _> = row.state.parse();
    let owed = Decimal::from(row.total_payable.unwrap_or(0));
    let booking = state.map_err(|_| "state_unknown").and_then(|state| {
        pay(state, owed, Decimal::from(row.paid), payment.amount).map_err(|refused| refused.as_str())
    });
    let (state, effect) = match booking {
        Ok(booking) => booking,
        Err(refused) => {
            record(refused);
            booked.put(key, ());
            return;
        }
    };
    record(effect.as_str());
    booked.put(key, ());

    let body = serde_json::json!({
        "payment_identifier": payment.payment_identifier,
        "bank_reference": payment.bank_reference,
        "amount": amount.to_string(),
        "debited_at": payment.debited_at.to_string(),
        "effect": effect.as_str(),
        "state": state.as_str(),
    });
    let entry = log_entry(
        &row.key,
        row.log_sequence + 1,
        arrival.at_ms,
        "payment",
        body.to_string().into_bytes(),
        row.log_hash,
    );
    let paid = row.paid.saturating_add(amount);
    plan.updates.push(DeclarationUpdate {
        key: row.key.clone(),
        expected_log_sequence: row.log_sequence,
        state: state.as_str().to_owned(),
        paid,
        log_sequence: entry.sequence,
        log_hash: entry.hash,
    });
    if matches!(effect, PaymentEffect::Cleared | PaymentEffect::ClearedOverpaid) {
        plan.outbox.push(notices::to_outbox(topics, arrival, 0, &cleared(&row, arrival)));
    }
    let (log_sequence, log_hash) = (entry.sequence, entry.hash);
    plan.log.push(entry);
    let changed = DeclarationRow { state: state.as_str().to_owned(), paid, log_sequence, log_hash, ..row };
    declarations.put(number_key, changed);
}

fn cleared(row: &DeclarationRow, arrival: &Arrival<'_>) -> Notice {
    Notice {
        previous_total_payable: None,
        reason: None,
        kind: NoticeKind::Cleared,
        declarant: row.key.declarant.clone(),
        reference: row.key.reference.clone(),
        version: row.key.version,
        issued_at: arrival.at,
        number: row.number.clone(),
        lane: row.lane.and_then(|code| Lane::ALL.into_iter().find(|lane| i16::from(lane.code()) == code)),
        totals: Vec::new(),
        total_payable: row.total_payable.map(Decimal::from),
        payment_identifier: None,
        findings: Vec::new(),
    }
}
