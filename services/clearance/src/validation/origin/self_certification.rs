//! Statements of certified exporters: exporter, signatory and product stand in the database on the day of the invoice.

use rulebook::OriginCheck;
use vocabulary::declaration::goods_item::certificate_number;
use vocabulary::{CertificateItem, OriginDeclaration};

use super::fault::{Faults, Proof};
use super::goods::heading;

const ASK: [&str; 2] = [
    "ask the exporter for a certificate, or have the registration mended",
    "đề nghị người xuất khẩu cung cấp giấy chứng nhận xuất xứ hoặc bổ sung đăng ký",
];

/// The exporter was authorised and the signatory registered.
pub(super) fn check(proof: &Proof<'_>, faults: &mut Faults) {
    let Some(statement) = &proof.certificate.origin_declaration else { return };
    let (code, day) = (&statement.exporter_code, statement.invoice_date);
    let authorised = statement.registration.as_ref().filter(|registration| {
        registration.authorised_from <= day && registration.authorised_to.is_none_or(|to| day <= to)
    });
    let Some(registration) = authorised else {
        faults.add(
            OriginCheck::ExporterNotCertified,
            certificate_number,
            Some(code.clone()),
            [
                format!("the database has no certified exporter {code} on {day}, the day of the invoice"),
                format!("cơ sở dữ liệu không có nhà xuất khẩu được chứng nhận {code} vào ngày hóa đơn {day}"),
            ],
            ASK,
        );
        return;
    };
    let signatory = statement.signatory.as_deref();
    let known = |name: &str| registration.signatories.iter().any(|known| known.eq_ignore_ascii_case(name));
    if !signatory.is_some_and(known) {
        let who = signatory.unwrap_or("-");
        faults.add(
            OriginCheck::SignatoryNotCertified,
            certificate_number,
            Some(who.to_owned()),
            [
                format!("{who} is not registered to sign for the certified exporter {code}"),
                format!("{who} chưa được đăng ký ký thay nhà xuất khẩu được chứng nhận {code}"),
            ],
            ASK,
        );
    }
}

/// The product of an item was registered.
pub(super) fn check_item(proof: &Proof<'_>, item: &CertificateItem, faults: &mut Faults) {
    let Some(OriginDeclaration { exporter_code, registration: Some(registration), .. }) =
        &proof.certificate.origin_declaration
    else {
        return;
    };
    let product = heading(&item.commodity_code, 6);
    if product.is_some() && registration.products.iter().any(|known| heading(known, 6) == product) {
        return;
    }
    let code = &item.commodity_code;
    faults.add(
        OriginCheck::ProductNotRegistered,
        certificate_number,
        Some(code.clone()),
        [
            format!("the product {code} is not registered for the certified exporter {exporter_code}"),
            format!("sản phẩm {code} chưa được đăng ký của nhà xuất khẩu được chứng nhận {exporter_code}"),
        ],
        ASK,
    );
}
