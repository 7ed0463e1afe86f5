//! The tax and exemption codes that a declarant enters on a line (VNACCS RE, TXn, TRn).

use rulebook::{ListNeed, Provision, TaxCode, TaxEffect};
use rust_decimal::Decimal;
use vocabulary::declaration::{goods_item, other_tax};
use vocabulary::duty::plain;
use vocabulary::{Bilingual, DutyType, GoodsItem, PerUnit, Place, Rate};

use super::line::ResolvedLine;
use super::named_codes::{named, values};
use super::{Report, quantities};
use crate::accepted::{CitedRate, Relief};
use crate::problem::{Problem, problem, suggesting};

/// What the declarant entered about one tax of a line.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeclaredTax {
    /// The rate that the tax code stands for.
    pub(crate) rate: Option<RateOfCode>,
    /// What the exemption or not-subject code does.
    pub(crate) relief: Option<DeclaredRelief>,
    /// The exemption or not-subject code, and where it stands.
    pub(crate) relief_code: Option<(String, Place)>,
    /// Where to point when something is wrong with it.
    pub(crate) place: Option<Place>,
}

/// A rate that a declared code stands for.
#[derive(Debug, Clone)]
pub(crate) struct RateOfCode {
    pub(crate) rate: CitedRate,
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
pub(crate) fn declared(line: &ResolvedLine<'_>, report: &mut Report<'_>) -> Vec<(DutyType, DeclaredTax)> {
    let (position, item, rules) = (line.position, line.item, &line.rules);
    let mut taxes: Vec<(DutyType, DeclaredTax)> = Vec::new();
    for (occurrence, entered) in item.other_taxes.iter().enumerate() {
        let at = |field| Place::item(field, position).occurrence(occurrence);
        let Some(code) = entered.code.as_deref() else { continue };
        let place = at(other_tax::code);
        let Some(known) = look_up(code, line, report) else {
            match rules.taxes().environmental_tax(code) {
                // The product bears the tax, and nobody has entered how much on the day: nothing that a declarant mends.
                Err(gap) => {
                    report.gap(gap, Some(position));
                    let tax = DeclaredTax { place: Some(place), ..DeclaredTax::default() };
                    taxes.push((DutyType::EnvironmentalProtection, tax));
                }
                Ok(_) => not_known(code, place, line, report),
            }
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
        let is_remedy = matches!(duty_type, DutyType::AntiDumping | DutyType::Countervailing | DutyType::Safeguard);
        if is_remedy && rules.taxes().code_not_entered(code).is_some() {
            // Whether the measure goes on is not known, so that nothing can be said of the code's goods either.
            taxes.push((duty_type, tax));
            continue;
        }
        match known.effect() {
            TaxEffect::Rate(_) | TaxEffect::Amount { .. } => match rate_of(&known, line) {
                Ok(rate) => tax.rate = Some(rate),
                Err(problem) => report.find(problem),
            },
            TaxEffect::Exempt | TaxEffect::Reduce | TaxEffect::NotSubject => {
                tax.relief_code = Some((code.to_owned(), place));
                tax.relief =
                    relief_of(&known, place, entered.reduction_amount, at(other_tax::reduction_amount), report);
            }
        }
        let rate_alone = matches!(known.effect(), TaxEffect::Rate(_) | TaxEffect::Amount { .. });
        if rate_alone && entered.exemption_code.is_none() {
            reduction_without_code(entered.reduction_amount, at(other_tax::reduction_amount), report);
        }
        if let Some(code) = entered.exemption_code.as_deref() {
            let place = at(other_tax::exemption_code);
            match look_up(code, line, report) {
                None => not_known(code, place, line, report),
                Some(exemption) if exemption.tax() != duty_type => {
                    let (en, _) = duty_type.names();
                    report.find(code_of_another_tax(&exemption, place, &format!("the {en}")));
                }
                Some(exemption) => {
                    let amount_place = at(other_tax::reduction_amount);
                    tax.relief_code = Some((code.to_owned(), place));
                    tax.relief = relief_of(&exemption, place, entered.reduction_amount, amount_place, report);
                }
            }
        }
        taxes.push((duty_type, tax));
    }
    taxes
}

/// What the exemption code of the import or export duty does.
pub(crate) fn duty_relief(
    line: &ResolvedLine<'_>,
    duty_type: DutyType,
    report: &mut Report<'_>,
) -> Option<DeclaredRelief> {
    let (position, item) = (line.position, line.item);
    let amount_place = Place::item(goods_item::reduction_amount, position);
    // An amount without a code is a finding of the rulebook's own rules.
    let code = item.exemption_code.as_deref()?;
    let place = Place::item(goods_item::exemption_code, position);
    match look_up(code, line, report) {
        None => {
            not_known(code, place, line, report);
            None
        }
        Some(known) if known.tax() != duty_type => {
            let (en, _) = duty_type.names();
            report.find(code_of_another_tax(&known, place, &format!("the {en}")));
            None
        }
        Some(known) => {
            exemption_list(&known, item, position, report);
            relief_of(&known, place, item.reduction_amount, amount_place, report)
        }
    }
}

/// What the tables have of a declared code. Where they say nothing of it on the day there is a gap, and what they last had
/// stands for it, so that nothing else is found wrong.
fn look_up<'r>(code: &str, line: &ResolvedLine<'r>, report: &mut Report<'_>) -> Option<TaxCode<'r>> {
    if let Some(gap) = line.rules.taxes().code_not_entered(code) {
        report.gap(gap, Some(line.position));
    }
    line.rules.tax_code(code)
}

/// A code that the tables do not have, unless they say nothing of codes on the day.
fn not_known(code: &str, place: Place, line: &ResolvedLine<'_>, report: &mut Report<'_>) {
    if line.rules.taxes().code_not_entered(code).is_none() {
        report.find(unknown_code(code, place, line));
    }
}

/// What an exemption, reduction or not-subject code does, with the amount of a reduction and where that stands.
fn relief_of(
    code: &TaxCode<'_>,
    place: Place,
    amount: Option<Decimal>,
    amount_place: Place,
    report: &mut Report<'_>,
) -> Option<DeclaredRelief> {
    let duty = matches!(code.tax(), DutyType::ImportDuty | DutyType::ExportDuty);
    match (code.effect(), amount) {
        (TaxEffect::Exempt | TaxEffect::NotSubject, Some(amount)) => {
            report.find(problem(
                if duty { "E0279" } else { "E0291" },
                amount_place,
                Some(plain(amount)),
                Bilingual::new(
                    format!("the code {} takes off the whole tax, so there is no amount of a reduction", code.code()),
                    format!("mã {} miễn toàn bộ hoặc không chịu thuế nên không khai số tiền giảm", code.code()),
                ),
                Bilingual::new(
                    "leave the amount out, or enter a code that reduces the tax",
                    "bỏ số tiền giảm hoặc nhập mã giảm thuế",
                ),
                code.citation().rule.to_string(),
                Provision::Particulars,
            ));
            None
        }
        (TaxEffect::Exempt, None) => Some(DeclaredRelief::Relief(Relief::Whole(code.citation()))),
        (TaxEffect::NotSubject, None) => Some(DeclaredRelief::NotSubject(code.citation())),
        (TaxEffect::Reduce, Some(amount)) => {
            Some(DeclaredRelief::Relief(Relief::Amount(amount, code.citation(), amount_place)))
        }
        (TaxEffect::Reduce, None) => {
            report.find(problem(
                if duty { "E0281" } else { "E0293" },
                amount_place,
                None,
                Bilingual::new(
                    format!("the code {} reduces the tax, and the amount of the reduction is missing", code.code()),
                    format!("mã {} là mã giảm thuế nhưng thiếu số tiền giảm", code.code()),
                ),
                Bilingual::new("enter the amount in dong", "nhập số tiền giảm bằng đồng"),
                code.citation().rule.to_string(),
                Provision::Particulars,
            ));
            None
        }
        (TaxEffect::Rate(_) | TaxEffect::Amount { .. }, _) => {
            report.find(problem(
                "E0117",
                place,
                Some(code.code().to_owned()),
                Bilingual::new(
                    format!("{} is the code of a rate, not of an exemption", code.code()),
                    format!("{} là mã thuế suất, không phải mã miễn, giảm, không chịu thuế", code.code()),
                ),
                Bilingual::new("enter an exemption code, or none", "nhập mã miễn, giảm hoặc bỏ trống"),
                code.citation().rule.to_string(),
                Provision::Particulars,
            ));
            None
        }
    }
}

/// An amount of a reduction beside a code that stands for a rate, without a code that reduces.
fn reduction_without_code(amount: Option<Decimal>, place: Place, report: &mut Report<'_>) {
    let Some(amount) = amount else { return };
    report.find(problem(
        "E0291",
        place,
        Some(plain(amount)),
        Bilingual::new(
            "an amount of a reduction is declared without the code of a reduction",
            "khai số tiền giảm thuế nhưng chưa khai mã giảm thuế",
        ),
        Bilingual::new(
            "enter the code of the reduction, or leave the amount out",
            "nhập mã giảm thuế hoặc bỏ số tiền giảm",
        ),
        "assessment/tax-codes",
        Provision::Particulars,
    ));
}

/// A list of exempt goods has to be named where the code draws on one, and may not where it does not.
fn exemption_list(code: &TaxCode<'_>, item: &GoodsItem, position: usize, report: &mut Report<'_>) {
    let place = Place::item(goods_item::exemption_list, position);
    match (code.list_need(), item.exemption_list.as_deref()) {
        (ListNeed::Required, None) => report.find(problem(
            "E1031",
            place,
            None,
            Bilingual::new(
                format!("the code {} draws on a registered list of exempt goods, and none is named", code.code()),
                format!("mã {} phải kèm số danh mục hàng hóa miễn thuế nhưng chưa khai", code.code()),
            ),
            Bilingual::new("enter the number of the list and its line", "nhập số danh mục miễn thuế và số dòng"),
            code.citation().rule.to_string(),
            Provision::Particulars,
        )),
        (ListNeed::None, Some(list)) => report.find(problem(
            "E1032",
            place,
            Some(list.to_owned()),
            Bilingual::new(
                format!("the code {} does not draw on a list of exempt goods", code.code()),
                format!("mã {} không dùng danh mục hàng hóa miễn thuế", code.code()),
            ),
            Bilingual::new(
                "leave the list and its line out, or enter the code of an exemption by list, e.g. XN310",
                "bỏ số danh mục và số dòng, hoặc nhập mã miễn thuế theo danh mục, ví dụ XN310",
            ),
            code.citation().rule.to_string(),
            Provision::Particulars,
        )),
        (ListNeed::Required | ListNeed::Allowed, Some(_)) | (ListNeed::None | ListNeed::Allowed, None) => {}
    }
}

/// The rate that a code stands for, with the quantity that an amount is counted by.
///
/// # Errors
/// A finding, when no quantity of the line is in the unit of the amount.
pub(crate) fn rate_of(code: &TaxCode<'_>, line: &ResolvedLine<'_>) -> Result<RateOfCode, Problem> {
    let (position, item, rules) = (line.position, line.item, &line.rules);
    let (rate, quantity) = match code.effect() {
        TaxEffect::Rate(percent) => (Rate::AdValorem(*percent), None),
        TaxEffect::Amount { amount, currency, unit } => {
            // Of goods that hold a taxable share, the second quantity in the same unit is the share.
            let quantity = if code.tax() == DutyType::EnvironmentalProtection {
                quantities::taxable_share(item, unit, position, rules)?
            } else {
                quantities::counted_in(item, unit, rules)
            };
            let quantity = quantity.ok_or_else(|| {
                let wanted = quantities::Wanted::OtherTax(code.code());
                quantities::missing(wanted, unit, position, &code.citation())
            })?;
            let per_unit = PerUnit { amount: *amount, currency: currency.clone(), unit: unit.clone() };
            (Rate::Specific(per_unit), Some(quantity))
        }
        TaxEffect::Exempt | TaxEffect::Reduce | TaxEffect::NotSubject => (Rate::NotSubject, None),
    };
    let rate = CitedRate { rate, quantity, citation: code.citation() };
    Ok(RateOfCode { rate, code: code.code().to_owned() })
}

/// A code that no table has on the day. Of a rate the codes are named that fit the goods, whatever stood there; of an
/// exemption nothing is guessed.
fn unknown_code(code: &str, place: Place, line: &ResolvedLine<'_>) -> Problem {
    let rules = &line.rules;
    let other_days = rules.taxes().code_on_other_days(code);
    let meant = rules.meant_tax_code(code);
    let tax = meant
        .as_ref()
        .and_then(|meant| meant.code)
        .map(|code| code.tax())
        .or_else(|| rules.taxes().tax_of_family(code));
    let of_rate = place.field == other_tax::code;
    let fitting: Vec<TaxCode<'_>> =
        tax.zip(line.tariff).filter(|_| of_rate).map_or_else(Vec::new, |(tax, tariff)| tariff.codes_fitting(tax));
    let mut mend = match named(&fitting) {
        Some(codes) => Bilingual::new(format!("enter {}", codes.en), format!("nhập {}", codes.vi)),
        None => Bilingual::new(
            "look the code up in the table of the tax (assessment/tax-codes)",
            "tra mã trong bảng mã của sắc thuế (assessment/tax-codes)",
        ),
    };
    if let Some(hint) = meant.and_then(|meant| meant.hint) {
        mend.en.push_str(&format!("; {}", hint.en));
        mend.vi.push_str(&format!("; {}", hint.vi));
    }
    let found = problem(
        if other_days { "E0120" } else { "E0118" },
        place,
        Some(code.to_owned()),
        if other_days {
            Bilingual::new(
                format!("the tax code {code} is not valid on the day of registration"),
                format!("mã {code} không có hiệu lực vào ngày đăng ký"),
            )
        } else {
            Bilingual::new(format!("there is no tax code {code}"), format!("mã {code} không có trong danh mục"))
        },
        mend,
        "assessment/tax-codes",
        Provision::Particulars,
    );
    suggesting(found, values(&fitting))
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
        Provision::Particulars,
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
        Provision::Particulars,
    )
}
