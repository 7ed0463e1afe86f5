//! References to characters and to the five entities that XML itself declares.

use super::refusal::Refusal;
use super::text::is_char;

/// The character that a reference such as `&amp;` or `&#x1EF1;` stands for.
///
/// `raw` begins with the ampersand and ends with the semicolon.
pub(crate) fn resolve(raw: &str, offset: usize) -> Result<char, Box<Refusal>> {
    let name = raw.strip_prefix('&').and_then(|rest| rest.strip_suffix(';')).unwrap_or(raw);
    let number = match name {
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "amp" => return Ok('&'),
        "apos" => return Ok('\''),
        "quot" => return Ok('"'),
        _ => name.strip_prefix('#').ok_or_else(|| unknown(name, offset))?,
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let mut code: u32 = 0;
    for digit in digits.chars() {
        let digit = digit.to_digit(radix).ok_or_else(|| unknown(name, offset))?;
        code = code.saturating_mul(radix).saturating_add(digit);
    }
    let character = char::from_u32(code).filter(|&character| !digits.is_empty() && is_char(character));
    character.ok_or_else(|| {
        Refusal::malformed(
            offset,
            format!("the reference &{}; stands for no character that XML allows", shortened(name)),
            format!("tham chiếu &{}; không chỉ ký tự nào được XML cho phép", shortened(name)),
        )
    })
}

fn unknown(name: &str, offset: usize) -> Box<Refusal> {
    Refusal::malformed(
        offset,
        format!("the entity &{}; is not declared (write & as &amp;)", shortened(name)),
        format!("thực thể &{}; chưa được khai báo (viết & thành &amp;)", shortened(name)),
    )
}

fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_characters() {
        for (raw, character) in
            [("&lt;", '<'), ("&apos;", '\''), ("&#65;", 'A'), ("&#x1EF1;", 'ự'), ("&#0065;", 'A'), ("&#x1F69A;", '🚚')]
        {
            assert_eq!(resolve(raw, 0).unwrap(), character, "{raw}");
        }
    }

    #[test]
    fn what_stands_for_no_character_is_refused() {
        for raw in [
            "&nbsp;",
            "&#0;",
            "&#x0;",
            "&#1;",
            "&#xD800;",
            "&#xFFFE;",
            "&#x110000;",
            "&#99999999999999999999;",
            "&#;",
            "&#x;",
            "&#X41;",
            "&#-5;",
            "&#+65;",
            "&;",
            "& ;",
        ] {
            assert_eq!(resolve(raw, 7).unwrap_err().offset, 7, "{raw}");
        }
    }
}
