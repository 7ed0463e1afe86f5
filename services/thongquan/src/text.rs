//! Text in lines that fit a terminal, or eighty columns where there is none.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

/// A page is never narrower: an amount and its name need as much.
const COLUMNS_MIN: usize = 72;
/// What a page has where no terminal says.
const COLUMNS_USUAL: usize = 80;
/// Longer lines are hard to read.
const COLUMNS_MAX: usize = 120;
/// Keeps two words on one line, such as an amount and its currency.
pub(crate) const GLUE: char = '\u{a0}';

/// How many columns a page has.
pub(crate) fn columns() -> usize {
    terminal_size::terminal_size_of(std::io::stdout())
        .map_or(COLUMNS_USUAL, |(terminal_size::Width(columns), _)| usize::from(columns))
        .clamp(COLUMNS_MIN, COLUMNS_MAX)
}

/// How many columns a text takes: marks that are set over letters take none, nor does what sets colours.
pub(crate) fn width(text: &str) -> usize {
    let mut width = 0;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
            let end = sequence.find('m').map_or(sequence.len(), |at| at + 1);
            rest = &sequence[end..];
        } else {
            width += first.width().unwrap_or(0);
            rest = &rest[first.len_utf8()..];
        }
    }
    width
}

/// A text in lines of at most so many columns, broken between words. What is longer than a line begins one, and is broken
/// before a slash, or where the line ends.
pub(crate) fn lines(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let needed = width(word);
        if used > 0 && used + 1 + needed > columns {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        if used + needed <= columns {
            line.push_str(word);
            used += needed;
            continue;
        }
        for piece in pieces(word) {
            if used > 0 && used + width(piece) > columns {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0;
            }
            for letter in piece.chars() {
                let more = letter.width().unwrap_or(0);
                if used + more > columns {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push(letter);
                used += more;
            }
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// A word in pieces that begin with a slash each, but perhaps the first.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.get(first.len_utf8()..)?.find('/').map_or(rest.len(), |at| at + first.len_utf8());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

/// Adds a paragraph: `head` stands before the first line, and the lines after it begin below the end of `indent`.
pub(crate) fn paragraph(page: &mut String, columns: usize, head: &str, indent: usize, text: &str) {
    let first = width(head);
    let room = columns.saturating_sub(indent.max(first)).max(20);
    for (at, line) in lines(text, room).into_iter().enumerate() {
        let line = line.replace(GLUE, " ");
        let _ = if at == 0 { writeln!(page, "{head}{line}") } else { writeln!(page, "{:indent$}{line}", "") };
    }
}

/// One row of a table: cells of given widths, of which a long one goes on below. An amount stands to the right.
pub(crate) fn row(page: &mut String, indent: usize, cells: &[(usize, Side, &str)]) {
    let cells: Vec<(usize, Side, Vec<String>)> =
        cells.iter().map(|(columns, side, text)| (*columns, *side, lines(text, *columns))).collect();
    let height = cells.iter().map(|(.., lines)| lines.len()).max().unwrap_or(0);
    for at in 0..height {
        let mut line = " ".repeat(indent);
        for (number, (columns, side, lines)) in cells.iter().enumerate() {
            let text = lines.get(at).map(String::as_str).unwrap_or_default();
            let room = " ".repeat(columns.saturating_sub(width(text)));
            if number > 0 {
                line.push(' ');
            }
            match side {
                Side::Left => line.extend([text, &room]),
                Side::Right => line.extend([&room, text]),
            }
        }
        let _ = writeln!(page, "{}", line.replace(GLUE, " ").trim_end());
    }
}

/// On which side of its room a cell stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    Left,
    Right,
}

/// As much of a text as fits, with an ellipsis in place of the rest.
pub(crate) fn shortened(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.chars() {
        if width(&short) + letter.width().unwrap_or(0) >= columns {
            break;
        }
        short.push(letter);
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_width_of_vietnamese_is_that_of_its_letters() {
        assert_eq!(width("thuế nhập khẩu"), 14);
        // The same letters taken apart: a base letter and marks over it.
        assert_eq!(width("thue\u{302}\u{301}"), 4);
        assert_eq!(width("\u{1b}[1mthuế\u{1b}[0m"), 4);
        assert_eq!(width("税関"), 4);
    }

    #[test]
    fn lines_break_between_words_and_long_words_before_a_slash() {
        assert_eq!(lines("one two three", 7), ["one two", "three"]);
        assert_eq!(lines("1,000\u{a0}USD and", 9), ["1,000\u{a0}USD", "and"]);
        assert_eq!(lines("a /Declaration/Goods", 14), ["a", "/Declaration", "/Goods"]);
        assert_eq!(lines("a /Declaration/Goods", 13), ["a", "/Declaration", "/Goods"]);
        assert_eq!(lines("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(lines("", 3), [""]);
        for columns in 1..40 {
            let text = "Phụ lục II của Nghị định 26/2023/NĐ-CP assessment/import-tariff/84818099/mfn@2023-07-15";
            assert!(lines(text, columns).iter().all(|line| width(line) <= columns), "{columns}");
        }
    }

    #[test]
    fn paragraphs_hang_and_rows_go_on_below() {
        let mut page = String::new();
        paragraph(&mut page, 30, "  1. ", 5, "a sentence that is longer than the line");
        assert_eq!(page, "  1. a sentence that is longer\n     than the line\n");
        page.clear();
        row(&mut page, 2, &[(6, Side::Left, "one two"), (5, Side::Right, "12")]);
        assert_eq!(page, "  one       12\n  two\n");
    }

    #[test]
    fn what_is_too_long_is_shortened() {
        assert_eq!(shortened("thuế", 4), "thuế");
        assert_eq!(shortened("thuế nhập", 5), "thuế…");
    }
}
