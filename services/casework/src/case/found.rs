//! What was looked up for a batch, with the documents of its cases read once.

use std::collections::HashMap;
use std::sync::Arc;

use message::Reading;
use storage::{DeclarationKey, Prefetched, Wanted};
use vocabulary::{Decision, WriteOff};

use super::fact_book::Names;
use crate::record::rederivation::{RederivationError, read_decision};

/// What is kept of a declaration beside its row.
#[derive(Debug, Clone)]
pub(crate) struct Papers {
    /// The document as lodged.
    pub(crate) document: Vec<u8>,
    /// What was read in it.
    pub(crate) reading: Arc<Reading>,
    /// What was decided on it.
    pub(crate) decision: Vec<u8>,
}

impl Papers {
    /// What was decided, read when it is asked for: most messages do not ask.
    ///
    /// # Errors
    /// When it cannot be read any more.
    pub(crate) fn decided(&self) -> Result<Decision, RederivationError> {
        read_decision(&self.decision)
    }

    /// What the decision took of certificates, lists and guarantees.
    ///
    /// # Errors
    /// When the decision cannot be read: then nobody knows what there is to give back.
    pub(crate) fn taken(&self) -> Result<Vec<WriteOff>, RederivationError> {
        Ok(self.decided()?.write_offs)
    }
}

/// What was looked up for a batch.
#[derive(Debug, Default)]
pub struct Found {
    pub(crate) rows: Prefetched,
    /// The documents of the cases as lodged, and what was decided on them.
    pub(crate) papers: HashMap<DeclarationKey, Papers>,
}

impl Found {
    /// Reads the documents among what was looked up.
    pub fn new(mut rows: Prefetched) -> Self {
        let papers = read_all(&mut rows);
        Self { rows, papers }
    }

    /// What has to be looked up besides, once the declarations are known that messages are about: what those name. `None`
    /// when they name nothing.
    pub fn wanted_of_cases(&self) -> Option<Wanted> {
        let mut names = Names::default();
        for (key, papers) in &self.papers {
            if let Reading::Read { declaration, .. } = &*papers.reading {
                names.extend(declaration, &key.declarant);
            }
            // What it took is given back even where the document itself cannot be read any more.
            if let Ok(taken) = papers.taken() {
                names.extend_taken(&taken);
            }
        }
        if names.is_empty() {
            return None;
        }
        let (facts, branches) = names.into_lists();
        Some(Wanted { facts, branches, ..Wanted::default() })
    }

    /// Adds what was looked up besides.
    pub fn add(&mut self, mut more: Prefetched) {
        self.papers.extend(read_all(&mut more));
        self.rows.declarations.extend(more.declarations);
        self.rows.numbers.extend(more.numbers);
        self.rows.facts.extend(more.facts);
        self.rows.branches.extend(more.branches);
    }
}

fn read_all(rows: &mut Prefetched) -> HashMap<DeclarationKey, Papers> {
    let documents = std::mem::take(&mut rows.documents);
    let papers = documents.into_iter().map(|(key, (document, decision))| {
        let reading = Arc::new(message::read_declaration(&document));
        (key, Papers { document, reading, decision })
    });
    papers.collect()
}
