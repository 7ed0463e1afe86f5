//! How the databases answer questions, for tests that ask it: whether by an index, or by looking through a whole table.
//!
//! PostgreSQL is asked when THONGQUAN_TEST_POSTGRES names a server, as in the contract.

use sqlx::{Connection as _, PgConnection};
use vocabulary::{Direction, Lane, Outcome, State};

use crate::database::Database;
use crate::keys::{DeclarationKey, MessageSource};
use crate::ledger::{Batch, Ledger, StreamPartition};
use crate::options::Options;
use crate::query::{Dialect, Query};
use crate::rows::{Lodged, NewDeclaration, Searched, Stand};

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
#[allow(clippy::print_stdout, reason = "a test tells what it skips")]
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

/// Keeps so many declarations, of a hundred enterprises at twenty offices in the states and lanes of a usual day, and lets
/// the database learn of them.
pub(crate) async fn many_declarations(database: &Database, count: i64) {
    let partition = StreamPartition { group: "g".to_owned(), topic: "lodged".to_owned(), partition: 0 };
    let held = database.acquire(&partition, "log").await.unwrap();
    let mut batch = Batch::empty(partition, held, count);
    batch.declarations = (0..count).map(one_of_many).collect();
    database.commit(&batch).await.unwrap();
    database.run(database.query("ANALYZE")).await.unwrap();
}

fn one_of_many(n: i64) -> NewDeclaration {
    use State::{AwaitingPayment, Cleared, DocumentCheck, Examination, Rejected};
    let states = [Cleared, Cleared, Cleared, DocumentCheck, Examination, AwaitingPayment, Rejected];
    let at = usize::try_from(n).unwrap();
    let lane = Lane::ALL[at % 3];
    let flagged_goods = if lane == Lane::Green { Vec::new() } else { vec![format!("84{:02}1020", n % 90 + 10)] };
    let key = DeclarationKey { declarant: format!("01{:08}", n % 100), reference: format!("R{n:05}"), version: 1 };
    NewDeclaration {
        lodged: Lodged {
            key,
            content_hash: [7; 32],
            direction: Some(Direction::ALL[at % 2]),
            kind: "A11".to_owned(),
            office: format!("OF{:02}", n % 20),
            source: MessageSource { topic: "lodged".to_owned(), partition: 0, offset: n },
        },
        stand: Stand {
            outcome: Outcome::Accepted,
            state: states[at % states.len()],
            number: Some(format!("10{n:09}0").parse().unwrap()),
            lane: Some(lane),
            since_ms: n,
            registered_at_ms: n,
            total_payable: Some(500),
            paid: 0,
            standing: vec![7; 200],
            rulebook: "sample".to_owned(),
            log_sequence: 0,
            log_hash: [1; 32],
            decision_sequence: 0,
        },
        searched: Searched { first_stem: None, flagged_goods },
        time_acts_at_ms: None,
    }
}
