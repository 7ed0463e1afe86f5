//! `ds:Reference` elements: what a signature covers. An acknowledgment copies those of the message that it acknowledges
//! (ebMS 2.0, section 6.3.2.3).

use xml_sec::Node;

use super::super::error::{EbmsError, ErrorCode};
use super::super::namespace::{DS, SOAP};
use super::super::xml::{self, Elements};

/// One `ds:Reference`, as it was written but for white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedReference {
    /// Empty for the envelope, `cid:...` for a part.
    pub uri: String,
    pub transforms: Vec<Transform>,
    /// The algorithm of the digest.
    pub digest_method: String,
    /// The digest in base64, without white space.
    pub digest_value: String,
}

/// What is done to the referenced before its digest is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transform {
    pub algorithm: String,
    pub xpath: Option<XPath>,
}

/// The expression of an XPath transform, with the prefix that it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XPath {
    pub expression: String,
    /// The prefix of `@soap:actor` and the namespace that it stood for, where it stood for one.
    pub prefix: Option<(String, String)>,
}

impl SignedReference {
    /// # Errors
    /// `OtherXml` where the element is not as the schema of XML signatures has it.
    pub fn read(node: Node<'_, '_>) -> Result<Self, EbmsError> {
        let mut elements = Elements::of(node, "Reference")?;
        let uri = node.attribute("URI").ok_or_else(|| wrong("a reference has no URI"))?.to_owned();
        let transforms = match elements.take(DS, "Transforms") {
            None => Vec::new(),
            Some(transforms) => {
                let mut elements = Elements::of(transforms, "Transforms")?;
                let found = elements.all(DS, "Transform");
                elements.end()?;
                found.into_iter().map(Transform::read).collect::<Result<_, _>>()?
            }
        };
        let method = elements.expect(DS, "DigestMethod")?;
        let digest_method = method.attribute("Algorithm").ok_or_else(|| wrong("a digest has no algorithm"))?.to_owned();
        let value = xml::text(elements.expect(DS, "DigestValue")?, "DigestValue")?;
        elements.end()?;
        Ok(Self { uri, transforms, digest_method, digest_value: without_space(&value) })
    }
}

impl Transform {
    fn read(node: Node<'_, '_>) -> Result<Self, EbmsError> {
        let algorithm = node.attribute("Algorithm").ok_or_else(|| wrong("a transform has no algorithm"))?.to_owned();
        let Some(element) = node.children().find(|child| xml::is(*child, DS, "XPath")) else {
            return Ok(Self { algorithm, xpath: None });
        };
        let expression = xml::text(element, "XPath")?;
        let prefix = expression.split_once(":actor").and_then(|(before, _)| before.rsplit_once('@'));
        let prefix = prefix.and_then(|(_, prefix)| {
            let namespace = element.lookup_namespace_uri(Some(prefix))?;
            Some((prefix.to_owned(), namespace.to_owned()))
        });
        Ok(Self { algorithm, xpath: Some(XPath { expression, prefix }) })
    }
}

/// Base64 is cut into lines by most who write it.
pub(in crate::ebms) fn without_space(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_ascii_whitespace()).collect()
}

fn wrong(what: &str) -> EbmsError {
    EbmsError::new(ErrorCode::OtherXml, "Reference", what)
}

/// Writes a reference where the prefixes `ds` and `soap` are declared.
///
/// # Errors
/// `OtherXml` for a character that XML cannot hold.
pub(in crate::ebms) fn write_reference(reference: &SignedReference, out: &mut String) -> Result<(), EbmsError> {
    out.push_str("<ds:Reference URI=\"");
    xml::escape(&reference.uri, out)?;
    out.push_str("\">");
    if !reference.transforms.is_empty() {
        out.push_str("<ds:Transforms>");
        for transform in &reference.transforms {
            write_transform(transform, out)?;
        }
        out.push_str("</ds:Transforms>");
    }
    out.push_str("<ds:DigestMethod Algorithm=\"");
    xml::escape(&reference.digest_method, out)?;
    out.push_str("\"/><ds:DigestValue>");
    xml::escape(&reference.digest_value, out)?;
    out.push_str("</ds:DigestValue></ds:Reference>");
    Ok(())
}

fn write_transform(transform: &Transform, out: &mut String) -> Result<(), EbmsError> {
    out.push_str("<ds:Transform Algorithm=\"");
    xml::escape(&transform.algorithm, out)?;
    let Some(xpath) = &transform.xpath else {
        out.push_str("\"/>");
        return Ok(());
    };
    out.push_str("\"><ds:XPath");
    if let Some((prefix, namespace)) = xpath.prefix.as_ref().filter(|(prefix, of)| prefix != "soap" || of != SOAP) {
        out.push_str(&format!(" xmlns:{prefix}=\""));
        xml::escape(namespace, out)?;
        out.push('"');
    }
    out.push('>');
    xml::escape(&xpath.expression, out)?;
    out.push_str("</ds:XPath></ds:Transform>");
    Ok(())
}
