//! The customs value of each line (Law 54/2014 art. 86; Circular 39/2015).
//!
//! Import: the price to the first port of entry. A value that is declared by hand (DPR) stands as it is. Otherwise the
//! line's invoice value (BPR) counts, and of each amount that belongs to the whole it takes its share, in proportion to
//! the invoice values:
//!
//! - freight, when the price lacks it (EXW, FCA, FAS, FOB, C&I), or when it was dearer than the price holds (FR1 E, F);
//! - insurance of class A, which terms that hold it do not let one enter;
//! - each adjustment, added (AD) or taken off (SB): over its own total (VT) where one is declared; over the lines that
//!   name it (VN) where some do, and over all lines otherwise.
//!
//! The share is BPR over the allocation total (TP) where one is declared, and over the sum of the lines otherwise.
//!
//! Export: the price at the exit gate, without international freight and insurance. Where the total customs value (FKK)
//! is declared, each line takes its share of it; otherwise the invoice value counts.
//!
//! A line's value is rounded half up at the decimals of the rounding rule, each line by itself. It is above zero, and its
//! field holds seventeen digits.

use rust_decimal::Decimal;
use vocabulary::{Direction, GoodsItem};

use super::exchange_rates::dong_for;
use super::number::{Number, half_up, of, whole};
use super::{Answer, Case, refuse, rule_files, silent};

/// The customs values of the lines, in their order.
pub(super) fn of_lines(case: &Case<'_>) -> Answer<Vec<Number>> {
    let Some(rounding) = rule_files::on(&case.rules.line_rounding, case.day).and_then(|rule| rule.number("decimals"))
    else {
        return silent("no rounding of lines");
    };
    let decimals = u32::try_from(rounding.to_integer()).unwrap_or(0);
    let mut values = Vec::new();
    for item in &case.declaration.goods_items {
        let exact = match by_hand(case, item)? {
            Some(value) => value,
            None => by_invoice(case, item)?,
        };
        let value = half_up(&exact, decimals);
        if value <= whole(0) {
            return refuse("a customs value is not above zero");
        }
        if value >= whole(100_000_000_000_000_000) {
            return refuse("a customs value has more than seventeen digits");
        }
        values.push(value);
    }
    Ok(values)
}

/// What the invoice gives for a line, rounded as its value would be.
pub(super) fn rounded_by_invoice(case: &Case<'_>, item: &GoodsItem) -> Option<Number> {
    let rounding = rule_files::on(&case.rules.line_rounding, case.day)?.number("decimals")?;
    Some(half_up(&by_invoice(case, item).ok()?, u32::try_from(rounding.to_integer()).ok()?))
}

/// The value that a line declares by hand.
pub(super) fn by_hand(case: &Case<'_>, item: &GoodsItem) -> Answer<Option<Number>> {
    match (item.customs_value, &item.customs_value_currency) {
        (Some(value), Some(currency)) => Ok(Some(of(value) * dong_for(case, currency)?)),
        _ => Ok(None),
    }
}

fn by_invoice(case: &Case<'_>, item: &GoodsItem) -> Answer<Number> {
    let declaration = case.declaration;
    let invoice_value = of(item.invoice_value.unwrap_or_default());
    let all: Vec<&GoodsItem> = declaration.goods_items.iter().collect();
    let whole_of_all = match declaration.allocation_total {
        Some(total) if total > Decimal::ZERO => of(total),
        _ => sum_of(&all),
    };
    let share_of = |amount: Number, total: &Number| {
        if *total == whole(0) { whole(0) } else { amount * &invoice_value / total }
    };
    if case.direction == Direction::Export {
        if let (Some(total), Some(currency)) = (declaration.total_value_amount, &declaration.total_value_currency) {
            return Ok(share_of(of(total) * dong_for(case, currency)?, &whole_of_all));
        }
        return Ok(invoice_value * dong(case, declaration.invoice_currency.as_deref())?);
    }

    let mut value = &invoice_value * dong(case, declaration.invoice_currency.as_deref())?;
    let terms = declaration.terms_of_delivery.as_deref().unwrap_or_default();
    let terms = case.rules.incoterms.on(terms, case.day);
    let price_lacks = |what: &str| terms.is_none_or(|terms| terms.cell(what) == "no");
    let dearer = matches!(declaration.freight_class.as_deref(), Some("E" | "F"));
    if let Some(freight) = declaration.freight_amount
        && (price_lacks("includes_freight") || dearer)
    {
        let freight = of(freight) * dong(case, declaration.freight_currency.as_deref())?;
        value += share_of(freight, &whole_of_all);
    }
    if let Some(insurance) = declaration.insurance_amount
        && declaration.insurance_class.as_deref() == Some("A")
    {
        let insurance = of(insurance) * dong(case, declaration.insurance_currency.as_deref())?;
        value += share_of(insurance, &whole_of_all);
    }
    for (number, adjustment) in (1_u64..).zip(&declaration.adjustments) {
        let Some(amount) = adjustment.amount else { continue };
        let sign = match adjustment.class.as_deref() {
            Some("AD") => whole(1),
            Some("SB") => whole(-1),
            _ => continue,
        };
        let amount = sign * of(amount) * dong(case, adjustment.currency.as_deref())?;
        let names = |item: &GoodsItem| item.adjustment_references.iter().any(|named| named.number == Some(number));
        let named: Vec<&GoodsItem> = declaration.goods_items.iter().filter(|item| names(item)).collect();
        if !named.is_empty() && !names(item) {
            continue;
        }
        let total = match adjustment.allocation_total {
            Some(total) if total > Decimal::ZERO => of(total),
            _ if !named.is_empty() => sum_of(&named),
            _ => whole_of_all.clone(),
        };
        value += share_of(amount, &total);
    }
    Ok(value)
}

fn sum_of(items: &[&GoodsItem]) -> Number {
    items.iter().fold(whole(0), |sum, item| sum + of(item.invoice_value.unwrap_or_default()))
}

/// Dong for one unit of a currency that eligibility has asked for.
fn dong(case: &Case<'_>, currency: Option<&str>) -> Answer<Number> {
    currency.map_or_else(|| Ok(whole(0)), |currency| dong_for(case, currency))
}
