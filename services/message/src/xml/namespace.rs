//! Which namespace a name belongs to.

pub(super) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
pub(super) const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";
const SCHEMA_INSTANCE_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A namespace, as far as whoever reads a document tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// No namespace.
    None,
    /// One of those that the document is written in, by its place among them.
    Own(u8),
    /// What instance documents may say about their schema.
    SchemaInstance,
    /// XML itself.
    Xml,
    /// Any other.
    Other,
}

impl Namespace {
    /// The namespace of this URI, for a document that is written in these.
    pub(super) fn of(uri: &str, own: &[&str]) -> Self {
        match uri {
            "" => Self::None,
            SCHEMA_INSTANCE_NAMESPACE => Self::SchemaInstance,
            XML_NAMESPACE => Self::Xml,
            _ => (0..).zip(own).find(|(_, known)| **known == uri).map_or(Self::Other, |(at, _)| Self::Own(at)),
        }
    }
}
