//! The rules under conditions, for the inventory of the rulebook.

use crate::conditional::rules::ConditionalRules;
use crate::conditional::schema::word_of;
use crate::knowing::inventory::{Inventory, text};

impl ConditionalRules {
    /// Takes the rules into an inventory.
    pub(crate) fn list_into(&self, inventory: &mut Inventory) {
        let Self {
            validation,
            coded_fields,
            criteria,
            // The indexes are made of the rules, and the tests are no rules.
            validation_index: _,
            criteria_index: _,
            test_bases: _,
        } = self;
        for field in coded_fields {
            let id = field.field.field();
            let place = format!("{} at {}.{}", field.code, word_of(field.field.scope), id.name);
            let values = vec![text("list", field.list.as_str()), text("severity", severity_word(field.severity))];
            inventory.add_word("validation/coded-fields", &place, &field.provenance, values);
        }
        for rule in validation {
            let name = rule.id.as_ref().unwrap_or(&rule.code);
            let place = format!("{name} at {}.{}", word_of(rule.scope), rule.field.field().name);
            let mut values = vec![
                text("direction", rule.direction.map_or("both", |direction| direction.as_str())),
                text("severity", severity_word(rule.severity)),
                text("when", rule.condition.canonical()),
                text("message.en", &rule.message.en),
                text("message.vi", &rule.message.vi),
                text("mend.en", &rule.mend.en),
                text("mend.vi", &rule.mend.vi),
            ];
            if let Some(suggestion) = &rule.suggestion {
                values.extend([
                    text("suggest.value", suggestion.value.canonical()),
                    text("suggest.en", &suggestion.words.en),
                    text("suggest.vi", &suggestion.words.vi),
                ]);
                values.extend(suggestion.when.as_ref().map(|when| text("suggest.when", when.canonical())));
            }
            values.extend(rule.follows_from.as_deref().map(|cause| text("follows_from", cause)));
            inventory.add_word(&*rule.file, &place, &rule.provenance, values);
        }
        for criterion in criteria {
            let mut values = vec![
                text("lane", criterion.lane.as_str()),
                text("scope", word_of(criterion.scope)),
                text("when", criterion.condition.canonical()),
                text("because.en", &criterion.because.en),
                text("because.vi", &criterion.because.vi),
            ];
            values.extend(criterion.weight.map(|weight| text("weight", &weight.to_string())));
            inventory.add_word(&*criterion.file, &criterion.id, &criterion.provenance, values);
        }
    }
}

fn severity_word(severity: vocabulary::Severity) -> &'static str {
    match severity {
        vocabulary::Severity::Error => "error",
        vocabulary::Severity::Warning => "warning",
    }
}
