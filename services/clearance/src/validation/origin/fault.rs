//! What a check finds, before the rules say what follows from it.

use jiff::Span;
use jiff::civil::Date;
use rulebook::{AgreementInForce, Cited, OriginCheck, OriginParameter, RulesInForce};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use vocabulary::{Bilingual, Declaration, FieldId, OriginCertificate, RulebookGap};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) check: OriginCheck,
    /// Where the declarant looks: a field of the line or of the declaration.
    pub(super) field: FieldId,
    pub(super) value: Option<String>,
    pub(super) message: Bilingual,
    pub(super) mend: Bilingual,
}

/// What the checks of one proof, or of one of its items, have found.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    pub(super) list: Vec<Fault>,
    pub(super) gaps: Vec<RulebookGap>,
}

impl Faults {
    /// Adds a failed check: what is wrong and what can be done, each in English and in Vietnamese.
    pub(super) fn add(
        &mut self,
        check: OriginCheck,
        field: FieldId,
        value: Option<String>,
        message: [String; 2],
        mend: [&str; 2],
    ) {
        let [en, vi] = message;
        self.list.push(Fault {
            check,
            field,
            value,
            message: Bilingual::new(en, vi),
            mend: Bilingual::new(mend[0], mend[1]),
        });
    }
}

/// A proof of origin that customs holds, with what it is checked against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Proof<'p> {
    pub(super) certificate: &'p OriginCertificate,
    pub(super) agreement: AgreementInForce<'p>,
    pub(super) rules: RulesInForce<'p>,
    pub(super) lodged: &'p Declaration,
}

impl Proof<'_> {
    /// A figure of the agreement, if it has one.
    pub(super) fn figure(&self, parameter: OriginParameter, faults: &mut Faults) -> Option<Decimal> {
        figure(&self.rules, self.agreement.id(), parameter)
            .unwrap_or_else(|gap| {
                faults.gaps.push(gap);
                None
            })
            .map(|cited| cited.value)
    }
}

/// A figure of an agreement, with its source.
pub(super) fn figure(
    rules: &RulesInForce<'_>,
    agreement: &str,
    parameter: OriginParameter,
) -> Result<Option<Cited<Decimal>>, RulebookGap> {
    rules.origin().parameter(parameter, agreement)
}

/// The day that is so many months later; the last day of a month stays within its month.
pub(super) fn months_after(date: Date, months: Decimal) -> Option<Date> {
    date.checked_add(Span::new().try_months(months.to_i64()?).ok()?).ok()
}

/// The day that is so many days later.
pub(super) fn days_after(date: Date, days: Decimal) -> Option<Date> {
    date.checked_add(Span::new().try_days(days.to_i64()?).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn months_and_days_are_counted_on_the_calendar() {
        assert_eq!(months_after(date(2025, 11, 23), Decimal::from(12)), Some(date(2026, 11, 23)));
        assert_eq!(months_after(date(2024, 2, 29), Decimal::from(12)), Some(date(2025, 2, 28)));
        assert_eq!(days_after(date(2026, 12, 30), Decimal::from(3)), Some(date(2027, 1, 2)));
        assert_eq!(months_after(date(9999, 12, 1), Decimal::from(12)), None);
        assert_eq!(days_after(date(2026, 1, 1), Decimal::MAX), None);
    }
}
