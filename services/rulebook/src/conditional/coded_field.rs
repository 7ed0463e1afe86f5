//! Fields that take a code of a list: one check for all of them, with the code that was meant where that is known.

use conditions::{FieldSlot, Record as _, Value};
use vocabulary::{
    Bilingual, Declaration, Direction, FieldId, Finding, Place, RulebookGap, Scope, Severity, item_number,
};

use crate::cited::Provenance;
use crate::code_list::CodeList;
use crate::code_list::in_force::CodeListsInForce;
use crate::conditional::asked::{Verdict, for_each_element};
use crate::conditional::subject::Subject;

/// A field whose value has to stand in a list on the day of registration.
#[derive(Debug)]
pub(crate) struct CodedField {
    pub(crate) code: Box<str>,
    pub(crate) field: FieldId,
    pub(crate) list: CodeList,
    pub(crate) severity: Severity,
    pub(crate) provenance: Provenance,
}

impl CodedField {
    /// Adds a finding for every place where a declaration has another text in the field than a code of the list, and a gap
    /// where the list says nothing of it on the day.
    pub(crate) fn check(
        &self,
        lists: CodeListsInForce<'_>,
        whole: Subject<'_>,
        declaration: &Declaration,
        direction: Option<Direction>,
        verdict: &mut Verdict,
    ) {
        let slot = FieldSlot(self.field.index);
        let mut check = |subject: Subject<'_>, item: Option<usize>, occurrence: Option<usize>| {
            let Some(Value::Text(text)) = subject.value(slot) else { return };
            // Nearly every code is one of the day.
            if lists.is_entered(self.list, text) {
                return;
            }
            let number = item.map(|at| item_number(declaration.goods_items.get(at), at));
            if let Some(gap) = lists.code_not_entered(self.list, text) {
                verdict.gaps.push(RulebookGap { item: number, ..gap });
            } else {
                let place = Place { field: self.field, item, occurrence };
                verdict.findings.push(self.finding(lists, text, place, number, direction));
            }
        };
        // Most of them stand in the declaration itself, which is asked without gathering anything.
        if self.field.scope == Scope::Declaration {
            return check(whole, None, None);
        }
        for_each_element(whole, self.field.scope, |asked| check(asked.subject, asked.item, asked.occurrence));
    }

    fn finding(
        &self,
        lists: CodeListsInForce<'_>,
        text: &str,
        place: Place,
        item: Option<u32>,
        direction: Option<Direction>,
    ) -> Finding {
        let (en, vi) =
            lists.table(self.list).map_or(("code list", "danh mục"), |list| (&list.title.en, &list.title.vi));
        let day = lists.date();
        let (mend, suggestions) = lists.mend_code(self.list, text);
        Finding {
            code: self.code.to_string(),
            severity: self.severity,
            path: String::new(),
            item,
            field: Some(place.field_name(direction).to_owned()),
            value: Some(text.to_owned()),
            message: Bilingual::new(
                format!("{text} is no code of the list «{en}» on {day}"),
                format!("mã {text} không có trong danh mục «{vi}» vào ngày {day}"),
            ),
            mend,
            suggestions,
            rule: format!("code-lists/{}", self.list.as_str()),
            law: self.provenance.law.to_string(),
            follows_from: None,
            line: None,
            column: None,
            place: Some(place),
        }
    }
}
