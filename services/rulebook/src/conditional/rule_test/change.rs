//! A change that a test makes to a declaration.

use vocabulary::{Declaration, FieldId, Place, Record, Scope, Value};

/// A repeated group: whose it is, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Group {
    /// The position of the goods item that it belongs to; `None` for one of the declaration itself.
    pub(crate) item: Option<usize>,
    pub(crate) of: Scope,
}

/// A change that a test makes to a declaration. Groups are lengthened to reach a place that they do not have yet.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// Sets a field.
    Set(Place, Value),
    /// Takes a field away.
    Clear(Place),
    /// Makes sure that a group has an element at a position, whatever it holds.
    Reach(Group, usize),
    /// Empties a group.
    Empty(Group),
}

impl Change {
    pub(crate) fn make(&self, declaration: &mut Declaration) {
        match self {
            Self::Set(place, value) => at(declaration, *place, Some(value)),
            Self::Clear(place) => at(declaration, *place, None),
            Self::Reach(group, position) => {
                // A field that no record has changes nothing in the element, which is there afterwards.
                let nowhere = FieldId { scope: group.of, index: u16::MAX };
                let (item, occurrence) = match group.of {
                    Scope::GoodsItem => (Some(*position), None),
                    _ => (group.item, Some(*position)),
                };
                at(declaration, Place { field: nowhere, item, occurrence }, None);
            }
            Self::Empty(group) => empty(declaration, *group),
        }
    }
}

/// Sets or clears the field at a place.
fn at(declaration: &mut Declaration, place: Place, value: Option<&Value>) {
    let index = place.field.index;
    let item = place.item.unwrap_or_default();
    let occurrence = place.occurrence.unwrap_or_default();
    let of = declaration;
    match place.field.scope {
        Scope::Declaration => change(of, index, value),
        Scope::Bill => change(nth(&mut of.bills, occurrence), index, value),
        Scope::Permit => change(nth(&mut of.permits, occurrence), index, value),
        Scope::OtherLaw if place.item.is_some() => {
            change(nth(&mut nth(&mut of.goods_items, item).other_laws, occurrence), index, value);
        }
        Scope::OtherLaw => change(nth(&mut of.other_laws, occurrence), index, value),
        Scope::Adjustment => change(nth(&mut of.adjustments, occurrence), index, value),
        Scope::Attachment => change(nth(&mut of.attachments, occurrence), index, value),
        Scope::Transit => change(nth(&mut of.transits, occurrence), index, value),
        Scope::Container => change(nth(&mut of.containers, occurrence), index, value),
        Scope::VanningPlace => change(nth(&mut of.vanning_places, occurrence), index, value),
        Scope::Instruction => change(nth(&mut of.instructions, occurrence), index, value),
        Scope::GoodsItem => change(nth(&mut of.goods_items, item), index, value),
        Scope::AdjustmentReference => {
            change(nth(&mut nth(&mut of.goods_items, item).adjustment_references, occurrence), index, value);
        }
        Scope::OtherTax => change(nth(&mut nth(&mut of.goods_items, item).other_taxes, occurrence), index, value),
    }
}

fn empty(of: &mut Declaration, group: Group) {
    match group.of {
        Scope::Declaration => {}
        Scope::Bill => of.bills.clear(),
        Scope::Permit => of.permits.clear(),
        Scope::OtherLaw => match group.item {
            Some(item) => nth(&mut of.goods_items, item).other_laws.clear(),
            None => of.other_laws.clear(),
        },
        Scope::Adjustment => of.adjustments.clear(),
        Scope::Attachment => of.attachments.clear(),
        Scope::Transit => of.transits.clear(),
        Scope::Container => of.containers.clear(),
        Scope::VanningPlace => of.vanning_places.clear(),
        Scope::Instruction => of.instructions.clear(),
        Scope::GoodsItem => of.goods_items.clear(),
        Scope::AdjustmentReference => {
            nth(&mut of.goods_items, group.item.unwrap_or_default()).adjustment_references.clear();
        }
        Scope::OtherTax => nth(&mut of.goods_items, group.item.unwrap_or_default()).other_taxes.clear(),
    }
}

fn change<R: Record>(record: &mut R, index: u16, value: Option<&Value>) {
    match value {
        Some(value) => {
            record.set(index, value.clone());
        }
        None => record.clear(index),
    }
}

fn nth<T: Default>(list: &mut Vec<T>, position: usize) -> &mut T {
    if list.len() <= position {
        list.resize_with(position + 1, T::default);
    }
    &mut list[position]
}
