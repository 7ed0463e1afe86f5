//! The shapes of values that several kinds of small documents have: what each looks like, for people, and how it is read.

use jiff::civil::DateTime;
use rust_decimal::Decimal;
use vocabulary::{Bilingual, Finding, Kind, Lane, Severity, Value};

use super::tree::Cursor;
use crate::form::values;

/// The number of a declaration.
pub const DECLARATION_ID: Kind = Kind::Code { min: 12, max: 12 };
/// The tax code of a declarant or a payer.
pub const TAX_CODE_ID: Kind = Kind::Code { min: 10, max: 13 };
/// The identifier of what is owed (mã định danh khoản phải nộp), as notices give it and payments name it.
pub const PAYMENT_IDENTIFIER_ID: Kind = Kind::Ascii { max: 35 };
/// The identifier of a command.
pub const COMMAND_ID: Kind = Kind::Ascii { max: 64 };

/// What a whole number looks like.
pub const NUMBER_SHAPE: [&str; 2] = ["a whole number", "số nguyên"];
/// What an amount of dong looks like.
pub const AMOUNT_SHAPE: [&str; 2] = ["whole dong", "số tiền đồng, không có phần lẻ"];
/// What a moment looks like.
pub const DATE_TIME_SHAPE: [&str; 2] =
    ["a day and time in Vietnam such as 2026-11-24T09:30:00", "ngày giờ Việt Nam, ví dụ 2026-11-24T09:30:00"];
/// What a lane looks like.
pub const LANE_SHAPE: [&str; 2] = ["green, yellow or red", "green, yellow hoặc red"];

/// The text of a value that is one.
pub fn text(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.into()),
        _ => None,
    }
}

/// A whole number, in no more digits than the schemas have room for.
pub fn number(text: &str) -> Option<u32> {
    let plain = text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Whole dong, in no more digits than an exact amount has.
pub fn amount(text: &str) -> Option<Decimal> {
    let plain = (1..=28).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| Decimal::from_str_exact(text).ok()).flatten()
}

/// A day and time without a zone, as the schemas have them.
pub fn date_time(text: &str) -> Option<DateTime> {
    let (day, time) = text.split_once('T')?;
    let (whole, fraction) = match time.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (time, "0"),
    };
    let [h1, h2, b':', m1, m2, b':', s1, s2] = whole.as_bytes() else {
        return None;
    };
    if fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0_i32, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i32::from(digit - b'0')))
    };
    let part = |tens: u8, ones: u8| number(&[tens, ones]).and_then(|number| i8::try_from(number).ok());
    let scale = 10_i32.pow(9 - u32::try_from(fraction.len()).ok()?);
    let nanoseconds = number(fraction.as_bytes())? * scale;
    let time = jiff::civil::Time::new(part(*h1, *h2)?, part(*m1, *m2)?, part(*s1, *s2)?, nanoseconds).ok()?;
    Some(values::date(day)?.to_datetime(time))
}

/// A lane by its word.
pub fn lane(text: &str) -> Option<Lane> {
    Lane::ALL.into_iter().find(|lane| lane.as_str() == text)
}

/// A sentence in both languages, in either order.
pub fn bilingual(cursor: &mut Cursor<'_>, name: &str) -> Option<Bilingual> {
    let mut said = Bilingual::default();
    let mut rest: &[&str] = &["en", "vi"];
    for _ in 0..2 {
        let element = cursor.required(name)?;
        match cursor.attribute(element, "languageCode", rest)? {
            "en" => (said.en, rest) = (cursor.text_of(element), &["vi"]),
            _ => (said.vi, rest) = (cursor.text_of(element), &["en"]),
        }
    }
    Some(said)
}

/// Something wrong, or worth saying, from inside its element.
pub fn finding(cursor: &mut Cursor<'_>) -> Option<Finding> {
    let code = cursor.text("Code");
    let severity = cursor.parsed("SeverityCode", ["error or warning", "error hoặc warning"], |text| match text {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        _ => None,
    });
    let path = cursor.text("Path");
    let item = cursor.optional_parsed("SequenceNumeric", NUMBER_SHAPE, number);
    let field = cursor.optional_text("FieldID");
    let value = cursor.optional_text("Value");
    let line = cursor.optional_parsed("LineNumeric", NUMBER_SHAPE, number);
    let column = cursor.optional_parsed("ColumnNumeric", NUMBER_SHAPE, number);
    let (message, mend) = (bilingual(cursor, "Message"), bilingual(cursor, "Mend"));
    let rule = cursor.text("Rule");
    let law = cursor.text("Law");
    let follows_from = cursor.optional_text("FollowsFromCode");
    Some(Finding {
        code: code?,
        severity: severity?,
        path: path?,
        item,
        field,
        value,
        message: message?,
        mend: mend?,
        suggestions: Vec::new(),
        rule: rule?,
        law: law?,
        follows_from,
        line,
        column,
        place: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_strict() {
        assert!(date_time("2026-11-24T09:30:00.25").is_some());
        for text in [
            "2026-11-24T24:00:00",
            "2026-11-24T09:30:60",
            "2026-11-24T09:30",
            "2026-11-24 09:30:00",
            "2026-11-24T09:30:00Z",
            "2026-11-24T09:30:00.",
            "2026-11-24T09:30:00.1234567890",
            "2026-11-24T+9:30:00",
        ] {
            assert_eq!(date_time(text), None, "{text}");
        }
    }
}
