//! The findings of a reading: bounded in number, with line and column worked out once, at the end.

use vocabulary::{Bilingual, Declaration, Finding, Place, Severity, item_number};

use crate::xml::Refusal;

/// The most findings that a reading tells one by one.
pub(crate) const MAX_FINDINGS: usize = 200;

/// The most characters of an offending value that a finding repeats.
const MAX_VALUE: usize = 120;

/// A finding as it is made: where it is in the document is an offset, and who declares may not be known yet.
pub(crate) struct Note {
    pub(crate) code: &'static str,
    /// Where, in bytes from the start of the text.
    pub(crate) offset: usize,
    pub(crate) path: String,
    pub(crate) place: Option<Place>,
    /// The goods item, from 0.
    pub(crate) item: Option<usize>,
    pub(crate) value: Option<String>,
    pub(crate) message: Bilingual,
    pub(crate) mend: Bilingual,
    /// Values that would be right in its place.
    pub(crate) suggestions: Vec<String>,
    /// What of the schema it breaks.
    pub(crate) rule: String,
}

/// The findings of one reading.
pub(crate) struct Notes {
    schema: &'static str,
    law: &'static str,
    notes: Vec<Note>,
    more: usize,
}

impl Notes {
    /// No findings yet, of a document that is held against a schema, which rests on a law.
    pub(crate) fn new(schema: &'static str, law: &'static str) -> Self {
        Self { schema, law, notes: Vec::new(), more: 0 }
    }

    /// Adds a finding, or only counts it when there are enough.
    pub(crate) fn add(&mut self, note: impl FnOnce() -> Note) {
        if self.notes.len() < MAX_FINDINGS {
            self.notes.push(note());
        } else {
            self.more += 1;
        }
    }

    /// The findings, in the order of the document. In a declaration, fields have the names of its direction, and lines the
    /// numbers that stand on them.
    pub(crate) fn finish(mut self, source: &str, declaration: Option<&Declaration>) -> Vec<Finding> {
        if self.notes.is_empty() {
            return Vec::new();
        }
        self.notes.sort_by_key(|note| note.offset);
        let mut lines = Lines::new(source);
        let (schema, law) = (self.schema, self.law);
        let direction = declaration.and_then(Declaration::direction);
        let line = |position| item_number(declaration.and_then(|read| read.goods_items.get(position)), position);
        let mut findings: Vec<Finding> = self
            .notes
            .into_iter()
            .map(|note| {
                let (at_line, column) = lines.position(note.offset);
                Finding {
                    field: note.place.map(|place| place.field_name(direction).to_owned()),
                    line: Some(at_line),
                    column: Some(column),
                    place: note.place,
                    item: note.item.map(line),
                    value: note.value.map(|value| shortened(&value)),
                    suggestions: note.suggestions,
                    ..finding(note.code, note.path, note.message, note.mend, format!("{schema}: {}", note.rule), law)
                }
            })
            .collect();
        if self.more > 0 {
            let more = self.more;
            findings.push(finding(
                "too_many_findings",
                String::new(),
                Bilingual::new(
                    format!("{more} more mistakes in the document's form are not listed"),
                    format!("còn {more} lỗi khác về hình thức chứng từ không được liệt kê"),
                ),
                Bilingual::new(
                    "mend those listed and check the document with the schema",
                    "sửa các lỗi đã liệt kê và kiểm tra chứng từ theo lược đồ",
                ),
                format!("{schema}: at most {MAX_FINDINGS} findings are listed"),
                law,
            ));
        }
        findings
    }
}

/// The finding of a document that could not be read at all.
pub(crate) fn of_refusal(refusal: &Refusal, source: &str, schema: &str, law: &str) -> Finding {
    let (line, column) = Lines::new(source).position(refusal.offset);
    Finding {
        line: Some(line),
        column: Some(column),
        ..finding(
            refusal.code,
            "/".to_owned(),
            refusal.message.clone(),
            refusal.mend.clone(),
            format!("{schema}: a well-formed document within the guards"),
            law,
        )
    }
}

fn finding(code: &str, path: String, message: Bilingual, mend: Bilingual, rule: String, law: &str) -> Finding {
    Finding {
        code: code.to_owned(),
        severity: Severity::Error,
        path,
        item: None,
        field: None,
        value: None,
        message,
        mend,
        suggestions: Vec::new(),
        rule,
        law: law.to_owned(),
        follows_from: None,
        line: None,
        column: None,
        place: None,
    }
}

/// As much of a value as a finding repeats.
pub(crate) fn shortened(value: &str) -> String {
    match value.char_indices().nth(MAX_VALUE) {
        None => value.to_owned(),
        Some((end, _)) => format!("{}…", &value[..end]),
    }
}

/// Lines and columns of offsets that are asked for in rising order, found in one pass over the text.
pub(crate) struct Lines<'a> {
    source: &'a str,
    at: usize,
    line: usize,
    column: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self { source, at: 0, line: 1, column: 1 }
    }

    /// The line and the column in characters, both from 1.
    pub(crate) fn position(&mut self, offset: usize) -> (u32, u32) {
        let passed = self.source.get(self.at..offset).unwrap_or_default();
        match passed.rfind('\n') {
            None => self.column += passed.chars().count(),
            Some(last) => {
                self.line += memchr::memchr_iter(b'\n', passed.as_bytes()).count();
                self.column = passed[last + 1..].chars().count() + 1;
            }
        }
        self.at = self.at.max(offset.min(self.source.len()));
        (whole(self.line), whole(self.column))
    }
}

fn whole(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let mut lines = Lines::new("ngày\nmộthai");
        assert_eq!(lines.position(0), (1, 1));
        assert_eq!(lines.position(4), (1, 4));
        assert_eq!(lines.position("ngày\nmột".len()), (2, 4));
        assert_eq!(lines.position(1_000), (2, 4));
    }

    #[test]
    fn the_number_of_findings_is_bounded() {
        let mut notes = Notes::new("schema", "law");
        for offset in 0..MAX_FINDINGS + 7 {
            notes.add(|| Note {
                code: "code",
                offset,
                path: String::new(),
                place: None,
                item: None,
                value: None,
                message: Bilingual::default(),
                mend: Bilingual::default(),
                suggestions: Vec::new(),
                rule: String::new(),
            });
        }
        let findings = notes.finish("", None);
        assert_eq!(findings.len(), MAX_FINDINGS + 1);
        let last = findings.last().unwrap();
        assert_eq!(last.code, "too_many_findings");
        assert!(last.message.en.starts_with("7 more"), "{}", last.message.en);
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(shortened("ự"), "ự");
        assert_eq!(shortened(&"ự".repeat(500)).chars().count(), MAX_VALUE + 1);
    }
}
