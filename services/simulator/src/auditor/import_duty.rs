//! Import duty (Law 107/2016 art. 5; Decree 26/2023; the decrees of the agreements; Decision 15/2023).
//!
//! Which rate: the declared schedule asks for one, and without a schedule the origin decides.
//!
//! - Preferential (most-favoured-nation): for origins that have the treatment. Whether one has it may be unknown.
//! - Ordinary: as listed by Decision 15/2023, otherwise 150 % of the preferential rate, which is 0 where that is 0.
//! - Special preferential: for a member of an agreement, for a line that the agreement covers for that member, with
//!   its proof of origin. Where the preferential rate is lower, that one holds (Decree 134/2016). A proof that will be
//!   filed later leaves the rate by origin for now (Circular 33/2023), so that the agreement's need not be known yet. A claim without any proof is a mistake, unless the
//!   agreement asks for none because the consignment is small.
//! - Out of quota (schedule B14, or class X beside another schedule): the rate of Annex IV, or the agreement's own, for
//!   a line that has a quota; ordinary goods pay the ordinary percentage of it. Goods over the quota never get a rate
//!   of inside the quota.
//!   Where the quota is the agreement's alone, the preferential rate knows none. While a quota is used up, nothing
//!   has the rate inside it.
//! - Specific or mixed: an amount for each unit, see there.
//! - Not subject: needs the code that says why.
//!
//! Goods that are not subject to duty, by their code or else by their kind, need no rate: what is not known of it hurts
//! nobody. A mistake stays one.
//!
//! The base is the customs value.

use vocabulary::{DutyType, GoodsItem};

use super::claims::kind_takes_off;
use super::declared_codes::Declared;
use super::exchange_rates::dong_for;
use super::number::{Number, of, percent_of, whole};
use super::relief::{self, Relief};
use super::rule_files::{self, Agreement, Block, Row};
use super::{Answer, Case, Claim, Doubt, TaxRate, refuse, silent, specific_duty, typed_rate};

/// The import duty of a line.
pub(super) fn claim(case: &Case<'_>, item: &GoodsItem, hs: &str, declared: &Declared) -> Answer<Claim> {
    let rate = match rate(case, item, hs, declared.duty_relief.as_ref()) {
        Err(Doubt::Silent(_)) if relief::no_duty(case.kind, declared.duty_relief.as_ref()) => TaxRate::NotSubject,
        answer => answer?,
    };
    typed_rate::agrees(item, &rate)?;
    let usual = case.kind.map_or("", |kind| kind.cell("duty_relief_code"));
    Ok(relief::claim(
        DutyType::ImportDuty,
        rate,
        declared.duty_relief.clone(),
        case.kind,
        kind_takes_off(case, DutyType::ImportDuty),
        usual,
    ))
}

fn rate(case: &Case<'_>, item: &GoodsItem, hs: &str, relief: Option<&Relief>) -> Answer<TaxRate> {
    let origin = item.origin.as_deref().unwrap_or_default();
    let over_quota = item.quota_class.as_deref() == Some("X");
    let desk = Desk { case, hs, origin, row: case.rules.import_tariff.on(hs, case.day) };
    let Some(schedule) = item.tariff_schedule.as_deref() else {
        desk.quota_left("mfn", over_quota)?;
        return desk.by_origin(over_quota).map(TaxRate::Percent);
    };
    if case.rules.schedules.is_silent(schedule, case.day) {
        return silent(format!("the schedules of {} are not entered", case.day));
    }
    let Some(schedule) = case.rules.schedules.on(schedule, case.day) else {
        return refuse(format!("there is no schedule {schedule}"));
    };
    let kind = schedule.cell("kind");
    if item.specific_rate_code.is_some() && !matches!(kind, "specific" | "mixed") {
        return refuse("the code of a specific rate beside a schedule of percentages");
    }
    if over_quota && !matches!(kind, "mfn" | "ordinary" | "out_of_quota" | "agreement") {
        return refuse("nothing of that schedule is over a quota");
    }
    if matches!(kind, "mfn" | "ordinary") {
        desk.quota_left("mfn", over_quota)?;
    }
    let rate = match kind {
        "mfn" => desk.mfn(over_quota)?,
        "ordinary" => desk.ordinary(over_quota)?,
        "out_of_quota" => desk.by_origin(true)?,
        "agreement" => desk.agreement(item, schedule.cell("agreement"), over_quota)?,
        "specific" | "mixed" => return specific_duty::rate(case, item, hs, kind, || desk.by_origin(false)),
        "not_subject" if relief == Some(&Relief::NotSubject) => return Ok(TaxRate::NotSubject),
        "not_subject" => return refuse("no code says why the goods are not subject to duty"),
        other => return silent(format!("no rates of {other}")),
    };
    Ok(TaxRate::Percent(rate))
}

/// Whether the rate of an agreement is below the one without it, and rests on no proof that customs holds.
pub(super) fn unproved_preference(case: &Case<'_>, item: &GoodsItem, hs: &str) -> bool {
    let schedule = item.tariff_schedule.as_deref().and_then(|code| case.rules.schedules.on(code, case.day));
    let Some(schedule) = schedule.filter(|row| row.cell("kind") == "agreement") else { return false };
    let origin = item.origin.as_deref().unwrap_or_default();
    let named = item.certificate_form.as_deref().zip(item.certificate_number.as_deref());
    if named.is_some_and(|(form, number)| case.facts.certificate(form, number, Some(origin)).is_some()) {
        return false;
    }
    let over_quota = item.quota_class.as_deref() == Some("X");
    let desk = Desk { case, hs, origin, row: case.rules.import_tariff.on(hs, case.day) };
    let id = schedule.cell("agreement");
    if desk.proof(item, id) != Ok(true) {
        return false;
    }
    let outside = over_quota && desk.row.is_some_and(|row| row.number("mfn_out_of_quota").is_some());
    match (desk.relation(), desk.mfn_rate(outside), desk.special(id, over_quota)) {
        ("yes", Ok(without), Ok(special)) => special < without,
        _ => true,
    }
}

/// Whether the rate is one of inside a quota, outside of which it is higher.
pub(super) fn is_inside_a_quota(case: &Case<'_>, item: &GoodsItem, hs: &str) -> bool {
    let origin = item.origin.as_deref().unwrap_or_default();
    let schedule = item.tariff_schedule.as_deref().and_then(|code| case.rules.schedules.on(code, case.day));
    let kind = schedule.map_or("", |row| row.cell("kind"));
    if item.quota_class.as_deref() == Some("X")
        || matches!(kind, "not_subject" | "out_of_quota" | "chapter_98" | "specific" | "mixed")
    {
        return false;
    }
    let Ok(TaxRate::Percent(inside)) = rate(case, item, hs, None) else { return false };
    let desk = Desk { case, hs, origin, row: case.rules.import_tariff.on(hs, case.day) };
    let own = schedule.filter(|_| kind == "agreement").and_then(|row| {
        let id = row.cell("agreement");
        if desk.proof(item, id) == Ok(true) { desk.special(id, true).ok() } else { None }
    });
    let outside = own.or_else(|| {
        let listed = desk.row.is_some_and(|row| row.number("mfn_out_of_quota").is_some());
        let outside = if desk.relation() == "yes" { desk.mfn_rate(true) } else { desk.ordinary(true) };
        outside.ok().filter(|_| listed)
    });
    outside.is_some_and(|outside| outside > inside)
}

struct Desk<'d> {
    case: &'d Case<'d>,
    hs: &'d str,
    origin: &'d str,
    row: Option<&'d Row>,
}

impl Desk<'_> {
    fn relation(&self) -> &str {
        self.case.rules.mfn_relations.on(self.origin, self.case.day).map_or("unknown", |row| row.cell("mfn"))
    }

    /// Nothing is over a quota that the line does not have, whatever the origin.
    fn has_quota_if(&self, over_quota: bool) -> Answer<()> {
        if over_quota && self.row.is_some_and(|row| row.number("mfn_out_of_quota").is_none()) {
            return refuse(format!("{} has no quota", self.hs));
        }
        Ok(())
    }

    fn by_origin(&self, over_quota: bool) -> Answer<Number> {
        self.has_quota_if(over_quota)?;
        match self.relation() {
            "yes" => self.mfn_rate(over_quota),
            "no" => self.ordinary(over_quota),
            _ => silent(format!("whether {} has most-favoured-nation treatment is not known", self.origin)),
        }
    }

    fn mfn(&self, over_quota: bool) -> Answer<Number> {
        self.has_quota_if(over_quota)?;
        match self.relation() {
            "yes" => self.mfn_rate(over_quota),
            "no" => refuse(format!("{} has no most-favoured-nation treatment", self.origin)),
            _ => silent(format!("whether {} has most-favoured-nation treatment is not known", self.origin)),
        }
    }

    fn row(&self) -> Answer<&Row> {
        self.row.map_or_else(|| silent(format!("no rate of {} on {}", self.hs, self.case.day)), Ok)
    }

    fn mfn_rate(&self, over_quota: bool) -> Answer<Number> {
        let row = self.row()?;
        if over_quota {
            return row.number("mfn_out_of_quota").map_or_else(|| refuse(format!("{} has no quota", self.hs)), Ok);
        }
        super::number::printed(row.cell("mfn"))
            .map_or_else(|| silent(format!("{} is printed as {}", self.hs, row.cell("mfn"))), Ok)
    }

    fn ordinary(&self, over_quota: bool) -> Answer<Number> {
        let row = self.row()?;
        let Some(rule) = rule_files::on(&self.case.rules.ordinary, self.case.day) else {
            return silent("no rule of the ordinary rate");
        };
        if let (Some(listed), false) = (row.number("ordinary"), over_quota) {
            return Ok(listed);
        }
        let percentage = rule.number("percent_of_mfn").unwrap_or_else(|| whole(0));
        Ok(percent_of(&percentage, &self.mfn_rate(over_quota)?))
    }

    /// The rate inside a quota is for goods of it while there is something left.
    fn quota_left(&self, of: &str, over_quota: bool) -> Answer<()> {
        let day = self.case.day;
        let used_up = self.case.rules.quotas.iter().any(|quota| {
            quota.of == of
                && quota.days.hold(day)
                && quota.hs.iter().any(|beginning| self.hs.starts_with(beginning.as_str()))
                && quota.exhausted.iter().any(|days| days.hold(day))
        });
        if used_up && !over_quota { refuse(format!("the quota of {} is used up", self.hs)) } else { Ok(()) }
    }

    fn agreement(&self, item: &GoodsItem, id: &str, over_quota: bool) -> Answer<Number> {
        self.quota_left(id, over_quota)?;
        let special = match self.special(id, over_quota) {
            Ok(special) => special,
            // Where the table is silent, a missing proof is still the declarant's to mend.
            Err(Doubt::Silent(why)) => {
                if self.in_force(id) && !self.proof(item, id)? {
                    return self.by_origin(self.over_mfn_quota(over_quota)?);
                }
                return Err(Doubt::Silent(why));
            }
            Err(refused) => return Err(refused),
        };
        let over_mfn_quota = self.over_mfn_quota(over_quota)?;
        if !self.proof(item, id)? {
            return self.by_origin(over_mfn_quota);
        }
        match (self.relation(), self.mfn_rate(over_mfn_quota)) {
            ("yes", Ok(mfn)) if mfn < special => Ok(mfn),
            _ => Ok(special),
        }
    }

    /// The quota may be the agreement's alone; then the preferential rate knows none.
    fn over_mfn_quota(&self, over_quota: bool) -> Answer<bool> {
        Ok(over_quota && self.row()?.number("mfn_out_of_quota").is_some())
    }

    fn in_force(&self, id: &str) -> bool {
        let agreements = &self.case.rules.agreements;
        agreements.iter().any(|agreement| agreement.id == id && agreement.days.hold(self.case.day))
    }

    /// What the agreement itself gives.
    fn special(&self, id: &str, over_quota: bool) -> Answer<Number> {
        let (hs, day) = (self.hs, self.case.day);
        let Some(agreement) = self.case.rules.agreements.iter().find(|agreement| agreement.id == id) else {
            return silent(format!("no agreement {id}"));
        };
        if !agreement.days.hold(day) {
            return silent(format!("{id} does not hold on {day}"));
        }
        if !agreement.has_member(self.origin, day) {
            return refuse(format!("{} is no member of {id}", self.origin));
        }
        let Some((_, table, column)) = agreement.rates.iter().find(|(days, _, _)| days.hold(day)) else {
            return silent(format!("no rates of {id} on {day}"));
        };
        let Some(row) = table.on(hs, day) else {
            return self.not_in_table(agreement);
        };
        if row.cell("not_for_origin").split_whitespace().any(|country| country == self.origin) {
            return refuse(format!("{id} gives {} nothing for {hs}", self.origin));
        }
        let cell = if over_quota { row.cell("out_of_quota") } else { row.cell(column) };
        match cell {
            "excluded" | "" => refuse(format!("{id} gives nothing for {hs}")),
            "quota" => silent(format!("{id} gives {hs} a preference inside a quota that is not entered")),
            rate => super::number::printed(rate).map_or_else(|| silent(format!("{id} prints {rate} for {hs}")), Ok),
        }
    }

    fn not_in_table(&self, agreement: &Agreement) -> Answer<Number> {
        if agreement.listed_lines {
            return refuse(format!("{} does not cover {}", agreement.id, self.hs));
        }
        silent(format!("{} says nothing of {}", agreement.id, self.hs))
    }

    /// Whether the proof of origin is there; `false` when it will be filed later.
    fn proof(&self, item: &GoodsItem, id: &str) -> Answer<bool> {
        if item.certificate_number.is_none() {
            if self.is_small_consignment(id) {
                return Ok(true);
            }
            if item.certificate_late.as_deref() == Some("true") {
                return Ok(false);
            }
            return refuse(format!("{id} is claimed without a proof of origin"));
        }
        match item.certificate_date {
            None => return refuse("the proof of origin has no date"),
            Some(date) if date > self.case.day => return refuse("the proof of origin is dated later"),
            Some(_) => {}
        }
        let form = item.certificate_form.as_deref().unwrap_or_default();
        let forms: Vec<&str> = forms_of(self.case, id).collect();
        if !forms.is_empty() && !forms.contains(&form) {
            return refuse(format!("{form} is no form of {id}"));
        }
        Ok(true)
    }
}

impl Desk<'_> {
    /// Whether the invoice is so small that the agreement asks for no proof. On the exporter's premises a price is below
    /// what the goods are worth on board, so that it shows nothing.
    fn is_small_consignment(&self, id: &str) -> bool {
        let (case, declaration) = (self.case, self.case.declaration);
        let own = |block: &&Block| block.days().hold(case.day) && block.names("agreements", id);
        let blocks = &case.rules.small_consignment;
        let Some(most) = blocks.iter().find(own).and_then(|block| block.number("value")) else { return false };
        let terms = declaration.terms_of_delivery.as_deref().unwrap_or_default();
        if terms == "EXW" || case.rules.incoterms.on(terms, case.day).is_none() {
            return false;
        }
        let (Some(amount), Some(currency)) = (declaration.invoice_amount, &declaration.invoice_currency) else {
            return false;
        };
        match (dong_for(case, currency), dong_for(case, "USD")) {
            (Ok(rate), Ok(dollar)) => of(amount) * rate <= most * dollar,
            _ => false,
        }
    }
}

/// The forms that prove origin under an agreement.
fn forms_of<'c>(case: &'c Case<'_>, id: &'c str) -> impl Iterator<Item = &'c str> {
    let rows = case.rules.certificates.rows.iter().filter(|row| row.days.hold(case.day));
    rows.filter(move |row| row.cell("agreements").split_whitespace().any(|known| known == id))
        .map(|row| row.cell("code"))
}
