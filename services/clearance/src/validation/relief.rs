//! What a declared code, or else the declaration kind, does to a tax.

use rulebook::Treatment;
use vocabulary::declaration::goods_item;
use vocabulary::{Bilingual, Citation, DutyType, Place, Rate};

use super::Report;
use super::header::Kind;
use super::tax_codes::{DeclaredRelief, DeclaredTax};
use crate::accepted::{CitedRate, Relief};
use crate::problem::problem;

/// What a declared code, or else the declaration kind, does to a tax. Where the kind is usually relieved by a code and
/// none is declared, the tax is assessed in full and the declarant is warned.
pub(crate) fn by_kind(
    duty_type: DutyType,
    rate: CitedRate,
    declared: Option<DeclaredRelief>,
    kind: Option<&Kind<'_>>,
    position: usize,
    report: &mut Report<'_>,
) -> (CitedRate, Relief) {
    match declared {
        Some(DeclaredRelief::Relief(relief)) => return (rate, relief),
        Some(DeclaredRelief::NotSubject(citation)) => return (CitedRate::not_subject(citation), Relief::None),
        None => {}
    }
    let Some(kind) = kind.filter(|kind| kind.takes_off(duty_type)) else { return (rate, Relief::None) };
    let (treatment, usual, field) = match duty_type {
        DutyType::ImportDuty | DutyType::ExportDuty => {
            (kind.kind.duty, kind.kind.duty_relief_code.as_deref(), goods_item::exemption_code)
        }
        // The usual code of the kind is one of VAT, and relieves no other tax.
        DutyType::Vat => (kind.kind.taxes, kind.kind.vat_code.as_deref(), goods_item::goods_description),
        _ => (kind.kind.taxes, None, goods_item::goods_description),
    };
    let whole = match treatment {
        Treatment::Full | Treatment::ByGoods | Treatment::Deferred => return (rate, Relief::None),
        Treatment::NotSubject => false,
        Treatment::Exempt | Treatment::NotCollected | Treatment::Suspended => true,
    };
    match usual {
        Some(usual) if rate.rate != Rate::NotSubject => {
            let (code, name) = (usual, kind.code);
            report.warn(problem(
                "relief_not_claimed",
                Place::item(field, position),
                None,
                Bilingual::new(
                    format!("goods of kind {name} are usually relieved by the code {code}, which is not declared; the tax is assessed in full"),
                    format!("hàng loại hình {name} thường được áp mã {code} nhưng chưa khai; thuế được tính đủ"),
                ),
                Bilingual::new(format!("enter {code} if the goods qualify"), format!("nhập {code} nếu hàng hóa đủ điều kiện")),
                kind.citation.rule.to_string(),
                &kind.citation.law,
            ));
            (rate, Relief::None)
        }
        _ => {
            if rate.rate != Rate::NotSubject {
                seen(kind, report);
            }
            if whole {
                (rate, Relief::Whole(kind.citation.clone()))
            } else {
                (CitedRate::not_subject(kind.citation.clone()), Relief::None)
            }
        }
    }
}

/// A kind that took something off is an officer's where no fact entitles the trader to it.
pub(crate) fn seen(kind: &Kind<'_>, report: &mut Report<'_>) {
    if let Some(claim) = kind.claim() {
        report.claim(None, claim);
    }
}

/// Whether goods whose tax depends on them need no code, because the kind alone says that they are not subject to it.
pub(crate) fn not_subject_by_kind(
    duty_type: DutyType,
    declared: Option<&DeclaredTax>,
    kind: Option<&Kind<'_>>,
    report: &mut Report<'_>,
) -> bool {
    let by_kind = declared.is_none().then_some(kind).flatten().filter(|kind| {
        kind.kind.taxes == Treatment::NotSubject && kind.kind.vat_code.is_none() && kind.takes_off(duty_type)
    });
    by_kind.inspect(|kind| seen(kind, report)).is_some()
}

/// Why goods are not subject to duty at all, so that no rate is needed: a declared code, or else the kind.
pub(crate) fn not_subject(kind: Option<&Kind<'_>>, declared: Option<&DeclaredRelief>) -> Option<Citation> {
    match declared {
        Some(DeclaredRelief::NotSubject(citation)) => Some(citation.clone()),
        Some(DeclaredRelief::Relief(_)) => None,
        None => kind
            .filter(|kind| kind.kind.duty == Treatment::NotSubject && kind.kind.duty_relief_code.is_none())
            .map(|kind| kind.citation.clone()),
    }
}
