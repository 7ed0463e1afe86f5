//! The notice to the declarant: `schemas/notice/1.0/notice.xsd`. It says what was decided and what is wrong, and never why
//! a lane was chosen.

use vocabulary::duty::plain;
use vocabulary::{DutyTotal, DutyType, Finding, Kind, Lane, Notice, NoticeKind, Reason};

use super::indented::Out;
use super::shapes::{
    AMOUNT_SHAPE, DATE_TIME_SHAPE, DECLARATION_ID, LANE_SHAPE, NUMBER_SHAPE, PAYMENT_IDENTIFIER_ID, amount, bilingual,
    date_time, finding, number, text,
};
use super::tree::{Cursor, Element, Format};
use super::{shapes, tree};
use crate::form::law;

/// The namespace of the notice, version 1.
pub const NOTICE_NAMESPACE: &str = "urn:thongquan:notice:1";

const FORMAT: Format =
    Format { root: "Notice", namespace: NOTICE_NAMESPACE, schema: "schemas/notice/1.0", law: law::NOTICE };

pub fn write_notice(notice: &Notice) -> Vec<u8> {
    let mut out = Out::begin("Notice", NOTICE_NAMESPACE);
    out.leaf(1, "TypeCode", "", notice.kind.as_str());
    out.leaf(1, "DeclarantID", "", &notice.declarant);
    out.leaf(1, "FunctionalReferenceID", "", &notice.reference);
    out.leaf(1, "VersionID", "", &notice.version.to_string());
    out.leaf(1, "IssueDateTime", "", &notice.issued_at.to_string());
    out.optional(1, "DeclarationID", notice.number.as_deref());
    if let Some(lane) = notice.lane {
        out.leaf(1, "Lane", &format!(" nationalCode=\"{}\"", lane.code()), lane.as_str());
    }
    for total in &notice.totals {
        out.open(1, "DutyTaxFeeTotal");
        out.leaf(2, "TypeCode", "", total.duty_type.as_str());
        out.leaf(2, "PayableAmount", "", &plain(total.payable));
        out.close(1, "DutyTaxFeeTotal");
    }
    out.optional(1, "TotalPayableAmount", notice.total_payable.map(plain).as_deref());
    out.optional(1, "PreviousTotalPayableAmount", notice.previous_total_payable.map(plain).as_deref());
    if let (Some(now), Some(before)) = (notice.total_payable, notice.previous_total_payable) {
        out.leaf(1, "DifferenceAmount", "", &plain(now - before));
    }
    out.optional(1, "PaymentIdentifierID", notice.payment_identifier.as_deref());
    if let Some(reason) = &notice.reason {
        out.open(1, "Reason");
        out.leaf(2, "Code", "", &reason.code);
        out.bilingual(2, "Message", &reason.message);
        out.close(1, "Reason");
    }
    for finding in &notice.findings {
        out.finding(1, finding);
    }
    out.end("Notice")
}

/// Reads a notice, as a declarant's system does.
///
/// # Errors
/// What keeps the document from being a notice after `schemas/notice/1.0/notice.xsd`, or why it cannot be read at all.
pub fn read_notice(bytes: &[u8]) -> Result<Notice, Vec<Finding>> {
    tree::read(bytes, &FORMAT, |cursor| {
        let kind = cursor.parsed("TypeCode", ["the kind of a notice", "loại thông báo"], |text| {
            NoticeKind::ALL.into_iter().find(|kind| kind.as_str() == text)
        });
        let declarant = cursor.bounded_text("DeclarantID", 35);
        let reference = cursor.bounded_text("FunctionalReferenceID", 300);
        let version = cursor.parsed("VersionID", NUMBER_SHAPE, number);
        let issued_at = cursor.parsed("IssueDateTime", DATE_TIME_SHAPE, date_time);
        let number = cursor.optional_value("DeclarationID", DECLARATION_ID).and_then(text);
        let lane = cursor.optional("Lane").and_then(|element| lane(cursor, element));
        let mut totals = Vec::new();
        while let Some(total) = cursor.optional("DutyTaxFeeTotal") {
            totals.extend(cursor.group(total, duty_total));
        }
        let total_payable = cursor.optional_parsed("TotalPayableAmount", AMOUNT_SHAPE, amount);
        let previous_total_payable = cursor.optional_parsed("PreviousTotalPayableAmount", AMOUNT_SHAPE, amount);
        // It follows from the two totals; it is read so that what cannot be a difference is told.
        cursor.optional_parsed("DifferenceAmount", DIFFERENCE_SHAPE, |text| {
            amount(text.strip_prefix('-').unwrap_or(text))
        });
        let payment_identifier = cursor.optional_value("PaymentIdentifierID", PAYMENT_IDENTIFIER_ID).and_then(text);
        let reason = cursor.optional("Reason").and_then(|element| cursor.group(element, reason));
        let mut findings = Vec::new();
        while let Some(element) = cursor.optional("Finding") {
            findings.extend(cursor.group(element, finding));
        }
        Some(Notice {
            kind: kind?,
            declarant: declarant?,
            reference: reference?,
            version: version?,
            issued_at: issued_at?,
            number,
            lane,
            totals,
            total_payable,
            previous_total_payable,
            payment_identifier,
            reason,
            findings,
        })
    })
}

const DIFFERENCE_SHAPE: [&str; 2] =
    ["whole dong, with a minus sign where it is less", "số tiền đồng, có dấu trừ nếu giảm"];

fn lane<'t>(cursor: &mut Cursor<'t>, element: &'t Element) -> Option<Lane> {
    let code = cursor.attribute(element, "nationalCode", &["1", "2", "3"]);
    let lane = cursor.parsed_of(element, LANE_SHAPE, shapes::lane);
    code.and(lane)
}

fn duty_total(cursor: &mut Cursor<'_>) -> Option<DutyTotal> {
    let duty_type = cursor.parsed("TypeCode", ["a type of duty or tax", "loại thuế"], |text| {
        DutyType::ALL.into_iter().find(|duty_type| duty_type.as_str() == text)
    });
    let payable = cursor.parsed("PayableAmount", AMOUNT_SHAPE, amount);
    Some(DutyTotal { duty_type: duty_type?, payable: payable? })
}

fn reason(cursor: &mut Cursor<'_>) -> Option<Reason> {
    let code = cursor.value("Code", Kind::Wide { max: 64 }).and_then(text);
    let message = bilingual(cursor, "Message");
    Some(Reason { code: code?, message: message? })
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use vocabulary::{Bilingual, Severity};

    use super::*;

    fn notice() -> Notice {
        Notice {
            kind: NoticeKind::Registered,
            declarant: "0101243150".to_owned(),
            reference: "HD & <2026>".to_owned(),
            version: 2,
            issued_at: date_time("2026-11-24T09:30:00").unwrap(),
            number: Some("108399733040".to_owned()),
            lane: Some(Lane::Yellow),
            totals: vec![
                DutyTotal { duty_type: DutyType::ImportDuty, payable: Decimal::from(26_100_000) },
                DutyTotal { duty_type: DutyType::Vat, payable: Decimal::from(99_999_999_999_u64) },
            ],
            total_payable: Some(Decimal::from(100_026_099_999_u64)),
            previous_total_payable: Some(Decimal::from(100_026_100_000_u64)),
            payment_identifier: Some("VN108399733040".to_owned()),
            reason: Some(Reason { code: "E0399".to_owned(), message: Bilingual::new("nine times", "chín lần") }),
            findings: vec![Finding {
                code: "R1088".to_owned(),
                severity: Severity::Warning,
                path: "/Declaration/GoodsShipment/Invoice/ID".to_owned(),
                item: Some(3),
                field: Some("IV3".to_owned()),
                value: Some("  \n\"hai\"  ".to_owned()),
                message: Bilingual::new("look again", "hãy kiểm tra lại"),
                mend: Bilingual::new("mend it", "sửa lại"),
                suggestions: Vec::new(),
                rule: "validation/invoice".to_owned(),
                law: "Circular 38/2015/TT-BTC".to_owned(),
                follows_from: Some("R0001".to_owned()),
                line: Some(7),
                column: Some(12),
                place: None,
            }],
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        assert_eq!(read_notice(&write_notice(&notice())).unwrap(), notice());
        let brief = Notice {
            kind: NoticeKind::Rejected,
            number: None,
            lane: None,
            totals: Vec::new(),
            total_payable: None,
            previous_total_payable: None,
            payment_identifier: None,
            reason: None,
            ..notice()
        };
        assert_eq!(read_notice(&write_notice(&brief)).unwrap(), brief);
    }

    #[test]
    fn a_notice_gives_the_lane_with_its_national_code() {
        let document = String::from_utf8(write_notice(&notice())).unwrap();
        assert!(document.contains("<Lane nationalCode=\"2\">yellow</Lane>"), "{document}");
        assert!(document.contains("<DifferenceAmount>-1</DifferenceAmount>"), "{document}");
    }

    #[test]
    fn what_is_no_notice_is_refused() {
        let document = String::from_utf8(write_notice(&notice())).unwrap();
        let findings = read_notice(document.replace(">registered<", ">opened<").as_bytes()).unwrap_err();
        assert_eq!(findings[0].path, "/Notice/TypeCode");
        let findings = read_notice(document.replace("Law>", "Lore>").as_bytes()).unwrap_err();
        let seen: Vec<_> = findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(seen, ["missing_element", "unknown_element"]);
    }
}
