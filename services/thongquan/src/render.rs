//! Findings, notices and numbers as people read them.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle, presets};
use jiff::civil::Date;
use vocabulary::duty::number;
use vocabulary::{DutyType, Finding, Lane, Language, Notice, Outcome, Severity};

use crate::output::inline;
use crate::text::{self, GLUE};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();

/// More of an offending value is not repeated.
const VALUE_COLUMNS_MAX: usize = 60;

/// Rules above, below and under the header alone: for tables of many short rows.
pub(crate) const LINES_AROUND: TableStyle = presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none());

/// An empty table that fits the terminal; where there is none, each row is one line, however long.
pub(crate) fn fitting_table(style: TableStyle) -> Table {
    let mut table = Table::new();
    table.load_style(style).set_content_arrangement(ContentArrangement::Dynamic);
    if let Some((terminal_size::Width(columns), _)) = terminal_size::terminal_size_of(std::io::stdout()) {
        table.set_width(columns);
    }
    table
}

/// Findings, each with its place, its reason and its mend, as wide as the terminal.
pub(crate) fn findings(findings: &[Finding], language: Language) -> String {
    findings_in(findings, language, text::columns(), &|law| law.to_owned())
}

/// The same in so many columns, with laws as a reader of the language knows them.
pub(crate) fn findings_in(
    findings: &[Finding],
    language: Language,
    columns: usize,
    law: &dyn Fn(&str) -> String,
) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut page = String::new();
    for (number, finding) in (1..).zip(findings) {
        let (style, severity) = match finding.severity {
            Severity::Error => (AnsiColor::Red.on_default().bold(), say("error", "lỗi")),
            Severity::Warning => (AnsiColor::Yellow.on_default().bold(), say("warning", "cảnh báo")),
        };
        let mut said = format!("{style}{severity}{GLUE}{}{style:#}", finding.code);
        if let Some(item) = finding.item {
            let _ = write!(said, ", {}{GLUE}{item}", say("line of goods", "dòng hàng"));
        }
        if let Some(field) = &finding.field {
            let _ = write!(said, ", {}{GLUE}{field}", say("field", "chỉ tiêu"));
        }
        if let Some(value) = &finding.value {
            let _ = write!(said, " = \"{}\"", text::shortened(&inline(value), VALUE_COLUMNS_MAX));
        }
        let _ = write!(said, ": {}", inline(finding.message.in_language(language)));
        text::paragraph(&mut page, columns, &format!("{number:>3}. "), 5, &said);
        let mend = say("mend:", "cách sửa:");
        let said = format!("{BOLD}{mend}{BOLD:#} {}", inline(finding.mend.in_language(language)));
        text::paragraph(&mut page, columns, "     ", 5, &said);
        let place = match (finding.line, finding.column) {
            (Some(line), Some(column)) => {
                let (row, place) = (say("line", "hàng"), say("column", "cột"));
                format!(" ({row}{GLUE}{line}, {place}{GLUE}{column})")
            }
            _ => String::new(),
        };
        if !finding.path.is_empty() || !place.is_empty() {
            text::paragraph(&mut page, columns, "     ", 5, &format!("{DIM}{}{place}{DIM:#}", finding.path));
        }
        let mut said = format!("{DIM}{}; {}", finding.rule, law(&finding.law));
        if let Some(cause) = &finding.follows_from {
            let _ = write!(said, "; {}{GLUE}{cause}", say("follows from", "phát sinh từ"));
        }
        text::paragraph(&mut page, columns, "     ", 5, &format!("{said}{DIM:#}"));
    }
    page
}

/// A notice as the declarant gets it.
pub(crate) fn notice(notice: &Notice, language: Language) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut page = String::new();
    let _ = write!(
        page,
        "{BOLD}{}{BOLD:#}: {} {}",
        notice.kind.as_str(),
        say("reference", "số tham chiếu"),
        notice.reference
    );
    if let Some(number) = &notice.number {
        let _ = write!(page, ", {} {number}", say("number", "số tờ khai"));
    }
    if let Some(lane) = notice.lane {
        let style = lane_style(lane);
        let _ = write!(page, ", {} {style}{}{style:#}", say("lane", "luồng"), lane_name(lane, language));
    }
    let _ = writeln!(page);
    for total in &notice.totals {
        let _ = writeln!(
            page,
            "  {:<32} {:>18} VND",
            duty_name(total.duty_type, language),
            number(total.payable, language)
        );
    }
    if let Some(total) = notice.total_payable {
        let _ =
            writeln!(page, "  {BOLD}{:<32} {:>18} VND{BOLD:#}", say("to be paid", "phải nộp"), number(total, language));
    }
    if let Some(identifier) = &notice.payment_identifier {
        let _ = writeln!(page, "  {} {identifier}", say("pay under the identifier", "nộp theo mã định danh"));
    }
    page.push_str(&findings(&notice.findings, language));
    page
}

/// A day as a language writes it.
pub(crate) fn day(date: Date, language: Language) -> String {
    match language {
        Language::English => date.to_string(),
        Language::Vietnamese => date.strftime("%d/%m/%Y").to_string(),
    }
}

/// The name of a tax.
pub(crate) fn duty_name(duty_type: DutyType, language: Language) -> &'static str {
    let (en, vi) = duty_type.names();
    pick(language, en, vi)
}

pub(crate) fn lane_name(lane: Lane, language: Language) -> &'static str {
    match lane {
        Lane::Green => pick(language, "green", "xanh (1)"),
        Lane::Yellow => pick(language, "yellow", "vàng (2)"),
        Lane::Red => pick(language, "red", "đỏ (3)"),
    }
}

pub(crate) fn lane_style(lane: Lane) -> Style {
    match lane {
        Lane::Green => AnsiColor::Green.on_default().bold(),
        Lane::Yellow => AnsiColor::Yellow.on_default().bold(),
        Lane::Red => AnsiColor::Red.on_default().bold(),
    }
}

pub(crate) fn outcome_style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Accepted => AnsiColor::Green.on_default().bold(),
        Outcome::Rejected | Outcome::Unreadable => AnsiColor::Red.on_default().bold(),
        Outcome::Referred => AnsiColor::Yellow.on_default().bold(),
    }
}

pub(crate) fn pick(language: Language, en: &'static str, vi: &'static str) -> &'static str {
    match language {
        Language::English => en,
        Language::Vietnamese => vi,
    }
}
