//! Documents that follow on a declaration: registration of what was declared in advance, amendment, cancellation.

use clearance::life_cycle::{
    Amendment, Basis, Circumstances as LifeCircumstances, Command, CommandKind, Decided, Event, RefusedCommand,
    Standing, State, carry_out,
};
use message::Reading;
use rulebook::{ReasonFor, RulesInForce};
use storage::{DeclarationKey, DeclarationUpdate, NewDeclaration, NewRequest};
use vocabulary::{Bilingual, CaseFacts, Decision, Declaration, DeclarationNumber, Finding, TraderFacts};

use super::deciding::case_decision;
use crate::assess::without_lane;
use crate::case::fact_book::{FactBook, Moment, Way, taken_by};
use crate::case::{self, Case, decided_row, moved, standing_of};
use crate::intake::arrival::Arrival;
use crate::intake::lodgement::{Ask, Lodgement};
use crate::outgoing::notices::Subject;
use crate::outgoing::send;
use crate::plan::{Counted, Desk, Plan};
use crate::record::entry::{LOG_BEGINNING, log_entry};

/// A document that follows on a declaration, with everything that its answer depends on.
pub(crate) struct FollowUp<'a> {
    pub(crate) lodgement: &'a Lodgement,
    pub(crate) key: &'a DeclarationKey,
    pub(crate) declaration: &'a Declaration,
    /// What the reader found in the document, and what is wrong with its place in the order.
    pub(crate) findings: Vec<Finding>,
    /// The declaration that it is about, where it is known.
    pub(crate) case: Option<&'a Case>,
    pub(crate) trader: Option<&'a TraderFacts>,
    /// What else is known, and what is left of it.
    pub(crate) facts: &'a FactBook,
    /// What the batch has done before.
    pub(crate) plan: &'a Plan,
}

/// What came of a document.
struct Answer {
    outcome: &'static str,
    notice: Vec<u8>,
}

impl FollowUp<'_> {
    fn arrival(&self) -> &Arrival {
        &self.lodgement.arrival
    }

    fn moment<'k>(&self, declaration: &'k DeclarationKey, log_sequence: i64) -> Moment<'k> {
        Moment { declaration, log_sequence, at_ms: self.arrival().at_ms }
    }

    /// Takes the document up: writes what happens, or why nothing does, into the step, and tells the declarant. Says what
    /// the case has become.
    pub(crate) fn take_up(&self, ask: Ask, step: &mut Plan, desk: &Desk<'_>) -> Option<Case> {
        let number = self.declaration.number.as_deref();
        let Some((case, standing)) = self.case.and_then(|case| Some((case, standing_of(&case.row)?))) else {
            let draft = Standing::draft(self.arrival().at);
            self.refuse(
                ask.kind(),
                &draft,
                &RefusedCommand::unknown_declaration(ask.kind(), &self.rules(desk)),
                step,
                desk,
            );
            return None;
        };
        if let Err(refused) = self.sound(ask, case, &self.rules(desk)) {
            self.refuse(ask.kind(), &standing, &refused, step, desk);
            return None;
        }
        match ask {
            Ask::Cancel => self.cancel(case, &standing, step, desk),
            Ask::Register => self.register(case, &standing, step, desk),
            Ask::Amend => self.amend(case, &standing, step, desk),
            Ask::Lodge | Ask::PreRegister => {
                // Neither follows on anything.
                step.keep_quietly(self.arrival(), "follows_on_nothing", number.unwrap_or("-"));
                None
            }
        }
    }

    /// Whether the document may be about the case at all.
    fn sound(&self, ask: Ask, case: &Case, rules: &RulesInForce<'_>) -> Result<(), RefusedCommand> {
        if case.row.lodged.key.reference != self.key.reference {
            return Err(RefusedCommand::unsound(
                ask.kind(),
                "reference_of_another_declaration",
                Bilingual::new(
                    format!("the number is that of the reference {}", case.row.lodged.key.reference),
                    format!("số tờ khai này thuộc số tham chiếu {}", case.row.lodged.key.reference),
                ),
                Vec::new(),
                rules,
            ));
        }
        let errors: Vec<Finding> = self.findings.iter().filter(|finding| finding.is_error()).cloned().collect();
        // The mistakes of an amendment are told together with what its decision finds.
        let out_of_order = errors.iter().find(|finding| finding.code == "version_out_of_order");
        if errors.is_empty() || (ask == Ask::Amend && out_of_order.is_none()) {
            return Ok(());
        }
        let code = out_of_order.map_or("document_has_mistakes", |finding| finding.code.as_str());
        Err(RefusedCommand::unsound(
            ask.kind(),
            code,
            Bilingual::new("the document has mistakes; nothing has changed", "chứng từ có lỗi; tờ khai giữ nguyên"),
            errors.clone(),
            rules,
        ))
    }

    fn circumstances<'r>(&self, desk: &Desk<'r>) -> LifeCircumstances<'r> {
        LifeCircumstances { at: self.arrival().at, rules: self.rules(desk) }
    }

    /// The rules of the day on which the document arrives.
    fn rules<'r>(&self, desk: &Desk<'r>) -> RulesInForce<'r> {
        desk.rulebook.in_force_on(self.arrival().at.date())
    }

    fn cancel(&self, case: &Case, standing: &Standing, step: &mut Plan, desk: &Desk<'_>) -> Option<Case> {
        let reason = self.declaration.change_reason_code.as_deref();
        let command = Command::Cancel { reason };
        match carry_out(standing, &command, &self.circumstances(desk)) {
            Err(refused) => {
                self.refuse(CommandKind::Cancel, standing, &refused, step, desk);
                None
            }
            Ok(events) => {
                let next = standing.after_all(&events, self.arrival().at);
                let update = self.log(case, CommandKind::Cancel, &events, &next, step, desk);
                if standing.state.is_registered() && !next.state.is_registered() {
                    let moment = self.moment(&update.key, update.stand.log_sequence);
                    self.facts.write_off(step, moment, Way::GivenBack, &taken_by(&case.decision));
                }
                self.answer(CommandKind::Cancel, &events, &next, None, step, desk);
                let changed = case::after(case, &update);
                step.updates.push(update);
                Some(changed)
            }
        }
    }

    /// Decides what was declared in advance again, on today's rules, and registers it.
    fn register(&self, case: &Case, standing: &Standing, step: &mut Plan, desk: &Desk<'_>) -> Option<Case> {
        let arrival = self.arrival();
        let Reading::Read { declaration, findings } = message::read_declaration(&case.document) else {
            step.keep(desk.topics, arrival, "document_lost", "the kept document cannot be read any more");
            return None;
        };
        let before: Basis = serde_json::from_slice(&case.decision).unwrap_or_default();
        let facts = self.facts.case(&declaration, &self.key.declarant, self.plan, &[]);
        let facts = CaseFacts { trader: self.trader, ..facts.for_case(None) };
        let mut decision = case_decision(&declaration, findings, facts, arrival.at, standing.number, desk);
        message::locate_in(&case.document, &mut decision.findings);
        let now = Decided { declaration: &declaration, decision: &decision };
        let command = Command::Register { before: &before, now };
        match carry_out(standing, &command, &self.circumstances(desk)) {
            Err(refused) => {
                self.refuse(CommandKind::Register, standing, &refused, step, desk);
                None
            }
            Ok(events) => {
                let next = standing.after_all(&events, arrival.at);
                let body = serde_json::to_vec(&decision).unwrap_or_default();
                let first = events.first().map_or("registered", Event::as_str);
                let row = &case.row;
                let entry = log_entry(
                    &row.lodged.key,
                    row.stand.log_sequence + 1,
                    arrival.at_ms,
                    first,
                    body.clone(),
                    row.stand.log_hash,
                );
                let update = case::decided_anew(row, &declaration, &decision, body, &next, &entry, desk.rulebook);
                if next.state.is_registered() {
                    let moment = self.moment(&row.lodged.key, entry.sequence);
                    self.facts.write_off(step, moment, Way::Taken, &decision.write_offs);
                }
                step.log.push(entry);
                self.answer(CommandKind::Register, &events, &next, Some(&decision), step, desk);
                let changed = case::after(case, &update);
                step.updates.push(update);
                Some(changed)
            }
        }
    }

    /// Decides the new version, on the rules of the day of registration, and puts it in the place of the one before it.
    fn amend(&self, case: &Case, standing: &Standing, step: &mut Plan, desk: &Desk<'_>) -> Option<Case> {
        let arrival = self.arrival();
        let Reading::Read { declaration: before, .. } = message::read_declaration(&case.document) else {
            step.keep(desk.topics, arrival, "document_lost", "the kept document cannot be read any more");
            return None;
        };
        let in_advance = standing.state == State::PreRegistered;
        let number = if in_advance { standing.number } else { standing.number.and_then(DeclarationNumber::amended) };
        let decided_at = standing.registered_at.unwrap_or(arrival.at);
        let findings = self.findings.clone();
        // The new version may use what the one before it has used.
        let given_back = if standing.state.is_registered() { taken_by(&case.decision) } else { Vec::new() };
        let facts = self.facts.case(self.declaration, &self.key.declarant, self.plan, &given_back);
        let facts = CaseFacts { trader: self.trader, ..facts.for_case(None) };
        let mut decision = case_decision(self.declaration, findings, facts, decided_at, number, desk);
        message::locate_in(arrival.payload(), &mut decision.findings);
        if in_advance {
            without_lane(&mut decision);
        }
        let circumstances = self.circumstances(desk);
        let after = Decided { declaration: self.declaration, decision: &decision };
        let reason = self.declaration.change_reason_code.as_deref();
        let late_certificate = reason
            .and_then(|code| circumstances.rules.change_reason(code))
            .is_some_and(|reason| reason.value.given_for == ReasonFor::Certificate);
        let amendment = Amendment { reason, before: &before, after };
        let command = match (in_advance, late_certificate) {
            (true, _) => Command::Edit(after),
            (false, true) => Command::FileCertificate(amendment),
            (false, false) => Command::Amend(amendment),
        };
        let kind = command.kind();
        match carry_out(standing, &command, &circumstances) {
            Err(refused) => {
                self.refuse(kind, standing, &refused, step, desk);
                None
            }
            Ok(events) if events.contains(&Event::AmendmentReferred) => {
                // The declaration stands as it was; the new version is a case of its own for an officer.
                decision.number = None;
                let referred = Standing::draft(arrival.at).after(&Event::Referred, arrival.at);
                let entry_kind = Event::AmendmentReferred.as_str();
                let new = self.version(&decision, &referred, entry_kind, LOG_BEGINNING, step, desk, &events);
                step.declarations.push(new);
                None
            }
            Ok(events) => {
                let next = standing.after_all(&events, arrival.at);
                let update = self.log(case, kind, &events, &standing.superseded(arrival.at), step, desk);
                let back = self.moment(&update.key, update.stand.log_sequence);
                self.facts.write_off(step, back, Way::GivenBack, &given_back);
                if next.state.is_registered() {
                    self.facts.write_off(step, self.moment(self.key, 0), Way::Taken, &decision.write_offs);
                }
                let entry_kind = events.first().map_or("amended", Event::as_str);
                let mut new = self.version(&decision, &next, entry_kind, update.stand.log_hash, step, desk, &events);
                new.stand.registered_at_ms = case.row.stand.registered_at_ms;
                let changed = Case::from(&new);
                step.updates.push(update);
                step.declarations.push(new);
                Some(changed)
            }
        }
    }

    /// A new version with the first entry of its log, which is bound to the version before it, and its notices.
    #[allow(clippy::too_many_arguments, reason = "each is a part of one row")]
    fn version(
        &self,
        decision: &Decision,
        standing: &Standing,
        entry_kind: &str,
        previous_hash: [u8; 32],
        step: &mut Plan,
        desk: &Desk<'_>,
        events: &[Event],
    ) -> NewDeclaration {
        let arrival = self.arrival();
        let subject = Subject { key: self.key, standing, decision: Some(decision), at: arrival.at };
        let answer = send(desk.topics, arrival, &mut step.outbox, &subject.of_events(events));
        let body = serde_json::to_vec(decision).unwrap_or_default();
        let entry = log_entry(self.key, 0, arrival.at_ms, entry_kind, body.clone(), previous_hash);
        let new = decided_row(
            self.lodgement,
            self.key,
            self.declaration,
            decision,
            standing,
            &entry,
            answer,
            body,
            desk.rulebook,
        );
        step.counted.push(Counted::of(decision));
        step.log.push(entry);
        new
    }

    /// Writes what happened into the declaration's log.
    fn log(
        &self,
        case: &Case,
        kind: CommandKind,
        events: &[Event],
        next: &Standing,
        step: &mut Plan,
        desk: &Desk<'_>,
    ) -> DeclarationUpdate {
        let row = &case.row;
        let body = serde_json::json!({
            "reference_version": self.key.version,
            "reason": self.declaration.change_reason_code.as_deref(),
            "reason_in_words": self.declaration.change_reason.as_deref(),
            "events": events,
            "state": next.state.as_str(),
        });
        let at_ms = self.arrival().at_ms;
        let body = body.to_string().into_bytes();
        let entry =
            log_entry(&row.lodged.key, row.stand.log_sequence + 1, at_ms, kind.as_str(), body, row.stand.log_hash);
        let update = moved(row, next, &entry, desk.rulebook);
        step.log.push(entry);
        update
    }

    /// Tells the declarant what happened, and keeps the document with that answer.
    fn answer(
        &self,
        kind: CommandKind,
        events: &[Event],
        standing: &Standing,
        decision: Option<&Decision>,
        step: &mut Plan,
        desk: &Desk<'_>,
    ) {
        let arrival = self.arrival();
        let subject = Subject { key: self.key, standing, decision, at: arrival.at };
        let notice = send(desk.topics, arrival, &mut step.outbox, &subject.of_events(events));
        self.keep(kind, Answer { outcome: "carried_out", notice }, step);
    }

    fn refuse(
        &self,
        kind: CommandKind,
        standing: &Standing,
        refused: &RefusedCommand,
        step: &mut Plan,
        desk: &Desk<'_>,
    ) {
        let arrival = self.arrival();
        let subject = Subject { key: self.key, standing, decision: None, at: arrival.at };
        let mut notice = subject.refusal(refused);
        for finding in &mut notice.findings {
            if let Some(place) = finding.place.filter(|_| finding.path.is_empty()) {
                finding.path = message::locate(&place);
            }
        }
        // Without a declaration of ours there is only the number that the document gave.
        if notice.number.is_none() {
            notice.number = self.declaration.number.as_ref().map(ToString::to_string);
        }
        let notice = send(desk.topics, arrival, &mut step.outbox, &[notice]);
        self.keep(kind, Answer { outcome: "refused", notice }, step);
    }

    fn keep(&self, kind: CommandKind, answer: Answer, step: &mut Plan) {
        let arrival = self.arrival();
        step.requests.push(NewRequest {
            key: self.key.clone(),
            content_hash: self.lodgement.content_hash,
            kind: kind.as_str().to_owned(),
            outcome: answer.outcome.to_owned(),
            number: self.declaration.number.as_ref().map(ToString::to_string),
            at_ms: arrival.at_ms,
            source: arrival.source(),
            answer: answer.notice,
            document: arrival.payload().to_vec(),
        });
    }
}
