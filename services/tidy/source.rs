//! The source tree as words, marks and texts, each with its line, and whether it is only compiled for tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The folders that hold Rust.
const FOLDERS: [&str; 2] = ["services", "benches"];

/// One source file.
pub(crate) struct SourceFile {
    /// Relative to the workspace, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) tokens: Vec<Token>,
}

pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) kind: Kind,
    /// Stands under `#[cfg(test)]` or `#[test]`, or in a file of tests.
    pub(crate) test: bool,
}

pub(crate) enum Kind {
    Word(String),
    Mark(char),
    /// A string literal between its quotes, escapes as they are written.
    Text(String),
    /// A line of a doc comment.
    Doc(String),
    Open(char),
    Close(char),
}

impl SourceFile {
    pub(crate) fn of(path: &str, text: &str) -> Self {
        let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        let test = !path.contains("/src/") || path.ends_with("/tests.rs") || path.contains("/tests/");
        let mut tokens = Vec::new();
        flatten(stream, test, &mut tokens);
        Self { path: path.to_owned(), text: text.to_owned(), tokens }
    }

    /// What is compiled into the product.
    pub(crate) fn product(&self) -> impl Iterator<Item = &Token> {
        self.tokens.iter().filter(|token| !token.test)
    }

    /// The crate's folder, such as `services/message`.
    pub(crate) fn package(&self) -> &str {
        let parts = if self.path.starts_with("services/") { 2 } else { 1 };
        let end = self.path.match_indices('/').nth(parts - 1).map_or(self.path.len(), |(at, _)| at);
        &self.path[..end]
    }
}

impl Token {
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(found) if found == word)
    }

    pub(crate) fn is_mark(&self, mark: char) -> bool {
        matches!(&self.kind, Kind::Mark(found) if *found == mark)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The folder of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// All source files of the workspace, in the order of their paths.
pub(crate) fn files() -> &'static [SourceFile] {
    static FILES: LazyLock<Vec<SourceFile>> = LazyLock::new(|| {
        let mut paths = Vec::new();
        FOLDERS.iter().for_each(|folder| gather(&root().join(folder), &mut paths));
        paths.sort();
        paths.iter().map(|path| read(path)).collect()
    });
    &FILES
}

/// The folders of the workspace's crates, such as `services/message`.
pub(crate) fn packages() -> Vec<&'static str> {
    let mut packages: Vec<&str> = files().iter().map(SourceFile::package).collect();
    packages.dedup();
    packages
}

fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() && !entry.ends_with("target") {
            gather(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

fn read(file: &Path) -> SourceFile {
    let path = file.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
    SourceFile::of(&path, &fs::read_to_string(file).unwrap())
}

fn flatten(stream: TokenStream, test: bool, tokens: &mut Vec<Token>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut only_tests = false;
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        if let Some((attribute, width)) = attribute(&trees[at..]) {
            only_tests |= marks_tests(attribute);
            match doc(attribute) {
                Some(text) => tokens.push(Token { line: line(tree), kind: Kind::Doc(text), test: test || only_tests }),
                None => flatten(attribute.stream(), test || only_tests, tokens),
            }
            at += width;
            continue;
        }
        let test = test || only_tests;
        let mut push = |line, kind| tokens.push(Token { line, kind, test });
        match tree {
            TokenTree::Ident(word) => push(line(tree), Kind::Word(word.to_string())),
            TokenTree::Punct(mark) => push(line(tree), Kind::Mark(mark.as_char())),
            TokenTree::Literal(literal) => {
                if let Some(text) = between_quotes(&literal.to_string()) {
                    push(line(tree), Kind::Text(text));
                }
            }
            TokenTree::Group(group) => {
                let (open, close) = marks_of(group.delimiter());
                push(line(tree), Kind::Open(open));
                flatten(group.stream(), test, tokens);
                let line = group.span_close().start().line;
                tokens.push(Token { line, kind: Kind::Close(close), test });
            }
        }
        let ends_item = matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
            || matches!(tree, TokenTree::Punct(mark) if mark.as_char() == ';');
        if ends_item {
            only_tests = false;
        }
        at += 1;
    }
}

fn line(tree: &TokenTree) -> usize {
    tree.span().start().line
}

/// `#[...]` or `#![...]`, and of how many tokens it consists.
fn attribute(trees: &[TokenTree]) -> Option<(&Group, usize)> {
    let is = |tree: Option<&TokenTree>, mark| matches!(tree, Some(TokenTree::Punct(found)) if found.as_char() == mark);
    let width = if is(trees.get(1), '!') { 3 } else { 2 };
    match trees.get(width - 1) {
        Some(TokenTree::Group(group)) if is(trees.first(), '#') && group.delimiter() == Delimiter::Bracket => {
            Some((group, width))
        }
        _ => None,
    }
}

fn marks_tests(attribute: &Group) -> bool {
    let text = attribute.stream().to_string().replace(' ', "");
    text == "test" || text == "cfg(test)" || text.starts_with("cfg(all(test")
}

fn doc(attribute: &Group) -> Option<String> {
    let mut trees = attribute.stream().into_iter();
    match (trees.next(), trees.next(), trees.next()) {
        (Some(TokenTree::Ident(name)), Some(_), Some(TokenTree::Literal(text))) if name == "doc" => {
            between_quotes(&text.to_string())
        }
        _ => None,
    }
}

/// A string literal without prefix and quotes; nothing for a number or a character.
fn between_quotes(literal: &str) -> Option<String> {
    let inner = literal.trim_start_matches(['b', 'c', 'r']).trim_matches('#');
    Some(inner.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

fn marks_of(delimiter: Delimiter) -> (char, char) {
    match delimiter {
        Delimiter::Parenthesis => ('(', ')'),
        Delimiter::Brace => ('{', '}'),
        Delimiter::Bracket => ('[', ']'),
        Delimiter::None => (' ', ' '),
    }
}
