//! What lowers a tax on the declarant's word alone (Law 107/2016 art. 16 and 19): an officer has to see it.
//!
//! A declaration kind that takes something off is a claim unless a fact entitles the trader. A code that lowers a tax is
//! one unless the kind or the goods imply it, or a list is drawn on. So are a rate below another one that the goods of the
//! line may bear, the rate of an agreement without a proof that customs holds, the rate inside a quota, and a gift.
//!
//! It looks at an account that is sound, and says which lines make claims of which kind.

use std::collections::BTreeSet;

use vocabulary::{ClaimKind, Direction, DutyType, GoodsItem};

use super::import_duty::{is_inside_a_quota, unproved_preference};
use super::number::{self, Number};
use super::rule_files::Row;
use super::{Account, Case, ItemAccount, TaxAccount, TaxRate, declared_codes, export_duty};

/// A claim: the number of the line, or none for the declaration as a whole, and its kind.
pub type Claimed = (Option<u32>, ClaimKind);

/// The kinds of claims that the auditor looks for; those of values are found beside the values.
pub const LOOKED_FOR: [ClaimKind; 6] = [
    ClaimKind::DeclarationKind,
    ClaimKind::TaxCode,
    ClaimKind::Rate,
    ClaimKind::Preference,
    ClaimKind::Quota,
    ClaimKind::Value,
];

pub(super) fn of_account(case: &Case<'_>, account: &Account) -> BTreeSet<Claimed> {
    let mut claimed = BTreeSet::new();
    let persons = matches!(case.declaration.party_class.as_deref(), Some("1" | "2"));
    if case.declaration.cargo_class.as_deref() == Some("A") && persons {
        claimed.insert((None, ClaimKind::TaxCode));
    }
    for (position, (item, account)) in case.declaration.goods_items.iter().zip(&account.items).enumerate() {
        let sequence = item.sequence.and_then(|sequence| u32::try_from(sequence).ok());
        let number = sequence.or_else(|| u32::try_from(position + 1).ok());
        let line = Line { case, item, account, hs: item.commodity_code.as_deref().unwrap_or_default() };
        claimed.extend(line.kinds().into_iter().map(|kind| match kind {
            ClaimKind::DeclarationKind => (None, kind),
            _ => (number, kind),
        }));
    }
    claimed
}

struct Line<'l> {
    case: &'l Case<'l>,
    item: &'l GoodsItem,
    account: &'l ItemAccount,
    hs: &'l str,
}

impl Line<'_> {
    fn kinds(&self) -> BTreeSet<ClaimKind> {
        let mut kinds = BTreeSet::new();
        for tax in &self.account.taxes {
            if self.by_kind_alone(tax) && !self.kind_is_proved() {
                kinds.insert(ClaimKind::DeclarationKind);
            }
            if let Some(code) = self.relief_code(tax.duty_type)
                && !self.is_remedy(tax.duty_type)
                && (tax.duty_type != DutyType::ExportDuty || self.is_listed_for_export())
            {
                kinds.extend(self.of_code(&code, tax.duty_type));
            }
            if self.is_below_another(tax) || self.is_of_a_share(tax) {
                kinds.insert(ClaimKind::Rate);
            }
        }
        if self.case.direction == Direction::Import {
            if unproved_preference(self.case, self.item, self.hs) {
                kinds.insert(ClaimKind::Preference);
            }
            if self.is_said_not_to_bear_consumption_tax() {
                kinds.insert(ClaimKind::Rate);
            }
            if self.bears_duty() && is_inside_a_quota(self.case, self.item, self.hs) {
                kinds.insert(ClaimKind::Quota);
            }
            if self.bears_duty() && self.is_new_or_cheaper() {
                kinds.insert(ClaimKind::Rate);
            }
        } else if export_duty::is_preferential(self.case, self.item, self.hs) {
            kinds.insert(ClaimKind::Preference);
        }
        kinds
    }

    /// Whether goods of a line of which some bear special consumption tax are declared without a code of it.
    fn is_said_not_to_bear_consumption_tax(&self) -> bool {
        let row = self.case.rules.special_consumption.on(self.hs, self.case.day);
        row.is_some_and(|row| row.cell("rate").starts_with("not_subject or "))
            && !self.account.taxes.iter().any(|tax| tax.duty_type == DutyType::SpecialConsumption)
            && !kind_takes_off(self.case, DutyType::SpecialConsumption)
    }

    /// Whether a rate was needed: goods that are not subject to import duty have none.
    fn bears_duty(&self) -> bool {
        let duty = self.account.taxes.iter().find(|tax| tax.duty_type == DutyType::ImportDuty);
        duty.is_some_and(|tax| tax.rate != TaxRate::NotSubject)
    }

    fn kind_cell(&self, column: &str) -> &str {
        self.case.kind.map_or("", |kind| kind.cell(column))
    }

    fn is_remedy(&self, duty_type: DutyType) -> bool {
        matches!(duty_type, DutyType::AntiDumping | DutyType::Countervailing | DutyType::Safeguard)
    }

    /// The row that says what the kind takes off.
    fn kind_row(&self) -> Option<&Row> {
        let rows = self.case.rules.code_uses.rows_of("kind");
        let mut on_day = rows.filter(|row| row.days.hold(self.case.day));
        on_day.find(|row| names(row.cell("kinds"), self.kind_cell("code")))
    }

    fn kind_is_proved(&self) -> bool {
        let Some(row) = self.kind_row() else { return true };
        let discharges = self.kind_cell("previous_declaration_required") == "yes"
            && self.case.declaration.temporary_declaration_number.is_some();
        row.cell("proof").split_whitespace().any(|word| match word {
            "balance" => discharges,
            "dossier" => false,
            code => self.case.facts.trader.is_some_and(|trader| trader.is_entitled(code, self.case.day)),
        })
    }

    /// Whether the kind takes a tax off by itself, without a code.
    fn by_kind_alone(&self, tax: &TaxAccount) -> bool {
        let Some(row) = self.kind_row() else { return false };
        let duty_type = tax.duty_type;
        if !names(row.cell("taxes"), duty_type.as_str())
            || self.is_remedy(duty_type)
            || self.relief_code(duty_type).is_some()
            || (duty_type == DutyType::ExportDuty && !self.is_listed_for_export())
        {
            return false;
        }
        let (treatment, usual) = match duty_type {
            DutyType::ImportDuty | DutyType::ExportDuty => ("duty", self.kind_cell("duty_relief_code")),
            DutyType::Vat => ("taxes", self.kind_cell("vat_code")),
            _ => ("taxes", ""),
        };
        usual.is_empty()
            && matches!(self.kind_cell(treatment), "exempt" | "not_subject" | "not_collected" | "suspended")
    }

    fn is_listed_for_export(&self) -> bool {
        self.case.rules.export_tariff.on(self.hs, self.case.day).is_some()
    }

    /// The code of an exemption, a reduction or goods not subject that is entered of a tax.
    fn relief_code(&self, duty_type: DutyType) -> Option<String> {
        if matches!(duty_type, DutyType::ImportDuty | DutyType::ExportDuty) {
            return self.item.exemption_code.as_ref().map(ToString::to_string);
        }
        declared_codes::relief_code_of(self.case, self.item, duty_type)
    }

    /// What is claimed with a code that lowers a tax.
    fn of_code(&self, code: &str, duty_type: DutyType) -> Option<ClaimKind> {
        let row = use_of(self.case, code, self.hs, duty_type)?;
        let words: Vec<&str> = row.cell("proof").split_whitespace().collect();
        if words.contains(&"goods") || (words.contains(&"list") && self.item.exemption_list.is_some()) {
            return None;
        }
        if words.contains(&"kind") {
            return (!self.kind_is_proved()).then_some(ClaimKind::DeclarationKind);
        }
        Some(ClaimKind::TaxCode)
    }

    /// Whether the declared code names a rate below another one that goods of the line may bear.
    fn is_below_another(&self, tax: &TaxAccount) -> bool {
        let (rules, day) = (self.case.rules, self.case.day);
        let Some(code) = declared_codes::rate_code_of(self.case, self.item, tax.duty_type) else { return false };
        let rates: Vec<Number> = match tax.duty_type {
            DutyType::Vat => super::value_added::choices(self.case, self.hs),
            DutyType::SpecialConsumption => {
                let cell = rules.special_consumption.on(self.hs, day).map_or("", |row| row.cell("rate"));
                let listed: Vec<Number> =
                    cell.trim_start_matches("not_subject or ").split('/').filter_map(number::read).collect();
                if cell != "by_goods" && !cell.contains('/') {
                    return false;
                }
                let codes = rules.tax_codes.rows.iter().filter(|row| row.days.hold(day));
                let of_tax = codes.filter(|row| row.cell("tax") == "special_consumption");
                let fitting = of_tax.filter(|row| goes_on(self.case, row.cell("code"), self.hs));
                let rates = fitting.filter_map(|row| row.number("rate"));
                rates.filter(|rate| listed.is_empty() || listed.contains(rate)).collect()
            }
            DutyType::EnvironmentalProtection => {
                let table = &rules.environmental_tax;
                let Some(own) = table.on(&code, day) else { return false };
                let others = table.rows.iter().filter(|row| row.days.hold(day) && row.cell("effect") == "amount");
                return others
                    .filter(|row| goes_on(self.case, row.cell("code"), self.hs))
                    .any(|row| row.number("amount") > own.number("amount") || row.cell("unit") != own.cell("unit"));
            }
            _ => Vec::new(),
        };
        let declared = rules.tax_codes.on(&code, day).and_then(|row| row.number("rate"));
        declared.is_some_and(|declared| rates.iter().any(|rate| *rate > declared))
    }

    /// Whether environmental protection tax is on less than the whole quantity.
    fn is_of_a_share(&self, tax: &TaxAccount) -> bool {
        let TaxRate::PerUnit(per_unit) = &tax.rate else { return false };
        tax.duty_type == DutyType::EnvironmentalProtection
            && self.case.counted_in(self.item, &per_unit.unit).is_some_and(|whole| whole > per_unit.quantity)
    }

    /// Whether a percentage is declared of goods for which there are amounts for used ones, or an amount below another.
    fn is_new_or_cheaper(&self) -> bool {
        let (rules, day) = (self.case.rules, self.case.day);
        let covers = |row: &&Row| {
            row.days.hold(day) && row.cell("hs").split('/').any(|beginning| self.hs.starts_with(beginning))
        };
        let covering: Vec<&Row> = rules.specific_rates.rows.iter().filter(covers).collect();
        let schedule = self.item.tariff_schedule.as_deref().and_then(|code| rules.schedules.on(code, day));
        match schedule.map_or("mfn", |row| row.cell("kind")) {
            "specific" | "mixed" => {
                let code = self.item.specific_rate_code.as_deref().unwrap_or_default();
                let Some(own) = rules.specific_rates.on(code, day) else { return false };
                covering.iter().any(|row| {
                    let other = ["currency", "unit"].iter().any(|column| row.cell(column) != own.cell(column));
                    other || row.number("amount") > own.number("amount")
                })
            }
            "not_subject" | "out_of_quota" | "chapter_98" => false,
            _ => !covering.is_empty(),
        }
    }
}

/// Whether the kind takes a tax off by itself.
pub(super) fn kind_takes_off(case: &Case<'_>, duty_type: DutyType) -> bool {
    let kind = case.kind.map_or("", |kind| kind.cell("code"));
    let rows = case.rules.code_uses.rows_of("kind").filter(|row| row.days.hold(case.day));
    rows.filter(|row| names(row.cell("kinds"), kind)).any(|row| names(row.cell("taxes"), duty_type.as_str()))
}

/// Whether a word stands among words.
fn names(cell: &str, word: &str) -> bool {
    cell.split_whitespace().any(|known| known == word)
}

/// Whether goods are among those of a row: within the beginnings it names, if it names any, and not in those left out.
fn has_goods(row: &Row, hs: &str, depends: bool) -> bool {
    let words: Vec<&str> = row.cell("goods").split_whitespace().collect();
    let begins = |beginning: &str| hs.starts_with(beginning);
    let within: Vec<&&str> = words.iter().filter(|word| !word.starts_with('!') && **word != "tariff").collect();
    (within.is_empty() || within.iter().any(|word| begins(word)))
        && !words.iter().filter_map(|word| word.strip_prefix('!')).any(begins)
        && (!words.contains(&"tariff") || depends)
}

/// Whether a code goes on goods; a code without rows goes on all.
pub(super) fn goes_on(case: &Case<'_>, code: &str, hs: &str) -> bool {
    let mut rows = case.rules.code_uses.rows_of(code).filter(|row| row.days.hold(case.day)).peekable();
    rows.peek().is_none() || rows.any(|row| has_goods(row, hs, true))
}

/// Whether a code that lowers a tax goes with the kind and the goods; one without rows goes with all.
pub(super) fn goes_with(case: &Case<'_>, code: &str, hs: &str, duty_type: DutyType) -> bool {
    let any = case.rules.code_uses.rows_of(code).any(|row| row.days.hold(case.day));
    !any || case.kind.is_none() || use_of(case, code, hs, duty_type).is_some()
}

/// The row by which a code goes with the kind and the goods: one that names goods before one that does not, one that
/// names kinds before one for all.
fn use_of<'c>(case: &Case<'c>, code: &str, hs: &str, duty_type: DutyType) -> Option<&'c Row> {
    let (rules, day) = (case.rules, case.day);
    let kind = case.kind.map_or("", |kind| kind.cell("code"));
    let depends = match duty_type {
        DutyType::Vat => {
            rules.vat.on(hs, day).is_some_and(|row| row.cell("rate").split('/').any(|word| word == "not_subject"))
        }
        DutyType::SpecialConsumption => rules
            .special_consumption
            .on(hs, day)
            .is_some_and(|row| row.cell("rate") == "by_goods" || row.cell("rate").contains("not_subject")),
        DutyType::EnvironmentalProtection => {
            rules.environmental_lines.on(hs, day).is_some_and(|row| row.cell("bears") == "maybe")
        }
        _ => false,
    };
    let fits = |row: &&Row| {
        row.days.hold(day)
            && (row.cell("kinds") == "*" || names(row.cell("kinds"), kind))
            && has_goods(row, hs, depends)
    };
    let narrow = |row: &&Row| {
        let names_goods = row.cell("goods").split_whitespace().any(|word| !word.starts_with('!') && word != "tariff");
        (u8::from(names_goods), u8::from(row.cell("kinds") != "*"))
    };
    let mut best: Option<&Row> = None;
    for row in rules.code_uses.rows_of(code).filter(fits) {
        let better = best.is_none_or(|known| {
            let (known, new) = (narrow(&known), narrow(&row));
            new.0 > known.0 || new.1 > known.1
        });
        if better {
            best = Some(row);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_word_is_no_part_of_another() {
        assert!(names("E11 E13", "E13") && !names("E11 E13", "E1"));
    }
}
