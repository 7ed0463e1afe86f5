//! The XML schema of the lodged declaration, written from the layout and the registry of fields.

use std::collections::BTreeMap;

use vocabulary::{Field, FieldId, Kind, Required};

use super::layout::{Attribute, Content, DECLARATION_NAMESPACE, Node, ROOT, layout};
use crate::xml;

/// The text of `schemas/declaration/1.0/declaration.xsd`.
pub fn declaration_schema() -> String {
    let mut schema = Schema { out: String::with_capacity(64 * 1024) };
    schema.out.push_str(&format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!-- Written from the layout in services/message; UPDATE_SCHEMAS=1 cargo test -p message writes it anew. -->\n\
         <xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:tq=\"{DECLARATION_NAMESPACE}\"\n    \
         targetNamespace=\"{DECLARATION_NAMESPACE}\" elementFormDefault=\"qualified\" version=\"1.0\">\n"
    ));
    schema.documentation(
        1,
        "The customs declaration as it is lodged, version 1.0. Elements are named after the WCO Data Model. White space \
         around values does not count. The schema requires what every message has; what hangs on the procedure, the \
         direction or other fields is checked afterwards, by the rules. fields.md beside this file lists all fields.",
        "Tờ khai hải quan do người khai gửi, phiên bản 1.0. Tên phần tử theo Mô hình dữ liệu WCO. Khoảng trắng quanh giá \
         trị không được tính. Lược đồ chỉ bắt buộc các chỉ tiêu chung; chỉ tiêu tùy loại hình được kiểm tra sau theo quy \
         tắc. Tệp fields.md liệt kê mọi chỉ tiêu.",
    );
    schema.element(ROOT, 1);
    schema.value_types();
    schema.out.push_str("</xs:schema>\n");
    schema.out
}

struct Schema {
    out: String,
}

impl Schema {
    fn line(&mut self, depth: usize, text: &str) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn documentation(&mut self, depth: usize, english: &str, vietnamese: &str) {
        self.line(depth, "<xs:annotation>");
        for (language, text) in [("en", english), ("vi", vietnamese)] {
            let mut escaped = String::new();
            xml::escape(text, &mut escaped);
            let line = format!("<xs:documentation xml:lang=\"{language}\">{escaped}</xs:documentation>");
            self.line(depth + 1, &line);
        }
        self.line(depth, "</xs:annotation>");
    }

    fn field_documentation(&mut self, depth: usize, field: FieldId) {
        let field = field.field();
        self.documentation(depth, &english(field), &vietnamese(field));
    }

    fn element(&mut self, at: usize, depth: usize) {
        let node = &layout().nodes[at];
        let open = format!("<xs:element name=\"{}\"{}>", node.name, occurrences(at, node));
        self.line(depth, &open);
        match &node.content {
            Content::Group(group) => {
                self.documentation(depth + 1, group.english, group.vietnamese);
                self.line(depth + 1, "<xs:complexType>");
                self.line(depth + 2, "<xs:sequence>");
                for child in group.children.clone() {
                    self.element(child, depth + 3);
                }
                self.line(depth + 2, "</xs:sequence>");
                self.line(depth + 1, "</xs:complexType>");
            }
            Content::Leaf { field, kind, attributes } if attributes.is_empty() => {
                self.field_documentation(depth + 1, *field);
                self.simple_type(depth + 1, *kind);
            }
            Content::Leaf { field, kind, attributes } => {
                self.field_documentation(depth + 1, *field);
                self.line(depth + 1, "<xs:complexType>");
                self.line(depth + 2, "<xs:simpleContent>");
                self.line(depth + 3, &format!("<xs:extension base=\"tq:{}\">", type_name(*kind)));
                for attribute in attributes {
                    self.attribute(depth + 4, attribute);
                }
                self.line(depth + 3, "</xs:extension>");
                self.line(depth + 2, "</xs:simpleContent>");
                self.line(depth + 1, "</xs:complexType>");
            }
        }
        self.line(depth, "</xs:element>");
    }

    fn attribute(&mut self, depth: usize, attribute: &Attribute) {
        let needed = if attribute.required { " use=\"required\"" } else { "" };
        self.line(depth, &format!("<xs:attribute name=\"{}\"{needed}>", attribute.name));
        self.field_documentation(depth + 1, attribute.field);
        self.simple_type(depth + 1, attribute.kind);
        self.line(depth, "</xs:attribute>");
    }

    /// A type of the element's own, so that no document can name it with `xsi:type`.
    fn simple_type(&mut self, depth: usize, kind: Kind) {
        self.line(depth, "<xs:simpleType>");
        if let Kind::OneOf { values } = kind {
            self.line(depth + 1, "<xs:restriction base=\"xs:token\">");
            for value in values {
                self.line(depth + 2, &format!("<xs:enumeration value=\"{value}\"/>"));
            }
            self.line(depth + 1, "</xs:restriction>");
        } else {
            self.line(depth + 1, &format!("<xs:restriction base=\"tq:{}\"/>", type_name(kind)));
        }
        self.line(depth, "</xs:simpleType>");
    }

    /// Each kind of value once, by name.
    fn value_types(&mut self) {
        let mut kinds = BTreeMap::new();
        for location in &layout().locations {
            let kind = location.field.field().kind;
            if !matches!(kind, Kind::OneOf { .. }) {
                kinds.insert(type_name(kind), kind);
            }
        }
        for (name, kind) in kinds {
            let shape = crate::form::values::describe(kind);
            let (base, facets) = facets(kind);
            self.line(1, &format!("<xs:simpleType name=\"{name}\">"));
            self.documentation(2, &capitalised(&shape.en), &capitalised(&shape.vi));
            self.line(2, &format!("<xs:restriction base=\"{base}\">"));
            for (facet, value) in facets {
                self.line(3, &format!("<xs:{facet} value=\"{value}\"/>"));
            }
            self.line(2, "</xs:restriction>");
            self.line(1, "</xs:simpleType>");
        }
    }
}

fn occurrences(at: usize, node: &Node) -> String {
    let mut text = String::new();
    if at != ROOT {
        if node.min != 1 {
            text.push_str(&format!(" minOccurs=\"{}\"", node.min));
        }
        if node.max != 1 {
            text.push_str(&format!(" maxOccurs=\"{}\"", node.max));
        }
    }
    text
}

/// The name of a kind of value.
fn type_name(kind: Kind) -> String {
    match kind {
        Kind::Code { min, max } if min == max => format!("Code{max}"),
        Kind::Code { min, max } => format!("Code{min}to{max}"),
        Kind::Digits { min, max } if min == max => format!("Digits{max}"),
        Kind::Digits { min, max } => format!("Digits{min}to{max}"),
        Kind::Listed { max } => format!("Listed{max}"),
        Kind::Ascii { max } => format!("Ascii{max}"),
        Kind::Wide { max } => format!("Text{max}"),
        Kind::OneOf { .. } => "token".to_owned(),
        Kind::Integer { digits } => format!("Integer{digits}"),
        Kind::Decimal { length, scale } => format!("Decimal{length}.{scale}"),
        Kind::Date => "Date".to_owned(),
    }
}

/// The base type of a kind of value, and its facets.
fn facets(kind: Kind) -> (&'static str, Vec<(&'static str, String)>) {
    let pattern = |text: String| ("pattern", text);
    let facets = match kind {
        Kind::Code { min, max } => vec![pattern(format!("[A-Z0-9]{{{min},{max}}}"))],
        Kind::Digits { min, max } => vec![pattern(format!("[0-9]{{{min},{max}}}"))],
        Kind::Listed { max } => vec![pattern(format!("[!-~]{{1,{max}}}"))],
        Kind::Ascii { max } => vec![pattern(format!("[ -~]{{1,{max}}}"))],
        Kind::Wide { max } => vec![("minLength", "1".to_owned()), ("maxLength", max.to_string())],
        Kind::OneOf { values } => values.iter().map(|value| ("enumeration", (*value).to_owned())).collect(),
        Kind::Integer { digits } => vec![pattern(format!("[0-9]{{1,{digits}}}"))],
        Kind::Decimal { length, scale } => {
            vec![("maxLength", length.to_string()), pattern(format!("[0-9]+(\\.[0-9]{{1,{scale}}})?"))]
        }
        Kind::Date => return ("xs:date", vec![pattern("[12][0-9]{3}-[0-9]{2}-[0-9]{2}".to_owned())]),
    };
    ("xs:token", facets)
}

fn english(field: &Field) -> String {
    let mut text = format!("{}.", capitalised(field.english));
    if let Some(ids) = vnaccs(field) {
        text.push_str(&format!(" VNACCS {ids}."));
    }
    let when = when_required(field);
    if !when.is_empty() {
        text.push_str(&format!(" {}.", capitalised(&when)));
    }
    text
}

fn vietnamese(field: &Field) -> String {
    match vnaccs(field) {
        Some(ids) => format!("{} (VNACCS: {ids}).", field.vietnamese),
        None => format!("{}.", field.vietnamese),
    }
}

/// The VNACCS ids of a field: one where both directions agree, otherwise each with its direction.
fn vnaccs(field: &Field) -> Option<String> {
    match (field.import_id, field.export_id) {
        (Some(import), Some(export)) if import == export => Some(import.to_owned()),
        (Some(import), Some(export)) => Some(format!("{import} (IM), {export} (EX)")),
        (Some(import), None) => Some(format!("{import} (IM)")),
        (None, Some(export)) => Some(format!("{export} (EX)")),
        (None, None) => None,
    }
}

/// When a field is required, in words; empty when there is nothing to say.
pub(crate) fn when_required(field: &Field) -> String {
    let when = match field.required {
        Required::Always => "always required",
        Required::BothDirections => "required on every declaration with goods",
        Required::Import => "required on import",
        Required::Export => "required on export",
        Required::Conditional if field.when.is_empty() => return String::new(),
        Required::Conditional if field.when.starts_with("reserved") || field.when == "customs only" => {
            return field.when.to_owned();
        }
        Required::Conditional => return format!("required or meaningful: {}", field.when),
    };
    if field.when.is_empty() { when.to_owned() } else { format!("{when} ({})", field.when) }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
