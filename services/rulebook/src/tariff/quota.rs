//! Tariff quotas: lines of which a quantity comes in at the lower rate, and whether that quantity is used up.

use vocabulary::Citation;

use crate::cited::Provenance;

/// Under what a quota was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QuotaOf {
    /// The preferential tariff (commitments in the World Trade Organization).
    Mfn,
    /// An agreement, by its identifier.
    Agreement(Box<str>),
}

/// A tariff quota, whatever the day.
#[derive(Debug)]
pub(crate) struct TariffQuota {
    pub(crate) id: Box<str>,
    /// Beginnings of tariff codes.
    pub(crate) hs: Box<[Box<str>]>,
    pub(crate) of: QuotaOf,
    /// The days on which its quantity is used up.
    pub(crate) exhausted: Vec<Provenance>,
    pub(crate) provenance: Provenance,
}

impl TariffQuota {
    pub(crate) fn covers(&self, hs8: &str, agreement: Option<&str>) -> bool {
        let same = match (&self.of, agreement) {
            (QuotaOf::Mfn, None) => true,
            (QuotaOf::Agreement(id), Some(agreement)) => **id == *agreement,
            _ => false,
        };
        same && self.hs.iter().any(|prefix| hs8.starts_with(&**prefix))
    }

    pub(crate) fn cite_exhausted(&self, exhausted: &Provenance) -> Citation {
        exhausted.cite(format_args!("assessment/tariff-quotas/{}/exhausted", self.id))
    }
}
