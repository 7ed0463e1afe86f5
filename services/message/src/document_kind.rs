//! What kind of document a message holds, by its root element and namespace.

use crate::xml::{self, Namespace, Token, Tokens};

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// A lodged declaration, an amendment or a cancellation.
    Declaration,
    /// A bank's confirmation of a payment.
    Payment,
    /// A notice to the declarant.
    Notice,
    /// A command of an officer, a gate or the calendar.
    Command,
    /// The answer to a command.
    Answer,
    /// None of ours, or not XML as far as its first element.
    Unknown,
}

/// Tells the kind of a document from its beginning. What follows the first tag is not looked at.
pub fn document_kind(bytes: &[u8]) -> DocumentKind {
    let Ok(source) = xml::text_of(bytes) else {
        return DocumentKind::Unknown;
    };
    match Tokens::new(source).next() {
        Ok(Token::Start(tag)) => match (tag.namespace, tag.local) {
            (Namespace::Declaration, "Declaration") => DocumentKind::Declaration,
            (Namespace::Payment, "PaymentConfirmation") => DocumentKind::Payment,
            (Namespace::Notice, "Notice") => DocumentKind::Notice,
            (Namespace::Command, "Command") => DocumentKind::Command,
            (Namespace::Answer, "Answer") => DocumentKind::Answer,
            _ => DocumentKind::Unknown,
        },
        _ => DocumentKind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_told_apart() {
        for (document, kind) in [
            (
                "<?xml version='1.0'?>\n<!-- x --><Declaration xmlns='urn:thongquan:declaration:1'/>",
                DocumentKind::Declaration,
            ),
            ("<p:PaymentConfirmation xmlns:p='urn:thongquan:payment:1'>", DocumentKind::Payment),
            ("<Notice xmlns='urn:thongquan:notice:1'>", DocumentKind::Notice),
            ("<Command xmlns='urn:thongquan:command:1'>", DocumentKind::Command),
            ("<Answer xmlns='urn:thongquan:answer:1'/>", DocumentKind::Answer),
            ("<Notice xmlns='urn:thongquan:declaration:1'>", DocumentKind::Unknown),
            ("<Declaration/>", DocumentKind::Unknown),
            ("<!DOCTYPE Declaration><Declaration xmlns='urn:thongquan:declaration:1'/>", DocumentKind::Unknown),
            ("{}", DocumentKind::Unknown),
            ("", DocumentKind::Unknown),
        ] {
            assert_eq!(document_kind(document.as_bytes()), kind, "{document}");
        }
    }
}
