//! What writing, finding and listing cost when ten thousand declarations are stored, and when there are millions.
//!
//! A thousand declarations are decided once; their batches are written again and again under other references, numbers and
//! times, through the same door through which the processor writes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::rulebook;
use benches::site::{Database, Documents, setting};
use processor::{Rehearsal, Settings};
use storage::{Batch, Commit, DeclarationKey, Filter, Order, Position, Scope, Store, Wanted};
use stream::Topics;
use tokio::task::JoinSet;
use vocabulary::{DeclarationNumber, Direction};

use crate::curve::{Allowed, Curve, Panel, Unit};
use crate::say;

const SIZES: [usize; 4] = [10_000, 100_000, 1_000_000, 5_000_000];
/// Declarations of a batch, batches of a round, and partitions that write side by side while the database fills.
const BATCH: usize = 250;
const BATCHES: usize = 4;
const WRITERS: i32 = 2;
/// How often each question is asked. The lower quartile counts: what else the machine does only adds to it.
const ASKED: usize = 80;
const PAGE: usize = 50;

/// Fills a database of its own to each size in turn, and measures there.
pub async fn stored(postgres: &str) -> Panel {
    let most = setting("THONGQUAN_GROWTH_STORED", 1_000_000);
    let database = Database::create(postgres, "growth_stored").await;
    let before = database.sizes().await;
    let mut filler = Filler::new(database.store.clone()).await;
    let mut write = Curve::new("writing one, in batches of 250", Allowed::Each, Unit::Microseconds);
    let mut find = Curve::new("finding one by its key, 250 at once", Allowed::Each, Unit::Microseconds);
    let mut list = Curve::new("a page of an enterprise's list", Allowed::Each, Unit::Microseconds);
    let mut office = Curve::new("a page of what waits at an office", Allowed::Each, Unit::Microseconds);
    let mut due = Curve::new("what the calendar acts on next", Allowed::Each, Unit::Microseconds);
    let mut bytes = Curve::new("bytes of one, tables and indexes", Allowed::Each, Unit::Bytes);
    for size in SIZES.into_iter().filter(|size| *size <= most) {
        say(&format!("{size} declarations stored"));
        filler.fill(size).await;
        database.settle().await;
        let stored = size as u64;
        let grown = database.sizes().await.since(before);
        bytes.add(stored, (grown.tables + grown.decision_log) as f64 / size as f64);
        find.add(stored, quartile(async |turn| filler.find(turn).await).await / BATCH as f64);
        list.add(stored, quartile(async |turn| filler.list(turn, false).await).await);
        office.add(stored, quartile(async |turn| filler.list(turn, true).await).await);
        due.add(stored, quartile(async |_| filler.due().await).await);
        write.add(stored, filler.write().await);
    }
    drop(filler);
    database.drop().await;
    Panel { against: "declarations stored", curves: vec![write, find, list, office, due, bytes] }
}

/// Microseconds of a question, the lower quartile of many.
async fn quartile(question: impl AsyncFn(usize)) -> f64 {
    let mut took = Vec::with_capacity(ASKED);
    for turn in 0..ASKED {
        let begun = Instant::now();
        question(turn).await;
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    took.get(ASKED / 4).copied().unwrap_or_default().as_secs_f64() * 1e6
}

/// Writes declarations that were decided before, under names of their own.
struct Filler {
    store: Arc<dyn Store>,
    settings: Settings,
    pattern: Arc<Vec<Batch>>,
    /// Rounds written so far; each has new references, numbers and times.
    rounds: usize,
    /// How far each partition has come.
    positions: Vec<i64>,
}

impl Filler {
    async fn new(store: Arc<dyn Store>) -> Self {
        let settings = Settings { topics: Topics::new("growth."), ..Settings::default() };
        let rulebook = rulebook();
        let mut documents = Documents::new(&rulebook);
        let messages = documents.messages(&settings.topics.lodged, 0, BATCH * BATCHES);
        let mut rehearsal = Rehearsal::new(&rulebook, &settings, Position { next_offset: 0, epoch: 1 });
        let pattern = messages.chunks(BATCH).filter_map(|part| rehearsal.decide(part.to_vec())).collect();
        for partition in 0..WRITERS {
            let partition = settings.partition(&settings.topics.lodged, partition);
            assert_eq!(store.acquire(&partition, "growth").await.unwrap(), Position { next_offset: 0, epoch: 1 });
        }
        Self { store, settings, pattern: Arc::new(pattern), rounds: 0, positions: vec![0; WRITERS as usize] }
    }

    fn stored(&self) -> usize {
        self.rounds * BATCH * BATCHES
    }

    async fn fill(&mut self, size: usize) {
        while self.stored() < size {
            let mut writers = JoinSet::new();
            for partition in 0..WRITERS {
                if self.stored() >= size {
                    break;
                }
                let batches = self.round(partition);
                let store = self.store.clone();
                writers.spawn(async move {
                    for batch in &batches {
                        assert_eq!(store.commit(batch).await.unwrap(), Commit::Committed);
                    }
                });
            }
            while let Some(done) = writers.join_next().await {
                done.unwrap();
            }
        }
    }

    /// The next batches of a partition.
    fn round(&mut self, partition: i32) -> Vec<Batch> {
        let round = self.rounds;
        self.rounds += 1;
        let of = self.settings.partition(&self.settings.topics.lodged, partition);
        let position = &mut self.positions[usize::try_from(partition).unwrap()];
        let mut batches: Vec<Batch> = self.pattern.as_ref().clone();
        for (at, batch) in batches.iter_mut().enumerate() {
            batch.partition = of.clone();
            batch.expected = *position;
            *position += BATCH as i64;
            batch.next = *position;
            batch.series.clear();
            batch.outbox.clear();
            for (place, declaration) in batch.declarations.iter_mut().enumerate() {
                rename(&mut declaration.lodged.key, round);
                let counter = u32::try_from((round * BATCHES + at) * BATCH + place).unwrap();
                let direction = declaration.lodged.direction.unwrap_or(Direction::Import);
                let number = DeclarationNumber::new(direction, counter).unwrap();
                declaration.stand.number = declaration.stand.number.map(|_| number);
                let later = round as i64 * 1_000;
                declaration.stand.registered_at_ms += later;
                declaration.stand.since_ms += later;
                declaration.time_acts_at_ms = declaration.time_acts_at_ms.map(|at| at + later);
                declaration.searched.first_stem = None;
            }
            batch.log.iter_mut().for_each(|entry| rename(&mut entry.key, round));
        }
        batches
    }

    /// Microseconds of one declaration, the lower quartile of several batches that one partition writes alone.
    async fn write(&mut self) -> f64 {
        let mut took: Vec<Duration> = Vec::new();
        for _ in 0..5 {
            for batch in self.round(0) {
                let begun = Instant::now();
                assert_eq!(self.store.commit(&batch).await.unwrap(), Commit::Committed);
                took.push(begun.elapsed());
            }
        }
        took.sort_unstable();
        took.get(took.len() / 4).copied().unwrap_or_default().as_secs_f64() * 1e6 / BATCH as f64
    }

    /// What a batch asks before it is decided, of declarations from all over what is stored.
    async fn find(&self, turn: usize) {
        let pattern = self.pattern[turn % BATCHES].declarations.iter().enumerate();
        let declarations = pattern.map(|(place, declaration)| {
            let mut key = declaration.lodged.key.clone();
            rename(&mut key, (turn * 7_919 + place * 104_729) % self.rounds);
            key
        });
        let wanted = Wanted { declarations: declarations.collect(), ..Wanted::default() };
        let found = self.store.prefetch(&wanted).await.unwrap();
        assert_eq!(found.declarations.len(), BATCH);
    }

    async fn list(&self, turn: usize, is_office: bool) {
        let lodged = &self.pattern[turn % BATCHES].declarations[turn * 2].lodged;
        let filter = if is_office {
            Filter::all(Scope::Offices(vec![lodged.office.clone()]), Order::LongestWaiting)
        } else {
            Filter::all(Scope::Declarant(lodged.key.declarant.clone()), Order::LastRegistered)
        };
        self.store.list(&filter, None, PAGE).await.unwrap();
    }

    async fn due(&self) {
        self.store.timed_page(i64::MAX, None, PAGE).await.unwrap();
    }
}

fn rename(key: &mut DeclarationKey, round: usize) {
    key.reference = format!("{}-{round}", key.reference);
}
