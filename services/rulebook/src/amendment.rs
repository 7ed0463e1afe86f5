//! Changes of rule files that a program makes: the new texts are loaded as a whole before one of them is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::{fs, io};

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::cited::Mark;
use crate::error::{RuleError, RuleErrors};
use crate::hs_table::CommodityCode;
use crate::reading::seal::Sealing;
use crate::rulebook::Rulebook;
use crate::tariff::agreement::PreferentialCell;

const AGREEMENTS: &str = "assessment/agreements.toml";
const EXCHANGE_RATES: &str = "valuation/exchange-rates.csv";

/// Changed rule files, sound together with all the others, and what they make of the rules.
#[derive(Debug)]
pub struct Amendment {
    /// The new texts by file, and the old ones where there were any.
    files: BTreeMap<String, (String, Option<String>)>,
    rulebook: Rulebook,
}

/// The rate of an agreement for a line of the tariff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRate {
    pub code: CommodityCode,
    /// A cell of an agreement's table: per cent, `excluded`, `quota`, or after `? ` why nothing is known.
    pub rate: String,
    /// The same outside the agreement's quota; empty where there is none.
    pub out_of_quota: String,
    /// Members that the rate is not given to.
    pub not_for: Vec<String>,
}

/// What a table of rates is of.
#[derive(Debug, Clone)]
pub struct RatesOf<'a> {
    pub agreement: &'a str,
    pub year: i16,
    /// The instrument that gives the rates, where it is not the agreement's decree.
    pub law: Option<&'a str>,
    /// How well the rates are known.
    pub mark: Mark,
    /// Where they were read, for people.
    pub note: &'a str,
}

impl Amendment {
    /// A table of an agreement's rates for a year. Rates that were entered for days of that year end before it.
    ///
    /// # Errors
    /// What the rule files lack for it, and everything that would be wrong with them afterwards.
    pub fn rates(folder: &Path, of: &RatesOf<'_>, rates: &[NewRate]) -> Result<Self, RuleErrors> {
        let text = read(folder, AGREEMENTS)?;
        let (first, last, end) = days_of(&text, of).map_err(|(message, hint)| one(AGREEMENTS, message, hint))?;
        let mut blocks = blocks_of(&text, of.agreement);
        for block in &mut blocks {
            block.to = block.to.min(end);
        }
        let covered: Vec<&Block> = blocks.iter().filter(|block| first <= block.from && block.to <= last).collect();
        let uses = |table: &str| text.matches(&format!("table = \"{table}\"")).count();
        let shared = covered.iter().find(|block| uses(&block.table) > 1);
        if let Some(block) = shared {
            return Err(one(
                AGREEMENTS,
                format!(
                    "the rates of {} for {} stand in {} beside those of others",
                    of.agreement, of.year, block.table
                ),
                "correct the column there by hand",
            ));
        }
        let table = match &covered[..] {
            [] => format!("preferential/{}-{}.csv", of.agreement, of.year),
            [block] => block.table.clone(),
            _ => {
                return Err(one(
                    AGREEMENTS,
                    format!("the year {} of {} has several tables", of.year, of.agreement),
                    "correct them by hand",
                ));
            }
        };
        let mut block = format!(
            "[[{}.rates]]\ntable = \"{table}\"\nin_force_from = {first}\nin_force_to = {last}\nmark = \"{}\"\n",
            of.agreement,
            of.mark.as_str()
        );
        if let Some(law) = of.law {
            let _ = write!(block, "law = \"{law}\"\nprovision = \"tariff of {}\"\n", of.year);
        }
        let _ = writeln!(block, "note = \"{}\"", of.note.replace(['"', '\\'], "'"));
        let amended = with_block(&text, of.agreement, &blocks, (first, last), &block);
        let mut files = BTreeMap::from([(AGREEMENTS.to_owned(), amended)]);
        files.insert(format!("assessment/{table}"), table_of(rates));
        Self::of(folder, files)
    }

    /// The exchange rates of the week of a Monday. Weeks between are left empty.
    ///
    /// # Errors
    /// Where the week cannot be placed, and everything that would be wrong with the rules afterwards.
    pub fn exchange_rates(
        folder: &Path,
        monday: Date,
        mark: Mark,
        rates: &[(String, Decimal)],
    ) -> Result<Self, RuleErrors> {
        let text = read(folder, EXCHANGE_RATES)?;
        let amended =
            with_week(&text, monday, mark, rates).map_err(|(message, hint)| one(EXCHANGE_RATES, message, hint))?;
        Self::of(folder, BTreeMap::from([(EXCHANGE_RATES.to_owned(), amended)]))
    }

    fn of(folder: &Path, texts: BTreeMap<String, String>) -> Result<Self, RuleErrors> {
        let rulebook = Rulebook::load_with(folder, &texts)?;
        let old = |file: &str| fs::read_to_string(folder.join(file)).ok();
        let files = texts.into_iter().map(|(file, text)| {
            let before = old(&file);
            (file, (text, before))
        });
        Ok(Self { files: files.collect(), rulebook })
    }

    /// The rules as they would be.
    pub fn rulebook(&self) -> &Rulebook {
        &self.rulebook
    }

    /// The files that change, with the number of their lines; `true` where there is none yet.
    pub fn files(&self) -> impl Iterator<Item = (&str, usize, bool)> {
        self.files.iter().map(|(file, (text, before))| (file.as_str(), text.lines().count(), before.is_none()))
    }

    /// Puts the files in place, each by writing it beside the old one and renaming it, and seals the folder. A table comes
    /// before what names it.
    ///
    /// # Errors
    /// When a file cannot be written, or is no longer the one that the change was made from.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        for (file, (_, before)) in &self.files {
            if fs::read_to_string(folder.join(file)).ok() != *before {
                return Err(io::Error::other(format!("{file} was changed by somebody else; nothing was written")));
            }
        }
        let mut order: Vec<_> = self.files.iter().collect();
        order.sort_by_key(|(file, _)| *file == AGREEMENTS);
        for (file, (text, _)) in order {
            replace(&folder.join(file), text)?;
        }
        Sealing::of(folder).map_err(io::Error::other)?.write()
    }
}

impl Rulebook {
    /// The rate of each line that an agreement's table of a day has, as its cell says; none where no table is entered.
    pub fn rates_of_agreement(&self, agreement: &str, day: Date) -> BTreeMap<CommodityCode, String> {
        let period = self.tariff.agreement(agreement).and_then(|agreement| agreement.rates_on(day));
        let rows = period.into_iter().flat_map(|period| {
            let values: Vec<_> = period.table.values().collect();
            let provenances: Vec<_> = period.table.provenances().collect();
            let rows = period.table.numbered_rows().collect::<Vec<_>>().into_iter();
            rows.filter(move |(_, _, provenance)| provenances[*provenance].holds_on(day))
                .map(move |(code, value, _)| (code, values[value]))
        });
        rows.map(|(code, row)| {
            let cell = match &row.rate {
                PreferentialCell::Rate(rate) => vocabulary::duty::plain(*rate),
                PreferentialCell::Excluded => "excluded".to_owned(),
                PreferentialCell::QuotaOnly => "quota".to_owned(),
                PreferentialCell::AsPrinted(printed) => format!("? {printed}"),
            };
            (code, cell)
        })
        .collect()
    }
}

/// A message and its hint.
type Wrong = (String, String);

fn one(file: &str, message: impl Into<String>, hint: impl Into<String>) -> RuleErrors {
    let error =
        RuleError { file: file.to_owned(), line: None, field: None, message: message.into(), hint: Some(hint.into()) };
    RuleErrors { errors: vec![error], left_out: 0 }
}

fn read(folder: &Path, file: &str) -> Result<String, RuleErrors> {
    fs::read_to_string(folder.join(file))
        .map_err(|error| one(file, format!("the file cannot be read: {error}"), "name the folder of rules"))
}

/// A file is whole under its name or not there: a temporary one takes the name when it is on the disk.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    // Names with a point in front are no rule files.
    let temporary = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = fs::File::create(&temporary)
        .and_then(|mut out| out.write_all(text.as_bytes()).and_then(|()| out.sync_all()))
        .and_then(|()| fs::rename(&temporary, file));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn table_of(rates: &[NewRate]) -> String {
    let quota = rates.iter().any(|rate| !rate.out_of_quota.is_empty());
    let origins = rates.iter().any(|rate| !rate.not_for.is_empty());
    let mut sorted: Vec<&NewRate> = rates.iter().collect();
    sorted.sort_by_key(|rate| rate.code);
    let mut text = String::from("hs8,rate");
    for (column, wanted) in [(",out_of_quota", quota), (",not_for_origin", origins)] {
        text.push_str(if wanted { column } else { "" });
    }
    text.push('\n');
    for rate in sorted {
        let _ = write!(text, "{},{}", rate.code, quoted(&rate.rate));
        if quota {
            let _ = write!(text, ",{}", quoted(&rate.out_of_quota));
        }
        if origins {
            let _ = write!(text, ",{}", rate.not_for.join(" "));
        }
        text.push('\n');
    }
    text
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

/// One of `[[<agreement>.rates]]` in the text.
struct Block {
    start: usize,
    end: usize,
    table: String,
    from: Date,
    to: Date,
}

/// The days of the year on which the agreement holds, and the last day of its decree.
fn days_of(text: &str, of: &RatesOf<'_>) -> Result<(Date, Date, Date), Wrong> {
    let file: toml::Table =
        text.parse().map_err(|error| (format!("the file cannot be read: {error}"), "run `rules check`".to_owned()))?;
    let Some(agreement) = file.get(of.agreement).and_then(toml::Value::as_table) else {
        let known: Vec<&str> = file.iter().filter(|(_, value)| value.is_table()).map(|(id, _)| id.as_str()).collect();
        let hint = crate::error::did_you_mean(of.agreement, known.iter().copied())
            .unwrap_or_else(|| format!("known are: {}", known.join(", ")));
        return Err((format!("`{}` is not an agreement of the file", of.agreement), hint));
    };
    let day = |name: &str| agreement.get(name).and_then(toml::Value::as_datetime)?.to_string().parse::<Date>().ok();
    let year = Date::new(of.year, 1, 1).and_then(|first| Ok((first, Date::new(of.year, 12, 31)?)));
    let (first, last) = year.map_err(|error| (error.to_string(), "name a year".to_owned()))?;
    let end = day("in_force_to").unwrap_or(Date::MAX);
    let (first, last) = (day("in_force_from").map_or(first, |from| first.max(from)), last.min(end));
    if first > last {
        let days = match (day("in_force_from"), day("in_force_to")) {
            (Some(from), Some(to)) => format!("from {from} to {to}"),
            (Some(from), None) => format!("from {from}"),
            _ => "on other days".to_owned(),
        };
        return Err((
            format!("{} does not hold in {}: its decree holds {days}", of.agreement, of.year),
            "enter the decree that follows in agreements.toml first, or name another year".to_owned(),
        ));
    }
    Ok((first, last, end))
}

fn blocks_of(text: &str, agreement: &str) -> Vec<Block> {
    let header = format!("[[{agreement}.rates]]");
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(&header) {
        let start = at + found;
        let body = start + header.len();
        let end = text[body..].find("\n[").map_or(text.len(), |end| body + end + 1);
        let fields: toml::Table = text[body..end].parse().unwrap_or_default();
        let day = |name: &str| fields.get(name).and_then(toml::Value::as_datetime)?.to_string().parse().ok();
        let table = fields.get("table").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        let (from, to) = (day("in_force_from").unwrap_or(Date::MIN), day("in_force_to").unwrap_or(Date::MAX));
        blocks.push(Block { start, end, table, from, to });
        at = end;
    }
    blocks
}

/// The text with a further block of rates, and with the others of the agreement off its days.
fn with_block(text: &str, agreement: &str, blocks: &[Block], (first, last): (Date, Date), new: &str) -> String {
    let mut parts: Vec<(Date, String)> = vec![(first, new.to_owned())];
    for block in blocks {
        let own = text[block.start..block.end].trim_end();
        if block.to < first || block.from > last {
            parts.push((block.from, format!("{own}\n")));
            continue;
        }
        if let (true, Ok(day_before)) = (block.from < first, first.yesterday()) {
            parts.push((block.from, dated(own, "in_force_to", day_before)));
        }
        if let (true, Ok(day_after)) = (block.to > last, last.tomorrow()) {
            parts.push((day_after, dated(own, "in_force_from", day_after)));
        }
    }
    parts.sort_by_key(|(from, _)| *from);
    let rates: Vec<String> = parts.into_iter().map(|(_, part)| part).collect();
    let rates = rates.join("\n");
    let mut rest = String::with_capacity(text.len() + rates.len());
    let mut at = 0;
    for block in blocks {
        rest.push_str(&text[at..block.start]);
        at = block.end;
    }
    rest.push_str(&text[at..]);
    let place = end_of_agreement(&rest, agreement);
    let (before, after) = rest.split_at(place);
    let after = after.trim_start_matches('\n');
    let between = if after.is_empty() { "" } else { "\n" };
    format!("{}\n\n{rates}{between}{after}", before.trim_end())
}

/// The block with a day set.
fn dated(block: &str, field: &str, day: Date) -> String {
    let mut lines: Vec<String> = block.lines().map(str::to_owned).collect();
    let line = format!("{field} = {day}");
    match lines.iter_mut().find(|line| line.starts_with(field)) {
        Some(old) => *old = line,
        None => lines.push(line),
    }
    lines.join("\n") + "\n"
}

/// Where the agreement's own sections end.
fn end_of_agreement(text: &str, agreement: &str) -> usize {
    let own = |line: &str| {
        let name = line.trim_matches(['[', ']']);
        name == agreement || name.strip_prefix(agreement).is_some_and(|rest| rest.starts_with('.'))
    };
    let mut at = 0;
    let mut within = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            let belongs = own(line.trim_end());
            if within && !belongs {
                return at;
            }
            within = belongs;
        }
        at += line.len();
    }
    text.len()
}

/// The table of exchange rates with the week of a Monday.
fn with_week(text: &str, monday: Date, mark: Mark, rates: &[(String, Decimal)]) -> Result<String, Wrong> {
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<String>>());
    let mut header = lines.next().unwrap_or_default();
    let mut weeks: Vec<Vec<String>> = lines.collect();
    if !header.iter().any(|column| column == "mark") {
        let at = header.len().min(2);
        header.insert(at, "mark".to_owned());
        for week in &mut weeks {
            week.insert(at.min(week.len()), String::new());
        }
    }
    let known: BTreeSet<&str> = header.iter().map(String::as_str).collect();
    let new: Vec<String> =
        rates.iter().map(|(currency, _)| currency.clone()).filter(|code| !known.contains(code.as_str())).collect();
    for week in &mut weeks {
        week.extend(new.iter().map(|_| String::new()));
    }
    header.extend(new);
    let day = |week: &[String], at: usize| week.get(at)?.parse::<Date>().ok();
    let first = weeks.first().and_then(|week| day(week, 0));
    if first.is_some_and(|first| monday < first) {
        return Err((
            format!("the week of {monday} comes before the first one of the table"),
            "enter weeks that follow, or begin the table by hand".to_owned(),
        ));
    }
    let sunday_of = |monday: Date| (0..6).try_fold(monday, |day, _| day.tomorrow());
    let too_late = || ("the week is beyond the calendar".to_owned(), "name another week".to_owned());
    // Weeks follow one another; those of which nothing is known are empty.
    while weeks.last().and_then(|week| day(week, 0)).is_none_or(|last| last < monday) {
        let next = match weeks.last().and_then(|week| day(week, 1)) {
            Some(sunday) => sunday.tomorrow().map_err(|_| too_late())?,
            None => monday,
        };
        if weeks.len() > 10_000 {
            return Err(too_late());
        }
        let mut week = vec![next.to_string(), sunday_of(next).map_err(|_| too_late())?.to_string()];
        week.resize(header.len(), String::new());
        weeks.push(week);
    }
    let Some(week) = weeks.iter_mut().find(|week| day(week, 0) == Some(monday)) else {
        return Err((
            format!("the table has no week of {monday}"),
            "its weeks begin on other days: run `thongquan rules check`".to_owned(),
        ));
    };
    for (column, cell) in header.iter().zip(week.iter_mut()).skip(2) {
        *cell = match column.as_str() {
            "mark" => mark.as_str().to_owned(),
            currency => rates
                .iter()
                .find(|(known, _)| known == currency)
                .map_or_else(String::new, |(_, rate)| vocabulary::duty::plain(*rate)),
        };
    }
    let mut amended = header.join(",") + "\n";
    for week in weeks {
        amended.push_str(&week.join(","));
        amended.push('\n');
    }
    Ok(amended)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TEXT: &str = "# head\n\n[one]\nlaw = \"A\"\nin_force_from = 2022-12-30\nin_force_to = 2027-12-31\n\n\
        [one.joined]\nCL = 2023-02-21\n\n[[one.rates]]\ntable = \"preferential/one.csv\"\nin_force_from = 2026-01-01\n\
        in_force_to = 2026-12-31\n\n[two]\nlaw = \"B\"\n\n[[two.rates]]\ntable = \"preferential/two.csv\"\n\
        in_force_from = 2026-01-01\n";

    fn amended(agreement: &str, first: Date, last: Date) -> String {
        with_block(TEXT, agreement, &blocks_of(TEXT, agreement), (first, last), "[[new]]\n")
    }

    #[test]
    fn a_block_stands_with_its_agreement_and_the_others_end_before_it() {
        let one = amended("one", date(2027, 1, 1), date(2027, 12, 31));
        assert!(one.contains("in_force_to = 2026-12-31\n\n[[new]]\n\n[two]\n"), "{one}");
        let two = amended("two", date(2027, 1, 1), date(2027, 12, 31));
        assert!(
            two.contains("in_force_from = 2026-01-01\nin_force_to = 2026-12-31\n\n[[new]]\n\n[[two.rates]]"),
            "{two}"
        );
        assert!(two.ends_with("in_force_from = 2028-01-01\n"), "{two}");
        let again = amended("one", date(2026, 1, 1), date(2026, 12, 31));
        assert!(again.contains("CL = 2023-02-21\n\n[[new]]\n\n[two]") && !again.contains("one.csv"), "{again}");
        assert!(one.starts_with("# head\n\n[one]"), "{one}");
    }

    #[test]
    fn a_year_outside_the_decree_is_refused() {
        let of = |agreement, year| RatesOf { agreement, year, law: None, mark: Mark::Verified, note: "" };
        assert_eq!(days_of(TEXT, &of("one", 2022)), Ok((date(2022, 12, 30), date(2022, 12, 31), date(2027, 12, 31))));
        let (message, _) = days_of(TEXT, &of("one", 2028)).unwrap_err();
        assert!(message.contains("from 2022-12-30 to 2027-12-31"), "{message}");
        let (_, hint) = days_of(TEXT, &of("tow", 2027)).unwrap_err();
        assert_eq!(hint, "did you mean `two`?");
    }

    #[test]
    fn weeks_are_added_with_those_between_and_currencies_at_the_end() {
        let table = "monday,sunday,USD\n2026-11-23,2026-11-29,26100\n";
        let rates = [("USD".to_owned(), Decimal::from(26_200)), ("SEK".to_owned(), Decimal::new(27_805, 1))];
        assert_eq!(
            with_week(table, date(2026, 12, 7), Mark::Verified, &rates).unwrap(),
            "monday,sunday,mark,USD,SEK\n2026-11-23,2026-11-29,,26100,\n2026-11-30,2026-12-06,,,\n\
             2026-12-07,2026-12-13,verified,26200,2780.5\n"
        );
        let again = with_week(table, date(2026, 11, 23), Mark::Verified, &rates[1..]).unwrap();
        assert_eq!(again, "monday,sunday,mark,USD,SEK\n2026-11-23,2026-11-29,verified,,2780.5\n");
        assert!(with_week(table, date(2026, 11, 16), Mark::Verified, &rates).is_err());
    }
}
