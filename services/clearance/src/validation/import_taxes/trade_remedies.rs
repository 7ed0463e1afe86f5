//! Anti-dumping, countervailing and safeguard duties (Law 05/2017; Circular 33/2023 art. 10 and 12).
//!
//! ```text
//!                                      ┌ a rate of a measure on them ─► the rate; a claim where a higher one may be due
//! tariff code ─► measures ─► declared? ┼ exempt, not of the goods ────► no duty, and a claim
//!                                      └ nothing ─► of an origin under a measure: a finding that names the codes
//!                                                   of another: proved, a claim, the highest rate, or a finding
//! ```
//!
//! Which measures may be on the goods follows from the tariff code. Where they are of the declared origin by a proof that
//! customs holds, it is those on that origin; without one, the highest rate of any of them is due, whatever is declared.
//! Of several measures of one duty, the goods bear the one whose description they meet: the declared code says which.
//! What lowers the duty on the declarant's word alone is a claim.

mod claims;

mod words;

use jiff::ToSpan as _;
use rulebook::{RemedyRate, RulesInForce, TariffLine, TaxEffect, TradeRemedy, Treatment};
use vocabulary::declaration::goods_item;
use vocabulary::{Bilingual, Citation, Declaration, DutyType, GoodsItem, Place, RulebookGap};

use super::take;
use crate::accepted::{ClaimedRate, Relief, TaxClaim};
use crate::problem::problem;
use crate::validation::Report;
use crate::validation::header::Kind;
use crate::validation::origin::{ProofStanding, RemedyProof};
use crate::validation::tax_codes::{self, DeclaredRelief, DeclaredTax};

/// The papers that a remedy hangs on, as far as the declaration and the facts tell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RemedyPaper<'p> {
    /// The proof of the line's origin.
    proof: ProofStanding,
    /// Who sells the goods.
    consignor: Option<&'p str>,
}

impl<'p> RemedyPaper<'p> {
    pub(crate) fn of(lodged: &'p Declaration, proof: Option<&RemedyProof>) -> Self {
        let proof = proof.map_or(ProofStanding::None, |proof| proof.standing);
        Self { proof, consignor: lodged.consignor_name.as_deref() }
    }
}

/// The duties of a line that measures impose, with what is declared of each.
pub(super) fn claims(
    (position, item): (usize, &GoodsItem),
    line: &TariffLine<'_>,
    declared: &mut Vec<(DutyType, DeclaredTax)>,
    kind: Option<&Kind<'_>>,
    paper: RemedyPaper<'_>,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Vec<TaxClaim> {
    // Without an origin, which is a finding, nothing can be said of measures.
    let (Some(code), Some(origin)) = (item.commodity_code.as_deref(), item.origin.as_deref()) else {
        return Vec::new();
    };
    let on_goods: Vec<TradeRemedy<'_>> = rules.trade_remedies(code).collect();
    let mut claims = Vec::new();
    for duty_type in [DutyType::AntiDumping, DutyType::Countervailing, DutyType::Safeguard] {
        let tax = take(declared, duty_type);
        let imposes = |measure: &&TradeRemedy<'_>| measure.taxes().contains(&duty_type);
        let measures: Vec<TradeRemedy<'_>> = on_goods.iter().filter(imposes).copied().collect();
        if tax.is_none() && measures.is_empty() {
            continue;
        }
        let on_origin = measures.iter().filter(|measure| measure.covers_origin(origin)).copied().collect();
        report.about(position, duty_type);
        let mut desk =
            RemedyDesk { duty_type, position, item, line, origin, measures, on_origin, kind, paper, rules, report };
        claims.extend(desk.claim(tax));
    }
    claims
}

/// One duty of a line.
struct RemedyDesk<'d, 'r, 'l> {
    duty_type: DutyType,
    position: usize,
    item: &'d GoodsItem,
    line: &'d TariffLine<'r>,
    origin: &'d str,
    /// The measures on goods of the tariff code.
    measures: Vec<TradeRemedy<'r>>,
    /// Those of them on the declared origin.
    on_origin: Vec<TradeRemedy<'r>>,
    kind: Option<&'d Kind<'d>>,
    paper: RemedyPaper<'d>,
    rules: &'d RulesInForce<'r>,
    report: &'d mut Report<'l>,
}

impl<'r> RemedyDesk<'_, 'r, '_> {
    fn claim(&mut self, declared: Option<DeclaredTax>) -> Option<TaxClaim> {
        if let Some(declared) = declared {
            return self.declared(declared);
        }
        // Goods that stay out of the customs territory bear no additional import duty either.
        if let Some(kind) = self.outside() {
            return Some(self.bears(ClaimedRate::NotSubject, kind, Relief::None));
        }
        if !self.on_origin.is_empty() {
            self.not_declared();
            return None;
        }
        self.of_other_origin()
    }

    fn place(&self) -> Place {
        Place::item(goods_item::commodity_code, self.position)
    }

    fn bears(&self, rate: ClaimedRate, citation: Citation, relief: Relief) -> TaxClaim {
        TaxClaim { duty_type: self.duty_type, rate, citation, relief }
    }

    /// The kind of declaration, where its goods are not subject to duty.
    fn outside(&self) -> Option<Citation> {
        self.kind.filter(|kind| kind.kind.duty == Treatment::NotSubject).map(|kind| kind.citation.clone())
    }

    /// Whether the declared origin is that of the goods by a proof that customs holds.
    fn is_proved(&self) -> bool {
        self.paper.proof == ProofStanding::Held
    }

    /// A declared code decides, where it is one of a measure on the goods, or says that none is.
    fn declared(&mut self, declared: DeclaredTax) -> Option<TaxClaim> {
        let place = declared.place.unwrap_or(self.place());
        if let Some(DeclaredRelief::NotSubject(_)) = declared.relief
            && let Some(measure) = self.on_origin.iter().find(|measure| measure.covers_all_goods())
        {
            let measure = *measure;
            self.on_all_goods(&measure, place);
            return None;
        }
        let Some(rate) = declared.rate else {
            return match declared.relief {
                Some(DeclaredRelief::NotSubject(citation)) => {
                    self.claim_other_goods();
                    Some(self.bears(ClaimedRate::NotSubject, citation, Relief::None))
                }
                Some(DeclaredRelief::Relief(Relief::Whole(citation))) => {
                    self.claim_exemption(&citation);
                    Some(self.bears(ClaimedRate::NotSubject, citation, Relief::None))
                }
                // The code itself was wrong, which has been said.
                _ => None,
            };
        };
        let Some((measure, row)) = self.row_of(&rate.code) else {
            self.not_of_goods(&rate.code, place);
            return None;
        };
        match declared.relief {
            Some(DeclaredRelief::NotSubject(citation)) => {
                self.claim_other_goods();
                Some(self.bears(ClaimedRate::NotSubject, citation, Relief::None))
            }
            Some(DeclaredRelief::Relief(relief)) => {
                if let Relief::Whole(citation) | Relief::Amount(_, citation, _) = &relief {
                    self.claim_exemption(citation);
                }
                Some(self.bears(rate.rate, rate.citation, relief))
            }
            None => {
                if let Some(unknown) = self.unknown_on_origin() {
                    self.report.gap(unknown, Some(self.position));
                    return None;
                }
                self.claim_lower_rate(&measure, &row);
                Some(self.bears(rate.rate, rate.citation, Relief::None))
            }
        }
    }

    /// The rate that a code stands for, where it may be declared of the goods: one for their origin, or the highest of a
    /// measure, which is due without a proof whatever the origin.
    fn row_of(&self, code: &str) -> Option<(TradeRemedy<'r>, RemedyRate<'r>)> {
        self.measures.iter().find_map(|measure| {
            let row = measure.rates(self.duty_type).find(|row| row.code.code() == code)?;
            let of_origin = measure.covers_origin(self.origin) && row.is_for(self.origin);
            let mut others = measure.rates(self.duty_type);
            let fits = of_origin || others.all(|other| is_not_below(&row, &other));
            fits.then_some((*measure, row))
        })
    }

    /// A measure on the declared origin of whose rates nothing is known.
    fn unknown_on_origin(&self) -> Option<RulebookGap> {
        let unknown = self.on_origin.iter().find(|measure| !measure.knows_rates(self.duty_type, Some(self.origin)))?;
        Some(unknown.rates_unknown(self.line.code()))
    }

    /// The goods are under a measure, and nothing says which of its rates they bear.
    fn not_declared(&mut self) {
        if let Some(unknown) = self.unknown_on_origin() {
            self.report.gap(unknown, Some(self.position));
            return;
        }
        let Some(measure) = self.on_origin.first().copied() else { return };
        let (origin, code) = (self.origin, self.line.code());
        let (en, vi) = self.duty_type.names();
        let ids = words::ids(&self.on_origin);
        let (codes, relief) = (self.codes(&self.on_origin), self.relief_codes());
        let goods = words::descriptions(&self.on_origin);
        let citation = measure.citation();
        self.report.find(problem(
            "E1070",
            self.place(),
            Some(code.to_string()),
            Bilingual::new(
                format!("{} of {origin} under {code} bears {en} ({ids}), and no code of it is declared", measure.name_en()),
                format!("{} xuất xứ {origin} thuộc mã {code} chịu {vi} ({ids}) nhưng chưa khai mã", measure.name_vi()),
            ),
            Bilingual::new(
                format!("enter the code of the maker's rate among the other taxes: {}; or {} when the goods are not {}; or {} with a decision of exemption", codes.en, relief.0, goods.en, relief.1),
                format!("nhập mã mức thuế của nhà sản xuất trong phần thuế và thu khác: {}; hoặc {} nếu hàng không phải {}; hoặc {} nếu có quyết định miễn trừ", codes.vi, relief.0, goods.vi, relief.1),
            ),
            citation.rule.to_string(),
            &citation.law,
        ));
    }

    /// The declared origin is under no measure: a proof shows it, or will; otherwise the measure applies.
    fn of_other_origin(&mut self) -> Option<TaxClaim> {
        match self.paper.proof {
            ProofStanding::Held => return None,
            ProofStanding::Named => {
                self.claim_other_origin();
                return None;
            }
            ProofStanding::Later => return self.until_proved(),
            ProofStanding::None => {}
        }
        let measure = self.measures.first()?;
        let (en, vi) = self.duty_type.names();
        let mut origins: Vec<&str> = self.measures.iter().flat_map(TradeRemedy::origins).collect();
        origins.sort_unstable();
        origins.dedup();
        let (ids, origins, origin, code) =
            (words::ids(&self.measures), origins.join(", "), self.origin, self.line.code());
        let (relief, citation) = (self.relief_codes(), measure.citation());
        self.report.find(problem(
            "E1070",
            self.place(),
            Some(code.to_string()),
            Bilingual::new(
                format!("goods of {code} from {origins} bear {en} ({ids}), and nothing proves that these are of {origin}"),
                format!("hàng mã {code} xuất xứ {origins} chịu {vi} ({ids}), nhưng chưa có chứng từ chứng minh hàng xuất xứ {origin}"),
            ),
            Bilingual::new(
                format!("enter form, number and date of a certificate of origin; or say that it will be filed later; or enter {} when the goods are not those of the measure", relief.0),
                format!("nhập mẫu, số và ngày của giấy chứng nhận xuất xứ; hoặc khai nộp sau; hoặc nhập {} nếu hàng không thuộc đối tượng áp dụng", relief.0),
            ),
            citation.rule.to_string(),
            &citation.law,
        ));
        None
    }

    /// The highest rate of all the measures, until the proof of another origin is there.
    fn until_proved(&mut self) -> Option<TaxClaim> {
        let days = match self.rules.days_to_prove_other_origin() {
            Ok(days) => days,
            Err(gap) => {
                self.report.gap(gap, Some(self.position));
                return None;
            }
        };
        let rate = match highest(&self.measures, self.duty_type) {
            Ok(rate) => rate,
            Err(measure) => {
                self.report.gap(measure.rates_unknown(self.line.code()), Some(self.position));
                return None;
            }
        };
        let rate = match tax_codes::rate_of(&rate.code, self.item, self.position, self.rules) {
            Ok(rate) => rate,
            Err(problem) => {
                self.report.find(problem);
                return None;
            }
        };
        let last_day = self.rules.date().saturating_add(i64::from(days.value).days());
        let (en, vi) = self.duty_type.names();
        self.report.warn(problem(
            "remedy_until_origin_is_proved",
            Place::item(goods_item::certificate_late, self.position),
            None,
            Bilingual::new(
                format!("{en} is assessed with {} until the proof of origin is filed", rate.code),
                format!("{vi} được tính theo mã {} cho đến khi nộp chứng từ chứng nhận xuất xứ", rate.code),
            ),
            Bilingual::new(
                format!("file the proof by {last_day}, and amend; after that day the duty stands"),
                format!("nộp chứng từ chậm nhất ngày {last_day} và khai bổ sung; quá hạn mức thuế này giữ nguyên"),
            ),
            days.citation.rule.to_string(),
            &days.citation.law,
        ));
        let citation = Citation::new(
            format!("{} with {}", rate.citation.rule, days.citation.rule),
            format!("{}; {}", rate.citation.law, days.citation.law),
        );
        Some(self.bears(rate.rate, citation, Relief::None))
    }

    /// A rate of a measure that is not on these goods.
    fn not_of_goods(&mut self, declared: &str, place: Place) {
        let (origin, code) = (self.origin, self.line.code());
        let codes = self.codes(if self.on_origin.is_empty() { &self.measures } else { &self.on_origin });
        let mend = if codes.en.is_empty() {
            Bilingual::new(
                "leave the code out, or check tariff code and origin",
                "bỏ mã này hoặc kiểm tra lại mã HS và xuất xứ",
            )
        } else {
            Bilingual::new(format!("enter one of {}", codes.en), format!("nhập một trong các mã {}", codes.vi))
        };
        let of = self.rules.trade_remedy_of(declared);
        let (citation, name) = of.map_or_else(
            || (Citation::new("assessment/trade-remedies".to_owned(), "Law 05/2017/QH14".to_owned()), String::new()),
            |measure| (measure.citation(), format!(" ({})", measure.id())),
        );
        self.report.find(problem(
            "remedy_of_other_goods",
            place,
            Some(declared.to_owned()),
            Bilingual::new(
                format!("the rate of {declared}{name} is not one of goods of {origin} under {code}"),
                format!("mức thuế ứng với mã {declared}{name} không áp dụng cho mã {code} xuất xứ {origin}"),
            ),
            mend,
            citation.rule.to_string(),
            &citation.law,
        ));
    }

    /// The goods are said not to be those of a measure that is on all goods of the code.
    fn on_all_goods(&mut self, measure: &TradeRemedy<'r>, place: Place) {
        let (origin, code, citation) = (self.origin, self.line.code(), measure.citation());
        let codes = self.codes(&[*measure]);
        self.report.find(problem(
            "remedy_on_all_goods",
            place,
            None,
            Bilingual::new(
                format!("the measure {} is on all goods of {origin} under {code}", measure.id()),
                format!("biện pháp {} áp dụng cho mọi hàng hóa mã {code} xuất xứ {origin}", measure.id()),
            ),
            Bilingual::new(
                format!("enter the code of the maker's rate: {}", codes.en),
                format!("nhập mã mức thuế của nhà sản xuất: {}", codes.vi),
            ),
            citation.rule.to_string(),
            &citation.law,
        ));
    }

    /// The codes that may be declared, with what each stands for.
    fn codes(&self, measures: &[TradeRemedy<'r>]) -> Bilingual {
        words::codes(measures, self.duty_type, self.origin)
    }

    /// The codes that say that the goods are not those of a measure, and that they are exempt.
    fn relief_codes(&self) -> (&'r str, &'r str) {
        let codes = self.rules.tax_codes(self.duty_type);
        let code_of =
            |wanted: &TaxEffect| codes.iter().find(|code| code.effect() == wanted).map_or("-", |code| code.code());
        (code_of(&TaxEffect::NotSubject), code_of(&TaxEffect::Exempt))
    }
}

/// Whether a rate is surely not below another. A rate that was not read is not above that of the other makers of its
/// origin, which is known beside it; an amount for a unit can be compared with one in the same currency and unit alone.
fn is_not_below(rate: &RemedyRate<'_>, other: &RemedyRate<'_>) -> bool {
    match (rate.code.effect(), other.code.effect()) {
        (_, TaxEffect::NotKnown(_)) => true,
        (TaxEffect::Rate(rate), TaxEffect::Rate(other)) => rate >= other,
        (
            TaxEffect::Amount { amount, currency, unit },
            TaxEffect::Amount { amount: other, currency: other_currency, unit: other_unit },
        ) => currency == other_currency && unit == other_unit && amount >= other,
        _ => rate.code.code() == other.code.code(),
    }
}

/// The highest rate of all measures.
///
/// # Errors
/// The measure whose rates are not all known, or cannot be compared with those of the others.
fn highest<'r>(measures: &[TradeRemedy<'r>], duty_type: DutyType) -> Result<RemedyRate<'r>, TradeRemedy<'r>> {
    if let Some(unknown) = measures.iter().find(|measure| !measure.knows_rates(duty_type, None)) {
        return Err(*unknown);
    }
    let rates: Vec<RemedyRate<'r>> = measures.iter().flat_map(|measure| measure.rates(duty_type)).collect();
    let is_highest = |rate: &&RemedyRate<'r>| {
        !matches!(rate.code.effect(), TaxEffect::NotKnown(_)) && rates.iter().all(|other| is_not_below(rate, other))
    };
    rates.iter().find(is_highest).copied().ok_or_else(|| measures[0])
}
