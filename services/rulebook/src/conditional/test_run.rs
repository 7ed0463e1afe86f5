//! Runs the tests of rules, and says which did not go as expected.

use std::fmt;

use conditions::Condition;
use vocabulary::{Direction, Scope};

use crate::cited::Provenance;
use crate::code_list::in_force::CodeListsInForce;
use crate::code_list::table::CodeLists;
use crate::conditional::asked::{Records, elements};
use crate::conditional::in_force::ConditionalInForce;
use crate::conditional::rule_test::RuleTest;
use crate::conditional::rules::ConditionalRules;
use crate::conditional::subject::{ItemSurroundings, Subject, Supposed, Surroundings};

/// What came of running the tests of all rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleTestReport {
    /// Rules that can have tests: validation rules and criteria of selectivity, versions counted apart.
    pub rules: usize,
    /// Tests that were run.
    pub tests: usize,
    /// Those that did not go as expected, in the order of the files.
    pub failures: Vec<RuleTestFailure>,
    /// Rules that lack a test which fires them or one which does not.
    pub untested: Vec<UntestedRule>,
}

impl RuleTestReport {
    /// Whether every test went as expected and every rule has both kinds.
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty() && self.untested.is_empty()
    }
}

/// A test of a rule that did not go as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTestFailure {
    /// The file of the rule, relative to the rulebook's folder.
    pub file: String,
    /// The line on which the test begins.
    pub line: u32,
    /// The rule's code or the criterion's name.
    pub rule: String,
    /// What the test expects.
    pub expected: String,
    /// What happened instead, with the values that the condition saw.
    pub happened: String,
}

impl fmt::Display for RuleTestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, rule, expected, happened } = self;
        write!(f, "{file}:{line}: {rule}: {expected}, but {happened}")
    }
}

/// A rule without both a test that fires it and one that does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UntestedRule {
    /// The file of the rule, relative to the rulebook's folder.
    pub file: String,
    /// The line on which the rule begins.
    pub line: u32,
    /// The rule's code or the criterion's name.
    pub rule: String,
    /// No test fires it.
    pub lacks_firing: bool,
    /// No test leaves it silent.
    pub lacks_silent: bool,
}

impl fmt::Display for UntestedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, rule, .. } = self;
        let lacking = match (self.lacks_firing, self.lacks_silent) {
            (true, true) => "no test fires it and none leaves it silent",
            (true, false) => "no test fires it",
            _ => "no test leaves it silent",
        };
        write!(f, "{file}:{line}: {rule}: {lacking}")
    }
}

/// A rule in so far as it can be tested.
struct Testable<'a> {
    file: &'a str,
    line: u32,
    name: &'a str,
    direction: Option<Direction>,
    scope: Scope,
    condition: &'a Condition,
    provenance: &'a Provenance,
    tests: &'a [RuleTest],
}

impl ConditionalRules {
    /// Runs the tests of some rules: those whose file, without its ending, and name are wanted.
    pub(crate) fn run_tests_of(&self, lists: &CodeLists, wanted: impl Fn(&str, &str) -> bool) -> RuleTestReport {
        let mut report = RuleTestReport::default();
        for rule in self.testable().filter(|rule| wanted(rule.file, rule.name)) {
            report.rules += 1;
            report.tests += rule.tests.len();
            for test in rule.tests {
                if let Err(happened) = self.run(lists, &rule, test) {
                    let base = self.test_bases.get(test.base).map_or("?", |base| &base.name);
                    let verb = if test.fires { "fires" } else { "is silent" };
                    report.failures.push(RuleTestFailure {
                        file: format!("{}.toml", rule.file),
                        line: test.line,
                        rule: rule.name.to_owned(),
                        expected: format!("the rule {verb} on `{base}` changed so"),
                        happened,
                    });
                }
            }
            let lacks = |fires: bool| !rule.tests.iter().any(|test| test.fires == fires);
            let (lacks_firing, lacks_silent) = (lacks(true), lacks(false));
            if lacks_firing || lacks_silent {
                report.untested.push(UntestedRule {
                    file: format!("{}.toml", rule.file),
                    line: rule.line,
                    rule: rule.name.to_owned(),
                    lacks_firing,
                    lacks_silent,
                });
            }
        }
        report
    }

    fn testable(&self) -> impl Iterator<Item = Testable<'_>> {
        let rules = self.validation.iter().map(|rule| Testable {
            file: &rule.file,
            line: rule.line,
            name: rule.id.as_ref().unwrap_or(&rule.code),
            direction: rule.direction,
            scope: rule.scope,
            condition: &rule.condition,
            provenance: &rule.provenance,
            tests: &rule.tests,
        });
        let criteria = self.criteria.iter().map(|criterion| Testable {
            file: &criterion.file,
            line: criterion.line,
            name: &criterion.id,
            direction: None,
            scope: criterion.scope,
            condition: &criterion.condition,
            provenance: &criterion.provenance,
            tests: &criterion.tests,
        });
        rules.chain(criteria)
    }

    /// Runs one test; the error says what happened instead of what was expected.
    fn run(&self, lists: &CodeLists, rule: &Testable<'_>, test: &RuleTest) -> Result<(), String> {
        let Some(base) = self.test_bases.get(test.base) else {
            return Err("its declaration is not there".to_owned());
        };
        let on = test.on.unwrap_or(base.on);
        if !rule.provenance.holds_on(on) {
            return Err(format!("the rule is not in force on {on}: give the test a day with `on`"));
        }
        let mut declaration = base.declaration.clone();
        for change in &test.changes {
            change.make(&mut declaration);
        }
        if rule.direction.is_some() && rule.direction != declaration.direction() {
            return Err("the rule is never asked of declarations of this direction".to_owned());
        }
        let lists = CodeListsInForce::new(lists, on);
        let mut items = ConditionalInForce::new(self, lists, on).item_surroundings(&declaration);
        for (item, fact, value) in base.facts.items.iter().chain(&test.facts.items) {
            if items.len() <= *item {
                items.resize(*item + 1, ItemSurroundings::default());
            }
            items[*item].suppose(*fact, value);
        }
        // What the test supposes stands before what its declaration supposes, and is found first.
        let supposed: Vec<Supposed> = test.facts.whole.iter().chain(&base.facts.whole).cloned().collect();
        let surroundings = Surroundings {
            registered_on: on,
            draw: 0,
            trader: None,
            total_customs_value: None,
            total_payable: None,
            claims: None,
            routed_branch: None,
            risk_score: None,
            items: &items,
            supposed: &supposed,
        };
        let whole = Subject::Declaration(&declaration, &surroundings, lists);
        let asked = elements(whole, rule.scope);
        let mut fired = false;
        for asked in &asked {
            match rule.condition.holds(Records::new(whole, asked, rule.scope).as_slice()) {
                Ok(holds) => fired |= holds,
                Err(error) => return Err(format!("it could not be decided: {error}")),
            }
        }
        if fired == test.fires {
            return Ok(());
        }
        if asked.is_empty() {
            return Err("there is nothing that the rule could be asked of".to_owned());
        }
        let seen: Vec<String> = asked
            .iter()
            .take(ELEMENTS_EXPLAINED)
            .filter_map(|asked| rule.condition.explain(Records::new(whole, asked, rule.scope).as_slice()).ok())
            .flatten()
            .map(|reason| {
                let holds = if reason.holds == Ok(true) { "holds" } else { "does not hold" };
                let values: Vec<String> = reason
                    .seen
                    .iter()
                    .map(|seen| {
                        let value = seen.value.as_ref().map_or_else(|| "missing".to_owned(), ToString::to_string);
                        format!("{} is {value}", seen.what)
                    })
                    .collect();
                let part = reason.part.split_whitespace().collect::<Vec<_>>().join(" ");
                format!("`{part}` {holds} ({})", values.join(", "))
            })
            .collect();
        let verb = if fired { "it fired" } else { "it was silent" };
        Err(format!("{verb}: {}", seen.join("; ")))
    }
}

/// Of how many elements a failure shows what the condition saw.
const ELEMENTS_EXPLAINED: usize = 3;
