//! A bank's confirmation that something was paid: `schemas/payment/1.0/payment.xsd`.

use jiff::civil::DateTime;
use rust_decimal::Decimal;
use vocabulary::{Finding, Kind, PaymentConfirmation, Value};

use crate::tree::{self, Format};
use crate::xml::{self, Namespace};

/// The namespace of the payment confirmation, version 1.
pub const PAYMENT_NAMESPACE: &str = "urn:thongquan:payment:1";

const FORMAT: Format = Format {
    root: "PaymentConfirmation",
    namespace: Namespace::Payment,
    uri: PAYMENT_NAMESPACE,
    schema: "schemas/payment/1.0",
    law: "Law 108/2025/QH15, art. 14 (the identifier of what is owed; the payment's date is that of the debit)",
};

/// The identifier of what is owed (mã định danh khoản phải nộp), as notices give it and payments name it.
pub(crate) const PAYMENT_IDENTIFIER_ID: Kind = Kind::Ascii { max: 35 };
/// The number of a declaration.
pub(crate) const DECLARATION_ID: Kind = Kind::Code { min: 12, max: 12 };

/// Reads a bank's confirmation.
///
/// # Errors
/// Everything that `schemas/payment/1.0/payment.xsd` forbids, or why the document cannot be read at all.
pub fn read_payment(bytes: &[u8]) -> Result<PaymentConfirmation, Vec<Finding>> {
    tree::read(bytes, &FORMAT, |cursor| {
        let payer = cursor.value("PayerID", Kind::Code { min: 10, max: 13 });
        let payment_identifier = cursor.value("PaymentIdentifierID", PAYMENT_IDENTIFIER_ID);
        let declaration_number = cursor.value("DeclarationID", DECLARATION_ID);
        let bank_reference = cursor.value("BankReferenceID", Kind::Ascii { max: 35 });
        let amount = cursor.value("PaidAmount", Kind::Integer { digits: 15 });
        let debited_at = cursor.parsed("DebitDateTime", DATE_TIME_SHAPE, date_time);
        Some(PaymentConfirmation {
            payer: text(payer?)?,
            payment_identifier: text(payment_identifier?)?,
            declaration_number: text(declaration_number?)?,
            bank_reference: text(bank_reference?)?,
            amount: match amount? {
                Value::Integer(amount) => Decimal::from(amount),
                _ => return None,
            },
            debited_at: debited_at?,
        })
    })
}

/// Writes a bank's confirmation.
pub fn write_payment(payment: &PaymentConfirmation) -> Vec<u8> {
    let mut out =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PaymentConfirmation xmlns=\"{PAYMENT_NAMESPACE}\">\n");
    for (name, value) in [
        ("PayerID", payment.payer.as_str()),
        ("PaymentIdentifierID", &payment.payment_identifier),
        ("DeclarationID", &payment.declaration_number),
        ("BankReferenceID", &payment.bank_reference),
        ("PaidAmount", &vocabulary::duty::plain(payment.amount)),
        ("DebitDateTime", &payment.debited_at.to_string()),
    ] {
        out.push_str(&format!("  <{name}>"));
        xml::escape(value, &mut out);
        out.push_str(&format!("</{name}>\n"));
    }
    out.push_str("</PaymentConfirmation>\n");
    out.into_bytes()
}

/// The text of a value that is one.
pub(crate) fn text(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.into()),
        _ => None,
    }
}

pub(crate) const DATE_TIME_SHAPE: [&str; 2] =
    ["a day and time in Vietnam such as 2026-11-24T09:30:00", "ngày giờ Việt Nam, ví dụ 2026-11-24T09:30:00"];

/// A day and time without a zone, as the schemas have them.
pub(crate) fn date_time(text: &str) -> Option<DateTime> {
    let (day, time) = text.split_once('T')?;
    let (whole, fraction) = match time.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (time, "0"),
    };
    let [h1, h2, b':', m1, m2, b':', s1, s2] = whole.as_bytes() else {
        return None;
    };
    if fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0_i32, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i32::from(digit - b'0')))
    };
    let part = |tens: u8, ones: u8| number(&[tens, ones]).and_then(|number| i8::try_from(number).ok());
    let scale = 10_i32.pow(9 - u32::try_from(fraction.len()).ok()?);
    let nanoseconds = number(fraction.as_bytes())? * scale;
    let time = jiff::civil::Time::new(part(*h1, *h2)?, part(*m1, *m2)?, part(*s1, *s2)?, nanoseconds).ok()?;
    Some(crate::values::date(day)?.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment() -> PaymentConfirmation {
        PaymentConfirmation {
            payer: "0101243150".to_owned(),
            payment_identifier: "VN108399733040".to_owned(),
            declaration_number: "108399733040".to_owned(),
            bank_reference: "FT26 328 & <1>".to_owned(),
            amount: Decimal::from(143_254_033),
            debited_at: date_time("2026-11-24T09:30:00.25").unwrap(),
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        assert_eq!(read_payment(&write_payment(&payment())).unwrap(), payment());
    }

    #[test]
    fn every_mistake_is_told() {
        let document = String::from_utf8(write_payment(&payment())).unwrap();
        let broken = document
            .replace("<PayerID>0101243150", "<PayerID>01 01")
            .replace("143254033", "143254033.5")
            .replace("2026-11-24T", "2026-11-31T")
            .replace("BankReferenceID", "BankReference");
        let findings = read_payment(broken.as_bytes()).unwrap_err();
        let seen: Vec<_> = findings.iter().map(|finding| (finding.code.as_str(), finding.path.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("missing_element", "/PaymentConfirmation/BankReferenceID"),
                ("value_malformed", "/PaymentConfirmation/PayerID"),
                ("unknown_element", "/PaymentConfirmation/BankReference"),
                ("value_malformed", "/PaymentConfirmation/PaidAmount"),
                ("value_malformed", "/PaymentConfirmation/DebitDateTime"),
            ]
        );
        assert!(findings.iter().all(|finding| finding.line.is_some() && !finding.mend.vi.is_empty()));
    }

    #[test]
    fn other_documents_are_refused() {
        for (document, code) in [
            ("<PaymentConfirmation/>", "wrong_namespace"),
            ("<Notice xmlns='urn:thongquan:payment:1'/>", "wrong_root"),
            ("<PaymentConfirmation", "not_well_formed"),
        ] {
            assert_eq!(read_payment(document.as_bytes()).unwrap_err()[0].code, code);
        }
    }

    #[test]
    fn times_are_strict() {
        for text in [
            "2026-11-24T24:00:00",
            "2026-11-24T09:30:60",
            "2026-11-24T09:30",
            "2026-11-24 09:30:00",
            "2026-11-24T09:30:00Z",
            "2026-11-24T09:30:00.",
            "2026-11-24T09:30:00.1234567890",
            "2026-11-24T+9:30:00",
        ] {
            assert_eq!(date_time(text), None, "{text}");
        }
    }
}
