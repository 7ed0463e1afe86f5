//! Where partitions resume: the question that a consumer asks of the database.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::error::BoxError;

/// Where each partition resumes. The processor implements it over its database, in which positions are committed
/// together with decisions.
#[async_trait]
pub trait Positions: Send + Sync {
    /// A partition has been assigned to this process: take it over (a new epoch) and say the next offset to read, 0 for a
    /// partition that was never read. `stream_identity` is [`Stream::topic_identity`](crate::Stream::topic_identity); a position that
    /// was stored under another identity belongs to another log.
    ///
    /// # Errors
    ///
    /// [`PositionRefused`] halts the partition at once. Any other error is taken for passing trouble: the question is put
    /// again for [`ConsumerSettings::acquire_timeout`](crate::ConsumerSettings::acquire_timeout), then the partition halts.
    async fn acquire(&self, topic: &str, partition: i32, stream_identity: &str) -> Result<i64, BoxError>;

    /// A partition has been taken away, or the consumer closes. Work on it that is not committed yet will be done by
    /// whoever has it next.
    async fn released(&self, topic: &str, partition: i32);
}

/// The database holds a position that must not be used, such as one of another log: asking again would not change it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PositionRefused(
    /// Why, and how to mend it.
    pub String,
);

/// How long to wait between two attempts to acquire a position.
const RETRY_PAUSE: Duration = Duration::from_millis(200);

/// Acquires a position, patiently while the trouble may pass; the error is the reason to halt the partition.
pub(crate) async fn acquire_patiently(
    positions: &dyn Positions,
    topic: &str,
    partition: i32,
    identity: &str,
    deadline: Instant,
) -> Result<i64, String> {
    let mut trouble = String::from("the database did not answer in time");
    loop {
        match tokio::time::timeout_at(deadline, positions.acquire(topic, partition, identity)).await {
            Ok(Ok(offset)) => return Ok(offset),
            Ok(Err(error)) if error.is::<PositionRefused>() => return Err(error.to_string()),
            Ok(Err(error)) => {
                tracing::warn!(topic, partition, %error, "failed to read a stream position from the database, trying again");
                trouble = error.to_string();
            }
            Err(_) => return Err(format!("its position could not be read from the database: {trouble}")),
        }
        if Instant::now() + RETRY_PAUSE >= deadline {
            return Err(format!("its position could not be read from the database: {trouble}"));
        }
        tokio::time::sleep(RETRY_PAUSE).await;
    }
}

/// Why a stored position does not fit the partition, which holds the offsets from `begin` up to but not including `end`.
/// A position at `end` fits: the next message will have it.
pub(crate) fn misfit(position: i64, begin: i64, end: i64) -> Option<String> {
    if position > end {
        Some(format!(
            "the stored position {position} lies beyond the end of the log, {end}: the log has lost messages or has been \
             created again; find out which, then set the position by hand"
        ))
    } else if position < begin {
        Some(format!(
            "the stored position {position} lies before the first message that the log still holds, {begin}: messages have \
             been deleted unread; recover them or accept the loss, then set the position by hand"
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_fits_from_the_first_message_to_the_end() {
        assert!(misfit(3, 3, 9).is_none());
        assert!(misfit(9, 3, 9).is_none());
        assert!(misfit(10, 3, 9).is_some_and(|reason| reason.contains("beyond the end")));
        assert!(misfit(2, 3, 9).is_some_and(|reason| reason.contains("deleted unread")));
    }
}
