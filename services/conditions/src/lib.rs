//! The language in which rules say when they apply: small, typed, decided exactly and in bounded time.
//!
//! ```text
//!   source ──► tokens ──► tree ──► program ──► holds(records) ──► true, false, or "could not be decided"
//!                                     ▲              ▲
//!                         Schema: names and types    Record: values
//! ```
//!
//! The people who keep the rules write, in TOML:
//!
//! ```toml
//! applies_when = '''
//!   invoice_currency in ["USD", "EUR"]
//!   and any(goods_items, commodity_code starts_with "8703" and origin in list(high_risk_origins))
//!   and sum(goods_items, customs_value) > 1_000_000_000   # in dong
//! '''
//! ```
//!
//! A condition is compiled when the rules are loaded. Unknown names and wrong types are found then, all of them, each
//! with its line, its column and a hint. What is left is evaluated without allocation, clock or chance.
//!
//! A value that was not declared is *missing*: every comparison with it is false, `!=` and `not in` among them, and
//! every computation with it is missing too. `given(field)` and `missing(field)` ask about it. There is no third
//! truth value.

mod bounds;
mod check;
mod condition;
mod error;
mod evaluate;
mod exact;
mod explain;
mod names;
mod necessary;
mod parse;
mod phrases;
mod presence;
mod program;
mod schema;
mod seen;
mod statement;
mod suggest;
mod syntax;
mod token;
mod wording;

#[cfg(test)]
mod tests;

pub use bounds::Limits;
pub use condition::{Condition, Formula};
pub use error::{ConditionError, EvaluationError, Obstacle, Position};
pub use explain::Reason;
pub use names::FieldUse;
pub use necessary::Subject;
pub use presence::NecessaryPresence;
pub use schema::{CollectionSlot, FieldSlot, ListSlot, Record, Schema, Scope, Type, Value};
pub use seen::{Seen, SeenValue};
pub use suggest::nearest;
