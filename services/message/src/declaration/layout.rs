//! Where each field of a declaration stands in the XML document: one tree, which the reader, the writer, the schema and
//! the table of fields all walk.
//!
//! [`lodged`] declares the tree as nested constants. [`Layout`] numbers its elements breadth first, so that the children
//! of an element lie side by side, and keeps what is looked up for every element of every document.

mod declared;
mod lodged;

use std::ops::Range;
use std::sync::LazyLock;

use vocabulary::{FieldId, Kind, Place, Required, Scope};

use self::declared::{Declared, DeclaredContent};

/// The namespace of the lodged declaration, version 1.
pub const DECLARATION_NAMESPACE: &str = "urn:thongquan:declaration:1";

/// The folder of the schema, by which findings name it.
pub const DECLARATION_SCHEMA: &str = "schemas/declaration/1.0";

/// An element of the layout.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: &'static str,
    /// The element around it; the root is its own parent.
    pub(crate) parent: usize,
    /// The fewest occurrences.
    pub(crate) min: u32,
    /// The most occurrences.
    pub(crate) max: u32,
    pub(crate) content: Content,
}

/// What stands inside an element of the layout.
#[derive(Debug)]
pub(crate) enum Content {
    Leaf {
        field: FieldId,
        kind: Kind,
        attributes: Vec<Attribute>,
    },
    /// Other elements.
    Group(Group),
}

/// An attribute of an element that carries a value.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) field: FieldId,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
}

/// An element that holds other elements.
#[derive(Debug)]
pub(crate) struct Group {
    /// The record that one occurrence stands for.
    pub(crate) record: Option<Scope>,
    /// The children, in the order in which the schema has them.
    pub(crate) children: Range<usize>,
    /// One bit for each child that must be there.
    pub(crate) required: u64,
    pub(crate) english: &'static str,
    pub(crate) vietnamese: &'static str,
}

/// The element that a field stands in, and the attribute where it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) field: FieldId,
    pub(crate) node: usize,
    pub(crate) attribute: Option<&'static str>,
}

/// The tree, numbered.
pub(crate) struct Layout {
    pub(crate) nodes: Vec<Node>,
    /// The name of each element.
    pub(crate) names: Vec<SoughtName>,
    /// Every field's place, in the order of the document.
    pub(crate) locations: Vec<Location>,
}

/// A name as a reader looks for it in a text: nearly every other name is told from it by comparing one number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SoughtName {
    name: &'static str,
    /// Its first bytes.
    beginning: u64,
    /// Which bits of the number before belong to the name.
    mask: u64,
}

/// So many bytes are compared as one number.
const AT_ONCE: usize = size_of::<u64>();

impl SoughtName {
    fn new(name: &'static str) -> Self {
        let (mut beginning, mut mask) = ([0; AT_ONCE], [0; AT_ONCE]);
        for (at, byte) in name.bytes().take(AT_ONCE).enumerate() {
            (beginning[at], mask[at]) = (byte, u8::MAX);
        }
        Self { name, beginning: u64::from_ne_bytes(beginning), mask: u64::from_ne_bytes(mask) }
    }

    /// The text behind the name, where a text of eight bytes or more begins with it.
    #[inline]
    pub(crate) fn behind(self, text: &[u8]) -> Option<&[u8]> {
        let (beginning, rest) = text.split_first_chunk()?;
        if u64::from_ne_bytes(*beginning) & self.mask != self.beginning {
            return None;
        }
        match self.name.as_bytes().split_at_checked(AT_ONCE) {
            Some((_, name)) => rest.strip_prefix(name),
            None => text.get(self.name.len()..),
        }
    }
}

/// The number of the root element.
pub(crate) const ROOT: usize = 0;

/// The layout of the lodged declaration.
pub(crate) fn layout() -> &'static Layout {
    static LAYOUT: LazyLock<Layout> = LazyLock::new(|| Layout::number(&lodged::DECLARATION));
    &LAYOUT
}

impl Layout {
    fn number(root: &'static Declared) -> Self {
        let mut declared: Vec<(&'static Declared, usize)> = vec![(root, ROOT)];
        let mut nodes = Vec::new();
        let mut at = 0;
        while at < declared.len() {
            let (element, parent) = declared[at];
            let content = match &element.content {
                DeclaredContent::Leaf { field, attributes } => Content::Leaf {
                    field: *field,
                    kind: field.field().kind,
                    attributes: attributes
                        .iter()
                        .map(|(name, field)| Attribute {
                            name,
                            field: *field,
                            kind: field.field().kind,
                            required: field.field().required == Required::Always,
                        })
                        .collect(),
                },
                DeclaredContent::Group { record, children, english, vietnamese } => {
                    let first = declared.len();
                    declared.extend(children.iter().map(|child| (child, at)));
                    let required = children.iter().enumerate().filter(|(_, child)| fewest(child) > 0);
                    Content::Group(Group {
                        record: *record,
                        children: first..declared.len(),
                        required: required.fold(0, |bits, (position, _)| bits | 1 << position),
                        english,
                        vietnamese,
                    })
                }
            };
            nodes.push(Node { name: element.name, parent, min: fewest(element), max: element.max, content });
            at += 1;
        }
        let names = nodes.iter().map(|node| SoughtName::new(node.name)).collect();
        let mut layout = Self { nodes, names, locations: Vec::new() };
        let mut locations = Vec::new();
        layout.collect_locations(ROOT, &mut locations);
        layout.locations = locations;
        layout
    }

    fn collect_locations(&self, node: usize, locations: &mut Vec<Location>) {
        match &self.nodes[node].content {
            Content::Leaf { field, attributes, .. } => {
                locations.push(Location { field: *field, node, attribute: None });
                for attribute in attributes {
                    locations.push(Location { field: attribute.field, node, attribute: Some(attribute.name) });
                }
            }
            Content::Group(group) => {
                for child in group.children.clone() {
                    self.collect_locations(child, locations);
                }
            }
        }
    }

    /// An element that holds others; `None` for one that carries a value.
    pub(crate) fn group(&self, node: usize) -> Option<&Group> {
        match &self.nodes[node].content {
            Content::Group(group) => Some(group),
            Content::Leaf { .. } => None,
        }
    }

    /// The elements from the root down to one.
    pub(crate) fn chain(&self, node: usize) -> Vec<usize> {
        let mut chain = vec![node];
        let mut at = node;
        while at != ROOT {
            at = self.nodes[at].parent;
            chain.push(at);
        }
        chain.reverse();
        chain
    }

    /// Whether an element stands inside a goods item.
    pub(crate) fn in_goods_item(&self, node: usize) -> bool {
        self.chain(node).iter().any(|&at| self.group(at).is_some_and(|group| group.record == Some(Scope::GoodsItem)))
    }

    /// The path of an element, with the position of each repeated group from 1 where it is given.
    pub(crate) fn path(&self, node: usize, item: Option<usize>, occurrence: Option<usize>) -> String {
        let mut path = String::new();
        for at in self.chain(node) {
            path.push('/');
            path.push_str(self.nodes[at].name);
            let position = match self.group(at).and_then(|group| group.record) {
                Some(Scope::Declaration) | None => None,
                Some(Scope::GoodsItem) => item,
                Some(_) => occurrence,
            };
            if let Some(position) = position {
                path.push_str(&format!("[{}]", position.saturating_add(1)));
            }
        }
        path
    }

    /// Where a field stands. `in_item` decides for a record that the declaration and its goods items both have.
    pub(crate) fn location(&self, field: FieldId, in_item: bool) -> Option<Location> {
        let mut found = self.locations.iter().filter(|location| location.field == field);
        let first = *found.next()?;
        let second = found.next().copied();
        Some(match second {
            Some(second) if self.in_goods_item(second.node) == in_item => second,
            _ => first,
        })
    }
}

/// The fewest occurrences of an element: a value that the format always requires has one.
fn fewest(element: &Declared) -> u32 {
    match &element.content {
        DeclaredContent::Leaf { field, .. } => u32::from(field.field().required == Required::Always),
        DeclaredContent::Group { .. } => element.min,
    }
}

/// The path of a place in the document, for example
/// `/Declaration/GoodsShipment/GovernmentAgencyGoodsItem[2]/Commodity/Classification/ID`.
///
/// Positions are counted from 1 and stand on repeated groups only; an attribute follows as `/@unitCode`.
pub fn locate(place: &Place) -> String {
    let layout = layout();
    let Some(location) = layout.location(place.field, place.item.is_some()) else {
        return String::new();
    };
    let mut path = layout.path(location.node, place.item, place.occurrence);
    if let Some(attribute) = location.attribute {
        path.push_str("/@");
        path.push_str(attribute);
    }
    path
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use vocabulary::declaration::{declaration, goods_item, other_law, other_tax};

    use super::*;

    #[test]
    fn every_field_has_exactly_one_place() {
        let layout = layout();
        let mut places: HashMap<FieldId, Vec<bool>> = HashMap::new();
        for location in &layout.locations {
            places.entry(location.field).or_default().push(layout.in_goods_item(location.node));
        }
        for scope in Scope::ALL {
            for (index, field) in scope.fields().iter().enumerate() {
                let id = FieldId { scope, index: u16::try_from(index).unwrap() };
                let found = places.remove(&id).unwrap_or_default();
                // Both the declaration and a goods item name other laws; every other record has one home.
                let expected: &[bool] = match scope {
                    Scope::OtherLaw => &[false, true],
                    Scope::GoodsItem | Scope::AdjustmentReference | Scope::OtherTax => &[true],
                    _ => &[false],
                };
                assert_eq!(found, expected, "{scope:?}.{}", field.name);
            }
        }
        assert!(places.is_empty());
    }

    #[test]
    fn the_fields_inside_a_group_belong_to_its_record() {
        let layout = layout();
        for location in &layout.locations {
            let record = layout.chain(location.node).iter().rev().find_map(|&at| layout.group(at)?.record);
            assert_eq!(record, Some(location.field.scope), "{}", layout.path(location.node, None, None));
        }
    }

    #[test]
    fn children_have_distinct_names_and_fit_the_bits() {
        let layout = layout();
        for node in 0..layout.nodes.len() {
            let Some(group) = layout.group(node) else { continue };
            let names: HashSet<_> = group.children.clone().map(|child| layout.nodes[child].name).collect();
            assert_eq!(names.len(), group.children.len(), "{}", layout.nodes[node].name);
            assert!(group.children.len() <= 64);
        }
    }

    #[test]
    fn what_the_format_always_requires_is_required_all_the_way_up_to_its_record() {
        let layout = layout();
        for location in &layout.locations {
            if location.field.field().required != Required::Always {
                continue;
            }
            for at in layout.chain(location.node).into_iter().rev() {
                if layout.group(at).is_some_and(|group| group.record.is_some()) {
                    break;
                }
                assert_eq!(layout.nodes[at].min, 1, "{}", layout.path(at, None, None));
            }
        }
    }

    #[test]
    fn most_occurrences_are_those_of_the_vocabulary() {
        let most = |name: &str, in_item: bool| {
            let layout = layout();
            let mut found = (0..layout.nodes.len()).filter(|&at| layout.nodes[at].name == name);
            found.find(|&at| layout.in_goods_item(at) == in_item).map(|at| layout.nodes[at].max)
        };
        assert_eq!(most("GovernmentAgencyGoodsItem", true), Some(50));
        assert_eq!(most("TransportEquipment", false), Some(50));
        assert_eq!(most("AdditionalDocument", false), Some(3));
        assert_eq!(most("OtherLaw", false), Some(5));
        assert_eq!(most("OtherLaw", true), Some(5));
        assert_eq!(most("Instruction", false), Some(10));
    }

    #[test]
    fn places_are_located() {
        for (place, path) in [
            (Place::header(declaration::function), "/Declaration/FunctionCode"),
            (Place::header(declaration::invoice_currency), "/Declaration/GoodsShipment/Invoice/Amount/@currencyID"),
            (
                Place::item(goods_item::commodity_code, 1),
                "/Declaration/GoodsShipment/GovernmentAgencyGoodsItem[2]/Commodity/Classification/ID",
            ),
            (
                Place::item(other_tax::code, 0).occurrence(2),
                "/Declaration/GoodsShipment/GovernmentAgencyGoodsItem[1]/OtherTax[3]/TypeCode",
            ),
            (Place::header(other_law::code).occurrence(0), "/Declaration/OtherLaw[1]/Code"),
            (
                Place::item(other_law::code, 4).occurrence(1),
                "/Declaration/GoodsShipment/GovernmentAgencyGoodsItem[5]/OtherLaw[2]/Code",
            ),
        ] {
            assert_eq!(locate(&place), path);
        }
    }
}
