//! Where something goes wrong.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How often a held processor looks whether its file is gone.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A place on the way of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A batch has been read, nothing has been done about it.
    AfterPoll,
    /// A batch has been decided in memory, its transaction has not begun.
    BeforeCommit,
    /// It has been decided, and the database cannot write now, whatever it is given, for the first thirty-two times.
    Failing,
    /// All of it is written, and its transaction is open.
    InsideTransaction,
    /// The same, and the process stands still there, as after SIGSTOP, until it is continued.
    StopInsideTransaction,
    /// The first transaction is committed, and the processor is told that the connection broke; of the second one it is
    /// told the same, and nothing of that one is kept.
    AnswerLost,
    /// Its transaction is committed, nothing of it is published.
    AfterCommit,
    /// The first half of its notices is published, the second half is not, and no acknowledgement has come.
    InsidePublish,
    /// Its notices are acknowledged, and lie in the outbox yet.
    AfterPublish,
}

impl Place {
    /// All of them, in the order in which a batch meets them.
    pub const ALL: [Self; 9] = [
        Self::AfterPoll,
        Self::BeforeCommit,
        Self::Failing,
        Self::InsideTransaction,
        Self::StopInsideTransaction,
        Self::AnswerLost,
        Self::AfterCommit,
        Self::InsidePublish,
        Self::AfterPublish,
    ];

    /// The name by which it is armed.
    pub fn name(self) -> &'static str {
        match self {
            Self::AfterPoll => "after_poll",
            Self::BeforeCommit => "before_commit",
            Self::Failing => "failing",
            Self::InsideTransaction => "inside_transaction",
            Self::StopInsideTransaction => "stop_inside_transaction",
            Self::AnswerLost => "answer_lost",
            Self::AfterCommit => "after_commit",
            Self::InsidePublish => "inside_publish",
            Self::AfterPublish => "after_publish",
        }
    }
}

/// What happens to a processor, and what it lacks.
#[derive(Debug, Default)]
pub struct Trap {
    pub place: Option<Place>,
    /// It stands still there for as long as this file exists, in place of ending; and writes the partitions that do so
    /// into the file of the same name with `.held` behind it.
    pub hold: Option<PathBuf>,
    /// Only this partition of each topic fails.
    pub partition: Option<i32>,
    /// The safeguard that is taken away.
    pub without: Option<crate::Safeguard>,
    /// How often what happens a few times has happened; 0 to begin with.
    pub happened: AtomicU32,
}

impl Trap {
    pub(crate) fn is_at(&self, place: Place) -> bool {
        self.place == Some(place)
    }

    pub(crate) fn lacks(&self, safeguard: crate::Safeguard) -> bool {
        self.without == Some(safeguard)
    }

    /// Ends the process, or holds this partition, where it is set.
    pub(crate) async fn pass(&self, place: Place, topic: &str, partition: i32) {
        if !self.is_at(place) || self.partition.is_some_and(|meant| meant != partition) {
            return;
        }
        let Some(file) = &self.hold else { std::process::abort() };
        if !file.exists() {
            return;
        }
        let mut held = file.as_os_str().to_owned();
        held.push(".held");
        let held = std::fs::OpenOptions::new().create(true).append(true).open(held);
        // In one piece, since several partitions write.
        let line = format!("{topic}/{partition}\n");
        if held.and_then(|mut held| held.write_all(line.as_bytes())).is_err() {
            // The test would wait for nothing.
            std::process::abort();
        }
        while file.exists() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// How often something has happened before.
    pub(crate) fn count(&self) -> u32 {
        self.happened.fetch_add(1, Ordering::Relaxed)
    }
}
