//! The export duty of a line. Exports bear no other tax.

use rulebook::{AgreementInForce, CodeList, ExportDuty, Preferential, Provision, TariffLine};
use vocabulary::declaration::goods_item;
use vocabulary::{Bilingual, Citation, Claim, ClaimKind, Declaration, DutyType, GoodsItem, Place, Rate, RulebookGap};

use super::code_uses::CodeDesk;
use super::goods::{commodity, units};
use super::header::Kind;
use super::line::ResolvedLine;
use super::relief::{by_kind, not_subject, seen};
use super::tax_codes::duty_relief;
use super::{Report, manual_rate};
use crate::accepted::{CitedRate, Relief, TaxClaim};
use crate::problem::problem;

/// The export duty of a line, or the rule by which there is none.
pub(crate) fn claims(
    lodged: &Declaration,
    line: &ResolvedLine<'_>,
    kind: Option<&Kind<'_>>,
    report: &mut Report<'_>,
) -> Vec<TaxClaim> {
    let (position, item) = (line.position, line.item);
    let relief = duty_relief(line, DutyType::ExportDuty, report);
    let Some(tariff) = commodity(line, report) else {
        report.doubt_all_taxes(position);
        return Vec::new();
    };
    units(line, &tariff, report);
    report.about(position, DutyType::ExportDuty);
    let desk = CodeDesk::new(line, tariff, kind);
    let fitting = item.exemption_code.as_deref().filter(|_| relief.is_some()).and_then(|code| {
        let place = Place::item(goods_item::exemption_code, position);
        desk.relief_code(DutyType::ExportDuty, code, place, report)
    });
    let listed = !matches!(tariff.export_duty(), ExportDuty::NotListed(_));
    let normal = match tariff.export_duty() {
        ExportDuty::Rate(rate) => Ok(CitedRate::from(rate)),
        ExportDuty::NotListed(citation) => Ok(CitedRate::not_subject(citation)),
        ExportDuty::Gap(gap) => match not_subject(kind, relief.as_ref()) {
            Some(citation) => Ok(CitedRate::not_subject(citation)),
            None => Err(gap),
        },
    };
    let Some(rate) = preferential(lodged, line, &tariff, normal, report) else {
        report.about_no_tax();
        return Vec::new();
    };
    manual_rate::check(line, &rate, report);
    let (rate, relief) = match rate.rate {
        // Where there is no duty, neither a kind nor a code has anything to relieve.
        Rate::NotSubject => {
            if let (true, None, Some(kind)) = (listed, &fitting, kind) {
                seen(kind, report);
            }
            (rate, Relief::None)
        }
        _ => by_kind(DutyType::ExportDuty, rate, relief, kind, position, report),
    };
    if listed && let Some(fitting) = &fitting {
        desk.claim_relief(fitting, report);
    }
    report.about_no_tax();
    vec![rate.claim(DutyType::ExportDuty, relief)]
}

/// An agreement's export tariff is for goods that reach its member, as papers show that come after the export.
fn claim_of_destination(
    item: &GoodsItem,
    agreement: AgreementInForce<'_>,
    destination: &str,
    citation: &Citation,
) -> Claim {
    Claim {
        kind: ClaimKind::Preference,
        item: None,
        tax: Some(DutyType::ExportDuty),
        code: item.certificate_form.as_deref().map(str::to_owned),
        message: Bilingual::new(
            format!("the export rate of {} for {destination}", agreement.name_en()),
            format!("thuế suất xuất khẩu {} cho {destination}", agreement.name_vi()),
        ),
        rests_on: Bilingual::new(
            "the proof of origin, the transport document to that country and the import declaration there",
            "chứng từ xuất xứ, chứng từ vận tải có đích đến và tờ khai nhập khẩu của nước nhập khẩu",
        ),
        citation: citation.clone(),
    }
}

/// The rate that an agreement gives for the destination, when its proof of origin is declared and the normal rate is not
/// lower. Where no normal rate is printed the agreement's holds: the lower of the two is the law's, so that no more than
/// the agreement's rate can be owed.
fn preferential(
    lodged: &Declaration,
    line: &ResolvedLine<'_>,
    tariff: &TariffLine<'_>,
    normal: Result<CitedRate, RulebookGap>,
    report: &mut Report<'_>,
) -> Option<CitedRate> {
    let (position, item, rules) = (line.position, line.item, &line.rules);
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
        Ok(CitedRate { rate: Rate::AdValorem(rate), .. }) => Some(*rate),
        Ok(_) => return otherwise(normal, report),
        Err(_) => None,
    };
    if let Some(gap) = rules.code_not_entered(CodeList::OriginCertificates, form) {
        report.gap(gap, Some(position));
        return otherwise(normal, report);
    }
    let Some(destination) = lodged.final_destination.as_deref().and_then(|place| place.get(..2)) else {
        return otherwise(normal, report);
    };
    let agreements = rules.agreements().filter(|agreement| {
        rules.lists().certificates_of(agreement.id()).any(|certificate| certificate.code() == form)
    });
    for agreement in agreements {
        match tariff.preferential_export(agreement.id(), destination) {
            Preferential::Rate(rate) if normal_rate.is_none_or(|normal| rate.value <= normal) => {
                if normal_rate != Some(rate.value) {
                    report.claim(Some(position), claim_of_destination(item, agreement, destination, &rate.citation));
                }
                return Some(rate.into());
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
    let code = tariff.code();
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
        Provision::ExportPreferences,
    ));
    otherwise(normal, report)
}
