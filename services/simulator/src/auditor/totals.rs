//! From claims to figures.
//!
//! One tax enters the base of the next: the additional duties are on the customs value like the import duty, special
//! consumption tax on the customs value with those duties, VAT on the customs value with everything before it. What is
//! relieved is not payable and enters no base. On a line nothing is rounded.
//!
//! The total of each tax over the declaration is rounded half up to a whole dong, once, and holds at most eleven digits
//! (Circular 38/2015 art. 18.3). What is owed altogether is the sum of the totals.

use vocabulary::DutyType;

use super::number::{Number, half_up, percent_of, whole};
use super::relief::Relief;
use super::{Account, Answer, Case, Claim, ItemAccount, TaxAccount, TaxRate, refuse, rule_files, silent};

/// The figures of every line.
pub(super) fn assess(values: &[Number], claims: &[Vec<Claim>]) -> Vec<ItemAccount> {
    values.iter().zip(claims).map(|(value, claims)| line(value, claims)).collect()
}

fn line(customs_value: &Number, claims: &[Claim]) -> ItemAccount {
    let mut taxes: Vec<TaxAccount> = Vec::new();
    for claim in claims {
        let payable_before = taxes.iter().fold(customs_value.clone(), |sum, tax| sum + &tax.payable);
        let on_value = matches!(
            claim.duty_type,
            DutyType::ImportDuty
                | DutyType::AntiDumping
                | DutyType::Countervailing
                | DutyType::Safeguard
                | DutyType::ExportDuty
        );
        let worth = if on_value { customs_value.clone() } else { payable_before };
        let (base, amount) = match &claim.rate {
            TaxRate::Percent(rate) => (worth.clone(), percent_of(rate, &worth)),
            TaxRate::PerUnit { amount, quantity, .. } => (quantity.clone(), amount * quantity),
            TaxRate::NotSubject => (worth, whole(0)),
        };
        let relief = match &claim.relief {
            Relief::Whole => amount.clone(),
            Relief::Amount(reduction) if *reduction < amount => reduction.clone(),
            Relief::Amount(_) => amount.clone(),
            Relief::None | Relief::NotSubject => whole(0),
        };
        let payable = &amount - &relief;
        taxes.push(TaxAccount {
            duty_type: claim.duty_type,
            base,
            rate: claim.rate.clone(),
            amount,
            relief,
            payable,
        });
    }
    ItemAccount { customs_value: customs_value.clone(), taxes }
}

/// The totals of the declaration.
pub(super) fn of_declaration(case: &Case<'_>, items: Vec<ItemAccount>) -> Answer<Account> {
    let Some(rounding) = rule_files::on(&case.rules.total_rounding, case.day).and_then(|rule| rule.number("decimals"))
    else {
        return silent("no rounding of totals");
    };
    let decimals = u32::try_from(rounding.to_integer()).unwrap_or(0);
    let mut totals = Vec::new();
    let mut total_payable = whole(0);
    for duty_type in DutyType::ALL {
        let lines: Vec<&TaxAccount> =
            items.iter().flat_map(|item| &item.taxes).filter(|tax| tax.duty_type == duty_type).collect();
        if lines.is_empty() {
            continue;
        }
        let exact = lines.iter().fold(whole(0), |sum, tax| sum + &tax.payable);
        if exact > whole(99_999_999_999) {
            return refuse(format!("the total of {duty_type} has more than eleven digits"));
        }
        let total = half_up(&exact, decimals);
        total_payable += &total;
        totals.push((duty_type, total));
    }
    Ok(Account { items, totals, total_payable })
}
