//! Batches decided in memory, as they would be written: for measuring the work apart from stream and database.

use casework::{Advance, Arrival, Found, Generations, Grounds, Lodgement, Matter as _, Series, plan};
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
    pub fn decide(&mut self, messages: Vec<Message>) -> Option<Batch> {
        let lodgements: Vec<Lodgement> =
            messages.into_iter().map(|message| Lodgement::read(arrival_of(message))).collect();
        let grounds = Grounds {
            rulebook: self.rulebook,
            selectivity_secret: &self.settings.selectivity_secret,
            topics: &self.settings.topics,
            generations: &Generations::default(),
        };
        let (plan, series_after) = plan(&lodgements, Found::new(Prefetched::default()), grounds, self.series.clone());
        let arrivals: Vec<&Arrival> = lodgements.iter().map(Lodgement::arrival).collect();
        let first = &arrivals.first()?.source;
        let advance = Advance {
            partition: self.settings.partition(&first.topic, first.partition),
            epoch: self.position.epoch,
            expected: self.position.next_offset,
            series_before: std::mem::replace(&mut self.series, series_after.clone()),
            series_after,
        };
        let batch = plan.into_batch(&arrivals, advance)?;
        self.position.next_offset = batch.next;
        Some(batch)
    }
}
