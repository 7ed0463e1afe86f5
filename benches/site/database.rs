//! A database of the run's own, how far it has come, and what it grows by.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, PgPool};
use storage::{Options, Store};

/// A database that was made for the run.
pub struct Database {
    pub url: String,
    pub store: Arc<dyn Store>,
    name: String,
    server: PgPool,
    inside: PgPool,
}

/// What a database holds, in bytes, and how far its log has come.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sizes {
    /// Tables with their indexes, but for the decision log.
    pub tables: i64,
    /// The decision log with its index.
    pub decision_log: i64,
    /// What was ever written ahead, of all databases of the server.
    pub write_ahead: i64,
}

impl Sizes {
    /// What was added since an earlier reading.
    pub fn since(self, before: Self) -> Self {
        Self {
            tables: self.tables - before.tables,
            decision_log: self.decision_log - before.decision_log,
            write_ahead: self.write_ahead - before.write_ahead,
        }
    }
}

impl Database {
    /// Makes one on the server that the address of another names.
    pub async fn create(address: &str, name: &str) -> Self {
        let server = PgPool::connect(address).await.unwrap();
        let name = format!("{name}_{}", std::process::id());
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&server).await.unwrap();
        let (before, options) = address.split_once('?').unwrap_or((address, ""));
        let (before, _) = before.rsplit_once('/').unwrap();
        let url = format!("{before}/{name}?{options}");
        let url = url.trim_end_matches('?').to_owned();
        let store = storage::open(&url, Options::default()).await.unwrap();
        let inside = PgPool::connect(&url).await.unwrap();
        Self { url, store, name, server, inside }
    }

    pub async fn sizes(&self) -> Sizes {
        let of = |expression: &str| AssertSqlSafe(format!("SELECT ({expression})::BIGINT"));
        let size = |expression: &'static str| async move {
            sqlx::query_scalar::<_, i64>(of(expression)).fetch_one(&self.inside).await.unwrap()
        };
        let log = size("coalesce(pg_total_relation_size(to_regclass('decision_log')), 0)").await;
        let all = size(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = 'public' AND c.relkind = 'r'",
        )
        .await;
        let write_ahead = size("pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')").await;
        Sizes { tables: all - log, decision_log: log, write_ahead }
    }

    /// How far each partition of a topic is dealt with, by their numbers; 0 for those that were not taken yet.
    pub async fn positions(&self, topic: &str, partitions: i32) -> Vec<i64> {
        let select = "SELECT partition::BIGINT, next_offset FROM stream_positions WHERE topic = $1";
        let mut positions = vec![0; usize::try_from(partitions).unwrap()];
        for (partition, position) in sqlx::query_as(select).bind(topic).fetch_all(&self.inside).await.unwrap() {
            let partition: i64 = partition;
            positions[usize::try_from(partition).unwrap()] = position;
        }
        positions
    }

    /// Messages that wait in the outbox.
    pub async fn outbox(&self) -> i64 {
        self.store.outbox_waiting().await.unwrap().count
    }

    /// Rows of a table.
    pub async fn rows(&self, table: &str) -> usize {
        let select = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let count: i64 = sqlx::query_scalar(select).fetch_one(&self.inside).await.unwrap();
        usize::try_from(count).unwrap()
    }

    /// Lets the server put in order what was written, as it does by itself sooner or later.
    pub async fn settle(&self) {
        sqlx::raw_sql("VACUUM (ANALYZE)").execute(&self.inside).await.unwrap();
        sqlx::raw_sql("CHECKPOINT").execute(&self.inside).await.unwrap();
    }

    /// Ends with the run.
    pub async fn drop(self) {
        self.inside.close().await;
        drop(self.store);
        let drop = AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.name));
        sqlx::raw_sql(drop).execute(&self.server).await.unwrap();
    }
}
