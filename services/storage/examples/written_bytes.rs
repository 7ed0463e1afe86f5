//! How many bytes a declaration takes in PostgreSQL, of its write-ahead log and of its tables: declarations are taken out of a
//! SQLite file that a demonstration made, and written to an empty database in batches, with their first notices to be sent.
//!
//! ```text
//! thongquan demo --once --count 8000 --data /tmp/demo.db
//! cargo run --release -p storage --example written_bytes -- /tmp/demo.db postgres://USER@HOST:PORT/DATABASE [SQL]
//! ```
//!
//! The SQL is executed first: `DROP INDEX declarations_by_office` tells what that index costs.

#![allow(clippy::print_stdout, reason = "what it measures is printed")]

use sqlx::{Connection as _, PgConnection};
use storage::{
    Batch, Commit, DeclarationRow, LogEntry, MessageSource, NewDeclaration, Options, OutboxMessage, Position, Searched,
    Store, StreamPartition,
};

const BATCH: usize = 250;

/// The size of each table with its indexes, and of its indexes alone.
const SIZES: &str = "SELECT relname, pg_total_relation_size(oid), pg_indexes_size(oid) FROM pg_class \
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_total_relation_size(oid) > 65536 ORDER BY 2 DESC";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (from, to) = arguments.next().zip(arguments.next()).ok_or("usage: written_bytes FILE URL")?;
    let records = records_of(&*storage::open(&format!("sqlite:{from}"), Options::default()).await?).await?;
    let store = storage::open(&to, Options::default()).await?;
    let partition = StreamPartition { group: "g".to_owned(), topic: "declarations.lodged".to_owned(), partition: 0 };
    let mut held = store.acquire(&partition, "written-bytes").await?;
    let mut server = PgConnection::connect(&to).await?;
    if let Some(sql) = arguments.next() {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut server).await?;
    }
    // Full pages are logged once after each checkpoint: that is what the first writes to a page cost, and no more.
    sqlx::query("CHECKPOINT").execute(&mut server).await?;
    let begun = wal_position(&mut server).await?;
    let count = i64::try_from(records.len())?;
    for part in records.chunks(BATCH) {
        let next = held.next_offset + i64::try_from(part.len())?;
        let batch = batch_of(&partition, held, next, part);
        if store.commit(&batch).await? != Commit::Committed {
            return Err("the database is not empty".into());
        }
        held.next_offset = next;
    }
    let written = wal_position(&mut server).await? - begun;
    println!("{count} declarations: {} bytes of write-ahead log each", written / count);
    let sizes: Vec<(String, i64, i64)> = sqlx::query_as(SIZES).fetch_all(&mut server).await?;
    for (table, total, indexes) in &sizes {
        println!("  {table}: {} bytes each, {} of them in indexes", total / count, indexes / count);
    }
    println!("  together {}", sizes.iter().map(|(_, total, _)| total / count).sum::<i64>());
    Ok(())
}

async fn wal_position(server: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT (pg_current_wal_insert_lsn() - '0/0')::BIGINT").fetch_one(server).await
}

type Record = (DeclarationRow, LogEntry);

/// The declarations of a file as they were when they were lodged, as far as their rows tell.
async fn records_of(store: &dyn Store) -> Result<Vec<Record>, Box<dyn std::error::Error>> {
    let mut records = Vec::new();
    let mut after = None;
    loop {
        let page = store.rows_page(after.take(), 1_000).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.key().clone());
        for mut row in page {
            if let Some(first) = store.log_of(row.key()).await?.into_iter().next() {
                (row.stand.log_sequence, row.stand.log_hash, row.stand.decision_sequence) = (0, first.hash, 0);
                records.push((row, first));
            }
        }
    }
    // In the order in which they came, which is another than that of their keys.
    records.sort_by(|(a, _), (b, _)| (a.lodged.source.offset, a.key()).cmp(&(b.lodged.source.offset, b.key())));
    Ok(records)
}

fn batch_of(partition: &StreamPartition, held: Position, next: i64, records: &[Record]) -> Batch {
    let mut batch = Batch::empty(partition.clone(), held, next);
    batch.sent = Some(held.next_offset);
    for (offset, (row, first)) in (held.next_offset..).zip(records) {
        let source = MessageSource { topic: partition.topic.clone(), partition: 0, offset };
        let stand = row.stand.clone();
        let time_acts_at_ms = row.time_acts_at_ms;
        let mut lodged = row.lodged.clone();
        lodged.source = source.clone();
        batch.declarations.push(NewDeclaration { lodged, stand, searched: Searched::default(), time_acts_at_ms });
        batch.log.push(first.clone());
        batch.outbox.push(OutboxMessage {
            source,
            sequence: 0,
            at_ms: first.at_ms,
            event_id: row.lodged.content_hash[..16].iter().map(|byte| format!("{byte:02x}")).collect(),
            topic: "declarations.notices".to_owned(),
            key: row.key().declarant.clone().into_bytes(),
            headers: vec![("ce_type".to_owned(), "vn.thongquan.notices".to_owned())],
            payload: first.papers.as_ref().map(|papers| papers.answer.clone()).unwrap_or_default(),
        });
    }
    batch
}
