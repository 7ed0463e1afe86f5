//! Words that many rows repeat and that no list of ours holds: topics, kinds of entries, the hashes of rules. Each is written
//! once, and rows bear its number.
//!
//! A word is there before the batch that needs it begins, so that no transaction waits for another about a word.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use super::Database;
use crate::columns::{Column, Numbers, Value};
use crate::error::StorageError;
use crate::query::{insert, text};

/// The words that this process has met.
#[derive(Default)]
pub(super) struct Words(RwLock<Arc<Numbers>>);

fn columns<'w>() -> [Column<&'w str>; 1] {
    [Column("word", Value::Text(|word| text(word)))]
}

impl Database {
    /// The numbers of words, of which those that are new are written first.
    ///
    /// # Errors
    /// When the database does not take them.
    pub(crate) async fn numbers_of(&self, wanted: &BTreeSet<&str>) -> Result<Arc<Numbers>, StorageError> {
        let known = self.words.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        let new: Vec<&str> = wanted.iter().copied().filter(|word| !known.contains_key(*word)).collect();
        if new.is_empty() {
            return Ok(known);
        }
        let statement = insert(self.dialect(), "words", &columns(), &new, " ON CONFLICT DO NOTHING")?;
        self.run(statement).await?;
        let mut numbers = Numbers::new();
        for row in self.all(self.query("SELECT id, word FROM words")).await? {
            numbers.insert(row.get("word")?, row.integer("id")?);
        }
        let numbers = Arc::new(numbers);
        *self.words.0.write().unwrap_or_else(PoisonError::into_inner) = numbers.clone();
        Ok(numbers)
    }
}
