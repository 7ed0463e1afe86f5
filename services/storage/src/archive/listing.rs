//! Lists of declarations, page by page, each served by an index that yields them in their order.
//!
//! ```text
//!   declarant ──┬─ waiting ────► open_of_declarant   (declarant, since)
//!               └─ registered ─► by_declarant        (declarant, registered)
//!   offices ────┬─ waiting ────► open_at_office      (office, since)          an index each, merged
//!               └─ registered ─► by_office           (office, registered)
//! ```
//!
//! The other conditions are held against what the index yields. A version that a later one took the place of is in no list.

use vocabulary::{Direction, Lane, State};

use crate::codes::{self, CURRENT, OPEN};
use crate::database::Database;
use crate::error::StorageError;
use crate::keys::DeclarationKey;
use crate::query::Query;
use crate::rows::{DECLARATION_COLUMNS, DeclarationRow};

/// How many offices one list is made for, at most: each is a part of the query.
pub const OFFICES_MAX: usize = 100;

/// Whose declarations are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Those of an enterprise, by its tax code.
    Declarant(String),
    /// Those of customs offices.
    Offices(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// What somebody has still to do something about, and that longest first.
    LongestWaiting,
    /// All of them, those first that were registered, or refused, last.
    LastRegistered,
}

/// What a reference or a number begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beginning {
    /// The declarant's reference.
    Reference(String),
    /// The number that customs gave.
    Number(String),
}

/// Which declarations are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub scope: Scope,
    pub order: Order,
    /// In one of these states; in any where there are none.
    pub states: Vec<State>,
    pub lane: Option<Lane>,
    /// Import or export.
    pub direction: Option<Direction>,
    /// In their states since this time or longer, in milliseconds since 1970 in UTC.
    pub since_ms: Option<i64>,
    /// With goods whose tariff code begins so, among those that a lane or a gap stops for an officer.
    pub flagged_goods: Option<String>,
    /// Whose reference or number begins so.
    pub beginning: Option<Beginning>,
}

impl Filter {
    /// All of a scope, in an order.
    pub fn all(scope: Scope, order: Order) -> Self {
        Self {
            scope,
            order,
            states: Vec::new(),
            lane: None,
            direction: None,
            since_ms: None,
            flagged_goods: None,
            beginning: None,
        }
    }
}

/// Where a page ends. The next one begins after it, whatever was written meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The time that the order goes by, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    pub key: DeclarationKey,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub rows: Vec<DeclarationRow>,
    /// Where the next page begins; `None` where this is the last.
    pub next: Option<Cursor>,
}

/// How many declarations wait at an office in a state and a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingCount {
    pub office: String,
    pub state: State,
    pub lane: Option<Lane>,
    pub count: i64,
    /// Since when the first of them does, in milliseconds since 1970 in UTC.
    pub oldest_since_ms: i64,
}

pub(super) async fn list(
    database: &Database,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page, StorageError> {
    // One more than is told says whether there is a next page.
    let Some(select) = query(database, filter, after, limit.saturating_add(1))? else {
        return Ok(Page { rows: Vec::new(), next: None });
    };
    let mut rows: Vec<DeclarationRow> =
        database.all(select).await?.iter().map(DeclarationRow::of).collect::<Result<_, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|last| Cursor { at_ms: time_of(last, filter.order), key: last.lodged.key.clone() });
    Ok(Page { rows, next })
}

fn time_of(row: &DeclarationRow, order: Order) -> i64 {
    match order {
        Order::LongestWaiting => row.stand.since_ms,
        Order::LastRegistered => row.stand.registered_at_ms,
    }
}

/// The query for a page; `None` where nothing can be in it.
fn query(
    database: &Database,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Option<Query>, StorageError> {
    let mut query = database.query("");
    match &filter.scope {
        Scope::Declarant(declarant) => part(&mut query, "declarant", declarant, filter, after, limit),
        Scope::Offices(offices) if offices.is_empty() => return Ok(None),
        Scope::Offices(offices) if offices.len() > OFFICES_MAX => {
            return Err(StorageError::refused(format!(
                "a list of {} offices, of {OFFICES_MAX} at most",
                offices.len()
            )));
        }
        Scope::Offices(offices) => {
            let mut before = "SELECT * FROM (";
            for (at, office) in offices.iter().enumerate() {
                query.push(before);
                part(&mut query, "office", office, filter, after, limit);
                query.push(&format!(") AS office_{at}"));
                before = " UNION ALL SELECT * FROM (";
            }
            if offices.len() > 1 {
                query.push(ordered_by(filter.order)).limit(limit);
            }
        }
    }
    Ok(Some(query))
}

fn ordered_by(order: Order) -> &'static str {
    match order {
        Order::LongestWaiting => " ORDER BY since_ms, declarant, reference, version",
        Order::LastRegistered => " ORDER BY registered_at_ms DESC, declarant DESC, reference DESC, version DESC",
    }
}

/// A page of those of one declarant or one office.
fn part(query: &mut Query, column: &str, of: &str, filter: &Filter, after: Option<&Cursor>, limit: usize) {
    let (time, beyond, condition) = match filter.order {
        Order::LongestWaiting => ("since_ms", ">", OPEN),
        Order::LastRegistered => ("registered_at_ms", "<", CURRENT),
    };
    query
        .push(&format!("SELECT {DECLARATION_COLUMNS} FROM declarations WHERE {condition} AND {column} = "))
        .bind_text(of);
    if let Some(cursor) = after {
        query.push(&format!(" AND ({time}, declarant, reference, version) {beyond} (")).bind(cursor.at_ms);
        query.push(", ").bind_key(&cursor.key).push(")");
    }
    if let Some((first, others)) = filter.states.split_first() {
        query.push(" AND state IN (").bind(codes::of_state(*first));
        for state in others {
            query.push(", ").bind(codes::of_state(*state));
        }
        query.push(")");
    }
    if let Some(lane) = filter.lane {
        query.push(" AND lane = ").bind(codes::of_lane(lane));
    }
    if let Some(direction) = filter.direction {
        query.push(" AND direction = ").bind(codes::of_direction(direction));
    }
    if let Some(since_ms) = filter.since_ms {
        query.push(" AND since_ms <= ").bind(since_ms);
    }
    match &filter.beginning {
        Some(Beginning::Reference(beginning)) => begins_with(query, "reference", beginning),
        Some(Beginning::Number(beginning)) => begins_with(query, "number", beginning),
        None => {}
    }
    if let Some(beginning) = &filter.flagged_goods {
        // Each code stands after a blank.
        let escaped = beginning.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        query.push(" AND flagged_goods LIKE ").bind_text(&format!("% {escaped}%")).push(" ESCAPE '\\'");
    }
    query.push(ordered_by(filter.order)).limit(limit);
}

/// The condition that a text begins so. Both databases compare texts by their bytes here, of which none is greater than those
/// of the last character.
fn begins_with(query: &mut Query, column: &str, beginning: &str) {
    query.push(&format!(" AND {column} >= ")).bind_text(beginning);
    query.push(&format!(" AND {column} < ")).bind_text(&format!("{beginning}{}", char::MAX));
}

pub(super) async fn waiting_counts(database: &Database, offices: &[String]) -> Result<Vec<WaitingCount>, StorageError> {
    let Some(select) = counting(database, offices) else { return Ok(Vec::new()) };
    let mut counts = Vec::new();
    for row in database.all(select).await? {
        counts.push(WaitingCount {
            office: row.get("office")?,
            state: codes::state(&row)?,
            lane: codes::lane(&row)?,
            count: row.get("count")?,
            oldest_since_ms: row.get("oldest")?,
        });
    }
    Ok(counts)
}

fn counting(database: &Database, offices: &[String]) -> Option<Query> {
    let (first, others) = offices.split_first()?;
    let mut select = database.query(format!(
        "SELECT office, state, lane, count(*) AS count, min(since_ms) AS oldest FROM declarations \
         WHERE {OPEN} AND office IN ("
    ));
    select.bind_text(first);
    for office in others {
        select.push(", ").bind_text(office);
    }
    select.push(") GROUP BY office, state, lane ORDER BY office, state, lane");
    Some(select)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explained::{many_declarations, on_both};

    /// No list goes through all declarations. SQLite sorts none of one owner; PostgreSQL may find a few rows quicker and sort
    /// them.
    async fn assert_served(database: &Database, filter: &Filter, after: Option<&Cursor>) {
        let plan = database.explain(query(database, filter, after, 51).unwrap().unwrap()).await;
        for whole in ["SCAN declarations", "Seq Scan on declarations"] {
            assert!(!plan.contains(whole), "{filter:?}: {plan}");
        }
        if matches!(filter.scope, Scope::Declarant(_)) && filter.beginning.is_none() {
            assert!(!plan.contains("TEMP B-TREE"), "{filter:?}: {plan}");
        }
    }

    #[tokio::test]
    async fn every_list_is_served_by_an_index() {
        on_both("lists", async |database| {
            many_declarations(&database, 4_000).await;
            let offices = |names: &[&str]| Scope::Offices(names.iter().map(|name| (*name).to_owned()).collect());
            let scopes =
                [Scope::Declarant("0100000007".to_owned()), offices(&["OF03"]), offices(&["OF03", "OF11", "OF12"])];
            let key = DeclarationKey { declarant: "0100000007".to_owned(), reference: "R00500".to_owned(), version: 1 };
            let after = Cursor { at_ms: 500, key };
            for scope in scopes {
                for order in [Order::LongestWaiting, Order::LastRegistered] {
                    let all = Filter::all(scope.clone(), order);
                    let mut filters = vec![all.clone(); 7];
                    filters[1].states = vec![State::DocumentCheck, State::Examination];
                    filters[2].lane = Some(Lane::Red);
                    filters[3].direction = Some(Direction::Export);
                    filters[4].since_ms = Some(1_000);
                    filters[5].flagged_goods = Some("8415".to_owned());
                    filters[6].beginning = Some(Beginning::Number("1000".to_owned()));
                    for filter in &filters {
                        assert_served(&database, filter, None).await;
                        assert_served(&database, filter, Some(&after)).await;
                    }
                    let reference = Filter { beginning: Some(Beginning::Reference("R001".to_owned())), ..all };
                    assert_served(&database, &reference, None).await;
                }
            }
            let plan = database.explain(counting(&database, &["OF03".to_owned(), "OF11".to_owned()]).unwrap()).await;
            assert!(!plan.contains("SCAN declarations") && !plan.contains("Seq Scan on declarations"), "{plan}");
        })
        .await;
    }
}
