//! Changes of rules in plain words.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use rulebook::{Change, Inventory, Key, Version};

/// Changes of one table that read the same, and what they are about.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) table: &'a str,
    pub(super) kind: Kind,
    pub(super) keys: Vec<&'a Key>,
    pub(super) before: &'a [Version],
    pub(super) after: &'a [Version],
    kept: usize,
}

/// Whether something is new, gone or otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Added,
    Removed,
    Changed,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// Changes that read the same, together, in the order of their first keys.
pub(super) fn grouped(changes: &[Change]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known = HashMap::new();
    for change in changes {
        let kind = match (change.is_addition(), change.is_removal()) {
            (true, _) => Kind::Added,
            (_, true) => Kind::Removed,
            _ => Kind::Changed,
        };
        let place = *known.entry((&*change.table, &change.before, &change.after)).or_insert_with(|| {
            groups.push(Group {
                table: &change.table,
                kind,
                keys: Vec::new(),
                before: &change.before,
                after: &change.after,
                kept: change.kept,
            });
            groups.len() - 1
        });
        groups[place].keys.push(&change.key);
    }
    groups
}

/// Groups that are told in the same words, together: the sentences, and what they are about.
pub(super) fn told_alike<'a>(groups: &'a [Group<'a>]) -> Vec<(Kind, Vec<String>, Vec<&'a Key>)> {
    let mut told: Vec<(Kind, Vec<String>, Vec<&Key>)> = Vec::new();
    let mut known: HashMap<(Kind, Vec<String>), usize> = HashMap::new();
    for group in groups {
        let sentences = group.sentences();
        let place = *known.entry((group.kind, sentences.clone())).or_insert(told.len());
        match told.get_mut(place) {
            Some((_, _, keys)) => keys.extend(&group.keys),
            None => told.push((group.kind, sentences, group.keys.clone())),
        }
    }
    told
}

impl Group<'_> {
    /// What changes, a sentence each.
    pub(super) fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        let (mut before, mut after): (Vec<&Version>, Vec<&Version>) =
            (self.before.iter().collect(), self.after.iter().collect());
        let mut pairs = Vec::new();
        before.retain(|old| match after.iter().position(|new| new.from == old.from) {
            Some(place) => {
                pairs.push((*old, after.remove(place)));
                false
            }
            None => true,
        });
        // One that says the same for other days.
        before.retain(|old| match after.iter().position(|new| new.values == old.values && new.law == old.law) {
            Some(place) => {
                pairs.push((*old, after.remove(place)));
                false
            }
            None => true,
        });
        // One that moves to another day, when there is nothing else that it could have become.
        if let ([old], [new], 0) = (&*before, &*after, self.kept + pairs.len()) {
            pairs.push((old, new));
            before.clear();
            after.clear();
        }
        for (old, new) in pairs {
            sentences.push(changed(old, new));
        }
        for old in before {
            sentences.push(format!("no longer {}: {}", days(old), said(old)));
        }
        for new in after {
            sentences.push(format!("{}: {}", days(new), said(new)));
        }
        sentences
    }
}

/// What a version says, with its law and its mark.
fn said(version: &Version) -> String {
    let mut text = version.values.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ");
    if text.is_empty() {
        text.push_str("in force");
    }
    format!("{text} ({}) [{}]", version.law, version.mark)
}

fn days(version: &Version) -> String {
    match version.to {
        Some(to) => format!("from {} to {to}", version.from),
        None => format!("from {}", version.from),
    }
}

fn changed(old: &Version, new: &Version) -> String {
    let mut parts = Vec::new();
    for (name, value) in &old.values {
        match new.values.iter().find(|(other, _)| other == name) {
            Some((_, other)) if other == value => {}
            Some((_, other)) => parts.push(format!("{name} {}", arrow(value, other))),
            None => parts.push(format!("{name} {value} is gone")),
        }
    }
    for (name, value) in &new.values {
        if !old.values.iter().any(|(other, _)| other == name) {
            parts.push(format!("{name} {value} is new"));
        }
    }
    if old.from != new.from {
        parts.push(format!("begins {} instead of {}", new.from, old.from));
    }
    match (old.to, new.to) {
        (old, new) if old == new => {}
        (Some(old), Some(new)) => parts.push(format!("ends {new} instead of {old}")),
        (None, Some(new)) => parts.push(format!("now ends {new}")),
        (Some(old), None) => parts.push(format!("no longer ends {old}")),
        (None, None) => {}
    }
    let law = if old.law == new.law { new.law.to_string() } else { format!("{} → {}", old.law, new.law) };
    let mark = if old.mark == new.mark { new.mark.to_string() } else { format!("{} → {}", old.mark, new.mark) };
    format!(
        "{}: {} ({law}) [{mark}]",
        days(new),
        if parts.is_empty() { "cited otherwise".to_owned() } else { parts.join(", ") }
    )
}

/// Words that stay before and after the changed part of a long text.
const WORDS_AROUND: usize = 4;

/// The old and the new; of long texts only the part that differs, with a few words around it.
fn arrow(old: &str, new: &str) -> String {
    if old.len() + new.len() <= 80 {
        return format!("{old} → {new}");
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (old.split(' ').collect(), new.split(' ').collect());
    let same_before = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let rest = a.len().min(b.len()) - same_before;
    let same_after = a.iter().rev().zip(b.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let from = same_before.saturating_sub(WORDS_AROUND);
    let part = |words: &[&str]| {
        let end = words.len() - same_after;
        let until = (end + WORDS_AROUND).min(words.len());
        let mut text = String::new();
        if from > 0 {
            text.push_str("… ");
        }
        text.push_str(&words[from..until].join(" "));
        if until < words.len() {
            text.push_str(" …");
        }
        text
    };
    format!("`{}` → `{}`", part(&a), part(&b))
}

/// Every line of the tariff in either of two rulebooks, by which a set of lines is named in short.
pub(super) struct Nomenclature {
    codes: BTreeSet<String>,
}

impl Nomenclature {
    pub(super) fn of(inventories: [&Inventory; 2]) -> Self {
        let tables = inventories.into_iter().filter_map(|inventory| inventory.table("assessment/import-tariff"));
        Self { codes: tables.flat_map(|table| table.keys().map(ToString::to_string)).collect() }
    }

    /// Lines by the beginnings that all of them share and no other line has, in order; words as they are.
    pub(super) fn names(&self, keys: &[&Key]) -> Vec<String> {
        let mut names = Vec::new();
        let mut lines = BTreeSet::new();
        for key in keys {
            match key {
                Key::Line(code) => {
                    lines.insert(code.to_string());
                }
                Key::Word(word) => names.push(word.to_string()),
            }
        }
        if lines.len() == self.codes.len() && !lines.is_empty() {
            names.push("every line".to_owned());
            return names;
        }
        let chapters: BTreeSet<&str> = lines.iter().filter_map(|code| code.get(..2)).collect();
        for chapter in chapters {
            self.cover(chapter, &lines, &mut names);
        }
        names
    }

    fn cover(&self, prefix: &str, lines: &BTreeSet<String>, names: &mut Vec<String>) {
        let under = |codes: &BTreeSet<String>| {
            codes.range(prefix.to_owned()..).take_while(|code| code.starts_with(prefix)).cloned().collect::<Vec<_>>()
        };
        let wanted = under(lines);
        if wanted.is_empty() {
            return;
        }
        // One line is named by all its digits, and a line that neither nomenclature has by itself.
        if let [only] = &*wanted {
            names.push(only.clone());
            return;
        }
        if prefix.len() >= 8 {
            names.extend(wanted);
            return;
        }
        if wanted == under(&self.codes) {
            names.push(format!("{prefix} ({} lines)", wanted.len()));
            return;
        }
        let next: BTreeSet<String> =
            wanted.iter().filter_map(|code| code.get(..prefix.len() + 2)).map(str::to_owned).collect();
        for longer in next {
            self.cover(&longer, lines, names);
        }
    }
}

/// The first names of many, and how many more there are.
pub(super) fn some_of(names: &[String], most: usize) -> String {
    let mut text = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > most {
        let _ = write!(text, " and {} more", names.len() - most);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_condition_the_changed_part_is_shown() {
        let old = "a = 1 and b = 2 and c = 3 and d = 4 and e = 5 and f = 6 and g = 7 and h = 8";
        let new = old.replace("d = 4", "d in [4, 5]");
        assert_eq!(arrow(old, &new), "`… = 3 and d = 4 and e = 5 …` → `… = 3 and d in [4, 5] and e = 5 …`");
        assert_eq!(arrow("10", "11"), "10 → 11");
        // A text that is a beginning of the other.
        assert_eq!(arrow(old, &format!("{old} and i = 9")), "`… and h = 8` → `… and h = 8 and i = 9`");
    }
}
