//! Provisions of the law that the program cites where no rule of its own stands behind a finding: `law/citations.toml`.
//!
//! ```text
//!   citations.toml ──► Provisions ──► words of a provision on a day ──► the law of a finding or a claim
//! ```
//!
//! They are asked by name, so that an instrument that is replaced is replaced there, and `rules check` says what still
//! cites one that has ended.

use std::sync::Arc;

use jiff::civil::Date;

use crate::cited::Provenance;
use crate::error::Problems;
use crate::knowing::inventory::Inventory;
use crate::law::Instrument;
use crate::reading::dating::{Lawbook, mark_of};
use crate::reading::sources::Sources;
use crate::reading::toml_file::{Section, TomlFile};
use crate::reading::values::Fault;

macro_rules! provisions {
    ($($(#[$doc:meta])* $name:ident = $field:ident,)+) => {
        /// What the program cites the law for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Provision { $($(#[$doc])* $name,)+ }

        /// The words of every provision, of all days.
        #[derive(Debug)]
        pub(crate) struct Provisions { $($field: Dated,)+ }

        impl Provision {
            /// Every provision.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Its name in `law/citations.toml`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($field),)+ }
            }
        }

        impl Provisions {
            fn of(&self, provision: Provision) -> &Dated {
                match provision { $(Provision::$name => &self.$field,)+ }
            }

            /// Each by its name in the file.
            fn all(&self) -> impl Iterator<Item = (&'static str, &Dated)> {
                [$((stringify!($field), &self.$field),)+].into_iter()
            }

            fn read_each(mut read: impl FnMut(&'static str) -> Option<Dated>) -> Option<Self> {
                $(let $field = read(stringify!($field));)+
                Some(Self { $($field: $field?,)+ })
            }
        }
    };
}

provisions! {
    /// What a declaration says, and the codes that it says it with.
    Particulars = particulars,
    /// Amounts that are too long for their fields.
    FieldWidths = field_widths,
    /// A customs value is above zero.
    CustomsValue = customs_value,
    /// What is added to the price.
    Additions = additions,
    /// What is taken off the price.
    Deductions = deductions,
    /// The value of an export at the exit gate.
    ExitGate = exit_gate,
    /// A customs value that the declarant finds by hand, of an import.
    ValueByHand = value_by_hand,
    /// Which method of valuation goes with which goods.
    ValuationMethods = valuation_methods,
    /// The value of goods that are not paid for.
    FreeOfCharge = free_of_charge,
    /// The lines of the tariff.
    Nomenclature = nomenclature,
    /// The units that the tariff counts goods by.
    TariffUnits = tariff_units,
    /// Which rate of import duty goods bear.
    ImportDuty = import_duty,
    /// What agreements give at export.
    ExportPreferences = export_preferences,
    /// Anti-dumping, countervailing and safeguard duties.
    TradeRemedies = trade_remedies,
    /// Lists of goods that are exempt from import duty.
    ExemptionLists = exemption_lists,
    /// Goods that come in or go out for a time.
    TemporaryMovements = temporary_movements,
    /// Guarantees for what is owed.
    Guarantees = guarantees,
    TaxCodeCheckDigit = tax_code_check_digit,
    /// What is declared in advance of registration.
    InAdvance = in_advance,
    /// The registration of a declaration.
    Registration = registration,
    /// An amendment of a declaration.
    Amendment = amendment,
    /// A proof of origin that is filed later.
    CertificateFiling = certificate_filing,
    /// The cancellation of a declaration.
    Cancellation = cancellation,
    /// The payment of duties and taxes.
    Payment = payment,
    /// The check of documents and goods by customs.
    CustomsCheck = customs_check,
    /// A stricter lane than the one that a declaration was routed to.
    StricterLane = stricter_lane,
    /// The release of goods before they are cleared.
    Release = release,
    /// Goods that the declarant takes to storage.
    Storage = storage,
    /// The clearance of goods.
    Clearance = clearance,
    /// Goods that pass the supervision area.
    Supervision = supervision,
    /// Cases that an officer decides.
    OfficersDecision = officers_decision,
    /// Interest that was counted on tax which is lower than it was.
    InterestTakenBack = interest_taken_back,
    /// Who declares, and answers for what is declared.
    AnswerForDeclaration = answer_for_declaration,
    /// That goods are declared once.
    OneDeclaration = one_declaration,
    /// The form of a lodged declaration.
    DeclarationForm = declaration_form,
    /// The form of a command of customs, and of its answer.
    CommandForm = command_form,
    /// The form of a notice to the declarant.
    NoticeForm = notice_form,
    /// The form of a bank's confirmation of a payment.
    PaymentForm = payment_form,
}

/// The words of one provision, the oldest first.
#[derive(Debug)]
pub(crate) struct Dated {
    first: Provenance,
    later: Vec<Provenance>,
}

impl Dated {
    /// The words of a day; where none are entered for it, those that held last, or else the first ones: a finding is never
    /// without a law.
    fn on(&self, date: Date) -> &Arc<str> {
        let before = self.later.iter().rev().find(|version| version.from <= date);
        &before.unwrap_or(&self.first).law
    }
}

impl Provisions {
    /// The words of a provision on a day.
    pub(crate) fn on(&self, provision: Provision, date: Date) -> &Arc<str> {
        self.of(provision).on(date)
    }

    /// Takes the provisions into an inventory.
    pub(crate) fn list_into(&self, inventory: &mut Inventory) {
        for (name, dated) in self.all() {
            for version in [&dated.first].into_iter().chain(&dated.later) {
                inventory.add_word("law/citations", name, version, Vec::new());
            }
        }
    }

    /// Reads `law/citations.toml`.
    pub(crate) fn read(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> Option<Self> {
        let file = TomlFile::open(sources, "law/citations.toml", problems)?;
        let root = file.root();
        let provisions = Self::read_each(|name| {
            let mut versions: Vec<Provenance> = Vec::new();
            for section in root.list(name, problems) {
                let Some(version) = version(&section, laws, problems) else { continue };
                if versions.iter().any(|earlier| earlier.overlaps(&version)) {
                    let fault = Fault::new(
                        "the block and an earlier one of the same name share days",
                        "end the earlier one with `in_force_to` before this one begins",
                    );
                    problems.add(section.error("in_force_from", fault));
                    continue;
                }
                versions.push(version);
            }
            versions.sort_by_key(|version| version.from);
            let mut versions = versions.into_iter();
            Some(Dated { first: versions.next()?, later: versions.collect() })
        });
        root.finish(problems);
        provisions
    }
}

/// One block: the words, the instruments that stand in them, their days and mark. A block may outlast an instrument, so
/// that findings go on; `rules check` tells.
fn version(section: &Section<'_>, laws: &Lawbook, problems: &mut Problems) -> Option<Provenance> {
    section.optional_text("note", problems);
    let text = section.text("text", problems);
    let named = section.texts("instruments", problems);
    let from = section.date("in_force_from", problems);
    let to = section.optional_date("in_force_to", problems);
    let mark = mark_of(section, problems);
    section.finish(problems);
    let text = text?;
    let mut sound = true;
    let mut wrong = |field: &str, fault: Fault| {
        problems.add(section.error(field, fault));
        sound = false;
    };
    for id in &named {
        match laws.instrument(id) {
            Err(fault) => wrong("instruments", fault),
            Ok(instrument) if !instrument.is_cited_in(text) => wrong(
                "instruments",
                Fault::new(format!("the text does not cite {}", instrument.name), "leave it out, or cite it"),
            ),
            Ok(instrument) if from.is_some_and(|from| from < instrument.in_force_from) => wrong(
                "in_force_from",
                Fault::new(
                    format!("it begins before {} takes effect, {}", instrument.name, instrument.in_force_from),
                    "cite the law of that time, or correct the day",
                ),
            ),
            Ok(_) => {}
        }
    }
    let unnamed: Vec<&Instrument> = laws
        .instruments
        .by_id
        .values()
        .filter(|instrument| instrument.is_cited_in(text) && !named.contains(&&*instrument.id))
        .collect();
    if let Some(instrument) = unnamed.first() {
        let fault =
            Fault::new(format!("the text cites {}", instrument.name), format!("name `{}` among them", instrument.id));
        wrong("instruments", fault);
    }
    let (from, mark) = (from?, mark?);
    sound.then(|| Provenance { from, to, law: text.into(), mark })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::cited::Mark;

    #[test]
    fn a_day_without_words_has_the_nearest_ones_before_it() {
        let version = |from, to, law: &str| Provenance { from, to, law: law.into(), mark: Mark::Verified };
        let dated = Dated {
            first: version(date(2015, 4, 1), Some(date(2026, 6, 30)), "old"),
            later: vec![version(date(2026, 7, 1), Some(date(2026, 12, 31)), "new")],
        };
        for (day, expected) in [
            (date(2014, 1, 1), "old"),
            (date(2026, 6, 30), "old"),
            (date(2026, 7, 1), "new"),
            (date(2027, 1, 1), "new"),
        ] {
            assert_eq!(&**dated.on(day), expected, "{day}");
        }
    }
}
