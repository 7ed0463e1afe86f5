//! What validation gathers: findings and gaps, each once.

use rulebook::Verdict;
use vocabulary::{Declaration, Finding, RulebookGap};

use super::Stop;
use crate::problem::{Problem, address, warning};

/// Findings and gaps on their way to a [`Stop`].
pub(crate) struct Report<'a> {
    lodged: &'a Declaration,
    findings: Vec<Finding>,
    gaps: Vec<RulebookGap>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(lodged: &'a Declaration, findings: Vec<Finding>) -> Self {
        Self { lodged, findings, gaps: Vec::new() }
    }

    /// Takes in what the rulebook's own rules say.
    ///
    /// A value that the reader refused is not there for the rules either: where it has been told, its absence is not.
    pub(crate) fn take(&mut self, verdict: Verdict) {
        let told: Vec<_> =
            self.findings.iter().filter(|finding| finding.is_error()).filter_map(|finding| finding.place).collect();
        let news =
            verdict.findings.into_iter().filter(|finding| finding.place.is_none_or(|place| !told.contains(&place)));
        self.findings.extend(news);
        self.gaps.extend(verdict.gaps);
    }

    /// Adds a finding, unless an error stands at the same place already: the declarant mends that one first, and the
    /// two usually have one cause. Two taxes of a line that both lack
    /// their code (E1070) are two mistakes.
    pub(crate) fn find(&mut self, mut problem: Problem) {
        if self.findings.iter().any(|finding| {
            let another_tax = finding.code == "E1070" && problem.code == "E1070" && finding.rule != problem.rule;
            finding.is_error() && finding.place.is_some() && finding.place == problem.place && !another_tax
        }) {
            return;
        }
        address(&mut problem, self.lodged);
        self.findings.push(problem);
    }

    /// Adds a finding that keeps nothing from being registered.
    pub(crate) fn warn(&mut self, problem: Problem) {
        self.find(warning(problem));
    }

    /// Adds a gap, of the goods item at a position or of the declaration as a whole.
    pub(crate) fn gap(&mut self, gap: RulebookGap, position: Option<usize>) {
        let item = position.map(|position| {
            let sequence = self.lodged.goods_items.get(position).and_then(|item| item.sequence);
            sequence
                .and_then(|sequence| u32::try_from(sequence).ok())
                .or_else(|| u32::try_from(position + 1).ok())
                .unwrap_or(u32::MAX)
        });
        let gap = RulebookGap { item: item.or(gap.item), ..gap };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// Whether nothing keeps the declaration from being registered.
    pub(crate) fn is_clean(&self) -> bool {
        self.gaps.is_empty() && !self.findings.iter().any(Finding::is_error)
    }

    /// What was gathered, as the reason not to register: mistakes before gaps, since the declarant can act on them.
    pub(crate) fn stop(self) -> Stop {
        if self.findings.iter().any(Finding::is_error) {
            Stop::Rejected(in_order(self.findings))
        } else {
            Stop::Referred(self.gaps, in_order(self.findings))
        }
    }

    pub(crate) fn warnings(self) -> Vec<Finding> {
        in_order(self.findings)
    }
}

/// The header's findings first, then those of each line; within that, as the fields stand on the form.
fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.item.is_some(), finding.item, finding.line, finding.place));
    findings
}
