//! `thongquan status`: the story of one declaration, for people.

mod page;

use std::process::ExitCode;

use casework::record::story::Story;
use storage::{DeclarationRow, Store};
use vocabulary::{DeclarationNumber, Language, State};

use crate::config::{self, Config, ConfigArgument};
use crate::{Failure, Format, Lang, backends, load_rulebook, now_in_vietnam, print, print_json, text};

#[derive(clap::Args)]
#[command(
    after_help = "The number may be that of any version: a declaration keeps its first eleven digits through amendments. Without \
    --declarant a number is looked for in the whole table.\n\n\
    EXIT STATUS:\n  0  the story is told\n  1  no such declaration is kept\n \
    64  the command line or the configuration is wrong\n 70  the database fails"
)]
pub(crate) struct Arguments {
    /// The declaration's number, or with --declarant the declarant's reference
    #[arg(value_name = "NUMBER")]
    name: String,
    /// The declarant's tax code
    #[arg(long, value_name = "TAX CODE")]
    declarant: Option<String>,
    /// How the story is printed; JSON is one object
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The language of the story
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let number: Option<DeclarationNumber> = arguments.name.parse().ok();
    if number.is_none() && arguments.declarant.is_none() {
        return Err(Failure::usage(format!(
            "`{}` is no declaration number, which has twelve digits and begins with 1 or 3; to look for a reference, name \
             its declarant with --declarant",
            arguments.name
        )));
    }
    let config = config::load(&arguments.config)?;
    let stories = backends::runtime()?.block_on(async {
        let store = backends::open_kept_store(&config).await?;
        find(&*store, number, arguments, &config).await
    })?;
    if stories.is_empty() {
        crate::print_error(&match &arguments.declarant {
            Some(declarant) => format!("{declarant} has no declaration {}", arguments.name),
            None => format!("no declaration has the number {}", arguments.name),
        });
        return Ok(ExitCode::from(1));
    }
    for story in &stories {
        match arguments.format {
            Format::Table => print(&page::of(story, Language::from(arguments.lang), text::columns())),
            Format::Json => print_json(story)?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read_failed(error: storage::StorageError) -> Failure {
    Failure::to("read what is kept", &error)
}

/// The stories of the declarations of that name: by number, else by reference.
async fn find(
    store: &dyn Store,
    number: Option<DeclarationNumber>,
    arguments: &Arguments,
    config: &Config,
) -> Result<Vec<Story>, Failure> {
    let declarant = arguments.declarant.as_deref();
    let mut stories = Vec::new();
    if let Some(number) = number {
        let keys = store.keys_of_number(&number.stem(), declarant).await.map_err(read_failed)?;
        let mut names: Vec<(String, String)> = keys.into_iter().map(|key| (key.declarant, key.reference)).collect();
        names.dedup();
        for (declarant, reference) in names {
            stories.extend(tell(store, &declarant, &reference, config).await?);
        }
    }
    if let (true, Some(declarant)) = (stories.is_empty(), declarant) {
        stories.extend(tell(store, declarant, &arguments.name, config).await?);
    }
    Ok(stories)
}

async fn tell(store: &dyn Store, declarant: &str, reference: &str, config: &Config) -> Result<Option<Story>, Failure> {
    let versions = store.versions_of(declarant, reference).await.map_err(read_failed)?;
    let Some(row) = current(&versions) else { return Ok(None) };
    let mut story = Story::of(row);
    let mut rulebook = None;
    if Story::tells_interest(row) {
        // The story is worth telling without the rules too: what was booked stands in it.
        match load_rulebook(&config.rules.folder) {
            Ok(loaded) => {
                story.count_interest(row, now_in_vietnam()?.date(), &loaded);
                rulebook = Some(loaded);
            }
            Err(failure) => crate::print_error(&format!("interest is not counted up to today: {}", failure.message)),
        }
    }
    for row in &versions {
        let log = store.log_of(&row.lodged.key).await.map_err(read_failed)?;
        story.add_log(row, &log, rulebook.as_ref());
    }
    for request in store.requests_of(declarant, reference).await.map_err(read_failed)? {
        story.add_request(&request);
    }
    for command in store.commands_of(declarant, reference).await.map_err(read_failed)? {
        story.add_command(&command);
    }
    if let Some(number) = story.number {
        for payment in store.payments_of(declarant, &number.stem()).await.map_err(read_failed)? {
            story.add_payment(&payment);
        }
    }
    story.put_in_order();
    Ok(Some(story))
}

/// The version that speaks for the declaration: the one with its number that no later one took the place of, else the
/// last one.
fn current(versions: &[DeclarationRow]) -> Option<&DeclarationRow> {
    let in_place = |row: &&DeclarationRow| row.stand.number.is_some() && row.stand.state != State::Superseded;
    versions.iter().rev().find(in_place).or(versions.last())
}
