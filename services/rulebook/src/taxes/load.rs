//! Reads the tables of taxes.

pub(crate) mod codes;
mod special_consumption;
mod thresholds;
mod vat;

use crate::error::Problems;
use crate::reading::dating::Lawbook;
use crate::reading::lines::{Codes, listed_lines};
use crate::reading::sources::Sources;
use crate::reading::values::word;
use crate::taxes::code::{TaxCodeEntry, TaxCodes};
use crate::taxes::environmental::EnvironmentalLines;
use crate::taxes::special_consumption::SpecialConsumptionTables;
use crate::taxes::tables::Taxes;
use crate::taxes::vat::VatTables;

/// What was read of the taxes; a part is missing when it could not be.
pub(crate) struct Read {
    vat: Option<VatTables>,
    special_consumption: Option<SpecialConsumptionTables>,
    environmental_protection: Option<EnvironmentalLines>,
    thresholds: thresholds::Read,
    pub(crate) codes: TaxCodes,
}

impl Read {
    /// All of it, unless a part could not be read.
    pub(crate) fn complete(self) -> Option<Taxes> {
        Some(Taxes {
            vat: self.vat?,
            special_consumption: self.special_consumption?,
            environmental_protection: self.environmental_protection?,
            codes: self.codes,
            small_shipment: self.thresholds.small_shipment,
            express: self.thresholds.express,
            gift: self.thresholds.gift,
            late_payment: self.thresholds.late_payment,
        })
    }
}

/// Reads the tables of taxes; `codes` are those of the taxes and of the trade remedies.
pub(crate) fn read(
    sources: &Sources,
    laws: &Lawbook,
    lines: &Codes,
    codes: Vec<TaxCodeEntry>,
    problems: &mut Problems,
) -> Read {
    let vat = vat::read(sources, laws, lines, problems);
    let special_consumption = special_consumption::read(sources, laws, lines, problems);
    let provenance = laws.of_file(sources, "assessment/environmental-protection-lines.toml", problems);
    let environmental_protection = listed_lines(
        sources,
        ("assessment/environmental-protection-lines.csv", "bears"),
        provenance,
        laws,
        lines,
        problems,
        |cell| word(cell, &[("yes", false), ("maybe", true)]),
    )
    .map(EnvironmentalLines);
    let thresholds = thresholds::read(sources, laws, problems);
    Read { vat, special_consumption, environmental_protection, thresholds, codes: TaxCodes::new(codes) }
}
