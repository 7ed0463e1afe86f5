//! The rows of a batch as statements, in the order in which its transaction runs them.

use sqlx::QueryBuilder;

use crate::columns::{Column, ROWS_MAX, Rows, insert, names};
use crate::compression::Compressed;
use crate::error::StorageError;
use crate::facts::changes;
use crate::rows::Batch;
use crate::tables::{
    COMMANDS, DECISION_LOG, DECLARATION_UPDATES, DECLARATIONS, KEPT_MESSAGES, OUTBOX, PAYMENTS, REQUESTS, RETIMINGS,
    WRITE_OFFS, balance_changes,
};

/// A statement of a batch.
pub(crate) struct Step<DB: sqlx::Database> {
    pub(crate) statement: QueryBuilder<DB>,
    /// How many rows it changes as long as what the batch relied on holds, and what has happened when it changes fewer.
    pub(crate) holds: Option<(u64, &'static str)>,
}

/// What becomes of a row whose key exists.
const LEFT_AS_IT_IS: &str = " ON CONFLICT DO NOTHING";

const BALANCE_UPDATE: &str = ") UPDATE balances SET remaining = change.remaining_after FROM change \
    WHERE balances.kind = change.kind AND balances.name = change.name AND balances.qualifier = change.qualifier \
    AND balances.line = change.line AND balances.remaining = change.remaining_before";

const DECLARATION_UPDATE: &str = ") UPDATE declarations SET outcome = change.outcome, state = change.state, \
    number = change.number, number_stem = change.number_stem, lane = change.lane, \
    registered_at_ms = change.registered_at_ms, total_payable = change.total_payable, paid = change.paid, \
    standing = change.standing, rulebook = coalesce(change.rulebook, declarations.rulebook), \
    decision = coalesce(change.decision, declarations.decision), \
    log_sequence = change.log_sequence, log_hash = change.log_hash, \
    time_acts_at_ms = change.time_acts_at_ms FROM change \
    WHERE declarations.declarant = change.declarant AND declarations.reference = change.reference \
    AND declarations.version = change.version AND declarations.log_sequence = change.expected";

const RETIMING: &str = ") UPDATE declarations SET time_acts_at_ms = change.time_acts_at_ms FROM change \
    WHERE declarations.declarant = change.declarant AND declarations.reference = change.reference \
    AND declarations.version = change.version AND declarations.log_sequence = change.expected";

/// The statements that write a batch's rows, encoded and compressed.
pub(crate) fn steps<DB: Rows>(batch: &Batch) -> Result<Vec<Step<DB>>, StorageError>
where
    DB::Arguments: Default,
{
    let changes = changes(&batch.write_offs)?;
    let mut steps = Steps { steps: Vec::new(), compressed: Compressed::default() };
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
    steps.insert("outbox", OUTBOX, &batch.outbox)?;
    steps.insert("kept_messages", KEPT_MESSAGES, &batch.kept)?;
    Ok(steps.steps)
}

struct Steps<'a, DB: sqlx::Database> {
    steps: Vec<Step<DB>>,
    compressed: Compressed<'a>,
}

impl<'a, DB: Rows> Steps<'a, DB>
where
    DB::Arguments: Default,
{
    /// Rows that are new whatever others do.
    fn insert<T>(&mut self, table: &str, columns: &[Column<T>], rows: &'a [T]) -> Result<(), StorageError> {
        for rows in rows.chunks(ROWS_MAX) {
            let statement = insert(table, columns, rows, "", &mut self.compressed)?;
            self.steps.push(Step { statement, holds: None });
        }
        Ok(())
    }

    /// Rows that another writer may have written.
    fn insert_unless<T>(
        &mut self,
        table: &str,
        columns: &[Column<T>],
        rows: &'a [T],
        conflict: &'static str,
    ) -> Result<(), StorageError> {
        for rows in rows.chunks(ROWS_MAX) {
            let statement = insert(table, columns, rows, LEFT_AS_IT_IS, &mut self.compressed)?;
            self.steps.push(Step { statement, holds: Some((rows.len() as u64, conflict)) });
        }
        Ok(())
    }

    /// Rows that change as `update` says, each under the condition that it is as the batch found it.
    fn update<T>(
        &mut self,
        columns: &[Column<T>],
        rows: &'a [T],
        update: &str,
        conflict: &'static str,
    ) -> Result<(), StorageError> {
        for rows in rows.chunks(ROWS_MAX) {
            let mut statement = QueryBuilder::new(format!("WITH change ({}) AS (", names(columns)));
            DB::push_rows(&mut statement, columns, rows, &mut self.compressed)?;
            statement.push(update);
            self.steps.push(Step { statement, holds: Some((rows.len() as u64, conflict)) });
        }
        Ok(())
    }
}
