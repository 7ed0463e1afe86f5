//! A story as people read it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use casework::record::story::{Step, Story};
use vocabulary::Language;
use vocabulary::duty::grouped;

use crate::output::inline;
use crate::render::{self, duty_name, lane_name, pick};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

pub(super) fn of(story: &Story, language: Language) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut page = String::new();
    let number =
        story.number.map_or_else(|| say("without a number", "chưa có số").to_owned(), |number| number.to_string());
    let _ = write!(page, "{BOLD}{number}{BOLD:#} ");
    let _ = match story.state {
        Some(state) => writeln!(page, "{}", state.meaning().in_language(language)),
        None => writeln!(page, "{}", say("stands in a way that this program does not know", "trạng thái không rõ")),
    };
    let mut facts = vec![
        format!("{} {}", say("declarant", "người khai"), story.declarant),
        format!("{} {}", say("reference", "số tham chiếu"), story.reference),
        format!("{} {}", say("version", "phiên bản"), story.version),
    ];
    for (label, value) in [
        (say("kind", "loại hình"), &story.kind),
        (say("direction", "chiều"), &story.direction),
        (say("office", "đơn vị hải quan"), &story.office),
    ] {
        if !value.is_empty() {
            facts.push(format!("{label} {value}"));
        }
    }
    if let Some(lane) = story.lane {
        facts.push(format!("{} {}", say("lane", "luồng"), lane_name(lane, language)));
    }
    let _ = writeln!(page, "  {}\n", facts.join(", "));
    for step in &story.steps {
        page.push_str(&of_step(step, language));
    }
    page.push('\n');
    for (label, amount) in [
        (say("owed", "phải nộp"), story.owed),
        (say("late interest", "tiền chậm nộp"), story.interest),
        (say("paid", "đã nộp"), story.paid),
        (say("open", "còn phải nộp"), story.open),
        (say("paid too much", "nộp thừa"), story.excess),
    ] {
        let _ = writeln!(page, "  {label:<16} {:>20} VND", grouped(amount));
    }
    for words in &story.interest_so_far {
        let _ = writeln!(page, "  {DIM}{}{DIM:#}", words.in_language(language));
    }
    if let Some(identifier) = &story.payment_identifier {
        let _ = writeln!(page, "  {} {identifier}", say("pay under the identifier", "nộp theo mã định danh"));
    }
    let _ = writeln!(page, "\n{BOLD}{}{BOLD:#} {}", say("next:", "tiếp theo:"), story.next.words.in_language(language));
    page
}

fn of_step(step: &Step, language: Language) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut page = String::new();
    let at = step.at.strftime("%Y-%m-%d %H:%M:%S");
    let refused = AnsiColor::Red.on_default();
    for (place, words) in step.words.iter().enumerate() {
        // A reason in a declarant's words is one line of the story, whatever it holds.
        let words = inline(words.in_language(language));
        let _ = match (place, step.entry) {
            (0, Some(_)) => writeln!(page, "{DIM}{at}{DIM:#}  v{}  {words}", step.version),
            (0, None) => writeln!(page, "{DIM}{at}{DIM:#}  v{}  {refused}{words}{refused:#}", step.version),
            _ => writeln!(page, "{:21}v{}  {words}", "", step.version),
        };
    }
    if let Some(decision) = &step.decision {
        let mut facts = vec![decision.outcome.as_str().to_owned()];
        if let Some(lane) = decision.lane {
            facts.push(format!("{} {}", say("lane", "luồng"), lane_name(lane, language)));
        }
        for total in &decision.totals {
            facts.push(format!("{} {}", duty_name(total.duty_type, language), grouped(total.payable)));
        }
        let hash = decision.rulebook.get(..12).unwrap_or_default();
        let _ = writeln!(page, "{:25}{} {DIM}({} {hash}){DIM:#}", "", facts.join(", "), say("rules", "quy tắc"));
    }
    if let Some(notice) = step.notice {
        let _ = writeln!(page, "{:25}{}: {notice}", "", say("the declarant was told", "đã thông báo cho người khai"));
    }
    page.push_str(&render::findings(&step.findings, language));
    page
}
