//! A use of a code, whatever the day.

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use vocabulary::{Bilingual, DutyType};

use crate::cited::Provenance;

/// What makes a relief more than the declarant's word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// It follows from the declaration kind, which has a proof of its own.
    pub by_kind: bool,
    /// The goods themselves imply it, as the tariff lists them.
    pub by_goods: bool,
    /// It is drawn from a registered list of exempt goods.
    pub by_list: bool,
    /// It is drawn from the balance of a temporary movement.
    pub by_balance: bool,
    /// One of these entitlements of the trader proves it.
    pub entitlements: Box<[Box<str>]>,
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words =
            [(self.by_kind, "kind"), (self.by_goods, "goods"), (self.by_list, "list"), (self.by_balance, "balance")];
        let known = words.iter().filter(|(holds, _)| *holds).map(|(_, word)| *word);
        let all: Vec<&str> = known.chain(self.entitlements.iter().map(|code| &**code)).collect();
        f.write_str(if all.is_empty() { "dossier" } else { "" })?;
        f.write_str(&all.join(" "))
    }
}

/// The word that stands for the kind itself in the column `of`.
pub(crate) const KIND: &str = "kind";

/// A row, whatever the day.
#[derive(Debug)]
pub(crate) struct CodeUseEntry {
    /// A tax code, or [`KIND`].
    pub(crate) of: Box<str>,
    /// Declaration kinds; empty for all.
    pub(crate) kinds: Box<[Box<str>]>,
    pub(crate) goods: GoodsRange,
    pub(crate) taxes: Box<[DutyType]>,
    pub(crate) proof: Proof,
    pub(crate) rests_on: Bilingual,
    pub(crate) provenance: Provenance,
}

/// Some goods of the tariff.
#[derive(Debug, Default)]
pub(crate) struct GoodsRange {
    /// Beginnings of tariff codes; empty for all goods.
    pub(crate) within: Box<[Box<str>]>,
    /// Beginnings of tariff codes that are left out.
    pub(crate) without: Box<[Box<str>]>,
    /// Lines alone of which the tariff says that the tax depends on the goods.
    pub(crate) by_tariff: bool,
}

impl GoodsRange {
    /// Whether goods are among them; `depends` says whether the tariff leaves it to the goods whether the tax is borne.
    pub(crate) fn holds(&self, hs8: &str, depends: bool) -> bool {
        let begins = |beginnings: &[Box<str>]| beginnings.iter().any(|beginning| hs8.starts_with(&**beginning));
        (self.within.is_empty() || begins(&self.within)) && !begins(&self.without) && (!self.by_tariff || depends)
    }
}

impl CodeUseEntry {
    pub(crate) fn of_kind(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|known| **known == *kind)
    }
}

/// All rows, by what they are of.
#[derive(Debug, Default)]
pub(crate) struct CodeUses {
    by_code: FxHashMap<Box<str>, Vec<CodeUseEntry>>,
}

impl CodeUses {
    pub(crate) fn new(entries: Vec<CodeUseEntry>) -> Self {
        let mut by_code: FxHashMap<Box<str>, Vec<CodeUseEntry>> = FxHashMap::default();
        for entry in entries {
            by_code.entry(entry.of.clone()).or_default().push(entry);
        }
        Self { by_code }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &CodeUseEntry> {
        self.by_code.values().flatten()
    }

    pub(crate) fn on(&self, of: &str, date: Date) -> impl Iterator<Item = &CodeUseEntry> {
        let entries = self.by_code.get(of).map_or(&[][..], Vec::as_slice);
        entries.iter().filter(move |entry| entry.provenance.holds_on(date))
    }
}
