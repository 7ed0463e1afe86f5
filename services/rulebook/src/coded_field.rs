//! Fields that take a code of a list: one check for all of them, with the code that was probably meant.

use conditions::{FieldSlot, Record as _, Value};
use vocabulary::{Bilingual, Declaration, Direction, FieldId, Finding, Place, Scope, Severity};

use crate::cited::Provenance;
use crate::code_list::CodeList;
use crate::subject::Subject;
use crate::validation::{elements, item_number};
use crate::{CodeEntry, RulesInForce};

/// A field whose value has to stand in a list on the day of registration.
#[derive(Debug)]
pub(crate) struct CodedField {
    pub(crate) code: Box<str>,
    pub(crate) field: FieldId,
    pub(crate) list: CodeList,
    pub(crate) severity: Severity,
    pub(crate) provenance: Provenance,
}

/// How many codes of a list a mend names when none is near.
const CODES_NAMED_MAX: usize = 20;

impl CodedField {
    /// Adds a finding for every place where a declaration has another text in the field than a code of the list.
    pub(crate) fn check(
        &self,
        rules: RulesInForce<'_>,
        whole: Subject<'_>,
        declaration: &Declaration,
        direction: Option<Direction>,
        findings: &mut Vec<Finding>,
    ) {
        let slot = FieldSlot(self.field.index);
        let mut check = |subject: Subject<'_>, item: Option<usize>, occurrence: Option<usize>| {
            let Some(Value::Text(text)) = subject.value(slot) else { return };
            if rules.code(self.list, text).is_some() {
                return;
            }
            let place = Place { field: self.field, item, occurrence };
            let item = item.map(|at| item_number(declaration, at));
            findings.push(self.finding(rules, text, place, item, direction));
        };
        // Most of them stand in the declaration itself, which is asked without gathering anything.
        if self.field.scope == Scope::Declaration {
            return check(whole, None, None);
        }
        for asked in elements(whole, self.field.scope) {
            check(asked.subject, asked.item, asked.occurrence);
        }
    }

    fn finding(
        &self,
        rules: RulesInForce<'_>,
        text: &str,
        place: Place,
        item: Option<u32>,
        direction: Option<Direction>,
    ) -> Finding {
        let (en, vi) = rules.rulebook().list(self.list).map_or(("code list", "danh mục"), |list| list.titles());
        let day = rules.date();
        let mend = match rules.code_near(self.list, text) {
            Some(near) => Bilingual::new(
                format!("perhaps {} ({}) was meant", near.code(), near.name_en()),
                format!("có thể là {} ({})", near.code(), near.name_vi()),
            ),
            None => some_of(rules.codes(self.list)),
        };
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
            rule: format!("code-lists/{}", self.list.as_str()),
            law: self.provenance.law.to_string(),
            follows_from: None,
            line: None,
            column: None,
            place: Some(place),
        }
    }
}

/// A mend that names the codes of a short list, and where a long one begins.
fn some_of<'a>(codes: impl Iterator<Item = CodeEntry<'a>>) -> Bilingual {
    let codes: Vec<&str> = codes.map(|entry| entry.code()).take(CODES_NAMED_MAX + 1).collect();
    if codes.len() <= CODES_NAMED_MAX {
        let all = codes.join(", ");
        return Bilingual::new(format!("enter one of {all}"), format!("nhập một trong các mã {all}"));
    }
    let first = codes[..3].join(", ");
    Bilingual::new(
        format!("enter a code of the list, such as {first}"),
        format!("nhập mã trong danh mục, ví dụ {first}"),
    )
}
