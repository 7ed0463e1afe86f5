//! The proof as a document: who issued it, for which states, when, and for how long it is good.

use rulebook::{OriginCheck, OriginParameter, SpecimenStanding, Specimens};
use vocabulary::CertificateTick;
use vocabulary::declaration::goods_item::{certificate_date, certificate_number};

use super::fault::{Faults, Proof, days_after, months_after};

const VIET_NAM: &str = "VN";

/// Everything about the document that does not depend on a line.
pub(super) fn check(proof: &Proof<'_>, faults: &mut Faults) {
    number(proof, faults);
    states(proof, faults);
    specimens(proof, faults);
    validity(proof, faults);
    issued_after_shipment(proof, faults);
}

fn number(proof: &Proof<'_>, faults: &mut Faults) {
    let certificate = proof.certificate;
    let (form, country) = (&certificate.form, &certificate.issuing_country);
    let Some(picture) = proof.rules.origin().number_picture(form, country) else { return };
    if picture.value.fits(&certificate.number) {
        return;
    }
    let picture = picture.value.as_str();
    faults.add(
        OriginCheck::NumberMalformed,
        certificate_number,
        Some(certificate.number.clone()),
        [
            format!("{country} numbers the form {form} as {picture} (# a digit, @ a letter, * either)"),
            format!("{country} đánh số mẫu {form} theo dạng {picture} (# chữ số, @ chữ cái, * cả hai)"),
        ],
        ["compare the number with the certificate", "đối chiếu số với giấy chứng nhận"],
    );
}

/// The issuing state is a member and not ours, the exporter is of it, and the goods are for us.
fn states(proof: &Proof<'_>, faults: &mut Faults) {
    let certificate = proof.certificate;
    let country = &certificate.issuing_country;
    let another = [
        "ask the exporter for a certificate that the agreement allows",
        "đề nghị người xuất khẩu cung cấp giấy chứng nhận phù hợp với hiệp định",
    ];
    if !proof.agreement.has_member(country) {
        let (en, vi) = (proof.agreement.name_en(), proof.agreement.name_vi());
        faults.add(
            OriginCheck::IssuingStateNotMember,
            certificate_number,
            Some(country.clone()),
            [
                format!("the certificate was issued by {country}, which is not a member of {en}"),
                format!("giấy chứng nhận do {country} cấp, không phải thành viên của {vi}"),
            ],
            another,
        );
    }
    let exporter_country = certificate.exporter.as_ref().and_then(|exporter| exporter.country.as_ref());
    if let Some(of) = exporter_country.filter(|of| *of != country)
        && !certificate.is_ticked(CertificateTick::BackToBack)
    {
        faults.add(
            OriginCheck::ExporterNotOfIssuingState,
            certificate_number,
            Some(of.clone()),
            [
                format!("the exporter on the certificate is of {of}, and {country} issued it"),
                format!("người xuất khẩu trên giấy chứng nhận thuộc {of} trong khi {country} cấp"),
            ],
            another,
        );
    }
    if let Some(to) = certificate.destination.as_ref().filter(|to| *to != VIET_NAM) {
        faults.add(
            OriginCheck::DestinationNotVietNam,
            certificate_number,
            Some(to.clone()),
            [
                format!("the certificate is for goods to {to}, not to Viet Nam"),
                format!("giấy chứng nhận cấp cho hàng đi {to}, không phải Việt Nam"),
            ],
            another,
        );
    }
    // Goods of non-tariff zones come with a certificate of Viet Nam's own.
    let own_goods = proof.lodged.goods_items.iter().any(|item| item.origin.as_deref() == Some(VIET_NAM));
    if country == VIET_NAM && !own_goods {
        faults.add(
            OriginCheck::IssuingStateIsDestination,
            certificate_number,
            Some(country.clone()),
            [
                "the certificate was issued by Viet Nam, where the goods are imported".to_owned(),
                "giấy chứng nhận do Việt Nam, nước nhập khẩu, cấp".to_owned(),
            ],
            another,
        );
    }
}

/// Issuer and signatory are on the lists that their state has notified, on the day of issue.
fn specimens(proof: &Proof<'_>, faults: &mut Faults) {
    let certificate = proof.certificate;
    let country = &certificate.issuing_country;
    let mut no_list = false;
    for (list, who, check, en, vi) in [
        (Specimens::Issuers, &certificate.issuer, OriginCheck::IssuerNotListed, "the issuing body", "cơ quan cấp"),
        (Specimens::Signatories, &certificate.signatory, OriginCheck::SignatoryNotListed, "the signatory", "người ký"),
    ] {
        let Some(who) = who else { continue };
        match proof.rules.origin().specimen(list, country, who, certificate.issued_on) {
            SpecimenStanding::Listed(_) => {}
            SpecimenStanding::NoList => no_list = true,
            SpecimenStanding::NotListed(_) => faults.add(
                check,
                certificate_number,
                Some(who.clone()),
                [
                    format!("{en} {who} is not on the list of {country} on {}", certificate.issued_on),
                    format!("{vi} {who} không có trong danh sách của {country} vào ngày {}", certificate.issued_on),
                ],
                [
                    "ask the exporter for a certificate of a body and a person that were notified",
                    "đề nghị người xuất khẩu xin cấp lại bởi cơ quan và người có mẫu dấu, chữ ký đã thông báo",
                ],
            ),
        }
    }
    if no_list {
        faults.add(
            OriginCheck::SpecimensNotEntered,
            certificate_number,
            None,
            [
                format!("the rulebook has no list of who issues or signs for {country}: compare the specimens by hand"),
                format!("bộ quy tắc chưa có danh sách cơ quan cấp, người ký của {country}: đối chiếu mẫu thủ công"),
            ],
            ["enter the list in the rulebook", "nhập danh sách vào bộ quy tắc"],
        );
    }
}

/// Months from the issue; goods that arrived before the end may still use it, and so may force majeure.
fn validity(proof: &Proof<'_>, faults: &mut Faults) {
    let certificate = proof.certificate;
    let Some(months) = proof.figure(OriginParameter::ValidityMonths, faults) else { return };
    let Some(last_day) = months_after(certificate.issued_on, months) else { return };
    let arrived_in_time = proof.lodged.arrival_date.is_some_and(|arrived| arrived <= last_day);
    if proof.rules.date() <= last_day || arrived_in_time || certificate.force_majeure_accepted {
        return;
    }
    faults.add(
        OriginCheck::Expired,
        certificate_date,
        Some(certificate.issued_on.to_string()),
        [
            format!("the certificate of {} was valid until {last_day}", certificate.issued_on),
            format!("giấy chứng nhận cấp ngày {} chỉ có giá trị đến {last_day}", certificate.issued_on),
        ],
        [
            "have it renewed, or show that force majeure kept it from being presented in time",
            "xin cấp lại, hoặc chứng minh trường hợp bất khả kháng",
        ],
    );
}

/// Shortly after shipment a proof needs no mark, later it needs one, and much later it is not good at all.
fn issued_after_shipment(proof: &Proof<'_>, faults: &mut Faults) {
    let certificate = proof.certificate;
    let Some(departed_on) = certificate.departed_on else { return };
    let issued_on = certificate.issued_on;
    let last_day = |months| months_after(departed_on, months);
    let last_day = proof.figure(OriginParameter::RetroactiveMonths, faults).and_then(last_day);
    if let Some(last_day) = last_day.filter(|last_day| issued_on > *last_day) {
        faults.add(
            OriginCheck::IssuedTooLate,
            certificate_date,
            Some(issued_on.to_string()),
            [
                format!("goods shipped on {departed_on} needed a certificate by {last_day}; it is of {issued_on}"),
                format!("hàng xếp ngày {departed_on} phải được cấp chậm nhất {last_day}; giấy này cấp {issued_on}"),
            ],
            ["no certificate can be issued any more", "không thể cấp giấy chứng nhận nữa"],
        );
        return;
    }
    let unmarked = |days| days_after(departed_on, days);
    let unmarked = proof.figure(OriginParameter::RetroactiveTickDays, faults).and_then(unmarked);
    if let Some(last_day) = unmarked.filter(|last_day| issued_on > *last_day)
        && !certificate.is_ticked(CertificateTick::IssuedRetroactively)
    {
        faults.add(
            OriginCheck::RetroactiveTickMissing,
            certificate_date,
            Some(issued_on.to_string()),
            [
                format!(
                    "issued on {issued_on} for goods shipped on {departed_on}: after {last_day} the box \"Issued \
                     Retroactively\" has to be ticked, and it is not"
                ),
                format!(
                    "cấp ngày {issued_on} cho hàng xếp ngày {departed_on}: sau ngày {last_day} phải đánh dấu ô \
                     \"Issued Retroactively\" nhưng không đánh dấu"
                ),
            ],
            [
                "ask the exporter for a certificate with the box ticked",
                "đề nghị người xuất khẩu xin cấp lại có đánh dấu ô này",
            ],
        );
    }
}
