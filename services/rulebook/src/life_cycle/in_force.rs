//! The rules of a declaration's life on a day.

use jiff::civil::{Date, Weekday};
use vocabulary::{Citation, RulebookGap};

use crate::cited::{Cited, no_value_on};
use crate::life_cycle::rules::{
    ChangeNote, ChangeReason, FrozenField, FrozenFrom, LifeCycleRules, LimitKind, ReasonFor, RegistrationChange,
};

/// The rules of a declaration's life on one day. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct LifeCycleInForce<'a> {
    rules: &'a LifeCycleRules,
    date: Date,
}

impl<'a> LifeCycleInForce<'a> {
    pub(crate) fn new(rules: &'a LifeCycleRules, date: Date) -> Self {
        Self { rules, date }
    }

    /// A term or a count.
    ///
    /// # Errors
    /// A gap when it is not entered for the day.
    pub fn limit(&self, kind: LimitKind) -> Result<Cited<u32>, RulebookGap> {
        let place = format_args!("life-cycle/limits/{}", kind.as_str());
        let found = self.rules.limits.get(&kind).and_then(|versions| versions.on(self.date));
        found
            .map(|(value, provenance)| provenance.cited(*value, place))
            .ok_or_else(|| no_value_on(self.date, format_args!("life-cycle/limits/{}", kind.as_str())))
    }

    /// Whether a code of the payment's due date (ENC) asks for the payment term of authorised operators.
    pub fn asks_for_deferral(&self, due_date_code: &str) -> Option<Citation> {
        let (codes, provenance) = self.rules.deferral_codes.on(self.date)?;
        codes.iter().any(|code| **code == *due_date_code).then(|| provenance.cite(format_args!("life-cycle/deferral")))
    }

    /// What is said of a change between pre-registration and registration.
    ///
    /// # Errors
    /// A gap when nothing is entered for the day.
    pub fn change_note(&self, change: RegistrationChange) -> Result<Cited<&'a ChangeNote>, RulebookGap> {
        let word = change.as_str();
        let found = self.rules.changes.get(&change).and_then(|versions| versions.on(self.date));
        found
            .map(|(note, provenance)| provenance.cited(note, format_args!("life-cycle/changes/{word}")))
            .ok_or_else(|| no_value_on(self.date, format_args!("life-cycle/changes/{word}")))
    }

    /// A reason to amend or cancel, by its code.
    pub fn change_reason(&self, code: &str) -> Option<Cited<&'a ChangeReason>> {
        let (reason, provenance) = self
            .rules
            .reasons
            .iter()
            .find(|(reason, provenance)| *reason.code == *code && provenance.holds_on(self.date))?;
        Some(provenance.cited(reason, format_args!("life-cycle/change-reasons/{code}")))
    }

    /// The codes of the reasons for something, for people to choose from.
    pub fn change_reasons(&self, given_for: ReasonFor) -> Vec<&'a str> {
        self.rules
            .reasons
            .iter()
            .filter(|(reason, provenance)| reason.given_for == given_for && provenance.holds_on(self.date))
            .map(|(reason, _)| &*reason.code)
            .collect()
    }

    /// The fields that can no longer be amended at a point of a declaration's life.
    pub fn frozen_fields(self, at: FrozenFrom) -> impl Iterator<Item = Cited<&'a FrozenField>> {
        let date = self.date;
        self.rules.frozen.iter().filter(move |(field, provenance)| field.from <= at && provenance.holds_on(date)).map(
            |(field, provenance)| {
                let name = field.field.field().name;
                provenance.cited(field, format_args!("life-cycle/frozen-fields/{name}"))
            },
        )
    }

    /// The working day on which a term of so many working days after the rules' day ends.
    ///
    /// # Errors
    /// A gap when the holidays of a year on the way are not entered.
    pub fn working_days_later(&self, count: u32) -> Result<Date, RulebookGap> {
        let mut date = self.date;
        let mut left = count;
        while left > 0 {
            date = date.tomorrow().map_err(|_| no_value_on(date, format_args!("life-cycle/public-holidays")))?;
            let Some((holidays, _)) = self.rules.holidays.on(date) else {
                return Err(no_value_on(date, format_args!("life-cycle/public-holidays")));
            };
            let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            left -= u32::from(!weekend && !holidays.contains(&date));
        }
        Ok(date)
    }
}
