//! Relations between elements of one group, which conditions cannot say: the order of a line's taxes and of the places
//! of a bonded transport, and the office that a warehouse belongs to.

use rulebook::{CodeList, CustomsOffice, Provision, RulesInForce};
use vocabulary::declaration::OtherTax;
use vocabulary::declaration::{declaration as field, other_tax, transit};
use vocabulary::{Bilingual, Declaration, DutyType, Place};

use super::Report;
use super::line::ResolvedLine;
use crate::problem::problem;

/// How many codes of other taxes a line has room for.
const OTHER_TAXES_MAX: usize = 5;

/// Checks all of them.
pub(crate) fn check(lodged: &Declaration, rules: &RulesInForce<'_>, report: &mut Report<'_>) {
    warehouse_of_an_office(lodged, rules, report);
    transits_in_order(lodged, report);
    taxes_in_order(lodged, rules, report);
}

/// The first four characters of a warehouse's code are those of its office.
fn warehouse_of_an_office(lodged: &Declaration, rules: &RulesInForce<'_>, report: &mut Report<'_>) {
    // Without an office, the warehouse stands in its place and is checked as one.
    let (Some(warehouse), Some(_)) = (lodged.warehouse.as_deref(), &lodged.customs_office) else {
        return;
    };
    let office = warehouse.get(..4).unwrap_or(warehouse);
    // Warehouses keep the code of an office that was merged.
    if rules.lists().customs_office(office) != CustomsOffice::Unknown {
        return;
    }
    if let Some(gap) = rules.code_not_entered(CodeList::CustomsOffices, office) {
        return report.gap(gap, None);
    }
    report.find(problem(
        "S0053",
        Place::header(field::warehouse),
        Some(warehouse.to_owned()),
        Bilingual::new(
            format!("the warehouse {warehouse} belongs to no customs office: there is no office {office}"),
            format!("địa điểm lưu kho {warehouse} không thuộc cơ quan hải quan nào: không có mã {office}"),
        ),
        Bilingual::new(
            "enter the seven characters of the warehouse, the first four those of its office, e.g. 01B1A02",
            "nhập mã 7 ký tự của địa điểm, 4 ký tự đầu là mã cơ quan hải quan, ví dụ 01B1A02",
        ),
        "code-lists/customs-offices",
        Provision::Particulars,
    ));
}

fn transits_in_order(lodged: &Declaration, report: &mut Report<'_>) {
    for (at, pair) in lodged.transits.windows(2).enumerate() {
        let (Some(left), Some(arrived)) = (pair[0].departure_date, pair[1].arrival_date) else {
            continue;
        };
        if arrived >= left {
            continue;
        }
        report.find(problem(
            "R1070",
            Place::header(transit::arrival_date).occurrence(at + 1),
            Some(arrived.to_string()),
            Bilingual::new(
                format!("the goods arrive on {arrived} and left the place before it on {left} only"),
                format!("hàng đến ngày {arrived}, trước khi rời địa điểm liền trước ngày {left}"),
            ),
            Bilingual::new(
                "enter the places in the order of the transport, each with its days",
                "khai các địa điểm theo thứ tự vận chuyển, kèm đúng ngày",
            ),
            "contract/transits-in-order",
            Provision::Particulars,
        ));
    }
}

/// Where a tax stands among those of a line: duties that are added to the import duty, special consumption tax,
/// environmental protection tax, VAT.
fn rank(tax: DutyType) -> Option<u8> {
    match tax {
        DutyType::AntiDumping | DutyType::Countervailing | DutyType::Safeguard => Some(0),
        DutyType::SpecialConsumption => Some(1),
        DutyType::EnvironmentalProtection => Some(2),
        DutyType::Vat => Some(3),
        DutyType::ImportDuty | DutyType::ExportDuty => None,
    }
}

/// Where the code of a tax comes in among those of a line; `None` when there is no room for it.
pub(crate) fn place_of_tax(line: &ResolvedLine<'_>, tax: DutyType) -> Option<Place> {
    let (item, rules) = (line.item, &line.rules);
    let later = |entered: &OtherTax| {
        let there = entered.code.as_deref().and_then(|code| rules.tax_code(code)).and_then(|known| rank(known.tax()));
        there > rank(tax)
    };
    let at = item.other_taxes.iter().position(later).unwrap_or(item.other_taxes.len());
    (item.other_taxes.len() < OTHER_TAXES_MAX).then(|| Place::item(other_tax::code, line.position).occurrence(at))
}

fn taxes_in_order(lodged: &Declaration, rules: &RulesInForce<'_>, report: &mut Report<'_>) {
    for (position, item) in lodged.goods_items.iter().enumerate().filter(|(_, item)| item.other_taxes.len() > 1) {
        let mut last = 0;
        for (occurrence, entered) in item.other_taxes.iter().enumerate() {
            let Some(code) = entered.code.as_deref() else { continue };
            let Some(here) = rules.tax_code(code).and_then(|known| rank(known.tax())) else {
                continue;
            };
            if here < last {
                report.find(problem(
                    "R0184",
                    Place::item(other_tax::code, position).occurrence(occurrence),
                    Some(code.to_owned()),
                    Bilingual::new(
                        format!("the code {code} stands after a tax that it comes before"),
                        format!("mã {code} phải đứng trước sắc thuế đã khai phía trên"),
                    ),
                    Bilingual::new(
                        "enter additional import duties first, then special consumption tax, environmental protection tax and VAT",
                        "khai theo thứ tự: thuế nhập khẩu bổ sung, thuế tiêu thụ đặc biệt, thuế bảo vệ môi trường, thuế giá trị gia tăng",
                    ),
                    "contract/order-of-taxes",
                    Provision::Particulars,
                ));
            }
            last = last.max(here);
        }
    }
}
