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
use vocabulary::{Bilingual, Citation, CriterionHit, Declaration, Direction, DutyType, FieldId, RulebookGap};

use crate::cited::Cited;
use crate::code_list::CodeList;
use crate::code_list::entry::{AdjustmentEffect, CodeEntry, CustomsOffice, DeclarationKind, Incoterm, TariffSchedule};
use crate::code_list::in_force::{CodeListsInForce, MeantCode};
use crate::code_uses::in_force::{CodeUse, CodeUsesInForce, Fit};
use crate::conditional::asked::Verdict;
use crate::conditional::in_force::ConditionalInForce;
use crate::conditional::rules_naming::RuleNaming;
use crate::conditional::subject::{ItemSurroundings, Surroundings};
use crate::hs_table::CommodityCode;
use crate::law::provision::Provision;
use crate::life_cycle::in_force::LifeCycleInForce;
use crate::life_cycle::rules::{
    ChangeNote, ChangeReason, FrozenField, FrozenFrom, LimitKind, ReasonFor, RegistrationChange,
};
use crate::origin::in_force::OriginRulesInForce;
use crate::rulebook::Rulebook;
use crate::tariff::agreement::AgreementInForce;
use crate::tariff::in_force::TariffInForce;
use crate::tariff::relation::MfnRelation;
use crate::tariff::specific_rate::SpecificRate;
use crate::tariff_line::TariffLine;
use crate::taxes::code::TaxCode;
use crate::taxes::in_force::{MeantTaxCode, TaxesInForce};
use crate::taxes::threshold::Thresholds;
use crate::trade_remedies::in_force::{TradeRemediesInForce, TradeRemedy};
use crate::valuation::in_force::ValuationInForce;
use crate::valuation::margin::MarginKind;
use crate::valuation::rounding::{Rounding, RoundingKind};

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
    /// The day.
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

    // Subjects.

    /// The customs tariff and the trade agreements.
    pub fn tariff(&self) -> TariffInForce<'a> {
        TariffInForce::new(&self.rulebook.tariff, self.date)
    }

    /// The code lists.
    pub fn lists(&self) -> CodeListsInForce<'a> {
        CodeListsInForce::new(&self.rulebook.lists, self.date)
    }

    /// The taxes beside import and export duty.
    pub fn taxes(&self) -> TaxesInForce<'a> {
        TaxesInForce::new(&self.rulebook.taxes, self.date)
    }

    /// The trade remedies.
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

    /// Every line that begins with these 1 to 8 digits, in order; none when they are not digits.
    pub fn commodities_under(&self, prefix: &str) -> &'a [CommodityCode] {
        self.tariff().lines_under(prefix)
    }

    /// The longest beginning of a code that does not exist that lines of the tariff share with it, of at least two digits.
    pub fn known_beginning<'c>(&self, wrong: &'c str) -> Option<&'c str> {
        self.tariff().known_beginning(wrong)
    }

    /// An agreement in force on the day, by its identifier.
    pub fn agreement(&self, id: &str) -> Option<AgreementInForce<'a>> {
        self.tariff().agreement(id)
    }

    /// Every agreement in force on the day.
    pub fn agreements(&self) -> impl Iterator<Item = AgreementInForce<'a>> {
        self.tariff().agreements()
    }

    /// Whether Viet Nam gives most-favoured-nation treatment to goods of a country.
    pub fn mfn_relation(&self, country: &str) -> MfnRelation {
        self.tariff().mfn_relation(country)
    }

    /// The gap where the nomenclature is not entered for the day.
    pub fn nomenclature_not_entered(&self) -> Option<RulebookGap> {
        self.tariff().nomenclature_not_entered()
    }

    /// A specific or mixed duty, by its code.
    pub fn specific_rate(&self, code: &str) -> Option<SpecificRate<'a>> {
        self.tariff().specific_rate(code)
    }

    /// Every specific or mixed duty on the day, in the order of the table.
    pub fn specific_rates(&self) -> impl Iterator<Item = SpecificRate<'a>> {
        self.tariff().specific_rates()
    }

    /// Whether the tariff quota of goods is used up: that of an agreement, or else that of the preferential tariff.
    pub fn quota_exhausted(&self, hs8: &str, agreement: Option<&str>) -> Option<Citation> {
        self.tariff().quota_exhausted(hs8, agreement)
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

    /// What was meant by a text that is no code of a list: by the table of aliases, or because it is the name of a code,
    /// or the code in small letters.
    pub fn meant(&self, list: CodeList, written: &str) -> Option<MeantCode<'a>> {
        self.lists().meant(list, written)
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

    /// Whether a customs office's code may be used.
    pub fn customs_office(&self, code: &str) -> CustomsOffice<'a> {
        self.lists().customs_office(code)
    }

    /// What a tariff schedule code (mã biểu thuế) asks for.
    pub fn tariff_schedule(&self, code: &str) -> Option<TariffSchedule<'a>> {
        self.lists().tariff_schedule(code)
    }

    /// The tariff schedule codes that ask for the rates of an agreement.
    pub fn schedules_of(&self, agreement: &str) -> impl Iterator<Item = CodeEntry<'a>> {
        self.lists().schedules_of(agreement)
    }

    /// The forms of certificates that prove origin under an agreement.
    pub fn certificates_of(&self, agreement: &str) -> impl Iterator<Item = CodeEntry<'a>> {
        self.lists().certificates_of(agreement)
    }

    /// What terms of delivery say about the price.
    pub fn incoterm(&self, code: &str) -> Option<Cited<Incoterm>> {
        self.lists().incoterm(code)
    }

    /// How many decimals a currency has.
    pub fn minor_units(&self, currency: &str) -> Option<Cited<u8>> {
        self.lists().minor_units(currency)
    }

    /// Whether the line values are entered by hand under a valuation class (VD1); otherwise the system allocates.
    pub fn valuation_is_manual(&self, class: &str) -> Option<Cited<bool>> {
        self.lists().valuation_is_manual(class)
    }

    /// Whether a valuation class (VD1) is one that a declaration kind explains: of some classes only some kinds do.
    pub fn valuation_is_explained(&self, class: &str, declaration_kind: &str) -> Option<Cited<bool>> {
        self.lists().valuation_is_explained(class, declaration_kind)
    }

    /// What an adjustment name (VRn) does to the price.
    pub fn adjustment(&self, name: &str) -> Option<Cited<AdjustmentEffect>> {
        self.lists().adjustment(name)
    }

    /// Kilograms in one unit of weight.
    pub fn kilograms_in(&self, weight_unit: &str) -> Option<Cited<Decimal>> {
        self.lists().kilograms_in(weight_unit)
    }

    /// Whether a unit counts things that cannot be divided.
    pub fn is_counted_whole(&self, unit: &str) -> Option<Cited<bool>> {
        self.lists().is_counted_whole(unit)
    }

    /// Whether two codes of quantity units count the same thing.
    pub fn same_unit(&self, a: &str, b: &str) -> bool {
        self.lists().same_unit(a, b)
    }

    // Value.

    /// The first and the last day of the week whose exchange rates hold on the day; `None` where none are entered.
    pub fn exchange_rate_week(&self) -> Option<(Date, Date)> {
        self.valuation().exchange_rate_week()
    }

    /// Dong for one unit of a currency in the week of the day; 1 for the dong.
    ///
    /// # Errors
    /// A gap when no rate is entered for the week.
    pub fn exchange_rate(&self, currency: &str) -> Result<Cited<Decimal>, RulebookGap> {
        self.valuation().exchange_rate(currency)
    }

    /// How amounts of a kind are rounded.
    ///
    /// # Errors
    /// A gap when no rounding is entered for the day.
    pub fn rounding(&self, kind: RoundingKind) -> Result<Cited<Rounding>, RulebookGap> {
        self.valuation().rounding(kind)
    }

    /// How far declared values may lie apart.
    ///
    /// # Errors
    /// A gap when no margin is entered for the day.
    pub fn margin(&self, kind: MarginKind) -> Result<Cited<Decimal>, RulebookGap> {
        self.valuation().margin(kind)
    }

    // Taxes.

    /// A code of other taxes, exemptions, reductions or trade remedies.
    pub fn tax_code(&self, code: &str) -> Option<TaxCode<'a>> {
        self.taxes().code(code)
    }

    /// The gap where the tables of tax codes are not entered for the day, so that they say nothing of a code; as
    /// [`Self::code_not_entered`] of a list.
    pub fn tax_code_not_entered(&self, code: &str) -> Option<RulebookGap> {
        self.taxes().code_not_entered(code)
    }

    /// Every tax code of a tax on the day, by code.
    pub fn tax_codes(&self, tax: DutyType) -> Vec<TaxCode<'a>> {
        self.taxes().codes(tax)
    }

    /// The tax whose codes begin as a text does, by its first two letters: VB stands before codes of VAT.
    pub fn tax_of_family(&self, code: &str) -> Option<DutyType> {
        self.taxes().tax_of_family(code)
    }

    /// The environmental protection tax on a product, by its code; the gap names the product when a code is known and
    /// its amount on the day is not.
    ///
    /// # Errors
    /// A gap when the code is known for other days alone.
    pub fn environmental_tax(&self, code: &str) -> Result<Option<TaxCode<'a>>, RulebookGap> {
        self.taxes().environmental_tax(code)
    }

    /// Whether a tax code is known on other days than this one.
    pub fn tax_code_on_other_days(&self, code: &str) -> bool {
        self.taxes().code_on_other_days(code)
    }

    /// Amounts below which duty is not collected.
    ///
    /// # Errors
    /// A gap when one of them is not entered for the day.
    pub fn thresholds(&self) -> Result<Thresholds, RulebookGap> {
        self.taxes().thresholds()
    }

    /// Interest on tax paid late, in per cent of the amount for each day.
    ///
    /// # Errors
    /// A gap when it is not entered for the day.
    pub fn late_payment_percent_per_day(&self) -> Result<Cited<Decimal>, RulebookGap> {
        self.taxes().late_payment_percent_per_day()
    }

    /// The measures on goods of a tariff code, whatever their origin.
    pub fn trade_remedies(&self, hs8: &str) -> impl Iterator<Item = TradeRemedy<'a>> {
        self.remedies().on_goods(hs8)
    }

    /// The measure that a code is a rate of.
    pub fn trade_remedy_of(&self, code: &str) -> Option<TradeRemedy<'a>> {
        self.remedies().of_code(code)
    }

    /// How many days after registration a proof may still show that goods are not of an origin under a measure.
    ///
    /// # Errors
    /// A gap when it is not entered for the day.
    pub fn days_to_prove_other_origin(&self) -> Result<Cited<u32>, RulebookGap> {
        self.remedies().days_to_prove_other_origin()
    }

    /// What a declaration kind takes off by itself; `None` where it takes nothing off.
    pub fn kind_use(&self, kind: &str) -> Option<CodeUse<'a>> {
        self.code_uses().of_kind(kind)
    }

    /// Whether a tax code may stand beside a kind and on goods; `depends` says whether the tariff leaves it to the goods
    /// whether the code's tax is borne. Of several uses, the one of the fewest goods holds.
    pub fn code_use(&self, code: &str, kind: &str, hs8: &str, depends: bool) -> Fit<'a> {
        self.code_uses().of_code(code, kind, hs8, depends)
    }

    /// Whether a code of the table goes on goods, whatever the kind.
    pub fn code_goes_on(&self, code: &str, hs8: &str) -> bool {
        self.code_uses().goes_on(code, hs8)
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

    /// The list that a field takes its codes from on the day, where one is entered for it.
    pub fn list_of(&self, field: FieldId) -> Option<CodeList> {
        self.conditional().list_of(field)
    }

    /// Whether goods of a tariff line may need a permit when they are registered, whatever the kind of the declaration.
    pub fn permit_needed(&self, hs8: &str, direction: Direction) -> bool {
        self.conditional().permit_needed(hs8, direction)
    }

    /// The rules in force that speak of a commodity by the beginning of its code. Those that speak of all goods are left
    /// out.
    pub fn rules_naming(&self, hs8: &str) -> Vec<RuleNaming> {
        self.conditional().rules_naming(hs8)
    }
}
