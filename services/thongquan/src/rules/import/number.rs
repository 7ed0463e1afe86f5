//! Numbers as people write them, where they can mean one thing alone.

use rust_decimal::Decimal;

use super::sheet::Cell;

/// What is wrong with a number, and the mend.
type Wrong = (String, String);

/// A number of a cell. Points and commas count where they cannot be mistaken: `26.100,50` and `26,100.50` are one number,
/// `161,90` is another, and `26.100` may be either of two.
///
/// # Errors
/// Why the cell is no number, or not a single one.
pub(super) fn read(cell: &Cell) -> Result<Decimal, Wrong> {
    let text: String = cell.text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}')).collect();
    let no_number =
        || (format!("`{}` is not a number", cell.text), "write digits, with a point before decimals".to_owned());
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')) {
        return Err(no_number());
    }
    let plain =
        if cell.is_number { text.clone() } else { one_meaning(&text).map_err(|why| why.unwrap_or_else(no_number))? };
    Decimal::from_str_exact(&plain).map_err(|_| no_number())
}

/// The digits with a point before decimals. `Err(None)` is no number at all.
fn one_meaning(text: &str) -> Result<String, Option<Wrong>> {
    let last = text.rfind(['.', ',']);
    let Some(last) = last else { return Ok(text.to_owned()) };
    let sign = &text[last..=last];
    let (before, after) = (&text[..last], &text[last + 1..]);
    let other = if sign == "." { "," } else { "." };
    let thousands = |text: &str, sign: &str| {
        let mut groups = text.split(sign);
        let first = groups.next().unwrap_or_default();
        let well = |group: &str| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
        (1..=3).contains(&first.len()) && !first.starts_with('0') && groups.clone().next().is_some() && groups.all(well)
    };
    if before.contains(other) {
        // Of two signs the last one stands before decimals.
        let whole = before.replace(other, "");
        return if thousands(before, other) && !after.is_empty() { Ok(format!("{whole}.{after}")) } else { Err(None) };
    }
    if before.contains(sign) {
        return if thousands(text, sign) { Ok(text.replace(sign, "")) } else { Err(None) };
    }
    if before.is_empty() || after.is_empty() {
        return Err(None);
    }
    if thousands(text, sign) {
        let (large, small) = (format!("{before}{after}"), format!("{before}.{after}"));
        return Err(Some((
            format!("`{text}` may be {large} or {small}"),
            format!("write {large} or {large}.00 for the one, {small}0 for the other"),
        )));
    }
    Ok(format!("{before}.{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, is_number: bool) -> Result<String, String> {
        let cell = Cell { text: text.into(), is_number };
        read(&cell).map(|number| number.to_string()).map_err(|(message, _)| message)
    }

    #[test]
    fn a_number_has_one_meaning_or_none() {
        for (text, number) in [
            ("26100", "26100"),
            ("26.100,50", "26100.50"),
            ("26,100.50", "26100.50"),
            ("1.234.567", "1234567"),
            ("161,90", "161.90"),
            ("17.1", "17.1"),
            ("0.125", "0.125"),
            ("26 100", "26100"),
        ] {
            assert_eq!(of(text, false).as_deref(), Ok(number), "{text}");
        }
        assert_eq!(of("26.100", false), Err("`26.100` may be 26100 or 26.100".into()));
        assert_eq!(of("6,125", false), Err("`6,125` may be 6125 or 6.125".into()));
        assert_eq!(of("26.100", true).as_deref(), Ok("26.100"));
        for wrong in ["", "-1", "1.2.3", "1,23.4", "26.100.", ",5", "1e3", "a", "1.234,567.8", "6.2 %"] {
            assert!(of(wrong, false).is_err(), "{wrong}");
        }
    }
}
