//! What came of deciding history again, counted.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;
use vocabulary::duty::plain;
use vocabulary::{DutyType, Lane, Outcome};

use super::trial::{Proof, Rules, Trial};

/// The sums of one tax, and how many declarations owe another amount of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TaxSum {
    pub(super) before: Decimal,
    pub(super) after: Decimal,
    pub(super) declarations: usize,
}

/// Everything that is told of a back-test.
pub(super) struct Tally {
    list: usize,
    pub(super) decided: usize,
    pub(super) changed: usize,
    pub(super) identical: usize,
    pub(super) different: usize,
    pub(super) other_rules: usize,
    /// Records that cannot be read, with the reasons of the first few.
    pub(super) unreadable: usize,
    pub(super) outcomes: BTreeMap<(Outcome, Outcome), usize>,
    pub(super) lanes: BTreeMap<(Lane, Lane), usize>,
    pub(super) taxes: BTreeMap<DutyType, TaxSum>,
    pub(super) tax_changed: usize,
    pub(super) appearing: BTreeMap<String, usize>,
    pub(super) disappearing: BTreeMap<String, usize>,
    /// The first declarations that change, or that could not be derived again.
    pub(super) listed: Vec<Trial>,
}

impl Tally {
    pub(super) fn new(list: usize) -> Self {
        Self {
            list,
            decided: 0,
            changed: 0,
            identical: 0,
            different: 0,
            other_rules: 0,
            unreadable: 0,
            outcomes: BTreeMap::new(),
            lanes: BTreeMap::new(),
            taxes: BTreeMap::new(),
            tax_changed: 0,
            appearing: BTreeMap::new(),
            disappearing: BTreeMap::new(),
            listed: Vec::new(),
        }
    }

    /// Whether a trial is one of those that are told one by one.
    pub(super) fn lists(&self, trial: &Trial) -> bool {
        let worth_telling = match &trial.came_out {
            Ok(both) => both.changes() || both.proof == Proof::Different,
            Err(_) => true,
        };
        worth_telling && self.listed.len() < self.list
    }

    pub(super) fn count(&mut self, trial: Trial) {
        self.decided += 1;
        match &trial.came_out {
            Err(_) => self.unreadable += 1,
            Ok(both) => {
                match both.proof {
                    Proof::Identical => self.identical += 1,
                    Proof::Different => self.different += 1,
                    Proof::OtherRules => self.other_rules += 1,
                }
                self.changed += usize::from(both.changes());
                if both.outcome_changes() {
                    *self.outcomes.entry((both.before.outcome, both.after.outcome)).or_default() += 1;
                }
                if let Some(lanes) = both.lane_changes() {
                    *self.lanes.entry(lanes).or_default() += 1;
                }
                self.tax_changed += usize::from(both.tax_changes());
                for tax in DutyType::ALL {
                    let (before, after) = (both.before.owed(tax), both.after.owed(tax));
                    if before.is_zero() && after.is_zero() {
                        continue;
                    }
                    let sum = self.taxes.entry(tax).or_default();
                    // Whole dong of at most 28 digits each: a sum that left them would need more declarations than fit.
                    sum.before = sum.before.saturating_add(before);
                    sum.after = sum.after.saturating_add(after);
                    sum.declarations += usize::from(before != after);
                }
                for code in both.after.codes.difference(&both.before.codes) {
                    *self.appearing.entry(code.clone()).or_default() += 1;
                }
                for code in both.before.codes.difference(&both.after.codes) {
                    *self.disappearing.entry(code.clone()).or_default() += 1;
                }
            }
        }
        if self.lists(&trial) {
            self.listed.push(trial);
        }
    }

    /// The sum over all taxes, before and after.
    pub(super) fn total(&self) -> TaxSum {
        self.taxes.values().fold(TaxSum { declarations: self.tax_changed, ..TaxSum::default() }, |sum, tax| TaxSum {
            before: sum.before.saturating_add(tax.before),
            after: sum.after.saturating_add(tax.after),
            ..sum
        })
    }

    pub(super) fn exit_status(&self) -> u8 {
        if self.different + self.unreadable > 0 { 3 } else { u8::from(self.changed > 0) }
    }

    pub(super) fn to_json(&self, rules: &Rules<'_>) -> TallyJson {
        let pairs = |counts: Vec<(String, String, usize)>| {
            counts.into_iter().map(|(before, after, declarations)| PairJson { before, after, declarations }).collect()
        };
        let tax = |sum: &TaxSum| TaxJson {
            before: plain(sum.before),
            after: plain(sum.after),
            difference: plain(sum.after - sum.before),
            declarations: sum.declarations,
        };
        TallyJson {
            rules: rules.current.content_hash().to_owned(),
            proposed: rules.proposed.content_hash().to_owned(),
            decided: self.decided,
            derived_identically: self.identical,
            derived_differently: self.different,
            decided_by_other_rules: self.other_rules,
            unreadable: self.unreadable,
            changed: self.changed,
            outcomes: pairs(
                self.outcomes
                    .iter()
                    .map(|((a, b), count)| (a.as_str().to_owned(), b.as_str().to_owned(), *count))
                    .collect(),
            ),
            lanes: pairs(self.lanes.iter().map(|((a, b), count)| (a.to_string(), b.to_string(), *count)).collect()),
            taxes: self.taxes.iter().map(|(duty, sum)| (duty.as_str(), tax(sum))).collect(),
            total: tax(&self.total()),
            findings_appearing: self.appearing.clone(),
            findings_disappearing: self.disappearing.clone(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct TallyJson {
    rules: String,
    proposed: String,
    decided: usize,
    derived_identically: usize,
    derived_differently: usize,
    decided_by_other_rules: usize,
    unreadable: usize,
    changed: usize,
    outcomes: Vec<PairJson>,
    lanes: Vec<PairJson>,
    taxes: BTreeMap<&'static str, TaxJson>,
    total: TaxJson,
    findings_appearing: BTreeMap<String, usize>,
    findings_disappearing: BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct PairJson {
    before: String,
    after: String,
    declarations: usize,
}

#[derive(Serialize)]
struct TaxJson {
    before: String,
    after: String,
    difference: String,
    declarations: usize,
}
