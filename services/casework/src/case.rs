//! A declaration whose life goes on: what is kept of it, and what is written when it moves.

pub(crate) mod beginning;
pub(crate) mod fact_book;
pub(crate) mod found;
pub(crate) mod series;

use std::collections::BTreeSet;
use std::sync::Arc;

use clearance::life_cycle::{Standing, State, next_of_time};
use jiff::civil::Date;
use message::Reading;
use rulebook::Rulebook;
use storage::{DeclarationKey, DeclarationRow, DeclarationUpdate, Lodged, LogEntry, NewDeclaration, Searched, Stand};
use vocabulary::{Decision, Declaration, Lane, Outcome};

use self::fact_book::first_stem;
use self::found::Papers;
use crate::intake::lodgement::Lodgement;
use crate::recordable::{Unrecordable, dong};
use vocabulary::vietnam_time::{milliseconds, of_milliseconds as vietnam_time};

/// The current version of a declaration, as the database has it or as the batch has changed it so far.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) row: DeclarationRow,
    /// What is kept beside the row; `None` where nothing that the messages ask for depends on it.
    pub(crate) papers: Option<Papers>,
}

impl Case {
    /// A version that the batch brings into being, by the document that was read.
    /// What it began with and what was decided last stand in the log that is written with it.
    pub(crate) fn of_new(new: &NewDeclaration, log: &[LogEntry], reading: Arc<Reading>) -> Option<Self> {
        let first = entry_in(log, new.key(), 0)?;
        let decision = entry_in(log, new.key(), new.stand.decision_sequence)?.body.clone();
        let papers = Papers { document: first.papers.as_ref()?.document.clone(), reading, decision };
        Some(Self { row: new.row(), papers: Some(papers) })
    }

    /// The same case after what was written about it, and into its log.
    pub(crate) fn after(&self, update: &DeclarationUpdate, log: &[LogEntry]) -> Self {
        let anew = entry_in(log, &update.key, update.stand.decision_sequence);
        let papers = self.papers.as_ref().map(|papers| Papers {
            decision: anew.map_or_else(|| papers.decision.clone(), |entry| entry.body.clone()),
            ..papers.clone()
        });
        Self { row: row_after(&self.row, update), papers }
    }
}

fn entry_in<'l>(log: &'l [LogEntry], key: &DeclarationKey, sequence: i64) -> Option<&'l LogEntry> {
    log.iter().rev().find(|entry| entry.sequence == sequence && entry.key == *key)
}

/// Where a declaration stands; `None` for a row that cannot be read.
pub fn standing_of(row: &DeclarationRow) -> Option<Standing> {
    serde_json::from_slice(&row.stand.standing).ok()
}

/// When the state of a declaration began; where the time of it lies beyond the calendar, when its last step was taken.
fn since_ms(standing: &Standing, at_ms: i64) -> i64 {
    milliseconds(standing.since).unwrap_or(at_ms)
}

/// The tariff codes of the goods of a declaration that a lane or a gap stops for an officer, who searches by them; each once.
pub(crate) fn flagged_goods(declaration: &Declaration, standing: &Standing) -> Vec<String> {
    if standing.state != State::Referred && !matches!(standing.lane, Some(Lane::Yellow | Lane::Red)) {
        return Vec::new();
    }
    let codes = declaration.goods_items.iter().filter_map(|item| item.commodity_code.as_deref());
    codes.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}

/// From when on the calendar acts on a declaration that stands so, by the terms that are in force on a day.
pub(crate) fn time_acts_at_ms(standing: &Standing, rulebook: &Rulebook, day: Date) -> Option<i64> {
    next_of_time(standing, &rulebook.in_force_on(day)).and_then(|next| milliseconds(next.from))
}

/// What is written when a declaration moves on, by an entry in its log.
///
/// # Errors
/// When where it stands cannot be written.
pub(crate) fn moved(
    row: &DeclarationRow,
    standing: &Standing,
    entry: &LogEntry,
    rulebook: &Rulebook,
) -> Result<DeclarationUpdate, Unrecordable> {
    Ok(DeclarationUpdate {
        key: row.lodged.key.clone(),
        expected_log_sequence: row.stand.log_sequence,
        stand: Stand {
            outcome: row.stand.outcome,
            state: standing.state,
            number: standing.number,
            lane: standing.lane,
            since_ms: since_ms(standing, entry.at_ms),
            registered_at_ms: row.stand.registered_at_ms,
            total_payable: row.stand.total_payable.map(|_| dong(standing.owed)).transpose()?,
            paid: dong(standing.paid)?,
            standing: serde_json::to_vec(standing)?,
            rulebook: row.stand.rulebook.clone(),
            log_sequence: entry.sequence,
            log_hash: entry.hash,
            decision_sequence: row.stand.decision_sequence,
        },
        flagged_goods: Vec::new(),
        time_acts_at_ms: time_acts_at_ms(standing, rulebook, vietnam_time(entry.at_ms).date()),
    })
}

/// What is written when a declaration is decided anew, by the entry in its log that holds the decision.
///
/// # Errors
/// When where it stands cannot be written.
pub(crate) fn decided_anew(
    row: &DeclarationRow,
    declaration: &Declaration,
    decision: &Decision,
    standing: &Standing,
    entry: &LogEntry,
    rulebook: &Rulebook,
) -> Result<DeclarationUpdate, Unrecordable> {
    let moved = moved(row, standing, entry, rulebook)?;
    Ok(DeclarationUpdate {
        stand: Stand {
            outcome: decision.outcome,
            registered_at_ms: entry.at_ms,
            total_payable: owed_of(decision, standing)?,
            rulebook: decision.rulebook.clone(),
            decision_sequence: entry.sequence,
            ..moved.stand
        },
        flagged_goods: flagged_goods(declaration, standing),
        ..moved
    })
}

fn owed_of(decision: &Decision, standing: &Standing) -> Result<Option<i64>, Unrecordable> {
    (decision.outcome == Outcome::Accepted).then(|| dong(standing.owed)).transpose()
}

/// The row of a declaration after what was written about it.
pub(crate) fn row_after(row: &DeclarationRow, update: &DeclarationUpdate) -> DeclarationRow {
    DeclarationRow { lodged: row.lodged.clone(), stand: update.stand.clone(), time_acts_at_ms: update.time_acts_at_ms }
}

/// A declaration that was decided, to be kept.
pub(crate) struct DecidedVersion<'a> {
    pub(crate) lodgement: &'a Lodgement,
    pub(crate) key: &'a DeclarationKey,
    pub(crate) declaration: &'a Declaration,
    pub(crate) decision: &'a Decision,
    /// Where it stands afterwards.
    pub(crate) standing: &'a Standing,
    /// The first entry of its log, which holds the document, the decision and the first notice about it.
    pub(crate) entry: &'a LogEntry,
}

impl DecidedVersion<'_> {
    /// What is kept of it.
    ///
    /// # Errors
    /// When where it stands cannot be written.
    pub(crate) fn into_row(self, rulebook: &Rulebook) -> Result<NewDeclaration, Unrecordable> {
        let Self { lodgement, key, declaration, decision, standing, entry } = self;
        let arrival = &lodgement.arrival;
        Ok(NewDeclaration {
            lodged: Lodged {
                key: key.clone(),
                content_hash: lodgement.content_hash,
                direction: decision.direction,
                kind: decision.kind.clone().unwrap_or_default(),
                office: declaration.customs_office.as_deref().unwrap_or_default().to_owned(),
                source: arrival.source(),
            },
            stand: Stand {
                outcome: decision.outcome,
                state: standing.state,
                number: standing.number,
                lane: standing.lane,
                since_ms: since_ms(standing, arrival.at_ms),
                registered_at_ms: arrival.at_ms,
                total_payable: owed_of(decision, standing)?,
                paid: dong(standing.paid)?,
                standing: serde_json::to_vec(standing)?,
                rulebook: decision.rulebook.clone(),
                log_sequence: entry.sequence,
                log_hash: entry.hash,
                decision_sequence: entry.sequence,
            },
            searched: Searched {
                first_stem: first_stem(declaration, standing.number),
                flagged_goods: flagged_goods(declaration, standing),
            },
            time_acts_at_ms: time_acts_at_ms(standing, rulebook, arrival.at.date()),
        })
    }
}
