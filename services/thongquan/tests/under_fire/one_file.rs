//! The embedded default under fire: one file, whose processor is killed, whose disk fills up, and which is misread, at random
//! moments. `THONGQUAN_STORM_EVENTS` says how often (a thousand take about seven minutes in the dev profile);
//! `THONGQUAN_FAULTS_SEED` tries another row of them.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::civil::date;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use simulator::{Lodged, Workload};

use crate::account::{self, Account, PATIENCE};
use crate::common::{self, Backend, Folder};
use crate::faulty_files::{ALL, Fault, FaultyFiles};
use crate::number_of;
use crate::processors::Processor;

const PREFIX: &str = "storm.";
/// How many messages are lodged with each thing that goes wrong.
const PORTION: usize = 6;
/// How many messages may wait before the next thing goes wrong.
const BACKLOG: usize = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Killed,
    Full,
    Misread,
    Unwritten,
    Unsynced,
    KilledWhileMisreading,
    KilledWhileFull,
}

const EVENTS: [Event; 7] = [
    Event::Killed,
    Event::Full,
    Event::Misread,
    Event::Unwritten,
    Event::Unsynced,
    Event::KilledWhileMisreading,
    Event::KilledWhileFull,
];

struct Storm {
    backend: Backend,
    files: FaultyFiles,
    processor: Processor,
    chance: ChaCha12Rng,
    /// How often each thing happened.
    happened: BTreeMap<Event, usize>,
    ended_by_itself: usize,
}

impl Storm {
    async fn pause(&mut self, milliseconds: std::ops::Range<u64>) {
        tokio::time::sleep(Duration::from_millis(self.chance.random_range(milliseconds))).await;
    }

    /// Lets files fail for a while, so many of a million calls.
    async fn spell(&mut self, fault: Fault, of_a_million: std::ops::Range<u32>, milliseconds: std::ops::Range<u64>) {
        let of_a_million = self.chance.random_range(of_a_million);
        self.files.fail(fault, of_a_million);
        self.pause(milliseconds).await;
        self.files.mend();
    }

    fn kill(&mut self) {
        self.processor.kill();
        self.processor.start();
    }

    async fn strike(&mut self) {
        let event = EVENTS[self.chance.random_range(0..EVENTS.len())];
        *self.happened.entry(event).or_default() += 1;
        match event {
            Event::Killed => self.kill(),
            Event::Full => self.spell(Fault::Room, ALL / 4..ALL + 1, 20..300).await,
            Event::Misread => self.spell(Fault::Reads, ALL / 50..ALL / 4, 20..300).await,
            Event::Unwritten => self.spell(Fault::Writes, ALL / 10..ALL, 20..200).await,
            Event::Unsynced => self.spell(Fault::Syncs, ALL / 10..ALL, 20..200).await,
            Event::KilledWhileMisreading => {
                self.files.fail(Fault::Reads, ALL / 20);
                self.pause(10..100).await;
                self.kill();
                self.pause(10..600).await;
                self.files.mend();
            }
            Event::KilledWhileFull => {
                self.files.fail(Fault::Room, ALL);
                self.pause(10..100).await;
                self.kill();
                self.pause(10..600).await;
                self.files.mend();
            }
        }
    }

    /// Waits until so many messages are dealt with, as a supervisor would: what ends by itself is started again.
    async fn until(&mut self, count: usize) {
        let (processor, ended) = (&mut self.processor, &mut self.ended_by_itself);
        let lodged = &self.backend.topics.lodged;
        account::until_dealt_with(&self.backend, lodged, count, || tend(processor, ended)).await;
    }
}

fn tend(processor: &mut Processor, ended: &mut usize) {
    if processor.has_just_ended() {
        *ended += 1;
        processor.start();
    }
}

/// What comes of the messages when nothing goes wrong, and how many are kept then.
async fn undisturbed(lodged: Vec<Lodged>, traders: vocabulary::Facts) -> (Account, i64) {
    let folder = Folder::new("thongquan-no-storm.");
    let backend = common::embedded(folder.path(), PREFIX).await;
    backend.store.put_facts(&casework::facts_to_keep(&traders).unwrap()).await.unwrap();
    backend.publish_lodged(&lodged, 0).await;
    let mut processor = Processor::of(&backend, folder.path(), "undisturbed");
    processor.start();
    account::until_dealt_with(&backend, &backend.topics.lodged, lodged.len(), || {}).await;
    account::until_all_is_sent(&backend, || {}).await;
    let kept = backend.store.counts().await.unwrap().kept;
    (Account::of(&backend).await, kept)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_is_killed_filled_and_misread_and_nothing_is_lost() {
    let begun = Instant::now();
    let events = usize::try_from(number_of("THONGQUAN_STORM_EVENTS", 30)).unwrap();
    let seed = number_of("THONGQUAN_FAULTS_SEED", 31);
    println!("THONGQUAN_STORM_EVENTS={events} THONGQUAN_FAULTS_SEED={seed}");
    let mut workload = Workload::new(seed, common::rulebook(), date(2026, 11, 24));
    let traders = vocabulary::Facts { traders: workload.traders().to_vec(), ..vocabulary::Facts::default() };
    let lodged: Vec<Lodged> = workload.by_ref().take(events * PORTION).collect();
    let (peaceful, kept) = undisturbed(lodged.clone(), traders.clone()).await;

    let folder = Folder::new("thongquan-storm.");
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let backend = common::embedded(&data, PREFIX).await;
    backend.store.put_facts(&casework::facts_to_keep(&traders).unwrap()).await.unwrap();
    let files = FaultyFiles::below(&data, folder.path());
    let mut processor = files.under(Processor::of(&backend, folder.path(), "under fire"));
    processor.start();
    let chance = ChaCha12Rng::seed_from_u64(seed);
    let mut storm = Storm { backend, files, processor, chance, happened: BTreeMap::new(), ended_by_itself: 0 };
    for (at, portion) in lodged.chunks(PORTION).enumerate() {
        storm.backend.publish_lodged(portion, at * PORTION).await;
        storm.pause(0..100).await;
        storm.strike().await;
        let published = (at + 1) * PORTION;
        storm.until(published.saturating_sub(BACKLOG)).await;
        if at % 100 == 99 {
            println!("{:>4} s: {} things went wrong", begun.elapsed().as_secs(), at + 1);
        }
    }
    storm.until(lodged.len()).await;
    {
        let (processor, ended) = (&mut storm.processor, &mut storm.ended_by_itself);
        account::until_all_is_sent(&storm.backend, || tend(processor, ended)).await;
    }
    storm.processor.signal("TERM");
    assert!(storm.processor.ended(PATIENCE).await.success(), "{}", storm.processor.log());

    let account = Account::of(&storm.backend).await;
    account.assert_decided_once(&lodged);
    account.assert_same(&peaceful, |_| true);
    account.assert_answers_have_causes();
    assert_eq!(account.answers.len(), peaceful.answers.len());
    let log = storm.processor.log();
    assert_eq!(storm.backend.store.counts().await.unwrap().kept, kept, "something sound was kept aside: {log}");
    account::assert_logs_whole(&storm.backend, &account).await;
    let replay = Command::new(crate::PROGRAM.0)
        .arg("replay")
        .current_dir(common::workspace())
        .env("THONGQUAN_STORAGE__URL", storm.backend.setting("THONGQUAN_STORAGE__URL"))
        .output()
        .unwrap();
    assert!(replay.status.success(), "{}", String::from_utf8_lossy(&replay.stdout));
    let failed = |fault| storm.files.failed(fault);
    println!(
        "{:>4} s: {:?}; {} reads, {} writes and {} syncs failed, {} writes found no room; the processor ended by itself {} \
         times; {} declarations, {} notices, all as undisturbed",
        begun.elapsed().as_secs(),
        storm.happened,
        failed(Fault::Reads),
        failed(Fault::Writes),
        failed(Fault::Syncs),
        failed(Fault::Room),
        storm.ended_by_itself,
        account.decisions.len(),
        account.answers.len()
    );
    assert!(failed(Fault::Reads) > 0 && failed(Fault::Room) > 0, "no file has failed");
}
