//! Where a figure comes from, and the name of its absence.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::finding::Bilingual;

/// The rule that a figure or a finding rests on, and the law behind the rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The rule and its dated version, e.g. `assessment/import-tariff/84818099/mfn@2023-07-15`.
    pub rule: Arc<str>,
    /// The legal instrument and provision, e.g. `Decree 26/2023/ND-CP, Annex II`.
    pub law: Arc<str>,
}

impl Citation {
    /// A citation of `rule`, which rests on `law`.
    pub fn new(rule: impl Into<Arc<str>>, law: impl Into<Arc<str>>) -> Self {
        Self { rule: rule.into(), law: law.into() }
    }
}

/// The rulebook is silent where a decision needs it to speak. Never a zero: an officer gets the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulebookGap {
    /// A stable code, e.g. `rate_not_in_rulebook`.
    pub code: Arc<str>,
    /// The sequence number of the goods item concerned; `None` when it is the whole declaration.
    pub item: Option<u32>,
    /// What is missing, for the officer and the rule keeper.
    pub message: Bilingual,
    /// The rule, or the place in the rulebook, where the value should stand.
    pub rule: Arc<str>,
}
