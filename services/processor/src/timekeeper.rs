//! Time: what was declared in advance and not registered expires, and what the law cancels unasked is cancelled.
//!
//! ```text
//! declarations with a due time ──► timekeeper ──► commands of time ──► the same stream as every other command
//! ```
//!
//! It acts on a time alone that several clocks agree on ([`clock`](crate::clock)), and says when it does not act.
//!
//! The keeper decides nothing. It looks up which declarations are due, and commands under identifiers that hang on the
//! declaration, the command and the due time: two keepers, or one that crashed, command the same thing twice, and the
//! second time it is answered and changes nothing.

use std::collections::HashSet;
use std::mem::Discriminant;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casework::hex;
use clearance::life_cycle::{Standing, case_of_time};
use sha2::{Digest as _, Sha256};
use storage::{Calendar, StorageError, Timed};
use stream::{Envelope, Outgoing, PublishError, Role, Stream, Topics};
use tokio::sync::watch;
use vocabulary::vietnam_time::of_milliseconds as vietnam_time;
use vocabulary::{Commander, CustomsCommand, Instruction, NamedDeclaration, State};

use crate::clock::{ClockWatch, Doubt, EVEN_FOR};
use crate::progress::Progress;

/// Why a look came to nothing, or to a part of what was due. The next one goes on.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// What is due could not be read.
    #[error("failed to look up what is due")]
    Storage(#[from] StorageError),
    /// Commands could not be published.
    #[error("failed to publish commands of time")]
    Publish(#[from] PublishError),
}

/// Looks for what is due and commands it.
pub struct Timekeeper {
    store: Arc<dyn Calendar>,
    stream: Arc<dyn Stream>,
    topic: String,
    /// How many declarations are looked up at a time.
    page: usize,
    /// What was due at the last look and was commanded; while the processor has not come to it, it stays due.
    commanded: HashSet<String>,
}

impl Timekeeper {
    /// A keeper that looks up so many declarations at a time.
    pub fn new(store: Arc<dyn Calendar>, stream: Arc<dyn Stream>, topics: &Topics, page: usize) -> Self {
        Self { store, stream, topic: topics.commands.clone(), page: page.max(1), commanded: HashSet::new() }
    }

    /// Commands what is due at a time, in milliseconds since 1970 in UTC, and was not commanded at the last look. Says how
    /// many commands that were.
    ///
    /// # Errors
    /// When the database or the stream fails.
    pub async fn look(&mut self, now_ms: i64) -> Result<usize, LookError> {
        let mut still_due = HashSet::new();
        let mut after: Option<Timed> = None;
        let mut count = 0;
        loop {
            let page = self.store.timed_page(now_ms, after.as_ref(), self.page).await?;
            let mut commands = Vec::new();
            for timed in &page {
                let Some(command) = command_of(timed) else {
                    tracing::warn!("a declaration is due and stands in a way that time does not act on");
                    continue;
                };
                if !self.commanded.contains(&command.identifier) {
                    commands.push(outgoing(&self.topic, &command, now_ms));
                }
                still_due.insert(command.identifier);
            }
            count += commands.len();
            if !commands.is_empty() {
                self.stream.publish(commands).await?;
            }
            let full = page.len() == self.page;
            after = page.into_iter().last();
            if !full || after.is_none() {
                break;
            }
        }
        self.commanded = still_due;
        Ok(count)
    }

    /// Looks every so often until `stop` turns true. What the time is, `now_ms` says, as far as it is believed.
    pub async fn keep(
        mut self,
        every: Duration,
        now_ms: impl Fn() -> i64,
        progress: Arc<Progress>,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut watch = ClockWatch::default();
        let mut doubted: Option<Discriminant<Doubt>> = None;
        loop {
            let mut pause = every;
            match self.believed(&mut watch, &now_ms, &progress).await {
                Ok(Ok(now_ms)) => {
                    if doubted.take().is_some() {
                        tracing::info!("the clock is believed; what is due is commanded");
                    }
                    match self.look(now_ms).await {
                        Ok(0) => {}
                        Ok(count) => tracing::info!(messages = count, "terms have passed; what follows was commanded"),
                        Err(error) => tracing::warn!(%error, "what time acts on was not commanded; it is tried again"),
                    }
                }
                Ok(Err(doubt)) => {
                    // Watched closely, so that it is believed as soon as it can be.
                    pause = every.min(EVEN_FOR / 10);
                    let kind = std::mem::discriminant(&doubt);
                    if doubted.replace(kind) != Some(kind) {
                        let reason = doubt.to_string();
                        if doubt == Doubt::Fresh {
                            tracing::info!(reason, "the clock is not believed yet: nothing that is due is commanded");
                        } else {
                            tracing::error!(reason, "the clock is not believed: nothing that is due is commanded");
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "the time was not compared; nothing that is due is commanded"),
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// The time, where all clocks agree on it.
    async fn believed(
        &self,
        watch: &mut ClockWatch,
        now_ms: impl Fn() -> i64,
        progress: &Progress,
    ) -> Result<Result<i64, Doubt>, StorageError> {
        let database_ms = self.store.now_ms().await?;
        Ok(watch.judge(now_ms(), Instant::now(), database_ms, &progress.stream_times))
    }
}

/// What the calendar commands to a declaration that is due.
fn command_of(timed: &Timed) -> Option<CustomsCommand> {
    let standing: Standing = serde_json::from_slice(&timed.standing).ok()?;
    let instruction = match standing.state {
        State::PreRegistered => Instruction::Expire,
        _ => Instruction::CancelAutomatically(case_of_time(&standing)?),
    };
    let key = &timed.key;
    let word = match &instruction {
        Instruction::CancelAutomatically(case) => case.as_str(),
        _ => "expire",
    };
    let mut hasher = Sha256::new();
    for part in [key.declarant.as_bytes(), key.reference.as_bytes(), word.as_bytes()] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.update(key.version.to_be_bytes());
    hasher.update(timed.at_ms.to_be_bytes());
    let declaration = match &timed.number {
        Some(number) => NamedDeclaration::Number(number.to_string()),
        None => NamedDeclaration::Reference { reference: key.reference.clone(), version: key.version },
    };
    Some(CustomsCommand {
        identifier: format!("time-{}", hex(&hasher.finalize()[..16])),
        declarant: key.declarant.clone(),
        declaration,
        // Of the due time and not of the look, so that whoever looks commands the same bytes.
        given_at: vietnam_time(timed.at_ms),
        commander: Commander::Time,
        instruction,
        remark: None,
    })
}

fn outgoing(topic: &str, command: &CustomsCommand, now_ms: i64) -> Outgoing {
    Outgoing {
        topic: topic.to_owned(),
        key: command.declarant.clone().into_bytes(),
        // Of the same time as the command itself, so that whoever looks sends the same.
        headers: Envelope::new(Role::Commands, "", "thongquan timekeeper", command.given_at).headers(),
        payload: message::write_command(command),
        event_id: command.identifier.clone(),
        timestamp_ms: Some(now_ms),
    }
}
