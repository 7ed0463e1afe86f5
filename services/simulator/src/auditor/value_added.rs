//! Value added tax on import (Law 48/2024 art. 5 and 9; Resolution 204/2025 on the temporary cut).
//!
//! Each line of the tariff has its rate. While the cut holds, goods of the rate that is cut bear the lower one, unless
//! the line is not reducible. Where the goods under a line differ, the declared code decides among the rates of the
//! line, and the lower one where the cut may hold; a kind that is not subject needs no code for that.
//!
//! The base is the customs value with all duties and taxes before it that are payable.

use vocabulary::DutyType;

use super::claims::kind_takes_off;
use super::declared_codes::Declared;
use super::number::{self, Number};
use super::relief;
use super::special_consumption::{by_goods, by_line, not_subject_by_kind};
use super::{Answer, Case, Claim, TaxRate, rule_files, silent};

/// The rates among which the declared code decides, where goods of the line differ; none where they do not.
pub(super) fn choices(case: &Case<'_>, hs: &str) -> Vec<Number> {
    let Some(row) = case.rules.vat.on(hs, case.day) else { return Vec::new() };
    let words: Vec<&str> = row.cell("rate").split('/').collect();
    if words.len() == 1 && row.cell("cut") != "depends_on_goods" {
        return Vec::new();
    }
    words.iter().filter_map(|word| number::read(word)).collect()
}

/// The value added tax of a line.
pub(super) fn claim(case: &Case<'_>, hs: &str, declared: &Declared) -> Answer<Claim> {
    let Some(row) = case.rules.vat.on(hs, case.day) else {
        return silent(format!("no VAT of {hs} on {}", case.day));
    };
    if row.cell("rate").starts_with('?') {
        return silent(format!("{hs}: {}", row.cell("rate")));
    }
    let declared = declared.of(DutyType::Vat);
    let words: Vec<&str> = row.cell("rate").split('/').collect();
    let mut rates: Vec<Number> = words.iter().filter_map(|word| number::read(word)).collect();
    let cut = rule_files::on(&case.rules.vat_cut, case.day)
        .and_then(|cut| Some((cut.number("from_rate")?, cut.number("to_rate")?)))
        .filter(|(from, _)| row.cell("cut") != "not_reducible" && rates.contains(from));
    let one_for_all = words.len() == 1 && row.cell("cut") != "depends_on_goods";
    let rate = if one_for_all {
        let rate = cut.map_or_else(|| rates.first().cloned(), |(_, to)| Some(to));
        let Some(rate) = rate else { return silent(format!("{hs} has no VAT rate")) };
        by_line(hs, declared, &rate)?
    } else {
        rates.extend(cut.map(|(_, to)| to));
        let by_kind = declared.is_none() && not_subject_by_kind(case, DutyType::Vat);
        if by_kind { TaxRate::NotSubject } else { by_goods(hs, declared, &rates)? }
    };
    let usual = case.kind.map_or("", |kind| kind.cell("vat_code"));
    let declared = declared.and_then(|tax| tax.relief.clone());
    Ok(relief::claim(DutyType::Vat, rate, declared, case.kind, kind_takes_off(case, DutyType::Vat), usual))
}
