//! The trade remedies on goods of a tariff line: type, origins, days, rates by maker and exporter, what is not known, law.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use jiff::civil::Date;
use rulebook::{RemedyRate, RulesInForce, TaxEffect, TradeRemedy};
use serde::Serialize;
use vocabulary::duty::plain;
use vocabulary::{Bilingual, DutyType, Language};

use crate::render::pick;
use crate::rules::wording::wrapped;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// A measure on goods of a line.
#[derive(Debug, Serialize)]
pub(super) struct Remedy {
    id: String,
    kind: &'static str,
    #[serde(skip)]
    kind_name: Bilingual,
    extends: Vec<String>,
    name: Bilingual,
    description: Bilingual,
    /// Empty when it is on goods of all origins.
    origins: Vec<String>,
    /// Whether the goods of the origin that was asked for bear it.
    on_origin: Option<bool>,
    from: Option<Date>,
    to: Option<Date>,
    rates: Vec<Rate>,
    /// What is not known of it.
    incomplete: Option<Bilingual>,
    rule: String,
    law: String,
    mark: &'static str,
}

/// A rate of a measure.
#[derive(Debug, Serialize)]
struct Rate {
    code: String,
    duty: DutyType,
    /// `None` when it was not read.
    rate: Option<String>,
    amount: Option<String>,
    /// `None` for all origins of the measure.
    origin: Option<String>,
    /// Empty for all makers that no other rate names.
    makers: Vec<String>,
    exporters: Vec<String>,
    mark: &'static str,
    code_mark: &'static str,
}

/// The measures on goods of a line on a day, for goods of every origin or of one.
pub(super) fn on_line(rules: &RulesInForce<'_>, code: &str, origin: Option<&str>) -> Vec<Remedy> {
    rules.trade_remedies(code).map(|measure| remedy(&measure, origin)).collect()
}

fn remedy(measure: &TradeRemedy<'_>, origin: Option<&str>) -> Remedy {
    let citation = measure.citation();
    let on_origin = origin.map(|origin| measure.covers_origin(origin));
    let asked = |row: &RemedyRate<'_>| on_origin != Some(true) || origin.is_none_or(|origin| row.is_for(origin));
    let rates = measure
        .taxes()
        .iter()
        .flat_map(|duty| measure.rates(*duty).filter(&asked).map(|row| rate(*duty, &row)).collect::<Vec<_>>());
    Remedy {
        id: measure.id().to_owned(),
        kind: measure.kind().as_str(),
        kind_name: measure.kind().name(),
        extends: measure.extends().map(str::to_owned).collect(),
        name: Bilingual::new(measure.name_en(), measure.name_vi()),
        description: measure.description().clone(),
        origins: measure.origins().map(str::to_owned).collect(),
        on_origin,
        from: citation.rule.rsplit_once('@').and_then(|(_, day)| day.parse().ok()),
        to: measure.last_day(),
        rates: rates.collect(),
        incomplete: measure.incomplete().cloned(),
        rule: citation.rule.to_string(),
        law: citation.law.to_string(),
        mark: measure.mark().as_str(),
    }
}

fn rate(duty: DutyType, row: &RemedyRate<'_>) -> Rate {
    let (rate, amount) = match row.code.effect() {
        TaxEffect::Rate(percent) => (Some(plain(*percent)), None),
        TaxEffect::Amount { amount, currency, unit } => (None, Some(format!("{} {currency}/{unit}", plain(*amount)))),
        _ => (None, None),
    };
    let names = |of: &[Box<str>]| of.iter().map(ToString::to_string).collect();
    Rate {
        code: row.code.code().to_owned(),
        duty,
        rate,
        amount,
        origin: row.origin.map(str::to_owned),
        makers: names(row.makers),
        exporters: names(row.exporters),
        mark: row.mark.as_str(),
        code_mark: row.code.mark().as_str(),
    }
}

/// How many of the measures have no rate.
pub(super) fn gaps(remedies: &[Remedy]) -> usize {
    remedies.iter().filter(|remedy| remedy.rates.is_empty()).count()
}

/// The measures as people read them; nothing where there are none.
pub(super) fn page(remedies: &[Remedy], language: Language) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut page = String::new();
    if remedies.is_empty() {
        return page;
    }
    let _ = writeln!(page, "\n{BOLD}{}{BOLD:#}", say("Trade remedies", "Biện pháp phòng vệ thương mại"));
    for remedy in remedies {
        let kind = remedy.kind_name.in_language(language);
        let _ = writeln!(page, "  {BOLD}{}{BOLD:#} {kind}: {}", remedy.id, remedy.name.in_language(language));
        let origins = match (&*remedy.origins, remedy.on_origin) {
            ([], _) => say("all origins", "mọi xuất xứ").to_owned(),
            (origins, Some(false)) => {
                format!("{} {}", origins.join(" "), say("(not the one asked for)", "(không phải xuất xứ đang xem)"))
            }
            (origins, _) => origins.join(" "),
        };
        let mut days = format!("{} {origins}", say("on goods of", "áp dụng cho hàng của"));
        if let Some(from) = remedy.from {
            let _ = write!(days, ", {} {from}", say("from", "từ"));
        }
        if let Some(to) = remedy.to {
            let _ = write!(days, " {} {to}", say("to", "đến"));
        }
        if !remedy.extends.is_empty() {
            let _ = write!(days, "; {} {}", say("extends", "mở rộng"), remedy.extends.join(" "));
        }
        page.push_str(&wrapped(&days, 4, 4));
        page.push_str(&wrapped(remedy.description.in_language(language), 4, 4));
        for rate in &remedy.rates {
            page.push_str(&wrapped(&line(rate, remedy, language), 6, 26));
        }
        if remedy.rates.is_empty() {
            let _ = writeln!(page, "      {}", say("GAP: no rate is entered", "THIẾU: chưa có mức thuế"));
        }
        if let Some(incomplete) = &remedy.incomplete {
            let yellow = AnsiColor::Yellow.on_default().bold();
            let text = format!("{}: {}", say("not known", "chưa biết"), incomplete.in_language(language));
            let _ = write!(page, "{yellow}{}{yellow:#}", wrapped(&text, 4, 4));
        }
        let _ = writeln!(page, "    {} [{}]\n    {DIM}{}{DIM:#}", remedy.law, remedy.mark, remedy.rule);
    }
    page
}

/// A rate in one paragraph: how much, by which code, of which origin, whose goods.
fn line(rate: &Rate, remedy: &Remedy, language: Language) -> String {
    let say = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let much = match (&rate.rate, &rate.amount) {
        (Some(percent), _) => format!("{percent} %"),
        (_, Some(amount)) => amount.clone(),
        _ => say("GAP", "THIẾU").to_owned(),
    };
    let mut whose = if rate.makers.is_empty() {
        say("other makers", "các nhà sản xuất khác").to_owned()
    } else {
        rate.makers.join("; ")
    };
    if !rate.exporters.is_empty() {
        let _ = write!(whose, "; {} {}", say("by way of", "xuất khẩu qua"), rate.exporters.join("; "));
    }
    let duty = if remedy.kind == "anti_circumvention" {
        let (en, vi) = rate.duty.names();
        format!("{}, ", pick(language, en, vi))
    } else {
        String::new()
    };
    let marks = format!("[{}; {} {}]", rate.mark, say("code", "mã"), rate.code_mark);
    format!("{much:<8} {:<7} {:<3}{duty}{whose} {marks}", rate.code, rate.origin.as_deref().unwrap_or("  "))
}
