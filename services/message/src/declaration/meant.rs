//! What was meant by a value that cannot be read: the value itself where its form leaves no doubt, and the choices where
//! it leaves one.

use vocabulary::declaration::{declaration, goods_item};
use vocabulary::tax_code::meant_tax_code;
use vocabulary::{Bilingual, FieldId, Kind};

use crate::form::characters::{self, Likeness};
use crate::form::values::{self, Mistake};

/// The most characters of a value that is looked into: no field that is mended so is longer.
const LOOKED_INTO: usize = 100;
/// The digits of a tariff code. Longer codes of other countries begin with them.
const TARIFF_DIGITS: usize = 8;
const LONG_TARIFF_DIGITS: usize = 12;

const TAX_CODES: [FieldId; 4] = [
    declaration::importer_code,
    declaration::exporter_code,
    declaration::import_principal_code,
    declaration::export_principal_code,
];

/// What was meant, as far as it can be told.
#[derive(Debug, Default)]
pub(crate) struct Meaning {
    /// The value to give.
    pub(crate) value: Option<String>,
    /// What the mend says after the shape of the field.
    pub(crate) words: Option<Bilingual>,
}

impl Meaning {
    fn choice(en: String, vi: String) -> Self {
        Self { value: None, words: Some(Bilingual::new(en, vi)) }
    }
}

/// A reading of a text.
enum Guess {
    One(String),
    /// It may be a number with decimals or one with a sign between thousands: the number as each of them.
    Thousands {
        small: String,
        large: String,
    },
    /// It may be either of two days.
    Days([String; 2]),
}

/// What was meant by a text that is no value of a field.
pub(crate) fn meant(field: FieldId, kind: Kind, mistake: Mistake, text: &str) -> Meaning {
    if field == goods_item::unit_price && mistake == Mistake::NumberTooLong {
        return Meaning::choice(
            "a price of more characters is left out, with its currency and unit, as the value of the line says it; or it \
             is given for the unit of the second quantity"
                .to_owned(),
            "đơn giá dài hơn thì bỏ trống cùng mã tiền tệ và đơn vị, vì trị giá dòng hàng đã thể hiện; hoặc khai theo \
             đơn vị của số lượng (2)"
                .to_owned(),
        );
    }
    if text.is_empty() || text.chars().count() > LOOKED_INTO {
        return Meaning::default();
    }
    let (typed, replaced) = characters::plain(text);
    let fits = |value: &str| values::read(kind, value).is_ok();
    match guess(field, kind, typed.trim()) {
        Some(Guess::One(value)) if fits(&value) => {
            let how = manner(text, &replaced);
            let words = Bilingual::new(format!("{value}{}", how.en), format!("{value}{}", how.vi));
            Meaning { value: Some(value), words: Some(words) }
        }
        Some(Guess::Thousands { small, large }) if fits(&large) => {
            let (also_en, also_vi) = if fits(&small) {
                (format!("; {small} is written {small}"), format!("; {small} thì viết {small}"))
            } else {
                (String::new(), String::new())
            };
            Meaning::choice(
                format!("no sign stands between thousands: {} is written {large}{also_en}", grouped(&large, ' ')),
                format!("không dùng dấu phân cách hàng nghìn: {} thì viết {large}{also_vi}", grouped(&large, ' ')),
            )
        }
        Some(Guess::Days([one, other])) if fits(&one) && fits(&other) => {
            Meaning::choice(format!("{one} or {other}"), format!("{one} hoặc {other}"))
        }
        _ => Meaning::default(),
    }
}

/// How the value to give differs from the one that was given, where that cannot be seen.
fn manner(text: &str, replaced: &[char]) -> Bilingual {
    let letters: Vec<String> =
        replaced.iter().filter(|character| character.is_ascii_alphabetic()).map(char::to_string).collect();
    let hidden = text.chars().any(|character| characters::likeness(character) == Likeness::Invisible);
    let mut said = Bilingual::default();
    if !letters.is_empty() {
        let letters = letters.join(", ");
        said.en.push_str(&format!(", with a Latin {letters}"));
        said.vi.push_str(&format!(", dùng chữ La-tinh {letters}"));
    }
    if replaced.iter().any(char::is_ascii_digit) {
        said.en.push_str(", with plain digits");
        said.vi.push_str(", dùng chữ số thường");
    }
    if hidden {
        said.en.push_str(", without the character that cannot be seen");
        said.vi.push_str(", bỏ ký tự không nhìn thấy");
    }
    said
}

/// What a text on a plain keyboard reads as.
fn guess(field: FieldId, kind: Kind, typed: &str) -> Option<Guess> {
    if TAX_CODES.contains(&field)
        && let Some(code) = meant_tax_code(typed)
    {
        return Some(Guess::One(code));
    }
    match kind {
        Kind::Code { .. } => Some(Guess::One(unquoted(typed).to_ascii_uppercase())),
        Kind::Listed { .. } => Some(Guess::One(unquoted(typed))),
        Kind::OneOf { values } => {
            let known = values.iter().find(|value| value.eq_ignore_ascii_case(&unquoted(typed)));
            known.map(|value| Guess::One((*value).to_owned()))
        }
        Kind::Digits { .. } => tariff_code(field, typed).map(Guess::One),
        Kind::Ascii { .. } => Some(Guess::One(typed.to_owned())),
        Kind::Integer { .. } => number(typed, true),
        Kind::Decimal { .. } => number(typed, false),
        Kind::Date => day(typed),
        Kind::Wide { .. } => None,
    }
}

/// The text without blanks and the quotes around it.
fn unquoted(typed: &str) -> String {
    typed.chars().filter(|sign| !matches!(sign, ' ' | '"' | '\'')).collect()
}

/// A tariff code without the signs between its digits, and without the digits that other countries add.
fn tariff_code(field: FieldId, typed: &str) -> Option<String> {
    let mut digits: String = typed.chars().filter(|sign| !matches!(sign, '.' | ' ' | '-' | '"' | '\'')).collect();
    if field == goods_item::commodity_code && digits.len() <= LONG_TARIFF_DIGITS && digits.is_ascii() {
        digits.truncate(TARIFF_DIGITS);
    }
    Some(digits)
}

/// A number in the ways that people write one.
fn number(typed: &str, whole: bool) -> Option<Guess> {
    let bare = without_currency(typed);
    let bare = bare.strip_prefix('+').unwrap_or(bare);
    let bare = if bare.contains([' ', '\'']) { joined(bare, [' ', '\''])? } else { bare.to_owned() };
    if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')) {
        return None;
    }
    let (points, commas) = (bare.matches('.').count(), bare.matches(',').count());
    match (points, commas) {
        (0, 0) => Some(Guess::One(bare)),
        (1, 0) => one_sign(&bare, '.', whole),
        (0, 1) => one_sign(&bare, ',', whole),
        (0, _) => joined(&bare, [',', ',']).map(Guess::One),
        (_, 0) => joined(&bare, ['.', '.']).map(Guess::One),
        _ => {
            // The sign that stands last is that of the decimals, the other one that of the thousands.
            let last = if bare.rfind('.') > bare.rfind(',') { '.' } else { ',' };
            let other = if last == '.' { ',' } else { '.' };
            let (thousands, decimals) = bare.rsplit_once(last)?;
            if thousands.contains(last) {
                return None;
            }
            let thousands = joined(thousands, [other, other])?;
            Some(Guess::One(without_end_zeros(&format!("{thousands}.{decimals}"))))
        }
    }
}

/// A number without the currency before or behind it: a sign, a word apart, or the three capitals of a code.
fn without_currency(typed: &str) -> &str {
    let is_part = |sign: char| sign.is_ascii_digit() || matches!(sign, '.' | ',' | '+' | '-' | '\'');
    let Some(start) = typed.find(is_part) else { return typed };
    let end = typed.rfind(is_part).map_or(typed.len(), |last| last + 1);
    let (before, number, behind) = (&typed[..start], &typed[start..end], &typed[end..]);
    let is_currency = |text: &str, apart: bool| {
        let name = text.trim();
        let code = name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_uppercase());
        let sign = name.chars().all(|sign| matches!(sign, '$' | '€' | '£' | '¥' | '₫'));
        let other = matches!(name, "US$" | "VNĐ" | "đ") || (apart && name.chars().all(char::is_alphabetic));
        code || sign || other
    };
    let plain = is_currency(before, before.ends_with(' ')) && is_currency(behind, behind.starts_with(' '));
    if plain { number } else { typed }
}

/// A number with one sign in it, which stands before decimals or between thousands.
fn one_sign(bare: &str, sign: char, whole: bool) -> Option<Guess> {
    let (before, after) = bare.split_once(sign)?;
    let zeros = after.bytes().all(|byte| byte == b'0');
    if after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0') {
        let large = format!("{before}{after}");
        if whole && !zeros {
            return Some(Guess::One(large));
        }
        return Some(Guess::Thousands { small: without_end_zeros(&format!("{before}.{after}")), large });
    }
    let before = if before.is_empty() { "0" } else { before };
    Some(Guess::One(without_end_zeros(&format!("{before}.{after}"))))
}

/// Groups of three digits, the first of one to three, without the signs between them; decimals may follow a point.
fn joined(text: &str, signs: [char; 2]) -> Option<String> {
    let (thousands, decimals) = match text.rsplit_once('.') {
        Some((thousands, decimals)) if !signs.contains(&'.') => (thousands, Some(decimals)),
        _ => (text, None),
    };
    let groups: Vec<&str> = thousands.split(signs).collect();
    let fits = |(at, group): (usize, &&str)| {
        let digits = group.bytes().all(|byte| byte.is_ascii_digit());
        digits && if at == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 }
    };
    if !groups.iter().enumerate().all(fits) {
        return None;
    }
    let whole = groups.concat();
    Some(decimals.map_or_else(|| whole.clone(), |decimals| without_end_zeros(&format!("{whole}.{decimals}"))))
}

fn without_end_zeros(number: &str) -> String {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').to_owned() } else { number.to_owned() }
}

/// Digits in groups of three, for people.
fn grouped(digits: &str, sign: char) -> String {
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(sign);
        }
        grouped.push(digit);
    }
    grouped
}

/// A day in the ways that people write one.
fn day(typed: &str) -> Option<Guess> {
    let typed = typed.split(['T', ' ']).next()?;
    let parts: Vec<&str> = typed.split(['/', '-', '.']).collect();
    let written = |year: &str, month: &str, day: &str| format!("{year}-{month:0>2}-{day:0>2}");
    let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 2);
    match *parts.as_slice() {
        [year, month, day] if year.len() == 4 => Some(Guess::One(written(year, month, day))),
        [first, second, year] if year.len() == 4 => {
            let day_first = written(year, second, first);
            let month_first = written(year, first, second);
            match (number(first)?, number(second)?) {
                (1..=12, 13..) => Some(Guess::One(month_first)),
                (first, second @ 1..=12) if first > 12 || first == second => Some(Guess::One(day_first)),
                _ => Some(Guess::Days([day_first, month_first])),
            }
        }
        [digits] if digits.len() == 8 && digits.is_ascii() => {
            Some(Guess::One(written(&digits[..4], &digits[4..6], &digits[6..])))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMOUNT: Kind = Kind::Decimal { length: 20, scale: 4 };

    #[track_caller]
    fn check(field: FieldId, kind: Kind, text: &str, value: Option<&str>, words: &str) {
        let mistake = values::read(kind, text).expect_err(text);
        let meaning = meant(field, kind, mistake, text);
        assert_eq!(meaning.value.as_deref(), value, "{text}");
        let said = meaning.words.unwrap_or_default();
        assert!(said.en.contains(words), "{text}: {}", said.en);
        assert_eq!(said.en.is_empty(), said.vi.is_empty(), "{text}");
        if let Some(value) = value {
            assert!(values::read(kind, value).is_ok(), "{value}");
        }
    }

    #[test]
    fn numbers_as_people_write_them() {
        for (text, value) in [
            ("12000,50", Some("12000.5")),
            ("1,5", Some("1.5")),
            ("1.234.567", Some("1234567")),
            ("1,234,567", Some("1234567")),
            ("1.234.567,89", Some("1234567.89")),
            ("1,234,567.80", Some("1234567.8")),
            ("12 000", Some("12000")),
            ("12\u{A0}000", Some("12000")),
            ("12'000.50", Some("12000.5")),
            ("１２０００", Some("12000")),
            ("12000\u{200B}", Some("12000")),
            ("$12000", Some("12000")),
            ("USD12000", Some("12000")),
            ("12.000.000đ", Some("12000000")),
            ("12000 đồng", Some("12000")),
            ("VB195", None),
            ("B99", None),
            ("12000 USD", Some("12000")),
            ("+5", Some("5")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("12.50000", Some("12.5")),
            ("1,23,456", None),
            ("-5", None),
            ("1e3", None),
            ("12.34567", None),
            ("mười hai", None),
        ] {
            check(declaration::invoice_amount, AMOUNT, text, value, value.unwrap_or_default());
        }
        // Nobody can tell which is meant.
        check(declaration::invoice_amount, AMOUNT, "12,000", None, "12 000 is written 12000; 12 is written 12");
        let quantity = Kind::Decimal { length: 12, scale: 2 };
        check(goods_item::quantity, quantity, "12.000", None, "12 000 is written 12000; 12 is written 12");
        check(goods_item::quantity, quantity, "12.345", None, "12 345 is written 12345");
        let count = Kind::Integer { digits: 8 };
        check(declaration::package_quantity, count, "1.250", Some("1250"), "1250");
        check(declaration::package_quantity, count, "1.000", None, "1 000 is written 1000; 1 is written 1");
        check(declaration::package_quantity, count, "10.0", Some("10"), "10");
    }

    #[test]
    fn codes_as_people_write_them() {
        let code = Kind::Code { min: 3, max: 3 };
        check(declaration::kind, code, "А12", Some("A12"), "A12, with a Latin A");
        check(declaration::kind, code, "A12\u{200B}", Some("A12"), "without the character that cannot be seen");
        check(declaration::kind, code, "A１2", Some("A12"), "A12, with plain digits");
        check(declaration::kind, code, "a12", Some("A12"), "A12");
        check(declaration::kind, code, "VNĐ", None, "");
        let tariff = Kind::Digits { min: 8, max: 8 };
        check(goods_item::commodity_code, tariff, "8481.80.99", Some("84818099"), "84818099");
        check(goods_item::commodity_code, tariff, "8481 8099", Some("84818099"), "84818099");
        check(goods_item::commodity_code, tariff, "8481809900", Some("84818099"), "84818099");
        check(goods_item::commodity_code, tariff, "8481.80.99.00", Some("84818099"), "84818099");
        check(goods_item::commodity_code, tariff, "84818099AB", Some("84818099"), "84818099");
        check(goods_item::commodity_code, tariff, "8481.80", None, "");
        check(goods_item::commodity_code, tariff, "8481809O", None, "");
        let taxpayer = Kind::Code { min: 10, max: 13 };
        check(declaration::importer_code, taxpayer, "100233488", Some("0100233488"), "0100233488");
        check(declaration::importer_code, taxpayer, "0100233488-001", Some("0100233488001"), "0100233488001");
        check(declaration::importer_code, taxpayer, "100233489", None, "");
        check(declaration::importer_name, Kind::Ascii { max: 35 }, "ACME–1", Some("ACME-1"), "ACME-1");
        check(declaration::direction, Kind::OneOf { values: &["IM", "EX"] }, "im", Some("IM"), "IM");
    }

    #[test]
    fn days_as_people_write_them() {
        for (text, value) in [
            ("24/11/2026", Some("2026-11-24")),
            ("24-11-2026", Some("2026-11-24")),
            ("11/24/2026", Some("2026-11-24")),
            ("2026/11/24", Some("2026-11-24")),
            ("2026-11-24T00:00:00", Some("2026-11-24")),
            ("2026-6-9", Some("2026-06-09")),
            ("20261124", Some("2026-11-24")),
            ("06/06/2026", Some("2026-06-06")),
            ("31/02/2026", None),
            ("24/11/26", None),
        ] {
            check(declaration::invoice_date, Kind::Date, text, value, value.unwrap_or_default());
        }
        check(declaration::invoice_date, Kind::Date, "05/06/2026", None, "2026-06-05 or 2026-05-06");
    }
}
