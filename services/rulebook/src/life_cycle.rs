//! Terms, reasons and frozen fields of a declaration's life.

use jiff::civil::{Date, Weekday};
use rustc_hash::FxHashMap;
use vocabulary::{Bilingual, Citation, Direction, FieldId, RulebookGap};

use crate::cited::{Cited, Provenance, no_value_on};
use crate::in_force::RulesInForce;
use crate::tax::Versions;

/// A term or a count that bounds a declaration's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitKind {
    /// Days for which what was declared in advance is kept.
    PreRegistrationDays,
    /// Days after registration from which a declaration whose goods did not come may be cancelled unasked.
    AutomaticCancellationDays,
    /// Working days for an amendment that customs instructed.
    InstructedAmendmentWorkingDays,
    /// Days after clearance within which an amendment bears no penalty.
    UnpenalisedAmendmentDays,
    /// The most amendments of one declaration.
    AmendmentsMost,
    /// Days after release for the official value, code or quantity.
    ReleaseDays,
    /// Days in storage for the result of the specialised inspection.
    StorageDays,
    /// Days after registration for which a guarantee stands in for payment.
    GuaranteeDays,
    /// The day of the next month by which an authorised operator pays.
    DeferralDayOfNextMonth,
}

impl LimitKind {
    /// Every limit.
    pub const ALL: [Self; 9] = [
        Self::PreRegistrationDays,
        Self::AutomaticCancellationDays,
        Self::InstructedAmendmentWorkingDays,
        Self::UnpenalisedAmendmentDays,
        Self::AmendmentsMost,
        Self::ReleaseDays,
        Self::StorageDays,
        Self::GuaranteeDays,
        Self::DeferralDayOfNextMonth,
    ];

    /// The word used in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreRegistrationDays => "pre_registration_days",
            Self::AutomaticCancellationDays => "automatic_cancellation_days",
            Self::InstructedAmendmentWorkingDays => "instructed_amendment_working_days",
            Self::UnpenalisedAmendmentDays => "unpenalised_amendment_days",
            Self::AmendmentsMost => "amendments_most",
            Self::ReleaseDays => "release_days",
            Self::StorageDays => "storage_days",
            Self::GuaranteeDays => "guarantee_days",
            Self::DeferralDayOfNextMonth => "deferral_day_of_next_month",
        }
    }
}

/// What may have changed between pre-registration and registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RegistrationChange {
    /// An exchange rate.
    ExchangeRate,
    /// The rate of a tax other than import or export duty.
    OtherTaxRate,
    /// The tariff line, or its rate of import or export duty.
    TariffLine,
    /// A code of exemption or reduction.
    Exemption,
    /// What is known of the country of origin.
    Origin,
    /// An agreement, or its preferential rate.
    Agreement,
    /// The amounts, for no reason among the others.
    Assessment,
}

impl RegistrationChange {
    /// Every change.
    pub const ALL: [Self; 7] = [
        Self::ExchangeRate,
        Self::OtherTaxRate,
        Self::TariffLine,
        Self::Exemption,
        Self::Origin,
        Self::Agreement,
        Self::Assessment,
    ];

    /// The word used in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ExchangeRate => "exchange_rate",
            Self::OtherTaxRate => "other_tax_rate",
            Self::TariffLine => "tariff_line",
            Self::Exemption => "exemption",
            Self::Origin => "origin",
            Self::Agreement => "agreement",
            Self::Assessment => "assessment",
        }
    }
}

/// What the system says of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeNote {
    /// The code.
    pub code: Box<str>,
    /// What has changed.
    pub message: Bilingual,
}

/// What a reason is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReasonFor {
    /// An amendment.
    Amendment,
    /// A proof of origin that is filed late: an amendment that lowers the duty.
    Certificate,
    /// A cancellation.
    Cancellation,
}

/// Up to where in its life a declaration may be changed for a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Until {
    /// Until the goods are cleared.
    Clearance,
    /// Until the goods pass the supervision area.
    Supervision,
    /// Afterwards too.
    Open,
}

/// A reason to amend or cancel a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeReason {
    /// The code by which a declarant names it.
    pub code: Box<str>,
    /// What it is given for.
    pub given_for: ReasonFor,
    /// The direction that it belongs to; `None` for both.
    pub direction: Option<Direction>,
    /// Up to where it is taken.
    pub until: Until,
    /// What it says.
    pub name: Bilingual,
}

/// Since when a field cannot be amended. A later one includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FrozenFrom {
    /// Registration.
    Registration,
    /// Release before clearance, or an authorised operator's permit.
    Release,
    /// Clearance.
    Clearance,
}

/// A field that an amendment cannot change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenField {
    /// The field; of a repeated group, in every occurrence.
    pub field: FieldId,
    /// The code that says so.
    pub code: Box<str>,
    /// Since when.
    pub from: FrozenFrom,
}

/// What `life-cycle/` says.
#[derive(Debug)]
pub(crate) struct LifeCycleRules {
    pub(crate) limits: FxHashMap<LimitKind, Versions<u32>>,
    pub(crate) deferral_codes: Versions<Box<[Box<str>]>>,
    pub(crate) changes: FxHashMap<RegistrationChange, Versions<ChangeNote>>,
    pub(crate) reasons: Vec<(ChangeReason, Provenance)>,
    pub(crate) frozen: Vec<(FrozenField, Provenance)>,
    /// Days on which offices are closed, of the years that are entered.
    pub(crate) holidays: Versions<Box<[Date]>>,
}

/// The part of the rules in force that speaks of a declaration's life.
impl<'a> RulesInForce<'a> {
    fn life_cycle(&self) -> &'a LifeCycleRules {
        &self.rulebook().life_cycle
    }

    /// A term or a count.
    ///
    /// # Errors
    /// A gap when it is not entered for the day.
    pub fn limit(&self, kind: LimitKind) -> Result<Cited<u32>, RulebookGap> {
        let place = format_args!("life-cycle/limits/{}", kind.as_str());
        let found = self.life_cycle().limits.get(&kind).and_then(|versions| versions.on(self.date()));
        found
            .map(|(value, provenance)| provenance.cited(*value, place))
            .ok_or_else(|| no_value_on(self.date(), format_args!("life-cycle/limits/{}", kind.as_str())))
    }

    /// Whether a code of the payment's due date (ENC) asks for the payment term of authorised operators.
    pub fn asks_for_deferral(&self, due_date_code: &str) -> Option<Citation> {
        let (codes, provenance) = self.life_cycle().deferral_codes.on(self.date())?;
        codes.iter().any(|code| **code == *due_date_code).then(|| provenance.cite(format_args!("life-cycle/deferral")))
    }

    /// What is said of a change between pre-registration and registration.
    ///
    /// # Errors
    /// A gap when nothing is entered for the day.
    pub fn change_note(&self, change: RegistrationChange) -> Result<Cited<&'a ChangeNote>, RulebookGap> {
        let word = change.as_str();
        let found = self.life_cycle().changes.get(&change).and_then(|versions| versions.on(self.date()));
        found
            .map(|(note, provenance)| provenance.cited(note, format_args!("life-cycle/changes/{word}")))
            .ok_or_else(|| no_value_on(self.date(), format_args!("life-cycle/changes/{word}")))
    }

    /// A reason to amend or cancel, by its code.
    pub fn change_reason(&self, code: &str) -> Option<Cited<&'a ChangeReason>> {
        let (reason, provenance) = self
            .life_cycle()
            .reasons
            .iter()
            .find(|(reason, provenance)| *reason.code == *code && provenance.holds_on(self.date()))?;
        Some(provenance.cited(reason, format_args!("life-cycle/change-reasons/{code}")))
    }

    /// The codes of the reasons for something, for people to choose from.
    pub fn change_reasons(&self, given_for: ReasonFor) -> Vec<&'a str> {
        self.life_cycle()
            .reasons
            .iter()
            .filter(|(reason, provenance)| reason.given_for == given_for && provenance.holds_on(self.date()))
            .map(|(reason, _)| &*reason.code)
            .collect()
    }

    /// The fields that can no longer be amended at a point of a declaration's life.
    pub fn frozen_fields(&self, at: FrozenFrom) -> impl Iterator<Item = Cited<&'a FrozenField>> {
        let date = self.date();
        self.life_cycle()
            .frozen
            .iter()
            .filter(move |(field, provenance)| field.from <= at && provenance.holds_on(date))
            .map(|(field, provenance)| {
                let name = field.field.field().name;
                provenance.cited(field, format_args!("life-cycle/frozen-fields/{name}"))
            })
    }

    /// The working day on which a term of so many working days after the rules' day ends.
    ///
    /// # Errors
    /// A gap when the holidays of a year on the way are not entered.
    pub fn working_days_later(&self, count: u32) -> Result<Date, RulebookGap> {
        let mut date = self.date();
        let mut left = count;
        while left > 0 {
            date = date.tomorrow().map_err(|_| no_value_on(date, format_args!("life-cycle/public-holidays")))?;
            let Some((holidays, _)) = self.life_cycle().holidays.on(date) else {
                return Err(no_value_on(date, format_args!("life-cycle/public-holidays")));
            };
            let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            left -= u32::from(!weekend && !holidays.contains(&date));
        }
        Ok(date)
    }
}
