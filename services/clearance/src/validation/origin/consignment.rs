//! The proof beside the declaration: the way of the goods, the invoices, the parties, the weight.

use std::collections::BTreeMap;

use rulebook::{AgreementInForce, OriginCheck, OriginParameter};
use rust_decimal::Decimal;
use vocabulary::declaration::{declaration, goods_item};
use vocabulary::{CertificateTick, Declaration};

use super::fault::{Faults, Proof};
use crate::exact::{TooLarge, add, multiply, subtract, sum};

const EXPLAIN: [&str; 2] = [
    "have the certificate or the declaration corrected, or keep an explanation ready",
    "sửa giấy chứng nhận hoặc tờ khai, hoặc chuẩn bị giải trình",
];

/// The goods were loaded where the proof was issued, as far as the port of loading tells. `from` is the issuing state, or
/// the origin while the proof is not known.
pub(super) fn direct(lodged: &Declaration, agreement: AgreementInForce<'_>, from: &str, faults: &mut Faults) {
    let Some(port) = lodged.loading_place.as_deref() else { return };
    let Some(country) = port.get(..2).filter(|country| *country != from) else { return };
    let (en, vi) = (agreement.name_en(), agreement.name_vi());
    let show = [
        "keep the through transport documents ready that show the way from the exporting state",
        "chuẩn bị chứng từ vận tải chở suốt thể hiện hành trình từ nước xuất khẩu",
    ];
    if agreement.has_member(country) {
        faults.add(
            OriginCheck::TransitThroughMember,
            declaration::loading_place,
            Some(port.to_owned()),
            [
                format!("the goods were loaded in {country}, another member of {en} than {from}"),
                format!("hàng được xếp tại {country}, là thành viên khác của {vi}, không phải {from}"),
            ],
            show,
        );
    } else {
        faults.add(
            OriginCheck::LoadingPortOutsideMembers,
            declaration::loading_place,
            Some(port.to_owned()),
            [
                format!(
                    "the goods were loaded in {country}, outside {en}: direct transport from {from} has to be shown"
                ),
                format!("hàng được xếp tại {country}, ngoài {vi}: phải chứng minh vận chuyển trực tiếp từ {from}"),
            ],
            show,
        );
    }
}

/// Invoices, parties, means of transport, weight, exhibition.
pub(super) fn check(proof: &Proof<'_>, faults: &mut Faults) {
    invoices(proof, faults);
    exhibition(proof, faults);
    names(proof, faults);
    gross_mass(proof, faults);
}

fn invoices(proof: &Proof<'_>, faults: &mut Faults) {
    let (certificate, lodged) = (proof.certificate, proof.lodged);
    let ticked = certificate.is_ticked(CertificateTick::ThirdCountryInvoicing);
    let seller = lodged.consignor_country.as_deref();
    if let Some(country) = seller.filter(|country| *country != certificate.issuing_country && !ticked) {
        let issuing = &certificate.issuing_country;
        faults.add(
            OriginCheck::ThirdCountryTickMissing,
            declaration::consignor_country,
            Some(country.to_owned()),
            [
                format!("the seller is of {country}, the certificate of {issuing}, and third-country invoicing is not ticked"),
                format!("người bán ở {country}, giấy chứng nhận của {issuing} nhưng không đánh dấu hóa đơn bên thứ ba"),
            ],
            EXPLAIN,
        );
    }
    let issuer = certificate.third_country_issuer.as_ref();
    if ticked && !issuer.is_some_and(|issuer| issuer.name.is_some() && issuer.country.is_some()) {
        faults.add(
            OriginCheck::ThirdCountryIssuerMissing,
            goods_item::certificate_number,
            Some(certificate.number.clone()),
            [
                "third-country invoicing is ticked without the name and country of who issued the invoice".to_owned(),
                "đánh dấu hóa đơn bên thứ ba nhưng thiếu tên và nước của người phát hành hóa đơn".to_owned(),
            ],
            EXPLAIN,
        );
    }
    // With third-country invoicing a certificate names both invoices, and either will do.
    let Some(declared) = lodged.invoice_number.as_deref() else { return };
    let same = |known: &str| letters(known) == letters(declared);
    if !certificate.invoices.is_empty() && !certificate.invoices.iter().any(|invoice| same(&invoice.number)) {
        let known: Vec<&str> = certificate.invoices.iter().take(5).map(|invoice| invoice.number.as_str()).collect();
        let known = known.join(", ");
        faults.add(
            OriginCheck::InvoiceDiffers,
            declaration::invoice_number,
            Some(declared.to_owned()),
            [format!("the certificate names the invoice {known}"), format!("giấy chứng nhận ghi hóa đơn {known}")],
            EXPLAIN,
        );
    }
}

fn exhibition(proof: &Proof<'_>, faults: &mut Faults) {
    let certificate = proof.certificate;
    let named = certificate.exhibition.as_ref();
    let named = named.is_some_and(|exhibition| exhibition.name.is_some() && exhibition.address.is_some());
    if certificate.is_ticked(CertificateTick::Exhibition) && !named {
        faults.add(
            OriginCheck::ExhibitionNotNamed,
            goods_item::certificate_number,
            Some(certificate.number.clone()),
            [
                "the box of exhibition is ticked without the name and address of one".to_owned(),
                "đánh dấu ô triển lãm nhưng thiếu tên và địa chỉ của triển lãm".to_owned(),
            ],
            EXPLAIN,
        );
    }
}

fn names(proof: &Proof<'_>, faults: &mut Faults) {
    let (certificate, lodged) = (proof.certificate, proof.lodged);
    let tolerance = proof.figure(OriginParameter::NameDifferencePercent, faults);
    let Some(tolerance) = tolerance else { return };
    let differ = |printed: Option<&str>, declared: Option<&str>| match (printed, declared) {
        (Some(printed), Some(declared)) if !alike(printed, declared, tolerance) => Some(printed.to_owned()),
        _ => None,
    };
    // Who sells may be another than who exports, where that is ticked.
    let exporter = certificate.exporter.as_ref().and_then(|exporter| exporter.name.as_deref());
    if !certificate.is_ticked(CertificateTick::ThirdCountryInvoicing)
        && let Some(printed) = differ(exporter, lodged.consignor_name.as_deref())
    {
        faults.add(
            OriginCheck::ExporterDiffers,
            declaration::consignor_name,
            lodged.consignor_name.as_deref().map(str::to_owned),
            [format!("the certificate names {printed}"), format!("giấy chứng nhận ghi {printed}")],
            EXPLAIN,
        );
    }
    let consignee = certificate.consignee.as_ref();
    let tax_codes = consignee.and_then(|consignee| consignee.tax_code.as_deref()).zip(lodged.importer_code.as_deref());
    // A tax code says who it is; a name in another language does not.
    let other = match tax_codes {
        Some((printed, declared)) => (printed != declared).then(|| printed.to_owned()),
        None => differ(consignee.and_then(|consignee| consignee.name.as_deref()), lodged.importer_name.as_deref()),
    };
    if let Some(printed) = other {
        faults.add(
            OriginCheck::ConsigneeDiffers,
            declaration::importer_name,
            lodged.importer_name.as_deref().map(str::to_owned),
            [format!("the certificate names {printed}"), format!("giấy chứng nhận ghi {printed}")],
            EXPLAIN,
        );
    }
    if let Some(printed) = differ(certificate.transport_means.as_deref(), lodged.transport_means_name.as_deref()) {
        faults.add(
            OriginCheck::TransportMeansDiffers,
            declaration::transport_means_name,
            lodged.transport_means_name.as_deref().map(str::to_owned),
            [format!("the certificate names {printed}"), format!("giấy chứng nhận ghi {printed}")],
            EXPLAIN,
        );
    }
}

/// The weights can be compared where the lines of the declaration are all of one unused proof.
fn gross_mass(proof: &Proof<'_>, faults: &mut Faults) {
    let (certificate, lodged) = (proof.certificate, proof.lodged);
    let unused = certificate.items.iter().all(|item| item.quantity == Some(item.remaining));
    let items = certificate.items.iter().map(|item| (item.remaining, item.unit.as_str()));
    let lines = lodged.goods_items.iter().filter_map(|line| line.quantity.zip(line.quantity_unit.as_deref()));
    let whole = unused && quantities(proof, items).is_ok_and(|all| Ok(all) == quantities(proof, lines));
    let printed: Option<Vec<Decimal>> = certificate.items.iter().map(|item| item.gross_mass).collect();
    let (Some(printed), Some(declared)) = (printed.filter(|_| whole), lodged.gross_mass) else { return };
    let Some(unit) = lodged.gross_mass_unit.as_deref().and_then(|unit| proof.rules.lists().kilograms_in(unit)) else {
        return;
    };
    let Some(tolerance) = proof.figure(OriginParameter::GrossMassDifferencePercent, faults) else { return };
    let within = || -> Result<bool, TooLarge> {
        let declared = multiply(declared, unit.value)?;
        let difference = subtract(sum(printed.iter().copied())?, declared)?.abs();
        Ok(multiply(difference, Decimal::ONE_HUNDRED)? <= multiply(tolerance, declared)?)
    };
    if within() != Ok(true) {
        let printed = sum(printed.iter().copied()).map_or_else(|_| "?".to_owned(), vocabulary::duty::plain);
        faults.add(
            OriginCheck::GrossMassDiffers,
            declaration::gross_mass,
            Some(vocabulary::duty::plain(declared)),
            [
                format!("the certificate has a gross mass of {printed} kg"),
                format!("giấy chứng nhận ghi tổng trọng lượng {printed} kg"),
            ],
            EXPLAIN,
        );
    }
}

/// Quantities summed up by their base units.
fn quantities<'q>(
    proof: &Proof<'_>,
    all: impl Iterator<Item = (Decimal, &'q str)>,
) -> Result<BTreeMap<String, Decimal>, TooLarge> {
    let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
    for (quantity, unit) in all {
        let (base, factor) = proof.rules.origin().in_base_unit(unit);
        let sum = sums.entry(base.to_owned()).or_default();
        *sum = add(*sum, multiply(quantity, factor)?)?;
    }
    Ok(sums)
}

/// Whether two names differ in no more than so many per cent of the letters of the longer one.
fn alike(one: &str, other: &str, tolerance_percent: Decimal) -> bool {
    let (one, other) = (letters(one), letters(other));
    let longest = one.chars().count().max(other.chars().count());
    let differing = strsim::damerau_levenshtein(&one, &other);
    Decimal::from(differing) * Decimal::ONE_HUNDRED <= tolerance_percent * Decimal::from(longest)
}

/// The letters and digits of a name in one case, as many as a field holds: signs and spaces are small discrepancies.
fn letters(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).take(300).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_typing_error_are_alike() {
        let twenty = Decimal::from(20);
        for (one, other) in
            [("SAMPLE CO., LTD", "Sample Co Ltd"), ("SAMPLE LTD", "SAMPEL LTD"), ("Mẫu", "MẪU"), ("", "")]
        {
            assert!(alike(one, other, twenty), "{one} {other}");
        }
        assert!(!alike("SAMPLE LTD", "EXAMPLE TRADING", twenty));
        assert!(!alike("SAMPLE LTD", "SAMPEL LTD", Decimal::ZERO));
    }
}
