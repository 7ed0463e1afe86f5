//! The statements that both databases understand, written once.
//!
//! The two speak nearly the same SQL here: rows of VALUES, ON CONFLICT, RETURNING, UPDATE ... FROM a common table. What
//! differs is the client's type of connection, so the bodies are a macro over the database.

use std::fmt::Write as _;

use crate::error::StorageError;
use crate::rows::{DeclarationKey, MessageSource};

/// The columns of a [`DeclarationRow`](crate::DeclarationRow).
pub(crate) const DECLARATION_COLUMNS: &str = "declarant, reference, version, content_hash, outcome, state, direction, kind, \
    office, number, lane, registered_at_ms, total_payable, paid, rulebook, source_topic, source_partition, source_offset, \
    log_sequence, log_hash, answer, standing";

/// What a declaration is searched by beside those.
pub(crate) const SEARCHED_COLUMNS: &str = "first_stem, importer, exporter, arrived_on";

/// The columns of an [`OutboxMessage`](crate::OutboxMessage).
pub(crate) const OUTBOX_COLUMNS: &str =
    "source_topic, source_partition, source_offset, sequence, at_ms, event_id, topic, message_key, headers, payload";

/// How many rows go into one statement. Both databases bound the values of a statement (32,766 and 65,535), and a row
/// has at most 29.
pub(crate) const ROWS_MAX: usize = 500;

/// Headers as text: a line for each, name and value apart by a tab. Neither holds control characters.
pub(crate) fn headers_text(headers: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, value) in headers {
        let clean = |text: &str| text.replace(['\t', '\n', '\0'], " ");
        let _ = writeln!(text, "{}\t{}", clean(name), clean(value));
    }
    text
}

/// Headers from their text.
pub(crate) fn headers_of(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The eleven digits that a declaration keeps through its amendments.
pub(crate) fn stem(number: &str) -> String {
    number.chars().take(11).collect()
}

/// A hash from its stored bytes.
pub(crate) fn hash_of(bytes: &[u8]) -> Result<[u8; 32], StorageError> {
    bytes.try_into().map_err(|_| StorageError::Unreadable { detail: format!("a hash of {} bytes", bytes.len()) })
}

/// A partition, offset or version from its stored integer.
pub(crate) fn narrow<T: TryFrom<i64>>(number: i64) -> Result<T, StorageError> {
    T::try_from(number).map_err(|_| StorageError::Unreadable { detail: format!("the number {number} is out of range") })
}

/// A key from its stored parts.
pub(crate) fn key_of(declarant: String, reference: String, version: i64) -> Result<DeclarationKey, StorageError> {
    Ok(DeclarationKey { declarant, reference, version: narrow(version)? })
}

/// A source from its stored parts.
pub(crate) fn source_of(topic: String, partition: i64, offset: i64) -> Result<MessageSource, StorageError> {
    Ok(MessageSource { topic, partition: narrow(partition)?, offset })
}

/// Text as both databases take it: PostgreSQL refuses the character zero, which no text of ours needs.
pub(crate) fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Implements [`Store`](crate::Store) for a type with `writer()` and `reader()` pools of a database. A transaction that
/// writes begins with `$begin`; `$lock` ends a query whose rows nobody else may change before the transaction is over.
macro_rules! implement_store {
    ($store:ty, $database:ty, $begin:literal, $lock:literal) => {
        type Builder = sqlx::QueryBuilder<$database>;
        type DatabaseRow = <$database as sqlx::Database>::Row;
        type Transaction<'c> = sqlx::Transaction<'c, $database>;

        #[async_trait::async_trait]
        impl crate::Store for $store {
            async fn acquire(
                &self,
                partition: &StreamPartition,
                stream_identity: &str,
            ) -> Result<Position, StorageError> {
                let mut transaction = self.writer().begin_with($begin).await?;
                let mut insert = Builder::new(
                    "INSERT INTO stream_positions (topic, partition, stream_identity, next_offset, epoch) ",
                );
                insert.push_values([()], |mut row, ()| {
                    row.push_bind(&partition.topic)
                        .push_bind(i64::from(partition.partition))
                        .push_bind(stream_identity)
                        .push_bind(0_i64)
                        .push_bind(0_i64);
                });
                insert.push(" ON CONFLICT DO NOTHING");
                insert.build().execute(&mut *transaction).await?;
                let mut update = Builder::new("UPDATE stream_positions SET epoch = epoch + 1 WHERE topic = ");
                update.push_bind(&partition.topic).push(" AND partition = ").push_bind(i64::from(partition.partition));
                update.push(" RETURNING stream_identity, next_offset, epoch");
                let row = update.build().fetch_one(&mut *transaction).await?;
                let stored: String = row.try_get("stream_identity")?;
                if stored != stream_identity {
                    return Err(StorageError::StreamChanged {
                        topic: partition.topic.clone(),
                        partition: partition.partition,
                        stored,
                        offered: stream_identity.to_owned(),
                    });
                }
                let position = position_of(&row)?;
                transaction.commit().await?;
                Ok(position)
            }

            async fn position(&self, partition: &StreamPartition) -> Result<Option<Position>, StorageError> {
                let mut select = Builder::new("SELECT next_offset, epoch FROM stream_positions WHERE topic = ");
                select.push_bind(&partition.topic).push(" AND partition = ").push_bind(i64::from(partition.partition));
                let row = select.build().fetch_optional(self.reader()).await?;
                row.as_ref().map(position_of).transpose()
            }

            async fn prefetch(&self, wanted: &Wanted) -> Result<Prefetched, StorageError> {
                let mut found = Prefetched::default();
                for keys in wanted.declarations.chunks(ROWS_MAX) {
                    let mut select = Builder::new(format!(
                        "SELECT {DECLARATION_COLUMNS} FROM declarations WHERE (declarant, reference, version) IN ("
                    ));
                    select.push_values(keys, |mut row, key| {
                        row.push_bind(text(&key.declarant))
                            .push_bind(text(&key.reference))
                            .push_bind(i64::from(key.version));
                    });
                    select.push(")");
                    for row in select.build().persistent(false).fetch_all(self.reader()).await? {
                        let row = declaration_of(&row)?;
                        found.declarations.insert(row.key.clone(), row);
                    }
                }
                for keys in wanted.numbers.chunks(ROWS_MAX) {
                    let documents = if wanted.documents { ", document, decision" } else { "" };
                    let mut select = Builder::new(format!(
                        "SELECT {DECLARATION_COLUMNS}{documents} FROM declarations WHERE state <> 'superseded' \
                         AND (declarant, number_stem) IN ("
                    ));
                    select.push_values(keys, |mut row, (declarant, stem)| {
                        row.push_bind(text(declarant)).push_bind(text(stem));
                    });
                    select.push(")");
                    for row in select.build().persistent(false).fetch_all(self.reader()).await? {
                        let declaration = declaration_of(&row)?;
                        if wanted.documents {
                            let document = decompress(&row.try_get::<Vec<u8>, _>("document")?)?;
                            let decision = decompress(&row.try_get::<Vec<u8>, _>("decision")?)?;
                            found.documents.insert(declaration.key.clone(), (document, decision));
                        }
                        let stem = declaration.number.as_deref().map(stem).unwrap_or_default();
                        found.numbers.insert((declaration.key.declarant.clone(), stem), declaration);
                    }
                }
                for keys in wanted.requests.chunks(ROWS_MAX) {
                    let mut select = Builder::new(
                        "SELECT declarant, reference, version, content_hash, kind, outcome, number, answer \
                         FROM requests WHERE (declarant, reference, version) IN (",
                    );
                    select.push_values(keys, |mut row, key| {
                        row.push_bind(text(&key.declarant))
                            .push_bind(text(&key.reference))
                            .push_bind(i64::from(key.version));
                    });
                    select.push(")");
                    for row in select.build().persistent(false).fetch_all(self.reader()).await? {
                        let key =
                            key_of(row.try_get("declarant")?, row.try_get("reference")?, row.try_get("version")?)?;
                        let request = RequestRow {
                            content_hash: hash_of(&row.try_get::<Vec<u8>, _>("content_hash")?)?,
                            kind: row.try_get("kind")?,
                            outcome: row.try_get("outcome")?,
                            number: row.try_get("number")?,
                            answer: row.try_get("answer")?,
                        };
                        found.requests.insert(key, request);
                    }
                }
                for codes in wanted.traders.chunks(ROWS_MAX) {
                    let mut select = Builder::new("SELECT tax_code, facts FROM traders WHERE tax_code IN (");
                    let mut list = select.separated(", ");
                    for code in codes {
                        list.push_bind(text(code));
                    }
                    select.push(")");
                    for row in select.build().persistent(false).fetch_all(self.reader()).await? {
                        found.traders.insert(row.try_get("tax_code")?, row.try_get("facts")?);
                    }
                }
                for names in wanted.facts.chunks(ROWS_MAX) {
                    for row in facts_named("document", "facts", names).build().persistent(false).fetch_all(self.reader()).await? {
                        found.facts.entry(fact_key_of(&row)?).or_default().document = row.try_get("document")?;
                    }
                    // What is left is read after the facts: a balance without its fact is of no use, and is left out.
                    for row in facts_named("line, remaining", "balances", names).build().persistent(false).fetch_all(self.reader()).await? {
                        if let Some(fact) = found.facts.get_mut(&fact_key_of(&row)?) {
                            let remaining: String = row.try_get("remaining")?;
                            fact.remaining.insert(narrow(row.try_get("line")?)?, quantity_of(&remaining)?);
                        }
                    }
                }
                for names in wanted.branches.chunks(ROWS_MAX) {
                    let mut select = Builder::new(
                        "SELECT declarant, first_stem, number, lane FROM declarations WHERE lane IS NOT NULL AND number \
                         IS NOT NULL AND state NOT IN ('superseded', 'cancelled') AND (declarant, first_stem) IN (",
                    );
                    select.push_values(names, |mut row, (declarant, stem)| {
                        row.push_bind(text(declarant)).push_bind(text(stem));
                    });
                    select.push(") ORDER BY number");
                    for row in select.build().persistent(false).fetch_all(self.reader()).await? {
                        let name = (row.try_get("declarant")?, row.try_get("first_stem")?);
                        let lane: i64 = row.try_get("lane")?;
                        let branch = BranchRow { number: row.try_get("number")?, lane: narrow(lane)? };
                        found.branches.entry(name).or_default().push(branch);
                    }
                }
                for keys in wanted.payments.chunks(ROWS_MAX) {
                    let mut select = Builder::new(
                        "SELECT payer, identifier, bank_reference, amount, outcome, answer FROM payments \
                         WHERE (payer, identifier, bank_reference) IN (",
                    );
                    select.push_values(keys, |mut row, key| {
                        row.push_bind(text(&key.payer))
                            .push_bind(text(&key.identifier))
                            .push_bind(text(&key.bank_reference));
                    });
                    select.push(")");
                    for row in select.build().persistent(false).fetch_all(self.reader()).await? {
                        let key = PaymentKey {
                            payer: row.try_get("payer")?,
                            identifier: row.try_get("identifier")?,
                            bank_reference: row.try_get("bank_reference")?,
                        };
                        let payment = PaymentRow {
                            amount: row.try_get("amount")?,
                            outcome: row.try_get("outcome")?,
                            answer: row.try_get("answer")?,
                        };
                        found.payments.insert(key, payment);
                    }
                }
                Ok(found)
            }

            async fn series(&self, direction: &str, partition: i32) -> Result<i64, StorageError> {
                let mut select = Builder::new("SELECT next FROM number_series WHERE direction = ");
                select.push_bind(direction).push(" AND partition = ").push_bind(i64::from(partition));
                let row = select.build().fetch_optional(self.reader()).await?;
                Ok(row.map(|row| row.try_get("next")).transpose()?.unwrap_or(0))
            }

            async fn commit(&self, batch: &Batch) -> Result<Commit, StorageError> {
                // Compressing comes before the transaction, which should be short.
                let mut documents = Vec::with_capacity(batch.declarations.len());
                for declaration in &batch.declarations {
                    documents.push((compress(&declaration.document)?, compress(&declaration.decision)?));
                }
                let mut decisions = Vec::with_capacity(batch.updates.len());
                for update in &batch.updates {
                    decisions.push(update.decision.as_deref().map(compress).transpose()?);
                }
                let mut requests = Vec::with_capacity(batch.requests.len());
                for request in &batch.requests {
                    requests.push(compress(&request.document)?);
                }
                let compressed = Compressed { documents, decisions, requests };
                let mut transaction = self.writer().begin_with($begin).await?;
                match write(&mut transaction, batch, &compressed).await? {
                    Commit::Committed => {
                        transaction.commit().await?;
                        Ok(Commit::Committed)
                    }
                    other => {
                        transaction.rollback().await?;
                        Ok(other)
                    }
                }
            }

            async fn outbox_pending(
                &self,
                topic: &str,
                partition: i32,
                limit: usize,
            ) -> Result<Vec<OutboxMessage>, StorageError> {
                outbox_page(self.reader(), topic, partition, (-1, -1), limit).await
            }

            async fn outbox_pending_after(
                &self,
                topic: &str,
                partition: i32,
                after: &OutboxMessage,
                limit: usize,
            ) -> Result<Vec<OutboxMessage>, StorageError> {
                let after = (after.source.offset, i64::from(after.sequence));
                outbox_page(self.reader(), topic, partition, after, limit).await
            }

            async fn outbox_remove(&self, messages: &[OutboxMessage]) -> Result<(), StorageError> {
                for messages in messages.chunks(ROWS_MAX) {
                    let mut delete = Builder::new(
                        "DELETE FROM outbox WHERE (source_topic, source_partition, source_offset, sequence) IN (",
                    );
                    delete.push_values(messages, |mut row, message| {
                        row.push_bind(&message.source.topic)
                            .push_bind(i64::from(message.source.partition))
                            .push_bind(message.source.offset)
                            .push_bind(i64::from(message.sequence));
                    });
                    delete.push(")");
                    delete.build().persistent(false).execute(self.writer()).await?;
                }
                Ok(())
            }

            async fn put_facts(&self, facts: &Facts) -> Result<(), StorageError> {
                // One row for each name: a statement cannot change the same row twice.
                let traders: BTreeMap<&str, &[u8]> =
                    facts.traders.iter().map(|(code, facts)| (code.as_str(), facts.as_slice())).collect();
                let traders: Vec<(&str, &[u8])> = traders.into_iter().collect();
                for traders in traders.chunks(ROWS_MAX) {
                    let mut insert = Builder::new("INSERT INTO traders (tax_code, facts) ");
                    insert.push_values(traders, |mut row, (code, facts)| {
                        row.push_bind(text(code)).push_bind(*facts);
                    });
                    insert.push(" ON CONFLICT (tax_code) DO UPDATE SET facts = excluded.facts");
                    insert.build().persistent(false).execute(self.writer()).await?;
                }
                let facts: BTreeMap<&FactKey, &Fact> = facts.facts.iter().map(|fact| (&fact.key, fact)).collect();
                let facts: Vec<&Fact> = facts.into_values().collect();
                for facts in facts.chunks(ROWS_MAX) {
                    let mut transaction = self.writer().begin_with($begin).await?;
                    put(&mut transaction, facts).await?;
                    transaction.commit().await?;
                }
                Ok(())
            }

            async fn declaration(
                &self,
                key: &DeclarationKey,
            ) -> Result<Option<(DeclarationRow, Vec<u8>, Vec<u8>)>, StorageError> {
                let mut select = Builder::new(format!(
                    "SELECT {DECLARATION_COLUMNS}, document, decision FROM declarations WHERE declarant = "
                ));
                select.push_bind(&key.declarant).push(" AND reference = ").push_bind(&key.reference);
                select.push(" AND version = ").push_bind(i64::from(key.version));
                let Some(row) = select.build().fetch_optional(self.reader()).await? else { return Ok(None) };
                let document: Vec<u8> = row.try_get("document")?;
                let decision: Vec<u8> = row.try_get("decision")?;
                Ok(Some((declaration_of(&row)?, decompress(&document)?, decompress(&decision)?)))
            }

            async fn decisions_page(
                &self,
                after: Option<DeclarationKey>,
                limit: usize,
            ) -> Result<Vec<(DeclarationRow, Vec<u8>)>, StorageError> {
                let mut select = Builder::new(format!("SELECT {DECLARATION_COLUMNS}, decision FROM declarations"));
                if let Some(key) = after {
                    select.push(" WHERE (declarant, reference, version) > (").push_bind(key.declarant);
                    select.push(", ").push_bind(key.reference).push(", ").push_bind(i64::from(key.version)).push(")");
                }
                select.push(" ORDER BY declarant, reference, version LIMIT ").push_bind(limit_of(limit));
                let mut page = Vec::new();
                for row in select.build().fetch_all(self.reader()).await? {
                    let decision: Vec<u8> = row.try_get("decision")?;
                    page.push((declaration_of(&row)?, decompress(&decision)?));
                }
                Ok(page)
            }

            async fn records_page(
                &self,
                after: Option<DeclarationKey>,
                limit: usize,
            ) -> Result<Vec<(DeclarationRow, Vec<u8>, Vec<u8>)>, StorageError> {
                let mut select =
                    Builder::new(format!("SELECT {DECLARATION_COLUMNS}, document, decision FROM declarations"));
                if let Some(key) = after {
                    select.push(" WHERE (declarant, reference, version) > (").push_bind(key.declarant);
                    select.push(", ").push_bind(key.reference).push(", ").push_bind(i64::from(key.version)).push(")");
                }
                select.push(" ORDER BY declarant, reference, version LIMIT ").push_bind(limit_of(limit));
                let mut page = Vec::new();
                for row in select.build().fetch_all(self.reader()).await? {
                    let (document, decision): (Vec<u8>, Vec<u8>) = (row.try_get("document")?, row.try_get("decision")?);
                    page.push((declaration_of(&row)?, decompress(&document)?, decompress(&decision)?));
                }
                Ok(page)
            }

            async fn log_of(&self, key: &DeclarationKey) -> Result<Vec<LogEntry>, StorageError> {
                let mut select = Builder::new(
                    "SELECT sequence, at_ms, kind, body, previous_hash, hash FROM decision_log WHERE declarant = ",
                );
                select.push_bind(&key.declarant).push(" AND reference = ").push_bind(&key.reference);
                select.push(" AND version = ").push_bind(i64::from(key.version)).push(" ORDER BY sequence");
                let mut log = Vec::new();
                for row in select.build().fetch_all(self.reader()).await? {
                    let body: Vec<u8> = row.try_get("body")?;
                    log.push(LogEntry {
                        key: key.clone(),
                        sequence: row.try_get("sequence")?,
                        at_ms: row.try_get("at_ms")?,
                        kind: row.try_get("kind")?,
                        body: decompress(&body)?,
                        previous_hash: hash_of(&row.try_get::<Vec<u8>, _>("previous_hash")?)?,
                        hash: hash_of(&row.try_get::<Vec<u8>, _>("hash")?)?,
                    });
                }
                Ok(log)
            }

            async fn counts(&self) -> Result<Counts, StorageError> {
                let mut counts = Counts::default();
                for (column, into) in [("outcome", &mut counts.outcomes), ("state", &mut counts.states)] {
                    let mut select = Builder::new(format!(
                        "SELECT {column} AS word, count(*) AS count FROM declarations GROUP BY {column} ORDER BY {column}"
                    ));
                    for row in select.build().fetch_all(self.reader()).await? {
                        into.push((row.try_get("word")?, row.try_get("count")?));
                    }
                }
                for (table, into) in [
                    ("outbox", &mut counts.outbox),
                    ("kept_messages", &mut counts.kept),
                    ("payments", &mut counts.payments),
                ] {
                    let mut select = Builder::new(format!("SELECT count(*) AS count FROM {table}"));
                    *into = select.build().fetch_one(self.reader()).await?.try_get("count")?;
                }
                let mut select = Builder::new("SELECT min(at_ms) AS oldest FROM outbox");
                counts.outbox_oldest_at_ms = select.build().fetch_one(self.reader()).await?.try_get("oldest")?;
                Ok(counts)
            }

            async fn health(&self) -> Result<Health, StorageError> {
                Ok(Health { schema_version: self.schema_version().await?, server_version: self.server_version().await? })
            }
        }

        /// Facts of some kinds and names, or their balances.
        fn facts_named(columns: &str, table: &str, names: &[(String, String)]) -> Builder {
            let mut select =
                Builder::new(format!("SELECT kind, name, qualifier, {columns} FROM {table} WHERE (kind, name) IN ("));
            select.push_values(names, |mut row, (kind, name)| {
                row.push_bind(text(kind)).push_bind(text(name));
            });
            select.push(")");
            select
        }

        fn fact_key_of(row: &DatabaseRow) -> Result<FactKey, StorageError> {
            Ok(FactKey { kind: row.try_get("kind")?, name: row.try_get("name")?, qualifier: row.try_get("qualifier")? })
        }

        /// Puts facts in. The facts come first: whoever puts in the same ones waits there, and finds the balances that
        /// this transaction leaves.
        async fn put(transaction: &mut Transaction<'_>, facts: &[&Fact]) -> Result<(), StorageError> {
            let mut insert = Builder::new("INSERT INTO facts (kind, name, qualifier, holder, document) ");
            insert.push_values(facts, |mut row, fact| {
                row.push_bind(text(&fact.key.kind))
                    .push_bind(text(&fact.key.name))
                    .push_bind(text(&fact.key.qualifier))
                    .push_bind(text(&fact.holder))
                    .push_bind(&fact.document);
            });
            insert.push(
                " ON CONFLICT (kind, name, qualifier) DO UPDATE SET holder = excluded.holder, document = excluded.document",
            );
            insert.build().persistent(false).execute(&mut **transaction).await?;
            let names: Vec<(String, String)> =
                facts.iter().map(|fact| (fact.key.kind.clone(), fact.key.name.clone())).collect();
            let mut select = facts_named("line, granted, remaining, unit", "balances", &names);
            select.push($lock);
            let mut kept = HashMap::new();
            for row in select.build().persistent(false).fetch_all(&mut **transaction).await? {
                let key = BalanceKey { fact: fact_key_of(&row)?, line: narrow(row.try_get("line")?)? };
                let (granted, remaining): (String, String) = (row.try_get("granted")?, row.try_get("remaining")?);
                let (granted, remaining) = (quantity_of(&granted)?, quantity_of(&remaining)?);
                kept.insert(key, Kept { granted, remaining, unit: row.try_get("unit")? });
            }
            for rows in granted(facts, &kept)?.chunks(ROWS_MAX) {
                let mut insert =
                    Builder::new("INSERT INTO balances (kind, name, qualifier, line, granted, remaining, unit) ");
                insert.push_values(rows, |mut row, (key, kept)| {
                    row.push_bind(text(&key.fact.kind))
                        .push_bind(text(&key.fact.name))
                        .push_bind(text(&key.fact.qualifier))
                        .push_bind(i64::from(key.line))
                        .push_bind(quantity_text(kept.granted))
                        .push_bind(quantity_text(kept.remaining))
                        .push_bind(text(&kept.unit));
                });
                insert.push(
                    " ON CONFLICT (kind, name, qualifier, line) DO UPDATE SET granted = excluded.granted, \
                     remaining = excluded.remaining, unit = excluded.unit",
                );
                insert.build().persistent(false).execute(&mut **transaction).await?;
            }
            Ok(())
        }

        /// Leaves of each balance what a batch's write-offs leave of it; `false` when one of them does not hold any more
        /// what the batch found.
        async fn write_off(transaction: &mut Transaction<'_>, batch: &Batch) -> Result<bool, StorageError> {
            for changes in changes(&batch.write_offs)?.chunks(ROWS_MAX) {
                let mut update =
                    Builder::new("WITH change (kind, name, qualifier, line, remaining_before, remaining_after) AS (");
                update.push_values(changes, |mut row, (key, before, after)| {
                    row.push_bind(text(&key.fact.kind))
                        .push_bind(text(&key.fact.name))
                        .push_bind(text(&key.fact.qualifier))
                        .push_bind(i64::from(key.line))
                        .push_bind(quantity_text(*before))
                        .push_bind(quantity_text(*after));
                });
                update.push(
                    ") UPDATE balances SET remaining = change.remaining_after FROM change \
                     WHERE balances.kind = change.kind AND balances.name = change.name \
                     AND balances.qualifier = change.qualifier AND balances.line = change.line \
                     AND balances.remaining = change.remaining_before",
                );
                let updated = update.build().persistent(false).execute(&mut **transaction).await?.rows_affected();
                if updated != changes.len() as u64 {
                    return Ok(false);
                }
            }
            for write_offs in batch.write_offs.chunks(ROWS_MAX) {
                let mut insert = Builder::new(
                    "INSERT INTO write_offs (declarant, reference, version, log_sequence, kind, name, qualifier, line, \
                     at_ms, remaining_before, remaining_after) ",
                );
                insert.push_values(write_offs, |mut row, write_off| {
                    row.push_bind(text(&write_off.declaration.declarant))
                        .push_bind(text(&write_off.declaration.reference))
                        .push_bind(i64::from(write_off.declaration.version))
                        .push_bind(write_off.log_sequence)
                        .push_bind(text(&write_off.balance.fact.kind))
                        .push_bind(text(&write_off.balance.fact.name))
                        .push_bind(text(&write_off.balance.fact.qualifier))
                        .push_bind(i64::from(write_off.balance.line))
                        .push_bind(write_off.at_ms)
                        .push_bind(quantity_text(write_off.before))
                        .push_bind(quantity_text(write_off.after));
                });
                insert.build().persistent(false).execute(&mut **transaction).await?;
            }
            Ok(true)
        }

        /// What of a batch is compressed before its transaction: the documents and decisions of what is decided, the
        /// decisions of what is decided anew, and the documents of requests, each in the order of the batch.
        struct Compressed {
            documents: Vec<(Vec<u8>, Vec<u8>)>,
            decisions: Vec<Option<Vec<u8>>>,
            requests: Vec<Vec<u8>>,
        }

        /// Writes a batch inside a transaction: the position first, which decides whether there is anything to write.
        async fn write(
            transaction: &mut Transaction<'_>,
            batch: &Batch,
            compressed: &Compressed,
        ) -> Result<Commit, StorageError> {
            let mut update = Builder::new("UPDATE stream_positions SET next_offset = ");
            update.push_bind(batch.next).push(" WHERE topic = ").push_bind(&batch.partition.topic);
            update.push(" AND partition = ").push_bind(i64::from(batch.partition.partition));
            update.push(" AND epoch = ").push_bind(batch.epoch).push(" AND next_offset = ").push_bind(batch.expected);
            if update.build().execute(&mut **transaction).await?.rows_affected() != 1 {
                return Ok(Commit::Fenced);
            }
            for advance in &batch.series {
                let changed = if advance.expected_next == 0 {
                    let mut insert = Builder::new("INSERT INTO number_series (direction, partition, next) ");
                    insert.push_values([advance], |mut row, advance| {
                        row.push_bind(&advance.direction)
                            .push_bind(i64::from(advance.partition))
                            .push_bind(advance.next);
                    });
                    insert.push(" ON CONFLICT DO NOTHING");
                    insert.build().execute(&mut **transaction).await?.rows_affected()
                } else {
                    let mut update = Builder::new("UPDATE number_series SET next = ");
                    update.push_bind(advance.next).push(" WHERE direction = ").push_bind(&advance.direction);
                    update.push(" AND partition = ").push_bind(i64::from(advance.partition));
                    update.push(" AND next = ").push_bind(advance.expected_next);
                    update.build().execute(&mut **transaction).await?.rows_affected()
                };
                if changed != 1 {
                    return Ok(Commit::Conflict("the series of numbers has moved".to_owned()));
                }
            }
            if !write_off(transaction, batch).await? {
                return Ok(Commit::Conflict("a balance was written off elsewhere in the meantime".to_owned()));
            }
            // Updates come first: a version that is superseded makes room for the one that takes its place.
            for (updates, decisions) in batch.updates.chunks(ROWS_MAX).zip(compressed.decisions.chunks(ROWS_MAX)) {
                let mut update = Builder::new(
                    "WITH change (declarant, reference, version, expected, outcome, state, number, number_stem, lane, \
                     registered_at_ms, total_payable, paid, standing, rulebook, decision, log_sequence, log_hash) AS (",
                );
                update.push_values(updates.iter().zip(decisions), |mut row, (update, decision)| {
                    row.push_bind(text(&update.key.declarant))
                        .push_bind(text(&update.key.reference))
                        .push_bind(i64::from(update.key.version))
                        .push_bind(update.expected_log_sequence)
                        .push_bind(&update.outcome)
                        .push_bind(&update.state)
                        .push_bind(&update.number)
                        .push_bind(update.number.as_deref().map(stem))
                        .push_bind(update.lane.map(i64::from))
                        .push_bind(update.registered_at_ms)
                        .push_bind(update.total_payable)
                        .push_bind(update.paid)
                        .push_bind(&update.standing)
                        .push_bind(&update.rulebook)
                        .push_bind(decision)
                        .push_bind(update.log_sequence)
                        .push_bind(update.log_hash.to_vec());
                });
                update.push(
                    ") UPDATE declarations SET outcome = change.outcome, state = change.state, number = change.number, \
                     number_stem = change.number_stem, lane = change.lane, registered_at_ms = change.registered_at_ms, \
                     total_payable = change.total_payable, paid = change.paid, standing = change.standing, \
                     rulebook = coalesce(change.rulebook, declarations.rulebook), \
                     decision = coalesce(change.decision, declarations.decision), \
                     log_sequence = change.log_sequence, log_hash = change.log_hash FROM change \
                     WHERE declarations.declarant = change.declarant AND declarations.reference = change.reference \
                     AND declarations.version = change.version AND declarations.log_sequence = change.expected",
                );
                let updated = update.build().persistent(false).execute(&mut **transaction).await?.rows_affected();
                if updated != updates.len() as u64 {
                    return Ok(Commit::Conflict("a declaration moved on elsewhere in the meantime".to_owned()));
                }
            }
            for (declarations, documents) in batch.declarations.chunks(ROWS_MAX).zip(compressed.documents.chunks(ROWS_MAX)) {
                let mut insert =
                    Builder::new(format!(
                        "INSERT INTO declarations ({DECLARATION_COLUMNS}, {SEARCHED_COLUMNS}, number_stem, document, decision) "
                    ));
                insert.push_values(declarations.iter().zip(documents), |mut row, (declaration, (document, decision))| {
                    row.push_bind(text(&declaration.key.declarant))
                        .push_bind(text(&declaration.key.reference))
                        .push_bind(i64::from(declaration.key.version))
                        .push_bind(declaration.content_hash.to_vec())
                        .push_bind(&declaration.outcome)
                        .push_bind(&declaration.state)
                        .push_bind(&declaration.direction)
                        .push_bind(text(&declaration.kind))
                        .push_bind(text(&declaration.office))
                        .push_bind(&declaration.number)
                        .push_bind(declaration.lane.map(i64::from))
                        .push_bind(declaration.registered_at_ms)
                        .push_bind(declaration.total_payable)
                        .push_bind(declaration.paid)
                        .push_bind(&declaration.rulebook)
                        .push_bind(&declaration.source.topic)
                        .push_bind(i64::from(declaration.source.partition))
                        .push_bind(declaration.source.offset)
                        .push_bind(declaration.log_sequence)
                        .push_bind(declaration.log_hash.to_vec())
                        .push_bind(&declaration.answer)
                        .push_bind(&declaration.standing)
                        .push_bind(declaration.searched.first_stem.as_deref().map(text))
                        .push_bind(declaration.searched.importer.as_deref().map(text))
                        .push_bind(declaration.searched.exporter.as_deref().map(text))
                        .push_bind(&declaration.searched.arrived_on)
                        .push_bind(declaration.number.as_deref().map(stem))
                        .push_bind(document)
                        .push_bind(decision);
                });
                insert.push(" ON CONFLICT DO NOTHING");
                let inserted = insert.build().persistent(false).execute(&mut **transaction).await?.rows_affected();
                if inserted != declarations.len() as u64 {
                    return Ok(Commit::Conflict("a declaration was decided elsewhere in the meantime".to_owned()));
                }
            }
            let goods: Vec<(&DeclarationKey, &(String, String))> = batch
                .declarations
                .iter()
                .flat_map(|new| new.searched.goods.iter().map(|goods| (&new.key, goods)))
                .collect();
            for goods in goods.chunks(ROWS_MAX) {
                let mut insert = Builder::new(
                    "INSERT INTO declaration_goods (commodity_code, origin, declarant, reference, version) ",
                );
                insert.push_values(goods, |mut row, (key, (commodity_code, origin))| {
                    row.push_bind(text(commodity_code))
                        .push_bind(text(origin))
                        .push_bind(text(&key.declarant))
                        .push_bind(text(&key.reference))
                        .push_bind(i64::from(key.version));
                });
                insert.push(" ON CONFLICT DO NOTHING");
                insert.build().persistent(false).execute(&mut **transaction).await?;
            }
            for (requests, documents) in batch.requests.chunks(ROWS_MAX).zip(compressed.requests.chunks(ROWS_MAX)) {
                let mut insert = Builder::new(
                    "INSERT INTO requests (declarant, reference, version, content_hash, kind, outcome, number, at_ms, \
                     source_topic, source_partition, source_offset, answer, document) ",
                );
                insert.push_values(requests.iter().zip(documents), |mut row, (request, document)| {
                    row.push_bind(text(&request.key.declarant))
                        .push_bind(text(&request.key.reference))
                        .push_bind(i64::from(request.key.version))
                        .push_bind(request.content_hash.to_vec())
                        .push_bind(&request.kind)
                        .push_bind(&request.outcome)
                        .push_bind(request.number.as_deref().map(text))
                        .push_bind(request.at_ms)
                        .push_bind(&request.source.topic)
                        .push_bind(i64::from(request.source.partition))
                        .push_bind(request.source.offset)
                        .push_bind(&request.answer)
                        .push_bind(document);
                });
                insert.push(" ON CONFLICT DO NOTHING");
                let inserted = insert.build().persistent(false).execute(&mut **transaction).await?.rows_affected();
                if inserted != requests.len() as u64 {
                    return Ok(Commit::Conflict("a document was answered elsewhere in the meantime".to_owned()));
                }
            }
            for entries in batch.log.chunks(ROWS_MAX) {
                let mut bodies = Vec::with_capacity(entries.len());
                for entry in entries {
                    bodies.push(compress(&entry.body)?);
                }
                let mut insert = Builder::new(
                    "INSERT INTO decision_log (declarant, reference, version, sequence, at_ms, kind, body, \
                     previous_hash, hash) ",
                );
                insert.push_values(entries.iter().zip(bodies), |mut row, (entry, body)| {
                    row.push_bind(text(&entry.key.declarant))
                        .push_bind(text(&entry.key.reference))
                        .push_bind(i64::from(entry.key.version))
                        .push_bind(entry.sequence)
                        .push_bind(entry.at_ms)
                        .push_bind(&entry.kind)
                        .push_bind(body)
                        .push_bind(entry.previous_hash.to_vec())
                        .push_bind(entry.hash.to_vec());
                });
                insert.build().persistent(false).execute(&mut **transaction).await?;
            }
            for payments in batch.payments.chunks(ROWS_MAX) {
                let mut insert = Builder::new(
                    "INSERT INTO payments (payer, identifier, bank_reference, number, amount, at_ms, source_topic, \
                     source_partition, source_offset, outcome, answer) ",
                );
                insert.push_values(payments, |mut row, payment| {
                    row.push_bind(text(&payment.key.payer))
                        .push_bind(text(&payment.key.identifier))
                        .push_bind(text(&payment.key.bank_reference))
                        .push_bind(payment.number.as_deref().map(text))
                        .push_bind(payment.amount)
                        .push_bind(payment.at_ms)
                        .push_bind(&payment.source.topic)
                        .push_bind(i64::from(payment.source.partition))
                        .push_bind(payment.source.offset)
                        .push_bind(&payment.outcome)
                        .push_bind(&payment.answer);
                });
                insert.push(" ON CONFLICT DO NOTHING");
                let inserted = insert.build().persistent(false).execute(&mut **transaction).await?.rows_affected();
                if inserted != payments.len() as u64 {
                    return Ok(Commit::Conflict("a payment was booked elsewhere in the meantime".to_owned()));
                }
            }
            for messages in batch.outbox.chunks(ROWS_MAX) {
                let mut insert = Builder::new(format!("INSERT INTO outbox ({OUTBOX_COLUMNS}) "));
                insert.push_values(messages, |mut row, message| {
                    row.push_bind(&message.source.topic)
                        .push_bind(i64::from(message.source.partition))
                        .push_bind(message.source.offset)
                        .push_bind(i64::from(message.sequence))
                        .push_bind(message.at_ms)
                        .push_bind(&message.event_id)
                        .push_bind(&message.topic)
                        .push_bind(&message.key)
                        .push_bind(headers_text(&message.headers))
                        .push_bind(&message.payload);
                });
                insert.build().persistent(false).execute(&mut **transaction).await?;
            }
            for kept in batch.kept.chunks(ROWS_MAX) {
                let mut insert = Builder::new(
                    "INSERT INTO kept_messages (source_topic, source_partition, source_offset, reason, detail, \
                     message_key, payload) ",
                );
                insert.push_values(kept, |mut row, kept| {
                    row.push_bind(&kept.source.topic)
                        .push_bind(i64::from(kept.source.partition))
                        .push_bind(kept.source.offset)
                        .push_bind(text(&kept.reason))
                        .push_bind(text(&kept.detail))
                        .push_bind(&kept.key)
                        .push_bind(&kept.payload);
                });
                insert.build().persistent(false).execute(&mut **transaction).await?;
            }
            Ok(Commit::Committed)
        }

        async fn outbox_page(
            pool: &sqlx::Pool<$database>,
            topic: &str,
            partition: i32,
            after: (i64, i64),
            limit: usize,
        ) -> Result<Vec<OutboxMessage>, StorageError> {
            let mut select = Builder::new(format!("SELECT {OUTBOX_COLUMNS} FROM outbox WHERE source_topic = "));
            select.push_bind(topic).push(" AND source_partition = ").push_bind(i64::from(partition));
            select.push(" AND (source_offset, sequence) > (").push_bind(after.0).push(", ").push_bind(after.1);
            select.push(") ORDER BY source_offset, sequence LIMIT ").push_bind(limit_of(limit));
            let mut page = Vec::new();
            for row in select.build().fetch_all(pool).await? {
                let source = source_of(
                    row.try_get("source_topic")?,
                    row.try_get("source_partition")?,
                    row.try_get("source_offset")?,
                )?;
                page.push(OutboxMessage {
                    source,
                    sequence: narrow(row.try_get("sequence")?)?,
                    at_ms: row.try_get("at_ms")?,
                    event_id: row.try_get("event_id")?,
                    topic: row.try_get("topic")?,
                    key: row.try_get("message_key")?,
                    headers: headers_of(row.try_get("headers")?),
                    payload: row.try_get("payload")?,
                });
            }
            Ok(page)
        }

        fn position_of(row: &DatabaseRow) -> Result<Position, StorageError> {
            Ok(Position { next_offset: row.try_get("next_offset")?, epoch: row.try_get("epoch")? })
        }

        fn declaration_of(row: &DatabaseRow) -> Result<DeclarationRow, StorageError> {
            let lane: Option<i64> = row.try_get("lane")?;
            Ok(DeclarationRow {
                key: key_of(row.try_get("declarant")?, row.try_get("reference")?, row.try_get("version")?)?,
                content_hash: hash_of(&row.try_get::<Vec<u8>, _>("content_hash")?)?,
                outcome: row.try_get("outcome")?,
                state: row.try_get("state")?,
                direction: row.try_get("direction")?,
                kind: row.try_get("kind")?,
                office: row.try_get("office")?,
                number: row.try_get("number")?,
                lane: lane.map(narrow).transpose()?,
                registered_at_ms: row.try_get("registered_at_ms")?,
                total_payable: row.try_get("total_payable")?,
                paid: row.try_get("paid")?,
                rulebook: row.try_get("rulebook")?,
                source: source_of(
                    row.try_get("source_topic")?,
                    row.try_get("source_partition")?,
                    row.try_get("source_offset")?,
                )?,
                log_sequence: row.try_get("log_sequence")?,
                log_hash: hash_of(&row.try_get::<Vec<u8>, _>("log_hash")?)?,
                answer: row.try_get("answer")?,
                standing: row.try_get("standing")?,
            })
        }

        fn limit_of(limit: usize) -> i64 {
            i64::try_from(limit).unwrap_or(i64::MAX)
        }
    };
}
pub(crate) use implement_store;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back() {
        let headers = vec![("ce_type".to_owned(), "notice".to_owned()), ("subject".to_owned(), String::new())];
        assert_eq!(headers_of(&headers_text(&headers)), headers);
        let hostile = vec![("a".to_owned(), "1\nb\t2".to_owned())];
        assert_eq!(headers_of(&headers_text(&hostile)), [("a".to_owned(), "1 b 2".to_owned())]);
    }
}
