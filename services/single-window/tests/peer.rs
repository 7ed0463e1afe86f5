//! What we decide about the messages of an independent implementation, and about those that were made to try it.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod common;

use common::{capture, captures, certificate, cpa, signer};
use jiff::SignedDuration;
use single_window::agreement::{Agreement, Agreements};
use single_window::ebms::envelope::AckRequested;
use single_window::ebms::receiving::{
    Gateway, Http, Known, Rejection, Sent, Signal, Todo, decide, open, open_response,
};
use single_window::ebms::{Package, signature, xml};

const AGREEMENTS: [&str; 5] =
    ["http-signed", "http-signed-sync", "http-unsigned", "http-unsigned-sync", "https-signed"];

/// The captured agreements, with a key of ours in place of the one that only the peer has.
fn agreements(us: &str) -> Agreements {
    let ours = |mut agreement: Agreement| {
        if !agreement.us.signing.is_empty() {
            agreement.us.signing = vec![signer("vn").certificate().clone()];
            agreement.partner.anchors.clear();
        }
        agreement
    };
    Agreements::new(AGREEMENTS.map(|id| ours(cpa(id, us)))).unwrap()
}

/// In a word what is done, and for which code it is refused.
fn told(todo: &Result<Todo, Rejection>) -> String {
    match todo {
        Ok(Todo::Store { .. }) => "stored".to_owned(),
        Ok(Todo::Repeat { .. }) => "repeated".to_owned(),
        Ok(Todo::Answer { .. }) => "answered".to_owned(),
        Ok(Todo::Signal(signal)) => format!("{signal:?}").split(' ').next().unwrap_or_default().to_owned(),
        Ok(Todo::Refuse { error, .. }) => format!("told {}", error.code),
        Ok(Todo::Reject(rejection)) | Err(rejection) => format!("{} {}", rejection.status, rejection.error.code),
    }
}

/// Decides about a captured request a second after it was made.
fn decided(name: &str, us: &str, known: &Known) -> Result<Todo, Rejection> {
    let capture = capture(if name.starts_with("00") { "raw" } else { "lab" }, name);
    let method = capture.start.split(' ').next().unwrap();
    let content_type = capture.header("Content-Type");
    let arrived = open(&Http { method, content_type, soap_action: capture.header("SOAPAction"), body: &capture.body })?;
    let now = "2026-11-28T12:34:00Z".parse().unwrap();
    let (agreements, signer) = (agreements(us), signer("vn"));
    let gateway = Gateway { agreements: &agreements, signer: Some(&signer) };
    // The keys for tests are younger than the captures, but for one that comes a year too early.
    let mut shifted = arrived.clone();
    let age = shifted.envelope.header.timestamp.duration_until(now) - SignedDuration::from_secs(1);
    let age = age.max(SignedDuration::ZERO);
    let header = &mut shifted.envelope.header;
    header.timestamp += age;
    header.time_to_live = header.time_to_live.map(|moment| moment + age);
    Ok(decide(&shifted, known, gateway, now, &mut || "1@vn.example".to_owned()))
}

#[test]
fn what_the_peer_was_asked_we_are_asked_too() {
    let mut wrong = Vec::new();
    for line in include_str!("captures/decided.txt").lines() {
        let (name, wanted) = line.split_once(": ").unwrap();
        let found = told(&decided(&format!("{name}-req"), "VN", &Known::Nothing));
        if found != wanted {
            wrong.push(format!("{name}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let requests = captures("lab").into_iter().filter(|capture| capture.name.ends_with("-req"));
    let requests = requests.filter(|capture| !capture.name.starts_with("80") && !capture.name.starts_with("81"));
    assert_eq!(include_str!("captures/decided.txt").lines().count(), requests.count());
}

/// What the peer signed, as its own store would know it.
fn sent(name: &str) -> Known {
    let capture = capture("raw", name);
    let package = Package::read(capture.header("Content-Type").unwrap(), &capture.body).unwrap();
    let document = xml::parse(&package.soap).unwrap();
    let references = signature::verify(&document, &package.parts, &[&certificate("th-sign")]).unwrap();
    waiting("asw-http-signed", references, true, name == "0022-toVN-req")
}

fn waiting(
    cpa: &str,
    references: Vec<single_window::ebms::envelope::SignedReference>,
    signed: bool,
    sync: bool,
) -> Known {
    let cpa_id = if sync { format!("{cpa}-sync") } else { cpa.to_owned() };
    Known::Sent(Sent { cpa_id, references, acknowledgment: Some(AckRequested { signed }), sync })
}

#[test]
fn its_signed_acknowledgments_count() {
    let asynchronous = decided("0012-toTH-req", "TH", &sent("0011-toVN-req"));
    assert_eq!(told(&asynchronous), "Acknowledged");
    // Of another message it proves nothing.
    assert_eq!(
        told(&decided("0012-toTH-req", "TH", &waiting("asw-http-signed", Vec::new(), true, false))),
        "400 SecurityFailure"
    );

    let response = capture("raw", "0022-toVN-resp");
    let arrived = open_response(response.header("Content-Type"), &response.body).unwrap();
    let (agreements, now) = (agreements("TH"), "2026-11-28T12:00:00Z".parse().unwrap());
    let gateway = Gateway { agreements: &agreements, signer: None };
    let todo = decide(&arrived, &sent("0022-toVN-req"), gateway, now, &mut String::new);
    assert!(matches!(todo, Todo::Signal(Signal::Acknowledged { .. })), "{todo:?}");
}

#[test]
fn acknowledgments_that_were_forged_do_not() {
    let right = capture("lab", "80-ack-signed-with-refs-req");
    let read = single_window::ebms::envelope::read(&xml::parse(&right.body).unwrap()).unwrap();
    let references = read.acknowledgment.unwrap().references;
    let of = |name: &str, signed| {
        let cpa = if signed { "asw-http-signed" } else { "asw-http-unsigned" };
        told(&decided(&format!("80-{name}-req"), "TH", &waiting(cpa, references.clone(), signed, false)))
    };
    assert_eq!(of("ack-signed-with-refs", true), "Acknowledged");
    for forged in
        ["ack-signed-no-refs", "ack-signed-wrong-key", "ack-signed-wrong-refs", "ack-unsigned-when-signed-asked"]
    {
        assert_eq!(of(forged, true), "400 SecurityFailure", "{forged}");
    }
    assert_eq!(
        (of("ack-unsigned-ok", false), of("ack-no-From", false)),
        ("Acknowledged".to_owned(), "Acknowledged".to_owned())
    );
    assert_eq!((of("error-error", false), of("error-warning", false)), ("Failed".to_owned(), "Failed".to_owned()));
}
