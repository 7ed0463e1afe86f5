//! What lowers a tax on nothing but the declarant's word.

use serde::{Deserialize, Serialize};

use crate::citation::Citation;
use crate::duty::DutyType;
use crate::finding::Bilingual;

/// What a claim is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// A declaration kind that lowers a tax, of a trader whom no fact entitles to it.
    DeclarationKind,
    /// A code by which a tax is exempt, reduced or not on the goods.
    TaxCode,
    /// A rate below another one that the same tariff line may bear.
    Rate,
    /// The rate of a trade agreement, without a proof of origin that customs holds.
    Preference,
    /// An origin, a maker or a description that keeps a trade remedy away or lowers it.
    Remedy,
    /// The rate inside a tariff quota, without a licence that customs holds.
    Quota,
    /// A customs value below what the invoice gives, or a deduction from it.
    Value,
}

impl ClaimKind {
    /// The word used in records and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DeclarationKind => "declaration_kind",
            Self::TaxCode => "tax_code",
            Self::Rate => "rate",
            Self::Preference => "preference",
            Self::Remedy => "remedy",
            Self::Quota => "quota",
            Self::Value => "value",
        }
    }
}

/// Something that lowers a tax and that is neither implied by the kind of declaration and the goods, nor proved by a
/// fact that customs holds (Law 107/2016/QH13 art. 16 and 19). An officer sees it before the goods are cleared: a
/// declaration with a claim is never green.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// What it is made with.
    pub kind: ClaimKind,
    /// The number of the goods item, from 1; `None` when it is the declaration as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    /// The tax that it lowers; `None` when it is more than one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<DutyType>,
    /// The code that was declared for it, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What is claimed.
    pub message: Bilingual,
    /// The paper or the fact that would prove it.
    pub rests_on: Bilingual,
    /// The rule and the law.
    #[serde(flatten)]
    pub citation: Citation,
}
