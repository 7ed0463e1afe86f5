//! What has to be said of fields if a condition is to hold, for the index of rules.

use super::{DECLARATION, ITEM, Sample, compiled};
use crate::{FieldSlot, NecessaryPresence, Schema as _, Subject};

const COMMODITY_CODE: FieldSlot = FieldSlot(0);

fn check_for(subject: Subject, source: &str, expect: Option<&[&str]>) {
    let found = compiled(source, &[DECLARATION, ITEM]).necessary_prefixes(subject, COMMODITY_CODE);
    let expect = expect.map(|texts| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    assert_eq!(found, expect, "{source} {subject:?}");
}

/// Of the commodity code of the goods item handed in.
fn check(source: &str, expect: Option<&[&str]>) {
    check_for(Subject::Record(1), source, expect);
}

#[test]
fn prefixes_of_the_record_handed_in() {
    check("item.commodity_code starts_with [\"8704\", \"8703\"] and quantity > 1", Some(&["8703", "8704"]));
    check("commodity_code starts_with [\"8703\", \"87\", \"870321\"]", Some(&["87"]));
    check("commodity_code = \"87032110\"", Some(&["87032110"]));
    check("\"87032110\" = commodity_code", Some(&["87032110"]));
    check("commodity_code in [\"22030091\", \"22030099\"]", Some(&["22030091", "22030099"]));
    check("commodity_code starts_with list(vehicles)", Some(&["87"]));
    check("commodity_code starts_with list(nothing)", Some(&[]));
    check("false", Some(&[]));
    check("true", None);
    check("quantity > 1", None);
    check("commodity_code != \"87032110\"", None);
    check("commodity_code not starts_with \"87\"", None);
    check("commodity_code not in [\"87032110\"]", None);
    check("commodity_code ends_with \"87\"", None);
    check("given(commodity_code)", None);
    check("kind starts_with \"87\"", None);
}

#[test]
fn logic() {
    check("commodity_code starts_with \"87\" or commodity_code = \"22030091\"", Some(&["22030091", "87"]));
    check("commodity_code starts_with \"87\" or quantity > 1", None);
    check(
        "commodity_code starts_with \"87\" and commodity_code starts_with [\"8703\", \"8704\"]",
        Some(&["8703", "8704"]),
    );
    check("not commodity_code starts_with \"87\"", None);
    check("not not commodity_code starts_with \"87\"", Some(&["87"]));
    check("not (not commodity_code starts_with \"87\" or quantity > 1)", Some(&["87"]));
    check("not (not commodity_code starts_with \"87\" and not commodity_code starts_with \"22\")", Some(&["22", "87"]));
    check("not (commodity_code != \"87\")", None);
}

#[test]
fn elements_are_not_the_record_handed_in() {
    let any = "any(goods_items, commodity_code starts_with \"87\")";
    check(any, None);
    check_for(Subject::AnyOf(ITEM), any, Some(&["87"]));
    check_for(Subject::AnyOf(ITEM), "commodity_code starts_with \"22\"", Some(&["22"]));
    check("any(other_taxes, given(code) and commodity_code starts_with \"87\")", Some(&["87"]));
    check_for(Subject::AnyOf(ITEM), "all(goods_items, commodity_code starts_with \"87\")", None);
    check_for(Subject::AnyOf(ITEM), "not all(goods_items, not commodity_code starts_with \"87\")", Some(&["87"]));
    check_for(Subject::AnyOf(ITEM), "not any(goods_items, not commodity_code starts_with \"87\")", None);
    for (asks, known) in
        [("> 0", true), (">= 1", true), ("= 2", true), ("!= 0", true), (">= 0", false), ("< 3", false), ("> -1", false)]
    {
        let source = format!("count(goods_items, commodity_code starts_with \"87\") {asks}");
        check_for(Subject::AnyOf(ITEM), &source, known.then_some(&["87"]));
    }
}

/// The names of fields of the goods item handed in that have to be given, and of those that have to be missing.
#[track_caller]
fn check_presence(source: &str, given: &[&str], missing: &[&str]) {
    let found = compiled(source, &[DECLARATION, ITEM]).necessary_presence(1);
    let slots = |names: &[&str]| names.iter().map(|name| Sample.field(ITEM, name).unwrap().0).collect();
    assert_eq!(found, NecessaryPresence { given: slots(given), missing: slots(missing) }, "{source}");
}

#[test]
fn fields_that_have_to_be_given_or_missing() {
    check_presence("quantity > 1 and missing(origin) and used", &["quantity", "used"], &["origin"]);
    check_presence("quantity > 1 or customs_value > 1", &[], &[]);
    check_presence("quantity > 1 or quantity < customs_value", &["quantity"], &[]);
    check_presence("not (missing(quantity) or given(origin))", &["quantity"], &["origin"]);
    check_presence("not quantity > 1", &[], &[]);
    check_presence("quantity != 1 and origin not in [\"CN\"]", &["quantity", "origin"], &[]);
    check_presence("invoice_amount > quantity and year(expiry) > 2020", &["quantity", "expiry"], &[]);
    check_presence("min(quantity, customs_value) > 1", &[], &[]);
    check_presence("given(declaration.reference) and missing(kind)", &[], &[]);
    check_presence("any(other_taxes, exempt and given(quantity))", &[], &[]);
}

#[test]
fn a_field_behind_what_may_have_no_answer_is_not_necessary() {
    check_presence("customs_value / quantity > 1 and given(origin)", &["quantity", "customs_value"], &[]);
    check_presence("given(origin) and customs_value / quantity > 1", &["quantity", "customs_value", "origin"], &[]);
    check_presence("given(origin) or not customs_value / quantity > 1", &[], &[]);
    check_presence("not (customs_value / quantity > 1 or given(origin))", &[], &[]);
    check_presence("not (given(origin) or customs_value / quantity > 1)", &[], &["origin"]);
    // The other side is computed whether or not this one is missing.
    check_presence("quantity > customs_value / customs_value", &["customs_value"], &[]);
    check_presence("sum(other_taxes, amount) > quantity and used", &[], &[]);
    check_presence("any(other_taxes, exempt) and used", &[], &[]);
}
