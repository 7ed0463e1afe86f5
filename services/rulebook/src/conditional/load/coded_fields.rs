//! `validation/coded-fields.toml`: which field takes a code of which list.

use vocabulary::Severity;

use super::parts::{SCOPES, SEVERITIES, field_of};
use crate::code_list::CodeList;
use crate::conditional::coded_field::CodedField;
use crate::error::{Problems, did_you_mean};
use crate::reading::dating::Lawbook;
use crate::reading::sources::Sources;
use crate::reading::toml_file::{Section, TomlFile};
use crate::reading::values::{Fault, word};

pub(crate) const PATH: &str = "validation/coded-fields.toml";

pub(crate) fn read(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> Vec<CodedField> {
    let Some(file) = TomlFile::open(sources, PATH, problems) else {
        return Vec::new();
    };
    let root = file.root();
    let mut fields: Vec<CodedField> = Vec::new();
    for section in root.list("coded", problems) {
        let Some(field) = coded(&section, laws, problems) else {
            continue;
        };
        if fields.iter().any(|other| other.field == field.field && other.provenance.overlaps(&field.provenance)) {
            let fault = Fault::new("the field has a list already on these days", "end the earlier one the day before");
            problems.add(section.error("field", fault));
            continue;
        }
        fields.push(field);
    }
    root.finish(problems);
    fields
}

fn coded(section: &Section<'_>, laws: &Lawbook, problems: &mut Problems) -> Option<CodedField> {
    let provenance = laws.dated(section, problems);
    let code = section.text("code", problems);
    let scope = section.word("record", &SCOPES, problems);
    let field = section.text("field", problems);
    let list = section.text("list", problems);
    let severity = match section.optional_text("severity", problems) {
        Some(text) => word(text, &SEVERITIES).map_err(|fault| problems.add(section.error("severity", fault))).ok(),
        None => Some(Severity::Error),
    };
    section.finish(problems);
    let field = scope.zip(field).and_then(|(scope, name)| field_of(section, scope, name, problems));
    let list = list.and_then(|name| {
        let found = CodeList::ALL.iter().copied().find(|list| list.as_str() == name);
        if found.is_none() {
            let hint = did_you_mean(name, CodeList::ALL.iter().map(|list| list.as_str()));
            problems.add(section.error("list", Fault { message: format!("there is no code list `{name}`"), hint }));
        }
        found
    });
    Some(CodedField { code: code?.into(), field: field?, list: list?, severity: severity?, provenance: provenance? })
}
