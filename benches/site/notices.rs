//! The notices, as a declarant's system reads them.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use stream::{EVENT_ID_HEADER, Stream, Tail, TailFrom};

use super::database::Database;

/// How long nothing comes before all has come.
const QUIET: Duration = Duration::from_millis(300);
/// How long what was lodged may take to be answered before the run fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// Everything that was read so far, of messages whose events are named `load-0` and so on.
pub struct Notices {
    tail: Box<dyn Tail>,
    seen: HashSet<Vec<u8>>,
    answered: Vec<bool>,
    /// Messages that had no answer yet.
    pub open: usize,
    pub read: usize,
    pub bytes: usize,
}

impl Notices {
    pub async fn from_the_beginning(stream: &dyn Stream, topic: &str) -> Self {
        let tail = stream.tail(topic, TailFrom::Beginning).await.unwrap();
        Self { tail, seen: HashSet::new(), answered: Vec::new(), open: 0, read: 0, bytes: 0 }
    }

    /// So many messages more are lodged.
    pub fn expect(&mut self, count: usize) {
        self.answered.resize(self.answered.len() + count, false);
        self.open += count;
    }

    /// Reads until everything that is expected is answered, and the outbox is empty, and nothing more comes; tells of
    /// each first answer which message it belongs to and when it was there.
    pub async fn read(&mut self, database: &Database, mut first_answer: impl FnMut(usize, Instant)) {
        let begun = Instant::now();
        loop {
            let Some(notice) = self.tail.next(QUIET).await.unwrap() else {
                if self.open == 0 && database.outbox().await == 0 {
                    return;
                }
                assert!(begun.elapsed() < PATIENCE, "{} declarations were not answered", self.open);
                continue;
            };
            let now = Instant::now();
            self.read += 1;
            self.bytes += notice.size_bytes();
            let id = notice.header(EVENT_ID_HEADER).unwrap().to_vec();
            assert!(self.seen.insert(id), "a notice was sent twice");
            let cause = std::str::from_utf8(notice.header("cause").unwrap()).unwrap();
            let at: usize = cause.strip_prefix("load-").unwrap().parse().unwrap();
            let answered = self.answered.get_mut(at).unwrap();
            if !std::mem::replace(answered, true) {
                self.open -= 1;
                first_answer(at, now);
            }
        }
    }
}
