//! PostgreSQL.

use std::time::Duration;

use sqlx::Executor as _;
use sqlx::postgres::{PgPool, PgPoolOptions};

use crate::SCHEMA_VERSION;
use crate::error::StorageError;
use crate::options::Options;

/// What brings a database from each version to the next, beginning with an empty one.
const MIGRATIONS: [&str; 1] = [include_str!("postgres/schema.sql")];
const _: () = assert!(MIGRATIONS.len() as i64 == SCHEMA_VERSION);
/// An arbitrary number: processes that start together take turns at the schema by it.
const SCHEMA_LOCK: i64 = 7_406_211_954;

/// A prepared statement is planned for its rows each time. A plan that is made once, while a table is small, looks through
/// the whole table, and would go on to do so however large it grows.
const PLANS: &str = "SET plan_cache_mode = force_custom_plan";
/// How long a transaction may wait for its next statement before the server ends it. A process that stands still inside of
/// one (a paused machine, a network that is cut) would otherwise keep its rows from whoever takes its partitions over. No
/// transaction of ours has anything to do between its statements.
const END_IDLE_TRANSACTIONS: &str = "SET idle_in_transaction_session_timeout = '5s'";

/// Connects, and brings the schema up to date where the options say so.
pub(crate) async fn open(url: &str, options: &Options) -> Result<PgPool, StorageError> {
    let pool = PgPoolOptions::new()
        .max_connections(options.connections_max.max(2))
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(PLANS).await?;
                connection.execute(END_IDLE_TRANSACTIONS).await?;
                Ok(())
            })
        })
        .connect(url)
        .await?;
    migrate(&pool, options.migrate).await?;
    Ok(pool)
}

async fn migrate(pool: &PgPool, allowed: bool) -> Result<(), StorageError> {
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(SCHEMA_LOCK).execute(&mut *transaction).await?;
    transaction.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)").await?;
    let found: Option<i64> =
        sqlx::query_scalar("SELECT max(version) FROM schema_version").fetch_one(&mut *transaction).await?;
    let found = found.unwrap_or_default();
    if found > SCHEMA_VERSION {
        return Err(StorageError::SchemaTooNew { found, known: SCHEMA_VERSION });
    }
    if found < SCHEMA_VERSION && !allowed {
        return Err(StorageError::SchemaTooOld { found, known: SCHEMA_VERSION });
    }
    if found < SCHEMA_VERSION {
        for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or_default()) {
            sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
        }
        sqlx::query("INSERT INTO schema_version VALUES ($1)").bind(SCHEMA_VERSION).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}
