//! The code lists: one TOML block and one CSV file for each.

pub(crate) mod aliases;

use conditions::nearest;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use vocabulary::{Bilingual, Direction};

use crate::cited::Provenance;
use crate::code_list::CodeList;
use crate::code_list::entry::{
    AdjustmentEffect, DeclarationKind, Detail, Entry, ExitGateValue, Incoterm, ScheduleKind, Treatment,
};
use crate::code_list::table::ListTable;
use crate::code_versions::CodeVersions;
use crate::error::{Problems, RuleError, did_you_mean};
use crate::reading::csv_file::{CsvFile, Row};
use crate::reading::dating::Lawbook;
use crate::reading::sources::Sources;
use crate::reading::toml_file::TomlFile;
use crate::reading::values::{self, Fault, word, words, yes_no};

/// All lists, and the lines that their codes stand on.
pub(crate) struct Lists {
    pub(crate) tables: FxHashMap<CodeList, ListTable>,
    lines: FxHashMap<(CodeList, Box<str>), u32>,
}

impl Lists {
    /// Whether a code stands in a list on any day, or what is wrong with it.
    pub(crate) fn known(&self, list: CodeList, code: &str) -> Result<(), Fault> {
        let Some(table) = self.tables.get(&list) else {
            return Ok(());
        };
        if !table.of(code).is_empty() {
            return Ok(());
        }
        let known = table.all().iter().map(|entry| &*entry.code);
        Err(Fault {
            message: format!("`{code}` is not a code of code-lists/{}.csv", list.as_str()),
            hint: nearest(code, known).map(|found| format!("did you mean `{found}`?")),
        })
    }

    /// The days of each version of a code.
    pub(crate) fn days_of(&self, list: CodeList, code: &str) -> impl Iterator<Item = &Provenance> {
        self.tables.get(&list).map_or(&[][..], |table| table.of(code)).iter().map(|entry| &entry.provenance)
    }

    /// A code, kept when the list has it.
    pub(crate) fn code(&self, list: CodeList, code: &str) -> Result<Box<str>, Fault> {
        self.known(list, code).map(|()| code.into())
    }

    /// The cells `amount`, `currency` and `unit` of a row.
    pub(crate) fn amount(
        &self,
        row: &Row<'_>,
        problems: &mut Problems,
    ) -> (Option<Decimal>, Option<Box<str>>, Option<Box<str>>) {
        (
            row.read("amount", problems, values::decimal),
            row.read("currency", problems, |cell| self.code(CodeList::Currencies, cell)),
            row.read("unit", problems, |cell| self.code(CodeList::QuantityUnits, cell)),
        )
    }
}

/// Reads `code-lists/lists.toml` and the table of each list.
pub(crate) fn read(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> Lists {
    let mut lists = Lists { tables: FxHashMap::default(), lines: FxHashMap::default() };
    let Some(file) = TomlFile::open(sources, "code-lists/lists.toml", problems) else {
        return lists;
    };
    let root = file.root();
    for &list in CodeList::ALL {
        let Some(section) = root.section(list.as_str(), problems) else {
            continue;
        };
        let title_en = section.text("title_en", problems).unwrap_or_default();
        let title_vi = section.text("title_vi", problems).unwrap_or_default();
        section.optional_text("fields", problems);
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        let path = format!("code-lists/{}.csv", list.as_str());
        let (required, optional) = columns(list);
        let Some(table) = CsvFile::open(sources, &path, required, optional, problems) else {
            continue;
        };
        let Some(provenance) = provenance else {
            continue;
        };
        let days = provenance.clone();
        let mut entries: Vec<Entry> = Vec::new();
        let mut previous = String::new();
        table.each(problems, |row, problems| {
            let code = row.get("code");
            if let Some(fault) = wrong_code(code, &previous) {
                problems.add(row.error("code", fault));
            }
            previous.clear();
            previous.push_str(code);
            for column in ["name_en", "name_vi"] {
                if row.get(column).is_empty() {
                    problems.add(row.error(column, Fault::new("the name is missing", "name the code for people")));
                }
            }
            let provenance = laws.row(row, &provenance, problems);
            let detail = detail(list, row, problems);
            let (Some(provenance), Some(detail)) = (provenance, detail) else {
                return;
            };
            let same = entries.iter().rev().take_while(|entry| *entry.code == *code);
            if let Some(earlier) = same.clone().find(|entry| entry.provenance.overlaps(&provenance)) {
                problems.add(row.error(
                    "code",
                    Fault::new(
                        format!("`{code}` stands twice, and both rows hold from {}", {
                            provenance.from.max(earlier.provenance.from)
                        }),
                        "remove one, or end the first with `in_force_to`",
                    ),
                ));
                return;
            }
            lists.lines.insert((list, code.into()), row.line);
            entries.push(Entry {
                code: code.into(),
                name: Bilingual::new(row.get("name_en"), row.get("name_vi")),
                provenance,
                detail,
            });
        });
        let title = Bilingual::new(title_en, title_vi);
        lists.tables.insert(list, ListTable { title, days, codes: CodeVersions::new(entries) });
    }
    root.finish(problems);
    lists
}

/// Codes are short and printable, and come in order, so that people find them and a comparison of files shows what
/// changed.
fn wrong_code(code: &str, previous: &str) -> Option<Fault> {
    if code.is_empty() || code.len() > 16 || !code.bytes().all(|byte| (b'!'..=b'~').contains(&byte)) {
        return Some(Fault::new(
            format!("`{code}` is not a code"),
            "a code has 1 to 16 letters, digits or signs, without spaces",
        ));
    }
    (code < previous).then(|| Fault::new(format!("`{code}` stands after `{previous}`"), "sort the rows by code"))
}

/// The required and the optional columns of a list.
fn columns(list: CodeList) -> (&'static [&'static str], &'static [&'static str]) {
    match list {
        CodeList::Incoterms => (
            &[
                "code",
                "name_en",
                "name_vi",
                "includes_freight",
                "includes_insurance",
                "insurance_may_be_entered",
                "value_at_exit_gate",
            ],
            &[],
        ),
        CodeList::DeclarationKinds => (
            &[
                "code",
                "name_en",
                "name_vi",
                "direction",
                "duty",
                "taxes",
                "duty_relief_code",
                "vat_code",
                "deadline_required",
                "previous_declaration_required",
                "transport_start_allowed",
            ],
            &[],
        ),
        CodeList::Currencies => (&["code", "name_en", "name_vi", "minor_units"], &[]),
        CodeList::CustomsOffices => (&["code", "name_en", "name_vi", "successor"], &[]),
        CodeList::ValuationClasses => (&["code", "name_en", "name_vi", "manual", "kinds"], &[]),
        CodeList::AdjustmentNames => (&["code", "name_en", "name_vi", "effect"], &[]),
        CodeList::TariffSchedules => (&["code", "name_en", "name_vi", "kind", "agreement"], &[]),
        CodeList::OriginCertificates => (&["code", "name_en", "name_vi", "agreements"], &[]),
        CodeList::QuantityUnits => (&["code", "name_en", "name_vi", "whole"], &[]),
        CodeList::TariffUnits => (&["code", "name_en", "name_vi", "units"], &[]),
        CodeList::WeightUnits => (&["code", "name_en", "name_vi", "kilograms"], &[]),
        _ => (&["code", "name_en", "name_vi"], &[]),
    }
}

fn detail(list: CodeList, row: &Row<'_>, problems: &mut Problems) -> Option<Detail> {
    Some(match list {
        CodeList::Incoterms => {
            let includes_freight = row.read("includes_freight", problems, yes_no);
            let includes_insurance = row.read("includes_insurance", problems, yes_no);
            let insurance_may_be_entered = row.read("insurance_may_be_entered", problems, yes_no);
            let value_at_exit_gate = row.read("value_at_exit_gate", problems, |cell| {
                word(
                    cell,
                    &[
                        ("below_price", ExitGateValue::BelowPrice),
                        ("is_price", ExitGateValue::IsPrice),
                        ("above_price", ExitGateValue::AbovePrice),
                    ],
                )
            });
            Detail::Incoterm(Incoterm {
                value_at_exit_gate: value_at_exit_gate?,
                includes_freight: includes_freight?,
                includes_insurance: includes_insurance?,
                insurance_may_be_entered: insurance_may_be_entered?,
            })
        }
        CodeList::DeclarationKinds => Detail::Kind(Box::new(declaration_kind(row, problems)?)),
        CodeList::Currencies => Detail::Currency {
            minor_units: row.read("minor_units", problems, |cell| {
                cell.parse()
                    .ok()
                    .filter(|units| *units <= 4)
                    .ok_or_else(|| Fault::new(format!("`{cell}` is not a number of decimals"), "write 0 to 4"))
            })?,
        },
        CodeList::CustomsOffices => {
            Detail::Office { successor: Some(row.get("successor")).filter(|code| !code.is_empty()).map(Into::into) }
        }
        CodeList::ValuationClasses => {
            Detail::Valuation { manual: row.read("manual", problems, yes_no)?, kinds: words(row.get("kinds")) }
        }
        CodeList::AdjustmentNames => Detail::Adjustment(row.read("effect", problems, |cell| {
            word(
                cell,
                &[
                    ("addition", AdjustmentEffect::Addition),
                    ("deduction", AdjustmentEffect::Deduction),
                    ("either", AdjustmentEffect::Either),
                ],
            )
        })?),
        CodeList::TariffSchedules => Detail::Schedule(schedule(row, problems)?),
        CodeList::OriginCertificates => Detail::Certificate { agreements: words(row.get("agreements")) },
        CodeList::QuantityUnits => Detail::QuantityUnit { whole: row.read("whole", problems, yes_no)? },
        CodeList::TariffUnits => Detail::TariffUnit { codes: words(row.get("units")) },
        CodeList::WeightUnits => Detail::WeightUnit { kilograms: row.read("kilograms", problems, values::decimal)? },
        _ => Detail::Nothing,
    })
}

fn declaration_kind(row: &Row<'_>, problems: &mut Problems) -> Option<DeclarationKind> {
    let direction = row.read("direction", problems, |cell| {
        word(cell, &[("import", Direction::Import), ("export", Direction::Export)])
    });
    let duty = row.read("duty", problems, |cell| word(cell, &Treatment::ALL));
    let taxes = row.read("taxes", problems, |cell| word(cell, &Treatment::ALL));
    let deadline_required = row.read("deadline_required", problems, yes_no);
    let previous = row.read("previous_declaration_required", problems, yes_no);
    let transport = row.read("transport_start_allowed", problems, yes_no);
    let code = |column| Some(row.get(column)).filter(|cell| !cell.is_empty()).map(Into::into);
    Some(DeclarationKind {
        direction: direction?,
        duty: duty?,
        taxes: taxes?,
        duty_relief_code: code("duty_relief_code"),
        vat_code: code("vat_code"),
        deadline_required: deadline_required?,
        previous_declaration_required: previous?,
        transport_start_allowed: transport?,
    })
}

fn schedule(row: &Row<'_>, problems: &mut Problems) -> Option<ScheduleKind> {
    let agreement = row.get("agreement");
    let kind = row.read("kind", problems, |cell| {
        word(
            cell,
            &[
                ("mfn", ScheduleKind::Mfn),
                ("ordinary", ScheduleKind::Ordinary),
                ("agreement", ScheduleKind::Agreement(agreement.into())),
                ("out_of_quota", ScheduleKind::OutOfQuota),
                ("specific", ScheduleKind::Specific),
                ("mixed", ScheduleKind::Mixed),
                ("chapter_98", ScheduleKind::Chapter98),
                ("not_subject", ScheduleKind::NotSubject),
            ],
        )
    })?;
    if matches!(kind, ScheduleKind::Agreement(_)) == agreement.is_empty() {
        problems.add(row.error(
            "agreement",
            Fault::new("an agreement stands with the kind `agreement`, and with no other", "give both or neither"),
        ));
        return None;
    }
    Some(kind)
}

/// Checks what one list says of another, and of agreements and taxes, once all are read.
pub(crate) fn check_references(
    lists: &Lists,
    agreements: &[&str],
    has_tax_code: impl Fn(&str) -> bool,
    problems: &mut Problems,
) {
    let agreement = |id: &str| -> Result<(), Fault> {
        // Agreements that could not be read have been reported: nothing can be said of references to them.
        if agreements.is_empty() || agreements.contains(&id) {
            return Ok(());
        }
        Err(Fault {
            message: format!("`{id}` is not an agreement of assessment/agreements.toml"),
            hint: did_you_mean(id, agreements.iter().copied()),
        })
    };
    let tax_code = |code: &str| -> Result<(), Fault> {
        if has_tax_code(code) {
            return Ok(());
        }
        Err(Fault::new(format!("`{code}` is not a tax code of assessment/"), "add it to the tax codes, or correct it"))
    };
    for (&list, table) in &lists.tables {
        for entry in table.all() {
            let mut check = |column: &str, result: Result<(), Fault>| {
                if let Err(fault) = result {
                    problems.add(RuleError {
                        file: format!("code-lists/{}.csv", list.as_str()),
                        line: lists.lines.get(&(list, entry.code.clone())).copied(),
                        field: Some(column.to_owned()),
                        message: fault.message,
                        hint: fault.hint,
                    });
                }
            };
            match &entry.detail {
                Detail::Schedule(ScheduleKind::Agreement(id)) => check("agreement", agreement(id)),
                Detail::Certificate { agreements } => {
                    for id in agreements {
                        check("agreements", agreement(id));
                    }
                }
                Detail::TariffUnit { codes } => {
                    for code in codes {
                        check("units", lists.known(CodeList::QuantityUnits, code));
                    }
                }
                Detail::Valuation { kinds, .. } => {
                    for kind in kinds {
                        check("kinds", lists.known(CodeList::DeclarationKinds, kind));
                    }
                }
                Detail::Office { successor: Some(successor) } => check("successor", office(table, entry, successor)),
                Detail::Office { successor: None }
                    if entry.provenance.to.is_some() && entry.provenance.to != table.days.to =>
                {
                    check(
                        "successor",
                        Err(Fault::new(
                            format!("`{}` ends without a successor", entry.code),
                            "name the office to use in its place",
                        )),
                    )
                }
                Detail::Kind(kind) => {
                    for (column, code) in [("duty_relief_code", &kind.duty_relief_code), ("vat_code", &kind.vat_code)] {
                        if let Some(code) = code {
                            check(column, tax_code(code));
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// The successor of an office has to be in use when the office ends.
fn office(table: &ListTable, entry: &Entry, successor: &str) -> Result<(), Fault> {
    let Some(since) = entry.provenance.to.and_then(|to| to.tomorrow().ok()) else {
        return Err(Fault::new(format!("`{}` has a successor and no last day", entry.code), "give `in_force_to`"));
    };
    if table.on(successor, since).is_some() {
        return Ok(());
    }
    Err(Fault {
        message: format!("the successor `{successor}` is not in use on {since}"),
        hint: nearest(successor, table.all().iter().map(|entry| &*entry.code))
            .filter(|found| *found != successor)
            .map(|found| format!("did you mean `{found}`?")),
    })
}
