//! The instruments of law that the rulebook rests on.

pub(crate) mod provision;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::cited::{Mark, Provenance};
use crate::knowing::inventory::{Inventory, text};

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
    pub(crate) fn translate<'l>(&self, law: &'l str) -> (String, Vec<&'l str>) {
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

    /// Takes the instruments into an inventory.
    pub(crate) fn list_into(&self, inventory: &mut Inventory) {
        // The Vietnamese words say nothing of their own.
        let Self { by_id, vietnamese: _ } = self;
        for instrument in by_id.values() {
            let provenance = Provenance {
                from: instrument.in_force_from,
                to: instrument.in_force_to,
                law: Arc::from(&*instrument.name),
                mark: instrument.mark,
            };
            let values = vec![
                text("number", &instrument.number),
                text("name", &instrument.name),
                text("title.en", &instrument.title_en),
                text("title.vi", &instrument.title_vi),
            ];
            inventory.add_word("law/instruments", &instrument.id, &provenance, values);
        }
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.by_id.keys().map(|id| &**id)
    }
}

impl Instrument {
    /// Whether a citation names the instrument, by its number as it stands in citations, or by its name where it has none.
    pub fn is_cited_in(&self, law: &str) -> bool {
        let numbers = |text: &'_ str| -> Vec<String> {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"/-".contains(c));
            words.filter(|word| word.contains('/')).map(str::to_owned).collect()
        };
        let own = numbers(&self.name);
        if own.is_empty() {
            return law.contains(&*self.name);
        }
        numbers(law).iter().any(|number| own.contains(number))
    }

    /// The words of a citation of one of its provisions.
    pub(crate) fn law(&self, provision: &str) -> Arc<str> {
        if provision.is_empty() { Arc::from(&*self.name) } else { Arc::from(format!("{}, {provision}", self.name)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citation_names_an_instrument_by_its_whole_number() {
        let instrument = |name: &str| Instrument {
            id: "X".into(),
            number: "".into(),
            name: name.into(),
            title_en: "".into(),
            title_vi: "".into(),
            in_force_from: jiff::civil::date(2015, 1, 1),
            in_force_to: None,
            mark: Mark::Verified,
        };
        let law = "Law 107/2016/QH13, art. 9; Decree 134/2016/ND-CP, art. 4 (ASEAN Trade in Goods Agreement)";
        for (name, expected) in [
            ("Law 107/2016/QH13", true),
            ("Customs Law 107/2016/QH13", true),
            ("Decree 34/2016/ND-CP", false),
            ("Resolution 1/2016/QH13 and Decree 134/2016/ND-CP", true),
            ("ASEAN Trade in Goods Agreement", true),
            ("rule keeper's choice", false),
        ] {
            assert_eq!(instrument(name).is_cited_in(law), expected, "{name}");
        }
    }

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
