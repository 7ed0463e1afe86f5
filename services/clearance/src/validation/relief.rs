//! What a declared code, or else the declaration kind, does to a tax.

use rulebook::Treatment;
use vocabulary::declaration::goods_item;
use vocabulary::{Bilingual, Citation, Place};

use super::Report;
use super::header::Kind;
use super::tax_codes::{DeclaredRelief, DeclaredTax};
use crate::accepted::{CitedRate, ClaimedRate, Relief};
use crate::problem::problem;

/// Which of a kind's treatments is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// Of import or export duty.
    Duty,
    /// Of the other taxes.
    Taxes,
}

/// What a declared code, or else the declaration kind, does to a tax. Where the kind is usually relieved by a code and
/// none is declared, the tax is assessed in full and the declarant is warned.
pub(crate) fn by_kind(
    rate: CitedRate,
    declared: Option<DeclaredRelief>,
    kind: Option<&Kind<'_>>,
    share: Share,
    position: usize,
    report: &mut Report<'_>,
) -> (CitedRate, Relief) {
    match declared {
        Some(DeclaredRelief::Relief(relief)) => return (rate, relief),
        Some(DeclaredRelief::NotSubject(citation)) => return ((ClaimedRate::NotSubject, citation), Relief::None),
        None => {}
    }
    let Some(kind) = kind else { return (rate, Relief::None) };
    let (treatment, usual, field) = match share {
        Share::Duty => (kind.kind.duty, &kind.kind.duty_relief_code, goods_item::exemption_code),
        Share::Taxes => (kind.kind.taxes, &kind.kind.vat_code, goods_item::goods_description),
    };
    let whole = match treatment {
        Treatment::Full | Treatment::ByGoods | Treatment::Deferred => return (rate, Relief::None),
        Treatment::NotSubject => false,
        Treatment::Exempt | Treatment::NotCollected | Treatment::Suspended => true,
    };
    match usual {
        Some(usual) if rate.0 != ClaimedRate::NotSubject => {
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
        _ if whole => (rate, Relief::Whole(kind.citation.clone())),
        _ => ((ClaimedRate::NotSubject, kind.citation.clone()), Relief::None),
    }
}

/// A kind whose goods are not subject to the other taxes needs no code to say so, where the goods alone do not tell the
/// rate.
pub(crate) fn not_subject_by_kind(declared: Option<&DeclaredTax>, kind: Option<&Kind<'_>>) -> bool {
    declared.is_none()
        && kind.is_some_and(|kind| kind.kind.taxes == Treatment::NotSubject && kind.kind.vat_code.is_none())
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

/// A kind whose usual code is about VAT does not relieve the other taxes by that code.
pub(crate) fn kind_without_code<'k>(kind: Option<&Kind<'k>>) -> Option<Kind<'k>> {
    kind.filter(|kind| kind.kind.vat_code.is_none()).map(|kind| Kind {
        code: kind.code,
        kind: kind.kind,
        citation: kind.citation.clone(),
    })
}
