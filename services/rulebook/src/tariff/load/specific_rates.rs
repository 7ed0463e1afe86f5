//! Specific and mixed import duties.

use vocabulary::Bilingual;

use crate::code_list::load::Lists;
use crate::error::Problems;
use crate::reading::csv_file::{CsvFile, Row};
use crate::reading::dating::Lawbook;
use crate::reading::sources::Sources;
use crate::reading::values::{self, Fault, hs_prefix, word};
use crate::tariff::specific_rate::{SpecificKind, SpecificRateEntry};

/// Reads `assessment/specific-rates.csv`.
pub(crate) fn read(
    sources: &Sources,
    laws: &Lawbook,
    lists: &Lists,
    problems: &mut Problems,
) -> Vec<SpecificRateEntry> {
    let mut rates: Vec<SpecificRateEntry> = Vec::new();
    let provenance = laws.of_file(sources, "assessment/specific-rates.toml", problems);
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
        let (amount, currency, unit) = lists.amount(row, problems);
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
            name: Bilingual::new(row.get("name_en"), row.get("name_vi")),
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
