//! The rules on proofs of origin on a day.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::RulebookGap;

use crate::cited::Cited;
use crate::origin::rules::{
    NumberPicture, OriginCheck, OriginParameter, OriginRules, OriginTreatment, SpecimenStanding, Specimens,
};

/// The rules on proofs of origin on one day. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct OriginRulesInForce<'a> {
    rules: &'a OriginRules,
    date: Date,
}

impl<'a> OriginRulesInForce<'a> {
    pub(crate) fn new(rules: &'a OriginRules, date: Date) -> Self {
        Self { rules, date }
    }

    /// What follows when a check fails under an agreement; `Ok(None)` where the agreement does not know the check.
    ///
    /// # Errors
    /// A gap, when the rulebook has the check for the agreement on other days alone.
    pub fn check(&self, check: OriginCheck, agreement: &str) -> Result<Option<Cited<OriginTreatment>>, RulebookGap> {
        let place = format_args!("origin/checks/{}", check.as_str());
        let Some(versions) = self.rules.checks.get(&check) else {
            return Ok(None);
        };
        let found = versions.on(agreement, self.date, place)?;
        Ok(found.map(|(treatment, provenance)| provenance.cited(*treatment, place)))
    }

    /// A figure of an agreement; `Ok(None)` where the agreement has none.
    ///
    /// # Errors
    /// A gap, when the rulebook has it for the agreement on other days alone.
    pub fn parameter(
        &self,
        parameter: OriginParameter,
        agreement: &str,
    ) -> Result<Option<Cited<Decimal>>, RulebookGap> {
        let place = format_args!("origin/parameters/{}", parameter.as_str());
        let Some(versions) = self.rules.parameters.get(&parameter) else {
            return Ok(None);
        };
        let found = versions.on(agreement, self.date, place)?;
        Ok(found.map(|(value, provenance)| provenance.cited(*value, place)))
    }

    /// The members from or to which an agreement has the FOB value shown beside a regional value content.
    ///
    /// # Errors
    /// A gap, when the rulebook has them for other days alone.
    pub fn fob_value_countries(&self, agreement: &str) -> Result<Option<Cited<&'a [Box<str>]>>, RulebookGap> {
        let place = format_args!("origin/parameters/fob_value_countries");
        let found = self.rules.fob_value_countries.on(agreement, self.date, place)?;
        Ok(found.map(|(countries, provenance)| provenance.cited(&**countries, place)))
    }

    /// The form of the numbers that a country gives to proofs of a form, where it is known.
    pub fn number_picture(&self, form: &str, issuing_country: &str) -> Option<Cited<NumberPicture<'a>>> {
        let found = self.rules.number_formats.iter().find(|known| {
            *known.form == *form && *known.issuing_country == *issuing_country && known.provenance.holds_on(self.date)
        })?;
        let place = format_args!("origin/number-formats/{form}/{issuing_country}");
        Some(found.provenance.cited(NumberPicture(&found.picture), place))
    }

    /// Whether a state's list of a day has an issuing body or a signatory, by code or by name.
    pub fn specimen(&self, list: Specimens, country: &str, who: &str, on: Date) -> SpecimenStanding {
        let all = self.rules.specimens.get(&list).map_or(&[][..], Vec::as_slice);
        let held = || all.iter().filter(|entry| *entry.country == *country && entry.provenance.holds_on(on));
        let place = format_args!("origin/{}/{country}", list.as_str());
        let known = held().find(|entry| *entry.code == *who || entry.name.eq_ignore_ascii_case(who));
        match (known, held().next()) {
            (Some(entry), _) => SpecimenStanding::Listed(entry.provenance.cite(place)),
            (None, Some(first)) => SpecimenStanding::NotListed(first.provenance.cite(place)),
            (None, None) => SpecimenStanding::NoList,
        }
    }

    /// The editions of the Harmonized System that a proof issued on a day may use.
    pub fn hs_editions(&self, issued_on: Date) -> Vec<Cited<&'a str>> {
        let held = self.rules.hs_editions.iter().filter(|edition| edition.provenance.holds_on(issued_on));
        held.map(|edition| {
            edition.provenance.cited(&*edition.edition, format_args!("origin/hs-editions/{}", edition.edition))
        })
        .collect()
    }

    /// The base unit of a unit, and how much of it one unit is. A unit that the table does not have is its own base.
    pub fn in_base_unit<'u>(&self, unit: &'u str) -> (&'u str, Decimal)
    where
        'a: 'u,
    {
        let mut known = self.rules.unit_conversions.iter();
        let found = known.find(|known| *known.unit == *unit && known.provenance.holds_on(self.date));
        found.map_or((unit, Decimal::ONE), |known| (&*known.base, known.factor))
    }
}
