//! Duties and taxes, as assessed.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::citation::Citation;

/// A duty or tax that customs assesses (WCO 113), in the order in which one enters the base of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyType {
    /// Import duty (thuế nhập khẩu).
    ImportDuty,
    /// Anti-dumping duty (thuế chống bán phá giá).
    AntiDumping,
    /// Countervailing duty (thuế chống trợ cấp).
    Countervailing,
    /// Safeguard duty (thuế tự vệ).
    Safeguard,
    /// Special consumption tax (thuế tiêu thụ đặc biệt).
    SpecialConsumption,
    /// Environmental protection tax (thuế bảo vệ môi trường).
    EnvironmentalProtection,
    /// Value added tax (thuế giá trị gia tăng).
    Vat,
    /// Export duty (thuế xuất khẩu).
    ExportDuty,
}

impl DutyType {
    /// Every type, in the order of assessment.
    pub const ALL: [Self; 8] = [
        Self::ImportDuty,
        Self::AntiDumping,
        Self::Countervailing,
        Self::Safeguard,
        Self::SpecialConsumption,
        Self::EnvironmentalProtection,
        Self::Vat,
        Self::ExportDuty,
    ];

    /// The word used in records and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ImportDuty => "import_duty",
            Self::AntiDumping => "anti_dumping",
            Self::Countervailing => "countervailing",
            Self::Safeguard => "safeguard",
            Self::SpecialConsumption => "special_consumption",
            Self::EnvironmentalProtection => "environmental_protection",
            Self::Vat => "vat",
            Self::ExportDuty => "export_duty",
        }
    }

    /// The name for people, in English and in Vietnamese.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::ImportDuty => ("import duty", "thuế nhập khẩu"),
            Self::AntiDumping => ("anti-dumping duty", "thuế chống bán phá giá"),
            Self::Countervailing => ("countervailing duty", "thuế chống trợ cấp"),
            Self::Safeguard => ("safeguard duty", "thuế tự vệ"),
            Self::SpecialConsumption => ("special consumption tax", "thuế tiêu thụ đặc biệt"),
            Self::EnvironmentalProtection => ("environmental protection tax", "thuế bảo vệ môi trường"),
            Self::Vat => ("value added tax", "thuế giá trị gia tăng"),
            Self::ExportDuty => ("export duty", "thuế xuất khẩu"),
        }
    }
}

impl fmt::Display for DutyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a rate is applied to, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rate {
    /// A percentage of the base.
    AdValorem(Decimal),
    /// An amount for each unit of the base.
    Specific(PerUnit),
    /// A percentage of the base and an amount for each unit, added up.
    Mixed(Decimal, PerUnit),
    /// No rate was applied, because the goods are not subject to the tax.
    NotSubject,
}

/// An amount for each unit of a quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerUnit {
    /// The amount for one unit.
    pub amount: Decimal,
    /// Its currency (ISO 4217); what is not in dong is taken at the exchange rate of the day.
    pub currency: Box<str>,
    /// The unit's code.
    pub unit: Box<str>,
}

impl fmt::Display for PerUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.amount.normalize(), self.currency, self.unit)
    }
}

impl Rate {
    /// The part of the rate that is an amount for each unit.
    pub fn per_unit(&self) -> Option<&PerUnit> {
        match self {
            Self::Specific(per_unit) | Self::Mixed(_, per_unit) => Some(per_unit),
            Self::AdValorem(_) | Self::NotSubject => None,
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AdValorem(percent) => write!(f, "{}", percent.normalize()),
            Self::Specific(per_unit) => per_unit.fmt(f),
            Self::Mixed(percent, per_unit) => write!(f, "{} % + {per_unit}", percent.normalize()),
            Self::NotSubject => f.write_str("0"),
        }
    }
}

/// The text of a rate that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no rate")]
pub struct NoRate(String);

impl FromStr for PerUnit {
    type Err = NoRate;

    fn from_str(text: &str) -> Result<Self, NoRate> {
        let parts = || {
            let (amount, unit) = text.split_once(' ')?;
            let (currency, unit) = unit.split_once('/')?;
            let amount = Decimal::from_str_exact(amount).ok()?;
            Some(Self { amount, currency: currency.into(), unit: unit.into() })
        };
        parts().ok_or_else(|| NoRate(text.to_owned()))
    }
}

/// Reads what is written; 0 as a percentage.
impl FromStr for Rate {
    type Err = NoRate;

    fn from_str(text: &str) -> Result<Self, NoRate> {
        let percentage = |text: &str| Decimal::from_str_exact(text).map_err(|_| NoRate(text.to_owned()));
        match text.split_once(" % + ") {
            Some((percent, per_unit)) => Ok(Self::Mixed(percentage(percent)?, per_unit.parse()?)),
            None if text.contains('/') => text.parse().map(Self::Specific),
            None => percentage(text).map(Self::AdValorem),
        }
    }
}

/// One duty or tax on one goods item (WCO 50A). Amounts are exact, in dong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyLine {
    /// Which duty or tax.
    pub duty_type: DutyType,
    /// What the rate is applied to: dong, or a quantity for a specific rate. Of a mixed rate, what its percentage is
    /// applied to.
    pub base: Decimal,
    /// How many units a mixed rate's amount is applied to.
    pub quantity: Option<Decimal>,
    pub rate: Rate,
    /// Base times rate, in dong at the exchange rate of the day, before relief.
    pub amount: Decimal,
    /// What an exemption or a reduction takes off.
    pub relief: Decimal,
    pub payable: Decimal,
    /// The rule of the rate, and the law behind it.
    pub citation: Citation,
    /// The rule of the relief, where there is relief.
    pub relief_citation: Option<Citation>,
}

impl Serialize for DutyLine {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut line = serializer.serialize_struct("DutyLine", 11)?;
        line.serialize_field("type", &self.duty_type)?;
        line.serialize_field("base", &plain(self.base))?;
        if let Some(quantity) = self.quantity {
            line.serialize_field("quantity", &plain(quantity))?;
        }
        line.serialize_field("rate", &self.rate.to_string())?;
        line.serialize_field("amount", &plain(self.amount))?;
        line.serialize_field("relief", &plain(self.relief))?;
        line.serialize_field("payable", &plain(self.payable))?;
        line.serialize_field("rule", &*self.citation.rule)?;
        line.serialize_field("law", &*self.citation.law)?;
        if let Some(citation) = &self.relief_citation {
            line.serialize_field("relief_rule", &*citation.rule)?;
            line.serialize_field("relief_law", &*citation.law)?;
        }
        line.end()
    }
}

/// A line as it is written.
#[derive(Deserialize)]
struct Written {
    #[serde(rename = "type")]
    duty_type: DutyType,
    base: Decimal,
    quantity: Option<Decimal>,
    rate: String,
    amount: Decimal,
    relief: Decimal,
    payable: Decimal,
    rule: Arc<str>,
    law: Arc<str>,
    relief_rule: Option<Arc<str>>,
    relief_law: Option<Arc<str>>,
}

impl<'de> Deserialize<'de> for DutyLine {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let relief_citation = match (written.relief_rule, written.relief_law) {
            (Some(rule), Some(law)) => Some(Citation { rule, law }),
            (None, None) => None,
            _ => return Err(serde::de::Error::custom("a relief has a rule and a law")),
        };
        Ok(Self {
            duty_type: written.duty_type,
            base: written.base,
            quantity: written.quantity,
            rate: written.rate.parse().map_err(serde::de::Error::custom)?,
            amount: written.amount,
            relief: written.relief,
            payable: written.payable,
            citation: Citation { rule: written.rule, law: written.law },
            relief_citation,
        })
    }
}

/// A decimal as the wire has it: no exponent, no needless zeros.
pub fn plain(number: Decimal) -> String {
    number.normalize().to_string()
}

/// An amount with its thousands grouped, as English has it.
pub fn grouped(amount: Decimal) -> String {
    number(amount, crate::Language::English)
}

/// A number as a language writes it: 1,234,567.5 in English, 1.234.567,5 in Vietnamese.
pub fn number(amount: Decimal, language: crate::Language) -> String {
    let (thousands, point) = match language {
        crate::Language::English => (',', '.'),
        crate::Language::Vietnamese => ('.', ','),
    };
    let text = plain(amount);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut grouped = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(thousands);
        }
        grouped.push(digit);
    }
    if let Some(decimals) = decimals {
        grouped.push(point);
        grouped.push_str(decimals);
    }
    grouped
}

/// Writes a number as it stands on a declaration, without an exponent and trailing zeros.
pub(crate) fn as_plain<S: serde::Serializer>(number: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&plain(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        for (given, expected) in [
            ("0", "0"),
            ("100", "100"),
            ("1000", "1,000"),
            ("-26100000.50", "-26,100,000.5"),
            ("143254033.04", "143,254,033.04"),
        ] {
            assert_eq!(grouped(Decimal::from_str_exact(given).unwrap()), expected);
        }
        let amount = Decimal::from_str_exact("-1234567.5").unwrap();
        assert_eq!(number(amount, crate::Language::Vietnamese), "-1.234.567,5");
    }

    #[test]
    fn a_rate_reads_as_the_law_prints_it() {
        let number = |text| Decimal::from_str_exact(text).unwrap();
        let per = |amount, currency: &str, unit: &str| PerUnit {
            amount: number(amount),
            currency: currency.into(),
            unit: unit.into(),
        };
        for (rate, expected) in [
            (Rate::AdValorem(number("7.50")), "7.5"),
            (Rate::Specific(per("2000", "VND", "LTR")), "2000 VND/LTR"),
            (Rate::Mixed(number("30"), per("50", "USD", "UNIT")), "30 % + 50 USD/UNIT"),
            (Rate::NotSubject, "0"),
        ] {
            assert_eq!(rate.to_string(), expected);
            let read: Rate = expected.parse().unwrap();
            assert!(read == rate || (&read, &rate) == (&Rate::AdValorem(Decimal::ZERO), &Rate::NotSubject));
        }
        for text in ["", "x", "7 %", "5 VND", "5/LTR", "30 % + ", "30 % + 5", "0 "] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn decimals_are_written_plainly() {
        for (given, expected) in
            [("26100000.0000", "26100000"), ("0.00", "0"), ("143254033.04", "143254033.04"), ("100", "100")]
        {
            assert_eq!(plain(Decimal::from_str_exact(given).unwrap()), expected);
        }
    }
}
