//! A measure, whatever the day.

use rustc_hash::FxHashMap;
use vocabulary::{Bilingual, DutyType};

use crate::cited::{Provenance, Versions};

/// What is said of trade remedies.
#[derive(Debug, Default)]
pub(crate) struct TradeRemedies {
    pub(crate) cases: Vec<RemedyCase>,
    /// The place of each case under the chapters that its goods are of, in their order.
    pub(crate) by_chapter: FxHashMap<Box<str>, Vec<usize>>,
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

/// So many digits of a tariff code tell the chapter; the beginnings of codes that a case names have no fewer.
const CHAPTER: usize = 2;

impl TradeRemedies {
    /// Adds a case, after those that were added before.
    pub(crate) fn add(&mut self, case: RemedyCase) {
        let place = self.cases.len();
        for chapter in case.hs.iter().filter_map(|prefix| prefix.get(..CHAPTER)) {
            let places = self.by_chapter.entry(chapter.into()).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
        self.cases.push(case);
    }

    /// The cases on goods of a tariff code, whatever the day.
    pub(crate) fn covering<'r>(&'r self, hs8: &str) -> impl Iterator<Item = &'r RemedyCase> {
        let places = hs8.get(..CHAPTER).and_then(|chapter| self.by_chapter.get(chapter));
        places.into_iter().flatten().filter_map(|place| self.cases.get(*place)).filter(move |case| case.covers(hs8))
    }
}

impl RemedyCase {
    pub(crate) fn covers(&self, hs8: &str) -> bool {
        self.hs.iter().any(|prefix| hs8.starts_with(&**prefix))
    }
}
