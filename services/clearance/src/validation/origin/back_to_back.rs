//! Back-to-back proofs: an intermediate member issues anew what earlier proofs allow, and no more.

use rulebook::{OriginCheck, OriginParameter};
use rust_decimal::Decimal;
use vocabulary::declaration::goods_item::certificate_number;
use vocabulary::duty::plain;
use vocabulary::{CertificateItem, CertificateTick};

use super::fault::{Faults, Proof, months_after};
use super::goods::heading;
use crate::exact::{TooLarge, add, multiply};

/// The earlier proofs are named, of members, and valid on the day of registration.
pub(super) fn check(proof: &Proof<'_>, faults: &mut Faults) {
    let certificate = proof.certificate;
    if !certificate.is_ticked(CertificateTick::BackToBack) {
        return;
    }
    let another = [
        "ask the exporter for a certificate that rests on valid proofs of members",
        "đề nghị người xuất khẩu cung cấp giấy chứng nhận dựa trên chứng từ gốc còn giá trị của nước thành viên",
    ];
    if certificate.previous_proofs.is_empty() {
        faults.add(
            OriginCheck::PreviousProofMissing,
            certificate_number,
            Some(certificate.number.clone()),
            [
                "the certificate is back-to-back and names no earlier proof".to_owned(),
                "giấy chứng nhận giáp lưng không nêu chứng từ xuất xứ ban đầu".to_owned(),
            ],
            another,
        );
    }
    let months = proof.figure(OriginParameter::ValidityMonths, faults);
    for previous in &certificate.previous_proofs {
        let (number, country) = (&previous.number, &previous.issuing_country);
        if !proof.agreement.has_member(country) {
            let (en, vi) = (proof.agreement.name_en(), proof.agreement.name_vi());
            faults.add(
                OriginCheck::PreviousProofNotOfMember,
                certificate_number,
                Some(number.clone()),
                [
                    format!("the earlier proof {number} is of {country}, which is not a member of {en}"),
                    format!("chứng từ ban đầu {number} do {country} cấp, không phải thành viên của {vi}"),
                ],
                another,
            );
        }
        let last_day = months.and_then(|months| months_after(previous.issued_on, months));
        if let Some(last_day) = last_day.filter(|last_day| proof.rules.date() > *last_day) {
            faults.add(
                OriginCheck::PreviousProofExpired,
                certificate_number,
                Some(number.clone()),
                [
                    format!("the earlier proof {number} was valid until {last_day}"),
                    format!("chứng từ ban đầu {number} chỉ có giá trị đến {last_day}"),
                ],
                another,
            );
        }
    }
}

/// An item covers no more than the earlier proofs do of its goods, as far as their quantities are known.
pub(super) fn check_item(proof: &Proof<'_>, item: &CertificateItem, faults: &mut Faults) {
    let certificate = proof.certificate;
    let Some(quantity) = item.quantity.filter(|_| certificate.is_ticked(CertificateTick::BackToBack)) else { return };
    let known = certificate.previous_proofs.iter().flat_map(|previous| &previous.quantities);
    let (base, factor) = proof.rules.origin().in_base_unit(&item.unit);
    let of_goods = known.filter(|known| heading(&known.commodity_code, 6) == heading(&item.commodity_code, 6));
    let comparable: Vec<(Decimal, Decimal)> = of_goods
        .filter_map(|known| {
            let (of, factor) = proof.rules.origin().in_base_unit(&known.unit);
            (of == base).then_some((known.quantity, factor))
        })
        .collect();
    if comparable.is_empty() {
        return;
    }
    let covered = || -> Result<bool, TooLarge> {
        let mut sum = Decimal::ZERO;
        for (quantity, factor) in &comparable {
            sum = add(sum, multiply(*quantity, *factor)?)?;
        }
        Ok(multiply(quantity, factor)? <= sum)
    };
    if covered() != Ok(true) {
        let (line, quantity, unit) = (item.line, plain(quantity), &item.unit);
        faults.add(
            OriginCheck::PreviousProofExceeded,
            certificate_number,
            Some(quantity.clone()),
            [
                format!("item {line} covers {quantity} {unit}, more than the earlier proofs do"),
                format!("dòng {line} chứng nhận {quantity} {unit}, vượt quá chứng từ ban đầu"),
            ],
            [
                "ask the exporter for a certificate within the earlier proofs",
                "đề nghị người xuất khẩu cung cấp giấy chứng nhận trong phạm vi chứng từ ban đầu",
            ],
        );
    }
}
