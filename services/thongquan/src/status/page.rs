//! A story as people read it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use casework::record::story::{Step, Story};
use vocabulary::{Language, duty};

use crate::output::inline;
use crate::render::{self, duty_name, lane_name, pick};
use crate::text::{self, GLUE, Side};

const BOLD: Style = Style::new().bold();
/// Below which the words of a step stand: after its time and its version.
const WORDS_AT: usize = 25;
const DIM: Style = Style::new().dimmed();

pub(super) fn of(story: &Story, language: Language, columns: usize) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut page = String::new();
    let number =
        story.number.map_or_else(|| say("without a number", "chưa có số").to_owned(), |number| number.to_string());
    let _ = write!(page, "{BOLD}{number}{BOLD:#} ");
    let _ = match story.state {
        Some(state) => writeln!(page, "{}", state.meaning().in_language(language)),
        None => writeln!(page, "{}", say("stands in a way that this program does not know", "trạng thái không rõ")),
    };
    text::paragraph(&mut page, columns, "  ", 2, &facts(story, language));
    page.push('\n');
    for step in &story.steps {
        of_step(&mut page, step, language, columns);
    }
    page.push('\n');
    for (label, amount) in [
        (say("owed", "phải nộp"), story.owed),
        (say("late interest", "tiền chậm nộp"), story.interest),
        (say("paid", "đã nộp"), story.paid),
        (say("open", "còn phải nộp"), story.open),
        (say("paid too much", "nộp thừa"), story.excess),
    ] {
        let amount = duty::number(amount, language);
        text::row(&mut page, 2, &[(16, Side::Left, label), (20, Side::Right, &amount), (3, Side::Left, "VND")]);
    }
    for words in &story.interest_so_far {
        let words = format!("{DIM}{}{DIM:#}", glued(words.in_language(language)));
        text::paragraph(&mut page, columns, "  ", 2, &words);
    }
    if let Some(identifier) = &story.payment_identifier {
        let _ = writeln!(page, "  {} {identifier}", say("pay under the identifier", "nộp theo mã định danh"));
    }
    page.push('\n');
    let next = format!("{BOLD}{}{BOLD:#} ", say("next:", "tiếp theo:"));
    text::paragraph(&mut page, columns, &next, 2, &glued(story.next.words.in_language(language)));
    page
}

/// Words in which a number and what it counts stay on one line.
fn glued(words: &str) -> String {
    ["dong", "đồng", "%"]
        .iter()
        .fold(words.to_owned(), |words, unit| words.replace(&format!(" {unit}"), &format!("{GLUE}{unit}")))
}

/// What is known of it, in a line.
fn facts(story: &Story, language: Language) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut facts = vec![
        format!("{} {}", say("declarant", "người khai"), story.declarant),
        format!("{} {}", say("reference", "số tham chiếu"), story.reference),
        format!("{} {}", say("version", "phiên bản"), story.version),
    ];
    let direction = match &*story.direction {
        "import" => say("import", "nhập khẩu"),
        "export" => say("export", "xuất khẩu"),
        other => other,
    };
    for (label, value) in [
        (say("kind", "loại hình"), &*story.kind),
        (say("direction", "chiều"), direction),
        (say("office", "đơn vị hải quan"), &*story.office),
    ] {
        if !value.is_empty() {
            facts.push(format!("{label} {value}"));
        }
    }
    if let Some(lane) = story.lane {
        facts.push(format!("{} {}", say("lane", "luồng"), lane_name(lane, language)));
    }
    facts.join(", ")
}

fn of_step(page: &mut String, step: &Step, language: Language, columns: usize) {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let at = step.at.strftime("%Y-%m-%d %H:%M:%S");
    let refused = AnsiColor::Red.on_default();
    for (place, words) in step.words.iter().enumerate() {
        // A reason in a declarant's words is one line of the story, whatever it holds.
        let words = glued(&inline(words.in_language(language)));
        let head = match place {
            0 => format!("{DIM}{at}{DIM:#}  v{}", step.version),
            _ => format!("{:21}v{}", "", step.version),
        };
        let head = format!("{head}{}", " ".repeat(WORDS_AT.saturating_sub(text::width(&head)).max(1)));
        let words = match (place, step.entry) {
            (0, None) => format!("{refused}{words}{refused:#}"),
            _ => words,
        };
        text::paragraph(page, columns, &head, WORDS_AT, &words);
    }
    let below = " ".repeat(WORDS_AT);
    if let Some(decision) = &step.decision {
        let mut facts = vec![decision.outcome.as_str().to_owned()];
        if let Some(lane) = decision.lane {
            facts.push(format!("{} {}", say("lane", "luồng"), lane_name(lane, language)));
        }
        for total in &decision.totals {
            facts.push(format!("{} {}", duty_name(total.duty_type, language), duty::number(total.payable, language)));
        }
        let hash = decision.rulebook.get(..12).unwrap_or_default();
        let rules = say("rules", "quy tắc");
        text::paragraph(page, columns, &below, WORDS_AT, &format!("{} {DIM}({rules} {hash}){DIM:#}", facts.join(", ")));
    }
    if let Some(notice) = step.notice {
        let told = format!("{}: {notice}", say("the declarant was told", "đã thông báo cho người khai"));
        text::paragraph(page, columns, &below, WORDS_AT, &told);
    }
    page.push_str(&render::findings(&step.findings, language));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clearance::life_cycle::{Event, Standing};
    use jiff::civil::{DateTime, date, datetime};
    use rulebook::Rulebook;
    use rust_decimal::Decimal;
    use storage::{DeclarationKey, DeclarationRow, Lodged, LogEntry, MessageSource, Stand};
    use vocabulary::vietnam_time::milliseconds;
    use vocabulary::{Direction, Lane, Outcome, Security, State};

    use super::*;

    const AT: DateTime = datetime(2026, 11, 3, 9, 0, 0, 0);

    /// Cleared under a guarantee; half was paid after ten days, and the tax was lowered then.
    fn row(key: &DeclarationKey) -> DeclarationRow {
        let standing = Standing {
            state: State::Cleared,
            number: "108399733040".parse().ok(),
            lane: Some(Lane::Yellow),
            owed: Decimal::from(60_000_000),
            paid: Decimal::from(50_000_000),
            interest: Decimal::from(180_000),
            interest_until: Some(date(2026, 11, 14)),
            security: Security::Guaranteed,
            cleared_on: Some(AT.date()),
            due_on: Some(date(2026, 12, 3)),
            ..Standing::draft(AT)
        };
        DeclarationRow {
            lodged: Lodged {
                key: key.clone(),
                content_hash: [0; 32],
                direction: Some(Direction::Import),
                kind: "A11".into(),
                office: "01PR".into(),
                source: MessageSource { topic: "declarations.lodged".into(), partition: 0, offset: 7 },
            },
            stand: Stand {
                outcome: Outcome::Accepted,
                state: State::Cleared,
                number: standing.number,
                lane: standing.lane,
                since_ms: milliseconds(AT).unwrap(),
                registered_at_ms: milliseconds(AT).unwrap(),
                total_payable: Some(60_000_000),
                paid: 50_000_000,
                standing: serde_json::to_vec(&standing).unwrap(),
                rulebook: "0".repeat(64),
                log_sequence: 1,
                log_hash: [0; 32],
                decision_sequence: 0,
            },
            time_acts_at_ms: None,
        }
    }

    fn log(key: &DeclarationKey, rulebook: &Rulebook) -> LogEntry {
        let until = date(2026, 11, 14);
        let law = rulebook.in_force_on(until).law(rulebook::Provision::InterestTakenBack).to_string();
        let (rule, whole) = ("life-cycle/amendments".to_owned(), Decimal::from);
        let counted = Event::InterestCounted {
            amount: whole(300_000),
            on: whole(100_000_000),
            days: 10,
            percent_per_day: Decimal::new(3, 2),
            until,
            rule: rule.clone(),
            law: law.clone(),
        };
        let (amount, tax, interest) = (whole(120_000), whole(60_000_000), whole(180_000));
        let taken_back = Event::InterestTakenBack { amount, tax, interest, until, rule, law };
        let paid = Event::PaymentReceived { amount: whole(50_000_000), open: whole(50_300_000), excess: whole(0) };
        let body = serde_json::json!({ "events": [counted, paid, taken_back], "state": "cleared" });
        LogEntry {
            key: key.clone(),
            sequence: 1,
            at_ms: milliseconds(AT).unwrap(),
            kind: "amend".into(),
            body: body.to_string().into_bytes(),
            papers: None,
            previous_hash: [0; 32],
            hash: [0; 32],
        }
    }

    #[test]
    fn late_interest_reads_well_in_both_languages_on_a_narrow_terminal() {
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
        let rulebook = Rulebook::load(&rules).unwrap_or_else(|errors| panic!("{errors}"));
        let key = DeclarationKey { declarant: "0100233488".into(), reference: "INV-2026-000117".into(), version: 2 };
        let row = row(&key);
        assert!(Story::tells_interest(&row));
        let mut story = Story::of(&row);
        story.count_interest(&row, date(2026, 11, 24), &rulebook);
        story.add_log(&row, &[log(&key, &rulebook)], Some(&rulebook));
        let english = of(&story, Language::English, 80);
        let vietnamese = of(&story, Language::Vietnamese, 80);
        for page in [&english, &vietnamese] {
            for line in page.lines() {
                assert!(text::width(line) <= 80, "{line}\n{page}");
            }
            // The words of a step stand below each other, and so do the amounts.
            let of_steps = page.lines().filter(|line| line.starts_with("  ") && text::width(line) > 30);
            assert!(of_steps.count() > 5, "{page}");
            assert!(!page.lines().any(|line| line.trim_start().starts_with('%') && line.starts_with("   ")), "{page}");
            let ends = page.lines().filter(|line| line.ends_with(" VND")).map(text::width);
            assert_eq!(ends.collect::<Vec<_>>(), [43; 5], "{page}");
        }
        let flat = |page: &str| page.split_whitespace().collect::<Vec<_>>().join(" ");
        let (english, vietnamese) = (flat(&english), flat(&vietnamese));
        assert!(english.contains("120,000 dong of interest were taken back"), "{english}");
        assert!(vietnamese.contains("giảm 120.000 đồng tiền chậm nộp"), "{vietnamese}");
        assert!(vietnamese.contains("mức 0,03 %/ngày (Luật 108/2025/QH15, điều 16.2a)"), "{vietnamese}");
        assert!(!vietnamese.contains("Law ") && !vietnamese.contains(",000"), "{vietnamese}");
    }
}
