//! The instruments of law that the rulebook rests on.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::cited::Mark;

/// A law, decree, circular, resolution or decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// What rule files call it, e.g. `ND-26-2023`.
    pub id: Box<str>,
    /// Its official number, e.g. `26/2023/NĐ-CP`.
    pub number: Box<str>,
    /// Its name in citations, e.g. `Decree 26/2023/ND-CP`.
    pub name: Box<str>,
    /// What it is about, in English and in our words.
    pub title_en: Box<str>,
    /// What it is about, in Vietnamese and in our words.
    pub title_vi: Box<str>,
    /// The first day that it takes effect on.
    pub in_force_from: Date,
    /// Its last day; `None` while no end is known.
    pub in_force_to: Option<Date>,
    /// How well this is known.
    pub mark: Mark,
}

/// All instruments, by identifier.
#[derive(Debug, Default)]
pub(crate) struct Instruments {
    pub(crate) by_id: BTreeMap<Box<str>, Instrument>,
}

impl Instruments {
    pub(crate) fn get(&self, id: &str) -> Option<&Instrument> {
        self.by_id.get(id)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.by_id.keys().map(|id| &**id)
    }
}

impl Instrument {
    /// The words of a citation of one of its provisions.
    pub(crate) fn law(&self, provision: &str) -> Arc<str> {
        if provision.is_empty() { Arc::from(&*self.name) } else { Arc::from(format!("{}, {provision}", self.name)) }
    }
}
