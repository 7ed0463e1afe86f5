//! A measure, whatever the day.

use vocabulary::{Bilingual, DutyType};

use crate::cited::{Provenance, Versions};

/// What is said of trade remedies.
#[derive(Debug, Default)]
pub(crate) struct TradeRemedies {
    pub(crate) cases: Vec<RemedyCase>,
    /// For how many days after registration a proof may still show another origin.
    pub(crate) proof_days: Versions<u32>,
}

/// A measure, whatever the day.
#[derive(Debug)]
pub(crate) struct RemedyCase {
    pub(crate) id: Box<str>,
    pub(crate) tax: DutyType,
    pub(crate) name: Bilingual,
    /// Beginnings of tariff codes.
    pub(crate) hs: Box<[Box<str>]>,
    pub(crate) all_goods: bool,
    /// Country codes; empty for all.
    pub(crate) origins: Box<[Box<str>]>,
    pub(crate) rates: Vec<CaseRate>,
    pub(crate) provenance: Provenance,
}

/// A row of the rates of a measure; the rate itself stands under its code among the tax codes.
#[derive(Debug)]
pub(crate) struct CaseRate {
    pub(crate) code: Box<str>,
    pub(crate) maker: Option<Box<str>>,
    /// The one origin that it is for; `None` for all origins of the case.
    pub(crate) origin: Option<Box<str>>,
}

impl RemedyCase {
    pub(crate) fn covers(&self, hs8: &str) -> bool {
        self.hs.iter().any(|prefix| hs8.starts_with(&**prefix))
    }
}
