//! Special consumption tax on a line of the tariff.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::{Citation, RulebookGap};

use crate::cited::{Cited, Versions, no_value_on, only_as_printed};
use crate::hs_table::{CommodityCode, Found, ListedLines};

/// A row of the special consumption tax table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SpecialConsumptionRow {
    Rate {
        rate: Decimal,
        /// Some of the goods do not bear the tax, as a declared code may say.
        not_subject: bool,
    },
    /// The declared code decides.
    OneOf {
        /// The permitted rates; empty where the law names them by goods alone.
        rates: Box<[Decimal]>,
        /// Some of the goods do not bear the tax.
        not_subject: bool,
        /// Most of them do not, so that no code is needed to say so.
        seldom: bool,
    },
    AsPrinted(Box<str>),
}

/// Special consumption tax on a commodity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpecialConsumption {
    /// The commodity does not bear it.
    NotSubject(Citation),
    /// One rate.
    Rate(Cited<Decimal>),
    /// The declared tax code decides.
    DependsOnGoods {
        /// The rates that the code may name; empty when the table does not limit them.
        permitted: Vec<Decimal>,
        /// Whether the code may say that the goods are not subject to the tax.
        not_subject_permitted: bool,
        /// The rule and the law.
        citation: Citation,
    },
    /// Few of the goods bear it, at one of these rates: those of which a declared code says so.
    Seldom {
        /// The rates that the code may name.
        permitted: Vec<Decimal>,
        /// The rule and the law.
        citation: Citation,
    },
    /// The rulebook does not say.
    Gap(RulebookGap),
}

/// The lines that bear the tax, and those that an earlier law of it reached.
#[derive(Debug)]
pub(crate) struct SpecialConsumptionTables {
    pub(crate) listed: ListedLines<SpecialConsumptionRow>,
    /// Beginnings of the codes that an earlier law of the tax reached, whose rates are not entered.
    pub(crate) headings_before: Versions<Box<[Box<str>]>>,
}

impl SpecialConsumptionTables {
    /// Special consumption tax on a line at import.
    pub(crate) fn of_line(&self, code: CommodityCode, date: Date) -> SpecialConsumption {
        let table = &self.listed;
        let place = format!("assessment/special-consumption-tax/{}", code);
        let (row, provenance) = match table.rows.find_code(code, date) {
            Found::Value(row, provenance) => (row, provenance),
            Found::NotListed | Found::NotOnDate if table.rows.listed_only_after(code, date) && table.holds_on(date) => {
                return SpecialConsumption::NotSubject(
                    table.provenance.cite(format_args!("assessment/special-consumption-tax")),
                );
            }
            Found::NotListed | Found::NotOnDate => {
                return match self.headings_before.on(date) {
                    Some((headings, law))
                        if !headings.iter().any(|heading| code.to_string().starts_with(&**heading)) =>
                    {
                        SpecialConsumption::NotSubject(
                            law.cite(format_args!("assessment/special-consumption-tax-before/headings")),
                        )
                    }
                    _ => SpecialConsumption::Gap(no_value_on(date, format_args!("{place}/rate"))),
                };
            }
        };
        match row {
            SpecialConsumptionRow::Rate { rate, .. } => {
                SpecialConsumption::Rate(provenance.cited(*rate, format_args!("{place}/rate")))
            }
            SpecialConsumptionRow::OneOf { rates, seldom: true, .. } => SpecialConsumption::Seldom {
                permitted: rates.to_vec(),
                citation: provenance.cite(format_args!("{place}/rate")),
            },
            SpecialConsumptionRow::OneOf { rates, not_subject, .. } => SpecialConsumption::DependsOnGoods {
                permitted: rates.to_vec(),
                not_subject_permitted: *not_subject || rates.is_empty(),
                citation: provenance.cite(format_args!("{place}/rate")),
            },
            SpecialConsumptionRow::AsPrinted(printed) => {
                SpecialConsumption::Gap(only_as_printed(printed, format_args!("{place}/rate")))
            }
        }
    }
}
