//! The values that a condition saw, as they are told to people.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::schema::Value;

/// A value that a condition saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The field, such as `declaration.invoice_currency` or `goods_items[2].origin`, where 2 is the second; or the
    /// `count` or `sum` as it was written.
    pub what: String,
    /// The value; `None` where it was not declared.
    pub value: Option<SeenValue>,
}

/// A value that is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum SeenValue {
    /// Text or a code.
    Text(String),
    Number(Decimal),
    Date(Date),
    /// True or false.
    Bool(bool),
}

impl From<Value<'_>> for SeenValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Number(number) => Self::Number(number),
            Value::Date(date) => Self::Date(date),
            Value::Bool(truth) => Self::Bool(truth),
        }
    }
}

impl fmt::Display for SeenValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Bool(truth) => truth.fmt(f),
        }
    }
}
