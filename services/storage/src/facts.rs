//! Facts besides declarations, and what is left of what they grant.
//!
//! A fact says how much it grants, a balance how much of that is left. The two are apart so that a fact can be put in
//! again, or corrected, without giving back what declarations have used.
//!
//! Quantities are exact decimals, which SQLite does not have: they are kept as canonical text in both databases, and no
//! statement calculates with them. A batch says what it found left and what it leaves, and the database compares: what
//! is decided on one remainder is never written over another. The database itself refuses a remainder below zero.

mod columns;

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use rust_decimal::Decimal;

use self::columns::BALANCES;
pub(crate) use self::columns::{PAIRS, WRITE_OFFS, balance_changes};
use crate::columns::ROWS_MAX;
use crate::database::{Connection, Database, Transaction};
use crate::error::StorageError;
use crate::keys::DeclarationKey;
use crate::query::{Query, Row, insert};

/// What a fact is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactKey {
    /// What it is, in a word.
    pub kind: String,
    /// How declarations name it.
    pub name: String,
    /// Within whom the name is unique; empty where it is unique by itself.
    pub qualifier: String,
}

/// A fact to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is known by.
    pub key: FactKey,
    /// The tax code of the enterprise that it is for; empty where it is for nobody in particular.
    pub holder: String,
    /// All of it, for the reader of facts.
    pub document: Vec<u8>,
    pub grants: Vec<Grant>,
}

/// What a line of a fact grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The line; 0 where the fact is one whole.
    pub line: u32,
    /// How much may be used in all.
    pub granted: Decimal,
    /// What it is counted in.
    pub unit: String,
}

/// Facts to be kept in place of those of the same names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Facts of traders by tax code.
    pub traders: Vec<(String, Vec<u8>)>,
    pub facts: Vec<Fact>,
}

/// A fact as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FactRow {
    /// All of it, as it was put in.
    pub document: Vec<u8>,
    /// What is left of its lines.
    pub remaining: BTreeMap<u32, Decimal>,
}

/// A line of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BalanceKey {
    pub fact: FactKey,
    /// The line; 0 where the fact is one whole.
    pub line: u32,
}

/// What a declaration takes from a balance at one step of its life, or gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteOff {
    pub declaration: DeclarationKey,
    /// The entry of its log that says why.
    pub log_sequence: i64,
    /// When, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    pub balance: BalanceKey,
    /// What was left before; the database must still say so.
    pub before: Decimal,
    /// What is left from now on.
    pub after: Decimal,
}

/// Facts, put in and asked for by whom they are for.
#[async_trait]
pub trait FactStore: Send + Sync {
    /// Keeps facts in place of those of the same names. What declarations have used of them stays used, so the same may
    /// be put in any number of times; a fact that grants more than before leaves so much more.
    ///
    /// # Errors
    /// When a line of which a part was used is now counted in another unit.
    async fn put_facts(&self, facts: &Facts) -> Result<(), StorageError>;

    /// The facts that are for an enterprise, by its tax code, in the order of their kinds and names.
    async fn facts_held_by(&self, holder: &str) -> Result<Vec<(FactKey, FactRow)>, StorageError>;
}

#[async_trait]
impl FactStore for Database {
    async fn put_facts(&self, facts: &Facts) -> Result<(), StorageError> {
        let mut connection = self.writer().await?;
        let kept = put_alone(&mut connection, facts).await;
        connection.throw_away_failed(&kept);
        kept
    }

    async fn facts_held_by(&self, holder: &str) -> Result<Vec<(FactKey, FactRow)>, StorageError> {
        if holder.is_empty() {
            return Ok(Vec::new());
        }
        let mut found: BTreeMap<FactKey, FactRow> = BTreeMap::new();
        let mut select = self.query("SELECT kind, name, qualifier, document FROM facts WHERE holder = ");
        select.bind_text(holder);
        for row in self.all(select).await? {
            found.entry(fact_key_of(&row)?).or_default().document = row.get("document")?;
        }
        let mut select = self.query(
            "SELECT kind, name, qualifier, line, remaining FROM balances WHERE (kind, name, qualifier) IN \
             (SELECT kind, name, qualifier FROM facts WHERE holder = ",
        );
        select.bind_text(holder).push(")");
        for row in self.all(select).await? {
            if let Some(fact) = found.get_mut(&fact_key_of(&row)?) {
                fact.remaining.insert(row.narrow("line")?, quantity_of(&row.get::<String>("remaining")?)?);
            }
        }
        Ok(found.into_iter().collect())
    }
}

async fn put_alone(connection: &mut Connection, facts: &Facts) -> Result<(), StorageError> {
    let mut transaction = connection.begin().await?;
    put(&mut transaction, facts).await?;
    transaction.commit().await
}

/// Puts facts in. The facts come first: whoever puts in the same ones waits there, and finds the balances that this
/// transaction leaves.
pub(crate) async fn put(transaction: &mut Transaction<'_>, facts: &Facts) -> Result<(), StorageError> {
    let dialect = transaction.dialect();
    // One row for each name, and in the order of the names: a statement cannot change the same row twice, and two
    // transactions that put in the same names wait for each other in one order.
    let traders: BTreeMap<&str, &[u8]> =
        facts.traders.iter().map(|(code, facts)| (code.as_str(), facts.as_slice())).collect();
    let traders: Vec<(&str, &[u8])> = traders.into_iter().collect();
    for traders in traders.chunks(ROWS_MAX) {
        let replaced = " ON CONFLICT (tax_code) DO UPDATE SET facts = excluded.facts";
        let columns = columns::traders();
        transaction.run(insert(dialect, "traders", &columns, traders, replaced)?).await?;
    }
    let facts: BTreeMap<&FactKey, &Fact> = facts.facts.iter().map(|fact| (&fact.key, fact)).collect();
    let facts: Vec<&Fact> = facts.into_values().collect();
    for facts in facts.chunks(ROWS_MAX) {
        put_with_balances(transaction, facts).await?;
    }
    Ok(())
}

async fn put_with_balances(transaction: &mut Transaction<'_>, facts: &[&Fact]) -> Result<(), StorageError> {
    let dialect = transaction.dialect();
    let replaced = " ON CONFLICT (kind, name, qualifier) DO UPDATE SET holder = excluded.holder, \
                    document = excluded.document";
    let columns = columns::facts();
    transaction.run(insert(dialect, "facts", &columns, facts, replaced)?).await?;
    let names: Vec<(String, String)> =
        facts.iter().map(|fact| (fact.key.kind.clone(), fact.key.name.clone())).collect();
    let select = facts_named("line, granted, remaining, unit", "balances");
    let after = format!("){}", dialect.lock());
    let mut kept = HashMap::new();
    for row in transaction.all(Query::with_rows(dialect, select, PAIRS, &names, &after)?).await? {
        let key = BalanceKey { fact: fact_key_of(&row)?, line: row.narrow("line")? };
        let (granted, remaining): (String, String) = (row.get("granted")?, row.get("remaining")?);
        let (granted, remaining) = (quantity_of(&granted)?, quantity_of(&remaining)?);
        kept.insert(key, Kept { granted, remaining, unit: row.get("unit")? });
    }
    for rows in granted(facts, &kept)?.chunks(ROWS_MAX) {
        let replaced = " ON CONFLICT (kind, name, qualifier, line) DO UPDATE SET granted = excluded.granted, \
                        remaining = excluded.remaining, unit = excluded.unit";
        transaction.run(insert(dialect, "balances", BALANCES, rows, replaced)?).await?;
    }
    Ok(())
}

/// The query for facts of some kinds and names, or for their balances, up to those.
pub(crate) fn facts_named(columns: &str, table: &str) -> String {
    format!("SELECT kind, name, qualifier, {columns} FROM {table} WHERE (kind, name) IN (")
}

pub(crate) fn fact_key_of(row: &Row) -> Result<FactKey, StorageError> {
    Ok(FactKey { kind: row.get("kind")?, name: row.get("name")?, qualifier: row.get("qualifier")? })
}

/// A quantity as it is kept: without exponent or needless zeros, so that equal quantities are equal texts.
pub(crate) fn quantity_text(quantity: Decimal) -> String {
    quantity.normalize().to_string()
}

/// A quantity from its text.
pub(crate) fn quantity_of(text: &str) -> Result<Decimal, StorageError> {
    Decimal::from_str_exact(text).map_err(|_| StorageError::Unreadable { detail: format!("the quantity `{text}`") })
}

/// What write-offs make of each balance: what was left before the first and is left after the last, in the order of the
/// balances, which is the same for all writers.
///
/// # Errors
/// When one does not begin where the one before it ended: the batch does not agree with itself.
pub(crate) fn changes(write_offs: &[WriteOff]) -> Result<Vec<(&BalanceKey, Decimal, Decimal)>, StorageError> {
    let mut changes: BTreeMap<&BalanceKey, (Decimal, Decimal)> = BTreeMap::new();
    for write_off in write_offs {
        let change = changes.entry(&write_off.balance).or_insert((write_off.before, write_off.before));
        if change.1 != write_off.before {
            return Err(StorageError::refused("write-offs of one balance that do not follow on each other"));
        }
        change.1 = write_off.after;
    }
    Ok(changes.into_iter().map(|(key, (before, after))| (key, before, after)).collect())
}

/// What of a line is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) granted: Decimal,
    pub(crate) remaining: Decimal,
    pub(crate) unit: String,
}

/// What is kept of the lines of facts once they are put in: what was used stays used. Of a grant that is corrected to
/// less than was used, nothing is left.
///
/// # Errors
/// When a line of which a part was used is now counted in another unit.
pub(crate) fn granted(
    facts: &[&Fact],
    kept: &HashMap<BalanceKey, Kept>,
) -> Result<Vec<(BalanceKey, Kept)>, StorageError> {
    let mut rows = BTreeMap::new();
    for fact in facts {
        for grant in &fact.grants {
            let key = BalanceKey { fact: fact.key.clone(), line: grant.line };
            let used = kept.get(&key).map_or(Decimal::ZERO, |kept| kept.granted - kept.remaining);
            if let Some(kept) = kept.get(&key).filter(|kept| kept.unit != grant.unit && !used.is_zero()) {
                return Err(StorageError::refused(format!(
                    "line {} of the {} {} is counted in {} and {} of it are used; it cannot be counted in {}",
                    key.line, fact.key.kind, fact.key.name, kept.unit, used, grant.unit
                )));
            }
            if grant.granted < used {
                tracing::warn!(
                    kind = fact.key.kind,
                    line = key.line,
                    "a fact grants less than declarations have used; nothing is left"
                );
            }
            let granted = grant.granted.max(used);
            let row = Kept { granted, remaining: granted - used, unit: grant.unit.clone() };
            if kept.get(&key) != Some(&row) {
                rows.insert(key, row);
            }
        }
    }
    Ok(rows.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(granted: i64, unit: &str) -> Fact {
        let key = FactKey { kind: "exemption_list".into(), name: "1".into(), qualifier: String::new() };
        let grants = vec![Grant { line: 1, granted: granted.into(), unit: unit.into() }];
        Fact { key, holder: String::new(), document: Vec::new(), grants }
    }

    fn put(fact: &Fact, kept: &mut HashMap<BalanceKey, Kept>) -> Result<Decimal, StorageError> {
        for (key, row) in granted(&[fact], kept)? {
            kept.insert(key, row);
        }
        Ok(kept.values().next().unwrap().remaining)
    }

    #[test]
    fn a_correction_keeps_what_was_used() {
        let mut kept = HashMap::new();
        assert_eq!(put(&fact(100, "KGM"), &mut kept).unwrap(), 100.into());
        kept.values_mut().next().unwrap().remaining = 30.into();
        assert_eq!(put(&fact(100, "KGM"), &mut kept).unwrap(), 30.into(), "the same again changes nothing");
        assert_eq!(put(&fact(150, "KGM"), &mut kept).unwrap(), 80.into());
        assert_eq!(put(&fact(50, "KGM"), &mut kept).unwrap(), 0.into(), "never below zero");
        assert_eq!(put(&fact(100, "KGM"), &mut kept).unwrap(), 30.into(), "and nothing used is forgotten");
        assert!(put(&fact(100, "TNE"), &mut kept).is_err());
    }

    #[test]
    fn equal_quantities_are_equal_texts() {
        for text in ["1.50", "1.5", "01.500"] {
            assert_eq!(quantity_text(quantity_of(text).unwrap()), "1.5");
        }
        assert_eq!(quantity_text(Decimal::from(1_000)), "1000");
        assert_eq!(quantity_text(Decimal::new(0, 3)), "0");
        assert!(quantity_of("a dozen").is_err());
    }
}
