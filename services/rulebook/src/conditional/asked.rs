//! Each element of a declaration that a rule is asked of, and what came of asking.

use conditions::Record as _;
use vocabulary::{Bilingual, Finding, RulebookGap, Scope};

use crate::conditional::schema;
use crate::conditional::subject::Subject;

/// An element that a rule is asked of: the record, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) subject: Subject<'a>,
    pub(crate) item: Option<usize>,
    pub(crate) occurrence: Option<usize>,
}

/// Asks for every element of a kind in a declaration; for the declaration itself where that is meant.
pub(crate) fn for_each_element<'a>(declaration: Subject<'a>, scope: Scope, ask: impl FnMut(&Asked<'a>)) {
    for_each_element_but(declaration, scope, |_| false, ask);
}

/// The same, but for some goods items where these are the elements.
pub(crate) fn for_each_element_but<'a>(
    declaration: Subject<'a>,
    scope: Scope,
    leaves_out: impl Fn(usize) -> bool,
    mut ask: impl FnMut(&Asked<'a>),
) {
    if scope == Scope::Declaration {
        return ask(&Asked { subject: declaration, item: None, occurrence: None });
    }
    for (owner, _, collection, element) in schema::COLLECTIONS {
        if element != scope {
            continue;
        }
        match owner {
            Scope::GoodsItem => {
                for item in 0..declaration.count(schema::GOODS_ITEMS) {
                    let Some(owner) = declaration.element(schema::GOODS_ITEMS, item) else {
                        continue;
                    };
                    for at in 0..owner.count(collection) {
                        if let Some(subject) = owner.element(collection, at) {
                            ask(&Asked { subject, item: Some(item), occurrence: Some(at) });
                        }
                    }
                }
            }
            _ => {
                for at in 0..declaration.count(collection) {
                    let (item, occurrence) = match scope {
                        Scope::GoodsItem if leaves_out(at) => continue,
                        Scope::GoodsItem => (Some(at), None),
                        _ => (None, Some(at)),
                    };
                    if let Some(subject) = declaration.element(collection, at) {
                        ask(&Asked { subject, item, occurrence });
                    }
                }
            }
        }
    }
}

/// Every element of a kind in a declaration, for those who need them side by side.
pub(crate) fn elements<'a>(declaration: Subject<'a>, scope: Scope) -> Vec<Asked<'a>> {
    let mut elements = Vec::new();
    for_each_element(declaration, scope, |asked| elements.push(*asked));
    elements
}

/// The records that a condition about an element is handed, the declaration first.
pub(crate) struct Records<'a> {
    both: [Subject<'a>; 2],
    count: usize,
}

impl<'a> Records<'a> {
    pub(crate) fn new(declaration: Subject<'a>, asked: &Asked<'a>, scope: Scope) -> Self {
        Self { both: [declaration, asked.subject], count: if scope == Scope::Declaration { 1 } else { 2 } }
    }

    pub(crate) fn as_slice(&self) -> &[Subject<'a>] {
        &self.both[..self.count]
    }
}

/// A condition that came to no answer, as a gap of the rulebook.
pub(crate) fn undecided(rule: String, error: &conditions::EvaluationError) -> RulebookGap {
    RulebookGap {
        code: "condition_not_decidable".into(),
        item: None,
        message: Bilingual::new(
            format!("a rule cannot be decided: {error}"),
            format!("không xác định được kết quả của một quy tắc: {error}"),
        ),
        rule: rule.into(),
    }
}

/// What the rules say of a declaration.
#[derive(Debug, Default)]
pub struct Verdict {
    /// One finding for each place where a rule fires.
    pub findings: Vec<Finding>,
    /// Rules that could not be decided.
    pub gaps: Vec<RulebookGap>,
}
