//! What stands in the columns of an export.

use jiff::civil::DateTime;
use serde::Deserialize;
use storage::DeclarationRow;
use vocabulary::DutyType;

/// What is read of a kept decision.
#[derive(Deserialize)]
struct Exported {
    findings: Vec<Coded>,
    gaps: Vec<serde::de::IgnoredAny>,
    items: Vec<Item>,
    totals: Vec<Total>,
}

#[derive(Deserialize)]
struct Coded {
    code: String,
}

#[derive(Deserialize)]
struct Total {
    #[serde(rename = "type")]
    duty_type: DutyType,
    payable: String,
}

// Amounts were written as exact decimals, and go on as they were written.
#[derive(Deserialize)]
struct Item {
    sequence: u32,
    commodity_code: String,
    origin: Option<String>,
    customs_value: String,
    taxes: Vec<Tax>,
}

#[derive(Deserialize)]
struct Tax {
    #[serde(rename = "type")]
    duty_type: DutyType,
    base: String,
    rate: String,
    payable: String,
}

/// When a declaration was registered or refused, in Vietnam's time.
pub(super) fn registered_at(row: &DeclarationRow) -> Option<DateTime> {
    let at = jiff::Timestamp::from_millisecond(row.registered_at_ms?).ok()?;
    Some(jiff::tz::Offset::constant(7).to_datetime(at))
}

const OF_A_VERSION: [&str; 12] = [
    "declarant",
    "reference",
    "version",
    "number",
    "direction",
    "kind",
    "office",
    "outcome",
    "state",
    "lane",
    "registered_on",
    "registered_at",
];

fn of_a_version(row: &DeclarationRow) -> Vec<String> {
    let at = registered_at(row);
    vec![
        row.key.declarant.clone(),
        row.key.reference.clone(),
        row.key.version.to_string(),
        row.number.clone().unwrap_or_default(),
        row.direction.clone(),
        row.kind.clone(),
        row.office.clone(),
        row.outcome.clone(),
        row.state.clone(),
        row.lane.map(|lane| lane.to_string()).unwrap_or_default(),
        at.map(|at| at.date().to_string()).unwrap_or_default(),
        at.map(|at| at.to_string()).unwrap_or_default(),
    ]
}

fn columns(more: impl IntoIterator<Item = String>) -> Vec<String> {
    OF_A_VERSION.iter().map(|name| (*name).to_owned()).chain(more).collect()
}

pub(super) fn declaration_columns() -> Vec<String> {
    let totals = DutyType::ALL.map(|tax| format!("{tax}_payable"));
    let rest = ["total_payable", "paid", "goods_items", "findings", "gaps", "rulebook"].map(str::to_owned);
    columns(totals.into_iter().chain(rest))
}

/// The cells of one version.
pub(super) fn declaration_cells(row: &DeclarationRow, decision: &[u8]) -> Result<Vec<String>, serde_json::Error> {
    let decision: Exported = serde_json::from_slice(decision)?;
    let mut cells = of_a_version(row);
    for tax in DutyType::ALL {
        let total = decision.totals.iter().find(|total| total.duty_type == tax);
        cells.push(total.map(|total| total.payable.clone()).unwrap_or_default());
    }
    let codes: Vec<&str> = decision.findings.iter().map(|finding| finding.code.as_str()).collect();
    cells.extend([
        row.total_payable.map(|total| total.to_string()).unwrap_or_default(),
        row.paid.to_string(),
        decision.items.len().to_string(),
        codes.join(" "),
        decision.gaps.len().to_string(),
        row.rulebook.clone(),
    ]);
    Ok(cells)
}

pub(super) fn item_columns() -> Vec<String> {
    let taxes =
        DutyType::ALL.into_iter().flat_map(|tax| ["base", "rate", "payable"].map(|what| format!("{tax}_{what}")));
    let item = ["item", "commodity_code", "origin", "customs_value"].map(str::to_owned);
    columns(item.into_iter().chain(taxes).chain(["rulebook".to_owned()]))
}

/// The cells of each goods item of one version.
pub(super) fn item_rows(row: &DeclarationRow, decision: &[u8]) -> Result<Vec<Vec<String>>, serde_json::Error> {
    let decision: Exported = serde_json::from_slice(decision)?;
    let cells = |item: Item| {
        let mut cells = of_a_version(row);
        cells.push(item.sequence.to_string());
        cells.push(item.commodity_code);
        cells.push(item.origin.unwrap_or_default());
        cells.push(item.customs_value);
        for duty_type in DutyType::ALL {
            // Measures of one type from several rules may stand side by side; none is left out.
            let of = |value: fn(&Tax) -> &String| {
                let values: Vec<&str> =
                    item.taxes.iter().filter(|tax| tax.duty_type == duty_type).map(|tax| value(tax).as_str()).collect();
                values.join(" + ")
            };
            cells.extend([of(|tax| &tax.base), of(|tax| &tax.rate), of(|tax| &tax.payable)]);
        }
        cells.push(row.rulebook.clone());
        cells
    };
    Ok(decision.items.into_iter().map(cells).collect())
}
