//! The guards of the reader, one by one: what it refuses outright, and what it tells and passes over.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod common;

use common::samples;
use message::{Reading, read_answer, read_command, read_declaration, read_notice, read_payment};
use vocabulary::Finding;

const SAMPLE: &str = "a11-sea-freight-and-insurance.xml";

fn sample(name: &str) -> String {
    samples("declaration/1.0/samples-valid").into_iter().find(|(file, _)| file == name).unwrap().1
}

/// The one reason why a document cannot be read at all.
#[track_caller]
fn refused(document: &[u8]) -> Finding {
    match read_declaration(document) {
        Reading::Unreadable(mut findings) => {
            assert_eq!(findings.len(), 1, "{findings:#?}");
            findings.remove(0)
        }
        Reading::Read { findings, .. } => panic!("it was read, with {findings:#?}"),
    }
}

/// The code and the path of everything that is wrong with a document that can be read.
#[track_caller]
fn told(document: &str) -> Vec<(String, String)> {
    match read_declaration(document.as_bytes()) {
        Reading::Read { findings, .. } => {
            for finding in &findings {
                assert!(!finding.mend.en.is_empty() && !finding.mend.vi.is_empty(), "{finding:#?}");
                assert!(finding.line.is_some() && finding.column.is_some(), "{finding:#?}");
            }
            findings.into_iter().map(|finding| (finding.code, finding.path)).collect()
        }
        Reading::Unreadable(findings) => panic!("it was not read: {findings:#?}"),
    }
}

/// The sample with one part in place of another.
#[track_caller]
fn changed(from: &str, to: &str) -> String {
    let sample = sample(SAMPLE);
    assert!(sample.contains(from), "{from}");
    sample.replacen(from, to, 1)
}

#[track_caller]
fn check_told(document: &str, code: &str, path: &str) {
    assert_eq!(told(document), [(code.to_owned(), path.to_owned())]);
}

#[test]
fn two_mebibytes_are_read_and_one_byte_more_is_not() {
    let sample = sample(SAMPLE);
    let fill = |size: usize| {
        let blank = " ".repeat(size - sample.len());
        sample.replacen("</Declaration>", &format!("{blank}</Declaration>"), 1)
    };
    let most = fill(2 << 20);
    assert_eq!(most.len(), 2 << 20);
    assert_eq!(told(&most), []);
    assert_eq!(refused(fill((2 << 20) + 1).as_bytes()).code, "too_large");
    // Nothing is read before the size is known to be right.
    assert_eq!(refused(&vec![0; 3 << 20]).code, "too_large");
}

#[test]
fn thirty_two_levels_are_read_and_one_more_is_not() {
    let nested = |depth: usize| {
        let (open, close) = ("<a>".repeat(depth - 1), "</a>".repeat(depth - 1));
        changed("</Declaration>", &format!("{open}{close}</Declaration>"))
    };
    check_told(&nested(32), "unknown_element", "/Declaration/a");
    assert_eq!(refused(nested(33).as_bytes()).code, "too_deep");
    // The reader does not recurse, so that no depth can exhaust the stack.
    assert_eq!(refused("<a>".repeat(100_000).as_bytes()).code, "wrong_root");
}

#[test]
fn fifty_goods_items_are_read_and_the_next_is_refused() {
    let fifty = sample("a12-fifty-lines.xml");
    assert_eq!(told(&fifty), []);
    let begin = fifty.rfind("    <GovernmentAgencyGoodsItem>").unwrap();
    let end = fifty.rfind("  </GoodsShipment>").unwrap();
    let more = |count: usize| format!("{}{}{}", &fifty[..end], fifty[begin..end].repeat(count), &fifty[end..]);
    for count in [1, 1_000] {
        let Reading::Read { declaration, findings } = read_declaration(more(count).as_bytes()) else {
            panic!("unreadable")
        };
        assert_eq!(findings[0].code, "too_many_goods_items", "{findings:#?}");
        assert!(findings[0].path.contains("GovernmentAgencyGoodsItem"), "{}", findings[0].path);
        assert_eq!(declaration.goods_items.len(), 50);
    }
}

#[test]
fn a_line_is_named_by_the_number_that_it_declares() {
    let fifty = sample("a12-fifty-lines.xml");
    let last = fifty.rfind("<SequenceNumeric>50</SequenceNumeric>").unwrap();
    let numbers = |number: &str, unit: &str| {
        let line = fifty[last..].replacen("50</Seq", &format!("{number}</Seq"), 1);
        let document = format!("{}{}", &fifty[..last], line.replacen("\"PCE\"", unit, 1));
        let Reading::Read { findings, .. } = read_declaration(document.as_bytes()) else { panic!("unreadable") };
        findings.into_iter().map(|finding| (finding.code, finding.item)).collect::<Vec<_>>()
    };
    assert_eq!(numbers("73", "\"PCE\""), []);
    assert_eq!(numbers("73", "\"P C E\""), [("value_too_long".to_owned(), Some(73))]);
    // One whose number cannot be read is known by its place.
    let both = numbers("fifty", "\"P C E\"");
    assert!(both.len() == 2 && both.iter().all(|(_, item)| *item == Some(50)), "{both:?}");
}

#[test]
fn fields_have_a_length() {
    let importer = "/Declaration/GoodsShipment/Importer";
    let name = |length: usize| changed("<Name>Công ty Mẫu</Name>", &format!("<Name>{}</Name>", "ệ".repeat(length)));
    let most = (1..400).rev().find(|&length| told(&name(length)).is_empty()).unwrap();
    // Characters count, not bytes: each of these has three.
    assert_eq!(most, 300);
    check_told(&name(most + 1), "value_too_long", &format!("{importer}/Name"));
    check_told(&name(100_000), "value_too_long", &format!("{importer}/Name"));
    check_told(
        &changed("<ID>0100233488</ID>", "<ID>010023348800011</ID>"),
        "value_too_long",
        &format!("{importer}/ID"),
    );
    let number = format!("<VersionID>{}</VersionID>", "9".repeat(1_000));
    check_told(&changed("<VersionID>1</VersionID>", &number), "number_too_long", "/Declaration/VersionID");
}

#[test]
fn a_value_that_is_repeated_in_a_finding_is_cut() {
    let document = changed("<Name>Công ty Mẫu</Name>", &format!("<Name>{}</Name>", "x".repeat(1_000_000)));
    let Reading::Read { findings, .. } = read_declaration(document.as_bytes()) else { panic!("unreadable") };
    assert!(findings[0].value.as_ref().unwrap().len() < 200);
}

#[test]
fn document_types_are_refused() {
    for doctype in [
        "<!DOCTYPE Declaration>",
        "<!DOCTYPE Declaration SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE Declaration [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]>",
    ] {
        let finding = refused(changed("<Declaration ", &format!("{doctype}<Declaration ")).as_bytes());
        assert_eq!(finding.code, "doctype_refused");
        assert!(finding.line.is_some());
    }
}

#[test]
fn only_one_root_stands_in_a_document() {
    let sample = sample(SAMPLE);
    let body = sample.split_once("?>").unwrap().1;
    for document in [format!("{sample}{body}"), format!("{sample}<x/>"), format!("{sample}text")] {
        assert_eq!(refused(document.as_bytes()).code, "not_well_formed");
    }
}

#[test]
fn characters_that_xml_does_not_have_are_refused() {
    for character in
        ["\u{0}", "\u{1}", "\u{b}", "\u{1f}", "\u{fffe}", "\u{ffff}", "&#0;", "&#1;", "&#xFFFE;", "&#xD800;"]
    {
        let finding = refused(changed("Công ty Mẫu", &format!("Công {character}")).as_bytes());
        assert_eq!(finding.code, "not_well_formed", "{character:?}");
        assert_eq!(finding.line, Some(27), "{character:?}");
    }
    assert_eq!(told(&changed("Công ty Mẫu", "Công ty \u{fffd}\u{1f69a} &#x1EF1;")), []);
}

#[test]
fn other_encodings_are_refused() {
    let sample = sample(SAMPLE);
    let utf_16: Vec<u8> = [0xFEFF].into_iter().chain(sample.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(&utf_16).code, "encoding_refused");
    let latin: Vec<u8> = sample.replace('M', "\u{e9}").chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
    assert_eq!(refused(&latin).code, "encoding_refused");
    for declared in ["UTF-16", "ISO-8859-1", "windows-1258", "TCVN-5712"] {
        let document = changed("encoding=\"UTF-8\"", &format!("encoding=\"{declared}\""));
        assert_eq!(refused(document.as_bytes()).code, "encoding_refused", "{declared}");
    }
    // A byte order mark is fine.
    assert_eq!(told(&format!("\u{FEFF}{sample}")), []);
}

#[test]
fn elements_that_the_schema_does_not_have_are_told_and_passed_over() {
    let document = changed("<VersionID>", "<Extra><Deeper>1</Deeper></Extra>\n  <VersionID>");
    check_told(&document, "unknown_element", "/Declaration/Extra");
    // An element of the schema in another place is as unknown there.
    let document = changed("<VersionID>", "<Commodity/>\n  <VersionID>");
    check_told(&document, "unknown_element", "/Declaration/Commodity");
    let document = changed("<VersionID>1", "<VersionID><b>1</b>1");
    assert_eq!(told(&document)[0].0, "unknown_element");
}

#[test]
fn an_element_that_stands_twice_is_told() {
    check_told(
        &changed("<VersionID>1</VersionID>", "<VersionID>1</VersionID><VersionID>2</VersionID>"),
        "repeated_element",
        "/Declaration/VersionID",
    );
}

#[test]
fn an_element_in_the_wrong_place_is_told() {
    let id = "<FunctionalReferenceID>SAMPLE-01</FunctionalReferenceID>";
    let sample = sample(SAMPLE);
    let without = sample.replacen(id, "", 1);
    assert_ne!(sample, without);
    let document = without.replacen("</VersionID>", &format!("</VersionID>{id}"), 1);
    let told = told(&document);
    assert!(told.iter().any(|(code, _)| code == "misplaced_element"), "{told:?}");
}

#[test]
fn text_among_elements_is_told() {
    assert_eq!(told(&changed("<VersionID>", "stray <VersionID>"))[0].0, "text_not_allowed");
}

#[test]
fn another_namespace_is_refused() {
    for namespace in
        ["urn:thongquan:declaration:2", "URN:THONGQUAN:DECLARATION:1", "urn:wco:datamodel:WCO:DEC-DMS:2", ""]
    {
        let document = changed("urn:thongquan:declaration:1", namespace);
        assert_eq!(refused(document.as_bytes()).code, "wrong_namespace", "{namespace}");
    }
    assert_eq!(refused(b"<Invoice xmlns='urn:thongquan:declaration:1'/>").code, "wrong_root");
    // Inside the document another namespace is told as one.
    let document = changed("<VersionID>", "<x:VersionID xmlns:x=\"urn:x\">1</x:VersionID><VersionID>");
    assert_eq!(told(&document)[0].0, "wrong_namespace");
}

#[test]
fn nothing_and_nearly_nothing_are_refused() {
    for document in [&b""[..], b" \n", b"null", b"{}", b"\xEF\xBB\xBF", b"<", b"<!-- -->", b"<?xml version=\"1.0\"?>"] {
        let finding = refused(document);
        assert!(
            ["not_well_formed", "encoding_refused"].contains(&finding.code.as_str()),
            "{document:?}: {}",
            finding.code
        );
        assert!(!finding.mend.en.is_empty() && !finding.mend.vi.is_empty());
    }
    for document in [&b"\0"[..], b"\0\0\0\0"] {
        refused(document);
    }
    let empty = told("<Declaration xmlns='urn:thongquan:declaration:1'/>");
    assert!(empty.iter().all(|(code, _)| code == "missing_element") && empty.len() >= 5, "{empty:?}");
    check_told(&changed("<VersionID>1</VersionID>", "<VersionID/>"), "value_missing", "/Declaration/VersionID");
    let nil = "<VersionID xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>";
    let told: Vec<String> = told(&changed("<VersionID>1</VersionID>", nil)).into_iter().map(|(code, _)| code).collect();
    assert_eq!(told, ["value_missing", "unknown_attribute"]);
}

#[test]
fn attributes_are_counted_and_known() {
    let many: String = (0..17).map(|number| format!(" a{number}=\"\"")).collect();
    let document = changed("<VersionID>", &format!("<VersionID{many}>"));
    assert_eq!(refused(document.as_bytes()).code, "too_many_attributes");
    assert_eq!(told(&changed("<VersionID>", "<VersionID schemeID=\"x\">"))[0].0, "unknown_attribute");
    let document = changed("<TariffQuantity unitCode=\"PCE\">", "<TariffQuantity>");
    assert_eq!(told(&document)[0].0, "missing_attribute");
}

#[test]
fn the_small_documents_are_guarded_alike() {
    for (read, name) in [
        (&(|bytes: &[u8]| read_payment(bytes).err()) as &dyn Fn(&[u8]) -> Option<Vec<Finding>>, "PaymentConfirmation"),
        (&|bytes: &[u8]| read_notice(bytes).err(), "Notice"),
        (&|bytes: &[u8]| read_command(bytes).err(), "Command"),
        (&|bytes: &[u8]| read_answer(bytes).err(), "Answer"),
    ] {
        for (document, code) in [
            (vec![b' '; (2 << 20) + 1], "too_large"),
            (format!("<!DOCTYPE {name}><{name}/>").into_bytes(), "doctype_refused"),
            (format!("<{name} xmlns='urn:other'/>").into_bytes(), "wrong_namespace"),
            (b"<a/>".to_vec(), "wrong_root"),
            (b"\xFF\xFE<\0".to_vec(), "encoding_refused"),
            (Vec::new(), "not_well_formed"),
        ] {
            assert_eq!(read(&document).unwrap()[0].code, code);
        }
    }
}

/// Whatever stands where: no document may make the reader panic.
#[test]
fn no_cut_and_no_byte_makes_the_reader_panic() {
    let sample = sample(SAMPLE).into_bytes();
    let mut chance = common::Chance(20_261_126);
    for _ in 0..3_000 {
        let mut document = sample[..chance.below(sample.len())].to_vec();
        for _ in 0..chance.below(4) {
            if !document.is_empty() {
                let at = chance.below(document.len());
                document[at] = u8::try_from(chance.below(256)).unwrap();
            }
        }
        let _ = (read_declaration(&document), read_payment(&document), read_notice(&document));
        let _ = (read_command(&document), read_answer(&document));
    }
}
