//! What a customs value rests on (Circular 39/2015 art. 4 to 15 and 17).
//!
//! Refused: an adjustment that is shared over less than its lines, or over more than they can have with those of other
//! declarations; a total by hand (DP) while a line has no value by hand; goods without an invoice value among goods that
//! are all paid; and the value of an export that its terms cannot have: on FOB and DAF another than the price, on terms
//! that hold carriage abroad one above the price.
//!
//! The declarant's word alone, which an officer sees: every deduction; an addition to some lines alone; a method that the
//! kind does not explain; amounts shared over more than the lines; an invoice far above the lines; the price of goods that
//! are not paid for, where all are (B), or where some are and every line has a price (C); freight or insurance that the price lacks and that is missing or too small; freight that is a part of
//! its document's; the value of an export below the price, where it bears duty or by much; and each value by hand that is
//! below what the invoice gives, far above it, without an invoice to compare, or with freight by weight.

use vocabulary::declaration::Adjustment;
use vocabulary::{ClaimKind, Direction, GoodsItem};

use super::customs_value::{by_hand, rounded_by_invoice};
use super::exchange_rates::dong_for;
use super::number::{Number, half_up, of, whole};
use super::{Case, Claim, TaxRate, rule_files};

/// The sum of the lines, and of those that name an adjustment.
struct Lines {
    all: Number,
    named: Vec<(usize, Number)>,
}

fn worth(item: &GoodsItem) -> Number {
    item.invoice_value.map_or_else(|| whole(0), of)
}

/// For each adjustment how many lines name it, and what they come to.
fn lines(case: &Case<'_>) -> Lines {
    let items = &case.declaration.goods_items;
    let all = items.iter().fold(whole(0), |sum, item| sum + worth(item));
    let of_adjustment = |number: u64| {
        let names = |item: &&GoodsItem| item.adjustment_references.iter().any(|named| named.number == Some(number));
        let named: Vec<&GoodsItem> = items.iter().filter(names).collect();
        (named.len(), named.iter().fold(whole(0), |sum, item| sum + worth(item)))
    };
    let named = (1..).zip(&case.declaration.adjustments).map(|(number, _)| of_adjustment(number)).collect();
    Lines { all, named }
}

/// What amounts are shared over.
fn shared_over(case: &Case<'_>, lines: &Lines) -> Number {
    match case.declaration.allocation_total.map(of) {
        Some(total) if total > lines.all => total,
        _ => lines.all.clone(),
    }
}

/// What the declarant has to mend.
pub(super) fn mistakes(case: &Case<'_>) -> Vec<&'static str> {
    let declaration = case.declaration;
    let mut wrong = Vec::new();
    if case.direction == Direction::Export {
        wrong.extend(exit_gate(case).and_then(Result::err));
        return wrong;
    }
    let lines = lines(case);
    let beyond = shared_over(case, &lines) - &lines.all;
    for (adjustment, (count, named)) in declaration.adjustments.iter().zip(&lines.named) {
        let own = if *count == 0 { &lines.all } else { named };
        let total = adjustment.allocation_total.map(of).filter(|total| *total > whole(0));
        if total.is_some_and(|total| total < *own || total > own + &beyond) {
            wrong.push("an adjustment is shared over other than its lines");
        }
        let above_whole = |own| declaration.allocation_total.is_some_and(|whole| own > whole);
        if adjustment.allocation_total.is_some_and(above_whole) {
            wrong.push("an adjustment is shared over more than the whole");
        }
        let missing = declaration.goods_items.iter().any(|item| item.customs_value.is_none());
        if adjustment.class.as_deref() == Some("DP") && missing {
            wrong.push("a total by hand, and a line without a value by hand");
        }
    }
    let method = declaration.valuation_method.as_deref().unwrap_or_default();
    let reckoned = case.rules.valuation_classes.on(method, case.day).is_some_and(|class| class.cell("manual") == "no");
    let unpaid = |item: &GoodsItem| item.customs_value.is_some() && worth(item) <= whole(0);
    let all_paid = !matches!(declaration.price_kind.as_deref(), Some("B" | "C" | "D"));
    if reckoned && all_paid && declaration.goods_items.iter().any(unpaid) {
        wrong.push("goods without a price among goods that are all paid");
    }
    wrong
}

/// What of the values is the declarant's word alone, with the number of the line.
pub(super) fn claims(case: &Case<'_>, taxes: &[Vec<Claim>]) -> Vec<(Option<u32>, ClaimKind)> {
    let mut claims: Vec<Option<u32>> = Vec::new();
    let declaration = case.declaration;
    let lines = lines(case);
    let shared = shared_over(case, &lines);
    let margin = |name: &str| case.rules.margin(name, case.day).unwrap_or_else(|| whole(0));
    let mut of_whole = |claimed: bool| claims.extend(claimed.then_some(None));
    let something = lines.all != whole(0);
    of_whole(something && shared > lines.all);
    let invoice = declaration.invoice_amount.map_or_else(|| whole(0), of);
    of_whole(something && &invoice * whole(100) > &lines.all * (whole(100) + margin("invoice_above_lines")));
    let priced = |item: &GoodsItem| item.customs_value.is_none() && worth(item) > whole(0);
    of_whole(match declaration.price_kind.as_deref() {
        Some("B") => declaration.goods_items.iter().any(priced),
        Some("C") => declaration.goods_items.iter().all(priced),
        _ => false,
    });
    if case.direction == Direction::Export {
        let dutiable = taxes.iter().flatten().any(|tax| match &tax.rate {
            TaxRate::Percent(rate) => *rate > whole(0),
            TaxRate::PerUnit(_) | TaxRate::Mixed(..) => true,
            TaxRate::NotSubject => false,
        });
        of_whole(match exit_gate(case) {
            Some(Ok(Gate::Unusual)) => true,
            Some(Ok(Gate::Less)) => dutiable,
            _ => false,
        });
    } else {
        for (adjustment, (named, _)) in declaration.adjustments.iter().zip(&lines.named) {
            of_whole(is_claimed(adjustment, *named, declaration.goods_items.len()));
        }
        let method = declaration.valuation_method.as_deref().unwrap_or_default();
        let kind = declaration.kind.as_deref().unwrap_or_default();
        let class = case.rules.valuation_classes.on(method, case.day);
        let kinds = class.map_or("", |class| class.cell("kinds"));
        of_whole(!kinds.is_empty() && !kinds.split_whitespace().any(|known| known == kind));
        for claimed in carriage(case, &shared) {
            of_whole(claimed);
        }
    }
    for (number, item) in (1..).zip(&declaration.goods_items) {
        if line(case, item, &margin) {
            claims.push(Some(number));
        }
    }
    claims.into_iter().map(|item| (item, ClaimKind::Value)).collect()
}

fn is_claimed(adjustment: &Adjustment, named: usize, of: usize) -> bool {
    match adjustment.class.as_deref() {
        Some("SB") => adjustment.amount.is_some(),
        Some("AD") => adjustment.amount.is_some() && named > 0 && named < of,
        _ => false,
    }
}

/// Whether freight and insurance are claimed: too little of each, and freight that is a part.
fn carriage(case: &Case<'_>, shared: &Number) -> [bool; 3] {
    let declaration = case.declaration;
    let terms = declaration.terms_of_delivery.as_deref().unwrap_or_default();
    let lacks = |what: &str| case.rules.incoterms.on(terms, case.day).is_none_or(|terms| terms.cell(what) == "no");
    let dong = |currency: &Option<vocabulary::Text>| dong_for(case, currency.as_deref().unwrap_or_default()).ok();
    let enough = |amount: Option<rust_decimal::Decimal>, currency: &Option<vocabulary::Text>, margin: &str| {
        let (Some(amount), Some(rate), Some(of_price), Some(least)) =
            (amount, dong(currency), dong(&declaration.invoice_currency), case.rules.margin(margin, case.day))
        else {
            return false;
        };
        of(amount) * rate * whole(100) >= shared * of_price * least
    };
    let no_freight = lacks("includes_freight");
    let freight = no_freight && !enough(declaration.freight_amount, &declaration.freight_currency, "freight_at_least");
    let a_part = matches!(declaration.freight_class.as_deref(), Some("B" | "C"));
    let insured = declaration.insurance_class.as_deref() == Some("A")
        && enough(declaration.insurance_amount, &declaration.insurance_currency, "insurance_at_least");
    let reckoned = declaration.goods_items.iter().any(|item| item.customs_value.is_none());
    [
        freight,
        no_freight && a_part && declaration.freight_amount.is_some(),
        lacks("includes_insurance") && reckoned && !insured,
    ]
}

/// How the declared value of an export lies against its price.
enum Gate {
    AsExpected,
    /// Below the price, as carriage may explain.
    Less,
    /// As nothing explains.
    Unusual,
}

/// The declared value of an export at the exit gate: none where none is declared or an amount is not known.
fn exit_gate(case: &Case<'_>) -> Option<Result<Gate, &'static str>> {
    let declaration = case.declaration;
    let dong = |amount: Option<rust_decimal::Decimal>, currency: &Option<vocabulary::Text>| {
        Some(of(amount?) * dong_for(case, currency.as_deref()?).ok()?)
    };
    let value = dong(declaration.total_value_amount, &declaration.total_value_currency)?;
    let price = dong(declaration.invoice_amount, &declaration.invoice_currency)?;
    let margin = |name: &str| case.rules.margin(name, case.day);
    let (below, above) = (margin("value_by_hand_below")?, margin("value_by_hand_above")?);
    let carriage = margin("carriage_at_export")?;
    let terms = case.rules.incoterms.on(declaration.terms_of_delivery.as_deref()?, case.day)?;
    if price <= whole(0) {
        return Some(Ok(Gate::Unusual));
    }
    let (less, more) = (&value + &below < price, value > &price + below);
    let hundred = whole(100);
    Some(match terms.cell("value_at_exit_gate") {
        "is_price" if less || more => Err("the price is the value at the exit gate"),
        "below_price" if more => Err("the value at the exit gate is above a price that holds carriage"),
        "below_price" if &value * &hundred < &price * (&hundred - carriage) => Ok(Gate::Unusual),
        "below_price" if less => Ok(Gate::Less),
        "above_price" if less || &value * &hundred > &price * (&hundred + above) => Ok(Gate::Unusual),
        _ => Ok(Gate::AsExpected),
    })
}

/// Whether a line's value by hand is claimed.
fn line(case: &Case<'_>, item: &GoodsItem, margin: &dyn Fn(&str) -> Number) -> bool {
    let Ok(Some(value)) = by_hand(case, item) else { return false };
    if worth(item) <= whole(0) || case.declaration.freight_class.as_deref() == Some("D") {
        return true;
    }
    let decimals = rule_files::on(&case.rules.line_rounding, case.day).and_then(|rule| rule.number("decimals"));
    let decimals = decimals.and_then(|decimals| u32::try_from(decimals.to_integer()).ok()).unwrap_or(0);
    let value = half_up(&value, decimals);
    let Some(by_invoice) = rounded_by_invoice(case, item) else { return true };
    &value + margin("value_by_hand_below") < by_invoice
        || value * whole(100) > by_invoice * (whole(100) + margin("value_by_hand_above"))
}
