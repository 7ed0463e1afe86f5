//! Which rules may speak of a declaration, by the goods' codes, their origins, the declaration's kind and direction, and by
//! which fields are given.
//!
//! ```text
//!   at load:   condition ──► what has to hold if it is to hold ──► under the most telling of these ──► RuleIndex
//!                        └─► which fields have to be given or missing ──► RulesByPresence
//!   at run:    declaration ──► its codes, origins, kind, direction ──► the rules that may apply, in their order
//!                          └─► without those that need a field to be other than it is, of each goods item apart
//! ```
//!
//! A rule that cannot apply is not asked, so that it costs nothing; nor is it a gap when a computation in it would
//! have come to no answer. Fields alone hide no gap: see [`Condition::necessary_presence`].

use conditions::{Condition, FieldSlot};
use rustc_hash::FxHashMap;
use vocabulary::declaration::{declaration, goods_item};
use vocabulary::{Declaration, Direction, FieldId, Scope};

use crate::conditional::presence::RulesByPresence;
use crate::conditional::rule_set::RuleSet;
use crate::conditional::schema::number_of;

/// From here on a beginning of a commodity code tells more than an origin does: a heading.
const HEADING: usize = 4;

/// Rules by what a declaration has to say for them to apply. Rules go by their position.
#[derive(Debug, Default)]
pub(crate) struct RuleIndex {
    /// Rules that may apply to imports whatever their goods are, to exports, and where the direction is not known.
    always: [RuleSet; 3],
    by_commodity: Beginnings,
    by_origin: Beginnings,
    by_kind: Beginnings,
    /// Rules about goods items.
    of_items: RuleSet,
    /// By the fields of the declaration.
    by_presence: RulesByPresence,
    /// By the fields of the goods item that the rule is about.
    by_presence_in_item: RulesByPresence,
}

/// The rules that may apply to a declaration.
pub(crate) struct Candidates {
    rules: RuleSet,
    /// Of the rules about goods items, those that may apply to each.
    of_items: Vec<RuleSet>,
}

impl Candidates {
    /// The positions of the rules, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.rules.iter()
    }

    /// Whether a rule about goods items cannot apply to one of them.
    pub(crate) fn leave_out(&self, rule: usize, item: usize) -> bool {
        self.of_items.get(item).is_some_and(|rules| !rules.contains(rule))
    }
}

impl RuleIndex {
    /// Sorts rules, given their conditions, the kind of element that each is about and the direction that it is meant for.
    pub(crate) fn new<'r>(rules: impl Iterator<Item = (&'r Condition, Scope, Option<Direction>)>) -> Self {
        let mut index = Self::default();
        for (position, (condition, scope, direction)) in rules.enumerate() {
            index.sort_in(position, condition, direction);
            index.by_presence.add(position, &condition.necessary_presence(0), Scope::Declaration);
            if scope == Scope::GoodsItem {
                index.of_items.insert(position);
                index.by_presence_in_item.add(position, &condition.necessary_presence(1), scope);
            }
        }
        index
    }

    /// So many rules, each of which any declaration is asked of.
    pub(crate) fn of_all(count: usize) -> Self {
        let all: RuleSet = (0..count).collect();
        Self { always: [all.clone(), all.clone(), all], ..Self::default() }
    }

    fn sort_in(&mut self, position: usize, condition: &Condition, direction: Option<Direction>) {
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
                imports.insert(position);
            }
            if direction != Some(Direction::Import) && speaks_of("EX") {
                exports.insert(position);
            }
            unknown.insert(position);
        }
    }

    /// The rules that may apply to a declaration.
    pub(crate) fn candidates(&self, of: &Declaration) -> Candidates {
        let always = match of.direction() {
            Some(Direction::Import) => &self.always[0],
            Some(Direction::Export) => &self.always[1],
            None => &self.always[2],
        };
        let mut rules = always.clone();
        let items = || of.goods_items.iter();
        self.by_commodity.find(items().filter_map(|item| item.commodity_code.as_deref()), &mut rules);
        self.by_origin.find(items().filter_map(|item| item.origin.as_deref()), &mut rules);
        self.by_kind.find(of.kind.as_deref().into_iter(), &mut rules);
        self.by_presence.narrow(of, &mut rules);
        if self.of_items.is_empty() {
            return Candidates { rules, of_items: Vec::new() };
        }
        let about_items = rules.intersection(&self.of_items);
        let mut of_some = RuleSet::default();
        let of_items = items()
            .map(|item| {
                let mut of_item = about_items.clone();
                self.by_presence_in_item.narrow(item, &mut of_item);
                of_some.extend(&of_item);
                of_item
            })
            .collect();
        rules.remove(&self.of_items);
        rules.extend(&of_some);
        Candidates { rules, of_items }
    }
}

/// What a field of a record of that kind has to begin with if the condition is to hold.
fn necessary(condition: &Condition, scope: Scope, field: FieldId) -> Option<Vec<String>> {
    condition.necessary_prefixes(conditions::Subject::AnyOf(number_of(scope)), FieldSlot(field.index))
}

/// Rules by the beginning of a text.
#[derive(Debug, Default)]
struct Beginnings {
    rules: FxHashMap<Box<str>, Vec<usize>>,
    /// How long beginnings are, each length once.
    lengths: Vec<usize>,
}

impl Beginnings {
    fn add(&mut self, beginnings: &[String], rule: usize) {
        for beginning in beginnings {
            self.rules.entry(beginning.as_str().into()).or_default().push(rule);
            if !self.lengths.contains(&beginning.len()) {
                self.lengths.push(beginning.len());
            }
        }
    }

    /// Adds the rules of every beginning of the texts.
    fn find<'t>(&self, texts: impl Iterator<Item = &'t str>, found: &mut RuleSet) {
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
                    rules.iter().for_each(|rule| found.insert(*rule));
                }
            }
        }
    }
}
