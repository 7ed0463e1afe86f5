//! The uses of codes, for the inventory of the rulebook.

use crate::code_uses::entry::CodeUses;
use crate::knowing::inventory::{Inventory, joined, text, words};

impl CodeUses {
    /// Takes the uses into an inventory.
    pub(crate) fn list_into(&self, inventory: &mut Inventory) {
        for entry in self.all() {
            let kinds = if entry.kinds.is_empty() { "all".to_owned() } else { words(&entry.kinds, " ") };
            let tariff = if entry.goods.by_tariff { " as the tariff says" } else { "" };
            let goods = format!("{} but {}{tariff}", words(&entry.goods.within, " "), words(&entry.goods.without, " "));
            let taxes = entry.taxes.iter().map(|tax| tax.as_str().to_owned());
            let values = vec![
                text("taxes", &joined(taxes, " ")),
                text("proof", &entry.proof.to_string()),
                text("rests_on.en", &entry.rests_on.en),
                text("rests_on.vi", &entry.rests_on.vi),
            ];
            let name = format!("{} of kinds {kinds} on goods {goods}", entry.of);
            inventory.add_word("assessment/code-uses", &name, &entry.provenance, values);
        }
    }
}
