//! Whether a process goes on where the last one stopped: a configuration that was changed meanwhile may leave messages
//! behind that nobody reads, or a database that nobody finds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use stream::{Stream, TailFrom, TopicState};

use crate::Failure;
use crate::config::Config;

/// What stands behind the name of a database's file that a process has saved from being removed.
pub(crate) const RESCUED: &str = ".rescued-";

/// What the configuration leaves behind, each in a sentence: messages that this database was reading and that nobody reads
/// any more, topics that another consumer group was reading into it, and partitions that came to a topic while messages
/// wait in the others.
pub(crate) async fn left_behind(config: &Config, stream: &dyn Stream) -> Result<Vec<String>, Failure> {
    let positions = storage::positions_found(&config.storage.url)
        .await
        .map_err(|error| Failure::to("look at the positions in the database", &error))?;
    let mut by_group: BTreeMap<&str, ByTopic<'_>> = BTreeMap::new();
    for (place, next) in &positions {
        let by_topic = by_group.entry(&place.group).or_default();
        by_topic.entry(&place.topic).or_default().insert(place.partition, *next);
    }
    for topic in positions.iter().map(|(place, _)| place.topic.as_str()).collect::<BTreeSet<_>>() {
        // A topic has to be known before it is asked about. One that is gone has nothing waiting in it.
        drop(stream.tail(topic, TailFrom::End).await);
    }
    let states = stream.topics().await.map_err(|error| Failure::to("look at the topics", &error))?;
    let topics = config.topics();
    let read: BTreeSet<&str> = topics.processed().into_iter().collect();
    let group = config.stream.group.as_str();
    let Some(own) = by_group.remove(group) else {
        return Ok(by_group
            .iter()
            .filter_map(|(other, by_topic)| read_by(other, by_topic, group, &read, &states))
            .collect());
    };
    Ok(left_by(&own, &read, &states))
}

/// The offsets at which reading goes on, by topic and partition.
type ByTopic<'a> = BTreeMap<&'a str, BTreeMap<i32, i64>>;

/// That another group has read what this configuration reads, whose own group has read nothing yet.
fn read_by(
    other: &str,
    by_topic: &ByTopic<'_>,
    group: &str,
    read: &BTreeSet<&str>,
    states: &[TopicState],
) -> Option<String> {
    let (mut dealt_with, mut waiting) = (0, 0);
    for (topic, next) in by_topic.iter().filter(|(topic, _)| read.contains(*topic)) {
        let Some(state) = states.iter().find(|state| state.name == **topic) else { continue };
        dealt_with += next.values().sum::<i64>();
        waiting += waiting_in(state, next);
    }
    (dealt_with > 0 || waiting > 0).then(|| {
        format!(
            "the consumer group `{other}` has dealt with {dealt_with} messages into this database, and {waiting} wait; the group \
             `{group}` of this configuration would begin with the first message again: put stream.group back to `{other}`"
        )
    })
}

/// What waits where nobody reads it any more, and which partitions came while messages wait.
fn left_by(by_topic: &ByTopic<'_>, read: &BTreeSet<&str>, states: &[TopicState]) -> Vec<String> {
    let mut sentences = Vec::new();
    for (&topic, next) in by_topic {
        let Some(state) = states.iter().find(|state| state.name == topic) else { continue };
        let waiting = waiting_in(state, next);
        if waiting == 0 {
            continue;
        }
        if !read.contains(topic) {
            sentences.push(format!(
                "{waiting} messages wait in {topic}, which this database was reading and this configuration does not: put \
                 stream.topic_prefix back to what it was until they are dealt with"
            ));
            continue;
        }
        let new = (0..).zip(&state.end_offsets).filter(|(partition, _)| !next.contains_key(partition)).count();
        if new > 0 {
            sentences.push(format!(
                "{topic} has {new} partitions that were never read, while {waiting} messages wait: one enterprise's \
                 messages may lie in two partitions, and out of order; let the old ones be dealt with before anybody \
                 publishes to the new ones"
            ));
        }
    }
    sentences
}

/// How many messages of the partitions that were read before have not been dealt with.
fn waiting_in(state: &TopicState, next: &BTreeMap<i32, i64>) -> i64 {
    let ends = (0..).zip(&state.end_offsets);
    ends.filter_map(|(partition, end)| Some(end.saturating_sub(*next.get(&partition)?).max(0))).sum()
}

/// Refuses to begin with an empty database where one was there: its log was left alone, or a process has saved it under
/// another name.
pub(crate) fn refuse_beginning_anew(file: &Path) -> Result<(), Failure> {
    if file.exists() {
        return Ok(());
    }
    let beside = |ending: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let log = beside("-wal");
    if log.exists() {
        return Err(Failure::failed(format!(
            "the database {} is not there, and its log {} is: put the database back beside it, or move the log away to begin \
             with an empty database",
            file.display(),
            log.display()
        )));
    }
    match rescued(file) {
        None => Ok(()),
        Some(rescued) => Err(Failure::failed(format!(
            "the database {} is not there; what was in it was saved in {}: give that, with the file beside it whose name \
             ends with -wal, the name of the database, or move both away to begin with an empty one",
            file.display(),
            rescued.display()
        ))),
    }
}

/// The last copy that a process saved of a file.
fn rescued(file: &Path) -> Option<PathBuf> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let begins = format!("{}{RESCUED}", file.file_name()?.to_str()?);
    let names = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let is_one = |path: &PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(&begins) && !name.ends_with("-wal"))
    };
    names.filter(is_one).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_database_is_not_begun_where_one_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("thongquan.db");
        assert!(refuse_beginning_anew(&file).is_ok());
        let log = folder.path().join("thongquan.db-wal");
        std::fs::write(&log, "log").unwrap();
        assert!(refuse_beginning_anew(&file).is_err_and(|failure| failure.message.contains("thongquan.db-wal")));
        std::fs::rename(&log, folder.path().join("thongquan.db.rescued-1-wal")).unwrap();
        assert!(refuse_beginning_anew(&file).is_ok());
        std::fs::write(folder.path().join("thongquan.db.rescued-1"), "saved").unwrap();
        assert!(refuse_beginning_anew(&file).is_err_and(|failure| failure.message.contains("rescued-1:")));
        std::fs::write(&file, "database").unwrap();
        assert!(refuse_beginning_anew(&file).is_ok());
    }
}
