//! Agreements as partners write them and as we do.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod common;

use common::{agreement_between, certificate, cpa, name_of, signer};
use jiff::SignedDuration;
use single_window::agreement::{Agreements, Wanted, read_cpa, read_toml};
use single_window::certificate::CertificateError;

#[test]
fn every_captured_agreement_loads_for_both_parties() {
    let mut loaded = Vec::new();
    for id in ["http-signed", "http-signed-sync", "http-unsigned", "http-unsigned-sync", "https-signed"] {
        let (vn, th) = (cpa(id, "VN"), cpa(id, "TH"));
        assert_eq!(vn.cpa_id, format!("asw-{id}"));
        assert_eq!((&vn.us, &vn.partner), (&th.partner, &th.us));
        assert_eq!((&vn.send, &vn.receive), (&th.receive, &th.send));
        let actions: Vec<&str> = vn.receive.iter().map(|exchange| exchange.action.as_str()).collect();
        assert_eq!(actions, ["SubmitFormD", "ReplaceFormD", "CancelFormD"]);
        let terms = &vn.receive[0].terms;
        assert_eq!((terms.signed, terms.sync), (!id.contains("unsigned"), id.ends_with("sync")));
        assert_eq!(terms.signed_acknowledgment, if terms.signed { Wanted::Always } else { Wanted::Never });
        assert_eq!((terms.acknowledgment, terms.duplicate_elimination), (Wanted::Always, Wanted::Always));
        let (interval, persist) = (SignedDuration::from_secs(10), SignedDuration::from_secs(60));
        assert_eq!((terms.retries, terms.retry_interval, terms.persist_duration), (3, interval, persist));
        if terms.signed {
            assert_eq!(vn.partner.signing, [certificate("th-sign")]);
            assert_eq!(vn.us.signing, [certificate("vn-sign")]);
        }
        loaded.push(vn);
    }
    let secure = &loaded[4];
    assert_eq!(secure.us.tls, [certificate("vn-tls")]);
    assert_eq!(
        (secure.us.endpoint.as_str(), secure.us.role.as_deref()),
        ("https://localhost:8402/ebms", Some("ImportingNSW"))
    );
    let twice = loaded[0].clone();
    let agreements = Agreements::new(loaded).unwrap();
    assert_eq!(agreements.iter().count(), 5);
    assert!(agreements.get("asw-https-signed").is_some() && agreements.get("asw").is_none());
    assert!(Agreements::new([twice.clone(), twice]).is_err());
}

#[test]
fn certificates_are_in_force_for_a_time_and_issued_by_an_anchor() {
    let vn = cpa("https-signed", "VN");
    let at = |day: &str| format!("{day}T12:00:00Z").parse().unwrap();
    assert_eq!(vn.partner.signing_at(at("2027-01-01"), &vn.us).unwrap(), [&certificate("th-sign")]);
    assert!(matches!(vn.partner.signing_at(at("2026-11-27"), &vn.us), Err(CertificateError::NotYetValid(_))));
    let expired = vn.partner.signing_at(at("2036-01-01"), &vn.us).unwrap_err();
    assert_eq!(Some(expired), certificate("th-sign").not_after().map(CertificateError::Expired));
    let foreign = signer("th").certificate().clone();
    assert_eq!(foreign.check(at("2027-01-01"), &vn.us.anchors), Err(CertificateError::Untrusted));
    assert_eq!(foreign.check(at("2027-01-01"), &[]), Ok(()));
}

#[test]
fn an_agreement_that_contradicts_itself_is_refused() {
    let text = std::fs::read_to_string(common::tests().join("captures/cpa/asw-http-signed.xml")).unwrap();
    let refused_when = |from: &str, to: &str, times: usize| {
        assert!(text.contains(from), "{from}");
        read_cpa(text.replacen(from, to, times).as_bytes(), &name_of("VN")).unwrap_err().to_string()
    };
    let refused = |from: &str, to: &str| refused_when(from, to, 1);
    let refused_everywhere = |from: &str, to: &str| refused_when(from, to, usize::MAX);
    assert!(refused("value=\"agreed\"", "value=\"proposed\"").contains("not agreed"));
    assert!(refused("<tns:End>2034", "<tns:End>2019").contains("not after the start"));
    assert!(refused_everywhere("xmlenc#sha256", "xmldsig#sha1").contains("is supported"));
    assert!(refused("tns:ackRequested=\"always\"", "tns:ackRequested=\"never\"").contains("differ"));
    assert!(refused("tns:ackRequested=\"always\"", "tns:ackRequested=\"often\"").contains("neither"));
    assert!(refused_everywhere("syncReplyMode=\"none\"", "syncReplyMode=\"responseOnly\"").contains("not given"));
    assert!(refused("<tns:RetryInterval>PT10S", "<tns:RetryInterval>PT30S").contains("forgotten"));
    assert!(refused("tns:action=\"SubmitFormD\"", "tns:action=\"Submit\"").contains("cannot receive"));
    assert!(refused("tns:certId=\"TH_SigningCert\"", "tns:certId=\"Other\"").contains("none of name"));
    assert!(refused("<ds:X509Certificate>", "<ds:X509Certificate>AAAA").contains("no X.509"));
    assert!(read_cpa(text.as_bytes(), &name_of("SG")).is_err());
    assert!(read_cpa(b"<CollaborationProtocolAgreement/>", &name_of("VN")).is_err());
}

#[test]
fn our_own_form_says_the_same() {
    let text = common::agreement_text("VN", "TH", false);
    let vn = read_toml(&text).unwrap();
    assert_eq!(vn, agreement_between("VN", "TH", false));
    assert_eq!(vn.partner.signing, [signer("th").certificate().clone()]);
    assert_eq!(vn.send[0].action, "SubmitFormD");
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        read_toml(&text.replacen(from, to, 1)).unwrap_err().to_string()
    };
    assert!(refused("signed = true", "signd = true").contains("signd"));
    assert!(refused("retries = 3\n", "").contains("retries"));
    assert!(refused("PT10S", "ten seconds").contains("duration"));
    assert!(refused("acknowledgment = \"always\"", "acknowledgment = \"never\"").contains("signed acknowledgment"));
    assert!(refused("http://vn", "ftp://vn").contains("endpoint"));
    assert!(refused("id = \"TH\"", "id = \"VN\"").contains("same name"));
    assert!(refused("\"SubmitFormD\"", "\"SubmitFormD\", \"SubmitFormD\"").contains("twice"));
}
