//! What is known of a trader besides the declaration.

use serde::{Deserialize, Serialize};

/// Whether a tax code is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxCodeStatus {
    /// In use.
    #[default]
    Active,
    /// The enterprise has suspended its business.
    Suspended,
    /// Closed.
    Closed,
}

/// A trader as known to customs on the day of registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraderFacts {
    /// The tax code.
    pub tax_code: String,
    /// Whether the tax code is in use.
    #[serde(default)]
    pub status: TaxCodeStatus,
    /// The level of compliance, 1 (authorised operator) to 5 (non-compliant) (Circular 81/2019/TT-BTC).
    pub compliance_level: u8,
    /// Whether the trader is an authorised economic operator (doanh nghiệp ưu tiên).
    #[serde(default)]
    pub authorised_operator: bool,
    /// Whether tax is overdue by more than 90 days (Law 54/2014 art. on enforcement).
    #[serde(default)]
    pub debt_over_90_days: bool,
}

/// What is known besides the declaration: the content of a facts file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The traders.
    #[serde(default)]
    pub traders: Vec<TraderFacts>,
}

impl Facts {
    /// What is known of the trader with a tax code.
    pub fn trader(&self, tax_code: &str) -> Option<&TraderFacts> {
        self.traders.iter().find(|trader| trader.tax_code == tax_code)
    }
}
