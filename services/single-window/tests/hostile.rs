//! Messages that somebody made to do harm. Nothing of them is accepted, and each is refused for what is wrong with it.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod common;

use common::captures;
use common::talk::{Talker, pair, request};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use single_window::agreement::Agreements;
use single_window::ebms::receiving::{Http, Todo, open};
use single_window::ebms::{ErrorCode, SOAP_ACTION};

/// A signed message of VN to TH: its content type, its envelope, and the rest of its body.
fn message(vn: &mut Talker) -> (String, Vec<u8>) {
    vn.submit().post("=_B").unwrap()
}

fn code_of(th: &mut Talker, kind: &str, body: &[u8]) -> ErrorCode {
    match th.take(kind, body) {
        Err(rejection) | Ok(Todo::Reject(rejection)) => rejection.error.code,
        Ok(Todo::Refuse { error, .. }) => error.code,
        Ok(todo) => panic!("{todo:?}"),
    }
}

fn replaced(body: &[u8], from: &str, to: &str) -> Vec<u8> {
    let from = from.as_bytes();
    let at = body.windows(from.len()).position(|window| window == from);
    let at = at.unwrap_or_else(|| panic!("{} is not in the body", String::from_utf8_lossy(from)));
    [&body[..at], to.as_bytes(), &body[at + from.len()..]].concat()
}

#[test]
fn packaging_that_cheats_is_refused() {
    let (mut vn, mut th) = pair(false);
    let (kind, body) = message(&mut vn);
    let cut = body.len() - "--=_B--\r\n".len();
    let second = "Content-ID: <scan-1@vn.example>";
    for (what, kind, body) in [
        ("no end", kind.clone(), body[..cut].to_vec()),
        ("cut off", kind.clone(), body[..cut - 40].to_vec()),
        ("another boundary", kind.replace("=_B", "=_C"), body.clone()),
        ("no boundary", kind.replace("boundary=\"=_B\"; ", ""), body.clone()),
        ("longer boundary", kind.clone(), replaced(&body, second, &format!("{second}\r\nX: y\r\n\r\n--=_BB"))),
        ("two names", kind.clone(), replaced(&body, second, "Content-ID: <formd-1@vn.example>")),
        ("name of the start", kind.clone(), replaced(&body, second, "Content-ID: <1@vn.example>")),
        ("no name", kind.clone(), replaced(&body, second, "X: y")),
        ("two headers", kind.clone(), replaced(&body, second, &format!("{second}\r\n{second}"))),
        ("odd encoding", kind.clone(), replaced(&body, second, &format!("{second}\r\nContent-Transfer-Encoding: x"))),
        ("long headers", kind.clone(), replaced(&body, second, &format!("{second}\r\nX: {}", "y".repeat(9000)))),
        ("other charset", kind.clone(), replaced(&body, "charset=UTF-8", "charset=UTF-7")),
        ("other start", kind.replace("start=\"<1@", "start=\"<formd-1@"), body.clone()),
        ("a part of nobody", kind.clone(), replaced(&body, "--=_B--", "--=_B\r\nContent-ID: <x@y>\r\n\r\n\r\n--=_B--")),
    ] {
        let code = code_of(&mut th, &kind, &body);
        let wanted = if what == "a part of nobody" { ErrorCode::SecurityFailure } else { ErrorCode::MimeProblem };
        // A part that cannot be read is missed by the signature, which is looked at first.
        assert!(code == wanted || code == ErrorCode::SecurityFailure, "{what}: {code}");
    }
}

#[test]
fn a_message_has_ten_mebibytes_and_not_a_byte_more() {
    let (mut vn, mut th) = pair(false);
    let (kind, body) = message(&mut vn);
    let padded = |length: usize| [body.as_slice(), &vec![b' '; length - body.len()]].concat();
    assert!(matches!(th.take(&kind, &padded(10 << 20)), Ok(Todo::Store { .. })));
    let rejection = th.take(&kind, &padded((10 << 20) + 1)).unwrap_err();
    assert_eq!((rejection.status, rejection.error.code), (413, ErrorCode::MimeProblem));
    let mut many = body[..body.len() - "--=_B--\r\n".len()].to_vec();
    for at in 0..200 {
        many.extend_from_slice(format!("--=_B\r\nContent-ID: <{at}@x>\r\n\r\n\r\n").as_bytes());
    }
    many.extend_from_slice(b"--=_B--\r\n");
    assert!(matches!(th.take(&kind, &many), Ok(Todo::Refuse { .. })));
}

#[test]
fn xml_that_cheats_is_refused() {
    let (mut vn, mut th) = pair(false);
    let (kind, body) = message(&mut vn);
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    let outside = "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">";
    for (from, to) in [
        (declaration, bomb.to_owned()),
        (declaration, outside.to_owned()),
        (declaration, "<?xml version=\"1.0\" encoding=\"UTF-16\"?>".to_owned()),
        (declaration, "<?a b?>".to_owned()),
        ("<eb:DuplicateElimination/>", "<a>".repeat(5000)),
        ("<eb:DuplicateElimination/>", format!("{}{}", "<a:b xmlns:a='c'>".repeat(40), "</a:b>".repeat(40))),
        ("<eb:Action>", "<eb:Action>\u{0}".to_owned()),
    ] {
        assert_eq!(code_of(&mut th, &kind, &replaced(&body, from, &to)), ErrorCode::OtherXml, "{to:.60}");
    }
}

#[test]
fn what_was_signed_is_what_is_read() {
    let (mut vn, mut th) = pair(false);
    let (kind, body) = message(&mut vn);
    assert!(matches!(th.take(&kind, &body), Ok(Todo::Store { .. })));
    let text = String::from_utf8_lossy(&body).into_owned();
    let between = |from: &str, to: &str| {
        let start = text.find(from).unwrap();
        &text[start..start + text[start..].find(to).unwrap() + to.len()]
    };
    let header = between("<eb:MessageHeader", "</eb:MessageHeader>");
    let signature = between("<ds:Signature>", "</ds:Signature>");
    let soap_body = between("<soap:Body>", "</soap:Body>");
    let manifest = between("<eb:Manifest", "</eb:Manifest>");
    let next = " soap:actor=\"http://schemas.xmlsoap.org/soap/actor/next\"";
    let for_next = |element: &str| element.replacen(' ', &format!("{next} "), 1);
    let envelope = between("<soap:Envelope", "</soap:Envelope>");
    let other = |element: &str| element.replace("SubmitFormD", "CancelFormD").replace("00007", "00008");

    // Each hides what was signed, or puts something beside it, where the signature still holds or nearly does.
    let wrapped = envelope.replacen(
        "</soap:Header>",
        &format!(
            "{}</soap:Header>",
            signature.replace("</ds:Signature>", &format!("<ds:Object>{envelope}</ds:Object></ds:Signature>"))
        ),
        1,
    );
    for (what, from, to) in [
        (
            "a second header for the next node",
            "</soap:Header>".to_owned(),
            format!("{}</soap:Header>", for_next(&other(header))),
        ),
        ("the header for the next node", header.to_owned(), for_next(header)),
        ("a second header first", header.to_owned(), format!("{}{header}", other(header))),
        ("a second body", soap_body.to_owned(), format!("{soap_body}{soap_body}")),
        ("a second manifest for the next node", manifest.to_owned(), format!("{manifest}{}", for_next(manifest))),
        ("a second signature", signature.to_owned(), format!("{signature}{signature}")),
        ("no signature", signature.to_owned(), String::new()),
        (
            "the signature in the body",
            soap_body.to_owned(),
            soap_body.replace("</soap:Body>", &format!("{signature}</soap:Body>")),
        ),
        (
            "an object in the signature",
            "</ds:KeyInfo>".to_owned(),
            format!("</ds:KeyInfo><ds:Object>{}</ds:Object>", other(header)),
        ),
        ("an envelope in an object", envelope.to_owned(), wrapped),
        ("a reference by identifier", "URI=\"\"".to_owned(), "URI=\"#x\"".to_owned()),
        ("a changed action", "SubmitFormD".to_owned(), "ReplaceForm".to_owned()),
        ("a changed conversation", "26/02/00007".to_owned(), "26/02/00009".to_owned()),
        ("a changed payload", "<FormD>VN-TH 26/02/00007".to_owned(), "<FormD>VN-TH 26/02/00009".to_owned()),
        ("a comment that cuts", "<ds:DigestValue>".to_owned(), "<ds:DigestValue><!-- -->A".to_owned()),
        ("an instruction", "<soap:Header>".to_owned(), "<soap:Header><?a b?>".to_owned()),
        (
            "no signed part",
            "<ds:Reference URI=\"cid:scan-1@vn.example\">".to_owned(),
            "<ds:Reference URI=\"cid:formd-1@vn.example\">".to_owned(),
        ),
        ("another algorithm", "xmldsig-more#rsa-sha256".to_owned(), "xmldsig#rsa-sha1".to_owned()),
        (
            "exclusive canonical XML",
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/><ds:SignatureMethod".to_owned(),
            "http://www.w3.org/2001/10/xml-exc-c14n#\"/><ds:SignatureMethod".to_owned(),
        ),
    ] {
        let changed = replaced(&body, &from, &to);
        let code = code_of(&mut th, &kind, &changed);
        let right =
            [ErrorCode::SecurityFailure, ErrorCode::OtherXml, ErrorCode::NotSupported, ErrorCode::ValueNotRecognized];
        assert!(right.contains(&code), "{what}: {code}");
    }
    // A block for the next node is not ours, and leaves the signature valid.
    let hop = format!("<x:Hop xmlns:x=\"urn:x\"{next}>hop</x:Hop></soap:Header>");
    assert!(matches!(th.take(&kind, &replaced(&body, "</soap:Header>", &hop)), Ok(Todo::Store { .. })));
}

#[test]
fn another_key_does_not_count_whatever_it_says_of_itself() {
    let (mut vn, mut th) = pair(false);
    vn.signer = common::signer("th");
    let mut agreement = vn.agreement().clone();
    agreement.us.signing = vec![vn.signer.certificate().clone()];
    vn.agreements = Agreements::new([agreement]).unwrap();
    let (kind, body) = message(&mut vn);
    assert_eq!(code_of(&mut th, &kind, &body), ErrorCode::SecurityFailure);
    let (mut vn, mut th) = pair(false);
    let (kind, body) = message(&mut vn);
    th.now = "2150-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(code_of(&mut th, &kind, &body), ErrorCode::SecurityFailure);
}

#[test]
fn http_that_is_not_ours_is_refused() {
    let (mut vn, _) = pair(false);
    let (kind, body) = message(&mut vn);
    let status = |method, content_type, soap_action| {
        open(&Http { method, content_type, soap_action, body: &body }).map(|_| ()).unwrap_err().status
    };
    assert_eq!(status("GET", Some(kind.as_str()), Some(SOAP_ACTION)), 405);
    assert_eq!(status("POST", Some(kind.as_str()), Some("ebXML")), 500);
    assert_eq!(status("POST", Some(kind.as_str()), None), 500);
    assert_eq!(status("POST", None, Some(SOAP_ACTION)), 415);
    assert_eq!(status("POST", Some("application/json"), Some(SOAP_ACTION)), 500);
}

/// Changes a few bytes: overwrites, cuts, doubles, takes over from elsewhere.
fn spoil(bytes: &mut Vec<u8>, chance: &mut ChaCha8Rng) {
    for _ in 0..chance.random_range(1..4) {
        let Some(last) = bytes.len().checked_sub(1) else { return };
        let at = chance.random_range(0..=last);
        let end = (at + chance.random_range(1..40)).min(bytes.len());
        match chance.random_range(0..5) {
            0 => bytes[at] = chance.random(),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let copy = bytes[at..end].to_vec();
                let to = chance.random_range(0..=last);
                bytes.splice(to..to, copy);
            }
            3 => bytes[at] ^= 1 << chance.random_range(0..8),
            _ => bytes.truncate(end),
        }
    }
}

#[test]
fn spoilt_bytes_neither_panic_nor_pass_for_what_was_signed() {
    let (mut vn, mut th) = pair(false);
    let outgoing = vn.submit();
    let (kind, body) = outgoing.post("=_B").unwrap();
    let whole = request(&kind, &body).unwrap();
    let mut chance = ChaCha8Rng::seed_from_u64(20_261_128);
    let mut kept = 0;
    for _ in 0..10_000 {
        let mut spoilt = body.clone();
        spoil(&mut spoilt, &mut chance);
        let Ok(arrived) = request(&kind, &spoilt) else { continue };
        if let Todo::Store { .. } = th.decide(&arrived, &single_window::ebms::receiving::Known::Nothing) {
            kept += 1;
            assert_eq!(arrived.envelope, whole.envelope);
            let bytes = |package: &single_window::ebms::Package| -> Vec<(String, Vec<u8>)> {
                package.parts.iter().map(|part| (part.content_id.clone(), part.bytes.clone())).collect()
            };
            assert_eq!(bytes(&arrived.package), bytes(&whole.package));
        }
    }
    assert!(kept > 10, "{kept} were left whole enough to be kept: the test spoils too much");
}

#[test]
fn spoilt_captures_do_not_panic() {
    let mut chance = ChaCha8Rng::seed_from_u64(7);
    let captures = captures("lab");
    let agreements =
        ["http-signed", "http-signed-sync", "http-unsigned", "http-unsigned-sync"].map(|id| common::cpa(id, "VN"));
    let (_, mut th) = pair(false);
    th.agreements = Agreements::new(agreements).unwrap();
    for round in 0..20_000 {
        let capture = &captures[round % captures.len()];
        let mut kind = capture.header("Content-Type").unwrap_or("").as_bytes().to_vec();
        let mut body = capture.body.clone();
        spoil(if round % 5 == 0 { &mut kind } else { &mut body }, &mut chance);
        let _ = th.take(&String::from_utf8_lossy(&kind), &body);
    }
}
