//! Reads XML strictly: no document type, no entities of its own, no processing instructions, bounded in size, nodes and
//! depth. Elements are asked for by namespace and name, in the order in which the schema has them.

use xml_sec::{Document, Node, ParsingOptions};

use super::error::{EbmsError, ErrorCode};

/// The most bytes of an envelope or an agreement.
pub const MAX_BYTES: usize = 1024 * 1024;

/// The most elements, texts and comments.
pub const MAX_NODES: u32 = 20_000;

/// How deep elements may stand in each other. A signature in an envelope stands eight deep.
pub const MAX_DEPTH: usize = 24;

/// # Errors
/// `OtherXml`: what is wrong with the document.
pub fn parse(bytes: &[u8]) -> Result<Document<'_>, EbmsError> {
    let refuse = |what: String| EbmsError::nowhere(ErrorCode::OtherXml, what);
    if bytes.len() > MAX_BYTES {
        return Err(refuse("the document has more than 1 MiB".to_owned()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| refuse("the document is not UTF-8".to_owned()))?;
    // What a declared encoding would make of the bytes is not what was checked to be UTF-8.
    if declared_encoding(text).is_some_and(|name| !["utf-8", "us-ascii"].contains(&name.to_ascii_lowercase().as_str()))
    {
        return Err(refuse("the document declares another encoding than UTF-8".to_owned()));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| refuse(format!("the XML is not accepted: {error}")))?;
    for node in document.descendants() {
        if node.is_pi() {
            return Err(refuse("the document holds a processing instruction".to_owned()));
        }
        if node.ancestors().nth(MAX_DEPTH + 1).is_some() {
            return Err(refuse(format!("elements stand more than {MAX_DEPTH} deep in each other")));
        }
    }
    Ok(document)
}

fn declared_encoding(text: &str) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let declaration = text.strip_prefix("<?xml")?;
    let declaration = &declaration[..declaration.find("?>")?];
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|sign| ['"', '\''].contains(sign))?;
    value[1..].split(quote).next()
}

/// Whether the node is this element.
pub fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.has_tag_name((namespace, name))
}

/// The elements in a node one by one, in their order.
pub struct Elements<'a> {
    parent: &'static str,
    rest: std::vec::IntoIter<Node<'a, 'a>>,
}

impl<'a> Elements<'a> {
    /// The elements in `node`, which a refusal calls `parent`.
    ///
    /// # Errors
    /// `OtherXml` where text stands between them.
    pub fn of(node: Node<'a, 'a>, parent: &'static str) -> Result<Self, EbmsError> {
        let text = node.children().any(|child| child.is_text() && !is_blank(child.text()));
        if text {
            return Err(EbmsError::new(ErrorCode::OtherXml, parent, "text stands between elements"));
        }
        let elements: Vec<Node<'a, 'a>> = node.children().filter(Node::is_element).collect();
        Ok(Self { parent, rest: elements.into_iter() })
    }

    /// The next element, if it is this one.
    pub fn take(&mut self, namespace: &str, name: &str) -> Option<Node<'a, 'a>> {
        let next = self.rest.as_slice().first().copied().filter(|node| is(*node, namespace, name))?;
        self.rest.next();
        Some(next)
    }

    /// # Errors
    /// `OtherXml` when another element comes next, or none.
    pub fn expect(&mut self, namespace: &str, name: &str) -> Result<Node<'a, 'a>, EbmsError> {
        let found = self.rest.as_slice().first().map_or("nothing", |node| node.tag_name().name());
        let what = format!("{name} is expected here, and {found} stands here");
        self.take(namespace, name).ok_or_else(|| EbmsError::new(ErrorCode::OtherXml, self.parent, what))
    }

    /// All that come next and are this element.
    pub fn all(&mut self, namespace: &str, name: &str) -> Vec<Node<'a, 'a>> {
        std::iter::from_fn(|| self.take(namespace, name)).collect()
    }

    /// All that are left, whatever they are.
    pub fn others(self) -> impl Iterator<Item = Node<'a, 'a>> {
        self.rest
    }

    /// Passes over what others may add at the end, in namespaces of their own.
    ///
    /// # Errors
    /// `OtherXml` when something of `namespace` is left.
    pub fn end_with_others(self, namespace: &str) -> Result<(), EbmsError> {
        let own = |node: &Node<'_, '_>| node.tag_name().namespace().is_none_or(|found| found == namespace);
        self.end_unless(own)
    }

    /// # Errors
    /// `OtherXml` when something is left.
    pub fn end(self) -> Result<(), EbmsError> {
        self.end_unless(|_| true)
    }

    fn end_unless(mut self, wrong: impl Fn(&Node<'_, '_>) -> bool) -> Result<(), EbmsError> {
        match self.rest.find(|node| wrong(node)) {
            None => Ok(()),
            Some(node) => {
                let what = format!("{} does not belong here", node.tag_name().name());
                Err(EbmsError::new(ErrorCode::OtherXml, self.parent, what))
            }
        }
    }
}

/// The text of an element that holds nothing else. Comments in it join what stands around them, as they do where it is
/// signed.
///
/// # Errors
/// `OtherXml` where an element stands in it, or no text.
pub fn text(node: Node<'_, '_>, location: &str) -> Result<String, EbmsError> {
    if node.children().any(|child| child.is_element()) {
        return Err(EbmsError::new(ErrorCode::OtherXml, location, "an element stands where text is expected"));
    }
    let text: String = node.children().filter(Node::is_text).filter_map(Node::text).collect();
    if text.is_empty() {
        return Err(EbmsError::new(ErrorCode::OtherXml, location, "the text is missing"));
    }
    Ok(text)
}

/// An `xsd:boolean`.
pub fn boolean(value: &str) -> Option<bool> {
    match value.trim() {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

/// Whether there is nothing but XML's white space.
pub fn is_blank(text: Option<&str>) -> bool {
    text.unwrap_or_default().bytes().all(|sign| b" \t\r\n".contains(&sign))
}

/// Writes text so that it is read as it was, in an element or between double quotes.
///
/// # Errors
/// `OtherXml` for a character that XML 1.0 cannot hold.
pub fn escape(text: &str, out: &mut String) -> Result<(), EbmsError> {
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                return Err(EbmsError::nowhere(ErrorCode::OtherXml, format!("XML cannot hold {sign:?}")));
            }
            sign => out.push(sign),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(document: &str) -> String {
        parse(document.as_bytes()).unwrap_err().description.unwrap()
    }

    #[test]
    fn what_could_hurt_is_refused() {
        assert!(refused("<!DOCTYPE a><a/>").contains("not accepted"));
        assert!(refused("<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>").contains("not accepted"));
        assert!(refused("<a>&b;</a>").contains("not accepted"));
        assert!(refused("<a><?b c?></a>").contains("processing instruction"));
        assert!(refused(&format!("{}{}", "<a>".repeat(30), "</a>".repeat(30))).contains("deep"));
        assert!(refused(&"<a>".repeat(100_000)).contains("not accepted"));
        assert!(refused(&format!("<a>{}</a>", "<b/>".repeat(30_000))).contains("not accepted"));
        assert!(refused("<?xml version='1.0' encoding='UTF-16'?><a/>").contains("encoding"));
        assert!(refused(&" ".repeat(MAX_BYTES + 1)).contains("1 MiB"));
        assert!(parse(b"<a>\xff</a>").is_err());
        assert!(parse("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><a/>".as_bytes()).is_ok());
    }

    #[test]
    fn a_comment_does_not_cut_a_text_short() {
        let document = parse(b"<a>TH<!-- x -->AI</a>").unwrap();
        assert_eq!(text(document.root_element(), "a").unwrap(), "THAI");
    }

    #[test]
    fn text_is_read_as_it_was_written() {
        let odd = "a<b>&\"'\r\n\t\u{85}\u{2028}ệ";
        let mut xml = String::from("<a b=\"");
        escape(odd, &mut xml).unwrap();
        xml.push_str("\">");
        escape(odd, &mut xml).unwrap();
        xml.push_str("</a>");
        let document = parse(xml.as_bytes()).unwrap();
        let root = document.root_element();
        assert_eq!((root.attribute("b"), text(root, "a").unwrap().as_str()), (Some(odd), odd));
        assert!(escape("\0", &mut String::new()).is_err());
    }
}
