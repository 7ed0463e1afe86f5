//! `thongquan rules show`: everything that the rules say of a tariff line on a day.

mod answer;
mod page;

use std::path::PathBuf;
use std::process::ExitCode;

use jiff::civil::Date;
use rulebook::{CodeList, Rulebook, RulesInForce};
use vocabulary::Language;

use crate::{
    EXIT_USAGE, Failure, Format, Lang, arguments, load_rulebook, now_in_vietnam, print, print_json, rules_folder,
};

/// More lines than this are counted, not listed.
const LINES_LISTED_MAX: usize = 60;

#[derive(clap::Args)]
#[command(after_help = "The beginning of a code, such as 8481, lists its lines in brief.\n\n\
    A value is followed by its mark: verified, measured, inferred, from_memory or sample. A gap is what the rules do not \
    answer: a declaration that needs it goes to an officer.\n\n\
    EXIT STATUS:\n  0  the line, or lines, are shown\n  1  the tariff has no such line on the day\n \
    64  the command line or the rules are wrong")]
pub(crate) struct Arguments {
    /// A tariff line of eight digits, or the beginning of one
    #[arg(value_name = "HS8")]
    code: String,
    /// Goods of this country alone (ISO 3166, two letters)
    #[arg(long, value_name = "CC")]
    origin: Option<String>,
    /// The day [default: today in Vietnam]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = arguments::day)]
    on: Option<Date>,
    /// The folder of rules [default: rules]
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The language of the table
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let code: String = arguments.code.chars().filter(|c| !matches!(c, '.' | ' ')).collect();
    if code.is_empty() || code.len() > 8 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Failure::usage(format!(
            "`{}` is not a tariff code; give eight digits, such as 84818099, or the beginning of one",
            arguments.code
        )));
    }
    let rulebook = load_rulebook(&rules_folder(arguments.rules.as_ref()))?;
    let on = arguments.on.map_or_else(|| now_in_vietnam().map(|now| now.date()), Ok)?;
    let rules = rulebook.in_force_on(on);
    let origin = arguments.origin.as_deref().map(|origin| country(&rules, origin)).transpose()?;
    let language = Language::from(arguments.lang);
    if code.len() == 8 && rules.commodity(&code).is_some() {
        let shown = answer::line(&rulebook, on, &code, origin.as_deref());
        match arguments.format {
            Format::Table => print(&page::line(&shown, language)),
            Format::Json => print_json(&shown)?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let under = rules.tariff().lines_under(&code);
    if code.len() < 8 && !under.is_empty() {
        let lines: Vec<answer::Brief> =
            under.iter().take(LINES_LISTED_MAX).map(|code| answer::brief(&rules, &code.to_string())).collect();
        match arguments.format {
            Format::Table => print(&page::brief(&lines, under.len(), on, language)),
            Format::Json => {
                for line in &lines {
                    print_json(line)?;
                }
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure { message: unknown(&rulebook, &rules, &code), status: 1 })
}

/// How many lines are named in place of one that does not exist.
const LINES_NAMED: usize = 5;

fn unknown(rulebook: &Rulebook, rules: &RulesInForce<'_>, code: &str) -> String {
    let mut message = format!("the tariff of {} has no line {code}", rules.date());
    let beginning = rules.tariff().known_beginning(code);
    let under: Vec<String> = beginning
        .map_or(&[][..], |beginning| rules.tariff().lines_under(beginning))
        .iter()
        .take(LINES_NAMED)
        .map(ToString::to_string)
        .collect();
    if under.is_empty() {
        let days = rulebook.inventory();
        let nomenclature = days.table(answer::NOMENCLATURE);
        let spans: Vec<String> = nomenclature
            .into_iter()
            .flat_map(|table| table.entries().flat_map(|(_, versions)| versions).collect::<Vec<_>>())
            .map(|version| match version.to {
                Some(to) => format!("{} to {to}", version.from),
                None => format!("{} on", version.from),
            })
            .collect();
        message.push_str(&format!("; the nomenclature is known from {}", spans.join(" and ")));
    } else {
        let beginning = beginning.unwrap_or_default();
        message.push_str(&format!("; under {beginning} it has {}", under.join(", ")));
    }
    message
}

fn country(rules: &RulesInForce<'_>, given: &str) -> Result<String, Failure> {
    let code = given.to_ascii_uppercase();
    if rules.code(CodeList::Countries, &code).is_some() {
        return Ok(code);
    }
    let (mend, _) = rules.mend_code(CodeList::Countries, given);
    Err(Failure { message: format!("`{given}` is not a country of the code list; {}", mend.en), status: EXIT_USAGE })
}
