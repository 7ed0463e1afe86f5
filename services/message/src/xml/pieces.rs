//! Cuts a document into its pieces: tags, text, references, sections, comments, instructions.
//!
//! Only the ends of pieces are looked for here, and that end tags end what was begun. What stands inside a piece is
//! checked by [`super::tokens`].

use super::names::PLAIN;
use super::{Refusal, is_space};

/// A piece of a document as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A start tag, or the tag of an empty element.
    Start {
        /// What stands before the first white space.
        name: &'a str,
        /// What follows the name.
        rest: &'a str,
        /// Whether the name was seen to be a proper one without a prefix; otherwise that is still to be checked.
        plain: bool,
        /// Whether the element ends at once.
        empty: bool,
    },
    /// An end tag.
    End,
    /// Characters up to the next markup.
    Text(&'a str),
    /// From the ampersand to the semicolon.
    Reference(&'a str),
    /// What stands in a character section.
    CharacterData(&'a str),
    /// A comment with its delimiters.
    Comment(&'a str),
    /// A processing instruction with its delimiters.
    Instruction(&'a str),
    /// What looks like an XML declaration, with its delimiters.
    XmlDeclaration(&'a str),
    /// The beginning of a document type definition.
    DocumentType,
    /// Nothing more.
    EndOfDocument,
}

/// Goes through a document from piece to piece.
pub(super) struct Pieces<'a> {
    source: &'a str,
    at: usize,
    /// The names of the elements that have begun, the root first.
    open: Vec<&'a str>,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, at: 0, open: Vec::with_capacity(8) }
    }

    /// Where the next piece begins.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    pub(super) fn next(&mut self) -> Result<Piece<'a>, Box<Refusal>> {
        let rest = self.rest();
        match rest.as_bytes() {
            [] => Ok(Piece::EndOfDocument),
            [b'<', b'/', ..] => self.end_tag(),
            [b'<', b'?', ..] => {
                let raw = self.up_to(2, "?>")?;
                let target_ends = raw.as_bytes().get(5).is_some_and(|&byte| is_space(byte) || byte == b'?');
                let declares = raw.starts_with("<?xml") && target_ends;
                Ok(if declares { Piece::XmlDeclaration(raw) } else { Piece::Instruction(raw) })
            }
            [b'<', b'!', ..] => self.declaration(rest),
            [b'<', ..] => self.start_tag(),
            [b'&', ..] => self.reference(),
            bytes => {
                let length = memchr::memchr2(b'<', b'&', bytes).unwrap_or(bytes.len());
                Ok(Piece::Text(self.take(length)))
            }
        }
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// The next so many bytes, which are gone past. Pieces begin and end with ASCII, so that no character is cut.
    fn take(&mut self, length: usize) -> &'a str {
        let taken = self.source.get(self.at..self.at + length).unwrap_or_default();
        self.at += length;
        taken
    }

    /// A piece up to the end of a closing text, which is looked for behind the first `opening` bytes.
    fn up_to(&mut self, opening: usize, closing: &str) -> Result<&'a str, Box<Refusal>> {
        let found = self.source.get(self.at + opening..).and_then(|rest| rest.find(closing));
        match found {
            Some(length) => Ok(self.take(opening + length + closing.len())),
            None => Err(self.endless()),
        }
    }

    fn endless(&self) -> Box<Refusal> {
        Refusal::malformed(self.at, "a piece of markup does not end", "một thành phần đánh dấu không kết thúc")
    }

    fn start_tag(&mut self) -> Result<Piece<'a>, Box<Refusal>> {
        let rest = self.rest();
        let bytes = &rest.as_bytes()[1..];
        let begins = bytes.first().is_some_and(|&first| first.is_ascii_alphabetic() || first == b'_');
        let length = bytes.iter().position(|&byte| !PLAIN[usize::from(byte)]).unwrap_or(bytes.len());
        if begins && bytes.get(length) == Some(&b'>') {
            // Most tags are a plain name and nothing else.
            let name = &rest[1..=length];
            self.at += length + 2;
            self.open.push(name);
            return Ok(Piece::Start { name, rest: "", plain: true, empty: false });
        }
        let end = end_of_tag(bytes).ok_or_else(|| self.endless())?;
        let inside = self.take(end + 2);
        let inside = &inside[1..=end];
        let (inside, empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let length = inside.bytes().position(is_space).unwrap_or(inside.len());
        let (name, rest) = inside.split_at(length);
        if !empty {
            self.open.push(name);
        }
        Ok(Piece::Start { name, rest, plain: false, empty })
    }

    fn end_tag(&mut self) -> Result<Piece<'a>, Box<Refusal>> {
        let rest = self.rest();
        let expected = self.open.pop();
        if let Some(expected) = expected {
            let after = rest.as_bytes().get(2 + expected.len());
            if after == Some(&b'>') && rest.as_bytes()[2..].starts_with(expected.as_bytes()) {
                self.at += expected.len() + 3;
                return Ok(Piece::End);
            }
        }
        let length = memchr::memchr(b'>', rest.as_bytes()).ok_or_else(|| self.endless())?;
        let found =
            rest[2..length].trim_end_matches(|character: char| character.is_ascii() && is_space(character as u8));
        let shortened = |name: &str| name.chars().take(60).collect::<String>();
        match expected {
            Some(expected) if expected == found => {
                self.at += length + 1;
                Ok(Piece::End)
            }
            Some(expected) => Err(Refusal::malformed(
                self.at,
                format!("</{}> ends what <{}> began", shortened(found), shortened(expected)),
                format!("</{}> đóng phần tử <{}>", shortened(found), shortened(expected)),
            )),
            None => Err(Refusal::malformed(
                self.at,
                format!("</{}> ends what was never begun", shortened(found)),
                format!("</{}> không có thẻ mở tương ứng", shortened(found)),
            )),
        }
    }

    /// A comment, a character section, or the definition of a document type.
    fn declaration(&mut self, rest: &str) -> Result<Piece<'a>, Box<Refusal>> {
        if rest.starts_with("<!--") {
            return Ok(Piece::Comment(self.up_to(4, "-->")?));
        }
        if rest.starts_with("<![CDATA[") {
            let raw = self.up_to(9, "]]>")?;
            return Ok(Piece::CharacterData(&raw[9..raw.len() - 3]));
        }
        if rest.get(2..9).is_some_and(|word| word.eq_ignore_ascii_case("DOCTYPE")) {
            return Ok(Piece::DocumentType);
        }
        Err(self.endless())
    }

    fn reference(&mut self) -> Result<Piece<'a>, Box<Refusal>> {
        let bytes = &self.rest().as_bytes()[1..];
        match memchr::memchr3(b';', b'<', b'&', bytes) {
            Some(length) if bytes[length] == b';' => Ok(Piece::Reference(self.take(length + 2))),
            _ => Err(Refusal::malformed(
                self.at,
                "& begins no reference (write it as &amp;)",
                "dấu & không mở đầu tham chiếu nào (viết thành &amp;)",
            )),
        }
    }
}

/// Where a tag ends: at the first `>` that stands in no quotes.
fn end_of_tag(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr3(b'>', b'"', b'\'', &bytes[at..])?;
        let quote = bytes[at];
        if quote == b'>' {
            return Some(at);
        }
        at += 1;
        at += memchr::memchr(quote, &bytes[at..])? + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(source: &str) -> Vec<String> {
        let mut pieces = Pieces::new(source);
        let mut seen = Vec::new();
        loop {
            match pieces.next() {
                Ok(Piece::EndOfDocument) => return seen,
                Ok(piece) => seen.push(format!("{piece:?}")),
                Err(refusal) => {
                    seen.push(format!("{} at {}", refusal.message.en, refusal.offset));
                    return seen;
                }
            }
        }
    }

    #[test]
    fn pieces_end_where_they_should() {
        assert_eq!(
            pieces("<?xml version=\"1.0\"?><a b='>'>t&lt;<!-- > --><c/><?p ?><![CDATA[<]]></a >"),
            [
                "XmlDeclaration(\"<?xml version=\\\"1.0\\\"?>\")",
                "Start { name: \"a\", rest: \" b='>'\", plain: false, empty: false }",
                "Text(\"t\")",
                "Reference(\"&lt;\")",
                "Comment(\"<!-- > -->\")",
                "Start { name: \"c\", rest: \"\", plain: false, empty: true }",
                "Instruction(\"<?p ?>\")",
                "CharacterData(\"<\")",
                "End",
            ]
        );
        assert_eq!(pieces("<ngày>x</ngày>").len(), 3);
        assert_eq!(pieces("<a>"), ["Start { name: \"a\", rest: \"\", plain: true, empty: false }"]);
        assert_eq!(pieces("<?xml-stylesheet a?>"), ["Instruction(\"<?xml-stylesheet a?>\")"]);
    }

    #[test]
    fn pieces_that_do_not_end_say_where_they_began() {
        for (source, at) in [
            ("<a>text</b>", 7),
            ("<a></a></a>", 7),
            ("x<a b='", 1),
            ("x<a b='>", 1),
            ("x<a", 1),
            ("x<", 1),
            ("x</a", 1),
            ("x<!-->", 1),
            ("x<!--->", 1),
            ("x<![CDATA[]]", 1),
            ("x<![cdata[]]>", 1),
            ("x<!ELEMENT a>", 1),
            ("x<!", 1),
            ("x<?p", 1),
            ("x&amp", 1),
            ("x&a<b;", 1),
            ("x&a&b;", 1),
        ] {
            let seen = pieces(source);
            assert!(seen.last().unwrap().ends_with(&format!(" at {at}")), "{source}: {seen:?}");
        }
    }
}
