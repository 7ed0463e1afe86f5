//! Whatever envelope can be said is read as it was written.

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use single_window::ebms::envelope::{
    self, AckRequested, Acknowledgment, Description, ManifestReference, MessageHeader, MessageOrder, MessageStatus,
    Party, PartyId, Service, SignedReference, StatusResponse, Transform, XPath,
};
use single_window::ebms::{EbmsError, Envelope, ErrorCode, Package, Part, Severity, xml};

/// Any text that XML can hold.
fn text() -> impl Strategy<Value = String> {
    "[\\t\\n\\r -~à-ỹ\u{85}\u{2028}\u{fffd}𝄞]{1,12}"
}

fn moment() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_000_000_000_000).prop_map(|at| Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn party() -> impl Strategy<Value = Party> {
    let id = (option::of(text()), text()).prop_map(|(kind, value)| PartyId { kind, value });
    (vec(id, 1..3), option::of(text())).prop_map(|(ids, role)| Party { ids, role })
}

fn header() -> impl Strategy<Value = MessageHeader> {
    let service = (option::of(text()), text()).prop_map(|(kind, value)| Service { kind, value });
    let description = (text(), text()).prop_map(|(language, text)| Description { language, text });
    let names = (text(), text(), text(), text());
    let moments = (moment(), option::of(moment()));
    let rest = (option::of(text()), any::<bool>(), vec(description, 0..2));
    (party(), party(), names, service, moments, rest).prop_map(|(from, to, names, service, moments, rest)| {
        MessageHeader {
            from,
            to,
            cpa_id: names.0,
            conversation_id: names.1,
            service,
            action: names.2,
            message_id: names.3,
            timestamp: moments.0,
            ref_to_message_id: rest.0,
            time_to_live: moments.1,
            duplicate_elimination: rest.1,
            descriptions: rest.2,
        }
    })
}

fn reference() -> impl Strategy<Value = SignedReference> {
    let xpath = text().prop_map(|expression| XPath { expression: expression.replace('@', "a"), prefix: None });
    let transform = (text(), option::of(xpath)).prop_map(|(algorithm, xpath)| Transform { algorithm, xpath });
    (text(), vec(transform, 0..3), text(), "[A-Za-z0-9+/=]{1,9}").prop_map(
        |(uri, transforms, digest_method, digest_value)| SignedReference {
            uri,
            transforms,
            digest_method,
            digest_value,
        },
    )
}

fn error() -> impl Strategy<Value = EbmsError> {
    let severity = prop_oneof![Just(Severity::Warning), Just(Severity::Error)];
    (text(), severity, option::of(text()), option::of(text()), option::of(text())).prop_map(
        |(code, severity, code_context, location, description)| EbmsError {
            code: ErrorCode::of(&code),
            severity,
            code_context,
            location,
            description,
        },
    )
}

fn envelope() -> impl Strategy<Value = Envelope> {
    let order = (any::<u64>(), any::<bool>());
    let order = order.prop_map(|(sequence_number, reset)| MessageOrder { sequence_number, reset });
    let given = (moment(), text(), option::of(party()), vec(reference(), 0..3)).prop_map(
        |(timestamp, ref_to_message_id, from, references)| Acknowledgment {
            timestamp,
            ref_to_message_id,
            from,
            references,
        },
    );
    let status = (0..MessageStatus::ALL.len()).prop_map(|at| MessageStatus::ALL[at]);
    let response = (text(), status, option::of(moment()))
        .prop_map(|(ref_to_message_id, status, timestamp)| StatusResponse { ref_to_message_id, status, timestamp });
    let manifest = vec((text(), option::of(text())), 1..4).prop_map(|references| {
        let numbered = references.into_iter().enumerate();
        numbered.map(|(at, (href, role))| ManifestReference { href: format!("{at}{href}"), role }).collect::<Vec<_>>()
    });
    let wanted = option::of(any::<bool>().prop_map(|signed| AckRequested { signed }));
    let blocks = (any::<bool>(), option::of(order), wanted, option::of(given), option::of(vec(error(), 1..3)));
    (header(), blocks, option::of(manifest), option::of(text()), option::of(response)).prop_map(
        |(header, blocks, manifest, status_request, status_response)| Envelope {
            header,
            sync_reply: blocks.0,
            message_order: blocks.1,
            ack_requested: blocks.2,
            acknowledgment: blocks.3,
            error_list: blocks.4,
            manifest,
            status_request,
            status_response,
        },
    )
}

proptest! {
    #[test]
    fn an_envelope_is_read_as_it_was_written(written in envelope()) {
        let text = envelope::write(&written).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let document = xml::parse(text.as_bytes()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let read = envelope::read(&document).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(read, written);
    }

    #[test]
    fn a_package_is_read_as_it_was_written(soap in vec(any::<u8>(), 0..40), bytes in vec(vec(any::<u8>(), 0..60), 0..5)) {
        let part = |(at, bytes): (usize, Vec<u8>)| Part {
            content_id: format!("{at}@vn.example"),
            content_type: "application/octet-stream".to_owned(),
            bytes,
        };
        let written = Package { soap, parts: bytes.into_iter().enumerate().map(part).collect() };
        let (kind, body) = written.write("=_boundary", "soap@vn.example").map_err(|error| TestCaseError::fail(error.to_string()))?;
        let read = Package::read(&kind, &body).map_err(|no| TestCaseError::fail(no.error.to_string()))?;
        prop_assert_eq!(read, written);
    }
}
