//! Why a command is not carried out.

use vocabulary::{Bilingual, Finding, Reason, RulebookGap};

use super::command::CommandKind;
use super::state::State;

/// A command that is not carried out, and why. Nothing about the declaration changes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {}", message.en)]
pub struct RefusedCommand {
    /// A stable code: that of the national system where it has one (E0399), ours otherwise.
    pub code: String,
    /// Why, and what can be done instead.
    pub message: Bilingual,
    /// The rule.
    pub rule: String,
    /// The law behind the rule.
    pub law: String,
    /// What is wrong with the document that asked for it.
    pub findings: Vec<Finding>,
}

impl RefusedCommand {
    pub(super) fn new(code: &str, message: Bilingual, rule: &str, law: &str) -> Self {
        Self { code: code.to_owned(), message, rule: rule.to_owned(), law: law.to_owned(), findings: Vec::new() }
    }

    /// The state does not allow the command.
    pub(super) fn in_state(kind: CommandKind, state: State) -> Self {
        // The two codes are those of the national system for a number that is unknown, and for one that is used already.
        let code = match (state, kind) {
            (State::Draft, _) => "E0213",
            (_, CommandKind::PreRegister | CommandKind::Lodge | CommandKind::Register | CommandKind::Edit) => "E0220",
            _ => "not_allowed_in_state",
        };
        let (name, meaning) = (kind.name(), state.meaning());
        Self::new(
            code,
            Bilingual::new(
                format!("{} is not possible: the declaration {}", name.en, meaning.en),
                format!("không thực hiện được việc {}: tờ khai {}", name.vi, meaning.vi),
            ),
            "life-cycle/states-and-commands",
            kind.law(),
        )
    }

    /// Nobody knows the declaration, or its number is another enterprise's.
    pub fn unknown_declaration(kind: CommandKind) -> Self {
        Self::in_state(kind, State::Draft)
    }

    /// What is wrong with the document itself, so that its command cannot be taken up.
    pub fn unsound(kind: CommandKind, code: &str, message: Bilingual, findings: Vec<Finding>) -> Self {
        Self::new(code, message, "life-cycle/requests", kind.law()).with(findings)
    }

    /// The rulebook does not say what the command depends on.
    pub(super) fn silent(gap: &RulebookGap) -> Self {
        Self::new(
            "rulebook_silent",
            Bilingual::new(
                format!("the rulebook does not say what this depends on ({}): an officer decides", gap.message),
                format!("bộ quy tắc chưa có quy định cần thiết ({}): công chức hải quan quyết định", gap.rule),
            ),
            &gap.rule,
            "Law 54/2014/QH13, art. 30",
        )
    }

    pub(super) fn with(self, findings: Vec<Finding>) -> Self {
        Self { findings, ..self }
    }

    /// The reason as the declarant is told it, with the law.
    pub fn reason(&self) -> Reason {
        Reason {
            code: self.code.clone(),
            message: Bilingual::new(
                format!("{} ({})", self.message.en, self.law),
                format!("{} ({})", self.message.vi, self.law),
            ),
        }
    }
}
