//! What holds of every condition: it means what the obvious evaluator says, prints to itself, and indexes truly.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::random::{Tape, condition, facts, number_expression, scopes};
use super::reference::{Answer, Reach, answer, truth};
use super::{DECLARATION, Facts, ITEM, PERMIT, Sample, compile, compiled, formula};
use crate::{FieldSlot, Formula, Limits, NecessaryPresence, Record, Scope, Subject, Type, Value};

/// The records of a random declaration that a condition about these kinds is decided on.
fn handed_in<'f>(declaration: &'f Facts, tape: &mut Tape<'_>, scopes: &[Scope]) -> Option<Vec<&'f Facts>> {
    let mut records: Vec<&Facts> = vec![declaration];
    for scope in &scopes[1..] {
        let owner = if *scope == PERMIT || *scope == ITEM { declaration } else { records[records.len() - 1] };
        let elements: Vec<&Facts> =
            owner.collections.values().flatten().filter(|element| element.scope == scope.0).collect();
        if elements.is_empty() {
            return None;
        }
        records.push(tape.pick(&elements));
    }
    Some(records)
}

/// Every record of a kind that can be reached.
fn reachable(facts: &Facts, scope: Scope) -> Vec<&Facts> {
    let own = (facts.scope == scope.0).then_some(facts);
    let inner = facts.collections.values().flatten().flat_map(|element| reachable(element, scope));
    own.into_iter().chain(inner).collect()
}

fn tape() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..160)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4000,
        failure_persistence: None,
        // The same cases in every run.
        rng_seed: RngSeed::Fixed(20_261_123),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_condition_means_what_the_obvious_evaluator_says(written in tape(), given in tape()) {
        let mut tape = Tape(&written);
        let scopes = scopes(&mut tape);
        let tree = condition(&mut tape, scopes);
        let source = tree.to_string();
        let compiled = compiled(&source, scopes);
        prop_assert_eq!(compiled.canonical(), &source, "printing is not the inverse of parsing");

        let mut tape = Tape(&given);
        let declaration = facts(&mut tape, DECLARATION, 2);
        if let Some(records) = handed_in(&declaration, &mut tape, scopes) {
            let expect = truth(&tree, &Reach { handed_in: records.len(), records: records.clone() });
            let outcome = compiled.holds(&records);
            prop_assert_eq!(outcome.as_ref().ok(), expect.as_ref().ok(), "{} given {:?}", source, records);

            let reasons = compiled.explain(&records).unwrap();
            if outcome == Ok(true) {
                prop_assert!(reasons.iter().all(|reason| reason.holds == Ok(true)));
            }
        }
    }

    #[test]
    fn a_formula_means_what_the_obvious_evaluator_says(written in tape(), given in tape()) {
        let mut tape = Tape(&written);
        let tree = number_expression(&mut tape, &[DECLARATION]);
        let source = tree.to_string();
        let compiled = formula(&source, &[DECLARATION]);
        prop_assert_eq!(compiled.canonical(), &source);
        let declaration = facts(&mut Tape(&given), DECLARATION, 2);
        let expect = match answer(&tree, &Reach { handed_in: 1, records: vec![&declaration] }) {
            Ok(Answer::Number(number)) => Some(Some(number)),
            Ok(_) => Some(None),
            Err(_) => None,
        };
        prop_assert_eq!(compiled.compute(&[&declaration]).ok(), expect, "{} given {:?}", source, declaration);
    }

    #[test]
    fn necessary_prefixes_are_necessary(written in tape(), given in tape()) {
        let mut tape = Tape(&written);
        let scopes = scopes(&mut tape);
        let compiled = compiled(&condition(&mut tape, scopes).to_string(), scopes);
        let mut tape = Tape(&given);
        let declaration = facts(&mut tape, DECLARATION, 2);
        let Some(records) = handed_in(&declaration, &mut tape, scopes) else { return Ok(()) };
        if compiled.holds(&records) != Ok(true) {
            return Ok(());
        }
        let begins = |facts: &&Facts, slot: FieldSlot, prefixes: &[String]| match facts.value(slot) {
            Some(Value::Text(text)) => prefixes.iter().any(|prefix| text.starts_with(prefix)),
            _ => false,
        };
        for field in compiled.fields().filter(|field| field.kind == Type::Text) {
            if let Some(prefixes) = compiled.necessary_prefixes(Subject::AnyOf(field.scope), field.slot) {
                let mut candidates = reachable(&declaration, field.scope).into_iter();
                prop_assert!(candidates.any(|facts| begins(&facts, field.slot, &prefixes)), "{} {:?}", compiled.canonical(), prefixes);
            }
            for (position, record) in records.iter().enumerate().filter(|(_, record)| record.scope == field.scope.0) {
                if let Some(prefixes) = compiled.necessary_prefixes(Subject::Record(position), field.slot) {
                    prop_assert!(begins(record, field.slot, &prefixes), "{} {:?}", compiled.canonical(), prefixes);
                }
            }
        }
    }

    #[test]
    fn a_condition_is_false_wherever_a_field_is_not_as_it_has_to_be(written in tape(), given in tape()) {
        let mut tape = Tape(&written);
        let scopes = scopes(&mut tape);
        let compiled = compiled(&condition(&mut tape, scopes).to_string(), scopes);
        let mut tape = Tape(&given);
        let declaration = facts(&mut tape, DECLARATION, 2);
        let Some(records) = handed_in(&declaration, &mut tape, scopes) else { return Ok(()) };
        for (position, record) in records.iter().enumerate() {
            let needed = compiled.necessary_presence(position);
            let as_needed = needed.given.iter().all(|slot| record.value(*slot).is_some())
                && needed.missing.iter().all(|slot| record.value(*slot).is_none());
            if !as_needed {
                // False, and no obstacle that would be told otherwise.
                prop_assert_eq!(compiled.holds(&records), Ok(false), "{} {:?}", compiled.canonical(), needed);
            }
        }
        prop_assert_eq!(compiled.necessary_presence(records.len()), NecessaryPresence::default());
    }

    #[test]
    fn no_text_makes_the_compiler_panic(source in "\\PC{0,60}|[\\x00-\\x7f]{0,60}") {
        prop_assert!(compile(&source, &[DECLARATION]).is_ok_and(|_| true) || shown_in_full(&source));
    }

    #[test]
    fn no_order_of_words_makes_the_compiler_panic(words in prop::collection::vec(prop::sample::select(WORDS), 0..40)) {
        let source = words.join(" ");
        prop_assert!(compile(&source, &[DECLARATION, ITEM]).is_ok_and(|_| true) || shown_in_full(&source));
    }

    #[test]
    fn what_nearly_compiles_does_not_make_the_compiler_panic(written in tape(), at in any::<prop::sample::Index>(), new in any::<char>()) {
        let source = condition(&mut Tape(&written), &[DECLARATION]).to_string();
        let mut characters: Vec<char> = source.chars().collect();
        let at = at.index(characters.len());
        characters[at] = new;
        let source: String = characters.into_iter().collect();
        prop_assert!(compile(&source, &[DECLARATION]).is_ok_and(|_| true) || shown_in_full(&source));
    }
}

const WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "starts_with",
    "ends_with",
    "contains",
    "true",
    "false",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    "=",
    "!=",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "kind",
    "origin",
    "quantity",
    "expiry",
    "used",
    "goods_items",
    "item",
    "declaration",
    "any(",
    "all(",
    "count(",
    "sum(",
    "min(",
    "given(",
    "list(",
    "vehicles",
    "\"87\"",
    "5",
    "2026-07-01",
    "#",
    "\n",
    "\"",
];

/// Whether every mistake can be shown, for a condition and for a formula.
fn shown_in_full(source: &str) -> bool {
    let errors = compile(source, &[DECLARATION]).err().unwrap_or_default();
    let formula = Formula::compile(source, &[DECLARATION], &Sample, &Limits::default()).err().unwrap_or_default();
    errors.iter().chain(&formula).all(|error| {
        let shown = error.to_string();
        shown.contains(&error.message) && shown.contains('^') && error.position.column > 0
    })
}

/// The properties about what is necessary would hold of an index that says nothing; this one sees to it that it speaks.
#[test]
fn random_conditions_do_have_what_is_necessary() {
    let (mut spoken, mut needing) = (0, 0);
    for seed in 0..2000_u32 {
        let written: Vec<u8> =
            (0..40_u32).map(|at| (seed.wrapping_mul(2_654_435_761).rotate_left(at) >> 24) as u8).collect();
        let compiled = compiled(&condition(&mut Tape(&written), &[DECLARATION]).to_string(), &[DECLARATION]);
        let fields: Vec<_> = compiled.fields().filter(|field| field.kind == Type::Text).cloned().collect();
        spoken += usize::from(fields.iter().any(|field| {
            compiled
                .necessary_prefixes(Subject::AnyOf(field.scope), field.slot)
                .is_some_and(|prefixes| !prefixes.is_empty())
        }));
        needing += usize::from(compiled.necessary_presence(0) != NecessaryPresence::default());
    }
    assert!(spoken > 20 && needing > 200, "{spoken} {needing}");
}
