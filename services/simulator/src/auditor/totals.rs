//! From claims to figures.
//!
//! One tax enters the base of the next: the additional duties are on the customs value like the import duty, special
//! consumption tax on the customs value with those duties, VAT on the customs value with everything before it. What is
//! relieved is not payable and enters no base. On a line nothing is rounded.
//!
//! An amount for each unit in foreign currency counts at the exchange rate of the day. A reduction above its tax is a
//! mistake. A line's field holds sixteen digits of each tax (Circular 38/2015 art. 18.3).
//!
//! The total of each tax over the declaration is rounded half up to a whole dong, once; or, where the rule of totals says
//! so, what is payable on each line, while the bases of later taxes stay exact. A total holds at most eleven digits, and so
//! does what is owed altogether, the sum of the totals.

use std::collections::BTreeSet;

use vocabulary::DutyType;

use super::exchange_rates::dong_for;
use super::number::{Number, half_up, percent_of, whole};
use super::relief::Relief;
use super::{Account, Answer, Case, Claim, ItemAccount, PerUnit, TaxAccount, TaxRate, refuse, rule_files, silent};

/// The figures of every line.
pub(super) fn assess(case: &Case<'_>, values: &[Number], claims: &[Vec<Claim>]) -> Answer<Vec<ItemAccount>> {
    let (decimals, each_line) = rounding(case)?;
    let rounded = each_line.then_some(decimals);
    let dong = |currency: &str| dong_for(case, currency);
    values.iter().zip(claims).map(|(value, claims)| line(value, claims, rounded, &dong)).collect()
}

/// The decimals of the rounding of totals, and whether each line is rounded.
fn rounding(case: &Case<'_>) -> Answer<(u32, bool)> {
    let Some(rule) = rule_files::on(&case.rules.total_rounding, case.day) else {
        return silent("no rounding of totals");
    };
    let decimals = rule.number("decimals").and_then(|decimals| u32::try_from(decimals.to_integer()).ok());
    Ok((decimals.unwrap_or(0), rule.text("policy") == Some("per_line")))
}

/// `rounded` are the decimals that what is payable is rounded at; `dong` says what a unit of a currency is worth.
fn line(
    customs_value: &Number,
    claims: &[Claim],
    rounded: Option<u32>,
    dong: &dyn Fn(&str) -> Answer<Number>,
) -> Answer<ItemAccount> {
    let mut taxes: Vec<TaxAccount> = Vec::new();
    let mut with_taxes_before = customs_value.clone();
    for claim in claims {
        let on_value = matches!(
            claim.duty_type,
            DutyType::ImportDuty
                | DutyType::AntiDumping
                | DutyType::Countervailing
                | DutyType::Safeguard
                | DutyType::ExportDuty
        );
        let worth = if on_value { customs_value.clone() } else { with_taxes_before.clone() };
        let by_unit = |per_unit: &PerUnit| -> Answer<Number> {
            Ok(&per_unit.amount * &per_unit.quantity * dong(&per_unit.currency)?)
        };
        let (base, amount) = match &claim.rate {
            TaxRate::Percent(rate) => (worth.clone(), percent_of(rate, &worth)),
            TaxRate::PerUnit(per_unit) => (per_unit.quantity.clone(), by_unit(per_unit)?),
            TaxRate::Mixed(rate, per_unit) => (worth.clone(), percent_of(rate, &worth) + by_unit(per_unit)?),
            TaxRate::NotSubject => (worth, whole(0)),
        };
        if amount >= whole(10_000_000_000_000_000) {
            return refuse(format!("the {} of a line has more than sixteen digits", claim.duty_type));
        }
        let relief = match &claim.relief {
            Relief::Whole => amount.clone(),
            Relief::Amount(reduction) if *reduction > amount => {
                return refuse(format!("the reduction of {} is above it", claim.duty_type));
            }
            Relief::Amount(reduction) => reduction.clone(),
            Relief::None | Relief::NotSubject => whole(0),
        };
        let mut payable = &amount - &relief;
        with_taxes_before += &payable;
        if let Some(decimals) = rounded {
            payable = half_up(&payable, decimals);
        }
        taxes.push(TaxAccount { duty_type: claim.duty_type, base, rate: claim.rate.clone(), amount, relief, payable });
    }
    Ok(ItemAccount { customs_value: customs_value.clone(), taxes })
}

/// The totals of the declaration.
pub(super) fn of_declaration(case: &Case<'_>, items: Vec<ItemAccount>) -> Answer<Account> {
    let (decimals, _) = rounding(case)?;
    let mut totals = Vec::new();
    let mut total_payable = whole(0);
    for duty_type in DutyType::ALL {
        let lines: Vec<&TaxAccount> =
            items.iter().flat_map(|item| &item.taxes).filter(|tax| tax.duty_type == duty_type).collect();
        if lines.is_empty() {
            continue;
        }
        let total = half_up(&lines.iter().fold(whole(0), |sum, tax| sum + &tax.payable), decimals);
        if total > whole(99_999_999_999) {
            return refuse(format!("the total of {duty_type} has more than eleven digits"));
        }
        total_payable += &total;
        totals.push((duty_type, total));
    }
    if total_payable > whole(99_999_999_999) {
        return refuse("what is owed altogether has more than eleven digits");
    }
    Ok(Account { items, totals, total_payable, claims: BTreeSet::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auditor::number::read;

    fn number(text: &str) -> Number {
        read(text).unwrap()
    }

    fn percent(duty_type: DutyType, rate: &str) -> Claim {
        Claim { duty_type, rate: TaxRate::Percent(number(rate)), relief: Relief::None }
    }

    fn per_unit(amount: &str, currency: &str, quantity: &str) -> PerUnit {
        let (currency, unit) = (currency.to_owned(), "UNIT".to_owned());
        PerUnit { amount: number(amount), currency, unit, quantity: number(quantity) }
    }

    /// A dollar is 22,930 dong.
    fn dong(currency: &str) -> Answer<Number> {
        Ok(number(if currency == "USD" { "22930" } else { "1" }))
    }

    fn payable(customs_value: &str, claims: &[Claim]) -> Vec<Number> {
        line(&number(customs_value), claims, None, &dong).unwrap().taxes.into_iter().map(|tax| tax.payable).collect()
    }

    /// The first solved exercise: goods of 31,840 dollars at 22,930 dong.
    #[test]
    fn a_mixed_duty_enters_every_base_after_it() {
        let duty = TaxRate::Mixed(number("30"), per_unit("50", "USD", "20"));
        let tax = TaxRate::PerUnit(per_unit("100000", "VND", "20"));
        let claims = [
            Claim { duty_type: DutyType::ImportDuty, rate: duty, relief: Relief::None },
            percent(DutyType::AntiDumping, "12"),
            percent(DutyType::SpecialConsumption, "35"),
            Claim { duty_type: DutyType::EnvironmentalProtection, rate: tax, relief: Relief::None },
            percent(DutyType::Vat, "10"),
        ];
        let expected = ["241957360", "87610944", "370880826.40", "2000000", "143254033.04"].map(number);
        assert_eq!(payable("730091200", &claims), expected);
    }

    /// The second: an anti-dumping duty of one dollar a litre, and a half at the end.
    #[test]
    fn a_half_dong_goes_up_at_the_end() {
        let dumping = TaxRate::PerUnit(per_unit("1", "USD", "6630"));
        let tax = TaxRate::PerUnit(per_unit("5000", "VND", "6630"));
        let claims = [
            percent(DutyType::ImportDuty, "25"),
            Claim { duty_type: DutyType::AntiDumping, rate: dumping, relief: Relief::None },
            percent(DutyType::SpecialConsumption, "40"),
            Claim { duty_type: DutyType::EnvironmentalProtection, rate: tax, relief: Relief::None },
            percent(DutyType::Vat, "10"),
        ];
        let expected = ["197255325", "152025900", "455321010", "33150000", "162677353.5"].map(number);
        let found = payable("789021300", &claims);
        assert_eq!(found, expected);
        assert_eq!(half_up(&found[4], 0), number("162677354"));
    }

    #[test]
    fn lines_that_are_rounded_leave_later_bases_exact() {
        let claims = [percent(DutyType::ImportDuty, "10"), percent(DutyType::Vat, "10")];
        let taxes = line(&number("5"), &claims, Some(0), &dong).unwrap().taxes;
        assert_eq!((&taxes[0].payable, &taxes[1].base), (&number("1"), &number("5.5")));
    }
}
