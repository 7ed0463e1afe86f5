//! The table of fields beside the schema: which VNACCS field stands where, what it is called, what it looks like, and
//! when it is required.

use vocabulary::{FieldId, Kind, Place, Scope};

use super::layout::{Location, layout, locate};
use super::xsd::when_required;

/// A row of the table.
struct Row {
    import_id: &'static str,
    export_id: &'static str,
    path: String,
    name: String,
    english: &'static str,
    vietnamese: &'static str,
    kind: &'static str,
    length: String,
    required: String,
}

/// The text of `schemas/declaration/1.0/fields.csv`.
pub fn fields_csv() -> String {
    let mut out = "import_id,export_id,path,name,english,vietnamese,type,length,required\n".to_owned();
    for row in rows() {
        let columns = [
            row.import_id,
            row.export_id,
            &row.path,
            &row.name,
            row.english,
            row.vietnamese,
            row.kind,
            &row.length,
            &row.required,
        ];
        let quoted: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        out.push_str(&quoted.join(","));
        out.push('\n');
    }
    out
}

/// The text of `schemas/declaration/1.0/fields.md`.
pub fn fields_markdown() -> String {
    let mut out = "# The fields of a declaration\n\n\
                   Where each field of the national form stands in the document, in the order of the document. Each path \
                   begins at the element that its section names. *Name* is what the conditions of rules call the field. \
                   Types: code (capital letters and digits), listed (a code that may hold other signs), ascii, text (any \
                   characters), one of, integer, decimal (characters with the point, decimals), date (2026-11-24).\n\n\
                   Written from the layout in `services/message`; `UPDATE_SCHEMAS=1 cargo test -p message` writes it \
                   anew, together with `fields.csv`, which has the same rows for machines.\n"
        .to_owned();
    let mut section = String::new();
    for row in rows() {
        let (heading, path) = split_at_record(&row);
        if heading != section {
            out.push_str(&format!(
                "\n## {heading}\n\n| Import | Export | Path | Name | English | Vietnamese | Type | Required |\n\
                 | --- | --- | --- | --- | --- | --- | --- | --- |\n"
            ));
            section = heading;
        }
        let columns = [
            row.import_id.to_owned(),
            row.export_id.to_owned(),
            format!("`{path}`"),
            format!("`{}`", row.name),
            row.english.to_owned(),
            row.vietnamese.to_owned(),
            format!("{} {}", row.kind, row.length).trim_end().to_owned(),
            row.required.clone(),
        ];
        let escaped: Vec<String> = columns.iter().map(|column| column.replace('|', "\\|")).collect();
        out.push_str(&format!("| {} |\n", escaped.join(" | ")));
    }
    out
}

fn rows() -> Vec<Row> {
    layout().locations.iter().map(row).collect()
}

fn row(location: &Location) -> Row {
    let in_item = layout().in_goods_item(location.node);
    let place = Place { field: location.field, item: in_item.then_some(0), occurrence: None };
    let field = location.field.field();
    let (kind, length) = kind(field.kind);
    Row {
        import_id: field.import_id.unwrap_or_default(),
        export_id: field.export_id.unwrap_or_default(),
        path: locate(&place).replace("[1]", ""),
        name: name(location.field),
        english: field.english,
        vietnamese: field.vietnamese,
        kind,
        length,
        required: when_required(field),
    }
}

/// The name of a field in code and in the conditions of rules, after its record where that is not the declaration.
fn name(field: FieldId) -> String {
    match field.scope {
        Scope::Declaration => field.field().name.to_owned(),
        scope => format!("{}.{}", snake_case(&format!("{scope:?}")), field.field().name),
    }
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
    }
    out
}

fn kind(kind: Kind) -> (&'static str, String) {
    match kind {
        Kind::Code { min, max } if min == max => ("code", max.to_string()),
        Kind::Code { min, max } => ("code", format!("{min}-{max}")),
        Kind::Digits { min, max } if min == max => ("digits", max.to_string()),
        Kind::Digits { min, max } => ("digits", format!("{min}-{max}")),
        Kind::Listed { max } => ("listed", max.to_string()),
        Kind::Ascii { max } => ("ascii", max.to_string()),
        Kind::Wide { max } => ("text", max.to_string()),
        Kind::OneOf { values } => ("one of", values.join(" ")),
        Kind::Integer { digits } => ("integer", digits.to_string()),
        Kind::Decimal { length, scale } => ("decimal", format!("{length},{scale}")),
        Kind::Date => ("date", String::new()),
    }
}

/// The section of a row, and its path from there: a section for each part of the declaration that people look for.
fn split_at_record(row: &Row) -> (String, String) {
    let path = row.path.trim_start_matches('/');
    for (prefix, heading) in [
        (
            "Declaration/GoodsShipment/GovernmentAgencyGoodsItem/",
            "A goods item: Declaration/GoodsShipment/GovernmentAgencyGoodsItem",
        ),
        ("Declaration/GoodsShipment/Consignment/", "Transport: Declaration/GoodsShipment/Consignment"),
        ("Declaration/GoodsShipment/CustomsValuation/", "Value: Declaration/GoodsShipment/CustomsValuation"),
        ("Declaration/GoodsShipment/", "Parties, invoice and terms: Declaration/GoodsShipment"),
        ("Declaration/", "The declaration: Declaration"),
    ] {
        if let Some(rest) = path.strip_prefix(prefix) {
            return (heading.to_owned(), rest.to_owned());
        }
    }
    (String::new(), path.to_owned())
}

fn quoted(column: &str) -> String {
    if column.contains([',', '"', '\n']) { format!("\"{}\"", column.replace('"', "\"\"")) } else { column.to_owned() }
}
