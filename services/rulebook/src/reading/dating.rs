//! Dates, law and mark: what every value of the rulebook carries.

use std::sync::Arc;

use jiff::civil::Date;

use crate::cited::{Mark, Provenance, Versions};
use crate::error::{Problems, did_you_mean};
use crate::law::{Instrument, Instruments, LawWords};
use crate::reading::csv_file::Row;
use crate::reading::sources::Sources;
use crate::reading::toml_file::{Section, TomlFile};
use crate::reading::values::{self, Fault};

/// The instruments that rules may cite.
pub(crate) struct Lawbook {
    pub(crate) instruments: Instruments,
}

impl Lawbook {
    /// Reads `law/instruments.toml` and `law/vietnamese.toml`.
    pub(crate) fn read(sources: &Sources, problems: &mut Problems) -> Self {
        let mut instruments = Instruments::default();
        if let Some(file) = TomlFile::open(sources, "law/instruments.toml", problems) {
            for section in file.root().sections(problems) {
                if let Some(instrument) = instrument(&section, problems) {
                    instruments.by_id.insert(instrument.id.clone(), instrument);
                }
            }
        }
        if let Some(file) = TomlFile::open(sources, "law/vietnamese.toml", problems) {
            let root = file.root();
            let mut phrases = Vec::new();
            for (en, value) in root.entries() {
                match value.get_ref().as_str().filter(|vi| !vi.is_empty() && !en.is_empty()) {
                    Some(vi) => phrases.push((en.into(), vi.into())),
                    None => problems.add(root.error(
                        en,
                        Fault::new("it has no Vietnamese words", "write `\"English words\" = \"Vietnamese words\"`"),
                    )),
                }
            }
            instruments.vietnamese = LawWords::new(phrases);
        }
        Self { instruments }
    }

    /// Dates, law and mark of a section: the fields `law`, `provision`, `in_force_from`, `in_force_to`, `mark`. A
    /// `note` is for people.
    pub(crate) fn dated(&self, section: &Section<'_>, problems: &mut Problems) -> Option<Provenance> {
        section.optional_text("note", problems);
        let law = section.text("law", problems);
        let provision = section.text("provision", problems);
        let from = section.date("in_force_from", problems);
        let to = section.optional_date("in_force_to", problems);
        let mark = mark_of(section, problems);
        let law =
            law.and_then(|id| self.instrument(id).map_err(|fault| problems.add(section.error("law", fault))).ok());
        let (law, provision, from, mark) = (law?, provision?, from?, mark?);
        if let Some((field, fault)) = outside(law, from, to) {
            problems.add(section.error(field, fault));
            return None;
        }
        Some(Provenance { from, to, law: law.law(provision), mark })
    }

    /// Dates, law and mark of a file that says nothing else.
    pub(crate) fn of_file(&self, sources: &Sources, path: &str, problems: &mut Problems) -> Option<Provenance> {
        let file = TomlFile::open(sources, path, problems)?;
        let root = file.root();
        let provenance = self.dated(&root, problems);
        root.finish(problems);
        provenance
    }

    /// The law and the mark that a section has of its own, where it has them: `law` with `provision`, and `mark`.
    pub(crate) fn overrides(
        &self,
        section: &Section<'_>,
        problems: &mut Problems,
    ) -> Option<(Option<Arc<str>>, Option<Mark>)> {
        let before = problems.count();
        let mark = if section.has("mark") { mark_of(section, problems) } else { None };
        let law = section.optional_text("law", problems);
        let provision = section.optional_text("provision", problems);
        let law =
            law.and_then(|id| self.instrument(id).map_err(|fault| problems.add(section.error("law", fault))).ok());
        let law = law.map(|law| law.law(provision.unwrap_or_default()));
        (problems.count() == before).then_some((law, mark))
    }

    /// What a row says of itself in the columns `in_force_from`, `in_force_to`, `law` and `mark`, the rest being as its
    /// table has it. A law is an identifier, and after a space a provision.
    pub(crate) fn row(&self, row: &Row<'_>, table: &Provenance, problems: &mut Problems) -> Option<Provenance> {
        let from = row.read_optional("in_force_from", problems, values::date);
        let to = row.read_optional("in_force_to", problems, values::date);
        let mark = row.read_optional("mark", problems, mark);
        let law = row.read_optional("law", problems, |cell| {
            let (id, provision) = cell.split_once(' ').unwrap_or((cell, ""));
            self.instrument(id).map(|instrument| (instrument, provision.to_owned()))
        });
        let (from, to, mark, law) = (from?, to?, mark?, law?);
        let provenance = Provenance {
            from: from.unwrap_or(table.from),
            to: to.or(table.to),
            law: law.as_ref().map_or_else(|| table.law.clone(), |(law, provision)| law.law(provision)),
            mark: mark.unwrap_or(table.mark),
        };
        let wrong = match &law {
            Some((law, _)) => outside(law, provenance.from, provenance.to),
            None => backwards(provenance.from, provenance.to),
        };
        if let Some((field, fault)) = wrong {
            problems.add(row.error(field, fault));
            return None;
        }
        Some(provenance)
    }

    pub(crate) fn instrument(&self, id: &str) -> Result<&Instrument, Fault> {
        self.instruments.get(id).ok_or_else(|| Fault {
            message: format!("`{id}` is not an instrument of law/instruments.toml"),
            hint: did_you_mean(id, self.instruments.ids()),
        })
    }
}

/// Adds a version of a value, which may not share days with another one.
pub(crate) fn version<T>(
    versions: &mut Versions<T>,
    value: T,
    provenance: Provenance,
    section: &Section<'_>,
    problems: &mut Problems,
) {
    if versions.0.iter().any(|(_, earlier)| earlier.overlaps(&provenance)) {
        problems.add(section.error(
            "in_force_from",
            Fault::new(
                "the block and an earlier one of the same name share days",
                "end the earlier one with `in_force_to` before this one begins",
            ),
        ));
        return;
    }
    versions.0.push((value, provenance));
}

/// A mark by its word.
pub(crate) fn mark(word: &str) -> Result<Mark, Fault> {
    Mark::parse(word).ok_or_else(|| Fault {
        message: format!("`{word}` is not a mark"),
        hint: did_you_mean(word, Mark::ALL.iter().map(|mark| mark.as_str())),
    })
}

/// The mark of a section.
pub(crate) fn mark_of(section: &Section<'_>, problems: &mut Problems) -> Option<Mark> {
    let word = section.text("mark", problems)?;
    mark(word).map_err(|fault| problems.add(section.error("mark", fault))).ok()
}

fn backwards(from: Date, to: Option<Date>) -> Option<(&'static str, Fault)> {
    let to = to.filter(|to| *to < from)?;
    Some((
        "in_force_to",
        Fault::new(format!("the last day {to} comes before the first, {from}"), "swap or correct the days"),
    ))
}

/// A value cannot hold on days on which its law does not.
fn outside(law: &Instrument, from: Date, to: Option<Date>) -> Option<(&'static str, Fault)> {
    if let Some(wrong) = backwards(from, to) {
        return Some(wrong);
    }
    if from < law.in_force_from {
        return Some((
            "in_force_from",
            Fault::new(
                format!("{from} is before {} takes effect, {}", law.name, law.in_force_from),
                "cite the law of that time, or correct the day",
            ),
        ));
    }
    let end = law.in_force_to?;
    if to.is_none_or(|to| to > end) {
        return Some((
            "in_force_to",
            Fault::new(
                format!("{} ends on {end}, the value does not", law.name),
                "end the value with its law, or cite the law that follows",
            ),
        ));
    }
    None
}

fn instrument(section: &Section<'_>, problems: &mut Problems) -> Option<Instrument> {
    section.optional_text("note", problems);
    let number = section.text("number", problems);
    let name = section.text("name", problems);
    let title_en = section.text("title_en", problems);
    let title_vi = section.text("title_vi", problems);
    let from = section.date("in_force_from", problems);
    let to = section.optional_date("in_force_to", problems);
    let mark = mark_of(section, problems);
    section.finish(problems);
    let in_force_from = from?;
    if let Some((field, fault)) = backwards(in_force_from, to) {
        problems.add(section.error(field, fault));
        return None;
    }
    Some(Instrument {
        id: section.key().into(),
        number: number?.into(),
        name: name?.into(),
        title_en: title_en?.into(),
        title_vi: title_vi?.into(),
        in_force_from,
        in_force_to: to,
        mark: mark?,
    })
}
