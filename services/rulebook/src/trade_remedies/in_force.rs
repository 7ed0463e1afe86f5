//! The measures in force on a day.

use jiff::civil::Date;
use vocabulary::{Citation, DutyType, RulebookGap};

use crate::cited::Cited;
use crate::taxes::code::{TaxCode, TaxCodes};
use crate::trade_remedies::measure::{RemedyCase, TradeRemedies};

/// The trade remedies on one day. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct TradeRemediesInForce<'a> {
    remedies: &'a TradeRemedies,
    codes: &'a TaxCodes,
    date: Date,
}

impl<'a> TradeRemediesInForce<'a> {
    pub(crate) fn new(remedies: &'a TradeRemedies, codes: &'a TaxCodes, date: Date) -> Self {
        Self { remedies, codes, date }
    }

    /// The measures on goods of a tariff code, whatever their origin.
    pub fn on_goods(self, hs8: &str) -> impl Iterator<Item = TradeRemedy<'a>> {
        let (codes, date) = (self.codes, self.date);
        self.remedies.covering(hs8).filter(move |case| case.provenance.holds_on(date)).map(move |case| TradeRemedy {
            case,
            codes,
            date,
        })
    }

    /// The measure that a code is a rate of.
    pub fn of_code(&self, code: &str) -> Option<TradeRemedy<'a>> {
        let (codes, date) = (self.codes, self.date);
        let case = self
            .remedies
            .cases
            .iter()
            .find(|case| case.provenance.holds_on(date) && case.rates.iter().any(|rate| *rate.code == *code))?;
        Some(TradeRemedy { case, codes, date })
    }

    /// How many days after registration a proof may still show that goods are not of an origin under a measure.
    ///
    /// # Errors
    /// A gap when it is not entered for the day.
    pub fn days_to_prove_other_origin(&self) -> Result<Cited<u32>, RulebookGap> {
        let place = format_args!("assessment/trade-remedies/days_to_prove_other_origin");
        self.remedies.proof_days.cited_on(self.date, place)
    }
}

/// A measure in force on a day.
#[derive(Debug, Clone, Copy)]
pub struct TradeRemedy<'a> {
    case: &'a RemedyCase,
    codes: &'a TaxCodes,
    date: Date,
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
        &self.case.name.en
    }

    /// The goods, in Vietnamese.
    pub fn name_vi(&self) -> &'a str {
        &self.case.name.vi
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
    pub fn origins(self) -> impl Iterator<Item = &'a str> {
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
                let code = TaxCode::new(self.codes.on(&rate.code, self.date)?);
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
