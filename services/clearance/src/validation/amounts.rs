//! Numbers as they were written: decimals of currencies that have none, thousands with a point between them, fractions
//! of things that cannot be divided.

use rulebook::{Cited, Provision, RulesInForce};
use rust_decimal::{Decimal, RoundingStrategy};
use vocabulary::amount::{AMOUNTS, UNIT_AMOUNTS};
use vocabulary::declaration::{declaration, goods_item};
use vocabulary::duty::plain;
use vocabulary::{Bilingual, Citation, Declaration, GoodsItem, Place, ValueRef};

use super::Report;
use crate::problem::{problem, suggesting};

/// How many digits stand in a group of thousands.
const GROUP: u32 = 3;

/// Looks at every number whose decimals tell something.
pub(crate) fn check(lodged: &Declaration, rules: &RulesInForce<'_>, report: &mut Report<'_>) {
    // Most amounts are in one currency.
    let mut known: Option<(&str, Option<Cited<u8>>)> = None;
    for (amounts, of_a_unit) in [(&AMOUNTS[..], false), (&UNIT_AMOUNTS[..], true)] {
        for place in lodged.places_of(amounts) {
            // A whole amount tells nothing of decimals.
            let Some(ValueRef::Decimal(amount)) = lodged.value_at(place).filter(with_decimals) else { continue };
            let Some(currency) = lodged.currency_at(place) else { continue };
            if known.as_ref().is_none_or(|(before, _)| *before != currency) {
                known = Some((currency, rules.lists().minor_units(currency)));
            }
            if let Some((_, Some(decimals))) = &known {
                money(Money { place, amount, currency, of_a_unit }, decimals, lodged, report);
            }
        }
    }
    if let Some(mass) = lodged.gross_mass.filter(|mass| like_thousands(*mass) && ends_in_zero(*mass)) {
        read_as(Place::header(declaration::gross_mass), mass, report);
    }
    for (position, item) in lodged.goods_items.iter().enumerate() {
        let quantities = [
            (goods_item::quantity, item.quantity, &item.quantity_unit),
            (goods_item::second_quantity, item.second_quantity, &item.second_quantity_unit),
        ];
        for (field, quantity, unit) in quantities {
            let fraction = quantity.filter(|quantity| !quantity.is_integer());
            if let (Some(quantity), Some(unit)) = (fraction, unit.as_deref())
                && let Some(whole) = rules.lists().is_counted_whole(unit).filter(|whole| whole.value)
            {
                fraction_of(unit, quantity, Place::item(field, position), &whole.citation, report);
            }
        }
    }
}

fn with_decimals(value: &ValueRef<'_>) -> bool {
    matches!(value, ValueRef::Decimal(amount) if amount.scale() > 0)
}

/// An amount of money at its place.
#[derive(Clone, Copy)]
struct Money<'a> {
    place: Place,
    amount: Decimal,
    currency: &'a str,
    /// A price or a rate for one unit, which may have decimals in any currency.
    of_a_unit: bool,
}

fn money(money: Money<'_>, decimals: &Cited<u8>, lodged: &Declaration, report: &mut Report<'_>) {
    let Money { place, amount, currency, of_a_unit } = money;
    let whole_currency = decimals.value == 0;
    let dong = currency == "VND" && !of_a_unit;
    // What the other figures of the declaration agree with was meant so: an invoice in yen may have been computed.
    let thousands = like_thousands(amount) && (currency == "VND" || !computed(lodged, place, amount));
    if whole_currency && (thousands || dong) {
        return decimals_of_none(money, &decimals.citation, lodged, report);
    }
    // A currency of thousandths is written so; a price for one unit may be, unless zeros were put behind it.
    let doubtful = like_thousands(amount) && u32::from(decimals.value) < GROUP;
    if doubtful && (!of_a_unit || ends_in_zero(amount)) {
        return read_as(place, amount, report);
    }
    if whole_currency && !of_a_unit && !amount.is_integer() {
        let (english, vietnamese) = (place.field.field().english, place.field.field().vietnamese);
        report.warn(problem(
            "amount_with_decimals",
            place,
            Some(amount.to_string()),
            Bilingual::new(
                format!("{english}: {currency} has no decimals, and {amount} is declared"),
                format!("{vietnamese}: đồng tiền {currency} không có số lẻ nhưng khai {amount}"),
            ),
            Bilingual::new(
                format!("read as {}; check it against the invoice", plain(amount)),
                format!("được hiểu là {}; kiểm tra lại theo hóa đơn", plain(amount)),
            ),
            decimals.citation.rule.to_string(),
            Provision::Particulars,
        ));
    }
}

/// An amount with decimals in a currency that has none.
fn decimals_of_none(money: Money<'_>, citation: &Citation, lodged: &Declaration, report: &mut Report<'_>) {
    let Money { place, amount, currency, .. } = money;
    let field = place.field.field();
    let (mut mend, meant) = if like_thousands(amount) {
        let large = thousands(amount);
        (
            Bilingual::new(
                format!("write {large}: no sign stands between thousands"),
                format!("viết {large}: không dùng dấu phân cách hàng nghìn"),
            ),
            large,
        )
    } else if amount.is_integer() {
        let whole = plain(amount);
        (Bilingual::new(format!("write {whole}"), format!("viết {whole}")), whole)
    } else {
        let whole = plain(amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero));
        (
            Bilingual::new(format!("round it to whole units: {whole}"), format!("làm tròn đến hàng đơn vị: {whole}")),
            whole,
        )
    };
    if place.field == goods_item::invoice_value && !amount.is_integer() && !like_thousands(amount) {
        mend.en.push_str("; write the exact figure into the description");
        mend.vi.push_str("; ghi số chính xác ở phần mô tả hàng hóa");
    }
    let found = problem(
        if currency == "VND" { "dong_with_decimals" } else { "amount_with_decimals" },
        place,
        Some(amount.to_string()),
        Bilingual::new(
            format!("{}: {currency} has no decimals, and {amount} is declared", field.english),
            format!("{}: đồng tiền {currency} không có số lẻ nhưng khai {amount}", field.vietnamese),
        ),
        mend,
        citation.rule.to_string(),
        Provision::Particulars,
    );
    // A value that the other figures contradict would only be refused for that.
    let contradicted = Decimal::from_str_exact(&meant).is_ok_and(|value| contradicted(lodged, place, value));
    report.find(suggesting(found, if contradicted { Vec::new() } else { vec![meant] }));
}

/// The price of a line times the quantity that it is for.
fn product(item: &GoodsItem, read: impl Fn(Decimal) -> Decimal) -> Option<Decimal> {
    let unit = item.unit_price_unit.as_deref()?;
    let quantity = if item.quantity_unit.as_deref() == Some(unit) {
        item.quantity
    } else {
        item.second_quantity.filter(|_| item.second_quantity_unit.as_deref() == Some(unit))
    };
    read(item.unit_price?).checked_mul(quantity?)
}

fn near(one: Decimal, other: Decimal) -> bool {
    (one - other).abs() <= Decimal::ONE
}

/// Whether an amount is what the declaration computes, so that its decimals were meant: the price of its line times the
/// quantity, or the sum of lines of which each is.
fn computed(lodged: &Declaration, place: Place, amount: Decimal) -> bool {
    let of_line = |item: &GoodsItem, value: Decimal| product(item, |price| price).is_some_and(|all| near(all, value));
    match place.field {
        goods_item::invoice_value => {
            place.item.and_then(|at| lodged.goods_items.get(at)).is_some_and(|item| of_line(item, amount))
        }
        declaration::invoice_amount => {
            let values = || lodged.goods_items.iter().filter_map(|item| Some((item, item.invoice_value?)));
            let sum = values().map(|(_, value)| value).try_fold(Decimal::ZERO, Decimal::checked_add);
            let each = values().all(|(item, value)| !like_thousands(value) || of_line(item, value));
            each && sum.is_some_and(|sum| near(sum, amount))
        }
        _ => false,
    }
}

/// Whether the other figures of a declaration, with thousands for what looks like them, contradict a value at a place.
fn contradicted(lodged: &Declaration, place: Place, value: Decimal) -> bool {
    let lines = || {
        let values = lodged.goods_items.iter().filter_map(|item| item.invoice_value);
        values.map(whole_if_thousands).try_fold(Decimal::ZERO, Decimal::checked_add)
    };
    match place.field {
        goods_item::invoice_value => place
            .item
            .and_then(|at| product(lodged.goods_items.get(at)?, whole_if_thousands))
            .is_some_and(|all| !near(all, value)),
        declaration::invoice_amount if lodged.adjustments.is_empty() => {
            lines().is_some_and(|lines| lines > value + Decimal::ONE)
        }
        declaration::allocation_total => lines().is_some_and(|lines| lines > value),
        _ => false,
    }
}

/// A number that looks like thousands as the thousands.
fn whole_if_thousands(number: Decimal) -> Decimal {
    if like_thousands(number) { number * Decimal::ONE_THOUSAND } else { number }
}

/// A number that looks like thousands and was read with decimals.
fn read_as(place: Place, number: Decimal, report: &mut Report<'_>) {
    let field = place.field.field();
    let (small, large) = (plain(number), thousands(number));
    report.warn(problem(
        "thousands_doubtful",
        place,
        Some(number.to_string()),
        Bilingual::new(
            format!("{}: {number} is read as {small}, the point standing before decimals", field.english),
            format!("{}: {number} được hiểu là {small}, dấu chấm là dấu thập phân", field.vietnamese),
        ),
        Bilingual::new(
            format!("if {small} is meant, nothing has to be done; thousands are written without a sign, as {large}"),
            format!("nếu đúng là {small} thì không cần sửa; hàng nghìn viết liền, không có dấu: {large}"),
        ),
        "contract/point-before-decimals",
        Provision::Particulars,
    ));
}

fn fraction_of(unit: &str, quantity: Decimal, place: Place, citation: &Citation, report: &mut Report<'_>) {
    let (read, large) = (plain(quantity), plain(quantity * Decimal::ONE_THOUSAND));
    report.warn(problem(
        "quantity_not_whole",
        place,
        Some(quantity.to_string()),
        Bilingual::new(
            format!("{quantity} {unit} is a fraction of what is counted whole"),
            format!("{quantity} {unit} là số lẻ của đơn vị đếm nguyên chiếc"),
        ),
        Bilingual::new(
            format!("read as {read}; thousands are written without a sign, as {large}; goods that are measured have another unit"),
            format!("được hiểu là {read}; hàng nghìn viết liền, không có dấu: {large}; hàng cân đo khai đơn vị khác"),
        ),
        citation.rule.to_string(),
        Provision::Particulars,
    ));
}

/// Whether a number may be thousands written with a point: one to three digits, the point, three digits.
fn like_thousands(number: Decimal) -> bool {
    number.scale() == GROUP && number >= Decimal::ONE && number < Decimal::ONE_THOUSAND
}

/// Whether a number was written with zeros behind its decimals.
fn ends_in_zero(number: Decimal) -> bool {
    number.normalize().scale() < number.scale()
}

/// The number that was meant if the point stood between thousands.
fn thousands(number: Decimal) -> String {
    plain(number * Decimal::ONE_THOUSAND)
}
