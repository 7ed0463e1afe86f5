//! How the words of a rule file become values, for CSV cells and TOML fields alike.

use jiff::civil::Date;
use rust_decimal::Decimal;

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
