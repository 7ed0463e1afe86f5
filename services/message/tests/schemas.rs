//! The schema files are what the code generates, and every field of the vocabulary has its place in them.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

use std::fs;
use std::path::Path;

#[track_caller]
fn check(name: &str, generated: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/declaration/1.0").join(name);
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        fs::write(&file, generated).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == generated,
        "{} is not what the code generates; UPDATE_SCHEMAS=1 cargo test --release -p message writes it anew",
        file.display()
    );
}

#[test]
fn the_schema_is_generated() {
    check("declaration.xsd", &message::xsd::declaration_schema());
}

#[test]
fn the_tables_of_fields_are_generated() {
    check("fields.csv", &message::field_table::fields_csv());
    check("fields.md", &message::field_table::fields_markdown());
}

#[test]
fn every_field_has_one_place() {
    let table = message::field_table::fields_csv();
    for scope in vocabulary::Scope::ALL {
        for (index, field) in (0_u16..).zip(scope.fields()) {
            let place = vocabulary::Place { field: vocabulary::FieldId { scope, index }, item: None, occurrence: None };
            let path = message::locate(&place);
            assert!(path.starts_with("/Declaration/"), "{} has no place: {path}", field.name);
            for id in [field.import_id, field.export_id].into_iter().flatten() {
                assert!(table.contains(id), "{id} is not in the table");
            }
        }
    }
}
