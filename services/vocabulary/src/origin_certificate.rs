//! Certificates and other proofs of origin, as they were received: the boxes of the ATIGA Form D, which the forms of the
//! other agreements follow, and the statement that a certified exporter makes out himself.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A proof of origin as it is known to customs (Circular 33/2023/TT-BTC; ATIGA annex 8). What a proof does not say, or
/// what nobody has entered, is absent and is not checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginCertificate {
    /// The form, a code of the list of origin certificates, e.g. `D`.
    pub form: String,
    /// The reference number, as printed.
    pub number: String,
    /// The day of issue; of a statement of an exporter the day that it was made out.
    pub issued_on: Date,
    /// The country whose authority issued it, or whose exporter made it out.
    pub issuing_country: String,
    /// The country that the goods go to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// The code of the issuing body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Who signed for the issuing body, by code or name as in the specimens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatory: Option<String>,
    /// Who sends the goods (box 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exporter: Option<CertificateParty>,
    /// Who receives them (box 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consignee: Option<CertificateParty>,
    /// The day of shipment (box 3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departed_on: Option<Date>,
    /// The name of the vessel or the number of the flight (box 3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport_means: Option<String>,
    /// The port of loading (UN/LOCODE).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loading_port: Option<String>,
    /// The port of discharge (UN/LOCODE).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discharge_port: Option<String>,
    /// The commercial invoices (box 10).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invoices: Vec<CertificateInvoice>,
    /// The boxes that are ticked (box 13).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ticks: Vec<CertificateTick>,
    /// Who issued the invoice, where that was in a third country (box 7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_country_issuer: Option<CertificateParty>,
    /// The proofs on which a back-to-back certificate rests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previous_proofs: Vec<PreviousProof>,
    /// The exhibition from which the goods were sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exhibition: Option<Exhibition>,
    /// Customs has accepted that force majeure kept the proof from being presented while it was valid.
    #[serde(default, skip_serializing_if = "is_false")]
    pub force_majeure_accepted: bool,
    /// The exporter's statement that stands in place of a certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_declaration: Option<OriginDeclaration>,
    pub items: Vec<CertificateItem>,
}

/// A party that a proof of origin names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateParty {
    /// The name; of a third-country issuer it may be missing, which is a fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The country (ISO 3166-1, two letters).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The tax code, where the proof has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_code: Option<String>,
}

/// A commercial invoice that a proof of origin names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateInvoice {
    pub number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
}

/// A box that can be ticked on a Form D (box 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateTick {
    /// The invoice was issued in a third country.
    ThirdCountryInvoicing,
    /// Materials of other members count as originating.
    Accumulation,
    /// Issued by an intermediate member on the strength of earlier proofs.
    BackToBack,
    /// Less than the required content: it only counts towards the next member's.
    PartialCumulation,
    /// The goods were sold from an exhibition.
    Exhibition,
    /// Some materials do not change their heading, within the tolerance.
    DeMinimis,
    /// Issued after the goods had left.
    IssuedRetroactively,
}

/// A proof on which a back-to-back certificate rests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousProof {
    pub number: String,
    /// Its day of issue.
    pub issued_on: Date,
    /// The country whose authority issued it.
    pub issuing_country: String,
    /// How much of which goods it covers; empty where that was not handed in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantities: Vec<PreviousQuantity>,
}

/// How much of some goods an earlier proof covers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousQuantity {
    /// The tariff code, six digits at least.
    pub commodity_code: String,
    pub quantity: Decimal,
    /// The unit that it is counted in.
    pub unit: String,
}

/// An exhibition from which goods are sold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exhibition {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it was held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A statement of origin that a certified exporter makes out on an invoice or another commercial document (ASEAN-wide
/// self-certification).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginDeclaration {
    /// The exporter's authorisation code.
    pub exporter_code: String,
    /// Who signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatory: Option<String>,
    /// The number of the document that carries the statement.
    pub invoice_number: String,
    /// The day of that document.
    pub invoice_date: Date,
    /// What the database of certified exporters says of the code. Whoever hands the statement in has looked it up:
    /// absent means that the database does not have the exporter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<CertifiedExporter>,
}

/// A certified exporter as the database of self-certification has him.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertifiedExporter {
    /// The first day of the authorisation.
    pub authorised_from: Date,
    /// The last day of it; `None` while no end is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorised_to: Option<Date>,
    /// Who may sign.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatories: Vec<String>,
    /// The tariff codes of the products that are registered, six digits at least.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<String>,
}

/// One line of goods on a proof of origin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateItem {
    /// The number of the line, from 1.
    pub line: u32,
    /// The tariff code, six digits at least.
    pub commodity_code: String,
    /// The edition of the Harmonized System that the code is taken from, e.g. `HS2022`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hs_edition: Option<String>,
    /// The criterion by which the goods originate, as printed (box 8).
    pub criterion: String,
    /// The regional value content in per cent, where it stands apart from the criterion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rvc_percent: Option<Decimal>,
    /// The country that the goods were produced in; the issuing country where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The quantity that was certified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// How much was not used by an earlier declaration.
    pub remaining: Decimal,
    /// The unit that both are counted in.
    pub unit: String,
    /// The gross mass in kilograms (box 9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gross_mass: Option<Decimal>,
    /// The FOB value (box 9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fob_value: Option<Decimal>,
    /// The currency of the FOB value and of the costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What the goods are made of, where the producer's cost statement was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub costs: Option<ProductionCosts>,
}

/// What goods are made of, in the currency of their FOB value (ATIGA art. 29, 33).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProductionCosts {
    /// Materials that do not originate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub non_originating_materials: Option<Decimal>,
    /// Those of them that do not make the required change of tariff heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub non_shifting_materials: Option<Decimal>,
    /// Materials of members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub originating_materials: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labour: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overhead: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profit: Option<Decimal>,
}

impl OriginCertificate {
    /// Whether a box is ticked.
    pub fn is_ticked(&self, tick: CertificateTick) -> bool {
        self.ticks.contains(&tick)
    }

    /// Whether a form and a number name this proof. Spaces and the case of letters do not count: issuers print the same
    /// number in several ways.
    pub fn is_named(&self, form: &str, number: &str) -> bool {
        let letters = |text: &str| -> Vec<char> {
            text.chars().filter(|letter| !letter.is_whitespace()).map(|letter| letter.to_ascii_uppercase()).collect()
        };
        self.form == form && letters(&self.number) == letters(number)
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_spaced() {
        let certificate =
            OriginCertificate { form: "D".into(), number: "VN-TH 26/02/00006".into(), ..OriginCertificate::default() };
        assert!(certificate.is_named("D", "vn-th26/02/00006"));
        assert!(!certificate.is_named("D", "VN-TH 26/02/00007"));
        assert!(!certificate.is_named("E", "VN-TH 26/02/00006"));
    }
}
