//! Two parties exchange messages: submitted, kept, acknowledged, asked about, sent again, refused.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod common;

use common::talk::{draft, pair, received, request, sent};
use jiff::SignedDuration;
use single_window::ebms::envelope::MessageStatus;
use single_window::ebms::receiving::{Delivery, Known, Question, Signal, Todo, open_response};
use single_window::ebms::sending::user_message;
use single_window::ebms::{EbmsError, Envelope, ErrorCode, envelope, signals};

const XML: &str = "text/xml; charset=UTF-8";

fn code(todo: &Todo) -> &ErrorCode {
    match todo {
        Todo::Refuse { error, .. } => &error.code,
        Todo::Reject(rejection) => &rejection.error.code,
        todo => panic!("{todo:?} is no refusal"),
    }
}

#[test]
fn a_message_is_kept_and_its_signed_acknowledgment_counts() {
    for sync in [false, true] {
        let (mut vn, mut th) = pair(sync);
        let outgoing = vn.submit();
        let (kind, body) = outgoing.post("=_1").unwrap();
        let arrived = request(&kind, &body).unwrap();
        let Question::Received { cpa_id, message_id } = arrived.question() else { panic!() };
        assert_eq!((cpa_id, message_id), ("asw-VN-TH-1", outgoing.message_id.as_str()));
        let todo = th.decide(&arrived, &Known::Nothing);
        let Todo::Store { references, answer: Some(answer) } = &todo else { panic!("{todo:?}") };
        assert_eq!((references, &arrived.package), (&outgoing.references, &outgoing.package));

        let response = todo.http();
        let acknowledged = if sync {
            assert_eq!((response.status, &response.body), (200, &answer.soap));
            open_response(response.content_type, &response.body).unwrap()
        } else {
            assert_eq!((response.status, response.body.len()), (204, 0));
            assert_eq!(answer.delivery, Delivery::ByRequest { endpoint: "http://vn.example/ebms".to_owned() });
            request(XML, &answer.soap).unwrap()
        };
        assert_eq!(acknowledged.question(), Question::Sent { message_id: &outgoing.message_id });
        let counted = vn.decide(&acknowledged, &sent(&outgoing));
        assert_eq!(counted, Todo::Signal(Signal::Acknowledged { message_id: outgoing.message_id.clone() }));
        assert_eq!(counted.http().status, 204);
    }
}

#[test]
fn a_message_that_comes_again_is_answered_by_the_same_bytes() {
    let (mut vn, mut th) = pair(false);
    let outgoing = vn.submit();
    let (kind, body) = outgoing.post("=_1").unwrap();
    let first = request(&kind, &body).unwrap();
    let stored = th.decide(&first, &Known::Nothing);
    let known = received(&first, &stored, th.now);
    let Todo::Store { answer, .. } = stored else { panic!() };

    let (kind, body) = outgoing.post("=_2").unwrap();
    let again = request(&kind, &body).unwrap();
    // Long after it expired: it was kept in time.
    th.now += SignedDuration::from_hours(2);
    assert_eq!(th.decide(&again, &known), Todo::Repeat { answer });

    let mut other = draft();
    other.payloads[0].part.bytes.push(b'!');
    let mut stamp = vn.stamp();
    stamp.message_id = outgoing.message_id;
    let other = user_message(vn.agreement(), other, Some(&vn.signer), stamp).unwrap();
    let (kind, body) = other.post("=_3").unwrap();
    let todo = th.decide(&request(&kind, &body).unwrap(), &known);
    assert_eq!(code(&todo), &ErrorCode::Inconsistent, "{todo:?}");
}

#[test]
fn an_acknowledgment_that_proves_nothing_does_not_count() {
    let (mut vn, mut th) = pair(false);
    let outgoing = vn.submit();
    let (kind, body) = outgoing.post("=_1").unwrap();
    let arrived = request(&kind, &body).unwrap();
    let Todo::Store { answer: Some(answer), .. } = th.decide(&arrived, &Known::Nothing) else { panic!() };
    let right = request(XML, &answer.soap).unwrap();

    // By the HTTP response, where it was agreed to come by a request.
    let wrong_way = open_response(Some(XML), &answer.soap).unwrap();
    assert_eq!(code(&vn.decide(&wrong_way, &sent(&outgoing))), &ErrorCode::Inconsistent);
    // Of a message that we never sent, or sent to somebody else.
    assert_eq!(code(&vn.decide(&right, &Known::Nothing)), &ErrorCode::ValueNotRecognized);
    let Known::Sent(mut elsewhere) = sent(&outgoing) else { panic!() };
    elsewhere.cpa_id = "asw-VN-SG-1".to_owned();
    assert_eq!(code(&vn.decide(&right, &Known::Sent(elsewhere))), &ErrorCode::ValueNotRecognized);
    // Of other content, or of less.
    for change in [0, 1] {
        let Known::Sent(mut other) = sent(&outgoing) else { panic!() };
        match change {
            0 => other.references[1].digest_value = other.references[0].digest_value.clone(),
            _ => drop(other.references.pop()),
        }
        assert_eq!(code(&vn.decide(&right, &Known::Sent(other))), &ErrorCode::SecurityFailure);
    }
    // Not signed, or by another key.
    let references = outgoing.references.clone();
    let stamp = th.stamp();
    let bare = signals::acknowledgment(th.agreement(), &arrived.envelope.header, references, stamp);
    let bare = envelope::write(&bare).unwrap();
    assert_eq!(
        code(&vn.decide(&request(XML, bare.as_bytes()).unwrap(), &sent(&outgoing))),
        &ErrorCode::SecurityFailure
    );
    let read = envelope::read(&single_window::ebms::xml::parse(bare.as_bytes()).unwrap()).unwrap();
    let (forged, _) = single_window::ebms::signature::sign(&read, &[], &vn.signer).unwrap();
    assert_eq!(
        code(&vn.decide(&request(XML, forged.as_bytes()).unwrap(), &sent(&outgoing))),
        &ErrorCode::SecurityFailure
    );
    // Its certificate is no longer in force.
    vn.now = "2150-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(code(&vn.decide(&right, &sent(&outgoing))), &ErrorCode::SecurityFailure);
}

#[test]
fn pings_and_questions_are_answered() {
    for sync in [false, true] {
        let (mut vn, mut th) = pair(sync);
        let waiting = || {
            let asked = single_window::ebms::receiving::Sent {
                cpa_id: "asw-VN-TH-1".to_owned(),
                references: Vec::new(),
                acknowledgment: None,
                sync,
            };
            Known::Sent(asked)
        };
        let stamp = vn.stamp();
        let ping = signals::ping(vn.agreement(), stamp);
        let ping_id = ping.header.message_id.clone();
        let Todo::Answer { answer } = th.take(XML, envelope::write(&ping).unwrap().as_bytes()).unwrap() else {
            panic!()
        };
        let pong = if sync { open_response(Some(XML), &answer.soap) } else { request(XML, &answer.soap) }.unwrap();
        assert_eq!(vn.decide(&pong, &waiting()), Todo::Signal(Signal::Pong { message_id: ping_id }));

        let outgoing = vn.submit();
        let (kind, body) = outgoing.post("=_1").unwrap();
        let arrived = request(&kind, &body).unwrap();
        let todo = th.decide(&arrived, &Known::Nothing);
        let known = received(&arrived, &todo, th.now);
        let Known::Received(mut elsewhere) = known.clone() else { panic!() };
        elsewhere.cpa_id = "asw-SG-TH-1".to_owned();
        for (known, status) in [
            (known, MessageStatus::Received),
            (Known::Nothing, MessageStatus::NotRecognized),
            (Known::Received(elsewhere), MessageStatus::UnAuthorized),
        ] {
            let stamp = vn.stamp();
            let asks = signals::status_request(vn.agreement(), &outgoing.message_id, stamp);
            let asks = request(XML, envelope::write(&asks).unwrap().as_bytes()).unwrap();
            assert_eq!(asks.question(), Question::ReceivedUnderAny { message_id: &outgoing.message_id });
            let Todo::Answer { answer } = th.decide(&asks, &known) else { panic!() };
            let told = if sync { open_response(Some(XML), &answer.soap) } else { request(XML, &answer.soap) }.unwrap();
            let Todo::Signal(Signal::Status { response, .. }) = vn.decide(&told, &waiting()) else { panic!() };
            assert_eq!((response.status, response.ref_to_message_id), (status, outgoing.message_id.clone()));
            assert_eq!(response.timestamp, (status == MessageStatus::Received).then_some(th.now));
        }
    }
}

#[test]
fn what_is_refused_is_told_and_ends_the_delivery() {
    let (mut vn, mut th) = pair(true);
    let outgoing = vn.submit();
    let (kind, body) = outgoing.post("=_1").unwrap();
    th.now = outgoing.time_to_live;
    let todo = th.take(&kind, &body).unwrap();
    assert_eq!(code(&todo), &ErrorCode::TimeToLiveExpired);
    let response = todo.http();
    assert_eq!(response.status, 200);
    let told = open_response(response.content_type, &response.body).unwrap();
    let Todo::Signal(Signal::Failed { message_id, errors }) = vn.decide(&told, &sent(&outgoing)) else { panic!() };
    assert_eq!((message_id, &errors[0].code), (outgoing.message_id.clone(), &ErrorCode::TimeToLiveExpired));
    // An error is never answered by an error.
    let Todo::Reject(rejection) = vn.decide(&told, &Known::Nothing) else { panic!() };
    assert_eq!((rejection.status, rejection.body.len()), (400, 0));
}

#[test]
fn each_error_of_the_standard_is_told_and_read() {
    let (mut vn, mut th) = pair(false);
    let outgoing = vn.submit();
    let (kind, body) = outgoing.post("=_1").unwrap();
    let arrived = request(&kind, &body).unwrap();
    for code in ErrorCode::all() {
        let error = EbmsError::new(code, "//Header", "for a test");
        let stamp = th.stamp();
        let told = signals::message_error(th.agreement(), &arrived.envelope.header, error.clone(), stamp);
        let told = request(XML, envelope::write(&told).unwrap().as_bytes()).unwrap();
        let Todo::Signal(Signal::Failed { errors, .. }) = vn.decide(&told, &sent(&outgoing)) else { panic!() };
        assert_eq!(errors, [error]);
    }
}

/// Sends a message whose envelope was changed before it was signed.
fn refused_when(change: impl Fn(&mut Envelope)) -> ErrorCode {
    let (mut vn, mut th) = pair(false);
    let mut outgoing = vn.submit();
    let document = outgoing.package.soap.clone();
    let mut envelope = envelope::read(&single_window::ebms::xml::parse(&document).unwrap()).unwrap();
    change(&mut envelope);
    let (soap, _) = single_window::ebms::signature::sign(&envelope, &outgoing.package.parts, &vn.signer).unwrap();
    outgoing.package.soap = soap.into_bytes();
    let (kind, body) = outgoing.post("=_1").unwrap();
    let todo = th.take(&kind, &body).unwrap();
    code(&todo).clone()
}

#[test]
fn the_header_equals_the_agreement() {
    use ErrorCode::{Inconsistent, MimeProblem, NotSupported, ValueNotRecognized};
    let later = |envelope: &Envelope, hours: i64| envelope.header.timestamp + SignedDuration::from_hours(hours);
    assert_eq!(refused_when(|envelope| envelope.header.cpa_id.push('x')), ValueNotRecognized);
    assert_eq!(refused_when(|envelope| envelope.header.service.value.push('x')), ValueNotRecognized);
    assert_eq!(refused_when(|envelope| envelope.header.service.kind = None), ValueNotRecognized);
    assert_eq!(refused_when(|envelope| envelope.header.action = "FormDReceipt".to_owned()), ValueNotRecognized);
    assert_eq!(refused_when(|envelope| envelope.header.from.ids[0].value = "SG".to_owned()), Inconsistent);
    assert_eq!(refused_when(|envelope| envelope.header.from.ids.push(common::name_of("SG"))), Inconsistent);
    assert_eq!(refused_when(|envelope| envelope.header.to.ids[0].value = "VN".to_owned()), Inconsistent);
    assert_eq!(refused_when(|envelope| envelope.header.from.role = None), Inconsistent);
    assert_eq!(refused_when(|envelope| envelope.header.to.role = Some("King".to_owned())), Inconsistent);
    assert_eq!(refused_when(|envelope| envelope.sync_reply = true), Inconsistent);
    assert_eq!(refused_when(|envelope| envelope.ack_requested = None), Inconsistent);
    assert_eq!(refused_when(|envelope| envelope.ack_requested.as_mut().unwrap().signed = false), Inconsistent);
    assert_eq!(refused_when(|envelope| envelope.header.duplicate_elimination = false), Inconsistent);
    assert_eq!(refused_when(|envelope| envelope.header.timestamp = later(envelope, 25)), Inconsistent);
    assert_eq!(refused_when(|envelope| envelope.header.timestamp = later(envelope, 24 * 365)), Inconsistent);
    let order = envelope::MessageOrder { sequence_number: 1, reset: true };
    assert_eq!(refused_when(|envelope| envelope.message_order = Some(order.clone())), NotSupported);
    let manifest = |envelope: &mut Envelope| envelope.manifest.take().unwrap();
    assert_eq!(refused_when(|envelope| drop(manifest(envelope))), MimeProblem);
    assert_eq!(refused_when(|envelope| envelope.manifest.as_mut().unwrap()[0].href.push('x')), MimeProblem);
    assert_eq!(
        refused_when(|envelope| envelope.manifest.as_mut().unwrap()[0].href = "http://x/".to_owned()),
        NotSupported
    );
}

#[test]
fn we_send_nothing_that_the_partner_would_refuse() {
    let (mut vn, _) = pair(false);
    let stamp = vn.stamp();
    let foreign = common::signer("th");
    let build = |draft, signer, stamp| user_message(vn.agreement(), draft, signer, stamp).map(|_| ()).unwrap_err().code;
    let mut twice = draft();
    twice.payloads.push(twice.payloads[0].clone());
    assert_eq!(build(twice, Some(&vn.signer), stamp.clone()), ErrorCode::MimeProblem);
    let mut other = draft();
    other.action = "FormDReceipt".to_owned();
    assert_eq!(build(other, Some(&vn.signer), stamp.clone()), ErrorCode::ValueNotRecognized);
    assert_eq!(build(draft(), None, stamp.clone()), ErrorCode::SecurityFailure);
    assert_eq!(build(draft(), Some(&foreign), stamp.clone()), ErrorCode::SecurityFailure);
    let at = |moment: &str| signals::Stamp { now: moment.parse().unwrap(), ..stamp.clone() };
    assert_eq!(build(draft(), Some(&vn.signer), at("2026-11-01T00:00:00Z")), ErrorCode::SecurityFailure);
    assert_eq!(build(draft(), Some(&vn.signer), at("2201-01-01T00:00:00Z")), ErrorCode::Inconsistent);
}
