//! What people write by hand: a file of dated, cited blocks.
//!
//! Read over the parsed document rather than into types, because a reader of types stops at the first mistake, and
//! because every mistake has to name its line.

use std::cell::RefCell;

use jiff::civil::Date;
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use vocabulary::Bilingual;

use crate::error::{Problems, RuleError, did_you_mean, whole_file};
use crate::reading::sources::{Sources, line_of};
use crate::reading::values::{self, Fault};

pub(crate) struct TomlFile<'a> {
    path: &'a str,
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

impl<'a> TomlFile<'a> {
    /// Opens and parses a file.
    pub(crate) fn open(sources: &'a Sources, path: &'a str, problems: &mut Problems) -> Option<Self> {
        let Some(text) = sources.required(path, problems) else {
            sources.set_incomplete();
            return None;
        };
        let (root, errors) = DeTable::parse_recoverable(text);
        let broken = !errors.is_empty();
        for error in errors {
            problems.add(RuleError {
                line: error.span().and_then(|span| line_of(text, span.start)),
                ..whole_file(path.to_owned(), &format!("not TOML: {}", error.message()))
            });
        }
        if broken {
            sources.set_incomplete();
            return None;
        }
        Some(Self { path, text, root })
    }

    /// The file as one section.
    pub(crate) fn root(&self) -> Section<'_> {
        Section {
            path: self.path,
            text: self.text,
            name: String::new(),
            table: self.root.get_ref(),
            start: 0,
            read: RefCell::default(),
        }
    }
}

/// A table of a file. Fields are asked for one by one; [`Section::finish`] reports those that nobody asked for.
pub(crate) struct Section<'a> {
    path: &'a str,
    text: &'a str,
    /// The dotted name; empty for the file itself.
    name: String,
    table: &'a DeTable<'a>,
    start: usize,
    read: RefCell<Vec<&'static str>>,
}

impl<'a> Section<'a> {
    /// The last part of its name.
    pub(crate) fn key(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The line of a field; the section's own when it has no such field.
    fn line_of_field(&self, key: &str) -> Option<u32> {
        let start = self.table.get(key).map_or(self.start, |value| value.span().start);
        line_of(self.text, start)
    }

    pub(crate) fn error(&self, key: &str, fault: Fault) -> RuleError {
        let field = match (self.name.is_empty(), key.is_empty()) {
            (true, _) => key.to_owned(),
            (false, true) => self.name.clone(),
            (false, false) => format!("{}.{key}", self.name),
        };
        RuleError {
            file: self.path.to_owned(),
            line: self.line_of_field(key),
            field: (!field.is_empty()).then_some(field),
            message: fault.message,
            hint: fault.hint,
        }
    }

    fn value(&self, key: &'static str) -> Option<&'a DeValue<'a>> {
        self.read.borrow_mut().push(key);
        self.table.get(key).map(Spanned::get_ref)
    }

    fn missing(&self, key: &'static str, problems: &mut Problems) {
        let place = if self.name.is_empty() { "the file" } else { &self.name };
        problems.add(self.error(key, Fault { message: format!("{place} has no `{key}`"), hint: None }));
    }

    fn wrong_type(&self, key: &str, value: &DeValue<'_>, wanted: &str, problems: &mut Problems) {
        problems.add(
            self.error(key, Fault::new(format!("`{key}` is of type {}", value.type_str()), format!("write {wanted}"))),
        );
    }

    /// A text, if there is one.
    pub(crate) fn optional_text(&self, key: &'static str, problems: &mut Problems) -> Option<&'a str> {
        let value = self.value(key)?;
        let text = value.as_str();
        if text.is_none() {
            self.wrong_type(key, value, "it between double quotes", problems);
        }
        text
    }

    /// A text that must be there.
    pub(crate) fn text(&self, key: &'static str, problems: &mut Problems) -> Option<&'a str> {
        if !self.has(key) {
            self.value(key);
            self.missing(key, problems);
            return None;
        }
        self.optional_text(key, problems)
    }

    /// A day, if there is one.
    pub(crate) fn optional_date(&self, key: &'static str, problems: &mut Problems) -> Option<Date> {
        let value = self.value(key)?;
        let date = value
            .as_datetime()
            .filter(|datetime| datetime.time.is_none() && datetime.offset.is_none())
            .and_then(|datetime| datetime.date.as_ref())
            .and_then(|date| values::date(&date.to_string()).ok());
        if date.is_none() {
            self.wrong_type(key, value, "a day without quotes, as 2026-11-24", problems);
        }
        date
    }

    /// A day that must be there.
    pub(crate) fn date(&self, key: &'static str, problems: &mut Problems) -> Option<Date> {
        if !self.has(key) {
            self.value(key);
            self.missing(key, problems);
            return None;
        }
        self.optional_date(key, problems)
    }

    /// A number that must be there, written as text: TOML's own numbers with a point are binary, and money is not.
    pub(crate) fn decimal(&self, key: &'static str, problems: &mut Problems) -> Option<Decimal> {
        let Some(value) = self.value(key) else {
            self.missing(key, problems);
            return None;
        };
        let Some(text) = value.as_str() else {
            self.wrong_type(key, value, "the number between double quotes, so that it stays exact", problems);
            return None;
        };
        values::decimal(text).map_err(|fault| problems.add(self.error(key, fault))).ok()
    }

    /// A whole number within bounds that must be there.
    pub(crate) fn integer(&self, key: &'static str, bounds: (u32, u32), problems: &mut Problems) -> Option<u32> {
        let Some(value) = self.value(key) else {
            self.missing(key, problems);
            return None;
        };
        let number = value
            .as_integer()
            .filter(|integer| integer.radix() == 10)
            .and_then(|integer| integer.as_str().parse::<u32>().ok())
            .filter(|number| (bounds.0..=bounds.1).contains(number));
        if number.is_none() {
            let wanted = format!("a whole number from {} to {}", bounds.0, bounds.1);
            self.wrong_type(key, value, &wanted, problems);
        }
        number
    }

    /// A list of texts; empty when there is none.
    pub(crate) fn texts(&self, key: &'static str, problems: &mut Problems) -> Vec<&'a str> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let texts: Option<Vec<&str>> =
            value.as_array().and_then(|array| array.iter().map(|item| item.get_ref().as_str()).collect());
        texts.unwrap_or_else(|| {
            self.wrong_type(key, value, "a list of texts", problems);
            Vec::new()
        })
    }

    /// The section under a key, if there is one.
    pub(crate) fn optional_section(&self, key: &'static str, problems: &mut Problems) -> Option<Section<'a>> {
        let value = self.value(key)?;
        let Some(table) = value.as_table() else {
            self.wrong_type(key, value, "a section", problems);
            return None;
        };
        let start = self.table.get(key).map_or(0, |value| value.span().start);
        Some(self.child(key, table, start))
    }

    /// The section under a key, which must be there.
    pub(crate) fn section(&self, key: &'static str, problems: &mut Problems) -> Option<Section<'a>> {
        if !self.has(key) {
            self.value(key);
            self.missing(key, problems);
            return None;
        }
        self.optional_section(key, problems)
    }

    /// The sections of a list of sections, `[[key]]`, which must not be empty.
    pub(crate) fn list(&self, key: &'static str, problems: &mut Problems) -> Vec<Section<'a>> {
        let Some(value) = self.value(key) else {
            self.missing(key, problems);
            return Vec::new();
        };
        let sections: Option<Vec<Section<'a>>> = value.as_array().and_then(|array| {
            array
                .iter()
                .map(|item| {
                    let table = item.get_ref().as_table()?;
                    Some(self.child(key, table, item.span().start))
                })
                .collect()
        });
        sections.unwrap_or_else(|| {
            self.wrong_type(key, value, "a list of sections", problems);
            Vec::new()
        })
    }

    /// The sections of a list of sections, if there is one.
    pub(crate) fn optional_list(&self, key: &'static str, problems: &mut Problems) -> Vec<Section<'a>> {
        if self.has(key) { self.list(key, problems) } else { Vec::new() }
    }

    /// A truth value that must be there.
    pub(crate) fn truth(&self, key: &'static str, problems: &mut Problems) -> Option<bool> {
        let Some(value) = self.value(key) else {
            self.missing(key, problems);
            return None;
        };
        let truth = value.as_bool();
        if truth.is_none() {
            self.wrong_type(key, value, "true or false", problems);
        }
        truth
    }

    /// The sections of a list of sections that is a value of this section; `None` where it is none.
    pub(crate) fn sections_in(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Vec<Section<'a>>> {
        let array = value.get_ref().as_array()?;
        array.iter().map(|item| Some(self.child(key, item.get_ref().as_table()?, item.span().start))).collect()
    }

    /// The line of the file on which the section begins.
    pub(crate) fn line(&self) -> u32 {
        line_of(self.text, self.start).unwrap_or(1)
    }

    /// Every field with its value, in the order of names: for sections whose field names are data.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Spanned<DeValue<'a>>)> + use<'a> {
        self.table.iter().map(|(key, value)| (key.get_ref().as_ref(), value))
    }

    /// Every field that was not asked for yet, as a section, in the order of the file: for files whose section names
    /// are data.
    pub(crate) fn sections(&self, problems: &mut Problems) -> Vec<Section<'a>> {
        let mut sections: Vec<Section<'a>> = Vec::with_capacity(self.table.len());
        for (key, value) in self.table {
            if self.read.borrow().contains(&key.get_ref().as_ref()) {
                continue;
            }
            match value.get_ref().as_table() {
                Some(table) => sections.push(self.child(key.get_ref(), table, key.span().start)),
                None => self.wrong_type(key.get_ref(), value.get_ref(), "a section", problems),
            }
        }
        sections.sort_by_key(|section| section.start);
        sections
    }

    /// The line of the file on which a line of a text stands, both counted from 1.
    pub(crate) fn line_within(&self, key: &str, line: u32) -> Option<u32> {
        let start = self.table.get(key)?.span().start;
        let written = self.text.get(start..)?;
        // A line break right behind the opening quotes is no part of the text.
        let skipped = ["'''\n", "\"\"\"\n"].iter().any(|opening| written.starts_with(opening));
        line_of(self.text, start).map(|first| first + u32::from(skipped) + line.saturating_sub(1))
    }

    /// A text in both languages, each under its own key.
    pub(crate) fn bilingual(&self, key: &'static str, problems: &mut Problems) -> Option<Bilingual> {
        let texts = self.section(key, problems)?;
        let (en, vi) = (texts.text("en", problems), texts.text("vi", problems));
        texts.finish(problems);
        Some(Bilingual::new(en?, vi?))
    }

    /// One of a few words.
    pub(crate) fn word<T: Clone>(&self, key: &'static str, words: &[(&str, T)], problems: &mut Problems) -> Option<T> {
        let text = self.text(key, problems)?;
        values::word(text, words).map_err(|fault| problems.add(self.error(key, fault))).ok()
    }

    /// Every field as a day, in the order of names: for tables whose keys are data.
    pub(crate) fn dates(&self, problems: &mut Problems) -> Vec<(&'a str, Date)> {
        let mut dates = Vec::with_capacity(self.table.len());
        for (key, value) in self.table {
            let date = value.get_ref().as_datetime().and_then(|datetime| values::date(&datetime.to_string()).ok());
            match date {
                Some(date) => dates.push((key.get_ref().as_ref(), date)),
                None => {
                    self.wrong_type(key.get_ref(), value.get_ref(), "a day without quotes, as 2026-11-24", problems)
                }
            }
        }
        dates
    }

    fn child(&self, key: &str, table: &'a DeTable<'a>, start: usize) -> Section<'a> {
        Section {
            path: self.path,
            text: self.text,
            name: if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) },
            table,
            start,
            read: RefCell::default(),
        }
    }

    /// Reports the fields that nobody asked for.
    pub(crate) fn finish(&self, problems: &mut Problems) {
        let read = self.read.borrow();
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if !read.contains(&name) {
                let absent = read.iter().copied().filter(|known| !self.has(known));
                let mut error = self.error(
                    name,
                    Fault {
                        message: format!("`{name}` is not a field of this section"),
                        hint: did_you_mean(name, absent.clone()).or_else(|| did_you_mean(name, read.iter().copied())),
                    },
                );
                error.line = line_of(self.text, key.span().start);
                problems.add(error);
            }
        }
    }
}
