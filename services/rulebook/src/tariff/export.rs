//! The export tariff, and what agreements give at export.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::{Citation, RulebookGap};

use crate::cited::{Cited, Provenance, no_value_on, only_as_printed};
use crate::hs_table::{Found, Line, ListedLines};
use crate::tariff::agreement::{Agreement, Preferential};
use crate::tariff::import::RateCell;

/// A row of the export preferences, one cell for each column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExportPreferenceRow {
    /// As the columns stand in [`EXPORT_COLUMNS`].
    pub(crate) cells: [Option<RateCell>; 4],
}

/// The columns of the export preferences: name and agreement.
pub(crate) const EXPORT_COLUMNS: [(&str, &str); 4] =
    [("cptpp", "cptpp"), ("cptpp_mexico", "cptpp-mexico"), ("evfta", "evfta"), ("ukvfta", "ukvfta")];

/// Export duty on a commodity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportDuty {
    /// The export tariff leaves the commodity out: no export duty.
    NotListed(Citation),
    /// A rate, which may be zero.
    Rate(Cited<Decimal>),
    /// The rulebook does not say.
    Gap(RulebookGap),
}

/// The export duty of a line on a day.
pub(crate) struct ExportRates<'a> {
    pub(crate) table: &'a ListedLines<RateCell>,
    pub(crate) preferences: &'a ListedLines<ExportPreferenceRow>,
    pub(crate) line: Line,
    pub(crate) date: Date,
}

impl ExportRates<'_> {
    /// Export duty without a preference.
    pub(crate) fn export_duty(&self) -> ExportDuty {
        let table = self.table;
        let place = format_args!("assessment/export-tariff");
        match table.rows.find_code(self.line.code, self.date) {
            Found::Value(RateCell::Rate(rate), provenance) => {
                ExportDuty::Rate(provenance.cited(*rate, format_args!("{place}/{}/rate", self.line.code)))
            }
            Found::Value(RateCell::AsPrinted(printed), _) => {
                ExportDuty::Gap(only_as_printed(printed, format_args!("{place}/{}/rate", self.line.code)))
            }
            Found::NotListed | Found::NotOnDate
                if table.rows.listed_only_after(self.line.code, self.date) && table.holds_on(self.date) =>
            {
                ExportDuty::NotListed(table.provenance.cite(place))
            }
            Found::NotListed | Found::NotOnDate => {
                ExportDuty::Gap(no_value_on(self.date, format_args!("{place}/{}/rate", self.line.code)))
            }
        }
    }

    /// What an agreement gives at export to a destination (an ISO country code).
    pub(crate) fn preferential(&self, party: &Agreement, destination: &str) -> Preferential {
        let place = format!("assessment/export-preferential/{}", self.line.code);
        let agreement = &*party.id;
        // Most agreements have no export tariff at all, in no year.
        let Some((column, _)) = EXPORT_COLUMNS.iter().find(|(_, of)| *of == agreement) else {
            return Preferential::Excluded(party.decree.cite(format_args!("assessment/export-preferential")));
        };
        // The destination comes first: where the goods go elsewhere, no rate of the agreement is asked for.
        if !party.has_member_on(destination, self.date) {
            let rule = format_args!("assessment/agreements/{agreement}/members");
            return Preferential::NotMember(party.decree.cite(rule));
        }
        let table = self.preferences;
        if !table.holds_on(self.date) || !party.decree.holds_on(self.date) {
            return Preferential::Gap(no_value_on(self.date, format_args!("{place}/{column}")));
        }
        let provenance = Provenance { law: party.decree.law.clone(), ..table.provenance.clone() };
        let row = match table.rows.find_code(self.line.code, self.date) {
            Found::Value(row, _) => Some(row),
            Found::NotListed | Found::NotOnDate => None,
        };
        let cells = EXPORT_COLUMNS.iter().zip(row.into_iter().flat_map(|row| &row.cells));
        let cell = cells.into_iter().find_map(|((_, of), cell)| cell.as_ref().filter(|_| *of == agreement));
        match cell {
            Some(RateCell::Rate(rate)) => Preferential::Rate(provenance.cited(*rate, format_args!("{place}/{column}"))),
            Some(RateCell::AsPrinted(printed)) => {
                Preferential::Gap(only_as_printed(printed, format_args!("{place}/{column}")))
            }
            None => Preferential::Excluded(provenance.cite(format_args!("assessment/export-preferential"))),
        }
    }
}
