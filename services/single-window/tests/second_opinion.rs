//! What we write and sign: byte for byte as it was, valid by the published schemas, and verified by an implementation of
//! XML signatures that is not ours.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{assert_valid, published_schema, signer, tests};
use single_window::ebms::envelope::{
    self, AckRequested, Acknowledgment, Description, ManifestReference, MessageHeader, MessageOrder, MessageStatus,
    Party, PartyId, Service, StatusResponse,
};
use single_window::ebms::{EbmsError, Envelope, ErrorCode, Part, Severity, msh, signature, xml};

fn party(id: &str, role: Option<&str>) -> Party {
    let id = PartyId { kind: Some("urn:x-asw:iso3166-1".to_owned()), value: id.to_owned() };
    Party { ids: vec![id], role: role.map(str::to_owned) }
}

fn header(action: &str) -> MessageHeader {
    MessageHeader {
        from: party("VN", Some("ExportingNSW")),
        to: party("TH", Some("ImportingNSW")),
        cpa_id: "asw-VN-TH-1".to_owned(),
        conversation_id: "FORMD:VN:VN-TH 26/02/00007".to_owned(),
        service: Service { kind: Some("urn:x-asw:service".to_owned()), value: "formd:1".to_owned() },
        action: action.to_owned(),
        message_id: "20261128-080000-000017@nsw.vn.example".to_owned(),
        timestamp: "2026-11-28T01:00:00.25Z".parse().unwrap(),
        ref_to_message_id: None,
        time_to_live: Some("2026-11-29T01:00:00Z".parse().unwrap()),
        duplicate_elimination: true,
        descriptions: Vec::new(),
    }
}

fn user_message() -> (Envelope, Vec<Part>) {
    let mut envelope = Envelope::of(header("SubmitFormD"));
    envelope.sync_reply = true;
    envelope.ack_requested = Some(AckRequested { signed: true });
    let role = Some("urn:x-asw:role:formd".to_owned());
    let reference = |href: &str| ManifestReference { href: href.to_owned(), role: role.clone() };
    envelope.manifest = Some(vec![reference("cid:formd-1@nsw.vn.example"), reference("cid:scan-1@nsw.vn.example")]);
    let part = |id: &str, kind: &str, bytes: &[u8]| Part {
        content_id: format!("{id}@nsw.vn.example"),
        content_type: kind.to_owned(),
        bytes: bytes.to_vec(),
    };
    let form = "<FormD xmlns=\"urn:x-asw:formd:1\"><Producer>Gốm Vĩnh Phúc</Producer></FormD>\r\n";
    let scan: Vec<u8> = (0..=255).collect();
    (envelope, vec![part("formd-1", "application/xml", form.as_bytes()), part("scan-1", "image/png", &scan)])
}

/// One envelope of each kind, with every field that it may have.
fn envelopes() -> Vec<(&'static str, Envelope)> {
    let mut signal = header(msh::ACKNOWLEDGMENT);
    signal.service = Service { kind: None, value: msh::SERVICE.to_owned() };
    signal.ref_to_message_id = Some("1@nsw.th.example".to_owned());
    let of = |action: &str| Envelope::of(MessageHeader { action: action.to_owned(), ..signal.clone() });

    let mut acknowledgment = of(msh::ACKNOWLEDGMENT);
    let (envelope, parts) = user_message();
    acknowledgment.acknowledgment = Some(Acknowledgment {
        timestamp: signal.timestamp,
        ref_to_message_id: "1@nsw.th.example".to_owned(),
        from: Some(party("VN", None)),
        references: signature::sign(&envelope, &parts, &signer("vn")).unwrap().1,
    });
    let mut error = of(msh::MESSAGE_ERROR);
    let mut warning = EbmsError::nowhere(ErrorCode::Other("Tired".to_owned()), "a < b & \"c\"");
    warning.severity = Severity::Warning;
    warning.code_context = Some("urn:x-asw:errors".to_owned());
    let fatal = EbmsError { description: None, ..EbmsError::new(ErrorCode::MimeProblem, "cid:1@x", "") };
    error.error_list = Some(vec![warning, fatal]);
    let mut request = of(msh::STATUS_REQUEST);
    request.status_request = Some("2@nsw.th.example".to_owned());
    let mut response = of(msh::STATUS_RESPONSE);
    response.status_response = Some(StatusResponse {
        ref_to_message_id: "2@nsw.th.example".to_owned(),
        status: MessageStatus::Received,
        timestamp: Some(signal.timestamp),
    });
    let mut ordered = user_message().0;
    ordered.message_order = Some(MessageOrder { sequence_number: 7, reset: true });
    ordered.header.descriptions =
        vec![Description { language: "vi".to_owned(), text: "Giấy chứng nhận".to_owned() }];
    vec![
        ("user", user_message().0),
        ("acknowledgment", acknowledgment),
        ("error", error),
        ("ping", of(msh::PING)),
        ("status-request", request),
        ("status-response", response),
        ("ordered", ordered),
    ]
}

#[test]
fn envelopes_are_written_as_they_were_before() {
    let folder = tests().join("golden");
    let signed = signature::sign(&user_message().0, &user_message().1, &signer("vn")).unwrap().0;
    let mut written: Vec<(String, String)> = vec![("user-signed".to_owned(), signed)];
    for (name, envelope) in envelopes() {
        written.push((name.to_owned(), envelope::write(&envelope).unwrap()));
    }
    for (name, text) in &written {
        let file = folder.join(format!("{name}.xml"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, text).unwrap();
        }
        assert_eq!(&fs::read_to_string(&file).unwrap(), text, "{name}: UPDATE_GOLDEN=1 writes it anew");
    }
    let Some(schema) = published_schema() else { return };
    let written: Vec<(String, Vec<u8>)> = written.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    assert_valid(&schema, &written);
}

#[test]
fn each_kind_is_read_as_it_was_written() {
    for (name, envelope) in envelopes() {
        let text = envelope::write(&envelope).unwrap();
        assert_eq!(envelope::read(&xml::parse(text.as_bytes()).unwrap()).unwrap(), envelope, "{name}");
    }
}

fn verified_by_xmlsec1(folder: &Path, soap: &str, parts: &[Part]) -> bool {
    let envelope = folder.join("envelope.xml");
    fs::write(&envelope, soap).unwrap();
    let mut xmlsec1 = Command::new("xmlsec1");
    xmlsec1.arg("--verify").arg("--pubkey-cert-pem").arg(tests().join("keys/vn-for-tests-only.cert.pem"));
    for (at, part) in parts.iter().enumerate() {
        let file = folder.join(format!("part-{at}"));
        fs::write(&file, &part.bytes).unwrap();
        xmlsec1.arg(format!("--url-map:cid:{}", part.content_id)).arg(file);
    }
    let output = xmlsec1.arg(envelope).output().expect("xmlsec1 is missing; deploy/dev/install installs it");
    output.status.success()
}

#[test]
fn what_we_sign_is_verified_by_xmlsec1_and_by_us() {
    let (envelope, mut parts) = user_message();
    let signer = signer("vn");
    let (soap, references) = signature::sign(&envelope, &parts, &signer).unwrap();
    let folder = tempfile::tempdir().unwrap();
    assert!(verified_by_xmlsec1(folder.path(), &soap, &parts));
    let document = xml::parse(soap.as_bytes()).unwrap();
    assert_eq!(signature::verify(&document, &parts, &[signer.certificate()]).unwrap(), references);
    assert_eq!(envelope::read(&document).unwrap(), envelope);

    parts[1].bytes[7] ^= 1;
    assert!(!verified_by_xmlsec1(folder.path(), &soap, &parts));
    assert!(signature::verify(&document, &parts, &[signer.certificate()]).is_err());
}

#[test]
fn a_signed_acknowledgment_is_verified_by_xmlsec1() {
    let acknowledgment = envelopes().remove(1).1;
    let soap = signature::sign(&acknowledgment, &[], &signer("vn")).unwrap().0;
    let folder = tempfile::tempdir().unwrap();
    assert!(verified_by_xmlsec1(folder.path(), &soap, &[]));
}
