//! `thongquan demo`: the whole product in one process, on made-up declarations.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{File, TryLockError};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anstyle::Style;
use arc_swap::ArcSwap;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::DateTime;
use processor::{Processor, Progress};
use rulebook::Rulebook;
use rust_decimal::Decimal;
use simulator::{Bank, Lives, Lodged, Turn, Workload};
use storage::Store;
use stream::{EmbeddedStream, Envelope, Outgoing, Role, Stream, TailFrom, TopicSpec, Topics};
use tokio::sync::watch;
use vocabulary::{DutyType, Language, Notice, NoticeKind};

use crate::{Failure, Lang, backends, load_rulebook, now_in_vietnam, print, render, rules_folder};

/// How many declarations are lodged at a time.
const LODGED_AT_ONCE: usize = 200;
/// How many wait to be decided before the demonstration lodges more.
const WAITING_MAX: u64 = 4_000;
const PARTITIONS: i32 = 4;

#[derive(clap::Args)]
#[command(
    after_help = "On a terminal the demonstration goes on lodging a few declarations a second after its summary, \
    until Ctrl-C; --once ends it there."
)]
pub(crate) struct Arguments {
    /// How many declarations to make up and clear
    #[arg(long, default_value_t = 5_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    count: u64,
    /// End after the summary
    #[arg(long)]
    once: bool,
    /// The seed: the same one makes up the same declarations
    #[arg(long, default_value_t = 2026, value_name = "SEED")]
    seed: u64,
    /// The file to keep decisions in, made anew; one that no demonstration made is refused
    #[arg(long, default_value = "data/demo.db", value_name = "FILE")]
    data: PathBuf,
    /// The folder of rules [default: rules]
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// The folder of sample declarations, which are lodged first
    #[arg(long, default_value = "schemas/declaration/1.0", value_name = "DIR")]
    samples: PathBuf,
    /// Let declarants declare in advance, amend and cancel, and officers and gates command: whole lives, not only their
    /// beginnings
    #[arg(long)]
    lives: bool,
    /// The language of the summary
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let rulebook = load_rulebook(&rules_folder(arguments.rules.as_ref()))?;
    print(&format!("The rulebook is loaded in {} ms: {}\n", started.elapsed().as_millis(), rulebook.source_summary()));
    backends::runtime()?.block_on(demonstrate(arguments, rulebook))?;
    Ok(ExitCode::SUCCESS)
}

/// Clears so many made-up declarations, with whole lives, into a file of its own.
pub(crate) async fn make_up(file: PathBuf, count: u64, seed: u64, rules: Option<PathBuf>) -> Result<(), Failure> {
    let rulebook = load_rulebook(&rules_folder(rules.as_ref()))?;
    let samples = PathBuf::from("schemas/declaration/1.0");
    let arguments = Arguments { count, once: true, seed, data: file, rules, samples, lives: true, lang: Lang::En };
    demonstrate(&arguments, rulebook).await
}

async fn demonstrate(arguments: &Arguments, rulebook: Rulebook) -> Result<(), Failure> {
    let today = now_in_vietnam()?.date();
    let (store, stream, _lock) = begin(&arguments.data).await?;
    let rulebook = Arc::new(rulebook);
    let workload = Workload::new(arguments.seed, rulebook.clone(), today);
    let facts = vocabulary::Facts { traders: workload.traders().to_vec(), ..vocabulary::Facts::default() };
    let lodgers = Arc::new(Mutex::new(if arguments.lives {
        Lodgers::Living(Box::new(Lives::new(arguments.seed, workload)))
    } else {
        Lodgers::Lodging(Box::new(workload))
    }));
    let kept = casework::facts_to_keep(&facts).map_err(|error| Failure::to("write the facts", &error))?;
    store.put_facts(&kept).await.map_err(|error| Failure::to("keep the facts", &error))?;

    let progress = Arc::new(Progress::default());
    let (stop, stopped) = watch::channel(false);
    let processor = Processor {
        store: store.clone(),
        stream: stream.clone(),
        rulebook: Arc::new(ArcSwap::from(rulebook)),
        settings: processor::Settings { selectivity_secret: b"demonstration".to_vec(), ..Default::default() },
        progress: progress.clone(),
        spans: None,
    };
    let processing = tokio::spawn(processor::run(processor, stopped.clone()));
    let bank = tokio::spawn(act(stream.clone(), Bank::new(arguments.seed), lodgers.clone(), stopped.clone()));
    let interrupted = tokio::spawn(crate::serve::stop_on_signal(stop.clone()));

    let samples = samples(&arguments.samples);
    let samples_count = samples.len() as u64;
    let lodging = Instant::now();
    let lodged = lodge(arguments, &*stream, samples, &lodgers, &progress, &stopped).await?;
    let took = lodging.elapsed();
    settle(&progress).await;

    let language = Language::from(arguments.lang);
    if lodged > samples_count {
        print(&summary(&*store, &progress, lodged, took, language).await?);
        print(&where_next(arguments));
    }
    let stay = !arguments.once && std::io::stdout().is_terminal() && !*stopped.borrow();
    if stay {
        print("\nIt goes on with a few declarations a second; Ctrl-C ends it.\n");
        keep_lodging(&*stream, &lodgers, &progress, stopped.clone()).await?;
        print(&summary(&*store, &progress, progress.messages.load(Ordering::Relaxed), took, language).await?);
    }
    let _ = stop.send(true);
    interrupted.abort();
    let _ = bank.await;
    match processing.await {
        Ok(result) => result.map_err(|error| Failure::to("process the stream", &error)),
        Err(error) => Err(Failure::to("process the stream", &error)),
    }
}

/// Who lodges, and who acts upon notices.
enum Lodgers {
    /// Declarants who lodge and do nothing more.
    Lodging(Box<Workload>),
    /// Declarants, officers and gates who go on to the end.
    Living(Box<Lives>),
}

impl Lodgers {
    fn lodge(&mut self, many: usize, at: DateTime) -> Vec<Outgoing> {
        let outgoing = |lodged: Lodged| sent(Role::Lodged, lodged.tax_code, lodged.document, lodged.event_id, at);
        match self {
            Self::Lodging(workload) => workload.by_ref().take(many).map(outgoing).collect(),
            Self::Living(lives) => lives.by_ref().take(many).map(outgoing).collect(),
        }
    }

    fn upon(&mut self, notice: &Notice) -> Vec<Outgoing> {
        let Self::Living(lives) = self else { return Vec::new() };
        let turns = lives.upon(notice).into_iter().map(|turn| match turn {
            Turn::Lodge(lodged) => {
                sent(Role::Lodged, lodged.tax_code, lodged.document, lodged.event_id, notice.issued_at)
            }
            Turn::Command(command) => {
                let document = message::write_command(&command);
                sent(Role::Commands, command.declarant, document, command.identifier, command.given_at)
            }
        });
        turns.collect()
    }
}

/// Removes what the last demonstration left behind. Whatever no demonstration made is not touched.
fn remove_last(file: &Path) -> Result<(), Failure> {
    let of_others = |what: &str| {
        Failure::usage(format!(
            "{} {what}: the demonstration makes its file anew and deletes none but its own; name another file with --data, \
             or move this one away",
            file.display()
        ))
    };
    let look = |error: std::io::Error| Failure::to(&format!("look at {}", file.display()), &error);
    let mut there = Vec::new();
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        match std::fs::symlink_metadata(&name) {
            Ok(found) if !found.is_file() => return Err(of_others("or what stands beside it is no plain file")),
            Ok(_) => there.push(PathBuf::from(name)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(look(error)),
        }
    }
    if there.is_empty() {
        return Ok(());
    }
    if there[0] != file {
        return Err(of_others("is not there, and what a database left beside it is"));
    }
    if !storage::sqlite::is_demonstration(file).map_err(look)? {
        return Err(of_others("was made by no demonstration"));
    }
    let _alone = alone_on(file)?;
    // Beginning with what is worthless without the file, so that the mark goes last.
    for name in there.iter().rev() {
        std::fs::remove_file(name).map_err(|error| Failure::to("remove the data of the last demonstration", &error))?;
    }
    Ok(())
}

/// Locks the file against other demonstrations, for as long as what is returned lives.
fn alone_on(file: &Path) -> Result<File, Failure> {
    let opened = File::open(file).map_err(|error| Failure::to(&format!("open {}", file.display()), &error))?;
    match opened.try_lock() {
        Ok(()) => Ok(opened),
        Err(TryLockError::WouldBlock) => Err(Failure::usage(format!(
            "a demonstration is running on {}: end it, or name another file with --data",
            file.display()
        ))),
        Err(TryLockError::Error(error)) => Err(Failure::to(&format!("lock {}", file.display()), &error)),
    }
}

/// A fresh file, with the topics in it, and the lock on it.
async fn begin(file: &Path) -> Result<(Arc<dyn Store>, Arc<dyn Stream>, File), Failure> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::to(&format!("create the folder {}", folder.display()), &error))?;
    }
    remove_last(file)?;
    storage::sqlite::begin_demonstration(file).await.map_err(|error| Failure::to("create the database", &error))?;
    // Before the database is opened: to close a file lets go of every lock that SQLite has on it in this process.
    let lock = alone_on(file)?;
    let store = storage::open(&format!("sqlite:{}", file.display()), storage::Options::default())
        .await
        .map_err(|error| Failure::to("create the database", &error))?;
    let stream = EmbeddedStream::open(file).await.map_err(|error| Failure::to("create the stream", &error))?;
    let specs: Vec<TopicSpec> = Topics::new("")
        .all()
        .into_iter()
        .map(|name| TopicSpec { name: name.to_owned(), partitions: PARTITIONS, replication: 1 })
        .collect();
    stream.ensure_topics(&specs).await.map_err(|error| Failure::to("create the topics", &error))?;
    Ok((store, Arc::new(stream), lock))
}

/// The sample declarations in a folder, in the order of their names; none when there is no such folder.
fn samples(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for part in ["samples-valid", "samples-faulty"] {
        let Ok(entries) = std::fs::read_dir(folder.join(part)) else {
            continue;
        };
        files.extend(entries.flatten().map(|entry| entry.path()));
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "xml"));
    files.sort();
    files
        .into_iter()
        .filter_map(|file| Some((file.file_stem()?.to_string_lossy().into_owned(), std::fs::read(&file).ok()?)))
        .collect()
}

/// Lodges the samples and the made-up declarations, and waits until all are decided.
async fn lodge(
    arguments: &Arguments,
    stream: &dyn Stream,
    samples: Vec<(String, Vec<u8>)>,
    lodgers: &Mutex<Lodgers>,
    progress: &Progress,
    stopped: &watch::Receiver<bool>,
) -> Result<u64, Failure> {
    let mut first = Vec::new();
    for (name, document) in samples {
        let key = match message::read_declaration(&document) {
            message::Reading::Read { declaration, .. } => declaration.declarant().unwrap_or("unknown").to_owned(),
            message::Reading::Unreadable(_) => "unknown".to_owned(),
        };
        first.push(sent(Role::Lodged, key, document, format!("sample-{name}"), now_in_vietnam()?));
    }
    let total = arguments.count + first.len() as u64;
    let bar = progress_bar(total);
    let mut lodged = first.len() as u64;
    publish(stream, first).await?;
    while lodged < total && !*stopped.borrow() {
        let many = LODGED_AT_ONCE.min(usize::try_from(total - lodged).unwrap_or(LODGED_AT_ONCE));
        let at = now_in_vietnam()?;
        let batch = lodgers.lock().unwrap_or_else(PoisonError::into_inner).lodge(many, at);
        lodged += batch.len() as u64;
        publish(stream, batch).await?;
        wait_until(progress, lodged.saturating_sub(WAITING_MAX), &bar, stopped).await;
    }
    wait_until(progress, lodged, &bar, stopped).await;
    bar.finish_and_clear();
    Ok(lodged)
}

/// A message of somebody whom the demonstration plays.
fn sent(role: Role, key: String, document: Vec<u8>, event_id: String, at: DateTime) -> Outgoing {
    Outgoing {
        topic: Topics::new("").name(role).to_owned(),
        key: key.into_bytes(),
        headers: Envelope::new(role, "", "thongquan demo", at).headers(),
        payload: document,
        event_id,
        timestamp_ms: None,
    }
}

async fn publish(stream: &dyn Stream, messages: Vec<Outgoing>) -> Result<(), Failure> {
    stream.publish(messages).await.map_err(|error| Failure::to("lodge declarations", &error))
}

/// Waits until so many lodged messages have been dealt with.
async fn wait_until(progress: &Progress, lodged: u64, bar: &ProgressBar, stopped: &watch::Receiver<bool>) {
    loop {
        let done = progress.lodged.load(Ordering::Relaxed);
        bar.set_position(done);
        if done >= lodged || *stopped.borrow() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until the bank's last payments are booked: until nothing has happened for a moment, in bounded time.
async fn settle(progress: &Progress) {
    let mut before = u64::MAX;
    for _ in 0..40 {
        let now = progress.messages.load(Ordering::Relaxed);
        if now == before {
            return;
        }
        before = now;
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
}

async fn keep_lodging(
    stream: &dyn Stream,
    lodgers: &Mutex<Lodgers>,
    progress: &Progress,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(Duration::from_millis(250));
    loop {
        tokio::select! {
            _ = async { let _ = stopped.wait_for(|stop| *stop).await; } => break,
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
        let at = now_in_vietnam()?;
        let batch = lodgers.lock().unwrap_or_else(PoisonError::into_inner).lodge(5, at);
        publish(stream, batch).await?;
        spinner.set_message(format!("{} declarations decided", progress.decided.load(Ordering::Relaxed)));
    }
    spinner.finish_and_clear();
    Ok(())
}

/// Pays what declarants are asked to pay, as a bank would, and does what declarants, officers and gates do.
async fn act(stream: Arc<dyn Stream>, mut bank: Bank, lodgers: Arc<Mutex<Lodgers>>, stopped: watch::Receiver<bool>) {
    let Ok(mut notices) = stream.tail(&Topics::new("").notices, TailFrom::Beginning).await else {
        return;
    };
    while !*stopped.borrow() {
        let mut messages = Vec::new();
        let mut wait = Duration::from_millis(100);
        while messages.len() < LODGED_AT_ONCE {
            let Ok(Some(message)) = notices.next(wait).await else {
                break;
            };
            wait = Duration::ZERO;
            if message.is_repeated() {
                continue;
            }
            let Ok(notice) = message::read_notice(message.payload.as_deref().unwrap_or_default()) else {
                continue;
            };
            messages.extend(lodgers.lock().unwrap_or_else(PoisonError::into_inner).upon(&notice));
            if notice.kind == NoticeKind::AwaitingPayment {
                messages.extend(bank.pay(&notice).into_iter().map(|payment| {
                    let event_id = format!("bank-{}-{}", payment.payment_identifier, payment.bank_reference);
                    let document = message::write_payment(&payment);
                    sent(Role::Settled, payment.payer, document, event_id, payment.debited_at)
                }));
            }
        }
        if !messages.is_empty() && stream.publish(messages).await.is_err() {
            return;
        }
    }
}

fn progress_bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} decided, {per_sec}, {eta} to go")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style)
}

/// What came of the declarations: read back from what is kept, not from what was counted on the way.
async fn summary(
    store: &dyn Store,
    progress: &Progress,
    lodged: u64,
    took: Duration,
    language: Language,
) -> Result<String, Failure> {
    let vietnamese = language == Language::Vietnamese;
    let say = |en: &'static str, vi: &'static str| if vietnamese { vi } else { en };
    let bold = Style::new().bold();
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    let mut lanes: BTreeMap<String, u64> = BTreeMap::new();
    let mut states: BTreeMap<String, u64> = BTreeMap::new();
    let mut codes: BTreeMap<String, u64> = BTreeMap::new();
    let mut taxes: BTreeMap<DutyType, Decimal> = BTreeMap::new();
    let mut decided = 0_u64;
    let mut after = None;
    loop {
        let page = store
            .decisions_page(after.take(), 1_000)
            .await
            .map_err(|error| Failure::to("read the decisions", &error))?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.key().clone());
        for (row, decision) in &page {
            decided += 1;
            *outcomes.entry(row.stand.outcome.as_str().to_owned()).or_default() += 1;
            *states.entry(row.stand.state.as_str().to_owned()).or_default() += 1;
            let Ok(decision) = casework::read_decision(decision) else { continue };
            if let Some(lane) = decision.lane {
                *lanes.entry(lane.as_str().to_owned()).or_default() += 1;
            }
            for finding in decision.findings {
                *codes.entry(finding.code).or_default() += 1;
            }
            for total in decision.totals {
                *taxes.entry(total.duty_type).or_default() += total.payable;
            }
        }
    }
    let mut page = String::new();
    let line = |page: &mut String, title: &str, counts: &BTreeMap<String, u64>| {
        let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{word} {count}")).collect();
        let _ = writeln!(page, "{bold}{title:<22}{bold:#} {}", counts.join(", "));
    };
    let _ = writeln!(
        page,
        "\n{bold}{lodged}{bold:#} {}, {bold}{decided}{bold:#} {}",
        say("messages lodged", "thông điệp đã khai"),
        say("declarations decided", "tờ khai đã được xử lý"),
    );
    line(&mut page, say("outcomes", "kết quả"), &outcomes);
    line(&mut page, say("lanes", "luồng"), &lanes);
    line(&mut page, say("states", "trạng thái"), &states);
    let _ = writeln!(
        page,
        "{bold}{:<22}{bold:#} {} {}, {} {}",
        say("besides", "ngoài ra"),
        progress.payments.load(Ordering::Relaxed),
        say("payments booked", "khoản nộp đã ghi nhận"),
        progress.kept.load(Ordering::Relaxed),
        say("messages kept that are no declarations or contradict one", "thông điệp được giữ lại"),
    );
    let _ = writeln!(page, "{bold}{}{bold:#}", say("duties and taxes", "các sắc thuế"));
    for (duty, payable) in &taxes {
        let _ = writeln!(
            page,
            "  {:<30} {:>24} VND",
            render::duty_name(*duty, language),
            vocabulary::duty::number(*payable, language)
        );
    }
    let mut frequent: Vec<(String, u64)> = codes.into_iter().collect();
    frequent.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let shown: Vec<String> = frequent.iter().take(15).map(|(code, count)| format!("{code} {count}")).collect();
    let _ = writeln!(page, "{bold}{:<22}{bold:#} {}", say("findings", "lỗi phát hiện"), shown.join(", "));
    let each = took.as_micros() / u128::from(lodged.max(1));
    let _ = writeln!(
        page,
        "{bold}{:<22}{bold:#} {each} µs ({} ms, {})",
        say("time per declaration", "thời gian mỗi tờ khai"),
        took.as_millis(),
        say("making them up, reading, deciding, keeping and answering", "gồm tạo, đọc, quyết định, lưu và trả lời"),
    );
    Ok(page)
}

fn where_next(arguments: &Arguments) -> String {
    let bold = Style::new().bold();
    let sample = arguments.samples.join("samples-valid");
    let sample = std::fs::read_dir(&sample)
        .ok()
        .and_then(|entries| {
            entries
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|e| e == "xml"))
                .min()
        })
        .map_or_else(|| "FILE".to_owned(), |path| path.display().to_string());
    format!(
        "\n{bold}Where to look next{bold:#}\n  \
         thongquan assess {sample}\n      every figure of one declaration, with its rule and its law\n  \
         {}\n      the law as data: change a rate, assess again, and see it cited\n  \
         {}\n      everything that was decided (SQLite)\n",
        rules_folder(arguments.rules.as_ref()).display(),
        arguments.data.display(),
    )
}
