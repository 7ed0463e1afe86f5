//! A table of an agreement's rates for a year.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use jiff::civil::Date;
use rulebook::{Amendment, CommodityCode, NewRate, RatesOf, Rulebook, RulesInForce};
use rust_decimal::Decimal;

use super::sheet::{self, Cell, Column, Columns, Row, Sheet};
use super::{BOLD, Common, Mistakes, finish, name_of, number, refused};
use crate::{Failure, load_rulebook, print, rules_folder};

/// So many lines are shown of each kind of change.
const LINES_SHOWN: usize = 5;

#[derive(clap::Args)]
#[command(after_help = "COLUMNS, in any order, named in the first rows of the table:\n  \
    code          the tariff line, eight digits; points between them are taken out (mã hàng, mã HS)\n  \
    rate          per cent; `excluded` or `*`, `quota`, or after `? ` why nothing is known (thuế suất)\n  \
    out_of_quota  the same outside the agreement's quota; may be missing (ngoài hạn ngạch)\n  \
    not_for       members that the rate is not given to, as CN KH; may be missing (không áp dụng)\n\n\
    Every line of the tariff needs a row. With --allow-missing those without one become gaps: an officer decides. \
    Rates already entered for the year end on the day before it.\n\n\
    EXAMPLE:\n  thongquan rules import rates evfta.xlsx --agreement evfta --year 2027\n\n\
    EXIT STATUS:\n  0  what would change is shown, or was written\n  1  the table is wrong, or the rules would be\n \
    64  the command line, the file or the folder of rules is wrong\n 70  a file cannot be read or written")]
pub(super) struct Arguments {
    #[command(flatten)]
    common: Common,
    /// The agreement, as agreements.toml calls it
    #[arg(long, value_name = "ID")]
    agreement: String,
    /// The year whose rates these are
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(2000..=2100))]
    year: i16,
    /// The instrument that gives them, of instruments.toml [default: the agreement's decree]
    #[arg(long, value_name = "ID")]
    law: Option<String>,
    /// Lines without a row become gaps
    #[arg(long)]
    allow_missing: bool,
}

const COLUMNS: [Column; 4] = [
    Column {
        name: "code",
        other_names: &["mã hàng", "mã hs", "hs8", "hs", "hs code", "ma hang", "ma hs", "commodity code"],
        required: true,
    },
    Column {
        name: "rate",
        other_names: &["thuế suất", "thuế suất (%)", "thue suat", "thue suat (%)", "rate (%)"],
        required: true,
    },
    Column { name: "out_of_quota", other_names: &["ngoài hạn ngạch", "ngoai han ngach"], required: false },
    Column {
        name: "not_for",
        other_names: &["không áp dụng", "khong ap dung", "not for origin", "not_for_origin"],
        required: false,
    },
];

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let common = &arguments.common;
    let folder = rules_folder(common.rules.as_ref());
    let rulebook = load_rulebook(&folder)?;
    let day = Date::new(arguments.year, 1, 1).map_err(|error| Failure::usage(error.to_string()))?;
    let last = Date::new(arguments.year, 12, 31).map_err(|error| Failure::usage(error.to_string()))?;
    let of_year = rulebook.in_force_on(last);
    if of_year.tariff().lines_under("").is_empty() {
        return Err(Failure::usage(format!(
            "the lines of the tariff are not known on {last}; enter the nomenclature of {} first, or name another year",
            arguments.year
        )));
    }
    let mut mistakes = Mistakes::default();
    let columns = Columns { wanted: &COLUMNS, others_allowed: false };
    let sheet = sheet::read(&common.file, &columns, &mut mistakes)?;
    let mut rates = sheet.map_or_else(Vec::new, |sheet| rows(&sheet, &of_year, &arguments.agreement, &mut mistakes));
    if !mistakes.is_empty() {
        print(&mistakes.page(&common.file));
        return Ok(ExitCode::from(1));
    }
    let given = rates.len();
    let missing = missing(&rates, &of_year, &arguments.agreement);
    if !missing.is_empty() && !arguments.allow_missing {
        let first: Vec<String> = missing.iter().take(LINES_SHOWN).map(ToString::to_string).collect();
        print(&format!(
            "{} has no row for {} of {} lines of the tariff, the first are {}\ncomplete it, or add --allow-missing: \
             they become gaps then, and an officer decides\n",
            name_of(&common.file),
            missing.len(),
            of_year.tariff().lines_under("").len(),
            first.join(", ")
        ));
        return Ok(ExitCode::from(1));
    }
    rates.extend(missing.iter().map(|code| NewRate {
        code: *code,
        rate: "? the table that was read has no row for the line".to_owned(),
        out_of_quota: String::new(),
        not_for: Vec::new(),
    }));
    let note = format!("Read from {}.", name_of(&common.file));
    let of = RatesOf {
        agreement: &arguments.agreement,
        year: arguments.year,
        law: arguments.law.as_deref(),
        mark: common.mark,
        note: &note,
    };
    let amendment = match Amendment::rates(&folder, &of, &rates) {
        Ok(amendment) => amendment,
        Err(errors) => return Ok(refused(&errors)),
    };
    let mut page = format!(
        "{BOLD}{} {}{BOLD:#} from {}: {given} rows for {} lines of the tariff\n",
        arguments.agreement,
        arguments.year,
        name_of(&common.file),
        of_year.tariff().lines_under("").len()
    );
    if !missing.is_empty() {
        let _ = writeln!(page, "{} lines have no row and become gaps", missing.len());
    }
    page.push_str(&changes(&rulebook, &amendment, &arguments.agreement, (day, last)));
    finish(common, &folder, &amendment, page)
}

/// The rates of all rows that are right; of the others what is wrong.
fn rows(sheet: &Sheet, rules: &RulesInForce<'_>, agreement: &str, mistakes: &mut Mistakes) -> Vec<NewRate> {
    let mut rates = Vec::new();
    let mut seen: BTreeMap<CommodityCode, usize> = BTreeMap::new();
    let mut fractions = Fractions::default();
    for row in &sheet.rows {
        let rate = row.cell(sheet, 1);
        let Some(code) = code(row, sheet, rate.is_none(), rules, mistakes) else { continue };
        if let Some(earlier) = seen.insert(code, row.number) {
            let message = format!("`{code}` stands in row {earlier} too");
            mistakes.add(row.number, Some("code"), message, "leave one of the two".into());
            continue;
        }
        let Some(rate) = rate else {
            let mend = "write the per cent, `excluded`, `quota`, or `? ` and why nothing is known";
            mistakes.add(row.number, Some("rate"), format!("`{code}` has no rate"), mend.into());
            continue;
        };
        fractions.see(rate);
        let mut cell = |column: usize, cell: Option<&Cell>| match cell.map(rate_cell) {
            None => Some(String::new()),
            Some(Ok(cell)) => Some(cell),
            Some(Err((message, mend))) => {
                mistakes.add(row.number, Some(COLUMNS[column].name), message, mend);
                None
            }
        };
        let (rate, out_of_quota) = (cell(1, Some(rate)), cell(2, row.cell(sheet, 2)));
        let not_for = origins(row, sheet, rules, agreement, mistakes);
        if let (Some(rate), Some(out_of_quota), Some(not_for)) = (rate, out_of_quota, not_for) {
            rates.push(NewRate { code, rate, out_of_quota, not_for });
        }
    }
    if fractions.are_all() {
        mistakes.add(
            sheet.rows.first().map_or(1, |row| row.number),
            Some("rate"),
            "no rate is above 1, as if the cells were formatted as percentages: 0.062 for 6.2 %".into(),
            "write per cent as plain numbers".into(),
        );
    }
    rates
}

/// The tariff line of a row. A row of a heading, without a rate, is passed over.
fn code(
    row: &Row,
    sheet: &Sheet,
    without_rate: bool,
    rules: &RulesInForce<'_>,
    mistakes: &mut Mistakes,
) -> Option<CommodityCode> {
    let written = row.cell(sheet, 0).map_or("", |cell| cell.text.as_str());
    let digits: String = written.chars().filter(|c| !matches!(c, '.' | ' ' | '\u{a0}')).collect();
    let is_heading = digits.len() < 8 && !rules.tariff().lines_under(&digits).is_empty();
    if without_rate && (digits.is_empty() || is_heading) {
        return None;
    }
    let padded = format!("0{digits}");
    let (message, mend) = match CommodityCode::parse(&digits) {
        Some(code) if rules.commodity(&digits).is_some() => return Some(code),
        Some(_) => {
            let beginnings = [6, 4, 2].into_iter().filter_map(|length| digits.get(..length));
            let under =
                beginnings.map(|beginning| rules.tariff().lines_under(beginning)).find(|lines| !lines.is_empty());
            let near: Vec<String> = under.into_iter().flatten().take(3).map(ToString::to_string).collect();
            (format!("the tariff has no line `{digits}`"), format!("near it are {}", near.join(", ")))
        }
        None if digits.len() == 7 && rules.commodity(&padded).is_some() => (
            format!("`{written}` has seven digits"),
            format!("write {padded} as text: a spreadsheet drops the zero in front"),
        ),
        None => (format!("`{written}` is not a tariff line"), "write eight digits".to_owned()),
    };
    mistakes.add(row.number, Some("code"), message, mend);
    None
}

/// A cell of a rate as the rule files write it.
fn rate_cell(cell: &Cell) -> Result<String, (String, String)> {
    match cell.text.as_str() {
        "*" | "excluded" => return Ok("excluded".to_owned()),
        "quota" => return Ok("quota".to_owned()),
        printed if printed.starts_with('?') => {
            let why = printed.trim_start_matches('?').trim();
            if why.is_empty() {
                return Err(("`?` says nothing after it".to_owned(), "say why nothing is known".to_owned()));
            }
            return Ok(format!("? {why}"));
        }
        _ => {}
    }
    let rate = number::read(cell).map_err(|(message, mend)| {
        (message, format!("{mend}; or `excluded`, `quota`, `? ` and why nothing is known"))
    })?;
    if rate > Decimal::ONE_THOUSAND {
        return Err((format!("{rate} per cent is above 1000"), "check the decimal point".to_owned()));
    }
    if rate.normalize().scale() > 4 {
        return Err((format!("{rate} has more than four decimals"), "write the rate as the law prints it".to_owned()));
    }
    Ok(vocabulary::duty::plain(rate))
}

fn origins(
    row: &Row,
    sheet: &Sheet,
    rules: &RulesInForce<'_>,
    agreement: &str,
    mistakes: &mut Mistakes,
) -> Option<Vec<String>> {
    let cell = row.cell(sheet, 3).map_or("", |cell| cell.text.as_str());
    let named: Vec<String> = cell
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .filter(|country| !country.is_empty())
        .map(str::to_ascii_uppercase)
        .collect();
    let agreement = rules.agreement(agreement)?;
    let members: Vec<&str> = agreement.members().collect();
    let stranger = named.iter().find(|country| !members.contains(&country.as_str()));
    match stranger {
        None => Some(named),
        Some(stranger) => {
            let mend = format!("its members are {}", members.join(" "));
            let message = format!("`{stranger}` is not a member of {}", agreement.id());
            mistakes.add(row.number, Some("not_for"), message, mend);
            None
        }
    }
}

/// Whether all numbers are such as cells have that are formatted as percentages.
#[derive(Default)]
struct Fractions {
    small: usize,
    large: usize,
}

impl Fractions {
    fn see(&mut self, cell: &Cell) {
        match number::read(cell) {
            Ok(rate) if rate > Decimal::ONE => self.large += 1,
            Ok(rate) if !rate.is_zero() && !rate.fract().is_zero() => self.small += 1,
            _ => {}
        }
    }

    fn are_all(&self) -> bool {
        self.small > 0 && self.large == 0 && self.small > 20
    }
}

/// The lines of the tariff that have no row, where the agreement has to say something of each.
fn missing(rates: &[NewRate], rules: &RulesInForce<'_>, agreement: &str) -> Vec<CommodityCode> {
    if rules.agreement(agreement).is_none_or(|agreement| agreement.lists_lines()) {
        return Vec::new();
    }
    let given: std::collections::BTreeSet<CommodityCode> = rates.iter().map(|rate| rate.code).collect();
    rules.tariff().lines_under("").iter().filter(|code| !given.contains(code)).copied().collect()
}

/// What changes, against the rates of the year as entered, or else of the day before it.
fn changes(rulebook: &Rulebook, amendment: &Amendment, agreement: &str, (first, last): (Date, Date)) -> String {
    let entered = rulebook.rates_of_agreement(agreement, last);
    let day_before = first.yesterday().unwrap_or(first);
    let (against, before) = if entered.is_empty() {
        (format!("the rates of {day_before}"), rulebook.rates_of_agreement(agreement, day_before))
    } else {
        (format!("the rates entered for {last}"), entered)
    };
    let after = amendment.rulebook().rates_of_agreement(agreement, last);
    if before.is_empty() {
        return format!("no rates are entered for {day_before}: nothing to compare with\n");
    }
    let mut moves: Vec<(Decimal, CommodityCode, &str, &str)> = Vec::new();
    let mut others: Vec<(CommodityCode, &str, &str)> = Vec::new();
    let mut same = 0;
    for (code, new) in &after {
        let old = before.get(code).map_or("no row", String::as_str);
        match (old.parse::<Decimal>(), new.parse::<Decimal>()) {
            _ if old == new => same += 1,
            (Ok(was), Ok(is)) => moves.push((is - was, *code, old, new)),
            _ => others.push((*code, old, new)),
        }
    }
    let gone = before.keys().filter(|code| !after.contains_key(code)).count();
    moves.sort();
    let rises = moves.iter().filter(|(by, ..)| by.is_sign_positive()).count();
    let gaps = after.values().filter(|cell| cell.starts_with('?')).count();
    let mut page = format!("against {against}:\n");
    for (count, what) in [
        (same, "lines keep their rate"),
        (moves.len() - rises, "fall"),
        (rises, "rise"),
        (others.len(), "change otherwise"),
        (gone, "are no longer in the table"),
        (gaps, "of all are gaps for an officer"),
    ] {
        if count > 0 {
            let _ = writeln!(page, "  {:>7} {what}", vocabulary::duty::grouped(count.into()));
        }
    }
    let falling: Vec<_> =
        moves.iter().take(moves.len() - rises).map(|(_, code, old, new)| (*code, *old, *new)).collect();
    let rising: Vec<_> = moves.iter().rev().take(rises).map(|(_, code, old, new)| (*code, *old, *new)).collect();
    for (title, lines) in [("the greatest rises", rising), ("the greatest falls", falling), ("other changes", others)] {
        page.push_str(&shown(title, &lines));
    }
    page
}

fn shown(title: &str, lines: &[(CommodityCode, &str, &str)]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut page = format!("{title}:\n");
    for (code, old, new) in lines.iter().take(LINES_SHOWN) {
        let short = |cell: &str| {
            if cell.chars().count() <= 28 { cell.to_owned() } else { cell.chars().take(27).collect::<String>() + "…" }
        };
        let _ = writeln!(page, "  {code}  {:>28} → {}", short(old), short(new));
    }
    if lines.len() > LINES_SHOWN {
        let _ = writeln!(page, "  and {} more", vocabulary::duty::grouped((lines.len() - LINES_SHOWN).into()));
    }
    page
}
