//! Where a tail begins.

use std::collections::BTreeMap;

use crate::contract::TailFrom;
use crate::error::StreamError;
use crate::positions::misfit;

/// Where a tail begins in each partition of a topic, whose partitions hold the offsets from the first up to but not
/// including the second, in order.
///
/// # Errors
/// Names the partition whose position does not fit.
pub(crate) fn tail_positions(
    topic: &str,
    bounds: &[(i64, i64)],
    from: &TailFrom,
) -> Result<BTreeMap<i32, i64>, StreamError> {
    let misfits = |partition, reason| StreamError::Misfit { topic: topic.to_owned(), partition, reason };
    let partitions = (0..).zip(bounds).map(|(partition, bounds)| (partition, *bounds));
    let begins: BTreeMap<i32, (i64, i64)> = partitions.collect();
    if let TailFrom::Positions(given) = from
        && let Some(stranger) = given.keys().find(|partition| !begins.contains_key(partition))
    {
        return Err(misfits(*stranger, "the topic has no such partition".to_owned()));
    }
    let place = |(partition, (begin, end))| {
        let position = match from {
            TailFrom::Beginning => begin,
            TailFrom::End => end,
            TailFrom::Positions(given) => given.get(&partition).copied().unwrap_or(begin),
        };
        match misfit(position, begin, end) {
            None => Ok((partition, position)),
            Some(reason) => Err(misfits(partition, reason)),
        }
    };
    begins.into_iter().map(place).collect()
}
