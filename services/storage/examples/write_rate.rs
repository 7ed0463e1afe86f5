//! How many declarations a second the database takes, with their logs and notices, one owner and batches of 500: `cargo run --release -p storage --example write_rate -- URL [COUNT]`.

#![allow(clippy::print_stdout, reason = "what it measures is printed")]

use std::time::Instant;

use storage::{
    Batch, Commit, DeclarationKey, Lodged, LodgedPapers, LogEntry, MessageSource, NewDeclaration, Options,
    OutboxMessage, Position, Searched, Stand, StreamPartition,
};
use vocabulary::{Direction, Lane, Outcome, State};

const BATCH: i64 = 500;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("usage: write_rate URL [COUNT]")?;
    let count: i64 = arguments.next().map_or(Ok(20_000), |count| count.parse())?;
    let store = storage::open(&url, Options::default()).await?;
    let topic = format!("rate-{}", std::process::id());
    let partition = StreamPartition { group: "rate".to_owned(), topic, partition: 0 };
    let held = store.acquire(&partition, "rate").await?;
    let batches: Vec<Batch> = (0..count / BATCH).map(|at| batch(&partition, held.epoch, at * BATCH)).collect();
    let began = Instant::now();
    for batch in &batches {
        if store.commit(batch).await? != Commit::Committed {
            return Err("the batch was not taken".into());
        }
    }
    let took = began.elapsed().as_millis().max(1);
    let rate = u128::try_from(count)? * 1_000 / took;
    println!("{count} declarations: {took} ms, {rate} a second");
    Ok(())
}

fn batch(partition: &StreamPartition, epoch: i64, first: i64) -> Batch {
    let found = Position { epoch, next_offset: first };
    let mut batch = Batch::empty(partition.clone(), found, first + BATCH);
    for offset in first..first + BATCH {
        let key = DeclarationKey {
            declarant: format!("01{:08}", offset % 1_000),
            reference: format!("{}-{offset}", partition.topic),
            version: 1,
        };
        let source = MessageSource { topic: partition.topic.clone(), partition: 0, offset };
        // About what a declaration of a few lines and its decision hold.
        let text = |length: usize| -> Vec<u8> {
            let mut text = String::new();
            while text.len() < length {
                text.push_str(&format!("<Line>{}</Line>", text.len() as i64 * 7_919 + offset));
            }
            text.into_bytes()
        };
        let lodged = Lodged {
            key: key.clone(),
            content_hash: [7; 32],
            direction: Some(Direction::Import),
            kind: "A11".to_owned(),
            office: "01PR".to_owned(),
            source: source.clone(),
        };
        let stand = Stand {
            outcome: Outcome::Accepted,
            state: State::AwaitingPayment,
            number: None,
            lane: Some(Lane::Green),
            since_ms: offset,
            registered_at_ms: offset,
            total_payable: Some(500),
            paid: 0,
            standing: text(200),
            rulebook: "rate".to_owned(),
            log_sequence: 0,
            log_hash: [1; 32],
            decision_sequence: 0,
        };
        let searched = Searched::default();
        batch.declarations.push(NewDeclaration { lodged, stand, searched, time_acts_at_ms: None });
        batch.log.push(LogEntry {
            key,
            sequence: 0,
            at_ms: offset,
            kind: "accepted".to_owned(),
            body: text(6_000),
            papers: Some(LodgedPapers { document: text(4_000), answer: text(500) }),
            previous_hash: [0; 32],
            hash: [1; 32],
        });
        batch.outbox.push(OutboxMessage {
            source,
            sequence: 0,
            at_ms: offset,
            event_id: format!("rate-{offset}"),
            topic: "notices".to_owned(),
            key: b"0100233488".to_vec(),
            headers: Vec::new(),
            payload: text(500),
        });
    }
    batch
}
