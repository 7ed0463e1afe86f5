//! Words in running text: whether a description mentions a phrase, and the years that it names.
//!
//! ```text
//!   text ──► words ──► each with its marks, and without ──► phrases that stand there word for word
//! ```
//!
//! Letters compare without regard to case, to how a mark is stored (one character or two) and to where in a syllable the
//! tone is written (*hóa*, *hoá*). A word of the text that bears no marks at all stands for the one with marks, since many
//! write Vietnamese so; but not where the phrase is that one word, which without marks may be several.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

/// A word as it compares: letters with marks as `a^`, the tone at the end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Word {
    /// Without marks.
    bare: String,
    /// With marks; the same as `bare` when there are none.
    marked: String,
}

/// Phrases to look for.
#[derive(Debug, Clone)]
pub(crate) struct Phrases {
    /// By their first word without marks.
    sorted: Box<[Box<[Word]>]>,
    /// The first two words of each without marks, or its one word, which most texts have none of.
    beginnings: FxHashSet<Box<str>>,
}

impl Phrases {
    /// The phrases of some texts; a text without a word in it is handed back.
    pub(crate) fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, &'t str> {
        let mut phrases = Vec::new();
        for text in texts {
            let phrase = words(text);
            if phrase.is_empty() {
                return Err(text);
            }
            phrases.push(phrase.into_boxed_slice());
        }
        phrases.sort_unstable();
        phrases.dedup();
        let beginning = |phrase: &[Word]| match phrase {
            [only] => only.bare.as_str().into(),
            [first, second, ..] => format!("{} {}", first.bare, second.bare).into(),
            [] => Box::default(),
        };
        let beginnings = phrases.iter().map(|phrase| beginning(phrase)).collect();
        Ok(Self { sorted: phrases.into(), beginnings })
    }

    /// Whether a text has the beginning of a phrase in it, as far as that is told without marks.
    fn may_stand_in(&self, text: &str) -> bool {
        // A word, and before it the one that stands before it.
        let (mut words, mut word) = (String::with_capacity(32), 0);
        let begins = |words: &str, word: usize| {
            let begins = |words: Option<&str>| words.is_some_and(|words| self.beginnings.contains(words));
            begins(words.get(word..)) || (word > 0 && begins(Some(words)))
        };
        for character in text.chars() {
            match read(character) {
                Letter::Plain(letter) | Letter::Marked(letter, ..) => words.push(letter),
                Letter::Shape(_) | Letter::Tone(_) | Letter::Hidden => {}
                Letter::Break if words.len() == word => {}
                Letter::Break if begins(&words, word) => return true,
                Letter::Break => {
                    words.drain(..word);
                    words.push(' ');
                    word = words.len();
                }
            }
        }
        words.len() > word && begins(&words, word)
    }

    /// How many words the longest phrase beginning with the word at a place of the text covers, from there; of those
    /// that the test takes.
    fn longest_at(&self, text: &[Word], at: usize, takes: impl Fn(usize) -> bool) -> Option<usize> {
        let first = &text[at].bare;
        let from = self.sorted.partition_point(|phrase| phrase[0].bare < *first);
        let beginning = self.sorted[from..].iter().take_while(|phrase| phrase[0].bare == *first);
        let standing = beginning.filter(|phrase| stands_at(phrase, &text[at..]) && takes(phrase.len()));
        standing.map(|phrase| phrase.len()).max()
    }
}

fn stands_at(phrase: &[Word], text: &[Word]) -> bool {
    let alike = |(wanted, found): (&Word, &Word)| {
        let unmarked = phrase.len() > 1 && found.bare == found.marked && found.bare == wanted.bare;
        unmarked || found.marked == wanted.marked
    };
    phrase.len() <= text.len() && phrase.iter().zip(text).all(alike)
}

/// Whether a text mentions one of the phrases, other than within one of those that do not count.
pub(crate) fn mentions(text: &str, phrases: &Phrases, outside: &Phrases) -> bool {
    // Most texts are done with at a glance.
    phrases.may_stand_in(text) && stand_in(&words(text), phrases, outside)
}

fn stand_in(text: &[Word], phrases: &Phrases, outside: &Phrases) -> bool {
    let mut covered_to = 0;
    for at in 0..text.len() {
        // What does not count reaches from here or from before; a mention within it is passed over.
        covered_to = covered_to.max(at + outside.longest_at(text, at, |_| true).unwrap_or(0));
        if phrases.longest_at(text, at, |length| at + length > covered_to).is_some() {
            return true;
        }
    }
    false
}

/// The earliest year from 1900 to 2099 that stands in a text as a word of its own.
pub(crate) fn oldest_year(text: &str) -> Option<u32> {
    if !may_have_four_digits(text) {
        return None;
    }
    let mut oldest = None;
    each_word(text, |word| {
        let year = Some(&word.bare).filter(|bare| bare.len() == 4).and_then(|bare| bare.parse().ok());
        if let Some(year) = year.filter(|year| (1900..2100).contains(year)) {
            oldest = Some(oldest.map_or(year, |oldest: u32| oldest.min(year)));
        }
    });
    oldest
}

/// Whether four digits may stand side by side in a text, one after the other but for marks.
fn may_have_four_digits(text: &str) -> bool {
    let mut digits = 0;
    text.bytes().any(|byte| {
        digits = match byte {
            // Digits as wide as a Chinese character begin with the second of these bytes.
            b'0'..=b'9' | 0xEF => digits + 1,
            0x80.. => digits,
            _ => 0,
        };
        digits >= 4
    })
}

/// The words of a text: letters and digits without a break between them.
fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    each_word(text, |word| words.push(word.clone()));
    words
}

/// Shows the words of a text one after the other.
fn each_word(text: &str, mut see: impl FnMut(&Word)) {
    let mut word = Word::default();
    let mut tone = None;
    let mut finish = |word: &mut Word, tone: &mut Option<char>| {
        word.marked.extend(tone.take());
        if !word.bare.is_empty() {
            see(word);
        }
        word.bare.clear();
        word.marked.clear();
    };
    for character in text.chars() {
        match read(character) {
            Letter::Plain(letter) => {
                word.bare.push(letter);
                word.marked.push(letter);
            }
            Letter::Marked(base, shape, of_letter) => {
                word.bare.push(base);
                word.marked.push(base);
                word.marked.extend(shape);
                tone = of_letter.or(tone);
            }
            Letter::Shape(shape) if !word.bare.is_empty() => word.marked.push(shape),
            Letter::Tone(of_letter) if !word.bare.is_empty() => tone = Some(of_letter),
            Letter::Shape(_) | Letter::Tone(_) | Letter::Hidden => {}
            Letter::Break => finish(&mut word, &mut tone),
        }
    }
    finish(&mut word, &mut tone);
}

/// A character, as far as words go.
enum Letter {
    Plain(char),
    /// A letter with its mark and its tone in one character.
    Marked(char, Option<char>, Option<char>),
    Shape(char),
    Tone(char),
    Hidden,
    Break,
}

/// Vietnamese vowels with the sign of their shape, and each with its five tones.
const VOWELS: [(char, Option<char>, &str); 12] = [
    ('a', None, "aàáảãạ"),
    ('a', Some('('), "ăằắẳẵặ"),
    ('a', Some('^'), "âầấẩẫậ"),
    ('e', None, "eèéẻẽẹ"),
    ('e', Some('^'), "êềếểễệ"),
    ('i', None, "iìíỉĩị"),
    ('o', None, "oòóỏõọ"),
    ('o', Some('^'), "ôồốổỗộ"),
    ('o', Some('+'), "ơờớởỡợ"),
    ('u', None, "uùúủũụ"),
    ('u', Some('+'), "ưừứửữự"),
    ('y', None, "yỳýỷỹỵ"),
];
/// A vowel, the sign of its shape and that of its tone.
type Vowel = (char, Option<char>, Option<char>);
/// The same by the letter.
static MARKED: LazyLock<FxHashMap<char, Vowel>> = LazyLock::new(|| {
    let letters = VOWELS.into_iter().flat_map(|(base, shape, vowels)| {
        let toned = vowels.chars().enumerate();
        toned.map(move |(at, vowel)| (vowel, (base, shape, at.checked_sub(1).map(|tone| TONES[tone]))))
    });
    letters.collect()
});
/// The signs of the tones, in the order of the vowels' tones.
const TONES: [char; 5] = ['`', '\'', '?', '~', '.'];

fn read(character: char) -> Letter {
    if character.is_ascii_alphanumeric() {
        return Letter::Plain(character.to_ascii_lowercase());
    }
    match character {
        '\0'..='\u{7F}' => return Letter::Break,
        '\u{FF10}'..='\u{FF19}' | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}' => {
            let plain = char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character);
            return Letter::Plain(plain.to_ascii_lowercase());
        }
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' => return Letter::Hidden,
        '\u{302}' => return Letter::Shape('^'),
        '\u{306}' => return Letter::Shape('('),
        '\u{31B}' => return Letter::Shape('+'),
        '\u{300}' | '\u{340}' => return Letter::Tone(TONES[0]),
        '\u{301}' | '\u{341}' => return Letter::Tone(TONES[1]),
        '\u{309}' => return Letter::Tone(TONES[2]),
        '\u{303}' => return Letter::Tone(TONES[3]),
        '\u{323}' => return Letter::Tone(TONES[4]),
        'đ' | 'Đ' => return Letter::Marked('d', Some('-'), None),
        _ => {}
    }
    let small = character.to_lowercase().next().unwrap_or(character);
    if let Some(&(base, shape, tone)) = MARKED.get(&small) {
        return Letter::Marked(base, shape, tone);
    }
    if small.is_alphanumeric() { Letter::Plain(small) } else { Letter::Break }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, phrases: &[&str], outside: &[&str], expect: bool) {
        let phrases = Phrases::new(phrases.iter().copied()).unwrap();
        let outside = Phrases::new(outside.iter().copied()).unwrap();
        assert_eq!(mentions(text, &phrases, &outside), expect, "{text}");
    }

    #[test]
    fn a_phrase_is_found_however_its_marks_are_written() {
        let phrase = ["đã qua sử dụng"];
        for text in [
            "Máy ép nhựa đã qua sử dụng, sản xuất năm 2005",
            "MÁY ÉP NHỰA ĐÃ QUA SỬ DỤNG",
            "may ep nhua da qua su dung",
            "Máy đa\u{303} qua sư\u{309} du\u{323}ng",
            "Máy đa\u{303} qua su\u{31B}\u{309} du\u{323}ng",
            "da qua sử dụng",
            "(đã-qua/sử dụng)",
            "đã\u{A0}qua\tsử\u{200B} dụng",
            "ｄａ qua su dung",
        ] {
            check(text, &phrase, &[], true);
        }
        for text in ["chưa qua sử dụng", "đã qua sự dùng", "đã qua", "đã qua sử", "đã, qua. sử dụngs", ""]
        {
            check(text, &phrase, &[], false);
        }
        // The tone may stand on either letter of the syllable.
        check("Hoá chất nguy hiểm", &["hóa chất nguy hiểm"], &[], true);
        check("hoa chat nguy hiem", &["hóa chất nguy hiểm"], &[], true);
    }

    #[test]
    fn words_are_whole() {
        for (text, expect) in [
            ("Xe cũ", true),
            ("Máy CŨ.", true),
            ("cũng", false),
            ("Dụng cụ cầm tay", false),
            ("củ cải", false),
            // Without marks one syllable is several words.
            ("dung cu cam tay", false),
        ] {
            check(text, &["cũ"], &[], expect);
        }
        for (text, expect) in
            [("used pump", true), ("Used", true), ("unused", false), ("reused", false), ("re-used", true)]
        {
            check(text, &["used"], &[], expect);
        }
        check("second-hand", &["second hand"], &[], true);
        check("xe máy cu", &["máy cũ"], &[], true);
    }

    #[test]
    fn a_mention_within_what_does_not_count_is_none() {
        let outside = ["used for", "not used", "to be used"];
        for (text, expect) in [
            ("bearing used for pumps", false),
            ("pump, not used", false),
            ("used pump used for water", true),
            ("to be used in pumps", false),
            ("used", true),
            ("not used for", false),
        ] {
            check(text, &["used"], &outside, expect);
        }
        // A longer phrase reaches beyond what does not count.
        check("not used machine", &["used machine"], &["not used"], true);
    }

    #[test]
    fn years_are_words() {
        for (text, year) in [
            ("sản xuất năm 2005", Some(2005)),
            ("SX: 2012-2015", Some(2012)),
            ("12/1999", Some(1999)),
            ("model A2005", None),
            ("20055", None),
            ("1500 W", None),
            ("2100", None),
            ("２００５", Some(2005)),
            ("", None),
        ] {
            assert_eq!(oldest_year(text), year, "{text}");
        }
    }

    /// Texts of pieces, as many as there are with so many pieces each.
    fn texts(pieces: &[&str], length: usize) -> Vec<String> {
        (0..length).fold(vec![String::new()], |texts, _| {
            texts.iter().flat_map(|text| pieces.iter().map(move |piece| format!("{text}{piece}"))).collect()
        })
    }

    #[test]
    fn the_glance_at_a_text_misses_no_phrase() {
        let phrases = Phrases::new(["đã qua sử dụng", "cũ", "máy cũ", "used", "2nd hand"]).unwrap();
        let outside = Phrases::new(["not used", "used for"]).unwrap();
        let pieces = [
            "da",
            "đã",
            "a\u{303}",
            "Đ",
            " qua sử",
            " ",
            ", ",
            "\u{AD}",
            "dung",
            "dụng ",
            "cu",
            "cũ",
            "máy",
            "ＵＳＥＤ",
            "not ",
            "used",
            " for",
            "2",
            "nd hand",
            "\u{301}",
            "-",
        ];
        let (mut mentioned, mut at_a_glance) = (0, 0);
        for text in texts(&pieces, 4) {
            let stands = stand_in(&words(&text), &phrases, &outside);
            assert_eq!(mentions(&text, &phrases, &outside), stands, "{text:?}");
            mentioned += usize::from(stands);
            at_a_glance += usize::from(!phrases.may_stand_in(&text));
        }
        assert!(mentioned > 10_000 && at_a_glance > 10_000, "{mentioned} {at_a_glance}");
    }

    #[test]
    fn the_glance_at_a_text_misses_no_year() {
        let pieces = ["19", "2", "0", "99", "5", "２", "０", "\u{301}", "\u{FEFF}", "٢", " ", "a", "ế", "1"];
        let mut years = 0;
        for text in texts(&pieces, 5) {
            let all = words(&text).into_iter().filter(|word| word.bare.len() == 4);
            let all = all.filter_map(|word| word.bare.parse::<u32>().ok()).filter(|year| (1900..2100).contains(year));
            let oldest = all.min();
            assert_eq!(oldest_year(&text), oldest, "{text:?}");
            years += usize::from(oldest.is_some());
        }
        assert!(years > 500, "{years}");
    }

    #[test]
    fn a_phrase_has_a_word() {
        assert_eq!(Phrases::new(["cũ", "--"]).unwrap_err(), "--");
    }
}
