//! Why a command is not carried out.

use super::command::law_of;
use rulebook::{Provision, RulesInForce};
use vocabulary::{Bilingual, CommandKind, Finding, Reason, RulebookGap, State};

/// A command that is not carried out, and why. Nothing about the declaration changes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {}", message.en)]
pub struct RefusedCommand {
    /// A stable code: that of the national system where it has one (E0399), ours otherwise.
    pub code: String,
    /// Why, and what can be done instead.
    pub message: Bilingual,
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
    pub fn in_state(kind: CommandKind, state: State, rules: &RulesInForce<'_>) -> Self {
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
            rules.law(law_of(kind)),
        )
    }

    /// Nobody knows the declaration, or its number is another enterprise's.
    pub fn unknown_declaration(kind: CommandKind, rules: &RulesInForce<'_>) -> Self {
        Self::in_state(kind, State::Draft, rules)
    }

    /// What is wrong with the document itself, so that its command cannot be taken up.
    pub fn unsound(
        kind: CommandKind,
        code: &str,
        message: Bilingual,
        findings: Vec<Finding>,
        rules: &RulesInForce<'_>,
    ) -> Self {
        Self::new(code, message, "life-cycle/requests", rules.law(law_of(kind))).with(findings)
    }

    /// The rulebook does not say what the command depends on.
    pub(super) fn silent(gap: &RulebookGap, rules: &RulesInForce<'_>) -> Self {
        Self::new(
            "rulebook_silent",
            Bilingual::new(
                format!("the rulebook does not say what this depends on ({}): an officer decides", gap.message.en),
                format!("bộ quy tắc chưa có quy định cần thiết ({}): công chức hải quan quyết định", gap.message.vi),
            ),
            &gap.rule,
            rules.law(Provision::OfficersDecision),
        )
    }

    pub(super) fn with(self, findings: Vec<Finding>) -> Self {
        Self { findings, ..self }
    }

    /// What whoever commanded can do instead.
    pub fn mend(&self) -> Bilingual {
        let (en, vi) = match self.code.as_str() {
            "E0213" => (
                "give the number, or the reference and version, and the tax code as the notice has them",
                "ghi số tờ khai, hoặc số tham chiếu và phiên bản, cùng mã số thuế đúng như thông báo",
            ),
            "not_allowed_in_state" => (
                "look up where the declaration stands, and give a command that its state allows",
                "tra cứu trạng thái tờ khai và ra lệnh phù hợp với trạng thái đó",
            ),
            "examination_first" => (
                "examine the goods, then command the end of the examination",
                "kiểm tra thực tế hàng hóa rồi ra lệnh kết thúc kiểm tra",
            ),
            "lane_not_stricter" => {
                ("leave the lane as it is, or name a stricter one", "giữ nguyên luồng hoặc chọn luồng chặt chẽ hơn")
            }
            "release_reason_unknown" => (
                "give one of the codes of the list of reasons of release",
                "chọn một mã trong danh mục lý do giải phóng hàng",
            ),
            "tax_not_settled" => (
                "release the goods once what is owed on the declared basis is paid or guaranteed",
                "giải phóng hàng sau khi nộp thuế hoặc có bảo lãnh theo khai báo",
            ),
            "term_not_passed" => ("command it once the term has passed", "ra lệnh sau khi hết thời hạn"),
            "rulebook_silent" => (
                "have the rule keeper enter what is missing, then decide again; or refuse the declaration",
                "đề nghị người quản lý quy tắc bổ sung rồi quyết định lại; hoặc từ chối tờ khai",
            ),
            _ => (
                "mend what the reason names, and give the command again under a new identifier",
                "khắc phục nội dung nêu trong lý do rồi ra lệnh lại với mã lệnh mới",
            ),
        };
        Bilingual::new(en, vi)
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
