//! Strict XML 1.0 with namespaces, on top of a tokenizer that is not strict.
//!
//! quick-xml cuts a document into tokens quickly and checks little of what is inside them. Every token is therefore
//! checked here against its production, together with the order of tokens, so that what passes is well-formed. Beyond
//! that, documents are held to a size, a depth and a number of attributes, and document types are refused.

mod attributes;
mod names;
mod prolog;
mod references;
mod refusal;
mod tokens;

pub(crate) use attributes::Attribute;
pub(crate) use prolog::text_of;
pub(crate) use refusal::Refusal;
pub(crate) use tokens::{Namespace, Tag, Token, Tokens};

/// The most bytes of a document.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// The most elements inside one another.
pub const MAX_DEPTH: usize = 32;
/// The most attributes of an element, declarations of namespaces among them.
pub const MAX_ATTRIBUTES: usize = 16;

/// The characters that XML counts as white space.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether a text is nothing but white space.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

/// Whether a character may stand in an XML document at all.
pub(crate) fn is_char(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Writes a text so that it can stand in an element or in a quoted attribute.
pub(crate) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push_str(&format!("&#{};", character as u32)),
            other if is_char(other) => out.push(other),
            _ => out.push('\u{FFFD}'),
        }
    }
}
