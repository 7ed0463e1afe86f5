//! The calculation for whoever asks before lodging: what a decision's figures are made of, and the figures of a
//! declaration that is not accepted, as far as they can be found, so that a slip of the pen does not hide the tax.
//!
//! ```text
//!                 ┌ accepted: the figures of the decision, and the parts of each value
//! examination ──► ┤
//!                 └ otherwise: provisional figures; what is not settled is left out, and says why
//! ```
//!
//! No decision rests on it, and none records it.

use rulebook::{MfnRelation, RulesInForce};
use rust_decimal::Decimal;
use vocabulary::{
    Bilingual, Citation, Claim, Declaration, Direction, DutyLine, DutyTotal, DutyType, Finding, GoodsItem, Preference,
    Rate,
};

use crate::accepted::{AcceptedDeclaration, AcceptedItem, CitedRate, ExchangeRate, Relief, TaxClaim};
use crate::assessment::{assess_item, duty_of, is_exempt, totals};
use crate::context::Context;
use crate::exact::sum;
use crate::validation::{Examined, Report, TaxDoubt, examine};
use crate::valuation::{Shares, ValuePart};

/// The figures of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calculation {
    /// Whether the declaration is not accepted as it is, so that all of this may change.
    pub provisional: bool,
    /// The goods items, in their order.
    pub items: Vec<CalculatedItem>,
    /// The customs value of the items that have one.
    pub customs_value: Decimal,
    /// What is owed of each tax, as far as it was calculated.
    pub totals: Vec<DutyTotal>,
    /// What is owed altogether, as far as it was calculated.
    pub total_payable: Decimal,
    /// What lowers a tax on the declarant's word alone, as far as it was looked into.
    pub claims: Vec<Claim>,
    /// The rule by which customs values are rounded, and the one by which totals are.
    pub roundings: [Citation; 2],
    /// The rate of every currency that the declaration uses and the rulebook knows.
    pub exchange_rates: Vec<ExchangeRate>,
    /// What holds for the declaration as a whole and could not be taken into account.
    pub notes: Vec<Bilingual>,
}

/// The figures of one goods item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalculatedItem {
    /// The number of the line, from 1.
    pub sequence: u32,
    /// The customs value in dong; `None` where it could not be found.
    pub customs_value: Option<Decimal>,
    /// What the customs value is made of.
    pub value_parts: Vec<ValuePart>,
    /// The duties and taxes that could be calculated.
    pub taxes: Vec<DutyLine>,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
    /// What was taken in place of what is not settled.
    pub notes: Vec<Bilingual>,
    /// What became of its claim to the rate of a trade agreement.
    pub preference: Option<Preference>,
}

/// A figure that could not be calculated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub figure: Figure,
    pub because: Bilingual,
}

/// What can be left out of a goods item's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The customs value, and with it every tax.
    CustomsValue,
    /// Every tax.
    Taxes,
    /// One tax.
    Tax(DutyType),
}

impl Calculation {
    /// Whether every figure of every goods item was calculated.
    pub fn is_complete(&self) -> bool {
        self.items.iter().all(|item| item.left_out.is_empty())
    }
}

/// Calculates what can be calculated; `None` where not even the direction is known, or how amounts are rounded.
pub fn calculate(lodged: &Declaration, read: Vec<Finding>, context: &Context<'_>) -> Option<Calculation> {
    let Examined { report, declaration } = examine(lodged, read, context);
    let mut accepted = declaration?;
    let provisional = !report.is_clean();
    let mut left_out = Vec::with_capacity(accepted.items.len());
    let mut assumed = Vec::with_capacity(accepted.items.len());
    for position in 0..accepted.items.len() {
        let mut notes = Vec::new();
        if provisional {
            notes.extend(assume_usual_duty(&mut accepted, position, &report, &context.rules));
            left_out.push(keep_settled(&mut accepted, position, &report));
        } else {
            left_out.push(Vec::new());
        }
        assumed.push(notes);
    }
    let mut claims = report.claims();
    let values = values(&accepted, provisional, &context.rules, &mut left_out, &mut claims);
    claims.sort_by_key(|claim| claim.item);
    let (lines, notes) = taxes(&accepted, &values, &mut left_out);
    let totals = totals(&accepted, &lines).unwrap_or_default();
    let items = accepted.items.iter().zip(values).zip(lines).zip(left_out).zip(assumed);
    let items: Vec<CalculatedItem> = items
        .map(|((((item, value), taxes), left_out), notes)| {
            let (customs_value, value_parts) = value.map_or((None, Vec::new()), |(value, parts)| (Some(value), parts));
            let preference = item.preference.clone();
            CalculatedItem { sequence: item.sequence, customs_value, value_parts, taxes, left_out, notes, preference }
        })
        .collect();
    Some(Calculation {
        provisional,
        customs_value: sum(items.iter().filter_map(|item| item.customs_value)).unwrap_or_default(),
        total_payable: sum(totals.iter().map(|total| total.payable)).unwrap_or_default(),
        items,
        totals,
        claims,
        roundings: [accepted.value_rounding.citation, accepted.total_rounding.citation],
        exchange_rates: accepted.exchange_rates,
        notes,
    })
}

/// Where the declared schedule or code gives no import duty, though the goods have a preferential (MFN) rate, that rate is
/// taken, which is what is due unless another one is claimed rightly.
fn assume_usual_duty(
    accepted: &mut AcceptedDeclaration<'_>,
    position: usize,
    report: &Report<'_>,
    rules: &RulesInForce<'_>,
) -> Option<Bilingual> {
    let of_duty = |doubt: TaxDoubt| doubt.tax == Some(DutyType::ImportDuty);
    let wrong = report.doubts(position).any(|doubt| of_duty(doubt) && !doubt.silent);
    let silent = report.doubts(position).any(|doubt| of_duty(doubt) && doubt.silent);
    let item = accepted.items.get_mut(position)?;
    if !wrong || silent || item.taxes.iter().any(|claim| claim.duty_type == DutyType::ImportDuty) {
        return None;
    }
    let line = rules.commodity(item.lodged.commodity_code.as_deref()?)?;
    let MfnRelation::Yes(_) = rules.tariff().mfn_relation(item.lodged.origin.as_deref()?) else { return None };
    let rate = line.mfn().ok()?;
    item.taxes.push(CitedRate::from(rate).claim(DutyType::ImportDuty, Relief::None));
    Some(Bilingual::new(
        "the import duty is that of the preferential (MFN) rate, since the declared one does not hold",
        "thuế nhập khẩu tạm tính theo thuế suất ưu đãi (MFN) vì nội dung đã khai chưa áp dụng được",
    ))
}

/// Takes away the taxes of a goods item that are not settled, and those whose base they enter.
fn keep_settled(accepted: &mut AcceptedDeclaration<'_>, position: usize, report: &Report<'_>) -> Vec<LeftOut> {
    let rates: Vec<String> = accepted.exchange_rates.iter().map(|rate| rate.currency.clone()).collect();
    let Some(item) = accepted.items.get_mut(position) else { return Vec::new() };
    let doubts: Vec<_> = report.doubts(position).collect();
    if doubts.iter().any(|doubt| doubt.tax.is_none()) {
        item.taxes.clear();
        let because =
            Bilingual::new("the declared code is no line of the tariff", "mã hàng đã khai không có trong biểu thuế");
        return vec![LeftOut { figure: Figure::Taxes, because }];
    }
    let mut left_out = Vec::new();
    let mut kept = Vec::with_capacity(item.taxes.len());
    // What is missing from the base of the taxes on top.
    let mut missing: Option<DutyType> = None;
    for duty_type in DutyType::ALL {
        let claims = item.taxes.iter().filter(|claim| claim.duty_type == duty_type);
        let doubtful = doubts.iter().any(|doubt| doubt.tax == Some(duty_type));
        let silent = doubts.iter().any(|doubt| doubt.tax == Some(duty_type) && doubt.silent);
        let mut found: Vec<TaxClaim> = claims.cloned().collect();
        if doubtful {
            // Where the declared code is wrong and the rate known, the tax is due without what the code takes off.
            found.retain(|claim| claim.rate != Rate::NotSubject);
            found.iter_mut().for_each(|claim| claim.relief = Relief::None);
        }
        let known = |claim: &TaxClaim| {
            claim.rate.per_unit().is_none_or(|unit| rates.iter().any(|rate| **rate == *unit.currency))
        };
        let on_top =
            matches!(duty_type, DutyType::SpecialConsumption | DutyType::EnvironmentalProtection | DutyType::Vat);
        let because = if silent {
            Some(Bilingual::new("the rulebook does not give its rate", "bộ quy tắc chưa có mức thuế"))
        } else if doubtful && found.is_empty() {
            Some(Bilingual::new("its rate hangs on what is to be mended", "mức thuế phụ thuộc nội dung cần sửa"))
        } else if !found.iter().all(known) {
            Some(Bilingual::new("an exchange rate is not known", "chưa có tỷ giá"))
        } else if let (true, false, Some(missing)) = (on_top, found.is_empty(), missing) {
            let (en, vi) = missing.names();
            Some(Bilingual::new(format!("its base holds the {en}"), format!("trị giá tính thuế có {vi}")))
        } else {
            None
        };
        match because {
            Some(because) => {
                left_out.push(LeftOut { figure: Figure::Tax(duty_type), because });
                missing = missing.or(Some(duty_type));
            }
            None => kept.extend(found),
        }
    }
    item.taxes = kept;
    left_out
}

/// The customs value of each goods item with its parts, where it is known.
fn values(
    accepted: &AcceptedDeclaration<'_>,
    provisional: bool,
    rules: &RulesInForce<'_>,
    left_out: &mut [Vec<LeftOut>],
    claims: &mut Vec<Claim>,
) -> Vec<Option<(Decimal, Vec<ValuePart>)>> {
    let shares = Shares::of(accepted);
    let mut value = |position: usize, item: &AcceptedItem<'_>| {
        if let (true, Some(unknown)) = (provisional, unknown_of_value(accepted, item.lodged, rules)) {
            return Err(unknown);
        }
        let shares = shares.as_ref().map_err(|problem| problem.message.clone())?;
        let (value, claim) = shares.value_of(position).map_err(|problem| problem.message)?;
        claims.extend(claim);
        Ok((value, shares.parts_of(position).unwrap_or_default()))
    };
    let mut values = Vec::with_capacity(accepted.items.len());
    for ((position, item), left_out) in accepted.items.iter().enumerate().zip(left_out) {
        values.push(match value(position, item) {
            Ok(value) => Some(value),
            Err(because) => {
                left_out.insert(0, LeftOut { figure: Figure::CustomsValue, because });
                None
            }
        });
    }
    values
}

/// What a goods item's customs value hangs on and nobody knows; `None` when it can be found.
fn unknown_of_value(
    accepted: &AcceptedDeclaration<'_>,
    item: &GoodsItem,
    rules: &RulesInForce<'_>,
) -> Option<Bilingual> {
    let lodged = accepted.lodged;
    let rate_of = |currency: Option<&str>| match currency {
        None => Some(Bilingual::new("a currency is missing or wrong", "thiếu hoặc sai mã đồng tiền")),
        Some(currency) if accepted.exchange_rate(currency).is_none() => Some(Bilingual::new(
            format!("the exchange rate of {currency} is not known"),
            format!("chưa có tỷ giá {currency}"),
        )),
        Some(_) => None,
    };
    if item.customs_value.is_some() {
        return rate_of(item.customs_value_currency.as_deref());
    }
    if item.invoice_value.is_none() {
        return Some(Bilingual::new(
            "the invoice value of the line is missing or wrong",
            "thiếu hoặc sai trị giá hóa đơn của dòng hàng",
        ));
    }
    if accepted.direction == Direction::Export && lodged.total_value_amount.is_some() {
        return rate_of(lodged.total_value_currency.as_deref()).or_else(|| shares_unknown(lodged));
    }
    if let Some(unknown) = rate_of(lodged.invoice_currency.as_deref()) {
        return Some(unknown);
    }
    if accepted.direction == Direction::Export {
        return None;
    }
    if lodged.terms_of_delivery.as_deref().and_then(|terms| rules.lists().incoterm(terms)).is_none() {
        return Some(Bilingual::new(
            "the terms of delivery are missing or wrong, so that nobody knows what the price holds",
            "thiếu hoặc sai điều kiện giao hàng nên chưa rõ giá gồm những khoản nào",
        ));
    }
    let amounts =
        [(lodged.freight_amount, &lodged.freight_currency), (lodged.insurance_amount, &lodged.insurance_currency)];
    let adjustments = lodged.adjustments.iter().map(|adjustment| (adjustment.amount, &adjustment.currency));
    let mut declared = amounts.into_iter().chain(adjustments).filter(|(amount, _)| amount.is_some()).peekable();
    let shared = declared.peek().is_some().then(|| shares_unknown(lodged)).flatten();
    declared.find_map(|(_, currency)| rate_of(currency.as_deref())).or(shared)
}

/// Whether what is shared out cannot be, because the invoice value of another line is not known.
fn shares_unknown(lodged: &Declaration) -> Option<Bilingual> {
    let total = lodged.allocation_total.is_some_and(|total| total > Decimal::ZERO);
    let unknown = lodged.goods_items.iter().any(|item| item.invoice_value.is_none() && item.customs_value.is_none());
    (!total && unknown).then(|| {
        Bilingual::new(
            "its share hangs on the invoice value of another line, which is missing or wrong",
            "phần phân bổ phụ thuộc trị giá hóa đơn của dòng hàng khác đang thiếu hoặc sai",
        )
    })
}

/// The taxes of each goods item whose value is known, with the exemption of small shipments where nothing was left out.
fn taxes(
    accepted: &AcceptedDeclaration<'_>,
    values: &[Option<(Decimal, Vec<ValuePart>)>],
    left_out: &mut [Vec<LeftOut>],
) -> (Vec<Vec<DutyLine>>, Vec<Bilingual>) {
    let mut lines = Vec::with_capacity(values.len());
    for (position, ((item, value), left_out)) in accepted.items.iter().zip(values).zip(&mut *left_out).enumerate() {
        let assessed = value.as_ref().map(|(value, _)| assess_item(accepted, position, item, *value, None));
        lines.push(match assessed {
            None => Vec::new(),
            Some(Ok(lines)) => lines,
            Some(Err(fault)) => {
                left_out.push(LeftOut { figure: Figure::Taxes, because: fault.at(position).message });
                Vec::new()
            }
        });
    }
    let Some(threshold) = &accepted.threshold else { return (lines, Vec::new()) };
    let duty_type = duty_of(accepted.direction);
    let total = sum(values.iter().flatten().map(|(value, _)| *value)).unwrap_or(Decimal::MAX);
    if !is_exempt(threshold, duty_type, total, &lines).unwrap_or(false) {
        return (lines, Vec::new());
    }
    if left_out.iter().any(|left_out| !left_out.is_empty()) {
        let note = Bilingual::new(
            "the exemption of small shipments is left out of account: it hangs on all lines",
            "chưa xét miễn thuế lô hàng trị giá nhỏ vì còn phụ thuộc tất cả các dòng hàng",
        );
        return (lines, vec![note]);
    }
    (
        assess_exempt(accepted, values, duty_type, &Relief::Whole(threshold.citation.clone())).unwrap_or(lines),
        Vec::new(),
    )
}

fn assess_exempt(
    accepted: &AcceptedDeclaration<'_>,
    values: &[Option<(Decimal, Vec<ValuePart>)>],
    duty_type: DutyType,
    relief: &Relief,
) -> Option<Vec<Vec<DutyLine>>> {
    let items = accepted.items.iter().zip(values).enumerate();
    items
        .map(|(position, (item, value))| {
            let (value, _) = value.as_ref()?;
            assess_item(accepted, position, item, *value, Some((duty_type, relief))).ok()
        })
        .collect()
}
