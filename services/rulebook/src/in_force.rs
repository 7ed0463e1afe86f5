//! The rules of one day: the only way to a value.
//!
//! ```text
//!   Rulebook, a day ──► RulesInForce ──► the view of a subject: tariff(), lists(), taxes(), remedies(), code_uses(),
//!                                   │                           valuation(), origin(), conditional(), life_cycle()
//!                                   └──► commodity(): a line of the tariff, of which several subjects speak
//! ```
//!
//! What is asked in many places is asked here directly; each such method only hands the question to the subject's view.

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::{Bilingual, Citation, CriterionHit, Declaration, Finding, RulebookGap};

use crate::cited::Cited;
use crate::code_list::CodeList;
use crate::code_list::entry::{CodeEntry, DeclarationKind};
use crate::code_list::in_force::CodeListsInForce;
use crate::code_uses::in_force::CodeUsesInForce;
use crate::conditional::asked::Verdict;
use crate::conditional::in_force::ConditionalInForce;
use crate::conditional::subject::{ItemSurroundings, Surroundings};
use crate::law::provision::Provision;
use crate::life_cycle::in_force::LifeCycleInForce;
use crate::life_cycle::rules::{
    ChangeNote, ChangeReason, FrozenField, FrozenFrom, LimitKind, ReasonFor, RegistrationChange,
};
use crate::origin::in_force::OriginRulesInForce;
use crate::rulebook::Rulebook;
use crate::tariff::agreement::AgreementInForce;
use crate::tariff::in_force::TariffInForce;
use crate::tariff_line::TariffLine;
use crate::taxes::code::TaxCode;
use crate::taxes::in_force::{MeantTaxCode, TaxesInForce};
use crate::trade_remedies::in_force::TradeRemediesInForce;
use crate::valuation::in_force::ValuationInForce;

/// All rules in force on one day. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct RulesInForce<'a> {
    rulebook: &'a Rulebook,
    date: Date,
}

impl Rulebook {
    /// The rules of one day.
    pub fn in_force_on(&self, date: Date) -> RulesInForce<'_> {
        RulesInForce { rulebook: self, date }
    }
}

impl<'a> RulesInForce<'a> {
    /// The same rulebook's rules of another day.
    pub fn on(&self, date: Date) -> RulesInForce<'a> {
        RulesInForce { rulebook: self.rulebook, date }
    }

    pub fn date(&self) -> Date {
        self.date
    }

    /// The rulebook that these rules are part of.
    pub fn rulebook(&self) -> &'a Rulebook {
        self.rulebook
    }

    /// The words of a provision of the law that the program itself cites.
    pub fn law(&self, provision: Provision) -> &'a Arc<str> {
        self.rulebook.provisions.on(provision, self.date)
    }

    /// Puts the words of the law into findings that name their provision, as those of the readers of documents do: they do
    /// not know the rules.
    pub fn cite(&self, findings: &mut [Finding]) {
        for finding in findings {
            if let Some(provision) = Provision::ALL.iter().find(|provision| provision.name() == finding.law) {
                finding.law = self.law(*provision).to_string();
            }
        }
    }

    // Subjects.

    /// The customs tariff and the trade agreements.
    pub fn tariff(&self) -> TariffInForce<'a> {
        TariffInForce::new(&self.rulebook.tariff, self.date)
    }

    pub fn lists(&self) -> CodeListsInForce<'a> {
        CodeListsInForce::new(&self.rulebook.lists, self.date)
    }

    /// The taxes beside import and export duty.
    pub fn taxes(&self) -> TaxesInForce<'a> {
        TaxesInForce::new(&self.rulebook.taxes, self.date)
    }

    pub fn remedies(&self) -> TradeRemediesInForce<'a> {
        TradeRemediesInForce::new(&self.rulebook.trade_remedies, &self.rulebook.taxes.codes, self.date)
    }

    /// Which codes go with which kinds and goods.
    pub fn code_uses(&self) -> CodeUsesInForce<'a> {
        CodeUsesInForce::new(&self.rulebook.code_uses, self.date)
    }

    /// What values are computed with.
    pub fn valuation(&self) -> ValuationInForce<'a> {
        ValuationInForce::new(&self.rulebook.valuation, self.date)
    }

    /// The rules on proofs of origin.
    pub fn origin(&self) -> OriginRulesInForce<'a> {
        OriginRulesInForce::new(&self.rulebook.origin, self.date)
    }

    /// The rules under conditions.
    pub fn conditional(&self) -> ConditionalInForce<'a> {
        ConditionalInForce::new(&self.rulebook.conditional, self.lists(), self.date)
    }

    /// The rules of a declaration's life.
    pub fn life_cycle(&self) -> LifeCycleInForce<'a> {
        LifeCycleInForce::new(&self.rulebook.life_cycle, self.date)
    }

    // What several subjects speak of.

    /// The tariff line of eight digits, if the nomenclature has it on the day.
    pub fn commodity(&self, hs8: &str) -> Option<TariffLine<'a>> {
        let tariff = self.tariff();
        let line = tariff.line(hs8)?;
        Some(TariffLine::new(line, tariff, self.taxes(), self.code_uses(), self.lists()))
    }

    /// What was meant by a text that is no tax code, by the table of aliases.
    pub fn meant_tax_code(&self, written: &str) -> Option<MeantTaxCode<'a>> {
        let (code, hint) = self.lists().tax_code_meant(written)?;
        Some(MeantTaxCode { code: code.and_then(|code| self.tax_code(code)), hint })
    }

    // Goods and rates.

    /// An agreement in force on the day, by its identifier.
    pub fn agreement(&self, id: &str) -> Option<AgreementInForce<'a>> {
        self.tariff().agreement(id)
    }

    /// Every agreement in force on the day.
    pub fn agreements(&self) -> impl Iterator<Item = AgreementInForce<'a>> {
        self.tariff().agreements()
    }

    // Codes.

    /// A code of a list.
    pub fn code(&self, list: CodeList, code: &str) -> Option<CodeEntry<'a>> {
        self.lists().code(list, code)
    }

    /// The gap where a list is not entered for the day, so that it says neither that there is such a code nor that there is
    /// none. What the list last knew of the code is answered by the other questions all the same: whoever asks them of a
    /// declared code asks this one first.
    pub fn code_not_entered(&self, list: CodeList, code: &str) -> Option<RulebookGap> {
        self.lists().code_not_entered(list, code)
    }

    /// Every code of a list, in order.
    pub fn codes(&self, list: CodeList) -> impl Iterator<Item = CodeEntry<'a>> + use<'a> {
        self.lists().codes(list)
    }

    /// How a text that is no code of a list is mended, and the code to enter where one was meant. Codes of a short list
    /// are all named; of a long one is said where it is found.
    pub fn mend_code(&self, list: CodeList, written: &str) -> (Bilingual, Vec<String>) {
        self.lists().mend_code(list, written)
    }

    /// A declaration kind (mã loại hình).
    pub fn declaration_kind(&self, code: &str) -> Option<Cited<&'a DeclarationKind>> {
        self.lists().declaration_kind(code)
    }

    // Value.

    /// Dong for one unit of a currency in the week of the day; 1 for the dong.
    ///
    /// # Errors
    /// A gap when no rate is entered for the week.
    pub fn exchange_rate(&self, currency: &str) -> Result<Cited<Decimal>, RulebookGap> {
        self.valuation().exchange_rate(currency)
    }

    // Taxes.

    /// A code of other taxes, exemptions, reductions or trade remedies.
    pub fn tax_code(&self, code: &str) -> Option<TaxCode<'a>> {
        self.taxes().code(code)
    }

    // A declaration's life.

    /// A term or a count.
    ///
    /// # Errors
    /// A gap when it is not entered for the day.
    pub fn limit(&self, kind: LimitKind) -> Result<Cited<u32>, RulebookGap> {
        self.life_cycle().limit(kind)
    }

    /// Whether a code of the payment's due date (ENC) asks for the payment term of authorised operators.
    pub fn asks_for_deferral(&self, due_date_code: &str) -> Option<Citation> {
        self.life_cycle().asks_for_deferral(due_date_code)
    }

    /// What is said of a change between pre-registration and registration.
    ///
    /// # Errors
    /// A gap when nothing is entered for the day.
    pub fn change_note(&self, change: RegistrationChange) -> Result<Cited<&'a ChangeNote>, RulebookGap> {
        self.life_cycle().change_note(change)
    }

    /// A reason to amend or cancel, by its code.
    pub fn change_reason(&self, code: &str) -> Option<Cited<&'a ChangeReason>> {
        self.life_cycle().change_reason(code)
    }

    /// The codes of the reasons for something, for people to choose from.
    pub fn change_reasons(&self, given_for: ReasonFor) -> Vec<&'a str> {
        self.life_cycle().change_reasons(given_for)
    }

    /// The fields that can no longer be amended at a point of a declaration's life.
    pub fn frozen_fields(&self, at: FrozenFrom) -> impl Iterator<Item = Cited<&'a FrozenField>> {
        self.life_cycle().frozen_fields(at)
    }

    /// The working day on which a term of so many working days after the rules' day ends.
    ///
    /// # Errors
    /// A gap when the holidays of a year on the way are not entered.
    pub fn working_days_later(&self, count: u32) -> Result<Date, RulebookGap> {
        self.life_cycle().working_days_later(count)
    }

    // Rules under conditions.

    /// Asks every validation rule in force of a declaration.
    pub fn validate(&self, declaration: &Declaration, surroundings: &Surroundings<'_>) -> Verdict {
        self.conditional().validate(declaration, surroundings)
    }

    /// Asks every criterion in force of a declaration: those that match, and those that could not be decided.
    pub fn criteria(
        &self,
        declaration: &Declaration,
        surroundings: &Surroundings<'_>,
    ) -> (Vec<CriterionHit>, Vec<RulebookGap>) {
        self.conditional().criteria(declaration, surroundings)
    }

    /// What is known of each goods item before it is assessed.
    pub fn item_surroundings(&self, declaration: &Declaration) -> Vec<ItemSurroundings> {
        self.conditional().item_surroundings(declaration)
    }
}
