//! Tails that begin where another ended, and many who listen to one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use stream::{Broadcast, Heard, Listener, Message, StreamError, Tail, TailFrom};

use crate::backend::Backend;
use crate::support::{PATIENCE, publish};

const KEYS: [&str; 4] = ["0101243150", "0302712571", "0100109106", "0304741634"];

/// What tells a message from every other.
fn place(message: &Message) -> (i32, i64) {
    (message.partition, message.offset)
}

async fn take(tail: &mut dyn Tail, count: usize) -> Vec<(i32, i64)> {
    let mut places = Vec::new();
    for _ in 0..count {
        places.push(place(&tail.next(PATIENCE).await.expect("no error").expect("a message")));
    }
    places
}

pub(crate) async fn a_tail_goes_on_where_another_ended(backend: &Backend) {
    let topic = backend.topic(3).await;
    for key in KEYS {
        publish(&*backend.stream, &topic, key, 0..5).await;
    }
    let mut first = backend.stream.tail(&topic, TailFrom::Beginning).await.expect("a tail");
    assert_eq!(first.positions(), BTreeMap::from([(0, 0), (1, 0), (2, 0)]));
    let mut read = take(&mut *first, 7).await;
    let positions = first.positions();
    drop(first);

    // Another process goes on, also with what was published meanwhile.
    let other = backend.another_handle().await;
    publish(&*other, &topic, KEYS[0], 5..8).await;
    let mut second = other.tail(&topic, TailFrom::Positions(positions)).await.expect("a tail");
    read.extend(take(&mut *second, 16).await);
    assert_eq!(second.next(Duration::from_millis(200)).await.expect("no error"), None);
    let ends = other.topics().await.expect("states")[0].end_offsets.clone();
    assert_eq!(second.positions(), (0..).zip(ends.clone()).collect());
    let unique: BTreeSet<(i32, i64)> = read.iter().copied().collect();
    assert_eq!((read.len(), unique.len()), (23, 23), "each once: {read:?}");
    for partition in 0..3 {
        let offsets: Vec<i64> = read.iter().filter(|at| at.0 == partition).map(|at| at.1).collect();
        assert!(offsets.is_sorted(), "in order within partition {partition}: {offsets:?}");
    }

    // A partition that is not named is read from its oldest message, the others from where they are told.
    let (busy, end) = (0..).zip(ends.clone()).find(|(_, end)| *end > 0).expect("a partition with messages");
    let others = (0..).zip(ends).filter(|(partition, _)| *partition != busy).collect();
    let mut third = other.tail(&topic, TailFrom::Positions(others)).await.expect("a tail");
    let expected: Vec<(i32, i64)> = read.into_iter().filter(|at| at.0 == busy).collect();
    assert_eq!(take(&mut *third, expected.len()).await, expected);
    assert_eq!(third.positions()[&busy], end);
}

pub(crate) async fn a_position_that_the_log_does_not_have_is_refused(backend: &Backend) {
    let topic = backend.topic(2).await;
    publish(&*backend.stream, &topic, KEYS[0], 0..3).await;
    for (partition, offset, words) in [(0, 4, "beyond the end"), (1, 4, "beyond the end"), (2, 0, "no such partition")]
    {
        let from = TailFrom::Positions(BTreeMap::from([(partition, offset)]));
        let Err(StreamError::Misfit { partition: named, reason, .. }) = backend.stream.tail(&topic, from).await else {
            panic!("a tail begins at {partition}/{offset}");
        };
        assert_eq!(named, partition);
        assert!(reason.contains(words), "{reason}");
    }
}

/// Kafka's alone: the embedded log deletes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_position_whose_messages_were_deleted_is_refused() {
    let Some(backend) = Backend::kafka("a_position_whose_messages_were_deleted_is_refused").await else {
        return;
    };
    let topic = backend.topic(1).await;
    publish(&*backend.stream, &topic, KEYS[0], 0..3).await;
    backend.delete_messages(&topic).await;
    let from = TailFrom::Positions(BTreeMap::from([(0, 1)]));
    let Err(StreamError::Misfit { reason, .. }) = backend.stream.tail(&topic, from).await else {
        panic!("a tail begins with a message that is deleted");
    };
    assert!(reason.contains("deleted unread"), "{reason}");
}

/// The next message, where the listener missed none.
async fn hear(listener: &mut Listener) -> (i32, i64) {
    match listener.next(PATIENCE).await.expect("no error").expect("something") {
        Heard::Message(message) => place(&message),
        missed @ Heard::Missed { .. } => panic!("{missed:?}"),
    }
}

pub(crate) async fn every_listener_hears_all_and_a_slow_one_is_told_what_it_missed(backend: &Backend) {
    const ROOM: usize = 8;
    let topic = backend.topic(3).await;
    publish(&*backend.stream, &topic, "before", 0..3).await;
    let tail = backend.stream.tail(&topic, TailFrom::End).await.expect("a tail");
    let broadcast = Broadcast::of(tail, ROOM);
    let (mut quick, mut slow) = (broadcast.listen(), broadcast.listen());
    let begun = slow.positions().clone();
    let mut all = Vec::new();
    for round in 0..4 {
        publish(&*backend.stream, &topic, KEYS[round % 2], round * 5..round * 5 + 5).await;
        for _ in 0..5 {
            all.push(hear(&mut quick).await);
        }
    }
    // The slow one held up nobody, and is told how much it missed and from where on that can be read.
    let heard = slow.next(PATIENCE).await.expect("no error").expect("something");
    let Heard::Missed { messages, from } = heard else { panic!("{heard:?}") };
    assert_eq!((messages, &from), (12, &begun));
    let mut late = broadcast.listen();
    for at in &all[12..] {
        assert_eq!(hear(&mut slow).await, *at);
    }
    assert_eq!(slow.next(Duration::ZERO).await.expect("no error"), None);
    assert_eq!(slow.positions(), quick.positions());
    let mut missed = backend.stream.tail(&topic, TailFrom::Positions(from)).await.expect("a tail");
    let read: BTreeSet<(i32, i64)> = take(&mut *missed, 20).await.into_iter().collect();
    assert_eq!(read, all.iter().copied().collect());

    // One who comes late hears what comes from now on, and knows from where that is.
    assert_eq!(late.positions(), quick.positions());
    publish(&*backend.stream, &topic, KEYS[0], 20..21).await;
    assert_eq!(hear(&mut late).await, hear(&mut quick).await);

    drop(broadcast);
    for mut listener in [quick, late] {
        let ended = listener.next(PATIENCE).await.expect_err("nobody reads");
        assert!(matches!(&*ended, StreamError::Closed), "{ended:?}");
    }
    // What was read before the end is heard before it.
    hear(&mut slow).await;
    slow.next(PATIENCE).await.expect_err("nobody reads");
}
