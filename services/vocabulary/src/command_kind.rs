//! The kinds of commands in a declaration's life: one table of their words and of who gives them.

use crate::finding::Bilingual;

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
    /// Whether it commands on behalf of customs: an officer, a gate or the calendar.
    pub fn is_customs(self) -> bool {
        match self {
            Self::Officer | Self::Gate | Self::Time => true,
            Self::Declarant | Self::Bank => false,
        }
    }

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
    /// Every command.
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

    /// Who gives it.
    pub fn actor(self) -> Actor {
        self.about().1
    }

    /// What it does, in the two languages, as a noun.
    pub fn name(self) -> Bilingual {
        let (_, _, en, vi) = self.about();
        Bilingual::new(en, vi)
    }

    fn about(self) -> (&'static str, Actor, &'static str, &'static str) {
        use Actor::{Bank, Declarant, Gate, Officer, Time};
        match self {
            Self::PreRegister => ("pre_register", Declarant, "a declaration in advance", "khai trước"),
            Self::Edit => ("edit", Declarant, "a new declaration in advance", "khai lại thông tin khai trước"),
            Self::Register => ("register", Declarant, "registration", "đăng ký tờ khai"),
            Self::Lodge => ("lodge", Declarant, "lodging a declaration", "khai và đăng ký tờ khai"),
            Self::Amend => ("amend", Declarant, "an amendment", "khai bổ sung"),
            Self::FileCertificate => {
                ("file_certificate", Declarant, "filing a proof of origin", "nộp bổ sung chứng từ chứng nhận xuất xứ")
            }
            Self::Cancel => ("cancel", Declarant, "a cancellation", "hủy tờ khai"),
            Self::Pay => ("pay", Bank, "a payment", "nộp thuế"),
            Self::AcceptDocuments => ("accept_documents", Officer, "accepting documents", "chấp nhận hồ sơ"),
            Self::InstructAmendment => {
                ("instruct_amendment", Officer, "instructing an amendment", "yêu cầu khai bổ sung")
            }
            Self::Reroute => ("reroute", Officer, "a stricter lane", "chuyển luồng"),
            Self::FinishExamination => {
                ("finish_examination", Officer, "the end of an examination", "kết thúc kiểm tra thực tế")
            }
            Self::Release => ("release", Officer, "a release before clearance", "giải phóng hàng"),
            Self::TakeToStorage => ("take_to_storage", Officer, "taking goods to storage", "đưa hàng về bảo quản"),
            Self::Clear => ("clear", Officer, "clearance", "thông quan"),
            Self::Decide => ("decide", Officer, "deciding a referred case", "quyết định vụ việc được chuyển"),
            Self::Refuse => ("refuse", Officer, "a refusal", "từ chối"),
            Self::PassSupervision => ("pass_supervision", Gate, "passing the supervision area", "qua khu vực giám sát"),
            Self::Expire => ("expire", Time, "the end of the term for registration", "hết hạn khai trước"),
            Self::CancelAutomatically => {
                ("cancel_automatically", Time, "a cancellation without a request", "hủy tờ khai tự động")
            }
        }
    }
}
