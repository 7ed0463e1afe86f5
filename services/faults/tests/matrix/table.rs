//! The rows of the failure matrix, and the page that shows them.

use std::fmt::Write as _;
use std::path::Path;

use faults::Safeguard;

pub(crate) struct Row {
    pub(crate) fault: &'static str,
    /// How the test makes it happen.
    pub(crate) made: &'static str,
    pub(crate) holds: &'static str,
    /// What it holds by.
    pub(crate) by: &'static str,
    /// The same, as it is taken away.
    pub(crate) safeguard: Safeguard,
    /// What comes of it then.
    pub(crate) otherwise: &'static str,
    /// By which words the checks notice that.
    pub(crate) noticed: &'static str,
}

pub(crate) const AFTER_POLL: Row = Row {
    fault: "a processor ends after reading a batch, before its transaction",
    made: "it aborts when a batch was read, and again when one was decided",
    holds: "nothing is written; the batch is read again from the stored position",
    by: "the position moves with the decisions, and not with the reading",
    safeguard: Safeguard::PositionOnDecision,
    otherwise: "what was read is never decided",
    noticed: "every reference and version is decided",
};
pub(crate) const INSIDE_TRANSACTION: Row = Row {
    fault: "a processor ends inside a transaction",
    made: "it aborts when all is written and nothing committed",
    holds: "all of it is rolled back",
    by: "position, decisions, logs and outbox are one transaction",
    safeguard: Safeguard::OneTransaction,
    otherwise: "the position has moved and its decisions are not there",
    noticed: "every reference and version is decided",
};
pub(crate) const STOPPED_INSIDE: Row = Row {
    fault: "a processor stands still inside a transaction, with its rows locked (PostgreSQL)",
    made: "it stops itself (SIGSTOP) when all is written and nothing committed, and is continued at the end",
    holds: "the database rolls it back after a few seconds, and another takes the partition over",
    by: "the database ends a transaction that waits too long for its next statement",
    safeguard: Safeguard::IdleTransactionsEnd,
    otherwise: "nobody can take the partition over, nor draw on the same balance, for as long as it stands still",
    noticed: "nobody could take over",
};
pub(crate) const ANSWER_LOST: Row = Row {
    fault: "the answer to a commit is lost, whether or not it took place",
    made: "the first commit takes place and the second does not; of both the connection is said to have broken",
    holds: "the first is not done again, the second is",
    by: "the position is read again, and tells which it was",
    safeguard: Safeguard::PositionReadAgain,
    otherwise: "the processor takes itself for overtaken, and operators are alarmed",
    noticed: "a processor that nobody overtook took itself for overtaken",
};
pub(crate) const AFTER_COMMIT: Row = Row {
    fault: "a processor ends after a commit, before anything of it is published",
    made: "it aborts when a transaction is committed",
    holds: "the outbox holds the notices; whoever takes the partition over sends them first",
    by: "the outbox is written in the transaction of the decisions",
    safeguard: Safeguard::OutboxInTransaction,
    otherwise: "the notices are never sent",
    noticed: "notices went out, and",
};
pub(crate) const INSIDE_PUBLISH: Row = Row {
    fault: "a processor ends while it publishes, without an acknowledgement",
    made: "it publishes the first half of what it has to, and aborts",
    holds: "the outbox holds all of it, and all of it is sent, the first half again under the same event ids",
    by: "nothing leaves the outbox before it is acknowledged",
    safeguard: Safeguard::OutboxUntilAcknowledged,
    otherwise: "the second half is never sent",
    noticed: "notices went out, and",
};
pub(crate) const AFTER_PUBLISH: Row = Row {
    fault: "a processor ends after the acknowledgement, before the outbox is cleared",
    made: "it aborts when it is about to clear the outbox",
    holds: "the notices are sent again under the same event ids, by which readers and the embedded log know them",
    by: "the id of an event hangs on its cause alone",
    safeguard: Safeguard::DerivedEventIds,
    otherwise: "one notice has two ids, and readers take it for two",
    noticed: "notices went out, and",
};
pub(crate) const REBALANCE: Row = Row {
    fault: "a partition changes hands in the middle of a batch, and both owners try",
    made: "the old owner stands still before its commit until another has taken over and stands there too",
    holds: "the old owner writes nothing",
    by: "a commit asks for the owner's epoch",
    safeguard: Safeguard::EpochAsked,
    otherwise: "the old owner writes in a partition that is another's",
    noticed: "the old owner wrote",
};
pub(crate) const ZOMBIE: Row = Row {
    fault: "a processor stands still beyond its session, and goes on when another has done all of its work",
    made: "it is stopped (SIGSTOP) before its commit, and continued at the end",
    holds: "it writes nothing and sends nothing",
    by: "a commit asks whether the position is where its owner left it",
    safeguard: Safeguard::PositionCompared,
    otherwise: "it moves the position back, and deals with everything a second time",
    noticed: "the zombie wrote",
};
pub(crate) const FAIL_OVER: Row = Row {
    fault: "the database fails over to a copy that lacks the last commits",
    made: "a copy is made halfway, and takes the database's place at the end",
    holds: "the position has moved back with its decisions; they are made again, and their notices have the same event ids",
    by: "the id of an event hangs on its cause alone",
    safeguard: Safeguard::DerivedEventIds,
    otherwise: "every notice since the copy has two ids, and readers take it for two",
    noticed: "notices went out, and",
};
pub(crate) const LOG_TRUNCATED: Row = Row {
    fault: "the log loses messages that were dealt with, and ends before the position",
    made: "the end of a partition is cut off: in its table, or in Kafka's file while the broker is killed",
    holds: "the processor stops and says so; nothing is skipped",
    by: "a position beyond the end of the log is refused, and never reset",
    safeguard: Safeguard::NoReset,
    otherwise: "what is lodged next takes the lost offsets, and is skipped in silence",
    noticed: "of the messages lodged since are skipped",
};
pub(crate) const FAILING: Row = Row {
    fault: "the database cannot write for a while, whatever it is given: its disk fails or is full",
    made: "the first thirty-two commits are answered with an error of the disk",
    holds: "every message waits and is decided; none is kept aside",
    by: "only what the content causes counts as refused, every other error is waited out",
    safeguard: Safeguard::PassingErrorsWait,
    otherwise: "messages that nothing was wrong with are kept undecided",
    noticed: "every reference and version is decided",
};
pub(crate) const POISON: Row = Row {
    fault: "the database refuses what was decided on one message",
    made: "a trigger of the database refuses the fourth message of each partition",
    holds: "the message is kept without a decision in the transaction that moves past it, and every other is decided",
    by: "a refused batch is halved down to the message that is refused",
    safeguard: Safeguard::Halving,
    otherwise: "every message of the batch goes undecided with it",
    noticed: "is not decided, and nothing was wrong with it",
};
pub(crate) const BALANCE: Row = Row {
    fault: "two partitions use one certificate of origin at the same time",
    made: "one stands still before its commit until the others have used up the certificate",
    holds: "it decides again on what is left, and nothing is used twice",
    by: "what is left is compared when it is written off",
    safeguard: Safeguard::BalancesCompared,
    otherwise: "the certificate is used for more goods than it covers",
    noticed: "is over-used",
};
pub(crate) const TWICE: Row = Row {
    fault: "one reference is lodged in two partitions at the same time",
    made: "one stands still before its commit until the other has decided",
    holds: "the second gets the first answer again",
    by: "a declarant's reference and version is unique in the database",
    safeguard: Safeguard::UniqueReference,
    otherwise: "one declaration has two numbers, and is to be paid twice",
    noticed: "decided more than once",
};

/// All of them, in the order of the page.
const ROWS: [&Row; 15] = [
    &AFTER_POLL,
    &INSIDE_TRANSACTION,
    &STOPPED_INSIDE,
    &ANSWER_LOST,
    &AFTER_COMMIT,
    &INSIDE_PUBLISH,
    &AFTER_PUBLISH,
    &REBALANCE,
    &ZOMBIE,
    &FAIL_OVER,
    &LOG_TRUNCATED,
    &FAILING,
    &POISON,
    &BALANCE,
    &TWICE,
];

fn page() -> String {
    let mut page = String::from(
        "# What goes wrong, and what it holds by\n\n\
         Each row is a test (`tests/matrix/rows.rs`) on real processes, on SQLite with the embedded log and on Kafka with\n\
         PostgreSQL. Each test runs twice: as the product is, and without the one safeguard, when the same checks have to\n\
         find what the last column says. The table is written from the tests.\n\n\
         | What goes wrong | How the test makes it happen | What holds | By what | Without it |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    for Row { fault, made, holds, by, otherwise, .. } in ROWS {
        let _ = writeln!(page, "| {fault} | {made} | {holds} | {by} | {otherwise} |");
    }
    page.push_str(
        "\n`services/thongquan/tests/under_fire` kills the product itself, its broker and its database in turn and at random\n\
         while twenty thousand messages are dealt with, and `services/thongquan/tests/crash.rs` its processor. Files that fail below\n\
         a process (`src/faulty_files.c`) are put under it by `services/thongquan/tests/failing_files.rs` and `under_fire`.\n",
    );
    page
}

#[test]
fn the_page_shows_the_rows() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("FAULTS.md");
    let page = page();
    if std::env::var_os("UPDATE_FAULTS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(&file).unwrap_or_default() == page,
        "FAULTS.md is not what the tests do; UPDATE_FAULTS=1 cargo test --release -p faults writes it anew"
    );
}

#[test]
fn every_safeguard_has_its_row() {
    for safeguard in Safeguard::ALL {
        assert!(ROWS.iter().any(|row| row.safeguard == safeguard), "{safeguard:?}");
    }
}
