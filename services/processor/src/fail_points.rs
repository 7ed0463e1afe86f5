//! Places at which a test ends a processor, holds it, or deceives it, to see that nothing is lost or done twice.
//!
//! ```text
//!   batch ─ after_poll ─► plan ─ before_commit ─► commit ( inside_transaction ) ─► its answer ( answer_lost, refused )
//!                                                      └─► after_commit ─► publish ( inside_publish ) ─► after_publish
//! ```
//!
//! Only a program that is built for tests can be armed, by the variable [`VARIABLE`] that `serve` looks for: the feature
//! `fail-points` is on where tests are built, and off in what is shipped, which has none of this. The ones in brackets are
//! inside of what they stand at, the others between two steps.

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use storage::{Batch, Commit, StorageError};

/// The variable of the environment that arms a place: `after_poll` ends the process there, `after_poll:hold=FILE` holds
/// every partition there for as long as the file exists.
pub const VARIABLE: &str = "THONGQUAN_FAIL_POINT";

/// [`Place::Refused`] refuses what was decided on the messages at this offset, in whichever partition.
pub const REFUSED_OFFSET: i64 = 3;

/// How often what is interrupted inside has waited by then. A transaction is open by the third wait: the first is for
/// its connection, the second for its beginning.
const WAITS: u32 = 4;
/// How often a held process looks whether its file is gone.
const LOOK_EVERY: Duration = Duration::from_millis(50);

static ARMED: OnceLock<Armed> = OnceLock::new();

/// Where something goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A batch has been read, nothing has been done about it.
    AfterPoll,
    /// A batch has been decided in memory, its transaction has not begun.
    BeforeCommit,
    /// Its transaction is open.
    InsideTransaction,
    /// Its transaction is committed, and once the processor is told that the connection broke.
    AnswerLost,
    /// The database refuses every decision on the messages at [`REFUSED_OFFSET`].
    Refused,
    /// Its transaction is committed, nothing of it is published.
    AfterCommit,
    /// Its messages are on their way, no acknowledgement has come.
    InsidePublish,
    /// Its messages are acknowledged and lie in the outbox yet.
    AfterPublish,
}

impl Place {
    const ALL: [(&str, Self); 8] = [
        ("after_poll", Self::AfterPoll),
        ("before_commit", Self::BeforeCommit),
        ("inside_transaction", Self::InsideTransaction),
        ("answer_lost", Self::AnswerLost),
        ("refused", Self::Refused),
        ("after_commit", Self::AfterCommit),
        ("inside_publish", Self::InsidePublish),
        ("after_publish", Self::AfterPublish),
    ];
}

struct Armed {
    place: Place,
    hold: Option<PathBuf>,
    /// Whether what happens once has happened.
    happened: AtomicBool,
}

/// Arms the place that [`VARIABLE`] names for the rest of the process, and says its text; `None` where there is no such
/// variable, and in every program that is not built for tests.
///
/// # Errors
/// A text that names no place, or a second one.
pub fn arm() -> Result<Option<String>, String> {
    let Some(text) = std::env::var(VARIABLE).ok().filter(|_| cfg!(feature = "fail-points")) else { return Ok(None) };
    let armed = read(&text).ok_or_else(|| {
        let names: Vec<&str> = Place::ALL.iter().map(|(name, _)| *name).collect();
        format!("`{text}` names no fail point: there are {}, each alone or with `:hold=FILE`", names.join(", "))
    })?;
    ARMED.set(armed).map_err(|_| "a fail point is armed already".to_owned())?;
    Ok(Some(text))
}

fn read(text: &str) -> Option<Armed> {
    let (name, hold) = match text.split_once(":hold=") {
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let (_, place) = Place::ALL.iter().find(|(known, _)| *known == name)?;
    Some(Armed { place: *place, hold, happened: AtomicBool::new(false) })
}

fn armed(place: Place) -> Option<&'static Armed> {
    ARMED.get().filter(|armed| cfg!(feature = "fail-points") && armed.place == place)
}

/// Ends or holds the process where this place is armed.
pub(crate) async fn pass(place: Place) {
    let Some(armed) = armed(place) else { return };
    let Some(file) = &armed.hold else { std::process::abort() };
    while file.exists() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Ends the process in the middle of a piece of work where this place is armed.
pub(crate) async fn during<T>(place: Place, work: impl Future<Output = T>) -> T {
    if armed(place).is_none() {
        return work.await;
    }
    let mut work = pin!(work);
    let mut waits = 0;
    std::future::poll_fn(|context| {
        let polled = work.as_mut().poll(context);
        if polled.is_pending() {
            waits += 1;
            if waits == WAITS {
                std::process::abort();
            }
        }
        polled
    })
    .await
}

/// The error that the database gives in place of taking a batch, where that is armed.
pub(crate) fn refusal(batch: &Batch) -> Option<StorageError> {
    armed(Place::Refused)?;
    let refused = batch.declarations.iter().any(|declaration| declaration.lodged.source.offset == REFUSED_OFFSET);
    refused.then(|| StorageError::refused("a test wants it refused"))
}

/// What the processor is told of a commit: the truth, or once that the connection broke, where that is armed.
pub(crate) fn answer(told: Result<Commit, StorageError>) -> Result<Commit, StorageError> {
    match armed(Place::AnswerLost) {
        Some(armed) if matches!(told, Ok(Commit::Committed)) && !armed.happened.swap(true, Ordering::Relaxed) => {
            Err(StorageError::Unreachable { detail: "a test wants the answer lost".to_owned() })
        }
        _ => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_armed_by_their_names_alone() {
        for (name, place) in Place::ALL {
            assert!(read(name).is_some_and(|armed| armed.place == place && armed.hold.is_none()), "{name}");
        }
        let held = read("before_commit:hold=/tmp/a:hold=b").unwrap();
        assert_eq!((held.place, held.hold), (Place::BeforeCommit, Some(PathBuf::from("/tmp/a:hold=b"))));
        for wrong in ["", "after", "after_poll:", "after_poll:wait"] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
