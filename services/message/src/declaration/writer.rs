//! Writes a declaration as a document.

use vocabulary::records::{self, Position};
use vocabulary::{Declaration, Scope};

use super::layout::{Content, DECLARATION_NAMESPACE, Layout, ROOT, layout};
use crate::xml;

/// Writes a declaration, indented. Reading it again gives the same declaration.
///
/// Fields that were not declared, and groups without any, are left out. A value is written as it is, whether or not the
/// schema allows it; a character that XML does not have becomes U+FFFD.
pub fn write_declaration(declaration: &Declaration) -> String {
    let mut writer = Writer { layout: layout(), declaration, out: String::with_capacity(4096) };
    writer.out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    writer.element(ROOT, Position::default(), 0);
    writer.out
}

struct Writer<'a> {
    layout: &'static Layout,
    declaration: &'a Declaration,
    out: String,
}

impl Writer<'_> {
    /// Writes every occurrence of an element.
    fn element(&mut self, node: usize, position: Position, depth: usize) {
        match &self.layout.nodes[node].content {
            Content::Leaf { .. } => self.leaf(node, position, depth),
            Content::Group(group) => match group.record {
                None => self.group(node, position, depth, false),
                Some(Scope::Declaration) => self.group(node, position, depth, true),
                Some(scope) => {
                    for at in 0..records::count(self.declaration, scope, position.item) {
                        let position = match scope {
                            Scope::GoodsItem => Position { item: Some(at), occurrence: None },
                            _ => Position { occurrence: Some(at), ..position },
                        };
                        self.group(node, position, depth, true);
                    }
                }
            },
        }
    }

    /// Writes a group with its children; one without any only where it stands for a record.
    fn group(&mut self, node: usize, position: Position, depth: usize, even_if_empty: bool) {
        let name = self.layout.nodes[node].name;
        let before = self.out.len();
        self.indent(depth);
        self.out.push('<');
        self.out.push_str(name);
        if node == ROOT {
            self.out.push_str(" xmlns=\"");
            self.out.push_str(DECLARATION_NAMESPACE);
            self.out.push('"');
        }
        self.out.push_str(">\n");
        let begun = self.out.len();
        let children = self.layout.group(node).map(|group| group.children.clone()).unwrap_or_default();
        for child in children {
            self.element(child, position, depth + 1);
        }
        if self.out.len() == begun && !even_if_empty {
            self.out.truncate(before);
            return;
        }
        self.indent(depth);
        self.end(name);
    }

    fn leaf(&mut self, node: usize, position: Position, depth: usize) {
        let Content::Leaf { field, attributes, .. } = &self.layout.nodes[node].content else {
            return;
        };
        let value = records::value(self.declaration, *field, position);
        let attributes = attributes.iter().filter_map(|attribute| {
            Some((attribute.name, records::value(self.declaration, attribute.field, position)?))
        });
        let attributes: Vec<_> = attributes.collect();
        if value.is_none() && attributes.is_empty() {
            return;
        }
        let name = self.layout.nodes[node].name;
        self.indent(depth);
        self.out.push('<');
        self.out.push_str(name);
        for (attribute, value) in attributes {
            self.out.push(' ');
            self.out.push_str(attribute);
            self.out.push_str("=\"");
            xml::escape(&value_text(value), &mut self.out);
            self.out.push('"');
        }
        self.out.push('>');
        if let Some(value) = value {
            xml::escape(&value_text(value), &mut self.out);
        }
        self.end(name);
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }

    fn end(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }
}

fn value_text(value: vocabulary::ValueRef<'_>) -> std::borrow::Cow<'_, str> {
    match value {
        vocabulary::ValueRef::Text(text) => std::borrow::Cow::Borrowed(text),
        vocabulary::ValueRef::Decimal(number) => std::borrow::Cow::Owned(vocabulary::duty::plain(number)),
        other => std::borrow::Cow::Owned(other.to_string()),
    }
}
