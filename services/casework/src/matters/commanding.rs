//! Commands of officers, gates and the calendar: each moves the declaration that it names, or is refused and changes
//! nothing; whoever commanded is answered, and the declarant is told what concerns the declarant.

use std::collections::{HashMap, HashSet};

use clearance::life_cycle::{Command, Decided, Event, RefusedCommand, Standing, carry_out};
use jiff::civil::Time;
use message::Reading;
use rulebook::RulesInForce;
use serde_json::{Map, Value};
use storage::{
    CommandKey, CommandRow, DeclarationKey, DeclarationRow, DeclarationUpdate, LogEntry, NewCommand, Retiming, Wanted,
};
use vocabulary::{
    Bilingual, CommandAnswer, CommandKind, Commander, CustomsCommand, Declaration, Finding, Instruction,
    NamedDeclaration, Refusal, RulebookGap, State, WriteOff,
};

use super::{Matter, Numbering};
use crate::assess::{ReadDocument, without_lane};
use crate::case::fact_book::{FactBook, Way};
use crate::case::found::{Found, Papers};
use crate::case::{self, Case, flagged_goods, moved, standing_of};
use vocabulary::vietnam_time::milliseconds;

use crate::intake::arrival::Arrival;
use crate::intake::lodgement::{Anew, Ask};
use crate::intake::order::{Order, key_of, numbered, referenced, sound};
use crate::outgoing::answers;
use crate::outgoing::notices::{Subject, brief};
use crate::plan::Counted;
use crate::record::entry::{Answered, EntryKind, log_entry};
use crate::record::lost::decision_lost;
use crate::recordable::Unrecordable;
use crate::turn::Turn;

/// What is known at the beginning of a batch, and what its messages have made of it so far.
#[derive(Debug)]
pub struct Known {
    commands: HashMap<CommandKey, CommandRow>,
    /// The current version of each number.
    current: HashMap<(String, String), DeclarationKey>,
    cases: HashMap<DeclarationKey, Case>,
    facts: FactBook,
}

impl Known {
    /// The declaration that a command names.
    fn case(&self, command: &CustomsCommand) -> Option<&Case> {
        match numbered(command) {
            Some(number) => self.cases.get(self.current.get(&number)?),
            None => self.cases.get(&referenced(command)?),
        }
    }
}

impl Matter for Order {
    type Known = Known;

    fn read(arrival: Arrival) -> Self {
        Self::read(arrival)
    }

    fn arrival(&self) -> &Arrival {
        &self.arrival
    }

    fn wanted(messages: &[Self]) -> Wanted {
        let mut numbers = HashSet::new();
        let mut commands = HashSet::new();
        let mut traders = HashSet::new();
        let mut opened = HashSet::new();
        let mut documents = false;
        for command in sound(messages) {
            numbers.extend(numbered(command));
            opened.extend(referenced(command));
            commands.insert(key_of(command));
            if command.instruction == Instruction::Decide {
                traders.insert(command.declarant.clone());
            }
            // What is decided again is read again, and what ends gives back what its decision took.
            documents |= matches!(
                command.instruction,
                Instruction::Decide | Instruction::Refuse { .. } | Instruction::CancelAutomatically(_)
            );
        }
        Wanted {
            numbers: numbers.into_iter().collect(),
            documents,
            // They have no number to be looked up by.
            opened: opened.into_iter().collect(),
            commands: commands.into_iter().collect(),
            traders: traders.into_iter().collect(),
            ..Wanted::default()
        }
    }

    fn numbering(messages: &[Self]) -> Numbering {
        let may_register = sound(messages).any(|command| command.instruction == Instruction::Decide);
        if may_register { Numbering::Shared } else { Numbering::None }
    }

    fn know(found: Found) -> Known {
        let Found { mut rows, mut papers } = found;
        let facts = FactBook::new(&mut rows);
        let current = rows.numbers.iter().map(|(number, row)| (number.clone(), row.lodged.key.clone())).collect();
        let cases = rows.numbers.into_values().chain(rows.declarations.into_values());
        let cases = cases.map(|row| {
            let papers = papers.remove(&row.lodged.key);
            (row.lodged.key.clone(), Case { row, papers })
        });
        Known { commands: rows.commands, current, cases: cases.collect(), facts }
    }

    fn take_up(&self, turn: &mut Turn<'_>, known: &mut Known) -> Result<(), Unrecordable> {
        let command = match &self.reading {
            Ok(command) => command,
            Err(findings) => {
                turn.keep_unreadable(findings);
                return Ok(());
            }
        };
        let key = key_of(command);
        let handling = Handling { command, kind: command.instruction.kind(), facts: &known.facts };
        if let Some(earlier) = known.commands.get(&key) {
            if earlier.content_hash == self.content_hash {
                let (topics, answer) = (turn.grounds.topics, earlier.answer.clone());
                let (declarant, identifier) = (&command.declarant, &command.identifier);
                let again = answers::command_answered_again(topics, turn.arrival, declarant, identifier, answer);
                turn.step.outbox.push(again);
            } else {
                turn.keep_quietly("exists_with_different_content", "the identifier was used before");
                let refusal = refusal_of(&contradicted(handling.kind, &turn.rules()), Vec::new());
                handling.answer(None, Some(refusal), turn);
            }
            return Ok(());
        }
        let handled = match known.case(command) {
            Some(case) => handling.handle(case, turn)?,
            None => {
                let unknown = RefusedCommand::unknown_declaration(handling.kind, &turn.rules());
                handling.refuse(None, &unknown, Vec::new(), turn)
            }
        };
        let kind = handling.kind;
        known.facts.absorb(turn.step);
        turn.step.commands.push(NewCommand {
            key: key.clone(),
            content_hash: self.content_hash,
            kind: kind.as_str().to_owned(),
            reference: handled.reference,
            outcome: handled.outcome.as_str().to_owned(),
            at_ms: turn.arrival.at_ms,
            source: turn.arrival.source(),
            answer: handled.answer.clone(),
            document: turn.arrival.payload().to_vec(),
        });
        known.commands.insert(key, CommandRow { content_hash: self.content_hash, answer: handled.answer });
        if let Some(changed) = handled.changed {
            known.cases.insert(changed.row.lodged.key.clone(), changed);
        }
        Ok(())
    }
}

fn contradicted(kind: CommandKind, rules: &RulesInForce<'_>) -> RefusedCommand {
    RefusedCommand::unsound(
        kind,
        "exists_with_different_content",
        Bilingual::new(
            "another command was given under this identifier before, and its answer stands",
            "mã lệnh này đã được dùng cho lệnh khác; trả lời của lệnh đó có hiệu lực",
        ),
        Vec::new(),
        rules,
    )
}

/// What came of a command.
struct Handled {
    outcome: Answered,
    answer: Vec<u8>,
    /// The reference of the declaration, where it is known.
    reference: Option<String>,
    changed: Option<Case>,
}

/// One command that came for the first time, with what its answer depends on besides the declaration.
struct Handling<'a> {
    command: &'a CustomsCommand,
    kind: CommandKind,
    facts: &'a FactBook,
}

/// A declaration and where it stands.
type Standpoint<'c> = (&'c Case, &'c Standing);

impl Handling<'_> {
    fn handle(&self, case: &Case, turn: &mut Turn<'_>) -> Result<Handled, Unrecordable> {
        let Some(standing) = standing_of(&case.row) else {
            let unknown = RefusedCommand::unsound(
                self.kind,
                "state_unknown",
                Bilingual::new(
                    "a newer program wrote where the declaration stands",
                    "trạng thái tờ khai do phiên bản phần mềm mới hơn ghi",
                ),
                Vec::new(),
                &turn.rules(),
            );
            return Ok(self.refuse(None, &unknown, Vec::new(), turn));
        };
        let here = (case, &standing);
        if let Err(refused) = self.responsible(case, &turn.rules()) {
            return Ok(self.refuse(Some(here), &refused, Vec::new(), turn));
        }
        if self.kind == CommandKind::Decide {
            return self.decide(here, turn);
        }
        let (events, given_back) = match self.carry_out(here, turn) {
            Ok(carried_out) => carried_out,
            Err(refused) => {
                if self.command.commander == Commander::Time {
                    turn.step.retimings.push(again(here, turn));
                }
                return Ok(self.refuse(Some(here), &refused, Vec::new(), turn));
            }
        };
        let next = standing.after_all(&events, turn.at());
        let row = &case.row;
        let entry = self.entry(row, &events, &next, turn)?;
        let mut update = moved(row, &next, &entry, turn.grounds.rulebook)?;
        if let (CommandKind::Reroute, Some((_, declaration, _))) = (self.kind, read_papers(case)) {
            // What an officer stops is found by its goods like what was stopped when it was lodged.
            update.flagged_goods = flagged_goods(declaration, &next);
        }
        let moment = turn.moment(&row.lodged.key, entry.sequence);
        self.facts.write_off(turn.step, moment, Way::GivenBack, &given_back)?;
        turn.step.log.push(entry);
        let subject =
            Subject { key: &row.lodged.key, standing: &next, decision: None, at: turn.at(), rules: turn.rules() };
        turn.send(&subject.of_events(&events));
        Ok(self.carried_out(case, update, &next, turn))
    }

    /// What happens by a command, and what is given back of what the declaration's decision took.
    fn carry_out(
        &self,
        (case, standing): Standpoint<'_>,
        turn: &Turn<'_>,
    ) -> Result<(Vec<Event>, Vec<WriteOff>), RefusedCommand> {
        let command = Command::Instructed(&self.command.instruction);
        let events = carry_out(standing, &command, &turn.circumstances())?;
        let ends = standing.state.is_registered() && !standing.after_all(&events, turn.at()).state.is_registered();
        if !ends {
            return Ok((events, Vec::new()));
        }
        match case.papers.as_ref().map(Papers::taken) {
            Some(Ok(taken)) => Ok((events, taken)),
            Some(Err(_)) | None => Err(decision_lost(self.kind, &turn.rules())),
        }
    }

    /// The office that registered a declaration checks it (Law 54/2014 art. 22). A stricter lane may be asked for from
    /// elsewhere: who knows of a risk seldom sits there.
    fn responsible(&self, case: &Case, rules: &RulesInForce<'_>) -> Result<(), RefusedCommand> {
        let office = &case.row.lodged.office;
        match &self.command.commander {
            Commander::Officer(post)
                if self.kind != CommandKind::Reroute && !office.is_empty() && post.office != *office =>
            {
                Err(RefusedCommand::unsound(
                    self.kind,
                    "office_not_responsible",
                    Bilingual::new(
                        format!("the declaration is with the office {office}, and the officer is of {}", post.office),
                        format!("tờ khai thuộc đơn vị hải quan {office}, công chức thuộc {}", post.office),
                    ),
                    Vec::new(),
                    rules,
                ))
            }
            _ => Ok(()),
        }
    }

    /// Decides a referred declaration again, on the rules of the day on which the command arrives.
    fn decide(&self, here: Standpoint<'_>, turn: &mut Turn<'_>) -> Result<Handled, Unrecordable> {
        let (case, standing) = here;
        if standing.state != State::Referred {
            let refused = RefusedCommand::in_state(self.kind, standing.state, &turn.rules());
            return Ok(self.refuse(Some(here), &refused, Vec::new(), turn));
        }
        let Some((papers, declaration, findings)) = read_papers(case) else {
            let lost = RefusedCommand::unsound(
                self.kind,
                "document_lost",
                Bilingual::new("the kept document cannot be read any more", "không đọc được chứng từ đã lưu"),
                Vec::new(),
                &turn.rules(),
            );
            return Ok(self.refuse(Some(here), &lost, Vec::new(), turn));
        };
        let anew = match Ask::of(declaration) {
            Ask::Anew(anew) => anew,
            Ask::Following(_) => {
                let refused = amendment_referred(self.kind, &turn.rules());
                return Ok(self.refuse(Some(here), &refused, Vec::new(), turn));
            }
        };
        // One whose registration was referred has its number since it was declared in advance.
        let in_advance = standing.number.is_none() && anew == Anew::PreRegister;
        let number = standing.number.or_else(|| turn.next_number(declaration));
        let known = self.facts.case(declaration, &case.row.lodged.key.declarant, turn.before, &[]);
        let document = ReadDocument { bytes: &papers.document, declaration, findings: findings.to_vec() };
        let mut decision = turn.decide(document, known.facts(), turn.at(), number);
        if in_advance {
            without_lane(&mut decision);
        }
        let command = Command::Decide(Decided { declaration, decision: &decision });
        let events = match carry_out(standing, &command, &turn.circumstances()) {
            Ok(events) => events,
            Err(refused) => return Ok(self.refuse(Some(here), &refused, decision.gaps.clone(), turn)),
        };
        if standing.number.is_none() {
            turn.use_number(decision.number);
        }
        let next = standing.after_all(&events, turn.at());
        let row = &case.row;
        // Who decided and what was decided stand in two entries: the second holds the decision as every other one.
        let order = self.entry(row, &events, &next, turn)?;
        let (sequence, at_ms, body) = (order.sequence + 1, turn.arrival.at_ms, serde_json::to_vec(&decision)?);
        let entry = log_entry(&row.lodged.key, sequence, at_ms, EntryKind::Decided, body, order.hash);
        let update = case::decided_anew(row, declaration, &decision, &next, &entry, turn.grounds.rulebook)?;
        if next.state.is_registered() {
            let moment = turn.moment(&row.lodged.key, entry.sequence);
            self.facts.write_off(turn.step, moment, Way::Taken, &decision.write_offs)?;
        }
        turn.step.counted.push(Counted::of(&decision));
        turn.step.log.extend([order, entry]);
        let subject = Subject {
            key: &row.lodged.key,
            standing: &next,
            decision: Some(&decision),
            at: turn.at(),
            rules: turn.rules(),
        };
        turn.send(&brief(subject.of_events(&events)));
        Ok(self.carried_out(case, update, &next, turn))
    }

    /// The next entry of the declaration's log: who commanded what and why, and what came of it.
    fn entry(
        &self,
        row: &DeclarationRow,
        events: &[Event],
        next: &Standing,
        turn: &Turn<'_>,
    ) -> Result<LogEntry, Unrecordable> {
        let command = self.command;
        let mut body = Map::new();
        let mut say = |name: &str, value: Value| {
            if !value.is_null() {
                body.insert(name.to_owned(), value);
            }
        };
        say("command", command.identifier.as_str().into());
        say("by", command.commander.as_str().into());
        say("identity", command.commander.post().map(|post| post.identity.as_str()).into());
        say("office", command.commander.post().map(|post| post.office.as_str()).into());
        say("given_at", command.given_at.to_string().into());
        match &command.instruction {
            Instruction::TakeToStorage { place } => say("place", place.as_deref().into()),
            Instruction::Clear { permit } => say("permit", permit.as_deref().into()),
            _ => {}
        }
        say("remark", command.remark.as_deref().into());
        say("events", serde_json::to_value(events)?);
        say("state", next.state.as_str().into());
        let body = Value::Object(body).to_string().into_bytes();
        let (sequence, kind) = (row.stand.log_sequence + 1, EntryKind::Command(self.kind));
        Ok(log_entry(&row.lodged.key, sequence, turn.arrival.at_ms, kind, body, row.stand.log_hash))
    }

    fn carried_out(&self, case: &Case, update: DeclarationUpdate, next: &Standing, turn: &mut Turn<'_>) -> Handled {
        let answer = self.answer(Some((case, next)), None, turn);
        let changed = case.after(&update, &turn.step.log);
        turn.step.updates.push(update);
        let reference = Some(case.row.lodged.key.reference.clone());
        Handled { outcome: Answered::CarriedOut, answer, reference, changed: Some(changed) }
    }

    fn refuse(
        &self,
        here: Option<Standpoint<'_>>,
        refused: &RefusedCommand,
        gaps: Vec<RulebookGap>,
        turn: &mut Turn<'_>,
    ) -> Handled {
        let answer = self.answer(here, Some(refusal_of(refused, gaps)), turn);
        let reference = here.map(|(case, _)| case.row.lodged.key.reference.clone());
        Handled { outcome: Answered::Refused, answer, reference, changed: None }
    }

    /// Answers whoever commanded, after the notices to the declarant.
    fn answer(&self, here: Option<Standpoint<'_>>, refusal: Option<Refusal>, turn: &mut Turn<'_>) -> Vec<u8> {
        let named = match &self.command.declaration {
            NamedDeclaration::Number(number) => Some(number.clone()),
            NamedDeclaration::Reference { .. } => None,
        };
        let standing = here.map(|(_, standing)| standing);
        let key = here.map(|(case, _)| &case.row.lodged.key);
        let answer = CommandAnswer {
            command: self.command.identifier.clone(),
            declarant: self.command.declarant.clone(),
            number: standing.and_then(|standing| standing.number).map(|number| number.to_string()).or(named),
            reference: key.map(|key| key.reference.clone()),
            version: key.map(|key| key.version),
            issued_at: turn.at(),
            state: standing.map(|standing| standing.state),
            lane: standing.and_then(|standing| standing.lane),
            due_on: standing.and_then(|standing| standing.due_on),
            refusal,
        };
        let sequence = turn.step.outbox.len();
        let message = answers::command_answered(turn.grounds.topics, turn.arrival, sequence, &answer);
        let payload = message.payload.clone();
        turn.step.outbox.push(message);
        payload
    }
}

/// The kept document of a case, as it was read; `None` where it cannot be read any more.
fn read_papers(case: &Case) -> Option<(&Papers, &Declaration, &[Finding])> {
    let papers = case.papers.as_ref()?;
    match &*papers.reading {
        Reading::Read { declaration, findings } => Some((papers, declaration, findings)),
        Reading::Unreadable(_) => None,
    }
}

fn refusal_of(refused: &RefusedCommand, gaps: Vec<RulebookGap>) -> Refusal {
    Refusal {
        code: refused.code.clone(),
        message: refused.message.clone(),
        mend: refused.mend(),
        rule: refused.rule.clone(),
        law: refused.law.clone(),
        findings: refused.findings.clone(),
        gaps,
    }
}

/// When the calendar looks at a declaration again on which it could not act: when its term ends by the rules as they are
/// now, but not before tomorrow.
fn again((case, standing): Standpoint<'_>, turn: &Turn<'_>) -> Retiming {
    let today = turn.at().date();
    let tomorrow = today.tomorrow().ok().and_then(|day| milliseconds(day.to_datetime(Time::midnight())));
    let time_acts_at_ms =
        case::time_acts_at_ms(standing, turn.grounds.rulebook, today).map(|due| due.max(tomorrow.unwrap_or(i64::MAX)));
    Retiming { key: case.row.lodged.key.clone(), expected_log_sequence: case.row.stand.log_sequence, time_acts_at_ms }
}

/// An amendment is put in a declaration's place by its declarant's document alone.
fn amendment_referred(kind: CommandKind, rules: &RulesInForce<'_>) -> RefusedCommand {
    RefusedCommand::unsound(
        kind,
        "amendment_referred",
        Bilingual::new(
            "an amendment is not decided here: refuse it, and the declarant lodges it again in the next version",
            "không quyết định lại đề nghị sửa đổi: hãy từ chối để người khai gửi lại với phiên bản kế tiếp",
        ),
        Vec::new(),
        rules,
    )
}
