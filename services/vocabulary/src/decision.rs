//! What was decided on a declaration, with every reason. This is what is kept, and what can be derived again.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::citation::{Citation, RulebookGap};
use crate::claim::Claim;
use crate::declaration::Direction;
use crate::duty::{DutyLine, DutyType, as_plain};
use crate::facts::{Facts, WriteOff};
use crate::finding::{Bilingual, Finding};
use crate::lane::Lane;
use crate::number::DeclarationNumber;
use crate::preference::Preference;

/// What became of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Registered, valued, assessed and routed.
    Accepted,
    /// Not registered: the declarant mends it and lodges again.
    Rejected,
    /// Not a declaration at all.
    Unreadable,
    /// The rulebook is silent: an officer and the rule keeper act.
    Referred,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Rejected, Self::Unreadable, Self::Referred];

    /// The word used in records and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Unreadable => "unreadable",
            Self::Referred => "referred",
        }
    }
}

/// One goods item as valued and assessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessedItem {
    /// The number of the line, from 1.
    pub sequence: u32,
    /// The tariff code as declared.
    pub commodity_code: String,
    /// The country of origin as declared; absent on an export that declares none.
    pub origin: Option<String>,
    /// The customs value in dong, rounded as the rule of valuation says.
    #[serde(serialize_with = "as_plain")]
    pub customs_value: Decimal,
    /// Its duties and taxes, in the order of assessment.
    pub taxes: Vec<DutyLine>,
    /// What became of its claim to the rate of a trade agreement; `None` where it makes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference: Option<Preference>,
}

/// What is owed of one tax on the whole declaration, in whole dong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyTotal {
    /// Which duty or tax.
    #[serde(rename = "type")]
    pub duty_type: DutyType,
    /// The sum of the lines' payable amounts, rounded as the rule of totals says.
    #[serde(serialize_with = "as_plain")]
    pub payable: Decimal,
}

/// Why a lane was chosen: one criterion that matched. For officers only; the declarant is told the lane alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionHit {
    /// The criterion and its dated version.
    pub criterion: String,
    /// The lane that it asks for; green where it only adds to the risk score.
    pub lane: Lane,
    /// What it adds to the declaration's risk score. A criterion that matches on several lines adds it once, with the
    /// first of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// What it means that the criterion matched, and the values that made it match.
    pub because: Bilingual,
}

/// The whole of a decision.
///
/// It is kept as JSON, and what is read back is written as the same bytes again. One thing is not told apart there: a tax
/// that goods are not subject to is written with the rate 0, and reads back as a rate of 0 %.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What became of the declaration.
    pub outcome: Outcome,
    /// The declarant's reference; absent where the document could not be read.
    pub reference: Option<String>,
    /// Import or export.
    pub direction: Option<Direction>,
    /// The declaration kind code.
    pub kind: Option<String>,
    /// The day whose rules were applied.
    pub registered_on: Date,
    /// The declaration's number; only of an accepted one.
    pub number: Option<DeclarationNumber>,
    /// The lane; only of an accepted one.
    pub lane: Option<Lane>,
    /// Everything wrong or worth saying, in the order of the document.
    pub findings: Vec<Finding>,
    /// Where the rulebook is silent.
    pub gaps: Vec<RulebookGap>,
    /// The goods items as assessed; empty unless accepted.
    pub items: Vec<AssessedItem>,
    /// What is owed of each tax.
    pub totals: Vec<DutyTotal>,
    /// What is owed altogether, in whole dong.
    #[serde(serialize_with = "as_plain")]
    pub total_payable: Decimal,
    /// What lowers a tax on the declarant's word alone; only of an accepted one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
    /// Why the lane was chosen.
    pub routing: Vec<CriterionHit>,
    /// The random number that selectivity drew, 0 to 999,999; kept so that the lane can be derived again.
    pub draw: Option<u32>,
    /// The exchange rates that were applied.
    pub exchange_rates: Vec<AppliedExchangeRate>,
    /// The rules by which amounts were rounded.
    pub roundings: Vec<Citation>,
    /// What the declaration uses up of certificates, exemptions, temporary movements and guarantees.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub write_offs: Vec<WriteOff>,
    /// What was known besides the declaration, so that the decision can be derived again.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
    /// The content hash of the rulebook.
    pub rulebook: String,
}

/// An exchange rate that was applied, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedExchangeRate {
    /// The currency's code (ISO 4217).
    pub currency: String,
    /// Dong for one unit.
    #[serde(serialize_with = "as_plain")]
    pub rate: Decimal,
    /// The rule and the law.
    #[serde(flatten)]
    pub citation: Citation,
}

/// A sentence for people about an outcome.
impl Outcome {
    /// What the outcome means to the declarant.
    pub fn meaning(self) -> Bilingual {
        match self {
            Self::Accepted => Bilingual::new("the declaration is registered", "tờ khai đã được đăng ký"),
            Self::Rejected => Bilingual::new(
                "the declaration is not registered; mend the findings and lodge it again",
                "tờ khai chưa được đăng ký; hãy sửa các lỗi và khai lại",
            ),
            Self::Unreadable => Bilingual::new(
                "the document could not be read as a declaration",
                "không đọc được chứng từ này như một tờ khai",
            ),
            Self::Referred => Bilingual::new(
                "the declaration was handed to an officer, because the rulebook does not answer it",
                "tờ khai được chuyển cho công chức hải quan vì bộ quy tắc chưa có câu trả lời",
            ),
        }
    }
}

impl Outcome {
    /// What the outcome would mean if the declaration were lodged as it is.
    pub fn prospect(self) -> Bilingual {
        match self {
            Self::Accepted => {
                Bilingual::new("the declaration would be registered", "tờ khai đủ điều kiện được chấp nhận đăng ký")
            }
            Self::Rejected => Bilingual::new(
                "the declaration would not be registered; mend the errors first",
                "tờ khai sẽ không được chấp nhận đăng ký; hãy sửa các lỗi trước",
            ),
            Self::Unreadable => self.meaning(),
            Self::Referred => Bilingual::new(
                "the declaration would be handed to an officer, because the rulebook does not answer it",
                "tờ khai sẽ được chuyển cho công chức hải quan vì bộ quy tắc chưa có câu trả lời",
            ),
        }
    }

    /// The outcome in a word.
    pub fn word(self) -> Bilingual {
        let vi = match self {
            Self::Accepted => "chấp nhận",
            Self::Rejected => "từ chối",
            Self::Unreadable => "không đọc được",
            Self::Referred => "chuyển công chức",
        };
        Bilingual::new(self.as_str(), vi)
    }
}
