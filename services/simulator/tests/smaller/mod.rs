//! Makes a declaration smaller while clearance and the auditor still differ on it.

use rust_decimal::Decimal;
use simulator::wild::Specimen;
use vocabulary::field::{Record, Required, Value, ValueRef};
use vocabulary::{Declaration, GoodsItem};

use crate::comparison::{decide, difference};

/// The kind of the difference, if there is one: a smaller declaration has to differ in the same way.
fn differs(specimen: &Specimen) -> Option<String> {
    let decision = decide(specimen);
    difference(specimen, &decision).map(|difference| difference.kind)
}

/// The smallest declaration that this finds: without lines, groups and fields that do not matter, with small numbers.
pub(crate) fn smallest(specimen: &Specimen) -> Specimen {
    let kind = differs(specimen);
    let mut best = specimen.clone();
    while let Some(next) = once_smaller(&best, &kind) {
        best = next;
    }
    best
}

fn once_smaller(best: &Specimen, kind: &Option<String>) -> Option<Specimen> {
    candidates(&best.declaration)
        .map(|declaration| Specimen { declaration, ..best.clone() })
        .find(|candidate| candidate.declaration != best.declaration && differs(candidate) == *kind)
}

/// Smaller declarations, the smallest first: half the lines, a line less, a group less, a field less, a number less.
fn candidates(declaration: &Declaration) -> impl Iterator<Item = Declaration> {
    let lines = declaration.goods_items.len();
    let halves = [0..lines / 2, lines / 2..lines].into_iter().filter(move |_| lines > 1).map(move |drop| {
        let mut smaller = declaration.clone();
        smaller.goods_items.drain(drop);
        renumbered(smaller)
    });
    let lines_less = (0..lines).filter(move |_| lines > 1).map(move |at| {
        let mut smaller = declaration.clone();
        smaller.goods_items.remove(at);
        renumbered(smaller)
    });
    let edits = move |edit: fn(&mut Declaration, usize) -> bool| {
        (0..).map_while(move |n| {
            let mut smaller = declaration.clone();
            edit(&mut smaller, n).then_some(smaller)
        })
    };
    halves.chain(lines_less).chain(edits(group_less)).chain(edits(field_less)).chain(edits(number_less))
}

fn renumbered(mut declaration: Declaration) -> Declaration {
    for (sequence, item) in (1..).zip(&mut declaration.goods_items) {
        item.sequence = Some(sequence);
    }
    declaration
}

/// Takes out the `n`-th of all repeated groups; `false` when there is none.
fn group_less(declaration: &mut Declaration, n: usize) -> bool {
    let adjustments = declaration.adjustments.len();
    let mut n = n;
    if n < adjustments {
        declaration.adjustments.remove(n);
        return true;
    }
    n -= adjustments;
    if n < declaration.bills.len() {
        declaration.bills.remove(n);
        return true;
    }
    n -= declaration.bills.len();
    for item in &mut declaration.goods_items {
        if n < item.other_taxes.len() {
            item.other_taxes.remove(n);
            return true;
        }
        n -= item.other_taxes.len();
        if n < item.adjustment_references.len() {
            item.adjustment_references.remove(n);
            return true;
        }
        n -= item.adjustment_references.len();
    }
    false
}

/// Takes out the `n`-th of all fields, declared or not; `false` when there are no more.
fn field_less(declaration: &mut Declaration, n: usize) -> bool {
    let of_header = Declaration::SCOPE.fields().len();
    let of_item = GoodsItem::SCOPE.fields().len();
    if n < of_header {
        clear(declaration, n);
        return true;
    }
    let (item, field) = ((n - of_header) / of_item, (n - of_header) % of_item);
    let Some(item) = declaration.goods_items.get_mut(item) else { return false };
    clear(item, field);
    true
}

/// A value of a type that the field is not of is not taken, and leaves the field empty. What the schema asks for stays.
fn clear<R: Record>(record: &mut R, field: usize) {
    let Ok(index) = u16::try_from(field) else { return };
    if R::SCOPE.fields()[field].required == Required::Always {
        return;
    }
    let other = match record.value(index) {
        None => return,
        Some(ValueRef::Text(_)) => Value::Integer(0),
        Some(_) => Value::Text("".into()),
    };
    record.set(index, other);
}

/// Makes the `n`-th of all decimals smaller: one, ten, or without its decimals; `false` when there are no more.
fn number_less(declaration: &mut Declaration, n: usize) -> bool {
    let of_header = Declaration::SCOPE.fields().len() * 3;
    let of_item = GoodsItem::SCOPE.fields().len() * 3;
    if n < of_header {
        lessen(declaration, n);
        return true;
    }
    let (item, field) = ((n - of_header) / of_item, (n - of_header) % of_item);
    let Some(item) = declaration.goods_items.get_mut(item) else { return false };
    lessen(item, field);
    true
}

fn lessen<R: Record>(record: &mut R, n: usize) {
    let Ok(index) = u16::try_from(n / 3) else { return };
    let Some(ValueRef::Decimal(number)) = record.value(index) else { return };
    let less = [Decimal::ONE, Decimal::ONE_HUNDRED, number.trunc()][n % 3];
    if less < number && !less.is_zero() {
        record.set(index, Value::Decimal(less));
    }
}
