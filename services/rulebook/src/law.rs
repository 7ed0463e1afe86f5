//! The instruments of law that the rulebook rests on.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::cited::Mark;
use crate::rulebook::Rulebook;

/// A law, decree, circular, resolution or decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// What rule files call it, e.g. `ND-26-2023`.
    pub id: Box<str>,
    /// Its official number, e.g. `26/2023/NĐ-CP`.
    pub number: Box<str>,
    /// Its name in citations, e.g. `Decree 26/2023/ND-CP`.
    pub name: Box<str>,
    /// What it is about, in English and in our words.
    pub title_en: Box<str>,
    /// What it is about, in Vietnamese and in our words.
    pub title_vi: Box<str>,
    /// The first day that it takes effect on.
    pub in_force_from: Date,
    /// Its last day; `None` while no end is known.
    pub in_force_to: Option<Date>,
    /// How well this is known.
    pub mark: Mark,
}

/// All instruments, by identifier, and the words of citations in Vietnamese.
#[derive(Debug, Default)]
pub(crate) struct Instruments {
    pub(crate) by_id: BTreeMap<Box<str>, Instrument>,
    pub(crate) vietnamese: LawWords,
}

/// What the words of citations are in Vietnamese.
#[derive(Debug, Default)]
pub(crate) struct LawWords {
    /// English and Vietnamese, the longest first.
    phrases: Vec<(Box<str>, Box<str>)>,
}

impl LawWords {
    pub(crate) fn new(mut phrases: Vec<(Box<str>, Box<str>)>) -> Self {
        phrases.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        Self { phrases }
    }

    /// A citation in Vietnamese, and the English words in it that have none.
    fn translate<'l>(&self, law: &'l str) -> (String, Vec<&'l str>) {
        let mut text = String::with_capacity(law.len() * 2);
        let mut unknown = Vec::new();
        let mut rest = law;
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            let fits = |en: &str| {
                let after = rest.strip_prefix(en)?;
                let within = en.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric);
                (!within).then_some(after)
            };
            let found = self.phrases.iter().find_map(|(en, vi)| Some((vi, fits(en)?)));
            let step = if word == 0 { first.len_utf8() } else { word };
            if let Some((vi, after)) = found {
                text.push_str(vi);
                rest = after;
                continue;
            }
            let (taken, after) = rest.split_at(step);
            // What is all capitals, digits and signs reads the same in both languages, and so do the letters of a point.
            let numbered = taken.len() == 1 || taken.starts_with(|c: char| c.is_ascii_digit());
            if !numbered && taken.bytes().any(|byte| byte.is_ascii_lowercase()) {
                unknown.push(taken);
            }
            text.push_str(taken);
            rest = after;
        }
        (text, unknown)
    }
}

impl Instruments {
    pub(crate) fn get(&self, id: &str) -> Option<&Instrument> {
        self.by_id.get(id)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.by_id.keys().map(|id| &**id)
    }
}

impl Instrument {
    /// The words of a citation of one of its provisions.
    pub(crate) fn law(&self, provision: &str) -> Arc<str> {
        if provision.is_empty() { Arc::from(&*self.name) } else { Arc::from(format!("{}, {provision}", self.name)) }
    }
}

impl Rulebook {
    /// A citation, such as `Decree 26/2023/ND-CP, Annex II`, as Vietnamese readers know it. Citations are recorded in
    /// English; words without a Vietnamese one stay as they are.
    pub fn law_in_vietnamese(&self, law: &str) -> String {
        self.instruments.vietnamese.translate(law).0
    }

    /// The English words of a citation that `law/vietnamese.toml` does not know.
    pub fn law_words_without_vietnamese<'l>(&self, law: &'l str) -> Vec<&'l str> {
        self.instruments.vietnamese.translate(law).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_words_that_fit_are_taken() {
        let words = [
            ("Law", "Luật"),
            ("Customs Law", "Luật Hải quan"),
            ("art.", "điều"),
            ("and", "và"),
            ("ND-CP", "NĐ-CP"),
            ("Decree", "Nghị định"),
        ];
        let words = LawWords::new(words.iter().map(|(en, vi)| ((*en).into(), (*vi).into())).collect());
        for (given, expected, unknown) in [
            ("Customs Law 54/2014/QH13, art. 29 and 30", "Luật Hải quan 54/2014/QH13, điều 29 và 30", &[][..]),
            ("Decree 26/2023/ND-CP", "Nghị định 26/2023/NĐ-CP", &[]),
            ("Law 1, art. 2.4c and a", "Luật 1, điều 2.4c và a", &[]),
            ("Lawful sand, Form D", "Lawful sand, Form D", &["Lawful", "sand", "Form"]),
            ("", "", &[]),
        ] {
            assert_eq!(words.translate(given), (expected.to_owned(), unknown.to_vec()));
        }
    }
}
