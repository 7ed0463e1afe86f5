//! Value added tax on a line of the tariff.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::{Citation, RulebookGap};

use crate::cited::{Cited, Versions, no_value_on, only_as_printed};
use crate::hs_table::{Found, HsTable, Line};

/// Whether the temporary cut of VAT holds for a commodity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VatCut {
    Reducible,
    NotReducible,
    DependsOnGoods,
}

/// A row of the VAT table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VatRow {
    /// Why nothing is known, where that is so; there are no rates then.
    pub(crate) printed: Option<Box<str>>,
    pub(crate) rates: Box<[Decimal]>,
    pub(crate) not_subject: bool,
    pub(crate) cut: VatCut,
}

/// The temporary cut of VAT: from one rate to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VatCutRule {
    pub(crate) from_rate: Decimal,
    pub(crate) to_rate: Decimal,
}

/// VAT on a commodity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VatOnLine {
    /// One rate, the temporary cut applied where it holds.
    Rate(Cited<Decimal>),
    /// The declared VAT code decides among what is permitted.
    DependsOnGoods {
        /// The rates that the code may name, in rising order.
        permitted: Vec<Decimal>,
        /// Whether the code may say that the goods are not subject to VAT.
        not_subject_permitted: bool,
        /// The rule and the law.
        citation: Citation,
    },
    /// The rulebook does not say.
    Gap(RulebookGap),
}

/// The rates of the lines, and the temporary cut.
#[derive(Debug)]
pub(crate) struct VatTables {
    pub(crate) rows: HsTable<VatRow>,
    pub(crate) cut: Versions<VatCutRule>,
}

impl VatTables {
    /// VAT on a line at import.
    pub(crate) fn of_line(&self, line: Line, date: Date) -> VatOnLine {
        let place = format!("assessment/value-added-tax/{}", line.code);
        let (row, provenance) = match self.rows.find(line, date) {
            Found::Value(row, provenance) => (row, provenance),
            Found::NotOnDate | Found::NotListed => {
                return VatOnLine::Gap(no_value_on(date, format_args!("{place}/rate")));
            }
        };
        if let Some(printed) = &row.printed {
            return VatOnLine::Gap(only_as_printed(printed, format_args!("{place}/rate")));
        }
        let cut = self.cut.on(date);
        if let (VatCut::Reducible | VatCut::NotReducible, [rate], false) = (row.cut, &*row.rates, row.not_subject) {
            return VatOnLine::Rate(match cut {
                Some((rule, law)) if row.cut == VatCut::Reducible && rule.from_rate == *rate => {
                    law.cited(rule.to_rate, format_args!("{place}/cut"))
                }
                _ => provenance.cited(*rate, format_args!("{place}/rate")),
            });
        }
        let mut permitted = row.rates.to_vec();
        if let Some((rule, _)) = cut
            && row.cut != VatCut::NotReducible
            && permitted.contains(&rule.from_rate)
        {
            permitted.push(rule.to_rate);
        }
        permitted.sort();
        permitted.dedup();
        VatOnLine::DependsOnGoods {
            permitted,
            not_subject_permitted: row.not_subject,
            citation: provenance.cite(format_args!("{place}/rate")),
        }
    }
}
