//! A long table: a header, then a row per line.

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use crate::error::{Problems, RuleError, did_you_mean, whole_file};
use crate::reading::sources::Sources;
use crate::reading::values::Fault;

/// The columns that let any row hold on other days, or rest on another law, than its table.
pub(crate) const OVERRIDES: [&str; 4] = ["in_force_from", "in_force_to", "law", "mark"];

/// A CSV file whose header is known to be right.
pub(crate) struct CsvFile<'a> {
    path: &'a str,
    text: &'a str,
    header: Vec<String>,
}

/// One row of it.
pub(crate) struct Row<'a> {
    path: &'a str,
    header: &'a [String],
    record: &'a StringRecord,
    /// The line that the row begins on.
    pub(crate) line: u32,
}

impl<'a> CsvFile<'a> {
    /// Opens a file that must have the required columns and may have the optional ones.
    pub(crate) fn open(
        sources: &'a Sources,
        path: &'a str,
        required: &[&str],
        optional: &[&str],
        problems: &mut Problems,
    ) -> Option<Self> {
        let file = Self::open_any(sources, path, problems)?;
        let before = problems.count();
        let known = || required.iter().chain(optional).chain(&OVERRIDES).copied();
        for (i, name) in file.header.iter().enumerate() {
            if !known().any(|column| column == name) {
                problems.add(file.header_error(name, "is not a column of this table", did_you_mean(name, known())));
            } else if file.header[..i].contains(name) {
                problems.add(file.header_error(name, "stands twice in the header", Some("remove one".into())));
            }
        }
        for name in required {
            if !file.has(name) {
                problems.add(file.header_error(name, "is missing from the header", None));
            }
        }
        (problems.count() == before).then_some(file)
    }

    /// Opens a file whose columns the caller checks.
    pub(crate) fn open_any(sources: &'a Sources, path: &'a str, problems: &mut Problems) -> Option<Self> {
        let text = sources.required(path, problems)?;
        let first = text.lines().next().unwrap_or_default();
        let header: Vec<String> = first.split(',').map(str::to_owned).collect();
        if first.is_empty() {
            problems.add(RuleError {
                line: Some(1),
                hint: Some("begin with the names of the columns".into()),
                ..whole_file(path.to_owned(), "the header is empty")
            });
            return None;
        }
        Some(Self { path, text, header })
    }

    pub(crate) fn header_error(&self, column: &str, message: &str, hint: Option<String>) -> RuleError {
        RuleError {
            file: self.path.to_owned(),
            line: Some(1),
            field: Some(column.to_owned()),
            message: format!("`{column}` {message}"),
            hint,
        }
    }

    pub(crate) fn has(&self, column: &str) -> bool {
        self.header.iter().any(|name| name == column)
    }

    /// The file, relative to the rulebook's folder.
    pub(crate) fn path(&self) -> &'a str {
        self.path
    }

    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// Calls `visit` for every row. A row with the wrong number of cells is reported and left out.
    pub(crate) fn each(&self, problems: &mut Problems, mut visit: impl FnMut(&Row<'_>, &mut Problems)) {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(self.text.as_bytes());
        let mut record = StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    let line = match error.kind() {
                        ErrorKind::Utf8 { pos: Some(pos), .. } => u32::try_from(pos.line()).ok(),
                        _ => None,
                    };
                    problems.add(RuleError {
                        line,
                        ..whole_file(self.path.to_owned(), &format!("the table cannot be read: {error}"))
                    });
                    break;
                }
            }
            let row = Row {
                path: self.path,
                header: &self.header,
                record: &record,
                line: record.position().and_then(|position| u32::try_from(position.line()).ok()).unwrap_or_default(),
            };
            if record.len() == self.header.len() {
                visit(&row, problems);
            } else {
                problems.add(RuleError {
                    file: self.path.to_owned(),
                    line: Some(row.line),
                    field: None,
                    message: format!("the row has {} cells, the header {}", record.len(), self.header.len()),
                    hint: Some("a cell with a comma in it stands between double quotes".into()),
                });
            }
        }
    }
}

impl Row<'_> {
    /// The cell under a column; empty when the table does not have the column.
    pub(crate) fn get(&self, column: &str) -> &str {
        self.header.iter().position(|name| name == column).and_then(|index| self.record.get(index)).unwrap_or_default()
    }

    /// The cell at a place of the header.
    pub(crate) fn at(&self, index: usize) -> &str {
        self.record.get(index).unwrap_or_default()
    }

    /// All cells but the first, joined: equal for rows that say the same of their codes.
    pub(crate) fn cells_after_first(&self, joined: &mut String) {
        joined.clear();
        for cell in self.record.iter().skip(1) {
            joined.push_str(cell);
            joined.push('\u{1f}');
        }
    }

    /// Reads a cell, or reports what is wrong with it.
    pub(crate) fn read<T>(
        &self,
        column: &str,
        problems: &mut Problems,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        match read(self.get(column)) {
            Ok(value) => Some(value),
            Err(fault) => {
                problems.add(self.error(column, fault));
                None
            }
        }
    }

    /// As [`Self::read`], where an empty cell means that there is no value.
    pub(crate) fn read_optional<T>(
        &self,
        column: &str,
        problems: &mut Problems,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<Option<T>> {
        if self.get(column).is_empty() {
            return Some(None);
        }
        self.read(column, problems, read).map(Some)
    }

    pub(crate) fn error(&self, column: &str, fault: Fault) -> RuleError {
        RuleError {
            file: self.path.to_owned(),
            line: Some(self.line),
            field: Some(column.to_owned()),
            message: fault.message,
            hint: fault.hint,
        }
    }
}
