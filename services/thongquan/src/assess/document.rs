//! What would be decided on one file, for machines: `schemas/assessment/1.0/assessment.schema.json`.
//!
//! It is the decision as it would be kept, and besides it what the record has no need of: what the values are made of,
//! the figures of a declaration that is not accepted, and every law in Vietnamese too.

use casework::AssessedDocument;
use clearance::calculation::{CalculatedItem, Calculation, Figure};
use clearance::valuation::{PartKind, ValuePart};
use rulebook::{CodeList, Rulebook, RulesInForce};
use serde_json::{Map, Value, json};
use vocabulary::duty::plain;
use vocabulary::{Declaration, GoodsItem};

pub(super) fn of(file: &str, assessed: &AssessedDocument, rulebook: &Rulebook) -> serde_json::Result<Value> {
    let decision = &assessed.decision;
    let rules = rulebook.in_force_on(decision.registered_on);
    let mut document = Map::new();
    document.insert("file".to_owned(), file.into());
    if let Value::Object(fields) = serde_json::to_value(decision)? {
        document.extend(fields);
    }
    document.insert("prospect".to_owned(), serde_json::to_value(decision.outcome.prospect())?);
    if let Some(kind) = decision.kind.as_deref().and_then(|kind| rules.code(CodeList::DeclarationKinds, kind)) {
        document.insert("kind_name".to_owned(), json!({ "en": kind.name_en(), "vi": kind.name_vi() }));
    }
    if let (Some(Value::Array(rates)), Some((from, to))) =
        (document.get_mut("exchange_rates"), rules.valuation().exchange_rate_week())
    {
        for rate in rates.iter_mut().filter_map(Value::as_object_mut) {
            rate.insert("from".to_owned(), from.to_string().into());
            rate.insert("to".to_owned(), to.to_string().into());
        }
    }
    if let Some(calculation) = &assessed.calculation {
        let declaration = assessed.declaration.as_deref();
        let figures = figures(calculation, declaration, &rules)?;
        if calculation.provisional {
            document.insert("provisional".to_owned(), Value::Object(figures));
        } else {
            // Of an accepted declaration these are the decision's own figures, with more said of each.
            document.extend(figures);
        }
    }
    let mut document = Value::Object(document);
    with_laws_in_vietnamese(&mut document, rulebook);
    Ok(document)
}

fn figures(
    calculation: &Calculation,
    declaration: Option<&Declaration>,
    rules: &RulesInForce<'_>,
) -> serde_json::Result<Map<String, Value>> {
    let items: serde_json::Result<Vec<Value>> = calculation
        .items
        .iter()
        .enumerate()
        .map(|(position, item)| {
            self::item(item, declaration.and_then(|declaration| declaration.goods_items.get(position)))
        })
        .collect();
    let mut figures = Map::new();
    figures.insert("customs_value".to_owned(), plain(calculation.customs_value).into());
    figures.insert("items".to_owned(), items?.into());
    figures.insert("totals".to_owned(), serde_json::to_value(&calculation.totals)?);
    figures.insert("total_payable".to_owned(), plain(calculation.total_payable).into());
    if calculation.provisional {
        let week = rules.valuation().exchange_rate_week();
        let rates = calculation.exchange_rates.iter().map(|rate| {
            json!({
                "currency": rate.currency,
                "rate": plain(rate.rate),
                "from": week.map(|(from, _)| from),
                "to": week.map(|(_, to)| to),
                "rule": rate.citation.rule,
                "law": rate.citation.law,
            })
        });
        figures.insert("exchange_rates".to_owned(), rates.collect());
        figures.insert("claims".to_owned(), serde_json::to_value(&calculation.claims)?);
        figures.insert("is_complete".to_owned(), calculation.is_complete().into());
        figures.insert("notes".to_owned(), serde_json::to_value(&calculation.notes)?);
    }
    Ok(figures)
}

fn item(item: &CalculatedItem, lodged: Option<&GoodsItem>) -> serde_json::Result<Value> {
    let quantities = lodged.map(|lodged| {
        [(lodged.quantity, &lodged.quantity_unit), (lodged.second_quantity, &lodged.second_quantity_unit)]
            .into_iter()
            .filter_map(|(quantity, unit)| Some(json!({ "quantity": plain(quantity?), "unit": unit.as_deref() })))
            .collect::<Vec<_>>()
    });
    let mut value = json!({
        "sequence": item.sequence,
        "commodity_code": lodged.and_then(|lodged| lodged.commodity_code.as_deref()).unwrap_or_default(),
        "origin": lodged.and_then(|lodged| lodged.origin.as_deref()),
        "quantities": quantities.unwrap_or_default(),
        "invoice_value": lodged.and_then(|lodged| lodged.invoice_value).map(plain),
        "customs_value": item.customs_value.map(plain),
        "value_parts": item.value_parts.iter().map(part).collect::<Vec<_>>(),
        "taxes": item.taxes,
    });
    if let Value::Object(fields) = &mut value {
        if let Some(preference) = &item.preference {
            fields.insert("preference".to_owned(), serde_json::to_value(preference)?);
        }
        if !item.notes.is_empty() {
            fields.insert("notes".to_owned(), serde_json::to_value(&item.notes)?);
        }
        if !item.left_out.is_empty() {
            let left_out = item
                .left_out
                .iter()
                .map(|left| json!({ "figure": figure_word(left.figure), "because": left.because }))
                .collect();
            fields.insert("left_out".to_owned(), left_out);
        }
    }
    Ok(value)
}

fn part(part: &ValuePart) -> Value {
    let (kind, adjustment) = match part.kind {
        PartKind::ByHand => ("by_hand", None),
        PartKind::ShareOfTotal => ("share_of_total", None),
        PartKind::Invoice => ("invoice", None),
        PartKind::Freight => ("freight", None),
        PartKind::Insurance => ("insurance", None),
        PartKind::Adjustment(number) => ("adjustment", Some(number)),
    };
    let mut value = json!({ "kind": kind, "dong": plain(part.dong) });
    if let (Value::Object(fields), Some(number)) = (&mut value, adjustment) {
        fields.insert("adjustment".to_owned(), number.into());
    }
    value
}

fn figure_word(figure: Figure) -> &'static str {
    match figure {
        Figure::CustomsValue => "customs_value",
        Figure::Taxes => "taxes",
        Figure::Tax(duty_type) => duty_type.as_str(),
    }
}

/// Puts beside each law, wherever it stands, its words in Vietnamese.
fn with_laws_in_vietnamese(value: &mut Value, rulebook: &Rulebook) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|element| with_laws_in_vietnamese(element, rulebook)),
        Value::Object(fields) => {
            for (name, vietnamese) in [("law", "law_vi"), ("relief_law", "relief_law_vi")] {
                if let Some(law) = fields.get(name).and_then(Value::as_str) {
                    let law = rulebook.law_in_vietnamese(law);
                    fields.insert(vietnamese.to_owned(), law.into());
                }
            }
            fields.values_mut().for_each(|field| with_laws_in_vietnamese(field, rulebook));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
