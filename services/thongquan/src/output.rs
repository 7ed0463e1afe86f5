//! What commands print: made harmless to terminals, and known to have been written.
//!
//! What is printed quotes documents, and those come from anybody. A control character of theirs would move the cursor, a
//! bidirectional one would turn an amount around, an invisible one would make two codes look the same. So every such
//! character is shown by its number instead, in whatever is printed; only the styles of our own pages pass.
//!
//! ```text
//!   page ──► harmless: \u{202e} ──┐
//!   JSON ──► escaped:  \u202e   ──┴─► standard output ──► could not be written: the command ends with a status that says so
//! ```

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use std::sync::OnceLock;

use serde::Serialize;

use crate::{EXIT_FAILED, Failure};

/// The exit status when whoever reads the output has gone away: that of a program which the signal of a broken pipe ends,
/// 128 and its number.
pub(crate) const EXIT_READER_GONE: u8 = 141;

/// Why output was lost, the first time that it was.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Prints a page to standard output, with colours only where a terminal shows them.
///
/// Where it cannot be written, the command's [status] says so.
pub(crate) fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    keep(out.write_all(harmless(text).as_bytes()).and_then(|()| out.flush()));
}

/// Prints a value as one line of JSON: what it says is exact, and what would harm a terminal is escaped.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut line = serde_json::to_string(value).map_err(|error| Failure::to("write the result as JSON", &error))?;
    line.push('\n');
    print_text(&escaped_in_json(&line));
    Ok(())
}

/// Prints a text of our own as it is.
pub(crate) fn print_text(text: &str) {
    let mut out = io::stdout().lock();
    keep(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Tells a person on standard error what went wrong.
pub(crate) fn print_error(message: &str) {
    let red = anstyle::AnsiColor::Red.on_default().bold();
    // Where this cannot be written there is nowhere left to tell it; the status says that there was an error.
    let _ = writeln!(anstream::stderr(), "{red}error{red:#}: {}", harmless(message));
}

/// Prints what the reader of the command line has to say: help to standard output, mistakes to standard error.
pub(crate) fn print_usage(said: &clap::Error) {
    let text = said.render().ansi().to_string();
    if said.use_stderr() {
        let _ = anstream::stderr().write_all(harmless(&text).as_bytes());
    } else {
        print(&text);
    }
}

/// Whether a part of the output could not be written, so that going on would be for nobody.
pub(crate) fn is_lost() -> bool {
    LOST.get().is_some()
}

/// Notes whether something was written.
pub(crate) fn keep(written: io::Result<()>) {
    if let Err(error) = written {
        let _ = LOST.set(error);
    }
}

/// The status of a command that did its work, which counts for nothing where nobody could read what came of it.
pub(crate) fn status(done: ExitCode) -> ExitCode {
    keep(io::stdout().flush());
    match LOST.get() {
        None => done,
        Some(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::from(EXIT_READER_GONE),
        Some(error) => {
            print_error(&format!("failed to write the output: {error}"));
            ExitCode::from(EXIT_FAILED)
        }
    }
}

/// A text in which what would harm a terminal is shown by its number, but for line ends, tabs and the styles of our pages.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    shown(text, |rest| match rest.as_bytes() {
        [b'\n' | b'\t', ..] => 1,
        _ => style_length(rest),
    })
}

/// The same of a value that stands within a line: it cannot begin another one, nor have a style.
pub(crate) fn inline(value: &str) -> Cow<'_, str> {
    shown(value, |_| 0)
}

/// Shows what is harmful by its number, but for what begins with something of a length above 0 that `passes` allows.
fn shown(text: &str, passes: impl Fn(&str) -> usize) -> Cow<'_, str> {
    replaced(text, |rest, harmful, shown| match passes(rest) {
        0 => {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(harmful));
            harmful.len_utf8()
        }
        length => {
            shown.push_str(&rest[..length]);
            length
        }
    })
}

/// JSON in which what would harm a terminal is escaped. Outside of strings there is no such character but the line's end.
pub(crate) fn escaped_in_json(json: &str) -> Cow<'_, str> {
    replaced(json, |_, harmful, escaped| {
        if harmful == '\n' {
            escaped.push('\n');
        } else {
            for unit in harmful.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
        harmful.len_utf8()
    })
}

/// Replaces each harmful character: `replace` is handed the rest of the text that begins with it, writes something in its
/// place, and says for how many bytes that stands.
fn replaced(text: &str, replace: impl Fn(&str, char, &mut String) -> usize) -> Cow<'_, str> {
    let Some(mut at) = text.find(is_harmful) else { return Cow::Borrowed(text) };
    let mut result = String::with_capacity(text.len() + 16);
    let mut rest = text;
    loop {
        result.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(harmful) = rest.chars().next() else { break };
        let length = replace(rest, harmful, &mut result);
        rest = &rest[length..];
        match rest.find(is_harmful) {
            Some(next) => at = next,
            None => {
                result.push_str(rest);
                break;
            }
        }
    }
    Cow::Owned(result)
}

/// Whether a character does something to a terminal, to the order of what stands around it, or cannot be seen.
fn is_harmful(character: char) -> bool {
    // Nearly all that is printed.
    if (' '..='~').contains(&character) {
        return false;
    }
    character.is_control()
        || matches!(character,
            // Invisible, or it joins what stands beside it.
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
            // It turns the order around.
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // It ends a line or a paragraph, or stands for an annotation.
            | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}')
}

/// How many bytes a style of our pages has that the text begins with; 0 where it begins with none. Bold, faint, italic,
/// underlined and coloured letters are ours; hidden and blinking ones are not.
fn style_length(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("\u{1b}[") else { return 0 };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let known = matches!(rest[..digits].parse::<u8>(), Ok(0..=4 | 22..=24 | 30..=37 | 39 | 90..=97));
    if known && rest[digits..].starts_with('m') { 2 + digits + 1 } else { 0 }
}

/// Standard error for lines of a log, each written in one piece.
///
/// What cannot be written is let go: a log that nobody takes must not keep declarations from being decided.
pub(crate) struct LogLines {
    pub(crate) json: bool,
}

impl Write for LogLines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let text = if self.json { escaped_in_json(&text) } else { harmless(&text) };
        let _ = io::stderr().lock().write_all(text.as_bytes());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_harm_a_terminal_is_shown_by_its_number() {
        for (text, page, line) in [
            ("Công ty TNHH «Đường» – 10 %…", None, None),
            ("a\u{202e}b", Some("a\\u{202e}b"), None),
            ("\u{9b}31m", Some("\\u{9b}31m"), None),
            ("\u{200b}\u{2066}\u{feff}", Some("\\u{200b}\\u{2066}\\u{feff}"), None),
            ("\u{1b}[2J\u{1b}]0;x\u{7}", Some("\\u{1b}[2J\\u{1b}]0;x\\u{7}"), None),
            ("\u{1b}[8mhidden\u{1b}[38;5;1m", Some("\\u{1b}[8mhidden\\u{1b}[38;5;1m"), None),
            ("a\r\u{7f}\u{85}\u{2028}", Some("a\\u{d}\\u{7f}\\u{85}\\u{2028}"), None),
            // Ours pass on a page, and not within a value.
            ("\u{1b}[1m\u{1b}[31mred\u{1b}[0m", None, Some("\\u{1b}[1m\\u{1b}[31mred\\u{1b}[0m")),
            ("a\n\tb", None, Some("a\\u{a}\\u{9}b")),
        ] {
            let page = page.unwrap_or(text);
            assert_eq!(harmless(text), page, "{text:?}");
            assert_eq!(inline(text), line.unwrap_or(page), "{text:?}");
        }
    }

    #[test]
    fn json_stays_what_it_is_and_is_escaped() {
        let value = "a\u{202e}b\u{9b}\u{1b}\u{e0041}\n\"\\ü";
        let json = serde_json::to_string(value).unwrap();
        let escaped = escaped_in_json(&json);
        assert!(!escaped.contains(is_harmful), "{escaped:?}");
        assert!(
            escaped.contains("\\u202e") && escaped.contains("\\udb40\\udc41") && escaped.contains('ü'),
            "{escaped}"
        );
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), value);
    }
}
