//! Reads the codes of taxes: rows that name a code and say what it does.

use vocabulary::{Bilingual, DutyType};

use crate::cited::Provenance;
use crate::code_list::CodeList;
use crate::code_list::load::Lists;
use crate::error::{Problems, did_you_mean};
use crate::reading::csv_file::{CsvFile, Row};
use crate::reading::dating::Lawbook;
use crate::reading::sources::Sources;
use crate::reading::values::{self, Fault, word};
use crate::taxes::code::{ListNeed, TaxCodeEntry, TaxEffect};

/// Reads the tables that have nothing but codes.
pub(crate) fn read(sources: &Sources, laws: &Lawbook, lists: &Lists, problems: &mut Problems) -> Vec<TaxCodeEntry> {
    let mut codes = Vec::new();
    for (table, toml, csv) in [
        ("tax-codes", "assessment/tax-codes.toml", "assessment/tax-codes.csv"),
        (
            "environmental-protection-tax",
            "assessment/environmental-protection-tax.toml",
            "assessment/environmental-protection-tax.csv",
        ),
    ] {
        read_codes(sources, (table, toml, csv), laws, lists, &mut codes, problems);
    }
    codes
}

fn read_codes(
    sources: &Sources,
    (name, toml, csv): (&'static str, &str, &str),
    laws: &Lawbook,
    lists: &Lists,
    codes: &mut Vec<TaxCodeEntry>,
    problems: &mut Problems,
) {
    let provenance = laws.of_file(sources, toml, problems);
    let columns = ["code", "tax", "effect", "rate", "amount", "unit", "name_en", "name_vi"];
    let table = CsvFile::open(sources, csv, &columns, &["exemption_list"], problems);
    let (Some(provenance), Some(table)) = (provenance, table) else {
        return;
    };
    table.each(problems, |row, problems| {
        let tax = row.read("tax", problems, tax);
        let effect = effect(row, lists, problems);
        let (Some(tax), Some(effect)) = (tax, effect) else { return };
        add_code(row, name, tax, effect, &provenance, laws, codes, problems);
    });
}

/// Adds a row that names a code with what it does, unless another row has the code on the same days.
#[expect(clippy::too_many_arguments, reason = "a row, what it was read as, and where it goes")]
pub(crate) fn add_code(
    row: &Row<'_>,
    table: &'static str,
    tax: DutyType,
    effect: TaxEffect,
    provenance: &Provenance,
    laws: &Lawbook,
    codes: &mut Vec<TaxCodeEntry>,
    problems: &mut Problems,
) -> Option<Box<str>> {
    let code = row.get("code");
    if code.is_empty() || code.len() > 8 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        problems.add(row.error(
            "code",
            Fault::new(format!("`{code}` is not a tax code"), "a tax code has 1 to 8 letters and digits"),
        ));
        return None;
    }
    let provenance = laws.row(row, provenance, problems);
    for column in ["name_en", "name_vi"] {
        if row.get(column).is_empty() {
            problems.add(row.error(column, Fault::new("the name is missing", "name the code for people")));
        }
    }
    let list_need = row.read("exemption_list", problems, |cell| {
        word(cell, &[("", ListNeed::None), ("allowed", ListNeed::Allowed), ("required", ListNeed::Required)])
    });
    let (list_need, provenance) = (list_need?, provenance?);
    let clash = codes.iter().find(|entry| *entry.code == *code && entry.provenance.overlaps(&provenance));
    if let Some(clash) = clash {
        problems.add(row.error(
            "code",
            Fault::new(
                format!("`{code}` stands also in {}.csv for the same days", clash.table),
                "remove one, or end the earlier one with `in_force_to`",
            ),
        ));
        return None;
    }
    codes.push(TaxCodeEntry {
        code: code.into(),
        table,
        tax,
        effect,
        list_need,
        name: Bilingual::new(row.get("name_en"), row.get("name_vi")),
        begins_with_table: row.get("in_force_from").is_empty(),
        ends_with_table: row.get("in_force_to").is_empty() && provenance.to.is_some(),
        provenance,
    });
    Some(code.into())
}

/// A duty or tax by its word.
pub(crate) fn tax(word: &str) -> Result<DutyType, Fault> {
    DutyType::ALL.into_iter().find(|tax| tax.as_str() == word).ok_or_else(|| Fault {
        message: format!("`{word}` is not a tax"),
        hint: did_you_mean(word, DutyType::ALL.iter().map(|tax| tax.as_str())),
    })
}

fn effect(row: &Row<'_>, lists: &Lists, problems: &mut Problems) -> Option<TaxEffect> {
    #[derive(Clone, Copy, PartialEq)]
    enum Word {
        Rate,
        Amount,
        Exempt,
        Reduce,
        NotSubject,
    }
    let effect = row.read("effect", problems, |cell| {
        word(
            cell,
            &[
                ("rate", Word::Rate),
                ("amount", Word::Amount),
                ("exempt", Word::Exempt),
                ("reduce", Word::Reduce),
                ("not_subject", Word::NotSubject),
            ],
        )
    })?;
    let wanted: &[&str] = match effect {
        Word::Rate => &["rate"],
        Word::Amount => &["amount", "unit"],
        _ => &[],
    };
    for column in ["rate", "amount", "unit"] {
        if row.get(column).is_empty() == wanted.contains(&column) {
            let (message, hint) = if wanted.contains(&column) {
                ("the cell is empty", "the effect needs it")
            } else {
                ("the cell is not empty", "the effect does not use it")
            };
            problems.add(row.error(column, Fault::new(message, hint)));
            return None;
        }
    }
    Some(match effect {
        Word::Rate => TaxEffect::Rate(row.read("rate", problems, values::percent)?),
        Word::Amount => {
            let amount = row.read("amount", problems, values::decimal);
            let unit = row.read("unit", problems, |cell| lists.code(CodeList::QuantityUnits, cell));
            TaxEffect::Amount { amount: amount?, currency: "VND".into(), unit: unit? }
        }
        Word::Exempt => TaxEffect::Exempt,
        Word::Reduce => TaxEffect::Reduce,
        Word::NotSubject => TaxEffect::NotSubject,
    })
}
