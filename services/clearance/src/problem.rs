//! Problems that clearance finds by itself, where a rule of the rulebook cannot say them.
//!
//! ```text
//! problem(code, place, …) ──► Problem ──► found_in(declaration, rules) ──► Finding
//!                                                number of the line, name of the field, words of the law
//! ```

use std::sync::Arc;

use rulebook::{Provision, RulesInForce};
use rust_decimal::Decimal;
use vocabulary::declaration::goods_item;
use vocabulary::duty::plain;
use vocabulary::{Bilingual, Declaration, DutyType, Finding, Place, Severity, item_number};

use crate::accepted::TaxClaim;

/// What is wrong at a place of a declaration, and the rule that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub(crate) code: String,
    severity: Severity,
    pub(crate) place: Place,
    value: Option<String>,
    pub(crate) message: Bilingual,
    mend: Bilingual,
    suggestions: Vec<String>,
    pub(crate) rule: String,
    law: Law,
}

/// The law that a problem rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Law {
    /// What a rule of the rulebook cites.
    Cited(Arc<str>),
    /// A provision by its name, whose words are those of the day.
    Named(Provision),
}

impl From<&Arc<str>> for Law {
    fn from(law: &Arc<str>) -> Self {
        Self::Cited(Arc::clone(law))
    }
}

impl From<Provision> for Law {
    fn from(provision: Provision) -> Self {
        Self::Named(provision)
    }
}

impl Problem {
    /// Whether it keeps the declaration from being registered.
    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The same at another place.
    pub(crate) fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// The finding in a declaration, with what a declarant knows the place by: the number of the line and the name of the
    /// field.
    pub(crate) fn found_in(self, declaration: &Declaration, rules: &RulesInForce<'_>) -> Finding {
        let place = self.place;
        let number = |position| item_number(declaration.goods_items.get(position), position);
        Finding {
            field: Some(place.field_name(declaration.direction()).to_owned()),
            item: place.item.map(number),
            ..self.stated(rules)
        }
    }

    /// The finding by its place alone.
    pub(crate) fn stated(self, rules: &RulesInForce<'_>) -> Finding {
        let Self { code, severity, place, value, message, mend, suggestions, rule, law } = self;
        let law = match law {
            Law::Cited(law) => law.to_string(),
            Law::Named(provision) => rules.law(provision).to_string(),
        };
        Finding {
            code,
            severity,
            path: String::new(),
            item: None,
            field: None,
            value,
            message,
            mend,
            suggestions,
            rule,
            law,
            follows_from: None,
            line: None,
            column: None,
            place: Some(place),
        }
    }
}

/// A problem that keeps the declaration from being registered.
pub(crate) fn problem(
    code: &str,
    place: Place,
    value: Option<String>,
    message: Bilingual,
    mend: Bilingual,
    rule: impl Into<String>,
    law: impl Into<Law>,
) -> Problem {
    Problem {
        code: code.to_owned(),
        severity: Severity::Error,
        place,
        value,
        message,
        mend,
        suggestions: Vec::new(),
        rule: rule.into(),
        law: law.into(),
    }
}

/// The same problem with values that would be right at its place.
pub(crate) fn suggesting(problem: Problem, suggestions: Vec<String>) -> Problem {
    Problem { suggestions, ..problem }
}

/// The same problem as a warning, which keeps nothing from being registered.
pub(crate) fn warning(problem: Problem) -> Problem {
    Problem { severity: Severity::Warning, ..problem }
}

/// An amount whose exact calculation leaves 28 digits, or the field's width.
pub(crate) fn too_large(place: Place) -> Problem {
    problem(
        "amount_too_large",
        place,
        None,
        Bilingual::new(
            "the amounts that follow from this value have more digits than their fields hold",
            "số tiền tính từ giá trị này vượt quá số chữ số mà chỉ tiêu cho phép",
        ),
        Bilingual::new(
            "check the value; if it is right, split the goods over several lines or declarations",
            "kiểm tra lại giá trị; nếu đúng, hãy tách hàng hóa thành nhiều dòng hoặc nhiều tờ khai",
        ),
        "valuation/field-widths",
        Provision::FieldWidths,
    )
}

/// A customs value of zero or below.
pub(crate) fn value_not_above_zero(place: Place, value: Decimal) -> Problem {
    let value = plain(value);
    problem(
        "E0252",
        place,
        Some(value.clone()),
        Bilingual::new(
            format!("the customs value of the line comes to {value} dong"),
            format!("trị giá hải quan của dòng hàng tính ra {value} đồng"),
        ),
        Bilingual::new(
            "check the invoice value of the line and the deductions from it; a customs value is above zero",
            "kiểm tra trị giá hóa đơn của dòng hàng và các khoản trừ; trị giá hải quan phải lớn hơn 0",
        ),
        "valuation/above-zero",
        Provision::CustomsValue,
    )
}

/// A total of one tax that its eleven digits do not hold.
pub(crate) fn total_too_large(duty_type: DutyType) -> Problem {
    let (en, vi) = duty_type.names();
    let code = match duty_type {
        DutyType::ImportDuty | DutyType::ExportDuty => "E1025",
        _ => "E1027",
    };
    too_many_digits(
        code,
        Place::header(vocabulary::declaration::declaration::invoice_amount),
        format!("the total of the {en} has more than eleven digits"),
        format!("tổng số {vi} vượt quá mười một chữ số"),
    )
}

/// A total of all taxes that its eleven digits do not hold.
pub(crate) fn all_too_large() -> Problem {
    too_many_digits(
        "E1056",
        Place::header(vocabulary::declaration::declaration::invoice_amount),
        "the total of all duties and taxes has more than eleven digits".to_owned(),
        "tổng số tiền thuế phải nộp vượt quá mười một chữ số".to_owned(),
    )
}

/// A tax of one line that its field does not hold.
pub(crate) fn line_tax_too_large(duty_type: DutyType, position: usize) -> Problem {
    let (en, vi) = duty_type.names();
    let code = match duty_type {
        DutyType::ImportDuty | DutyType::ExportDuty => "E0803",
        _ => "E0823",
    };
    too_many_digits(
        code,
        Place::item(goods_item::invoice_value, position),
        format!("the {en} of the line has more than sixteen digits"),
        format!("số {vi} của dòng hàng vượt quá mười sáu chữ số"),
    )
}

fn too_many_digits(code: &str, place: Place, en: String, vi: String) -> Problem {
    problem(
        code,
        place,
        None,
        Bilingual::new(en, vi),
        Bilingual::new(
            "check the value; if it is right, split the goods over several lines or declarations",
            "kiểm tra lại giá trị; nếu đúng, hãy tách hàng hóa thành nhiều dòng hoặc nhiều tờ khai",
        ),
        "assessment/field-widths",
        Provision::FieldWidths,
    )
}

/// A reduction of more than the tax comes to.
pub(crate) fn reduction_above_tax(claim: &TaxClaim, reduction: Decimal, tax: Decimal, place: Place) -> Problem {
    let (en, vi) = claim.duty_type.names();
    let (reduction, tax) = (plain(reduction), plain(tax));
    let code = match claim.duty_type {
        DutyType::ImportDuty | DutyType::ExportDuty => "E0280",
        _ => "E0292",
    };
    problem(
        code,
        place,
        Some(reduction.clone()),
        Bilingual::new(
            format!("the reduction of {reduction} dong is above the {en} of the line, {tax} dong"),
            format!("số tiền giảm {reduction} đồng lớn hơn {vi} của dòng hàng là {tax} đồng"),
        ),
        Bilingual::new(format!("enter at most {tax}"), format!("nhập tối đa {tax}")),
        claim.citation.rule.to_string(),
        Provision::Particulars,
    )
}
