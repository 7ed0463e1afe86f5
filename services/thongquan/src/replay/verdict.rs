//! What came of one declaration, and of all.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::AnsiColor;
use casework::{
    ChainFault, KeptVersion, RowDifference, check_chain, check_record, check_row, decisions_of, is_identical, rederive,
};
use serde::Serialize;
use serde_json::{Value, json};
use storage::DeclarationKey;

use super::difference::{Difference, differences};
use super::{Record, Rulebooks};

/// At most so many differences of one decision are listed.
const DIFFERENCES_MAX: usize = 20;
/// At most so much of a value is shown.
const VALUE_CHARACTERS_MAX: usize = 100;

/// What came of one decision in a log.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "came_out")]
enum CameOut {
    /// The same bytes.
    Identical,
    /// Other bytes.
    Different {
        /// How many places differ.
        count: usize,
        /// The first of them.
        differences: Vec<Difference>,
    },
    /// Rules decided that are not at hand.
    OtherRules {
        /// Their content hash.
        rulebook: String,
    },
    /// It cannot be derived at all.
    Underivable { detail: String },
}

#[derive(Debug, Clone, Serialize)]
struct Derived {
    /// The entry in the log that holds the decision.
    entry: i64,
    #[serde(flatten)]
    came_out: CameOut,
}

/// What came of one declaration.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Verdict {
    declarant: String,
    reference: String,
    version: u32,
    number: Option<String>,
    /// What is wrong with its log, its document or its row.
    faults: Vec<String>,
    /// Whether its row was compared with what its log derives.
    row_compared: bool,
    /// Its decisions, in the order of the log.
    decisions: Vec<Derived>,
}

/// Derives every decision of a record again, and checks what is kept of it.
pub(super) fn of(record: &Record, rulebooks: &Rulebooks) -> Verdict {
    let Record { row, log: Ok(log), earlier } = record else {
        let detail = record.log.as_ref().err().map(String::as_str).unwrap_or_default();
        return Verdict::of_fault(record.row.key().clone(), format!("its decision log cannot be read: {detail}"));
    };
    let document = record.document();
    let ends: Vec<[u8; 32]> = earlier.iter().map(|earlier| earlier.row.stand.log_hash).collect();
    let broken: Vec<ChainFault> =
        [check_chain(row, log, &ends), check_record(row, log)].into_iter().filter_map(Result::err).collect();
    let mut faults: Vec<String> = broken.iter().map(ToString::to_string).collect();
    let versions: Vec<KeptVersion<'_>> = earlier
        .iter()
        .map(|earlier| &**earlier)
        .chain(std::iter::once(record))
        .map(|record| KeptVersion { row: &record.row, document: record.document(), log: record.entries() })
        .collect();
    // A broken chain derives nothing that a row could be held against.
    let differences = if broken.is_empty() { check_row(&versions, |hash| rulebooks.get(hash)).ok() } else { None };
    let row_compared = differences.is_some();
    let of_row = differences.unwrap_or_default().into_iter().map(|difference| {
        let (kept, derived) = (shortened(&difference.kept), shortened(&difference.derived));
        RowDifference { kept, derived, ..difference }.to_string()
    });
    faults.extend(of_row);
    let decisions = decisions_of(log).map(|logged| {
        let Some(rulebook) = rulebooks.get(&logged.recorded.rulebook) else {
            let rulebook = logged.recorded.rulebook.clone();
            return Derived { entry: logged.entry.sequence, came_out: CameOut::OtherRules { rulebook } };
        };
        // The draw of a decision hangs on nothing that is not recorded, under the rules that made it.
        let came_out = match rederive(row, document, &logged.recorded, 0, rulebook) {
            Err(error) => CameOut::Underivable { detail: error.to_string() },
            Ok(again) if is_identical(&again, &logged.entry.body) => CameOut::Identical,
            Ok(again) => different(&logged.entry.body, &again),
        };
        Derived { entry: logged.entry.sequence, came_out }
    });
    Verdict {
        declarant: row.lodged.key.declarant.clone(),
        reference: row.lodged.key.reference.clone(),
        version: row.lodged.key.version,
        number: row.stand.number.map(|number| number.to_string()),
        faults,
        row_compared,
        decisions: decisions.collect(),
    }
}

fn different(recorded: &[u8], again: &vocabulary::Decision) -> CameOut {
    let recorded: Value = serde_json::from_slice(recorded).unwrap_or_default();
    let derived = serde_json::to_value(again).unwrap_or_default();
    let mut found = differences(&recorded, &derived);
    let count = found.len();
    found.truncate(DIFFERENCES_MAX);
    CameOut::Different { count, differences: found }
}

impl Verdict {
    /// On a declaration of which nothing but a fault is known.
    pub(super) fn of_fault(key: DeclarationKey, fault: String) -> Self {
        Self {
            declarant: key.declarant,
            reference: key.reference,
            version: key.version,
            number: None,
            faults: vec![fault],
            row_compared: false,
            decisions: Vec::new(),
        }
    }

    pub(super) fn add_fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    /// Whether something is wrong; that rules are not at hand is not.
    pub(super) fn is_faulty(&self) -> bool {
        let wrong =
            |derived: &Derived| matches!(derived.came_out, CameOut::Different { .. } | CameOut::Underivable { .. });
        !self.faults.is_empty() || self.decisions.iter().any(wrong)
    }

    pub(super) fn page(&self) -> String {
        let red = AnsiColor::Red.on_default().bold();
        let mut page = String::new();
        let _ = writeln!(
            page,
            "{red}fault{red:#} {} of {}, version {}, number {}",
            self.reference,
            self.declarant,
            self.version,
            self.number.as_deref().unwrap_or("-")
        );
        for fault in &self.faults {
            let _ = writeln!(page, "  {fault}");
        }
        for derived in &self.decisions {
            let entry = derived.entry;
            match &derived.came_out {
                CameOut::Identical | CameOut::OtherRules { .. } => {}
                CameOut::Underivable { detail } => {
                    let _ = writeln!(page, "  the decision in entry {entry}: {detail}");
                }
                CameOut::Different { count: 0, .. } => {
                    let _ = writeln!(page, "  the decision in entry {entry} says the same in other bytes");
                }
                CameOut::Different { count, differences } => {
                    let _ = writeln!(page, "  the decision in entry {entry} differs in {count} places:");
                    for difference in differences {
                        let _ = writeln!(page, "    {}", difference.path);
                        let _ = writeln!(page, "      recorded  {}", shown(difference.recorded.as_ref()));
                        let _ = writeln!(page, "      derived   {}", shown(difference.derived.as_ref()));
                    }
                    if *count > differences.len() {
                        let _ = writeln!(page, "    and {} more", count - differences.len());
                    }
                }
            }
        }
        page
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| shortened(&value.to_string()))
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= VALUE_CHARACTERS_MAX {
        return text.to_owned();
    }
    text.chars().take(VALUE_CHARACTERS_MAX).chain("…".chars()).collect()
}

/// What came of all declarations.
#[derive(Debug, Default)]
pub(super) struct Sums {
    declarations: usize,
    decisions: usize,
    identical: usize,
    different: usize,
    underivable: usize,
    broken: usize,
    faulty: usize,
    rows_compared: usize,
    /// The digest over the ends of all chains, and how many of an earlier run they were held against.
    anchor: Option<(String, Option<usize>)>,
    /// How many decisions were made under rules that are not at hand, by their content hash.
    other_rules: BTreeMap<String, usize>,
}

impl Sums {
    pub(super) fn count(&mut self, verdict: &Verdict) {
        self.declarations += 1;
        self.broken += usize::from(!verdict.faults.is_empty());
        self.faulty += usize::from(verdict.is_faulty());
        self.rows_compared += usize::from(verdict.row_compared);
        for derived in &verdict.decisions {
            self.decisions += 1;
            match &derived.came_out {
                CameOut::Identical => self.identical += 1,
                CameOut::Different { .. } => self.different += 1,
                CameOut::Underivable { .. } => self.underivable += 1,
                CameOut::OtherRules { rulebook } => *self.other_rules.entry(rulebook.clone()).or_default() += 1,
            }
        }
    }

    /// Counts what is not there any more.
    pub(super) fn count_missing(&mut self, verdict: &Verdict) {
        self.broken += 1;
        self.faulty += usize::from(verdict.is_faulty());
    }

    pub(super) fn anchored(&mut self, digest: String, held_against: Option<usize>) {
        self.anchor = Some((digest, held_against));
    }

    pub(super) fn faulty(&self) -> usize {
        self.faulty
    }

    pub(super) fn exit_status(&self) -> u8 {
        match (self.faulty, self.other_rules.is_empty()) {
            (0, true) => 0,
            (0, false) => 3,
            _ => 1,
        }
    }

    pub(super) fn page(&self) -> String {
        let style = if self.faulty == 0 { AnsiColor::Green } else { AnsiColor::Red }.on_default().bold();
        let mut page = String::new();
        let _ = writeln!(
            page,
            "{} declarations with {} decisions: {style}{} derived byte for byte, {} differ, {} cannot be derived, {} chains or \
             records are broken{style:#}",
            self.declarations, self.decisions, self.identical, self.different, self.underivable, self.broken
        );
        let _ = writeln!(page, "{} rows were compared with what their logs derive", self.rows_compared);
        if let Some((digest, held_against)) = &self.anchor {
            let _ = writeln!(page, "anchor {digest} over the ends of all chains");
            if let Some(count) = held_against {
                let _ = writeln!(page, "{count} ends of chains of an earlier run were looked for");
            }
        }
        for (rulebook, count) in &self.other_rules {
            let _ = writeln!(
                page,
                "{count} decisions were made under the rules {rulebook}, which are not in --rules: check out the commit of \
                 your rules for which `thongquan rules check` prints this hash, and give that folder as one more --rules"
            );
        }
        page
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "declarations": self.declarations,
            "decisions": self.decisions,
            "identical": self.identical,
            "different": self.different,
            "underivable": self.underivable,
            "broken": self.broken,
            "faulty": self.faulty,
            "rows_compared": self.rows_compared,
            "anchor": self.anchor.as_ref().map(|(digest, _)| digest),
            "held_against": self.anchor.as_ref().and_then(|(_, held_against)| *held_against),
            "other_rules": self.other_rules,
        })
    }
}
