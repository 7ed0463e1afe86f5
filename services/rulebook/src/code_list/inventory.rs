//! What the code lists say, for the inventory of the rulebook.

use crate::code_list::alias::Alias;
use crate::code_list::entry::{AdjustmentEffect, Detail, ScheduleKind, Treatment};
use crate::code_list::table::{CodeLists, ListTable};
use crate::knowing::inventory::{Inventory, NamedValue, joined, number_text, text};

impl CodeLists {
    /// Takes the lists and the aliases into an inventory.
    pub(crate) fn list_into(&self, inventory: &mut Inventory) {
        let Self { tables, aliases } = self;
        for (list, ListTable { title: _, days: _, codes }) in tables {
            for entry in codes.all() {
                let mut values = vec![text("name_en", &entry.name.en), text("name_vi", &entry.name.vi)];
                values.extend(detail(&entry.detail));
                let name = format!("code-lists/{}", list.as_str());
                inventory.add_word(name, &entry.code, &entry.provenance, values);
            }
        }
        for Alias { list, written, code, hint, provenance } in aliases {
            let mut values = Vec::new();
            values.extend(code.as_deref().map(|code| text("code", code)));
            if let Some(hint) = hint {
                values.extend([text("hint_en", &hint.en), text("hint_vi", &hint.vi)]);
            }
            let name = format!("code-lists/aliases/{}", list.as_str());
            inventory.add_word(name, written, provenance, values);
        }
    }
}

fn detail(detail: &Detail) -> Vec<NamedValue> {
    let truth = |name, value: bool| text(name, if value { "yes" } else { "no" });
    match detail {
        Detail::Nothing => Vec::new(),
        Detail::Incoterm(terms) => vec![
            text("value_at_exit_gate", terms.value_at_exit_gate.as_str()),
            truth("includes_freight", terms.includes_freight),
            truth("includes_insurance", terms.includes_insurance),
            truth("insurance_may_be_entered", terms.insurance_may_be_entered),
        ],
        Detail::Kind(kind) => {
            let mut values = vec![
                text("direction", kind.direction.as_str()),
                text("duty", treatment(kind.duty)),
                text("taxes", treatment(kind.taxes)),
                truth("deadline_required", kind.deadline_required),
                truth("previous_declaration_required", kind.previous_declaration_required),
                truth("transport_start_allowed", kind.transport_start_allowed),
            ];
            values.extend(kind.duty_relief_code.as_deref().map(|code| text("duty_relief_code", code)));
            values.extend(kind.vat_code.as_deref().map(|code| text("vat_code", code)));
            values
        }
        Detail::Currency { minor_units } => vec![text("minor_units", &minor_units.to_string())],
        Detail::Office { successor } => {
            successor.as_deref().map(|successor| text("successor", successor)).into_iter().collect()
        }
        Detail::Valuation { manual, kinds } => vec![truth("manual", *manual), text("kinds", &kinds.join(" "))],
        Detail::Adjustment(effect) => vec![text(
            "effect",
            match effect {
                AdjustmentEffect::Addition => "addition",
                AdjustmentEffect::Deduction => "deduction",
                AdjustmentEffect::Either => "either",
            },
        )],
        Detail::Schedule(kind) => vec![text(
            "asks_for",
            match kind {
                ScheduleKind::Mfn => "mfn",
                ScheduleKind::Ordinary => "ordinary",
                ScheduleKind::Agreement(id) => id,
                ScheduleKind::OutOfQuota => "out_of_quota",
                ScheduleKind::Specific => "specific",
                ScheduleKind::Mixed => "mixed",
                ScheduleKind::Chapter98 => "chapter_98",
                ScheduleKind::NotSubject => "not_subject",
            },
        )],
        Detail::Certificate { agreements } => {
            vec![text("agreements", &joined(agreements.iter().map(ToString::to_string), "/"))]
        }
        Detail::QuantityUnit { whole } => vec![truth("whole", *whole)],
        Detail::TariffUnit { codes } => vec![text("codes", &joined(codes.iter().map(ToString::to_string), "/"))],
        Detail::WeightUnit { kilograms } => vec![number_text("kilograms", kilograms)],
    }
}

fn treatment(treatment: Treatment) -> &'static str {
    Treatment::ALL.iter().find(|(_, known)| *known == treatment).map_or("", |(word, _)| word)
}
