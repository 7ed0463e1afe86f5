//! A batch as statements, in the order in which its transaction runs them.

use std::collections::BTreeSet;

use super::columns::{
    COMMANDS, DECISION_LOG, DECLARATION_UPDATES, DECLARATIONS, KEPT_MESSAGES, PAYMENTS, REQUESTS, RETIMINGS,
};
use super::outbox::{self, OutboxRow};
use super::{Batch, Commit, is_of};
use crate::columns::{Column, Numbers, ROWS_MAX, names};
use crate::database::{Connection, Database, Transaction};
use crate::error::StorageError;
use crate::facts::{self, WRITE_OFFS, balance_changes, changes};
use crate::query::{Dialect, Query, insert_numbered};

pub(super) async fn commit(database: &Database, batch: &Batch) -> Result<Commit, StorageError> {
    // Packing and encoding come before the transaction, which should be short.
    let numbers = database.numbers_of(&words_of(batch)).await?;
    let outbox = outbox::rows_of(batch);
    let steps = steps(batch, &outbox, database.dialect(), &numbers)?;
    let mut connection = database.writer().await?;
    let told = write_all(&mut connection, batch, steps, database.before_commit).await;
    connection.throw_away_failed(&told);
    told
}

/// The words that the rows of a batch bear the numbers of.
fn words_of(batch: &Batch) -> BTreeSet<&str> {
    let mut words: BTreeSet<&str> = batch.log.iter().map(|entry| entry.kind.as_str()).collect();
    words.extend(batch.declarations.iter().flat_map(|new| [new.stand.rulebook.as_str(), &new.lodged.source.topic]));
    words.extend(batch.updates.iter().map(|update| update.stand.rulebook.as_str()));
    words.insert(&batch.partition.topic);
    words
}

/// Writes a batch in a transaction, or nothing of it.
async fn write_all(
    connection: &mut Connection,
    batch: &Batch,
    steps: Vec<Step>,
    before_commit: Option<fn()>,
) -> Result<Commit, StorageError> {
    let mut transaction = connection.begin().await?;
    match write(&mut transaction, batch, steps).await? {
        Commit::Committed => {
            if let Some(pass) = before_commit {
                pass();
            }
            transaction.commit().await?;
            Ok(Commit::Committed)
        }
        other => {
            transaction.rollback().await?;
            Ok(other)
        }
    }
}

/// Writes a batch inside a transaction: the position first, which decides whether there is anything to write.
async fn write(transaction: &mut Transaction<'_>, batch: &Batch, steps: Vec<Step>) -> Result<Commit, StorageError> {
    let mut update = transaction.query("UPDATE stream_positions SET next_offset = ");
    update.bind(batch.next).push(" WHERE ");
    is_of(&mut update, &batch.partition);
    update.push(" AND epoch = ").bind(batch.epoch).push(" AND next_offset = ").bind(batch.expected);
    if transaction.run(update).await? != 1 {
        return Ok(Commit::Fenced);
    }
    for advance in &batch.series {
        let statement = if advance.expected_next == 0 {
            let mut insert = transaction.query("INSERT INTO number_series (direction, partition, next) VALUES (");
            insert.bind(advance.direction.as_str()).push(", ").bind(i64::from(advance.partition));
            insert.push(", ").bind(advance.next).push(") ON CONFLICT DO NOTHING");
            insert
        } else {
            let mut update = transaction.query("UPDATE number_series SET next = ");
            update.bind(advance.next).push(" WHERE direction = ").bind(advance.direction.as_str());
            update.push(" AND partition = ").bind(i64::from(advance.partition));
            update.push(" AND next = ").bind(advance.expected_next);
            update
        };
        if transaction.run(statement).await? != 1 {
            return Ok(Commit::Conflict("the series of numbers has moved".to_owned()));
        }
    }
    facts::put(transaction, &batch.facts).await?;
    for Step { statement, holds } in steps {
        let changed = transaction.run(statement).await?;
        if let Some((_, conflict)) = holds.filter(|(rows, _)| *rows != changed) {
            return Ok(Commit::Conflict(conflict.to_owned()));
        }
    }
    Ok(Commit::Committed)
}

/// A statement of a batch.
struct Step {
    statement: Query,
    /// How many rows it changes as long as what the batch relied on holds, and what has happened when it changes fewer.
    holds: Option<(u64, &'static str)>,
}

/// What becomes of a row whose key exists.
const LEFT_AS_IT_IS: &str = " ON CONFLICT DO NOTHING";

const BALANCE_UPDATE: &str = ") UPDATE balances SET remaining = change.remaining_after FROM change \
    WHERE balances.kind = change.kind AND balances.name = change.name AND balances.qualifier = change.qualifier \
    AND balances.line = change.line AND balances.remaining = change.remaining_before";

const DECLARATION_UPDATE: &str = ") UPDATE declarations SET outcome = change.outcome, state = change.state, \
    number = change.number, number_stem = change.number_stem, lane = change.lane, \
    since_ms = change.since_ms, registered_at_ms = change.registered_at_ms, total_payable = change.total_payable, paid = change.paid, \
    standing = change.standing, rulebook = change.rulebook, decision_sequence = change.decision_sequence, \
    flagged_goods = coalesce(change.flagged_goods, declarations.flagged_goods), \
    log_sequence = change.log_sequence, log_hash = change.log_hash, \
    time_acts_at_ms = change.time_acts_at_ms FROM change \
    WHERE declarations.declarant = change.declarant AND declarations.reference = change.reference \
    AND declarations.version = change.version AND declarations.log_sequence = change.expected";

const RETIMING: &str = ") UPDATE declarations SET time_acts_at_ms = change.time_acts_at_ms FROM change \
    WHERE declarations.declarant = change.declarant AND declarations.reference = change.reference \
    AND declarations.version = change.version AND declarations.log_sequence = change.expected";

/// The statements that write a batch's rows, encoded and packed.
fn steps(
    batch: &Batch,
    outbox: &[OutboxRow<'_>],
    dialect: Dialect,
    numbers: &Numbers,
) -> Result<Vec<Step>, StorageError> {
    if batch.log.iter().any(|entry| (entry.sequence == 0) != entry.papers.is_some()) {
        return Err(StorageError::refused("the first entry of a log, and no other, holds a document and its answer"));
    }
    let changes = changes(&batch.write_offs)?;
    let mut steps = Steps { dialect, steps: Vec::new(), numbers };
    steps.update(
        &balance_changes(),
        &changes,
        BALANCE_UPDATE,
        "a balance was written off elsewhere in the meantime",
    )?;
    steps.insert("write_offs", WRITE_OFFS, &batch.write_offs)?;
    // Updates come before what is new: a version that is superseded makes room for the one that takes its place.
    let moved = "a declaration moved on elsewhere in the meantime";
    steps.update(DECLARATION_UPDATES, &batch.updates, DECLARATION_UPDATE, moved)?;
    steps.update(RETIMINGS, &batch.retimings, RETIMING, moved)?;
    let decided = "a declaration was decided elsewhere in the meantime";
    steps.insert_unless("declarations", DECLARATIONS, &batch.declarations, decided)?;
    steps.insert_unless("requests", REQUESTS, &batch.requests, "a document was answered elsewhere in the meantime")?;
    steps.insert("decision_log", DECISION_LOG, &batch.log)?;
    steps.insert_unless("payments", PAYMENTS, &batch.payments, "a payment was booked elsewhere in the meantime")?;
    steps.insert_unless("commands", COMMANDS, &batch.commands, "a command was answered elsewhere in the meantime")?;
    if let Some(sent) = batch.sent {
        let statement = outbox::removal(dialect, &batch.partition.topic, batch.partition.partition, sent);
        steps.steps.push(Step { statement, holds: None });
    }
    steps.insert("outbox", &outbox::columns(), outbox)?;
    steps.insert("kept_messages", KEPT_MESSAGES, &batch.kept)?;
    Ok(steps.steps)
}

struct Steps<'a> {
    dialect: Dialect,
    steps: Vec<Step>,
    numbers: &'a Numbers,
}

impl Steps<'_> {
    /// Rows that are new whatever others do.
    fn insert<T>(&mut self, table: &str, columns: &[Column<T>], rows: &[T]) -> Result<(), StorageError> {
        for rows in rows.chunks(ROWS_MAX) {
            let statement = insert_numbered(self.dialect, table, columns, rows, "", self.numbers)?;
            self.steps.push(Step { statement, holds: None });
        }
        Ok(())
    }

    /// Rows that another writer may have written.
    fn insert_unless<T>(
        &mut self,
        table: &str,
        columns: &[Column<T>],
        rows: &[T],
        conflict: &'static str,
    ) -> Result<(), StorageError> {
        for rows in rows.chunks(ROWS_MAX) {
            let statement = insert_numbered(self.dialect, table, columns, rows, LEFT_AS_IT_IS, self.numbers)?;
            self.steps.push(Step { statement, holds: Some((rows.len() as u64, conflict)) });
        }
        Ok(())
    }

    /// Rows that change as `update` says, each under the condition that it is as the batch found it.
    fn update<T>(
        &mut self,
        columns: &[Column<T>],
        rows: &[T],
        update: &str,
        conflict: &'static str,
    ) -> Result<(), StorageError> {
        for rows in rows.chunks(ROWS_MAX) {
            let mut statement = Query::new(self.dialect, format!("WITH change ({}) AS (", names(columns)));
            statement.rows(columns, rows, self.numbers)?.push(update);
            self.steps.push(Step { statement, holds: Some((rows.len() as u64, conflict)) });
        }
        Ok(())
    }
}
