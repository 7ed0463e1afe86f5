//! `thongquan rules diff`: what changes from one folder of rules to another.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use rulebook::{Comparison, Version};
use serde::Serialize;

use super::wording::{Kind, Nomenclature, grouped, some_of, told_alike};
use crate::{Failure, Format, load_rulebook, print, print_json};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// So many groups of a table, and so many names in a group, are shown unless all are asked for.
const GROUPS_MAX: usize = 12;
const NAMES_MAX: usize = 8;

#[derive(clap::Args)]
#[command(
    after_help = "What the rules say is compared, not their files: layout, comments, notes and the tests beside the \
    rules make no difference. Changes that read the same are told once, with the goods that they concern; `8481 (34 \
    lines)` is every line that begins so.\n\n\
    EXIT STATUS:\n  0  both say the same\n  1  something changes\n 64  the command line or one of the folders is wrong"
)]
pub(crate) struct Arguments {
    /// The folder of rules before
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The folder of rules after
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Show everything, however long
    #[arg(long)]
    all: bool,
    /// How the result is printed; JSON always has everything, one object for each group of changes
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Serialize)]
struct GroupJson<'a> {
    table: &'a str,
    change: &'static str,
    keys: Vec<String>,
    before: Vec<VersionJson<'a>>,
    after: Vec<VersionJson<'a>>,
    says: Vec<String>,
}

#[derive(Serialize)]
struct VersionJson<'a> {
    in_force_from: String,
    in_force_to: Option<String>,
    law: &'a str,
    mark: &'static str,
    values: serde_json::Map<String, serde_json::Value>,
}

impl<'a> From<&'a Version> for VersionJson<'a> {
    fn from(version: &'a Version) -> Self {
        Self {
            in_force_from: version.from.to_string(),
            in_force_to: version.to.map(|to| to.to_string()),
            law: &version.law,
            mark: version.mark.as_str(),
            values: version.values.iter().map(|(name, value)| (name.to_string(), value.clone().into())).collect(),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (old, new) = (load_rulebook(&arguments.old)?, load_rulebook(&arguments.new)?);
    let (old_inventory, new_inventory) = (old.inventory(), new.inventory());
    let comparison = Comparison::of(&old_inventory, &new_inventory);
    let nomenclature = Nomenclature::of([&old_inventory, &new_inventory]);
    let status = ExitCode::from(u8::from(!comparison.changes.is_empty()));
    match arguments.format {
        Format::Table => {
            let mut text = page(&comparison, &nomenclature, arguments.all);
            if comparison.changes.is_empty() {
                text = match old.content_hash() == new.content_hash() {
                    true => "the two folders are the same, byte for byte\n".to_owned(),
                    false => "the files differ, and the rules say the same\n".to_owned(),
                };
            }
            let _ = writeln!(text, "{DIM}{} → {}{DIM:#}", old.content_hash(), new.content_hash());
            print(&text);
        }
        Format::Json => {
            for group in grouped(&comparison.changes) {
                print_json(&GroupJson {
                    table: group.table,
                    change: group.kind.as_str(),
                    keys: group.keys.iter().map(ToString::to_string).collect(),
                    before: group.before.iter().map(VersionJson::from).collect(),
                    after: group.after.iter().map(VersionJson::from).collect(),
                    says: group.sentences(),
                })?;
            }
        }
    }
    Ok(status)
}

fn page(comparison: &Comparison, nomenclature: &Nomenclature, all: bool) -> String {
    let groups = grouped(&comparison.changes);
    let mut page = String::new();
    for of_table in groups.chunk_by(|a, b| a.table == b.table) {
        let Some(first) = of_table.first() else { continue };
        let count = |kind: Kind| {
            of_table.iter().filter(|group| group.kind == kind).map(|group| group.keys.len()).sum::<usize>()
        };
        let counts = [Kind::Added, Kind::Removed, Kind::Changed]
            .into_iter()
            .map(|kind| (count(kind), kind.as_str()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"));
        let _ = writeln!(page, "{BOLD}{}{BOLD:#}: {}", first.table, counts.collect::<Vec<_>>().join(", "));
        let told = told_alike(of_table);
        let shown = if all { told.len() } else { GROUPS_MAX.min(told.len()) };
        for (kind, sentences, keys) in &told[..shown] {
            let style = match kind {
                Kind::Added => AnsiColor::Green.on_default(),
                Kind::Removed => AnsiColor::Red.on_default(),
                Kind::Changed => AnsiColor::Yellow.on_default(),
            };
            let names = nomenclature.names(keys);
            let names = some_of(&names, if all { names.len() } else { NAMES_MAX });
            let _ = writeln!(page, "  {style}{}{style:#} {names}", kind.as_str());
            for sentence in sentences {
                let _ = writeln!(page, "    {sentence}");
            }
        }
        if told.len() > shown {
            let rest: usize = told[shown..].iter().map(|(_, _, keys)| keys.len()).sum();
            let _ = writeln!(page, "  {rest} more in {} other ways: --all shows them", told.len() - shown);
        }
        page.push('\n');
    }
    page
}
