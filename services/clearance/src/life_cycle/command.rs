//! What somebody wants to happen to a declaration.

use rulebook::Provision;
use rust_decimal::Decimal;
use vocabulary::{AutomaticCase, Bilingual, Decision, Declaration, Lane, Reason};

use super::changed::Basis;

/// A declaration and what was decided on it.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    /// The declaration as lodged.
    pub declaration: &'a Declaration,
    pub decision: &'a Decision,
}

/// A declaration in a new version.
#[derive(Debug, Clone, Copy)]
pub struct Amendment<'a> {
    /// The code of the reason that the declarant gives.
    pub reason: Option<&'a str>,
    /// The declaration as it stands.
    pub before: &'a Declaration,
    /// The new version, decided under the rules of the day of registration.
    pub after: Decided<'a>,
}

/// What somebody wants to happen to a declaration.
#[derive(Debug, Clone)]
pub enum Command<'a> {
    /// The declarant declares in advance (IDA, EDA).
    PreRegister(Decided<'a>),
    /// The declarant declares anew what was declared in advance.
    Edit(Decided<'a>),
    /// The declarant registers what was declared in advance (IDC, EDC).
    Register {
        /// What was decided when it was declared in advance.
        before: &'a Basis,
        /// What is decided on it now.
        now: Decided<'a>,
    },
    /// The declarant declares and registers at once.
    Lodge(Decided<'a>),
    /// The declarant amends (IDE, EDE).
    Amend(Amendment<'a>),
    /// The declarant files a proof of origin that lowers the duty.
    FileCertificate(Amendment<'a>),
    /// The declarant cancels.
    Cancel {
        /// The code of the reason that the declarant gives.
        reason: Option<&'a str>,
    },
    /// A bank pays.
    Pay {
        /// How much, in dong.
        amount: Decimal,
        /// Whether the payer is who declares.
        by_declarant: bool,
    },
    /// An officer accepts the documents.
    AcceptDocuments,
    /// An officer asks for an amendment.
    InstructAmendment {
        /// What has to be amended, and why.
        reason: Reason,
    },
    /// An officer, or the risk system, asks for a stricter lane.
    Reroute { lane: Lane, reason: Reason },
    /// An officer has examined the goods.
    FinishExamination,
    /// An officer releases the goods before clearance.
    Release {
        /// A waits for classification, B for the value, C for something else.
        reason: &'a str,
    },
    /// An officer lets the goods be taken to storage.
    TakeToStorage,
    /// An officer fixes what was open after release or storage.
    Clear,
    /// An officer decides what the rulebook did not answer, after it was mended.
    Decide(Decided<'a>),
    /// An officer refuses the declaration.
    Refuse { reason: Reason },
    /// The gate sees the goods pass the supervision area.
    PassSupervision,
    /// The term for registration has passed.
    Expire,
    /// A term after registration has passed.
    CancelAutomatically(AutomaticCase),
}

/// A command without its particulars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CommandKind {
    PreRegister,
    Edit,
    Register,
    Lodge,
    Amend,
    FileCertificate,
    Cancel,
    Pay,
    AcceptDocuments,
    InstructAmendment,
    Reroute,
    FinishExamination,
    Release,
    TakeToStorage,
    Clear,
    Decide,
    Refuse,
    PassSupervision,
    Expire,
    CancelAutomatically,
}

/// Who gives a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Who declares.
    Declarant,
    Bank,
    /// A customs officer.
    Officer,
    /// Whoever watches the gate.
    Gate,
    /// The calendar.
    Time,
}

impl Actor {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declarant => "declarant",
            Self::Bank => "bank",
            Self::Officer => "officer",
            Self::Gate => "gate",
            Self::Time => "time",
        }
    }
}

impl CommandKind {
    pub const ALL: [Self; 20] = [
        Self::PreRegister,
        Self::Edit,
        Self::Register,
        Self::Lodge,
        Self::Amend,
        Self::FileCertificate,
        Self::Cancel,
        Self::Pay,
        Self::AcceptDocuments,
        Self::InstructAmendment,
        Self::Reroute,
        Self::FinishExamination,
        Self::Release,
        Self::TakeToStorage,
        Self::Clear,
        Self::Decide,
        Self::Refuse,
        Self::PassSupervision,
        Self::Expire,
        Self::CancelAutomatically,
    ];

    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        self.about().0
    }

    pub fn actor(self) -> Actor {
        self.about().1
    }

    /// What it does, in the two languages, as a noun.
    pub fn name(self) -> Bilingual {
        let (_, _, en, vi, _) = self.about();
        Bilingual::new(en, vi)
    }

    /// The law that it rests on.
    pub fn law(self) -> Provision {
        self.about().4
    }

    fn about(self) -> (&'static str, Actor, &'static str, &'static str, Provision) {
        use Actor::{Bank, Declarant, Gate, Officer, Time};
        match self {
            Self::PreRegister => {
                ("pre_register", Declarant, "a declaration in advance", "khai trước", Provision::InAdvance)
            }
            Self::Edit => (
                "edit",
                Declarant,
                "a new declaration in advance",
                "khai lại thông tin khai trước",
                Provision::InAdvance,
            ),
            Self::Register => ("register", Declarant, "registration", "đăng ký tờ khai", Provision::Registration),
            Self::Lodge => {
                ("lodge", Declarant, "lodging a declaration", "khai và đăng ký tờ khai", Provision::Registration)
            }
            Self::Amend => ("amend", Declarant, "an amendment", "khai bổ sung", Provision::Amendment),
            Self::FileCertificate => (
                "file_certificate",
                Declarant,
                "filing a proof of origin",
                "nộp bổ sung chứng từ chứng nhận xuất xứ",
                Provision::CertificateFiling,
            ),
            Self::Cancel => ("cancel", Declarant, "a cancellation", "hủy tờ khai", Provision::Cancellation),
            Self::Pay => ("pay", Bank, "a payment", "nộp thuế", Provision::Payment),
            Self::AcceptDocuments => {
                ("accept_documents", Officer, "accepting documents", "chấp nhận hồ sơ", Provision::CustomsCheck)
            }
            Self::InstructAmendment => (
                "instruct_amendment",
                Officer,
                "instructing an amendment",
                "yêu cầu khai bổ sung",
                Provision::Amendment,
            ),
            Self::Reroute => ("reroute", Officer, "a stricter lane", "chuyển luồng", Provision::StricterLane),
            Self::FinishExamination => (
                "finish_examination",
                Officer,
                "the end of an examination",
                "kết thúc kiểm tra thực tế",
                Provision::CustomsCheck,
            ),
            Self::Release => ("release", Officer, "a release before clearance", "giải phóng hàng", Provision::Release),
            Self::TakeToStorage => {
                ("take_to_storage", Officer, "taking goods to storage", "đưa hàng về bảo quản", Provision::Storage)
            }
            Self::Clear => ("clear", Officer, "clearance", "thông quan", Provision::Clearance),
            Self::Decide => (
                "decide",
                Officer,
                "deciding a referred case",
                "quyết định vụ việc được chuyển",
                Provision::Registration,
            ),
            Self::Refuse => ("refuse", Officer, "a refusal", "từ chối", Provision::CustomsCheck),
            Self::PassSupervision => (
                "pass_supervision",
                Gate,
                "passing the supervision area",
                "qua khu vực giám sát",
                Provision::Supervision,
            ),
            Self::Expire => {
                ("expire", Time, "the end of the term for registration", "hết hạn khai trước", Provision::InAdvance)
            }
            Self::CancelAutomatically => (
                "cancel_automatically",
                Time,
                "a cancellation without a request",
                "hủy tờ khai tự động",
                Provision::Cancellation,
            ),
        }
    }
}

impl Command<'_> {
    /// The command without its particulars.
    pub fn kind(&self) -> CommandKind {
        match self {
            Self::PreRegister(_) => CommandKind::PreRegister,
            Self::Edit(_) => CommandKind::Edit,
            Self::Register { .. } => CommandKind::Register,
            Self::Lodge(_) => CommandKind::Lodge,
            Self::Amend(_) => CommandKind::Amend,
            Self::FileCertificate(_) => CommandKind::FileCertificate,
            Self::Cancel { .. } => CommandKind::Cancel,
            Self::Pay { .. } => CommandKind::Pay,
            Self::AcceptDocuments => CommandKind::AcceptDocuments,
            Self::InstructAmendment { .. } => CommandKind::InstructAmendment,
            Self::Reroute { .. } => CommandKind::Reroute,
            Self::FinishExamination => CommandKind::FinishExamination,
            Self::Release { .. } => CommandKind::Release,
            Self::TakeToStorage => CommandKind::TakeToStorage,
            Self::Clear => CommandKind::Clear,
            Self::Decide(_) => CommandKind::Decide,
            Self::Refuse { .. } => CommandKind::Refuse,
            Self::PassSupervision => CommandKind::PassSupervision,
            Self::Expire => CommandKind::Expire,
            Self::CancelAutomatically(_) => CommandKind::CancelAutomatically,
        }
    }
}
