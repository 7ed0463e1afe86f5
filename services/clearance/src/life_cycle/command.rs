//! What somebody wants to happen to a declaration.

use rulebook::Provision;
use rust_decimal::Decimal;
use vocabulary::{CommandKind, Decision, Declaration, Instruction};

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
        /// What was decided when it was declared in advance; `None` where that cannot be read any more: nobody can say then
        /// what has changed since, and an officer gets the case.
        before: Option<&'a Decision>,
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
    /// An officer decides what the rulebook did not answer, after it was mended.
    Decide(Decided<'a>),
    /// An officer, a gate or the calendar commands. To decide again takes a decision: [`Command::Decide`].
    Instructed(&'a Instruction),
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
            Self::Decide(_) => CommandKind::Decide,
            Self::Instructed(instruction) => instruction.kind(),
        }
    }
}

/// The law that a kind of command rests on.
pub fn law_of(kind: CommandKind) -> Provision {
    match kind {
        CommandKind::PreRegister | CommandKind::Edit | CommandKind::Expire => Provision::InAdvance,
        CommandKind::Register | CommandKind::Lodge | CommandKind::Decide => Provision::Registration,
        CommandKind::Amend | CommandKind::InstructAmendment => Provision::Amendment,
        CommandKind::FileCertificate => Provision::CertificateFiling,
        CommandKind::Cancel | CommandKind::CancelAutomatically => Provision::Cancellation,
        CommandKind::Pay => Provision::Payment,
        CommandKind::AcceptDocuments | CommandKind::FinishExamination | CommandKind::Refuse => Provision::CustomsCheck,
        CommandKind::Reroute => Provision::StricterLane,
        CommandKind::Release => Provision::Release,
        CommandKind::TakeToStorage => Provision::Storage,
        CommandKind::Clear => Provision::Clearance,
        CommandKind::PassSupervision => Provision::Supervision,
    }
}
