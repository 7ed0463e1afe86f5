//! Trade remedies: measures of the Minister of Industry and Trade on goods of certain origins and makers.

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use vocabulary::{Bilingual, Citation, DutyType, RulebookGap};

use crate::cited::{Mark, Provenance};
use crate::rulebook::Rulebook;
use crate::tax::{TaxCode, TaxEffect};

/// A measure in force on a day.
#[derive(Debug, Clone, Copy)]
pub struct TradeRemedy<'a> {
    pub(crate) rulebook: &'a Rulebook,
    pub(crate) case: &'a RemedyCase,
    pub(crate) date: Date,
}

/// What a measure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RemedyKind {
    /// A duty on goods that are sold below their normal value.
    AntiDumping,
    /// A duty on goods that are subsidised.
    Countervailing,
    /// A duty on goods that are imported in greater numbers than the industry bears.
    Safeguard,
    /// The duties of other measures, on goods that take the place of theirs.
    AntiCircumvention,
}

impl RemedyKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::AntiDumping, Self::Countervailing, Self::Safeguard, Self::AntiCircumvention];

    /// The word used in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AntiDumping => "anti_dumping",
            Self::Countervailing => "countervailing",
            Self::Safeguard => "safeguard",
            Self::AntiCircumvention => "anti_circumvention",
        }
    }

    /// The kind in words.
    pub fn name(self) -> Bilingual {
        match self {
            Self::AntiDumping => Bilingual::new("anti-dumping", "chống bán phá giá"),
            Self::Countervailing => Bilingual::new("countervailing", "chống trợ cấp"),
            Self::Safeguard => Bilingual::new("safeguard", "tự vệ"),
            Self::AntiCircumvention => Bilingual::new("against circumvention", "chống lẩn tránh"),
        }
    }
}

/// One rate of a measure: for the goods of some makers, or for those of all others.
#[derive(Debug, Clone, Copy)]
pub struct RemedyRate<'a> {
    /// The code that a declaration names it with, and the rate or amount that the code stands for.
    pub code: TaxCode<'a>,
    /// The origin that it is for; `None` for all origins of the measure.
    pub origin: Option<&'a str>,
    /// The makers of one row of the decision; empty for all makers that no other rate names.
    pub makers: &'a [Box<str>],
    /// The trading companies of the same row.
    pub exporters: &'a [Box<str>],
    /// How well the rate is known, whatever is known of its code.
    pub mark: Mark,
}

impl RemedyRate<'_> {
    /// Whether it is for goods of an origin.
    pub fn is_for(&self, country: &str) -> bool {
        self.origin.is_none_or(|origin| origin == country)
    }

    /// Whether it is for all makers that no other rate names.
    pub fn is_of_others(&self) -> bool {
        self.makers.is_empty()
    }
}

impl<'a> TradeRemedy<'a> {
    /// Its identifier, e.g. `AD05`.
    pub fn id(&self) -> &'a str {
        &self.case.id
    }

    /// What it is.
    pub fn kind(&self) -> RemedyKind {
        self.case.kind
    }

    /// The measures whose duties it extends to other goods.
    pub fn extends(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.case.extends.iter().map(|id| &**id)
    }

    /// The duties that it imposes.
    pub fn taxes(&self) -> &'a [DutyType] {
        &self.case.taxes
    }

    /// The goods, in English.
    pub fn name_en(&self) -> &'a str {
        &self.case.name_en
    }

    /// The goods, in Vietnamese.
    pub fn name_vi(&self) -> &'a str {
        &self.case.name_vi
    }

    /// Which goods of its tariff codes it is on, and which it leaves out.
    pub fn description(&self) -> &'a Bilingual {
        &self.case.description
    }

    /// What is not known of it.
    pub fn incomplete(&self) -> Option<&'a Bilingual> {
        self.case.incomplete.as_ref()
    }

    /// Whether all goods of its tariff codes bear it; otherwise the description of the goods decides, which the
    /// declarant knows.
    pub fn covers_all_goods(&self) -> bool {
        self.case.all_goods
    }

    /// Whether goods of an origin bear it.
    pub fn covers_origin(&self, country: &str) -> bool {
        self.case.origins.is_empty() || self.case.origins.iter().any(|origin| **origin == *country)
    }

    /// The origins that it is on; none when it is on all.
    pub fn origins(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.case.origins.iter().map(|origin| &**origin)
    }

    /// The last day on which it is in force as it is; `None` while no end is known.
    pub fn last_day(&self) -> Option<Date> {
        self.case.provenance.to
    }

    /// Its rates of a duty on the day, in the order of the decision.
    pub fn rates(&self, tax: DutyType) -> impl Iterator<Item = RemedyRate<'a>> + use<'a> {
        let (codes, date) = (&self.rulebook.tax_codes, self.date);
        self.case.rates.iter().filter_map(move |rate| {
            let row = codes.on(&rate.code, date).filter(|row| row.tax == tax && row.provenance.from == rate.from)?;
            Some(RemedyRate {
                code: TaxCode::new(row),
                origin: rate.origin.as_deref(),
                makers: &rate.makers,
                exporters: &rate.exporters,
                mark: rate.mark,
            })
        })
    }

    /// Whether it is known what goods of an origin, or of each of its origins, bear of a duty when no maker is proved.
    pub fn knows_rates(&self, tax: DutyType, country: Option<&str>) -> bool {
        let entered =
            |rate: &RemedyRate<'_>| rate.is_of_others() && !matches!(rate.code.effect(), TaxEffect::NotKnown(_));
        let known = |origin: &str| self.rates(tax).any(|rate| entered(&rate) && rate.is_for(origin));
        match country {
            Some(country) => known(country),
            None if self.case.origins.is_empty() => self.rates(tax).any(|rate| entered(&rate)),
            None => self.origins().all(known),
        }
    }

    /// That the rates of a duty are not known.
    pub fn rates_unknown(&self, hs8: impl std::fmt::Display) -> RulebookGap {
        let (why_en, why_vi) = self.incomplete().map_or_else(Default::default, |incomplete| {
            (format!(": {}", incomplete.en), format!(": {}", incomplete.vi))
        });
        let (id, name_en, name_vi) = (self.id(), self.name_en(), self.name_vi());
        RulebookGap {
            code: "remedy_rates_not_in_rulebook".into(),
            item: None,
            message: Bilingual::new(
                format!(
                    "the measure {id} ({name_en}) is on goods under {hs8}, and the rulebook does not know its rates on the \
                     day{why_en}"
                ),
                format!(
                    "biện pháp {id} ({name_vi}) áp dụng cho hàng thuộc mã {hs8}, bộ quy tắc chưa có mức thuế của ngày \
                     này{why_vi}"
                ),
            ),
            rule: self.citation().rule,
        }
    }

    /// How well it is known, its rates aside.
    pub fn mark(&self) -> Mark {
        self.case.provenance.mark
    }

    /// The rule and the law.
    pub fn citation(&self) -> Citation {
        self.case.provenance.cite(format_args!("assessment/trade-remedies/{}", self.case.id))
    }
}

/// A measure, whatever the day; a decision that follows another, and days after a term whose end is not known, are cases
/// of their own with the same identifier.
#[derive(Debug)]
pub(crate) struct RemedyCase {
    pub(crate) id: Box<str>,
    pub(crate) kind: RemedyKind,
    pub(crate) extends: Box<[Box<str>]>,
    pub(crate) taxes: Box<[DutyType]>,
    pub(crate) name_en: Box<str>,
    pub(crate) name_vi: Box<str>,
    pub(crate) description: Bilingual,
    pub(crate) incomplete: Option<Bilingual>,
    /// Beginnings of tariff codes.
    pub(crate) hs: Box<[Box<str>]>,
    pub(crate) all_goods: bool,
    /// Country codes; empty for all.
    pub(crate) origins: Box<[Box<str>]>,
    pub(crate) rates: Vec<CaseRate>,
    pub(crate) provenance: Provenance,
}

/// A row of the rates of a measure; the rate itself stands under its code among the tax codes.
#[derive(Debug, Clone)]
pub(crate) struct CaseRate {
    pub(crate) code: Box<str>,
    /// The first day of the row, which tells it from others of the same code.
    pub(crate) from: Date,
    pub(crate) makers: Box<[Box<str>]>,
    pub(crate) exporters: Box<[Box<str>]>,
    /// The one origin that it is for; `None` for all origins of the case.
    pub(crate) origin: Option<Box<str>>,
    pub(crate) mark: Mark,
}

/// All measures, found by the goods that they are on.
#[derive(Debug, Default)]
pub(crate) struct Remedies {
    cases: Vec<RemedyCase>,
    /// Places of cases by the beginnings of tariff codes, for each length that there is.
    by_goods: Vec<(usize, FxHashMap<Box<str>, Vec<usize>>)>,
}

impl Remedies {
    pub(crate) fn new(cases: Vec<RemedyCase>) -> Self {
        let mut by_goods: Vec<(usize, FxHashMap<Box<str>, Vec<usize>>)> = Vec::new();
        for (at, case) in cases.iter().enumerate() {
            for beginning in &case.hs {
                let place = by_goods.iter().position(|(length, _)| *length == beginning.len());
                let place = place.unwrap_or_else(|| {
                    by_goods.push((beginning.len(), FxHashMap::default()));
                    by_goods.len() - 1
                });
                let places = by_goods[place].1.entry(beginning.clone()).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
        }
        Self { cases, by_goods }
    }

    pub(crate) fn all(&self) -> &[RemedyCase] {
        &self.cases
    }

    /// The measures on goods of a tariff code on a day, in the order of the file.
    pub(crate) fn on_goods(&self, hs8: &str, date: Date) -> Vec<&RemedyCase> {
        let mut found: Vec<usize> = self
            .by_goods
            .iter()
            .filter_map(|(length, places)| places.get(hs8.get(..*length)?))
            .flatten()
            .copied()
            .filter(|at| self.cases[*at].provenance.holds_on(date))
            .collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|at| &self.cases[at]).collect()
    }
}
