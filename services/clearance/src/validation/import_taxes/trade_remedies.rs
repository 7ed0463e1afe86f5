//! Anti-dumping, countervailing and safeguard duties (Law 05/2017; Circular 33/2023 art. 10 and 12).
//!
//! Which measure is on the goods follows from tariff code and origin; which rate of it, from the maker, whom the
//! declared code stands for. Goods of a measure's codes without proof of another origin are taken to be of its origin.

use jiff::ToSpan as _;
use rulebook::{Provision, RemedyRate, TariffLine, TaxEffect, TradeRemedy, Treatment};
use rust_decimal::Decimal;
use vocabulary::declaration::goods_item;
use vocabulary::{Bilingual, Citation, DutyType, Place, RulebookGap};

use crate::accepted::{CitedRate, Relief, TaxClaim};
use crate::problem::problem;
use crate::validation::Report;
use crate::validation::header::Kind;
use crate::validation::line::ResolvedLine;
use crate::validation::tax_codes::{self, DeclaredRelief, DeclaredTax};

/// The duty of one type on a line, whose goods are under these measures.
pub(super) fn claim(
    duty_type: DutyType,
    line: &ResolvedLine<'_>,
    tariff: TariffLine<'_>,
    on_goods: &[TradeRemedy<'_>],
    declared: Option<DeclaredTax>,
    kind: Option<&Kind<'_>>,
    report: &mut Report<'_>,
) -> Option<TaxClaim> {
    let origin = line.origin?;
    let measures: Vec<TradeRemedy<'_>> = on_goods.iter().copied().filter(|case| case.tax() == duty_type).collect();
    let on_origin: Vec<TradeRemedy<'_>> = measures.iter().copied().filter(|case| case.covers_origin(origin)).collect();
    let mut desk = RemedyDesk { duty_type, line, tariff, origin, report };
    match declared {
        Some(declared) => desk.declared(declared, &measures, &on_origin),
        None if measures.is_empty() => None,
        // Goods that stay out of the customs territory bear no additional import duty either.
        None if kind.is_some_and(|kind| kind.kind.duty == Treatment::NotSubject) => {
            let citation = kind.map(|kind| kind.citation.clone())?;
            Some(CitedRate::not_subject(citation).claim(duty_type, Relief::None))
        }
        None if !on_origin.is_empty() => {
            desk.not_declared(&on_origin);
            None
        }
        None => desk.of_other_origin(&measures),
    }
}

struct RemedyDesk<'d, 'r, 'l> {
    duty_type: DutyType,
    line: &'d ResolvedLine<'r>,
    tariff: TariffLine<'r>,
    origin: &'d str,
    report: &'d mut Report<'l>,
}

impl RemedyDesk<'_, '_, '_> {
    fn place(&self) -> Place {
        Place::item(goods_item::commodity_code, self.line.position)
    }

    /// A declared code decides, where it is one of a measure on the goods, or says that none is.
    fn declared(
        &mut self,
        declared: DeclaredTax,
        measures: &[TradeRemedy<'_>],
        on_origin: &[TradeRemedy<'_>],
    ) -> Option<TaxClaim> {
        let duty_type = self.duty_type;
        let place = declared.place.unwrap_or(self.place());
        let not_subject = |citation| Some(CitedRate::not_subject(citation).claim(duty_type, Relief::None));
        if let Some(rate) = declared.rate {
            // Whoever declares a rate of a measure says that the goods are of its origin.
            let candidates = if on_origin.is_empty() { measures } else { on_origin };
            let fits = candidates.iter().any(|case| {
                let origins: Vec<&str> =
                    if on_origin.is_empty() { case.origins().collect() } else { vec![self.origin] };
                origins.iter().any(|origin| case.rates(origin).iter().any(|known| known.code.code() == rate.code))
            });
            if !fits {
                self.not_of_goods(&rate.code, place, on_origin);
                return None;
            }
            let relief = match declared.relief {
                Some(DeclaredRelief::Relief(relief)) => relief,
                Some(DeclaredRelief::NotSubject(citation)) => return not_subject(citation),
                None => Relief::None,
            };
            return Some(rate.rate.claim(duty_type, relief));
        }
        match declared.relief {
            Some(DeclaredRelief::NotSubject(citation)) => {
                if let Some(case) = on_origin.iter().find(|case| case.covers_all_goods()) {
                    self.on_all_goods(case, place);
                    return None;
                }
                not_subject(citation)
            }
            Some(DeclaredRelief::Relief(Relief::Whole(citation))) => not_subject(citation),
            // The code itself was wrong, which has been said.
            _ => None,
        }
    }

    /// The goods are under a measure, and nothing says which of its rates they bear.
    fn not_declared(&mut self, measures: &[TradeRemedy<'_>]) {
        let origin = self.origin;
        let without: Option<&TradeRemedy<'_>> = measures.iter().find(|case| case.rates(origin).is_empty());
        if let Some(case) = without {
            let gap = rates_unknown(case, &self.tariff);
            self.report.gap(gap, Some(self.line.position));
            return;
        }
        let Some(case) = measures.first() else { return };
        let codes: Vec<String> = measures.iter().flat_map(|case| case.rates(origin)).map(|rate| say(&rate)).collect();
        let code = self.tariff.code();
        let (en, vi) = self.duty_type.names();
        let citation = case.citation();
        self.report.find(problem(
            "E1070",
            self.place(),
            Some(code.to_string()),
            Bilingual::new(
                format!("{} of {origin} under {code} bears {en} ({}), and no code of it is declared", case.name_en(), case.id()),
                format!("{} xuất xứ {origin} thuộc mã {code} chịu {vi} ({}) nhưng chưa khai mã", case.name_vi(), case.id()),
            ),
            Bilingual::new(
                format!("enter the code of the maker's rate among the other taxes: {}; or the code that says that the goods are exempt or not those of the measure", codes.join(", ")),
                format!("nhập mã mức thuế của nhà sản xuất trong phần thuế và thu khác: {}; hoặc mã miễn, không thuộc đối tượng áp dụng", codes.join(", ")),
            ),
            citation.rule.to_string(),
            &citation.law,
        ));
    }

    /// The declared origin is under no measure: a proof shows it, or will; otherwise the measure applies.
    fn of_other_origin(&mut self, measures: &[TradeRemedy<'_>]) -> Option<TaxClaim> {
        if self.line.item.certificate_number.is_some() {
            return None;
        }
        let case = measures.first()?;
        let (en, vi) = self.duty_type.names();
        let origins: Vec<&str> = measures.iter().flat_map(|case| case.origins()).collect();
        let (origins, origin, code) = (origins.join(", "), self.origin, self.tariff.code());
        if self.line.proof_comes_later() {
            return self.until_proved(measures);
        }
        let citation = case.citation();
        self.report.find(problem(
            "E1070",
            self.place(),
            Some(code.to_string()),
            Bilingual::new(
                format!("goods of {code} from {origins} bear {en} ({}), and nothing proves that these are of {origin}", case.id()),
                format!("hàng mã {code} xuất xứ {origins} chịu {vi} ({}), nhưng chưa có chứng từ chứng minh hàng xuất xứ {origin}", case.id()),
            ),
            Bilingual::new(
                "enter form, number and date of a certificate of origin; or say that it will be filed later; or enter the code that says that the goods are not those of the measure",
                "nhập mẫu, số và ngày của giấy chứng nhận xuất xứ; hoặc khai nộp sau; hoặc nhập mã không thuộc đối tượng áp dụng",
            ),
            citation.rule.to_string(),
            &citation.law,
        ));
        None
    }

    /// The rate of the makers that no other rate names, until the proof of another origin is there.
    fn until_proved(&mut self, measures: &[TradeRemedy<'_>]) -> Option<TaxClaim> {
        let days = match self.line.rules.remedies().days_to_prove_other_origin() {
            Ok(days) => days,
            Err(gap) => {
                self.report.gap(gap, Some(self.line.position));
                return None;
            }
        };
        let Some(rate) = strictest(measures) else {
            if let Some(case) = measures.first() {
                let gap = rates_unknown(case, &self.tariff);
                self.report.gap(gap, Some(self.line.position));
            }
            return None;
        };
        let rate = match tax_codes::rate_of(&rate.code, self.line) {
            Ok(rate) => rate,
            Err(problem) => {
                self.report.find(problem);
                return None;
            }
        };
        let last_day = self.line.rules.date().saturating_add(i64::from(days.value).days());
        let (en, vi) = self.duty_type.names();
        self.report.warn(problem(
            "remedy_until_origin_is_proved",
            Place::item(goods_item::certificate_late, self.line.position),
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
            format!("{} with {}", rate.rate.citation.rule, days.citation.rule),
            format!("{}; {}", rate.rate.citation.law, days.citation.law),
        );
        Some(CitedRate { citation, ..rate.rate }.claim(self.duty_type, Relief::None))
    }

    /// A rate of a measure that is not on these goods.
    fn not_of_goods(&mut self, declared: &str, place: Place, on_origin: &[TradeRemedy<'_>]) {
        let (origin, code) = (self.origin, self.tariff.code());
        let rates: Vec<String> = on_origin.iter().flat_map(|case| case.rates(origin)).map(|rate| say(&rate)).collect();
        let (mend_en, mend_vi) = if rates.is_empty() {
            (
                "leave the code out, or check tariff code and origin".to_owned(),
                "bỏ mã này hoặc kiểm tra lại mã HS và xuất xứ".to_owned(),
            )
        } else {
            (format!("enter one of {}", rates.join(", ")), format!("nhập một trong các mã {}", rates.join(", ")))
        };
        let of = self.line.rules.remedies().of_code(declared);
        let (citation, name) = of.map_or_else(
            || {
                (
                    Citation::new("assessment/trade-remedies", self.report.law(Provision::TradeRemedies).clone()),
                    String::new(),
                )
            },
            |case| (case.citation(), format!(" ({})", case.id())),
        );
        self.report.find(problem(
            "remedy_of_other_goods",
            place,
            Some(declared.to_owned()),
            Bilingual::new(
                format!("the measure of {declared}{name} is not on goods of {origin} under {code}"),
                format!("biện pháp ứng với mã {declared}{name} không áp dụng cho mã {code} xuất xứ {origin}"),
            ),
            Bilingual::new(mend_en, mend_vi),
            citation.rule.to_string(),
            &citation.law,
        ));
    }

    /// The goods are said not to be those of a measure that is on all goods of the code.
    fn on_all_goods(&mut self, case: &TradeRemedy<'_>, place: Place) {
        let (origin, code, citation) = (self.origin, self.tariff.code(), case.citation());
        let rates: Vec<String> = case.rates(origin).iter().map(say).collect();
        self.report.find(problem(
            "remedy_on_all_goods",
            place,
            None,
            Bilingual::new(
                format!("the measure {} is on all goods of {origin} under {code}", case.id()),
                format!("biện pháp {} áp dụng cho mọi hàng hóa mã {code} xuất xứ {origin}", case.id()),
            ),
            Bilingual::new(
                format!("enter the code of the maker's rate: {}", rates.join(", ")),
                format!("nhập mã mức thuế của nhà sản xuất: {}", rates.join(", ")),
            ),
            citation.rule.to_string(),
            &citation.law,
        ));
    }
}

/// The highest rate among those that name no maker. Amounts for units cannot be compared with percentages: where there
/// is more than one rate and one of them is an amount, none is the highest.
fn strictest<'r>(measures: &[TradeRemedy<'r>]) -> Option<RemedyRate<'r>> {
    let mut others: Vec<(Option<Decimal>, RemedyRate<'r>)> = Vec::new();
    for case in measures {
        for rate in case.origins().flat_map(|origin| case.rates(origin)).filter(|rate| rate.maker.is_none()) {
            if others.iter().any(|(_, known)| known.code.code() == rate.code.code()) {
                continue;
            }
            let percent = match rate.code.effect() {
                TaxEffect::Rate(percent) => Some(*percent),
                _ => None,
            };
            others.push((percent, rate));
        }
    }
    if others.len() > 1 && others.iter().any(|(percent, _)| percent.is_none()) {
        return None;
    }
    others.into_iter().max_by_key(|(percent, _)| *percent).map(|(_, rate)| rate)
}

/// A code of a rate, with whose goods it is for.
fn say(rate: &RemedyRate<'_>) -> String {
    match rate.maker {
        Some(maker) => format!("{} ({maker})", rate.code.code()),
        None => format!("{} ({})", rate.code.code(), rate.code.name_en()),
    }
}

fn rates_unknown(case: &TradeRemedy<'_>, line: &TariffLine<'_>) -> RulebookGap {
    RulebookGap {
        code: "remedy_rates_not_in_rulebook".into(),
        item: None,
        message: Bilingual::new(
            format!(
                "the measure {} ({}) is on goods under {}, and the rulebook does not know its rates on the day",
                case.id(),
                case.name_en(),
                line.code()
            ),
            format!(
                "biện pháp {} ({}) áp dụng cho hàng thuộc mã {}, bộ quy tắc chưa có mức thuế của ngày này",
                case.id(),
                case.name_vi(),
                line.code()
            ),
        ),
        rule: case.citation().rule,
    }
}
