//! What declarations took of what was granted, and how that is checked: never more than there was.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use sqlx::Row as _;

use crate::account::{Account, Key};
use crate::common::Backend;

/// Kind, name, qualifier and line of a balance.
pub(crate) type BalanceName = (String, String, String, i64);

/// What one declaration took of a balance, or gave back, at one step.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) by: Key,
    pub(crate) before: Decimal,
    pub(crate) after: Decimal,
}

/// A balance with everything that was taken of it.
#[derive(Debug, Clone)]
pub(crate) struct Balance {
    pub(crate) granted: Decimal,
    pub(crate) remaining: Decimal,
    pub(crate) taken: Vec<Taken>,
}

/// Every balance of a database.
pub(crate) struct Balances(pub(crate) BTreeMap<BalanceName, Balance>);

/// Reads the two tables of balances; the two databases differ in the type of their pools alone.
macro_rules! read {
    ($pool:expr) => {{
        let pool = $pool;
        let decimal = |text: String| text.parse::<Decimal>().unwrap();
        let mut balances: BTreeMap<BalanceName, Balance> = BTreeMap::new();
        let rows = sqlx::query("SELECT kind, name, qualifier, line, granted, remaining FROM balances");
        for row in rows.fetch_all(&pool).await.unwrap() {
            let name = (row.get("kind"), row.get("name"), row.get("qualifier"), row.get("line"));
            let (granted, remaining) = (decimal(row.get("granted")), decimal(row.get("remaining")));
            balances.insert(name, Balance { granted, remaining, taken: Vec::new() });
        }
        let rows = sqlx::query(
            "SELECT kind, name, qualifier, line, declarant, reference, version, remaining_before, remaining_after \
             FROM write_offs",
        );
        for row in rows.fetch_all(&pool).await.unwrap() {
            let name = (row.get("kind"), row.get("name"), row.get("qualifier"), row.get("line"));
            let version: i64 = row.get("version");
            balances.get_mut(&name).unwrap().taken.push(Taken {
                by: (row.get("declarant"), row.get("reference"), u32::try_from(version).unwrap()),
                before: decimal(row.get("remaining_before")),
                after: decimal(row.get("remaining_after")),
            });
        }
        pool.close().await;
        Self(balances)
    }};
}

impl Balances {
    pub(crate) async fn of(backend: &Backend) -> Self {
        let url = backend.setting("THONGQUAN_STORAGE__URL");
        if url.starts_with("sqlite:") {
            read!(sqlx::SqlitePool::connect(&url).await.unwrap())
        } else {
            read!(sqlx::PgPool::connect(&url).await.unwrap())
        }
    }

    /// What each declaration has taken of each balance and not given back.
    pub(crate) fn net(&self) -> BTreeMap<(Key, BalanceName), Decimal> {
        let mut net: BTreeMap<(Key, BalanceName), Decimal> = BTreeMap::new();
        for (name, balance) in &self.0 {
            for taken in &balance.taken {
                *net.entry((taken.by.clone(), name.clone())).or_default() += taken.before - taken.after;
            }
        }
        net
    }

    /// Of no balance more was used than was granted: what is left and what was taken make up what was granted, each
    /// write-off begins where another one ended, and every declaration that lives has taken what was decided, and no
    /// other has taken anything.
    pub(crate) fn assert_never_over_used(&self, account: &Account) {
        let decided: BTreeMap<&Key, Decimal> = account
            .decisions
            .iter()
            .filter(|(_, (row, _))| {
                row.stand.outcome.as_str() == "accepted"
                    && !["cancelled", "superseded"].contains(&row.stand.state.as_str())
            })
            .map(|(key, (_, decision))| (key, decided_amounts(decision).into_iter().sum()))
            .collect();
        for (name, balance) in &self.0 {
            let Balance { granted, remaining, taken } = balance;
            // In these tests a declaration draws on one balance, or on none.
            let users: BTreeSet<&Key> = taken.iter().map(|taken| &taken.by).collect();
            let use_of_it: Decimal = users.iter().filter_map(|key| decided.get(key)).sum();
            assert!(use_of_it <= *granted, "{name:?} is over-used: {use_of_it} of {granted}");
            assert!(*remaining >= Decimal::ZERO && remaining <= granted, "{name:?}: {remaining} of {granted} are left");
            let used: Decimal = taken.iter().map(|taken| taken.before - taken.after).sum();
            assert_eq!(*granted, remaining + used, "{name:?} is not used as its write-offs say");
            let mut begun: Vec<Decimal> = taken.iter().map(|taken| taken.before).chain([*remaining]).collect();
            let mut ended: Vec<Decimal> = taken.iter().map(|taken| taken.after).chain([*granted]).collect();
            begun.sort();
            ended.sort();
            assert_eq!(begun, ended, "{name:?}: two write-offs begin at the same remainder, so one was written over");
        }
        let mut net: BTreeMap<Key, Decimal> = BTreeMap::new();
        for ((key, _), amount) in self.net() {
            *net.entry(key).or_default() += amount;
        }
        for (key, decided) in decided {
            let taken = net.remove(key).unwrap_or_default();
            assert_eq!(taken, decided, "{key:?} took something else than was decided");
        }
        net.retain(|_, taken| !taken.is_zero());
        assert!(net.is_empty(), "what does not live has taken something: {net:?}");
    }
}

/// What a decision takes.
fn decided_amounts(decision: &str) -> Vec<Decimal> {
    let decision: serde_json::Value = serde_json::from_str(decision).unwrap();
    let write_offs = decision["write_offs"].as_array().cloned().unwrap_or_default();
    write_offs.iter().map(|taken| taken["amount"].as_str().unwrap().parse().unwrap()).collect()
}
