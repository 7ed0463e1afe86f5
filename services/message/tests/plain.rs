//! The quick lane against the strict reader: hundreds of thousands of documents, changed by chance from a seed, of which
//! every one that the quick lane takes is the same declaration to the strict reader, without a finding. Libxml2 with the
//! schema finds those valid too.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what came of chance")]

mod common;

use common::{Chance, VALUES, samples, valid_by_libxml2};
use message::{Reading, read_declaration, read_plainly, read_strictly, write_declaration};
use vocabulary::Declaration;

const SEED: u64 = 20_261_128;

/// Without optimisation the readers take ten times as long.
const DOCUMENTS: usize = if cfg!(debug_assertions) { 24_000 } else { 240_000 };
const ASKED_OF_LIBXML2: usize = if cfg!(debug_assertions) { 1_000 } else { 10_000 };

/// What a byte may become.
const BYTES: &[u8] = b"<>&\"'/=: \t\r\n]-?!;#xA0.19zID\x01\x7F\x80\xC3\xEF\xBB\xBF";

/// What may come between two bytes.
const PIECES: &[&str] = &[
    "&amp;",
    "&lt;",
    "&quot;",
    "&apos;&gt;",
    "&#65;",
    "&#x20;",
    "&#9;",
    "&#x1EF1;",
    "&#0;",
    "&nbsp;",
    "&amp",
    "]]>",
    "]]&gt;",
    ">",
    "<!-- c -->",
    "<?p q?>",
    "<?xml version=\"1.0\"?>",
    "<![CDATA[A11]]>",
    "<![CDATA[]]>",
    "\r\n",
    "\r",
    "\t",
    "  ",
    "\u{A0}",
    "\u{FEFF}",
    "\u{FFFE}",
    "\u{1F69A}",
    "Đ",
    "<ID>1</ID>",
    "<ID/>",
    "<Agent></Agent>",
    "<OtherLaw></OtherLaw>",
    "</ID>",
    "<x:ID xmlns:x=\"urn:thongquan:declaration:1\">1</x:ID>",
    " xmlns=\"\"",
    " xmlns=\"urn:thongquan:declaration:1\"",
    " unitCode=\"KGM\"",
    " currencyID='USD'",
    " xml:lang=\"vi\"",
    "0",
    "00",
    ".",
];

/// Another way to write the whole of a document; most are sound, and some are plain.
const FORMS: &[fn(&str) -> String] = &[
    |document| document.replace('\n', "\r\n"),
    |document| document.replace("  ", "\t"),
    |document| document.replace("\n", "").replace("  ", ""),
    |document| document.replace("\n", "\n\n \t"),
    |document| document.replace('"', "'"),
    |document| format!("\u{FEFF}{document}"),
    |document| format!("\u{FEFF}\u{FEFF}{document}"),
    |document| format!(" {document}"),
    |document| format!("{document}<!-- end -->"),
    |document| format!("{document}\r\n\t "),
    |document| document.replacen("UTF-8", "utf-8", 1),
    |document| document.replacen("UTF-8", "UTF-16", 1),
    |document| document.replacen("?>", " standalone=\"yes\" ?>", 1),
    |document| document.replacen("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<?xml version='1.0'?>", 1),
    |document| document.replacen("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "", 1),
    |document| document.replacen("?>", "?><!-- begin -->", 1),
    |document| document.replacen("?>", "?><!DOCTYPE Declaration>", 1),
    |document| document.replacen("<Declaration ", "<Declaration  ", 1),
    |document| document.replacen("declaration:1\"", "declaration:1\" xmlns:x=\"urn:x\"", 1),
    |document| document.replacen("declaration:1\"", "declaration:2\"", 1),
    |document| document.replacen("declaration:1\"", "declaration&#58;1\"", 1),
    |document| {
        let hint = "declaration:1\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\"";
        document.replacen("declaration:1\"", hint, 1)
    },
    |document| {
        let prefixed = document.replace("</", "</d:").replace('<', "<d:").replace("<d:/", "</");
        prefixed.replace("<d:?", "<?").replacen("xmlns=", "xmlns:d=", 1)
    },
    |document| document.replace("</", "</ ").replacen("</ ", "</", 1),
    |document| document.replace("></", " ></"),
    |document| document.replace('>', "> ").replace("> <", "><"),
];

/// The samples as they stand, and as the writer writes what is readable of them.
fn originals() -> Vec<String> {
    let samples = ["declaration/1.0/samples-valid", "declaration/1.0/samples-faulty"].into_iter().flat_map(samples);
    let documents: Vec<String> = samples.map(|(_, document)| document).collect();
    let written = documents.iter().filter_map(|document| match read_strictly(document.as_bytes()) {
        Reading::Read { declaration, .. } => Some(write_declaration(&declaration)),
        Reading::Unreadable(_) => None,
    });
    let written: Vec<String> = written.collect();
    documents.into_iter().chain(written).collect()
}

/// A place in a document: any, or one beside markup.
fn place(document: &[u8], chance: &mut Chance) -> usize {
    let any = chance.below(document.len() + 1);
    if chance.below(3) == 0 {
        return any;
    }
    let markup = document[any..].iter().position(|byte| matches!(byte, b'<' | b'>' | b'"' | b'&'));
    markup.map_or(any, |ahead| (any + ahead + chance.below(2)).min(document.len()))
}

/// Changes a document so that it may well stay sound: another letter or digit, white space or a reference more, a line
/// fewer.
fn change_gently(document: &mut Vec<u8>, chance: &mut Chance) {
    const SPACE: [&str; 5] = [" ", "\t", "\r\n", "\n\n", "          "];
    const REFERENCES: [&str; 6] = ["&amp;", "&lt;", "&quot;", "&apos;", "&#38;", "&#x110;"];
    let at = chance.below(document.len());
    let next = |wanted: fn(&u8) -> bool| document[at..].iter().position(wanted).map(|ahead| at + ahead);
    match chance.below(4) {
        0 => {
            if let Some(at) = next(u8::is_ascii_alphanumeric) {
                let letter = document[at];
                let like = if letter.is_ascii_digit() { b"0123456789" } else { &b"AXMEBCSDPV"[..] };
                document[at] = *chance.pick(like);
            }
        }
        1 => {
            if let Some(at) = next(|&byte| byte == b'\n') {
                document.splice(at..at, chance.pick(&SPACE).bytes());
            }
        }
        2 => {
            if let Some(at) = next(|&byte| byte == b' ') {
                document.splice(at..=at, chance.pick(&REFERENCES).bytes());
            }
        }
        _ => {
            let start = document[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |before| before + 1);
            let end = next(|&byte| byte == b'\n').map_or(document.len(), |end| end + 1);
            document.drain(start..end);
        }
    }
}

/// Changes, takes out, puts in, doubles or moves a byte, a piece, a line or a value.
fn change(document: &mut Vec<u8>, chance: &mut Chance) {
    let at = place(document, chance);
    let end = (at + 1 + chance.below(60)).min(document.len());
    let line = |at: usize| {
        let start = document[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |before| before + 1);
        let end = document[at..].iter().position(|&byte| byte == b'\n').map_or(document.len(), |ahead| at + ahead + 1);
        start..end
    };
    match chance.below(12) {
        0 if at < document.len() => document[at] = *chance.pick(BYTES),
        1 if at < document.len() => drop(document.remove(at)),
        2 => document.insert(at, *chance.pick(BYTES)),
        3 => drop(document.drain(at..end)),
        4 => {
            let piece = document[at..end].to_vec();
            document.splice(at..at, piece);
        }
        5 => {
            let piece: Vec<u8> = document.drain(at..end).collect();
            let to = place(document, chance);
            document.splice(to..to, piece);
        }
        6 => drop(document.drain(line(at))),
        7 => {
            let lines = line(at);
            let (to, piece) = (lines.start, document[lines].to_vec());
            document.splice(to..to, piece);
        }
        8 => {
            let lines = line(at);
            let piece: Vec<u8> = document.drain(lines).collect();
            let near = (at + chance.below(400)).min(document.len());
            let to = document[..near].iter().rposition(|&byte| byte == b'\n').map_or(0, |before| before + 1);
            document.splice(to..to, piece);
        }
        9 | 10 => {
            let Some(start) = document[at..].iter().position(|&byte| byte == b'>').map(|ahead| at + ahead + 1) else {
                return;
            };
            let end = document[start..].iter().position(|&byte| byte == b'<').map_or(start, |ahead| start + ahead);
            document.splice(start..end, chance.pick(VALUES).bytes());
        }
        _ => drop(document.splice(at..at, chance.pick(PIECES).bytes())),
    }
}

fn assert_same(document: &[u8], declaration: Declaration, number: usize) {
    let told = || format!("seed {SEED}, document {number}:\n{}", String::from_utf8_lossy(document));
    // Numbers are equal however many zeros they end with; what is printed of them is not.
    let printed = number.is_multiple_of(8).then(|| format!("{declaration:?}"));
    let strict = read_strictly(document);
    if let (Some(printed), Reading::Read { declaration, .. }) = (printed, &strict) {
        assert_eq!(printed, format!("{declaration:?}"), "{}", told());
    }
    assert_eq!(strict, Reading::Read { declaration, findings: Vec::new() }, "{}", told());
}

#[test]
fn what_the_quick_lane_takes_is_the_same_to_the_strict_reader_and_valid_to_libxml2() {
    let all = originals();
    // Most documents begin short, since long ones say little more, and sound, since few that do not become so.
    let is_short_and_sound =
        |document: &&String| document.len() < 12_000 && read_plainly(document.as_bytes()).is_some();
    let short_and_sound: Vec<String> = all.iter().filter(is_short_and_sound).cloned().collect();
    let mut chance = Chance(SEED);
    let (mut taken, mut sound, mut to_ask) = (0, 0, Vec::new());
    for number in 0..DOCUMENTS {
        let from = if number.is_multiple_of(8) { &all } else { &short_and_sound };
        let mut document = chance.pick(from).clone();
        for _ in 0..chance.below(6).saturating_sub(3) {
            document = chance.pick(FORMS)(&document);
        }
        let mut document = document.into_bytes();
        for _ in 0..=chance.below(3) {
            match chance.below(3) {
                0 => change(&mut document, &mut chance),
                _ => change_gently(&mut document, &mut chance),
            }
        }
        if let Some(declaration) = read_plainly(&document) {
            taken += 1;
            sound += 1;
            assert_same(&document, declaration, number);
            if to_ask.len() < ASKED_OF_LIBXML2 {
                to_ask.push(String::from_utf8(document).unwrap());
            }
        } else if number.is_multiple_of(16) {
            let strict = read_strictly(&document);
            sound += usize::from(matches!(&strict, Reading::Read { findings, .. } if findings.is_empty()));
            assert_eq!(read_declaration(&document), strict, "seed {SEED}, document {number}");
        }
    }
    println!("{taken} of {DOCUMENTS} documents were taken; {sound} and more are sound");
    assert!(taken > DOCUMENTS / 12 && sound > taken, "{taken} of {DOCUMENTS} documents were taken, {sound} are sound");
    assert_eq!(to_ask.len(), ASKED_OF_LIBXML2);
    let valid = valid_by_libxml2("declaration/1.0/declaration.xsd", &to_ask);
    let refused = to_ask.iter().zip(valid).find(|(_, valid)| !valid);
    assert_eq!(refused, None, "libxml2 refuses a document that the quick lane took");
}

#[test]
fn sound_samples_of_the_plain_form_are_taken() {
    for (name, document) in samples("declaration/1.0/samples-valid") {
        let Reading::Read { declaration, .. } = read_strictly(document.as_bytes()) else { panic!("{name}") };
        assert_eq!(read_plainly(write_declaration(&declaration).as_bytes()), Some(declaration), "{name}");
    }
}

#[test]
fn what_is_not_plain_is_left_to_the_strict_reader() {
    let plain = "<Declaration xmlns=\"urn:thongquan:declaration:1\">\n  <ID>1</ID>\n</Declaration>\n";
    let sound = originals().into_iter().find(|document| read_plainly(document.as_bytes()).is_some()).unwrap();
    for change in [
        |document: &str| document.replacen("<FunctionCode>", "<!-- c --><FunctionCode>", 1),
        |document: &str| document.replacen("<FunctionCode>", "<FunctionCode><![CDATA[]]>", 1),
        |document: &str| document.replacen("<FunctionCode>", "<FunctionCode> ", 1),
        |document: &str| document.replacen("<FunctionCode>", "<FunctionCode >", 1),
        |document: &str| document.replacen("<Declaration ", "<Declaration xmlns:x=\"urn:x\" ", 1),
        |document: &str| document.replacen("declaration:1\"", "declaration:1\" ", 1),
    ] {
        let other = change(&sound);
        assert_ne!(other, sound);
        assert_eq!(read_plainly(other.as_bytes()), None, "{other}");
        assert_eq!(read_declaration(other.as_bytes()), read_declaration(sound.as_bytes()), "{other}");
    }
    // Findings are the strict reader's to make.
    assert_eq!(read_plainly(plain.as_bytes()), None);
    assert_eq!(read_plainly(b""), None);
    assert_eq!(read_plainly(b"<"), None);
}
