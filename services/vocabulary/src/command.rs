//! What officers, gates and the calendar command, and what they are answered.

use jiff::civil::{Date, DateTime};

use crate::citation::RulebookGap;
use crate::command_kind::CommandKind;
use crate::finding::{Bilingual, Finding};
use crate::lane::Lane;
use crate::notice::Reason;
use crate::state::State;

/// A command of customs to one declaration. Two with one identifier, for one declarant, are one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomsCommand {
    /// The identifier that whoever commands gave it.
    pub identifier: String,
    /// The tax code of the enterprise whose declaration it is.
    pub declarant: String,
    pub declaration: NamedDeclaration,
    /// When it was given, in Vietnam's time. What it does is dated by its arrival.
    pub given_at: DateTime,
    pub commander: Commander,
    pub instruction: Instruction,
    /// A remark for the record of customs; the declarant is never told it.
    pub remark: Option<String>,
}

/// The name of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedDeclaration {
    /// Its number; that of any of its versions.
    Number(String),
    /// The declarant's reference and its version, where it has no number yet.
    Reference { reference: String, version: u32 },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commander {
    /// A customs officer.
    Officer(Post),
    /// Whoever watches a gate of a supervision area.
    Gate(Post),
    /// The calendar.
    Time,
}

impl Commander {
    /// The word used in records.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Officer(_) => "officer",
            Self::Gate(_) => "gate",
            Self::Time => "time",
        }
    }

    /// Where and who, of people and gates.
    pub fn post(&self) -> Option<&Post> {
        match self {
            Self::Officer(post) | Self::Gate(post) => Some(post),
            Self::Time => None,
        }
    }
}

/// Who commands, and at which office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The officer's or the gate's own identifier.
    pub identity: String,
    /// The code of the customs office.
    pub office: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instruction {
    /// The documents are accepted.
    AcceptDocuments,
    /// The declarant has to amend.
    InstructAmendment {
        /// What has to be amended, and why; for the declarant.
        reason: Reason,
    },
    /// It goes by a stricter lane.
    Reroute {
        lane: Lane,
        /// Why; for customs alone.
        reason: Reason,
    },
    /// The goods were examined.
    FinishExamination,
    /// The goods are released before clearance.
    Release {
        /// A waits for classification, B for the value, C for something else.
        reason_code: String,
    },
    /// The goods may be taken to storage.
    TakeToStorage {
        /// The place, where it is known.
        place: Option<String>,
    },
    /// What was open after release or storage is fixed.
    Clear {
        /// The permit or the result of the inspection that it rests on.
        permit: Option<String>,
    },
    /// A referred declaration is decided again.
    Decide,
    /// The declaration is refused.
    Refuse {
        /// Why; for the declarant.
        reason: Reason,
    },
    /// The goods passed the supervision area.
    PassSupervision,
    /// The term for registration has passed.
    Expire,
    /// A term after registration has passed.
    CancelAutomatically(AutomaticCase),
}

impl Instruction {
    /// What is commanded, without its particulars.
    pub fn kind(&self) -> CommandKind {
        match self {
            Self::AcceptDocuments => CommandKind::AcceptDocuments,
            Self::InstructAmendment { .. } => CommandKind::InstructAmendment,
            Self::Reroute { .. } => CommandKind::Reroute,
            Self::FinishExamination => CommandKind::FinishExamination,
            Self::Release { .. } => CommandKind::Release,
            Self::TakeToStorage { .. } => CommandKind::TakeToStorage,
            Self::Clear { .. } => CommandKind::Clear,
            Self::Decide => CommandKind::Decide,
            Self::Refuse { .. } => CommandKind::Refuse,
            Self::PassSupervision => CommandKind::PassSupervision,
            Self::Expire => CommandKind::Expire,
            Self::CancelAutomatically(_) => CommandKind::CancelAutomatically,
        }
    }
}

/// Why customs may cancel a declaration unasked (Circular 38/2015 art. 22).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AutomaticCase {
    /// No goods of an import have arrived.
    GoodsNotArrived,
    /// Export goods that are cleared, or may be, did not enter the supervision area.
    NotMoved,
    /// No documents came for an export in the yellow lane.
    NoDossier,
    /// The goods of an export in the red lane were not presented.
    NotPresented,
    /// A licence that was needed at registration was missing.
    LicenceMissing,
}

impl AutomaticCase {
    pub const ALL: [Self; 5] =
        [Self::GoodsNotArrived, Self::NotMoved, Self::NoDossier, Self::NotPresented, Self::LicenceMissing];

    /// The word used in records and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GoodsNotArrived => "goods_not_arrived",
            Self::NotMoved => "not_moved",
            Self::NoDossier => "no_dossier",
            Self::NotPresented => "not_presented",
            Self::LicenceMissing => "licence_missing",
        }
    }

    /// What it means, in the two languages.
    pub fn meaning(self) -> Bilingual {
        let (en, vi) = match self {
            Self::GoodsNotArrived => ("no goods arrived in time", "hàng hóa không đến trong thời hạn"),
            Self::NotMoved => (
                "the goods did not enter the supervision area in time",
                "hàng hóa không đưa vào khu vực giám sát trong thời hạn",
            ),
            Self::NoDossier => ("no documents were handed in in time", "không nộp hồ sơ trong thời hạn"),
            Self::NotPresented => ("the goods were not presented in time", "không xuất trình hàng hóa trong thời hạn"),
            Self::LicenceMissing => {
                ("a licence was missing at registration", "không có giấy phép tại thời điểm đăng ký")
            }
        };
        Bilingual::new(en, vi)
    }
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandAnswer {
    /// The identifier of the command.
    pub command: String,
    /// The tax code of the declarant.
    pub declarant: String,
    /// The number, once the declaration has one; else as the command gave it.
    pub number: Option<String>,
    /// The reference, where the declaration is known.
    pub reference: Option<String>,
    /// The version of the reference that stands, where the declaration is known.
    pub version: Option<u32>,
    /// When it was decided, in Vietnam's time.
    pub issued_at: DateTime,
    /// Where the declaration stands; absent where it is not known.
    pub state: Option<State>,
    /// The lane, once it has one.
    pub lane: Option<Lane>,
    /// The last day for what has to follow.
    pub due_on: Option<Date>,
    /// Why the command was not carried out; absent where it was.
    pub refusal: Option<Refusal>,
}

/// Why a command is not carried out, for whoever gave it. Nothing about the declaration has changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub code: String,
    pub message: Bilingual,
    /// What can be done instead.
    pub mend: Bilingual,
    pub rule: String,
    /// The law behind the rule.
    pub law: String,
    /// What is wrong with the declaration, where that is why.
    pub findings: Vec<Finding>,
    /// What the rulebook does not answer, where that is why.
    pub gaps: Vec<RulebookGap>,
}
