//! Specific and mixed import duties.

use rust_decimal::Decimal;

use crate::code_list::CodeList;
use crate::error::Problems;
use crate::load::code_lists::{Lists, word};
use crate::load::csv_file::{CsvFile, Row};
use crate::load::dating::Lawbook;
use crate::load::sources::Sources;
use crate::load::tariff::table_provenance;
use crate::load::values::{self, Fault};
use crate::specific_rate::{SpecificKind, SpecificRateEntry};

/// Reads `assessment/specific-rates.csv`.
pub(crate) fn read(
    sources: &Sources,
    laws: &Lawbook,
    lists: &Lists,
    problems: &mut Problems,
) -> Vec<SpecificRateEntry> {
    let mut rates: Vec<SpecificRateEntry> = Vec::new();
    let provenance = table_provenance(sources, "assessment/specific-rates.toml", laws, problems);
    let columns = ["code", "hs", "kind", "rate", "amount", "currency", "unit", "name_en", "name_vi"];
    let table = CsvFile::open(sources, "assessment/specific-rates.csv", &columns, &[], problems);
    let (Some(provenance), Some(table)) = (provenance, table) else {
        return rates;
    };
    table.each(problems, |row, problems| {
        let code = row.get("code");
        if code.is_empty() || code.len() > 10 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            problems.add(
                row.error(
                    "code",
                    Fault::new(format!("`{code}` is not a code"), "a code has 1 to 10 letters and digits"),
                ),
            );
            return;
        }
        let hs = row.read("hs", problems, |cell| cell.split('/').map(hs_prefix).collect::<Result<Box<[_]>, _>>());
        let kind = kind(row, problems);
        let (amount, currency, unit) = amount(row, lists, problems);
        let provenance = laws.row(row, &provenance, problems);
        let (Some(hs), Some(kind), Some(amount), Some(currency), Some(unit), Some(provenance)) =
            (hs, kind, amount, currency, unit, provenance)
        else {
            return;
        };
        if rates.iter().any(|known| *known.code == *code && known.provenance.overlaps(&provenance)) {
            problems.add(row.error(
                "code",
                Fault::new(
                    format!("`{code}` stands twice for the same days"),
                    "remove one of the rows, or end the earlier one with `in_force_to`",
                ),
            ));
            return;
        }
        rates.push(SpecificRateEntry {
            code: code.into(),
            hs,
            kind,
            amount,
            currency,
            unit,
            name_en: row.get("name_en").into(),
            name_vi: row.get("name_vi").into(),
            provenance,
        });
    });
    rates
}

fn kind(row: &Row<'_>, problems: &mut Problems) -> Option<SpecificKind> {
    let mixed = row.read("kind", problems, |cell| word(cell, &[("specific", false), ("mixed", true)]))?;
    row.read("rate", problems, |cell| match (mixed, cell) {
        (false, "") => Ok(SpecificKind::Alone),
        (false, _) => Err(Fault::new("a specific duty has no percentage", "leave the cell empty, or write `mixed`")),
        (true, "mfn") => Ok(SpecificKind::PreferentialRate),
        (true, cell) => values::percent(cell).map(SpecificKind::Percent),
    })
}

/// The cells `amount`, `currency` and `unit` of a row.
pub(crate) fn amount(
    row: &Row<'_>,
    lists: &Lists,
    problems: &mut Problems,
) -> (Option<Decimal>, Option<Box<str>>, Option<Box<str>>) {
    (
        row.read("amount", problems, values::decimal),
        row.read("currency", problems, |cell| lists.code(CodeList::Currencies, cell)),
        row.read("unit", problems, |cell| lists.code(CodeList::QuantityUnits, cell)),
    )
}

/// The beginning of a tariff code: 2 to 8 digits.
pub(crate) fn hs_prefix(digits: &str) -> Result<Box<str>, Fault> {
    if (2..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(digits.into());
    }
    Err(Fault::new(
        format!("`{digits}` is not the beginning of a tariff code"),
        "write its first 2 to 8 digits, without points",
    ))
}
