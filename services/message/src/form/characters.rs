//! Characters that look right and are not: what each is called, and which character of a plain keyboard it passes for.

use vocabulary::Bilingual;

/// One row for each character that is known by name; the head of the file says how it is read.
const TABLE: &str = include_str!("characters.txt");

/// What a character that has no place in a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// It looks like a character of a plain keyboard.
    Like(char),
    /// It is a blank of another kind.
    Blank,
    /// It cannot be seen.
    Invisible,
    /// It is none of these.
    None,
}

/// What a character passes for.
pub(crate) fn likeness(character: char) -> Likeness {
    row(character).map_or(Likeness::None, |(likeness, _)| likeness)
}

/// The code point and the name of a character, as `U+0410 CYRILLIC CAPITAL LETTER A`; one of a plain keyboard stands for
/// itself, and one without a name in the table is told by its script.
pub(crate) fn name(character: char) -> Bilingual {
    match character {
        ' ' => return Bilingual::new("a blank", "khoảng trắng"),
        '!'..='~' => return Bilingual::new(format!("‘{character}’"), format!("‘{character}’")),
        _ => {}
    }
    let code = format!("U+{:04X}", u32::from(character));
    if let Some((_, name)) = row(character) {
        return Bilingual::new(format!("{code} {name}"), format!("{code} {name}"));
    }
    let (en, vi) = match character {
        '\0'..='\u{1F}' | '\u{80}'..='\u{9F}' => ("a control character", "ký tự điều khiển"),
        '\u{100}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => ("a letter with a mark", "chữ có dấu"),
        '\u{300}'..='\u{36F}' => ("a mark on the letter before it", "dấu đi kèm chữ đứng trước"),
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => ("a Greek letter", "chữ Hy Lạp"),
        '\u{400}'..='\u{52F}' => ("a Cyrillic letter", "chữ Kirin"),
        '\u{530}'..='\u{58F}' => ("an Armenian letter", "chữ Armenia"),
        '\u{590}'..='\u{5FF}' => ("a Hebrew letter", "chữ Do Thái"),
        '\u{600}'..='\u{6FF}' => ("an Arabic letter", "chữ Ả Rập"),
        '\u{E00}'..='\u{EFF}' => ("a Thai or Lao letter", "chữ Thái hoặc Lào"),
        '\u{1780}'..='\u{17FF}' => ("a Khmer letter", "chữ Khmer"),
        '\u{3040}'..='\u{30FF}' => ("a Japanese letter", "chữ Nhật"),
        '\u{3400}'..='\u{9FFF}' => ("a Chinese character", "chữ Hán"),
        '\u{AC00}'..='\u{D7AF}' => ("a Korean syllable", "chữ Hàn"),
        '\u{E000}'..='\u{F8FF}' => ("a character of private use", "ký tự dùng riêng"),
        '\u{1F000}'..='\u{1FAFF}' => ("a pictograph", "ký tự hình"),
        _ => ("a character of no code or number", "ký tự không dùng trong mã hoặc số"),
    };
    Bilingual::new(format!("{code}, {en}"), format!("{code}, {vi}"))
}

fn row(character: char) -> Option<(Likeness, &'static str)> {
    let code = u32::from(character);
    TABLE.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut parts = line.splitn(4, ' ');
        if u32::from_str_radix(parts.next()?, 16).ok()? != code {
            return None;
        }
        let (sign, counterpart, name) = (parts.next()?, parts.next()?, parts.next()?);
        let likeness = match sign {
            "=" => Likeness::Like(counterpart.chars().next()?),
            "_" => Likeness::Blank,
            "~" => Likeness::Invisible,
            _ => Likeness::None,
        };
        Some((likeness, name))
    })
}

/// What the text would be on a plain keyboard: look-alikes replaced, what cannot be seen left out. Also whether letters
/// or digits were replaced.
pub(crate) fn plain(text: &str) -> (String, Vec<char>) {
    let mut typed = String::with_capacity(text.len());
    let mut replaced = Vec::new();
    for character in text.chars() {
        match character {
            ' '..='~' => typed.push(character),
            _ => match likeness(character) {
                Likeness::Like(counterpart) => {
                    typed.push(counterpart);
                    if counterpart.is_ascii_alphanumeric() && !replaced.contains(&counterpart) {
                        replaced.push(counterpart);
                    }
                }
                Likeness::Blank => typed.push(' '),
                Likeness::Invisible => {}
                Likeness::None => typed.push(character),
            },
        }
    }
    (typed, replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_each_row_is_read() {
        let mut before = 0;
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let code = u32::from_str_radix(line.split(' ').next().unwrap(), 16).unwrap();
            assert!(code > before, "{line}");
            before = code;
            let character = char::from_u32(code).unwrap();
            assert!(!character.is_ascii() || character == '\u{7F}', "{line}");
            let (likeness, name) = row(character).unwrap();
            assert!(name.len() > 3, "{line}");
            if let Likeness::Like(counterpart) = likeness {
                assert!(counterpart.is_ascii_graphic(), "{line}");
            }
        }
    }

    #[test]
    fn characters_are_named() {
        assert_eq!(name('\u{410}').en, "U+0410 CYRILLIC CAPITAL LETTER A");
        assert_eq!(name('\u{200B}').en, "U+200B ZERO WIDTH SPACE");
        assert_eq!(name('１').vi, "U+FF11 FULLWIDTH DIGIT ONE");
        assert_eq!(name('.').en, "‘.’");
        assert_eq!(name('関').en, "U+95A2, a Chinese character");
    }

    #[test]
    fn look_alikes_become_what_they_pass_for() {
        assert_eq!(plain("А１2\u{200B}"), ("A12".to_owned(), vec!['A', '1']));
        assert_eq!(plain("12\u{A0}000"), ("12 000".to_owned(), Vec::new()));
        assert_eq!(plain("VNĐ").0, "VNĐ");
        assert_eq!(plain("0100233488–001").0, "0100233488-001");
    }
}
