//! The tariff on a day.

use jiff::civil::Date;
use vocabulary::{Citation, RulebookGap};

use crate::cited::{gap, no_value_on};
use crate::hs_table::{CommodityCode, Found, Line};
use crate::tariff::agreement::{AgreementInForce, Preferential, no_agreement};
use crate::tariff::export::ExportRates;
use crate::tariff::import::ImportRates;
use crate::tariff::relation::{MfnRelation, MfnWord};
use crate::tariff::specific_rate::SpecificRate;
use crate::tariff::tables::Tariff;

/// The tariff on one day. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct TariffInForce<'a> {
    tariff: &'a Tariff,
    date: Date,
}

impl<'a> TariffInForce<'a> {
    pub(crate) fn new(tariff: &'a Tariff, date: Date) -> Self {
        Self { tariff, date }
    }

    /// The line of eight digits, if the nomenclature has it on the day.
    pub(crate) fn line(&self, hs8: &str) -> Option<Line> {
        if !self.tariff.nomenclature.holds_on(self.date) {
            return None;
        }
        let code = CommodityCode::parse(hs8)?;
        let position = self.tariff.lines.binary_search(&code).ok()?;
        Some(Line { code, position })
    }

    /// The tariff's words for the units of a line.
    pub(crate) fn unit_names(&self, line: Line) -> &'a [Box<str>] {
        let row = match self.tariff.import.find(line, self.date) {
            Found::Value(row, _) => Some(row),
            // The nomenclature has the line even on days when its rate is not known.
            Found::NotOnDate | Found::NotListed => self.tariff.import.first(line.code),
        };
        row.map_or(&[], |row| &row.units)
    }

    /// The rates of a line at import.
    pub(crate) fn import_of(&self, line: Line) -> ImportRates<'a> {
        ImportRates {
            table: &self.tariff.import,
            ordinary_percent_of_mfn: &self.tariff.ordinary_percent_of_mfn,
            line,
            date: self.date,
        }
    }

    /// The duty of a line at export.
    pub(crate) fn export_of(&self, line: Line) -> ExportRates<'a> {
        ExportRates { table: &self.tariff.export, preferences: &self.tariff.export_preferences, line, date: self.date }
    }

    /// What an agreement gives for a line at export to a destination.
    pub(crate) fn preferential_export(&self, line: Line, agreement: &str, destination: &str) -> Preferential {
        match self.tariff.agreement(agreement) {
            Some(party) => self.export_of(line).preferential(party, destination),
            None => Preferential::Gap(no_agreement(agreement)),
        }
    }

    /// What an agreement gives for a line of an origin, inside or outside its tariff quota.
    pub(crate) fn preferential(&self, line: Line, agreement: &str, origin: &str, out_of_quota: bool) -> Preferential {
        match self.tariff.agreement(agreement) {
            Some(agreement) => AgreementInForce { agreement, date: self.date }.preferential(line, origin, out_of_quota),
            None => Preferential::Gap(no_agreement(agreement)),
        }
    }

    /// Every line that begins with these 1 to 8 digits, in order; none when they are not digits.
    pub fn lines_under(&self, prefix: &str) -> &'a [CommodityCode] {
        let tariff = self.tariff;
        if prefix.is_empty() && tariff.nomenclature.holds_on(self.date) {
            return &tariff.lines;
        }
        let Some((first, last)) = CommodityCode::range_of(prefix) else {
            return &[];
        };
        if !tariff.nomenclature.holds_on(self.date) {
            return &[];
        }
        let start = tariff.lines.partition_point(|code| *code < first);
        let end = tariff.lines.partition_point(|code| *code <= last);
        &tariff.lines[start..end]
    }

    /// The longest beginning of a code that does not exist that lines of the tariff share with it, of at least two digits.
    pub fn known_beginning<'c>(&self, wrong: &'c str) -> Option<&'c str> {
        (2..=wrong.len().min(8))
            .rev()
            .filter_map(|length| wrong.get(..length))
            .find(|beginning| !self.lines_under(beginning).is_empty())
    }

    /// An agreement in force on the day, by its identifier.
    pub fn agreement(&self, id: &str) -> Option<AgreementInForce<'a>> {
        let agreement = self.tariff.agreement(id)?;
        agreement.decree.holds_on(self.date).then_some(AgreementInForce { agreement, date: self.date })
    }

    /// Every agreement in force on the day.
    pub fn agreements(self) -> impl Iterator<Item = AgreementInForce<'a>> {
        let date = self.date;
        self.tariff
            .agreements
            .iter()
            .filter(move |agreement| agreement.decree.holds_on(date))
            .map(move |agreement| AgreementInForce { agreement, date })
    }

    /// Whether Viet Nam gives most-favoured-nation treatment to goods of a country.
    pub fn mfn_relation(&self, country: &str) -> MfnRelation {
        let place = format_args!("assessment/mfn-relations/{country}");
        match self.tariff.mfn_relations.get(country) {
            Some((MfnWord::Yes, provenance)) if provenance.holds_on(self.date) => {
                MfnRelation::Yes(provenance.cite(place))
            }
            Some((MfnWord::No, provenance)) if provenance.holds_on(self.date) => {
                MfnRelation::No(provenance.cite(place))
            }
            _ => MfnRelation::Unknown(gap(
                "mfn_relation_not_in_rulebook",
                place,
                format_args!(
                    "the rulebook does not say whether goods of {country} have most-favoured-nation treatment"
                ),
                format_args!("bộ quy tắc chưa cho biết hàng xuất xứ {country} có được đối xử tối huệ quốc hay không"),
            )),
        }
    }

    /// The gap where the nomenclature is not entered for the day.
    pub fn nomenclature_not_entered(&self) -> Option<RulebookGap> {
        let entered = self.tariff.nomenclature.holds_on(self.date);
        (!entered).then(|| no_value_on(self.date, format_args!("assessment/import-tariff/nomenclature")))
    }

    /// A specific or mixed duty, by its code.
    pub fn specific_rate(&self, code: &str) -> Option<SpecificRate<'a>> {
        self.specific_rates().find(|rate| rate.code() == code)
    }

    /// Every specific or mixed duty on the day, in the order of the table.
    pub fn specific_rates(self) -> impl Iterator<Item = SpecificRate<'a>> {
        let date = self.date;
        let entries = self.tariff.specific_rates.iter();
        entries.filter(move |entry| entry.provenance.holds_on(date)).map(|entry| SpecificRate { entry })
    }

    /// Whether the tariff quota of goods is used up: that of an agreement, or else that of the preferential tariff.
    pub fn quota_exhausted(&self, hs8: &str, agreement: Option<&str>) -> Option<Citation> {
        let quotas = self.tariff.quotas.iter();
        let mut quotas = quotas.filter(|quota| quota.provenance.holds_on(self.date) && quota.covers(hs8, agreement));
        quotas.find_map(|quota| {
            let exhausted = quota.exhausted.iter().find(|exhausted| exhausted.holds_on(self.date))?;
            Some(quota.cite_exhausted(exhausted))
        })
    }
}
