//! Environmental protection tax on a line of the tariff.

use jiff::civil::Date;
use vocabulary::{Citation, RulebookGap};

use crate::cited::no_value_on;
use crate::hs_table::{CommodityCode, Found, ListedLines};

/// Environmental protection tax on a commodity. The amount hangs on the declared code of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvironmentalProtection {
    /// The commodity does not bear it.
    No(Citation),
    /// The commodity bears it: a code must be declared.
    Yes(Citation),
    /// Some of the goods under the commodity bear it.
    Maybe(Citation),
    /// The rulebook does not say.
    Gap(RulebookGap),
}

/// The lines that bear the tax; `true` where only some of the goods do.
#[derive(Debug)]
pub(crate) struct EnvironmentalLines(pub(crate) ListedLines<bool>);

impl EnvironmentalLines {
    /// Environmental protection tax on a line at import.
    pub(crate) fn of_line(&self, code: CommodityCode, date: Date) -> EnvironmentalProtection {
        let Self(table) = self;
        let place = format_args!("assessment/environmental-protection-lines");
        match table.rows.find_code(code, date) {
            Found::Value(maybe, provenance) => {
                let citation = provenance.cite(format_args!("{place}/{}/bears", code));
                if *maybe { EnvironmentalProtection::Maybe(citation) } else { EnvironmentalProtection::Yes(citation) }
            }
            Found::NotListed if table.holds_on(date) => EnvironmentalProtection::No(table.provenance.cite(place)),
            Found::NotListed | Found::NotOnDate => {
                EnvironmentalProtection::Gap(no_value_on(date, format_args!("{place}/{}/bears", code)))
            }
        }
    }
}
