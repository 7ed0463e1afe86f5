//! What an operator can set about processing.

use std::time::Duration;

use storage::StreamPartition;
use stream::Topics;

/// How batches are read and decided.
#[derive(Debug, Clone)]
pub struct Settings {
    pub group: String,
    pub topics: Topics,
    /// The most messages decided in one transaction.
    pub batch_messages_max: usize,
    /// The longest that a message waits for others to share its transaction.
    pub batch_wait: Duration,
    /// What the random draw of selectivity is derived from, together with a declaration's number. Whoever knows it
    /// can foretell who is drawn.
    pub selectivity_secret: Vec<u8>,
    /// Names this process in its group for good, one name per process, so that a restart within the session timeout
    /// moves no partitions.
    pub instance: Option<String>,
    /// After how long without a sign of life the other members of the group take over.
    pub session_timeout: Duration,
}

impl Settings {
    /// A partition of a topic, as the group reads it.
    pub fn partition(&self, topic: &str, partition: i32) -> StreamPartition {
        StreamPartition { group: self.group.clone(), topic: topic.to_owned(), partition }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            group: "thongquan".to_owned(),
            topics: Topics::new(""),
            batch_messages_max: 250,
            batch_wait: Duration::from_millis(40),
            selectivity_secret: Vec::new(),
            instance: None,
            session_timeout: Duration::from_secs(10),
        }
    }
}
