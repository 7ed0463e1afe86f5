//! `thongquan dictionary`: trains the dictionary that kept texts are packed with.
//!
//! ```text
//!   database, or a demonstration ──► texts as they are packed ─┬─ every other one ──► dictionary ──► file
//!                                                              └─ the rest ──► packed, to say what it is worth
//! ```

use std::path::PathBuf;
use std::process::ExitCode;

use storage::sqlite::MessageLog;
use storage::{Options, Store, next_dictionary_id, packed_bytes, train_dictionary};

use crate::{Failure, backends, demo, print};

/// Declarations read at a time.
const PAGE: usize = 500;

#[derive(clap::Args)]
#[command(
    after_help = "Documents, decisions, notices and the messages of an embedded log are kept packed, with a dictionary that ships \
    with the program. A change of the forms, of the rules' words or of the law makes it fit worse, which costs room and \
    nothing else. The new one becomes a file of services/storage/dictionary, named by its id, and a line at the end of the \
    list in services/storage/src/packing.rs: a dictionary that ever packed anything stays in both for good.\n\n\
    A dictionary holds pieces of what it was trained on, and everybody who has the program can read them: train one that is \
    given on to others on made-up declarations.\n\n\
    EXIT STATUS:\n  0  the dictionary is written\n 64  the command line or the rules are wrong\n \
    70  the database fails, the file cannot be written, or there are too few texts"
)]
pub(crate) struct Arguments {
    /// The file to write, made anew
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The database whose texts are learned from, as storage.url names it [default: a demonstration, made up and thrown away]
    #[arg(long, value_name = "URL", conflicts_with_all = ["seed", "rules"])]
    from: Option<String>,
    /// How many declarations are learned from, at most
    #[arg(long, default_value_t = 2_000, value_name = "N", value_parser = clap::value_parser!(u64).range(100..=100_000))]
    count: u64,
    /// The seed: the same one makes up the same declarations
    #[arg(long, default_value_t = 2026, value_name = "SEED")]
    seed: u64,
    /// The folder of rules [default: rules]
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let texts = backends::runtime()?.block_on(texts(arguments))?;
    let (learned, others): (Vec<_>, Vec<_>) = texts.into_iter().enumerate().partition(|(at, _)| at % 2 == 0);
    let [learned, others] = [learned, others].map(|texts| texts.into_iter().map(|(_, text)| text).collect::<Vec<_>>());
    let failed = |error: storage::StorageError| Failure::to("train a dictionary", &error);
    let id = next_dictionary_id();
    let dictionary = train_dictionary(&learned, id).map_err(failed)?;
    std::fs::write(&arguments.file, &dictionary)
        .map_err(|error| Failure::to(&format!("write {}", arguments.file.display()), &error))?;
    let plain: usize = others.iter().map(Vec::len).sum();
    let per_mille = |bytes: usize| bytes * 1_000 / plain.max(1);
    print(&format!(
        "dictionary {id}: {} bytes, trained on {} texts\n{} other texts of {plain} bytes take {} thousandths packed with it\n",
        dictionary.len(),
        learned.len(),
        others.len(),
        per_mille(packed_bytes(&others, &dictionary).map_err(failed)?),
    ));
    Ok(ExitCode::SUCCESS)
}

async fn texts(arguments: &Arguments) -> Result<Vec<Vec<u8>>, Failure> {
    if let Some(url) = &arguments.from {
        return texts_of(url, arguments.count).await;
    }
    let folder = std::env::temp_dir().join(format!("thongquan-dictionary-{}", std::process::id()));
    let file = folder.join("demonstration.db");
    let made = demo::make_up(file.clone(), arguments.count, arguments.seed, arguments.rules.clone()).await;
    let texts = match made {
        Ok(()) => texts_of(&format!("sqlite:{}", file.display()), arguments.count).await,
        Err(error) => Err(error),
    };
    // What was made up goes whatever came of it.
    let _ = std::fs::remove_dir_all(&folder);
    texts
}

/// The texts of a database, as they are packed there.
async fn texts_of(url: &str, count: u64) -> Result<Vec<Vec<u8>>, Failure> {
    let failed = |error: storage::StorageError| Failure::to("read what is kept", &error);
    let options = Options { migrate: false, ..Options::default() };
    let store = storage::open(url, options).await.map_err(failed)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut texts = texts_of_declarations(&*store, count).await.map_err(failed)?;
    if let Some(file) = url.strip_prefix("sqlite:") {
        let log = MessageLog::open(std::path::Path::new(file)).await.map_err(failed)?;
        texts.extend(log.texts(count.saturating_mul(2)).await.map_err(failed)?);
    }
    Ok(texts)
}

async fn texts_of_declarations(store: &dyn Store, count: usize) -> Result<Vec<Vec<u8>>, storage::StorageError> {
    let mut texts = Vec::new();
    let mut after = None;
    let mut left = count;
    while left > 0 {
        let page = store.rows_page(after.take(), PAGE.min(left)).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.key().clone());
        left -= page.len();
        for (at, row) in page.into_iter().enumerate() {
            texts.extend(store.log_of(row.key()).await?.iter().map(|entry| entry.text().into_owned()));
            // A short text counts as much as a long one for who trains, and has far less to win.
            if at % 5 == 0 {
                texts.push(row.stand.standing);
            }
        }
    }
    Ok(texts)
}
