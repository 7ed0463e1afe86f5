//! The tokens of a document, each checked.

use std::borrow::Cow;

use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::attributes::{self, Attribute};
use super::bounds::MAX_DEPTH;
use super::namespace::{Namespace, XML_NAMESPACE, XMLNS_NAMESPACE};
use super::refusal::Refusal;
use super::text::{is_blank, is_space};
use super::{names, prolog, references};

/// The start of an element.
#[derive(Debug, Clone, Copy)]
pub struct Tag<'a> {
    /// The name without its prefix.
    pub local: &'a str,
    pub namespace: Namespace,
    /// Where the tag begins.
    pub offset: usize,
}

/// A piece of a document. Comments and processing instructions are checked and left out.
#[derive(Debug)]
pub enum Token<'a> {
    /// An element begins. Its attributes are in [`Tokens::attributes`] until the next token.
    Start(Tag<'a>),
    /// The element that began last ends.
    End,
    /// Characters as they are written.
    Text {
        /// What is written; a reference stands in a token of its own.
        text: &'a str,
        offset: usize,
    },
    /// A character section.
    CharacterData { text: &'a str, offset: usize },
    /// A character that was written as a reference.
    Reference {
        /// What it stands for.
        character: char,
        /// Where the reference begins.
        offset: usize,
    },
    /// The document is over.
    EndOfDocument,
}

/// A prefix, empty for the default, with the namespace that it stands for inside one element.
#[derive(Debug)]
struct Binding<'a> {
    prefix: &'a str,
    uri: Cow<'a, str>,
    namespace: Namespace,
    depth: usize,
}

/// Cuts a document into checked tokens.
pub struct Tokens<'a> {
    reader: Reader<&'a [u8]>,
    source: &'a str,
    /// The namespaces that the document is written in.
    own: &'a [&'a str],
    depth: usize,
    after_root: bool,
    ends_at_once: bool,
    bindings: Vec<Binding<'a>>,
    attributes: Vec<Attribute<'a>>,
}

impl<'a> Tokens<'a> {
    /// Begins with a text that [`text_of`](super::text_of) let pass. Names of these namespaces are told apart from all others.
    pub fn new(source: &'a str, own: &'a [&'a str]) -> Self {
        Self {
            reader: Reader::from_str(source),
            source,
            own,
            depth: 0,
            after_root: false,
            ends_at_once: false,
            bindings: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// The attributes of the element that began with the last token, but for declarations of namespaces.
    pub fn attributes(&self) -> &[Attribute<'a>] {
        &self.attributes
    }

    /// The same attributes, to be given back when they were read.
    pub fn take_attributes(&mut self) -> Vec<Attribute<'a>> {
        std::mem::take(&mut self.attributes)
    }

    /// Gives back the room for attributes, so that the next element need not allocate.
    pub fn give_back(&mut self, attributes: Vec<Attribute<'a>>) {
        self.attributes = attributes;
    }

    /// The next token; what is wrong with the document ends it.
    #[expect(clippy::should_implement_trait, reason = "an iterator could not lend the attributes")]
    pub fn next(&mut self) -> Result<Token<'a>, Box<Refusal>> {
        if self.ends_at_once {
            self.ends_at_once = false;
            self.close();
            return Ok(Token::End);
        }
        loop {
            let offset = usize::try_from(self.reader.buffer_position()).unwrap_or(self.source.len());
            if offset == 0 && self.source.starts_with('\u{FEFF}') {
                return Err(Refusal::malformed(0, "it has two byte order marks", "có hai dấu thứ tự byte"));
            }
            let event = self.reader.read_event().map_err(|error| describe(&error, offset))?;
            let end = usize::try_from(self.reader.buffer_position()).unwrap_or(self.source.len());
            let raw = self.source.get(offset..end).unwrap_or_default();
            match event {
                Event::Start(_) => {
                    let inside = raw.get(1..raw.len() - 1).unwrap_or_default();
                    return self.open(inside, offset);
                }
                Event::Empty(_) => {
                    let inside = raw.get(1..raw.len() - 2).unwrap_or_default();
                    self.ends_at_once = true;
                    return self.open(inside, offset);
                }
                Event::End(_) => {
                    self.close();
                    return Ok(Token::End);
                }
                Event::Text(_) => {
                    check_text(raw, offset)?;
                    if self.depth > 0 {
                        return Ok(Token::Text { text: raw, offset });
                    }
                    if !is_blank(raw) {
                        return Err(outside(offset));
                    }
                }
                Event::GeneralRef(_) => {
                    if self.depth == 0 {
                        return Err(outside(offset));
                    }
                    let character = references::resolve(raw, offset)?;
                    return Ok(Token::Reference { character, offset });
                }
                Event::CData(_) => {
                    if self.depth == 0 {
                        return Err(outside(offset));
                    }
                    let text = raw.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>"));
                    return Ok(Token::CharacterData { text: text.unwrap_or_default(), offset: offset + 9 });
                }
                Event::Comment(_) => check_comment(raw, offset)?,
                Event::PI(_) => check_instruction(raw, offset)?,
                Event::Decl(_) => {
                    if offset > 0 {
                        return Err(Refusal::malformed(
                            offset,
                            "the XML declaration does not stand at the very beginning",
                            "khai báo XML không nằm ở đầu chứng từ",
                        ));
                    }
                    prolog::check_declaration(raw)?;
                }
                Event::DocType(_) => {
                    return Err(Refusal::guard(
                        "doctype_refused",
                        offset,
                        ["the document has a document type definition", "chứng từ có khai báo DOCTYPE"],
                        ["take the DOCTYPE out; the schema needs none", "bỏ DOCTYPE; lược đồ không cần khai báo này"],
                    ));
                }
                Event::Eof if self.depth > 0 => {
                    return Err(Refusal::malformed(
                        offset,
                        "it ends before its elements do",
                        "chứng từ bị cắt trước khi các phần tử kết thúc",
                    ));
                }
                Event::Eof if !self.after_root => {
                    return Err(Refusal::malformed(offset, "it has no element", "không có phần tử nào"));
                }
                Event::Eof => return Ok(Token::EndOfDocument),
            }
        }
    }

    fn open(&mut self, inside: &'a str, offset: usize) -> Result<Token<'a>, Box<Refusal>> {
        if self.depth == 0 && self.after_root {
            return Err(Refusal::malformed(
                offset,
                "it has more than one root element",
                "có nhiều hơn một phần tử gốc",
            ));
        }
        if self.depth == MAX_DEPTH {
            return Err(Refusal::guard(
                "too_deep",
                offset,
                ["elements stand more than 32 deep inside one another", "các phần tử lồng nhau quá 32 cấp"],
                ["keep to the elements of the schema", "chỉ dùng các phần tử có trong lược đồ"],
            ));
        }
        self.depth += 1;
        self.attributes.clear();
        let length = inside.bytes().position(is_space).unwrap_or(inside.len());
        let (name, rest) = inside.split_at(length);
        let Some((prefix, local)) = names::split(name) else {
            return Err(Refusal::malformed(offset, "a tag has no proper name", "tên thẻ không hợp lệ"));
        };
        if !rest.is_empty() {
            attributes::parse(rest, offset + 1 + length, &mut self.attributes)?;
            self.bind()?;
        }
        let namespace = self.resolve(prefix, offset)?.0;
        Ok(Token::Start(Tag { local, namespace, offset }))
    }

    fn close(&mut self) {
        while self.bindings.last().is_some_and(|binding| binding.depth == self.depth) {
            self.bindings.pop();
        }
        self.depth = self.depth.saturating_sub(1);
        self.after_root |= self.depth == 0;
        self.attributes.clear();
    }

    /// Takes the declarations of namespaces out of the attributes, and resolves the prefixes of the others.
    fn bind(&mut self) -> Result<(), Box<Refusal>> {
        let mut at = 0;
        while at < self.attributes.len() {
            let attribute = &self.attributes[at];
            let prefix = match (attribute.prefix, attribute.local) {
                ("", "xmlns") => "",
                ("xmlns", prefix) => prefix,
                _ => {
                    at += 1;
                    continue;
                }
            };
            let attribute = self.attributes.remove(at);
            let uri = attribute.value;
            let allowed = match prefix {
                "xml" => uri == XML_NAMESPACE,
                "xmlns" => false,
                "" => uri != XML_NAMESPACE && uri != XMLNS_NAMESPACE,
                _ => !uri.is_empty() && uri != XML_NAMESPACE && uri != XMLNS_NAMESPACE,
            };
            if !allowed {
                return Err(Refusal::malformed(
                    attribute.offset,
                    "a prefix is bound to a namespace that it may not have",
                    "tiền tố được gán cho không gian tên không được phép",
                ));
            }
            let namespace = Namespace::of(&uri, self.own);
            self.bindings.push(Binding { prefix, uri, namespace, depth: self.depth });
        }
        for at in 0..self.attributes.len() {
            let Attribute { prefix, local, offset, .. } = self.attributes[at];
            if prefix.is_empty() {
                continue;
            }
            let (namespace, uri) = self.resolve(prefix, offset)?;
            let doubled = self.attributes[..at].iter().any(|other| {
                other.local == local
                    && !other.prefix.is_empty()
                    && self.resolve(other.prefix, offset).is_ok_and(|(_, known)| known == uri)
            });
            if doubled {
                return Err(Refusal::malformed(
                    offset,
                    "an attribute stands twice in one tag",
                    "một thuộc tính xuất hiện hai lần trong một thẻ",
                ));
            }
            self.attributes[at].namespace = namespace;
        }
        Ok(())
    }

    fn resolve(&self, prefix: &str, offset: usize) -> Result<(Namespace, &str), Box<Refusal>> {
        // Most names have no prefix. Two empty texts are not compared byte by byte: their addresses may lie in no page,
        // which masked loads of nothing bear, but slowly.
        let is_meant = |binding: &&Binding<'_>| match prefix {
            "" => binding.prefix.is_empty(),
            _ => !binding.prefix.is_empty() && binding.prefix == prefix,
        };
        let found = self.bindings.iter().rev().find(is_meant);
        match (found, prefix) {
            (Some(binding), _) => Ok((binding.namespace, &binding.uri)),
            (None, "") => Ok((Namespace::None, "")),
            (None, "xml") => Ok((Namespace::Xml, XML_NAMESPACE)),
            (None, _) => {
                let prefix: String = prefix.chars().take(40).collect();
                Err(Refusal::malformed(
                    offset,
                    format!("the prefix {prefix} is bound to no namespace"),
                    format!("tiền tố {prefix} chưa được gán không gian tên"),
                ))
            }
        }
    }
}

fn check_text(raw: &str, offset: usize) -> Result<(), Box<Refusal>> {
    // Most texts are short and hold no bracket at all.
    let brackets = raw.bytes().fold(false, |found, byte| found | (byte == b']'));
    match brackets.then(|| raw.find("]]>")).flatten() {
        None => Ok(()),
        Some(at) => Err(Refusal::malformed(offset + at, "]]> stands in text", "chuỗi ]]> nằm trong nội dung")),
    }
}

fn check_comment(raw: &str, offset: usize) -> Result<(), Box<Refusal>> {
    let body = raw.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
    match body {
        Some(body) if !body.contains("--") && !body.ends_with('-') => Ok(()),
        _ => Err(Refusal::malformed(offset, "a comment holds --", "chú thích chứa chuỗi --")),
    }
}

fn check_instruction(raw: &str, offset: usize) -> Result<(), Box<Refusal>> {
    let body = raw.strip_prefix("<?").and_then(|rest| rest.strip_suffix("?>")).unwrap_or_default();
    let length = body.bytes().position(is_space).unwrap_or(body.len());
    let target = &body[..length];
    if names::is_ncname(target) && !target.eq_ignore_ascii_case("xml") {
        return Ok(());
    }
    Err(Refusal::malformed(offset, "a processing instruction has no proper name", "tên chỉ thị xử lý không hợp lệ"))
}

fn outside(offset: usize) -> Box<Refusal> {
    Refusal::malformed(offset, "text stands outside the root element", "có nội dung nằm ngoài phần tử gốc")
}

/// What the tokenizer found, in our words.
fn describe(error: &Error, offset: usize) -> Box<Refusal> {
    let shortened = |name: &str| name.chars().take(60).collect::<String>();
    match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => Refusal::malformed(
            offset,
            format!("</{}> ends what <{}> began", shortened(found), shortened(expected)),
            format!("</{}> đóng phần tử <{}>", shortened(found), shortened(expected)),
        ),
        Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => Refusal::malformed(
            offset,
            format!("</{}> ends what was never begun", shortened(found)),
            format!("</{}> không có thẻ mở tương ứng", shortened(found)),
        ),
        Error::IllFormed(IllFormedError::UnclosedReference) => Refusal::malformed(
            offset,
            "& begins no reference (write it as &amp;)",
            "dấu & không mở đầu tham chiếu nào (viết thành &amp;)",
        ),
        _ => Refusal::malformed(offset, "a piece of markup does not end", "một thành phần đánh dấu không kết thúc"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: &str) -> Result<String, String> {
        let mut tokens = Tokens::new(document, &["urn:goods:1", "urn:parties:1"]);
        let mut seen = String::new();
        loop {
            match tokens.next().map_err(|refusal| refusal.code.to_owned())? {
                Token::Start(tag) => {
                    seen.push_str(&format!("<{} {:?}", tag.local, tag.namespace));
                    for attribute in tokens.attributes() {
                        seen.push_str(&format!(" {}={}", attribute.name, attribute.value));
                    }
                    seen.push('>');
                }
                Token::End => seen.push_str("</>"),
                Token::Text { text, .. } | Token::CharacterData { text, .. } => seen.push_str(text),
                Token::Reference { character, .. } => seen.push(character),
                Token::EndOfDocument => return Ok(seen),
            }
        }
    }

    #[test]
    fn tokens_carry_namespaces_and_values() {
        let document = "<?xml version=\"1.0\"?><!-- a --><p:a xmlns:p='urn:goods:1' x='1'>\n<b xmlns=''/>&lt;<![CDATA[<c>]]></p:a>\n";
        assert_eq!(read(document).unwrap(), "<a Own(0) x=1>\n<b None></><<c></>");
    }

    #[test]
    fn a_namespace_ends_with_its_element() {
        let document = "<a><b xmlns='urn:parties:1'><c/></b><d xmlns='urn:goods:2'/></a>";
        assert_eq!(read(document).unwrap(), "<a None><b Own(1)><c Own(1)></></><d Other></></>");
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for document in [
            "",
            " ",
            "text",
            "<a>",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>text",
            "<a/>&#32;",
            "<a/><![CDATA[]]>",
            "<a>]]></a>",
            "<a><!-- -- --></a>",
            "<a><!-- --->\n</a>",
            "<a><!--></a>",
            "<a>&nbsp;</a>",
            "<a>&</a>",
            "<a>& b</a>",
            "<a>&#x0;</a>",
            "<a b='<'/>",
            "<a b='1' b='2'/>",
            "<a b=1/>",
            "<a b/>",
            "<a / >",
            "< a/>",
            "<9/>",
            "<a:b/>",
            "<a b:c='1'/>",
            "<a xmlns:b=''/>",
            "<a xmlns:xmlns='u'/>",
            "<a xmlns:xml='u'/>",
            "<a xmlns:b='http://www.w3.org/XML/1998/namespace'/>",
            "<a xmlns:b='u' xmlns:c='u' b:x='1' c:x='2'/>",
            "<a><?xml version='1.0'?></a>",
            "\n<?xml version='1.0'?><a/>",
            "<?XML x?><a/>",
            "<a><?b:c?></a>",
            "<a><??></a>",
            "<a",
            "<a b='",
            "<a><!-- </a>",
            "<a><![CDATA[ </a>",
            "<a>&#65</a>",
            "<!ELEMENT a ANY><a/>",
            "<a><![cdata[x]]></a>",
            "<a:b:c xmlns:a='u'/>",
        ] {
            assert_eq!(read(document).unwrap_err(), "not_well_formed", "{document}");
        }
    }

    #[test]
    fn guards_hold() {
        assert_eq!(read("<!DOCTYPE a><a/>").unwrap_err(), "doctype_refused");
        assert_eq!(read("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").unwrap_err(), "doctype_refused");
        assert!(read(&("<a>".repeat(32) + &"</a>".repeat(32))).is_ok());
        assert_eq!(read(&"<a>".repeat(33)).unwrap_err(), "too_deep");
    }
}
