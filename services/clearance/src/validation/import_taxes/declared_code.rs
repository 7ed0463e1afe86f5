//! What the declared code of a tax may say, beside what the tariff says.

use rulebook::TariffLine;
use rust_decimal::Decimal;
use vocabulary::declaration::goods_item;
use vocabulary::duty::plain;
use vocabulary::{Bilingual, Citation, DutyType, Place, Rate};

use crate::accepted::{CitedRate, Relief, TaxClaim};
use crate::problem::{Problem, problem, suggesting};
use crate::validation::Report;
use crate::validation::header::Kind;
use crate::validation::line::ResolvedLine;
use crate::validation::named_codes::{named, values};
use crate::validation::relations::place_of_tax;
use crate::validation::relief::{by_kind, not_subject_by_kind};
use crate::validation::tax_codes::{DeclaredRelief, DeclaredTax};

/// What the tariff leaves to the declared code of a tax.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice<'c> {
    /// The rates that the code may name; empty where they are not limited.
    pub(super) permitted: &'c [Decimal],
    /// Whether it may say that the goods are not subject to the tax.
    pub(super) not_subject: bool,
    /// The rule and the law.
    pub(super) citation: &'c Citation,
}

/// The rate of a tax that depends on the goods: the declared code decides, within what the tariff permits.
pub(super) fn decided_by_code(
    duty_type: DutyType,
    line: &ResolvedLine<'_>,
    tariff: &TariffLine<'_>,
    declared: Option<&DeclaredTax>,
    choice: Choice<'_>,
    report: &mut Report<'_>,
) -> Option<CitedRate> {
    let Choice { permitted, citation, .. } = choice;
    let (en, vi) = duty_type.names();
    let rates: Vec<String> = permitted.iter().map(|rate| format!("{} %", plain(*rate))).collect();
    let rates = rates.join(", ");
    match declared {
        Some(DeclaredTax { rate: Some(rate), place, .. }) => {
            if let Rate::AdValorem(percent) = rate.rate.rate
                && !permitted.is_empty()
                && !permitted.contains(&percent)
            {
                let codes = tariff.codes_fitting(duty_type);
                let found = problem(
                    "E1964",
                    place.unwrap_or(Place::item(goods_item::commodity_code, line.position)),
                    Some(rate.code.clone()),
                    Bilingual::new(
                        format!(
                            "{} stands for {} %, and the {en} on {} is one of {rates}",
                            rate.code,
                            plain(percent),
                            tariff.code()
                        ),
                        format!(
                            "{} là {} %, trong khi {vi} của mã {} là một trong {rates}",
                            rate.code,
                            plain(percent),
                            tariff.code()
                        ),
                    ),
                    match named(&codes) {
                        Some(codes) => Bilingual::new(
                            format!("enter the code of the rate that the goods bear: {}", codes.en),
                            format!("nhập mã đúng thuế suất của hàng hóa: {}", codes.vi),
                        ),
                        None => Bilingual::new(
                            "enter the code of the rate that the goods bear",
                            "nhập mã đúng thuế suất của hàng hóa",
                        ),
                    },
                    citation.rule.to_string(),
                    &citation.law,
                );
                report.find(suggesting(found, values(&codes)));
                return None;
            }
            Some(rate.rate.clone())
        }
        // Goods of which the code says that the tax is not on them.
        Some(DeclaredTax {
            relief: Some(DeclaredRelief::NotSubject(citation) | DeclaredRelief::Relief(Relief::Whole(citation))),
            ..
        }) => Some(CitedRate::not_subject(citation.clone())),
        // The code itself was wrong, which has been said.
        Some(_) => None,
        None => {
            report.find(missing(duty_type, line, tariff, &rates, choice));
            None
        }
    }
}

/// The same, of goods whose kind may say by itself that they are not subject to the tax.
pub(super) fn decided_by_kind_or_code(
    duty_type: DutyType,
    (line, tariff): (&ResolvedLine<'_>, &TariffLine<'_>),
    declared: Option<&DeclaredTax>,
    kind: Option<&Kind<'_>>,
    choice: Choice<'_>,
    report: &mut Report<'_>,
) -> Option<CitedRate> {
    if not_subject_by_kind(duty_type, declared, kind, report) {
        return Some(CitedRate::not_subject(choice.citation.clone()));
    }
    decided_by_code(duty_type, line, tariff, declared, choice, report)
}

/// The tax at a rate, less what the declared code or the kind takes off.
pub(super) fn relieved(
    duty_type: DutyType,
    rate: CitedRate,
    declared: Option<DeclaredTax>,
    kind: Option<&Kind<'_>>,
    line: &ResolvedLine<'_>,
    report: &mut Report<'_>,
) -> TaxClaim {
    let relief = declared.and_then(|declared| declared.relief);
    let (rate, relief) = by_kind(duty_type, rate, relief, kind, line.position, report);
    rate.claim(duty_type, relief)
}

/// The goods bear a tax by their code, and no code of it is declared. The finding points to where it comes in.
fn missing(
    duty_type: DutyType,
    line: &ResolvedLine<'_>,
    tariff: &TariffLine<'_>,
    rates: &str,
    choice: Choice<'_>,
) -> Problem {
    let citation = choice.citation;
    let (en, vi) = duty_type.names();
    let codes = tariff.codes_fitting(duty_type);
    let (permitted_en, permitted_vi) = match named(&codes) {
        Some(codes) => (format!(", {},", codes.en), format!(" {}", codes.vi)),
        None if rates.is_empty() => (String::new(), String::new()),
        None => (format!(" ({rates})"), format!(" ({rates})")),
    };
    let (none_en, none_vi) = if choice.not_subject {
        (", or the code that says that the goods are not subject to it", ", hoặc mã không chịu thuế")
    } else {
        ("", "")
    };
    let room = place_of_tax(line, duty_type);
    let before = room.and_then(|place| line.item.other_taxes.get(place.occurrence?)?.code.as_deref());
    let (before_en, before_vi) = before.map_or_else(
        || (String::new(), String::new()),
        |code| (format!(" before {code}"), format!(", trước mã {code}")),
    );
    let found = problem(
        "E1070",
        room.unwrap_or(Place::item(goods_item::commodity_code, line.position)),
        room.is_none().then(|| tariff.code().to_string()),
        Bilingual::new(
            format!("the {en} on {} depends on the goods, and no code of it is declared", tariff.code()),
            format!("{vi} của mã {} tùy thuộc vào hàng hóa nhưng chưa khai mã", tariff.code()),
        ),
        Bilingual::new(
            format!(
                "enter the code of the rate that the goods bear{permitted_en} among the line's other taxes{before_en}{none_en}"
            ),
            format!(
                "nhập mã thuế suất áp dụng{permitted_vi} trong phần thuế và thu khác của dòng hàng{before_vi}{none_vi}"
            ),
        ),
        citation.rule.to_string(),
        &citation.law,
    );
    let suggestions = if room.is_some() { values(&codes) } else { Vec::new() };
    suggesting(found, suggestions)
}

/// A code of a tax whose rate the tariff gives by itself must not name another rate.
pub(super) fn same_rate(
    duty_type: DutyType,
    tariff: &TariffLine<'_>,
    declared: Option<&DeclaredTax>,
    rate: Decimal,
    citation: &Citation,
    report: &mut Report<'_>,
) {
    let Some(DeclaredTax { rate: Some(declared), place: Some(place), .. }) = declared else {
        return;
    };
    if declared.rate.rate == Rate::AdValorem(rate) {
        return;
    }
    let (en, vi) = duty_type.names();
    let said = match &declared.rate.rate {
        Rate::AdValorem(percent) => format!("{} %", plain(*percent)),
        Rate::Specific(per_unit) | Rate::Mixed(_, per_unit) => per_unit.to_string(),
        Rate::NotSubject => "0".to_owned(),
    };
    let codes = tariff.codes_fitting(duty_type);
    let (code_en, code_vi) = match named(&codes) {
        Some(codes) => (codes.en, codes.vi),
        None => (format!("the code of {} %", plain(rate)), format!("mã của mức {} %", plain(rate))),
    };
    let found = problem(
        "E1959",
        *place,
        Some(declared.code.clone()),
        Bilingual::new(
            format!("{} stands for {said}, and the {en} on {} is {} %", declared.code, tariff.code(), plain(rate)),
            format!("{} là {said}, trong khi {vi} của mã {} là {} %", declared.code, tariff.code(), plain(rate)),
        ),
        Bilingual::new(format!("enter {code_en}, or leave the code out"), format!("nhập {code_vi} hoặc bỏ trống")),
        citation.rule.to_string(),
        &citation.law,
    );
    report.find(suggesting(found, values(&codes)));
}

/// A code of a tax that the commodity does not bear.
pub(super) fn not_borne(
    duty_type: DutyType,
    tariff: &TariffLine<'_>,
    declared: Option<&DeclaredTax>,
    citation: &Citation,
    report: &mut Report<'_>,
) {
    let Some(DeclaredTax { rate: Some(declared), place: Some(place), .. }) = declared else {
        return;
    };
    report.find(tax_not_borne(duty_type, tariff, &declared.code, *place, citation));
}

fn tax_not_borne(
    duty_type: DutyType,
    tariff: &TariffLine<'_>,
    code: &str,
    place: Place,
    citation: &Citation,
) -> Problem {
    let (en, vi) = duty_type.names();
    problem(
        "tax_not_borne",
        place,
        Some(code.to_owned()),
        Bilingual::new(
            format!("{} does not bear {en}", tariff.code()),
            format!("mã {} không chịu {vi}", tariff.code()),
        ),
        Bilingual::new("leave the code out, or check the tariff code", "bỏ mã này hoặc kiểm tra lại mã HS"),
        citation.rule.to_string(),
        &citation.law,
    )
}
