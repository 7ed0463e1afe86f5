//! Which of a line's quantities a tax is counted by.

use rulebook::{Provision, RulesInForce};
use rust_decimal::Decimal;
use vocabulary::declaration::goods_item;
use vocabulary::duty::plain;
use vocabulary::{Bilingual, Citation, GoodsItem, Place};

use crate::problem::{Problem, problem};

/// The declared quantity that is counted in a unit: the first or the second.
pub(crate) fn counted_in(item: &GoodsItem, unit: &str, rules: &RulesInForce<'_>) -> Option<Decimal> {
    let is = |declared: Option<&str>| declared.is_some_and(|declared| rules.lists().same_unit(declared, unit));
    if is(item.quantity_unit.as_deref()) {
        return item.quantity;
    }
    item.second_quantity.filter(|_| is(item.second_quantity_unit.as_deref()))
}

/// The quantity that a tax on a share of the goods is counted by: where both quantities are in its unit, the second one
/// is the share, as of plastic bags that hold other materials too.
///
/// # Errors
/// A finding, when the share is more than the whole.
pub(crate) fn taxable_share(
    item: &GoodsItem,
    unit: &str,
    position: usize,
    rules: &RulesInForce<'_>,
) -> Result<Option<Decimal>, Problem> {
    let whole = counted_in(item, unit, rules);
    let in_unit = item.second_quantity_unit.as_deref().is_some_and(|declared| rules.lists().same_unit(declared, unit));
    let (Some(whole), Some(share), true) = (whole, item.second_quantity, in_unit) else {
        return Ok(whole);
    };
    if share <= whole {
        return Ok(Some(share));
    }
    Err(problem(
        "taxable_share_above_whole",
        Place::item(goods_item::second_quantity, position),
        Some(plain(share)),
        Bilingual::new(
            format!("the taxable share of {} {unit} is more than the whole quantity of {}", plain(share), plain(whole)),
            format!("phần chịu thuế {} {unit} lớn hơn toàn bộ số lượng {}", plain(share), plain(whole)),
        ),
        Bilingual::new(
            "enter the whole as the first quantity and the taxable share as the second",
            "nhập toàn bộ số lượng ở số lượng (1) và phần chịu thuế ở số lượng (2)",
        ),
        "assessment/environmental-protection-tax",
        Provision::Particulars,
    ))
}

/// For what a quantity is wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// For a specific or mixed import duty, by its code.
    Duty(&'a str),
    /// For another tax, by its code.
    OtherTax(&'a str),
}

/// No quantity of the line is in the unit that a tax is counted by.
pub(crate) fn missing(wanted: Wanted<'_>, unit: &str, position: usize, citation: &Citation) -> Problem {
    let (number, code) = match wanted {
        Wanted::Duty(code) => ("E0814", code),
        Wanted::OtherTax(code) => ("E0844", code),
    };
    problem(
        number,
        Place::item(goods_item::second_quantity_unit, position),
        None,
        Bilingual::new(
            format!("the tax {code} is counted by {unit}, and no quantity of the line is in {unit}"),
            format!("mã {code} tính thuế theo {unit}, nhưng dòng hàng không có số lượng theo {unit}"),
        ),
        Bilingual::new(format!("enter the second quantity in {unit}"), format!("nhập số lượng (2) theo đơn vị {unit}")),
        citation.rule.to_string(),
        Provision::Particulars,
    )
}
