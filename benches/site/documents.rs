//! What is lodged: sound declarations, made up from a seed.

use std::sync::Arc;

use rulebook::Rulebook;
use simulator::Workload;
use stream::{Message, Outgoing};
use vocabulary::Facts;

use crate::ON;

/// 2026-11-24 09:00 in Vietnam. Messages bear times of their own, so that the same rules decide on every day.
const BEGINNING_MS: i64 = 1_795_485_600_000;

/// A declaration as it is lodged.
pub(super) struct Document {
    pub declarant: String,
    pub payload: Vec<u8>,
}

/// An endless row of different documents.
pub struct Documents {
    workload: Workload,
    /// How many goods items each has; `None` where that differs from one to the next.
    items: Option<usize>,
    made: usize,
}

impl Documents {
    pub fn new(rulebook: &Arc<Rulebook>) -> Self {
        Self { workload: Workload::new(7, rulebook.clone(), ON), items: None, made: 0 }
    }

    /// The same, each with so many goods items.
    pub fn of_items(rulebook: &Arc<Rulebook>, items: usize) -> Self {
        Self { items: Some(items), ..Self::new(rulebook) }
    }

    /// What customs knows of those who lodge.
    pub fn facts(&self) -> Facts {
        Facts { traders: self.workload.traders().to_vec(), ..Facts::default() }
    }

    /// How many were made so far.
    pub fn made(&self) -> usize {
        self.made
    }

    /// The next documents as messages to a topic, the event of each named by its place in the row.
    pub fn outgoing(&mut self, topic: &str, count: usize) -> Vec<Outgoing> {
        let first = self.made;
        let documents = self.next(count).into_iter().zip(first..);
        documents
            .map(|(document, at)| Outgoing {
                topic: topic.to_owned(),
                key: document.declarant.into_bytes(),
                headers: Vec::new(),
                payload: document.payload,
                event_id: format!("load-{at}"),
                timestamp_ms: Some(time_ms(at)),
            })
            .collect()
    }

    /// The next documents as messages that were read from one partition of a topic.
    pub fn messages(&mut self, topic: &str, partition: i32, count: usize) -> Vec<Message> {
        let topic: Arc<str> = Arc::from(topic);
        let documents = self.next(count).into_iter().zip(0..);
        documents
            .map(|(document, offset)| Message {
                topic: topic.clone(),
                partition,
                offset,
                timestamp_ms: time_ms(0) + offset,
                key: Some(document.declarant.into_bytes()),
                headers: Vec::new(),
                payload: Some(document.payload),
                generation: 0,
            })
            .collect()
    }

    fn next(&mut self, count: usize) -> Vec<Document> {
        let places = self.made..self.made + count;
        self.made = places.end;
        places
            .map(|place| {
                let mut declaration = self.workload.declaration(self.items);
                declaration.reference = Some(format!("LOAD-{place:08}").into());
                Document {
                    declarant: declaration.declarant().unwrap_or_default().to_owned(),
                    payload: message::write_declaration(&declaration).into_bytes(),
                }
            })
            .collect()
    }
}

fn time_ms(at: usize) -> i64 {
    BEGINNING_MS + i64::try_from(at).unwrap_or(0)
}
