//! A back-test as people read it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, Table};
use rust_decimal::Decimal;
use vocabulary::duty::grouped;
use vocabulary::{DutyType, Language};

use super::hash_of;
use super::tally::{Tally, TaxSum};
use super::trial::{CameOut, Proof, Rules};
use crate::render::{LINES_AROUND, duty_name, fitting_table};

const BOLD: Style = Style::new().bold();

pub(super) fn summary(tally: &Tally, rules: &Rules<'_>) -> String {
    let (red, green) = (AnsiColor::Red.on_default().bold(), AnsiColor::Green.on_default().bold());
    let yellow = AnsiColor::Yellow.on_default().bold();
    let mut page = String::new();
    let _ = writeln!(
        page,
        "{BOLD}{} declarations decided again{BOLD:#}, rules {} → {}",
        grouped(tally.decided.into()),
        hash_of(rules.current),
        hash_of(rules.proposed)
    );
    if tally.identical > 0 {
        let _ = writeln!(page, "{green}{}{green:#} derived byte for byte as recorded", grouped(tally.identical.into()));
    }
    if tally.different > 0 {
        let _ = writeln!(
            page,
            "{red}{}{red:#} come out otherwise under the very rules that decided: this program decides otherwise",
            grouped(tally.different.into())
        );
    }
    if tally.other_rules > 0 {
        let _ = writeln!(
            page,
            "{yellow}{}{yellow:#} were decided by other rules than those of --rules, and are compared with their record",
            grouped(tally.other_rules.into())
        );
    }
    if tally.unreadable > 0 {
        let _ = writeln!(page, "{red}{}{red:#} records cannot be read", grouped(tally.unreadable.into()));
    }
    let _ = writeln!(page, "{BOLD}{}{BOLD:#} change\n", grouped(tally.changed.into()));

    for ((before, after), count) in &tally.outcomes {
        let _ = writeln!(page, "  outcome {} → {}: {}", before.as_str(), after.as_str(), grouped((*count).into()));
    }
    for ((before, after), count) in &tally.lanes {
        let _ = writeln!(page, "  lane {before} → {after}: {}", grouped((*count).into()));
    }
    for (word, codes) in [("appears", &tally.appearing), ("disappears", &tally.disappearing)] {
        for (code, count) in codes {
            let _ = writeln!(page, "  finding {code} {word}: {}", grouped((*count).into()));
        }
    }
    if !tally.taxes.is_empty() {
        let _ = writeln!(page, "\n{}", taxes(tally));
    }
    if !tally.listed.is_empty() {
        let _ = writeln!(page, "\n{BOLD}The first of them{BOLD:#}");
        for trial in &tally.listed {
            let number = trial.number.as_deref().unwrap_or("no number");
            let what = match &trial.came_out {
                Ok(both) => difference(both),
                Err(error) => error.to_string(),
            };
            let _ = writeln!(page, "  {} {} v{} ({number}): {what}", trial.declarant, trial.reference, trial.version);
        }
    }
    page
}

fn taxes(tally: &Tally) -> Table {
    let mut table = fitting_table(LINES_AROUND);
    table.set_header(["VND", "before", "after", "difference", "declarations"]);
    let mut row = |name: &str, sum: &TaxSum| {
        table.add_row([
            name.to_owned(),
            grouped(sum.before),
            grouped(sum.after),
            signed(sum.after - sum.before),
            grouped(sum.declarations.into()),
        ]);
    };
    for (tax, sum) in &tally.taxes {
        row(duty_name(*tax, Language::English), sum);
    }
    row("altogether", &tally.total());
    for column in 1..5 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn difference(both: &CameOut) -> String {
    let mut parts = Vec::new();
    if both.proof == Proof::Different {
        parts.push("not derived as recorded".to_owned());
    }
    if both.outcome_changes() {
        parts.push(format!("{} → {}", both.before.outcome.as_str(), both.after.outcome.as_str()));
    }
    if let Some((before, after)) = both.lane_changes() {
        parts.push(format!("lane {before} → {after}"));
    }
    if !both.outcome_changes() {
        for tax in DutyType::ALL {
            let (before, after) = (both.before.owed(tax), both.after.owed(tax));
            if before != after {
                let name = duty_name(tax, Language::English);
                parts.push(format!("{name} {} → {} ({})", grouped(before), grouped(after), signed(after - before)));
            }
        }
    }
    let codes = |codes: Vec<&String>| codes.into_iter().cloned().collect::<Vec<_>>().join(", ");
    let appearing = codes(both.after.codes.difference(&both.before.codes).collect());
    if !appearing.is_empty() {
        parts.push(format!("now {appearing}"));
    }
    let disappearing = codes(both.before.codes.difference(&both.after.codes).collect());
    if !disappearing.is_empty() {
        parts.push(format!("no longer {disappearing}"));
    }
    parts.join("; ")
}

fn signed(amount: Decimal) -> String {
    if amount.is_sign_positive() && !amount.is_zero() { format!("+{}", grouped(amount)) } else { grouped(amount) }
}
