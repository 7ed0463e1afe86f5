//! What is checked before a document is cut into tokens: its size, its encoding, its characters; and its XML
//! declaration.

use super::bounds::MAX_BYTES;
use super::refusal::Refusal;
use super::text::is_space;

/// The text of a document, after the guards that need no parsing; without a byte order mark.
pub fn text_of(bytes: &[u8]) -> Result<&str, Box<Refusal>> {
    if bytes.len() > MAX_BYTES {
        return Err(Refusal::guard(
            "too_large",
            0,
            ["the document is larger than 2 MiB", "chứng từ lớn hơn 2 MiB"],
            ["lodge attachments apart from the declaration", "gửi chứng từ đính kèm riêng, không kèm trong tờ khai"],
        ));
    }
    if let [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, _, ..] | [_, 0, ..] = bytes {
        return Err(encoding(0));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| encoding(error.valid_up_to()))?;
    match forbidden(bytes) {
        None => Ok(text),
        Some(offset) => Err(Refusal::malformed(
            offset,
            "it holds a character that XML does not allow",
            "có ký tự mà XML không cho phép",
        )),
    }
}

pub(super) fn encoding(offset: usize) -> Box<Refusal> {
    Refusal::guard(
        "encoding_refused",
        offset,
        ["the document is not in UTF-8", "chứng từ không dùng bảng mã UTF-8"],
        [
            "write the document in UTF-8 and declare no other encoding",
            "lưu chứng từ bằng bảng mã UTF-8 và không khai bảng mã khác",
        ],
    )
}

/// The first character that no XML document may hold. The text is UTF-8 already.
fn forbidden(bytes: &[u8]) -> Option<usize> {
    // The common case is decided in one pass that the compiler turns into vector instructions.
    let control = |byte: u8| (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r');
    if bytes.iter().fold(false, |found, &byte| found | control(byte)) {
        return bytes.iter().position(|&byte| control(byte));
    }
    // U+FFFE and U+FFFF.
    memchr::memchr_iter(0xEF, bytes).find(|&at| matches!(bytes.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])))
}

/// Checks an XML declaration, `<?xml ... ?>` (XML 1.0, section 2.8).
pub(crate) fn check_declaration(raw: &str) -> Result<(), Box<Refusal>> {
    let broken = || Refusal::malformed(0, "the XML declaration is not a proper one", "khai báo XML không hợp lệ");
    let body = raw.strip_prefix("<?xml").and_then(|rest| rest.strip_suffix("?>")).ok_or_else(broken)?;
    let mut rest = body;
    let mut last = 0;
    loop {
        let trimmed = rest.trim_start_matches(|character: char| character.is_ascii() && is_space(character as u8));
        if trimmed.is_empty() {
            break;
        }
        if trimmed.len() == rest.len() {
            return Err(broken());
        }
        let (name, after) = trimmed.split_once('=').ok_or_else(broken)?;
        let spaces = |character: char| matches!(character, ' ' | '\t' | '\n' | '\r');
        let name = name.trim_end_matches(spaces);
        let after = after.trim_start_matches(spaces);
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\'')).ok_or_else(broken)?;
        let (value, after) = after[1..].split_once(quote).ok_or_else(broken)?;
        rest = after;
        let place = match name {
            "version" => 1,
            "encoding" => 2,
            "standalone" => 3,
            _ => return Err(broken()),
        };
        if place <= last || (last == 0 && place != 1) {
            return Err(broken());
        }
        last = place;
        let minor = value.strip_prefix("1.").unwrap_or_default();
        match place {
            1 if minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit()) => return Err(broken()),
            2 if !value.eq_ignore_ascii_case("UTF-8") => {
                return Err(encoding(raw.len() - rest.len() - value.len() - 3));
            }
            3 if !matches!(value, "yes" | "no") => return Err(broken()),
            _ => {}
        }
    }
    if last == 0 { Err(broken()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_utf_8_is_read() {
        assert_eq!(text_of("\u{FEFF}<a/>".as_bytes()).unwrap(), "<a/>");
        for bytes in
            [&b"\xFF\xFE<\0a\0"[..], b"\0<\0a", b"<\0a\0", b"<a>\xC0\x80</a>", b"<a>\xED\xA0\x80</a>", b"<a>\xE1</a>"]
        {
            assert_eq!(text_of(bytes).unwrap_err().code, "encoding_refused", "{bytes:?}");
        }
        assert_eq!(text_of(&vec![b' '; MAX_BYTES + 1]).unwrap_err().code, "too_large");
    }

    #[test]
    fn characters_that_xml_forbids_are_found() {
        for (text, offset) in [("ab\u{1}", 2), ("<a>\0</a>", 3), ("ự\u{FFFE}", 3), ("\u{FFFF}", 0), ("a\u{B}", 1)] {
            let refusal = text_of(text.as_bytes()).unwrap_err();
            assert_eq!((refusal.code, refusal.offset), ("not_well_formed", offset), "{text:?}");
        }
        assert!(text_of("\t\r\n \u{7F}\u{85}\u{FFFD}\u{10FFFF}".as_bytes()).is_ok());
    }

    #[test]
    fn xml_declarations() {
        for raw in [
            "<?xml version=\"1.0\"?>",
            "<?xml version='1.0' encoding='utf-8' standalone = \"yes\" ?>",
            "<?xml\nversion=\"1.1\"\tstandalone=\"no\"?>",
        ] {
            assert!(check_declaration(raw).is_ok(), "{raw}");
        }
        for raw in [
            "<?xml?>",
            "<?xml encoding=\"UTF-8\"?>",
            "<?xml version=\"2.0\"?>",
            "<?xml version=\"1.0\"encoding=\"UTF-8\"?>",
            "<?xml version=\"1.0\" version=\"1.0\"?>",
            "<?xml version=\"1.0\" standalone=\"maybe\"?>",
            "<?xml version=1.0?>",
            "<?xml version=\"1.0\" standalone=\"no\" encoding=\"UTF-8\"?>",
        ] {
            assert_eq!(check_declaration(raw).unwrap_err().code, "not_well_formed", "{raw}");
        }
        let refusal = check_declaration("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>").unwrap_err();
        assert_eq!(refusal.code, "encoding_refused");
    }
}
