//! Which tax codes go with which declaration kinds and goods, what a kind takes off by itself, and what proves it.
//!
//! ```text
//! kind ─────────────┐
//! declared code ────┼─► code-uses.csv ─► fits: its proof ─► implied, proved, or a claim
//! commodity code ───┘                 └► fits neither the kind nor the goods: refused
//! ```

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use vocabulary::{Bilingual, Citation, DutyType};

use crate::cited::Provenance;
use crate::in_force::RulesInForce;

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

/// A use of a code, or the reliefs of a kind, as they stand on a day.
#[derive(Debug, Clone, Copy)]
pub struct CodeUse<'a> {
    entry: &'a CodeUseEntry,
}

impl<'a> CodeUse<'a> {
    /// What proves it.
    pub fn proof(&self) -> &'a Proof {
        &self.entry.proof
    }

    /// Of a kind, the duties and taxes that it takes off.
    pub fn taxes(&self) -> &'a [DutyType] {
        &self.entry.taxes
    }

    /// The paper or the fact that proves it, for people.
    pub fn rests_on(&self) -> Bilingual {
        Bilingual::new(&*self.entry.rests_on_en, &*self.entry.rests_on_vi)
    }

    /// The rule and the law.
    pub fn citation(&self) -> Citation {
        self.entry.provenance.cite(format_args!("assessment/code-uses/{}", self.entry.of))
    }
}

/// Whether a tax code may stand beside a kind and on goods.
#[derive(Debug, Clone)]
pub enum Fit<'a> {
    /// It may.
    Fits(CodeUse<'a>),
    /// It goes with other kinds alone: these, or with none.
    NotOfKind(Vec<&'a str>, Citation),
    /// It goes with the kind, and on other goods.
    NotOfGoods(Citation),
    /// Nothing restricts it.
    Free,
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
    pub(crate) rests_on_en: Box<str>,
    pub(crate) rests_on_vi: Box<str>,
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
    fn holds(&self, hs8: &str, depends: bool) -> bool {
        let begins = |beginnings: &[Box<str>]| beginnings.iter().any(|beginning| hs8.starts_with(&**beginning));
        (self.within.is_empty() || begins(&self.within)) && !begins(&self.without) && (!self.by_tariff || depends)
    }
}

impl CodeUseEntry {
    fn of_kind(&self, kind: &str) -> bool {
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

    fn on(&self, of: &str, date: Date) -> impl Iterator<Item = &CodeUseEntry> {
        let entries = self.by_code.get(of).map_or(&[][..], Vec::as_slice);
        entries.iter().filter(move |entry| entry.provenance.holds_on(date))
    }
}

impl<'a> RulesInForce<'a> {
    /// What a declaration kind takes off by itself; `None` where it takes nothing off.
    pub fn kind_use(&self, kind: &str) -> Option<CodeUse<'a>> {
        let uses = &self.rulebook().code_uses;
        uses.on(KIND, self.date()).find(|entry| entry.of_kind(kind)).map(|entry| CodeUse { entry })
    }

    /// Whether a tax code may stand beside a kind and on goods; `depends` says whether the tariff leaves it to the goods
    /// whether the code's tax is borne. Of several uses, the one of the fewest goods holds.
    pub fn code_use(&self, code: &str, kind: &str, hs8: &str, depends: bool) -> Fit<'a> {
        let uses = &self.rulebook().code_uses;
        let mut all = uses.on(code, self.date()).peekable();
        let Some(first) = all.peek() else { return Fit::Free };
        let citation = CodeUse { entry: first }.citation();
        let (mut of_kind, mut kinds) = (false, Vec::new());
        let mut best: Option<&CodeUseEntry> = None;
        for entry in all {
            if !entry.of_kind(kind) {
                kinds.extend(entry.kinds.iter().map(|kind| &**kind));
                continue;
            }
            of_kind = true;
            let narrower = |known: &CodeUseEntry| {
                (known.goods.within.is_empty() && !entry.goods.within.is_empty())
                    || (known.kinds.is_empty() && !entry.kinds.is_empty())
            };
            if entry.goods.holds(hs8, depends) && best.is_none_or(narrower) {
                best = Some(entry);
            }
        }
        match best {
            Some(entry) => Fit::Fits(CodeUse { entry }),
            None if of_kind => Fit::NotOfGoods(citation),
            None => Fit::NotOfKind(kinds, citation),
        }
    }

    /// Whether a code of the table goes on goods, whatever the kind.
    pub fn code_goes_on(&self, code: &str, hs8: &str) -> bool {
        let uses = &self.rulebook().code_uses;
        let mut all = uses.on(code, self.date()).peekable();
        all.peek().is_none() || all.any(|entry| entry.goods.holds(hs8, true))
    }
}
