//! The code lists on a day.
//!
//! A hint about a code with legal meaning is never a guess by spelling. It comes from the table of aliases, from the name of
//! the code itself, or there is none.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::{Bilingual, RulebookGap};

use crate::cited::{Cited, no_value_on};
use crate::code_list::CodeList;
use crate::code_list::alias::{Alias, Aliased, folded};
use crate::code_list::entry::{
    AdjustmentEffect, CodeEntry, CustomsOffice, DeclarationKind, Detail, Entry, Incoterm, ScheduleKind, TariffSchedule,
};
use crate::code_list::table::{CodeLists, ListTable};

/// How many codes of a list a mend names.
const CODES_NAMED_MAX: usize = 12;

/// What was meant by a text that is no code of a list.
#[derive(Debug, Clone)]
pub struct MeantCode<'a> {
    /// The code, where one was meant.
    pub code: Option<CodeEntry<'a>>,
    /// What the table says besides.
    pub hint: Option<&'a Bilingual>,
}

/// The code lists on one day. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct CodeListsInForce<'a> {
    lists: &'a CodeLists,
    date: Date,
}

impl<'a> CodeListsInForce<'a> {
    pub(crate) fn new(lists: &'a CodeLists, date: Date) -> Self {
        Self { lists, date }
    }

    pub(crate) fn date(&self) -> Date {
        self.date
    }

    /// A list as a whole.
    pub(crate) fn table(&self, list: CodeList) -> Option<&'a ListTable> {
        self.lists.get(list)
    }

    /// The codes that stand for a unit of the tariff, by the tariff's word.
    pub(crate) fn tariff_unit(&self, name: &str) -> Option<&'a [Box<str>]> {
        self.lists.tariff_unit(name)
    }

    /// What a tariff schedule code (mã biểu thuế) asks for.
    pub fn tariff_schedule(&self, code: &str) -> Option<TariffSchedule<'a>> {
        let entry = self.entry(CodeList::TariffSchedules, code)?;
        match &entry.detail {
            Detail::Schedule(kind) => {
                Some(TariffSchedule { entry: CodeEntry::new(CodeList::TariffSchedules, entry), kind })
            }
            _ => None,
        }
    }

    /// The tariff schedule codes that ask for the rates of an agreement.
    pub fn schedules_of(self, agreement: &str) -> impl Iterator<Item = CodeEntry<'a>> {
        self.codes(CodeList::TariffSchedules).filter(move |code| {
            self.tariff_schedule(code.code())
                .is_some_and(|schedule| matches!(schedule.kind, ScheduleKind::Agreement(id) if **id == *agreement))
        })
    }

    /// The forms of certificates that prove origin under an agreement.
    pub fn certificates_of(self, agreement: &str) -> impl Iterator<Item = CodeEntry<'a>> {
        let date = self.date;
        self.lists
            .get(CodeList::OriginCertificates)
            .into_iter()
            .flat_map(|list| list.all())
            .filter(move |entry| entry.provenance.holds_on(date))
            .filter(move |entry| match &entry.detail {
                Detail::Certificate { agreements } => agreements.iter().any(|id| **id == *agreement),
                _ => false,
            })
            .map(|entry| CodeEntry::new(CodeList::OriginCertificates, entry))
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

    /// A code of a list.
    pub fn code(&self, list: CodeList, code: &str) -> Option<CodeEntry<'a>> {
        self.entry(list, code).map(|entry| CodeEntry::new(list, entry))
    }

    /// The gap where a list is not entered for the day, so that it says neither that there is such a code nor that there is
    /// none. What the list last knew of the code is answered by the other questions all the same: whoever asks them of a
    /// declared code asks this one first.
    pub fn code_not_entered(&self, list: CodeList, code: &str) -> Option<RulebookGap> {
        let table = self.lists.get(list)?;
        let place = || no_value_on(self.date, format_args!("code-lists/{}/{code}", list.as_str()));
        table.is_silent_of(code, self.date).then(place)
    }

    /// Whether a list has a code on the day itself.
    pub(crate) fn is_entered(&self, list: CodeList, code: &str) -> bool {
        self.lists.get(list).is_some_and(|table| table.on(code, self.date).is_some())
    }

    /// Every code of a list, in order.
    pub fn codes(self, list: CodeList) -> impl Iterator<Item = CodeEntry<'a>> + use<'a> {
        let date = self.date;
        self.lists
            .get(list)
            .into_iter()
            .flat_map(|table| table.all())
            .filter(move |entry| entry.provenance.holds_on(date))
            .map(move |entry| CodeEntry::new(list, entry))
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
        let versions = self.lists.get(CodeList::CustomsOffices).map_or(&[][..], |list| list.of(code));
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

    /// Whether a unit counts things that cannot be divided.
    pub fn is_counted_whole(&self, unit: &str) -> Option<Cited<bool>> {
        self.detail(CodeList::QuantityUnits, unit, |detail| match detail {
            Detail::QuantityUnit { whole } => Some(*whole),
            _ => None,
        })
    }

    /// Whether two codes of quantity units count the same thing.
    pub fn same_unit(&self, a: &str, b: &str) -> bool {
        a == b
            || self.lists.get(CodeList::TariffUnits).is_some_and(|list| {
                list.all().iter().any(|entry| match &entry.detail {
                    Detail::TariffUnit { codes } => {
                        codes.iter().any(|code| **code == *a) && codes.iter().any(|code| **code == *b)
                    }
                    _ => false,
                })
            })
    }

    fn entry(&self, list: CodeList, code: &str) -> Option<&'a Entry> {
        self.lists.get(list)?.known_on(code, self.date)
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

    /// What was meant by a text that is no code of a list: by the table of aliases, or because it is the name of a code,
    /// or the code in small letters.
    pub fn meant(&self, list: CodeList, written: &str) -> Option<MeantCode<'a>> {
        let folded = folded(written);
        if let Some(alias) = self.alias(Aliased::List(list), &folded) {
            let code = alias.code.as_deref().and_then(|code| self.code(list, code));
            return Some(MeantCode { code, hint: alias.hint.as_ref() });
        }
        if let Some(code) = self.code(list, &folded) {
            return Some(MeantCode { code: Some(code), hint: None });
        }
        // A name that several codes share tells nothing.
        let named = |entry: &CodeEntry<'_>| {
            [entry.name_en(), entry.name_vi()].into_iter().any(|name| name.to_uppercase() == folded)
        };
        let mut codes = self.codes(list).filter(named);
        let code = codes.next()?;
        codes.next().is_none().then_some(MeantCode { code: Some(code), hint: None })
    }

    /// How a text that is no code of a list is mended, and the code to enter where one was meant. Codes of a short list
    /// are all named; of a long one is said where it is found.
    pub fn mend_code(&self, list: CodeList, written: &str) -> (Bilingual, Vec<String>) {
        match self.meant(list, written) {
            Some(MeantCode { code: Some(code), hint }) => {
                let mut mend = Bilingual::new(
                    format!("enter {} ({})", code.code(), code.name_en()),
                    format!("nhập {} ({})", code.code(), code.name_vi()),
                );
                append(&mut mend, hint);
                (mend, vec![code.code().to_owned()])
            }
            Some(MeantCode { code: None, hint: Some(hint) }) => (hint.clone(), Vec::new()),
            _ => (self.mend_from_list(list), Vec::new()),
        }
    }

    /// A mend that names the codes of a short list, and says where a long one is found.
    fn mend_from_list(&self, list: CodeList) -> Bilingual {
        let codes: Vec<&str> = self.codes(list).map(|entry| entry.code()).collect();
        if codes.len() <= CODES_NAMED_MAX {
            let all = codes.join(", ");
            return Bilingual::new(format!("enter one of {all}"), format!("nhập một trong các mã {all}"));
        }
        let table = self.lists.get(list);
        let (en, vi) = table.map_or(("code list", "danh mục"), |table| (&table.title.en, &table.title.vi));
        let law = table.and_then(|table| table.all().first()).map_or("", |entry| &*entry.provenance.law);
        Bilingual::new(
            format!("look the code up in the list «{en}» ({law}; code-lists/{})", list.as_str()),
            format!("tra mã trong danh mục «{vi}» ({law}; code-lists/{})", list.as_str()),
        )
    }

    /// The tax code that was meant by a text that is none, and what the table of aliases says besides.
    pub(crate) fn tax_code_meant(&self, written: &str) -> Option<(Option<&'a str>, Option<&'a Bilingual>)> {
        let alias = self.alias(Aliased::TaxCodes, &folded(written))?;
        Some((alias.code.as_deref(), alias.hint.as_ref()))
    }

    fn alias(&self, list: Aliased, folded: &str) -> Option<&'a Alias> {
        let aliases = self.lists.aliases.iter();
        let mut here = aliases.filter(|alias| alias.list == list && *alias.written == *folded);
        here.find(|alias| alias.provenance.holds_on(self.date))
    }
}

/// Adds a hint to a mend.
fn append(mend: &mut Bilingual, hint: Option<&Bilingual>) {
    if let Some(hint) = hint {
        mend.en.push_str(&format!("; {}", hint.en));
        mend.vi.push_str(&format!("; {}", hint.vi));
    }
}
