//! A bank's confirmation that something was paid: `schemas/payment/1.0/payment.xsd`.

use rust_decimal::Decimal;
use vocabulary::{Finding, Kind, PaymentConfirmation, Value};

use super::indented::Out;
use super::shapes::{DATE_TIME_SHAPE, DECLARATION_ID, PAYMENT_IDENTIFIER_ID, TAX_CODE_ID, date_time, text};
use super::tree::{self, Format};
use crate::form::law;

/// The namespace of the payment confirmation, version 1.
pub const PAYMENT_NAMESPACE: &str = "urn:thongquan:payment:1";

const FORMAT: Format = Format {
    root: "PaymentConfirmation",
    namespace: PAYMENT_NAMESPACE,
    schema: "schemas/payment/1.0",
    law: law::PAYMENT,
};

/// Reads a bank's confirmation.
///
/// # Errors
/// Everything that `schemas/payment/1.0/payment.xsd` forbids, or why the document cannot be read at all.
pub fn read_payment(bytes: &[u8]) -> Result<PaymentConfirmation, Vec<Finding>> {
    tree::read(bytes, &FORMAT, |cursor| {
        let payer = cursor.value("PayerID", TAX_CODE_ID);
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
    let mut out = Out::begin("PaymentConfirmation", PAYMENT_NAMESPACE);
    for (name, value) in [
        ("PayerID", payment.payer.as_str()),
        ("PaymentIdentifierID", &payment.payment_identifier),
        ("DeclarationID", &payment.declaration_number),
        ("BankReferenceID", &payment.bank_reference),
        ("PaidAmount", &vocabulary::duty::plain(payment.amount)),
        ("DebitDateTime", &payment.debited_at.to_string()),
    ] {
        out.leaf(1, name, "", value);
    }
    out.end("PaymentConfirmation")
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
}
