//! What every source file begins with, how long it may be, and comments that say nothing.

use crate::Findings;
use crate::source::{Kind, SourceFile, Token, files};

/// Longer files are read by nobody from beginning to end.
const LINES_MAX: usize = 700;

#[test]
fn every_file_says_what_it_is_for() {
    let mut findings = Findings::default();
    for file in files() {
        if !file.text.starts_with("//! ") {
            findings.add(format_args!("{}:1", file.path), "begin the file with `//! ` and what it is for");
        }
    }
    findings.none();
}

#[test]
fn no_file_is_too_long() {
    let mut findings = Findings::default();
    for file in files() {
        let lines = file.text.lines().count();
        if lines > LINES_MAX {
            let what = format!("{lines} lines, more than {LINES_MAX}: split it by what its parts are about");
            findings.add(format_args!("{}:{LINES_MAX}", file.path), what);
        }
    }
    findings.none();
}

/// `/// The customs office.` above `customs_office` costs a line and tells nothing.
#[test]
fn no_comment_only_repeats_a_name() {
    let mut findings = Findings::default();
    for file in files() {
        for (line, comment, name) in commented(file) {
            if repeats(&comment, name) {
                let what = format!("`{comment}` only repeats `{name}`: say what the name does not, or take it away");
                findings.add(format_args!("{}:{line}", file.path), what);
            }
        }
    }
    findings.none();
}

/// Each doc comment of an item, field or variant with its line and the name below it.
fn commented(file: &SourceFile) -> Vec<(usize, String, &str)> {
    let mut found = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    let mut at = 0;
    for (index, token) in file.tokens.iter().enumerate() {
        let Kind::Doc(text) = &token.kind else { continue };
        if lines.is_empty() {
            at = token.line;
        }
        lines.push(text.trim());
        let rest = &file.tokens[index + 1..];
        if matches!(rest.first().map(|token| &token.kind), Some(Kind::Doc(_))) {
            continue;
        }
        if let Some(name) = named(rest) {
            found.push((at, lines.join(" "), name));
        }
        lines.clear();
    }
    found
}

const BEFORE_NAMES: [&str; 16] = [
    "pub", "fn", "struct", "enum", "trait", "type", "const", "static", "mod", "async", "unsafe", "crate", "super",
    "in", "union", "let",
];

/// The name of what follows: the first word that is neither keyword nor visibility. Attributes were flattened, so what
/// follows one is not looked at.
fn named(tokens: &[Token]) -> Option<&str> {
    for token in tokens {
        match &token.kind {
            Kind::Word(word) if !BEFORE_NAMES.contains(&word.as_str()) => return Some(word),
            Kind::Word(_) | Kind::Open('(') | Kind::Close(')') => {}
            _ => return None,
        }
    }
    None
}

const LITTLE_WORDS: [&str; 9] = ["a", "an", "the", "of", "its", "this", "is", "s", "for"];

fn repeats(comment: &str, name: &str) -> bool {
    // What is no sentence is shown to people: `--help` is made of it.
    if !comment.ends_with('.') {
        return false;
    }
    let name = words(name);
    let comment = words(comment);
    comment.iter().all(|word| LITTLE_WORDS.contains(&word.as_str()) || name.contains(word))
}

/// `customsOffice`, `customs_office` and `customs office` are the words `customs` and `office`.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for sign in text.chars() {
        let begins = !sign.is_alphanumeric() || (sign.is_uppercase() && before.is_lowercase());
        if begins {
            words.push(String::new());
        }
        if let (true, Some(word)) = (sign.is_alphanumeric(), words.last_mut()) {
            word.extend(sign.to_lowercase());
        }
        before = sign;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn a_comment_that_only_repeats_is_known() {
    assert!(repeats("The customs office.", "customs_office") && repeats("A goods item.", "GoodsItem"));
    assert!(
        !repeats("The shell", "shell")
            && !repeats("Where the goods are declared.", "customs_office")
            && !repeats("In dong.", "amount")
    );
}
