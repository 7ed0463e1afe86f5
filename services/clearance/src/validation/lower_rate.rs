//! The lower of two rates: an agreement's, and the one that goods have without it (Law 107/2016 art. 5).

use rulebook::{Cited, MfnRelation, TariffLine};
use rust_decimal::Decimal;

use super::line::ResolvedLine;

/// The preferential (MFN) rate of goods that have one. Outside a quota it is the preferential tariff's own rate outside,
/// unless the quota is an agreement's alone.
pub(crate) fn without_agreement(
    line: &ResolvedLine<'_>,
    tariff: &TariffLine<'_>,
    over_quota: bool,
) -> Option<Cited<Decimal>> {
    let Some(MfnRelation::Yes(_)) = line.mfn() else { return None };
    match tariff.mfn_out_of_quota() {
        Ok(Some(outside)) if over_quota => Some(outside),
        _ => tariff.mfn().ok(),
    }
}

/// The preferential (MFN) rate of goods that have one, where it is below an agreement's. Outside a quota the preferential
/// tariff's own rate outside is compared, unless the quota is the agreement's alone.
pub(crate) fn lower_without_agreement(
    line: &ResolvedLine<'_>,
    tariff: &TariffLine<'_>,
    over_quota: bool,
    rate: &Cited<Decimal>,
) -> Option<Cited<Decimal>> {
    without_agreement(line, tariff, over_quota).filter(|mfn| mfn.value < rate.value)
}
