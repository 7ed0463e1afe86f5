//! A bank that pays what its customers are asked to pay.

use jiff::ToSpan as _;
use rust_decimal::Decimal;
use vocabulary::{Notice, PaymentConfirmation};

/// Pays most of what is owed, some of it in two parts, some of it twice confirmed, some twice, some of it too much, some
/// never. What it does about a notice hangs on the notice and the seed alone, so the order in which notices come makes no
/// difference.
#[derive(Debug, Clone)]
pub struct Bank {
    seed: u64,
}

impl Bank {
    /// A bank with habits that hang on a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// What it confirms upon a notice that something is to be paid.
    pub fn pay(&mut self, notice: &Notice) -> Vec<PaymentConfirmation> {
        let (Some(number), Some(identifier), Some(owed)) =
            (&notice.number, &notice.payment_identifier, notice.total_payable)
        else {
            return Vec::new();
        };
        let habit = habit(self.seed, number);
        let payment = |part: u32, amount: Decimal| PaymentConfirmation {
            payer: notice.declarant.clone(),
            payment_identifier: identifier.clone(),
            declaration_number: number.clone(),
            bank_reference: format!("FT{number}{part:02}"),
            amount,
            debited_at: notice.issued_at.saturating_add((10 + i64::from(part)).minutes()),
        };
        match habit {
            // One in twelve does not pay.
            0 => Vec::new(),
            // One in twelve pays in two parts.
            1 if owed > Decimal::ONE => {
                let half = (owed / Decimal::TWO).floor();
                vec![payment(1, half), payment(2, owed - half)]
            }
            // One in twelve is confirmed twice.
            2 => vec![payment(1, owed), payment(1, owed)],
            // One in twelve pays twice: the second debit finds nothing owed.
            3 => vec![payment(1, owed), payment(2, owed)],
            // One in twelve pays a thousand dong too much.
            4 => vec![payment(1, owed + Decimal::ONE_THOUSAND)],
            _ => vec![payment(1, owed)],
        }
    }
}

/// A number from 0 to 11 that hangs on the seed and the declaration's number (FNV-1a).
fn habit(seed: u64, number: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
    for byte in number.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash >> 32) % 12
}
