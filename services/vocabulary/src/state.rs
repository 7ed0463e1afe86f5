//! Where a declaration stands, and what stands in for the payment of what is owed on it.

use std::fmt;
use std::str::FromStr;

use crate::finding::Bilingual;
use crate::lane::Lane;
use serde::{Deserialize, Serialize};

/// Where a declaration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing of it is kept yet; also how a declaration looks that nobody knows.
    Draft,
    /// Not registered; the declarant lodges again.
    Rejected,
    /// An officer has it, because the rulebook does not answer it.
    Referred,
    /// Kept under its number, without force until it is registered (IDA, EDA).
    PreRegistered,
    /// Checked as far as its lane asks for, and something is owed (Law 107/2016 art. 9: taxes are paid before clearance).
    AwaitingPayment,
    /// An officer checks the documents (yellow).
    DocumentCheck,
    /// An officer asked for an amendment and waits for it.
    AmendmentInstructed,
    /// An officer checks the documents, then the goods (red).
    Examination,
    /// The declarant has the goods, and their value, code or quantity is not fixed yet (giải phóng hàng).
    ReleasedBeforePermit,
    /// The goods wait in storage for a specialised inspection (đưa hàng về bảo quản).
    TakenToStorage,
    /// Cleared (thông quan, Law 54/2014 art. 37).
    Cleared,
    /// Cleared, and through the supervision area (qua khu vực giám sát): for exports the proof of export.
    ThroughSupervision,
    /// Cleared, and amended since: an officer checks what the amendment rests on (kiểm tra hồ sơ khai bổ sung sau thông quan,
    /// Circular 38/2015 art. 20).
    AmendmentCheck,
    /// Refused by an officer.
    Refused,
    /// Cancelled (hủy), on request or because its time ran out.
    Cancelled,
    /// What was declared in advance was not registered in time.
    Expired,
    /// Of a version: a later version of the same declaration stands in its place.
    Superseded,
}

impl State {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 17] = [
        Self::Draft,
        Self::Rejected,
        Self::Referred,
        Self::PreRegistered,
        Self::AwaitingPayment,
        Self::DocumentCheck,
        Self::AmendmentInstructed,
        Self::Examination,
        Self::ReleasedBeforePermit,
        Self::TakenToStorage,
        Self::Cleared,
        Self::ThroughSupervision,
        Self::AmendmentCheck,
        Self::Refused,
        Self::Cancelled,
        Self::Expired,
        Self::Superseded,
    ];

    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Rejected => "rejected",
            Self::Referred => "referred",
            Self::PreRegistered => "pre_registered",
            Self::AwaitingPayment => "awaiting_payment",
            Self::DocumentCheck => "document_check",
            Self::AmendmentInstructed => "amendment_instructed",
            Self::Examination => "examination",
            Self::ReleasedBeforePermit => "released_before_permit",
            Self::TakenToStorage => "taken_to_storage",
            Self::Cleared => "cleared",
            Self::ThroughSupervision => "through_supervision",
            Self::AmendmentCheck => "amendment_check",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
        }
    }

    /// What is said of a declaration in this state, after "the declaration".
    pub fn meaning(self) -> Bilingual {
        let (en, vi) = match self {
            Self::Draft => ("is not known under this number", "không có trong hệ thống với số này"),
            Self::Rejected => ("was not registered", "chưa được đăng ký"),
            Self::Referred => ("is with an officer, who decides on it", "đang do công chức hải quan xem xét"),
            Self::PreRegistered => ("is declared in advance and not registered yet", "mới khai trước, chưa đăng ký"),
            Self::AwaitingPayment => ("awaits the payment of what is owed", "đang chờ nộp thuế"),
            Self::DocumentCheck => ("has its documents checked", "đang được kiểm tra hồ sơ"),
            Self::AmendmentInstructed => ("has to be amended as customs instructed", "đang chờ sửa đổi theo yêu cầu"),
            Self::Examination => ("has its goods examined", "đang được kiểm tra thực tế hàng hóa"),
            Self::ReleasedBeforePermit => {
                ("has its goods released and is not cleared yet", "đã giải phóng hàng, chưa thông quan")
            }
            Self::TakenToStorage => ("has its goods in storage", "có hàng đang được đưa về bảo quản"),
            Self::Cleared => ("is cleared", "đã thông quan"),
            Self::ThroughSupervision => ("is cleared and through the supervision area", "đã qua khu vực giám sát"),
            Self::AmendmentCheck => {
                ("is cleared, and its amendment is checked", "đã thông quan, đang kiểm tra hồ sơ khai bổ sung")
            }
            Self::Refused => ("was refused by customs", "đã bị cơ quan hải quan từ chối"),
            Self::Cancelled => ("is cancelled", "đã hủy"),
            Self::Expired => ("was not registered in time and has expired", "đã hết hạn lưu thông tin khai trước"),
            Self::Superseded => ("has a later version in its place", "đã được thay bằng phiên bản sau"),
        };
        Bilingual::new(en, vi)
    }

    /// Whether the declaration is registered and nothing has ended its life.
    pub fn is_registered(self) -> bool {
        matches!(
            self,
            Self::AwaitingPayment
                | Self::DocumentCheck
                | Self::AmendmentInstructed
                | Self::Examination
                | Self::ReleasedBeforePermit
                | Self::TakenToStorage
                | Self::Cleared
                | Self::ThroughSupervision
                | Self::AmendmentCheck
        )
    }

    /// Whether the goods are cleared.
    pub fn is_cleared(self) -> bool {
        matches!(self, Self::Cleared | Self::ThroughSupervision | Self::AmendmentCheck)
    }

    /// The check that a lane asks for; without one, payment comes next.
    pub fn of_lane(lane: Lane) -> Self {
        match lane {
            Lane::Green => Self::AwaitingPayment,
            Lane::Yellow => Self::DocumentCheck,
            Lane::Red => Self::Examination,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no state of a declaration")]
pub struct UnknownState(pub String);

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(word: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == word).ok_or_else(|| UnknownState(word.to_owned()))
    }
}

/// What stands in for payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// Nothing: what is owed is paid before clearance.
    #[default]
    None,
    /// A bank's guarantee covers what is owed (Law 107/2016 art. 9).
    Guaranteed,
    /// An authorised operator pays in the month after clearance (Law 107/2016 art. 9).
    Deferred,
}

impl Security {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Guaranteed => "guaranteed",
            Self::Deferred => "deferred",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_written_and_read_back() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
            assert!(!state.meaning().vi.is_empty());
        }
        assert!("paid".parse::<State>().is_err());
    }
}
