//! Many declarations through Kafka into PostgreSQL, while two processors, the broker and the database are killed.
//!
//! The same declarations go through an undisturbed processor on SQLite; decisions, numbers and notices have to be the
//! same byte for byte, each notice under the same event id. The auditor says what is owed.
//!
//! `THONGQUAN_FAULTS_SEED` and `THONGQUAN_FAULTS_COUNT` try others.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::date;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use sha2::{Digest as _, Sha256};
use simulator::{Bank, Lodged, Workload};
use storage::StreamPartition;
use stream::{Outgoing, Tail, TailFrom};
use tempfile::TempDir;
use vocabulary::NoticeKind;

use crate::account::{self, Account};
use crate::common::{self, Backend, PARTITIONS};
use crate::processors::Processor;
use crate::servers::Servers;

/// In how many parts the declarations are lodged; each meets with one thing that goes wrong.
const PORTIONS: usize = 10;
/// A short session, so that a held processor is given up soon.
const SESSION: Duration = Duration::from_secs(3);
/// The topics are the same on both sides, since event ids hang on their names.
const PREFIX: &str = "fire.";

fn number_of(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// What is under fire.
struct Site {
    servers: Servers,
    backend: Backend,
    processors: Vec<Processor>,
    /// How often a processor ended by itself, and was started again as a supervisor would.
    ended_by_themselves: usize,
    lodged: Arc<Vec<Lodged>>,
    published: usize,
    chance: ChaCha12Rng,
    payer: Payer,
}

/// Pays what notices ask for.
struct Payer {
    bank: Bank,
    notices: Box<dyn Tail>,
    seen: BTreeSet<Vec<u8>>,
    /// Messages that confirm a payment.
    confirmed: usize,
    /// Payments by payer, identifier and bank reference: the number that they are for, and the amount.
    payments: BTreeMap<(String, String, String), (String, i64)>,
}

impl Site {
    /// Pays what is owed by now, and lodges the next portion. Says how many declarations that is.
    async fn lodge(&mut self) -> usize {
        let portion = (self.lodged.len() / PORTIONS).max(1).min(self.lodged.len() - self.published);
        self.payer.pay(&self.backend).await;
        let lodged = Arc::clone(&self.lodged);
        self.backend.publish_lodged(&lodged[self.published..self.published + portion], self.published).await;
        self.published += portion;
        portion
    }

    /// Lodges the next portion, and waits until the processors are in the middle of it.
    async fn midway(&mut self) {
        let portion = self.lodge().await;
        let behind = portion * self.chance.random_range(30..80) / 100;
        self.until(self.published - behind).await;
    }

    async fn all_of_it(&mut self) {
        self.until(self.published).await;
    }

    async fn until(&mut self, count: usize) {
        let (processors, ended) = (&mut self.processors, &mut self.ended_by_themselves);
        account::until_dealt_with(&self.backend, &self.backend.topics.lodged, count, || tend(processors, ended)).await;
    }

    /// How often partitions of the lodged declarations have changed hands.
    async fn changes_of_hands(&self) -> i64 {
        let mut sum = 0;
        for partition in 0..PARTITIONS {
            let partition = StreamPartition { topic: self.backend.topics.lodged.clone(), partition };
            sum += self.backend.store.position(&partition).await.unwrap().map_or(0, |position| position.epoch);
        }
        sum
    }

    async fn pause(&mut self, milliseconds: std::ops::Range<u64>) {
        tokio::time::sleep(Duration::from_millis(self.chance.random_range(milliseconds))).await;
    }

    async fn kill_a_processor(&mut self) {
        self.midway().await;
        let victim = self.chance.random_range(0..self.processors.len());
        self.processors[victim].kill();
        self.pause(0..800).await;
        self.processors[victim].start();
    }

    /// Holds a processor until the other has taken everything over, then lets it go on in the middle of the next portion.
    async fn hold_a_processor(&mut self) {
        self.midway().await;
        let before = self.changes_of_hands().await;
        self.processors[0].signal("STOP");
        tokio::time::sleep(SESSION).await;
        self.all_of_it().await;
        assert!(self.changes_of_hands().await > before, "the held processor's partitions were taken over");
        self.midway().await;
        self.processors[0].signal("CONT");
        self.all_of_it().await;
    }

    /// A processor ends between the broker's acknowledgement and the outbox: what it sent is sent again.
    async fn end_after_publishing(&mut self) {
        // The one that fails gets every partition, so that it does publish.
        for processor in &mut self.processors {
            processor.kill();
        }
        self.lodge().await;
        self.processors[0].start_failing("after_publish");
        let status = self.processors[0].ended(account::PATIENCE).await;
        assert_eq!(status.signal(), Some(6), "{}", self.processors[0].log());
        for processor in &mut self.processors {
            processor.start();
        }
        self.all_of_it().await;
    }

    async fn kill_a_server(&mut self, name: &str) {
        self.midway().await;
        self.servers.kill(name);
        self.pause(500..2_000).await;
        self.servers.start_again(name);
        self.all_of_it().await;
    }

    async fn kill_everything(&mut self) {
        self.midway().await;
        self.servers.kill("postgres");
        self.processors[0].kill();
        self.servers.kill("kafka");
        self.processors[1].kill();
        self.servers.start_again("postgres");
        self.processors[0].start();
        self.servers.start_again("kafka");
        self.processors[1].start();
        self.all_of_it().await;
    }
}

/// Starts processors again that ended by themselves.
fn tend(processors: &mut [Processor], ended_by_themselves: &mut usize) {
    for processor in processors {
        if !processor.runs() {
            *ended_by_themselves += 1;
            processor.start();
        }
    }
}

impl Payer {
    async fn of(backend: &Backend, seed: u64) -> Self {
        let notices = backend.stream.tail(&backend.topics.notices, TailFrom::Beginning).await.unwrap();
        Self { bank: Bank::new(seed), notices, seen: BTreeSet::new(), confirmed: 0, payments: BTreeMap::new() }
    }

    /// Pays what has been asked for since the last time.
    async fn pay(&mut self, backend: &Backend) {
        let mut confirmations = Vec::new();
        while let Ok(Some(message)) = self.notices.next(Duration::from_millis(300)).await {
            let id = message.header(stream::EVENT_ID_HEADER).unwrap_or_default().to_vec();
            if message.header("repeated").is_some() || !self.seen.insert(id) {
                continue;
            }
            let notice = message::read_notice(message.payload.as_deref().unwrap()).unwrap();
            if notice.kind != NoticeKind::AwaitingPayment {
                continue;
            }
            for payment in self.bank.pay(&notice) {
                self.confirmed += 1;
                let payload = message::write_payment(&payment);
                confirmations.push(Outgoing {
                    topic: backend.topics.settled.clone(),
                    key: payment.payer.clone().into_bytes(),
                    headers: Vec::new(),
                    event_id: format!("{}-{}", payment.payment_identifier, self.confirmed),
                    payload,
                    timestamp_ms: Some(1_795_500_000_000),
                });
                let amount = payment.amount.to_string().parse().unwrap();
                let key = (payment.payer, payment.payment_identifier, payment.bank_reference);
                self.payments.insert(key, (payment.declaration_number, amount));
            }
        }
        backend.stream.publish(confirmations).await.unwrap();
    }
}

/// What comes of the declarations when nothing goes wrong.
async fn undisturbed(lodged: Arc<Vec<Lodged>>, seed: u64) -> (TempDir, Account) {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), PREFIX).await;
    backend.lodge(&common::rulebook(), seed, 0).await;
    backend.publish_lodged(&lodged, 0).await;
    let mut processor = Processor::of(&backend, folder.path(), "undisturbed");
    processor.start();
    account::until_dealt_with(&backend, &backend.topics.lodged, lodged.len(), || {}).await;
    account::until_all_is_sent(&backend, || {}).await;
    let account = Account::of(&backend).await;
    (folder, account)
}

/// The event ids that payments may have caused, worked out a second time.
async fn caused_by_payments(backend: &Backend) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for partition in 0..PARTITIONS {
        let at = StreamPartition { topic: backend.topics.settled.clone(), partition };
        let end = backend.store.position(&at).await.unwrap().map_or(0, |position| position.next_offset);
        for (offset, sequence) in (0..end).flat_map(|offset| (0_i32..4).map(move |sequence| (offset, sequence))) {
            let mut cause = at.topic.clone().into_bytes();
            cause.push(0);
            cause.extend(partition.to_be_bytes());
            cause.extend(offset.to_be_bytes());
            cause.extend(sequence.to_be_bytes());
            ids.insert(Sha256::digest(cause)[..16].iter().map(|byte| format!("{byte:02x}")).collect());
        }
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts servers of its own and kills them, which takes two minutes"]
async fn everything_is_killed_and_nothing_is_lost() {
    let begun = Instant::now();
    let (seed, count) = (number_of("THONGQUAN_FAULTS_SEED", 31), number_of("THONGQUAN_FAULTS_COUNT", 20_000));
    let Some(servers) = Servers::start() else { return };
    let say = |what: &str| println!("{:>4} s: {what}", begun.elapsed().as_secs());
    say(&format!("the servers run; seed {seed}, {count} messages"));

    let rulebook = common::rulebook();
    let count = usize::try_from(count).unwrap();
    let lodged: Vec<Lodged> = Workload::new(seed, rulebook.clone(), date(2026, 11, 24)).take(count).collect();
    let lodged = Arc::new(lodged);
    let peaceful = tokio::spawn(undisturbed(Arc::clone(&lodged), seed));

    let backend = common::servers_at(&servers.kafka(), &servers.postgres(), "faults", PREFIX).await;
    backend.lodge(&rulebook, seed, 0).await;
    let logs = tempfile::tempdir().unwrap();
    let session = SESSION.as_millis().to_string();
    let processors = ["one", "two"]
        .map(|name| {
            let mut processor =
                Processor::of(&backend, logs.path(), name).with("THONGQUAN_STREAM__SESSION_TIMEOUT_MS", &session);
            processor.start();
            processor
        })
        .into();
    let payer = Payer::of(&backend, seed).await;
    let chance = ChaCha12Rng::seed_from_u64(seed);
    let mut site = Site { servers, backend, processors, ended_by_themselves: 0, lodged, published: 0, chance, payer };

    for _ in 0..3 {
        site.kill_a_processor().await;
        say("a processor was killed and started again");
    }
    site.hold_a_processor().await;
    say("a processor was held beyond its session and went on");
    site.end_after_publishing().await;
    say("a processor ended after publishing, before its outbox was cleared");
    site.kill_a_server("kafka").await;
    say("the broker was killed and started again");
    site.kill_a_server("postgres").await;
    say("the database was killed and started again");
    site.kill_everything().await;
    say("everything was killed and started again");
    while site.published < site.lodged.len() {
        site.kill_a_processor().await;
    }
    site.all_of_it().await;
    say("all is decided");
    let Site { servers: _servers, backend, mut processors, mut ended_by_themselves, lodged, mut payer, .. } = site;
    account::until_all_is_sent(&backend, || tend(&mut processors, &mut ended_by_themselves)).await;
    payer.pay(&backend).await;
    account::until_dealt_with(&backend, &backend.topics.settled, payer.confirmed, || {
        tend(&mut processors, &mut ended_by_themselves);
    })
    .await;
    account::until_all_is_sent(&backend, || tend(&mut processors, &mut ended_by_themselves)).await;
    say(&format!("all is paid and sent; processors ended by themselves {ended_by_themselves} times"));
    let fenced: usize =
        processors.iter().map(|processor| processor.log().matches("the position was moved by another").count()).sum();
    drop(processors);

    let account = Account::of(&backend).await;
    let (_folder, peaceful) = peaceful.await.unwrap();
    account.assert_decided_once(&lodged);
    account.assert_same(&peaceful);
    let may_be = caused_by_payments(&backend).await;
    let others: Vec<_> = account.answers.keys().filter(|id| !peaceful.answers.contains_key(*id)).collect();
    assert!(others.iter().all(|id| may_be.contains(*id)), "no notice but those that were to be sent");
    say(&format!(
        "{} notices, {} of them sent again under the same event id; a stale owner was fenced {fenced} times",
        account.answers.len(),
        account.sent - account.answers.len()
    ));

    assert!(account.sent > account.answers.len(), "a reader that counted messages and not event ids would count twice");

    // Each payment is booked once, and nothing else is.
    let mut paid: BTreeMap<&str, i64> = BTreeMap::new();
    for (number, amount) in payer.payments.values() {
        *paid.entry(number).or_default() += amount;
    }
    assert!(paid.len() * 20 > account.decisions.len(), "{} paid", paid.len());
    for (key, (row, _)) in &account.decisions {
        let expected = row.number.as_deref().and_then(|number| paid.get(number)).copied().unwrap_or_default();
        assert_eq!(row.paid, expected, "{key:?}");
        assert!(row.paid <= row.total_payable.unwrap_or_default(), "{key:?}");
    }
    let counts = backend.store.counts().await.unwrap();
    assert_eq!(usize::try_from(counts.payments).unwrap(), payer.payments.len());
    assert_eq!(counts.outbox, 0);

    let entries = account::assert_logs_whole(&backend, &account).await;
    assert!(entries > account.decisions.len(), "payments are in the logs too");
    say(&format!("{entries} entries of {} logs are whole", account.decisions.len()));
    for (tax, total) in account.assert_audited(&lodged) {
        println!("        {tax:<28} {total:>20} dong, as the auditor says");
    }
    say("done");
}
