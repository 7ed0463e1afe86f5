//! The uses of codes on a day.

use jiff::civil::Date;
use vocabulary::{Bilingual, Citation, DutyType};

use crate::code_uses::entry::{CodeUseEntry, CodeUses, KIND, Proof};

/// A use of a code, or the reliefs of a kind, as they stand on a day.
#[derive(Debug, Clone, Copy)]
pub struct CodeUse<'a> {
    entry: &'a CodeUseEntry,
}

impl<'a> CodeUse<'a> {
    pub fn proof(&self) -> &'a Proof {
        &self.entry.proof
    }

    /// Of a kind, the duties and taxes that it takes off.
    pub fn taxes(&self) -> &'a [DutyType] {
        &self.entry.taxes
    }

    /// The paper or the fact that proves it, for people.
    pub fn rests_on(&self) -> Bilingual {
        self.entry.rests_on.clone()
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

/// The uses of codes on one day. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct CodeUsesInForce<'a> {
    uses: &'a CodeUses,
    date: Date,
}

impl<'a> CodeUsesInForce<'a> {
    pub(crate) fn new(uses: &'a CodeUses, date: Date) -> Self {
        Self { uses, date }
    }

    /// What a declaration kind takes off by itself; `None` where it takes nothing off.
    pub fn of_kind(&self, kind: &str) -> Option<CodeUse<'a>> {
        self.uses.on(KIND, self.date).find(|entry| entry.of_kind(kind)).map(|entry| CodeUse { entry })
    }

    /// Whether a tax code may stand beside a kind and on goods; `depends` says whether the tariff leaves it to the goods
    /// whether the code's tax is borne. Of several uses, the one of the fewest goods holds.
    pub fn of_code(&self, code: &str, kind: &str, hs8: &str, depends: bool) -> Fit<'a> {
        let mut all = self.uses.on(code, self.date).peekable();
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
    pub fn goes_on(&self, code: &str, hs8: &str) -> bool {
        let mut all = self.uses.on(code, self.date).peekable();
        all.peek().is_none() || all.any(|entry| entry.goods.holds(hs8, true))
    }
}
