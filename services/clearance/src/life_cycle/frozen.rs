//! Fields that an amendment cannot change.

use rulebook::{FrozenFrom, RulesInForce};
use vocabulary::{Bilingual, Declaration, FieldId, Finding, Place, Record, Scope, ValueRef};

use crate::problem::problem;

/// The values of a field: one for a field of the declaration itself, one for each occurrence of a repeated group.
fn values(declaration: &Declaration, field: FieldId) -> Vec<Option<ValueRef<'_>>> {
    fn each<R: Record>(records: &[R], index: u16) -> Vec<Option<ValueRef<'_>>> {
        records.iter().map(|record| record.value(index)).collect()
    }
    let index = field.index;
    match field.scope {
        Scope::Declaration => vec![declaration.value(index)],
        Scope::Bill => each(&declaration.bills, index),
        Scope::Permit => each(&declaration.permits, index),
        Scope::OtherLaw => each(&declaration.other_laws, index),
        Scope::Adjustment => each(&declaration.adjustments, index),
        Scope::Attachment => each(&declaration.attachments, index),
        Scope::Transit => each(&declaration.transits, index),
        Scope::Container => each(&declaration.containers, index),
        Scope::VanningPlace => each(&declaration.vanning_places, index),
        Scope::Instruction => each(&declaration.instructions, index),
        Scope::GoodsItem => each(&declaration.goods_items, index),
        // Of groups within a line of goods none is frozen as such.
        Scope::AdjustmentReference | Scope::OtherTax => Vec::new(),
    }
}

/// A finding for every field that differs between two versions and cannot be amended any more.
pub(super) fn changes_of_frozen_fields(
    before: &Declaration,
    after: &Declaration,
    at: FrozenFrom,
    rules: &RulesInForce<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for frozen in rules.frozen_fields(at) {
        let field = frozen.value.field;
        let (was, is) = (values(before, field), values(after, field));
        if was == is {
            continue;
        }
        let changed = was.iter().zip(&is).position(|(was, is)| was != is).unwrap_or(was.len().min(is.len()));
        let place = Place::header(field);
        let place = if field.scope == Scope::Declaration { place } else { place.occurrence(changed) };
        let said = |values: &[Option<ValueRef<'_>>]| {
            values.get(changed).copied().flatten().map_or_else(|| "-".to_owned(), |value| value.to_string())
        };
        let about = field.field();
        let found = problem(
            &frozen.value.code,
            place,
            is.get(changed).copied().flatten().map(|value| value.to_string()),
            Bilingual::new(
                format!("{} cannot be amended: it was {}", about.english, said(&was)),
                format!("không được sửa chỉ tiêu {}: giá trị đã khai là {}", about.vietnamese, said(&was)),
            ),
            Bilingual::new(
                "leave it as it was registered, or cancel the declaration and declare anew",
                "giữ nguyên như đã đăng ký, hoặc hủy tờ khai và khai lại",
            ),
            &*frozen.citation.rule,
            &frozen.citation.law,
        );
        findings.push(found.found_in(after, rules));
    }
    findings
}
