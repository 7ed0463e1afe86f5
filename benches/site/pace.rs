//! A load that keeps its pace whatever the product does: each declaration has its moment, and its latency counts from
//! that moment even where it could only be sent later.

use std::sync::Arc;
use std::time::{Duration, Instant};

use stream::{Outgoing, Stream};
use tokio::task::JoinSet;

/// How often what is due is sent.
const TICK: Duration = Duration::from_millis(1);

/// When each message of a load is due.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub begun: Instant,
    pub a_second: u64,
}

impl Pace {
    pub fn due_at(&self, place: usize) -> Instant {
        let place = u64::try_from(place).unwrap();
        self.begun + Duration::from_micros(place * 1_000_000 / self.a_second)
    }

    /// Sends every message when it is due, without waiting for the acknowledgements of those before.
    pub async fn send(self, stream: Arc<dyn Stream>, messages: Vec<Outgoing>) {
        let mut calls = JoinSet::new();
        let mut messages = messages.into_iter().enumerate().peekable();
        let mut ticks = tokio::time::interval(TICK);
        while messages.peek().is_some() {
            ticks.tick().await;
            let now = Instant::now();
            let mut due = Vec::new();
            while let Some((_, message)) = messages.next_if(|(place, _)| self.due_at(*place) <= now) {
                due.push(message);
            }
            if !due.is_empty() {
                let stream = stream.clone();
                calls.spawn(async move { stream.publish(due).await.unwrap() });
            }
            while calls.try_join_next().is_some() {}
        }
        while let Some(done) = calls.join_next().await {
            done.unwrap();
        }
    }
}

/// Latencies, to be asked for their quantiles.
#[derive(Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub fn add(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The latency that this share of a thousand does not exceed.
    pub fn quantile(&mut self, permille: usize) -> Duration {
        self.0.sort_unstable();
        let at = (self.0.len() * permille).div_ceil(1_000).saturating_sub(1);
        self.0.get(at).copied().unwrap_or_default()
    }
}
