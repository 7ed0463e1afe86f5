//! What is read before a batch is decided: a query for each kind of thing that its messages name.

use super::columns::{COMMAND_KEYS, DECLARATION_KEYS, PAYMENT_KEYS, STEMS, TAX_CODES};
use super::{Prefetched, Wanted};
use crate::columns::{Column, ROWS_MAX};
use crate::database::Database;
use crate::error::StorageError;
use crate::facts::{PAIRS, fact_key_of, facts_named, quantity_of};
use crate::query::{Query, Row};
use crate::rows::{
    BranchRow, CommandKey, CommandRow, DECLARATION_COLUMNS, DeclarationRow, PaymentKey, PaymentRow, RequestRow, key_of,
    lane_of, number_of,
};

pub(super) async fn prefetch(database: &Database, wanted: &Wanted) -> Result<Prefetched, StorageError> {
    let mut found = Prefetched::default();
    declarations(database, wanted, &mut found).await?;
    numbers(database, wanted, &mut found).await?;
    requests(database, wanted, &mut found).await?;
    facts(database, wanted, &mut found).await?;
    branches(database, wanted, &mut found).await?;
    payments(database, wanted, &mut found).await?;
    commands(database, wanted, &mut found).await?;
    Ok(found)
}

/// The rows of a query that names keys between what stands before and after them.
async fn look_up<T>(
    database: &Database,
    before: impl Into<String>,
    columns: &[Column<T>],
    keys: &[T],
    after: &str,
) -> Result<Vec<Row>, StorageError> {
    let before = before.into();
    let mut rows = Vec::new();
    for keys in keys.chunks(ROWS_MAX) {
        rows.extend(database.all(Query::with_rows(database.dialect(), before.as_str(), columns, keys, after)?).await?);
    }
    Ok(rows)
}

async fn declarations(database: &Database, wanted: &Wanted, found: &mut Prefetched) -> Result<(), StorageError> {
    let of_keys = "FROM declarations WHERE (declarant, reference, version) IN (";
    let select = format!("SELECT {DECLARATION_COLUMNS} {of_keys}");
    for row in look_up(database, select, DECLARATION_KEYS, &wanted.declarations, ")").await? {
        let row = DeclarationRow::of(&row)?;
        found.declarations.insert(row.lodged.key.clone(), row);
    }
    let select = format!("SELECT {DECLARATION_COLUMNS}, document, decision {of_keys}");
    for row in look_up(database, select, DECLARATION_KEYS, &wanted.opened, ")").await? {
        let opened = (row.decompressed("document")?, row.decompressed("decision")?);
        let row = DeclarationRow::of(&row)?;
        found.documents.insert(row.lodged.key.clone(), opened);
        found.declarations.insert(row.lodged.key.clone(), row);
    }
    Ok(())
}

async fn numbers(database: &Database, wanted: &Wanted, found: &mut Prefetched) -> Result<(), StorageError> {
    let documents = if wanted.documents { ", document, decision" } else { "" };
    let select = format!(
        "SELECT {DECLARATION_COLUMNS}{documents} FROM declarations WHERE state <> 'superseded' \
         AND (declarant, number_stem) IN ("
    );
    let of_anybody = format!(
        "SELECT {DECLARATION_COLUMNS}{documents} FROM declarations WHERE state <> 'superseded' AND number_stem IN ("
    );
    let mut rows = look_up(database, select, PAIRS, &wanted.numbers, ")").await?;
    rows.extend(look_up(database, of_anybody, STEMS, &wanted.numbers_of_anybody, ")").await?);
    for row in rows {
        let declaration = DeclarationRow::of(&row)?;
        if wanted.documents {
            let opened = (row.decompressed("document")?, row.decompressed("decision")?);
            found.documents.insert(declaration.lodged.key.clone(), opened);
        }
        if let Some(number) = declaration.stand.number {
            found.numbers.insert((declaration.lodged.key.declarant.clone(), number.stem()), declaration);
        }
    }
    Ok(())
}

async fn requests(database: &Database, wanted: &Wanted, found: &mut Prefetched) -> Result<(), StorageError> {
    let select = "SELECT declarant, reference, version, content_hash, kind, outcome, number, answer \
                  FROM requests WHERE (declarant, reference, version) IN (";
    for row in look_up(database, select, DECLARATION_KEYS, &wanted.requests, ")").await? {
        found.requests.insert(key_of(&row)?, RequestRow::of(&row)?);
    }
    Ok(())
}

async fn facts(database: &Database, wanted: &Wanted, found: &mut Prefetched) -> Result<(), StorageError> {
    let select = "SELECT tax_code, facts FROM traders WHERE tax_code IN (";
    for row in look_up(database, select, TAX_CODES, &wanted.traders, ")").await? {
        found.traders.insert(row.get("tax_code")?, row.get("facts")?);
    }
    for row in look_up(database, facts_named("document", "facts"), PAIRS, &wanted.facts, ")").await? {
        found.facts.entry(fact_key_of(&row)?).or_default().document = row.get("document")?;
    }
    // What is left is read after the facts: a balance without its fact is of no use, and is left out.
    for row in look_up(database, facts_named("line, remaining", "balances"), PAIRS, &wanted.facts, ")").await? {
        if let Some(fact) = found.facts.get_mut(&fact_key_of(&row)?) {
            fact.remaining.insert(row.narrow("line")?, quantity_of(&row.get::<String>("remaining")?)?);
        }
    }
    Ok(())
}

async fn branches(database: &Database, wanted: &Wanted, found: &mut Prefetched) -> Result<(), StorageError> {
    let select = "SELECT declarant, first_stem, number, lane FROM declarations WHERE lane IS NOT NULL \
                  AND number IS NOT NULL AND state NOT IN ('superseded', 'cancelled') \
                  AND (declarant, first_stem) IN (";
    for row in look_up(database, select, PAIRS, &wanted.branches, ") ORDER BY number").await? {
        if let (Some(number), Some(lane)) = (number_of(&row)?, lane_of(&row)?) {
            let name = (row.get("declarant")?, row.get("first_stem")?);
            found.branches.entry(name).or_default().push(BranchRow { number, lane });
        }
    }
    Ok(())
}

async fn payments(database: &Database, wanted: &Wanted, found: &mut Prefetched) -> Result<(), StorageError> {
    let select = "SELECT payer, identifier, bank_reference, amount, outcome, answer FROM payments \
                  WHERE (payer, identifier, bank_reference) IN (";
    for row in look_up(database, select, PAYMENT_KEYS, &wanted.payments, ")").await? {
        found.payments.insert(PaymentKey::of(&row)?, PaymentRow::of(&row)?);
    }
    Ok(())
}

async fn commands(database: &Database, wanted: &Wanted, found: &mut Prefetched) -> Result<(), StorageError> {
    let select = "SELECT declarant, identifier, content_hash, answer FROM commands WHERE (declarant, identifier) IN (";
    for row in look_up(database, select, COMMAND_KEYS, &wanted.commands, ")").await? {
        let key = CommandKey { declarant: row.get("declarant")?, identifier: row.get("identifier")? };
        let command = CommandRow { content_hash: row.hash("content_hash")?, answer: row.get("answer")? };
        found.commands.insert(key, command);
    }
    Ok(())
}
