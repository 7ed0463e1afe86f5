//! `code-lists/aliases.csv`: what people write for a code.

use vocabulary::Bilingual;

use super::Lists;
use crate::cited::Provenance;
use crate::code_list::CodeList;
use crate::code_list::alias::{Alias, Aliased, folded};
use crate::error::{Problems, did_you_mean};
use crate::reading::csv_file::{CsvFile, Row};
use crate::reading::dating::Lawbook;
use crate::reading::sources::Sources;
use crate::reading::values::Fault;

/// The days of each version of a tax code, which stands in no code list.
type DaysOfTaxCode<'t> = &'t dyn Fn(&str) -> Vec<&'t Provenance>;

/// Reads the table. An alias is no code itself on its days, and the code that it stands for is one on all of them.
pub(crate) fn read(
    sources: &Sources,
    laws: &Lawbook,
    lists: &Lists,
    days_of_tax_code: DaysOfTaxCode<'_>,
    problems: &mut Problems,
) -> Vec<Alias> {
    let mut aliases: Vec<Alias> = Vec::new();
    let provenance = laws.of_file(sources, "code-lists/aliases.toml", problems);
    let columns = ["list", "alias", "code", "hint_en", "hint_vi"];
    let table = CsvFile::open(sources, "code-lists/aliases.csv", &columns, &[], problems);
    let (Some(provenance), Some(table)) = (provenance, table) else {
        return aliases;
    };
    let mut previous = String::new();
    table.each(problems, |row, problems| {
        let place = format!("{},{}", row.get("list"), row.get("alias"));
        if place < previous {
            problems.add(row.error(
                "alias",
                Fault::new(format!("`{place}` stands after `{previous}`"), "sort the rows by list and alias"),
            ));
        }
        previous = place;
        if let Some(alias) = alias(row, laws, &provenance, problems) {
            for (column, fault) in faults(&alias, &aliases, lists, days_of_tax_code) {
                problems.add(row.error(column, fault));
            }
            aliases.push(alias);
        }
    });
    aliases
}

fn alias(row: &Row<'_>, laws: &Lawbook, table: &Provenance, problems: &mut Problems) -> Option<Alias> {
    let list = row.read("list", problems, |cell| {
        if cell == Aliased::TAX_CODES {
            return Ok(Aliased::TaxCodes);
        }
        let known = || CodeList::ALL.iter().map(|list| list.as_str()).chain([Aliased::TAX_CODES]);
        let found = CodeList::ALL.iter().find(|list| list.as_str() == cell);
        found.map(|list| Aliased::List(*list)).ok_or_else(|| Fault {
            message: format!("there is no code list `{cell}`"),
            hint: did_you_mean(cell, known().collect::<Vec<_>>()),
        })
    });
    let written = row.get("alias");
    if written.is_empty() || folded(written) != written {
        problems.add(row.error(
            "alias",
            Fault::new(
                format!("`{written}` is not an alias"),
                "write it in capitals, with one blank between words; small letters are found by it too",
            ),
        ));
        return None;
    }
    let code = Some(row.get("code")).filter(|code| !code.is_empty());
    let hint = match (row.get("hint_en"), row.get("hint_vi")) {
        ("", "") => None,
        (en, vi) if !en.is_empty() && !vi.is_empty() => Some(Bilingual::new(en, vi)),
        _ => {
            let fault = Fault::new("the hint is in one language", "write it in both, or in neither");
            problems.add(row.error("hint_vi", fault));
            return None;
        }
    };
    if code.is_none() && hint.is_none() {
        problems.add(row.error("code", Fault::new("the alias says nothing", "name a code, or give a hint")));
        return None;
    }
    let provenance = laws.row(row, table, problems)?;
    Some(Alias { list: list?, written: written.into(), code: code.map(Into::into), hint, provenance })
}

/// What is wrong with an alias beside the lists and the aliases before it.
fn faults(
    alias: &Alias,
    earlier: &[Alias],
    lists: &Lists,
    days_of_tax_code: DaysOfTaxCode<'_>,
) -> Vec<(&'static str, Fault)> {
    let mut faults = Vec::new();
    let days = |code: &str| -> Vec<&Provenance> {
        match alias.list {
            Aliased::List(list) => lists.days_of(list, code).collect(),
            Aliased::TaxCodes => days_of_tax_code(code),
        }
    };
    if days(&alias.written).iter().any(|code| code.overlaps(&alias.provenance)) {
        let message = format!("`{}` is a code of {} itself on these days", alias.written, alias.list.as_str());
        faults.push(("alias", Fault::new(message, "an alias is what stands in no list; remove it, or date it")));
    }
    if let Some(code) = &alias.code
        && !covered(&days(code), &alias.provenance)
    {
        let message = format!("`{code}` is no code of {} on all days of the alias", alias.list.as_str());
        faults.push(("code", Fault::new(message, "correct the code, or give the alias the days of the code")));
    }
    let twin = earlier.iter().any(|other| {
        other.list == alias.list && other.written == alias.written && other.provenance.overlaps(&alias.provenance)
    });
    if twin {
        let message = format!("`{}` stands twice for days that overlap", alias.written);
        faults.push(("alias", Fault::new(message, "remove one, or end the first with `in_force_to`")));
    }
    faults
}

/// Whether some values hold one after another on all the days of another.
fn covered(values: &[&Provenance], days: &Provenance) -> bool {
    let mut next = days.from;
    loop {
        let Some(value) = values.iter().find(|value| value.holds_on(next)) else { return false };
        match (value.to, days.to) {
            (None, _) => return true,
            (Some(to), Some(last)) if to >= last => return true,
            (Some(to), _) => match to.tomorrow() {
                Ok(day) => next = day,
                Err(_) => return true,
            },
        }
    }
}
