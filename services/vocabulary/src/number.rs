//! The number that customs gives a declaration, and those of its lines.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::declaration::{Direction, GoodsItem};

/// The greatest value of the nine-digit counter inside a number.
pub const COUNTER_MAX: u32 = 999_999_999;

/// What the identifiers of payments begin with.
const PAYMENT_IDENTIFIER_PREFIX: &str = "TQ";

/// A declaration number of twelve digits: `T SSSSSSSSS C N`, with `T` 1 for import and 3 for export, a counter `S`, its
/// check digit `C = S mod 7`, and `N`, how often the declaration was amended.
///
/// The check digit is documented nowhere that we know of; it was measured on real numbers. We therefore give numbers
/// that bear it, and only warn of one that does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DeclarationNumber {
    direction: Direction,
    counter: u32,
    check: u8,
    amendments: u8,
}

/// Why a text is no declaration number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not twelve digits.
    #[error("a declaration number has twelve digits")]
    Shape,
    /// The first digit is neither 1 nor 3.
    #[error("a declaration number begins with 1 on import and 3 on export")]
    Direction,
    /// The counter has more than nine digits.
    #[error("the nine-digit counter of declaration numbers is used up")]
    CounterUsedUp,
}

impl DeclarationNumber {
    /// The number of a newly registered declaration.
    ///
    /// # Errors
    /// `CounterUsedUp` when the counter has left its nine digits.
    pub fn new(direction: Direction, counter: u32) -> Result<Self, NumberError> {
        if counter > COUNTER_MAX {
            return Err(NumberError::CounterUsedUp);
        }
        Ok(Self { direction, counter, check: (counter % 7) as u8, amendments: 0 })
    }

    /// Whether the check digit fits the counter.
    pub fn check_digit_fits(self) -> bool {
        u32::from(self.check) == self.counter % 7
    }

    /// Import or export, as the first digit tells.
    pub fn direction(self) -> Direction {
        self.direction
    }

    /// How often the declaration was amended, 0 to 9.
    pub fn amendments(self) -> u8 {
        self.amendments
    }

    /// The number as it was first given, before any amendment.
    pub fn original(self) -> Self {
        Self { amendments: 0, ..self }
    }

    /// The eleven digits that a declaration keeps through its amendments.
    pub fn stem(self) -> String {
        stem(&self.to_string()).to_owned()
    }

    /// The identifier that a payer names when paying what is owed on the declaration (mã định danh khoản phải nộp). It stays
    /// the same through amendments.
    pub fn payment_identifier(self) -> String {
        format!("{PAYMENT_IDENTIFIER_PREFIX}{}", self.original())
    }

    /// The number, before any amendment, of the declaration that an identifier is for; `None` of one that customs never gave.
    pub fn of_payment_identifier(identifier: &str) -> Option<Self> {
        let number: Self = identifier.strip_prefix(PAYMENT_IDENTIFIER_PREFIX)?.parse().ok()?;
        (number.payment_identifier() == identifier).then_some(number)
    }

    /// The number after one more amendment; `None` after the ninth, from where paper is the law's way.
    pub fn amended(self) -> Option<Self> {
        (self.amendments < 9).then_some(Self { amendments: self.amendments + 1, ..self })
    }
}

/// The eleven digits that a declaration keeps through its amendments, of its number as a text; all of a shorter text.
pub fn stem(number: &str) -> &str {
    number.char_indices().nth(11).map_or(number, |(end, _)| &number[..end])
}

/// The number of the goods item at a position: the one that it declares, otherwise its position counted from 1.
///
/// People find a line by the number that stands on it, so whatever is said of a line names this one.
pub fn item_number(item: Option<&GoodsItem>, position: usize) -> u32 {
    let declared = item.and_then(|item| item.sequence).and_then(|sequence| u32::try_from(sequence).ok());
    declared.or_else(|| u32::try_from(position + 1).ok()).unwrap_or(u32::MAX)
}

impl fmt::Display for DeclarationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = match self.direction {
            Direction::Import => 1,
            Direction::Export => 3,
        };
        write!(f, "{first}{:09}{}{}", self.counter, self.check, self.amendments)
    }
}

impl FromStr for DeclarationNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError::Shape);
        }
        let direction = match text.as_bytes()[0] {
            b'1' => Direction::Import,
            b'3' => Direction::Export,
            _ => return Err(NumberError::Direction),
        };
        let counter = text[1..10].parse().map_err(|_| NumberError::Shape)?;
        let digit = |at: usize| text.as_bytes()[at] - b'0';
        Ok(Self { direction, counter, check: digit(10), amendments: digit(11) })
    }
}

impl From<DeclarationNumber> for String {
    fn from(number: DeclarationNumber) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for DeclarationNumber {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_looking_numbers_read_and_write_back() {
        for (text, fits) in [("108399733040", true), ("305254403660", true), ("108399733050", false)] {
            let number: DeclarationNumber = text.parse().unwrap();
            assert_eq!(number.to_string(), text);
            assert_eq!(number.check_digit_fits(), fits, "{text}");
        }
    }

    #[test]
    fn a_new_number_bears_its_check_digit_and_counts_amendments_to_nine() {
        let mut number = DeclarationNumber::new(Direction::Import, 83_997_330).unwrap();
        assert_eq!(number.to_string(), "108399733040");
        for count in 1..=9 {
            number = number.amended().unwrap();
            assert_eq!(number.amendments(), count);
        }
        assert_eq!(number.amended(), None);
        assert_eq!((number.original().to_string().as_str(), number.stem().as_str()), ("108399733040", "10839973304"));
        assert_eq!(DeclarationNumber::new(Direction::Export, 1_000_000_000), Err(NumberError::CounterUsedUp));
    }

    #[test]
    fn a_line_is_known_by_the_number_that_it_declares() {
        let item = |sequence| GoodsItem { sequence, ..GoodsItem::default() };
        assert_eq!(item_number(Some(&item(Some(7))), 0), 7);
        assert_eq!(item_number(Some(&item(None)), 0), 1);
        assert_eq!(item_number(Some(&item(Some(u64::MAX))), 1), 2);
        assert_eq!(item_number(None, 2), 3);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "10839973304", "2083997330400", "208399733040", "10839973304x", "１08399733040"] {
            assert!(text.parse::<DeclarationNumber>().is_err(), "{text}");
        }
    }
}
