//! Certificates and other proofs of origin, as they were received.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A proof of origin as it is known to customs (Circular 33/2023/TT-BTC; ATIGA annex 8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginCertificate {
    /// The form, a code of the list of origin certificates, e.g. `D`.
    pub form: String,
    /// The reference number.
    pub number: String,
    /// The day of issue.
    pub issued_on: Date,
    /// The country whose authority issued it.
    pub issuing_country: String,
    /// The goods.
    pub items: Vec<CertificateItem>,
}

/// One line of goods on a proof of origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateItem {
    /// The number of the line, from 1.
    pub line: u32,
    /// The tariff code, six digits at least.
    pub commodity_code: String,
    /// The criterion by which the goods originate, as printed.
    pub criterion: String,
    /// How much was not used by an earlier declaration.
    pub remaining: Decimal,
    /// The unit that it is counted in.
    pub unit: String,
}
