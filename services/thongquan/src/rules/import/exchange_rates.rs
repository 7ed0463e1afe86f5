//! The exchange rates of a week.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use rulebook::{Amendment, CodeList, Rulebook, RulesInForce};
use rust_decimal::Decimal;

use super::sheet::{self, Column, Columns, Sheet};
use super::{BOLD, Common, Mistakes, finish, name_of, number, refused};
use crate::{Failure, arguments, load_rulebook, print, rules_folder};

/// A rate that moves by more than so many per cent in a week is pointed at.
const GREAT_MOVE: Decimal = Decimal::TEN;

#[derive(clap::Args)]
#[command(after_help = "COLUMNS, in any order, named in the first rows of the table:\n  \
    currency  three letters (mã ngoại tệ, mã nt)\n  \
    rate      dong for one unit (tỷ giá, mua chuyển khoản)\n\n\
    Numbers may have points and commas in either use where they can mean one thing alone: 26.100,50 and 26,100.50 are \
    understood, 26.100 is asked about. Other columns are passed over. Rates entered before for the week are replaced.\n\n\
    EXAMPLE:\n  thongquan rules import exchange-rates vcb.xlsx --week 2026-12-07\n\n\
    EXIT STATUS:\n  0  what would change is shown, or was written\n  1  the table is wrong, or the rules would be\n \
    64  the command line, the file or the folder of rules is wrong\n 70  a file cannot be read or written")]
pub(super) struct Arguments {
    #[command(flatten)]
    common: Common,
    /// The Monday of the week on which the rates hold
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = arguments::day)]
    week: Date,
}

const COLUMNS: [Column; 2] = [
    Column {
        name: "currency",
        other_names: &[
            "mã ngoại tệ",
            "mã nt",
            "mã tiền tệ",
            "ngoại tệ",
            "ma ngoai te",
            "ma nt",
            "ma tien te",
            "ngoai te",
            "currency code",
        ],
        required: true,
    },
    Column {
        name: "rate",
        other_names: &[
            "tỷ giá",
            "tỉ giá",
            "ty gia",
            "ti gia",
            "mua chuyển khoản",
            "mua chuyen khoan",
            "exchange rate",
            "transfer",
            "buy transfer",
        ],
        required: true,
    },
];

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (common, week) = (&arguments.common, arguments.week);
    if week.weekday() != Weekday::Monday {
        let since = i32::from(week.weekday().since(Weekday::Monday));
        let monday = week.checked_sub(since.days()).map_or_else(|_| String::new(), |monday| monday.to_string());
        let next = week.checked_add((7 - since).days()).map_or_else(|_| String::new(), |monday| monday.to_string());
        return Err(Failure::usage(format!(
            "{week} is not a Monday; rates hold from Monday to Sunday: name {monday} or {next}"
        )));
    }
    let folder = rules_folder(common.rules.as_ref());
    let rulebook = load_rulebook(&folder)?;
    let mut mistakes = Mistakes::default();
    // Banks print names and other rates beside them.
    let columns = Columns { wanted: &COLUMNS, others_allowed: true };
    let sheet = sheet::read(&common.file, &columns, &mut mistakes)?;
    let rates = sheet.map_or_else(BTreeMap::new, |sheet| rows(&sheet, &rulebook.in_force_on(week), &mut mistakes));
    if !mistakes.is_empty() {
        print(&mistakes.page(&common.file));
        return Ok(ExitCode::from(1));
    }
    let given: Vec<(String, Decimal)> = rates.iter().map(|(code, rate)| (code.clone(), *rate)).collect();
    let amendment = match Amendment::exchange_rates(&folder, week, common.mark, &given) {
        Ok(amendment) => amendment,
        Err(errors) => return Ok(refused(&errors)),
    };
    let mut page = format!("{BOLD}week of {week}{BOLD:#} from {}: {} currencies\n", name_of(&common.file), rates.len());
    page.push_str(&changes(&rulebook, amendment.rulebook(), week, &rates));
    finish(common, &folder, &amendment, page)
}

fn rows(sheet: &Sheet, rules: &RulesInForce<'_>, mistakes: &mut Mistakes) -> BTreeMap<String, Decimal> {
    let mut rates = BTreeMap::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for row in &sheet.rows {
        let currency = row.cell(sheet, 0).map_or_else(String::new, |cell| cell.text.to_ascii_uppercase());
        let Some(cell) = row.cell(sheet, 1) else {
            let message = format!("`{currency}` has no rate");
            mistakes.add(row.number, Some("rate"), message, "enter it, or leave the row out".into());
            continue;
        };
        if currency == "VND" || rules.code(CodeList::Currencies, &currency).is_none() {
            let mend = "enter the three letters of ISO 4217, or leave the row out".to_owned();
            let message = format!("`{currency}` is no foreign currency of the code list");
            mistakes.add(row.number, Some("currency"), message, mend);
            continue;
        }
        if let Some(earlier) = seen.insert(currency.clone(), row.number) {
            let message = format!("`{currency}` stands in row {earlier} too");
            mistakes.add(row.number, Some("currency"), message, "leave one of the two".into());
            continue;
        }
        match number::read(cell) {
            Ok(rate) if rate.is_zero() => mistakes.add(
                row.number,
                Some("rate"),
                format!("`{currency}` is worth nothing"),
                "enter the dong for one unit, or leave the row out".into(),
            ),
            Ok(rate) => {
                rates.insert(currency, rate);
            }
            Err((message, mend)) => mistakes.add(row.number, Some("rate"), message, mend),
        }
    }
    if rates.is_empty() && mistakes.is_empty() {
        mistakes.add(1, None, "the table has no rates".into(), "give a row for each currency".into());
    }
    rates
}

/// Each currency with its rate of the week before, or of this week where it was entered, and what is missing.
fn changes(before: &Rulebook, after: &Rulebook, week: Date, rates: &BTreeMap<String, Decimal>) -> String {
    let day_before = week.yesterday().unwrap_or(week);
    let (of_week, of_before) = (before.in_force_on(week), before.in_force_on(day_before));
    let old = |currency: &str| {
        let entered = of_week.exchange_rate(currency).or_else(|_| of_before.exchange_rate(currency));
        entered.ok().map(|rate| rate.value)
    };
    let mut page = String::from("        before       after    change\n");
    for (currency, new) in rates {
        let old = old(currency);
        let by = old.filter(|old| !old.is_zero()).map(|old| (*new - old) * Decimal::ONE_HUNDRED / old);
        let said = by.map_or_else(|| "new".to_owned(), |by| format!("{:+.2} %", by));
        let great = by.is_some_and(|by| by.abs() > GREAT_MOVE);
        let _ = writeln!(
            page,
            "  {currency} {:>9} {:>11} {said:>9}{}",
            old.map_or_else(|| "-".to_owned(), vocabulary::duty::plain),
            vocabulary::duty::plain(*new),
            if great { "  more than a tenth: check the unit" } else { "" }
        );
    }
    let mut missing: Vec<&str> = of_before
        .codes(CodeList::Currencies)
        .map(|currency| currency.code())
        .filter(|currency| *currency != "VND" && !rates.contains_key(*currency) && old(currency).is_some())
        .collect();
    missing.sort_unstable();
    if !missing.is_empty() {
        let _ = writeln!(page, "not in the table, so that an officer decides: {}", missing.join(", "));
    }
    let empty = (1..=60)
        .filter_map(|weeks| week.checked_sub((7 * weeks).days()).ok())
        .take_while(|monday| {
            let rules = |rulebook: &Rulebook| {
                rates.keys().any(|code| rulebook.in_force_on(*monday).exchange_rate(code).is_ok())
            };
            !rules(after)
        })
        .count();
    if empty > 0 {
        let _ = writeln!(page, "the {empty} weeks before it have no rates");
    }
    page
}
