//! Trade agreements: who is a member, and what they give for a commodity.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::{Bilingual, Citation, RulebookGap};

use crate::cited::{Cited, Provenance, gap, no_value_on, only_as_printed};
use crate::hs_table::{Found, HsTable, Line};

/// What an agreement gives for a commodity of an origin, on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preferential {
    /// A rate, in per cent.
    Rate(Cited<Decimal>),
    /// The commodity has no preference.
    Excluded(Citation),
    /// The commodity has a preference, but not for this origin.
    NotForOrigin(Citation),
    /// The origin is not a member of the agreement.
    NotMember(Citation),
    /// The preference is given inside a tariff quota alone, and its rate stands elsewhere.
    QuotaOnly(Citation),
    /// The rulebook does not say.
    Gap(RulebookGap),
}

/// A cell of a preferential tariff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PreferentialCell {
    Rate(Decimal),
    Excluded,
    QuotaOnly,
    AsPrinted(Box<str>),
}

/// What a preferential tariff says of a commodity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PreferentialRow {
    pub(crate) rate: PreferentialCell,
    pub(crate) out_of_quota: Option<PreferentialCell>,
    /// Origins that the rate is not given for.
    pub(crate) not_for_origin: Box<[Box<str>]>,
}

/// An agreement, whatever the day.
#[derive(Debug)]
pub(crate) struct Agreement {
    pub(crate) id: Box<str>,
    pub(crate) name: Bilingual,
    pub(crate) direct_transport: Box<str>,
    /// The decree that puts it into effect, and its days.
    pub(crate) decree: Provenance,
    /// Members with their first days, by country code.
    pub(crate) members: Box<[(Box<str>, Date)]>,
    /// The tables of rates, none when no rates are entered. Rates fall in yearly steps: each year has its own.
    pub(crate) rates: Vec<RatePeriod>,
    /// Commodities that the table leaves out have no preference; otherwise the table has all of them.
    pub(crate) listed_lines_only: bool,
}

/// A table of rates and the days that it holds on.
#[derive(Debug)]
pub(crate) struct RatePeriod {
    pub(crate) provenance: Provenance,
    /// The file of the table without its ending, below `assessment/`.
    pub(crate) name: Box<str>,
    /// The column of the rate.
    pub(crate) column: Box<str>,
    pub(crate) table: HsTable<PreferentialRow>,
}

impl Agreement {
    /// The table that holds on a day.
    pub(crate) fn rates_on(&self, date: Date) -> Option<&RatePeriod> {
        self.rates.iter().find(|period| period.provenance.holds_on(date))
    }

    pub(crate) fn has_member_on(&self, country: &str, date: Date) -> bool {
        self.members.iter().any(|(member, joined)| **member == *country && *joined <= date)
    }
}

/// An agreement in force on a day.
#[derive(Debug, Clone, Copy)]
pub struct AgreementInForce<'a> {
    pub(crate) agreement: &'a Agreement,
    pub(crate) date: Date,
}

impl<'a> AgreementInForce<'a> {
    /// What it gives for a line of an origin, inside or outside its tariff quota. The agreement need not be in force.
    pub(crate) fn preferential(&self, line: Line, origin: &str, out_of_quota: bool) -> Preferential {
        let (agreement, id) = (self.agreement, &self.agreement.id);
        if !agreement.decree.holds_on(self.date) {
            return Preferential::Gap(no_value_on(self.date, format_args!("assessment/agreements/{id}")));
        }
        if !agreement.has_member_on(origin, self.date) {
            let rule = format_args!("assessment/agreements/{id}/members");
            return Preferential::NotMember(agreement.decree.cite(rule));
        }
        let Some(rates) = agreement.rates_on(self.date) else {
            return Preferential::Gap(gap(
                "rates_not_in_rulebook",
                format_args!("assessment/agreements/{id}/rates"),
                format_args!("the rates of {} for {} are not entered", agreement.name.en, self.date),
                format_args!("chưa nhập thuế suất của {} cho ngày {}", agreement.name.vi, self.date),
            ));
        };
        let place = format_args!("assessment/{}/{}", rates.name, line.code);
        let (row, provenance) = match rates.table.find(line, self.date) {
            Found::Value(row, provenance) => (row, provenance),
            Found::NotListed if agreement.listed_lines_only => {
                return Preferential::Excluded(rates.provenance.cite(format_args!("assessment/{}", rates.name)));
            }
            Found::NotOnDate | Found::NotListed => {
                return Preferential::Gap(no_value_on(self.date, format_args!("{place}/{}", rates.column)));
            }
        };
        if row.not_for_origin.iter().any(|country| **country == *origin) {
            return Preferential::NotForOrigin(provenance.cite(format_args!("{place}/not_for_origin")));
        }
        let (cell, column) = match (row, out_of_quota) {
            (PreferentialRow { out_of_quota: Some(cell), .. }, true) => (cell, "out_of_quota"),
            (_, true) => return Preferential::Excluded(provenance.cite(format_args!("{place}/out_of_quota"))),
            (row, false) => (&row.rate, &*rates.column),
        };
        let place = format_args!("{place}/{column}");
        match cell {
            PreferentialCell::Rate(rate) => Preferential::Rate(provenance.cited(*rate, place)),
            PreferentialCell::Excluded => Preferential::Excluded(provenance.cite(place)),
            PreferentialCell::QuotaOnly => Preferential::QuotaOnly(provenance.cite(place)),
            PreferentialCell::AsPrinted(printed) => Preferential::Gap(only_as_printed(printed, place)),
        }
    }

    /// Its identifier, e.g. `acfta`.
    pub fn id(&self) -> &'a str {
        &self.agreement.id
    }

    /// Its name in English.
    pub fn name_en(&self) -> &'a str {
        &self.agreement.name.en
    }

    /// Its name in Vietnamese.
    pub fn name_vi(&self) -> &'a str {
        &self.agreement.name.vi
    }

    /// The countries that are members on the day, Viet Nam included for goods of its non-tariff zones.
    pub fn members(&self) -> impl Iterator<Item = &'a str> {
        let date = self.date;
        self.agreement.members.iter().filter(move |(_, joined)| *joined <= date).map(|(country, _)| &**country)
    }

    /// Whether a country is a member on the day.
    pub fn has_member(&self, country: &str) -> bool {
        self.agreement.has_member_on(country, self.date)
    }

    /// Whether it names the lines that have a preference, and leaves out the others; else it says something of every line.
    pub fn lists_lines(&self) -> bool {
        self.agreement.listed_lines_only
    }

    /// The decree.
    pub fn citation(&self) -> Citation {
        self.agreement.decree.cite(format_args!("assessment/agreements/{}", self.agreement.id))
    }
}

/// The rulebook does not know an agreement.
pub(crate) fn no_agreement(id: &str) -> RulebookGap {
    gap(
        "agreement_not_in_rulebook",
        format_args!("assessment/agreements/{id}"),
        format_args!("the rulebook has no agreement called {id}"),
        format_args!("bộ quy tắc không có hiệp định {id}"),
    )
}
