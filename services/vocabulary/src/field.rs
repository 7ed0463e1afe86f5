//! The fields of a declaration: what each is called, how it is written, when it is required.
//!
//! A record is declared once, with `record!`; from that one place come the Rust struct, the
//! registry that the XML reader, the schema and the conditions of rules walk, and the [`FieldId`]s that findings
//! point with.

use compact_str::CompactString;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Text of a field. Short texts, which most are, take no allocation.
pub type Text = CompactString;
/// A whole number of a field.
pub type Integer = u64;

/// How the value of a field is written. The same facets stand in the XML schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Capital letters and digits, `min` to `max` of them: a code.
    Code {
        /// Fewest characters.
        min: usize,
        /// Most characters.
        max: usize,
    },
    /// Digits alone, `min` to `max` of them: a number that nobody calculates with.
    Digits {
        /// Fewest digits.
        min: usize,
        /// Most digits.
        max: usize,
    },
    /// A code that may hold other printable characters too, such as the `&` of `C&F`.
    Listed {
        /// Most characters.
        max: usize,
    },
    /// Printable ASCII (VNACCS type A).
    Ascii {
        /// Most characters.
        max: usize,
    },
    /// Any text (VNACCS type W).
    Wide {
        /// Most characters.
        max: usize,
    },
    /// One of a few words that belong to the format itself and not to a dated code list.
    OneOf { values: &'static [&'static str] },
    /// A whole number without sign (VNACCS type I).
    Integer {
        /// Most digits.
        digits: usize,
    },
    /// A decimal number without sign (VNACCS type F).
    Decimal {
        /// Most characters, the point among them.
        length: usize,
        /// Most decimals.
        scale: usize,
    },
    /// A calendar date, year first.
    Date,
}

/// When a field has to be declared, as far as that hangs on the direction alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// Part of the format: a document without it is not valid against the schema.
    Always,
    /// On every import and every export declaration that carries goods.
    BothDirections,
    /// On every import declaration that carries goods.
    Import,
    /// On every export declaration that carries goods.
    Export,
    /// It depends on other fields: [`Field::when`] says on which.
    Conditional,
}

/// A value as read from a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text or a code.
    Text(Text),
    /// A whole number.
    Integer(Integer),
    Decimal(Decimal),
    Date(Date),
}

/// A value lent by a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueRef<'a> {
    /// Text or a code.
    Text(&'a str),
    /// A whole number.
    Integer(Integer),
    Decimal(Decimal),
    Date(Date),
}

impl std::fmt::Display for ValueRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => number.fmt(f),
            Self::Decimal(number) => number.fmt(f),
            Self::Date(date) => date.fmt(f),
        }
    }
}

/// What is known of a field, whatever declaration it stands in.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The record that the field belongs to.
    pub scope: Scope,
    /// The name in code and in the conditions of rules.
    pub name: &'static str,
    /// How a value is written.
    pub kind: Kind,
    /// The VNACCS field on an import declaration; `None` where an import has no such field.
    pub import_id: Option<&'static str>,
    /// The VNACCS field on an export declaration; `None` where an export has no such field.
    pub export_id: Option<&'static str>,
    /// When it has to be declared.
    pub required: Required,
    /// The field's name in English.
    pub english: &'static str,
    /// The field's name in Vietnamese.
    pub vietnamese: &'static str,
    /// When a conditional field is required, in words; empty when there is nothing to add.
    pub when: &'static str,
}

/// A field, to point with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FieldId {
    /// The record that the field belongs to.
    pub scope: Scope,
    /// The place in that record's registry.
    pub index: u16,
}

impl FieldId {
    /// What is known of the field.
    pub fn field(self) -> &'static Field {
        &self.scope.fields()[usize::from(self.index)]
    }
}

/// Reads or writes a record's fields by their place in its registry.
pub trait Record: Default + 'static {
    /// Which record this is.
    const SCOPE: Scope;
    /// The value of a field; `None` where it was not declared.
    fn value(&self, index: u16) -> Option<ValueRef<'_>>;
    /// Sets a field. A value of another type than the field's is not taken, which the answer tells.
    fn set(&mut self, index: u16, value: Value) -> bool;
    /// Takes a field away, as if it had not been declared.
    fn clear(&mut self, index: u16);
}

pub(crate) trait FieldValue: Sized {
    fn lend(&self) -> ValueRef<'_>;
    fn take(value: Value) -> Option<Self>;
}

impl FieldValue for Text {
    fn lend(&self) -> ValueRef<'_> {
        ValueRef::Text(self)
    }
    fn take(value: Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
}

impl FieldValue for Integer {
    fn lend(&self) -> ValueRef<'_> {
        ValueRef::Integer(*self)
    }
    fn take(value: Value) -> Option<Self> {
        if let Value::Integer(number) = value { Some(number) } else { None }
    }
}

impl FieldValue for Decimal {
    fn lend(&self) -> ValueRef<'_> {
        ValueRef::Decimal(*self)
    }
    fn take(value: Value) -> Option<Self> {
        if let Value::Decimal(number) = value { Some(number) } else { None }
    }
}

impl FieldValue for Date {
    fn lend(&self) -> ValueRef<'_> {
        ValueRef::Date(*self)
    }
    fn take(value: Value) -> Option<Self> {
        if let Value::Date(date) = value { Some(date) } else { None }
    }
}

/// Declares a record: the struct, its registry of fields, and a module of [`FieldId`]s named after the scope.
///
/// A line reads: name, type, kind, VNACCS field on import and on export, when required, English, Vietnamese, and the
/// condition in words. A line in brackets is a group that may repeat, with its most occurrences.
macro_rules! record {
    (
        $(#[$struct_doc:meta])*
        pub struct $record:ident: $scope:ident / $variant:ident {
            $(
                $(#[$doc:meta])*
                $name:ident: $type:ty = $kind:expr, $import:expr, $export:expr, $required:ident, $english:literal, $vietnamese:literal, $when:literal;
            )*
            $([$list:ident: $element:ident; $most:literal])*
        }
    ) => {
        $(#[$struct_doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $record {
            $($(#[$doc])* pub $name: Option<$type>,)*
            $(#[doc = concat!("At most ", $most, ".")] pub $list: Vec<$element>,)*
        }

        #[doc = concat!("The fields of [`", stringify!($record), "`], to point with.")]
        #[allow(non_upper_case_globals)]
        pub mod $scope {
            use $crate::field::{Field, FieldId, Kind::{self, *}, Required, Scope};

            #[allow(non_camel_case_types, dead_code, clippy::enum_variant_names)]
            enum Index { $($name,)* }

            $(pub const $name: FieldId = FieldId { scope: Scope::$variant, index: Index::$name as u16 };)*

            /// Every field, in the order of the form.
            pub static FIELDS: &[Field] = &[
                $(Field {
                    scope: Scope::$variant,
                    name: stringify!($name),
                    kind: { const KIND: Kind = $kind; KIND },
                    import_id: $import,
                    export_id: $export,
                    required: Required::$required,
                    english: $english,
                    vietnamese: $vietnamese,
                    when: $when,
                },)*
            ];
        }

        impl $crate::field::Record for $record {
            const SCOPE: $crate::field::Scope = $crate::field::Scope::$variant;

            fn value(&self, index: u16) -> Option<$crate::field::ValueRef<'_>> {
                use $crate::field::FieldValue as _;
                $(if index == $scope::$name.index { return self.$name.as_ref().map(|value| value.lend()); })*
                None
            }

            fn set(&mut self, index: u16, value: $crate::field::Value) -> bool {
                $(if index == $scope::$name.index {
                    self.$name = <$type as $crate::field::FieldValue>::take(value);
                    return self.$name.is_some();
                })*
                false
            }

            fn clear(&mut self, index: u16) {
                $(if index == $scope::$name.index { self.$name = None; })*
            }
        }
    };
}
pub(crate) use record;

/// The records that a declaration is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The declaration itself.
    Declaration,
    /// A transport document.
    Bill,
    Permit,
    OtherLaw,
    /// An adjustment of the value.
    Adjustment,
    Attachment,
    /// A place on the way of a bonded transport.
    Transit,
    Container,
    VanningPlace,
    /// An instruction of customs.
    Instruction,
    /// A line of goods.
    GoodsItem,
    /// A line's reference to an adjustment.
    AdjustmentReference,
    /// A tax of a line other than its import or export duty.
    OtherTax,
}

impl Scope {
    /// Every record, the declaration first.
    pub const ALL: [Self; 13] = [
        Self::Declaration,
        Self::Bill,
        Self::Permit,
        Self::OtherLaw,
        Self::Adjustment,
        Self::Attachment,
        Self::Transit,
        Self::Container,
        Self::VanningPlace,
        Self::Instruction,
        Self::GoodsItem,
        Self::AdjustmentReference,
        Self::OtherTax,
    ];

    /// The registry of the record's fields.
    pub fn fields(self) -> &'static [Field] {
        use crate::declaration as records;
        match self {
            Self::Declaration => records::declaration::FIELDS,
            Self::Bill => records::bill::FIELDS,
            Self::Permit => records::permit::FIELDS,
            Self::OtherLaw => records::other_law::FIELDS,
            Self::Adjustment => records::adjustment::FIELDS,
            Self::Attachment => records::attachment::FIELDS,
            Self::Transit => records::transit::FIELDS,
            Self::Container => records::container::FIELDS,
            Self::VanningPlace => records::vanning_place::FIELDS,
            Self::Instruction => records::instruction::FIELDS,
            Self::GoodsItem => records::goods_item::FIELDS,
            Self::AdjustmentReference => records::adjustment_reference::FIELDS,
            Self::OtherTax => records::other_tax::FIELDS,
        }
    }

    /// A field of the record by its name.
    pub fn field(self, name: &str) -> Option<FieldId> {
        let index = self.fields().iter().position(|field| field.name == name)?;
        Some(FieldId { scope: self, index: u16::try_from(index).ok()? })
    }
}
