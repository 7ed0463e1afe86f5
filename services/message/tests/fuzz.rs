//! Tens of thousands of spoilt documents, from a seed: the reader never panics, never uses memory without bound, points
//! into the document, and says the same of the same bytes.
#![expect(unsafe_code, reason = "an allocator that counts has to implement an unsafe trait; it only counts")]
#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;
use std::path::Path;

use message::{Reading, read_answer, read_command, read_declaration, read_notice, read_payment, write_declaration};
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use vocabulary::Finding;

const SEED: u64 = 20_261_123;
const DOCUMENTS: usize = 12_000;

/// A reading may hold so many bytes for each byte of the document, beside a fixed amount. An empty goods item is the
/// shortest way to much memory: its record has room for every field of a line.
const BYTES_HELD_PER_BYTE: usize = 150;
const BYTES_HELD_AT_LEAST: usize = 1 << 20;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MOST_HELD: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

fn count(taken: usize, given_back: usize) {
    let _ = HELD.try_with(|held| {
        held.set(held.get().wrapping_add(taken).saturating_sub(given_back));
        let _ = MOST_HELD.try_with(|most| most.set(most.get().max(held.get())));
    });
}

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: the pointer came from `alloc` of the system's allocator, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most that was held at once while something ran, beyond what was held before.
fn most_held<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.with(Cell::get);
    MOST_HELD.with(|most| most.set(before));
    let result = run();
    (result, MOST_HELD.with(Cell::get) - before)
}

fn samples() -> Vec<String> {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/declaration/1.0");
    let mut files: Vec<_> = ["samples-valid", "samples-faulty"]
        .iter()
        .flat_map(|folder| fs::read_dir(schema.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    files.sort();
    let samples: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    // One long sample says no more than a short one, and takes the time of ten.
    samples.into_iter().filter(|sample| sample.len() < 10_000).collect()
}

/// What a value, a tag or a gap is replaced with.
const PIECES: [&str; 44] = [
    "",
    " ",
    "0",
    "-1",
    "9999999999999999999999999999",
    "0.00000000000000000000000001",
    "1e9",
    "2026-02-30",
    "9999-12-31",
    "IM",
    "EX",
    "9",
    "4",
    "A11",
    "USD",
    "Ngày hàng đến – Đ",
    "\u{1F69A}\u{0301}",
    "\u{FEFF}",
    "\u{7F}\u{85}",
    "&amp;",
    "&#x10FFFF;",
    "&#0;",
    "&lol;",
    "&",
    "<",
    ">",
    "]]>",
    "<![CDATA[",
    "<![CDATA[ A11 ]]>",
    "<!-- a -->",
    "<!-- -- -->",
    "<?p q?>",
    "<?xml version=\"1.0\"?>",
    "<!DOCTYPE a [<!ENTITY b \"&b;&b;\">]>",
    "<a>",
    "</a>",
    "<a/>",
    "<b:c xmlns:b=\"urn:thongquan:declaration:1\"/>",
    " xmlns=\"\"",
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\"",
    " unitCode=\"KGM\"",
    " a='1' a='2'",
    "\r\n\t",
    "'\"",
];

/// Where the markup begins and ends: every `<...>`, as far as it can be told.
fn tags(document: &str) -> Vec<(usize, usize)> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(start) = document[at..].find('<').map(|start| at + start) {
        let Some(end) = document[start..].find('>').map(|end| start + end + 1) else { break };
        tags.push((start, end));
        at = end;
    }
    tags
}

/// The element that a tag begins: from its start to the end of its end tag.
fn element(document: &str, (start, end): (usize, usize)) -> Option<(usize, usize)> {
    let tag = &document[start..end];
    if tag.starts_with("</") || tag.starts_with("<!") || tag.starts_with("<?") {
        return None;
    }
    if tag.ends_with("/>") {
        return Some((start, end));
    }
    let name: &str = tag[1..tag.len() - 1].split(|character: char| character.is_whitespace()).next()?;
    let close = format!("</{name}>");
    document[end..].find(&close).map(|at| (start, end + at + close.len()))
}

/// Changes a document in one place, so that it stays nearly what it was.
fn spoil(document: &mut String, others: &[String], rng: &mut ChaCha12Rng) {
    let tags = tags(document);
    let Some(&tag) = tags.choose(rng) else { return };
    match rng.random_range(0..12) {
        // Text or markup after a tag.
        0 => document.insert_str(tag.1, PIECES.choose(rng).unwrap()),
        // Something inside a tag.
        1 => document.insert_str(tag.1 - 1, PIECES.choose(rng).unwrap()),
        // Another value.
        2 | 3 => {
            let end = document[tag.1..].find('<').map_or(document.len(), |at| tag.1 + at);
            let value = match rng.random_range(0..3) {
                0 => "9".repeat(rng.random_range(1..400)),
                1 => "Đ".repeat(rng.random_range(1..400)),
                _ => (*PIECES.choose(rng).unwrap()).to_owned(),
            };
            document.replace_range(tag.1..end, &value);
        }
        // An element fewer, more, or elsewhere.
        4..=6 => {
            let Some((start, end)) = element(document, tag) else { return };
            let moved = document[start..end].to_owned();
            match rng.random_range(0..3) {
                0 => document.replace_range(start..end, ""),
                1 => {
                    let times = if moved.len() < 3_000 { rng.random_range(1..60) } else { 1 };
                    document.insert_str(end, &moved.repeat(times));
                }
                _ => {
                    let to = tags.choose(rng).unwrap().1;
                    document.insert_str(to, &moved);
                }
            }
        }
        // Another name.
        7 => {
            let other = tags.choose(rng).unwrap();
            let other = document[other.0..other.1].to_owned();
            document.replace_range(tag.0..tag.1, &other);
        }
        // The end is cut off.
        8 => {
            let at = document.floor_char_boundary(rng.random_range(0..=document.len()));
            document.truncate(at);
        }
        // A part of another document.
        9 => {
            let other = others.choose(rng).unwrap();
            let from = other.floor_char_boundary(rng.random_range(0..other.len()));
            let to = other.floor_char_boundary((from + rng.random_range(0..200)).min(other.len()));
            let at = document.floor_char_boundary(rng.random_range(0..=document.len()));
            document.insert_str(at, &other[from..to]);
        }
        // Depth.
        10 => {
            let depth = rng.random_range(1..40);
            document.insert_str(tag.1, &("<d>".repeat(depth) + &"</d>".repeat(depth)));
        }
        // A character more or fewer.
        _ => {
            let at = document.floor_char_boundary(rng.random_range(0..=document.len()));
            if rng.random_bool(0.5) || at == document.len() {
                document.insert(at, char::from(rng.random_range(0..128_u8)));
            } else {
                document.remove(at);
            }
        }
    }
}

fn spoilt(samples: &[String], rng: &mut ChaCha12Rng) -> Vec<u8> {
    let mut document = samples.choose(rng).unwrap().clone();
    for _ in 0..rng.random_range(1..5) {
        spoil(&mut document, samples, rng);
    }
    let mut bytes = document.into_bytes();
    if rng.random_bool(0.1) && !bytes.is_empty() {
        let at = rng.random_range(0..bytes.len());
        bytes[at] = rng.random();
    }
    bytes
}

/// A finding points at a character of the document, or right behind the last one of a line.
fn points_into(finding: &Finding, document: &[u8]) -> bool {
    let (Some(line), Some(column)) = (finding.line, finding.column) else {
        // What is said of the document as a whole points nowhere.
        return finding.code == "too_many_findings";
    };
    // The reader counts characters; of bytes that are none, it counts those before them.
    let text = String::from_utf8_lossy(document);
    let lines: Vec<&str> = text.split('\n').collect();
    let found = usize::try_from(line).ok().and_then(|line| lines.get(line.checked_sub(1)?).copied());
    found.is_some_and(|line| column >= 1 && column as usize <= line.chars().count() + 1)
}

#[test]
fn no_document_harms_the_reader() {
    let samples = samples();
    let mut rng = ChaCha12Rng::seed_from_u64(SEED);
    let (mut unreadable, mut faulty, mut sound) = (0, 0, 0);
    for number in 0..DOCUMENTS {
        let document = spoilt(&samples, &mut rng);
        let told = || format!("seed {SEED}, document {number}:\n{}", String::from_utf8_lossy(&document));
        let (reading, held) = most_held(|| read_declaration(&document));
        let bound = BYTES_HELD_AT_LEAST + BYTES_HELD_PER_BYTE * document.len();
        assert!(held <= bound, "{held} bytes were held for {} bytes, {}", document.len(), told());
        assert_eq!(reading, read_declaration(&document), "{}", told());
        let findings = match &reading {
            Reading::Unreadable(findings) => {
                unreadable += 1;
                assert!(!findings.is_empty(), "{}", told());
                findings
            }
            Reading::Read { findings, declaration } => {
                if findings.is_empty() {
                    sound += 1;
                    let written = write_declaration(declaration);
                    let again = read_declaration(written.as_bytes());
                    assert_eq!(again, reading, "what was accepted does not read back, {}\n{written}", told());
                } else {
                    faulty += 1;
                }
                findings
            }
        };
        assert!(findings.len() <= 201, "{} findings, {}", findings.len(), told());
        for finding in findings {
            assert!(points_into(finding, &document), "{finding:?}, {}", told());
        }
        // The readers of the small documents meet the same ones, which are theirs at most by accident.
        let _ = (read_notice(&document), read_payment(&document), read_command(&document), read_answer(&document));
    }
    // Most documents are spoilt, and some of each outcome are needed for the test to mean anything.
    let outcomes = format!("{unreadable} unreadable, {faulty} faulty, {sound} sound");
    assert!(unreadable > DOCUMENTS / 20 && faulty > DOCUMENTS / 20 && sound > DOCUMENTS / 50, "{outcomes}");
}

#[test]
fn no_heap_of_elements_is_held_without_bound() {
    let item = "<GovernmentAgencyGoodsItem/>";
    let head = "<Declaration xmlns=\"urn:thongquan:declaration:1\"><GoodsShipment>";
    for document in [
        format!("{head}{}", item.repeat(60_000)),
        format!("{head}{}</GoodsShipment></Declaration>", item.repeat(60_000)),
        "<Declaration xmlns=\"urn:thongquan:declaration:1\">".to_owned() + &"<x/>".repeat(400_000),
        "<a ".to_owned() + &"b='' ".repeat(200_000),
        format!("{head}<!--{}", "-".repeat(1_500_000)),
        "&#x41;".repeat(300_000),
        " ".repeat(3_000_000),
    ] {
        let (reading, held) = most_held(|| read_declaration(document.as_bytes()));
        assert!(held <= 4 * document.len() + BYTES_HELD_AT_LEAST, "{held} bytes for {}", document.len());
        let (Reading::Unreadable(findings) | Reading::Read { findings, .. }) = reading;
        assert!((1..=201).contains(&findings.len()));
    }
}
