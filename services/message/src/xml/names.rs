//! Names of elements and attributes (XML 1.0, fifth edition, section 2.3; Namespaces in XML 1.0, section 4).

/// Whether a byte may stand in a name after its first character, for the names that most documents have.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        plain[byte] = character.is_ascii_alphanumeric() || matches!(character, b'_' | b'-' | b'.');
        byte += 1;
    }
    plain
};

/// Whether a text is a name without a colon.
pub(super) fn is_ncname(name: &str) -> bool {
    let bytes = name.as_bytes();
    let Some(&first) = bytes.first() else { return false };
    if (first.is_ascii_alphabetic() || first == b'_') && bytes.iter().all(|&byte| PLAIN[usize::from(byte)]) {
        return true;
    }
    let mut characters = name.chars();
    characters.next().is_some_and(starts_name) && characters.all(continues_name)
}

/// Splits a name into its prefix, empty where it has none, and the part after it. `None` when it is no qualified name.
pub(super) fn split(name: &str) -> Option<(&str, &str)> {
    match memchr::memchr(b':', name.as_bytes()) {
        None => is_ncname(name).then_some(("", name)),
        Some(colon) => {
            let (prefix, local) = (&name[..colon], &name[colon + 1..]);
            (is_ncname(prefix) && is_ncname(local)).then_some((prefix, local))
        }
    }
}

fn starts_name(character: char) -> bool {
    matches!(character,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

fn continues_name(character: char) -> bool {
    starts_name(character)
        || matches!(character,
            '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_other_texts() {
        for name in ["a", "_x", "TờKhai", "a-b.c9", "Ngày"] {
            assert!(is_ncname(name), "{name}");
        }
        for name in ["", "9a", "-a", ".a", "a b", "a:b", "a/", "×", "a\u{2028}"] {
            assert!(!is_ncname(name), "{name}");
        }
        assert_eq!(split("tq:ID"), Some(("tq", "ID")));
        assert_eq!(split("ID"), Some(("", "ID")));
        for name in ["a:b:c", ":a", "a:", "a:9"] {
            assert_eq!(split(name), None, "{name}");
        }
    }
}
