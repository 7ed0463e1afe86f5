//! Who wants to be told what, where to, and what is still to be delivered.
//!
//! ```text
//!   notice ──► for each subscription a Delivery ──► due ──► delivered
//!                                                    ▲  └─► failed ──► due later, or given up
//!                                                    └──────────┘
//! ```

use async_trait::async_trait;

use crate::columns::Value::{Bytes, Integer, Text};
use crate::columns::{Column, ROWS_MAX, names};
use crate::database::Database;
use crate::error::StorageError;
use crate::query::{Row, insert, text};

/// What an enterprise wants to be told, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// What tells it from every other.
    pub id: String,
    /// The tax code of the enterprise whose declarations it is about.
    pub declarant: String,
    /// The way it is told, in a word: webhook, e-mail.
    pub channel: String,
    /// Where to: an address of the channel's kind.
    pub address: String,
    /// What deliveries are signed with.
    pub secret: Vec<u8>,
    /// The kinds of notices that it is about, in words without line breaks; none for all of them.
    pub events: Vec<String>,
    /// When the enterprise agreed to it, in milliseconds since 1970 in UTC.
    pub consented_at_ms: i64,
}

/// What is known by a subscription and the event that is delivered to it. One event is delivered once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeliveryKey {
    pub subscription: String,
    pub event_id: String,
}

/// Something to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// What it is known by.
    pub key: DeliveryKey,
    pub body: Vec<u8>,
    /// When it came up, in milliseconds since 1970 in UTC; it is due at once.
    pub at_ms: i64,
}

/// Something to be delivered, with what was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What it is known by.
    pub key: DeliveryKey,
    pub body: Vec<u8>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next, in milliseconds since 1970 in UTC; `None` once it is delivered or given up.
    pub next_at_ms: Option<i64>,
    /// When it was delivered, in milliseconds since 1970 in UTC.
    pub delivered_at_ms: Option<i64>,
    /// What the other side answered last.
    pub answer: Option<String>,
}

/// Subscriptions, and what is delivered to them.
#[async_trait]
pub trait Subscriptions: Send + Sync {
    /// Adds a subscription.
    ///
    /// # Errors
    /// When there is one of that id.
    async fn subscribe(&self, subscription: &Subscription) -> Result<(), StorageError>;

    /// Removes a subscription of an enterprise with all that was to be delivered to it; whether there was one.
    async fn unsubscribe(&self, declarant: &str, id: &str) -> Result<bool, StorageError>;

    /// The subscriptions of an enterprise, in the order of their ids.
    async fn subscriptions_of(&self, declarant: &str) -> Result<Vec<Subscription>, StorageError>;

    /// Keeps what is to be delivered; what is kept already stays as it is, so that the same may be put in again.
    async fn put_deliveries(&self, deliveries: &[NewDelivery]) -> Result<(), StorageError>;

    /// What is due until a time, that one included, what is due longest first.
    async fn deliveries_due(&self, until_ms: i64, limit: usize) -> Result<Vec<Delivery>, StorageError>;

    /// The deliveries to a subscription, the newest first.
    async fn deliveries_to(&self, subscription: &str, limit: usize) -> Result<Vec<Delivery>, StorageError>;

    /// Notes that something was delivered.
    async fn delivered(&self, key: &DeliveryKey, at_ms: i64, answer: &str) -> Result<(), StorageError>;

    /// Notes that an attempt failed, and when the next one is due; with `None` it is given up.
    async fn not_delivered(&self, key: &DeliveryKey, answer: &str, next_at_ms: Option<i64>)
    -> Result<(), StorageError>;
}

const SUBSCRIPTIONS: &[Column<Subscription>] = &[
    Column("id", Text(|subscription| text(&subscription.id))),
    Column("declarant", Text(|subscription| text(&subscription.declarant))),
    Column("channel", Text(|subscription| text(&subscription.channel))),
    Column("address", Text(|subscription| text(&subscription.address))),
    Column("secret", Bytes(|subscription| &subscription.secret)),
    Column("events", Text(|subscription| text(&subscription.events.join("\n")).into_owned().into())),
    Column("consented_at_ms", Integer(|subscription| subscription.consented_at_ms)),
];

const DELIVERIES: &[Column<NewDelivery>] = &[
    Column("subscription", Text(|new| text(&new.key.subscription))),
    Column("event_id", Text(|new| text(&new.key.event_id))),
    Column("body", Bytes(|new| &new.body)),
    Column("created_at_ms", Integer(|new| new.at_ms)),
    Column("attempts", Integer(|_| 0)),
    Column("next_at_ms", Integer(|new| new.at_ms)),
];

const DELIVERY_COLUMNS: &str = "subscription, event_id, body, attempts, next_at_ms, delivered_at_ms, answer";

#[async_trait]
impl Subscriptions for Database {
    async fn subscribe(&self, subscription: &Subscription) -> Result<(), StorageError> {
        let rows = std::slice::from_ref(subscription);
        self.run(insert(self.dialect(), "subscriptions", SUBSCRIPTIONS, rows, "")?).await?;
        Ok(())
    }

    async fn unsubscribe(&self, declarant: &str, id: &str) -> Result<bool, StorageError> {
        // What was to be delivered goes with it.
        let mut delete = self.query("DELETE FROM subscriptions WHERE declarant = ");
        delete.bind_text(declarant).push(" AND id = ").bind_text(id);
        Ok(self.run(delete).await? == 1)
    }

    async fn subscriptions_of(&self, declarant: &str) -> Result<Vec<Subscription>, StorageError> {
        let mut select = self.query(format!("SELECT {} FROM subscriptions WHERE declarant = ", names(SUBSCRIPTIONS)));
        select.bind_text(declarant).push(" ORDER BY id");
        let mut subscriptions = Vec::new();
        for row in self.all(select).await? {
            subscriptions.push(Subscription {
                id: row.get("id")?,
                declarant: row.get("declarant")?,
                channel: row.get("channel")?,
                address: row.get("address")?,
                secret: row.get("secret")?,
                events: row.get::<String>("events")?.lines().map(str::to_owned).collect(),
                consented_at_ms: row.get("consented_at_ms")?,
            });
        }
        Ok(subscriptions)
    }

    async fn put_deliveries(&self, deliveries: &[NewDelivery]) -> Result<(), StorageError> {
        for deliveries in deliveries.chunks(ROWS_MAX) {
            let kept = " ON CONFLICT DO NOTHING";
            self.run(insert(self.dialect(), "deliveries", DELIVERIES, deliveries, kept)?).await?;
        }
        Ok(())
    }

    async fn deliveries_due(&self, until_ms: i64, limit: usize) -> Result<Vec<Delivery>, StorageError> {
        let mut select = self.query(format!(
            "SELECT {DELIVERY_COLUMNS} FROM deliveries WHERE next_at_ms IS NOT NULL AND next_at_ms <= "
        ));
        select.bind(until_ms).push(" ORDER BY next_at_ms, subscription, event_id").limit(limit);
        self.all(select).await?.iter().map(delivery_of).collect()
    }

    async fn deliveries_to(&self, subscription: &str, limit: usize) -> Result<Vec<Delivery>, StorageError> {
        let mut select = self.query(format!("SELECT {DELIVERY_COLUMNS} FROM deliveries WHERE subscription = "));
        select.bind_text(subscription).push(" ORDER BY created_at_ms DESC, event_id DESC").limit(limit);
        self.all(select).await?.iter().map(delivery_of).collect()
    }

    async fn delivered(&self, key: &DeliveryKey, at_ms: i64, answer: &str) -> Result<(), StorageError> {
        let mut update =
            self.query("UPDATE deliveries SET attempts = attempts + 1, next_at_ms = NULL, delivered_at_ms = ");
        update.bind(at_ms).push(", answer = ").bind_text(answer);
        update.push(" WHERE subscription = ").bind_text(&key.subscription);
        update.push(" AND event_id = ").bind_text(&key.event_id);
        self.run(update).await?;
        Ok(())
    }

    async fn not_delivered(
        &self,
        key: &DeliveryKey,
        answer: &str,
        next_at_ms: Option<i64>,
    ) -> Result<(), StorageError> {
        let mut update = self.query("UPDATE deliveries SET attempts = attempts + 1, next_at_ms = ");
        update.bind(next_at_ms).push(", answer = ").bind_text(answer);
        update.push(" WHERE delivered_at_ms IS NULL AND subscription = ").bind_text(&key.subscription);
        update.push(" AND event_id = ").bind_text(&key.event_id);
        self.run(update).await?;
        Ok(())
    }
}

fn delivery_of(row: &Row) -> Result<Delivery, StorageError> {
    Ok(Delivery {
        key: DeliveryKey { subscription: row.get("subscription")?, event_id: row.get("event_id")? },
        body: row.get("body")?,
        attempts: row.narrow("attempts")?,
        next_at_ms: row.get("next_at_ms")?,
        delivered_at_ms: row.get("delivered_at_ms")?,
        answer: row.get("answer")?,
    })
}
