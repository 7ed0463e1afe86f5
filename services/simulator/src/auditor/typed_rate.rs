//! Rates that the declarant typed (TXA to TXD): they may repeat what the rules say and not change it.
//!
//! An amount for each unit is typed with its unit and its currency. Goods that are not subject to the duty have a typed
//! percentage of nothing.

use vocabulary::GoodsItem;

use super::number::{Number, of, whole};
use super::{Answer, PerUnit, TaxRate, refuse};

/// Whether what is typed is what the rules say.
pub(super) fn agrees(item: &GoodsItem, rate: &TaxRate) -> Answer<()> {
    let (percent, per_unit): (Option<&Number>, Option<&PerUnit>) = match rate {
        TaxRate::Percent(percent) => (Some(percent), None),
        TaxRate::PerUnit(per_unit) => (None, Some(per_unit)),
        TaxRate::Mixed(percent, per_unit) => (Some(percent), Some(per_unit)),
        TaxRate::NotSubject => (None, None),
    };
    let (unit, currency) = (&item.manual_specific_unit, &item.manual_specific_currency);
    let complete = if item.manual_specific_rate.is_some() {
        unit.is_some() && currency.is_some()
    } else {
        unit.is_none() && currency.is_none()
    };
    if !complete {
        return refuse("a typed amount needs its unit and its currency");
    }
    let nothing = whole(0);
    if item.manual_rate.is_some_and(|typed| of(typed) != *percent.unwrap_or(&nothing)) {
        return refuse("another percentage is typed");
    }
    if item.manual_specific_rate.is_some_and(|typed| per_unit.is_none_or(|right| right.amount != of(typed))) {
        return refuse("another amount is typed");
    }
    let differs = |typed: &Option<vocabulary::Text>, right: &str| typed.as_ref().is_some_and(|typed| *typed != right);
    if per_unit.is_some_and(|right| differs(unit, &right.unit) || differs(currency, &right.currency)) {
        return refuse("another unit or currency is typed");
    }
    Ok(())
}
