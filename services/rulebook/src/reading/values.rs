//! How the words of a rule file become values, for CSV cells and TOML fields alike.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::Direction;

use crate::error::did_you_mean;

/// The words for a direction, or for both.
pub(crate) const DIRECTIONS: [(&str, Option<Direction>); 3] =
    [("both", None), ("import", Some(Direction::Import)), ("export", Some(Direction::Export))];

/// What is wrong with a word, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}

/// A day as `2026-11-24`, and in no other form.
pub(crate) fn date(word: &str) -> Result<Date, Fault> {
    let shape = word.len() == 10
        && word.bytes().enumerate().all(|(i, byte)| match i {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    word.parse()
        .ok()
        .filter(|_| shape)
        .ok_or_else(|| Fault::new(format!("`{word}` is not a day"), "write it as 2026-11-24"))
}

/// A number that is not negative, exactly as written: digits, and after a point further digits.
pub(crate) fn decimal(word: &str) -> Result<Decimal, Fault> {
    let mut parts = word.split('.');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let whole = parts.next().is_some_and(digits);
    let fraction = parts.next().is_none_or(digits);
    let shape = whole && fraction && parts.next().is_none() && word.len() <= 28;
    if !shape {
        let hint = if word.contains(',') {
            "use a point before decimals and nothing between thousands"
        } else {
            "write digits, with a point before decimals, at most 28 characters"
        };
        return Err(Fault::new(format!("`{word}` is not a number"), hint));
    }
    Decimal::from_str_exact(word)
        .map_err(|_| Fault::new(format!("`{word}` has too many digits"), "at most 28 digits can be kept"))
}

/// A percentage from 0 to 1000, as the law prints it.
pub(crate) fn percent(word: &str) -> Result<Decimal, Fault> {
    let value = decimal(word.trim_end_matches('%'))?;
    if word.ends_with('%') {
        return Err(Fault::new(format!("`{word}` ends in a per cent sign"), "write the number alone"));
    }
    if value > Decimal::ONE_THOUSAND {
        return Err(Fault::new(format!("the rate {word} is above 1000 per cent"), "check the decimal point"));
    }
    Ok(value)
}

/// `yes` or `no`.
pub(crate) fn yes_no(cell: &str) -> Result<bool, Fault> {
    word(cell, &[("yes", true), ("no", false)])
}

/// One of a few words.
pub(crate) fn word<T: Clone>(cell: &str, known: &[(&str, T)]) -> Result<T, Fault> {
    known.iter().find(|(name, _)| *name == cell).map(|(_, value)| value.clone()).ok_or_else(|| Fault {
        message: format!("`{cell}` is not a value of this column"),
        hint: did_you_mean(cell, known.iter().map(|(name, _)| *name)),
    })
}

/// Words between spaces.
pub(crate) fn words(cell: &str) -> Box<[Box<str>]> {
    cell.split_whitespace().map(Into::into).collect()
}

/// Rates between `/`, with `not_subject` among them where goods may be outside the tax.
pub(crate) fn choice(cell: &str) -> Result<(Box<[Decimal]>, bool), Fault> {
    let not_subject = cell.split('/').any(|part| part == "not_subject");
    let rates = cell.split('/').filter(|part| *part != "not_subject").map(percent).collect::<Result<_, _>>()?;
    Ok((rates, not_subject))
}

/// The beginning of a tariff code: 2 to 8 digits.
pub(crate) fn hs_prefix(digits: &str) -> Result<Box<str>, Fault> {
    if (2..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(digits.into());
    }
    Err(Fault::new(
        format!("`{digits}` is not the beginning of a tariff code"),
        "write its first 2 to 8 digits, without points",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_one_form() {
        assert_eq!(date("2026-11-24").unwrap(), jiff::civil::date(2026, 11, 24));
        for wrong in ["", "2026-11-31", "24/11/2026", "20261124", "2026-11-24T00:00:00", "+2026-1-24"] {
            assert!(date(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_exact_and_plain() {
        assert_eq!(decimal("7.50").unwrap().to_string(), "7.50");
        for wrong in
            ["", ".5", "5.", "-1", "+1", "1e3", "7,5", "1_000", "1.2.3", "NaN", "0.00000000000000000000000000001"]
        {
            assert!(decimal(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn percentages_have_bounds() {
        assert!(percent("1000").is_ok());
        assert_eq!(percent("1000.1").unwrap_err().hint.as_deref(), Some("check the decimal point"));
        assert_eq!(percent("7%").unwrap_err().hint.as_deref(), Some("write the number alone"));
    }
}
