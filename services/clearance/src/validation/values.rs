//! What a customs value is made of, where conditions cannot say it: what adjustments are shared over, the value of an export
//! at the exit gate, and what lowers a value on the declarant's word alone (Circular 39/2015 art. 4, 13 and 15).

use rulebook::{Cited, CodeList, ExitGateValue, MarginKind, Provision, RulesInForce};
use rust_decimal::Decimal;
use vocabulary::declaration::{Adjustment, adjustment, declaration as field};
use vocabulary::duty::plain;
use vocabulary::{Bilingual, Declaration, Direction, GoodsItem, Place, Rate};

use super::Report;
use super::header::margin;
use crate::accepted::{AcceptedItem, ExchangeRate, PriceTerms};
use crate::claim::of_value;
use crate::exact::{add, multiply, product_is_less, subtract, sum};
use crate::problem::{problem, suggesting};

/// Checks all of it but the value of an export, which depends on its duty.
pub(crate) fn check(
    lodged: &Declaration,
    direction: Direction,
    price: PriceTerms,
    rates: &[ExchangeRate],
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) {
    // Amounts too long for their sum are refused with their values.
    let Ok(lines) = sum(lodged.goods_items.iter().filter_map(|item| item.invoice_value)) else { return };
    // A total below the lines has been refused.
    let whole = lodged.allocation_total.map_or(lines, |total| total.max(lines));
    shared_over_more_than_the_lines(lines, whole, report);
    invoice_above_lines(lodged, lines, rules, report);
    free_of_charge(lodged, report);
    if direction == Direction::Export {
        return;
    }
    for (at, entered) in lodged.adjustments.iter().enumerate() {
        adjusted(lodged, (at, entered), lines, whole, rules, report);
    }
    method(lodged, rules, report);
    let desk = Carriage { lodged, rates, whole };
    if !price.includes_freight {
        desk.freight(rules, report);
    }
    if !price.includes_insurance && lodged.goods_items.iter().any(|item| item.customs_value.is_none()) {
        desk.insurance(rules, report);
    }
}

/// An adjustment is shared over the lines that it concerns; where other declarations have a part of it, over no more than
/// what the whole has beyond this one's lines.
fn adjusted(
    lodged: &Declaration,
    (at, entered): (usize, &Adjustment),
    lines: Decimal,
    whole: Decimal,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) {
    let names = |item: &&GoodsItem| {
        item.adjustment_references.iter().any(|named| named.number.is_some_and(|number| number == at as u64 + 1))
    };
    let named: Vec<&GoodsItem> = lodged.goods_items.iter().filter(names).collect();
    let own = if named.is_empty() { Ok(lines) } else { sum(named.iter().filter_map(|item| item.invoice_value)) };
    let Ok(own) = own else { return };
    let most = subtract(whole, lines).and_then(|beyond| add(own, beyond));
    if let (Some(total), Ok(most)) = (entered.allocation_total.filter(|total| *total > Decimal::ZERO), most)
        && (total < own || total > most)
    {
        // Beside a total of the whole that is too small itself, the sum of the lines would be refused again.
        let suggested = own > Decimal::ZERO && lodged.allocation_total.is_none_or(|whole| own <= whole);
        let (own, most) = (plain(own), plain(most));
        let (beyond_en, beyond_vi) = if own == most {
            (String::new(), String::new())
        } else {
            (
                format!(", or up to {most} with those on other declarations"),
                format!(", hoặc đến {most} nếu gồm cả tờ khai khác"),
            )
        };
        let found = problem(
            "R1099",
            Place::header(adjustment::allocation_total).occurrence(at),
            Some(plain(total)),
            Bilingual::new(
                format!("the adjustment is shared over {}, and the lines that it concerns come to {own}", plain(total)),
                format!(
                    "khoản điều chỉnh phân bổ trên {}, trong khi các dòng hàng liên quan có tổng {own}",
                    plain(total)
                ),
            ),
            Bilingual::new(
                format!("enter {own}{beyond_en}; or leave the total out"),
                format!("nhập {own}{beyond_vi}; hoặc bỏ trống tổng hệ số"),
            ),
            "valuation/shares-of-adjustments",
            Provision::Additions,
        );
        report.find(suggesting(found, suggested.then_some(own).into_iter().collect()));
    }
    let (Some(amount), Some(class)) = (entered.amount, entered.class.as_deref()) else { return };
    let title = entered.title.as_deref().unwrap_or_default();
    let name = rules.code(CodeList::AdjustmentNames, title);
    let (name_en, name_vi) = name.map_or((title, title), |name| (name.name_en(), name.name_vi()));
    let (amount, currency) = (plain(amount), entered.currency.as_deref().unwrap_or_default());
    let number = at + 1;
    match class {
        "SB" => report.claim(
            None,
            of_value(
                Some(title.to_owned()),
                Bilingual::new(
                    format!("adjustment {number} takes {amount} {currency} off the price ({name_en})"),
                    format!("khoản điều chỉnh {number} trừ {amount} {currency} khỏi trị giá ({name_vi})"),
                ),
                Bilingual::new(
                    "papers that show the amount apart from the price: contract, invoice, payment",
                    "chứng từ tách riêng khoản này khỏi giá: hợp đồng, hóa đơn, chứng từ thanh toán",
                ),
                "valuation/deductions",
                rules.law(Provision::Deductions),
            ),
        ),
        "AD" if !named.is_empty() && named.len() < lodged.goods_items.len() => report.claim(
            None,
            of_value(
                Some(title.to_owned()),
                Bilingual::new(
                    format!(
                        "adjustment {number} of {amount} {currency} ({name_en}) is added to some of the lines alone"
                    ),
                    format!("khoản điều chỉnh {number} {amount} {currency} ({name_vi}) chỉ cộng vào một số dòng hàng"),
                ),
                Bilingual::new(
                    "papers that show which goods the amount was paid for",
                    "chứng từ thể hiện khoản này trả cho hàng hóa nào",
                ),
                "valuation/additions-to-some-lines",
                rules.law(Provision::Additions),
            ),
        ),
        _ => {}
    }
}

/// A method that the kind of declaration does not explain.
fn method(lodged: &Declaration, rules: &RulesInForce<'_>, report: &mut Report<'_>) {
    let (Some(method), Some(kind)) = (lodged.valuation_method.as_deref(), lodged.kind.as_deref()) else { return };
    let Some(explained) = rules.lists().valuation_is_explained(method, kind).filter(|explained| !explained.value)
    else {
        return;
    };
    report.claim(
        None,
        of_value(
            Some(method.to_owned()),
            Bilingual::new(
                format!("the value was found by method {method}, which goods of kind {kind} do not explain"),
                format!("trị giá xác định theo phương pháp {method}, loại hình {kind} không thuộc trường hợp này"),
            ),
            Bilingual::new(
                "papers that show a special case: hired, repaired, used or returned goods, software, goods without a sale",
                "chứng từ chứng minh trường hợp đặc biệt: hàng đi thuê, sửa chữa, đã qua sử dụng, phần mềm, hàng không có giao dịch mua bán",
            ),
            explained.citation.rule.to_string(),
            rules.law(Provision::ValuationMethods),
        ),
    );
}

/// What is shared over more than the lines leaves the rest to other declarations, of which nothing is known here.
fn shared_over_more_than_the_lines(lines: Decimal, whole: Decimal, report: &mut Report<'_>) {
    if whole <= lines || lines.is_zero() {
        return;
    }
    let (whole, lines) = (plain(whole), plain(lines));
    report.claim(
        None,
        of_value(
            None,
            Bilingual::new(
                format!("amounts are shared over {whole}, and the lines come to {lines}: the rest falls to other declarations"),
                format!("các khoản phân bổ trên {whole}, các dòng hàng chỉ có tổng {lines}: phần còn lại thuộc tờ khai khác"),
            ),
            Bilingual::new(
                "the other declarations of the consignment, and its freight document",
                "các tờ khai khác của lô hàng và chứng từ vận tải",
            ),
            "valuation/shares",
            report.law(Provision::Particulars),
        ),
    );
}

/// An invoice far above the lines shows more than is declared.
fn invoice_above_lines(lodged: &Declaration, lines: Decimal, rules: &RulesInForce<'_>, report: &mut Report<'_>) {
    let Some(invoice) = lodged.invoice_amount else { return };
    let Some(more) = margin(MarginKind::InvoiceAboveLines, rules, report) else { return };
    let Ok(most) = add(Decimal::ONE_HUNDRED, more.value) else { return };
    if lines.is_zero() || !product_is_less([lines, most], [invoice, Decimal::ONE_HUNDRED]) {
        return;
    }
    let (invoice, lines) = (plain(invoice), plain(lines));
    let currency = lodged.invoice_currency.as_deref().unwrap_or_default();
    report.claim(
        None,
        of_value(
            None,
            Bilingual::new(
                format!("the invoice comes to {invoice} {currency}, and the lines are declared with {lines}"),
                format!("hóa đơn {invoice} {currency}, trong khi các dòng hàng khai {lines}"),
            ),
            Bilingual::new(
                "the invoice, and the declarations of the goods that are not on this one",
                "hóa đơn và tờ khai của phần hàng không khai trên tờ khai này",
            ),
            more.citation.rule.to_string(),
            report.law(Provision::Particulars),
        ),
    );
}

/// Goods for which nothing is paid have no transaction value: what they are declared with is no price.
fn free_of_charge(lodged: &Declaration, report: &mut Report<'_>) {
    let priced = |item: &GoodsItem| item.customs_value.is_none() && item.invoice_value > Some(Decimal::ZERO);
    let items = &lodged.goods_items;
    let (code, message) = match lodged.price_kind.as_deref() {
        Some(code @ "B") if items.iter().any(priced) => (
            code,
            Bilingual::new(
                "nothing is paid for the goods, and their value is the one that the invoice names",
                "hàng không thanh toán, trị giá lấy theo giá ghi trên hóa đơn",
            ),
        ),
        Some(code @ "C") if !items.is_empty() && items.iter().all(priced) => (
            code,
            Bilingual::new(
                "some of the goods are not paid for, and the value of every line is the one that the invoice names",
                "một phần hàng không thanh toán, trị giá của mọi dòng hàng lấy theo giá ghi trên hóa đơn",
            ),
        ),
        _ => return,
    };
    report.claim(
        None,
        of_value(
            Some(code.to_owned()),
            message,
            Bilingual::new(
                "prices of identical or similar goods that are paid for",
                "giá của hàng giống hệt hoặc tương tự có thanh toán",
            ),
            "valuation/free-of-charge",
            report.law(Provision::FreeOfCharge),
        ),
    );
}

/// Freight and insurance beside a price that lacks them.
struct Carriage<'d> {
    lodged: &'d Declaration,
    rates: &'d [ExchangeRate],
    /// What both are shared over, in the invoice's currency.
    whole: Decimal,
}

impl Carriage<'_> {
    fn rate(&self, currency: Option<&str>) -> Option<Decimal> {
        rate_of(self.rates, currency)
    }

    /// Whether an amount is less than so many per cent of the price that it is shared over. Where a rate is not known, an
    /// officer has the case anyway.
    fn too_small(&self, amount: Decimal, currency: Option<&str>, percent: Decimal) -> bool {
        let (Some(rate), Some(of_price)) = (self.rate(currency), self.rate(self.lodged.invoice_currency.as_deref()))
        else {
            return false;
        };
        product_is_less([amount, rate, Decimal::ONE_HUNDRED], [self.whole, of_price, percent])
    }

    fn freight(&self, rules: &RulesInForce<'_>, report: &mut Report<'_>) {
        let lodged = self.lodged;
        let Some(least) = margin(MarginKind::FreightAtLeast, rules, report) else { return };
        let papers = Bilingual::new(
            "the freight document and the payment of the freight",
            "chứng từ vận tải và chứng từ thanh toán cước phí",
        );
        let terms = lodged.terms_of_delivery.as_deref().unwrap_or_default();
        let claim = |code: Option<&str>, message: Bilingual, report: &mut Report<'_>| {
            let code = code.map(str::to_owned);
            report.claim(
                None,
                of_value(
                    code,
                    message,
                    papers.clone(),
                    least.citation.rule.to_string(),
                    rules.law(Provision::Additions),
                ),
            );
        };
        let (amount, currency) = (lodged.freight_amount, lodged.freight_currency.as_deref());
        let class = lodged.freight_class.as_deref();
        match amount {
            None => claim(
                class,
                Bilingual::new(
                    format!("the price on {terms} terms lacks freight, and no amount of it is declared"),
                    format!("giá theo điều kiện {terms} chưa gồm cước vận chuyển và không khai số tiền cước"),
                ),
                report,
            ),
            Some(amount) if self.too_small(amount, currency, least.value) => {
                let (amount, currency, least) = (plain(amount), currency.unwrap_or_default(), plain(least.value));
                claim(
                    class,
                    Bilingual::new(
                        format!("the freight of {amount} {currency} is less than {least} % of the price"),
                        format!("cước vận chuyển {amount} {currency} thấp hơn {least} % trị giá hàng"),
                    ),
                    report,
                );
            }
            Some(_) => {}
        }
        if let (Some(class @ ("B" | "C")), Some(_)) = (class, amount) {
            claim(
                Some(class),
                Bilingual::new(
                    format!("freight of class {class} is a part of what the freight document names"),
                    format!("cước mã {class} chỉ là một phần cước ghi trên chứng từ vận tải"),
                ),
                report,
            );
        }
    }

    fn insurance(&self, rules: &RulesInForce<'_>, report: &mut Report<'_>) {
        let lodged = self.lodged;
        let Some(least) = margin(MarginKind::InsuranceAtLeast, rules, report) else { return };
        let (amount, currency) = (lodged.insurance_amount, lodged.insurance_currency.as_deref());
        let message = match (lodged.insurance_class.as_deref(), amount) {
            (Some("A"), Some(amount)) if !self.too_small(amount, currency, least.value) => return,
            (Some("A"), Some(amount)) => {
                let (amount, currency, least) = (plain(amount), currency.unwrap_or_default(), plain(least.value));
                Bilingual::new(
                    format!("the insurance of {amount} {currency} is less than {least} % of the price"),
                    format!("phí bảo hiểm {amount} {currency} thấp hơn {least} % trị giá hàng"),
                )
            }
            _ => Bilingual::new(
                "the price lacks insurance, and none is added, as if the goods were not insured",
                "giá chưa gồm bảo hiểm và không cộng phí bảo hiểm, như hàng không mua bảo hiểm",
            ),
        };
        let papers = Bilingual::new(
            "the policy of insurance, or the contract that leaves the goods uninsured",
            "hợp đồng bảo hiểm, hoặc hợp đồng thể hiện hàng không mua bảo hiểm",
        );
        let class = lodged.insurance_class.as_deref().map(str::to_owned);
        report.claim(
            None,
            of_value(class, message, papers, least.citation.rule.to_string(), rules.law(Provision::Additions)),
        );
    }
}

fn rate_of(rates: &[ExchangeRate], currency: Option<&str>) -> Option<Decimal> {
    currency.and_then(|currency| rates.iter().find(|rate| rate.currency == currency)).map(|rate| rate.rate)
}

/// The declared value of an export at the exit gate, against the price on the terms of delivery.
pub(crate) fn export_total(
    lodged: &Declaration,
    price: PriceTerms,
    items: &[AcceptedItem<'_>],
    rates: &[ExchangeRate],
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) {
    let (Some(total), Some(invoice), Some(terms)) =
        (lodged.total_value_amount, lodged.invoice_amount, price.value_at_exit_gate)
    else {
        return;
    };
    let (total_currency, currency) = (lodged.total_value_currency.as_deref(), lodged.invoice_currency.as_deref());
    let (Some(total_rate), Some(rate)) = (rate_of(rates, total_currency), rate_of(rates, currency)) else { return };
    let below = margin(MarginKind::ValueByHandBelow, rules, report);
    let above = margin(MarginKind::ValueByHandAbove, rules, report);
    let carriage = margin(MarginKind::CarriageAtExport, rules, report);
    let (Some(below), Some(above), Some(carriage)) = (below, above, carriage) else { return };
    let (Ok(value), Ok(of_price)) = (multiply(total, total_rate), multiply(invoice, rate)) else { return };
    let named = lodged.terms_of_delivery.as_deref().unwrap_or_default();
    let (entered, paid) = (
        format!("{} {}", plain(total), total_currency.unwrap_or_default()),
        format!("{} {}", plain(invoice), currency.unwrap_or_default()),
    );
    let find = |code: &str, message: Bilingual, mend: Bilingual, report: &mut Report<'_>| {
        let place = Place::header(field::total_value_amount);
        let found = problem(code, place, Some(plain(total)), message, mend, "valuation/exit-gate", Provision::ExitGate);
        // In another currency than the price's, the price is no value for the field.
        let suggested = (code == "total_value_differs" && total_currency == currency).then(|| plain(invoice));
        report.find(suggesting(found, suggested.into_iter().collect()));
    };
    let claim = |margin: &Cited<Decimal>, message: Bilingual, report: &mut Report<'_>| {
        let papers = Bilingual::new(
            "the contract, and the papers of freight and insurance abroad",
            "hợp đồng và chứng từ cước vận chuyển, bảo hiểm quốc tế",
        );
        let rule = margin.citation.rule.to_string();
        report.claim(None, of_value(None, message, papers, rule, rules.law(Provision::ExitGate)));
    };
    if invoice <= Decimal::ZERO {
        return claim(
            &below,
            Bilingual::new(
                format!("the customs value of {entered} stands beside no price"),
                format!("tổng trị giá tính thuế {entered} không có giá hóa đơn để đối chiếu"),
            ),
            report,
        );
    }
    let (Ok(value_and_more), Ok(price_and_more)) = (add(value, below.value), add(of_price, below.value)) else {
        return;
    };
    let (less, more) = (value_and_more < of_price, value > price_and_more);
    match terms {
        ExitGateValue::IsPrice if less || more => find(
            "total_value_differs",
            Bilingual::new(
                format!("on {named} terms the price is the value at the exit gate, {paid}, and {entered} is declared"),
                format!("theo điều kiện {named} giá hóa đơn {paid} là trị giá tại cửa khẩu xuất, nhưng khai {entered}"),
            ),
            Bilingual::new(
                format!("leave the total customs value and its currency out, or enter {paid}"),
                format!("bỏ trống tổng trị giá tính thuế và mã tiền tệ, hoặc nhập {paid}"),
            ),
            report,
        ),
        ExitGateValue::BelowPrice if more => find(
            "total_value_above_price",
            Bilingual::new(
                format!(
                    "the price of {paid} on {named} terms holds carriage abroad, and the value at the exit gate is declared with {entered}"
                ),
                format!(
                    "giá {paid} theo điều kiện {named} đã gồm chi phí ngoài cửa khẩu xuất, nhưng khai trị giá tại cửa khẩu xuất {entered}"
                ),
            ),
            Bilingual::new(
                format!("enter the price less freight and insurance abroad: at most {paid}"),
                format!("nhập giá hóa đơn trừ cước vận chuyển, bảo hiểm quốc tế: tối đa {paid}"),
            ),
            report,
        ),
        ExitGateValue::BelowPrice => {
            let least = Decimal::ONE_HUNDRED - carriage.value;
            let unusual = product_is_less([value, Decimal::ONE_HUNDRED], [of_price, least]);
            if unusual || (less && items.iter().any(bears_duty)) {
                claim(
                    if unusual { &carriage } else { &below },
                    Bilingual::new(
                        format!("of the price of {paid}, {entered} are declared as the value at the exit gate"),
                        format!("giá hóa đơn {paid} nhưng trị giá tại cửa khẩu xuất chỉ khai {entered}"),
                    ),
                    report,
                );
            }
        }
        ExitGateValue::AbovePrice => {
            let unusual =
                product_is_less([of_price, Decimal::ONE_HUNDRED + above.value], [value, Decimal::ONE_HUNDRED]);
            if less || unusual {
                claim(
                    if less { &below } else { &above },
                    Bilingual::new(
                        format!(
                            "the price on {named} terms is {paid}, and the value at the exit gate is declared with {entered}"
                        ),
                        format!("giá theo điều kiện {named} là {paid}, trị giá tại cửa khẩu xuất khai {entered}"),
                    ),
                    report,
                );
            }
        }
        ExitGateValue::IsPrice => {}
    }
}

/// Whether a rate above zero is on the line.
fn bears_duty(item: &AcceptedItem<'_>) -> bool {
    item.taxes.iter().any(|tax| match &tax.rate {
        Rate::AdValorem(percent) => *percent > Decimal::ZERO,
        Rate::Specific(_) | Rate::Mixed(..) => true,
        Rate::NotSubject => false,
    })
}
