//! Commands of officers, gates and the calendar: each moves the declaration that it names, or is refused and changes
//! nothing; whoever commanded is answered, and the declarant is told what concerns the declarant.

use std::collections::{HashMap, HashSet};

use clearance::life_cycle::{
    Circumstances as LifeCircumstances, Command, CommandKind, Decided, Event, RefusedCommand, Standing, State,
    carry_out,
};
use message::Reading;
use rulebook::RulesInForce;
use serde_json::{Map, Value};
use storage::{
    CommandKey, CommandRow, DeclarationKey, DeclarationUpdate, LogEntry, NewCommand, Prefetched, Retiming, Wanted,
};
use vocabulary::{
    Bilingual, CaseFacts, CommandAnswer, Commander, CustomsCommand, Instruction, NamedDeclaration, Refusal,
    RulebookGap, TraderFacts,
};

use super::deciding::{case_decision, next_number, use_number};
use crate::assess::without_lane;
use crate::case::fact_book::{FactBook, Moment, Way, known_traders, taken_by};
use crate::case::{self, Case, flagged_goods, moved, standing_of};
use vocabulary::vietnam_time::milliseconds;

use crate::intake::arrival::Arrival;
use crate::intake::lodgement::Ask;
use crate::intake::order::{Order, key_of, numbered, referenced, sound};
use crate::outgoing::notices::{Subject, brief};
use crate::outgoing::{answers, send};
use crate::plan::{Counted, Desk, Overlay, Plan, one_by_one};
use crate::record::entry::log_entry;

/// What has to be looked up before the commands can be carried out.
pub fn wanted(orders: &[Order]) -> Wanted {
    let mut numbers = HashSet::new();
    let mut commands = HashSet::new();
    let mut traders = HashSet::new();
    let mut documents = false;
    for command in sound(orders) {
        numbers.extend(numbered(command));
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
        commands: commands.into_iter().collect(),
        traders: traders.into_iter().collect(),
        ..Wanted::default()
    }
}

/// The declarations that have to be opened one by one, because they have no number to be looked up by.
pub fn to_open(orders: &[Order]) -> HashSet<DeclarationKey> {
    sound(orders).filter_map(referenced).collect()
}

/// Whether a number may be given.
pub fn may_register(orders: &[Order]) -> bool {
    sound(orders).any(|command| command.instruction == Instruction::Decide)
}

/// What is known at the beginning of a batch, and what its messages have made of it so far.
struct Archive {
    known: Overlay<CommandKey, CommandRow>,
    /// The current version of each number.
    current: HashMap<(String, String), DeclarationKey>,
    cases: Overlay<DeclarationKey, Case>,
    traders: HashMap<String, TraderFacts>,
    facts: FactBook,
}

impl Archive {
    fn new(mut prefetched: Prefetched) -> Self {
        let facts = FactBook::new(&mut prefetched);
        let traders = known_traders(prefetched.traders);
        let current = prefetched.numbers.iter().map(|(number, row)| (number.clone(), row.lodged.key.clone())).collect();
        let mut documents = prefetched.documents;
        let rows = prefetched.numbers.into_values().chain(prefetched.declarations.into_values());
        let cases = rows.map(|row| {
            let (document, decision) = documents.remove(&row.lodged.key).unwrap_or_default();
            (row.lodged.key.clone(), Case { row, document, decision })
        });
        let cases = Overlay::new(cases.collect());
        Self { known: Overlay::new(prefetched.commands), current, cases, traders, facts }
    }

    /// The declaration that a command names.
    fn case(&self, command: &CustomsCommand) -> Option<&Case> {
        match numbered(command) {
            Some(number) => self.cases.get(self.current.get(&number)?),
            None => self.cases.get(&referenced(command)?),
        }
    }
}

/// Carries out a batch of commands, in their order.
pub fn plan(orders: &[Order], prefetched: Prefetched, desk: &mut Desk<'_>) -> Plan {
    let mut archive = Archive::new(prefetched);
    one_by_one(
        orders,
        |order| &order.arrival,
        desk,
        |plan, step, order, desk| take_up(plan, step, order, &mut archive, desk),
    )
}

fn take_up(plan: &Plan, step: &mut Plan, order: &Order, archive: &mut Archive, desk: &mut Desk<'_>) {
    let arrival = &order.arrival;
    let topics = desk.topics;
    let command = match &order.reading {
        Ok(command) => command,
        Err(findings) => {
            let reason = findings.first().map_or("unreadable", |finding| finding.code.as_str());
            let detail: Vec<&str> = findings.iter().take(10).map(|finding| finding.message.en.as_str()).collect();
            return step.keep(topics, arrival, reason, &detail.join("; "));
        }
    };
    let key = key_of(command);
    let hearing = Hearing {
        order,
        command,
        kind: kind_of(&command.instruction),
        trader: archive.traders.get(&command.declarant),
        facts: &archive.facts,
        plan,
    };
    if let Some(known) = archive.known.get(&key) {
        if known.content_hash == order.content_hash {
            let identifier = &command.identifier;
            step.outbox.push(answers::command_answered_again(
                topics,
                arrival,
                &command.declarant,
                identifier,
                known.answer.clone(),
            ));
        } else {
            step.keep_quietly(arrival, "exists_with_different_content", "the identifier was used before");
            let refusal = hearing.refusal_of(&contradicted(hearing.kind, &hearing.rules(desk)), Vec::new());
            hearing.answer(None, Some(refusal), step, desk);
        }
        return;
    }
    let heard = match archive.case(command) {
        Some(case) => hearing.hear(case, step, desk),
        None => hearing.refuse(
            None,
            &RefusedCommand::unknown_declaration(hearing.kind, &hearing.rules(desk)),
            Vec::new(),
            step,
            desk,
        ),
    };
    archive.facts.absorb(step);
    step.commands.push(NewCommand {
        key: key.clone(),
        content_hash: order.content_hash,
        kind: hearing_kind(command).to_owned(),
        reference: heard.reference,
        outcome: heard.outcome.to_owned(),
        at_ms: arrival.at_ms,
        source: arrival.source(),
        answer: heard.answer.clone(),
        document: arrival.payload().to_vec(),
    });
    archive.known.put(key, CommandRow { content_hash: order.content_hash, answer: heard.answer });
    if let Some(changed) = heard.changed {
        archive.cases.put(changed.row.key().clone(), changed);
    }
}

fn hearing_kind(command: &CustomsCommand) -> &'static str {
    kind_of(&command.instruction).as_str()
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

fn kind_of(instruction: &Instruction) -> CommandKind {
    match instruction {
        Instruction::AcceptDocuments => CommandKind::AcceptDocuments,
        Instruction::InstructAmendment { .. } => CommandKind::InstructAmendment,
        Instruction::Reroute { .. } => CommandKind::Reroute,
        Instruction::FinishExamination => CommandKind::FinishExamination,
        Instruction::Release { .. } => CommandKind::Release,
        Instruction::TakeToStorage { .. } => CommandKind::TakeToStorage,
        Instruction::Clear { .. } => CommandKind::Clear,
        Instruction::Decide => CommandKind::Decide,
        Instruction::Refuse { .. } => CommandKind::Refuse,
        Instruction::PassSupervision => CommandKind::PassSupervision,
        Instruction::Expire => CommandKind::Expire,
        Instruction::CancelAutomatically(_) => CommandKind::CancelAutomatically,
    }
}

/// The life cycle's command; `None` for one that rests on a decision.
fn command_of(instruction: &Instruction) -> Option<Command<'_>> {
    Some(match instruction {
        Instruction::AcceptDocuments => Command::AcceptDocuments,
        Instruction::InstructAmendment { reason } => Command::InstructAmendment { reason: reason.clone() },
        Instruction::Reroute { lane, reason } => Command::Reroute { lane: *lane, reason: reason.clone() },
        Instruction::FinishExamination => Command::FinishExamination,
        Instruction::Release { reason_code } => Command::Release { reason: reason_code },
        Instruction::TakeToStorage { .. } => Command::TakeToStorage,
        Instruction::Clear { .. } => Command::Clear,
        Instruction::Decide => return None,
        Instruction::Refuse { reason } => Command::Refuse { reason: reason.clone() },
        Instruction::PassSupervision => Command::PassSupervision,
        Instruction::Expire => Command::Expire,
        Instruction::CancelAutomatically(case) => Command::CancelAutomatically(*case),
    })
}

/// What came of a command.
struct Heard {
    outcome: &'static str,
    answer: Vec<u8>,
    /// The reference of the declaration, where it is known.
    reference: Option<String>,
    changed: Option<Case>,
}

/// One command that is heard for the first time, with everything that its answer depends on.
struct Hearing<'a> {
    order: &'a Order,
    command: &'a CustomsCommand,
    kind: CommandKind,
    trader: Option<&'a TraderFacts>,
    facts: &'a FactBook,
    /// What the batch has done before.
    plan: &'a Plan,
}

/// A declaration and where it stands.
type Standpoint<'c> = (&'c Case, &'c Standing);

impl Hearing<'_> {
    fn arrival(&self) -> &Arrival {
        &self.order.arrival
    }

    fn hear(&self, case: &Case, step: &mut Plan, desk: &mut Desk<'_>) -> Heard {
        let Some(standing) = standing_of(&case.row) else {
            let unknown = RefusedCommand::unsound(
                self.kind,
                "state_unknown",
                Bilingual::new(
                    "a newer program wrote where the declaration stands",
                    "trạng thái tờ khai do phiên bản phần mềm mới hơn ghi",
                ),
                Vec::new(),
                &self.rules(desk),
            );
            return self.refuse(None, &unknown, Vec::new(), step, desk);
        };
        let here = (case, &standing);
        if let Err(refused) = self.responsible(case, &self.rules(desk)) {
            return self.refuse(Some(here), &refused, Vec::new(), step, desk);
        }
        let Some(command) = command_of(&self.command.instruction) else {
            return self.decide(here, step, desk);
        };
        match carry_out(&standing, &command, &self.circumstances(desk)) {
            Err(refused) => {
                if self.command.commander == Commander::Time {
                    step.retimings.push(self.again(here, desk));
                }
                self.refuse(Some(here), &refused, Vec::new(), step, desk)
            }
            Ok(events) => {
                let next = standing.after_all(&events, self.arrival().at);
                let row = &case.row;
                let entry = self.entry(row.stand.log_sequence + 1, row, &events, &next);
                let mut update = moved(row, &next, &entry, desk.rulebook);
                if self.kind == CommandKind::Reroute
                    && let Reading::Read { declaration, .. } = message::read_declaration(&case.document)
                {
                    // What an officer stops is found by its goods like what was stopped when it was lodged.
                    update.flagged_goods = flagged_goods(&declaration, &next);
                }
                if standing.state.is_registered() && !next.state.is_registered() {
                    let moment = self.moment(&row.lodged.key, entry.sequence);
                    self.facts.write_off(step, moment, Way::GivenBack, &taken_by(&case.decision));
                }
                step.log.push(entry);
                let subject = Subject { key: &row.lodged.key, standing: &next, decision: None, at: self.arrival().at };
                send(desk.topics, self.arrival(), &mut step.outbox, &subject.of_events(&events));
                self.carried_out(case, update, &next, step, desk)
            }
        }
    }

    fn circumstances<'r>(&self, desk: &Desk<'r>) -> LifeCircumstances<'r> {
        let at = self.arrival().at;
        LifeCircumstances { at, rules: self.rules(desk) }
    }

    /// The rules of the day on which the command arrives.
    fn rules<'r>(&self, desk: &Desk<'r>) -> RulesInForce<'r> {
        desk.rulebook.in_force_on(self.arrival().at.date())
    }

    fn moment<'k>(&self, declaration: &'k DeclarationKey, log_sequence: i64) -> Moment<'k> {
        Moment { declaration, log_sequence, at_ms: self.arrival().at_ms }
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

    /// When the calendar looks at a declaration again on which it could not act: when its term ends by the rules as they
    /// are now, but not before tomorrow.
    fn again(&self, (case, standing): Standpoint<'_>, desk: &Desk<'_>) -> Retiming {
        let at = self.arrival().at;
        let tomorrow =
            at.date().tomorrow().ok().and_then(|day| milliseconds(day.to_datetime(jiff::civil::Time::midnight())));
        let time_acts_at_ms =
            case::time_acts_at_ms(standing, desk.rulebook, at.date()).map(|due| due.max(tomorrow.unwrap_or(i64::MAX)));
        Retiming {
            key: case.row.lodged.key.clone(),
            expected_log_sequence: case.row.stand.log_sequence,
            time_acts_at_ms,
        }
    }

    /// Decides a referred declaration again, on the rules of the day on which the command arrives.
    fn decide(&self, here: Standpoint<'_>, step: &mut Plan, desk: &mut Desk<'_>) -> Heard {
        let (case, standing) = here;
        let arrival = self.arrival();
        if standing.state != State::Referred {
            let refused = RefusedCommand::in_state(self.kind, standing.state, &self.rules(desk));
            return self.refuse(Some(here), &refused, Vec::new(), step, desk);
        }
        let Reading::Read { declaration, findings } = message::read_declaration(&case.document) else {
            let lost = RefusedCommand::unsound(
                self.kind,
                "document_lost",
                Bilingual::new("the kept document cannot be read any more", "không đọc được chứng từ đã lưu"),
                Vec::new(),
                &self.rules(desk),
            );
            return self.refuse(Some(here), &lost, Vec::new(), step, desk);
        };
        if Ask::of(&declaration).follows() {
            let refused = amendment_referred(self.kind, &self.rules(desk));
            return self.refuse(Some(here), &refused, Vec::new(), step, desk);
        }
        // One whose registration was referred has its number since it was declared in advance.
        let in_advance = standing.number.is_none() && Ask::of(&declaration) == Ask::PreRegister;
        let number = standing.number.or_else(|| next_number(&declaration, arrival, desk));
        let declarant = &case.row.lodged.key.declarant;
        let facts = self.facts.case(&declaration, declarant, self.plan, &[]);
        let facts = CaseFacts { trader: self.trader, ..facts.for_case(None) };
        let mut decision = case_decision(&declaration, findings, facts, arrival.at, number, desk);
        message::locate_in(&case.document, &mut decision.findings);
        if in_advance {
            without_lane(&mut decision);
        }
        let command = Command::Decide(Decided { declaration: &declaration, decision: &decision });
        let events = match carry_out(standing, &command, &self.circumstances(desk)) {
            Ok(events) => events,
            Err(refused) => return self.refuse(Some(here), &refused, decision.gaps.clone(), step, desk),
        };
        if standing.number.is_none() {
            use_number(&decision, desk);
        }
        let next = standing.after_all(&events, arrival.at);
        let row = &case.row;
        // Who decided and what was decided stand in two entries: the second holds the decision as every other one.
        let order = self.entry(row.stand.log_sequence + 1, row, &events, &next);
        let body = serde_json::to_vec(&decision).unwrap_or_default();
        let entry = log_entry(&row.lodged.key, order.sequence + 1, arrival.at_ms, "decided", body.clone(), order.hash);
        let update = case::decided_anew(row, &declaration, &decision, body, &next, &entry, desk.rulebook);
        if next.state.is_registered() {
            let moment = self.moment(&row.lodged.key, entry.sequence);
            self.facts.write_off(step, moment, Way::Taken, &decision.write_offs);
        }
        step.counted.push(Counted::of(&decision));
        step.log.extend([order, entry]);
        let subject = Subject { key: &row.lodged.key, standing: &next, decision: Some(&decision), at: arrival.at };
        send(desk.topics, arrival, &mut step.outbox, &brief(subject.of_events(&events)));
        self.carried_out(case, update, &next, step, desk)
    }

    /// An entry of the declaration's log: who commanded what and why, and what came of it.
    fn entry(&self, sequence: i64, row: &storage::DeclarationRow, events: &[Event], next: &Standing) -> LogEntry {
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
        say("events", serde_json::to_value(events).unwrap_or_default());
        say("state", next.state.as_str().into());
        let body = Value::Object(body).to_string().into_bytes();
        log_entry(&row.lodged.key, sequence, self.arrival().at_ms, self.kind.as_str(), body, row.stand.log_hash)
    }

    fn carried_out(
        &self,
        case: &Case,
        update: DeclarationUpdate,
        next: &Standing,
        step: &mut Plan,
        desk: &Desk<'_>,
    ) -> Heard {
        let answer = self.answer(Some((case, next)), None, step, desk);
        let changed = case::after(case, &update);
        step.updates.push(update);
        Heard {
            outcome: "carried_out",
            answer,
            reference: Some(case.row.lodged.key.reference.clone()),
            changed: Some(changed),
        }
    }

    fn refuse(
        &self,
        here: Option<Standpoint<'_>>,
        refused: &RefusedCommand,
        gaps: Vec<RulebookGap>,
        step: &mut Plan,
        desk: &Desk<'_>,
    ) -> Heard {
        let answer = self.answer(here, Some(self.refusal_of(refused, gaps)), step, desk);
        let reference = here.map(|(case, _)| case.row.lodged.key.reference.clone());
        Heard { outcome: "refused", answer, reference, changed: None }
    }

    fn refusal_of(&self, refused: &RefusedCommand, gaps: Vec<RulebookGap>) -> Refusal {
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

    /// Answers whoever commanded, after the notices to the declarant.
    fn answer(
        &self,
        here: Option<Standpoint<'_>>,
        refusal: Option<Refusal>,
        step: &mut Plan,
        desk: &Desk<'_>,
    ) -> Vec<u8> {
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
            issued_at: self.arrival().at,
            state: standing.map(|standing| standing.state.as_str().to_owned()),
            lane: standing.and_then(|standing| standing.lane),
            due_on: standing.and_then(|standing| standing.due_on),
            refusal,
        };
        let message = answers::command_answered(desk.topics, self.arrival(), step.outbox.len(), &answer);
        let payload = message.payload.clone();
        step.outbox.push(message);
        payload
    }
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
