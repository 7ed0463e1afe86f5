//! Trade remedies: the measures, and the rates of each.

use vocabulary::{Bilingual, DutyType};

use crate::code_list::CodeList;
use crate::error::{Problems, did_you_mean};
use crate::load::code_lists::{Lists, word};
use crate::load::csv_file::{CsvFile, Row};
use crate::load::dating::{Lawbook, mark};
use crate::load::sources::Sources;
use crate::load::specific_rates::{amount, hs_prefix};
use crate::load::tariff::{Codes, as_printed};
use crate::load::taxes::{add_code, tax, version};
use crate::load::toml_file::{Section, TomlFile};
use crate::load::values::{self, Fault};
use crate::tax::{TaxCodeEntry, TaxEffect, Versions};
use crate::trade_remedy::{CaseRate, RemedyCase, RemedyKind};

const TOML: &str = "assessment/trade-remedies.toml";
const CSV: &str = "assessment/trade-remedies.csv";
const COLUMNS: [&str; 12] = [
    "code",
    "case",
    "maker",
    "exporter",
    "origin",
    "rate",
    "amount",
    "currency",
    "unit",
    "name_en",
    "name_vi",
    "rate_mark",
];

/// What this module read.
#[derive(Default)]
pub(crate) struct RemedyFiles {
    pub(crate) cases: Vec<RemedyCase>,
    pub(crate) proof_days: Versions<u32>,
}

/// Reads the measures of `trade-remedies.toml`, and their rates, which become tax codes, from the CSV file beside it.
pub(crate) fn read(
    sources: &Sources,
    laws: &Lawbook,
    lists: &Lists,
    lines: &Codes,
    codes: &mut Vec<TaxCodeEntry>,
    problems: &mut Problems,
) -> RemedyFiles {
    let mut remedies = RemedyFiles::default();
    let Some(file) = TomlFile::open(sources, TOML, problems) else {
        sources.mark_used(CSV);
        return remedies;
    };
    let root = file.root();
    for section in root.list("proof_of_other_origin", problems) {
        let days = section.integer("days", (1, 3660), problems);
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        if let (Some(days), Some(provenance)) = (days, provenance) {
            version(&mut remedies.proof_days, days, provenance, &section, problems);
        }
    }
    // The block of each case, for what is said of it once all are read.
    let mut blocks: Vec<Section<'_>> = Vec::new();
    for section in root.list("case", problems) {
        let Some(case) = case(&section, laws, lists, lines, problems) else { continue };
        if remedies.cases.iter().any(|known| known.id == case.id && known.provenance.overlaps(&case.provenance)) {
            problems.add(section.error(
                "id",
                Fault::new(format!("`{}` stands twice for the same days", case.id), "give each measure its own id"),
            ));
            continue;
        }
        remedies.cases.push(case);
        blocks.push(section);
    }
    root.finish(problems);
    extend(&mut remedies.cases, &blocks, problems);
    if let Some(table) = CsvFile::open(sources, CSV, &COLUMNS, &["tax"], problems) {
        let before = problems.count();
        table.each(problems, |row, problems| rate(row, &mut remedies.cases, laws, lists, codes, problems));
        // A row that could not be read would be missed once more.
        if problems.count() == before {
            silent(&remedies.cases, &blocks, codes, problems);
        }
    }
    remedies
}

fn case(
    section: &Section<'_>,
    laws: &Lawbook,
    lists: &Lists,
    lines: &Codes,
    problems: &mut Problems,
) -> Option<RemedyCase> {
    let id = section.text("id", problems);
    let kind = section.text("type", problems);
    let name_en = section.text("name_en", problems);
    let name_vi = section.text("name_vi", problems);
    let description_en = section.text("description_en", problems);
    let description_vi = section.text("description_vi", problems);
    let incomplete_en = section.optional_text("incomplete_en", problems);
    let incomplete_vi = section.optional_text("incomplete_vi", problems);
    let goods = section.text("goods", problems);
    let hs = section.texts("hs", problems);
    let origins = section.texts("origins", problems);
    let extends = section.texts("extends", problems);
    let provenance = laws.dated(section, problems);
    section.finish(problems);
    let mut faulty = |field, fault| problems.add(section.error(field, fault));
    let kind = kind.and_then(|kind| {
        let kinds = RemedyKind::ALL.map(|kind| (kind.as_str(), kind));
        word(kind, &kinds).map_err(|fault| faulty("type", fault)).ok()
    });
    if incomplete_en.is_some() != incomplete_vi.is_some() {
        let field = if incomplete_en.is_some() { "incomplete_vi" } else { "incomplete_en" };
        faulty(field, Fault::new("what is not known is said in one language alone", "say it in both"));
    }
    match kind {
        Some(RemedyKind::AntiCircumvention) if extends.is_empty() => faulty(
            "extends",
            Fault::new("the measure extends no other", "name the measures whose duties it imposes on other goods"),
        ),
        Some(kind) if kind != RemedyKind::AntiCircumvention && !extends.is_empty() => faulty(
            "extends",
            Fault::new(format!("a measure of type {} extends none", kind.as_str()), "leave the field out"),
        ),
        _ => {}
    }
    let all_goods = goods
        .and_then(|goods| word(goods, &[("all", true), ("some", false)]).map_err(|fault| faulty("goods", fault)).ok());
    if hs.is_empty() {
        faulty("hs", Fault::new("the measure is on no goods", "list its tariff codes"));
        return None;
    }
    let hs: Result<Box<[_]>, _> = hs.into_iter().map(|beginning| of_a_line(beginning, lines)).collect();
    let hs = hs.map_err(|fault| faulty("hs", fault)).ok();
    let origins: Result<Box<[_]>, _> =
        origins.into_iter().map(|country| lists.code(CodeList::Countries, country)).collect();
    let origins = origins.map_err(|fault| faulty("origins", fault)).ok();
    let kind = kind?;
    Some(RemedyCase {
        id: id?.into(),
        kind,
        extends: extends.into_iter().map(Into::into).collect(),
        taxes: duty_of(kind).into_iter().collect(),
        name_en: name_en?.into(),
        name_vi: name_vi?.into(),
        description: Bilingual::new(description_en?, description_vi?),
        incomplete: incomplete_en.zip(incomplete_vi).map(|(en, vi)| Bilingual::new(en, vi)),
        hs: hs?,
        all_goods: all_goods?,
        origins: origins?,
        rates: Vec::new(),
        provenance: provenance?,
    })
}

/// The duty of a kind of measure; one against circumvention imposes those of the measures that it extends.
fn duty_of(kind: RemedyKind) -> Option<DutyType> {
    match kind {
        RemedyKind::AntiDumping => Some(DutyType::AntiDumping),
        RemedyKind::Countervailing => Some(DutyType::Countervailing),
        RemedyKind::Safeguard => Some(DutyType::Safeguard),
        RemedyKind::AntiCircumvention => None,
    }
}

/// The beginning of a tariff code, of which the tariff has at least one line: a slip would leave goods without the duty.
fn of_a_line(beginning: &str, lines: &Codes) -> Result<Box<str>, Fault> {
    let prefix = hs_prefix(beginning)?;
    // Without a nomenclature there is nothing to compare with, and that has been reported.
    if lines.0.is_empty() || lines.0.iter().any(|line| line.to_string().starts_with(beginning)) {
        return Ok(prefix);
    }
    Err(Fault::new(format!("the tariff has no line that begins with `{beginning}`"), "compare it with the decision"))
}

/// Gives the measures against circumvention the duties of those that they extend.
fn extend(cases: &mut [RemedyCase], blocks: &[Section<'_>], problems: &mut Problems) {
    let known: Vec<(Box<str>, Box<[DutyType]>)> =
        cases.iter().map(|case| (case.id.clone(), case.taxes.clone())).collect();
    for (case, block) in cases.iter_mut().zip(blocks) {
        let mut taxes = case.taxes.to_vec();
        for id in &case.extends {
            let of = known.iter().find(|(other, _)| other == id);
            if of.is_none() {
                let fault = Fault {
                    message: format!("`{id}` is not a measure of this file"),
                    hint: did_you_mean(id, known.iter().map(|(id, _)| &**id)),
                };
                problems.add(block.error("extends", fault));
            }
            let of = of.into_iter().flat_map(|(_, of)| of.iter().copied());
            taxes.extend(of.filter(|tax| !case.taxes.contains(tax)));
        }
        taxes.sort_unstable();
        taxes.dedup();
        case.taxes = taxes.into();
    }
}

/// A percentage, or an amount for each unit, of some makers of the measure; without makers it is for all others.
fn rate(
    row: &Row<'_>,
    cases: &mut [RemedyCase],
    laws: &Lawbook,
    lists: &Lists,
    codes: &mut Vec<TaxCodeEntry>,
    problems: &mut Problems,
) {
    let id = row.get("case");
    let Some(from) = row.read_optional("in_force_from", problems, values::date) else { return };
    let of_id = || cases.iter().enumerate().filter(|(_, case)| *case.id == *id);
    let Some((first, _)) = of_id().next() else {
        problems.add(row.error(
            "case",
            Fault {
                message: format!("`{id}` is not a measure of {TOML}"),
                hint: did_you_mean(id, cases.iter().map(|case| &*case.id)),
            },
        ));
        return;
    };
    // A row without days of its own holds on those of the first block.
    let at = match from {
        Some(from) => of_id().find(|(_, case)| case.provenance.holds_on(from)).map(|(at, _)| at),
        None => Some(first),
    };
    let Some(at) = at else {
        problems.add(row.error(
            "in_force_from",
            Fault::new(
                format!("`{id}` is not in force on the first day of the row"),
                "correct the day, or the block's",
            ),
        ));
        return;
    };
    let case = &mut cases[at];
    let effect = effect(row, lists, problems);
    let origin = row.read_optional("origin", problems, |cell| {
        if !case.origins.is_empty() && !case.origins.iter().any(|origin| **origin == *cell) {
            return Err(Fault::new(
                format!("the measure is not on goods of `{cell}`"),
                "name one of the origins of the case, or leave the cell empty",
            ));
        }
        lists.code(CodeList::Countries, cell)
    });
    let tax = row.read("tax", problems, |cell| duty(cell, case));
    let rate_mark = row.read_optional("rate_mark", problems, mark);
    let (Some(effect), Some(origin), Some(tax), Some(rate_mark)) = (effect, origin, tax, rate_mark) else { return };
    let provenance = case.provenance.clone();
    let Some(code) = add_code(row, "trade-remedies", tax, effect, &provenance, laws, codes, problems) else {
        return;
    };
    let Some(entry) = codes.last() else { return };
    if let (Some(end), true) = (provenance.to, entry.provenance.to.is_none_or(|to| Some(to) > provenance.to)) {
        problems.add(row.error(
            "in_force_to",
            Fault::new(format!("the row outlasts its measure, which ends on {end}"), "end it with the measure"),
        ));
    }
    case.rates.push(CaseRate {
        code,
        from: entry.provenance.from,
        makers: names(row.get("maker")),
        exporters: names(row.get("exporter")),
        origin,
        mark: rate_mark.unwrap_or(entry.provenance.mark),
    });
}

fn effect(row: &Row<'_>, lists: &Lists, problems: &mut Problems) -> Option<TaxEffect> {
    match (row.get("rate").is_empty(), row.get("amount").is_empty()) {
        (false, true) => row.read("rate", problems, |cell| match as_printed(cell)? {
            Some(words) => Ok(TaxEffect::NotKnown(words)),
            None => values::percent(cell).map(TaxEffect::Rate),
        }),
        (true, false) => match amount(row, lists, problems) {
            (Some(amount), Some(currency), Some(unit)) => Some(TaxEffect::Amount { amount, currency, unit }),
            _ => None,
        },
        _ => {
            problems.add(row.error(
                "rate",
                Fault::new(
                    "the row needs a rate or an amount",
                    "fill in one of the two, an amount with currency and unit",
                ),
            ));
            None
        }
    }
}

/// The duty of a row: that of its measure, or the one of them that it names.
fn duty(cell: &str, case: &RemedyCase) -> Result<DutyType, Fault> {
    let named = if cell.is_empty() { None } else { Some(tax(cell)?) };
    match (named, &*case.taxes) {
        (None, [only]) => Ok(*only),
        (Some(named), taxes) if taxes.contains(&named) => Ok(named),
        (_, taxes) => {
            let words: Vec<&str> = taxes.iter().map(|tax| tax.as_str()).collect();
            Err(Fault::new(
                format!("`{cell}` is not a duty of {}", case.id),
                format!("name the one that the row is a rate of: {}", words.join(", ")),
            ))
        }
    }
}

/// Names between semicolons.
fn names(cell: &str) -> Box<[Box<str>]> {
    cell.split(';').map(str::trim).filter(|name| !name.is_empty()).map(Into::into).collect()
}

/// A measure that has no rate for the other makers of an origin has to say what is not known of it.
fn silent(cases: &[RemedyCase], blocks: &[Section<'_>], codes: &[TaxCodeEntry], problems: &mut Problems) {
    for (case, block) in cases.iter().zip(blocks).filter(|(case, _)| case.incomplete.is_none()) {
        let origins: Vec<Option<&str>> = match &*case.origins {
            [] => vec![None],
            origins => origins.iter().map(|origin| Some(&**origin)).collect(),
        };
        for (origin, tax) in origins.iter().flat_map(|origin| case.taxes.iter().map(move |tax| (*origin, *tax))) {
            let answers = |rate: &CaseRate| {
                rate.makers.is_empty()
                    && (rate.origin.is_none() || rate.origin.as_deref() == origin)
                    && codes.iter().any(|entry| *entry.code == *rate.code && entry.tax == tax)
            };
            if !case.rates.iter().any(answers) {
                let of = origin.map_or_else(String::new, |origin| format!(" for goods of {origin}"));
                let fault = Fault::new(
                    format!("{} from {} has no {tax} rate of the other makers{of}", case.id, case.provenance.from),
                    "enter it in trade-remedies.csv, or say in `incomplete_en` and `incomplete_vi` what is not known",
                );
                problems.add(block.error("id", fault));
            }
        }
    }
}
