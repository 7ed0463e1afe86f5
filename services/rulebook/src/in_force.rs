//! The rules of one day: the only way to a value.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::{Citation, DutyType, FieldId, RulebookGap};

use crate::agreement::AgreementInForce;
use crate::cited::{Cited, Provenance, no_value_on};
use crate::code_list::{
    AdjustmentEffect, CodeEntry, CodeList, CustomsOffice, DeclarationKind, Detail, Entry, Incoterm, TariffSchedule,
};
use crate::hs_table::CommodityCode;
use crate::rulebook::{MfnWord, Rulebook};
use crate::specific_rate::SpecificRate;
use crate::tariff_line::TariffLine;
use crate::tax::{Rounding, RoundingKind, TaxCode, TaxCodeEntry, Thresholds, Versions};
use crate::trade_remedy::TradeRemedy;
use crate::valuation::MarginKind;

/// Whether Viet Nam gives most-favoured-nation treatment to a country's goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MfnRelation {
    /// It does.
    Yes(Citation),
    /// It does not.
    No(Citation),
    /// The rulebook does not say.
    Unknown(RulebookGap),
}

/// All rules in force on one day. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct RulesInForce<'a> {
    rulebook: &'a Rulebook,
    date: Date,
}

impl<'a> RulesInForce<'a> {
    pub(crate) fn new(rulebook: &'a Rulebook, date: Date) -> Self {
        Self { rulebook, date }
    }

    /// The day.
    pub fn date(&self) -> Date {
        self.date
    }

    /// The rulebook that these rules are part of.
    pub fn rulebook(&self) -> &'a Rulebook {
        self.rulebook
    }

    // Goods and rates.

    /// The tariff line of eight digits, if the nomenclature has it on the day.
    pub fn commodity(&self, hs8: &str) -> Option<TariffLine<'a>> {
        if !self.rulebook.nomenclature.holds_on(self.date) {
            return None;
        }
        let code = CommodityCode::parse(hs8)?;
        let position = self.rulebook.lines.binary_search(&code).ok()?;
        Some(TariffLine::new(self.rulebook, code, position, self.date))
    }

    /// Every line that begins with these 1 to 8 digits, in order; none when they are not digits.
    pub fn commodities_under(&self, prefix: &str) -> &'a [CommodityCode] {
        let rulebook = self.rulebook;
        if prefix.is_empty() && rulebook.nomenclature.holds_on(self.date) {
            return &rulebook.lines;
        }
        let Some((first, last)) = CommodityCode::range_of(prefix) else {
            return &[];
        };
        if !rulebook.nomenclature.holds_on(self.date) {
            return &[];
        }
        let start = rulebook.lines.partition_point(|code| *code < first);
        let end = rulebook.lines.partition_point(|code| *code <= last);
        &rulebook.lines[start..end]
    }

    /// The longest beginning of a code that does not exist that lines of the tariff share with it, of at least two digits.
    pub fn known_beginning<'c>(&self, wrong: &'c str) -> Option<&'c str> {
        (2..=wrong.len().min(8))
            .rev()
            .filter_map(|length| wrong.get(..length))
            .find(|beginning| !self.commodities_under(beginning).is_empty())
    }

    /// An agreement in force on the day, by its identifier.
    pub fn agreement(&self, id: &str) -> Option<AgreementInForce<'a>> {
        let agreement = self.rulebook.agreement(id)?;
        agreement.decree.holds_on(self.date).then_some(AgreementInForce { agreement, date: self.date })
    }

    /// Every agreement in force on the day.
    pub fn agreements(&self) -> impl Iterator<Item = AgreementInForce<'a>> {
        let date = self.date;
        self.rulebook
            .agreements
            .iter()
            .filter(move |agreement| agreement.decree.holds_on(date))
            .map(move |agreement| AgreementInForce { agreement, date })
    }

    /// Whether a country is a member of an agreement that is in force on the day.
    pub fn is_member(&self, agreement: &str, country: &str) -> bool {
        self.agreement(agreement).is_some_and(|agreement| agreement.has_member(country))
    }

    /// What a tariff schedule code (mã biểu thuế) asks for.
    pub fn agreement_of_schedule(&self, code: &str) -> Option<TariffSchedule<'a>> {
        let entry = self.entry(CodeList::TariffSchedules, code)?;
        match &entry.detail {
            Detail::Schedule(kind) => {
                Some(TariffSchedule { entry: CodeEntry::new(CodeList::TariffSchedules, entry), kind })
            }
            _ => None,
        }
    }

    /// The tariff schedule codes that ask for the rates of an agreement.
    pub fn schedules_of(&self, agreement: &str) -> impl Iterator<Item = CodeEntry<'a>> {
        self.codes(CodeList::TariffSchedules).filter(move |code| {
            self.agreement_of_schedule(code.code()).is_some_and(
                |schedule| matches!(schedule.kind, crate::ScheduleKind::Agreement(id) if **id == *agreement),
            )
        })
    }

    /// The forms of certificates that prove origin under an agreement.
    pub fn certificates_of(&self, agreement: &str) -> impl Iterator<Item = CodeEntry<'a>> {
        let date = self.date;
        self.rulebook
            .list(CodeList::OriginCertificates)
            .into_iter()
            .flat_map(|list| list.all())
            .filter(move |entry| entry.provenance.holds_on(date))
            .filter(move |entry| match &entry.detail {
                Detail::Certificate { agreements } => agreements.iter().any(|id| **id == *agreement),
                _ => false,
            })
            .map(|entry| CodeEntry::new(CodeList::OriginCertificates, entry))
    }

    /// Whether Viet Nam gives most-favoured-nation treatment to goods of a country.
    pub fn mfn_relation(&self, country: &str) -> MfnRelation {
        let place = format_args!("assessment/mfn-relations/{country}");
        match self.rulebook.mfn_relations.get(country) {
            Some((MfnWord::Yes, provenance)) if provenance.holds_on(self.date) => {
                MfnRelation::Yes(provenance.cite(place))
            }
            Some((MfnWord::No, provenance)) if provenance.holds_on(self.date) => {
                MfnRelation::No(provenance.cite(place))
            }
            _ => MfnRelation::Unknown(crate::cited::gap(
                "mfn_relation_not_in_rulebook",
                place,
                format_args!(
                    "the rulebook does not say whether goods of {country} have most-favoured-nation treatment"
                ),
                format_args!("bộ quy tắc chưa cho biết hàng xuất xứ {country} có được đối xử tối huệ quốc hay không"),
            )),
        }
    }

    // Value.

    /// The first and the last day of the week whose exchange rates hold on the day; `None` where none are entered.
    pub fn exchange_rate_week(&self) -> Option<(Date, Date)> {
        self.rulebook.exchange_rates.days_of(self.date)
    }

    /// Dong for one unit of a currency in the week of the day; 1 for the dong.
    ///
    /// # Errors
    /// A gap when no rate is entered for the week.
    pub fn exchange_rate(&self, currency: &str) -> Result<Cited<Decimal>, RulebookGap> {
        self.rulebook.exchange_rates.on(currency, self.date)
    }

    /// What terms of delivery say about the price.
    pub fn incoterm(&self, code: &str) -> Option<Cited<Incoterm>> {
        self.detail(CodeList::Incoterms, code, |detail| match detail {
            Detail::Incoterm(incoterm) => Some(*incoterm),
            _ => None,
        })
    }

    /// How many decimals a currency has.
    pub fn minor_units(&self, currency: &str) -> Option<Cited<u8>> {
        self.detail(CodeList::Currencies, currency, |detail| match detail {
            Detail::Currency { minor_units } => Some(*minor_units),
            _ => None,
        })
    }

    /// Whether the line values are entered by hand under a valuation class (VD1); otherwise the system allocates.
    pub fn valuation_is_manual(&self, class: &str) -> Option<Cited<bool>> {
        self.detail(CodeList::ValuationClasses, class, |detail| match detail {
            Detail::Valuation { manual, .. } => Some(*manual),
            _ => None,
        })
    }

    /// Whether a valuation class (VD1) is one that a declaration kind explains: of some classes only some kinds do.
    pub fn valuation_is_explained(&self, class: &str, declaration_kind: &str) -> Option<Cited<bool>> {
        self.detail(CodeList::ValuationClasses, class, |detail| match detail {
            Detail::Valuation { kinds, .. } => {
                Some(kinds.is_empty() || kinds.iter().any(|kind| **kind == *declaration_kind))
            }
            _ => None,
        })
    }

    /// What an adjustment name (VRn) does to the price.
    pub fn adjustment(&self, name: &str) -> Option<Cited<AdjustmentEffect>> {
        self.detail(CodeList::AdjustmentNames, name, |detail| match detail {
            Detail::Adjustment(effect) => Some(*effect),
            _ => None,
        })
    }

    /// Kilograms in one unit of weight.
    pub fn kilograms_in(&self, weight_unit: &str) -> Option<Cited<Decimal>> {
        self.detail(CodeList::WeightUnits, weight_unit, |detail| match detail {
            Detail::WeightUnit { kilograms } => Some(*kilograms),
            _ => None,
        })
    }

    /// How amounts of a kind are rounded.
    ///
    /// # Errors
    /// A gap when no rounding is entered for the day.
    pub fn rounding(&self, kind: RoundingKind) -> Result<Cited<Rounding>, RulebookGap> {
        let versions = self.rulebook.roundings.get(&kind);
        self.version(versions, format_args!("valuation/rounding/{}", kind.as_str()))
    }

    /// How far declared values may lie apart.
    ///
    /// # Errors
    /// A gap when no margin is entered for the day.
    pub fn margin(&self, kind: MarginKind) -> Result<Cited<Decimal>, RulebookGap> {
        let versions = self.rulebook.margins.get(&kind);
        self.version(versions, format_args!("valuation/margins/{}", kind.as_str()))
    }

    // Codes.

    /// A code of a list.
    pub fn code(&self, list: CodeList, code: &str) -> Option<CodeEntry<'a>> {
        self.entry(list, code).map(|entry| CodeEntry::new(list, entry))
    }

    /// The gap where a list is not entered for the day, so that it says neither that there is such a code nor that there is
    /// none. What the list last knew of the code is answered by the other questions all the same: whoever asks them of a
    /// declared code asks this one first.
    pub fn code_not_entered(&self, list: CodeList, code: &str) -> Option<RulebookGap> {
        let table = self.rulebook.list(list)?;
        let place = || no_value_on(self.date, format_args!("code-lists/{}/{code}", list.as_str()));
        table.is_silent(code, self.date).then(place)
    }

    /// Whether a list has a code on the day itself.
    pub(crate) fn is_entered(&self, list: CodeList, code: &str) -> bool {
        self.rulebook.list(list).is_some_and(|table| table.on(code, self.date).is_some())
    }

    /// The gap where the nomenclature is not entered for the day.
    pub fn nomenclature_not_entered(&self) -> Option<RulebookGap> {
        let entered = self.rulebook.nomenclature.holds_on(self.date);
        (!entered).then(|| no_value_on(self.date, format_args!("assessment/import-tariff/nomenclature")))
    }

    /// The gap where the tables of tax codes are not entered for the day, so that they say nothing of a code; as
    /// [`Self::code_not_entered`] of a list.
    pub fn tax_code_not_entered(&self, code: &str) -> Option<RulebookGap> {
        let codes = &self.rulebook.tax_codes;
        let table = codes.versions(code).first().map_or("tax-codes", |entry| entry.table);
        let place = || no_value_on(self.date, format_args!("assessment/{table}/{code}"));
        codes.is_silent(code, self.date).then(place)
    }

    /// Every code of a list, in order.
    pub fn codes(&self, list: CodeList) -> impl Iterator<Item = CodeEntry<'a>> + use<'a> {
        let date = self.date;
        self.rulebook
            .list(list)
            .into_iter()
            .flat_map(|table| table.all())
            .filter(move |entry| entry.provenance.holds_on(date))
            .map(move |entry| CodeEntry::new(list, entry))
    }

    /// The list that a field takes its codes from on the day, where one is entered for it.
    pub fn list_of(&self, field: FieldId) -> Option<CodeList> {
        let fields = self.rulebook.coded_fields.iter();
        let mut here = fields.filter(|coded| coded.field == field && coded.provenance.holds_on(self.date));
        here.next().map(|coded| coded.list)
    }

    /// A declaration kind (mã loại hình).
    pub fn declaration_kind(&self, code: &str) -> Option<Cited<&'a DeclarationKind>> {
        self.detail(CodeList::DeclarationKinds, code, |detail| match detail {
            Detail::Kind(kind) => Some(&**kind),
            _ => None,
        })
    }

    /// Whether a customs office's code may be used.
    pub fn customs_office(&self, code: &str) -> CustomsOffice<'a> {
        let versions = self.rulebook.list(CodeList::CustomsOffices).map_or(&[][..], |list| list.versions(code));
        if self.entry(CodeList::CustomsOffices, code).is_some() {
            return CustomsOffice::Current;
        }
        let ended = versions.iter().rev().find_map(|entry| {
            let last_day = entry.provenance.to.filter(|to| *to < self.date)?;
            match &entry.detail {
                Detail::Office { successor: Some(successor) } => Some((&**successor, last_day.tomorrow().ok()?)),
                _ => None,
            }
        });
        if let Some((successor, since)) = ended {
            return CustomsOffice::Retired { successor, since };
        }
        match versions.first() {
            Some(entry) if entry.provenance.from > self.date => CustomsOffice::NotYet { from: entry.provenance.from },
            _ => CustomsOffice::Unknown,
        }
    }

    // Taxes.

    /// A code of other taxes, exemptions, reductions or trade remedies.
    pub fn tax_code(&self, code: &str) -> Option<TaxCode<'a>> {
        self.rulebook.tax_codes.known_on(code, self.date).map(TaxCode::new)
    }

    /// Every tax code of a tax on the day, by code.
    pub fn tax_codes(&self, tax: DutyType) -> Vec<TaxCode<'a>> {
        let mut entries: Vec<&TaxCodeEntry> = self
            .rulebook
            .tax_codes
            .all()
            .filter(|entry| entry.tax == tax && entry.provenance.holds_on(self.date))
            .collect();
        entries.sort_by(|a, b| a.code.cmp(&b.code));
        entries.into_iter().map(TaxCode::new).collect()
    }

    /// The tax whose codes begin as a text does, by its first two letters: VB stands before codes of VAT.
    pub fn tax_of_family(&self, code: &str) -> Option<DutyType> {
        let family = code.get(..2)?;
        let mut entries = self.rulebook.tax_codes.all().filter(|entry| entry.code.starts_with(family));
        let first = entries.next()?.tax;
        entries.all(|entry| entry.tax == first).then_some(first)
    }

    /// Whether a unit counts things that cannot be divided.
    pub fn is_counted_whole(&self, unit: &str) -> Option<Cited<bool>> {
        self.detail(CodeList::QuantityUnits, unit, |detail| match detail {
            Detail::QuantityUnit { whole } => Some(*whole),
            _ => None,
        })
    }

    /// The environmental protection tax on a product, by its code; the gap names the product when a code is known and
    /// its amount on the day is not.
    ///
    /// # Errors
    /// A gap when the code is known for other days alone.
    pub fn environmental_tax(&self, code: &str) -> Result<Option<TaxCode<'a>>, RulebookGap> {
        self.tax_code_of(code, |tax| tax == DutyType::EnvironmentalProtection)
    }

    /// The measures on goods of a tariff code, whatever their origin.
    pub fn trade_remedies(&self, hs8: &str) -> impl Iterator<Item = TradeRemedy<'a>> {
        let (rulebook, date) = (self.rulebook, self.date);
        rulebook
            .trade_remedies
            .iter()
            .filter(move |case| case.provenance.holds_on(date) && case.covers(hs8))
            .map(move |case| TradeRemedy { rulebook, case, date })
    }

    /// The measure that a code is a rate of.
    pub fn trade_remedy_of(&self, code: &str) -> Option<TradeRemedy<'a>> {
        let (rulebook, date) = (self.rulebook, self.date);
        let case = rulebook
            .trade_remedies
            .iter()
            .find(|case| case.provenance.holds_on(date) && case.rates.iter().any(|rate| *rate.code == *code))?;
        Some(TradeRemedy { rulebook, case, date })
    }

    /// How many days after registration a proof may still show that goods are not of an origin under a measure.
    ///
    /// # Errors
    /// A gap when it is not entered for the day.
    pub fn days_to_prove_other_origin(&self) -> Result<Cited<u32>, RulebookGap> {
        let versions = Some(&self.rulebook.remedy_proof_days);
        self.version(versions, format_args!("assessment/trade-remedies/days_to_prove_other_origin"))
    }

    /// A specific or mixed duty, by its code.
    pub fn specific_rate(&self, code: &str) -> Option<SpecificRate<'a>> {
        self.specific_rates().find(|rate| rate.code() == code)
    }

    /// Every specific or mixed duty on the day, in the order of the table.
    pub fn specific_rates(&self) -> impl Iterator<Item = SpecificRate<'a>> {
        let date = self.date;
        let entries = self.rulebook.specific_rates.iter();
        entries.filter(move |entry| entry.provenance.holds_on(date)).map(|entry| SpecificRate { entry })
    }

    /// Whether the tariff quota of goods is used up: that of an agreement, or else that of the preferential tariff.
    pub fn quota_exhausted(&self, hs8: &str, agreement: Option<&str>) -> Option<Citation> {
        let quotas = self.rulebook.tariff_quotas.iter();
        let mut quotas = quotas.filter(|quota| quota.provenance.holds_on(self.date) && quota.covers(hs8, agreement));
        quotas.find_map(|quota| {
            let exhausted = quota.exhausted.iter().find(|exhausted| exhausted.holds_on(self.date))?;
            Some(quota.cite_exhausted(exhausted))
        })
    }

    /// Whether two codes of quantity units count the same thing.
    pub fn same_unit(&self, a: &str, b: &str) -> bool {
        a == b
            || self.rulebook.list(CodeList::TariffUnits).is_some_and(|list| {
                list.all().iter().any(|entry| match &entry.detail {
                    Detail::TariffUnit { codes } => {
                        codes.iter().any(|code| **code == *a) && codes.iter().any(|code| **code == *b)
                    }
                    _ => false,
                })
            })
    }

    /// Whether a tax code is known on other days than this one.
    pub fn tax_code_on_other_days(&self, code: &str) -> bool {
        self.tax_code(code).is_none() && !self.rulebook.tax_codes.versions(code).is_empty()
    }

    fn tax_code_of(&self, code: &str, wanted: impl Fn(DutyType) -> bool) -> Result<Option<TaxCode<'a>>, RulebookGap> {
        let versions = self.rulebook.tax_codes.versions(code);
        let mut of_tax = versions.iter().filter(|entry| wanted(entry.tax)).peekable();
        let Some(first) = of_tax.peek() else {
            return Ok(None);
        };
        let table = first.table;
        of_tax
            .find(|entry| entry.provenance.holds_on(self.date))
            .map(|entry| Some(TaxCode::new(entry)))
            .ok_or_else(|| no_value_on(self.date, format_args!("assessment/{table}/{code}")))
    }

    /// Amounts below which duty is not collected.
    ///
    /// # Errors
    /// A gap when one of them is not entered for the day.
    pub fn thresholds(&self) -> Result<Thresholds, RulebookGap> {
        let book = self.rulebook;
        let place = "assessment/thresholds";
        Ok(Thresholds {
            small_shipment: self.version(Some(&book.small_shipment), format_args!("{place}/small_shipment"))?,
            express: self.version(Some(&book.express), format_args!("{place}/express"))?,
            gift: self.version(Some(&book.gift), format_args!("{place}/gift"))?,
        })
    }

    /// Interest on tax paid late, in per cent of the amount for each day.
    ///
    /// # Errors
    /// A gap when it is not entered for the day.
    pub fn late_payment_percent_per_day(&self) -> Result<Cited<Decimal>, RulebookGap> {
        self.version(Some(&self.rulebook.late_payment), format_args!("assessment/thresholds/late_payment"))
    }

    fn version<T: Clone>(
        &self,
        versions: Option<&Versions<T>>,
        place: std::fmt::Arguments<'_>,
    ) -> Result<Cited<T>, RulebookGap> {
        let found: Option<(&T, &Provenance)> = versions.and_then(|versions| versions.on(self.date));
        found
            .map(|(value, provenance)| provenance.cited(value.clone(), place))
            .ok_or_else(|| no_value_on(self.date, place))
    }

    fn entry(&self, list: CodeList, code: &str) -> Option<&'a Entry> {
        self.rulebook.list(list)?.known_on(code, self.date)
    }

    /// What a code says beyond its name, uncited.
    pub(crate) fn detail_of(&self, list: CodeList, code: &str) -> Option<&'a Detail> {
        self.entry(list, code).map(|entry| &entry.detail)
    }

    fn detail<T>(&self, list: CodeList, code: &str, read: impl FnOnce(&'a Detail) -> Option<T>) -> Option<Cited<T>> {
        let entry = self.entry(list, code)?;
        let value = read(&entry.detail)?;
        Some(Cited { value, citation: entry.cite(list), mark: entry.provenance.mark })
    }
}
