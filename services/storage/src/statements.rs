//! The statements that both databases understand, written once.
//!
//! The two speak nearly the same SQL here: ON CONFLICT, RETURNING, UPDATE ... FROM a common table. How rows are given to a
//! statement differs, which [`Rows`](crate::columns::Rows) hides, and so does the client's type of connection, so the
//! bodies are a macro over the database.

use std::fmt::Write as _;

use crate::error::StorageError;
use crate::rows::{DeclarationKey, MessageSource};

/// The columns of a [`DeclarationRow`](crate::DeclarationRow).
pub(crate) const DECLARATION_COLUMNS: &str = "declarant, reference, version, content_hash, outcome, state, direction, kind, \
    office, number, lane, registered_at_ms, total_payable, paid, rulebook, source_topic, source_partition, source_offset, \
    log_sequence, log_hash, answer, standing";

/// The query for facts of some kinds and names, or for their balances, up to those.
pub(crate) fn facts_named(columns: &str, table: &str) -> String {
    format!("SELECT kind, name, qualifier, {columns} FROM {table} WHERE (kind, name) IN (")
}

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
pub(crate) fn stem(number: &str) -> &str {
    number.char_indices().nth(11).map_or(number, |(end, _)| &number[..end])
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

/// Lets a connection on which a transaction failed go, in place of handing it to whoever writes next. A database that has
/// rolled a transaction back by itself leaves a client behind that believes to be inside of it, and begins no other.
pub(crate) fn throw_away_failed<DB: sqlx::Database, T>(
    connection: &mut sqlx::pool::PoolConnection<DB>,
    outcome: &Result<T, StorageError>,
) {
    if outcome.is_err() {
        connection.close_on_drop();
    }
}

/// Implements [`Store`](crate::Store) for a type with `writer()` and `reader()` pools of a database and a `before_commit`.
/// A transaction that writes begins with `$begin`; `$lock` ends a query whose rows nobody else may change before the
/// transaction is over; `$now` is the database's own time, in milliseconds since 1970 in UTC.
macro_rules! implement_store {
    ($store:ty, $database:ty, $begin:literal, $lock:literal, $now:literal) => {
        type Builder = sqlx::QueryBuilder<$database>;
        type DatabaseRow = <$database as sqlx::Database>::Row;
        type Transaction<'c> = sqlx::Transaction<'c, $database>;
        type Connection = <$database as sqlx::Database>::Connection;

        #[async_trait::async_trait]
        impl crate::Store for $store {
            async fn acquire(
                &self,
                partition: &StreamPartition,
                stream_identity: &str,
            ) -> Result<Position, StorageError> {
                let mut connection = self.writer().acquire().await?;
                let taken = take_over(&mut connection, partition, stream_identity).await;
                throw_away_failed(&mut connection, &taken);
                taken
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
                    let select = format!(
                        "SELECT {DECLARATION_COLUMNS} FROM declarations WHERE (declarant, reference, version) IN ("
                    );
                    for row in look_up(self.reader(), select, DECLARATION_KEYS, keys, ")").await? {
                        let row = declaration_of(&row)?;
                        found.declarations.insert(row.key.clone(), row);
                    }
                }
                for keys in wanted.numbers.chunks(ROWS_MAX) {
                    let documents = if wanted.documents { ", document, decision" } else { "" };
                    let select = format!(
                        "SELECT {DECLARATION_COLUMNS}{documents} FROM declarations WHERE state <> 'superseded' \
                         AND (declarant, number_stem) IN ("
                    );
                    for row in look_up(self.reader(), select, PAIRS, keys, ")").await? {
                        let declaration = declaration_of(&row)?;
                        if wanted.documents {
                            let document = decompress(&row.try_get::<Vec<u8>, _>("document")?)?;
                            let decision = decompress(&row.try_get::<Vec<u8>, _>("decision")?)?;
                            found.documents.insert(declaration.key.clone(), (document, decision));
                        }
                        let stem = declaration.number.as_deref().map(stem).unwrap_or_default().to_owned();
                        found.numbers.insert((declaration.key.declarant.clone(), stem), declaration);
                    }
                }
                for keys in wanted.requests.chunks(ROWS_MAX) {
                    let select = "SELECT declarant, reference, version, content_hash, kind, outcome, number, answer \
                                  FROM requests WHERE (declarant, reference, version) IN (";
                    for row in look_up(self.reader(), select, DECLARATION_KEYS, keys, ")").await? {
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
                    let select = "SELECT tax_code, facts FROM traders WHERE tax_code IN (";
                    for row in look_up(self.reader(), select, TAX_CODES, codes, ")").await? {
                        found.traders.insert(row.try_get("tax_code")?, row.try_get("facts")?);
                    }
                }
                for names in wanted.facts.chunks(ROWS_MAX) {
                    let select = facts_named("document", "facts");
                    for row in look_up(self.reader(), select, PAIRS, names, ")").await? {
                        found.facts.entry(fact_key_of(&row)?).or_default().document = row.try_get("document")?;
                    }
                    // What is left is read after the facts: a balance without its fact is of no use, and is left out.
                    let select = facts_named("line, remaining", "balances");
                    for row in look_up(self.reader(), select, PAIRS, names, ")").await? {
                        if let Some(fact) = found.facts.get_mut(&fact_key_of(&row)?) {
                            let remaining: String = row.try_get("remaining")?;
                            fact.remaining.insert(narrow(row.try_get("line")?)?, quantity_of(&remaining)?);
                        }
                    }
                }
                for names in wanted.branches.chunks(ROWS_MAX) {
                    let select = "SELECT declarant, first_stem, number, lane FROM declarations WHERE lane IS NOT NULL \
                                  AND number IS NOT NULL AND state NOT IN ('superseded', 'cancelled') \
                                  AND (declarant, first_stem) IN (";
                    for row in look_up(self.reader(), select, PAIRS, names, ") ORDER BY number").await? {
                        let name = (row.try_get("declarant")?, row.try_get("first_stem")?);
                        let lane: i64 = row.try_get("lane")?;
                        let branch = BranchRow { number: row.try_get("number")?, lane: narrow(lane)? };
                        found.branches.entry(name).or_default().push(branch);
                    }
                }
                for keys in wanted.payments.chunks(ROWS_MAX) {
                    let select = "SELECT payer, identifier, bank_reference, amount, outcome, answer FROM payments \
                                  WHERE (payer, identifier, bank_reference) IN (";
                    for row in look_up(self.reader(), select, PAYMENT_KEYS, keys, ")").await? {
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
                for keys in wanted.commands.chunks(ROWS_MAX) {
                    let select = "SELECT declarant, identifier, content_hash, answer FROM commands \
                                  WHERE (declarant, identifier) IN (";
                    for row in look_up(self.reader(), select, COMMAND_KEYS, keys, ")").await? {
                        let key = crate::CommandKey {
                            declarant: row.try_get("declarant")?,
                            identifier: row.try_get("identifier")?,
                        };
                        let command = crate::CommandRow {
                            content_hash: hash_of(&row.try_get::<Vec<u8>, _>("content_hash")?)?,
                            answer: row.try_get("answer")?,
                        };
                        found.commands.insert(key, command);
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
                // Compressing and encoding come before the transaction, which should be short.
                let steps = steps(batch)?;
                let mut connection = self.writer().acquire().await?;
                let told = write_all(&mut connection, batch, steps, self.before_commit).await;
                throw_away_failed(&mut connection, &told);
                told
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
                    let key = &OUTBOX[..OUTBOX_KEY];
                    let delete = format!("DELETE FROM outbox WHERE ({}) IN (", names(key));
                    run(self.writer(), with_rows(delete, key, messages, ")")?).await?;
                }
                Ok(())
            }

            async fn put_facts(&self, facts: &Facts) -> Result<(), StorageError> {
                // One row for each name: a statement cannot change the same row twice.
                let traders: BTreeMap<&str, &[u8]> =
                    facts.traders.iter().map(|(code, facts)| (code.as_str(), facts.as_slice())).collect();
                let traders: Vec<(&str, &[u8])> = traders.into_iter().collect();
                for traders in traders.chunks(ROWS_MAX) {
                    let replaced = " ON CONFLICT (tax_code) DO UPDATE SET facts = excluded.facts";
                    run(self.writer(), insert("traders", &tables::traders(), traders, replaced, &mut Compressed::default())?).await?;
                }
                let facts: BTreeMap<&FactKey, &Fact> = facts.facts.iter().map(|fact| (&fact.key, fact)).collect();
                let facts: Vec<&Fact> = facts.into_values().collect();
                for facts in facts.chunks(ROWS_MAX) {
                    let mut connection = self.writer().acquire().await?;
                    let kept = put(&mut connection, facts).await;
                    throw_away_failed(&mut connection, &kept);
                    kept?;
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

            async fn generations(&self) -> Result<Vec<(i64, i64)>, StorageError> {
                let mut select = Builder::new("SELECT generation, numbers_from FROM generations ORDER BY generation");
                let rows = select.build().fetch_all(self.reader()).await?;
                rows.iter().map(|row| Ok((row.try_get("generation")?, row.try_get("numbers_from")?))).collect()
            }

            async fn now_ms(&self) -> Result<i64, StorageError> {
                let mut select = Builder::new(concat!("SELECT ", $now, " AS now_ms"));
                Ok(select.build().fetch_one(self.reader()).await?.try_get("now_ms")?)
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

        /// The rows of a query that names keys between what stands before and after them.
        async fn look_up<T>(
            pool: &sqlx::Pool<$database>,
            before: impl Into<String>,
            columns: &[Column<T>],
            keys: &[T],
            after: &str,
        ) -> Result<Vec<DatabaseRow>, StorageError> {
            let mut select: Builder = with_rows(before, columns, keys, after)?;
            Ok(select.build().persistent(<$database>::TEXT_IS_CONSTANT).fetch_all(pool).await?)
        }

        /// Runs a statement that holds rows, and tells how many it changed.
        async fn run<'c>(
            executor: impl sqlx::Executor<'c, Database = $database>,
            mut statement: Builder,
        ) -> Result<u64, StorageError> {
            let query = statement.build().persistent(<$database>::TEXT_IS_CONSTANT);
            Ok(query.execute(executor).await?.rows_affected())
        }

        fn fact_key_of(row: &DatabaseRow) -> Result<FactKey, StorageError> {
            Ok(FactKey { kind: row.try_get("kind")?, name: row.try_get("name")?, qualifier: row.try_get("qualifier")? })
        }

        /// Puts facts in. The facts come first: whoever puts in the same ones waits there, and finds the balances that
        /// this transaction leaves.
        async fn put(connection: &mut Connection, facts: &[&Fact]) -> Result<(), StorageError> {
            let mut transaction = connection.begin_with($begin).await?;
            let replaced = " ON CONFLICT (kind, name, qualifier) DO UPDATE SET holder = excluded.holder, \
                            document = excluded.document";
            run(&mut *transaction, insert("facts", &tables::facts(), facts, replaced, &mut Compressed::default())?).await?;
            let names: Vec<(String, String)> =
                facts.iter().map(|fact| (fact.key.kind.clone(), fact.key.name.clone())).collect();
            let select = facts_named("line, granted, remaining, unit", "balances");
            let mut select: Builder = with_rows(select, PAIRS, &names, concat!(")", $lock))?;
            let mut kept = HashMap::new();
            for row in select.build().persistent(<$database>::TEXT_IS_CONSTANT).fetch_all(&mut *transaction).await? {
                let key = BalanceKey { fact: fact_key_of(&row)?, line: narrow(row.try_get("line")?)? };
                let (granted, remaining): (String, String) = (row.try_get("granted")?, row.try_get("remaining")?);
                let (granted, remaining) = (quantity_of(&granted)?, quantity_of(&remaining)?);
                kept.insert(key, Kept { granted, remaining, unit: row.try_get("unit")? });
            }
            for rows in granted(facts, &kept)?.chunks(ROWS_MAX) {
                let replaced = " ON CONFLICT (kind, name, qualifier, line) DO UPDATE SET granted = excluded.granted, \
                                remaining = excluded.remaining, unit = excluded.unit";
                run(&mut *transaction, insert("balances", BALANCES, rows, replaced, &mut Compressed::default())?).await?;
            }
            Ok(transaction.commit().await?)
        }

        /// Takes a partition over in a transaction.
        async fn take_over(
            connection: &mut Connection,
            partition: &StreamPartition,
            stream_identity: &str,
        ) -> Result<Position, StorageError> {
            let mut transaction = connection.begin_with($begin).await?;
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

        /// Writes a batch in a transaction, or nothing of it.
        async fn write_all(
            connection: &mut Connection,
            batch: &Batch,
            steps: Vec<Step<$database>>,
            before_commit: Option<fn()>,
        ) -> Result<Commit, StorageError> {
            let mut transaction = connection.begin_with($begin).await?;
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
        async fn write(
            transaction: &mut Transaction<'_>,
            batch: &Batch,
            steps: Vec<Step<$database>>,
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
            for Step { statement, holds } in steps {
                let changed = run(&mut **transaction, statement).await?;
                if let Some((_, conflict)) = holds.filter(|(rows, _)| *rows != changed) {
                    return Ok(Commit::Conflict(conflict.to_owned()));
                }
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
            let mut select = Builder::new(format!("SELECT {} FROM outbox WHERE source_topic = ", names(OUTBOX)));
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
