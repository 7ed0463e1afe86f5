//! The records of a declaration by scope and position, for those who walk its fields.

use crate::declaration::Declaration;
use crate::field::{FieldId, Record as _, Scope, Value, ValueRef};
use crate::finding::Place;

/// Which record of a declaration: the goods item and the occurrence in a repeated group, both from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    pub item: Option<usize>,
    /// The occurrence in a repeated group.
    pub occurrence: Option<usize>,
}

impl From<Place> for Position {
    fn from(place: Place) -> Self {
        Self { item: place.item, occurrence: place.occurrence }
    }
}

/// Calls `$then` with the list of records that a scope stands for, which a goods item has where `$item` names one.
macro_rules! with_list {
    ($declaration:ident, $scope:expr, $item:expr, $borrow:ident, $get:ident, $otherwise:expr, |$list:ident| $then:expr) => {
        match ($scope, $item) {
            (Scope::Declaration, _) => $otherwise,
            (Scope::Bill, _) => {
                let $list = $borrow!($declaration.bills);
                $then
            }
            (Scope::Permit, _) => {
                let $list = $borrow!($declaration.permits);
                $then
            }
            (Scope::Adjustment, _) => {
                let $list = $borrow!($declaration.adjustments);
                $then
            }
            (Scope::Attachment, _) => {
                let $list = $borrow!($declaration.attachments);
                $then
            }
            (Scope::Transit, _) => {
                let $list = $borrow!($declaration.transits);
                $then
            }
            (Scope::Container, _) => {
                let $list = $borrow!($declaration.containers);
                $then
            }
            (Scope::VanningPlace, _) => {
                let $list = $borrow!($declaration.vanning_places);
                $then
            }
            (Scope::Instruction, _) => {
                let $list = $borrow!($declaration.instructions);
                $then
            }
            (Scope::GoodsItem, _) => {
                let $list = $borrow!($declaration.goods_items);
                $then
            }
            (Scope::OtherLaw, None) => {
                let $list = $borrow!($declaration.other_laws);
                $then
            }
            (scope, item) => match (scope, item.and_then(|item| $declaration.goods_items.$get(item))) {
                (Scope::OtherLaw, Some(item)) => {
                    let $list = $borrow!(item.other_laws);
                    $then
                }
                (Scope::AdjustmentReference, Some(item)) => {
                    let $list = $borrow!(item.adjustment_references);
                    $then
                }
                (Scope::OtherTax, Some(item)) => {
                    let $list = $borrow!(item.other_taxes);
                    $then
                }
                _ => $otherwise,
            },
        }
    };
}

macro_rules! shared {
    ($list:expr) => {
        &$list
    };
}

macro_rules! mutable {
    ($list:expr) => {
        &mut $list
    };
}

/// How many records of a scope there are.
pub fn count(declaration: &Declaration, scope: Scope, item: Option<usize>) -> usize {
    with_list!(declaration, scope, item, shared, get, 1, |list| list.len())
}

/// Adds an empty record of a scope, and says at which position.
pub fn append(declaration: &mut Declaration, scope: Scope, item: Option<usize>) -> usize {
    with_list!(declaration, scope, item, mutable, get_mut, 0, |list| {
        list.push(Default::default());
        list.len() - 1
    })
}

/// The value of a field; `None` where it, or the record, is not there.
pub fn value(declaration: &Declaration, field: FieldId, position: Position) -> Option<ValueRef<'_>> {
    if field.scope == Scope::Declaration {
        return declaration.value(field.index);
    }
    let at = place_in_list(field.scope, position)?;
    with_list!(declaration, field.scope, position.item, shared, get, None, |list| list.get(at)?.value(field.index))
}

/// Sets a field. What the record does not take is left out.
pub fn set(declaration: &mut Declaration, field: FieldId, position: Position, value: Value) {
    if field.scope == Scope::Declaration {
        declaration.set(field.index, value);
        return;
    }
    let Some(at) = place_in_list(field.scope, position) else {
        return;
    };
    with_list!(declaration, field.scope, position.item, mutable, get_mut, (), |list| {
        if let Some(record) = list.get_mut(at) {
            record.set(field.index, value);
        }
    });
}

fn place_in_list(scope: Scope, position: Position) -> Option<usize> {
    if scope == Scope::GoodsItem { position.item } else { position.occurrence }
}
