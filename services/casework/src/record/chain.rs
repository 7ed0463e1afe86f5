//! What is kept of a declaration, held against itself: nothing of its log is missing, changed or put in, and its row says
//! what the log says.

use storage::{DeclarationRow, LogEntry};
use vocabulary::Decision;

use super::entry::{LOG_BEGINNING, entry_of_word};
use super::rederivation::read_decision;
use crate::hashing::content_hash;

/// Where what is kept of a declaration contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// There is no log.
    #[error("its decision log is empty")]
    Empty,
    /// An entry is missing, or one is put in.
    #[error("entry {expected} of its decision log is missing: entry {found} stands in its place")]
    Gap {
        /// The sequence that comes next.
        expected: i64,
        /// The sequence that was found.
        found: i64,
    },
    /// An entry does not follow on the one before it.
    #[error("entry {sequence} of its decision log does not bear the hash of the entry before it")]
    Unbound { sequence: i64 },
    /// An entry is not what it was when its hash was made.
    #[error("entry {sequence} of its decision log was changed: its hash is that of other content")]
    Altered { sequence: i64 },
    /// The log does not end where the declaration says.
    #[error("its decision log ends with entry {found}, and the declaration says {expected} or another hash")]
    Cut {
        /// The sequence that the declaration bears.
        expected: i64,
        /// The newest sequence in the log.
        found: i64,
    },
    /// The document is not the one that was lodged.
    #[error("the kept document is not the one that was lodged: its hash is another")]
    Document,
    /// The decision is not the newest one in the log.
    #[error("the entry that its row names as the decision is not the newest one in its decision log")]
    Decision,
}

/// Checks the chain of a declaration's log. `earlier` holds the last hashes of the earlier versions under the reference,
/// one of which a version that amends begins with.
///
/// # Errors
/// The first fault in the order of the log.
pub fn check_chain(row: &DeclarationRow, log: &[LogEntry], earlier: &[[u8; 32]]) -> Result<(), ChainFault> {
    let Some(last) = log.last() else { return Err(ChainFault::Empty) };
    let mut previous = LOG_BEGINNING;
    for (expected, entry) in (0..).zip(log) {
        let sequence = entry.sequence;
        if sequence != expected {
            return Err(ChainFault::Gap { expected, found: sequence });
        }
        let continues = expected == 0 && earlier.contains(&entry.previous_hash);
        if entry.previous_hash != previous && !continues {
            return Err(ChainFault::Unbound { sequence });
        }
        let again =
            entry_of_word(&row.lodged.key, sequence, entry.at_ms, &entry.kind, entry.body.clone(), entry.previous_hash);
        if again.hash != entry.hash {
            return Err(ChainFault::Altered { sequence });
        }
        previous = entry.hash;
    }
    if row.stand.log_sequence != last.sequence || row.stand.log_hash != last.hash {
        return Err(ChainFault::Cut { expected: row.stand.log_sequence, found: last.sequence });
    }
    Ok(())
}

/// Checks that the document is the one that was lodged, and that the row names the newest decision in the log.
///
/// # Errors
/// The first fault.
pub fn check_record(row: &DeclarationRow, log: &[LogEntry]) -> Result<(), ChainFault> {
    let papers = log.first().and_then(|first| first.papers.as_ref());
    if papers.is_none_or(|papers| content_hash(&papers.document) != row.lodged.content_hash) {
        return Err(ChainFault::Document);
    }
    let newest = log.iter().rev().find(|entry| read_decision(&entry.body).is_ok());
    if newest.is_none_or(|entry| entry.sequence != row.stand.decision_sequence) {
        return Err(ChainFault::Decision);
    }
    Ok(())
}

/// A decision in a log, with the entry that holds it.
#[derive(Debug, Clone)]
pub struct LoggedDecision<'a> {
    pub entry: &'a LogEntry,
    /// What is read back of it.
    pub recorded: Decision,
}

/// Every decision in a log: the first one, and what was decided anew at registration. Other entries hold what happened.
pub fn decisions_of(log: &[LogEntry]) -> impl Iterator<Item = LoggedDecision<'_>> {
    log.iter().filter_map(|entry| Some(LoggedDecision { entry, recorded: read_decision(&entry.body).ok()? }))
}

#[cfg(test)]
mod tests {
    use storage::{DeclarationKey, Lodged, LodgedPapers, MessageSource, Stand};
    use vocabulary::{Direction, Outcome, State};

    use super::*;

    fn chain() -> (DeclarationRow, Vec<LogEntry>) {
        let key = DeclarationKey { declarant: "0100233488".into(), reference: "A-1".into(), version: 1 };
        let first = entry_of_word(&key, 0, 1, "accepted", b"{}".to_vec(), LOG_BEGINNING);
        let second = entry_of_word(&key, 1, 2, "payment", b"{\"amount\":\"1\"}".to_vec(), first.hash);
        let lodged = Lodged {
            key,
            content_hash: content_hash(b"<Declaration/>"),
            direction: Some(Direction::Import),
            kind: "A11".into(),
            office: "02CI".into(),
            source: MessageSource { topic: "declarations.lodged".into(), partition: 0, offset: 0 },
        };
        let stand = Stand {
            outcome: Outcome::Accepted,
            state: State::Cleared,
            number: None,
            lane: None,
            since_ms: 1,
            registered_at_ms: 1,
            total_payable: None,
            paid: 0,
            standing: Vec::new(),
            rulebook: String::new(),
            log_sequence: 1,
            log_hash: second.hash,
            decision_sequence: 0,
        };
        let row = DeclarationRow { lodged, stand, time_acts_at_ms: None };
        (row, vec![first, second])
    }

    #[test]
    fn a_sound_chain_is_sound() {
        let (row, log) = chain();
        assert_eq!(check_chain(&row, &log, &[]), Ok(()));
    }

    #[test]
    fn every_change_is_found() {
        let (row, log) = chain();
        let tampered = |change: fn(&mut Vec<LogEntry>)| {
            let mut log = log.clone();
            change(&mut log);
            check_chain(&row, &log, &[]).unwrap_err()
        };
        assert_eq!(tampered(|log| log[0].body = b"{ }".to_vec()), ChainFault::Altered { sequence: 0 });
        assert_eq!(tampered(|log| log[1].at_ms += 1), ChainFault::Altered { sequence: 1 });
        assert_eq!(tampered(|log| log[1].kind = "cancel".into()), ChainFault::Altered { sequence: 1 });
        assert_eq!(tampered(|log| log[1].previous_hash = [7; 32]), ChainFault::Unbound { sequence: 1 });
        assert_eq!(tampered(|log| log[0].previous_hash = [7; 32]), ChainFault::Unbound { sequence: 0 });
        assert_eq!(tampered(|log| drop(log.remove(0))), ChainFault::Gap { expected: 0, found: 1 });
        assert_eq!(tampered(|log| drop(log.pop())), ChainFault::Cut { expected: 1, found: 0 });
        assert_eq!(tampered(Vec::clear), ChainFault::Empty);
    }

    #[test]
    fn a_version_that_amends_begins_where_an_earlier_one_ends() {
        let (mut row, _) = chain();
        let entry = entry_of_word(&row.lodged.key, 0, 3, "amended", b"{}".to_vec(), [7; 32]);
        (row.stand.log_sequence, row.stand.log_hash) = (0, entry.hash);
        assert_eq!(check_chain(&row, std::slice::from_ref(&entry), &[[6; 32], [7; 32]]), Ok(()));
        assert_eq!(check_chain(&row, &[entry], &[[6; 32]]), Err(ChainFault::Unbound { sequence: 0 }));
    }

    #[test]
    fn another_document_is_noticed() {
        let (row, mut log) = chain();
        assert_eq!(check_record(&row, &log), Err(ChainFault::Document), "there is none");
        let mut with = |document: &[u8]| {
            log[0].papers = Some(LodgedPapers { document: document.to_vec(), answer: Vec::new() });
            check_record(&row, &log)
        };
        assert_eq!(with(b"<Declaration />"), Err(ChainFault::Document));
        assert_eq!(with(b"<Declaration/>"), Err(ChainFault::Decision), "the log holds none that can be read");
    }
}
