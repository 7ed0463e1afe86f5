//! What is decided on a document: under a number and a draw, or as a trial that nothing is kept of.
//!
//! ```text
//!   declaration, findings of the reader, circumstances, rulebook ──► clearance ──► Decision, its findings located
//! ```

use message::Reading;
use rulebook::Rulebook;
use vocabulary::{CaseFacts, Decision, Declaration, DeclarationNumber, Facts, Finding, Outcome};

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

/// Clears one declaration that was read, with what the reader found in it, and says where in the document each
/// finding stands.
pub fn clear(
    declaration: &Declaration,
    findings: Vec<Finding>,
    circumstances: &Circumstances<'_>,
    rulebook: &Rulebook,
) -> Decision {
    let context = clearance::Context {
        rules: rulebook.in_force_on(circumstances.registered_at.date()),
        facts: circumstances.facts,
        registered_at: circumstances.registered_at,
        number: circumstances.number,
        draw: circumstances.draw,
    };
    let mut decision = clearance::clear(declaration, findings, &context);
    for finding in &mut decision.findings {
        if let Some(place) = &finding.place {
            finding.path = message::locate(place);
        }
    }
    decision
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
            let context = clearance::Context {
                rules: rulebook.in_force_on(at.date()),
                facts,
                registered_at: at,
                number: None,
                draw,
            };
            let calculation = clearance::calculation::calculate(&declaration, findings.clone(), &context);
            let circumstances = Circumstances { facts, registered_at: at, number: None, draw };
            let mut decision = clear(&declaration, findings, &circumstances, rulebook);
            message::locate_in(document, &mut decision.findings);
            // Where a finding has no place in the text, it stands where its field stands on the form.
            decision.findings.sort_by_key(|finding| {
                (finding.line.is_none(), finding.line, finding.column, finding.item, finding.place)
            });
            AssessedDocument { decision, declaration: Some(declaration.into()), calculation }
        }
        Reading::Unreadable(findings) => {
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
