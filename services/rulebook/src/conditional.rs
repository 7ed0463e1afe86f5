//! Rules that hold under a condition: `rules/validation/`, `rules/selectivity/` and the declarations that test them.
//!
//! ```text
//!   subject  what conditions may speak of    schema, facts  the names for it
//!      │
//!      ▼
//!   asked    each element of a declaration ──► validation   findings of rules
//!      │                                  ├──► coded_field  findings of codes that no list has
//!      │ index, presence: which rules     └──► selectivity  criteria that match
//!      │ may apply, as a rule_set
//!      ▼
//!   rule_test, test_run   the tests that stand beside each rule
//! ```

pub(crate) mod asked;
pub(crate) mod coded_field;
pub(crate) mod facts;
pub(crate) mod in_force;
pub(crate) mod index;
pub(crate) mod inventory;
pub(crate) mod load;
pub(crate) mod presence;
pub(crate) mod rule_set;
pub(crate) mod rule_test;
pub(crate) mod rules;
pub(crate) mod rules_naming;
pub(crate) mod schema;
pub(crate) mod selectivity;
pub(crate) mod subject;
pub(crate) mod suggestion;
pub(crate) mod test_run;
pub(crate) mod validation;
