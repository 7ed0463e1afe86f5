//! Import duty of an amount for each unit, alone or beside a percentage (schedules B15 and B16, VNACCS SPD).

use rulebook::{Provision, ScheduleKind, SpecificKind, SpecificRate, TariffSchedule};
use rust_decimal::Decimal;
use vocabulary::declaration::goods_item;
use vocabulary::{Bilingual, PerUnit, Place, RulebookGap};

use crate::problem::{Problem, problem, suggesting};
use crate::validation::line::ResolvedLine;
use crate::validation::{Report, quantities};

/// The rate that the line's code names, where it is one of the schedule and of the goods.
///
/// # Errors
/// A gap, when no rate of the schedule is known for the goods; nothing, when a finding was made.
pub(super) fn of_line<'r>(
    line: &ResolvedLine<'r>,
    schedule: &str,
    entry: &TariffSchedule<'_>,
    report: &mut Report<'_>,
) -> Result<SpecificRate<'r>, Option<RulebookGap>> {
    let (position, item, rules) = (line.position, line.item, line.rules);
    let Some(code) = item.commodity_code.as_deref() else { return Err(None) };
    let mixed = *entry.kind == ScheduleKind::Mixed;
    let fits = |rate: &SpecificRate<'_>| rate.covers(code) && mixed == (rate.kind() != SpecificKind::Alone);
    let of_goods: Vec<SpecificRate<'r>> = rules.tariff().specific_rates().filter(fits).collect();
    if of_goods.is_empty() {
        let gap = RulebookGap {
            code: "rate_of_schedule_not_in_rulebook".into(),
            item: None,
            message: Bilingual::new(
                format!(
                    "the rulebook has no rate of the schedule {schedule} ({}) for {code}; an officer finds the duty",
                    entry.entry.name_en()
                ),
                format!(
                    "bộ quy tắc chưa có mức thuế của biểu {schedule} ({}) cho {code}; công chức xác định thuế",
                    entry.entry.name_vi()
                ),
            ),
            rule: entry.entry.citation().rule,
        };
        return Err(Some(gap));
    }
    let known: Vec<String> = of_goods.iter().map(|rate| format!("{} ({})", rate.code(), rate.name_en())).collect();
    let known_vi: Vec<String> = of_goods.iter().map(|rate| format!("{} ({})", rate.code(), rate.name_vi())).collect();
    let mend = Bilingual::new(
        format!("enter the code of the goods: {}", known.join(", ")),
        format!("nhập mã đúng với hàng hóa: {}", known_vi.join(", ")),
    );
    let find = |number: &str, value: Option<&str>, message: Bilingual, report: &mut Report<'_>| {
        let found = problem(
            number,
            Place::item(goods_item::specific_rate_code, position),
            value.map(str::to_owned),
            message,
            mend.clone(),
            "assessment/specific-rates",
            Provision::Particulars,
        );
        report.find(suggesting(found, of_goods.iter().map(|rate| rate.code().to_owned()).collect()));
        Err(None)
    };
    let Some(declared) = item.specific_rate_code.as_deref() else {
        let message = Bilingual::new(
            format!("the schedule {schedule} asks for an amount for each unit, and no code names it"),
            format!("biểu thuế {schedule} áp dụng mức thuế tuyệt đối nhưng chưa khai mã mức thuế"),
        );
        return find("E1019", None, message, report);
    };
    match rules.tariff().specific_rate(declared) {
        None => {
            let message = Bilingual::new(
                format!("there is no specific rate {declared} on the day of registration"),
                format!("không có mã mức thuế tuyệt đối {declared} vào ngày đăng ký"),
            );
            find("E1020", Some(declared), message, report)
        }
        Some(rate) if fits(&rate) => Ok(rate),
        Some(rate) => {
            let message = Bilingual::new(
                format!("the specific rate {declared} ({}) is not one of {code} under {schedule}", rate.name_en()),
                format!(
                    "mã mức thuế {declared} ({}) không áp dụng cho mã {code} theo biểu thuế {schedule}",
                    rate.name_vi()
                ),
            );
            find("E1021", Some(declared), message, report)
        }
    }
}

/// The amount, and the quantity that it is counted by.
pub(super) fn per_unit(
    line: &ResolvedLine<'_>,
    rate: &SpecificRate<'_>,
    report: &mut Report<'_>,
) -> Option<(PerUnit, Decimal)> {
    let Some(quantity) = quantities::counted_in(line.item, rate.unit(), &line.rules) else {
        let wanted = quantities::Wanted::Duty(rate.code());
        report.find(quantities::missing(wanted, rate.unit(), line.position, &rate.citation()));
        return None;
    };
    let per_unit = PerUnit { amount: rate.amount(), currency: rate.currency().into(), unit: rate.unit().into() };
    Some((per_unit, quantity))
}

/// A code of a specific rate beside a schedule that has percentages alone.
pub(super) fn not_of_schedule(position: usize, declared: &str, schedule: &str, entry: &TariffSchedule<'_>) -> Problem {
    let citation = entry.entry.citation();
    problem(
        "E1061",
        Place::item(goods_item::specific_rate_code, position),
        Some(declared.to_owned()),
        Bilingual::new(
            format!("the schedule {schedule} has percentages alone, and a specific rate is declared"),
            format!("biểu thuế {schedule} chỉ có thuế suất phần trăm nhưng lại khai mã mức thuế tuyệt đối"),
        ),
        Bilingual::new(
            "leave the code out, or enter B15 for a specific or B16 for a mixed duty",
            "bỏ mã này, hoặc nhập B15 (thuế tuyệt đối), B16 (thuế hỗn hợp)",
        ),
        citation.rule.to_string(),
        &citation.law,
    )
}
