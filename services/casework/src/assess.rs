//! What is decided on a document: under a number and a draw, or as a trial that nothing is kept of.
//!
//! ```text
//!   declaration, findings of the reader, circumstances, rulebook ──► clearance ──► Decision, its findings located
//! ```

use message::Reading;
use rulebook::Rulebook;
use vocabulary::{
    Bilingual, CaseFacts, Decision, Declaration, DeclarationNumber, Facts, Finding, Outcome, RulebookGap,
};

pub(crate) use clearance::refer;

use crate::recordable::{Unrecordable, dong};

/// What a decision depends on besides the declaration and the rules.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// What is known besides the declaration.
    pub facts: CaseFacts<'a>,
    /// The time of registration, in Vietnam's time, on whose day's rules the decision rests.
    pub registered_at: jiff::civil::DateTime,
    /// The number that the declaration gets if it is registered.
    pub number: Option<DeclarationNumber>,
    /// The random draw of selectivity, 0 to 999,999.
    pub draw: u32,
}

/// A document and what was read in it.
#[derive(Debug, Clone)]
pub struct ReadDocument<'a> {
    /// The document as lodged.
    pub bytes: &'a [u8],
    pub declaration: &'a Declaration,
    /// What is wrong with it before it is decided: what the reader found, and what else is known of its place.
    pub findings: Vec<Finding>,
}

/// Clears one declaration that was read, and says of each finding where in the document it stands: by path, line and
/// column. What is owed beyond what can be kept is referred to an officer.
pub fn clear(document: ReadDocument<'_>, circumstances: &Circumstances<'_>, rulebook: &Rulebook) -> Decision {
    let ReadDocument { bytes, declaration, findings } = document;
    let context = circumstances.context(rulebook);
    let mut decision = clearance::clear(declaration, findings, &context);
    if let Err(error) = dong(decision.total_payable) {
        decision = refer(decision, gap_of_amount(&error));
    }
    message::locate_in(bytes, &mut decision.findings);
    decision
}

impl<'a> Circumstances<'a> {
    fn context(&self, rulebook: &'a Rulebook) -> clearance::Context<'a> {
        clearance::Context {
            rules: rulebook.in_force_on(self.registered_at.date()),
            facts: self.facts,
            registered_at: self.registered_at,
            number: self.number,
            draw: self.draw,
        }
    }
}

fn gap_of_amount(error: &Unrecordable) -> RulebookGap {
    RulebookGap {
        code: "amount_out_of_range".into(),
        item: None,
        message: Bilingual::new(
            format!("what is owed cannot be kept: {error}"),
            format!("số thuế phải nộp vượt quá giới hạn lưu trữ: {error}"),
        ),
        rule: "record/amounts-in-whole-dong".into(),
    }
}

/// What is declared in advance has no lane: it is drawn and told at registration.
pub(crate) fn without_lane(decision: &mut Decision) {
    decision.lane = None;
    decision.draw = None;
    decision.routing.clear();
}

/// What would be decided on a document, and the figures behind it.
#[derive(Debug)]
pub struct AssessedDocument {
    /// What would be decided, with the findings in the order of the document.
    pub decision: Decision,
    /// The declaration as it was read; `None` for a document that could not be.
    pub declaration: Option<Box<Declaration>>,
    /// What the decision's figures are made of, or the provisional figures of a declaration that is not accepted.
    pub calculation: Option<clearance::calculation::Calculation>,
}

/// Decides on one document as it would be decided if it were lodged, without a number and without keeping anything.
pub fn assess_document(
    document: &[u8],
    at: jiff::civil::DateTime,
    facts: &Facts,
    draw: u32,
    rulebook: &Rulebook,
) -> AssessedDocument {
    match message::read_declaration(document) {
        Reading::Read { declaration, findings } => {
            let facts = facts.for_case(declaration.declarant());
            let circumstances = Circumstances { facts, registered_at: at, number: None, draw };
            let calculation =
                clearance::calculation::calculate(&declaration, findings.clone(), &circumstances.context(rulebook));
            let read = ReadDocument { bytes: document, declaration: &declaration, findings };
            let mut decision = clear(read, &circumstances, rulebook);
            // Where a finding has no place in the text, it stands where its field stands on the form.
            decision.findings.sort_by_key(|finding| {
                (finding.line.is_none(), finding.line, finding.column, finding.item, finding.place)
            });
            AssessedDocument { decision, declaration: Some(declaration.into()), calculation }
        }
        Reading::Unreadable(mut findings) => {
            rulebook.in_force_on(at.date()).cite(&mut findings);
            let decision = Decision {
                outcome: Outcome::Unreadable,
                reference: None,
                direction: None,
                kind: None,
                registered_on: at.date(),
                number: None,
                lane: None,
                findings,
                gaps: Vec::new(),
                items: Vec::new(),
                totals: Vec::new(),
                total_payable: rust_decimal::Decimal::ZERO,
                claims: Vec::new(),
                routing: Vec::new(),
                draw: None,
                exchange_rates: Vec::new(),
                roundings: Vec::new(),
                write_offs: Vec::new(),
                facts: Facts::default(),
                rulebook: rulebook.content_hash().to_owned(),
            };
            AssessedDocument { decision, declaration: None, calculation: None }
        }
    }
}
