//! Which items of a proof are of a line's goods: by six digits of the tariff code, and by origin.

use rulebook::OriginCheck;
use vocabulary::declaration::goods_item;
use vocabulary::{CertificateItem, CertificateTick, GoodsItem};

use super::fault::{Faults, Proof};

/// The first digits of a tariff code, however it is printed; `None` when it has fewer.
pub(super) fn heading(code: &str, digits: usize) -> Option<String> {
    let first: String = code.chars().filter(|sign| *sign != '.' && !sign.is_whitespace()).take(digits).collect();
    (first.len() == digits && first.bytes().all(|byte| byte.is_ascii_digit())).then_some(first)
}

/// The items of a proof that are of a line's goods, by their places. None, with a fault, when there are none.
pub(super) fn of_line(proof: &Proof<'_>, line: &GoodsItem, faults: &mut Faults) -> Vec<usize> {
    // A missing code or origin is a finding of its own.
    let (Some(code), Some(origin)) = (line.commodity_code.as_deref(), line.origin.as_deref()) else {
        return Vec::new();
    };
    let items = &proof.certificate.items;
    let with = |digits| -> Vec<usize> {
        let wanted = heading(code, digits);
        let same = |item: &CertificateItem| wanted.is_some() && heading(&item.commodity_code, digits) == wanted;
        (0..items.len()).filter(|at| same(&items[*at])).collect()
    };
    let mut found = with(6);
    let near = found.is_empty();
    if near {
        // Another code does not void a proof; the heading has to say that the goods are the same.
        found = with(4);
    }
    if found.is_empty() {
        let known: Vec<&str> = items.iter().take(8).map(|item| item.commodity_code.as_str()).collect();
        let known = known.join(", ");
        faults.add(
            OriginCheck::ItemNotOnProof,
            goods_item::commodity_code,
            Some(code.to_owned()),
            [
                format!("the certificate has no goods of {code}; it has {known}"),
                format!("giấy chứng nhận không có hàng mã {code}; chỉ có {known}"),
            ],
            [
                "check the tariff code and the number of the certificate, or enter B01",
                "kiểm tra mã HS và số giấy chứng nhận, hoặc nhập B01",
            ],
        );
        return found;
    }
    let of_origin: Vec<usize> =
        found.iter().copied().filter(|at| origin_of(proof, &items[*at]).is_none_or(|of| of == origin)).collect();
    if of_origin.is_empty() {
        let printed = origin_of(proof, &items[found[0]]).unwrap_or_default();
        faults.add(
            OriginCheck::OriginDiffers,
            goods_item::origin,
            Some(origin.to_owned()),
            [
                format!("on the certificate goods of {code} originate in {printed}"),
                format!("trên giấy chứng nhận, hàng mã {code} có xuất xứ {printed}"),
            ],
            [
                "enter the origin on the certificate, or another certificate, or B01",
                "nhập xuất xứ theo giấy chứng nhận, hoặc giấy chứng nhận khác, hoặc B01",
            ],
        );
        return of_origin;
    }
    if near {
        let printed = &items[of_origin[0]].commodity_code;
        faults.add(
            OriginCheck::HsCodeDiffers,
            goods_item::commodity_code,
            Some(code.to_owned()),
            [
                format!("the certificate has the code {printed} for goods of the same heading"),
                format!("giấy chứng nhận ghi mã {printed} cho hàng cùng nhóm"),
            ],
            [
                "check both codes; another code does not by itself void the certificate",
                "kiểm tra cả hai mã; khác mã HS chưa làm mất giá trị giấy chứng nhận",
            ],
        );
    }
    of_origin
}

/// Where an item's goods originate: what it says, otherwise the issuing state, unless that is but on the way.
fn origin_of<'p>(proof: &Proof<'p>, item: &'p CertificateItem) -> Option<&'p str> {
    let certificate = proof.certificate;
    let issuing = (!certificate.is_ticked(CertificateTick::BackToBack)).then_some(certificate.issuing_country.as_str());
    item.origin.as_deref().or(issuing)
}

/// An item uses an edition of the Harmonized System that its day of issue allows.
pub(super) fn edition(proof: &Proof<'_>, item: &CertificateItem, faults: &mut Faults) {
    let Some(edition) = &item.hs_edition else { return };
    let issued_on = proof.certificate.issued_on;
    let allowed = proof.rules.origin().hs_editions(issued_on);
    if allowed.is_empty() || allowed.iter().any(|known| known.value == edition) {
        return;
    }
    let known: Vec<&str> = allowed.iter().map(|known| known.value).collect();
    let (line, known) = (item.line, known.join(", "));
    faults.add(
        OriginCheck::HsEdition,
        goods_item::certificate_number,
        Some(edition.clone()),
        [
            format!("item {line} is coded by {edition}; on {issued_on} it should be {known}"),
            format!("dòng {line} dùng mã theo {edition}; ngày {issued_on} phải dùng {known}"),
        ],
        ["compare the goods by their description", "đối chiếu hàng hóa theo mô tả"],
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_digits_alone() {
        assert_eq!(heading("8415.10.20", 6).as_deref(), Some("841510"));
        assert_eq!(heading("84151020", 4).as_deref(), Some("8415"));
        for short in ["84151", "", "8415A0", "八四一五一〇"] {
            assert_eq!(heading(short, 6), None, "{short}");
        }
    }
}
