//! Which rules may speak of a declaration, by the goods' codes, their origins, the declaration's kind and direction.
//!
//! ```text
//!   at load:   condition ──► what has to hold if it is to hold ──► under the most telling of these ──► RuleIndex
//!   at run:    declaration ──► its codes, origins, kind, direction ──► the rules that may apply, in their order
//! ```
//!
//! A rule that cannot apply is not asked, so that it costs nothing; nor is it a gap when a computation in it would
//! have come to no answer.

use std::borrow::Cow;

use conditions::{Condition, FieldSlot};
use rustc_hash::FxHashMap;
use vocabulary::declaration::{declaration, goods_item};
use vocabulary::{Declaration, Direction, FieldId, Scope};

use crate::conditional::schema::number_of;

/// From here on a beginning of a commodity code tells more than an origin does: a heading.
const HEADING: usize = 4;

/// Rules by what a declaration has to say for them to apply. Rules go by their position.
#[derive(Debug, Default)]
pub(crate) struct RuleIndex {
    /// Rules that may apply to imports whatever their goods are, to exports, and where the direction is not known.
    always: [Vec<u32>; 3],
    by_commodity: Beginnings,
    by_origin: Beginnings,
    by_kind: Beginnings,
}

impl RuleIndex {
    /// Sorts rules, given their conditions and the direction that each is meant for.
    pub(crate) fn new<'r>(rules: impl Iterator<Item = (&'r Condition, Option<Direction>)>) -> Self {
        let mut index = Self::default();
        for (position, (condition, direction)) in (0..).zip(rules) {
            index.sort_in(position, condition, direction);
        }
        index
    }

    /// So many rules, each of which any declaration is asked of.
    pub(crate) fn of_all(count: usize) -> Self {
        let all: Vec<u32> = (0..).take(count).collect();
        Self { always: [all.clone(), all.clone(), all], ..Self::default() }
    }

    fn sort_in(&mut self, position: u32, condition: &Condition, direction: Option<Direction>) {
        let commodity = necessary(condition, Scope::GoodsItem, goods_item::commodity_code);
        let origin = necessary(condition, Scope::GoodsItem, goods_item::origin);
        let kind = necessary(condition, Scope::Declaration, declaration::kind);
        let by_heading = |texts: &Vec<String>| texts.iter().all(|text| text.len() >= HEADING);
        if let Some(headings) = commodity.as_ref().filter(|texts| by_heading(texts)) {
            self.by_commodity.add(headings, position);
        } else if let Some(origins) = origin {
            self.by_origin.add(&origins, position);
        } else if let Some(kinds) = kind {
            self.by_kind.add(&kinds, position);
        } else if let Some(chapters) = commodity {
            self.by_commodity.add(&chapters, position);
        } else {
            let declared = necessary(condition, Scope::Declaration, declaration::direction);
            let speaks_of = |word: &str| declared.as_ref().is_none_or(|words| words.iter().any(|any| *any == word));
            let [imports, exports, unknown] = &mut self.always;
            if direction != Some(Direction::Export) && speaks_of("IM") {
                imports.push(position);
            }
            if direction != Some(Direction::Import) && speaks_of("EX") {
                exports.push(position);
            }
            unknown.push(position);
        }
    }

    /// The rules that may apply to a declaration, in their order.
    pub(crate) fn candidates(&self, of: &Declaration) -> Cow<'_, [u32]> {
        let always = match of.direction() {
            Some(Direction::Import) => &self.always[0],
            Some(Direction::Export) => &self.always[1],
            None => &self.always[2],
        };
        let mut found = Vec::new();
        let items = || of.goods_items.iter();
        self.by_commodity.find(items().filter_map(|item| item.commodity_code.as_deref()), &mut found);
        self.by_origin.find(items().filter_map(|item| item.origin.as_deref()), &mut found);
        self.by_kind.find(of.kind.as_deref().into_iter(), &mut found);
        if found.is_empty() {
            return Cow::Borrowed(always);
        }
        found.extend_from_slice(always);
        found.sort_unstable();
        found.dedup();
        Cow::Owned(found)
    }
}

/// What a field of a record of that kind has to begin with if the condition is to hold.
fn necessary(condition: &Condition, scope: Scope, field: FieldId) -> Option<Vec<String>> {
    condition.necessary_prefixes(conditions::Subject::AnyOf(number_of(scope)), FieldSlot(field.index))
}

/// Rules by the beginning of a text.
#[derive(Debug, Default)]
struct Beginnings {
    rules: FxHashMap<Box<str>, Vec<u32>>,
    /// How long beginnings are, each length once.
    lengths: Vec<usize>,
}

impl Beginnings {
    fn add(&mut self, beginnings: &[String], rule: u32) {
        for beginning in beginnings {
            self.rules.entry(beginning.as_str().into()).or_default().push(rule);
            if !self.lengths.contains(&beginning.len()) {
                self.lengths.push(beginning.len());
            }
        }
    }

    /// Adds the rules of every beginning of the texts.
    fn find<'t>(&self, texts: impl Iterator<Item = &'t str>, found: &mut Vec<u32>) {
        if self.rules.is_empty() {
            return;
        }
        let mut before = None;
        for text in texts {
            // Lines of one declaration often have the same code or origin as the line above.
            if before == Some(text) {
                continue;
            }
            before = Some(text);
            for length in &self.lengths {
                if let Some(rules) = text.get(..*length).and_then(|beginning| self.rules.get(beginning)) {
                    found.extend_from_slice(rules);
                }
            }
        }
    }
}
