//! The answer to a command, for people and for machines.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use casework::Answered;
use serde_json::{Value, json};
use vocabulary::{CommandAnswer, Language};

use crate::output::inline;
use crate::render::{self, lane_name, pick};

const BOLD: Style = Style::new().bold();

pub(super) fn of(answer: &CommandAnswer, repeated: bool, language: Language) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let name = answer.number.as_deref().or(answer.reference.as_deref()).unwrap_or("-");
    let mut page = String::new();
    let (colour, word) = match &answer.refusal {
        Some(_) => (AnsiColor::Red.on_default().bold(), say("refused", "không thực hiện")),
        None => (AnsiColor::Green.on_default().bold(), say("carried out", "đã thực hiện")),
    };
    let again = if repeated { say(" (as answered before)", " (như đã trả lời)") } else { "" };
    let _ = writeln!(page, "{colour}{word}{colour:#}{again}  {BOLD}{name}{BOLD:#}");
    if let Some(state) = answer.state {
        let meaning = state.meaning();
        let _ = write!(page, "  {} {}", say("the declaration", "tờ khai"), meaning.in_language(language));
        if let Some(lane) = answer.lane {
            let _ = write!(page, ", {} {}", say("lane", "luồng"), lane_name(lane, language));
        }
        if let Some(day) = answer.due_on {
            let _ = write!(page, ", {} {day}", say("due on", "hạn"));
        }
        page.push('\n');
    }
    if let Some(refusal) = &answer.refusal {
        let (message, mend) = (refusal.message.in_language(language), refusal.mend.in_language(language));
        let _ = writeln!(page, "  {}: {}", refusal.code, inline(message));
        let _ = writeln!(page, "  {} {}", say("mend:", "cách xử lý:"), inline(mend));
        let _ = writeln!(page, "  {} {} ({})", say("law:", "căn cứ:"), refusal.law, refusal.rule);
        for gap in &refusal.gaps {
            let item = gap.item.map(|item| format!(" {} {item}", say("line", "dòng"))).unwrap_or_default();
            let _ = writeln!(page, "  {}{item}: {} ({})", gap.code, gap.message.in_language(language), gap.rule);
        }
        page.push_str(&render::findings(&refusal.findings, language));
    }
    page
}

pub(super) fn json(answer: &CommandAnswer, repeated: bool) -> Value {
    let outcome = if answer.refusal.is_some() { Answered::Refused } else { Answered::CarriedOut };
    json!({
        "command": answer.command,
        "outcome": outcome.as_str(),
        "repeated": repeated,
        "declarant": answer.declarant,
        "number": answer.number,
        "reference": answer.reference,
        "version": answer.version,
        "issued_at": answer.issued_at.to_string(),
        "state": answer.state,
        "lane": answer.lane.map(|lane| lane.as_str()),
        "due_on": answer.due_on.map(|day| day.to_string()),
        "refusal": answer.refusal.as_ref().map(|refusal| json!({
            "code": refusal.code,
            "message": refusal.message,
            "mend": refusal.mend,
            "rule": refusal.rule,
            "law": refusal.law,
            "findings": refusal.findings,
            "gaps": refusal.gaps,
        })),
    })
}
