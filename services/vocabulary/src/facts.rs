//! What is known besides a declaration, and what a declaration uses up of it.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lane::Lane;
use crate::origin_certificate::OriginCertificate;

/// Whether a tax code is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxCodeStatus {
    /// In use.
    #[default]
    Active,
    /// The enterprise has suspended its business.
    Suspended,
    Closed,
    /// The same enterprise holds another code.
    Duplicate,
    /// The tax authority knows of no such code.
    Unknown,
    /// Known to the tax authority, and not registered with customs.
    NotRegistered,
    /// The enterprise no longer works at its registered address.
    NotAtAddress,
}

/// A standing of a trader that entitles it to a treatment: an export-processing enterprise, a processing contract or a
/// production site of which customs was notified, a bonded warehouse it runs. What there is, is in the code list
/// `entitlements`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entitlement {
    /// Its code in the code list `entitlements`, e.g. `EPE`.
    pub code: String,
    /// The number of the decision, contract or notification, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The first day on which it holds; `None` where it always held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds_from: Option<Date>,
    /// The last day on which it holds; `None` while no end is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds_to: Option<Date>,
}

impl Entitlement {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.holds_from.is_none_or(|from| from <= day) && self.holds_to.is_none_or(|to| day <= to)
    }
}

/// A trader as known to customs on the day of registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraderFacts {
    pub tax_code: String,
    /// Whether the tax code is in use.
    #[serde(default)]
    pub status: TaxCodeStatus,
    /// The level of compliance, 1 (authorised operator) to 5 (non-compliant) (Circular 81/2019/TT-BTC).
    pub compliance_level: u8,
    /// Whether the trader is an authorised economic operator (doanh nghiệp ưu tiên).
    #[serde(default)]
    pub authorised_operator: bool,
    /// Whether tax is overdue by more than 90 days (Law 54/2014 art. on enforcement).
    #[serde(default)]
    pub debt_over_90_days: bool,
    /// What the trader is entitled to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entitlements: Vec<Entitlement>,
}

impl TraderFacts {
    /// Whether the trader has an entitlement on a day, by its code.
    pub fn is_entitled(&self, code: &str, day: Date) -> bool {
        self.entitlements.iter().any(|entitlement| entitlement.code == code && entitlement.holds_on(day))
    }
}

/// A list of goods that are exempt from import duty, with what is left of each line (danh mục miễn thuế; VNACCS TEA).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExemptionList {
    /// The twelve characters of its registration.
    pub number: String,
    /// The tax code of the enterprise that it was registered for.
    pub holder: String,
    /// The last day on which it may be used; `None` while no end is known.
    #[serde(default)]
    pub expires_on: Option<Date>,
    pub lines: Vec<BalanceLine>,
}

/// A temporary import or export that later declarations discharge, with what is left of each line (VNACCS TIA).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemporaryDeclaration {
    /// The twelve digits of the declaration that brought the goods in or out.
    pub number: String,
    /// The tax code of the enterprise that declared it.
    pub holder: String,
    /// The last day for the return of the goods.
    #[serde(default)]
    pub due_on: Option<Date>,
    pub lines: Vec<BalanceLine>,
}

/// One line of goods of which a quantity is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalanceLine {
    /// The number of the line, from 1.
    pub line: u32,
    /// The tariff code, where the line names one.
    #[serde(default)]
    pub commodity_code: Option<String>,
    /// How much is left.
    pub remaining: Decimal,
    /// The unit that it is counted in.
    pub unit: String,
}

/// A bank's guarantee of duties and taxes (VNACCS SBC, RYA, SCM, SCN; Law 107/2016 art. 9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guarantee {
    /// The code of the bank.
    pub bank: String,
    /// The year of issue.
    pub year: u16,
    /// The sign of the document.
    pub sign: String,
    /// The number of the document.
    pub number: String,
    /// The tax code of the enterprise that it was given for.
    pub holder: String,
    /// Whether it covers several declarations; otherwise it is for one alone.
    #[serde(default)]
    pub general: bool,
    /// The last day on which it may be used; `None` while no end is known.
    #[serde(default)]
    pub expires_on: Option<Date>,
    /// What is left of it, in whole dong.
    pub remaining: Decimal,
}

/// Another branch of the same consignment that was routed before (VNACCS FIC, BNO, DNO).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutedBranch {
    /// The number of the first declaration of the consignment.
    pub first_declaration: String,
    /// The declaration's own number.
    pub number: String,
    pub lane: Lane,
}

/// What is known besides declarations: the content of a facts file, and what is kept with a decision so that it can be
/// derived again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Facts {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub traders: Vec<TraderFacts>,
    /// Certificates and other proofs of origin.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<OriginCertificate>,
    /// Lists of exempt goods.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exemption_lists: Vec<ExemptionList>,
    /// Temporary imports and exports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub temporary_declarations: Vec<TemporaryDeclaration>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guarantees: Vec<Guarantee>,
    /// Branches of consignments that were routed before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<RoutedBranch>,
}

impl Facts {
    /// What is known of the trader with a tax code.
    pub fn trader(&self, tax_code: &str) -> Option<&TraderFacts> {
        self.traders.iter().find(|trader| trader.tax_code == tax_code)
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// All of it, seen from the case of one declarant.
    pub fn for_case(&self, declarant: Option<&str>) -> CaseFacts<'_> {
        CaseFacts {
            trader: declarant.and_then(|declarant| self.trader(declarant)),
            certificates: &self.certificates,
            exemption_lists: &self.exemption_lists,
            temporary_declarations: &self.temporary_declarations,
            guarantees: &self.guarantees,
            branches: &self.branches,
        }
    }
}

/// What a decision may depend on besides the declaration and the rules. It may hold more than the declaration names.
#[derive(Debug, Clone, Copy, Default)]
pub struct CaseFacts<'a> {
    /// What is known of the trader who declares.
    pub trader: Option<&'a TraderFacts>,
    /// Certificates and other proofs of origin.
    pub certificates: &'a [OriginCertificate],
    /// Lists of exempt goods.
    pub exemption_lists: &'a [ExemptionList],
    /// Temporary imports and exports.
    pub temporary_declarations: &'a [TemporaryDeclaration],
    pub guarantees: &'a [Guarantee],
    /// Branches of the consignment that were routed before.
    pub branches: &'a [RoutedBranch],
}

impl<'a> CaseFacts<'a> {
    /// The proof of origin that a form and a number name. Numbers are unique within the issuing country alone: of
    /// several, the one of the goods' origin is meant, otherwise the first.
    pub fn certificate(&self, form: &str, number: &str, origin: Option<&str>) -> Option<&'a OriginCertificate> {
        let named = || self.certificates.iter().filter(|known| known.is_named(form, number));
        named().find(|known| origin == Some(&known.issuing_country)).or_else(|| named().next())
    }
}

/// Something of which a declaration uses up a part.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "of")]
pub enum Balance {
    /// The quantity that is left of an item of a certificate of origin.
    Certificate {
        form: String,
        /// The number of the certificate, as printed.
        number: String,
        /// The country that issued it: numbers are unique within it alone.
        issuing_country: String,
        /// The item of the certificate, from 1.
        line: u32,
    },
    /// The quantity that is left of a line of a list of exempt goods.
    ExemptionList {
        /// The number of the list.
        number: String,
        /// The line of the list.
        line: u32,
    },
    /// The quantity that is left of a line of a temporary import or export.
    TemporaryDeclaration {
        /// The number of the declaration.
        number: String,
        /// The line of that declaration.
        line: u32,
    },
    /// The amount that is left of a guarantee.
    Guarantee {
        bank: String,
        /// The year of issue.
        year: u16,
        /// The sign of the document.
        sign: String,
        /// The number of the document.
        number: String,
    },
}

/// What an accepted declaration uses up of a balance: an event that is written off together with the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteOff {
    /// What it is taken from.
    #[serde(flatten)]
    pub balance: Balance,
    /// How much is taken.
    #[serde(serialize_with = "crate::duty::as_plain")]
    pub amount: Decimal,
    /// What it is counted in: the unit of a quantity, `VND` for money.
    pub unit: String,
    /// The number of the goods item that takes it; `None` when it is the whole declaration.
    pub item: Option<u32>,
}
