//! libxml2 as the oracle: ten thousand documents, sound and spoilt, get the same accept or reject from both readers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use message::{Reading, read_declaration};

const DOCUMENTS: usize = 10_500;
/// How many files one run of xmllint is given.
const AT_ONCE: usize = 500;

/// A small generator, so that the documents hang on the seed alone (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

fn schema() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/declaration/1.0/declaration.xsd")
}

/// Sound documents to begin from: the samples.
fn samples() -> Vec<String> {
    let folder = schema().parent().unwrap().join("samples-valid");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "xml"));
    files.sort();
    let samples: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    // Long samples would make the run long and say little more.
    samples.into_iter().filter(|sample| sample.len() < 20_000).collect()
}

fn spoil(document: &str, chance: &mut Chance) -> String {
    let mut lines: Vec<String> = document.lines().map(str::to_owned).collect();
    let at = 3 + chance.below(lines.len() - 4);
    let leaf = |line: &str| {
        let (open, rest) = (line.find('>')?, line.rfind("</")?);
        (open < rest).then(|| (line[..=open].to_owned(), line[open + 1..rest].to_owned(), line[rest..].to_owned()))
    };
    let values = [
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
    match chance.below(16) {
        0 => {
            lines.remove(at);
        }
        1 => {
            let line = lines[at].clone();
            lines.insert(at, line);
        }
        2 => {
            let other = 3 + chance.below(lines.len() - 4);
            lines.swap(at, other);
        }
        3..=7 => {
            if let Some((open, _, close)) = leaf(&lines[at]) {
                lines[at] = format!("{open}{}{close}", chance.pick(&values));
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
            let swaps = [
                ("currencyID=\"USD\"", "currencyID=\"usd\""),
                ("currencyID=\"USD\"", "currencyID=\" USD \""),
                ("unitCode", "unitcode"),
                ("unitCode=\"", "unitCode='"),
            ];
            let (from, to) = chance.pick(&swaps);
            lines[at] = lines[at].replacen(from, to, 1);
        }
        12 => {
            let root = [
                "<Declaration xmlns=\"urn:thongquan:declaration:2\">",
                "<Declaration>",
                "<d:Declaration xmlns:d=\"urn:thongquan:declaration:1\" xmlns=\"urn:thongquan:declaration:1\">",
                "<Declaration xmlns=\"urn:thongquan:declaration:1\" xmlns:x=\"urn:x\">",
            ];
            lines[1] = (*chance.pick(&root)).to_owned();
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
            let names = ["GoodsShipment", "Commodity", "Invoice", "ID", "Origin"];
            let name = chance.pick(&names);
            lines[at] = lines[at].replace(name, &name.to_lowercase());
        }
    }
    lines.join("\n")
}

fn accepted(document: &str) -> bool {
    matches!(read_declaration(document.as_bytes()), Reading::Read { findings, .. } if findings.is_empty())
}

#[test]
fn libxml2_agrees_on_ten_thousand_documents() {
    let seed = 20_261_123;
    println!("seed {seed}");
    let samples = samples();
    assert!(!samples.is_empty(), "there are no samples to begin from");
    let mut chance = Chance(seed);
    let documents: Vec<String> = (0..DOCUMENTS)
        .map(|_| {
            let mut document = chance.pick(&samples).clone();
            for _ in 0..chance.below(3) {
                document = spoil(&document, &mut chance);
                if document.lines().count() < 12 {
                    break;
                }
            }
            document
        })
        // What is refused on purpose beyond the schema has tests of its own.
        .filter(|document| !document.contains("<!DOCTYPE") && !document.contains("<?xml x"))
        .collect();
    let folder = std::env::temp_dir().join(format!("thongquan-oracle-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut differences = Vec::new();
    let mut sound = 0;
    for part in documents.chunks(AT_ONCE) {
        let mut lint = Command::new("xmllint");
        lint.arg("--noout").arg("--nonet").arg("--schema").arg(schema());
        for (at, document) in part.iter().enumerate() {
            let file = folder.join(format!("{at}.xml"));
            fs::write(&file, document).unwrap();
            lint.arg(file);
        }
        let output = lint.output().expect("xmllint is missing; deploy/dev/install installs it");
        let said = String::from_utf8_lossy(&output.stderr);
        for (at, document) in part.iter().enumerate() {
            let file = folder.join(format!("{at}.xml"));
            let oracle = said.lines().any(|line| line == format!("{} validates", file.display()));
            let ours = accepted(document);
            sound += usize::from(ours);
            if oracle != ours {
                differences.push((oracle, document.clone()));
            }
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    for (oracle, document) in differences.iter().take(3) {
        println!("libxml2 says {oracle}; ours: {:?}\n{document}\n", read_declaration(document.as_bytes()));
    }
    assert!(differences.is_empty(), "{} of {} documents are judged differently", differences.len(), documents.len());
    assert!(documents.len() >= 10_000);
    assert!(
        sound * 10 >= documents.len() * 3,
        "{sound} of {} documents are sound: too few to say much",
        documents.len()
    );
}
