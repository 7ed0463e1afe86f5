//! What people ask about one declaration, beside what the processor asks for its batches.

use async_trait::async_trait;

use crate::error::StorageError;
use crate::rows::{DeclarationKey, DeclarationRow, PaymentKey, PaymentRow, RequestRow};

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
    /// What it did.
    pub payment: PaymentRow,
}

/// Questions about one declaration.
#[async_trait]
pub trait Inquiries: Send + Sync {
    /// The versions that bear a number, by the eleven digits that it keeps through amendments. Numbers are unique among
    /// a declarant's, so that without the declarant's tax code there may be several declarations.
    async fn keys_of_number(&self, stem: &str, declarant: Option<&str>) -> Result<Vec<DeclarationKey>, StorageError>;

    /// Every version under a reference, the first one first.
    async fn versions_of(&self, declarant: &str, reference: &str) -> Result<Vec<DeclarationRow>, StorageError>;

    /// The documents under a reference that brought no version into being, in the order of their arrival.
    async fn requests_of(&self, declarant: &str, reference: &str) -> Result<Vec<DatedRequest>, StorageError>;

    /// The payments of a payer for a number, by the eleven digits that it keeps, in the order of their arrival.
    async fn payments_of(&self, payer: &str, stem: &str) -> Result<Vec<DatedPayment>, StorageError>;
}

/// Implements [`Inquiries`] for a type beside whose [`Store`](crate::Store) it stands.
macro_rules! implement_inquiries {
    ($store:ty) => {
        #[async_trait::async_trait]
        impl crate::Inquiries for $store {
            async fn keys_of_number(
                &self,
                stem: &str,
                declarant: Option<&str>,
            ) -> Result<Vec<DeclarationKey>, StorageError> {
                // The index has the current version; those before it stand under the same reference.
                let mut select = Builder::new(
                    "SELECT declarant, reference, version FROM declarations WHERE number_stem IS NOT NULL AND \
                     (declarant, reference) IN (SELECT declarant, reference FROM declarations \
                     WHERE state <> 'superseded' AND number_stem = ",
                );
                select.push_bind(text(stem));
                if let Some(declarant) = declarant {
                    select.push(" AND declarant = ").push_bind(text(declarant));
                }
                select.push(") ORDER BY declarant, reference, version");
                let rows = select.build().fetch_all(self.reader()).await?;
                rows.iter()
                    .map(|row| key_of(row.try_get("declarant")?, row.try_get("reference")?, row.try_get("version")?))
                    .collect()
            }

            async fn versions_of(
                &self,
                declarant: &str,
                reference: &str,
            ) -> Result<Vec<DeclarationRow>, StorageError> {
                let mut select = Builder::new(format!("SELECT {DECLARATION_COLUMNS} FROM declarations WHERE declarant = "));
                select.push_bind(text(declarant)).push(" AND reference = ").push_bind(text(reference));
                select.push(" ORDER BY version");
                select.build().fetch_all(self.reader()).await?.iter().map(declaration_of).collect()
            }

            async fn requests_of(
                &self,
                declarant: &str,
                reference: &str,
            ) -> Result<Vec<crate::DatedRequest>, StorageError> {
                let mut select = Builder::new(
                    "SELECT version, at_ms, content_hash, kind, outcome, number, answer FROM requests WHERE declarant = ",
                );
                select.push_bind(text(declarant)).push(" AND reference = ").push_bind(text(reference));
                select.push(" ORDER BY at_ms, version");
                let mut requests = Vec::new();
                for row in select.build().fetch_all(self.reader()).await? {
                    requests.push(crate::DatedRequest {
                        version: narrow(row.try_get("version")?)?,
                        at_ms: row.try_get("at_ms")?,
                        request: RequestRow {
                            content_hash: hash_of(&row.try_get::<Vec<u8>, _>("content_hash")?)?,
                            kind: row.try_get("kind")?,
                            outcome: row.try_get("outcome")?,
                            number: row.try_get("number")?,
                            answer: row.try_get("answer")?,
                        },
                    });
                }
                Ok(requests)
            }

            async fn payments_of(&self, payer: &str, stem: &str) -> Result<Vec<crate::DatedPayment>, StorageError> {
                let mut select = Builder::new(
                    "SELECT payer, identifier, bank_reference, amount, at_ms, outcome, answer FROM payments WHERE payer = ",
                );
                select.push_bind(text(payer)).push(" AND substr(number, 1, 11) = ").push_bind(text(stem));
                select.push(" ORDER BY at_ms, identifier, bank_reference");
                let mut payments = Vec::new();
                for row in select.build().fetch_all(self.reader()).await? {
                    payments.push(crate::DatedPayment {
                        key: PaymentKey {
                            payer: row.try_get("payer")?,
                            identifier: row.try_get("identifier")?,
                            bank_reference: row.try_get("bank_reference")?,
                        },
                        at_ms: row.try_get("at_ms")?,
                        payment: PaymentRow {
                            amount: row.try_get("amount")?,
                            outcome: row.try_get("outcome")?,
                            answer: row.try_get("answer")?,
                        },
                    });
                }
                Ok(payments)
            }
        }
    };
}
pub(crate) use implement_inquiries;
