//! What is read of decision logs beside the rows of declarations: documents, decisions and first notices.
//!
//! ```text
//!   entry 0 ──► frame: document, decision, first notice
//!   entry n ──► frame: what was decided anew, or what happened
//!   row     ──► decision_sequence: the entry that holds the newest decision
//! ```

use std::collections::{BTreeSet, HashMap};

use crate::columns::Value::{Integer, Text};
use crate::columns::{Column, ROWS_MAX};
use crate::database::Database;
use crate::error::StorageError;
use crate::keys::DeclarationKey;
use crate::packing::unpack;
use crate::query::{Query, text};
use crate::rows::{DeclarationRow, LodgedPapers, key_of, opened};

/// An entry of a log by its declaration and its sequence.
type Place = (DeclarationKey, i64);

const PLACES: [Column<Place>; 4] = [
    Column("declarant", Text(|(key, _)| text(&key.declarant))),
    Column("reference", Text(|(key, _)| text(&key.reference))),
    Column("version", Integer(|(key, _)| key.version.into())),
    Column("sequence", Integer(|(_, sequence)| *sequence)),
];

/// Frames of decision logs, packed as they are kept.
pub(crate) struct Frames(HashMap<DeclarationKey, HashMap<i64, Vec<u8>>>);

impl Frames {
    /// The first frames of declarations, and those with their newest decisions.
    pub(crate) async fn of_rows<'r>(
        database: &Database,
        rows: impl Iterator<Item = &'r DeclarationRow>,
    ) -> Result<Self, StorageError> {
        let places =
            rows.flat_map(|row| [0, row.stand.decision_sequence].map(|sequence| (row.key().clone(), sequence)));
        Self::at(database, places.collect()).await
    }

    /// The frames with the newest decisions of declarations.
    pub(crate) async fn of_decisions<'r>(
        database: &Database,
        rows: impl Iterator<Item = &'r DeclarationRow>,
    ) -> Result<Self, StorageError> {
        Self::at(database, rows.map(|row| (row.key().clone(), row.stand.decision_sequence)).collect()).await
    }

    /// The first frames of declarations.
    pub(crate) async fn first<'k>(
        database: &Database,
        keys: impl Iterator<Item = &'k DeclarationKey>,
    ) -> Result<Self, StorageError> {
        Self::at(database, keys.map(|key| (key.clone(), 0)).collect()).await
    }

    async fn at(database: &Database, places: BTreeSet<Place>) -> Result<Self, StorageError> {
        let places: Vec<Place> = places.into_iter().collect();
        let mut frames: HashMap<DeclarationKey, HashMap<i64, Vec<u8>>> = HashMap::new();
        for places in places.chunks(ROWS_MAX) {
            let select = "SELECT declarant, reference, version, sequence, body FROM decision_log \
                          WHERE (declarant, reference, version, sequence) IN (";
            let select = Query::with_rows(database.dialect(), select, &PLACES, places, ")")?;
            for row in database.all(select).await? {
                frames.entry(key_of(&row)?).or_default().insert(row.integer("sequence")?, row.get("body")?);
            }
        }
        Ok(Self(frames))
    }

    /// The body of an entry, and what came with it.
    fn open(&self, key: &DeclarationKey, sequence: i64) -> Result<(Vec<u8>, Option<LodgedPapers>), StorageError> {
        let frame = self.0.get(key).and_then(|frames| frames.get(&sequence));
        let DeclarationKey { declarant, reference, version } = key;
        let of = || format!("entry {sequence} of the decision log of {declarant} {reference} version {version}");
        let frame = frame.ok_or_else(|| StorageError::Unreadable { detail: format!("{} is missing", of()) })?;
        let told = |error: StorageError| StorageError::Unreadable { detail: format!("{}: {error}", of()) };
        opened(sequence, unpack(frame).map_err(told)?).map_err(told)
    }

    /// What a declaration begins with: the body of its first entry, and the papers beside it.
    fn beginning(&self, key: &DeclarationKey) -> Result<(Vec<u8>, LodgedPapers), StorageError> {
        let (body, papers) = self.open(key, 0)?;
        let without = || StorageError::Unreadable { detail: "a first entry without a document".to_owned() };
        Ok((body, papers.ok_or_else(without)?))
    }

    /// The document and the first notice of a declaration.
    pub(crate) fn papers(&self, key: &DeclarationKey) -> Result<LodgedPapers, StorageError> {
        Ok(self.beginning(key)?.1)
    }

    /// The newest decision on a declaration.
    pub(crate) fn decision(&self, row: &DeclarationRow) -> Result<Vec<u8>, StorageError> {
        Ok(self.open(row.key(), row.stand.decision_sequence)?.0)
    }

    /// The document of a declaration as lodged, and the newest decision on it.
    pub(crate) fn document_and_decision(&self, row: &DeclarationRow) -> Result<(Vec<u8>, Vec<u8>), StorageError> {
        let (body, papers) = self.beginning(row.key())?;
        let decision = if row.stand.decision_sequence == 0 { body } else { self.decision(row)? };
        Ok((papers.document, decision))
    }
}
