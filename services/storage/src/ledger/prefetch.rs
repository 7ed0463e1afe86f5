//! What is read before a batch is decided: a query for each kind of thing that its messages name.

use vocabulary::State;

use super::columns::{COMMAND_KEYS, DECLARATION_KEYS, PAYMENT_KEYS, STEMS, TAX_CODES};
use super::{Prefetched, Wanted};
use crate::codes::{self, CURRENT};
use crate::columns::{Column, ROWS_MAX};
use crate::database::Database;
use crate::error::StorageError;
use crate::facts::{PAIRS, fact_key_of, facts_named, quantity_of};
use crate::frames::Frames;
use crate::query::{Query, Row};
use crate::rows::{
    BranchRow, CommandKey, CommandRow, DECLARATION_COLUMNS, DeclarationRow, PaymentKey, PaymentRow, RequestRow, key_of,
    number_of,
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

/// Declarations by key. Of those that are there already somebody asks again, and is answered as the first time.
async fn declarations(database: &Database, wanted: &Wanted, found: &mut Prefetched) -> Result<(), StorageError> {
    let of_keys = "FROM declarations WHERE (declarant, reference, version) IN (";
    let select = format!("SELECT {DECLARATION_COLUMNS} {of_keys}");
    for row in look_up(database, select.as_str(), DECLARATION_KEYS, &wanted.declarations, ")").await? {
        let row = DeclarationRow::of(&row)?;
        found.declarations.insert(row.lodged.key.clone(), row);
    }
    if !found.declarations.is_empty() {
        let frames = Frames::first(database, found.declarations.keys()).await?;
        for key in found.declarations.keys() {
            found.answers.insert(key.clone(), frames.papers(key)?.answer);
        }
    }
    let rows = look_up(database, select, DECLARATION_KEYS, &wanted.opened, ")").await?;
    let rows = rows.iter().map(DeclarationRow::of).collect::<Result<Vec<_>, _>>()?;
    open(database, &rows, found).await?;
    found.declarations.extend(rows.into_iter().map(|row| (row.lodged.key.clone(), row)));
    Ok(())
}

/// Takes out the documents and the decisions of declarations.
async fn open(database: &Database, rows: &[DeclarationRow], found: &mut Prefetched) -> Result<(), StorageError> {
    let frames = Frames::of_rows(database, rows.iter()).await?;
    for row in rows {
        found.documents.insert(row.key().clone(), frames.document_and_decision(row)?);
    }
    Ok(())
}

async fn numbers(database: &Database, wanted: &Wanted, found: &mut Prefetched) -> Result<(), StorageError> {
    let select = format!("SELECT {DECLARATION_COLUMNS} FROM declarations WHERE {CURRENT} AND ");
    let of_declarants = format!("{select}(declarant, number_stem) IN (");
    let mut rows = look_up(database, of_declarants, PAIRS, &wanted.numbers, ")").await?;
    let of_anybody = format!("{select}number_stem IN (");
    rows.extend(look_up(database, of_anybody, STEMS, &wanted.numbers_of_anybody, ")").await?);
    let rows = rows.iter().map(DeclarationRow::of).collect::<Result<Vec<_>, _>>()?;
    if wanted.documents {
        open(database, &rows, found).await?;
    }
    for row in rows {
        if let Some(number) = row.stand.number {
            found.numbers.insert((row.lodged.key.declarant.clone(), number.stem()), row);
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
    let select = format!(
        "SELECT declarant, first_stem, number, lane FROM declarations WHERE lane IS NOT NULL \
         AND number IS NOT NULL AND state NOT IN ({}, {}) AND (declarant, first_stem) IN (",
        codes::of_state(State::Superseded),
        codes::of_state(State::Cancelled)
    );
    for row in look_up(database, select, PAIRS, &wanted.branches, ") ORDER BY number").await? {
        if let (Some(number), Some(lane)) = (number_of(&row)?, codes::lane(&row)?) {
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
        let command = CommandRow { content_hash: row.hash("content_hash")?, answer: row.unpacked("answer")? };
        found.commands.insert(key, command);
    }
    Ok(())
}
