//! A bank's confirmation of a payment after reading, and the declaration that it names.

use storage::PaymentKey;
use vocabulary::{DeclarationNumber, Finding, PaymentConfirmation};

use super::arrival::Arrival;

/// A payment message after reading.
#[derive(Debug)]
pub struct Confirmation {
    pub(crate) arrival: Arrival,
    pub(crate) reading: Result<PaymentConfirmation, Vec<Finding>>,
}

impl Confirmation {
    /// Reads the confirmation that arrived.
    pub(crate) fn read(arrival: Arrival) -> Self {
        let reading = message::read_payment(arrival.payload());
        Self { reading, arrival }
    }
}

pub(crate) fn key_of(payment: &PaymentConfirmation) -> PaymentKey {
    PaymentKey {
        payer: payment.payer.clone(),
        identifier: payment.payment_identifier.clone(),
        bank_reference: payment.bank_reference.clone(),
    }
}

/// The digits that stay of the number of the declaration that the payer's identifier is for; `None` of one that customs never
/// gave.
pub(crate) fn stem_of_identifier(payment: &PaymentConfirmation) -> Option<String> {
    DeclarationNumber::of_payment_identifier(&payment.payment_identifier).map(DeclarationNumber::stem)
}

/// The declaration of the payer's own that a payment is for: who declares, and the digits of its number that stay through amendments.
pub(crate) fn named(payment: &PaymentConfirmation) -> Option<(String, String)> {
    let number: DeclarationNumber = payment.declaration_number.parse().ok()?;
    Some((payment.payer.clone(), number.stem()))
}
