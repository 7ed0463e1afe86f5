//! Conditions and formulas, compiled once and evaluated many times.

use std::cell::Cell;

use rust_decimal::Decimal;

use crate::bounds::{ELEMENTS_MAX, Limits};
use crate::check::Checker;
use crate::error::{ConditionError, EvaluationError, Fault, Obstacle, Span};
use crate::evaluate::Frames;
use crate::names::FieldUse;
use crate::parse::parse;
use crate::program::{NumberPart, Predicate};
use crate::schema::{Record, Schema, Scope};

/// When a rule applies: true or false of the records handed in.
#[derive(Debug, Clone)]
pub struct Condition {
    pub(crate) source: Box<str>,
    canonical: Box<str>,
    pub(crate) scopes: Box<[Scope]>,
    pub(crate) fields: Box<[FieldUse]>,
    /// All have to hold. A condition that is no conjunction is the only one.
    pub(crate) conjuncts: Box<[(Span, Predicate)]>,
}

impl Condition {
    /// Compiles a condition.
    ///
    /// `scopes` tells the kinds of the records that will be handed in, outermost first: the declaration, then the goods
    /// item that the rule is about. A bare name that several of them know has to be qualified.
    ///
    /// # Errors
    /// Every unknown name and wrong type of the source, in its order; or the first place at which it cannot be read.
    pub fn compile(
        source: &str,
        scopes: &[Scope],
        schema: &dyn Schema,
        limits: &Limits,
    ) -> Result<Self, Vec<ConditionError>> {
        let tree = parse(source, limits).map_err(|error| vec![error])?;
        let mut checker = Checker::new(source, scopes, schema, limits);
        let conjuncts = checker.conjuncts(&tree);
        let conjuncts = checker.finish(conjuncts)?;
        Ok(Self {
            source: source.into(),
            canonical: tree.to_string().into(),
            scopes: scopes.into(),
            fields: checker.names.fields.into(),
            conjuncts: conjuncts.into(),
        })
    }

    /// Whether the condition holds for the records, which come in the order of the scopes it was compiled for.
    ///
    /// # Errors
    /// When it cannot be decided: a division by zero, a result too long to be exact, too many elements. That is
    /// neither true nor false, and nothing but the parts up to there, from left to right, has been looked at.
    pub fn holds<R: Record>(&self, records: &[R]) -> Result<bool, EvaluationError> {
        expect_records(records, &self.scopes, &self.source)?;
        let budget = Cell::new(ELEMENTS_MAX);
        let frames = Frames::new(records, &budget);
        for (_, conjunct) in &self.conjuncts {
            match conjunct.holds(&frames) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(fault) => return Err(fault.explain(&self.source)),
            }
        }
        Ok(true)
    }

    /// The condition written in the one canonical way: on one line, without comments and needless parentheses. Two
    /// sources that differ in layout alone have the same canonical form.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Every field that it reads, once, in the order of the source.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &FieldUse> {
        self.fields.iter()
    }
}

/// A number computed from the records handed in, in the same language.
#[derive(Debug, Clone)]
pub struct Formula {
    source: Box<str>,
    canonical: Box<str>,
    scopes: Box<[Scope]>,
    number: NumberPart,
}

impl Formula {
    /// Compiles a formula; as [`Condition::compile`], but the whole has to be a number.
    ///
    /// # Errors
    /// As there.
    pub fn compile(
        source: &str,
        scopes: &[Scope],
        schema: &dyn Schema,
        limits: &Limits,
    ) -> Result<Self, Vec<ConditionError>> {
        let tree = parse(source, limits).map_err(|error| vec![error])?;
        let mut checker = Checker::new(source, scopes, schema, limits);
        let number = checker.number(&tree);
        let number = checker.finish(number)?;
        Ok(Self { source: source.into(), canonical: tree.to_string().into(), scopes: scopes.into(), number })
    }

    /// The number; `None` when a field that it is made of is missing.
    ///
    /// # Errors
    /// As [`Condition::holds`].
    pub fn compute<R: Record>(&self, records: &[R]) -> Result<Option<Decimal>, EvaluationError> {
        expect_records(records, &self.scopes, &self.source)?;
        let budget = Cell::new(ELEMENTS_MAX);
        self.number.compute(&Frames::new(records, &budget)).map_err(|fault| fault.explain(&self.source))
    }

    /// The formula written in the one canonical way, as [`Condition::canonical`].
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}

/// Refuses more or fewer records than the source was compiled for.
#[inline]
pub(crate) fn expect_records<R>(records: &[R], scopes: &[Scope], source: &str) -> Result<(), EvaluationError> {
    if records.len() == scopes.len() {
        Ok(())
    } else {
        Err(Fault { obstacle: Obstacle::WrongRecords, span: Span::default() }.explain(source))
    }
}
