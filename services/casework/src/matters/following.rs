//! Documents that follow on a declaration: registration of what was declared in advance, amendment, cancellation.

use clearance::life_cycle::{Amendment, Command, Decided, Event, RefusedCommand, Standing, carry_out};
use message::Reading;
use rulebook::{ReasonFor, RulesInForce};
use storage::{DeclarationKey, DeclarationUpdate, LodgedPapers, NewDeclaration, NewRequest};
use vocabulary::{Bilingual, CommandKind, Decision, Declaration, DeclarationNumber, Finding, Outcome, State};

use crate::assess::{ReadDocument, refer, without_lane};
use crate::case::fact_book::{FactBook, Way};
use crate::case::found::Papers;
use crate::case::{self, Case, DecidedVersion, moved, standing_of};
use crate::intake::lodgement::{Following, Lodgement};
use crate::outgoing::notices::Subject;
use crate::plan::Counted;
use crate::record::entry::{Answered, EntryKind, LOG_BEGINNING, first_entry, log_entry};
use crate::record::lost::{decision_lost, gap_of_lost_decision};
use crate::recordable::Unrecordable;
use crate::turn::Turn;

/// A document that follows on a declaration, with what its answer depends on besides the declaration itself.
pub(super) struct FollowUp<'a> {
    pub(super) lodgement: &'a Lodgement,
    pub(super) key: &'a DeclarationKey,
    pub(super) declaration: &'a Declaration,
    /// What the reader found in the document, and what is wrong with its place in the order.
    pub(super) findings: Vec<Finding>,
    /// What else is known, and what is left of it.
    pub(super) facts: &'a FactBook,
}

/// What the case has become; nothing where it stays as it is.
type Changed = Result<Option<Case>, Unrecordable>;

/// A declaration as it stands, and what is kept beside its row.
struct Kept<'c> {
    case: &'c Case,
    papers: &'c Papers,
    standing: Standing,
}

impl Kept<'_> {
    /// The kept document as it was read; `None` where it cannot be read any more.
    fn document(&self) -> Option<(&Declaration, &[Finding])> {
        match &*self.papers.reading {
            Reading::Read { declaration, findings } => Some((declaration, findings)),
            Reading::Unreadable(_) => None,
        }
    }
}

impl FollowUp<'_> {
    /// Takes the document up: writes what happens, or why nothing does, into the step, and tells the declarant. Says what
    /// the case has become.
    pub(super) fn take_up(&self, following: Following, case: Option<&Case>, turn: &mut Turn<'_>) -> Changed {
        let kind = following.kind();
        let kept =
            case.and_then(|case| Some(Kept { case, papers: case.papers.as_ref()?, standing: standing_of(&case.row)? }));
        let Some(kept) = kept else {
            let draft = Standing::draft(turn.at());
            self.refuse(kind, &draft, &RefusedCommand::unknown_declaration(kind, &turn.rules()), turn);
            return Ok(None);
        };
        if let Err(refused) = self.sound(following, kept.case, &turn.rules()) {
            self.refuse(kind, &kept.standing, &refused, turn);
            return Ok(None);
        }
        match following {
            Following::Cancel => self.cancel(&kept, turn),
            Following::Register => self.register(&kept, turn),
            Following::Amend => self.amend(&kept, turn),
        }
    }

    /// Whether the document may be about the case at all.
    fn sound(&self, following: Following, case: &Case, rules: &RulesInForce<'_>) -> Result<(), RefusedCommand> {
        let kind = following.kind();
        if case.row.lodged.key.reference != self.key.reference {
            return Err(RefusedCommand::unsound(
                kind,
                "reference_of_another_declaration",
                Bilingual::new(
                    format!("the number is that of the reference {}", case.row.lodged.key.reference),
                    format!("số tờ khai này thuộc số tham chiếu {}", case.row.lodged.key.reference),
                ),
                Vec::new(),
                rules,
            ));
        }
        let mut errors: Vec<Finding> = self.findings.iter().filter(|finding| finding.is_error()).cloned().collect();
        // The mistakes of an amendment are told together with what its decision finds.
        let out_of_order = errors.iter().find(|finding| finding.code == "version_out_of_order");
        if errors.is_empty() || (following == Following::Amend && out_of_order.is_none()) {
            return Ok(());
        }
        let code = out_of_order.map_or("document_has_mistakes", |finding| finding.code.as_str()).to_owned();
        rules.cite(&mut errors);
        Err(RefusedCommand::unsound(
            kind,
            &code,
            Bilingual::new("the document has mistakes; nothing has changed", "chứng từ có lỗi; tờ khai giữ nguyên"),
            errors,
            rules,
        ))
    }

    fn cancel(&self, kept: &Kept<'_>, turn: &mut Turn<'_>) -> Changed {
        let Kept { case, papers, standing } = kept;
        let kind = CommandKind::Cancel;
        let reason = self.declaration.change_reason_code.as_deref();
        let cancelled = carry_out(standing, &Command::Cancel { reason }, &turn.circumstances()).and_then(|events| {
            // What has no force yet has taken nothing.
            let taken = if standing.state.is_registered() { papers.taken() } else { Ok(Vec::new()) };
            Ok((events, taken.map_err(|_| decision_lost(kind, &turn.rules()))?))
        });
        let (events, taken) = match cancelled {
            Ok(cancelled) => cancelled,
            Err(refused) => {
                self.refuse(kind, standing, &refused, turn);
                return Ok(None);
            }
        };
        let next = standing.after_all(&events, turn.at());
        let update = self.log(case, kind, &events, &next, turn)?;
        let moment = turn.moment(&update.key, update.stand.log_sequence);
        self.facts.write_off(turn.step, moment, Way::GivenBack, &taken)?;
        self.answer(kind, &events, &next, None, turn);
        let changed = case.after(&update, &turn.step.log);
        turn.step.updates.push(update);
        Ok(Some(changed))
    }

    /// Decides what was declared in advance again, on today's rules, and registers it.
    fn register(&self, kept: &Kept<'_>, turn: &mut Turn<'_>) -> Changed {
        let Some((declaration, findings)) = kept.document() else { return Ok(keep_of_lost_document(turn)) };
        let Kept { case, papers, standing } = kept;
        let kind = CommandKind::Register;
        let known = self.facts.case(declaration, &self.key.declarant, turn.before, &[]);
        let document = ReadDocument { bytes: &papers.document, declaration, findings: findings.to_vec() };
        let mut decision = turn.decide(document, known.facts(), turn.at(), standing.number);
        let before = papers.decided().ok();
        if before.is_none() {
            decision = refer_to_officer(decision);
        }
        let now = Decided { declaration, decision: &decision };
        let command = Command::Register { before: before.as_ref(), now };
        let events = match carry_out(standing, &command, &turn.circumstances()) {
            Ok(events) => events,
            Err(refused) => {
                self.refuse(kind, standing, &refused, turn);
                return Ok(None);
            }
        };
        let (at_ms, row) = (turn.arrival.at_ms, &case.row);
        let next = standing.after_all(&events, turn.at());
        let told = events.first().and_then(EntryKind::of_event).unwrap_or(EntryKind::Registered);
        let body = serde_json::to_vec(&decision)?;
        let entry = log_entry(&row.lodged.key, row.stand.log_sequence + 1, at_ms, told, body, row.stand.log_hash);
        let update = case::decided_anew(row, declaration, &decision, &next, &entry, turn.grounds.rulebook)?;
        if next.state.is_registered() {
            let moment = turn.moment(&row.lodged.key, entry.sequence);
            self.facts.write_off(turn.step, moment, Way::Taken, &decision.write_offs)?;
        }
        turn.step.log.push(entry);
        self.answer(kind, &events, &next, Some(&decision), turn);
        let changed = case.after(&update, &turn.step.log);
        turn.step.updates.push(update);
        Ok(Some(changed))
    }

    /// Decides the new version, on the rules of the day of registration, and puts it in the place of the one before it.
    fn amend(&self, kept: &Kept<'_>, turn: &mut Turn<'_>) -> Changed {
        let Some((before, _)) = kept.document() else { return Ok(keep_of_lost_document(turn)) };
        let Kept { case, papers, standing } = kept;
        let in_advance = standing.state == State::PreRegistered;
        let number = if in_advance { standing.number } else { standing.number.and_then(DeclarationNumber::amended) };
        let decided_at = standing.registered_at.unwrap_or(turn.at());
        // The new version may use what the one before it has used.
        let taken = if standing.state.is_registered() { papers.taken() } else { Ok(Vec::new()) };
        let (given_back, is_lost) = match taken {
            Ok(taken) => (taken, false),
            Err(_) => (Vec::new(), true),
        };
        let known = self.facts.case(self.declaration, &self.key.declarant, turn.before, &given_back);
        let (declaration, findings) = (self.declaration, self.findings.clone());
        let document = ReadDocument { bytes: turn.arrival.payload(), declaration, findings };
        let mut decision = turn.decide(document, known.facts(), decided_at, number);
        if in_advance {
            without_lane(&mut decision);
        }
        if is_lost {
            decision = refer_to_officer(decision);
        }
        let circumstances = turn.circumstances();
        let after = Decided { declaration, decision: &decision };
        let reason = declaration.change_reason_code.as_deref();
        let late_certificate = reason
            .and_then(|code| circumstances.rules.change_reason(code))
            .is_some_and(|reason| reason.value.given_for == ReasonFor::Certificate);
        let amendment = Amendment { reason, before, after };
        let command = match (in_advance, late_certificate) {
            (true, _) => Command::Edit(after),
            (false, true) => Command::FileCertificate(amendment),
            (false, false) => Command::Amend(amendment),
        };
        let kind = command.kind();
        let events = match carry_out(standing, &command, &circumstances) {
            Ok(events) => events,
            Err(refused) => {
                self.refuse(kind, standing, &refused, turn);
                return Ok(None);
            }
        };
        if events.contains(&Event::AmendmentReferred) {
            // The declaration stands as it was; the new version is a case of its own for an officer.
            decision.number = None;
            let referred = Standing::draft(turn.at()).after(&Event::Referred, turn.at());
            let begins = (EntryKind::AmendmentReferred, LOG_BEGINNING);
            let new = self.version(&decision, &referred, begins, &events, turn)?;
            turn.step.declarations.push(new);
            return Ok(None);
        }
        let next = standing.after_all(&events, turn.at());
        let update = self.log(case, kind, &events, &standing.superseded(turn.at()), turn)?;
        let back = turn.moment(&update.key, update.stand.log_sequence);
        self.facts.write_off(turn.step, back, Way::GivenBack, &given_back)?;
        if next.state.is_registered() {
            let moment = turn.moment(self.key, 0);
            self.facts.write_off(turn.step, moment, Way::Taken, &decision.write_offs)?;
        }
        let told = events.first().and_then(EntryKind::of_event).unwrap_or(EntryKind::Amended);
        let mut new = self.version(&decision, &next, (told, update.stand.log_hash), &events, turn)?;
        new.stand.registered_at_ms = case.row.stand.registered_at_ms;
        let changed = Case::of_new(&new, &turn.step.log, self.lodgement.reading.clone());
        turn.step.updates.push(update);
        turn.step.declarations.push(new);
        Ok(changed)
    }

    /// A new version with the first entry of its log, by what that tells and the hash that it is bound to, and its notices.
    fn version(
        &self,
        decision: &Decision,
        standing: &Standing,
        (told, previous_hash): (EntryKind, [u8; 32]),
        events: &[Event],
        turn: &mut Turn<'_>,
    ) -> Result<NewDeclaration, Unrecordable> {
        let subject = Subject { key: self.key, standing, decision: Some(decision), at: turn.at(), rules: turn.rules() };
        let answer = turn.send(&subject.of_events(events));
        let body = serde_json::to_vec(decision)?;
        let papers = LodgedPapers { document: turn.arrival.payload().to_vec(), answer };
        let entry = first_entry(self.key, turn.arrival.at_ms, told, (body, papers), previous_hash);
        let (lodgement, key, declaration) = (self.lodgement, self.key, self.declaration);
        let version = DecidedVersion { lodgement, key, declaration, decision, standing, entry: &entry };
        let new = version.into_row(turn.grounds.rulebook)?;
        turn.step.counted.push(Counted::of(decision));
        turn.step.log.push(entry);
        Ok(new)
    }

    /// Writes what happened into the declaration's log.
    fn log(
        &self,
        case: &Case,
        kind: CommandKind,
        events: &[Event],
        next: &Standing,
        turn: &mut Turn<'_>,
    ) -> Result<DeclarationUpdate, Unrecordable> {
        let row = &case.row;
        let body = serde_json::json!({
            "reference_version": self.key.version,
            "reason": self.declaration.change_reason_code.as_deref(),
            "reason_in_words": self.declaration.change_reason.as_deref(),
            "events": serde_json::to_value(events)?,
            "state": next.state.as_str(),
        });
        let body = body.to_string().into_bytes();
        let (sequence, at_ms) = (row.stand.log_sequence + 1, turn.arrival.at_ms);
        let entry = log_entry(&row.lodged.key, sequence, at_ms, EntryKind::Command(kind), body, row.stand.log_hash);
        let update = moved(row, next, &entry, turn.grounds.rulebook)?;
        turn.step.log.push(entry);
        Ok(update)
    }

    /// Tells the declarant what happened, and keeps the document with that answer.
    fn answer(
        &self,
        kind: CommandKind,
        events: &[Event],
        standing: &Standing,
        decision: Option<&Decision>,
        turn: &mut Turn<'_>,
    ) {
        let subject = Subject { key: self.key, standing, decision, at: turn.at(), rules: turn.rules() };
        let notice = turn.send(&subject.of_events(events));
        self.keep(kind, Answered::CarriedOut, notice, turn);
    }

    fn refuse(&self, kind: CommandKind, standing: &Standing, refused: &RefusedCommand, turn: &mut Turn<'_>) {
        let subject = Subject { key: self.key, standing, decision: None, at: turn.at(), rules: turn.rules() };
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
        let notice = turn.send(&[notice]);
        self.keep(kind, Answered::Refused, notice, turn);
    }

    fn keep(&self, kind: CommandKind, answered: Answered, notice: Vec<u8>, turn: &mut Turn<'_>) {
        let arrival = turn.arrival;
        turn.step.requests.push(NewRequest {
            key: self.key.clone(),
            content_hash: self.lodgement.content_hash,
            kind: kind.as_str().to_owned(),
            outcome: answered.as_str().to_owned(),
            number: self.declaration.number.as_ref().map(ToString::to_string),
            at_ms: arrival.at_ms,
            source: arrival.source(),
            answer: notice,
            document: arrival.payload().to_vec(),
        });
    }
}

/// Nothing can be decided on a document that is lost: the message is kept, and customs is told.
fn keep_of_lost_document(turn: &mut Turn<'_>) -> Option<Case> {
    turn.keep("document_lost", "the kept document cannot be read any more");
    None
}

/// What would be accepted, but rests on a kept decision that cannot be read: an officer gets it, and why.
fn refer_to_officer(decision: Decision) -> Decision {
    match decision.outcome {
        Outcome::Accepted => refer(decision, gap_of_lost_decision()),
        Outcome::Rejected | Outcome::Unreadable | Outcome::Referred => decision,
    }
}
