//! The columns of each table that a batch writes to, and of the keys that its rows are looked up by.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::codes;
use crate::columns::Column;
use crate::columns::Value::{Bytes, Integer, OptionalBytes, OptionalInteger, OptionalText, Packed, Text, Word};
use crate::keys::DeclarationKey;
use crate::query::text;
use crate::rows::{
    CommandKey, DeclarationUpdate, KeptMessage, LogEntry, NewCommand, NewDeclaration, NewPayment, NewRequest,
    PaymentKey, Retiming,
};

pub(crate) const DECLARATIONS: &[Column<NewDeclaration>] = &[
    Column("declarant", Text(|new| text(&new.lodged.key.declarant))),
    Column("reference", Text(|new| text(&new.lodged.key.reference))),
    Column("version", Integer(|new| new.lodged.key.version.into())),
    Column("content_hash", Bytes(|new| &new.lodged.content_hash)),
    Column("outcome", Integer(|new| codes::of_outcome(new.stand.outcome))),
    Column("state", Integer(|new| codes::of_state(new.stand.state))),
    Column("direction", OptionalInteger(|new| new.lodged.direction.map(codes::of_direction))),
    Column("kind", Text(|new| text(&new.lodged.kind))),
    Column("office", Text(|new| text(&new.lodged.office))),
    Column("number", OptionalText(|new| new.stand.number.map(|number| number.to_string().into()))),
    Column("number_stem", OptionalText(|new| new.stand.number.map(|number| number.stem().into()))),
    Column("lane", OptionalInteger(|new| new.stand.lane.map(codes::of_lane))),
    Column("since_ms", Integer(|new| new.stand.since_ms)),
    Column("registered_at_ms", Integer(|new| new.stand.registered_at_ms)),
    Column("total_payable", OptionalInteger(|new| new.stand.total_payable)),
    Column("paid", Integer(|new| new.stand.paid)),
    Column("rulebook", Word(|new| &new.stand.rulebook)),
    Column("source_topic", Word(|new| &new.lodged.source.topic)),
    Column("source_partition", Integer(|new| new.lodged.source.partition.into())),
    Column("source_offset", Integer(|new| new.lodged.source.offset)),
    Column("log_sequence", Integer(|new| new.stand.log_sequence)),
    Column("log_hash", Bytes(|new| &new.stand.log_hash)),
    Column("decision_sequence", Integer(|new| new.stand.decision_sequence)),
    Column("standing", Packed(|new| new.stand.standing.as_slice().into())),
    Column("first_stem", OptionalText(|new| new.searched.first_stem.as_deref().map(text))),
    Column("flagged_goods", OptionalText(|new| codes_text(&new.searched.flagged_goods))),
    Column("time_acts_at_ms", OptionalInteger(|new| new.time_acts_at_ms)),
];

pub(crate) const DECLARATION_UPDATES: &[Column<DeclarationUpdate>] = &[
    Column("declarant", Text(|update| text(&update.key.declarant))),
    Column("reference", Text(|update| text(&update.key.reference))),
    Column("version", Integer(|update| update.key.version.into())),
    Column("expected", Integer(|update| update.expected_log_sequence)),
    Column("outcome", Integer(|update| codes::of_outcome(update.stand.outcome))),
    Column("state", Integer(|update| codes::of_state(update.stand.state))),
    Column("number", OptionalText(|update| update.stand.number.map(|number| number.to_string().into()))),
    Column("number_stem", OptionalText(|update| update.stand.number.map(|number| number.stem().into()))),
    Column("lane", OptionalInteger(|update| update.stand.lane.map(codes::of_lane))),
    Column("since_ms", Integer(|update| update.stand.since_ms)),
    Column("registered_at_ms", Integer(|update| update.stand.registered_at_ms)),
    Column("total_payable", OptionalInteger(|update| update.stand.total_payable)),
    Column("paid", Integer(|update| update.stand.paid)),
    Column("standing", Packed(|update| update.stand.standing.as_slice().into())),
    Column("rulebook", Word(|update| &update.stand.rulebook)),
    Column("log_sequence", Integer(|update| update.stand.log_sequence)),
    Column("log_hash", Bytes(|update| &update.stand.log_hash)),
    Column("decision_sequence", Integer(|update| update.stand.decision_sequence)),
    Column("flagged_goods", OptionalText(|update| codes_text(&update.flagged_goods))),
    Column("time_acts_at_ms", OptionalInteger(|update| update.time_acts_at_ms)),
];

pub(crate) const RETIMINGS: &[Column<Retiming>] = &[
    Column("declarant", Text(|retiming| text(&retiming.key.declarant))),
    Column("reference", Text(|retiming| text(&retiming.key.reference))),
    Column("version", Integer(|retiming| retiming.key.version.into())),
    Column("expected", Integer(|retiming| retiming.expected_log_sequence)),
    Column("time_acts_at_ms", OptionalInteger(|retiming| retiming.time_acts_at_ms)),
];

pub(crate) const COMMANDS: &[Column<NewCommand>] = &[
    Column("declarant", Text(|command| text(&command.key.declarant))),
    Column("identifier", Text(|command| text(&command.key.identifier))),
    Column("content_hash", Bytes(|command| &command.content_hash)),
    Column("kind", Text(|command| text(&command.kind))),
    Column("reference", OptionalText(|command| command.reference.as_deref().map(text))),
    Column("outcome", Text(|command| text(&command.outcome))),
    Column("at_ms", Integer(|command| command.at_ms)),
    Column("answer", Packed(|command| command.answer.as_slice().into())),
    Column("document", Packed(|command| command.document.as_slice().into())),
];

/// Tariff codes as one text, a blank before each, by which the beginning of any of them is found; nothing where there is none.
fn codes_text(codes: &[String]) -> Option<Cow<'_, str>> {
    let codes: BTreeSet<&str> = codes.iter().map(String::as_str).collect();
    (!codes.is_empty())
        .then(|| text(&codes.iter().map(|code| format!(" {code}")).collect::<String>()).into_owned().into())
}

pub(crate) const REQUESTS: &[Column<NewRequest>] = &[
    Column("declarant", Text(|request| text(&request.key.declarant))),
    Column("reference", Text(|request| text(&request.key.reference))),
    Column("version", Integer(|request| request.key.version.into())),
    Column("content_hash", Bytes(|request| &request.content_hash)),
    Column("kind", Text(|request| text(&request.kind))),
    Column("outcome", Text(|request| text(&request.outcome))),
    Column("number", OptionalText(|request| request.number.as_deref().map(text))),
    Column("at_ms", Integer(|request| request.at_ms)),
    Column("answer", Packed(|request| request.answer.as_slice().into())),
    Column("document", Packed(|request| request.document.as_slice().into())),
];

pub(crate) const DECISION_LOG: &[Column<LogEntry>] = &[
    Column("declarant", Text(|entry| text(&entry.key.declarant))),
    Column("reference", Text(|entry| text(&entry.key.reference))),
    Column("version", Integer(|entry| entry.key.version.into())),
    Column("sequence", Integer(|entry| entry.sequence)),
    Column("at_ms", Integer(|entry| entry.at_ms)),
    Column("kind", Word(|entry| &entry.kind)),
    Column("body", Packed(LogEntry::text)),
    Column(
        "previous_hash",
        OptionalBytes(|entry| {
            (entry.sequence != 0 || entry.previous_hash != [0; 32]).then_some(&entry.previous_hash[..])
        }),
    ),
    Column("hash", Bytes(|entry| &entry.hash)),
];

pub(crate) const PAYMENTS: &[Column<NewPayment>] = &[
    Column("payer", Text(|payment| text(&payment.key.payer))),
    Column("identifier", Text(|payment| text(&payment.key.identifier))),
    Column("bank_reference", Text(|payment| text(&payment.key.bank_reference))),
    Column("number", OptionalText(|payment| payment.number.as_deref().map(text))),
    Column("amount", Integer(|payment| payment.amount)),
    Column("at_ms", Integer(|payment| payment.at_ms)),
    Column("outcome", Text(|payment| text(&payment.outcome))),
    Column("answer", Packed(|payment| payment.answer.as_slice().into())),
];

pub(crate) const KEPT_MESSAGES: &[Column<KeptMessage>] = &[
    Column("source_topic", Text(|kept| text(&kept.source.topic))),
    Column("source_partition", Integer(|kept| kept.source.partition.into())),
    Column("source_offset", Integer(|kept| kept.source.offset)),
    Column("reason", Text(|kept| text(&kept.reason))),
    Column("detail", Text(|kept| text(&kept.detail))),
    Column("message_key", OptionalBytes(|kept| kept.key.as_deref())),
    Column("payload", OptionalBytes(|kept| kept.payload.as_deref())),
];

pub(crate) const DECLARATION_KEYS: &[Column<DeclarationKey>] = &[
    Column("declarant", Text(|key| text(&key.declarant))),
    Column("reference", Text(|key| text(&key.reference))),
    Column("version", Integer(|key| key.version.into())),
];

pub(crate) const PAYMENT_KEYS: &[Column<PaymentKey>] = &[
    Column("payer", Text(|key| text(&key.payer))),
    Column("identifier", Text(|key| text(&key.identifier))),
    Column("bank_reference", Text(|key| text(&key.bank_reference))),
];

pub(crate) const COMMAND_KEYS: &[Column<CommandKey>] =
    &[Column("declarant", Text(|key| text(&key.declarant))), Column("identifier", Text(|key| text(&key.identifier)))];

pub(crate) const TAX_CODES: &[Column<String>] = &[Column("tax_code", Text(|code| text(code)))];

pub(crate) const STEMS: &[Column<String>] = &[Column("stem", Text(|stem| text(stem)))];
