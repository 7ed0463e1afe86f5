//! Batches decided in memory, as they would be written: for measuring the work apart from stream and database.

use casework::matters::lodging;
use casework::{Arrival, Desk, Generations, Lodgement, Series, Turn};
use rulebook::Rulebook;
use storage::{Batch, Position, Prefetched};
use stream::Message;

use crate::arrivals::arrival_of;
use crate::settings::Settings;

/// One partition of lodged declarations, worked on by the code that `run` uses, as if nothing were known of anybody.
pub struct Rehearsal<'a> {
    rulebook: &'a Rulebook,
    settings: &'a Settings,
    position: Position,
    series: Series,
}

impl<'a> Rehearsal<'a> {
    /// Begins at the position at which the partition was taken over, with the first number of each series.
    pub fn new(rulebook: &'a Rulebook, settings: &'a Settings, position: Position) -> Self {
        Self { rulebook, settings, position, series: Series::default() }
    }

    /// Reads and decides messages that follow on those before; `None` when there are none.
    pub fn decide(&mut self, messages: &[Message]) -> Option<Batch> {
        let lodgements: Vec<Lodgement> = messages.iter().map(|message| Lodgement::read(arrival_of(message))).collect();
        let arrivals: Vec<&Arrival> = lodgements.iter().map(Lodgement::arrival).collect();
        let mut desk = Desk {
            rulebook: self.rulebook,
            selectivity_secret: &self.settings.selectivity_secret,
            topics: &self.settings.topics,
            series: self.series.clone(),
            generations: &Generations::default(),
        };
        let plan = lodging::plan(&lodgements, Prefetched::default(), &mut desk);
        let first = messages.first()?;
        let turn = Turn {
            partition: self.settings.partition(&first.topic, first.partition),
            epoch: self.position.epoch,
            expected: self.position.next_offset,
            series_before: std::mem::replace(&mut self.series, desk.series.clone()),
            series_after: desk.series,
        };
        let batch = plan.into_batch(&arrivals, turn)?;
        self.position.next_offset = batch.next;
        Some(batch)
    }
}
