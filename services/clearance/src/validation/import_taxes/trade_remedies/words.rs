//! Measures, goods, codes and makers in the words of findings and claims, none of them without bound.

use rulebook::{RemedyRate, TaxEffect, TradeRemedy};
use vocabulary::duty::plain;
use vocabulary::{Bilingual, DutyType};

/// More codes than these are counted.
const CODES_MAX: usize = 8;
/// More names than these are counted.
const NAMES_MAX: usize = 4;
/// The goods of more measures than these are named, not described.
const DESCRIPTIONS_MAX: usize = 2;

/// The identifiers of measures.
pub(super) fn ids(measures: &[TradeRemedy<'_>]) -> String {
    let ids: Vec<&str> = measures.iter().map(TradeRemedy::id).collect();
    ids.join(", ")
}

/// The goods of measures.
pub(super) fn descriptions(measures: &[TradeRemedy<'_>]) -> Bilingual {
    let all = |vi: bool| {
        let each = measures.iter().map(|measure| match (measures.len() <= DESCRIPTIONS_MAX, vi) {
            (true, false) => format!("those of {}: {}", measure.id(), measure.description().en),
            (true, true) => format!("hàng của {}: {}", measure.id(), measure.description().vi),
            (false, false) => format!("{} ({})", measure.name_en(), measure.id()),
            (false, true) => format!("{} ({})", measure.name_vi(), measure.id()),
        });
        each.collect::<Vec<_>>().join(if vi { "; cũng không phải " } else { "; nor " })
    };
    Bilingual::new(all(false), all(true))
}

/// The codes of measures for goods of an origin: those of the other makers first, then those of the named ones whose rate
/// is another, then the rest. For an origin that they are not on, the codes of all origins.
pub(super) fn codes(measures: &[TradeRemedy<'_>], duty_type: DutyType, origin: &str) -> Bilingual {
    let mut rows: Vec<(u8, RemedyRate<'_>)> = Vec::new();
    for measure in measures {
        let on_origin = measure.covers_origin(origin);
        let of_origin = |row: &RemedyRate<'_>| !on_origin || row.is_for(origin);
        let own: Vec<RemedyRate<'_>> = measure.rates(duty_type).filter(of_origin).collect();
        for row in &own {
            let same = |other: &&RemedyRate<'_>| other.is_of_others() && other.code.effect() == row.code.effect();
            let place = if row.is_of_others() { 0 } else { 1 + u8::from(own.iter().any(|other| same(&other))) };
            rows.push((place, *row));
        }
    }
    rows.sort_by_key(|(place, _)| *place);
    let left_out = rows.len().saturating_sub(CODES_MAX);
    let all = |vi: bool, more: &str| {
        let mut each: Vec<String> = rows.iter().take(CODES_MAX).map(|(_, row)| code(row, vi)).collect();
        if left_out > 0 {
            each.push(format!("{left_out} {more}"));
        }
        each.join(", ")
    };
    Bilingual::new(all(false, "more"), all(true, "mã khác"))
}

/// A code with its rate and whose goods it is for.
fn code(row: &RemedyRate<'_>, vi: bool) -> String {
    let rate = rate(row);
    let of = match (row.makers, row.origin, vi) {
        ([], Some(origin), false) => format!(", other makers of {origin}"),
        ([], Some(origin), true) => format!(", nhà sản xuất khác của {origin}"),
        ([], None, _) => String::new(),
        (makers, _, false) => format!(", {}", names(makers, 1, "more")),
        (makers, _, true) => format!(", {}", names(makers, 1, "công ty khác")),
    };
    format!("{} ({}{of})", row.code.code(), if vi { rate.vi } else { rate.en })
}

/// What a rate is.
pub(super) fn rate(row: &RemedyRate<'_>) -> Bilingual {
    match row.code.effect() {
        TaxEffect::Rate(percent) => {
            let percent = plain(*percent);
            Bilingual::new(format!("{percent} %"), format!("{} %", percent.replace('.', ",")))
        }
        TaxEffect::Amount { amount, currency, unit } => {
            let amount = plain(*amount);
            Bilingual::new(
                format!("{amount} {currency}/{unit}"),
                format!("{} {currency}/{unit}", amount.replace('.', ",")),
            )
        }
        _ => Bilingual::new("rate not known", "chưa rõ mức thuế"),
    }
}

/// Names, or the first of them and how many there are besides.
pub(super) fn names(names: &[Box<str>], max: usize, more: &str) -> String {
    let mut text: Vec<String> = names.iter().take(max).map(ToString::to_string).collect();
    if names.len() > max {
        text.push(format!("+{} {more}", names.len() - max));
    }
    text.join("; ")
}

/// Makers or trading companies, as many as a claim names.
pub(super) fn parties(of: &[Box<str>], more: &str) -> String {
    names(of, NAMES_MAX, more)
}
