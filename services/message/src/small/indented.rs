//! Small documents as they are written: one element a line, indented.

use vocabulary::{Bilingual, Finding, Severity};

use crate::xml;

/// A document in the making.
pub struct Out {
    text: String,
}

impl Out {
    /// A document that begins with an element of a namespace.
    pub fn begin(root: &str, namespace: &str) -> Self {
        let mut text = String::with_capacity(1024);
        text.push_str(&format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{namespace}\">\n"));
        Self { text }
    }

    /// Ends the document with the same element.
    pub fn end(mut self, root: &str) -> Vec<u8> {
        self.text.push_str(&format!("</{root}>\n"));
        self.text.into_bytes()
    }

    /// Begins an element that holds others, so many levels below the root.
    pub fn open(&mut self, depth: usize, name: &str) {
        self.text.push_str(&format!("{:depth$}<{name}>\n", "", depth = depth * 2));
    }

    /// Ends an element that holds others.
    pub fn close(&mut self, depth: usize, name: &str) {
        self.text.push_str(&format!("{:depth$}</{name}>\n", "", depth = depth * 2));
    }

    /// An element that carries a value. The attributes stand as they are written, with a blank before each.
    pub fn leaf(&mut self, depth: usize, name: &str, attributes: &str, value: &str) {
        self.text.push_str(&format!("{:depth$}<{name}{attributes}>", "", depth = depth * 2));
        xml::escape(value, &mut self.text);
        self.text.push_str(&format!("</{name}>\n"));
    }

    /// The same without attributes, where there is a value.
    pub fn optional(&mut self, depth: usize, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.leaf(depth, name, "", value);
        }
    }

    /// A sentence in both languages.
    pub fn bilingual(&mut self, depth: usize, name: &str, text: &Bilingual) {
        self.leaf(depth, name, " languageCode=\"en\"", &text.en);
        self.leaf(depth, name, " languageCode=\"vi\"", &text.vi);
    }

    /// Something wrong, or worth saying.
    pub fn finding(&mut self, depth: usize, finding: &Finding) {
        let inner = depth + 1;
        self.open(depth, "Finding");
        self.leaf(inner, "Code", "", &finding.code);
        self.leaf(inner, "SeverityCode", "", severity_word(finding.severity));
        self.leaf(inner, "Path", "", &finding.path);
        self.optional(inner, "SequenceNumeric", finding.item.map(|item| item.to_string()).as_deref());
        self.optional(inner, "FieldID", finding.field.as_deref());
        self.optional(inner, "Value", finding.value.as_deref());
        self.optional(inner, "LineNumeric", finding.line.map(|line| line.to_string()).as_deref());
        self.optional(inner, "ColumnNumeric", finding.column.map(|column| column.to_string()).as_deref());
        self.bilingual(inner, "Message", &finding.message);
        self.bilingual(inner, "Mend", &finding.mend);
        self.leaf(inner, "Rule", "", &finding.rule);
        self.leaf(inner, "Law", "", &finding.law);
        self.optional(inner, "FollowsFromCode", finding.follows_from.as_deref());
        self.close(depth, "Finding");
    }
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
