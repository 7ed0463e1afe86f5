//! What is wrong with a declaration, or worth saying about it.

use serde::{Deserialize, Serialize};

use crate::declaration::Direction;
use crate::field::FieldId;

/// The same sentence in the two languages of the product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    pub en: String,
    pub vi: String,
}

impl Bilingual {
    /// The pair of two sentences.
    pub fn new(en: impl Into<String>, vi: impl Into<String>) -> Self {
        Self { en: en.into(), vi: vi.into() }
    }

    /// The sentence in one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Vietnamese => &self.vi,
        }
    }
}

/// A language that people are answered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    Vietnamese,
}

/// Whether a finding keeps a declaration from being registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The declaration cannot be registered until it is mended.
    Error,
    /// The declaration can be registered; the declarant should look.
    Warning,
}

/// Where in a declaration: a field, on which line of goods, in which occurrence of a repeated group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub field: FieldId,
    /// The position of the goods item, from 0; `None` for a field of the declaration itself.
    pub item: Option<usize>,
    /// The position in a repeated group, from 0; `None` outside one.
    pub occurrence: Option<usize>,
}

impl Place {
    /// A field of the declaration itself.
    pub fn header(field: FieldId) -> Self {
        Self { field, item: None, occurrence: None }
    }

    /// A field of the goods item at a position, from 0.
    pub fn item(field: FieldId, item: usize) -> Self {
        Self { field, item: Some(item), occurrence: None }
    }

    /// The same place, in one occurrence of a repeated group.
    pub fn occurrence(self, occurrence: usize) -> Self {
        Self { occurrence: Some(occurrence), ..self }
    }

    /// The name by which the declarant knows the field: its VNACCS id, or our name where VNACCS has none.
    pub fn field_name(&self, direction: Option<Direction>) -> &'static str {
        let field = self.field.field();
        match direction {
            Some(Direction::Export) => field.export_id.or(field.import_id),
            _ => field.import_id.or(field.export_id),
        }
        .unwrap_or(field.name)
    }
}

/// One thing wrong with a declaration, or worth saying: where, what, by which rule, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// A stable code: that of the national system where it has one (R1088), ours otherwise.
    pub code: String,
    /// Whether it keeps the declaration from being registered.
    pub severity: Severity,
    /// The place in the document that was lodged; empty until the document's format has located it.
    pub path: String,
    /// The number of the goods item, from 1; `None` for the declaration as a whole.
    pub item: Option<u32>,
    /// The VNACCS field, or our name of the field where VNACCS has none.
    pub field: Option<String>,
    /// The offending value as it was declared; `None` where it is missing.
    pub value: Option<String>,
    pub message: Bilingual,
    /// What the declarant can do.
    pub mend: Bilingual,
    /// Values that would be right at the place, where they are known: any one of them mends the finding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<String>,
    /// The rule that the finding rests on.
    pub rule: String,
    /// The law behind the rule; the name of its provision where the rulebook has not put the words of the day in yet.
    pub law: String,
    /// The code of another finding that this one follows from, and that will go when the other is mended.
    pub follows_from: Option<String>,
    /// The line in the document, from 1, where the reader knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column in the document, in characters from 1, where the reader knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The place in terms of our own fields, for the document's format to locate.
    #[serde(skip)]
    pub place: Option<Place>,
}

impl Finding {
    /// Whether the finding keeps the declaration from being registered.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
