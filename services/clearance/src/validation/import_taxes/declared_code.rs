//! What the declared code of a tax may say, beside what the tariff says.

use rulebook::{TariffLine, TaxCode};
use rust_decimal::Decimal;
use vocabulary::declaration::goods_item;
use vocabulary::duty::plain;
use vocabulary::{Bilingual, Citation, DutyType, GoodsItem, Place};

use crate::accepted::{CitedRate, ClaimedRate, Relief};
use crate::problem::{Problem, problem, suggesting};
use crate::validation::Report;
use crate::validation::relations::place_of_tax;
use crate::validation::tax_codes::{DeclaredRelief, DeclaredTax};

/// The rate of a tax that depends on the goods: the declared code decides, within what the tariff permits.
#[expect(
    clippy::too_many_arguments,
    reason = "the tax, the line, what is declared and what is permitted are all needed"
)]
pub(super) fn decided_by_code(
    duty_type: DutyType,
    position: usize,
    line: &TariffLine<'_>,
    declared: Option<&DeclaredTax>,
    permitted: &[Decimal],
    not_subject_permitted: bool,
    citation: &Citation,
    report: &mut Report<'_>,
) -> Option<CitedRate> {
    let (en, vi) = duty_type.names();
    let rates: Vec<String> = permitted.iter().map(|rate| format!("{} %", plain(*rate))).collect();
    let rates = rates.join(", ");
    match declared {
        Some(DeclaredTax { rate: Some(rate), place, .. }) => {
            if let ClaimedRate::AdValorem(percent) = rate.rate
                && !permitted.is_empty()
                && !permitted.contains(&percent)
            {
                let codes = line.codes_fitting(duty_type);
                let found = problem(
                    "E1964",
                    place.unwrap_or(Place::item(goods_item::commodity_code, position)),
                    Some(rate.code.clone()),
                    Bilingual::new(
                        format!(
                            "{} stands for {} %, and the {en} on {} is one of {rates}",
                            rate.code,
                            plain(percent),
                            line.code()
                        ),
                        format!(
                            "{} là {} %, trong khi {vi} của mã {} là một trong {rates}",
                            rate.code,
                            plain(percent),
                            line.code()
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
            Some((rate.rate.clone(), rate.citation.clone()))
        }
        // Goods of which the code says that the tax is not on them.
        Some(DeclaredTax { relief: Some(DeclaredRelief::NotSubject(citation)), .. }) => {
            Some((ClaimedRate::NotSubject, citation.clone()))
        }
        Some(DeclaredTax { relief: Some(DeclaredRelief::Relief(Relief::Whole(citation))), .. }) => {
            Some((ClaimedRate::NotSubject, citation.clone()))
        }
        // The code itself was wrong, which has been said.
        Some(_) => None,
        None => {
            report.find(missing(
                duty_type,
                position,
                line,
                &rates,
                not_subject_permitted,
                citation,
                report.item(position),
            ));
            None
        }
    }
}

/// The goods bear a tax by their code, and no code of it is declared. The finding points to where it comes in.
fn missing(
    duty_type: DutyType,
    position: usize,
    line: &TariffLine<'_>,
    rates: &str,
    not_subject_permitted: bool,
    citation: &Citation,
    item: Option<&GoodsItem>,
) -> Problem {
    let (en, vi) = duty_type.names();
    let codes = line.codes_fitting(duty_type);
    let (permitted_en, permitted_vi) = match named(&codes) {
        Some(codes) => (format!(", {},", codes.en), format!(" {}", codes.vi)),
        None if rates.is_empty() => (String::new(), String::new()),
        None => (format!(" ({rates})"), format!(" ({rates})")),
    };
    let (none_en, none_vi) = if not_subject_permitted {
        (", or the code that says that the goods are not subject to it", ", hoặc mã không chịu thuế")
    } else {
        ("", "")
    };
    let room = item.and_then(|item| place_of_tax(position, item, duty_type, &line.rules()));
    let before = room.zip(item).and_then(|(place, item)| item.other_taxes.get(place.occurrence?)?.code.as_deref());
    let (before_en, before_vi) = before.map_or_else(
        || (String::new(), String::new()),
        |code| (format!(" before {code}"), format!(", trước mã {code}")),
    );
    let found = problem(
        "E1070",
        room.unwrap_or(Place::item(goods_item::commodity_code, position)),
        room.is_none().then(|| line.code().to_string()),
        Bilingual::new(
            format!("the {en} on {} depends on the goods, and no code of it is declared", line.code()),
            format!("{vi} của mã {} tùy thuộc vào hàng hóa nhưng chưa khai mã", line.code()),
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

/// How many codes a mend names.
const CODES_NAMED_MAX: usize = 12;

/// Codes with their names; `None` when there are none, or too many to read.
pub(crate) fn named(codes: &[TaxCode<'_>]) -> Option<Bilingual> {
    if codes.is_empty() || codes.len() > CODES_NAMED_MAX {
        return None;
    }
    let en: Vec<String> = codes.iter().map(|code| format!("{} ({})", code.code(), code.name_en())).collect();
    let vi: Vec<String> = codes.iter().map(|code| format!("{} ({})", code.code(), code.name_vi())).collect();
    Some(Bilingual::new(en.join(", "), vi.join(", ")))
}

/// The codes that a mend names, as values.
pub(crate) fn values(codes: &[TaxCode<'_>]) -> Vec<String> {
    if codes.len() > CODES_NAMED_MAX { Vec::new() } else { codes.iter().map(|code| code.code().to_owned()).collect() }
}

/// A code of a tax whose rate the tariff gives by itself must not name another rate.
pub(super) fn same_rate(
    duty_type: DutyType,
    line: &TariffLine<'_>,
    declared: Option<&DeclaredTax>,
    rate: Decimal,
    citation: &Citation,
    report: &mut Report<'_>,
) {
    let Some(DeclaredTax { rate: Some(declared), place: Some(place), .. }) = declared else {
        return;
    };
    if declared.rate == ClaimedRate::AdValorem(rate) {
        return;
    }
    let (en, vi) = duty_type.names();
    let said = match &declared.rate {
        ClaimedRate::AdValorem(percent) => format!("{} %", plain(*percent)),
        ClaimedRate::PerUnit(per_unit) | ClaimedRate::Mixed(_, per_unit) => {
            format!("{} {}/{}", plain(per_unit.amount), per_unit.currency, per_unit.unit)
        }
        ClaimedRate::NotSubject => "0".to_owned(),
    };
    let codes = line.codes_fitting(duty_type);
    let (code_en, code_vi) = match named(&codes) {
        Some(codes) => (codes.en, codes.vi),
        None => (format!("the code of {} %", plain(rate)), format!("mã của mức {} %", plain(rate))),
    };
    let found = problem(
        "E1959",
        *place,
        Some(declared.code.clone()),
        Bilingual::new(
            format!("{} stands for {said}, and the {en} on {} is {} %", declared.code, line.code(), plain(rate)),
            format!("{} là {said}, trong khi {vi} của mã {} là {} %", declared.code, line.code(), plain(rate)),
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
    line: &TariffLine<'_>,
    declared: Option<&DeclaredTax>,
    citation: &Citation,
    report: &mut Report<'_>,
) {
    let Some(DeclaredTax { rate: Some(declared), place: Some(place), .. }) = declared else {
        return;
    };
    report.find(tax_not_borne(duty_type, line, &declared.code, *place, citation));
}

fn tax_not_borne(duty_type: DutyType, line: &TariffLine<'_>, code: &str, place: Place, citation: &Citation) -> Problem {
    let (en, vi) = duty_type.names();
    problem(
        "tax_not_borne",
        place,
        Some(code.to_owned()),
        Bilingual::new(format!("{} does not bear {en}", line.code()), format!("mã {} không chịu {vi}", line.code())),
        Bilingual::new("leave the code out, or check the tariff code", "bỏ mã này hoặc kiểm tra lại mã HS"),
        citation.rule.to_string(),
        &citation.law,
    )
}
