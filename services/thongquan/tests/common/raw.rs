//! Messages as other programs can send them: in any partition, with any key or none, with any value or none.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::Path;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use storage::sqlite::{AppendRecord, MessageLog};
use stream::{EVENT_ID_HEADER, partition_of};

use crate::common::{Backend, PARTITIONS};

/// A message in a partition.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) partition: i32,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) event_id: Option<String>,
    pub(crate) timestamp_ms: i64,
}

/// The partition in which messages with a key lie that is put there by our own.
pub(crate) fn partition_for(key: &str) -> i32 {
    partition_of(key.as_bytes(), PARTITIONS)
}

/// Puts messages into their partitions, in their order.
pub(crate) async fn place(backend: &Backend, topic: &str, messages: Vec<Placed>) {
    if backend.setting("THONGQUAN_STREAM__KIND") == "kafka" {
        return place_on_kafka(backend, topic, messages).await.unwrap();
    }
    let file = backend.environment.iter().find(|(name, _)| *name == "FAULTS_STREAM_FILE").map(|(_, file)| file.clone());
    let url = backend.setting("THONGQUAN_STORAGE__URL");
    let file = file.unwrap_or_else(|| url.strip_prefix("sqlite:").unwrap().to_owned());
    let log = MessageLog::open(Path::new(&file)).await.unwrap();
    let records: Vec<AppendRecord> = messages
        .into_iter()
        .map(|Placed { partition, key, payload, event_id, timestamp_ms }| {
            let headers = event_id.iter().map(|id| (EVENT_ID_HEADER.to_owned(), id.clone().into_bytes())).collect();
            AppendRecord { partition, timestamp_ms, key, headers, payload, event_id }
        })
        .collect();
    log.append(topic, &records).await.unwrap();
}

/// The same on Kafka, which may refuse.
pub(crate) async fn place_on_kafka(backend: &Backend, topic: &str, messages: Vec<Placed>) -> Result<(), KafkaError> {
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", backend.setting("THONGQUAN_STREAM__BROKERS"))
        .set("message.max.bytes", (20 << 20).to_string())
        .set("enable.idempotence", "true")
        .create()?;
    let mut sent = Vec::new();
    for message in &messages {
        let mut record = FutureRecord::<Vec<u8>, Vec<u8>>::to(topic);
        record.partition = Some(message.partition);
        record.timestamp = Some(message.timestamp_ms);
        record.key = message.key.as_ref();
        record.payload = message.payload.as_ref();
        record.headers = message
            .event_id
            .as_ref()
            .map(|id| OwnedHeaders::new().insert(Header { key: EVENT_ID_HEADER, value: Some(id.as_bytes()) }));
        loop {
            match producer.send_result(record) {
                Ok(outcome) => break sent.push(outcome),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), again)) => {
                    record = again;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err((error, _)) => return Err(error),
            }
        }
    }
    for outcome in sent {
        outcome.await.map_err(|_| KafkaError::Canceled)?.map_err(|(error, _)| error)?;
    }
    Ok(())
}
