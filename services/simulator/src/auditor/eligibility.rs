//! Whether a declaration may be registered at all, apart from its taxes (Law 54/2014 art. 29; Circular 38/2015 with its
//! amendments; Circular 39/2015 on the terms of price).
//!
//! The particulars that every declaration needs are there. Kind, office, currencies, commodity and units are ones of the
//! day. Tax codes can be tax codes. Freight and insurance fit the terms of delivery. Prices, quantities and totals fit one
//! another. The enterprise is not closed and, to import, owes nothing for more than 90 days.

use vocabulary::tax_code::check_tax_code;
use vocabulary::{Direction, GoodsItem, TaxCodeStatus};

use super::exchange_rates::dong_for;
use super::number::{Number, of, whole};
use super::{Case, Doubt, values};

pub(super) fn doubts(case: &Case<'_>) -> Vec<Doubt> {
    let mut refused: Vec<String> = Vec::new();
    let mut refuse_if = |wrong: bool, why: &str| {
        if wrong {
            refused.push(why.to_owned());
        }
    };
    let declaration = case.declaration;
    let import = case.direction == Direction::Import;
    refuse_if(declaration.function.as_deref() != Some("9"), "only lodging is served");
    refuse_if(declaration.stage.as_deref() != Some("both"), "only one step is served");
    refuse_if(declaration.goods_items.is_empty(), "no goods");
    for (missing, what) in [
        (declaration.transport_mode.is_none(), "mode of transport"),
        (import && declaration.party_class.is_none(), "class of the parties"),
        (import && declaration.consignor_name.is_none(), "consignor"),
        (!import && declaration.consignee_name.is_none(), "consignee"),
        (declaration.package_quantity.is_none(), "number of packages"),
        (declaration.package_unit.is_none(), "unit of packages"),
        (import && declaration.arrival_date.is_none(), "day of arrival"),
        (!import && declaration.departure_date.is_none(), "day of departure"),
        (declaration.loading_place.is_none() && declaration.transport_mode.as_deref() != Some("9"), "loading place"),
        (!import && declaration.final_destination.is_none(), "destination"),
        (!import && declaration.price_kind.is_none(), "kind of price"),
        (declaration.terms_of_delivery.is_none(), "terms of delivery"),
        (declaration.invoice_currency.is_none(), "currency of the invoice"),
        (declaration.invoice_amount.is_none(), "amount of the invoice"),
        (import && declaration.valuation_method.is_none(), "method of valuation"),
        (declaration.gross_mass.is_some_and(|mass| mass <= rust_decimal::Decimal::ZERO), "gross mass above zero"),
        (declaration.gross_mass.is_some() && declaration.gross_mass_unit.is_none(), "unit of the mass"),
        (import && declaration.importer_code.is_none(), "importer"),
        (!import && declaration.exporter_code.is_none(), "exporter"),
    ] {
        refuse_if(missing, &format!("missing: {what}"));
    }
    let code = declaration.kind.as_deref().unwrap_or_default();
    refuse_if(case.kind.is_none() && !case.rules.kinds.is_silent(code, case.day), "no such kind");
    let previous = case.kind.is_some_and(|kind| kind.cell("previous_declaration_required") == "yes");
    refuse_if(previous && declaration.temporary_declaration_number.is_none(), "the earlier declaration");
    let returned = matches!(declaration.kind.as_deref(), Some("A31" | "B13"));
    let unnamed = declaration.notes.is_none() && declaration.temporary_declaration_number.is_none();
    refuse_if(returned && unnamed, "returned goods without the declaration of then");
    let authorised = case.facts.trader.is_some_and(|trader| trader.authorised_operator);
    refuse_if(declaration.kind.as_deref() == Some("AEO") && !authorised, "a kind of authorised operators");
    let free = declaration.price_kind.as_deref() == Some("B");
    let nothing = declaration.invoice_amount.is_some_and(|amount| of(amount) <= whole(0));
    refuse_if(nothing && !free, "an invoice of nothing for goods that are paid");
    refuse_if(decimals_of_none(case), "decimals of a currency that has none");
    refuse_if(permit_missing(case), "a permit that registration asks for");
    let open = office(case).is_some_and(|code| case.rules.offices.is_silent(code, case.day));
    refuse_if(!office_in_use(case) && !open, "no such office on the day");
    let person = !import || matches!(declaration.party_class.as_deref(), Some("1" | "3"));
    let codes = if import {
        [&declaration.importer_code, &declaration.import_principal_code]
    } else {
        [&declaration.exporter_code, &declaration.export_principal_code]
    };
    for code in codes.into_iter().flatten() {
        refuse_if(check_tax_code(code, person).is_err(), "no tax code can be that");
    }
    if let Some(trader) = case.facts.trader {
        refuse_if(trader.status == TaxCodeStatus::Closed, "the tax code is closed");
        // Goods of defence, of relief and of humanitarian aid do not wait for debts.
        let waits = !matches!(declaration.cargo_class.as_deref(), Some("B" | "C" | "D" | "E"));
        refuse_if(import && waits && trader.debt_over_90_days, "tax is overdue by more than 90 days");
    }
    let of_imports = declaration.container_count.is_some()
        || declaration.freight_amount.is_some()
        || declaration.insurance_class.is_some()
        || declaration.importer_code.is_some();
    refuse_if(!import && of_imports, "a field that exports do not have");
    let containers = declaration.container_count.is_some();
    refuse_if(import && (declaration.transport_mode.as_deref() == Some("2")) != containers, "containers");
    let guarantee = [
        declaration.guarantee_bank.is_some(),
        declaration.guarantee_year.is_some(),
        declaration.guarantee_sign.is_some(),
        declaration.guarantee_number.is_some(),
    ];
    refuse_if(guarantee[0] && !guarantee.iter().all(|given| *given), "guarantee");
    refuse_if(declaration.due_date_code.as_deref() == Some("A") && !guarantee[0], "guarantee");
    let temporary = matches!(declaration.kind.as_deref(), Some("G11" | "G12" | "G13" | "G14" | "G61"));
    refuse_if(temporary != declaration.temporary_limit_date.is_some(), "day of return");
    if import {
        for why in carriage(case) {
            refuse_if(true, why);
        }
    } else {
        let at_the_gate = matches!(declaration.terms_of_delivery.as_deref(), Some("FOB" | "DAP" | "DAF"));
        refuse_if(!at_the_gate && declaration.total_value_amount.is_none(), "total customs value");
    }
    for why in values::mistakes(case) {
        refuse_if(true, why);
    }
    let sum = declaration.goods_items.iter().filter_map(|item| item.invoice_value).fold(whole(0), |a, b| a + of(b));
    if let Some(total) = declaration.allocation_total {
        refuse_if(sum > of(total), "the lines come to more than the allocation total");
    }
    let deducted = declaration.adjustments.iter().any(|adjustment| adjustment.class.as_deref() == Some("SB"));
    if let Some(invoice) = declaration.invoice_amount
        && !deducted
    {
        refuse_if(sum > of(invoice) + whole(1), "the lines come to more than the invoice");
    }
    for (position, item) in (1_u64..).zip(&declaration.goods_items) {
        for why in line(case, position, item) {
            refuse_if(true, why);
        }
    }
    let mut doubts: Vec<Doubt> = refused.into_iter().map(Doubt::Refuse).collect();
    for currency in currencies(case) {
        doubts.extend(dong_for(case, currency).err());
    }
    doubts
}

/// Days that the tables of codes leave open: nobody can say then that there is no such code.
pub(super) fn not_entered(case: &Case<'_>) -> Vec<Doubt> {
    let (declaration, rules, day) = (case.declaration, case.rules, case.day);
    let mut open = Vec::new();
    if declaration.kind.as_deref().is_some_and(|code| rules.kinds.is_silent(code, day)) {
        open.push("kinds");
    }
    if office(case).is_some_and(|code| rules.offices.is_silent(code, day)) {
        open.push("offices");
    }
    let has_code = declaration.goods_items.iter().any(|item| item.commodity_code.is_some());
    if has_code && !rules.nomenclature.hold(day) {
        open.push("nomenclature");
    }
    open.into_iter().map(|table| Doubt::Silent(format!("the {table} of {day} are not entered"))).collect()
}

fn office<'c>(case: &Case<'c>) -> Option<&'c str> {
    match (&case.declaration.customs_office, &case.declaration.warehouse) {
        (Some(office), _) => Some(office.as_str()),
        (None, Some(warehouse)) => Some(warehouse.get(..4).unwrap_or_default()),
        (None, None) => None,
    }
}

fn office_in_use(case: &Case<'_>) -> bool {
    office(case).is_some_and(|code| case.rules.offices.on(code, case.day).is_some())
}

/// Amounts in dong are whole, and written so: a point in them, whatever stands behind it, may have been meant between
/// thousands. In other currencies without decimals, and in prices for one unit, only what looks like thousands is refused,
/// unless the declaration computes it.
fn decimals_of_none(case: &Case<'_>) -> bool {
    let declaration = case.declaration;
    let whole_currency = |currency: &Option<vocabulary::Text>| {
        let row = currency.as_deref().and_then(|currency| case.rules.currencies.on(currency, case.day));
        row.is_some_and(|row| row.cell("minor_units") == "0")
    };
    let pointed = |amount: rust_decimal::Decimal| amount.to_string().contains('.');
    let refused = |amount: Option<rust_decimal::Decimal>, currency: &Option<vocabulary::Text>, computed: bool| {
        amount.is_some_and(|amount| match currency.as_deref() {
            Some("VND") => pointed(amount),
            _ => whole_currency(currency) && like_thousands(amount) && !computed,
        })
    };
    let invoice = &declaration.invoice_currency;
    let dong = Some("VND".into());
    let lines = &declaration.goods_items;
    let sum = lines.iter().filter_map(|item| item.invoice_value).fold(whole(0), |a, b| a + of(b));
    let meant =
        lines.iter().all(|item| item.invoice_value.is_none_or(|value| !like_thousands(value) || computed(item)));
    let total = declaration.invoice_amount.is_some_and(|amount| meant && within_one(&(of(amount) - sum)));
    refused(declaration.invoice_amount, invoice, total)
        || refused(declaration.freight_amount, &declaration.freight_currency, false)
        || refused(declaration.insurance_amount, &declaration.insurance_currency, false)
        || refused(declaration.allocation_total, invoice, false)
        || refused(declaration.total_value_amount, &declaration.total_value_currency, false)
        || declaration.adjustments.iter().any(|entered| refused(entered.amount, &entered.currency, false))
        || lines.iter().any(|item| {
            refused(item.invoice_value, invoice, computed(item))
                || refused(item.customs_value, &item.customs_value_currency, false)
                || refused(item.reduction_amount, &dong, false)
                || item.other_taxes.iter().any(|tax| refused(tax.reduction_amount, &dong, false))
                || (whole_currency(&item.unit_price_currency) && item.unit_price.is_some_and(like_thousands))
                || (whole_currency(&item.manual_specific_currency)
                    && item.manual_specific_rate.is_some_and(like_thousands))
        })
}

/// One to three digits, the first of them no zero, a point, and three digits.
fn like_thousands(amount: rust_decimal::Decimal) -> bool {
    let written = amount.to_string();
    written
        .split_once('.')
        .is_some_and(|(before, after)| after.len() == 3 && (1..=3).contains(&before.len()) && before != "0")
}

/// Whether the value of a line is its price times the quantity that the price is for, give or take one.
fn computed(item: &GoodsItem) -> bool {
    let by_first = item.unit_price_unit.is_some() && item.unit_price_unit == item.quantity_unit;
    let by_second = item.unit_price_unit.is_some() && item.unit_price_unit == item.second_quantity_unit;
    let quantity = if by_first { item.quantity } else { item.second_quantity.filter(|_| by_second) };
    match (item.invoice_value, item.unit_price, quantity) {
        (Some(value), Some(price), Some(quantity)) => within_one(&(of(value) - of(price) * of(quantity))),
        _ => false,
    }
}

fn within_one(difference: &Number) -> bool {
    *difference <= whole(1) && *difference >= whole(-1)
}

/// Goods of some headings are not registered without a permit of their kind (Circular 38/2015 art. 22.1 a.5).
fn permit_missing(case: &Case<'_>) -> bool {
    let declaration = case.declaration;
    case.rules.permit_policies.iter().any(|policy| {
        let direction = policy.text("direction").unwrap_or_default();
        let of_kind =
            policy.texts("kinds").is_empty() || policy.names("kinds", declaration.kind.as_deref().unwrap_or(""));
        let asked = policy.text("mode") == Some("at_registration")
            && policy.days().hold(case.day)
            && (direction == "both" || direction == case.direction.as_str())
            && of_kind;
        let headings = policy.texts("headings");
        let of_goods = declaration
            .goods_items
            .iter()
            .filter_map(|item| item.commodity_code.as_deref())
            .any(|code| headings.iter().any(|heading| code.starts_with(heading.as_str())));
        let there = declaration
            .permits
            .iter()
            .filter_map(|permit| permit.kind.as_deref())
            .any(|kind| policy.names("permits", kind));
        asked && of_goods && !there
    })
}

/// Freight and insurance of an import against the terms of delivery.
fn carriage(case: &Case<'_>) -> Vec<&'static str> {
    let declaration = case.declaration;
    let mut wrong = Vec::new();
    let terms = declaration.terms_of_delivery.as_deref().unwrap_or_default();
    let freight = declaration.freight_amount.is_some();
    let lacks_freight = matches!(terms, "EXW" | "FCA" | "FAS" | "FOB" | "C&I");
    let by_invoice = matches!(declaration.valuation_method.as_deref(), Some("6" | "7"));
    let by_weight = declaration.freight_class.as_deref() == Some("D");
    let reckoned = declaration.goods_items.iter().any(|item| item.customs_value.is_none());
    if lacks_freight && by_invoice && !by_weight && reckoned && !freight {
        wrong.push("the price lacks freight");
    }
    let beyond_price = matches!(declaration.freight_class.as_deref(), Some("E" | "F"));
    let holds_freight = !lacks_freight && case.rules.incoterms.on(terms, case.day).is_some();
    if holds_freight && freight && !beyond_price {
        wrong.push("the price holds freight");
    }
    if lacks_freight && beyond_price {
        wrong.push("nothing is beyond a price that lacks freight");
    }
    let class_with_amount = matches!(declaration.freight_class.as_deref(), Some("A" | "B" | "C" | "E" | "F"));
    if (freight && declaration.freight_class.is_none()) || (class_with_amount && !freight) {
        wrong.push("class of freight");
    }
    if freight != declaration.freight_currency.is_some() {
        wrong.push("currency of freight");
    }
    let insurance = declaration.insurance_amount.is_some();
    let no_insurance = matches!(terms, "CIF" | "CIP" | "C&I" | "DDU" | "DDP" | "DAP" | "DAF" | "DAT");
    if insurance && no_insurance {
        wrong.push("the price holds insurance");
    }
    if declaration.insurance_class.as_deref() == Some("A") && !insurance {
        wrong.push("amount of insurance");
    }
    if insurance && declaration.insurance_currency.is_none() {
        wrong.push("currency of insurance");
    }
    wrong
}

fn line(case: &Case<'_>, position: u64, item: &GoodsItem) -> Vec<&'static str> {
    let mut wrong = Vec::new();
    if item.sequence.is_some_and(|sequence| sequence != position) {
        wrong.push("lines are numbered from 1");
    }
    if item.exemption_list.is_some() && (item.exemption_list_line.is_none() || item.exemption_code.is_none()) {
        wrong.push("a list of exempt goods needs its line and the code of the exemption");
    }
    let declared = u64::try_from(case.declaration.adjustments.len()).unwrap_or(u64::MAX);
    if item.adjustment_references.iter().filter_map(|named| named.number).any(|named| named < 1 || named > declared) {
        wrong.push("an adjustment that is not declared");
    }
    if item.temporary_line.is_some() && case.declaration.temporary_declaration_number.is_none() {
        wrong.push("a line of a temporary movement needs its number");
    }
    if case.direction == Direction::Import && item.origin.as_deref().is_none_or(|origin| origin == "ZZ") {
        wrong.push("origin");
    }
    if item.invoice_value.is_none() && item.customs_value.is_none() {
        wrong.push("neither invoice value nor customs value");
    }
    let method = case.declaration.valuation_method.as_deref().unwrap_or_default();
    let class = case.rules.valuation_classes.on(method, case.day);
    let by_hand = class.is_some_and(|class| class.cell("manual") == "yes");
    let by_weight = case.declaration.freight_class.as_deref() == Some("D");
    let import = case.direction == Direction::Import;
    if import && (by_hand || by_weight) && item.customs_value.is_none() {
        wrong.push("by this method the customs value is entered by hand");
    }
    let priced = item.invoice_value.is_some_and(|value| of(value) > whole(0));
    if import && class.is_some() && !by_hand && !by_weight && item.customs_value.is_some() && priced {
        wrong.push("by this method the customs value is not entered by hand");
    }
    if item.invoice_value.is_some() && !priced && item.customs_value.is_none() {
        wrong.push("a line of nothing without a customs value");
    }
    if item.unit_price.is_some()
        && item.unit_price_currency.is_some()
        && case.declaration.invoice_currency.is_some()
        && item.unit_price_currency != case.declaration.invoice_currency
    {
        wrong.push("the unit price is in another currency than the invoice");
    }
    if item.customs_value.is_some() && item.customs_value_currency.is_none() {
        wrong.push("currency of the customs value");
    }
    if item.unit_price.is_some() && item.unit_price_currency.is_none() {
        wrong.push("currency of the unit price");
    }
    let quantity = item.quantity.map(of);
    if quantity.as_ref().is_some_and(|quantity| *quantity <= whole(0)) {
        wrong.push("quantity above zero");
    }
    if let (Some(price_unit), Some(unit)) = (&item.unit_price_unit, &item.quantity_unit) {
        let second = item.second_quantity_unit.as_ref() == Some(price_unit);
        let counted = if price_unit == unit { item.quantity } else { item.second_quantity.filter(|_| second) };
        if let (Some(price), Some(counted), Some(value)) = (item.unit_price, counted, item.invoice_value) {
            let difference: Number = of(price) * of(counted) - of(value);
            if difference > whole(1) || difference < whole(-1) {
                wrong.push("unit price times quantity is not the value");
            }
        }
        if price_unit != unit && !second {
            wrong.push("the unit of the price is neither unit of quantity");
        }
    }
    match case.tariff_line(item) {
        None if case.rules.nomenclature.hold(case.day) => wrong.push("no such line of the tariff"),
        None => {}
        Some(hs) => {
            let row = case.rules.import_tariff.on(hs, case.day);
            let row = row.or_else(|| case.rules.import_tariff.rows_of(hs).next());
            let words = row.map_or("", |row| row.cell("units"));
            let tariff_units = words.split('/').filter_map(|word| case.rules.tariff_units.rows_of(word).next());
            let units: Vec<&str> = tariff_units.flat_map(|unit| unit.cell("units").split_whitespace()).collect();
            let counted = [&item.quantity_unit, &item.second_quantity_unit]
                .into_iter()
                .flatten()
                .any(|unit| units.contains(&unit.as_str()));
            if !units.is_empty() && item.quantity_unit.is_some() && !counted {
                wrong.push("no quantity in a unit of the tariff");
            }
        }
    }
    wrong
}

/// Every currency that the declaration reckons in.
fn currencies<'c>(case: &Case<'c>) -> Vec<&'c str> {
    let declaration = case.declaration;
    [
        &declaration.invoice_currency,
        &declaration.freight_currency,
        &declaration.insurance_currency,
        &declaration.total_value_currency,
    ]
    .into_iter()
    .chain(declaration.adjustments.iter().map(|adjustment| &adjustment.currency))
    .chain(declaration.goods_items.iter().map(|item| &item.customs_value_currency))
    .flatten()
    .map(|currency| currency.as_str())
    .collect()
}
