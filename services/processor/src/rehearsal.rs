//! Batches decided in memory, as they would be written: for measuring the work apart from stream and database.

use rulebook::Rulebook;
use storage::{Batch, Position, Prefetched};
use stream::Message;

use crate::arrival::Arrival;
use crate::plan::{Desk, Generations, Series, Turn};
use crate::registration::{self, Lodgement};
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
        let arrivals: Vec<Arrival<'_>> = messages.iter().map(Arrival::new).collect();
        let lodgements: Vec<Lodgement<'_>> =
            messages.iter().map(|message| Lodgement::read(Arrival::new(message))).collect();
        let mut desk = Desk {
            rulebook: self.rulebook,
            settings: self.settings,
            series: self.series.clone(),
            generations: &Generations::default(),
        };
        let plan = registration::plan(&lodgements, Prefetched::default(), &mut desk);
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
