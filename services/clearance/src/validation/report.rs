//! What validation gathers: findings and gaps, each once.

use std::sync::Arc;

use rulebook::{Provision, RulesInForce, Verdict};
use vocabulary::{Claim, Declaration, DutyType, Finding, RulebookGap, item_number};

use crate::problem::{Problem, warning};
use crate::stop::Stop;

/// Findings and gaps on their way to a [`Stop`], and claims on their way to an officer.
pub(crate) struct Report<'a> {
    lodged: &'a Declaration,
    rules: RulesInForce<'a>,
    findings: Vec<Finding>,
    gaps: Vec<RulebookGap>,
    claims: Vec<Claim>,
    /// The tax of a goods item, by position, that is being looked into.
    subject: Option<(usize, DutyType)>,
    doubts: Vec<TaxDoubt>,
}

/// Why a tax of a goods item is not settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TaxDoubt {
    /// The position of the goods item.
    pub(crate) position: usize,
    /// The tax; `None` for all of the item.
    pub(crate) tax: Option<DutyType>,
    /// Whether the rulebook is silent, rather than the declaration wrong.
    pub(crate) silent: bool,
}

impl<'a> Report<'a> {
    pub(crate) fn new(lodged: &'a Declaration, rules: RulesInForce<'a>, findings: Vec<Finding>) -> Self {
        Self { lodged, rules, findings, gaps: Vec::new(), claims: Vec::new(), subject: None, doubts: Vec::new() }
    }

    /// Says which tax is looked into next, so that what is found from now on is known to leave it unsettled.
    pub(crate) fn about(&mut self, position: usize, tax: DutyType) {
        self.subject = Some((position, tax));
    }

    /// Says that no tax is looked into any longer.
    pub(crate) fn about_no_tax(&mut self) {
        self.subject = None;
    }

    /// No tax of the goods item can be settled.
    pub(crate) fn doubt_all_taxes(&mut self, position: usize) {
        self.doubts.push(TaxDoubt { position, tax: None, silent: false });
    }

    /// The taxes of a goods item that something was found about.
    pub(crate) fn doubts(&self, position: usize) -> impl Iterator<Item = TaxDoubt> {
        self.doubts.iter().copied().filter(move |doubt| doubt.position == position)
    }

    fn doubt(&mut self, silent: bool) {
        self.doubts.extend(self.subject.map(|(position, tax)| TaxDoubt { position, tax: Some(tax), silent }));
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

    /// The words of a provision on the day.
    pub(crate) fn law(&self, provision: Provision) -> &'a Arc<str> {
        self.rules.law(provision)
    }

    /// Adds a finding, unless an error stands at the same place already: the declarant mends that one first, and the
    /// two usually have one cause. A tax of a line that lacks its code (E1070) points to where the code comes in, so it
    /// has nothing to do with what stands there, nor with another tax that lacks its own.
    pub(crate) fn find(&mut self, problem: Problem) {
        if problem.is_error() {
            self.doubt(false);
        }
        if self.findings.iter().any(|finding| {
            let comes_in = finding.code == "E1070" || problem.code == "E1070";
            let same = finding.code == problem.code && finding.rule == problem.rule;
            finding.is_error() && finding.place == Some(problem.place) && (!comes_in || same)
        }) {
            return;
        }
        self.findings.push(problem.found_in(self.lodged, &self.rules));
    }

    /// Adds a finding that keeps nothing from being registered.
    pub(crate) fn warn(&mut self, problem: Problem) {
        self.find(warning(problem));
    }

    /// Adds a gap, of the goods item at a position or of the declaration as a whole.
    pub(crate) fn gap(&mut self, gap: RulebookGap, position: Option<usize>) {
        self.doubt(true);
        let item = position.map(|position| self.sequence(position));
        let gap = RulebookGap { item: item.or(gap.item), ..gap };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// Adds a claim, of the goods item at a position or of the declaration as a whole.
    pub(crate) fn claim(&mut self, position: Option<usize>, claim: Claim) {
        let item = position.map(|position| self.sequence(position));
        let claim = Claim { item: item.or(claim.item), ..claim };
        if !self.claims.contains(&claim) {
            self.claims.push(claim);
        }
    }

    /// The number of the goods item at a position, from 1.
    fn sequence(&self, position: usize) -> u32 {
        item_number(self.lodged.goods_items.get(position), position)
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

    /// What was claimed, of a declaration that may not be registered.
    pub(crate) fn claims(&self) -> Vec<Claim> {
        let mut claims = self.claims.clone();
        claims.sort_by_key(|claim| claim.item);
        claims
    }

    /// The warnings and the claims of a declaration that nothing keeps from being registered. Those of the declaration
    /// as a whole come first, then those of each line.
    pub(crate) fn warnings_and_claims(mut self) -> (Vec<Finding>, Vec<Claim>) {
        self.claims.sort_by_key(|claim| claim.item);
        (in_order(self.findings), self.claims)
    }
}

/// The header's findings first, then those of each line; within that, as the fields stand on the form.
fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.item.is_some(), finding.item, finding.line, finding.place));
    findings
}
