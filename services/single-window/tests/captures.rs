//! Every message that an independent implementation sent or was sent: read, verified where it is signed, and refused where
//! something was changed.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod common;

use common::{Capture, assert_valid, captures, certificate, published_schema};
use single_window::ebms::{EbmsError, Envelope, ErrorCode, Package, envelope, signature, xml};

fn all() -> Vec<Capture> {
    ["raw", "lab", "resends"].into_iter().flat_map(captures).collect()
}

fn read(capture: &Capture) -> Result<(Package, Envelope), EbmsError> {
    let package = Package::read(capture.header("Content-Type").unwrap_or(""), &capture.body).map_err(|no| no.error)?;
    let envelope = envelope::read(&xml::parse(&package.soap)?)?;
    Ok((package, envelope))
}

/// Answers of a server that found nothing to say in ebMS.
fn is_fault(capture: &Capture) -> bool {
    capture.start.starts_with("HTTP/1.1 5")
}

#[test]
fn every_capture_is_read_or_refused_for_what_is_wrong_with_it() {
    let mut read_well = 0;
    for capture in all().iter().filter(|capture| !is_fault(capture)) {
        let wanted = match capture.name.trim_end_matches("-req") {
            "19-malformed-xml" | "20-order-swapped" | "33-doctype" => Some(ErrorCode::OtherXml),
            "28-version-3" | "32-unknown-mustunderstand" => Some(ErrorCode::NotSupported),
            "99-xop-type" => Some(ErrorCode::MimeProblem),
            _ => None,
        };
        match (read(capture), wanted) {
            (Ok(_), None) => read_well += 1,
            (Err(error), Some(code)) => assert_eq!(error.code, code, "{}: {error}", capture.name),
            (read, wanted) => panic!("{}: {read:?} instead of {wanted:?}", capture.name),
        }
    }
    assert!(read_well > 150, "{read_well}");
}

#[test]
fn what_is_read_is_written_and_read_again() {
    for capture in all().iter().filter(|capture| !is_fault(capture)) {
        let Ok((_, read)) = read(capture) else { continue };
        let written = envelope::write(&read).unwrap();
        let again = envelope::read(&xml::parse(written.as_bytes()).unwrap()).unwrap();
        assert_eq!(again, read, "{}", capture.name);
    }
}

#[test]
fn every_signature_verifies_by_the_key_of_its_sender_alone() {
    let refused = [
        "52-tampered-attachment-req",
        "53-tampered-header-req",
        "54-wrong-key-same-ca-req",
        "57-attachment-not-signed-req",
        "60-exc-c14n-everywhere-req",
        "61-no-xpath-transform-req",
        "62-sha512-digest-req",
        "63-rsa-sha512-req",
        "80-ack-signed-wrong-key-req",
    ];
    let (mut verified, mut turned_away) = (0, Vec::new());
    let all = all();
    for capture in all.iter().filter(|capture| !is_fault(capture)) {
        let Ok((package, envelope)) = read(capture) else { continue };
        let document = xml::parse(&package.soap).unwrap();
        if !signature::is_signed(&document) {
            continue;
        }
        let from = envelope.header.from.ids[0].value.as_str();
        let (own, other) = if from == "TH" { ("th-sign", "vn-sign") } else { ("vn-sign", "th-sign") };
        let (own, other) = (certificate(own), certificate(other));
        match signature::verify(&document, &package.parts, &[&own]) {
            Ok(references) => {
                assert_eq!(references.len(), 1 + package.parts.len(), "{}", capture.name);
                verified += 1;
            }
            Err(error) => {
                assert_eq!(error.code, ErrorCode::SecurityFailure);
                turned_away.push(capture.name.as_str());
                continue;
            }
        }
        assert!(signature::verify(&document, &package.parts, &[&other]).is_err(), "{}", capture.name);
    }
    assert_eq!(turned_away, refused);
    assert!(verified > 40, "{verified}");
}

#[test]
fn envelopes_written_anew_are_valid_by_the_published_schemas() {
    let Some(schema) = published_schema() else { return };
    let written: Vec<(String, Vec<u8>)> = all()
        .iter()
        .filter_map(|capture| Some((capture.name.clone(), read(capture).ok()?.1)))
        .map(|(name, envelope)| (name, envelope::write(&envelope).unwrap().into_bytes()))
        .collect();
    assert_valid(&schema, &written);
}
