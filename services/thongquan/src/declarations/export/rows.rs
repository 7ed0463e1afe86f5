//! What stands in the rows of an export.

use casework::{RederivationError, read_decision};
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use storage::DeclarationRow;
use vocabulary::{AssessedItem, Citation, Decision, Direction, DutyLine, DutyType};

use super::table::{Cell, Column, Kind};

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowOf {
    /// One version of a declaration.
    Declaration,
    /// One goods item of an accepted version.
    Item,
    /// One duty or tax on one goods item.
    Tax,
}

/// Why a kept decision cannot be exported.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] RederivationError),
    /// The sum of a tax's measures on one line leaves the range of decimals.
    #[error("the measures of a tax on goods item {item} add up to more than 28 digits")]
    TooMuch { item: u32 },
}

/// The columns of rows.
pub(super) fn columns(row_of: RowOf) -> Vec<Column> {
    let texts = |names: &[&str]| names.iter().map(|name| Column::new(*name, Kind::Text)).collect::<Vec<_>>();
    let mut columns = texts(&["declarant", "reference"]);
    columns.push(Column::new("version", Kind::Whole));
    columns.extend(texts(&["number", "direction", "kind", "office", "outcome", "state"]));
    columns.extend([
        Column::new("lane", Kind::Whole),
        Column::new("registered_on", Kind::Day),
        Column::new("registered_at", Kind::Time),
    ]);
    if row_of != RowOf::Declaration {
        columns.push(Column::new("item", Kind::Whole));
        columns.extend(texts(&["commodity_code", "origin"]));
        columns.push(Column::new("customs_value", Kind::Exact));
    }
    match row_of {
        RowOf::Declaration => {
            columns.extend(DutyType::ALL.map(|tax| Column::new(format!("{tax}_payable"), Kind::Dong)));
            columns.extend([
                Column::new("total_payable", Kind::Dong),
                Column::new("paid", Kind::Dong),
                Column::new("goods_items", Kind::Whole),
                Column::new("findings", Kind::Text),
                Column::new("gaps", Kind::Whole),
            ]);
        }
        RowOf::Item => {
            for tax in DutyType::ALL {
                columns.extend([
                    Column::new(format!("{tax}_base"), Kind::Exact),
                    Column::new(format!("{tax}_rate"), Kind::Text),
                    Column::new(format!("{tax}_payable"), Kind::Exact),
                ]);
            }
        }
        RowOf::Tax => {
            columns.extend(texts(&["tax"]));
            columns.extend(["base", "quantity"].map(|name| Column::new(name, Kind::Exact)));
            columns.extend(texts(&["rate"]));
            columns.extend(["amount", "relief", "payable"].map(|name| Column::new(name, Kind::Exact)));
            columns.extend(texts(&["rule", "law", "relief_rule", "relief_law"]));
        }
    }
    columns.extend(texts(&["rulebook"]));
    columns
}

/// The rows of one version.
pub(super) fn rows(row_of: RowOf, row: &DeclarationRow, decision: &[u8]) -> Result<Vec<Vec<Cell>>, RowError> {
    let decision = read_decision(decision)?;
    let mut rows = Vec::new();
    match row_of {
        RowOf::Declaration => rows.push(of_the_declaration(row, &decision)),
        RowOf::Item => {
            for item in &decision.items {
                let mut cells = of_an_item(row, item);
                for tax in DutyType::ALL {
                    cells.extend(of_the_measures(item, tax)?);
                }
                rows.push(cells);
            }
        }
        RowOf::Tax => {
            for item in &decision.items {
                for tax in &item.taxes {
                    let mut cells = of_an_item(row, item);
                    cells.extend(of_a_tax(tax));
                    rows.push(cells);
                }
            }
        }
    }
    for cells in &mut rows {
        cells.push(Cell::text(&row.stand.rulebook));
    }
    Ok(rows)
}

/// When a declaration was registered or refused, in Vietnam's time.
pub(super) fn registered_at(row: &DeclarationRow) -> Option<DateTime> {
    let at = jiff::Timestamp::from_millisecond(row.stand.registered_at_ms).ok()?;
    Some(vocabulary::vietnam_time::of(at))
}

fn of_a_version(row: &DeclarationRow) -> Vec<Cell> {
    let at = registered_at(row);
    vec![
        Cell::text(&row.lodged.key.declarant),
        Cell::text(&row.lodged.key.reference),
        Cell::Whole(row.lodged.key.version.into()),
        Cell::text(&row.stand.number.map(|number| number.to_string()).unwrap_or_default()),
        Cell::text(row.lodged.direction.map_or("", Direction::as_str)),
        Cell::text(&row.lodged.kind),
        Cell::text(&row.lodged.office),
        Cell::text(row.stand.outcome.as_str()),
        Cell::text(row.stand.state.as_str()),
        Cell::maybe(row.stand.lane, |lane| Cell::Whole(lane.code().into())),
        Cell::maybe(at, |at| Cell::Day(at.date())),
        Cell::maybe(at, Cell::Time),
    ]
}

fn of_the_declaration(row: &DeclarationRow, decision: &Decision) -> Vec<Cell> {
    let mut cells = of_a_version(row);
    for tax in DutyType::ALL {
        cells.push(match decision.totals.iter().find(|total| total.duty_type == tax) {
            Some(total) => Cell::Decimal(total.payable),
            None => Cell::Empty,
        });
    }
    let codes: Vec<&str> = decision.findings.iter().map(|finding| finding.code.as_str()).collect();
    cells.extend([
        Cell::maybe(row.stand.total_payable, |total| Cell::Decimal(total.into())),
        Cell::Decimal(row.stand.paid.into()),
        count(decision.items.len()),
        Cell::text(&codes.join(" ")),
        count(decision.gaps.len()),
    ]);
    cells
}

fn of_an_item(row: &DeclarationRow, item: &AssessedItem) -> Vec<Cell> {
    let mut cells = of_a_version(row);
    cells.extend([
        Cell::Whole(item.sequence.into()),
        Cell::text(&item.commodity_code),
        Cell::text(item.origin.as_deref().unwrap_or_default()),
        Cell::Decimal(item.customs_value),
    ]);
    cells
}

/// Base, rate and payable amount of one tax on one line. Where measures from several rules stand side by side, their
/// payable amounts are added up, their rates stand one after the other, and there is a base when they share one.
fn of_the_measures(item: &AssessedItem, duty_type: DutyType) -> Result<[Cell; 3], RowError> {
    let measures: Vec<&DutyLine> = item.taxes.iter().filter(|tax| tax.duty_type == duty_type).collect();
    let Some((first, others)) = measures.split_first() else {
        return Ok([Cell::Empty, Cell::Empty, Cell::Empty]);
    };
    let shared = others.iter().all(|other| other.base == first.base);
    let base = if shared { Cell::Decimal(first.base) } else { Cell::Empty };
    let rates: Vec<String> = measures.iter().map(|tax| tax.rate.to_string()).collect();
    let mut payable = Decimal::ZERO;
    for tax in &measures {
        let sum = payable.checked_add(tax.payable);
        payable = sum.ok_or(RowError::TooMuch { item: item.sequence })?;
    }
    Ok([base, Cell::text(&rates.join(" + ")), Cell::Decimal(payable)])
}

fn of_a_tax(tax: &DutyLine) -> Vec<Cell> {
    let relief = |part: fn(&Citation) -> &str| Cell::text(tax.relief_citation.as_ref().map(part).unwrap_or_default());
    vec![
        Cell::text(tax.duty_type.as_str()),
        Cell::Decimal(tax.base),
        Cell::maybe(tax.quantity, Cell::Decimal),
        Cell::text(&tax.rate.to_string()),
        Cell::Decimal(tax.amount),
        Cell::Decimal(tax.relief),
        Cell::Decimal(tax.payable),
        Cell::text(&tax.citation.rule),
        Cell::text(&tax.citation.law),
        relief(|citation| &citation.rule),
        relief(|citation| &citation.law),
    ]
}

fn count(length: usize) -> Cell {
    Cell::Whole(i64::try_from(length).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    fn tax(base: &str, rate: &str, payable: &str) -> DutyLine {
        DutyLine {
            duty_type: DutyType::AntiDumping,
            base: number(base),
            quantity: None,
            rate: rate.parse().unwrap(),
            amount: number(payable),
            relief: Decimal::ZERO,
            payable: number(payable),
            citation: Citation::new("r", "l"),
            relief_citation: None,
        }
    }

    fn item(taxes: Vec<DutyLine>) -> AssessedItem {
        AssessedItem {
            sequence: 1,
            commodity_code: "72104911".into(),
            origin: None,
            customs_value: Decimal::ONE_HUNDRED,
            taxes,
            preference: None,
        }
    }

    #[test]
    fn measures_side_by_side_are_one_exact_amount() {
        let number = |text| Cell::Decimal(number(text));
        let two = item(vec![tax("100", "4.5", "4.5"), tax("100", "0.25", "0.25")]);
        let cells = of_the_measures(&two, DutyType::AntiDumping).unwrap();
        assert_eq!(cells, [number("100"), Cell::text("4.5 + 0.25"), number("4.75")]);
        // Of different bases neither is the base.
        let two = item(vec![tax("100", "4.5", "4.5"), tax("7", "2 USD/KGM", "364000")]);
        let cells = of_the_measures(&two, DutyType::AntiDumping).unwrap();
        assert_eq!(cells, [Cell::Empty, Cell::text("4.5 + 2 USD/KGM"), number("364004.5")]);
        assert_eq!(of_the_measures(&two, DutyType::Vat).unwrap(), [Cell::Empty, Cell::Empty, Cell::Empty]);
        let most = Decimal::MAX.to_string();
        let beyond = item(vec![tax("1", "1", &most), tax("1", "1", &most)]);
        assert!(matches!(of_the_measures(&beyond, DutyType::AntiDumping), Err(RowError::TooMuch { item: 1 })));
    }
}
