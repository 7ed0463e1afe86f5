//! What is said of a declaration's life, of all days.

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use vocabulary::{Bilingual, Direction, FieldId};

use crate::cited::{Provenance, Versions};

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
    pub code: Box<str>,
    pub message: Bilingual,
}

/// What a reason is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReasonFor {
    Amendment,
    /// A proof of origin that is filed late: an amendment that lowers the duty.
    Certificate,
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
    pub name: Bilingual,
}

/// Since when a field cannot be amended. A later one includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FrozenFrom {
    Registration,
    /// Release before clearance, or an authorised operator's permit.
    Release,
    Clearance,
}

/// A field that an amendment cannot change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenField {
    /// The field; of a repeated group, in every occurrence.
    pub field: FieldId,
    /// The code that says so.
    pub code: Box<str>,
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
