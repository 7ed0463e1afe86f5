//! A kind of document that nothing in the crate knows is read by the same tokenizer and the same small reader: a quarantine
//! certificate in a namespace of its own, and an envelope that mixes two namespaces.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

use message::small::{Cursor, Format, Out, read, shapes};
use message::xml::{Namespace, Token, Tokens, text_of};
use vocabulary::{Finding, Kind, Value};

const FORMAT: Format = Format {
    root: "QuarantineCertificate",
    namespace: "urn:example:quarantine:3",
    schema: "schemas/quarantine/3.0",
    law: "a law on quarantine",
};

#[derive(Debug, PartialEq)]
struct Certificate {
    number: String,
    declaration: Option<String>,
    heads: Vec<u32>,
}

fn read_certificate(document: &str) -> Result<Certificate, Vec<Finding>> {
    read(document.as_bytes(), &FORMAT, |cursor| {
        let number = cursor.value("ID", Kind::Ascii { max: 20 }).and_then(shapes::text);
        let declaration = cursor.optional_value("DeclarationID", shapes::DECLARATION_ID).and_then(shapes::text);
        let mut heads = Vec::new();
        while let Some(herd) = cursor.optional("Herd") {
            heads.extend(cursor.group(herd, herd_size));
        }
        Some(Certificate { number: number?, declaration, heads })
    })
}

fn herd_size(cursor: &mut Cursor<'_>) -> Option<u32> {
    let day = cursor.value("ExaminationDate", Kind::Date);
    let heads = cursor.parsed("Heads", shapes::NUMBER_SHAPE, shapes::number);
    matches!(day?, Value::Date(_)).then_some(heads?)
}

fn written() -> String {
    let mut out = Out::begin(FORMAT.root, FORMAT.namespace);
    out.leaf(1, "ID", "", "KD-7 & 8");
    out.optional(1, "DeclarationID", Some("108399733040"));
    for heads in ["12", "30"] {
        out.open(1, "Herd");
        out.leaf(2, "ExaminationDate", "", "2026-11-24");
        out.leaf(2, "Heads", "", heads);
        out.close(1, "Herd");
    }
    String::from_utf8(out.end(FORMAT.root)).unwrap()
}

#[test]
fn another_kind_of_document_reads_back() {
    let expected = Certificate {
        number: "KD-7 & 8".to_owned(),
        declaration: Some("108399733040".to_owned()),
        heads: vec![12, 30],
    };
    assert_eq!(read_certificate(&written()), Ok(expected));
}

#[test]
fn what_is_wrong_with_it_is_told_after_its_own_schema() {
    let broken =
        written().replace("<Heads>12", "<Heads>twelve").replace("<ID>", "<ID xmlns=\"urn:thongquan:notice:1\">");
    let findings = read_certificate(&broken).unwrap_err();
    let seen: Vec<_> = findings.iter().map(|finding| (finding.code.as_str(), finding.path.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("missing_element", "/QuarantineCertificate/ID"),
            ("unknown_element", "/QuarantineCertificate/ID"),
            ("value_malformed", "/QuarantineCertificate/Herd/Heads"),
        ],
        "a namespace of ours is as foreign to it as any other"
    );
    assert!(findings.iter().all(|finding| finding.law == FORMAT.law && finding.rule.starts_with(FORMAT.schema)));
    let elsewhere = written().replace("quarantine:3", "quarantine:4");
    assert_eq!(read_certificate(&elsewhere).unwrap_err()[0].code, "wrong_namespace");
    // Documents of ours are not taken for one.
    let notice = "<Notice xmlns='urn:thongquan:notice:1'/>";
    assert_eq!(read_certificate(notice).unwrap_err()[0].code, "wrong_root");
}

#[test]
fn a_document_may_be_written_in_several_namespaces() {
    let document = "<s:Envelope xmlns:s='urn:soap' xmlns:e='urn:ebms' xmlns:tq='urn:thongquan:declaration:1'>\
                    <s:Header e:id='7'><e:Action/></s:Header><tq:Declaration/></s:Envelope>";
    let own = ["urn:soap", "urn:ebms"];
    let mut tokens = Tokens::new(text_of(document.as_bytes()).unwrap(), &own);
    let mut seen = Vec::new();
    loop {
        match tokens.next().unwrap() {
            Token::Start(tag) => {
                seen.push((tag.local.to_owned(), tag.namespace));
                seen.extend(tokens.attributes().iter().map(|found| (format!("@{}", found.local), found.namespace)));
            }
            Token::EndOfDocument => break,
            _ => {}
        }
    }
    let expected = [
        ("Envelope", Namespace::Own(0)),
        ("Header", Namespace::Own(0)),
        ("@id", Namespace::Own(1)),
        ("Action", Namespace::Own(1)),
        ("Declaration", Namespace::Other),
    ];
    assert_eq!(seen, expected.map(|(name, namespace)| (name.to_owned(), namespace)));
}
