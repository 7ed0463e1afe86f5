//! The tests that stand beside the rules of `rules/`, and what is said of a test that is written wrongly.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{copy, seal};
use rulebook::Rulebook;

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

fn lines<T: ToString>(items: &[T]) -> String {
    items.iter().map(|item| format!("\n{}", item.to_string())).collect()
}

#[test]
fn every_test_of_a_rule_goes_as_it_says() {
    let rulebook = Rulebook::load(&rules()).unwrap_or_else(|errors| panic!("{errors}"));
    let report = rulebook.run_tests();
    assert!(report.rules > 200, "{} rules", report.rules);
    assert!(report.tests >= 2 * report.rules, "{} tests of {} rules", report.tests, report.rules);
    assert!(report.is_clean(), "{}{}", lines(&report.failures), lines(&report.untested));
}

/// A copy of the rules with one more file of validation rules, which goes when the test ends.
struct Copy(PathBuf);

impl Copy {
    fn with(name: &str, extra: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("rule-tests-{name}-{}", std::process::id()));
        copy(&rules(), &folder);
        fs::write(folder.join("validation/extra.toml"), extra).unwrap();
        seal(&folder);
        Self(folder)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

const RULE: &str = r#"[[rule]]
code = "extra"
law = "TT-38-2015"
provision = "a rule for this test"
in_force_from = 2015-04-01
mark = "sample"
direction = "import"
scope = "goods_item"
severity = "error"
when = '''item.origin = "ZZ"'''
field = "origin"
message.en = "m"
message.vi = "m"
mend.en = "m"
mend.vi = "m"
"#;

#[test]
fn a_test_that_goes_otherwise_says_what_the_rule_saw() {
    let tests = r#"
[[rule.test]]
fires = true
of = "import"
given = { items = [{}, { origin = "CN" }] }

[[rule.test]]
fires = false
of = "import"
on = 2014-01-01

[[rule.test]]
fires = false
of = "export"

[[rule.test]]
fires = true
of = "import"
without = ["items"]
"#;
    let copy = Copy::with("otherwise", &format!("{RULE}{tests}"));
    let report = Rulebook::load(&copy.0).unwrap_or_else(|errors| panic!("{errors}")).run_tests();
    assert_eq!(
        lines(&report.failures),
        "
validation/extra.toml:17: extra: the rule fires on `import` changed so, but it was silent: \
         `item.origin = \"ZZ\"` does not hold (item.origin is CN); `item.origin = \"ZZ\"` does not hold (item.origin is CN)
validation/extra.toml:22: extra: the rule is silent on `import` changed so, but the rule is not in force on \
         2014-01-01: give the test a day with `on`
validation/extra.toml:27: extra: the rule is silent on `export` changed so, but the rule is never asked of \
         declarations of this direction
validation/extra.toml:31: extra: the rule fires on `import` changed so, but there is nothing that the rule could be \
         asked of"
    );
}

#[test]
fn a_test_that_is_written_wrongly_is_a_mistake_with_its_line() {
    let tests = r#"
[[rule.test]]
fires = "yes"
of = "imports"

[[rule.test]]
fires = true
of = "import"
given = { term_of_delivery = "FOB", package_quantity = "many", items = [{ orign = "ZZ" }], facts = 1 }
facts = { trader_compliance_levl = 4, draw = "a" }
without = ["freight_amont"]
"#;
    let copy = Copy::with("wrongly", &format!("{RULE}{tests}"));
    let errors = Rulebook::load(&copy.0).unwrap_err();
    let said = lines(&errors.errors);
    for expected in [
        "validation/extra.toml:18: rule.test.fires: `fires` is of type string; write true or false",
        "validation/extra.toml:19: rule.test.of: there is no declaration `imports` in tests/; did you mean `import`?",
        "extra.toml:24: rule.test.given.term_of_delivery: the record `declaration` has no field and no group \
         `term_of_delivery`; did you mean `terms_of_delivery`?",
        "extra.toml:24: rule.test.given.package_quantity: `package_quantity` is of type string; write a whole number \
         without quotes",
        "extra.toml:24: rule.test.given.items.orign: the record `item` has no field and no group `orign`; did you mean \
         `origin`?",
        "extra.toml:25: rule.test.facts.trader_compliance_levl: `trader_compliance_levl` is no fact that a test may \
         suppose; did you mean `trader_compliance_level`?",
        "extra.toml:25: rule.test.facts.draw: `draw` is of type string; write a whole number, or another between \
         double quotes",
        "extra.toml:26: rule.test.without: the record `declaration` has no field and no group `freight_amont`; did \
         you mean `freight_amount`?",
    ] {
        assert!(said.contains(expected), "{expected}\nis not in{said}");
    }
}
