//! A declaration whose life goes on: what is kept of it, and what is written when it moves.

pub(crate) mod fact_book;
pub(crate) mod series;

use std::collections::BTreeSet;

use clearance::life_cycle::{Standing, State, next_of_time};
use jiff::civil::Date;
use rulebook::Rulebook;
use rust_decimal::Decimal;
use storage::{DeclarationKey, DeclarationRow, DeclarationUpdate, Lodged, LogEntry, NewDeclaration, Searched, Stand};
use vocabulary::{Decision, Declaration, Lane, Outcome};

use self::fact_book::first_stem;
use crate::intake::lodgement::Lodgement;
use vocabulary::vietnam_time::{milliseconds, of_milliseconds as vietnam_time};

/// The current version of a declaration, as the database has it or as the batch has changed it so far.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) row: DeclarationRow,
    /// The document as lodged.
    pub(crate) document: Vec<u8>,
    /// What was decided on it.
    pub(crate) decision: Vec<u8>,
}

impl From<&NewDeclaration> for Case {
    fn from(new: &NewDeclaration) -> Self {
        Self { row: new.row(), document: new.document.clone(), decision: new.decision.clone() }
    }
}

/// Where a declaration stands; `None` for a row that cannot be read.
pub fn standing_of(row: &DeclarationRow) -> Option<Standing> {
    serde_json::from_slice(&row.stand.standing).ok()
}

pub(crate) fn standing_bytes(standing: &Standing) -> Vec<u8> {
    serde_json::to_vec(standing).unwrap_or_default()
}

/// Whole dong as they are kept.
pub(crate) fn dong(amount: Decimal) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
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
pub(crate) fn moved(
    row: &DeclarationRow,
    standing: &Standing,
    entry: &LogEntry,
    rulebook: &Rulebook,
) -> DeclarationUpdate {
    DeclarationUpdate {
        key: row.lodged.key.clone(),
        expected_log_sequence: row.stand.log_sequence,
        stand: Stand {
            outcome: row.stand.outcome,
            state: standing.state,
            number: standing.number,
            lane: standing.lane,
            since_ms: since_ms(standing, entry.at_ms),
            registered_at_ms: row.stand.registered_at_ms,
            total_payable: row.stand.total_payable.map(|_| dong(standing.owed)),
            paid: dong(standing.paid),
            standing: standing_bytes(standing),
            rulebook: row.stand.rulebook.clone(),
            log_sequence: entry.sequence,
            log_hash: entry.hash,
        },
        flagged_goods: Vec::new(),
        decision: None,
        time_acts_at_ms: time_acts_at_ms(standing, rulebook, vietnam_time(entry.at_ms).date()),
    }
}

/// What is written when a declaration is decided anew, by the entry in its log that holds the decision.
pub(crate) fn decided_anew(
    row: &DeclarationRow,
    declaration: &Declaration,
    decision: &Decision,
    body: Vec<u8>,
    standing: &Standing,
    entry: &LogEntry,
    rulebook: &Rulebook,
) -> DeclarationUpdate {
    let moved = moved(row, standing, entry, rulebook);
    DeclarationUpdate {
        stand: Stand {
            outcome: decision.outcome,
            registered_at_ms: entry.at_ms,
            total_payable: (decision.outcome == Outcome::Accepted).then(|| dong(standing.owed)),
            rulebook: decision.rulebook.clone(),
            ..moved.stand
        },
        flagged_goods: flagged_goods(declaration, standing),
        decision: Some(body),
        ..moved
    }
}

/// The same case after what was written about it.
pub(crate) fn after(case: &Case, update: &DeclarationUpdate) -> Case {
    let row = DeclarationRow { lodged: case.row.lodged.clone(), stand: update.stand.clone() };
    let decision = update.decision.clone().unwrap_or_else(|| case.decision.clone());
    Case { row, decision, document: case.document.clone() }
}

/// What is kept of a declaration that was decided, under the first entry of its log.
#[allow(clippy::too_many_arguments, reason = "each is a part of one row")]
pub(crate) fn decided_row(
    lodgement: &Lodgement,
    key: &DeclarationKey,
    declaration: &Declaration,
    decision: &Decision,
    standing: &Standing,
    entry: &LogEntry,
    answer: Vec<u8>,
    body: Vec<u8>,
    rulebook: &Rulebook,
) -> NewDeclaration {
    let arrival = &lodgement.arrival;
    NewDeclaration {
        lodged: Lodged {
            key: key.clone(),
            content_hash: lodgement.content_hash,
            direction: decision.direction,
            kind: decision.kind.clone().unwrap_or_default(),
            office: declaration.customs_office.as_deref().unwrap_or_default().to_owned(),
            source: arrival.source(),
            answer,
        },
        stand: Stand {
            outcome: decision.outcome,
            state: standing.state,
            number: standing.number,
            lane: standing.lane,
            since_ms: since_ms(standing, arrival.at_ms),
            registered_at_ms: arrival.at_ms,
            total_payable: (decision.outcome == Outcome::Accepted).then(|| dong(standing.owed)),
            paid: dong(standing.paid),
            standing: standing_bytes(standing),
            rulebook: decision.rulebook.clone(),
            log_sequence: entry.sequence,
            log_hash: entry.hash,
        },
        searched: Searched {
            first_stem: first_stem(declaration, standing.number),
            flagged_goods: flagged_goods(declaration, standing),
        },
        time_acts_at_ms: time_acts_at_ms(standing, rulebook, arrival.at.date()),
        document: arrival.payload().to_vec(),
        decision: body,
    }
}
