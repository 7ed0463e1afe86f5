//! A backlog worked off, watched all the while: how fast, how evenly, and what the cores did meanwhile.
//!
//! ```text
//!   start ──► first batch ──► first partition through ──► last partition through ──► last notice sent
//!     └ starting ┘└──── all at work ────┘└────── some at work ──────┘└───── sending ─────┘
//! ```

use std::time::{Duration, Instant};

use super::a_second;
use super::database::Database;
use super::machine::Machine;
use super::processes::{Parts, Spent};
use super::serve::Serve;

/// How often the database is asked how far the backlog is worked off; asking costs it something too.
const GLANCE: Duration = Duration::from_millis(20);
/// How long the backlog may take before the run fails.
const PATIENCE: Duration = Duration::from_secs(300);

/// A backlog that waits in a topic.
#[derive(Debug, Clone, Copy)]
pub struct Lodged<'a> {
    pub topic: &'a str,
    pub partitions: i32,
    pub count: usize,
}

/// What was seen at a moment.
#[derive(Debug, Clone)]
struct Glance {
    at: Instant,
    machine: Machine,
    /// How far each partition is dealt with.
    positions: Vec<i64>,
}

impl Glance {
    async fn at(database: &Database, lodged: &Lodged<'_>) -> Self {
        let positions = database.positions(lodged.topic, lodged.partitions).await;
        Self { at: Instant::now(), machine: Machine::now(), positions }
    }

    fn dealt_with(&self) -> usize {
        usize::try_from(self.positions.iter().sum::<i64>()).unwrap()
    }
}

/// A part of the time, with what the cores of the machine did in it.
pub struct Phase {
    pub name: &'static str,
    pub took: Duration,
    pub machine: Machine,
}

/// How a backlog was worked off.
pub struct Backlog {
    /// Declarations a second from the first batch to the last.
    pub decided: u64,
    /// The same until the last notice was sent.
    pub answered: u64,
    /// Declarations of the time in which rates and processor time were measured: all but those of the first batches.
    pub counted: usize,
    /// From the start of the process to the last notice.
    pub drained_after: Duration,
    /// From the first batch to the last notice.
    pub took: Duration,
    /// Used from the first batch to the last notice.
    pub spent: Spent,
    /// What all cores did from the first batch to the last notice.
    pub machine: Machine,
    pub phases: Vec<Phase>,
    /// The largest lead of one partition over another, while all have work, in thousandths of a partition's share of the
    /// backlog; and the mean of the largest leads of all glances.
    pub lead: (u64, u64),
}

impl Backlog {
    /// Watches processors that were just started until a backlog is decided and answered.
    pub async fn watch(serves: &mut [Serve], parts: &Parts, database: &Database, lodged: Lodged<'_>) -> Self {
        let started = Glance::at(database, &lodged).await;
        let mut glances = Vec::new();
        let mut spent_before = parts.spent();
        while glances.last().is_none_or(|glance: &Glance| glance.dealt_with() < lodged.count) {
            serves.iter_mut().for_each(Serve::assert_runs);
            assert!(started.at.elapsed() < PATIENCE, "the backlog was not worked off");
            let glance = Glance::at(database, &lodged).await;
            if glance.dealt_with() > 0 {
                if glances.is_empty() {
                    spent_before = parts.spent();
                }
                glances.push(glance);
            }
            tokio::time::sleep(GLANCE).await;
        }
        while database.outbox().await > 0 {
            tokio::time::sleep(GLANCE).await;
        }
        let sent = Glance::at(database, &lodged).await;
        let spent = parts.spent().since(spent_before);
        Self::of(&started, &glances, &sent, spent)
    }

    fn of(started: &Glance, glances: &[Glance], sent: &Glance, spent: Spent) -> Self {
        let (first, last) = (glances.first().unwrap(), glances.last().unwrap());
        let together = glances.iter().take_while(|glance| all_have_work(glance, last));
        let some_through = glances.get(together.clone().count()).unwrap_or(last);
        let phase = |name, from: &Glance, to: &Glance| Phase {
            name,
            took: to.at.saturating_duration_since(from.at),
            machine: to.machine - from.machine,
        };
        let counted = last.dealt_with() - first.dealt_with();
        let since_first = |glance: &Glance| glance.at.saturating_duration_since(first.at);
        let share = last.positions.iter().sum::<i64>() / i64::try_from(last.positions.len()).unwrap();
        let leads: Vec<u64> = together.map(|glance| lead(glance) * 1_000 / share.max(1).unsigned_abs()).collect();
        let mean = leads.iter().sum::<u64>() / (leads.len() as u64).max(1);
        Self {
            decided: a_second(counted, since_first(last)),
            answered: a_second(counted, since_first(sent)),
            counted,
            drained_after: sent.at.saturating_duration_since(started.at),
            took: since_first(sent),
            spent,
            machine: sent.machine - first.machine,
            phases: vec![
                phase("the processor starts, until the first batch is decided", started, first),
                phase("every partition has work", first, some_through),
                phase("some partitions are through", some_through, last),
                phase("all is decided, the last notices are sent", last, sent),
            ],
            lead: (leads.iter().copied().max().unwrap_or(0), mean),
        }
    }
}

/// Whether no partition has reached where it ends.
fn all_have_work(glance: &Glance, last: &Glance) -> bool {
    glance.positions.iter().zip(&last.positions).all(|(position, end)| position < end)
}

/// By how many messages the foremost partition is ahead of the hindmost.
fn lead(glance: &Glance) -> u64 {
    let foremost = glance.positions.iter().max().copied().unwrap_or(0);
    let hindmost = glance.positions.iter().min().copied().unwrap_or(0);
    (foremost - hindmost).unsigned_abs()
}
