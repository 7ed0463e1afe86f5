//! The tax and exemption codes that a declarant enters on a line (VNACCS RE, TXn, TRn).

use rulebook::{RulesInForce, TaxCode, TaxEffect};
use rust_decimal::Decimal;
use vocabulary::declaration::{goods_item, other_tax};
use vocabulary::{Bilingual, DutyType, GoodsItem, Place};

use super::Report;
use crate::accepted::{ClaimedRate, Relief};
use crate::problem::{PARTICULARS, Problem, problem};

/// What the declarant entered about one tax of a line.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeclaredTax {
    /// The rate that the tax code stands for.
    pub(crate) rate: Option<ClaimedRateOf>,
    /// What the exemption or not-subject code does.
    pub(crate) relief: Option<DeclaredRelief>,
    /// Where to point when something is wrong with it.
    pub(crate) place: Option<Place>,
}

/// A rate that a declared code stands for, with the code's rule and law.
#[derive(Debug, Clone)]
pub(crate) struct ClaimedRateOf {
    pub(crate) rate: ClaimedRate,
    pub(crate) citation: vocabulary::Citation,
    pub(crate) code: String,
}

/// What a declared exemption code does to a tax.
#[derive(Debug, Clone)]
pub(crate) enum DeclaredRelief {
    /// Takes it off, or takes off an amount.
    Relief(Relief),
    /// Says that the goods are not subject to it.
    NotSubject(vocabulary::Citation),
}

/// The taxes of a line that are not its import or export duty, as declared, one for each type.
pub(crate) fn declared(
    position: usize,
    item: &GoodsItem,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Vec<(DutyType, DeclaredTax)> {
    let mut taxes: Vec<(DutyType, DeclaredTax)> = Vec::new();
    for (occurrence, entered) in item.other_taxes.iter().enumerate() {
        let at = |field| Place::item(field, position).occurrence(occurrence);
        let Some(code) = entered.code.as_deref() else { continue };
        let place = at(other_tax::code);
        let Some(known) = rules.tax_code(code) else {
            report.find(unknown_code(code, place, rules));
            continue;
        };
        let duty_type = known.tax();
        if matches!(duty_type, DutyType::ImportDuty | DutyType::ExportDuty) {
            report.find(code_of_another_tax(&known, place, "another tax than the import or export duty"));
            continue;
        }
        if taxes.iter().any(|(other, _)| *other == duty_type) {
            report.find(declared_twice(duty_type, code, place));
            continue;
        }
        let mut tax = DeclaredTax { place: Some(place), ..DeclaredTax::default() };
        match known.effect() {
            TaxEffect::Rate(_) | TaxEffect::Amount { .. } => match rate_of(&known, item, position) {
                Ok(rate) => tax.rate = Some(rate),
                Err(problem) => report.find(problem),
            },
            TaxEffect::Exempt | TaxEffect::Reduce | TaxEffect::NotSubject => {
                tax.relief = relief_of(&known, entered.reduction_amount, at(other_tax::reduction_amount), report);
            }
        }
        if let Some(code) = entered.exemption_code.as_deref() {
            let place = at(other_tax::exemption_code);
            match rules.tax_code(code) {
                None => report.find(unknown_code(code, place, rules)),
                Some(exemption) if exemption.tax() != duty_type => {
                    let (en, _) = duty_type.names();
                    report.find(code_of_another_tax(&exemption, place, &format!("the {en}")));
                }
                Some(exemption) => {
                    tax.relief =
                        relief_of(&exemption, entered.reduction_amount, at(other_tax::reduction_amount), report);
                }
            }
        }
        taxes.push((duty_type, tax));
    }
    taxes
}

/// What the exemption code of the import or export duty does.
pub(crate) fn duty_relief(
    position: usize,
    item: &GoodsItem,
    duty_type: DutyType,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Option<DeclaredRelief> {
    let code = item.exemption_code.as_deref()?;
    let place = Place::item(goods_item::exemption_code, position);
    match rules.tax_code(code) {
        None => {
            report.find(unknown_code(code, place, rules));
            None
        }
        Some(known) if known.tax() != duty_type => {
            let (en, _) = duty_type.names();
            report.find(code_of_another_tax(&known, place, &format!("the {en}")));
            None
        }
        Some(known) => {
            relief_of(&known, item.reduction_amount, Place::item(goods_item::reduction_amount, position), report)
        }
    }
}

fn relief_of(
    code: &TaxCode<'_>,
    amount: Option<Decimal>,
    amount_place: Place,
    report: &mut Report<'_>,
) -> Option<DeclaredRelief> {
    match (code.effect(), amount) {
        (TaxEffect::Exempt, _) => Some(DeclaredRelief::Relief(Relief::Whole(code.citation()))),
        (TaxEffect::NotSubject, _) => Some(DeclaredRelief::NotSubject(code.citation())),
        (TaxEffect::Reduce, Some(amount)) => Some(DeclaredRelief::Relief(Relief::Amount(amount, code.citation()))),
        (TaxEffect::Reduce, None) => {
            report.find(problem(
                "E0293",
                amount_place,
                None,
                Bilingual::new(
                    format!("the code {} reduces the tax, and the amount of the reduction is missing", code.code()),
                    format!("mã {} là mã giảm thuế nhưng thiếu số tiền giảm", code.code()),
                ),
                Bilingual::new("enter the amount in dong", "nhập số tiền giảm bằng đồng"),
                code.citation().rule.to_string(),
                PARTICULARS,
            ));
            None
        }
        (TaxEffect::Rate(_) | TaxEffect::Amount { .. }, _) => {
            report.find(problem(
                "E0117",
                amount_place,
                Some(code.code().to_owned()),
                Bilingual::new(
                    format!("{} is the code of a rate, not of an exemption", code.code()),
                    format!("{} là mã thuế suất, không phải mã miễn, giảm, không chịu thuế", code.code()),
                ),
                Bilingual::new("enter an exemption code, or none", "nhập mã miễn, giảm hoặc bỏ trống"),
                code.citation().rule.to_string(),
                PARTICULARS,
            ));
            None
        }
    }
}

fn rate_of(code: &TaxCode<'_>, item: &GoodsItem, position: usize) -> Result<ClaimedRateOf, Problem> {
    let rate = match code.effect() {
        TaxEffect::Rate(percent) => ClaimedRate::AdValorem(*percent),
        TaxEffect::Amount { amount, unit } => {
            let quantity = quantity_in(item, unit).ok_or_else(|| unit_missing(code, unit, position))?;
            ClaimedRate::PerUnit { amount: *amount, unit: unit.to_string(), quantity }
        }
        TaxEffect::Exempt | TaxEffect::Reduce | TaxEffect::NotSubject => ClaimedRate::NotSubject,
    };
    Ok(ClaimedRateOf { rate, citation: code.citation(), code: code.code().to_owned() })
}

/// The declared quantity that is counted in a unit: the first or the second.
fn quantity_in(item: &GoodsItem, unit: &str) -> Option<Decimal> {
    if item.quantity_unit.as_deref() == Some(unit) {
        return item.quantity;
    }
    item.second_quantity.filter(|_| item.second_quantity_unit.as_deref() == Some(unit))
}

fn unit_missing(code: &TaxCode<'_>, unit: &str, position: usize) -> Problem {
    problem(
        "E0844",
        Place::item(goods_item::second_quantity_unit, position),
        None,
        Bilingual::new(
            format!("the tax {} is counted by {unit}, and no quantity of the line is in {unit}", code.code()),
            format!("mã {} tính thuế theo {unit}, nhưng dòng hàng không có số lượng theo {unit}", code.code()),
        ),
        Bilingual::new(format!("enter the second quantity in {unit}"), format!("nhập số lượng (2) theo đơn vị {unit}")),
        code.citation().rule.to_string(),
        PARTICULARS,
    )
}

fn unknown_code(code: &str, place: Place, rules: &RulesInForce<'_>) -> Problem {
    let near = rules.tax_code_near(code);
    let (en, vi) = match near {
        Some(near) => (
            format!("did you mean {} ({})?", near.code(), near.name_en()),
            format!("có phải {} ({}) không?", near.code(), near.name_vi()),
        ),
        None => (
            "enter a code of the tax authority's tables, e.g. VB901 for VAT at 10 %".to_owned(),
            "nhập mã trong bảng mã, ví dụ VB901 cho thuế GTGT 10 %".to_owned(),
        ),
    };
    problem(
        "E0118",
        place,
        Some(code.to_owned()),
        Bilingual::new(
            format!("the tax code {code} is unknown, or not valid on the day of registration"),
            format!("mã {code} không có trong danh mục hoặc không còn hiệu lực vào ngày đăng ký"),
        ),
        Bilingual::new(en, vi),
        "assessment/tax-codes",
        PARTICULARS,
    )
}

fn code_of_another_tax(code: &TaxCode<'_>, place: Place, wanted: &str) -> Problem {
    let (en, vi) = code.tax().names();
    problem(
        "E0119",
        place,
        Some(code.code().to_owned()),
        Bilingual::new(
            format!("the code {} ({}) is about the {en}", code.code(), code.name_en()),
            format!("mã {} ({}) thuộc về {vi}", code.code(), code.name_vi()),
        ),
        Bilingual::new(format!("enter a code of {wanted}"), "nhập mã đúng sắc thuế của chỉ tiêu này"),
        code.citation().rule.to_string(),
        PARTICULARS,
    )
}

fn declared_twice(duty_type: DutyType, code: &str, place: Place) -> Problem {
    let (en, vi) = duty_type.names();
    problem(
        "R0163",
        place,
        Some(code.to_owned()),
        Bilingual::new(
            format!("the {en} is declared twice on the line"),
            format!("{vi} được khai hai lần trên một dòng hàng"),
        ),
        Bilingual::new("leave one of the two codes out", "bỏ một trong hai mã"),
        "contract/one-code-for-each-tax",
        PARTICULARS,
    )
}
