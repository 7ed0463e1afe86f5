//! The threshold up to which a shipment bears no import or export duty (Decree 134/2016 art. 8 and 29).
//!
//! The decree carries out the law on export and import duty (Law 107/2016 art. 1 and 16), so that the tax whose amount it
//! bounds is duty: of gifts as of express goods and other small shipments. VAT is neither counted nor taken off.

use rulebook::RulesInForce;
use vocabulary::declaration::declaration as field;
use vocabulary::{Bilingual, Claim, ClaimKind, Declaration, Place};

use super::Report;
use crate::accepted::{DutyThreshold, TaxBound};
use crate::problem::problem;

/// The threshold that fits the cargo: of a gift to a person, of express goods, or of any other small shipment. Gifts to
/// organisations and express gifts have none here.
pub(crate) fn threshold(
    lodged: &Declaration,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> Option<DutyThreshold> {
    let thresholds = match rules.taxes().thresholds() {
        Ok(thresholds) => thresholds,
        Err(gap) => {
            report.gap(gap, None);
            return None;
        }
    };
    let shipment = |threshold: rulebook::Cited<rulebook::ShipmentThreshold>| DutyThreshold {
        value_max: threshold.value.customs_value_max,
        bound: TaxBound::DutyAtMost(threshold.value.duty_max),
        citation: threshold.citation,
    };
    match lodged.cargo_class.as_deref() {
        Some("A") => {
            // Classes 1 and 2 are of goods to a person.
            if !matches!(lodged.party_class.as_deref(), Some("1" | "2")) {
                return None;
            }
            let gift = thresholds.gift;
            let times = gift.value.times_a_year;
            report.warn(problem(
                "gifts_of_the_year_not_counted",
                Place::header(field::cargo_class),
                Some("A".to_owned()),
                Bilingual::new(
                    format!("a person may receive {times} gifts free of duty in a year; how many this one received is not known here"),
                    format!("mỗi cá nhân được miễn thuế quà biếu {times} lần một năm; hệ thống chưa biết số lần đã nhận trong năm"),
                ),
                Bilingual::new(
                    "nothing has to be done; after the last free gift of the year, declare the next without class A",
                    "không cần sửa; nếu đã hết số lần miễn thuế trong năm, khai không có mã phân loại A",
                ),
                gift.citation.rule.to_string(),
                &gift.citation.law,
            ));
            report.claim(
                None,
                Claim {
                    kind: ClaimKind::TaxCode,
                    item: None,
                    tax: None,
                    code: Some("A".to_owned()),
                    message: Bilingual::new(
                        "a gift to a person, free of duty up to a higher value than other small shipments",
                        "quà biếu, tặng cho cá nhân, định mức miễn thuế cao hơn lô hàng nhỏ khác",
                    ),
                    rests_on: Bilingual::new(
                        "the letter of the giver, and how many gifts the person received in the year",
                        "thư hoặc giấy biếu tặng, và số lần đã nhận quà biếu miễn thuế trong năm",
                    ),
                    citation: gift.citation.clone(),
                },
            );
            Some(DutyThreshold {
                value_max: gift.value.customs_value_max,
                bound: TaxBound::DutyBelow(gift.value.duty_below),
                citation: gift.citation,
            })
        }
        Some("F") => Some(shipment(thresholds.express)),
        _ => Some(shipment(thresholds.small_shipment)),
    }
}
