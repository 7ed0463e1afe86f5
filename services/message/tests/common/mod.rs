//! What the tests against libxml2 share: chance from a seed, ways of spoiling a document, and the oracle itself.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use vocabulary::Finding;

/// How many files one run of xmllint is given.
const AT_ONCE: usize = 500;

pub(crate) fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas")
}

/// The documents of a folder below `schemas/`, by name.
pub(crate) fn samples(folder: &str) -> Vec<(String, String)> {
    let mut samples: Vec<(String, String)> = fs::read_dir(schemas().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "xml"))
        .map(|file| (file.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&file).unwrap()))
        .collect();
    samples.sort();
    samples
}

/// Whether libxml2 finds each document valid against a schema below `schemas/`.
pub(crate) fn valid_by_libxml2(schema: &str, documents: &[String]) -> Vec<bool> {
    let folder = tempfile::tempdir().unwrap();
    let mut valid = Vec::with_capacity(documents.len());
    for part in documents.chunks(AT_ONCE) {
        let mut lint = Command::new("xmllint");
        lint.arg("--noout").arg("--nonet").arg("--schema").arg(schemas().join(schema));
        let files: Vec<PathBuf> = (0..part.len()).map(|at| folder.path().join(format!("{at}.xml"))).collect();
        for (file, document) in files.iter().zip(part) {
            fs::write(file, document).unwrap();
            lint.arg(file);
        }
        let output = lint.output().expect("xmllint is missing; deploy/dev/install installs it");
        let said = String::from_utf8_lossy(&output.stderr);
        valid.extend(files.iter().map(|file| said.lines().any(|line| line == format!("{} validates", file.display()))));
    }
    valid
}

/// The codes of what is wrong with each document of a folder of faulty samples, by name. Libxml2 refuses each of them, and
/// each finding has its line and its mend in both languages.
pub(crate) fn told_of_faulty<T: std::fmt::Debug>(
    schema: &str,
    folder: &str,
    read: impl Fn(&[u8]) -> Result<T, Vec<Finding>>,
) -> Vec<(String, String)> {
    let samples = samples(folder);
    let documents: Vec<String> = samples.iter().map(|(_, document)| document.clone()).collect();
    let mut told = Vec::new();
    for ((name, document), valid) in samples.into_iter().zip(valid_by_libxml2(schema, &documents)) {
        assert!(!valid, "{name}");
        let findings = read(document.as_bytes()).unwrap_err();
        for finding in &findings {
            assert!(
                !finding.mend.en.is_empty() && !finding.mend.vi.is_empty() && finding.line.is_some(),
                "{finding:?}"
            );
        }
        told.push((name, findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>().join(" ")));
    }
    told
}

/// A small generator, so that the documents hang on the seed alone (xorshift).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// What is particular to a kind of document when it is spoilt.
pub(crate) struct Ways<'a> {
    /// How many lines at the beginning are spared by what changes a line.
    pub(crate) head: usize,
    /// Values that an element may get.
    pub(crate) values: &'a [&'a str],
    /// Replacements in a line.
    pub(crate) swaps: &'a [(&'a str, &'a str)],
    /// Lines that the root's may become.
    pub(crate) roots: &'a [&'a str],
    /// Names that are written in small letters.
    pub(crate) names: &'a [&'a str],
}

/// Values that are wrong, or only just right, in most places.
pub(crate) const VALUES: &[&str] = &[
    "",
    " ",
    "x",
    "0",
    "-1",
    "+1",
    "1.",
    ".5",
    "00012",
    "1e3",
    "12345678901234567890123",
    "1.23456789",
    "2026-02-29",
    "2024-02-29",
    "2026-13-01",
    "0000-01-01",
    "20261123",
    "2026-11-23Z",
    "2026-11-23+07:00",
    " 2026-11-23 ",
    "a&amp;b",
    "&lt;",
    "&#65;",
    "&#x41;",
    "&nbsp;",
    "&",
    "<",
    "]]>",
    "<![CDATA[A11]]>",
    "A<!-- c -->11",
    "Đà Nẵng",
    "\t A11 \n",
    "a1",
    "A11 B11",
    "<b/>",
    "IM",
    "EX",
    "both",
    "9",
    "true",
    "\u{a0}5\u{a0}",
    "１２",
];

/// Spoils a document in one way. Some of what comes out is still sound.
pub(crate) fn spoil(document: &str, ways: &Ways<'_>, chance: &mut Chance) -> String {
    let mut lines: Vec<String> = document.lines().map(str::to_owned).collect();
    let at = ways.head + chance.below(lines.len() - ways.head - 1);
    let leaf = |line: &str| {
        let (open, rest) = (line.find('>')?, line.rfind("</")?);
        (open < rest).then(|| (line[..=open].to_owned(), line[open + 1..rest].to_owned(), line[rest..].to_owned()))
    };
    match chance.below(16) {
        0 => {
            lines.remove(at);
        }
        1 => {
            let line = lines[at].clone();
            lines.insert(at, line);
        }
        2 => {
            let other = ways.head + chance.below(lines.len() - ways.head - 1);
            lines.swap(at, other);
        }
        3..=7 => {
            if let Some((open, _, close)) = leaf(&lines[at]) {
                lines[at] = format!("{open}{}{close}", chance.pick(ways.values));
            }
        }
        8 => {
            if let Some((open, value, close)) = leaf(&lines[at]) {
                lines[at] = format!("{open}{}{close}", value.repeat(1 + chance.below(40)));
            }
        }
        9 => {
            let extra = [
                "<Unknown/>",
                "<ID>1</ID>",
                "<!-- comment -->",
                "<!-- a -- b -->",
                "<?pi x?>",
                "<?xml x?>",
                "text",
                "  ",
            ];
            lines.insert(at, (*chance.pick(&extra)).to_owned());
        }
        10 => lines[at] = lines[at].replacen('>', " other=\"1\">", 1),
        11 => {
            let (from, to) = chance.pick(ways.swaps);
            lines[at] = lines[at].replacen(from, to, 1);
        }
        12 => {
            lines[1] = (*chance.pick(ways.roots)).to_owned();
        }
        13 => {
            let text = lines.join("\n");
            let mut cut = chance.below(text.len());
            while !text.is_char_boundary(cut) {
                cut -= 1;
            }
            return text[..cut].to_owned();
        }
        14 => {
            let mut text: Vec<char> = lines.join("\n").chars().collect();
            let place = chance.below(text.len());
            text[place] = *chance.pick(&['<', '>', '&', '"', 'x', '\u{1}', '/', '=', ' ', '\u{fffe}', 'Z']);
            return text.into_iter().collect();
        }
        _ => {
            let name = chance.pick(ways.names);
            lines[at] = lines[at].replace(name, &name.to_lowercase());
        }
    }
    lines.join("\n")
}

/// Spoils sound documents and returns those that the two readers judge differently, and how many are sound.
pub(crate) fn differences(
    schema: &str,
    sound: &[String],
    ways: &Ways<'_>,
    count: usize,
    accepted: impl Fn(&str) -> bool,
) -> (Vec<String>, usize) {
    let mut chance = Chance(20_261_125);
    let documents: Vec<String> = (0..count)
        .map(|_| {
            let mut document = chance.pick(sound).clone();
            for _ in 0..chance.below(3) {
                document = spoil(&document, ways, &mut chance);
                if document.lines().count() < ways.head + 3 {
                    break;
                }
            }
            document
        })
        // What is refused on purpose beyond the schema has tests of its own.
        .filter(|document| !document.contains("<!DOCTYPE") && !document.contains("<?xml x"))
        .collect();
    let mut differences = Vec::new();
    let mut sound = 0;
    for (document, oracle) in documents.iter().zip(valid_by_libxml2(schema, &documents)) {
        let ours = accepted(document);
        sound += usize::from(ours);
        if ours != oracle {
            differences.push(format!("libxml2 says {oracle}\n{document}"));
        }
    }
    (differences, sound)
}
