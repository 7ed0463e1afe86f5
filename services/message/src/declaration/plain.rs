//! The quick lane: reads documents of the plain form, as programs write them, several times as fast as the strict reader.
//!
//! ```text
//!             every byte is as expected ──► the declaration that the strict reader would make of it, without a finding
//!  text ──► ┤
//!             the first byte that is not ──► None: the strict reader reads from the start, and it alone makes findings
//! ```
//!
//! Plain are elements in the order of the layout under one default namespace, without prefixes, comments, processing
//! instructions, character sections or attributes that the layout does not have. What is shared with the strict reader is
//! not repeated here: the layout, the characters and references of XML, the values.

use std::ops::Range;

use vocabulary::records::{self, Position};
use vocabulary::{Declaration, FieldId, Kind, Scope, Value};

use super::layout::{self, Content, DECLARATION_NAMESPACE, Group, Layout, ROOT, layout};
use crate::form::values;
use crate::xml;

/// Reads a document of the plain form; `None` for every other, whether or not it is sound.
///
/// What it reads, [`read_strictly`](crate::read_strictly) reads as the same declaration and finds nothing in.
pub fn read_plainly(bytes: &[u8]) -> Option<Declaration> {
    read(xml::text_of(bytes).ok()?)
}

/// The same for a text that [`xml::text_of`] let pass.
pub(super) fn read(source: &str) -> Option<Declaration> {
    let mut lane = Lane {
        layout: layout(),
        source,
        bytes: source.as_bytes(),
        at: 0,
        declaration: Declaration::default(),
        position: Position::default(),
        unescaped: String::new(),
    };
    lane.document()?;
    Some(lane.declaration)
}

struct Lane<'a> {
    layout: &'static Layout,
    source: &'a str,
    bytes: &'a [u8],
    /// How much was read.
    at: usize,
    declaration: Declaration,
    position: Position,
    /// Holds the one value that is written with references until it is read.
    unescaped: String,
}

impl Lane<'_> {
    fn document(&mut self) -> Option<()> {
        if self.source.starts_with("<?xml") {
            let end = self.source.find("?>")? + 2;
            xml::check_declaration(self.source.get(..end)?).ok()?;
            self.at = end;
        }
        self.skip_space();
        let root = &self.layout.nodes[ROOT];
        for part in ["<", root.name, " xmlns=\"", DECLARATION_NAMESPACE, "\">"] {
            self.expect(part)?;
        }
        let Content::Group(group) = &root.content else { return None };
        self.group(ROOT, group)?;
        self.skip_space();
        (self.at == self.bytes.len()).then_some(())
    }

    /// Reads the elements of a group and its end tag. It is as deep as the layout at most.
    fn group(&mut self, node: usize, group: &'static Group) -> Option<()> {
        let children = &group.children;
        let mut seen = 0_u64;
        let mut furthest = children.start;
        loop {
            self.skip_space();
            self.expect("<")?;
            if *self.bytes.get(self.at)? == b'/' {
                self.at += 1;
                self.end_tag(node)?;
                return (group.required & !seen == 0).then_some(());
            }
            let child = self.start_of_tag(furthest..children.end)?;
            let known = &self.layout.nodes[child];
            let bit = 1_u64 << (child - children.start);
            if known.max == 1 && seen & bit != 0 {
                return None;
            }
            seen |= bit;
            furthest = child;
            match &known.content {
                Content::Leaf { field, kind, attributes } => self.leaf(child, *field, *kind, attributes)?,
                Content::Group(group) => {
                    self.expect(">")?;
                    match group.record {
                        None => self.group(child, group)?,
                        Some(scope) => self.record(child, group, scope, known.max)?,
                    }
                }
            }
        }
    }

    /// Reads a group that stands for a record.
    fn record(&mut self, node: usize, group: &'static Group, scope: Scope, max: u32) -> Option<()> {
        if records::count(&self.declaration, scope, self.position.item) >= usize::try_from(max).ok()? {
            return None;
        }
        let at = Some(records::append(&mut self.declaration, scope, self.position.item));
        let around = self.position;
        self.position = match scope {
            Scope::GoodsItem => Position { item: at, ..around },
            _ => Position { occurrence: at, ..around },
        };
        self.group(node, group)?;
        self.position = around;
        Some(())
    }

    /// Reads an element that carries a value, from behind its name.
    fn leaf(&mut self, node: usize, field: FieldId, kind: Kind, attributes: &[layout::Attribute]) -> Option<()> {
        if !attributes.is_empty() {
            self.attributes(attributes)?;
        }
        self.expect(">")?;
        let value = self.value(kind, b'<')?;
        records::set(&mut self.declaration, field, self.position, value);
        self.expect("</")?;
        self.end_tag(node)
    }

    /// Reads the attributes of a tag. No two of them are the same.
    fn attributes(&mut self, known: &[layout::Attribute]) -> Option<()> {
        let mut there = 0_u64;
        while *self.bytes.get(self.at)? == b' ' {
            self.at += 1;
            let rest = self.bytes.get(self.at..)?;
            let which = known.iter().position(|known| {
                rest.strip_prefix(known.name.as_bytes()).is_some_and(|rest| rest.starts_with(b"=\""))
            })?;
            if there & (1 << which) != 0 {
                return None;
            }
            there |= 1 << which;
            let attribute = &known[which];
            self.at += attribute.name.len() + 2;
            let value = self.value(attribute.kind, b'"')?;
            records::set(&mut self.declaration, attribute.field, self.position, value);
            self.expect("\"")?;
        }
        let missing = (0..).zip(known).any(|(at, attribute)| attribute.required && there & (1_u64 << at) == 0);
        (!missing).then_some(())
    }

    /// Reads a value up to the byte that ends it, which is left to be read.
    fn value(&mut self, kind: Kind, end: u8) -> Option<Value> {
        let start = self.at;
        let mut length = memchr::memchr3(end, b'<', b'&', self.bytes.get(start..)?)?;
        self.at += length;
        let mut text = self.source.get(start..self.at)?;
        if self.bytes[self.at] == b'&' {
            self.unescaped.clear();
            loop {
                self.unescaped.push_str(text);
                if self.bytes[self.at] != b'&' {
                    break;
                }
                let rest = self.source.get(self.at..)?;
                let length_of_reference = memchr::memchr(b';', rest.as_bytes())? + 1;
                self.unescaped.push(xml::resolve(rest.get(..length_of_reference)?, self.at).ok()?);
                let from = self.at + length_of_reference;
                length = memchr::memchr3(end, b'<', b'&', self.bytes.get(from..)?)?;
                self.at = from + length;
                text = self.source.get(from..self.at)?;
            }
            text = &self.unescaped;
        }
        if self.bytes[self.at] != end {
            return None;
        }
        match kind {
            // White space is none of their characters, so that a value with some is not taken here.
            Kind::Code { .. } | Kind::Digits { .. } | Kind::OneOf { .. } => values::read(kind, text).ok(),
            Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Date => values::read(kind, text).ok(),
            Kind::Listed { .. } | Kind::Ascii { .. } | Kind::Wide { .. } => {
                // What ends a character section has no place in a text.
                if self.bytes.get(start..self.at)?.contains(&b']') {
                    return None;
                }
                values::read(kind, &values::collapse(text)).ok()
            }
        }
    }

    /// Finds which of some elements the tag begins whose name is next, and passes over the name.
    fn start_of_tag(&mut self, among: Range<usize>) -> Option<usize> {
        let text = self.bytes.get(self.at..)?;
        let first = among.start;
        for (child, name) in (first..).zip(self.layout.names.get(among)?) {
            if let Some(rest @ [b'>' | b' ', ..]) = name.behind(text) {
                self.at = self.bytes.len() - rest.len();
                return Some(child);
            }
        }
        None
    }

    /// Passes over an end tag from its name on.
    fn end_tag(&mut self, node: usize) -> Option<()> {
        let rest = self.layout.names.get(node)?.behind(self.bytes.get(self.at..)?)?.strip_prefix(b">")?;
        self.at = self.bytes.len() - rest.len();
        Some(())
    }

    /// Passes over a text that has to come next.
    #[inline]
    fn expect(&mut self, text: &str) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(text.as_bytes()).then(|| self.at += text.len())
    }

    /// Passes over white space: a line's end and the blanks behind it, of which eight are compared at once.
    fn skip_space(&mut self) {
        const BLANKS: u64 = u64::from_ne_bytes([b' '; 8]);
        while self.bytes.get(self.at).is_some_and(|&byte| xml::is_space(byte)) {
            self.at += 1;
            while let Some(next) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk()) {
                let blanks = (u64::from_le_bytes(*next) ^ BLANKS).trailing_zeros() / u8::BITS;
                self.at += blanks as usize;
                if blanks < 8 {
                    break;
                }
            }
        }
    }
}
