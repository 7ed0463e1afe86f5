//! Many declarations and payments through a real Kafka into a real PostgreSQL, while two processors, the broker and the
//! database are killed.
//!
//! The same declarations go through an undisturbed processor on SQLite; decisions, numbers and notices have to be the
//! same byte for byte, each notice under the id of its cause. The auditor says what is owed. What customs has granted is
//! drawn on from every partition, and never over-used.
//!
//! ```text
//!   site.rs    the processors and servers, and what is done to them
//!   draws.rs   declarations that draw on certificates of origin, lists of exempt goods and guarantees
//!   payer.rs   a bank that pays in parts, twice and over; declarants who withdraw
//!   one_file.rs   the embedded default: one file whose processor is killed, whose disk fills up, and which is misread
//! ```
//!
//! `THONGQUAN_FAULTS_SEED` and `THONGQUAN_FAULTS_COUNT` try others; `THONGQUAN_FAULTS_ROUNDS` adds so many random kills. When it fails, logs and data are kept.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

#[path = "../common/account.rs"]
mod account;
#[path = "../common/balances.rs"]
mod balances;
#[path = "../common/mod.rs"]
mod common;
mod draws;
#[path = "../common/faulty_files.rs"]
mod faulty_files;
mod one_file;
mod payer;
#[path = "../common/processors.rs"]
mod processors;
#[path = "../common/raw.rs"]
mod raw;
#[path = "../common/servers.rs"]
mod servers;
mod site;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use account::{Account, Key};
use balances::{BalanceName, Balances};
use common::{Backend, Folder};
use draws::{Draws, PLENTY, REFERENCE, SCARCE};
use jiff::civil::date;
use payer::Payer;
use processors::Processor;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use rust_decimal::Decimal;
use servers::Servers;
use simulator::{Lodged, Workload};
use site::{Keyed, SESSION, Site};
use vocabulary::{Declaration, Facts};

const PROGRAM: (&str, &[&str]) = (env!("CARGO_BIN_EXE_thongquan"), &["serve"]);
/// In how many portions what is lodged is lodged.
const PORTIONS: usize = 10;
const PREFIX: &str = "fire.";

fn number_of(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// All that is lodged, and what customs knows.
struct Work {
    /// What does not hang on who is first, and after it what draws on too little.
    lodged: Arc<Vec<Keyed>>,
    facts: Facts,
    enough_for: usize,
}

impl Work {
    fn new(seed: u64, count: usize) -> Self {
        let draws = Draws::new(count / 12, count / 25);
        let mut workload = Workload::new(seed, common::rulebook(), date(2026, 11, 24));
        let facts = Facts { traders: [workload.traders(), &draws.facts.traders].concat(), ..draws.facts };
        let others = count - draws.plenty.len() - draws.scarce.len();
        let mut lodged = Vec::with_capacity(count);
        let mut plenty = draws.plenty.into_iter();
        for (at, other) in workload.by_ref().take(others).enumerate() {
            if at % 11 == 10 {
                lodged.extend(plenty.next().map(|draw| (draw.key, draw.lodged)));
            }
            lodged.push((other.tax_code.clone(), other));
        }
        lodged.extend(plenty.chain(draws.scarce).map(|draw| (draw.key, draw.lodged)));
        Self { lodged: Arc::new(lodged), facts, enough_for: draws.enough_for }
    }

    fn documents(&self) -> Vec<Lodged> {
        self.lodged.iter().map(|(_, lodged)| lodged.clone()).collect()
    }

    /// The declarations that draw on a balance with plenty, by their references.
    fn plenty(&self) -> BTreeMap<String, Declaration> {
        let read = |(_, lodged): &Keyed| {
            if !lodged.event_id.starts_with(PLENTY) {
                return None;
            }
            match message::read_declaration(&lodged.document) {
                message::Reading::Read { declaration, .. } => Some((lodged.event_id.clone(), declaration)),
                message::Reading::Unreadable { .. } => None,
            }
        };
        self.lodged.iter().filter_map(read).collect()
    }

    async fn let_be_known(&self, backend: &Backend) {
        backend.store.put_facts(&casework::facts_to_keep(&self.facts).unwrap()).await.unwrap();
    }
}

/// What comes of the declarations when nothing goes wrong, and what each has taken of each balance.
async fn undisturbed(work: Arc<Work>) -> (Folder, Account, BTreeMap<(Key, BalanceName), Decimal>) {
    let folder = Folder::new("thongquan-undisturbed.");
    let backend = common::embedded(folder.path(), PREFIX).await;
    work.let_be_known(&backend).await;
    site::publish(&backend, &work.lodged, 0).await;
    let mut processor = Processor::of(&backend, folder.path(), "undisturbed");
    processor.start();
    account::until_dealt_with(&backend, &backend.topics.lodged, work.lodged.len(), || {}).await;
    account::until_all_is_sent(&backend, || {}).await;
    let account = Account::of(&backend).await;
    let balances = Balances::of(&backend).await;
    balances.assert_never_over_used(&account);
    (folder, account, balances.net())
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_killed_and_nothing_is_lost() {
    let begun = Instant::now();
    let (seed, count) = (number_of("THONGQUAN_FAULTS_SEED", 31), number_of("THONGQUAN_FAULTS_COUNT", 20_000));
    let rounds = number_of("THONGQUAN_FAULTS_ROUNDS", 0);
    println!("THONGQUAN_FAULTS_SEED={seed} THONGQUAN_FAULTS_COUNT={count}");
    let Some(servers) = Servers::start("all") else { return };
    let say = |what: &str| println!("{:>4} s: {what}", begun.elapsed().as_secs());
    say("the servers run");

    let work = Arc::new(Work::new(seed, usize::try_from(count).unwrap()));
    let peaceful = tokio::spawn(undisturbed(Arc::clone(&work)));

    let backend = common::servers_at(&servers.kafka(), &servers.postgres(), "faults", PREFIX).await;
    work.let_be_known(&backend).await;
    let logs = Folder::new("thongquan-under-fire.");
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
    let lodged = Arc::clone(&work.lodged);
    let mut site = Site {
        servers,
        backend,
        processors,
        ended_by_themselves: 0,
        lodged,
        published: 0,
        portions: PORTIONS + usize::try_from(rounds).unwrap(),
        chance,
        payer,
    };

    for _ in 0..rounds {
        match site.chance.random_range(0..10) {
            0..6 => site.kill_a_processor().await,
            6..8 => site.kill_a_server("kafka").await,
            _ => site.kill_a_server("postgres").await,
        }
    }
    say(&format!("{rounds} random kills"));
    for _ in 0..2 {
        site.kill_a_processor().await;
        say("a processor was killed and started again");
    }
    site.hold_a_processor().await;
    say("a processor was held beyond its session and went on");
    site.kill_after_publishing().await;
    say("the processors were killed after publishing, before their outbox was cleared");
    site.kill_a_server("kafka").await;
    say("the broker was killed and started again");
    site.kill_a_server("postgres").await;
    say("the database was killed and started again");
    site.kill_everything().await;
    say("everything was killed and started again");
    // The last portions draw on too little.
    while site.published < site.lodged.len() {
        site.kill_a_processor().await;
    }
    site.all_of_it().await;
    say("all is decided");
    site.all_is_paid_and_sent().await;
    let withdrawals = site.payer.withdrawals(5, &work.plenty());
    let withdrawn = site.withdraw(withdrawals).await;
    site.all_is_paid_and_sent().await;
    say(&format!(
        "all is paid and sent, {withdrawn} are withdrawn; processors ended by themselves {} times",
        site.ended_by_themselves
    ));
    let fenced = "the position was moved by another";
    let fenced: usize = site.processors.iter().map(|processor| processor.log().matches(fenced).count()).sum();
    let Site { servers: _servers, backend, payer, processors, .. } = site;
    drop(processors);

    let account = Account::of(&backend).await;
    let (_folder, peaceful, peaceful_net) = peaceful.await.unwrap();
    let lodged = work.documents();
    account.assert_decided_once(&lodged);
    account.assert_same(&peaceful, |reference| !reference.starts_with(REFERENCE));
    let repeats = account.sent - account.answers.len();
    say(&format!(
        "{} notices, {repeats} of them sent again under the same event id; a stale owner was fenced {fenced} times",
        account.answers.len()
    ));
    assert!(repeats > 0, "a reader that counted messages and not event ids would count twice");
    account.assert_answers_have_causes();

    assert_balances(&work, &backend, &account, &peaceful, &peaceful_net, withdrawn).await;
    say("no balance is over-used");

    // Each debit is booked once, and nothing else is.
    let to_be_booked = payer.to_be_booked();
    assert!(to_be_booked.len() * 20 > account.decisions.len(), "{} paid", to_be_booked.len());
    for (key, (row, _)) in &account.decisions {
        let expected = row
            .stand
            .number
            .and_then(|number| to_be_booked.get(number.to_string().as_str()))
            .copied()
            .unwrap_or_default();
        assert_eq!(row.stand.paid, expected, "{key:?}");
    }
    let (in_parts, over) = payer.habits();
    assert!(in_parts > 0 && over > 0, "{in_parts} in parts, {over} over");
    assert!(payer.confirmed > payer.debits.len(), "some debits were confirmed twice");
    let counts = backend.store.counts().await.unwrap();
    assert_eq!(usize::try_from(counts.payments).unwrap(), payer.debits.len());
    assert_eq!(counts.outbox, 0);

    let entries = account::assert_logs_whole(&backend, &account).await;
    assert!(entries > account.decisions.len() + to_be_booked.len(), "payments and withdrawals are in the logs too");
    say(&format!("{entries} entries of {} logs are whole", account.decisions.len()));
    for (tax, total) in account.assert_audited(&lodged) {
        println!("        {tax:<28} {total:>20} dong, as the auditor says");
    }
    say("done");
}

/// No balance is over-used. What draws on plenty has taken what it took undisturbed, unless it was withdrawn; of what
/// draws on too little, as many are accepted as there is enough for.
async fn assert_balances(
    work: &Work,
    backend: &Backend,
    account: &Account,
    peaceful: &Account,
    peaceful_net: &BTreeMap<(Key, BalanceName), Decimal>,
    withdrawn: usize,
) {
    let balances = Balances::of(backend).await;
    balances.assert_never_over_used(account);
    let net = balances.net();
    let (mut plenty, mut given_back) = (0, 0);
    for ((key, name), amount) in peaceful_net.iter().filter(|((key, _), _)| key.1.starts_with(PLENTY)) {
        let ours = net.get(&(key.clone(), name.clone())).copied();
        if account.decisions[key].0.stand.state.as_str() == "cancelled" {
            assert_eq!(ours, Some(Decimal::ZERO), "{key:?} gave back what it took");
            given_back += 1;
        } else {
            assert_eq!(ours, Some(*amount), "{key:?}");
            plenty += 1;
        }
        let (ours, theirs) = (&account.decisions[key].0, &peaceful.decisions[key].0);
        assert_eq!(
            (&ours.stand.outcome, &ours.stand.number, &account.kept[key]),
            (&theirs.stand.outcome, &theirs.stand.number, &peaceful.kept[key]),
            "{key:?}"
        );
    }
    assert_eq!(plenty + given_back, work.plenty().len(), "every one of them took something");
    assert!(given_back > 0, "none of {withdrawn} was withdrawn");
    let scarce = |account: &Account| {
        let accepted = |(key, (row, _)): &(&Key, &(storage::DeclarationRow, String))| {
            key.1.starts_with(SCARCE) && row.stand.outcome.as_str() == "accepted"
        };
        account.decisions.iter().filter(accepted).count()
    };
    assert_eq!(
        (scarce(account), scarce(peaceful)),
        (work.enough_for, work.enough_for),
        "as many as there is enough for"
    );
    println!(
        "        {plenty} took of plenty, {given_back} gave back; of {} that asked for what is scarce {} got it",
        work.lodged.iter().filter(|(_, lodged)| lodged.event_id.starts_with(SCARCE)).count(),
        work.enough_for
    );
}
