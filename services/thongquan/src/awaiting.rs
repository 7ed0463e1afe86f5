//! What the commands share that publish a message and wait for what answers it.

use std::sync::Arc;

use stream::{
    Answer, Correspondence, DETAIL_HEADER, Exchange, ListenError, Message, REASON_HEADER, Role, Stream, Topics,
};
use tokio::time::Instant;

use crate::Failure;
use crate::output::inline;

/// Begins to listen for answers on these topics.
pub(crate) async fn listen(
    stream: Arc<dyn Stream>,
    topics: &Topics,
    roles: &[Role],
) -> Result<Correspondence, Failure> {
    let listening = Correspondence::open(stream, topics, roles).await;
    listening.map_err(|error| Failure::to(&format!("listen to {}", topics.name(error.role)), &*error.cause))
}

/// The next answer; `None` where none comes by the deadline.
pub(crate) async fn next(exchange: &mut Exchange<'_>, deadline: Instant) -> Result<Option<Answer>, Failure> {
    exchange.next(deadline).await.map_err(|ListenError { role, cause }| {
        let what = match role {
            Role::Notices => "the notices",
            Role::Answers => "answers",
            Role::Unreadable => "what was unreadable",
            Role::Lodged | Role::Settled | Role::Commands => role.topic().name,
        };
        Failure::to(&format!("read {what}"), &*cause)
    })
}

/// Why a message could not be read, as its answer says.
pub(crate) fn unreadable(answer: &Message) -> String {
    let header = |name| answer.header_text(name).unwrap_or_default();
    format!("unreadable ({}): {}\n", inline(&header(REASON_HEADER)), inline(&header(DETAIL_HEADER)))
}
