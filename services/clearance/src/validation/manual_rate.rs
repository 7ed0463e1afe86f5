//! Rates that the declarant typed (VNACCS TXA to TXD): they may repeat what the rules say, and not change it. That a typed
//! amount has its unit and currency is said by `rules/validation`.

use vocabulary::declaration::goods_item;
use vocabulary::duty::plain;
use vocabulary::{Bilingual, FieldId, Place, Rate};

use super::Report;
use super::line::ResolvedLine;
use crate::accepted::CitedRate;
use crate::problem::problem;

/// Compares the typed rate of a line with the one that the rules give.
pub(crate) fn check(line: &ResolvedLine<'_>, rate: &CitedRate, report: &mut Report<'_>) {
    let (position, item) = (line.position, line.item);
    let (percent, per_unit) = match &rate.rate {
        Rate::AdValorem(percent) => (Some(*percent), None),
        Rate::Specific(per_unit) => (None, Some(per_unit)),
        Rate::Mixed(percent, per_unit) => (Some(*percent), Some(per_unit)),
        Rate::NotSubject => (None, None),
    };
    // Goods that are not subject to the duty have a typed rate of nothing.
    if let Some(typed) = item.manual_rate
        && typed != percent.unwrap_or_default()
    {
        let right = percent.map_or_else(|| "0".to_owned(), plain);
        differs(goods_item::manual_rate, position, plain(typed), &right, rate, report);
    }
    if let Some(typed) = item.manual_specific_rate
        && per_unit.is_none_or(|per_unit| per_unit.amount != typed)
    {
        let right = per_unit.map_or_else(|| "0".to_owned(), |per_unit| plain(per_unit.amount));
        differs(goods_item::manual_specific_rate, position, plain(typed), &right, rate, report);
    }
    let texts = [
        (goods_item::manual_specific_unit, &item.manual_specific_unit, per_unit.map(|per_unit| &per_unit.unit)),
        (
            goods_item::manual_specific_currency,
            &item.manual_specific_currency,
            per_unit.map(|per_unit| &per_unit.currency),
        ),
    ];
    for (field, typed, right) in texts {
        if let (Some(typed), Some(right)) = (typed.as_deref(), right)
            && *typed != **right
        {
            differs(field, position, typed.to_owned(), right, rate, report);
        }
    }
}

fn differs(field: FieldId, position: usize, typed: String, right: &str, rate: &CitedRate, report: &mut Report<'_>) {
    report.find(problem(
        "E1003",
        Place::item(field, position),
        Some(typed.clone()),
        Bilingual::new(
            format!("{typed} is typed as the rate, and the rules give {right}"),
            format!("mức thuế nhập thủ công là {typed}, trong khi quy định là {right}"),
        ),
        Bilingual::new(
            "leave the typed rate out; if another rate is meant, enter its schedule or code",
            "bỏ mức thuế nhập thủ công; nếu muốn mức khác, nhập biểu thuế hoặc mã tương ứng",
        ),
        rate.citation.rule.to_string(),
        &rate.citation.law,
    ));
}
