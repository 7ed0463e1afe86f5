//! What a declaration's row has to say, derived from its log alone, and where the kept row says something else.
//!
//! ```text
//!   log ──► decisions, derived again ─┐
//!      └──► events ───────────────────┴─► standing ──► state, lane, amounts, times, first answer ◄─► the row
//! ```
//!
//! The row is what is searched and gone by; the log is what is chained. Whoever writes into the row alone is found out here.

use clearance::life_cycle::{Circumstances as LifeCircumstances, Command, Decided, Event, Standing, carry_out};
use message::Reading;
use rulebook::Rulebook;
use serde::Deserialize;
use storage::{DeclarationRow, LogEntry};
use vocabulary::duty::plain;
use vocabulary::{Decision, DeclarationNumber, Direction, Lane, Outcome, State};

use super::entry::{EntryKind, LOG_BEGINNING};
use super::rederivation::{read_decision, rederive};
use crate::case::beginning::begin as begin_life;
use crate::case::{standing_of, time_acts_at_ms};
use crate::intake::lodgement::Ask;
use crate::outgoing::notices::{Subject, brief};
use vocabulary::vietnam_time::of_milliseconds as vietnam_time;

/// A version of a declaration as it is kept.
#[derive(Debug, Clone, Copy)]
pub struct KeptVersion<'a> {
    pub row: &'a DeclarationRow,
    /// Its document as lodged.
    pub document: &'a [u8],
    pub log: &'a [LogEntry],
}

/// A column whose content is not what the log derives.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its row says {column} {kept}, and its log derives {derived}")]
pub struct RowDifference {
    pub column: &'static str,
    /// What the row says.
    pub kept: String,
    /// What the log derives.
    pub derived: String,
}

/// Why a row cannot be derived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowUnderivable {
    /// Rules decided that are not at hand.
    OtherRules,
    /// An entry was written by an older program, which kept no events in it.
    WithoutEvents(i64),
    /// What is kept cannot be read; the other checks say what.
    Unreadable,
}

/// Holds the row of the last of these versions, the earlier ones of its reference before it, against their logs.
///
/// # Errors
/// When the rules or the events that it hangs on are not there.
pub fn check_row<'r>(
    versions: &[KeptVersion<'_>],
    rules: impl Fn(&str) -> Option<&'r Rulebook>,
) -> Result<Vec<RowDifference>, RowUnderivable> {
    let mut earlier: Vec<Derived> = Vec::new();
    for version in versions {
        let first = version.log.first().ok_or(RowUnderivable::Unreadable)?;
        // Of the earlier versions it follows on the one whose last entry its first one is bound to.
        let before = (first.previous_hash != LOG_BEGINNING)
            .then(|| earlier.iter().find(|earlier| earlier.last_hash == first.previous_hash))
            .flatten();
        let derived = derive(version, before, &rules)?;
        earlier.push(derived);
    }
    let (Some(version), Some(derived)) = (versions.last(), earlier.last()) else {
        return Err(RowUnderivable::Unreadable);
    };
    let papers = version.log.first().and_then(|first| first.papers.as_ref()).ok_or(RowUnderivable::Unreadable)?;
    Ok(derived.differences(version.row, &papers.answer))
}

/// What the log of a version derives.
struct Derived {
    standing: Standing,
    /// Where the version stands that took its place, and the events by which it did.
    successor: Option<(Standing, Vec<Event>)>,
    last_hash: [u8; 32],
    outcome: Outcome,
    direction: Option<Direction>,
    kind: String,
    office: String,
    registered_at_ms: i64,
    rulebook: String,
    answer: Vec<u8>,
    time_acts: TimeActs,
}

/// When the calendar acts on a declaration.
struct TimeActs {
    at_ms: Option<i64>,
    /// Whether the rules of the last step are known: its entry holds a decision, which names them. Of another step the log
    /// says what happened, and not by which terms.
    by_known_rules: bool,
}

impl TimeActs {
    /// Whether a row may say so. A command of the calendar that was refused puts the time off and stands in no log.
    fn fits(&self, kept: Option<i64>) -> bool {
        match (kept, self.at_ms) {
            (Some(kept), Some(derived)) => !self.by_known_rules || kept >= derived,
            (kept, derived) => kept == derived,
        }
    }
}

/// What is read of an entry that says what happened.
#[derive(Deserialize)]
struct Happened {
    events: Option<Vec<Event>>,
    state: Option<String>,
}

fn derive<'r>(
    version: &KeptVersion<'_>,
    before: Option<&Derived>,
    rules: &impl Fn(&str) -> Option<&'r Rulebook>,
) -> Result<Derived, RowUnderivable> {
    let KeptVersion { row, document, log } = version;
    let Reading::Read { declaration, .. } = message::read_declaration(document) else {
        return Err(RowUnderivable::Unreadable);
    };
    // The recorded decision of an entry, the one that is derived again, and their rules.
    let decide = |entry: &LogEntry, at_ms: i64| -> Result<Option<(Decision, Decision, &'r Rulebook)>, RowUnderivable> {
        let Ok(recorded) = read_decision(&entry.body) else { return Ok(None) };
        let rulebook = rules(&recorded.rulebook).ok_or(RowUnderivable::OtherRules)?;
        // What came in a row's times may be what was forged: those of the log are put in their place.
        let mut at_its_time = (*row).clone();
        at_its_time.stand.registered_at_ms = at_ms;
        let decision =
            rederive(&at_its_time, document, &recorded, 0, rulebook).map_err(|_| RowUnderivable::Unreadable)?;
        Ok(Some((recorded, decision, rulebook)))
    };
    let (first, others) = log.split_first().ok_or(RowUnderivable::Unreadable)?;
    // What was amended keeps the time of its registration.
    let registered_at_ms =
        before.filter(|before| before.successor.is_some()).map_or(first.at_ms, |before| before.registered_at_ms);
    let (mut basis, decision, mut rulebook) = decide(first, registered_at_ms)?.ok_or(RowUnderivable::Unreadable)?;
    let at = vietnam_time(first.at_ms);
    let (standing, events) = begin(&declaration, &decision, rulebook, first, before)?;
    let time_acts = TimeActs { at_ms: time_acts_at_ms(&standing, rulebook, at.date()), by_known_rules: true };
    let rules = rulebook.in_force_on(at.date());
    let subject = Subject { key: &row.lodged.key, standing: &standing, decision: Some(&decision), at, rules };
    let answer = brief(subject.of_events(&events)).first().map(message::write_notice).unwrap_or_default();
    let mut derived = Derived {
        standing,
        successor: None,
        last_hash: first.hash,
        outcome: decision.outcome,
        direction: decision.direction,
        kind: decision.kind.clone().unwrap_or_default(),
        office: declaration.customs_office.as_deref().unwrap_or_default().to_owned(),
        registered_at_ms,
        rulebook: decision.rulebook.clone(),
        answer,
        time_acts,
    };
    for entry in others {
        let at = vietnam_time(entry.at_ms);
        derived.last_hash = entry.hash;
        if let Some((recorded, decision, decided_by)) = decide(entry, entry.at_ms)? {
            rulebook = decided_by;
            // What an officer had decided again has its events in the entry before it.
            if entry.kind != EntryKind::Decided.as_str() {
                let now = Decided { declaration: &declaration, decision: &decision };
                let circumstances = LifeCircumstances { at, rules: rulebook.in_force_on(at.date()) };
                let register = Command::Register { before: Some(&basis), now };
                let events =
                    carry_out(&derived.standing, &register, &circumstances).map_err(|_| RowUnderivable::Unreadable)?;
                derived.standing = derived.standing.after_all(&events, at);
            }
            basis = recorded;
            derived.outcome = decision.outcome;
            derived.registered_at_ms = entry.at_ms;
            derived.rulebook = decision.rulebook;
            let at_ms = time_acts_at_ms(&derived.standing, rulebook, at.date());
            derived.time_acts = TimeActs { at_ms, by_known_rules: true };
            continue;
        }
        let happened: Happened = serde_json::from_slice(&entry.body).map_err(|_| RowUnderivable::Unreadable)?;
        let events = happened.events.ok_or(RowUnderivable::WithoutEvents(entry.sequence))?;
        let next = derived.standing.after_all(&events, at);
        if happened.state.as_deref() == Some(State::Superseded.as_str()) {
            derived.standing = derived.standing.superseded(at);
            derived.successor = Some((next, events));
        } else {
            derived.standing = next;
        }
        let at_ms = time_acts_at_ms(&derived.standing, rulebook, at.date());
        derived.time_acts = TimeActs { at_ms, by_known_rules: false };
    }
    Ok(derived)
}

/// Where a version stands after its first entry, and by which events.
fn begin(
    declaration: &vocabulary::Declaration,
    decision: &Decision,
    rulebook: &Rulebook,
    first: &LogEntry,
    before: Option<&Derived>,
) -> Result<(Standing, Vec<Event>), RowUnderivable> {
    let at = vietnam_time(first.at_ms);
    let draft = Standing::draft(at);
    if first.previous_hash != LOG_BEGINNING {
        return before.and_then(|before| before.successor.clone()).ok_or(RowUnderivable::Unreadable);
    }
    if first.kind == EntryKind::AmendmentReferred.as_str() {
        return Ok((draft.after(&Event::Referred, at), vec![Event::AmendmentReferred]));
    }
    let Ask::Anew(anew) = Ask::of(declaration) else { return Err(RowUnderivable::Unreadable) };
    let circumstances = LifeCircumstances { at, rules: rulebook.in_force_on(at.date()) };
    let (_, events) = begin_life(anew, declaration, decision.clone(), &circumstances);
    Ok((draft.after_all(&events, at), events))
}

impl Derived {
    fn differences(&self, row: &DeclarationRow, answer: &[u8]) -> Vec<RowDifference> {
        let standing = &self.standing;
        let mut found = Vec::new();
        let mut compare = |column: &'static str, kept: String, derived: String| {
            if kept != derived {
                found.push(RowDifference { column, kept, derived });
            }
        };
        let quoted = |text: &str| if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") };
        let optional = |text: Option<String>| text.unwrap_or_else(|| "nothing".to_owned());
        compare("outcome", quoted(row.stand.outcome.as_str()), quoted(self.outcome.as_str()));
        compare("state", quoted(row.stand.state.as_str()), quoted(standing.state.as_str()));
        let direction = |direction: Option<Direction>| direction.map_or("", Direction::as_str);
        compare("direction", quoted(direction(row.lodged.direction)), quoted(direction(self.direction)));
        compare("kind", quoted(&row.lodged.kind), quoted(&self.kind));
        compare("office", quoted(&row.lodged.office), quoted(&self.office));
        let number = |number: Option<DeclarationNumber>| optional(number.map(|number| number.to_string()));
        compare("number", number(row.stand.number), number(standing.number));
        let lane = |lane: Option<Lane>| optional(lane.map(|lane| lane.code().to_string()));
        compare("lane", lane(row.stand.lane), lane(standing.lane));
        let amount = |amount: Option<i64>| optional(amount.map(|amount| amount.to_string()));
        let owed = (self.outcome == Outcome::Accepted).then(|| plain(standing.owed));
        compare("total_payable", amount(row.stand.total_payable), optional(owed));
        compare("paid", row.stand.paid.to_string(), plain(standing.paid));
        let time = |at_ms: i64| vietnam_time(at_ms).to_string();
        compare("since", time(row.stand.since_ms), standing.since.to_string());
        compare("registered_at", time(row.stand.registered_at_ms), time(self.registered_at_ms));
        if !self.time_acts.fits(row.time_acts_at_ms) {
            let acts = |at_ms: Option<i64>| optional(at_ms.map(time));
            compare("time_acts_at", acts(row.time_acts_at_ms), acts(self.time_acts.at_ms));
        }
        compare("rulebook", quoted(&row.stand.rulebook), quoted(&self.rulebook));
        let kept = standing_of(row);
        if kept.as_ref() != Some(standing) {
            let text = |standing: &Standing| serde_json::to_string(standing).unwrap_or_default();
            compare("standing", kept.as_ref().map(text).unwrap_or_default(), text(standing));
        }
        // What a notice says counts, and not how a program of its day laid it out.
        let kept = message::read_notice(answer).ok();
        if answer != self.answer && (kept.is_none() || kept != message::read_notice(&self.answer).ok()) {
            let text = |notice: &[u8]| String::from_utf8_lossy(notice).into_owned();
            compare("answer", text(answer), text(&self.answer));
        }
        found
    }
}
