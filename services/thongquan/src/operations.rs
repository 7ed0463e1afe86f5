//! What operators watch: measurements for Prometheus, and whether the process lives and is ready.
//!
//! ```text
//! GET /metrics   measurements, in Prometheus' text format
//! GET /healthz   200 while the process works, 503 once it cannot go on
//! GET /readyz    200 when the rulebook is loaded, database and stream answer and the work goes on, 503 with the reason
//!                otherwise
//! ```

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use processor::{Progress, Standstill, measurements};
use rulebook::Rulebook;
use storage::{Store, StreamPartition};
use stream::{Role, Stream, Topics};
use tokio::sync::watch;

use crate::Failure;

/// How often what is not counted along the way is looked up.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long a server may take to answer a question about its health.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// For how long a part of the work may stand still before the process counts as not ready.
const STANDSTILL_MAX: Duration = Duration::from_secs(15);
/// Upper bounds of the buckets of durations, in seconds.
const SECONDS: [f64; 12] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// Upper bounds of the buckets of batch sizes.
const MESSAGES: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0];

#[derive(Clone)]
pub(crate) struct Watched {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) stream: Arc<dyn Stream>,
    pub(crate) rulebook: Arc<ArcSwap<Rulebook>>,
    pub(crate) topics: Topics,
    pub(crate) group: String,
    pub(crate) progress: Arc<Progress>,
    /// Turns true when the process stops, orderly or not.
    pub(crate) stopped: watch::Receiver<bool>,
}

/// Begins to measure. Before this, measurements go nowhere.
pub(crate) fn measure() -> Result<PrometheusHandle, Failure> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_messages".to_owned()), &MESSAGES))
        .map_err(|error| Failure::to("set up measurements", &error))?;
    let handle = builder.install_recorder().map_err(|error| Failure::to("set up measurements", &error))?;
    measurements::describe();
    Ok(handle)
}

#[derive(Clone)]
struct Desk {
    measurements: PrometheusHandle,
    watched: Watched,
}

/// Answers operators on an address until the process ends.
pub(crate) async fn listen(
    address: SocketAddr,
    measurements: PrometheusHandle,
    watched: Watched,
) -> Result<SocketAddr, Failure> {
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(|error| Failure::to(&format!("listen on {address} (operations.listen)"), &error))?;
    let bound = listener.local_addr().map_err(|error| Failure::to("learn the address", &error))?;
    let desk = Desk { measurements: measurements.clone(), watched: watched.clone() };
    let router = Router::new()
        .route("/metrics", get(show_measurements))
        .route("/healthz", get(lives))
        .route("/readyz", get(ready))
        .with_state(desk);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "operators are not answered any more");
        }
    });
    tokio::spawn(look(measurements, watched));
    Ok(bound)
}

async fn show_measurements(State(desk): State<Desk>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], desk.measurements.render()).into_response()
}

async fn lives(State(desk): State<Desk>) -> Response {
    if *desk.watched.stopped.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    "lives\n".into_response()
}

async fn ready(State(desk): State<Desk>) -> Response {
    let unavailable = |reason: String| (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response();
    if *desk.watched.stopped.borrow() {
        return unavailable("stopping".to_owned());
    }
    match tokio::time::timeout(ANSWER_WITHIN, desk.watched.store.health()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => return unavailable(format!("database: {error}")),
        Err(_) => return unavailable("database: no answer in time".to_owned()),
    }
    match tokio::time::timeout(ANSWER_WITHIN, desk.watched.stream.topics()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => return unavailable(format!("stream: {error}")),
        Err(_) => return unavailable("stream: no answer in time".to_owned()),
    }
    match desk.watched.progress.standstills.longest().filter(|standstill| standstill.lasts > STANDSTILL_MAX) {
        None => "ready\n".into_response(),
        Some(Standstill { part, lasts, why }) => {
            let why = if why.is_empty() { "nothing answers" } else { &why };
            unavailable(format!("{part} does not move for {} s: {why}", lasts.as_secs()))
        }
    }
}

/// Looks up, now and again, what is not counted along the way: how far behind we are, and how much waits to go out.
async fn look(measurements: PrometheusHandle, watched: Watched) {
    let mut stopped = watched.stopped.clone();
    let mut in_use = String::new();
    loop {
        measurements.run_upkeep();
        let hash = watched.rulebook.load().content_hash().to_owned();
        if hash != in_use {
            if !in_use.is_empty() {
                measurements::rulebook(&in_use, false);
            }
            measurements::rulebook(&hash, true);
            in_use = hash;
        }
        if let Err(error) = look_once(&watched).await {
            tracing::debug!(error, "what waits could not be looked up");
        }
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

async fn look_once(watched: &Watched) -> Result<(), String> {
    let waiting = watched.store.outbox_waiting().await.map_err(|error| error.to_string())?;
    let now_ms = now_ms();
    let oldest = waiting
        .oldest_at_ms
        .map(|at_ms| Duration::from_millis(u64::try_from(now_ms.saturating_sub(at_ms)).unwrap_or(0)));
    measurements::outbox(waiting.count, oldest);
    for topic in watched.stream.topics().await.map_err(|error| error.to_string())? {
        if !watched.topics.role_of(&topic.name).is_some_and(Role::is_processed) {
            continue;
        }
        for (partition, end) in (0..).zip(&topic.end_offsets) {
            let place = StreamPartition { group: watched.group.clone(), topic: topic.name.clone(), partition };
            let position = watched.store.position(&place).await.map_err(|error| error.to_string())?;
            let next = position.map_or(0, |position| position.next_offset);
            measurements::lag(&topic.name, partition, end.saturating_sub(next));
        }
    }
    Ok(())
}

/// The present time in milliseconds since 1970 in UTC.
///
/// What waits and what is due is told by it, and nothing decided. A clock that shows no time of any calendar does not end the
/// process.
pub(crate) fn now_ms() -> i64 {
    let ms = |since: Duration| i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
        Ok(since) => ms(since),
        Err(before) => -ms(before.duration()),
    }
}
