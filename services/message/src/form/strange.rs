//! The characters of a value that have no place in it, named for people.

use vocabulary::{Bilingual, Kind};

use super::characters;
use super::values::Mistake;

/// How many characters of one value are named.
const NAMED_MAX: usize = 3;

/// The characters of a value that have no place in it, with their places, as a message goes on; empty when there are none.
/// Of a value whose mistake is another, characters of a plain keyboard are not worth a word.
pub(crate) fn strange(kind: Kind, mistake: Mistake, text: &str) -> Bilingual {
    let mut said = Bilingual::default();
    let all = matches!(mistake, Mistake::Malformed | Mistake::DateMalformed);
    let strangers =
        (1..).zip(text.chars()).filter(|(_, character)| !belongs(kind, *character) && (all || !character.is_ascii()));
    for (count, (position, character)) in strangers.enumerate() {
        if count == NAMED_MAX {
            said.en.push_str(", and more");
            said.vi.push_str(", và ký tự khác");
            break;
        }
        let name = characters::name(character);
        let sign = if count == 0 { ":" } else { "," };
        said.en.push_str(&format!("{sign} character {position} is {}", name.en));
        said.vi.push_str(&format!("{sign} ký tự thứ {position} là {}", name.vi));
    }
    said
}

fn belongs(kind: Kind, character: char) -> bool {
    match kind {
        Kind::Code { .. } => character.is_ascii_uppercase() || character.is_ascii_digit(),
        Kind::Digits { .. } | Kind::Integer { .. } => character.is_ascii_digit(),
        Kind::Decimal { .. } => character.is_ascii_digit() || character == '.',
        Kind::Date => character.is_ascii_digit() || character == '-',
        Kind::Listed { .. } | Kind::OneOf { .. } => character.is_ascii_graphic(),
        Kind::Ascii { .. } => matches!(character, ' '..='~'),
        Kind::Wide { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_named_with_their_places() {
        let code = Kind::Code { min: 3, max: 3 };
        assert_eq!(strange(code, Mistake::Malformed, "А12").en, ": character 1 is U+0410 CYRILLIC CAPITAL LETTER A");
        assert_eq!(
            strange(Kind::Digits { min: 8, max: 8 }, Mistake::Malformed, "8481.80.99").en,
            ": character 5 is ‘.’, character 8 is ‘.’"
        );
        assert_eq!(strange(code, Mistake::Malformed, "ãbcđ").vi.matches("ký tự thứ").count(), 3);
        assert_eq!(strange(code, Mistake::Malformed, "A12").en, "");
        assert_eq!(strange(code, Mistake::TooLong, "Anh").en, "");
        assert_eq!(strange(code, Mistake::TooLong, "A12\u{AD}").en, ": character 4 is U+00AD SOFT HYPHEN");
    }
}
