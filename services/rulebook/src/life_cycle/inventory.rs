//! What the rules say of a declaration's life.

use crate::knowing::inventory::{Inventory, joined, text};
use crate::life_cycle::rules::{FrozenFrom, LifeCycleRules, LimitKind, ReasonFor, RegistrationChange, Until};

impl LifeCycleRules {
    /// Takes the rules into an inventory.
    pub(crate) fn list_into(&self, inventory: &mut Inventory) {
        let Self { limits, deferral_codes, changes, reasons, frozen, holidays } = self;
        for kind in LimitKind::ALL {
            if let Some(versions) = limits.get(&kind) {
                inventory.add_versions("life-cycle/limits", kind.as_str(), versions, |value| {
                    vec![text("value", &value.to_string())]
                });
            }
        }
        inventory.add_versions("life-cycle/deferral", "due_date_codes", deferral_codes, |codes| {
            vec![text("codes", &joined(codes.iter().map(ToString::to_string), " "))]
        });
        for change in RegistrationChange::ALL {
            if let Some(versions) = changes.get(&change) {
                inventory.add_versions("life-cycle/changes", change.as_str(), versions, |note| {
                    vec![
                        text("code", &note.code),
                        text("message.en", &note.message.en),
                        text("message.vi", &note.message.vi),
                    ]
                });
            }
        }
        for (reason, provenance) in reasons {
            let given_for = match reason.given_for {
                ReasonFor::Amendment => "amendment",
                ReasonFor::Certificate => "certificate",
                ReasonFor::Cancellation => "cancellation",
            };
            let until = match reason.until {
                Until::Clearance => "clearance",
                Until::Supervision => "supervision",
                Until::Open => "open",
            };
            let values = vec![
                text("of", given_for),
                text("direction", reason.direction.map_or("both", |direction| direction.as_str())),
                text("until", until),
                text("name.en", &reason.name.en),
                text("name.vi", &reason.name.vi),
            ];
            inventory.add_word("life-cycle/change-reasons", &reason.code, provenance, values);
        }
        for (field, provenance) in frozen {
            let from = match field.from {
                FrozenFrom::Registration => "registration",
                FrozenFrom::Release => "release",
                FrozenFrom::Clearance => "clearance",
            };
            let name = format!("{:?}.{}", field.field.scope, field.field.field().name);
            let values = vec![text("code", &field.code), text("from", from)];
            inventory.add_word("life-cycle/frozen-fields", &name, provenance, values);
        }
        inventory.add_versions("life-cycle/public-holidays", "days", holidays, |days| {
            vec![text("days", &joined(days.iter().map(ToString::to_string), " "))]
        });
    }
}
