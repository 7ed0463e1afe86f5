//! The export duty of a line. Exports bear no other tax.

use rulebook::{ExportDuty, Preferential, RulesInForce, TariffLine};
use vocabulary::declaration::goods_item;
use vocabulary::{Bilingual, Citation, Declaration, DutyType, GoodsItem, Place};

use super::goods::{commodity, units};
use super::header::Kind;
use super::relief::{Share, by_kind};
use super::tax_codes::duty_relief;
use super::{Report, manual_rate};
use crate::accepted::{ClaimedRate, TaxClaim};
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
    let rate = match line.export_duty() {
        ExportDuty::Rate(rate) => (ClaimedRate::AdValorem(rate.value), rate.citation),
        ExportDuty::NotListed(citation) => (ClaimedRate::NotSubject, citation),
        ExportDuty::Gap(gap) => {
            report.gap(gap, Some(position));
            return Vec::new();
        }
    };
    let rate = preferential(lodged, position, item, &line, rate, rules, report);
    manual_rate::check(position, item, &rate, report);
    let ((rate, citation), relief) = match rate.0 {
        // Where there is no duty, a kind has nothing to relieve.
        ClaimedRate::NotSubject => (rate, crate::accepted::Relief::None),
        _ => by_kind(rate, relief, kind, Share::Duty, position, report),
    };
    vec![TaxClaim { duty_type: DutyType::ExportDuty, rate, citation, relief }]
}

/// The lower rate that an agreement gives for the destination, when its proof of origin is declared.
fn preferential(
    lodged: &Declaration,
    position: usize,
    item: &GoodsItem,
    line: &TariffLine<'_>,
    normal: (ClaimedRate, Citation),
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> (ClaimedRate, Citation) {
    let (Some(form), Some(_)) = (item.certificate_form.as_deref(), &item.certificate_number) else {
        return normal;
    };
    let ClaimedRate::AdValorem(normal_rate) = normal.0 else {
        return normal;
    };
    let Some(destination) = lodged.final_destination.as_deref().and_then(|place| place.get(..2)) else {
        return normal;
    };
    let agreements = rules
        .agreements()
        .filter(|agreement| rules.certificates_of(agreement.id()).any(|certificate| certificate.code() == form));
    for agreement in agreements {
        match line.preferential_export(agreement.id(), destination) {
            Preferential::Rate(rate) if rate.value <= normal_rate => {
                return (ClaimedRate::AdValorem(rate.value), rate.citation);
            }
            Preferential::Rate(_) => return normal,
            Preferential::Gap(gap) => {
                report.gap(gap, Some(position));
                return normal;
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
    normal
}
