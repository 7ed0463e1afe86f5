//! The rules asked on the day of each change and on the day before.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anstyle::AnsiColor;
use jiff::civil::Date;
use rulebook::{
    EnvironmentalProtection, ExportDuty, Inventory, Key, Preferential, Rulebook, RulesInForce, SpecialConsumption,
    TariffLine, VatOnLine,
};
use vocabulary::{Citation, RulebookGap};

/// More answers that are wrong than this are counted, not named.
const WRONG_NAMED_MAX: usize = 20;

/// What came of asking.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) days: usize,
    pub(super) questions: usize,
    pub(super) gaps: usize,
    /// Answers that cannot be: of a version that does not hold on the day.
    pub(super) wrong: Vec<String>,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (red, green) = (AnsiColor::Red.on_default().bold(), AnsiColor::Green.on_default().bold());
        for wrong in self.wrong.iter().take(WRONG_NAMED_MAX) {
            writeln!(f, "{red}wrong{red:#}    {wrong}")?;
        }
        let style = if self.wrong.is_empty() { green } else { red };
        writeln!(
            f,
            "{style}{} days around changes asked{style:#}, {} questions; {} answers are gaps, {} are wrong",
            self.days,
            vocabulary::duty::grouped(self.questions.into()),
            vocabulary::duty::grouped(self.gaps.into()),
            self.wrong.len()
        )
    }
}

/// Asks every question about the lines that change on a day, and about the first line of each chapter, on the day and
/// the day before.
pub(super) fn ask_around_changes(rulebook: &Rulebook, inventory: &Inventory) -> Asked {
    // Exchange rates change each week, and are asked by themselves.
    let mut lines_of_day: BTreeMap<Date, BTreeSet<String>> = BTreeMap::new();
    let mut weeks: BTreeMap<Date, BTreeSet<String>> = BTreeMap::new();
    for table in inventory.tables() {
        let of_weeks = table.name() == "valuation/exchange-rates";
        for (day, keys) in table.changes() {
            let days = if of_weeks { &mut weeks } else { &mut lines_of_day };
            let of_day = days.entry(day).or_default();
            // A table that begins as a whole is asked by the first line of each chapter alone.
            if of_weeks || keys.len() < 2_000 {
                of_day
                    .extend(keys.iter().filter(|key| of_weeks || matches!(key, Key::Line(_))).map(ToString::to_string));
            }
        }
    }
    let mut asked = Asked::default();
    for (change, lines) in &lines_of_day {
        for day in [change.yesterday().ok(), Some(*change)].into_iter().flatten() {
            asked.days += 1;
            let rules = rulebook.in_force_on(day);
            let mut chapters = BTreeSet::new();
            let first_lines =
                rules.tariff().lines_under("").iter().filter(|code| chapters.insert(code.to_string()[..2].to_owned()));
            let first_lines: Vec<String> = first_lines.map(ToString::to_string).collect();
            for code in lines.iter().chain(&first_lines) {
                if let Some(line) = rules.commodity(code) {
                    ask_line(&rules, &line, &mut asked);
                }
            }
            asked.whole(&rules);
        }
    }
    for (monday, currencies) in &weeks {
        for day in [monday.yesterday().ok(), Some(*monday)].into_iter().flatten() {
            asked.days += 1;
            let rules = rulebook.in_force_on(day);
            for currency in currencies {
                asked.answer(day, rules.exchange_rate(currency).map(|rate| rate.citation));
            }
        }
    }
    asked
}

fn ask_line(rules: &RulesInForce<'_>, line: &TariffLine<'_>, asked: &mut Asked) {
    let day = rules.date();
    asked.answer(day, line.mfn().map(|rate| rate.citation));
    asked.answer(day, line.ordinary().map(|rate| rate.citation));
    if let Some(result) = line.mfn_out_of_quota().transpose() {
        asked.answer(day, result.map(|rate| rate.citation));
    }
    asked.answer(
        day,
        match line.vat() {
            VatOnLine::Rate(rate) => Ok(rate.citation),
            VatOnLine::DependsOnGoods { citation, .. } => Ok(citation),
            VatOnLine::Gap(gap) => Err(gap),
        },
    );
    asked.answer(
        day,
        match line.special_consumption() {
            SpecialConsumption::Rate(rate) => Ok(rate.citation),
            SpecialConsumption::NotSubject(citation)
            | SpecialConsumption::Seldom { citation, .. }
            | SpecialConsumption::DependsOnGoods { citation, .. } => Ok(citation),
            SpecialConsumption::Gap(gap) => Err(gap),
        },
    );
    asked.answer(
        day,
        match line.environmental() {
            EnvironmentalProtection::No(citation)
            | EnvironmentalProtection::Yes(citation)
            | EnvironmentalProtection::Maybe(citation) => Ok(citation),
            EnvironmentalProtection::Gap(gap) => Err(gap),
        },
    );
    asked.answer(
        day,
        match line.export_duty() {
            ExportDuty::Rate(rate) => Ok(rate.citation),
            ExportDuty::NotListed(citation) => Ok(citation),
            ExportDuty::Gap(gap) => Err(gap),
        },
    );
    for agreement in rules.agreements() {
        let Some(member) = agreement.members().find(|member| *member != "VN") else { continue };
        for found in [line.preferential(agreement.id(), member), line.preferential_export(agreement.id(), member)] {
            asked.answer(
                day,
                match found {
                    Preferential::Rate(rate) => Ok(rate.citation),
                    Preferential::Excluded(citation)
                    | Preferential::NotForOrigin(citation)
                    | Preferential::NotMember(citation)
                    | Preferential::QuotaOnly(citation) => Ok(citation),
                    Preferential::Gap(gap) => Err(gap),
                },
            );
        }
    }
}

impl Asked {
    /// What does not hang on a line.
    fn whole(&mut self, rules: &RulesInForce<'_>) {
        let day = rules.date();
        self.answer(day, rules.taxes().thresholds().map(|all| all.gift.citation));
        self.answer(day, rules.taxes().late_payment_percent_per_day().map(|percent| percent.citation));
        for kind in rulebook::RoundingKind::ALL {
            self.answer(day, rules.valuation().rounding(kind).map(|rounding| rounding.citation));
        }
    }

    fn answer(&mut self, day: Date, answer: Result<Citation, RulebookGap>) {
        self.questions += 1;
        let citation = match answer {
            Ok(citation) => citation,
            Err(_) => {
                self.gaps += 1;
                return;
            }
        };
        let since = citation.rule.rsplit_once('@').and_then(|(_, since)| since.parse::<Date>().ok());
        if since.is_none_or(|since| since > day) || citation.law.is_empty() {
            self.wrong.push(format!("on {day} the answer is of {} ({})", citation.rule, citation.law));
        }
    }
}
