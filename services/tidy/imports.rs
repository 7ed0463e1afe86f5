//! Which file of a crate uses which other, by its paths: `use`, and paths that stand in the code. A name that a module
//! only passes on (`pub use`) counts for the file that it comes from. What a part takes from the module that holds it
//! does not count: a module and its parts are one room.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::source::{Kind, SourceFile, Token};

/// A module by its names from the crate's root.
type Module = Vec<String>;

/// The files of one crate.
pub(crate) struct Crate<'a> {
    files: HashMap<Module, Read<'a>>,
}

struct Read<'a> {
    file: &'a SourceFile,
    uses: Vec<Use>,
    /// Names declared in the file itself.
    declares: BTreeSet<String>,
}

/// One name brought in, as an absolute path: of `use super::a::B as C` in `crate::x::y`, `x::a::B` known as `C`.
struct Use {
    line: usize,
    path: Module,
    name: String,
}

/// An arrow from one file to another, with the line that draws it.
pub(crate) type Arrows = BTreeMap<(String, String), usize>;

impl<'a> Crate<'a> {
    pub(crate) fn of(package: &str, files: &'a [SourceFile]) -> Self {
        let source = format!("{package}/src/");
        let files = files.iter().filter_map(|file| {
            let inside = file.path.strip_prefix(&source)?.strip_suffix(".rs")?;
            let mut module: Module = inside.split('/').map(str::to_owned).collect();
            if matches!(module.last().map(String::as_str), Some("lib" | "main" | "mod")) {
                module.pop();
            }
            Some((module.clone(), Read { uses: uses_of(file, &module), declares: declared(file), file }))
        });
        Self { files: files.collect() }
    }

    pub(crate) fn arrows(&self) -> Arrows {
        let mut arrows = Arrows::new();
        for (module, read) in &self.files {
            for used in &read.uses {
                let target = self.home_of(&used.path, 0);
                let holds_both = module.starts_with(&target);
                if let Some(other) = self.files.get(&target)
                    && !holds_both
                {
                    arrows.entry((read.file.path.clone(), other.file.path.clone())).or_insert(used.line);
                }
            }
        }
        arrows
    }

    /// The module whose file declares what the path names.
    fn home_of(&self, path: &[String], depth: usize) -> Module {
        let known = (0..=path.len()).rev().find(|&length| self.files.contains_key(&path[..length])).unwrap_or(0);
        let module = path[..known].to_vec();
        let (Some(read), Some(name)) = (self.files.get(&module), path.get(known)) else { return module };
        if depth > 8 || read.declares.contains(name) {
            return module;
        }
        let passed_on = read.uses.iter().find(|used| used.name == *name).map(|used| used.path.clone());
        let through_star = || {
            let stars =
                read.uses.iter().filter(|used| used.name == "*").map(|used| self.home_of(&used.path, depth + 1));
            stars.into_iter().find(|home| self.files.get(home).is_some_and(|read| read.declares.contains(name)))
        };
        match passed_on {
            Some(passed_on) if passed_on[..] != path[..=known] => {
                self.home_of(&[&passed_on, &path[known + 1..]].concat(), depth + 1)
            }
            _ => through_star().unwrap_or(module),
        }
    }
}

/// The names that follow `fn`, `struct` and their like outside all braces.
fn declared(file: &SourceFile) -> BTreeSet<String> {
    let mut depth = 0;
    let mut names = BTreeSet::new();
    for pair in file.tokens.windows(2) {
        match (&pair[0].kind, &pair[1].kind) {
            (Kind::Open(_), _) => depth += 1,
            (Kind::Close(_), _) => depth -= 1,
            (Kind::Word(word), Kind::Word(name)) if depth == 0 && ITEMS.contains(&word.as_str()) => {
                names.insert(name.clone());
            }
            _ => {}
        }
    }
    names
}

const ITEMS: [&str; 9] = ["fn", "struct", "enum", "trait", "type", "const", "static", "union", "macro"];

fn uses_of(file: &SourceFile, module: &Module) -> Vec<Use> {
    let tokens: Vec<&Token> = file.product().collect();
    let mut reader = Reader { parts: parts_of(&tokens), tokens, at: 0, uses: Vec::new() };
    reader.read(&mut module.clone());
    reader.uses
}

/// The modules that the file declares with `mod name;`.
fn parts_of(tokens: &[&Token]) -> BTreeSet<String> {
    let declared = tokens.windows(3).filter(|three| three[0].is_word("mod") && three[2].is_mark(';'));
    declared.filter_map(|three| word(three[1])).map(str::to_owned).collect()
}

fn word(token: &Token) -> Option<&str> {
    match &token.kind {
        Kind::Word(word) => Some(word),
        _ => None,
    }
}

struct Reader<'a> {
    tokens: Vec<&'a Token>,
    parts: BTreeSet<String>,
    at: usize,
    uses: Vec<Use>,
}

impl Reader<'_> {
    /// Reads until the brace closes in which it begins.
    fn read(&mut self, module: &mut Module) {
        let mut depth = 0;
        while let Some(token) = self.tokens.get(self.at).copied() {
            match &token.kind {
                Kind::Open(_) => depth += 1,
                Kind::Close(_) if depth == 0 => return,
                Kind::Close(_) => depth -= 1,
                Kind::Word(word) if word == "use" => {
                    self.at += 1;
                    self.tree(module, &mut Vec::new());
                    continue;
                }
                Kind::Word(word) if word == "mod" && self.opens(self.at + 2) => {
                    let Some(name) = self.tokens.get(self.at + 1).and_then(|token| self::word(token)) else { return };
                    module.push(name.to_owned());
                    self.at += 3;
                    self.read(module);
                    module.pop();
                }
                Kind::Word(word) if self.begins_path(word) => {
                    let path = self.path();
                    self.keep(token.line, module, &path, "");
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn opens(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| matches!(token.kind, Kind::Open('{')))
    }

    fn colons(&self, at: usize) -> bool {
        let is = |at: usize| self.tokens.get(at).is_some_and(|token| token.is_mark(':'));
        is(at) && is(at + 1)
    }

    fn begins_path(&self, word: &str) -> bool {
        let own = matches!(word, "crate" | "super" | "self") || self.parts.contains(word);
        own && self.colons(self.at + 1) && !(self.at >= 2 && self.colons(self.at - 2))
    }

    /// `a::b::C`, and stands behind it.
    fn path(&mut self) -> Module {
        let mut path = Vec::new();
        while let Some(name) = self.tokens.get(self.at).and_then(|token| word(token)) {
            path.push(name.to_owned());
            self.at += 1;
            if !self.colons(self.at) {
                break;
            }
            self.at += 2;
        }
        path
    }

    /// One branch of a `use`: `a::{b, c as d, e::*}`.
    fn tree(&mut self, module: &Module, above: &mut Module) {
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        let path = [above.clone(), self.path()].concat();
        let Some(token) = self.tokens.get(self.at).copied() else { return };
        match token.kind {
            Kind::Open('{') => {
                self.at += 1;
                while self.tokens.get(self.at).is_some_and(|token| !matches!(token.kind, Kind::Close(_))) {
                    self.tree(module, &mut path.clone());
                    if self.tokens.get(self.at).is_some_and(|token| token.is_mark(',')) {
                        self.at += 1;
                    }
                }
                self.at += 1;
            }
            Kind::Mark('*') => {
                self.at += 1;
                self.keep(line, module, &path, "*");
            }
            Kind::Word(ref word) if word == "as" => {
                let name = self.tokens.get(self.at + 1).and_then(|token| self::word(token)).unwrap_or("_").to_owned();
                self.at += 2;
                self.keep(line, module, &path, &name);
            }
            _ => {
                let last = path.iter().rfind(|name| *name != "self").cloned().unwrap_or_default();
                self.keep(line, module, &path, &last);
            }
        }
    }

    /// Makes the path absolute, and leaves out those that lead into other crates.
    fn keep(&mut self, line: usize, module: &Module, path: &[String], name: &str) {
        let mut from = module.clone();
        let mut rest = path;
        match path.first().map(String::as_str) {
            Some("crate") => {
                from.clear();
                rest = &path[1..];
            }
            Some("self") => rest = &path[1..],
            Some("super") => {
                while rest.first().is_some_and(|name| name == "super") {
                    from.pop();
                    rest = &rest[1..];
                }
            }
            Some(first) if self.parts.contains(first) => {}
            _ => return,
        }
        from.extend(rest.iter().filter(|name| *name != "self").cloned());
        self.uses.push(Use { line, path: from, name: name.to_owned() });
    }
}

#[test]
fn arrows_follow_what_is_passed_on_and_leave_out_the_module_above() {
    let sources = [
        ("a/src/lib.rs", "mod low; mod high; pub use low::part::Thing;"),
        ("a/src/low.rs", "mod part; use part::Thing; pub struct Own; use crate::high::{Other as _, *};"),
        ("a/src/low/part.rs", "pub struct Thing; fn f() { super::Own; std::fs::read; }"),
        ("a/src/high.rs", "pub struct Other; fn f(_: crate::Thing) {} #[cfg(test)] mod tests { use crate::low::Own; }"),
    ];
    let files: Vec<SourceFile> = sources.iter().map(|(path, text)| SourceFile::of(path, text)).collect();
    let arrows: Vec<(String, String)> = Crate::of("a", &files).arrows().into_keys().collect();
    let arrow = |from: &str, to: &str| (format!("a/src/{from}.rs"), format!("a/src/{to}.rs"));
    let expected =
        [arrow("high", "low/part"), arrow("lib", "low/part"), arrow("low", "high"), arrow("low", "low/part")];
    assert_eq!(arrows, expected);
}
