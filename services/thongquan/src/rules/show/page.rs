//! A tariff line as people read it on a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use comfy_table::CellAlignment;
use jiff::civil::Date;
use vocabulary::Language;

use super::answer::{Answer, Brief, Row, Shown, Status};
use crate::render::{LINES_AROUND, fitting_table, pick};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// More members of an agreement than this are counted, not named.
const MEMBERS_NAMED_MAX: usize = 12;

/// Everything about a line.
pub(super) fn line(shown: &Shown, language: Language) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut page = String::new();
    let _ = write!(page, "{BOLD}{}{BOLD:#}", pointed(&shown.code));
    let _ = write!(page, "  {} {}", say("rules in force on", "quy tắc có hiệu lực ngày"), shown.on);
    if let Some(origin) = &shown.origin {
        let _ = write!(page, ", {} {origin}", say("origin", "xuất xứ"));
    }
    if !shown.units.is_empty() {
        let _ = write!(page, ", {}: {}", say("units", "đơn vị tính"), shown.units.join("; "));
    }
    let _ = writeln!(page, "\n");

    // What ends for every question at once is said once.
    let end = shown.ends_on();
    let mut table = fitting_table(LINES_AROUND);
    table.set_header([
        "#",
        say("what", "nội dung"),
        say("rate", "thuế suất"),
        say("for", "áp dụng cho"),
        say("next change", "thay đổi kế tiếp"),
    ]);
    for (number, row) in (1..).zip(&shown.rows) {
        table.add_row([
            format!("{number}"),
            row.label.in_language(language).to_owned(),
            value(&row.answer, language),
            claim(row, language),
            next(row, end, language),
        ]);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let _ = writeln!(page, "{table}");
    if let Some(end) = end {
        let _ = writeln!(
            page,
            "{} {end}{}",
            say("The nomenclature ends: from", "Danh mục hết hiệu lực: từ"),
            say(" the line is not in the rules", " không còn dòng hàng này trong quy tắc")
        );
    }

    let _ = writeln!(page, "\n{BOLD}{}{BOLD:#}", say("Law, rule, mark", "Văn bản, quy tắc, độ tin cậy"));
    for (number, row) in (1..).zip(&shown.rows) {
        let law =
            if row.answer.law.is_empty() { say("no law is entered", "chưa có văn bản") } else { &row.answer.law };
        let mark = row.mark.as_deref().map(|mark| format!(" [{mark}]")).unwrap_or_default();
        let _ = writeln!(page, "{number:>4}. {law}{mark}\n      {DIM}{}{DIM:#}", row.answer.rule);
    }

    if !shown.rules.is_empty() {
        let _ = writeln!(
            page,
            "\n{BOLD}{}{BOLD:#}",
            say("Rules that speak of these goods by their code", "Quy tắc nêu đích danh mã hàng này")
        );
        for rule in &shown.rules {
            let style = match rule.effect {
                "red" => AnsiColor::Red.on_default().bold(),
                "yellow" => AnsiColor::Yellow.on_default().bold(),
                _ => BOLD,
            };
            let until = rule.until.map(|day| format!(" {} {day}", say("until", "đến"))).unwrap_or_default();
            let _ = writeln!(
                page,
                "  {style}{}{style:#} {}{until}: {}",
                rule.effect,
                rule.name,
                rule.says.in_language(language)
            );
            let _ = writeln!(page, "    {} {}", say("when", "khi"), rule.when);
            let _ = writeln!(page, "    {DIM}{}; {} [{}]{DIM:#}", rule.rule, rule.law, rule.mark);
        }
    }
    let gaps = shown.rows.iter().filter(|row| row.answer.status == Status::Gap).count();
    if gaps > 0 {
        let yellow = AnsiColor::Yellow.on_default().bold();
        let _ = writeln!(
            page,
            "\n{yellow}{}{yellow:#} {gaps}: {}",
            say("gaps", "thiếu quy tắc"),
            say("a declaration that needs one goes to an officer", "tờ khai cần đến sẽ được chuyển cho công chức")
        );
    }
    let _ = writeln!(page, "{DIM}{} {}{DIM:#}", say("rulebook", "bộ quy tắc"), shown.rulebook);
    page
}

/// Lines in brief.
pub(super) fn brief(lines: &[Brief], of: usize, on: Date, language: Language) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut table = fitting_table(LINES_AROUND);
    table.set_header([
        say("line", "mã HS"),
        say("units", "đơn vị tính"),
        say("MFN", "MFN"),
        say("VAT", "GTGT"),
        say("special consumption", "TTĐB"),
        say("environmental protection", "BVMT"),
        say("export duty", "xuất khẩu"),
    ]);
    for line in lines {
        let quiet = |answer: &Answer| match answer.status {
            Status::None => "–".to_owned(),
            _ => value(answer, language),
        };
        table.add_row([
            pointed(&line.code),
            line.units.join("/"),
            value(&line.mfn, language),
            value(&line.vat, language),
            quiet(&line.special_consumption),
            quiet(&line.environmental_protection),
            quiet(&line.export_duty),
        ]);
    }
    let mut page = format!("{BOLD}{}{BOLD:#} {on}\n\n{table}\n", say("rules in force on", "quy tắc có hiệu lực ngày"));
    if of > lines.len() {
        let _ = writeln!(
            page,
            "{} {}: {}",
            of - lines.len(),
            say("more lines", "dòng nữa"),
            say("give more digits", "hãy nhập thêm chữ số")
        );
    }
    page
}

/// Eight digits as the gazette prints them.
fn pointed(code: &str) -> String {
    match (code.get(..4), code.get(4..6), code.get(6..)) {
        (Some(heading), Some(sub), Some(rest)) => format!("{heading}.{sub}.{rest}"),
        _ => code.to_owned(),
    }
}

fn value(answer: &Answer, language: Language) -> String {
    let detail = answer.detail.in_language(language);
    match (&answer.rate, answer.status) {
        (Some(rate), _) if detail.is_empty() => format!("{rate} %"),
        (Some(rate), _) => format!("{rate} % ({detail})"),
        (None, Status::Gap) => pick(language, "GAP", "THIẾU").to_owned(),
        (None, _) => detail.to_owned(),
    }
}

fn next(row: &Row, end: Option<Date>, language: Language) -> String {
    let Some(next) = row.next_change.as_ref().filter(|next| Some(next.on) != end) else { return String::new() };
    format!("{}: {}", next.on, value(&next.answer, language))
}

/// Who gets an agreement's rate, and what a declaration names to claim it.
fn claim(row: &Row, language: Language) -> String {
    let Some(agreement) = &row.agreement else { return String::new() };
    let members = &agreement.members;
    let mut text = if members.len() > MEMBERS_NAMED_MAX {
        format!("{} {}", members.len(), pick(language, "members", "thành viên"))
    } else {
        members.join(" ")
    };
    if !agreement.schedules.is_empty() {
        let _ = write!(text, "; {} {}", pick(language, "schedule", "biểu thuế"), agreement.schedules.join(", "));
    }
    if !agreement.certificates.is_empty() {
        let _ = write!(text, "; C/O {}", agreement.certificates.join(", "));
    }
    text
}
