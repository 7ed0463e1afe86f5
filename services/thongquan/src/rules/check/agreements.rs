//! How many lines of which agreement have no rate on a day, so that a rule keeper knows what to enter.

use std::fmt::Write as _;

use anstyle::Style;
use rulebook::{Preferential, RulesInForce};

use vocabulary::duty::grouped;

const BOLD: Style = Style::new().bold();

/// A row for each agreement in force: its schedules, and its lines by what is known of them.
pub(super) fn table(rules: &RulesInForce<'_>) -> String {
    let lines = rules.tariff().lines_under("");
    let mut page = format!("{BOLD}agreements on {}{BOLD:#}\n", rules.date());
    let _ = writeln!(
        page,
        "  {:<20} {:<9} {:>9} {:>13} {:>12}",
        "agreement", "schedule", "rates", "no preference", "lack a rate"
    );
    let mut lacking = 0;
    for agreement in rules.agreements() {
        let Some(member) = agreement.members().find(|member| *member != "VN") else { continue };
        let (mut rates, mut none, mut gaps) = (0_usize, 0_usize, 0_usize);
        for code in lines {
            let Some(line) = rules.commodity(&code.to_string()) else { continue };
            match line.preferential(agreement.id(), member) {
                // A rate that is not for this member is one for others.
                Preferential::Rate(_) | Preferential::NotForOrigin(_) => rates += 1,
                Preferential::Excluded(_) | Preferential::NotMember(_) => none += 1,
                Preferential::QuotaOnly(_) | Preferential::Gap(_) => gaps += 1,
            }
        }
        lacking += gaps;
        let schedules: Vec<&str> = rules.lists().schedules_of(agreement.id()).map(|schedule| schedule.code()).collect();
        let _ = writeln!(
            page,
            "  {:<20} {:<9} {:>9} {:>13} {:>12}",
            agreement.id(),
            schedules.join(" "),
            grouped(rates.into()),
            grouped(none.into()),
            grouped(gaps.into())
        );
    }
    let _ = writeln!(
        page,
        "  a declaration that needs one of the {} rates that are lacking goes to an officer\n",
        grouped(lacking.into())
    );
    page
}
