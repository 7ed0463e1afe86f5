//! The archive: what people ask about declarations, beside what the processor asks for its batches.

mod listing;

use async_trait::async_trait;

pub use self::listing::{Beginning, Cursor, Filter, OFFICES_MAX, Order, Page, Scope, WaitingCount};

use crate::codes::CURRENT;
use crate::database::Database;
use crate::error::StorageError;
use crate::frames::Frames;
use crate::keys::DeclarationKey;
use crate::query::Query;
use crate::rows::{
    DECLARATION_COLUMNS, DeclarationRow, LOG_COLUMNS, LogEntry, PaymentKey, PaymentRow, RequestRow, key_of,
};

/// A document that brought no version into being, and when it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedRequest {
    /// The version that it came under.
    pub version: u32,
    /// When it arrived, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// What it asked for, and what became of it.
    pub request: RequestRow,
}

/// A payment that was booked, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedPayment {
    /// What it is known by.
    pub key: PaymentKey,
    /// When its confirmation arrived, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    pub payment: PaymentRow,
}

/// A command that was kept, and when it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedCommand {
    /// The identifier that whoever commanded gave it.
    pub identifier: String,
    /// When it arrived, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    pub kind: String,
    /// What became of it.
    pub outcome: String,
    pub answer: Vec<u8>,
    pub document: Vec<u8>,
}

/// Questions about declarations.
#[async_trait]
pub trait Archive: Send + Sync {
    /// A declaration with its document as lodged and its decision.
    async fn declaration(
        &self,
        key: &DeclarationKey,
    ) -> Result<Option<(DeclarationRow, Vec<u8>, Vec<u8>)>, StorageError>;

    /// Declarations after a key, in the order of their keys, which is the same in both databases.
    async fn rows_page(&self, after: Option<DeclarationKey>, limit: usize)
    -> Result<Vec<DeclarationRow>, StorageError>;

    /// The same with their decisions.
    async fn decisions_page(
        &self,
        after: Option<DeclarationKey>,
        limit: usize,
    ) -> Result<Vec<(DeclarationRow, Vec<u8>)>, StorageError>;

    /// The same, with the documents as lodged before the decisions.
    async fn records_page(
        &self,
        after: Option<DeclarationKey>,
        limit: usize,
    ) -> Result<Vec<(DeclarationRow, Vec<u8>, Vec<u8>)>, StorageError>;

    /// A page of a list, beginning after a place in it.
    ///
    /// # Errors
    /// When it is asked for more than [`OFFICES_MAX`] offices.
    async fn list(&self, filter: &Filter, after: Option<&Cursor>, limit: usize) -> Result<Page, StorageError>;

    /// How many declarations wait at customs offices, by office, state and lane.
    async fn waiting_counts(&self, offices: &[String]) -> Result<Vec<WaitingCount>, StorageError>;

    /// The decision log of a declaration, from its beginning.
    async fn log_of(&self, key: &DeclarationKey) -> Result<Vec<LogEntry>, StorageError>;

    /// The versions that bear a number, by the eleven digits that it keeps through amendments. Numbers are unique among
    /// a declarant's, so that without the declarant's tax code there may be several declarations.
    async fn keys_of_number(&self, stem: &str, declarant: Option<&str>) -> Result<Vec<DeclarationKey>, StorageError>;

    /// Every version under a reference, the first one first.
    async fn versions_of(&self, declarant: &str, reference: &str) -> Result<Vec<DeclarationRow>, StorageError>;

    /// The documents under a reference that brought no version into being, in the order of their arrival.
    async fn requests_of(&self, declarant: &str, reference: &str) -> Result<Vec<DatedRequest>, StorageError>;

    /// The payments of a payer for a number, by the eleven digits that it keeps, in the order of their arrival.
    async fn payments_of(&self, payer: &str, stem: &str) -> Result<Vec<DatedPayment>, StorageError>;

    /// The commands to the declarations under a reference, in the order of their arrival.
    async fn commands_of(&self, declarant: &str, reference: &str) -> Result<Vec<DatedCommand>, StorageError>;
}

#[async_trait]
impl Archive for Database {
    async fn declaration(
        &self,
        key: &DeclarationKey,
    ) -> Result<Option<(DeclarationRow, Vec<u8>, Vec<u8>)>, StorageError> {
        let mut select = self
            .query(format!("SELECT {DECLARATION_COLUMNS} FROM declarations WHERE (declarant, reference, version) = ("));
        select.bind_key(key).push(")");
        let Some(row) = self.optional(select).await? else { return Ok(None) };
        let row = DeclarationRow::of(&row)?;
        let (document, decision) = Frames::of_rows(self, std::iter::once(&row)).await?.document_and_decision(&row)?;
        Ok(Some((row, document, decision)))
    }

    async fn rows_page(
        &self,
        after: Option<DeclarationKey>,
        limit: usize,
    ) -> Result<Vec<DeclarationRow>, StorageError> {
        let mut select = self.query(format!("SELECT {DECLARATION_COLUMNS} FROM declarations"));
        if let Some(key) = after {
            select.push(" WHERE (declarant, reference, version) > (").bind_key(&key).push(")");
        }
        select.push(" ORDER BY declarant, reference, version").limit(limit);
        self.all(select).await?.iter().map(DeclarationRow::of).collect()
    }

    async fn decisions_page(
        &self,
        after: Option<DeclarationKey>,
        limit: usize,
    ) -> Result<Vec<(DeclarationRow, Vec<u8>)>, StorageError> {
        let rows = self.rows_page(after, limit).await?;
        let frames = Frames::of_decisions(self, rows.iter()).await?;
        let with_decision = |row| frames.decision(&row).map(|decision| (row, decision));
        rows.into_iter().map(with_decision).collect()
    }

    async fn records_page(
        &self,
        after: Option<DeclarationKey>,
        limit: usize,
    ) -> Result<Vec<(DeclarationRow, Vec<u8>, Vec<u8>)>, StorageError> {
        let rows = self.rows_page(after, limit).await?;
        let frames = Frames::of_rows(self, rows.iter()).await?;
        let opened = |row| frames.document_and_decision(&row).map(|(document, decision)| (row, document, decision));
        rows.into_iter().map(opened).collect()
    }

    async fn list(&self, filter: &Filter, after: Option<&Cursor>, limit: usize) -> Result<Page, StorageError> {
        listing::list(self, filter, after, limit).await
    }

    async fn waiting_counts(&self, offices: &[String]) -> Result<Vec<WaitingCount>, StorageError> {
        listing::waiting_counts(self, offices).await
    }

    async fn log_of(&self, key: &DeclarationKey) -> Result<Vec<LogEntry>, StorageError> {
        let mut select =
            self.query(format!("SELECT {LOG_COLUMNS} FROM decision_log WHERE (declarant, reference, version) = ("));
        select.bind_key(key).push(") ORDER BY sequence");
        self.all(select).await?.iter().map(LogEntry::of).collect()
    }

    async fn keys_of_number(&self, stem: &str, declarant: Option<&str>) -> Result<Vec<DeclarationKey>, StorageError> {
        // The index has the current version; those before it stand under the same reference.
        let mut select = self.query(format!(
            "SELECT declarant, reference, version FROM declarations WHERE number_stem IS NOT NULL AND \
             (declarant, reference) IN (SELECT declarant, reference FROM declarations \
             WHERE {CURRENT} AND number_stem = "
        ));
        select.bind_text(stem);
        if let Some(declarant) = declarant {
            select.push(" AND declarant = ").bind_text(declarant);
        }
        select.push(") ORDER BY declarant, reference, version");
        self.all(select).await?.iter().map(key_of).collect()
    }

    async fn versions_of(&self, declarant: &str, reference: &str) -> Result<Vec<DeclarationRow>, StorageError> {
        let mut select = self.query(format!("SELECT {DECLARATION_COLUMNS} FROM declarations"));
        under(&mut select, declarant, reference).push(" ORDER BY version");
        self.all(select).await?.iter().map(DeclarationRow::of).collect()
    }

    async fn requests_of(&self, declarant: &str, reference: &str) -> Result<Vec<DatedRequest>, StorageError> {
        let mut select = self.query("SELECT version, at_ms, content_hash, kind, outcome, number, answer FROM requests");
        under(&mut select, declarant, reference).push(" ORDER BY at_ms, version");
        let mut requests = Vec::new();
        for row in self.all(select).await? {
            let (version, at_ms) = (row.narrow("version")?, row.get("at_ms")?);
            requests.push(DatedRequest { version, at_ms, request: RequestRow::of(&row)? });
        }
        Ok(requests)
    }

    async fn payments_of(&self, payer: &str, stem: &str) -> Result<Vec<DatedPayment>, StorageError> {
        let mut select = self.query(
            "SELECT payer, identifier, bank_reference, amount, at_ms, outcome, answer FROM payments WHERE payer = ",
        );
        select.bind_text(payer).push(" AND substr(number, 1, 11) = ").bind_text(stem);
        select.push(" ORDER BY at_ms, identifier, bank_reference");
        let mut payments = Vec::new();
        for row in self.all(select).await? {
            let (key, at_ms) = (PaymentKey::of(&row)?, row.get("at_ms")?);
            payments.push(DatedPayment { key, at_ms, payment: PaymentRow::of(&row)? });
        }
        Ok(payments)
    }

    async fn commands_of(&self, declarant: &str, reference: &str) -> Result<Vec<DatedCommand>, StorageError> {
        let mut select = self.query("SELECT identifier, at_ms, kind, outcome, answer, document FROM commands");
        under(&mut select, declarant, reference).push(" ORDER BY at_ms, identifier");
        let mut commands = Vec::new();
        for row in self.all(select).await? {
            commands.push(DatedCommand {
                identifier: row.get("identifier")?,
                at_ms: row.get("at_ms")?,
                kind: row.get("kind")?,
                outcome: row.get("outcome")?,
                answer: row.unpacked("answer")?,
                document: row.unpacked("document")?,
            });
        }
        Ok(commands)
    }
}

/// The condition on what stands under a reference.
fn under<'q>(select: &'q mut Query, declarant: &str, reference: &str) -> &'q mut Query {
    select.push(" WHERE declarant = ").bind_text(declarant).push(" AND reference = ").bind_text(reference)
}
