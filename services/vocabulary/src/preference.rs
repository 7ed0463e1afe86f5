//! What became of a claim to the rate of a trade agreement, and why.

use serde::{Deserialize, Serialize};

use crate::citation::Citation;
use crate::finding::Bilingual;

/// What became of a claim to the rate of a trade agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Given, on a proof of origin that customs holds and has checked.
    Given,
    /// Given, on the reference to a proof that customs has not received.
    GivenOnReference,
    /// Given without a proof, because the consignment is small.
    GivenWithoutProof,
    /// Not needed: the rate that holds without an agreement is lower.
    NotNeeded,
    /// Not given yet: the proof is filed later.
    FiledLater,
    NotGiven,
}

impl Standing {
    /// Whether the agreement's rate was applied.
    pub fn is_given(self) -> bool {
        matches!(self, Self::Given | Self::GivenOnReference | Self::GivenWithoutProof)
    }

    /// What it means, for people.
    pub fn meaning(self) -> Bilingual {
        let (en, vi) = match self {
            Self::Given => ("given on a checked proof of origin", "được hưởng, chứng từ xuất xứ đã kiểm tra"),
            Self::GivenOnReference => (
                "given on the declared reference; customs has not received the proof",
                "được hưởng theo số tham chiếu đã khai; hải quan chưa nhận được chứng từ",
            ),
            Self::GivenWithoutProof => {
                ("given without a proof: the consignment is small", "được hưởng, lô hàng nhỏ không cần chứng từ")
            }
            Self::NotNeeded => {
                ("not needed: the rate without the agreement is lower", "không cần: thuế suất ngoài hiệp định thấp hơn")
            }
            Self::FiledLater => ("not yet: the proof is filed later", "chưa được hưởng: chứng từ nộp sau"),
            Self::NotGiven => ("not given", "không được hưởng"),
        };
        Bilingual::new(en, vi)
    }
}

/// The proof of origin that a line relies on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofReference {
    pub form: String,
    /// The number, as declared.
    pub number: String,
    /// The items of the proof that the line was matched with, from 1; empty while customs has not received it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<u32>,
}

/// What an officer should know about a proof of origin, and what no program can decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferenceNote {
    pub code: String,
    pub message: Bilingual,
    /// The rule and the law.
    #[serde(flatten)]
    pub citation: Citation,
}

/// What became of a line's claim to the rate of a trade agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preference {
    /// The identifier of the agreement, e.g. `atiga`.
    pub agreement: String,
    /// What became of the claim.
    pub standing: Standing,
    /// The proof that the line relies on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<ProofReference>,
    /// The rule that decided on the claim, and the law behind it; the rate cites its own.
    #[serde(flatten)]
    pub citation: Citation,
    /// For officers: what no finding says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<PreferenceNote>,
}
