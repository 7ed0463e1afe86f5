//! Finding what a name stands for, and saying what is near when it stands for nothing.

use std::fmt;

use crate::error::{ConditionError, Span};
use crate::program::Place;
use crate::schema::{CollectionSlot, FieldSlot, ListSlot, Schema, Scope, Type};
use crate::suggest::did_you_mean;
use crate::syntax::Name;

/// A field that a condition or formula reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldUse {
    /// The kind of record that it belongs to.
    pub scope: Scope,
    /// Its place in that record.
    pub slot: FieldSlot,
    pub kind: Type,
    /// The word for the record, such as `item`.
    pub record: String,
    /// Its name, such as `origin`.
    pub name: String,
}

impl fmt::Display for FieldUse {
    /// The qualified name: `item.origin`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.record, self.name)
    }
}

/// The records in reach of a name, and the fields that were used.
pub(crate) struct Names<'s> {
    source: &'s str,
    schema: &'s dyn Schema,
    /// The kind of each record: those handed in, outermost first, then the elements of the quantifiers around.
    pub(crate) scopes: Vec<Scope>,
    /// How many of them are handed in.
    pub(crate) handed_in: usize,
    /// Each field once.
    pub(crate) fields: Vec<FieldUse>,
}

/// What a name stands for.
pub(crate) enum Meaning {
    Field(Place, Type),
    Collection { frame: u32, collection: CollectionSlot, element: Scope },
}

impl<'s> Names<'s> {
    pub(crate) fn new(source: &'s str, scopes: &[Scope], schema: &'s dyn Schema) -> Self {
        Self { source, schema, scopes: scopes.to_vec(), handed_in: scopes.len(), fields: Vec::new() }
    }

    fn error(&self, span: Span, message: impl Into<String>) -> ConditionError {
        ConditionError::new(self.source, span, message)
    }

    /// What the name stands for.
    ///
    /// A bare name belongs to the element that the innermost quantifier looks at, if that has it, else to the next one
    /// outward. Among the records handed in it has to belong to one alone.
    pub(crate) fn find(&mut self, name: &Name) -> Result<Meaning, ConditionError> {
        let span = name.qualifier.as_ref().map_or(name.word.span, |qualifier| qualifier.span.to(name.word.span));
        let frame = match &name.qualifier {
            Some(qualifier) => {
                let named = |scope: &Scope| self.schema.scope_name(*scope) == qualifier.text;
                let Some(frame) = self.scopes.iter().rposition(named) else {
                    let known: Vec<&str> = self.scopes.iter().map(|scope| self.schema.scope_name(*scope)).collect();
                    let hint = did_you_mean(&qualifier.text, known.iter().copied())
                        .unwrap_or_else(|| format!("before the point may stand {}", alternatives(&known)));
                    let message = format!("`{}` is no record in reach here", qualifier.text);
                    return Err(self.error(qualifier.span, message).hint(hint));
                };
                self.has(frame, &name.word.text).then_some(frame)
            }
            None => self.nearest_with(&name.word.text, span)?,
        };
        let Some(frame) = frame else {
            return Err(self.unknown(name));
        };
        self.meaning(frame, &name.word.text, span).ok_or_else(|| self.unknown(name))
    }

    fn has(&self, frame: usize, name: &str) -> bool {
        let scope = self.scopes[frame];
        self.schema.field(scope, name).is_some() || self.schema.collection(scope, name).is_some()
    }

    fn nearest_with(&self, name: &str, span: Span) -> Result<Option<usize>, ConditionError> {
        let element = (self.handed_in..self.scopes.len()).rev().find(|frame| self.has(*frame, name));
        if element.is_some() {
            return Ok(element);
        }
        let owners: Vec<usize> = (0..self.handed_in).filter(|frame| self.has(*frame, name)).collect();
        if let [_, _, ..] = *owners {
            let names: Vec<String> =
                owners.iter().map(|frame| format!("{}.{name}", self.schema.scope_name(self.scopes[*frame]))).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let error = self.error(span, format!("`{name}` could be one of several fields"));
            return Err(error.hint(format!("write {}", alternatives(&names))));
        }
        Ok(owners.first().copied())
    }

    fn meaning(&mut self, frame: usize, name: &str, span: Span) -> Option<Meaning> {
        let scope = self.scopes[frame];
        let number = u32::try_from(frame).ok()?;
        if let Some((slot, kind)) = self.schema.field(scope, name) {
            let known = self.fields.iter().position(|field| field.scope == scope && field.slot == slot);
            let entry = known.unwrap_or(self.fields.len());
            if known.is_none() {
                let record = self.schema.scope_name(scope).to_owned();
                self.fields.push(FieldUse { scope, slot, kind, record, name: name.to_owned() });
            }
            return Some(Meaning::Field(Place { frame: number, slot, entry: u16::try_from(entry).ok()?, span }, kind));
        }
        let (collection, element) = self.schema.collection(scope, name)?;
        Some(Meaning::Collection { frame: number, collection, element })
    }

    fn unknown(&self, name: &Name) -> ConditionError {
        let written = &name.word.text;
        let searched: Vec<Scope> = match &name.qualifier {
            Some(qualifier) => {
                let named = |scope: &&Scope| self.schema.scope_name(**scope) == qualifier.text;
                self.scopes.iter().filter(named).copied().collect()
            }
            None => self.scopes.clone(),
        };
        let mut known: Vec<String> = searched.iter().flat_map(|scope| self.schema.names(*scope)).collect();
        if name.qualifier.is_none() {
            known.extend(searched.iter().map(|scope| self.schema.scope_name(*scope).to_owned()));
        }
        let hint = self
            .within_collection(written)
            .or_else(|| did_you_mean(written, known.iter().map(String::as_str)))
            .or_else(|| self.maybe_text(written));
        let records: Vec<&str> = searched.iter().map(|scope| self.schema.scope_name(*scope)).collect();
        let message = format!("`{written}` is no field of {}", alternatives(&records));
        self.error(name.word.span, message).maybe_hint(hint)
    }

    /// A hint for a field of the elements of a collection that is in reach.
    fn within_collection(&self, written: &str) -> Option<String> {
        for scope in &self.scopes {
            for name in self.schema.names(*scope) {
                let Some((_, element)) = self.schema.collection(*scope, &name) else {
                    continue;
                };
                if self.schema.field(element, written).is_some() {
                    return Some(format!("each of `{name}` has its own `{written}`: write any({name}, {written} ...)"));
                }
            }
        }
        None
    }

    /// A hint for a code that was written without quotes.
    fn maybe_text(&self, written: &str) -> Option<String> {
        let code = written.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        code.then(|| format!("write \"{written}\" if the code is meant"))
    }

    /// The list of a name that is asked about when a condition is decided.
    pub(crate) fn asked_list(&self, name: &str) -> Option<ListSlot> {
        self.schema.asked_list(name)
    }

    /// The texts of a named list.
    pub(crate) fn list(&self, name: &str, span: Span) -> Result<Vec<String>, ConditionError> {
        self.schema.list(name).ok_or_else(|| {
            let known = self.schema.list_names();
            let hint = did_you_mean(name, known.iter().map(String::as_str));
            self.error(span, format!("there is no list `{name}`")).maybe_hint(hint)
        })
    }
}

/// `a`, `b` or `c`, each once.
fn alternatives(names: &[&str]) -> String {
    let mut distinct: Vec<String> = Vec::new();
    for name in names {
        let quoted = format!("`{name}`");
        if !distinct.contains(&quoted) {
            distinct.push(quoted);
        }
    }
    match distinct.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::from("any record"),
    }
}
