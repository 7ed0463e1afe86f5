//! How the databases answer questions, for tests that ask it: whether by an index, or by looking through a whole table.
//!
//! PostgreSQL is asked when THONGQUAN_TEST_POSTGRES names a server, as in the contract.

use sqlx::{Connection as _, PgConnection};

use crate::database::Database;
use crate::query::{Dialect, Query};
use crate::store::Options;

impl Database {
    /// The plan of a query, as the database words it.
    pub(crate) async fn explain(&self, query: Query) -> String {
        let (before, column) = match self.dialect() {
            Dialect::Sqlite => ("EXPLAIN QUERY PLAN ", "detail"),
            Dialect::Postgres => ("EXPLAIN ", "QUERY PLAN"),
        };
        let rows = self.all(query.preceded_by(before)).await.unwrap();
        let lines: Vec<String> = rows.iter().map(|row| row.get(column).unwrap()).collect();
        lines.join("\n")
    }
}

/// Asks both databases, each empty.
pub(crate) async fn on_both(test: &str, ask: impl AsyncFn(Database)) {
    let folder = tempfile::tempdir().unwrap();
    ask(Database::open_sqlite(&folder.path().join("explained.db"), &Options::default()).await.unwrap()).await;
    let Ok(server) = std::env::var("THONGQUAN_TEST_POSTGRES") else {
        println!("skipped: THONGQUAN_TEST_POSTGRES names no server; run deploy/dev/test");
        return;
    };
    let name = format!("explained_{test}_{}", std::process::id());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    ask(Database::open_postgres(&url, &Options::default()).await.unwrap()).await;
}
