//! The attributes of a start tag (XML 1.0, sections 3.1 and 3.3.3).

use std::borrow::Cow;

use super::bounds::MAX_ATTRIBUTES;
use super::namespace::Namespace;
use super::refusal::Refusal;
use super::text::is_space;
use super::{names, references};

/// An attribute that declares no namespace.
#[derive(Debug)]
pub struct Attribute<'a> {
    /// The name as it is written.
    pub name: &'a str,
    /// The prefix; empty where there is none.
    pub prefix: &'a str,
    /// The name after the prefix.
    pub local: &'a str,
    /// The namespace of the prefix.
    pub namespace: Namespace,
    /// The value, with references replaced and white space turned into blanks.
    pub value: Cow<'a, str>,
    /// Where the value begins.
    pub offset: usize,
}

impl Attribute<'_> {
    /// Whether it is what a document may say anywhere about where its schema is; nothing is fetched from there.
    pub fn is_schema_hint(&self) -> bool {
        self.namespace == Namespace::SchemaInstance
            && matches!(self.local, "schemaLocation" | "noNamespaceSchemaLocation")
    }
}

/// Reads what follows the name inside a start tag. Namespaces are still to be resolved.
pub(super) fn parse<'a>(raw: &'a str, start: usize, found: &mut Vec<Attribute<'a>>) -> Result<(), Box<Refusal>> {
    let bytes = raw.as_bytes();
    let spaces = |from: usize| bytes[from..].iter().take_while(|&&byte| is_space(byte)).count();
    let mut at = 0;
    loop {
        let gap = spaces(at);
        at += gap;
        if at == bytes.len() {
            return Ok(());
        }
        if gap == 0 {
            return Err(broken(
                start + at,
                "a blank is missing before an attribute",
                "thiếu khoảng trắng trước thuộc tính",
            ));
        }
        let name_start = at;
        at += bytes[at..].iter().take_while(|&&byte| byte != b'=' && !is_space(byte)).count();
        let name = &raw[name_start..at];
        let Some((prefix, local)) = names::split(name) else {
            return Err(broken(start + name_start, "an attribute has no proper name", "tên thuộc tính không hợp lệ"));
        };
        at += spaces(at);
        if bytes.get(at) != Some(&b'=') {
            return Err(broken(start + at, "an attribute has no value", "thuộc tính không có giá trị"));
        }
        at += 1;
        at += spaces(at);
        let quote = match bytes.get(at) {
            Some(&quote @ (b'"' | b'\'')) => quote,
            _ => {
                return Err(broken(
                    start + at,
                    "the value of an attribute is not in quotes",
                    "giá trị thuộc tính không nằm trong dấu nháy",
                ));
            }
        };
        at += 1;
        let Some(length) = memchr::memchr(quote, &bytes[at..]) else {
            return Err(broken(
                start + at,
                "the value of an attribute does not end",
                "giá trị thuộc tính không kết thúc",
            ));
        };
        let offset = start + at;
        let value = normalise(&raw[at..at + length], offset)?;
        at += length + 1;
        if found.len() == MAX_ATTRIBUTES {
            return Err(Refusal::guard(
                "too_many_attributes",
                offset,
                ["an element has more attributes than the 16 that are read", "phần tử có quá 16 thuộc tính"],
                ["keep the attributes that the schema names", "chỉ giữ các thuộc tính có trong lược đồ"],
            ));
        }
        if found.iter().any(|other| other.name == name) {
            return Err(broken(
                start + name_start,
                "an attribute stands twice in one tag",
                "một thuộc tính xuất hiện hai lần trong một thẻ",
            ));
        }
        found.push(Attribute { name, prefix, local, namespace: Namespace::None, value, offset });
    }
}

/// The value that the schema sees.
fn normalise(raw: &str, offset: usize) -> Result<Cow<'_, str>, Box<Refusal>> {
    let Some(first) = raw.bytes().position(|byte| matches!(byte, b'<' | b'&' | b'\t' | b'\n' | b'\r')) else {
        return Ok(Cow::Borrowed(raw));
    };
    let mut value = String::with_capacity(raw.len());
    value.push_str(&raw[..first]);
    let mut at = first;
    while let Some(character) = raw[at..].chars().next() {
        match character {
            '<' => {
                return Err(broken(
                    offset + at,
                    "< stands in the value of an attribute",
                    "dấu < nằm trong giá trị thuộc tính",
                ));
            }
            '&' => {
                let Some(length) = memchr::memchr(b';', &raw.as_bytes()[at..]) else {
                    return Err(broken(offset + at, "a reference does not end", "tham chiếu không kết thúc"));
                };
                value.push(references::resolve(&raw[at..=at + length], offset + at)?);
                at += length + 1;
                continue;
            }
            // The two characters of a line's end count as one.
            '\r' if raw[at + 1..].starts_with('\n') => {}
            '\t' | '\n' | '\r' => value.push(' '),
            other => value.push(other),
        }
        at += character.len_utf8();
    }
    Ok(Cow::Owned(value))
}

fn broken(offset: usize, en: &str, vi: &str) -> Box<Refusal> {
    Refusal::malformed(offset, en, vi)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(raw: &str) -> Result<Vec<(String, String)>, Box<Refusal>> {
        let mut found = Vec::new();
        parse(raw, 0, &mut found)?;
        Ok(found.into_iter().map(|attribute| (attribute.name.to_owned(), attribute.value.into_owned())).collect())
    }

    #[test]
    fn attributes_are_read_with_their_references() {
        let read = values(" a=\"1\"\n b = 'x&amp;y\r\nz'  ").unwrap();
        assert_eq!(read, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "x&y z".to_owned())]);
    }

    #[test]
    fn what_is_no_attribute_is_refused() {
        for raw in [
            "a=\"1\"",
            " a",
            " a=1",
            " a=\"1\"b=\"2\"",
            " a=\"1\" a=\"2\"",
            " a=\"<\"",
            " a=\"&\"",
            " a=\"&nbsp;\"",
            " =\"1\"",
            " 9=\"1\"",
            " a=\"1",
            " /",
        ] {
            assert_eq!(values(raw).unwrap_err().code, "not_well_formed", "{raw}");
        }
        let many: String = (0..17).map(|number| format!(" a{number}=''")).collect();
        assert_eq!(values(&many).unwrap_err().code, "too_many_attributes");
    }
}
