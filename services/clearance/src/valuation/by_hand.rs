//! Customs values that the declarant enters (VNACCS DPR), against what the invoice gives (Circular 39/2015 art. 4 to 12 and
//! 17).

use rust_decimal::Decimal;
use vocabulary::duty::plain;
use vocabulary::{Bilingual, Claim, GoodsItem};

use crate::accepted::{AcceptedDeclaration, AcceptedItem};
use crate::claim::of_value;
use crate::exact::{FractionSum, TooLarge, add, multiply, product_is_less};

const RULE: &str = "valuation/by-hand";

/// The value that the line declares by hand, in dong; `None` where it declares none.
pub(super) fn value(accepted: &AcceptedDeclaration<'_>, item: &GoodsItem) -> Option<Result<Decimal, TooLarge>> {
    let (value, currency) = (item.customs_value?, item.customs_value_currency.as_deref()?);
    let rate = accepted.exchange_rate(currency).unwrap_or_default();
    let rounded = |dong| FractionSum::new(dong).round_half_up(accepted.value_rounding.decimals);
    Some(multiply(value, rate).and_then(rounded))
}

/// What is claimed by a value by hand: that it is right though the invoice gives another one, or none.
pub(super) fn claim(
    accepted: &AcceptedDeclaration<'_>,
    item: &AcceptedItem<'_>,
    by_hand: Decimal,
    computed: impl FnOnce() -> Result<Decimal, TooLarge>,
) -> Result<Option<Claim>, TooLarge> {
    let claim = |rule: &str, message: Bilingual, rests_on: Bilingual| {
        let code = accepted.lodged.valuation_method.as_deref().map(str::to_owned);
        Claim { item: Some(item.sequence), ..of_value(code, message, rests_on, rule, &accepted.value_margins.law) }
    };
    let entered = plain(by_hand);
    if item.lodged.invoice_value.is_none_or(|value| value <= Decimal::ZERO) {
        return Ok(Some(claim(
            RULE,
            Bilingual::new(
                format!("the customs value of {entered} dong is by hand, and no invoice value stands beside it"),
                format!("trị giá tính thuế {entered} đồng nhập thủ công, không có trị giá hóa đơn để đối chiếu"),
            ),
            Bilingual::new(
                "the papers by which the value was found: prices of identical or similar goods, or the calculation",
                "chứng từ xác định trị giá: giá hàng giống hệt, hàng tương tự hoặc bảng tính",
            ),
        )));
    }
    let computed = computed()?;
    let invoice = plain(computed);
    let margins = &accepted.value_margins;
    let above = add(Decimal::ONE_HUNDRED, margins.above_percent.value)?;
    let lower = add(by_hand, margins.below.value)? < computed;
    if lower || product_is_less([computed, above], [by_hand, Decimal::ONE_HUNDRED]) {
        let (margin, en, vi) =
            if lower { (&margins.below, "less", "thấp hơn") } else { (&margins.above_percent, "more", "cao hơn") };
        return Ok(Some(claim(
            &margin.citation.rule,
            Bilingual::new(
                format!(
                    "the customs value by hand is {entered} dong, {en} than the {invoice} dong that the invoice gives"
                ),
                format!("trị giá tính thuế nhập thủ công {entered} đồng, {vi} trị giá tính từ hóa đơn {invoice} đồng"),
            ),
            Bilingual::new(
                "the papers by which the value was found, and why it is not what the invoice gives",
                "chứng từ xác định trị giá và lý do khác với trị giá tính từ hóa đơn",
            ),
        )));
    }
    if accepted.lodged.freight_class.as_deref() == Some("D") {
        return Ok(Some(claim(
            RULE,
            Bilingual::new(
                format!(
                    "the customs value of {entered} dong holds freight by weight or volume, whose amount is not declared"
                ),
                format!(
                    "trị giá tính thuế {entered} đồng gồm cước phân bổ theo trọng lượng, thể tích nhưng không khai số tiền cước"
                ),
            ),
            Bilingual::new(
                "the freight document, and how the freight was shared out",
                "chứng từ vận tải và bảng phân bổ cước phí",
            ),
        )));
    }
    Ok(None)
}
