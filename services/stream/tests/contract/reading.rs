//! A consumer with the batches of all its partitions as one row of events, for cases that read whatever comes.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use stream::{Assigned, Batch, Batches, Consumer, Result};

/// What comes next, of whichever partition.
#[derive(Debug)]
#[allow(dead_code, reason = "not every test that reads looks into all of it")]
pub(crate) enum Event {
    Batch(Batch),
    Assigned(Vec<(Arc<str>, i32)>),
    Revoked(Vec<(Arc<str>, i32)>),
    Halted { partition: i32, reason: String },
}

pub(crate) struct Reading {
    consumer: Box<dyn Consumer>,
    batches: Vec<Assigned>,
}

impl Reading {
    pub(crate) fn of(consumer: Box<dyn Consumer>) -> Self {
        Self { consumer, batches: Vec::new() }
    }

    /// The next event, the partitions taking turns. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Result<Event> {
        let partitions = self.batches.len().max(1);
        self.batches.rotate_left(1 % partitions);
        let mut event = self.consumer.next();
        let mut batches: Vec<_> = self.batches.iter_mut().map(|held| held.batches.next()).collect();
        let seen = std::future::poll_fn(|context| {
            if let Poll::Ready(event) = event.as_mut().poll(context) {
                return Poll::Ready(Err(event));
            }
            let mut index = 0;
            while let Some(next) = batches.get_mut(index) {
                match next.as_mut().poll(context) {
                    Poll::Ready(Some(batch)) => return Poll::Ready(Ok(batch)),
                    // It is over, which an event will tell.
                    Poll::Ready(None) => drop(batches.swap_remove(index)),
                    Poll::Pending => index += 1,
                }
            }
            Poll::Pending
        })
        .await;
        drop((event, batches));
        match seen {
            Ok(batch) => Ok(Event::Batch(batch)),
            Err(event) => Ok(self.note(event?)),
        }
    }

    fn note(&mut self, event: stream::Event) -> Event {
        match event {
            stream::Event::Assigned(partitions) => {
                let names = partitions.iter().map(|assigned| (assigned.topic.clone(), assigned.partition)).collect();
                partitions.into_iter().for_each(|assigned| self.hold(assigned));
                Event::Assigned(names)
            }
            stream::Event::Revoked(partitions) => {
                self.batches.retain(|held| !partitions.contains(&(held.topic.clone(), held.partition)));
                Event::Revoked(partitions)
            }
            stream::Event::Halted { partition, reason, .. } => Event::Halted { partition, reason },
        }
    }

    fn hold(&mut self, assigned: Assigned) {
        self.batches.retain(|held| (&held.topic, held.partition) != (&assigned.topic, assigned.partition));
        self.batches.push(assigned);
    }

    /// The batches of a partition, which are taken by the caller from now on.
    #[allow(dead_code, reason = "not every test that reads takes one out")]
    pub(crate) fn take_out(&mut self, partition: i32) -> Box<dyn Batches> {
        let index = self.batches.iter().position(|held| held.partition == partition).expect("assigned");
        self.batches.swap_remove(index).batches
    }

    #[allow(dead_code, reason = "not every test that reads goes back")]
    pub(crate) async fn rewind(&mut self, topic: &str, partition: i32, offset: i64) -> Result<()> {
        let batches = self.consumer.rewind(topic, partition, offset).await?;
        self.hold(Assigned { topic: Arc::from(topic), partition, batches });
        Ok(())
    }

    pub(crate) async fn close(self, deadline: Duration) {
        self.consumer.close(deadline).await;
    }
}
