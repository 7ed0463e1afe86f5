//! The goods of a line: their tariff code, and the unit of their quantity.

use rulebook::{Provision, RulesInForce, TariffLine};
use vocabulary::declaration::goods_item;
use vocabulary::{Bilingual, Place};

use super::Report;
use super::line::ResolvedLine;
use crate::problem::problem;

/// The line of the tariff that the declared code names; where it names none, that is said.
pub(crate) fn commodity<'r>(line: &ResolvedLine<'r>, report: &mut Report<'_>) -> Option<TariffLine<'r>> {
    if let Some(tariff) = line.tariff {
        return Some(tariff);
    }
    // A missing code is a finding of the reader.
    let (position, rules) = (line.position, &line.rules);
    let code = line.item.commodity_code.as_deref()?;
    if let Some(gap) = rules.tariff().nomenclature_not_entered() {
        report.gap(gap, Some(position));
        return None;
    }
    let mend = lines_beside(code, rules);
    report.find(problem(
        "S0173",
        Place::item(goods_item::commodity_code, position),
        Some(code.to_owned()),
        Bilingual::new(
            format!("the tariff has no line {code} on the day of registration"),
            format!("biểu thuế không có mã {code} vào ngày đăng ký"),
        ),
        mend,
        "assessment/import-tariff",
        Provision::Nomenclature,
    ));
    None
}

/// How many lines of the tariff a mend names.
const LINES_NAMED_MAX: usize = 12;

/// A mend that names the lines of the longest beginning that a code shares with the tariff, when they are few.
pub(crate) fn lines_beside(code: &str, rules: &RulesInForce<'_>) -> Bilingual {
    let mut mend = Bilingual::new("enter the eight digits of the tariff", "nhập mã 8 chữ số của biểu thuế");
    if let Some(beginning) = rules.tariff().known_beginning(code) {
        match rules.tariff().lines_under(beginning) {
            lines if lines.len() <= LINES_NAMED_MAX => {
                let named: Vec<String> = lines.iter().map(ToString::to_string).collect();
                let named = named.join(", ");
                mend.en.push_str(&format!("; under {beginning} stand {named}"));
                mend.vi.push_str(&format!("; thuộc {beginning} có {named}"));
            }
            lines @ [from, .., to] if beginning.len() >= 4 => {
                mend.en.push_str(&format!("; under {beginning} stand {} lines, {from} to {to}", lines.len()));
                mend.vi.push_str(&format!("; thuộc {beginning} có {} dòng, từ {from} đến {to}", lines.len()));
            }
            _ => {}
        }
    }
    mend
}

/// The quantity has to be in a unit that the tariff names for the line.
pub(crate) fn units(line: &ResolvedLine<'_>, tariff: &TariffLine<'_>, report: &mut Report<'_>) {
    let item = line.item;
    let Some(unit) = item.quantity_unit.as_deref() else {
        return;
    };
    let second = item.second_quantity_unit.as_deref();
    let known: Vec<&str> = tariff.units().flat_map(|unit| unit.codes.iter().map(|code| &**code)).collect();
    if known.is_empty() || known.contains(&unit) || second.is_some_and(|second| known.contains(&second)) {
        return;
    }
    let known = known.join(", ");
    report.find(problem(
        "E0270",
        Place::item(goods_item::quantity_unit, line.position),
        Some(unit.to_owned()),
        Bilingual::new(
            format!("the tariff counts {} by {known}, not by {unit}", tariff.code()),
            format!("biểu thuế tính mã {} theo {known}, không theo {unit}", tariff.code()),
        ),
        Bilingual::new(
            format!("enter the quantity, or the second quantity, in one of: {known}"),
            format!("nhập số lượng (1) hoặc số lượng (2) theo một trong các đơn vị: {known}"),
        ),
        format!("assessment/import-tariff/{}/units", tariff.code()),
        Provision::TariffUnits,
    ));
}
