//! Trade remedies: measures of the Minister of Industry and Trade on goods of certain origins and makers.

use jiff::civil::Date;
use vocabulary::{Citation, DutyType};

use crate::cited::Provenance;
use crate::rulebook::Rulebook;
use crate::tax::TaxCode;

/// A measure in force on a day.
#[derive(Debug, Clone, Copy)]
pub struct TradeRemedy<'a> {
    pub(crate) rulebook: &'a Rulebook,
    pub(crate) case: &'a RemedyCase,
    pub(crate) date: Date,
}

/// One rate of a measure: for the goods of a maker, or for those of all others.
#[derive(Debug, Clone, Copy)]
pub struct RemedyRate<'a> {
    /// The code that a declaration names it with, and the rate or amount that the code stands for.
    pub code: TaxCode<'a>,
    /// The maker; `None` for all makers that no other rate names.
    pub maker: Option<&'a str>,
}

impl<'a> TradeRemedy<'a> {
    /// Its identifier, e.g. `AD05`.
    pub fn id(&self) -> &'a str {
        &self.case.id
    }

    /// Anti-dumping, countervailing or safeguard duty.
    pub fn tax(&self) -> DutyType {
        self.case.tax
    }

    /// The goods, in English.
    pub fn name_en(&self) -> &'a str {
        &self.case.name_en
    }

    /// The goods, in Vietnamese.
    pub fn name_vi(&self) -> &'a str {
        &self.case.name_vi
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
    pub fn origins(&self) -> impl Iterator<Item = &'a str> {
        self.case.origins.iter().map(|origin| &**origin)
    }

    /// Its rates for goods of an origin on the day, by code; none when the rulebook does not know them.
    pub fn rates(&self, country: &str) -> Vec<RemedyRate<'a>> {
        let mut rates: Vec<RemedyRate<'a>> = self
            .case
            .rates
            .iter()
            .filter(|rate| rate.origin.as_deref().is_none_or(|origin| origin == country))
            .filter_map(|rate| {
                let code = TaxCode::new(self.rulebook.tax_codes.on(&rate.code, self.date)?);
                Some(RemedyRate { code, maker: rate.maker.as_deref() })
            })
            .collect();
        // A code whose rate changed has a row for each period.
        rates.sort_by(|a, b| a.code.code().cmp(b.code.code()));
        rates.dedup_by(|a, b| a.code.code() == b.code.code());
        rates
    }

    /// The rule and the law.
    pub fn citation(&self) -> Citation {
        self.case.provenance.cite(format_args!("assessment/trade-remedies/{}", self.case.id))
    }
}

/// A measure, whatever the day.
#[derive(Debug)]
pub(crate) struct RemedyCase {
    pub(crate) id: Box<str>,
    pub(crate) tax: DutyType,
    pub(crate) name_en: Box<str>,
    pub(crate) name_vi: Box<str>,
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
