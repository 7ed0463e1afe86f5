//! What is said where a kept decision cannot be read any more. What it took of certificates, lists and guarantees is then
//! unknown, and nothing of it may be given back in silence: an officer gets the case, and why.

use clearance::life_cycle::RefusedCommand;
use rulebook::RulesInForce;
use vocabulary::{Bilingual, CommandKind, RulebookGap};

/// The rule of gaps that hang on what is kept, and not on the rulebook.
pub(crate) const RECORD_RULE: &str = "record/a-kept-decision-can-be-read";

fn message() -> Bilingual {
    Bilingual::new(
        "the kept decision cannot be read any more, so nobody knows what it took of certificates, lists and guarantees: \
         customs mends the record first",
        "không đọc được quyết định đã lưu nên không xác định được số đã trừ lùi trên chứng từ, danh mục, bảo lãnh: cơ quan \
         hải quan phải khôi phục hồ sơ trước",
    )
}

/// Why a document is handed to an officer that follows on such a decision.
pub(crate) fn gap_of_lost_decision() -> RulebookGap {
    RulebookGap { code: "decision_lost".into(), item: None, message: message(), rule: RECORD_RULE.into() }
}

/// Why a command is not carried out that would give back what such a decision took.
pub(crate) fn decision_lost(kind: CommandKind, rules: &RulesInForce<'_>) -> RefusedCommand {
    RefusedCommand::unsound(kind, "decision_lost", message(), Vec::new(), rules)
}
