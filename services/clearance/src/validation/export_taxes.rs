//! The export duty of a line. Exports bear no other tax.

use rulebook::{ExportDuty, Preferential, RulesInForce, TariffLine};
use vocabulary::declaration::goods_item;
use vocabulary::{Bilingual, Declaration, DutyType, GoodsItem, Place, RulebookGap};

use super::goods::{commodity, units};
use super::header::Kind;
use super::relief::{Share, by_kind, not_subject};
use super::tax_codes::duty_relief;
use super::{Report, manual_rate};
use crate::accepted::{CitedRate, ClaimedRate, TaxClaim};
use crate::problem::problem;

/// The export duty of a line, or the rule by which there is none.
pub(crate) fn claims(
    lodged: &Declaration,
    position: usize,
    item: &GoodsItem,
    kind: Option<&Kind<'_>>,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Vec<TaxClaim> {
    let relief = duty_relief(position, item, DutyType::ExportDuty, rules, report);
    let Some(line) = commodity(position, item, rules, report) else {
        return Vec::new();
    };
    units(position, item, &line, report);
    let normal = match line.export_duty() {
        ExportDuty::Rate(rate) => Ok((ClaimedRate::AdValorem(rate.value), rate.citation)),
        ExportDuty::NotListed(citation) => Ok((ClaimedRate::NotSubject, citation)),
        ExportDuty::Gap(gap) => match not_subject(kind, relief.as_ref()) {
            Some(citation) => Ok((ClaimedRate::NotSubject, citation)),
            None => Err(gap),
        },
    };
    let Some(rate) = preferential(lodged, position, item, &line, normal, rules, report) else {
        return Vec::new();
    };
    manual_rate::check(position, item, &rate, report);
    let ((rate, citation), relief) = match rate.0 {
        // Where there is no duty, a kind has nothing to relieve.
        ClaimedRate::NotSubject => (rate, crate::accepted::Relief::None),
        _ => by_kind(rate, relief, kind, Share::Duty, position, report),
    };
    vec![TaxClaim { duty_type: DutyType::ExportDuty, rate, citation, relief }]
}

/// The rate that an agreement gives for the destination, when its proof of origin is declared and the normal rate is not
/// lower. Where no normal rate is printed the agreement's holds: the lower of the two is the law's, so that no more than
/// the agreement's rate can be owed.
fn preferential(
    lodged: &Declaration,
    position: usize,
    item: &GoodsItem,
    line: &TariffLine<'_>,
    normal: Result<CitedRate, RulebookGap>,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Option<CitedRate> {
    let otherwise = |normal: Result<CitedRate, RulebookGap>, report: &mut Report<'_>| match normal {
        Ok(normal) => Some(normal),
        Err(gap) => {
            report.gap(gap, Some(position));
            None
        }
    };
    let (Some(form), Some(_)) = (item.certificate_form.as_deref(), &item.certificate_number) else {
        return otherwise(normal, report);
    };
    let normal_rate = match &normal {
        Ok((ClaimedRate::AdValorem(rate), _)) => Some(*rate),
        Ok(_) => return otherwise(normal, report),
        Err(_) => None,
    };
    let Some(destination) = lodged.final_destination.as_deref().and_then(|place| place.get(..2)) else {
        return otherwise(normal, report);
    };
    let agreements = rules
        .agreements()
        .filter(|agreement| rules.certificates_of(agreement.id()).any(|certificate| certificate.code() == form));
    for agreement in agreements {
        match line.preferential_export(agreement.id(), destination) {
            Preferential::Rate(rate) if normal_rate.is_none_or(|normal| rate.value <= normal) => {
                return Some((ClaimedRate::AdValorem(rate.value), rate.citation));
            }
            Preferential::Rate(_) => return otherwise(normal, report),
            Preferential::Gap(gap) => {
                report.gap(gap, Some(position));
                return otherwise(normal, report);
            }
            Preferential::NotMember(_)
            | Preferential::Excluded(_)
            | Preferential::NotForOrigin(_)
            | Preferential::QuotaOnly(_) => {}
        }
    }
    let code = line.code();
    report.warn(problem(
        "no_preference_at_export",
        Place::item(goods_item::certificate_form, position),
        Some(form.to_owned()),
        Bilingual::new(
            format!("no agreement of form {form} lowers the export duty on {code} to {destination}; the normal rate holds"),
            format!("không có hiệp định ứng với mẫu {form} giảm thuế xuất khẩu mã {code} sang {destination}; áp dụng thuế suất thông thường"),
        ),
        Bilingual::new("nothing has to be done; check the form if a preference was meant", "không cần sửa; kiểm tra lại mẫu nếu muốn hưởng ưu đãi"),
        "assessment/export-preferential",
        "Decree 26/2023/ND-CP; decrees on preferential export tariffs of CPTPP, EVFTA and UKVFTA",
    ));
    otherwise(normal, report)
}
