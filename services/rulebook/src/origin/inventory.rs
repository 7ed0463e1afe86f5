//! What is asked of a proof of origin.

use crate::knowing::inventory::{Inventory, NamedValue, joined, number_text, text};
use crate::origin::rules::{OriginRules, OriginTreatment, Scoped};

impl OriginRules {
    /// Takes the rules into an inventory.
    pub(crate) fn list_into(&self, inventory: &mut Inventory) {
        let Self { checks, parameters, fob_value_countries, number_formats, specimens, hs_editions, unit_conversions } =
            self;
        for (check, values) in checks {
            add_scoped(inventory, "origin/checks", check.as_str(), values, |treatment| {
                let word =
                    OriginTreatment::WORDS.iter().find(|(_, known)| known == treatment).map_or("", |(word, _)| word);
                text("treatment", word)
            });
        }
        for (parameter, values) in parameters {
            add_scoped(inventory, "origin/parameters", parameter.as_str(), values, |value| number_text("value", value));
        }
        add_scoped(inventory, "origin/parameters", "fob_value_countries", fob_value_countries, |countries| {
            text("countries", &joined(countries.iter().map(ToString::to_string), "/"))
        });
        for format in number_formats {
            let key = format!("{} of {}", format.form, format.issuing_country);
            inventory.add_word(
                "origin/number-formats",
                &key,
                &format.provenance,
                vec![text("picture", &format.picture)],
            );
        }
        for (list, entries) in specimens {
            for entry in entries {
                let key = format!("{} {}", entry.country, entry.code);
                inventory.add_word(
                    format!("origin/{}", list.as_str()),
                    &key,
                    &entry.provenance,
                    vec![text("name", &entry.name)],
                );
            }
        }
        for edition in hs_editions {
            inventory.add_word("origin/hs-editions", &edition.edition, &edition.provenance, Vec::new());
        }
        for conversion in unit_conversions {
            let values = vec![text("base", &conversion.base), number_text("factor", &conversion.factor)];
            inventory.add_word("origin/unit-conversions", &conversion.unit, &conversion.provenance, values);
        }
    }
}

/// Values for some agreements are named by these, and those for all others by the name alone.
fn add_scoped<T>(
    inventory: &mut Inventory,
    table: &str,
    name: &str,
    values: &Scoped<T>,
    read: impl Fn(&T) -> NamedValue,
) {
    for scoped in &values.0 {
        let key = match &scoped.agreements {
            Some(agreements) => format!("{name} ({})", joined(agreements.iter().map(ToString::to_string), "/")),
            None => name.to_owned(),
        };
        inventory.add_word(table, &key, &scoped.provenance, vec![read(&scoped.value)]);
    }
}
