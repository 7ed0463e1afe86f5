//! Reads a lodged declaration.
//!
//! The reader walks the document and the layout together. What does not fit is noted and passed over, and reading goes
//! on, so that the declarant is told everything at once and the rules see all that was readable.

use std::borrow::Cow;

use vocabulary::records::{self, Position};
use vocabulary::{Declaration, FieldId, Finding, Kind, Place, Scope};

use super::layout::{Content, DECLARATION_NAMESPACE, DECLARATION_SCHEMA, Group, Layout, ROOT, layout};
use super::{notes, plain};
use crate::form::findings::{self, Notes};
use crate::form::law;
use crate::form::values;
use crate::xml::{self, Namespace, Refusal, Tag, Token, Tokens};

/// The namespaces that a declaration is written in, and the first of them.
const NAMESPACES: &[&str] = &[DECLARATION_NAMESPACE];
const OWN: Namespace = Namespace::Own(0);

/// What came of reading a document as a declaration.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// It is no declaration: not XML, another document, or beyond the guards. The findings say why.
    Unreadable(Vec<Finding>),
    /// It was read. With findings, the document is not valid against the schema, and what they concern is left out.
    Read {
        /// What was readable.
        declaration: Declaration,
        /// Everything wrong with the document's form, in the order of the document.
        findings: Vec<Finding>,
    },
}

/// Reads a document as a declaration.
///
/// It finds everything that `schemas/declaration/1.0/declaration.xsd` forbids. Beyond the schema it holds documents to
/// UTF-8, 2 MiB, 32 levels and 16 attributes of an element, and refuses document types.
pub fn read_declaration(bytes: &[u8]) -> Reading {
    read_text(bytes, |source| match plain::read(source) {
        Some(declaration) => Reading::Read { declaration, findings: Vec::new() },
        None => strictly(source),
    })
}

/// Reads a document as a declaration as [`read_declaration`] does, by the strict reader alone, for those who compare.
pub fn read_strictly(bytes: &[u8]) -> Reading {
    read_text(bytes, strictly)
}

/// Hands the text of a document to a reader, unless it has none.
fn read_text(bytes: &[u8], read: impl FnOnce(&str) -> Reading) -> Reading {
    match xml::text_of(bytes) {
        Ok(source) => read(source),
        Err(refusal) => {
            let readable = bytes.get(..refusal.offset).and_then(|bytes| std::str::from_utf8(bytes).ok());
            let finding =
                findings::of_refusal(&refusal, readable.unwrap_or_default(), DECLARATION_SCHEMA, law::DECLARATION);
            Reading::Unreadable(vec![finding])
        }
    }
}

fn strictly(source: &str) -> Reading {
    let mut reader = Reader {
        layout: layout(),
        tokens: Tokens::new(source, NAMESPACES),
        notes: Notes::new(DECLARATION_SCHEMA, law::DECLARATION),
        declaration: Declaration::default(),
        position: Position::default(),
        frames: Vec::with_capacity(8),
    };
    match reader.read() {
        Ok(()) => {
            let findings = reader.notes.finish(source, Some(&reader.declaration));
            Reading::Read { declaration: reader.declaration, findings }
        }
        Err(refusal) => {
            Reading::Unreadable(vec![findings::of_refusal(&refusal, source, DECLARATION_SCHEMA, law::DECLARATION)])
        }
    }
}

struct Reader<'a> {
    layout: &'static Layout,
    tokens: Tokens<'a>,
    notes: Notes,
    declaration: Declaration,
    position: Position,
    /// The groups that have begun, the root first.
    frames: Vec<Frame>,
}

/// A group that has begun and not ended.
struct Frame {
    node: usize,
    group: &'static Group,
    /// Where its tag begins.
    offset: usize,
    /// One bit for each child that was there.
    seen: u64,
    /// One bit for each child of which there were more than there may be.
    excess: u64,
    /// The furthest child so far.
    furthest: usize,
    /// Whether text was found in it that has no place there.
    text_noted: bool,
}

/// What is done with an element after its place was looked up.
enum Step {
    /// Its content is passed over.
    Skip,
    /// Its content is read, as that of this element of the layout.
    Enter(usize),
}

impl<'a> Reader<'a> {
    fn read(&mut self) -> Result<(), Box<Refusal>> {
        loop {
            match self.tokens.next()? {
                Token::Start(tag) => {
                    let step = if self.frames.is_empty() { self.root(tag)? } else { self.step(tag) };
                    match step {
                        Step::Skip => self.skip()?,
                        Step::Enter(node) => self.enter(node, tag.offset)?,
                    }
                }
                Token::End => self.leave(),
                Token::Text { text, offset } => {
                    if !xml::is_blank(text) {
                        self.text_not_allowed(text, offset);
                    }
                }
                // The schema language counts a character section as text even when it is blank.
                Token::CharacterData { text, offset } => {
                    if !xml::is_blank(text) {
                        self.text_not_allowed(text, offset);
                    }
                }
                Token::Reference { character, offset } => {
                    if !character.is_ascii() || !xml::is_space(character as u8) {
                        self.text_not_allowed(character.encode_utf8(&mut [0; 4]), offset);
                    }
                }
                Token::EndOfDocument => return Ok(()),
            }
        }
    }

    fn root(&mut self, tag: Tag<'_>) -> Result<Step, Box<Refusal>> {
        let root = &self.layout.nodes[ROOT];
        if tag.local != root.name {
            return Err(notes::wrong_root(tag));
        }
        if tag.namespace != OWN {
            return Err(notes::wrong_namespace_of_root(tag));
        }
        Ok(Step::Enter(ROOT))
    }

    /// Looks up the place of an element that stands in the innermost group.
    fn step(&mut self, tag: Tag<'_>) -> Step {
        let Some(frame) = self.frames.last_mut() else {
            return Step::Skip;
        };
        let (group, parent) = (frame.group, frame.node);
        let children = &self.layout.nodes[group.children.clone()];
        if tag.namespace != OWN {
            self.notes.add(|| notes::wrong_namespace(self.layout, parent, self.position, tag));
            return Step::Skip;
        }
        // Most elements stand at or shortly after the place of the one before them.
        let ahead = children[frame.furthest..].iter().position(|child| child.name == tag.local);
        let found = match ahead {
            Some(steps) => Some(frame.furthest + steps),
            None => children[..frame.furthest].iter().position(|child| child.name == tag.local),
        };
        let Some(child) = found else {
            self.notes.add(|| notes::unknown_element(self.layout, parent, self.position, tag));
            return Step::Skip;
        };
        let node = group.children.start + child;
        let most = children[child].max;
        let bit = 1_u64 << child;
        let again = frame.seen & bit != 0;
        frame.seen |= bit;
        if most == 1 && again {
            self.notes.add(|| notes::repeated_element(self.layout, node, self.position, tag));
            return Step::Skip;
        }
        if child < frame.furthest {
            let after = group.children.start + frame.furthest;
            self.notes.add(|| notes::misplaced_element(self.layout, node, after, self.position, tag));
        }
        frame.furthest = frame.furthest.max(child);
        if let Content::Group(Group { record: Some(scope), .. }) = children[child].content {
            let there = records::count(&self.declaration, scope, self.position.item);
            if u32::try_from(there).is_ok_and(|there| there >= most) || there > most as usize {
                if frame.excess & bit == 0 {
                    frame.excess |= bit;
                    self.notes.add(|| notes::too_many(self.layout, node, there, self.position, tag));
                }
                return Step::Skip;
            }
        }
        Step::Enter(node)
    }

    fn enter(&mut self, node: usize, offset: usize) -> Result<(), Box<Refusal>> {
        match &self.layout.nodes[node].content {
            Content::Leaf { field, kind, .. } => self.leaf(node, *field, *kind, offset),
            Content::Group(group) => {
                if let Some(scope) = group.record.filter(|&scope| scope != Scope::Declaration) {
                    let at = records::append(&mut self.declaration, scope, self.position.item);
                    if scope == Scope::GoodsItem {
                        self.position.item = Some(at);
                    } else {
                        self.position.occurrence = Some(at);
                    }
                }
                self.refuse_attributes(node);
                self.frames.push(Frame { node, group, offset, seen: 0, excess: 0, furthest: 0, text_noted: false });
                Ok(())
            }
        }
    }

    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let missing = frame.group.required & !frame.seen;
        if missing != 0 {
            for (position, child) in frame.group.children.clone().enumerate() {
                if missing & (1 << position) != 0 {
                    self.notes.add(|| notes::missing_element(self.layout, child, self.position, frame.offset));
                }
            }
        }
        match frame.group.record {
            Some(Scope::GoodsItem) => self.position.item = None,
            Some(_) => self.position.occurrence = None,
            None => {}
        }
    }

    /// Reads an element that carries a value, to its end.
    fn leaf(&mut self, node: usize, field: FieldId, kind: Kind, offset: usize) -> Result<(), Box<Refusal>> {
        self.attributes(node, offset);
        let mut text: Cow<'a, str> = Cow::Borrowed("");
        // Where the value begins: its first character that is not white space.
        let mut start = None;
        loop {
            match self.tokens.next()? {
                Token::End => break,
                Token::Text { text: part, offset } | Token::CharacterData { text: part, offset } => {
                    if start.is_none() {
                        start = part.bytes().position(|byte| !xml::is_space(byte)).map(|skipped| offset + skipped);
                    }
                    if text.is_empty() {
                        text = Cow::Borrowed(part);
                    } else {
                        text.to_mut().push_str(part);
                    }
                }
                Token::Reference { character, offset } => {
                    if start.is_none() && !matches!(character, ' ' | '\t' | '\n' | '\r') {
                        start = Some(offset);
                    }
                    text.to_mut().push(character);
                }
                Token::Start(tag) => {
                    self.notes.add(|| notes::unknown_element(self.layout, node, self.position, tag));
                    self.skip()?;
                }
                Token::EndOfDocument => return Ok(()),
            }
        }
        self.value(field, kind, &text, start.unwrap_or(offset));
        Ok(())
    }

    fn value(&mut self, field: FieldId, kind: Kind, text: &str, offset: usize) {
        let text = values::collapse(text);
        match values::read(kind, &text) {
            Ok(value) => records::set(&mut self.declaration, field, self.position, value),
            Err(mistake) => {
                let place = place_of(field, self.position);
                self.notes.add(|| notes::value(place, kind, mistake, &text, offset));
            }
        }
    }

    /// Reads the attributes of an element that carries a value.
    fn attributes(&mut self, node: usize, offset: usize) {
        let Content::Leaf { attributes: known, .. } = &self.layout.nodes[node].content else {
            return;
        };
        if known.is_empty() {
            return self.refuse_attributes(node);
        }
        let mut there = 0_u64;
        let given = self.tokens.take_attributes();
        for attribute in &given {
            let found = known.iter().position(|known| attribute.prefix.is_empty() && known.name == attribute.local);
            match found {
                Some(at) => {
                    there |= 1 << at;
                    self.value(known[at].field, known[at].kind, &attribute.value, attribute.offset);
                }
                None if attribute.is_schema_hint() => {}
                None => self.notes.add(|| notes::unknown_attribute(self.layout, node, self.position, attribute)),
            }
        }
        self.tokens.give_back(given);
        for (at, attribute) in known.iter().enumerate() {
            if attribute.required && there & (1 << at) == 0 {
                let place = place_of(attribute.field, self.position);
                self.notes.add(|| notes::missing_attribute(self.layout, node, attribute.name, place, offset));
            }
        }
    }

    /// Notes the attributes of an element that has none.
    fn refuse_attributes(&mut self, node: usize) {
        for attribute in self.tokens.attributes() {
            if !attribute.is_schema_hint() {
                self.notes.add(|| notes::unknown_attribute(self.layout, node, self.position, attribute));
            }
        }
    }

    fn text_not_allowed(&mut self, text: &str, offset: usize) {
        let Some(frame) = self.frames.last_mut().filter(|frame| !frame.text_noted) else {
            return;
        };
        frame.text_noted = true;
        let node = frame.node;
        self.notes.add(|| notes::text_not_allowed(self.layout, node, self.position, text, offset));
    }

    /// Passes over the content of the element that has just begun.
    fn skip(&mut self) -> Result<(), Box<Refusal>> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.tokens.next()? {
                Token::Start(_) => depth += 1,
                Token::End => depth -= 1,
                Token::EndOfDocument => return Ok(()),
                _ => {}
            }
        }
        Ok(())
    }
}

fn place_of(field: FieldId, position: Position) -> Place {
    Place { field, item: position.item, occurrence: position.occurrence }
}
