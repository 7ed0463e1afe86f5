//! What a condition may speak of, and where its facts come from.
//!
//! The language knows nothing of customs. Whoever uses it hands in a [`Schema`], which names the fields when a condition
//! is compiled, and [`Record`]s, which give their values when it is decided.

use jiff::civil::Date;
use rust_decimal::Decimal;

/// A kind of record, such as the declaration or a goods item. The numbers are the schema's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope(pub u16);

/// The place of a field within its kind of record. The numbers are the schema's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldSlot(pub u16);

/// The place of a collection within its kind of record. The numbers are the schema's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CollectionSlot(pub u16);

/// A list whose entries hang on the facts of the case, such as the day. The numbers are the schema's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListSlot(pub u16);

/// The type of a field or of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// Text, codes among it; compared character by character.
    Text,
    /// An exact decimal number.
    Number,
    /// A calendar date.
    Date,
    /// True or false.
    Bool,
}

impl Type {
    /// The type as a predicate noun, for messages.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Date => "a date",
            Self::Bool => "true or false",
        }
    }
}

/// The names that conditions may use. It is asked only while a condition is compiled.
pub trait Schema {
    /// The word that stands before the point in `item.origin`. It differs from one kind of record to the other.
    fn scope_name(&self, scope: Scope) -> &str;

    /// The field of that name in a record of this kind.
    fn field(&self, scope: Scope, name: &str) -> Option<(FieldSlot, Type)>;

    /// The collection of that name in a record of this kind, and the kind of its elements.
    fn collection(&self, scope: Scope, name: &str) -> Option<(CollectionSlot, Scope)>;

    /// Every name of a field or a collection in a record of this kind, to suggest when one is misspelt.
    fn names(&self, scope: Scope) -> Vec<String>;

    /// The texts of a named list of the rulebook, in any order.
    fn list(&self, name: &str) -> Option<Vec<String>>;

    /// The list of that name whose entries hang on the facts of the case: the outermost record is asked about them when
    /// a condition is decided.
    fn asked_list(&self, _name: &str) -> Option<ListSlot> {
        None
    }

    /// Every name of a list, of both sorts, to suggest when one is misspelt.
    fn list_names(&self) -> Vec<String>;
}

/// A value lent by a record.
#[derive(Debug, Clone, Copy, PartialEq)]
// Without a wide tag the compiler moves values from odd addresses, which makes a decision a third slower.
#[repr(u64)]
pub enum Value<'a> {
    /// Text or a code.
    Text(&'a str),
    /// An exact decimal number.
    Number(Decimal),
    /// A calendar date.
    Date(Date),
    /// True or false.
    Bool(bool),
}

/// The facts of one record, read while a condition is decided.
///
/// An implementation is a small handle, usually an enum of references with a variant for each kind of record, so that
/// the evaluation is compiled for it and calls nothing through a table.
///
/// ```
/// # use conditions::{CollectionSlot, FieldSlot, Record, Value};
/// struct Declaration { currency: Option<String>, items: Vec<Item> }
/// struct Item { origin: Option<String> }
///
/// #[derive(Clone, Copy)]
/// enum Facts<'a> { Declaration(&'a Declaration), Item(&'a Item) }
///
/// impl Record for Facts<'_> {
///     fn value(&self, slot: FieldSlot) -> Option<Value<'_>> {
///         match (self, slot.0) {
///             (Self::Declaration(declaration), 0) => declaration.currency.as_deref().map(Value::Text),
///             (Self::Item(item), 0) => item.origin.as_deref().map(Value::Text),
///             _ => None,
///         }
///     }
///     fn count(&self, collection: CollectionSlot) -> usize {
///         match (self, collection.0) {
///             (Self::Declaration(declaration), 0) => declaration.items.len(),
///             _ => 0,
///         }
///     }
///     fn element(&self, collection: CollectionSlot, index: usize) -> Option<Self> {
///         match (self, collection.0) {
///             (Self::Declaration(declaration), 0) => declaration.items.get(index).map(Self::Item),
///             _ => None,
///         }
///     }
/// }
/// ```
pub trait Record: Copy {
    /// The value of a field; `None` where it was not declared. The value has the type that the schema promised.
    fn value(&self, slot: FieldSlot) -> Option<Value<'_>>;

    /// How many elements a collection has.
    fn count(&self, collection: CollectionSlot) -> usize;

    /// An element of a collection, counted from zero; `None` past the end.
    fn element(&self, collection: CollectionSlot, index: usize) -> Option<Self>;

    /// Whether a text is an entry of a list whose entries hang on the facts of the case. The outermost record is asked.
    fn in_list(&self, _list: ListSlot, _text: &str) -> bool {
        false
    }
}
