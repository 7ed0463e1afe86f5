//! Notices and payments: what we write is valid by libxml2, and what we read is what libxml2 finds valid.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod common;

use common::{Chance, VALUES, Ways, differences, samples, schemas, told_of_faulty, valid_by_libxml2};
use jiff::civil::date;
use message::{read_notice, read_payment, write_notice, write_payment};
use rust_decimal::Decimal;
use vocabulary::{
    Bilingual, DutyTotal, DutyType, Finding, Lane, Notice, NoticeKind, PaymentConfirmation, Reason, Severity,
};

const NOTICE: &str = "notice/1.0/notice.xsd";
const PAYMENT: &str = "payment/1.0/payment.xsd";

/// The kinds of notices over the whole life cycle, in the words of the contract.
const KINDS: [&str; 17] = [
    "rejected",
    "pre-registered",
    "registered",
    "awaiting-payment",
    "payment-received",
    "cleared",
    "referred",
    "amendment-instructed",
    "rerouted",
    "released",
    "taken-to-storage",
    "amended",
    "cancelled",
    "refused",
    "duty-difference",
    "through-supervision",
    "expired",
];

/// Texts that are hard to write: markup, Vietnamese, characters beyond the basic plane, line breaks, controls, nothing.
const TEXTS: [&str; 9] = [
    "",
    " ",
    "R1088",
    "a < b && c > \"d\" 'e' ]]> &amp; <!-- x --> <?y?>",
    "Thuế suất ưu đãi đặc biệt: ĐƯỜNG KÍNH TRẮNG, Nguyễn Thị Hường",
    "🚚 vận chuyển \u{1D11E}",
    "  một\r\nhai\tba\n ",
    "\u{0}\u{1}\u{b}\u{FFFE}\u{FFFF}",
    "\u{85}\u{2028}\u{7f}\u{fffd}",
];

fn text(chance: &mut Chance) -> String {
    (*chance.pick(&TEXTS)).to_owned()
}

fn optional<T>(chance: &mut Chance, make: impl FnOnce(&mut Chance) -> T) -> Option<T> {
    (chance.below(2) == 0).then(|| make(chance))
}

fn amount(chance: &mut Chance) -> Decimal {
    let amounts: [&str; 5] = ["0", "1", "143254033", "999999999999999", "9999999999999999999999999999"];
    let amount = *chance.pick(&amounts);
    Decimal::from_str_exact(amount).unwrap()
}

fn whole(chance: &mut Chance) -> u32 {
    *chance.pick(&[0, 1, 50, 99_999, u32::MAX])
}

fn finding(chance: &mut Chance) -> Finding {
    Finding {
        code: text(chance),
        severity: *chance.pick(&[Severity::Error, Severity::Warning]),
        path: text(chance),
        item: optional(chance, whole),
        field: optional(chance, text),
        value: optional(chance, text),
        message: Bilingual::new(text(chance), text(chance)),
        mend: Bilingual::new(text(chance), text(chance)),
        suggestions: Vec::new(),
        rule: text(chance),
        law: text(chance),
        follows_from: optional(chance, text),
        line: optional(chance, whole),
        column: optional(chance, whole),
        place: None,
    }
}

fn notice(kind: NoticeKind, chance: &mut Chance) -> Notice {
    let totals = (0..chance.below(9)).map(|at| DutyTotal { duty_type: DutyType::ALL[at], payable: amount(chance) });
    let totals = totals.collect();
    Notice {
        kind,
        declarant: text(chance).chars().take(35).collect(),
        reference: text(chance),
        version: whole(chance),
        issued_at: date(2026, 11, 24).at(9, 30, 0, i32::try_from(chance.below(1_000)).unwrap() * 1_000_000),
        number: optional(chance, |_| "108399733040".to_owned()),
        lane: optional(chance, |chance| *chance.pick(&Lane::ALL)),
        totals,
        total_payable: optional(chance, amount),
        previous_total_payable: optional(chance, amount),
        payment_identifier: optional(chance, |_| "TQ108399733040".to_owned()),
        reason: optional(chance, |chance| Reason {
            code: "E0399".to_owned(),
            message: Bilingual::new(text(chance), text(chance)),
        }),
        findings: (0..chance.below(4)).map(|_| finding(chance)).collect(),
    }
}

/// What becomes of a text that holds characters XML does not have.
fn as_written(text: &str) -> String {
    text.replace(['\u{0}', '\u{1}', '\u{b}', '\u{FFFE}', '\u{FFFF}'], "\u{FFFD}")
}

#[test]
fn every_notice_that_is_written_is_valid_and_reads_back() {
    let mut chance = Chance(20_261_124);
    let notices: Vec<Notice> = NoticeKind::ALL
        .into_iter()
        .flat_map(|kind| (0..60).map(|_| notice(kind, &mut chance)).collect::<Vec<_>>())
        .collect();
    let documents: Vec<String> =
        notices.iter().map(|notice| String::from_utf8(write_notice(notice)).unwrap()).collect();
    for ((notice, document), valid) in notices.iter().zip(&documents).zip(valid_by_libxml2(NOTICE, &documents)) {
        assert!(valid, "libxml2 refuses\n{document}");
        let read = read_notice(document.as_bytes()).unwrap_or_else(|findings| panic!("{findings:?}\n{document}"));
        assert_eq!(format!("{read:?}"), as_debug(notice));
    }
}

fn as_debug(notice: &Notice) -> String {
    let mut notice = notice.clone();
    let mend = |text: &mut String| *text = as_written(text);
    mend(&mut notice.declarant);
    mend(&mut notice.reference);
    if let Some(reason) = &mut notice.reason {
        mend(&mut reason.message.en);
        mend(&mut reason.message.vi);
    }
    for finding in &mut notice.findings {
        for text in [&mut finding.code, &mut finding.path, &mut finding.rule, &mut finding.law] {
            mend(text);
        }
        for sentence in [&mut finding.message, &mut finding.mend] {
            mend(&mut sentence.en);
            mend(&mut sentence.vi);
        }
        for text in [&mut finding.field, &mut finding.value, &mut finding.follows_from].into_iter().flatten() {
            mend(text);
        }
    }
    format!("{notice:?}")
}

#[test]
fn the_schema_of_notices_has_every_kind_and_each_has_a_sample() {
    let schema = std::fs::read_to_string(schemas().join(NOTICE)).unwrap();
    let (_, after) = schema.split_once("<xs:element name=\"TypeCode\">").unwrap();
    let (kinds, _) = after.split_once("</xs:element>").unwrap();
    let listed: Vec<&str> =
        kinds.split("<xs:enumeration value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(listed, KINDS);
    let samples = samples("notice/1.0/samples-valid");
    assert_eq!(NoticeKind::ALL.map(NoticeKind::as_str), KINDS);
    for kind in KINDS {
        assert!(samples.iter().any(|(name, _)| *name == format!("{kind}.xml")), "{kind} has no sample");
    }
}

#[test]
fn the_samples_of_notices_are_valid_and_what_is_written() {
    let samples = samples("notice/1.0/samples-valid");
    let documents: Vec<String> = samples.iter().map(|(_, document)| document.clone()).collect();
    for ((name, document), valid) in samples.iter().zip(valid_by_libxml2(NOTICE, &documents)) {
        assert!(valid, "{name}");
        let notice = read_notice(document.as_bytes()).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
        assert_eq!(String::from_utf8(write_notice(&notice)).unwrap(), *document, "{name}");
        assert_eq!(*name, format!("{}.xml", notice.kind.as_str()));
    }
}

#[test]
fn libxml2_agrees_on_payments() {
    let ways = Ways {
        head: 2,
        values: &[
            VALUES,
            &[
                "0101243150",
                "0101243150001",
                "01012431500012",
                " 108399733040 ",
                "10839973304",
                "999999999999999",
                "9999999999999999",
                "0",
                "007",
                "143,254",
                "2026-11-24T09:30:00",
                "2026-11-24T09:30:00.123456789",
                "2026-11-24T09:30:00.1234567891",
                "2026-11-24T24:00:00",
                "2026-11-24T23:59:60",
                "2026-11-24T09:30:00Z",
                "2026-11-24T09:30:00+07:00",
                "2026-11-31T09:30:00",
                "2026-11-24 09:30:00",
                "2026-11-24",
                "FT26 328",
                "an identifier that is longer than 35",
            ],
        ]
        .concat(),
        swaps: &[
            ("<PaidAmount>", "<PaidAmount currencyID=\"VND\">"),
            (
                "<PayerID>",
                "<PayerID xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\">",
            ),
            ("<PayerID>", "<PayerID xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"x\">"),
            ("<PayerID>", "<PayerID xml:lang=\"vi\">"),
            ("DebitDateTime>", "x:DebitDateTime>"),
        ],
        roots: &[
            "<PaymentConfirmation xmlns=\"urn:thongquan:payment:2\">",
            "<PaymentConfirmation>",
            "<PaymentConfirmation xmlns=\"urn:thongquan:payment:1\" xmlns:x=\"urn:x\">",
            "<PaymentConfirmation xmlns=\"urn:thongquan:payment:1\" xmlns:x=\"urn:thongquan:payment:1\">",
            "<PaymentConfirmation xmlns=\"urn:thongquan:payment:1\" version=\"1\">",
        ],
        names: &["PaidAmount", "PayerID", "ID", "Payment"],
    };
    let sound: Vec<String> = samples("payment/1.0/samples-valid").into_iter().map(|(_, document)| document).collect();
    let (differences, sound) =
        differences(PAYMENT, &sound, &ways, 2_000, |document| read_payment(document.as_bytes()).is_ok());
    assert!(differences.is_empty(), "{} differ, first:\n{}", differences.len(), differences[0]);
    assert!((600..1_800).contains(&sound), "{sound} of 2,000 are sound");
}

#[test]
fn libxml2_agrees_on_notices() {
    let ways = Ways {
        head: 2,
        values: &[
            VALUES,
            &[
                "registered",
                "opened",
                "green",
                "blue",
                "error",
                "4294967295",
                "4294967296",
                "00000000001",
                "vat",
                "-5",
                "--5",
                "-",
                "refused",
            ],
        ]
        .concat(),
        swaps: &[
            ("languageCode=\"en\"", "languageCode=\"vi\""),
            ("languageCode=\"vi\"", "languageCode=\" en \""),
            (" languageCode=\"vi\"", ""),
            (" languageCode=\"vi\"", " languageCode=\"vi\" x=\"1\""),
            ("nationalCode=\"1\"", "nationalCode=\"4\""),
            ("nationalCode=\"2\"", "code=\"2\""),
        ],
        roots: &[
            "<Notice xmlns=\"urn:thongquan:notice:2\">",
            "<Notice>",
            "<Notice xmlns=\"urn:thongquan:notice:1\" xmlns:x=\"urn:x\">",
            "<Notice xmlns=\"urn:thongquan:notice:1\" version=\"1\">",
        ],
        names: &["Finding", "TypeCode", "ID", "Message", "Amount"],
    };
    let sound: Vec<String> = samples("notice/1.0/samples-valid").into_iter().map(|(_, document)| document).collect();
    let (differences, sound) =
        differences(NOTICE, &sound, &ways, 2_000, |document| read_notice(document.as_bytes()).is_ok());
    assert!(differences.is_empty(), "{} differ, first:\n{}", differences.len(), differences[0]);
    assert!((600..1_800).contains(&sound), "{sound} of 2,000 are sound");
}

#[test]
fn the_samples_of_payments_are_valid_and_what_is_written() {
    let samples = samples("payment/1.0/samples-valid");
    assert!(samples.len() >= 3);
    let documents: Vec<String> = samples.iter().map(|(_, document)| document.clone()).collect();
    for ((name, document), valid) in samples.iter().zip(valid_by_libxml2(PAYMENT, &documents)) {
        assert!(valid, "{name}");
        let payment = read_payment(document.as_bytes()).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
        assert_eq!(String::from_utf8(write_payment(&payment)).unwrap(), *document, "{name}");
    }
}

#[test]
fn the_faulty_samples_of_payments_are_refused_by_both_with_every_mistake() {
    let told = told_of_faulty(PAYMENT, "payment/1.0/samples-faulty", read_payment);
    let told: Vec<(&str, String)> = told.iter().map(|(name, codes)| (name.as_str(), codes.clone())).collect();
    assert_eq!(
        told,
        [
            ("01-codes-and-amount.xml", "value_too_short value_malformed value_too_long value_malformed".to_owned()),
            ("02-day-and-missing-parts.xml", "missing_element missing_element value_malformed".to_owned()),
            ("03-attributes-and-strangers.xml", "unknown_attribute unknown_element unknown_element".to_owned()),
            ("04-another-namespace.xml", "wrong_namespace".to_owned()),
        ]
    );
}

#[test]
fn payments_of_any_size_are_valid_and_read_back() {
    let payments: Vec<PaymentConfirmation> = ["0", "1", "999999999999999"]
        .into_iter()
        .map(|amount| PaymentConfirmation {
            payer: "0101243150001".to_owned(),
            payment_identifier: "TQ & <1> \"2\"".to_owned(),
            declaration_number: "108399733040".to_owned(),
            bank_reference: "~".repeat(35),
            amount: Decimal::from_str_exact(amount).unwrap(),
            debited_at: date(2026, 11, 24).at(23, 59, 59, 999_999_999),
        })
        .collect();
    let documents: Vec<String> =
        payments.iter().map(|payment| String::from_utf8(write_payment(payment)).unwrap()).collect();
    assert_eq!(valid_by_libxml2(PAYMENT, &documents), [true; 3]);
    for (payment, document) in payments.iter().zip(&documents) {
        assert_eq!(read_payment(document.as_bytes()).as_ref(), Ok(payment));
    }
}
