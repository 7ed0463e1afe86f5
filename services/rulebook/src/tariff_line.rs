//! What the tariff says of one commodity on a day.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::{Citation, RulebookGap};

use crate::agreement::{Preferential, PreferentialCell, PreferentialRow};
use crate::cited::{Cited, Provenance, gap, no_value_on, only_as_printed};
use crate::hs_table::{CommodityCode, Found};
use crate::rulebook::Rulebook;

/// A rate as its table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RateCell {
    Rate(Decimal),
    AsPrinted(Box<str>),
}

/// A row of the import tariff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImportRow {
    /// The tariff's own words for the units.
    pub(crate) units: Box<[Box<str>]>,
    pub(crate) mfn: RateCell,
    pub(crate) mfn_out_of_quota: Option<Decimal>,
    /// `None` where the general rule of the ordinary rate applies.
    pub(crate) ordinary: Option<Decimal>,
}

/// Whether the temporary cut of VAT holds for a commodity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VatCut {
    Reducible,
    NotReducible,
    DependsOnGoods,
}

/// A row of the VAT table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VatRow {
    /// Why nothing is known, where that is so; there are no rates then.
    pub(crate) printed: Option<Box<str>>,
    pub(crate) rates: Box<[Decimal]>,
    pub(crate) not_subject: bool,
    pub(crate) cut: VatCut,
}

/// The temporary cut of VAT: from one rate to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VatCutRule {
    pub(crate) from_rate: Decimal,
    pub(crate) to_rate: Decimal,
}

/// A row of the special consumption tax table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SpecialConsumptionRow {
    Rate {
        rate: Decimal,
        /// Some of the goods do not bear the tax, as a declared code may say.
        not_subject: bool,
    },
    /// The declared code decides.
    OneOf {
        /// The permitted rates; empty where the law names them by goods alone.
        rates: Box<[Decimal]>,
        /// Some of the goods do not bear the tax.
        not_subject: bool,
        /// Most of them do not, so that no code is needed to say so.
        seldom: bool,
    },
    AsPrinted(Box<str>),
}

/// A row of the export preferences, one cell for each column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExportPreferenceRow {
    /// As the columns stand in [`EXPORT_COLUMNS`].
    pub(crate) cells: [Option<RateCell>; 4],
}

/// The columns of the export preferences: name and agreement.
pub(crate) const EXPORT_COLUMNS: [(&str, &str); 4] =
    [("cptpp", "cptpp"), ("cptpp_mexico", "cptpp-mexico"), ("evfta", "evfta"), ("ukvfta", "ukvfta")];

/// A unit that the tariff asks for quantities in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TariffUnit<'a> {
    /// The tariff's word, e.g. `kg`.
    pub name: &'a str,
    /// The codes of quantity units that stand for it, the usual one first, e.g. `KGM`.
    pub codes: &'a [Box<str>],
}

/// VAT on a commodity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VatOnLine {
    /// One rate, the temporary cut applied where it holds.
    Rate(Cited<Decimal>),
    /// The declared VAT code decides among what is permitted.
    DependsOnGoods {
        /// The rates that the code may name, in rising order.
        permitted: Vec<Decimal>,
        /// Whether the code may say that the goods are not subject to VAT.
        not_subject_permitted: bool,
        /// The rule and the law.
        citation: Citation,
    },
    /// The rulebook does not say.
    Gap(RulebookGap),
}

/// Special consumption tax on a commodity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpecialConsumption {
    /// The commodity does not bear it.
    NotSubject(Citation),
    /// One rate.
    Rate(Cited<Decimal>),
    /// The declared tax code decides.
    DependsOnGoods {
        /// The rates that the code may name; empty when the table does not limit them.
        permitted: Vec<Decimal>,
        /// Whether the code may say that the goods are not subject to the tax.
        not_subject_permitted: bool,
        /// The rule and the law.
        citation: Citation,
    },
    /// Few of the goods bear it, at one of these rates: those of which a declared code says so.
    Seldom {
        /// The rates that the code may name.
        permitted: Vec<Decimal>,
        /// The rule and the law.
        citation: Citation,
    },
    /// The rulebook does not say.
    Gap(RulebookGap),
}

/// Environmental protection tax on a commodity. The amount hangs on the declared code of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvironmentalProtection {
    /// The commodity does not bear it.
    No(Citation),
    /// The commodity bears it: a code must be declared.
    Yes(Citation),
    /// Some of the goods under the commodity bear it.
    Maybe(Citation),
    /// The rulebook does not say.
    Gap(RulebookGap),
}

/// Export duty on a commodity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportDuty {
    /// The export tariff leaves the commodity out: no export duty.
    NotListed(Citation),
    /// A rate, which may be zero.
    Rate(Cited<Decimal>),
    /// The rulebook does not say.
    Gap(RulebookGap),
}

/// A line of the tariff on a day.
#[derive(Debug, Clone, Copy)]
pub struct TariffLine<'a> {
    pub(crate) rulebook: &'a Rulebook,
    code: CommodityCode,
    /// Where the line stands among all lines: most tables have it at the same place.
    position: usize,
    pub(crate) date: Date,
}

impl<'a> TariffLine<'a> {
    pub(crate) fn new(rulebook: &'a Rulebook, code: CommodityCode, position: usize, date: Date) -> Self {
        Self { rulebook, code, position, date }
    }

    /// The eight digits.
    pub fn code(&self) -> CommodityCode {
        self.code
    }

    /// The units that the tariff asks for quantities in, the first one first.
    pub fn units(&self) -> impl Iterator<Item = TariffUnit<'a>> + use<'a> {
        let rulebook = self.rulebook;
        let row = match rulebook.import_tariff.find(self.code, self.position, self.date) {
            Found::Value(row, _) => Some(row),
            // The nomenclature has the line even on days when its rate is not known.
            Found::NotOnDate | Found::NotListed => rulebook.import_tariff.first(self.code),
        };
        row.into_iter().flat_map(move |row| {
            row.units.iter().filter_map(move |name| rulebook.tariff_unit(name).map(|codes| TariffUnit { name, codes }))
        })
    }

    /// The preferential (most-favoured-nation) rate, in per cent.
    ///
    /// # Errors
    /// A gap when no rate is known for the day, or when the tariff refers to chapter 98.
    pub fn mfn(&self) -> Result<Cited<Decimal>, RulebookGap> {
        let (row, provenance) = self.import_row("mfn")?;
        self.rate(&row.mfn, provenance, "mfn")
    }

    /// The preferential rate outside the tariff quota, in per cent; `None` where there is no quota.
    ///
    /// # Errors
    /// A gap when no rate is known for the day.
    pub fn mfn_out_of_quota(&self) -> Result<Option<Cited<Decimal>>, RulebookGap> {
        let (row, provenance) = self.import_row("mfn_out_of_quota")?;
        Ok(row
            .mfn_out_of_quota
            .map(|rate| provenance.cited(rate, format_args!("{}/mfn_out_of_quota", self.import_place()))))
    }

    /// The ordinary rate, in per cent: as listed, or else the law's percentage of the preferential rate.
    ///
    /// # Errors
    /// A gap when no rate is known for the day, or when neither the list nor the preferential rate gives one.
    pub fn ordinary(&self) -> Result<Cited<Decimal>, RulebookGap> {
        let (row, provenance) = self.import_row("ordinary")?;
        if let Some(rate) = row.ordinary {
            let (_, law) = self.ordinary_rule()?;
            // The list gives the rate, and the row gives the days on which it is this one.
            let mut cited = law.cited(rate, format_args!("{}/ordinary", self.import_place()));
            cited.citation.rule = provenance.cite(format_args!("{}/ordinary", self.import_place())).rule;
            return Ok(cited);
        }
        let mfn = self.rate(&row.mfn, provenance, "ordinary")?;
        if mfn.value.is_zero() {
            return Err(gap(
                "ordinary_rate_not_listed",
                format_args!("{}/ordinary", self.import_place()),
                format_args!("the preferential rate is 0 and the list of ordinary rates has no rate for the line"),
                format_args!("thuế suất ưu đãi là 0 và danh mục thuế suất thông thường không có dòng hàng này"),
            ));
        }
        self.ordinary_from(mfn.value)
    }

    /// The ordinary rate outside the tariff quota, in per cent; `None` where there is no quota.
    ///
    /// # Errors
    /// A gap when no rate is known for the day.
    pub fn ordinary_out_of_quota(&self) -> Result<Option<Cited<Decimal>>, RulebookGap> {
        let (row, _) = self.import_row("ordinary_out_of_quota")?;
        row.mfn_out_of_quota.map(|rate| self.ordinary_from(rate)).transpose()
    }

    /// What an agreement gives for goods of an origin (an ISO country code), inside its tariff quota if it has one.
    pub fn preferential(&self, agreement: &str, origin: &str) -> Preferential {
        self.preferential_in(agreement, origin, false)
    }

    /// What an agreement gives for goods of an origin outside its tariff quota.
    pub fn preferential_out_of_quota(&self, agreement: &str, origin: &str) -> Preferential {
        self.preferential_in(agreement, origin, true)
    }

    fn preferential_in(&self, id: &str, origin: &str, out_of_quota: bool) -> Preferential {
        let Some(agreement) = self.rulebook.agreement(id) else {
            return Preferential::Gap(gap(
                "agreement_not_in_rulebook",
                format_args!("assessment/agreements/{id}"),
                format_args!("the rulebook has no agreement called {id}"),
                format_args!("bộ quy tắc không có hiệp định {id}"),
            ));
        };
        if !agreement.decree.holds_on(self.date) {
            return Preferential::Gap(no_value_on(self.date, format_args!("assessment/agreements/{id}")));
        }
        if !agreement.has_member_on(origin, self.date) {
            let rule = format_args!("assessment/agreements/{id}/members");
            return Preferential::NotMember(agreement.decree.cite(rule));
        }
        let Some(rates) = agreement.rates_on(self.date) else {
            return Preferential::Gap(gap(
                "rates_not_in_rulebook",
                format_args!("assessment/agreements/{id}/rates"),
                format_args!("the rates of {} for {} are not entered", agreement.name_en, self.date),
                format_args!("chưa nhập thuế suất của {} cho ngày {}", agreement.name_vi, self.date),
            ));
        };
        let place = format_args!("assessment/{}/{}", rates.name, self.code);
        let (row, provenance) = match rates.table.find(self.code, self.position, self.date) {
            Found::Value(row, provenance) => (row, provenance),
            Found::NotListed if agreement.listed_lines_only => {
                return Preferential::Excluded(rates.provenance.cite(format_args!("assessment/{}", rates.name)));
            }
            Found::NotOnDate | Found::NotListed => {
                return Preferential::Gap(no_value_on(self.date, format_args!("{place}/{}", rates.column)));
            }
        };
        if row.not_for_origin.iter().any(|country| **country == *origin) {
            return Preferential::NotForOrigin(provenance.cite(format_args!("{place}/not_for_origin")));
        }
        let (cell, column) = match (row, out_of_quota) {
            (PreferentialRow { out_of_quota: Some(cell), .. }, true) => (cell, "out_of_quota"),
            (_, true) => return Preferential::Excluded(provenance.cite(format_args!("{place}/out_of_quota"))),
            (row, false) => (&row.rate, &*rates.column),
        };
        let place = format_args!("{place}/{column}");
        match cell {
            PreferentialCell::Rate(rate) => Preferential::Rate(provenance.cited(*rate, place)),
            PreferentialCell::Excluded => Preferential::Excluded(provenance.cite(place)),
            PreferentialCell::QuotaOnly => Preferential::QuotaOnly(provenance.cite(place)),
            PreferentialCell::AsPrinted(printed) => Preferential::Gap(only_as_printed(printed, place)),
        }
    }

    /// VAT on import.
    pub fn vat(&self) -> VatOnLine {
        let place = format!("assessment/value-added-tax/{}", self.code);
        let (row, provenance) = match self.rulebook.vat.find(self.code, self.position, self.date) {
            Found::Value(row, provenance) => (row, provenance),
            Found::NotOnDate | Found::NotListed => {
                return VatOnLine::Gap(no_value_on(self.date, format_args!("{place}/rate")));
            }
        };
        if let Some(printed) = &row.printed {
            return VatOnLine::Gap(only_as_printed(printed, format_args!("{place}/rate")));
        }
        let cut = self.rulebook.vat_cut.on(self.date);
        if let (VatCut::Reducible | VatCut::NotReducible, [rate], false) = (row.cut, &*row.rates, row.not_subject) {
            return VatOnLine::Rate(match cut {
                Some((rule, law)) if row.cut == VatCut::Reducible && rule.from_rate == *rate => {
                    law.cited(rule.to_rate, format_args!("{place}/cut"))
                }
                _ => provenance.cited(*rate, format_args!("{place}/rate")),
            });
        }
        let mut permitted = row.rates.to_vec();
        if let Some((rule, _)) = cut
            && row.cut != VatCut::NotReducible
            && permitted.contains(&rule.from_rate)
        {
            permitted.push(rule.to_rate);
        }
        permitted.sort();
        permitted.dedup();
        VatOnLine::DependsOnGoods {
            permitted,
            not_subject_permitted: row.not_subject,
            citation: provenance.cite(format_args!("{place}/rate")),
        }
    }

    /// Special consumption tax on import.
    pub fn special_consumption(&self) -> SpecialConsumption {
        let table = &self.rulebook.special_consumption;
        let place = format!("assessment/special-consumption-tax/{}", self.code);
        let (row, provenance) = match table.rows.find(self.code, usize::MAX, self.date) {
            Found::Value(row, provenance) => (row, provenance),
            Found::NotListed | Found::NotOnDate if self.absent_on_date(&table.rows) && table.holds_on(self.date) => {
                return SpecialConsumption::NotSubject(
                    table.provenance.cite(format_args!("assessment/special-consumption-tax")),
                );
            }
            Found::NotListed | Found::NotOnDate => {
                return match self.rulebook.special_consumption_before.on(self.date) {
                    Some((headings, law)) if !headings.iter().any(|heading| self.is_under(heading)) => {
                        SpecialConsumption::NotSubject(
                            law.cite(format_args!("assessment/special-consumption-tax-before/headings")),
                        )
                    }
                    _ => SpecialConsumption::Gap(no_value_on(self.date, format_args!("{place}/rate"))),
                };
            }
        };
        match row {
            SpecialConsumptionRow::Rate { rate, .. } => {
                SpecialConsumption::Rate(provenance.cited(*rate, format_args!("{place}/rate")))
            }
            SpecialConsumptionRow::OneOf { rates, seldom: true, .. } => SpecialConsumption::Seldom {
                permitted: rates.to_vec(),
                citation: provenance.cite(format_args!("{place}/rate")),
            },
            SpecialConsumptionRow::OneOf { rates, not_subject, .. } => SpecialConsumption::DependsOnGoods {
                permitted: rates.to_vec(),
                not_subject_permitted: *not_subject || rates.is_empty(),
                citation: provenance.cite(format_args!("{place}/rate")),
            },
            SpecialConsumptionRow::AsPrinted(printed) => {
                SpecialConsumption::Gap(only_as_printed(printed, format_args!("{place}/rate")))
            }
        }
    }

    /// Whether a declared code may say that goods under the line do not bear special consumption tax.
    pub fn special_consumption_may_not_be_borne(&self) -> bool {
        match self.rulebook.special_consumption.rows.find(self.code, usize::MAX, self.date) {
            Found::Value(SpecialConsumptionRow::OneOf { rates, .. }, _) if rates.is_empty() => true,
            Found::Value(
                SpecialConsumptionRow::Rate { not_subject, .. } | SpecialConsumptionRow::OneOf { not_subject, .. },
                _,
            ) => *not_subject,
            _ => false,
        }
    }

    /// Environmental protection tax on import.
    pub fn environmental(&self) -> EnvironmentalProtection {
        let table = &self.rulebook.environmental_lines;
        let place = format_args!("assessment/environmental-protection-lines");
        match table.rows.find(self.code, usize::MAX, self.date) {
            Found::Value(maybe, provenance) => {
                let citation = provenance.cite(format_args!("{place}/{}/bears", self.code));
                if *maybe { EnvironmentalProtection::Maybe(citation) } else { EnvironmentalProtection::Yes(citation) }
            }
            Found::NotListed if table.holds_on(self.date) => EnvironmentalProtection::No(table.provenance.cite(place)),
            Found::NotListed | Found::NotOnDate => {
                EnvironmentalProtection::Gap(no_value_on(self.date, format_args!("{place}/{}/bears", self.code)))
            }
        }
    }

    /// Export duty without a preference.
    pub fn export_duty(&self) -> ExportDuty {
        let table = &self.rulebook.export_tariff;
        let place = format_args!("assessment/export-tariff");
        match table.rows.find(self.code, usize::MAX, self.date) {
            Found::Value(RateCell::Rate(rate), provenance) => {
                ExportDuty::Rate(provenance.cited(*rate, format_args!("{place}/{}/rate", self.code)))
            }
            Found::Value(RateCell::AsPrinted(printed), _) => {
                ExportDuty::Gap(only_as_printed(printed, format_args!("{place}/{}/rate", self.code)))
            }
            Found::NotListed | Found::NotOnDate if self.absent_on_date(&table.rows) && table.holds_on(self.date) => {
                ExportDuty::NotListed(table.provenance.cite(place))
            }
            Found::NotListed | Found::NotOnDate => {
                ExportDuty::Gap(no_value_on(self.date, format_args!("{place}/{}/rate", self.code)))
            }
        }
    }

    /// What an agreement gives at export to a destination (an ISO country code).
    pub fn preferential_export(&self, agreement: &str, destination: &str) -> Preferential {
        let place = format!("assessment/export-preferential/{}", self.code);
        let Some(party) = self.rulebook.agreement(agreement) else {
            return Preferential::Gap(gap(
                "agreement_not_in_rulebook",
                format_args!("assessment/agreements/{agreement}"),
                format_args!("the rulebook has no agreement called {agreement}"),
                format_args!("bộ quy tắc không có hiệp định {agreement}"),
            ));
        };
        // Most agreements have no export tariff at all, in no year.
        let Some((column, _)) = EXPORT_COLUMNS.iter().find(|(_, of)| *of == agreement) else {
            return Preferential::Excluded(party.decree.cite(format_args!("assessment/export-preferential")));
        };
        // The destination comes first: where the goods go elsewhere, no rate of the agreement is asked for.
        if !party.has_member_on(destination, self.date) {
            let rule = format_args!("assessment/agreements/{agreement}/members");
            return Preferential::NotMember(party.decree.cite(rule));
        }
        let table = &self.rulebook.export_preferences;
        if !table.holds_on(self.date) || !party.decree.holds_on(self.date) {
            return Preferential::Gap(no_value_on(self.date, format_args!("{place}/{column}")));
        }
        let provenance = Provenance { law: party.decree.law.clone(), ..table.provenance.clone() };
        let row = match table.rows.find(self.code, usize::MAX, self.date) {
            Found::Value(row, _) => Some(row),
            Found::NotListed | Found::NotOnDate => None,
        };
        let cells = EXPORT_COLUMNS.iter().zip(row.into_iter().flat_map(|row| &row.cells));
        let cell = cells.into_iter().find_map(|((_, of), cell)| cell.as_ref().filter(|_| *of == agreement));
        match cell {
            Some(RateCell::Rate(rate)) => Preferential::Rate(provenance.cited(*rate, format_args!("{place}/{column}"))),
            Some(RateCell::AsPrinted(printed)) => {
                Preferential::Gap(only_as_printed(printed, format_args!("{place}/{column}")))
            }
            None => Preferential::Excluded(provenance.cite(format_args!("assessment/export-preferential"))),
        }
    }

    fn is_under(&self, heading: &str) -> bool {
        self.code.to_string().starts_with(heading)
    }

    /// The code is not listed at all, or comes into the table later.
    fn absent_on_date<V>(&self, rows: &crate::hs_table::HsTable<V>) -> bool {
        rows.listed_only_after(self.code, self.date)
    }

    fn import_place(&self) -> String {
        format!("assessment/import-tariff/{}", self.code)
    }

    fn import_row(&self, column: &str) -> Result<(&'a ImportRow, &'a Provenance), RulebookGap> {
        match self.rulebook.import_tariff.find(self.code, self.position, self.date) {
            Found::Value(row, provenance) => Ok((row, provenance)),
            Found::NotOnDate | Found::NotListed => {
                Err(no_value_on(self.date, format_args!("{}/{column}", self.import_place())))
            }
        }
    }

    fn rate(&self, cell: &RateCell, provenance: &Provenance, column: &str) -> Result<Cited<Decimal>, RulebookGap> {
        let place = format_args!("assessment/import-tariff/{}/{column}", self.code);
        match cell {
            RateCell::Rate(rate) => Ok(provenance.cited(*rate, place)),
            RateCell::AsPrinted(printed) => Err(only_as_printed(printed, place)),
        }
    }

    fn ordinary_rule(&self) -> Result<(Decimal, &'a Provenance), RulebookGap> {
        self.rulebook
            .ordinary_percent_of_mfn
            .on(self.date)
            .map(|(percent, provenance)| (*percent, provenance))
            .ok_or_else(|| no_value_on(self.date, format_args!("assessment/import-tariff/ordinary")))
    }

    fn ordinary_from(&self, mfn: Decimal) -> Result<Cited<Decimal>, RulebookGap> {
        let (percent, provenance) = self.ordinary_rule()?;
        // At most 1000 by 1000 with few decimals: this cannot leave 28 digits.
        let rate = (mfn * percent / Decimal::ONE_HUNDRED).normalize();
        Ok(provenance.cited(rate, format_args!("{}/ordinary", self.import_place())))
    }
}
