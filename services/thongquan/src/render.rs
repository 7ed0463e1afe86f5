//! Decisions and notices as people read them.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle, presets};
use rust_decimal::Decimal;
use vocabulary::{Balance, Decision, DutyType, Finding, Lane, Language, Notice, Outcome, Severity};

use crate::output::inline;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

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

/// One decision, with every figure's base, rate, rule and law.
pub(crate) fn decision(file: &str, decision: &Decision, language: Language) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut page = String::new();
    let style = outcome_style(decision.outcome);
    let _ = writeln!(
        page,
        "{BOLD}{file}{BOLD:#}: {style}{}{style:#} — {}",
        decision.outcome.as_str(),
        decision.outcome.meaning().in_language(language)
    );
    let mut facts = Vec::new();
    if let Some(reference) = &decision.reference {
        facts.push(format!("{} {reference}", say("reference", "số tham chiếu")));
    }
    if let Some(kind) = &decision.kind {
        let direction = decision.direction.map(|direction| direction.as_str()).unwrap_or_default();
        facts.push(format!("{} {kind} {direction}", say("kind", "loại hình")));
    }
    facts.push(format!("{} {}", say("rules in force on", "quy tắc có hiệu lực ngày"), decision.registered_on));
    if let Some(number) = decision.number {
        facts.push(format!("{} {number}", say("number", "số tờ khai")));
    }
    let _ = writeln!(page, "  {}", facts.join(", "));

    if !decision.items.is_empty() {
        let _ = writeln!(page, "\n{}", duty_table(decision, language));
        let _ = writeln!(page, "{}", totals_table(decision, language));
    }
    if let Some(lane) = decision.lane {
        let style = lane_style(lane);
        let _ = writeln!(page, "{}: {style}{}{style:#}", say("lane", "luồng"), lane_name(lane, language));
        for hit in &decision.routing {
            let _ = writeln!(
                page,
                "  {} — {} {DIM}({}){DIM:#}",
                hit.lane,
                hit.because.in_language(language),
                hit.criterion
            );
        }
    }
    page.push_str(&preferences(decision, language));
    for gap in &decision.gaps {
        let item = gap.item.map(|item| format!("{} {item}: ", say("line", "dòng"))).unwrap_or_default();
        let _ = writeln!(
            page,
            "{}: {item}{} {DIM}({}; {}){DIM:#}",
            say("gap", "thiếu quy tắc"),
            gap.message.in_language(language),
            gap.code,
            gap.rule
        );
    }
    page.push_str(&findings(&decision.findings, language));
    page
}

/// Findings, each with its place, its reason and its mend.
pub(crate) fn findings(findings: &[Finding], language: Language) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut page = String::new();
    for (number, finding) in (1..).zip(findings) {
        let style = match finding.severity {
            Severity::Error => AnsiColor::Red.on_default().bold(),
            Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        };
        let _ = write!(page, "{number:>3}. {style}{}{style:#}", finding.code);
        if let Some(item) = finding.item {
            let _ = write!(page, ", {} {item}", say("line of goods", "dòng hàng"));
        }
        if let Some(field) = &finding.field {
            let _ = write!(page, ", {} {field}", say("field", "chỉ tiêu"));
        }
        if let Some(value) = &finding.value {
            let _ = write!(page, " = \"{}\"", inline(&shortened(value)));
        }
        let (message, mend) = (finding.message.in_language(language), finding.mend.in_language(language));
        let _ = writeln!(page, ": {}", inline(message));
        let _ = writeln!(page, "     {BOLD}{}{BOLD:#} {}", say("mend:", "cách sửa:"), inline(mend));
        let place = match (finding.line, finding.column) {
            (Some(line), Some(column)) => {
                format!(" ({} {line}, {} {column})", say("line", "hàng"), say("column", "cột"))
            }
            _ => String::new(),
        };
        let _ = writeln!(page, "     {DIM}{}{place}{DIM:#}", finding.path);
        let _ = write!(page, "     {DIM}{}; {}", finding.rule, finding.law);
        if let Some(cause) = &finding.follows_from {
            let _ = write!(page, "; {} {cause}", say("follows from", "phát sinh từ"));
        }
        let _ = writeln!(page, "{DIM:#}");
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
        let _ = writeln!(page, "  {:<32} {:>18} VND", duty_name(total.duty_type, language), grouped(total.payable));
    }
    if let Some(total) = notice.total_payable {
        let _ = writeln!(page, "  {BOLD}{:<32} {:>18} VND{BOLD:#}", say("to be paid", "phải nộp"), grouped(total));
    }
    if let Some(identifier) = &notice.payment_identifier {
        let _ = writeln!(page, "  {} {identifier}", say("pay under the identifier", "nộp theo mã định danh"));
    }
    page.push_str(&findings(&notice.findings, language));
    page
}

fn duty_table(decision: &Decision, language: Language) -> Table {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut table = fitting_table(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header([
        say("line", "dòng"),
        say("code", "mã HS"),
        say("origin", "xuất xứ"),
        say("tax", "sắc thuế"),
        say("base", "căn cứ tính"),
        say("rate", "thuế suất"),
        say("amount", "số thuế"),
        say("relief", "miễn, giảm"),
        say("payable", "phải nộp"),
        say("rule and law", "quy tắc và văn bản"),
    ]);
    for item in &decision.items {
        let sequence = item.sequence.to_string();
        let origin = item.origin.clone().unwrap_or_default();
        table.add_row([
            sequence,
            item.commodity_code.clone(),
            origin,
            say("customs value", "trị giá hải quan").to_owned(),
            String::new(),
            String::new(),
            grouped(item.customs_value),
            String::new(),
            String::new(),
            String::new(),
        ]);
        for duty in &item.taxes {
            let mut reason = format!("{}; {}", duty.citation.rule, duty.citation.law);
            if let Some(citation) = &duty.relief_citation {
                let _ = write!(reason, "; {} {}; {}", say("relief", "miễn, giảm"), citation.rule, citation.law);
            }
            let percent = matches!(duty.rate, vocabulary::Rate::AdValorem(_));
            table.add_row([
                String::new(),
                String::new(),
                String::new(),
                duty_name(duty.duty_type, language).to_owned(),
                grouped(duty.base),
                match duty.quantity {
                    Some(quantity) => format!("{} x {}", duty.rate, grouped(quantity)),
                    None => format!("{}{}", duty.rate, if percent { " %" } else { "" }),
                },
                grouped(duty.amount),
                if duty.relief.is_zero() { String::new() } else { grouped(duty.relief) },
                grouped(duty.payable),
                reason,
            ]);
        }
    }
    for column in 4..9 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// What became of the lines' claims to agreements' rates, with what only officers are told.
fn preferences(decision: &Decision, language: Language) -> String {
    let mut page = String::new();
    for item in &decision.items {
        let Some(preference) = &item.preference else { continue };
        let proof = preference.proof.as_ref().map(|proof| format!(" ({} {})", proof.form, proof.number));
        let _ = writeln!(
            page,
            "{} {}, {}{}: {} {DIM}({}; {}){DIM:#}",
            pick(language, "line", "dòng"),
            item.sequence,
            preference.agreement,
            proof.unwrap_or_default(),
            preference.standing.meaning().in_language(language),
            preference.citation.rule,
            preference.citation.law
        );
        for note in &preference.notes {
            let _ = writeln!(page, "  {} {DIM}({}){DIM:#}", note.message.in_language(language), note.citation.rule);
        }
    }
    for taken in &decision.write_offs {
        let Balance::Certificate { number, line, .. } = &taken.balance else { continue };
        let (amount, unit) = (grouped(taken.amount), &taken.unit);
        let _ = match language {
            Language::English => writeln!(page, "written off: {amount} {unit} of item {line} of {number}"),
            Language::Vietnamese => writeln!(page, "trừ lùi: {amount} {unit} của dòng {line} trên {number}"),
        };
    }
    page
}

fn totals_table(decision: &Decision, language: Language) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for total in &decision.totals {
        table.add_row([duty_name(total.duty_type, language).to_owned(), grouped(total.payable), "VND".to_owned()]);
    }
    let label = pick(language, "to be paid altogether", "tổng số phải nộp");
    table.add_row([label.to_owned(), grouped(decision.total_payable), "VND".to_owned()]);
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
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

fn lane_style(lane: Lane) -> Style {
    match lane {
        Lane::Green => AnsiColor::Green.on_default().bold(),
        Lane::Yellow => AnsiColor::Yellow.on_default().bold(),
        Lane::Red => AnsiColor::Red.on_default().bold(),
    }
}

fn outcome_style(outcome: Outcome) -> Style {
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

fn shortened(value: &str) -> String {
    const CHARACTERS_MAX: usize = 60;
    if value.chars().count() <= CHARACTERS_MAX {
        return value.to_owned();
    }
    value.chars().take(CHARACTERS_MAX).chain("…".chars()).collect()
}

/// An amount with its thousands grouped.
pub(crate) fn grouped(amount: Decimal) -> String {
    let text = vocabulary::duty::plain(amount);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut grouped = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(decimals) = decimals {
        grouped.push('.');
        grouped.push_str(decimals);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        for (given, expected) in [
            ("0", "0"),
            ("100", "100"),
            ("1000", "1,000"),
            ("-26100000.50", "-26,100,000.5"),
            ("143254033.04", "143,254,033.04"),
        ] {
            assert_eq!(grouped(Decimal::from_str_exact(given).unwrap()), expected);
        }
    }
}
