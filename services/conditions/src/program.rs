//! The condition as it is evaluated: every name a place, every part of a known type, every list made ready.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rustc_hash::FxHashSet;

use crate::error::Span;
use crate::phrases::Phrases;
use crate::schema::{CollectionSlot, FieldSlot, ListSlot};
use crate::syntax::{Comparison, Operator};

/// Where a field is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Which record: those handed in first, outermost first, then the elements of the quantifiers around.
    pub(crate) frame: u32,
    pub(crate) slot: FieldSlot,
    /// The field's entry in the list of fields that the condition reads.
    pub(crate) entry: u16,
    pub(crate) span: Span,
}

/// A collection whose elements are looked at one by one.
#[derive(Debug, Clone)]
pub(crate) struct Elements {
    /// The record that the collection belongs to.
    pub(crate) frame: u32,
    pub(crate) collection: CollectionSlot,
    /// How many quantifiers stand around this one.
    pub(crate) level: usize,
    /// The quantifier as a whole.
    pub(crate) span: Span,
    pub(crate) name: Span,
}

/// A part that is true or false.
#[derive(Debug, Clone)]
pub(crate) enum Predicate {
    Constant(bool),
    Flag(Place),
    Given(Place),
    Missing(Place),
    AllDigits(TextPart),
    CompareText {
        left: TextPart,
        equal: bool,
        right: TextPart,
    },
    CompareNumbers(Box<(NumberPart, NumberPart)>, Comparison),
    CompareDates(DatePart, Comparison, DatePart),
    CompareTruths {
        left: Box<Predicate>,
        equal: bool,
        right: Box<Predicate>,
    },
    /// The flag tells whether the relation is denied.
    TextIn(TextPart, bool, TextSet),
    /// The list is the outermost record's to answer for.
    TextInAsked(TextPart, bool, ListSlot),
    /// The numbers are sorted, as are the dates of the next.
    NumberIn(Box<NumberPart>, bool, Box<[Decimal]>),
    DateIn(DatePart, bool, Box<[Date]>),
    StartsWith(TextPart, bool, PrefixSet),
    EndsWith(TextPart, bool, Box<[Box<str>]>),
    Contains(TextPart, bool, Box<[Box<str>]>),
    /// One text against another that is not written out.
    StartsWithPart(TextPart, bool, TextPart),
    EndsWithPart(TextPart, bool, TextPart),
    ContainsPart(TextPart, bool, TextPart),
    /// The phrases that are looked for, and those within which a mention does not count.
    Mentions(TextPart, bool, Box<(Phrases, Phrases)>),
    Not(Box<Predicate>),
    And(Box<[Predicate]>),
    Or(Box<[Predicate]>),
    Any(Elements, Box<Predicate>),
    All(Elements, Box<Predicate>),
}

/// A part that is a number.
#[derive(Debug, Clone)]
pub(crate) enum NumberPart {
    Constant(Decimal),
    Field(Place),
    Negate(Box<NumberPart>),
    Absolute(Box<NumberPart>),
    Arithmetic(Box<(NumberPart, NumberPart)>, Operator, Span),
    Minimum(Box<[NumberPart]>),
    Maximum(Box<[NumberPart]>),
    Length(TextPart),
    /// How many decimals the number has, without zeros at the end.
    Decimals(Box<NumberPart>),
    /// How many decimals the number of a field was written with, zeros at the end among them.
    WrittenDecimals(Box<NumberPart>),
    /// The number with so many decimals at most, halves away from zero.
    Round(Box<NumberPart>, u32),
    DaysBetween(DatePart, DatePart),
    Year(DatePart),
    OldestYear(TextPart),
    /// How many elements there are.
    Size(Elements),
    /// Of how many elements the predicate holds.
    Count(Elements, Box<Predicate>),
    Sum(Elements, Box<NumberPart>),
}

/// A part that is text.
#[derive(Debug, Clone)]
pub(crate) enum TextPart {
    Constant(Box<str>),
    Field(Place),
}

/// A part that is a date.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DatePart {
    Constant(Date),
    Field(Place),
}

/// Texts, one of which a text has to equal.
#[derive(Debug, Clone)]
pub(crate) enum TextSet {
    /// So few that going through them is quicker than hashing.
    Few(Box<[Box<str>]>),
    Many(FxHashSet<Box<str>>),
}

/// Up to here the texts are gone through one by one.
const FEW: usize = 8;

impl TextSet {
    pub(crate) fn new(mut texts: Vec<String>) -> Self {
        texts.sort_unstable();
        texts.dedup();
        let texts = texts.into_iter().map(String::into_boxed_str);
        if texts.len() <= FEW { Self::Few(texts.collect()) } else { Self::Many(texts.collect()) }
    }

    #[inline]
    pub(crate) fn holds(&self, text: &str) -> bool {
        match self {
            Self::Few(texts) => texts.iter().any(|entry| **entry == *text),
            Self::Many(texts) => texts.contains(text),
        }
    }

    /// The texts, sorted.
    pub(crate) fn texts(&self) -> Vec<&str> {
        match self {
            Self::Few(texts) => texts.iter().map(|text| &**text).collect(),
            Self::Many(texts) => {
                let mut texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
                texts.sort_unstable();
                texts
            }
        }
    }
}

/// Prefixes, sorted, none of which begins with another.
#[derive(Debug, Clone)]
pub(crate) struct PrefixSet(Box<[Box<str>]>);

impl PrefixSet {
    pub(crate) fn new(texts: Vec<String>) -> Self {
        Self(shortest_prefixes(texts).into_iter().map(String::into_boxed_str).collect())
    }

    /// Whether the text begins with one of the prefixes.
    ///
    /// Only the greatest prefix that is not greater than the text can be one of its beginnings: whatever is sorted
    /// between a beginning of the text and the text itself starts with that beginning too, and was left out for it.
    #[inline]
    pub(crate) fn begins(&self, text: &str) -> bool {
        if let [only] = &*self.0 {
            return text.starts_with(&**only);
        }
        let after = self.0.partition_point(|prefix| **prefix <= *text);
        after > 0 && text.starts_with(&*self.0[after - 1])
    }

    pub(crate) fn texts(&self) -> Vec<&str> {
        self.0.iter().map(|text| &**text).collect()
    }
}

/// The texts without those that begin with another of them, sorted.
pub(crate) fn shortest_prefixes(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts.dedup_by(|later, kept| later.starts_with(kept.as_str()));
    texts
}
