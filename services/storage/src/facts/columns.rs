//! The columns of what is kept of facts and balances, and of the names that they are looked up by.

use rust_decimal::Decimal;

use super::{BalanceKey, Fact, Kept, WriteOff, quantity_text};
use crate::columns::Column;
use crate::columns::Value::{Bytes, Integer, Text};
use crate::query::text;

pub(crate) fn traders<'a>() -> [Column<(&'a str, &'a [u8])>; 2] {
    [Column("tax_code", Text(|(tax_code, _)| text(tax_code))), Column("facts", Bytes(|(_, facts)| facts))]
}

pub(crate) fn facts<'a>() -> [Column<&'a Fact>; 5] {
    [
        Column("kind", Text(|fact| text(&fact.key.kind))),
        Column("name", Text(|fact| text(&fact.key.name))),
        Column("qualifier", Text(|fact| text(&fact.key.qualifier))),
        Column("holder", Text(|fact| text(&fact.holder))),
        Column("document", Bytes(|fact| &fact.document)),
    ]
}

pub(crate) const BALANCES: &[Column<(BalanceKey, Kept)>] = &[
    Column("kind", Text(|(key, _)| text(&key.fact.kind))),
    Column("name", Text(|(key, _)| text(&key.fact.name))),
    Column("qualifier", Text(|(key, _)| text(&key.fact.qualifier))),
    Column("line", Integer(|(key, _)| key.line.into())),
    Column("granted", Text(|(_, kept)| quantity_text(kept.granted).into())),
    Column("remaining", Text(|(_, kept)| quantity_text(kept.remaining).into())),
    Column("unit", Text(|(_, kept)| text(&kept.unit))),
];

/// A balance, what was left of it, and what is left of it from now on.
pub(crate) type BalanceChange<'a> = (&'a BalanceKey, Decimal, Decimal);

pub(crate) fn balance_changes<'a>() -> [Column<BalanceChange<'a>>; 6] {
    [
        Column("kind", Text(|(key, ..)| text(&key.fact.kind))),
        Column("name", Text(|(key, ..)| text(&key.fact.name))),
        Column("qualifier", Text(|(key, ..)| text(&key.fact.qualifier))),
        Column("line", Integer(|(key, ..)| key.line.into())),
        Column("remaining_before", Text(|(_, before, _)| quantity_text(*before).into())),
        Column("remaining_after", Text(|(.., after)| quantity_text(*after).into())),
    ]
}

pub(crate) const WRITE_OFFS: &[Column<WriteOff>] = &[
    Column("declarant", Text(|write_off| text(&write_off.declaration.declarant))),
    Column("reference", Text(|write_off| text(&write_off.declaration.reference))),
    Column("version", Integer(|write_off| write_off.declaration.version.into())),
    Column("log_sequence", Integer(|write_off| write_off.log_sequence)),
    Column("kind", Text(|write_off| text(&write_off.balance.fact.kind))),
    Column("name", Text(|write_off| text(&write_off.balance.fact.name))),
    Column("qualifier", Text(|write_off| text(&write_off.balance.fact.qualifier))),
    Column("line", Integer(|write_off| write_off.balance.line.into())),
    Column("at_ms", Integer(|write_off| write_off.at_ms)),
    Column("remaining_before", Text(|write_off| quantity_text(write_off.before).into())),
    Column("remaining_after", Text(|write_off| quantity_text(write_off.after).into())),
];

/// What two texts name: a kind and a name, or a declarant and the stem of a number.
pub(crate) const PAIRS: &[Column<(String, String)>] =
    &[Column("first", Text(|(first, _)| text(first))), Column("second", Text(|(_, second)| text(second)))];
