//! Validation: every mistake of a declaration at once, and, without mistakes, a declaration without doubts.
//!
//! ```text
//!            ┌ the reader's findings (what the schema says)
//!            ├ the rulebook's validation rules (relations of fields, code lists)
//! lodged ──► ├ header: kind, office, tax codes, currencies          ──► findings?  rejected
//!            └ each goods item, resolved: commodity, units, each tax ──► gaps?      referred
//!                                                                    ──► neither:   accepted
//! ```

// What all of them look at, and what they say.
mod line;
mod lower_rate;
mod report;

// The declaration as a whole.
mod amounts;
mod exchange;
mod header;
mod read_findings;
mod relations;
mod thresholds;
mod values;

// Each goods item.
mod code_uses;
mod export_taxes;
mod goods;
mod import_taxes;
mod manual_rate;
mod named_codes;
mod quantities;
mod relief;
mod tax_codes;

// Proofs and balances that several items draw on.
mod balances;
mod origin;

use vocabulary::{Declaration, Direction, Finding, WriteOff, item_number};

use self::line::ResolvedLine;
pub(crate) use self::report::{Report, TaxDoubt};
use crate::accepted::{AcceptedDeclaration, AcceptedItem};
use crate::context::Context;
use crate::stop::Stop;

/// Checks a declaration against everything that the rules say of it.
///
/// # Errors
/// All findings, when one of them is an error; otherwise all gaps of the rulebook, when there is one.
pub fn accept<'a>(
    lodged: &'a Declaration,
    read: Vec<Finding>,
    context: &Context<'a>,
) -> Result<AcceptedDeclaration<'a>, Stop> {
    let Examined { report, declaration } = examine(lodged, read, context);
    match declaration {
        Some(declaration) if report.is_clean() => {
            let (warnings, claims) = report.warnings_and_claims();
            Ok(AcceptedDeclaration { warnings, claims, ..declaration })
        }
        _ => Err(report.stop()),
    }
}

/// What validation makes of a declaration, whether or not it can be registered.
pub(crate) struct Examined<'a> {
    pub(crate) report: Report<'a>,
    /// The declaration as far as it is known, which is accepted when the report is clean; `None` where not even its
    /// direction is known, or how amounts are rounded.
    pub(crate) declaration: Option<AcceptedDeclaration<'a>>,
}

/// Looks at everything that the rules say of a declaration.
pub(crate) fn examine<'a>(lodged: &'a Declaration, read: Vec<Finding>, context: &Context<'a>) -> Examined<'a> {
    let rules = &context.rules;
    let mut report = Report::new(lodged, *rules, read_findings::completed(read, rules));
    // A sign between thousands explains what the rules would find of the number.
    amounts::check(lodged, rules, &mut report);
    let items = rules.item_surroundings(lodged);
    let surroundings = context.surroundings(&items, None);
    report.take(rules.validate(lodged, &surroundings));
    header::fields_of_the_other_direction(lodged, &mut report);

    let Some(direction) = lodged.direction() else {
        return Examined { report, declaration: None };
    };
    let kind = header::kind(lodged, direction, context.facts.trader, rules, &mut report);
    header::office(lodged, rules, &mut report);
    header::tax_codes(lodged, direction, &mut report);
    header::number(lodged, direction, &mut report);
    relations::check(lodged, rules, &mut report);
    let price = header::price_terms(lodged, direction, rules);
    let mut exchange_rates = header::exchange_rates(lodged, rules, &mut report);
    let value_rounding = header::rounding(rules, rulebook::RoundingKind::CustomsValueOfLine, &mut report);
    let total_rounding = header::rounding(rules, rulebook::RoundingKind::TaxTotal, &mut report);
    let value_margins = header::value_margins(direction, rules, &mut report);
    values::check(lodged, direction, price, &exchange_rates, rules, &mut report);
    let threshold = thresholds::threshold(lodged, rules, &mut report);

    let lines = ResolvedLine::all(lodged, *rules);
    let mut preferences = match direction {
        Direction::Import => origin::examine(lodged, &lines, context, &mut report),
        Direction::Export => Vec::new(),
    }
    .into_iter();
    let mut proofs_used = Vec::new();
    let mut items = Vec::with_capacity(lodged.goods_items.len());
    for line in &lines {
        let (position, item) = (line.position, line.item);
        let preference = preferences.next().flatten();
        let proven = preference.as_ref().is_some_and(origin::Claim::is_proven);
        let taxes = match direction {
            Direction::Import => import_taxes::claims(line, kind.as_ref(), proven, &mut report),
            Direction::Export => export_taxes::claims(lodged, line, kind.as_ref(), &mut report),
        };
        let sequence = item_number(Some(item), position);
        if let Some(claim) = preference.as_ref().and_then(origin::Claim::unproved) {
            report.claim(Some(position), claim);
        }
        let preference = preference.map(|claim| {
            proofs_used.extend(claim.write_offs.into_iter().map(|taken| WriteOff { item: Some(sequence), ..taken }));
            claim.preference
        });
        items.push(AcceptedItem { sequence, lodged: item, taxes, preference });
    }
    if direction == Direction::Export {
        values::export_total(lodged, price, &items, &exchange_rates, rules, &mut report);
    }
    exchange::of_specific_rates(&items, &mut exchange_rates, rules, &mut report);
    let mut write_offs = balances::write_offs(lodged, &context.facts, rules, &mut report);
    write_offs.extend(proofs_used);
    let (Some(value_margins), Some(value_rounding), Some(total_rounding)) =
        (value_margins, value_rounding, total_rounding)
    else {
        return Examined { report, declaration: None };
    };
    let declaration = AcceptedDeclaration {
        lodged,
        direction,
        items,
        exchange_rates,
        price,
        value_margins,
        value_rounding,
        total_rounding,
        threshold,
        write_offs,
        claims: Vec::new(),
        warnings: Vec::new(),
    };
    Examined { report, declaration: Some(declaration) }
}
