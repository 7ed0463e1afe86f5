//! The goods of a line: their tariff code, and the unit of their quantity.

use rulebook::{RulesInForce, TariffLine};
use vocabulary::declaration::goods_item;
use vocabulary::{Bilingual, GoodsItem, Place};

use super::{Report, hs8};
use crate::problem::problem;

/// The line of the tariff that the declared code names.
pub(crate) fn commodity<'r>(
    position: usize,
    item: &GoodsItem,
    rules: &RulesInForce<'r>,
    report: &mut Report<'_>,
) -> Option<TariffLine<'r>> {
    // A missing code is a finding of the reader.
    let code = item.commodity_code.as_deref()?;
    if let Some(line) = rules.commodity(hs8(code)) {
        return Some(line);
    }
    let near: Vec<String> = rules.commodities_near(hs8(code), 4).into_iter().map(|code| code.to_string()).collect();
    let (en, vi) = if near.is_empty() {
        ("enter the eight digits of the tariff".to_owned(), "nhập mã 8 chữ số của biểu thuế".to_owned())
    } else {
        let near = near.join(", ");
        (
            format!("enter the eight digits of the tariff; near codes are {near}"),
            format!("nhập mã 8 chữ số của biểu thuế; các mã gần nhất: {near}"),
        )
    };
    report.find(problem(
        "S0173",
        Place::item(goods_item::commodity_code, position),
        Some(code.to_owned()),
        Bilingual::new(
            format!("the tariff has no line {code} on the day of registration"),
            format!("biểu thuế không có mã {code} vào ngày đăng ký"),
        ),
        Bilingual::new(en, vi),
        "assessment/import-tariff",
        "Circular 31/2022/TT-BTC (nomenclature AHTN 2022)",
    ));
    None
}

/// The quantity has to be in a unit that the tariff names for the line.
pub(crate) fn units(position: usize, item: &GoodsItem, line: &TariffLine<'_>, report: &mut Report<'_>) {
    let Some(unit) = item.quantity_unit.as_deref() else {
        return;
    };
    let second = item.second_quantity_unit.as_deref();
    let known: Vec<&str> = line.units().flat_map(|unit| unit.codes.iter().map(|code| &**code)).collect();
    if known.is_empty() || known.contains(&unit) || second.is_some_and(|second| known.contains(&second)) {
        return;
    }
    let known = known.join(", ");
    report.find(problem(
        "E0270",
        Place::item(goods_item::quantity_unit, position),
        Some(unit.to_owned()),
        Bilingual::new(
            format!("the tariff counts {} by {known}, not by {unit}", line.code()),
            format!("biểu thuế tính mã {} theo {known}, không theo {unit}", line.code()),
        ),
        Bilingual::new(
            format!("enter the quantity, or the second quantity, in one of: {known}"),
            format!("nhập số lượng (1) hoặc số lượng (2) theo một trong các đơn vị: {known}"),
        ),
        format!("assessment/import-tariff/{}/units", line.code()),
        "Circular 31/2022/TT-BTC",
    ));
}
