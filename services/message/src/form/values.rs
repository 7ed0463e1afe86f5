//! Values: from the text of an element or attribute to a typed value, by the facets that the schema states.

use std::borrow::Cow;

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::{Bilingual, Kind, Text, Value};

use crate::xml::is_space;

/// What keeps a text from being a value of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// There is no text.
    Missing,
    /// Characters that the kind does not have, or not in that order.
    Malformed,
    /// Fewer characters than the kind has.
    TooShort,
    /// More characters than the kind has.
    TooLong,
    /// None of the words of the format.
    NotAllowed,
    /// More digits than the field has.
    NumberTooLong,
    /// More decimals than the field has.
    TooManyDecimals,
    /// No day of the calendar, or not written year first.
    DateMalformed,
}

impl Mistake {
    /// The code of the finding.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Missing => "value_missing",
            Self::Malformed => "value_malformed",
            Self::TooShort => "value_too_short",
            Self::TooLong => "value_too_long",
            Self::NotAllowed => "value_not_allowed",
            Self::NumberTooLong => "number_too_long",
            Self::TooManyDecimals => "too_many_decimals",
            Self::DateMalformed => "date_malformed",
        }
    }

    /// The facet of the schema that the value breaks.
    pub(crate) fn facet(self) -> &'static str {
        match self {
            Self::Missing | Self::TooShort => "least length",
            Self::TooLong | Self::NumberTooLong => "most length",
            Self::NotAllowed => "enumeration",
            Self::Malformed | Self::TooManyDecimals => "pattern",
            Self::DateMalformed => "date",
        }
    }
}

/// The text without white space around it, and with one blank for white space inside it: what the schema looks at.
pub(crate) fn collapse(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let first = bytes.iter().position(|&byte| !is_space(byte)).unwrap_or(bytes.len());
    let behind = bytes.iter().rposition(|&byte| !is_space(byte)).map_or(first, |last| last + 1);
    let trimmed = text.get(first..behind).unwrap_or_default();
    let mut after_space = false;
    let plain = trimmed.bytes().all(|byte| {
        let space = is_space(byte);
        let fine = !space || (byte == b' ' && !after_space);
        after_space = space;
        fine
    });
    if plain {
        return Cow::Borrowed(trimmed);
    }
    let mut collapsed = String::with_capacity(trimmed.len());
    for word in trimmed.split(|character: char| character.is_ascii() && is_space(character as u8)) {
        if word.is_empty() {
            continue;
        }
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    Cow::Owned(collapsed)
}

/// Reads a collapsed text as a value of a kind.
pub(crate) fn read(kind: Kind, text: &str) -> Result<Value, Mistake> {
    if text.is_empty() {
        return Err(Mistake::Missing);
    }
    match kind {
        Kind::Code { min, max } => {
            limited(text, max)?;
            if !text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
                return Err(Mistake::Malformed);
            }
            if text.len() < min {
                return Err(Mistake::TooShort);
            }
        }
        Kind::Digits { min, max } => {
            // What else stands in it is said before its length: a code with points in it is not too long a code.
            if !text.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(Mistake::Malformed);
            }
            limited(text, max)?;
            if text.len() < min {
                return Err(Mistake::TooShort);
            }
        }
        Kind::Listed { max } => {
            limited(text, max)?;
            if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(Mistake::Malformed);
            }
        }
        Kind::Ascii { max } => {
            limited(text, max)?;
            if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                return Err(Mistake::Malformed);
            }
        }
        Kind::Wide { max } => limited(text, max)?,
        Kind::OneOf { values } => {
            if !values.contains(&text) {
                return Err(Mistake::NotAllowed);
            }
        }
        Kind::Integer { digits } => return integer(text, digits),
        Kind::Decimal { length, scale } => return decimal(text, length, scale),
        Kind::Date => return date(text).map(Value::Date).ok_or(Mistake::DateMalformed),
    }
    Ok(Value::Text(Text::from(text)))
}

/// The text's length in characters, held against the most.
fn limited(text: &str, max: usize) -> Result<(), Mistake> {
    // A text has no more characters than bytes, which settles most of them without counting.
    if text.len() <= max || text.chars().count() <= max { Ok(()) } else { Err(Mistake::TooLong) }
}

fn integer(text: &str, digits: usize) -> Result<Value, Mistake> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Mistake::Malformed);
    }
    if text.len() > digits {
        return Err(Mistake::NumberTooLong);
    }
    text.parse().map(Value::Integer).map_err(|_| Mistake::NumberTooLong)
}

fn decimal(text: &str, length: usize, scale: usize) -> Result<Value, Mistake> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !fraction.is_none_or(digits) {
        return Err(Mistake::Malformed);
    }
    if fraction.is_some_and(|fraction| fraction.len() > scale) {
        return Err(Mistake::TooManyDecimals);
    }
    if text.len() > length {
        return Err(Mistake::NumberTooLong);
    }
    Decimal::from_str_exact(text).map(Value::Decimal).map_err(|_| Mistake::NumberTooLong)
}

/// A day written year first, from year 1000 to 2999.
pub(crate) fn date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let [b'1' | b'2', _, _, _, b'-', _, _, b'-', _, _] = bytes else {
        return None;
    };
    let number = |from: usize, to: usize| {
        bytes[from..to]
            .iter()
            .try_fold(0_i16, |number, &byte| byte.is_ascii_digit().then(|| number * 10 + i16::from(byte - b'0')))
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// What a value of a kind looks like, for people.
pub(crate) fn describe(kind: Kind) -> Bilingual {
    match kind {
        Kind::Code { min, max } if min == max => {
            Bilingual::new(format!("{max} capital letters or digits"), format!("{max} chữ cái in hoa hoặc chữ số"))
        }
        Kind::Code { min, max } => Bilingual::new(
            format!("{min} to {max} capital letters or digits"),
            format!("từ {min} đến {max} chữ cái in hoa hoặc chữ số"),
        ),
        Kind::Digits { min, max } if min == max => Bilingual::new(format!("{max} digits"), format!("{max} chữ số")),
        Kind::Digits { min, max } => {
            Bilingual::new(format!("{min} to {max} digits"), format!("từ {min} đến {max} chữ số"))
        }
        Kind::Listed { max } => Bilingual::new(
            format!("a code of at most {max} characters without blanks or accents"),
            format!("mã có tối đa {max} ký tự, không dấu, không khoảng trắng"),
        ),
        Kind::Ascii { max } => Bilingual::new(
            format!("at most {max} letters, digits and signs without accents"),
            format!("tối đa {max} ký tự không dấu"),
        ),
        Kind::Wide { max } => Bilingual::new(format!("at most {max} characters"), format!("tối đa {max} ký tự")),
        Kind::OneOf { values } => Bilingual::new(
            format!("one of {}", values.join(", ")),
            format!("một trong các giá trị {}", values.join(", ")),
        ),
        Kind::Integer { digits } => Bilingual::new(
            format!("a whole number of at most {digits} digits, without sign or separators"),
            format!("số nguyên có tối đa {digits} chữ số, không dấu, không dấu phân cách"),
        ),
        Kind::Decimal { length, scale } => Bilingual::new(
            format!("a number of at most {length} characters with at most {scale} decimals after a point"),
            format!("số có tối đa {length} ký tự, tối đa {scale} chữ số thập phân sau dấu chấm"),
        ),
        Kind::Date => Bilingual::new(
            "a day of the calendar written year-month-day, such as 2026-11-24",
            "ngày theo lịch, viết năm-tháng-ngày, ví dụ 2026-11-24",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_collapses_as_the_schema_has_it() {
        for (text, collapsed) in [
            ("a", "a"),
            ("  a\n\t b ", "a b"),
            ("a  b", "a b"),
            ("a\rb", "a b"),
            (" \n", ""),
            ("a\u{A0}b ", "a\u{A0}b"),
        ] {
            assert_eq!(collapse(text), collapsed, "{text:?}");
        }
        assert!(matches!(collapse(" a b "), Cow::Borrowed("a b")));
    }

    #[test]
    fn values_are_read_by_their_facets() {
        use Mistake::*;
        let code = Kind::Code { min: 2, max: 3 };
        let decimal = Kind::Decimal { length: 6, scale: 2 };
        for (kind, text, mistake) in [
            (code, "VN", None),
            (code, "V", Some(TooShort)),
            (code, "VN12", Some(TooLong)),
            (code, "vn", Some(Malformed)),
            (code, "", Some(Missing)),
            (Kind::Digits { min: 8, max: 8 }, "84818099", None),
            (Kind::Digits { min: 8, max: 8 }, "8481.80.99", Some(Malformed)),
            (Kind::Digits { min: 8, max: 8 }, "8481809900", Some(TooLong)),
            (Kind::Digits { min: 8, max: 8 }, "848180", Some(TooShort)),
            (Kind::Digits { min: 8, max: 8 }, "８４８１８０９９", Some(Malformed)),
            (Kind::Listed { max: 3 }, "C&F", None),
            (Kind::Listed { max: 3 }, "C F", Some(Malformed)),
            (Kind::Ascii { max: 4 }, "a b~", None),
            (Kind::Ascii { max: 4 }, "ngày", Some(Malformed)),
            (Kind::Wide { max: 4 }, "ngày", None),
            (Kind::Wide { max: 3 }, "ngày", Some(TooLong)),
            (Kind::OneOf { values: &["IM", "EX"] }, "im", Some(NotAllowed)),
            (Kind::Integer { digits: 2 }, "07", None),
            (Kind::Integer { digits: 2 }, "100", Some(NumberTooLong)),
            (Kind::Integer { digits: 2 }, "-1", Some(Malformed)),
            (decimal, "123.45", None),
            (decimal, "1234.56", Some(NumberTooLong)),
            (decimal, "1.234", Some(TooManyDecimals)),
            (decimal, "1.", Some(Malformed)),
            (decimal, ".5", Some(Malformed)),
            (decimal, "1,5", Some(Malformed)),
            (decimal, "1e3", Some(Malformed)),
            (decimal, "1.2.3", Some(Malformed)),
            (Kind::Date, "2024-02-29", None),
            (Kind::Date, "2026-02-29", Some(DateMalformed)),
            (Kind::Date, "2026-2-9", Some(DateMalformed)),
            (Kind::Date, "24-11-2026", Some(DateMalformed)),
            (Kind::Date, "2026-11-24Z", Some(DateMalformed)),
            (Kind::Date, "0999-11-24", Some(DateMalformed)),
        ] {
            assert_eq!(read(kind, text).err(), mistake, "{kind:?} {text:?}");
        }
        let most = Kind::Decimal { length: 20, scale: 4 };
        let expected = Decimal::from_str_exact("99999999999999999999").unwrap();
        assert_eq!(read(most, "99999999999999999999"), Ok(Value::Decimal(expected)));
    }
}
