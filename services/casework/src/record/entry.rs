//! Entries of a declaration's log: what they tell, and how each is bound to the one before it.

use clearance::life_cycle::Event;
use sha2::{Digest as _, Sha256};
use storage::{DeclarationKey, LodgedPapers, LogEntry};
use vocabulary::{CommandKind, Outcome};

/// The hash that stands before the first entry of a declaration's log.
pub(crate) const LOG_BEGINNING: [u8; 32] = [0; 32];

/// What an entry tells. The first ten hold a decision, the others what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// It was lodged and registered.
    Accepted,
    /// It was lodged and not registered.
    Rejected,
    /// It was handed to an officer.
    Referred,
    /// It was lodged as no declaration, which is kept nowhere as one.
    Unreadable,
    /// It was declared in advance.
    PreRegistered,
    /// It was declared anew in advance.
    Edited,
    /// What was declared in advance was registered.
    Registered,
    /// It took the place of the version before it.
    Amended,
    /// An amendment was handed to an officer.
    AmendmentReferred,
    /// What was referred was decided again.
    Decided,
    /// A payment was booked.
    Payment,
    /// A command was carried out; also of the version that another one takes the place of.
    Command(CommandKind),
}

impl EntryKind {
    const DECISIONS: [Self; 10] = [
        Self::Accepted,
        Self::Rejected,
        Self::Referred,
        Self::Unreadable,
        Self::PreRegistered,
        Self::Edited,
        Self::Registered,
        Self::Amended,
        Self::AmendmentReferred,
        Self::Decided,
    ];

    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        let commands = CommandKind::ALL.into_iter().map(Self::Command);
        Self::DECISIONS.into_iter().chain([Self::Payment]).chain(commands)
    }

    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Referred => "referred",
            Self::Unreadable => "unreadable",
            Self::PreRegistered => "pre_registered",
            Self::Edited => "edited",
            Self::Registered => "registered",
            Self::Amended => "amended",
            Self::AmendmentReferred => "amendment_referred",
            Self::Decided => "decided",
            Self::Payment => "payment",
            Self::Command(kind) => kind.as_str(),
        }
    }

    /// The kind of a word; `None` of one that this program does not know.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::all().find(|kind| kind.as_str() == word)
    }

    /// Of a first decision, by what it came to.
    pub(crate) fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Accepted => Self::Accepted,
            Outcome::Rejected => Self::Rejected,
            Outcome::Unreadable => Self::Unreadable,
            Outcome::Referred => Self::Referred,
        }
    }

    /// Of a decision that follows on another one, by the first event that it makes; `None` of an event that no decision
    /// begins with.
    pub(crate) fn of_event(event: &Event) -> Option<Self> {
        Some(match event {
            Event::Rejected => Self::Rejected,
            Event::Referred => Self::Referred,
            Event::PreRegistered { .. } => Self::PreRegistered,
            Event::Edited { .. } => Self::Edited,
            Event::Registered { .. } => Self::Registered,
            Event::Amended { .. } => Self::Amended,
            Event::AmendmentReferred => Self::AmendmentReferred,
            Event::AmendmentHeld
            | Event::AmendmentAccepted
            | Event::DutyDifference { .. }
            | Event::InterestCounted { .. }
            | Event::InterestTakenBack { .. }
            | Event::InterestUnknown { .. }
            | Event::PaymentReceived { .. }
            | Event::PaymentAwaited
            | Event::DocumentsAccepted
            | Event::Examined
            | Event::AmendmentInstructed { .. }
            | Event::Rerouted { .. }
            | Event::Released { .. }
            | Event::TakenToStorage { .. }
            | Event::Cleared { .. }
            | Event::PassedSupervision
            | Event::Refused { .. }
            | Event::Cancelled { .. }
            | Event::Expired => return None,
        })
    }
}

/// What became of a document that follows on a declaration, or of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// It was carried out.
    CarriedOut,
    /// It was not, and nothing has changed.
    Refused,
}

impl Answered {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CarriedOut => "carried_out",
            Self::Refused => "refused",
        }
    }

    /// The word used in headers on the wire.
    pub fn header(self) -> &'static str {
        match self {
            Self::CarriedOut => "carried-out",
            Self::Refused => "refused",
        }
    }
}

/// The first entry of the log of a version: the document as lodged, the decision on it, and the first notice about it. Its hash
/// covers the decision; the document has a hash of its own in the declaration's row, and the notice follows from the decision.
pub(crate) fn first_entry(
    key: &DeclarationKey,
    at_ms: i64,
    kind: EntryKind,
    (decision, papers): (Vec<u8>, LodgedPapers),
    previous_hash: [u8; 32],
) -> LogEntry {
    LogEntry { papers: Some(papers), ..log_entry(key, 0, at_ms, kind, decision, previous_hash) }
}

/// The next entry of the log of a declaration, bound to the one before it by its hash.
pub(crate) fn log_entry(
    key: &DeclarationKey,
    sequence: i64,
    at_ms: i64,
    kind: EntryKind,
    body: Vec<u8>,
    previous_hash: [u8; 32],
) -> LogEntry {
    entry_of_word(key, sequence, at_ms, kind.as_str(), body, previous_hash)
}

/// The same of any word, as it is read back.
pub(super) fn entry_of_word(
    key: &DeclarationKey,
    sequence: i64,
    at_ms: i64,
    kind: &str,
    body: Vec<u8>,
    previous_hash: [u8; 32],
) -> LogEntry {
    let mut hasher = Sha256::new();
    hasher.update(previous_hash);
    for part in [key.declarant.as_bytes(), key.reference.as_bytes(), kind.as_bytes(), &body] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.update(key.version.to_be_bytes());
    hasher.update(sequence.to_be_bytes());
    hasher.update(at_ms.to_be_bytes());
    let hash = hasher.finalize().into();
    LogEntry { key: key.clone(), sequence, at_ms, kind: kind.to_owned(), body, papers: None, previous_hash, hash }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_written_and_read_back() {
        for kind in EntryKind::all() {
            assert_eq!(EntryKind::of_word(kind.as_str()), Some(kind));
        }
        assert_eq!(EntryKind::of_word("paid"), None);
    }

    #[test]
    fn a_log_entry_is_bound_to_the_one_before_it() {
        let key = DeclarationKey { declarant: "0100233488".into(), reference: "A-1".into(), version: 1 };
        let first = log_entry(&key, 0, 1, EntryKind::Registered, b"{}".to_vec(), LOG_BEGINNING);
        let second = log_entry(&key, 1, 2, EntryKind::Command(CommandKind::Clear), b"{}".to_vec(), first.hash);
        assert_ne!(
            second.hash,
            log_entry(&key, 1, 2, EntryKind::Command(CommandKind::Clear), b"{}".to_vec(), LOG_BEGINNING).hash
        );
        assert_ne!(
            second.hash,
            log_entry(&key, 1, 2, EntryKind::Command(CommandKind::Clear), b"{ }".to_vec(), first.hash).hash
        );
    }
}
