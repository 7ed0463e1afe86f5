//! The names that conditions may use, found in the vocabulary's registry.

use conditions::{CollectionSlot, FieldSlot, ListSlot, Schema, Type};
use vocabulary::{FieldId, Kind, Scope};

use crate::code_list::CodeList;
use crate::conditional::facts::{DECLARATION_FACTS, ELEMENT_FACTS, ITEM_FACTS, LOOKED_UP_FACTS};

pub(crate) const BILLS: CollectionSlot = CollectionSlot(0);
pub(crate) const PERMITS: CollectionSlot = CollectionSlot(1);
pub(crate) const OTHER_LAWS: CollectionSlot = CollectionSlot(2);
pub(crate) const ADJUSTMENTS: CollectionSlot = CollectionSlot(3);
pub(crate) const ATTACHMENTS: CollectionSlot = CollectionSlot(4);
pub(crate) const TRANSITS: CollectionSlot = CollectionSlot(5);
pub(crate) const CONTAINERS: CollectionSlot = CollectionSlot(6);
pub(crate) const VANNING_PLACES: CollectionSlot = CollectionSlot(7);
pub(crate) const INSTRUCTIONS: CollectionSlot = CollectionSlot(8);
pub(crate) const GOODS_ITEMS: CollectionSlot = CollectionSlot(9);
pub(crate) const ADJUSTMENT_REFERENCES: CollectionSlot = CollectionSlot(10);
pub(crate) const OTHER_TAXES: CollectionSlot = CollectionSlot(11);

/// A repeated group: whose it is, its name, and what its elements are.
pub(crate) const COLLECTIONS: [(Scope, &str, CollectionSlot, Scope); 13] = [
    (Scope::Declaration, "bills", BILLS, Scope::Bill),
    (Scope::Declaration, "permits", PERMITS, Scope::Permit),
    (Scope::Declaration, "other_laws", OTHER_LAWS, Scope::OtherLaw),
    (Scope::Declaration, "adjustments", ADJUSTMENTS, Scope::Adjustment),
    (Scope::Declaration, "attachments", ATTACHMENTS, Scope::Attachment),
    (Scope::Declaration, "transits", TRANSITS, Scope::Transit),
    (Scope::Declaration, "containers", CONTAINERS, Scope::Container),
    (Scope::Declaration, "vanning_places", VANNING_PLACES, Scope::VanningPlace),
    (Scope::Declaration, "instructions", INSTRUCTIONS, Scope::Instruction),
    (Scope::Declaration, "goods_items", GOODS_ITEMS, Scope::GoodsItem),
    (Scope::GoodsItem, "adjustment_references", ADJUSTMENT_REFERENCES, Scope::AdjustmentReference),
    (Scope::GoodsItem, "other_taxes", OTHER_TAXES, Scope::OtherTax),
    (Scope::GoodsItem, "other_laws", OTHER_LAWS, Scope::OtherLaw),
];

/// The collection of a name in a kind of record.
pub(crate) fn collection(scope: Scope, name: &str) -> Option<(CollectionSlot, Scope)> {
    COLLECTIONS
        .iter()
        .find(|(owner, known, _, _)| *owner == scope && *known == name)
        .map(|(_, _, slot, element)| (*slot, *element))
}

/// The number by which conditions know a kind of record.
pub(crate) fn number_of(scope: Scope) -> conditions::Scope {
    let position = Scope::ALL.iter().position(|known| *known == scope).unwrap_or_default();
    conditions::Scope(u16::try_from(position).unwrap_or_default())
}

fn scope_of(number: conditions::Scope) -> Scope {
    Scope::ALL.get(usize::from(number.0)).copied().unwrap_or(Scope::Declaration)
}

/// The word that stands before the point in conditions, as in `item.origin`.
pub(crate) fn word_of(scope: Scope) -> &'static str {
    match scope {
        Scope::Declaration => "declaration",
        Scope::Bill => "bill",
        Scope::Permit => "permit",
        Scope::OtherLaw => "other_law",
        Scope::Adjustment => "adjustment",
        Scope::Attachment => "attachment",
        Scope::Transit => "transit",
        Scope::Container => "container",
        Scope::VanningPlace => "vanning_place",
        Scope::Instruction => "instruction",
        Scope::GoodsItem => "item",
        Scope::AdjustmentReference => "adjustment_reference",
        Scope::OtherTax => "other_tax",
    }
}

/// The facts of a kind of record that no declarant enters.
pub(crate) fn facts(scope: Scope) -> impl Iterator<Item = &'static (&'static str, u16, Type)> {
    let (own, more): (&[_], &[_]) = match scope {
        Scope::Declaration => (DECLARATION_FACTS, LOOKED_UP_FACTS),
        Scope::GoodsItem => (ELEMENT_FACTS, ITEM_FACTS),
        _ => (ELEMENT_FACTS, &[]),
    };
    own.iter().chain(more)
}

/// The facts that the test of a rule may suppose. The day stands with the test, the declarant in the declaration, and
/// the rest follows from where an element stands.
pub(crate) fn supposable(scope: Scope) -> impl Iterator<Item = &'static (&'static str, u16, Type)> {
    let own: &[_] = match scope {
        Scope::Declaration => DECLARATION_FACTS,
        Scope::GoodsItem => ITEM_FACTS,
        _ => &[],
    };
    own.iter().filter(|(name, ..)| !matches!(*name, "registered_on" | "declarant"))
}

/// A field or fact of a kind of record.
pub(crate) fn field(scope: Scope, name: &str) -> Option<(FieldSlot, Type)> {
    if let Some(id) = scope.field(name) {
        return Some((FieldSlot(id.index), type_of(id)));
    }
    facts(scope).find(|(known, _, _)| *known == name).map(|(_, slot, kind)| (FieldSlot(*slot), *kind))
}

fn type_of(id: FieldId) -> Type {
    match id.field().kind {
        Kind::Code { .. }
        | Kind::Digits { .. }
        | Kind::Listed { .. }
        | Kind::Ascii { .. }
        | Kind::Wide { .. }
        | Kind::OneOf { .. } => Type::Text,
        Kind::Integer { .. } | Kind::Decimal { .. } => Type::Number,
        Kind::Date => Type::Date,
    }
}

/// The registry as conditions ask for it.
pub(crate) struct Vocabulary;

impl Schema for Vocabulary {
    fn scope_name(&self, scope: conditions::Scope) -> &str {
        word_of(scope_of(scope))
    }

    fn field(&self, scope: conditions::Scope, name: &str) -> Option<(FieldSlot, Type)> {
        field(scope_of(scope), name)
    }

    fn collection(&self, scope: conditions::Scope, name: &str) -> Option<(CollectionSlot, conditions::Scope)> {
        collection(scope_of(scope), name).map(|(slot, element)| (slot, number_of(element)))
    }

    fn names(&self, scope: conditions::Scope) -> Vec<String> {
        names(scope_of(scope)).map(str::to_owned).collect()
    }

    fn list(&self, _name: &str) -> Option<Vec<String>> {
        None
    }

    fn asked_list(&self, name: &str) -> Option<ListSlot> {
        let position = CodeList::ALL.iter().position(|list| list_name(*list) == name)?;
        u16::try_from(position).ok().map(ListSlot)
    }

    fn list_names(&self) -> Vec<String> {
        CodeList::ALL.iter().map(|list| list_name(*list)).collect()
    }
}

/// A code list's name in conditions: `list(price_kinds)`.
fn list_name(list: CodeList) -> String {
    list.as_str().replace('-', "_")
}

/// Every name of a field or collection that a declarant enters in a kind of record.
pub(crate) fn declared_names(scope: Scope) -> impl Iterator<Item = &'static str> {
    let groups = COLLECTIONS.iter().filter(move |(owner, ..)| *owner == scope).map(|(_, name, ..)| *name);
    scope.fields().iter().map(|field| field.name).chain(groups)
}

/// Every name of a field, fact or collection in a kind of record.
pub(crate) fn names(scope: Scope) -> impl Iterator<Item = &'static str> + Clone {
    let fields: Vec<&'static str> = scope
        .fields()
        .iter()
        .map(|field| field.name)
        .chain(facts(scope).map(|(name, _, _)| *name))
        .chain(COLLECTIONS.iter().filter(|(owner, ..)| *owner == scope).map(|(_, name, ..)| *name))
        .collect();
    fields.into_iter()
}
