//! What the rules ask of a proof of origin: which checks there are, what follows when one fails, and their figures.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use vocabulary::{Citation, RulebookGap};

use crate::cited::{Provenance, no_value_on};

macro_rules! named_by_word {
    ($(#[$of:meta])* $type:ident { $($(#[$doc:meta])* $name:ident = $word:literal,)+ }) => {
        $(#[$of])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $type { $($(#[$doc])* $name,)+ }

        impl $type {
            /// Every one, in the order of the rule file.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The word used in rule files.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

named_by_word! {
    /// A check of a claim to an agreement's rate, named by the code of the finding that it makes when it fails.
    OriginCheck {
        /// The rate is claimed without a proof of origin.
        Missing = "certificate_missing",
        /// The proof is filed later.
        FiledLater = "certificate_filed_later",
        /// The declared day of issue is missing.
        DateMissing = "certificate_date_missing",
        /// The declared day of issue is after the day of registration.
        DateInFuture = "certificate_date_in_future",
        /// The declared form does not belong to the agreement.
        FormNotOfAgreement = "certificate_form_not_of_agreement",
        /// The goods were loaded in a country that is not a member.
        LoadingPortOutsideMembers = "E1013",
        /// The goods were loaded in a member other than the issuing one.
        TransitThroughMember = "transit_through_member",
        /// The declared day of issue is not that of the proof.
        DateDiffers = "certificate_date_differs",
        /// The number has not the form that its issuer gives.
        NumberMalformed = "certificate_number_malformed",
        /// The validity is over.
        Expired = "certificate_expired",
        /// The proof was issued too long after shipment.
        IssuedTooLate = "certificate_issued_too_late",
        /// The proof was issued after shipment without saying so.
        RetroactiveTickMissing = "retroactive_tick_missing",
        /// The issuing body is not on the list of its state.
        IssuerNotListed = "certificate_issuer_not_listed",
        /// The signatory is not on the list of his state.
        SignatoryNotListed = "certificate_signatory_not_listed",
        /// No list of the state's issuers or signatories is entered.
        SpecimensNotEntered = "specimens_not_entered",
        /// The issuing state is not a member of the agreement.
        IssuingStateNotMember = "issuing_state_not_member",
        /// The issuing state is Viet Nam itself.
        IssuingStateIsDestination = "issuing_state_is_destination",
        ExporterNotOfIssuingState = "exporter_not_of_issuing_state",
        /// The proof is for another country than Viet Nam.
        DestinationNotVietNam = "certificate_destination_not_viet_nam",
        /// A back-to-back proof names no earlier proof.
        PreviousProofMissing = "previous_proof_missing",
        /// The earlier proof was issued outside the agreement.
        PreviousProofNotOfMember = "previous_proof_not_of_member",
        /// The validity of the earlier proof is over.
        PreviousProofExpired = "previous_proof_expired",
        /// The proof covers more than the earlier ones.
        PreviousProofExceeded = "previous_proof_exceeded",
        /// The exporter of a statement is not certified.
        ExporterNotCertified = "exporter_not_certified",
        /// The signatory of a statement is not registered.
        SignatoryNotCertified = "signatory_not_certified",
        /// The product of a statement is not registered.
        ProductNotRegistered = "product_not_registered",
        /// Someone of a third country sells, and the box of third-country invoicing is not ticked.
        ThirdCountryTickMissing = "third_country_tick_missing",
        /// Third-country invoicing without the name and country of who issued the invoice.
        ThirdCountryIssuerMissing = "third_country_issuer_missing",
        /// The declared invoice is not on the proof.
        InvoiceDiffers = "certificate_invoice_differs",
        /// The box of exhibition is ticked, and none is named.
        ExhibitionNotNamed = "exhibition_not_named",
        /// The exporter is not the declared one.
        ExporterDiffers = "certificate_exporter_differs",
        /// The consignee is not the importer.
        ConsigneeDiffers = "certificate_consignee_differs",
        /// The means of transport is not the declared one.
        TransportMeansDiffers = "certificate_transport_differs",
        /// The gross mass is not the declared one.
        GrossMassDiffers = "certificate_gross_mass_differs",
        /// No item of the proof is of the line's goods.
        ItemNotOnProof = "goods_not_on_certificate",
        /// The line's goods have another tariff code on the proof.
        HsCodeDiffers = "certificate_hs_code_differs",
        /// The proof uses an edition of the Harmonized System that its day of issue does not allow.
        HsEdition = "hs_edition_not_of_issue_date",
        /// The goods have another origin on the proof.
        OriginDiffers = "certificate_origin_differs",
        /// The criterion of origin cannot be read.
        CriterionNotUnderstood = "criterion_not_understood",
        /// The criterion of origin contradicts itself.
        CriterionInconsistent = "criterion_inconsistent",
        /// The regional value content is below what the agreement asks for.
        RegionalValueTooLow = "regional_value_too_low",
        /// Goods of partial cumulation have no preference themselves.
        PartialCumulation = "partial_cumulation_without_preference",
        /// The box of partial cumulation and the criterion contradict each other.
        PartialCumulationTick = "partial_cumulation_tick_differs",
        /// The regional value content is not what follows from the costs.
        RegionalValueDiffers = "regional_value_differs",
        /// Too much material does not change its heading.
        DeMinimisExceeded = "de_minimis_exceeded",
        /// Material does not change its heading, and the box of de minimis is not ticked.
        DeMinimisTickMissing = "de_minimis_tick_missing",
        /// The FOB value has to be shown and is not.
        FobValueMissing = "fob_value_missing",
        /// The quantity is in a unit that cannot be compared with the proof's.
        UnitNotConvertible = "certificate_unit_not_convertible",
        /// The lines use more than the proof has left.
        QuantityExceeded = "certificate_quantity_exceeded",
        /// Processing and product rules are not for a program to decide.
        ProcessingNotDecided = "processing_not_decided",
    }
}

named_by_word! {
    /// A figure of the rules of origin.
    OriginParameter {
        /// The least regional value content, in per cent of the FOB value.
        RegionalValuePercent = "regional_value_percent",
        /// The least content of partial cumulation, in per cent of the FOB value.
        PartialCumulationPercent = "partial_cumulation_percent",
        /// The most material that need not change its heading, in per cent of the FOB value.
        DeMinimisPercent = "de_minimis_percent",
        /// Days after shipment up to which a proof is issued without saying that it is late.
        RetroactiveTickDays = "retroactive_tick_days",
        /// Months after shipment up to which a proof may be issued.
        RetroactiveMonths = "retroactive_months",
        /// Months that a proof is valid from its issue.
        ValidityMonths = "validity_months",
        /// Months from registration in which a proof may be filed later.
        LateFilingMonths = "late_filing_months",
        /// The FOB value of a consignment up to which no proof is needed, in US dollars.
        SmallConsignmentUsd = "small_consignment_usd",
        /// How much of a name may differ, in per cent of its letters.
        NameDifferencePercent = "name_difference_percent",
        /// How much the gross mass may differ, in per cent of the declared one.
        GrossMassDifferencePercent = "gross_mass_difference_percent",
        /// Decimals of a quantity that is written off in another unit than it was declared in.
        WriteOffDecimals = "write_off_decimals",
    }
}

/// What follows when a check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OriginTreatment {
    /// The declaration is not registered: what was declared is wrong, and the declarant can mend it.
    Refuse,
    /// The declaration is registered without the agreement's rate: the proof is not good.
    FallBack,
    /// The declarant and the officer are told.
    Warn,
    /// The officer alone is told.
    Note,
}

impl OriginTreatment {
    /// Whether the agreement's rate is not given any more.
    pub fn ends_preference(self) -> bool {
        matches!(self, Self::Refuse | Self::FallBack)
    }

    pub(crate) const WORDS: [(&'static str, Self); 4] =
        [("refuse", Self::Refuse), ("fall_back", Self::FallBack), ("warn", Self::Warn), ("note", Self::Note)];
}

/// Values that hold for some agreements, or for all that have none of their own.
#[derive(Debug)]
pub(crate) struct Scoped<T>(pub(crate) Vec<ScopedValue<T>>);

#[derive(Debug)]
pub(crate) struct ScopedValue<T> {
    /// The agreements that it is for; `None` for all others.
    pub(crate) agreements: Option<Box<[Box<str>]>>,
    pub(crate) value: T,
    pub(crate) provenance: Provenance,
}

impl<T> Default for Scoped<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ScopedValue<T> {
    pub(crate) fn names(&self, agreement: &str) -> bool {
        self.agreements.as_ref().is_some_and(|known| known.iter().any(|known| **known == *agreement))
    }

    /// Whether both would be the value of some agreement on some day.
    pub(crate) fn clashes(&self, other: &Self) -> bool {
        let shared = match (&self.agreements, &other.agreements) {
            (None, None) => true,
            (Some(of), Some(_)) => of.iter().any(|agreement| other.names(agreement)),
            _ => false,
        };
        shared && self.provenance.overlaps(&other.provenance)
    }
}

impl<T> Scoped<T> {
    /// The value for an agreement on a day; `Ok(None)` where the rules have none for it on any day.
    pub(crate) fn on(
        &self,
        agreement: &str,
        date: Date,
        place: std::fmt::Arguments<'_>,
    ) -> Result<Option<(&T, &Provenance)>, RulebookGap> {
        let own = self.0.iter().any(|value| value.names(agreement));
        let mut held =
            self.0.iter().filter(|value| if own { value.names(agreement) } else { value.agreements.is_none() });
        if held.clone().next().is_none() {
            return Ok(None);
        }
        held.find(|value| value.provenance.holds_on(date))
            .map(|value| Some((&value.value, &value.provenance)))
            .ok_or_else(|| no_value_on(date, place))
    }
}

/// The form of a proof's number, as a picture: `#` is a digit, `@` a letter, `*` either, everything else itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberPicture<'a>(pub(crate) &'a str);

impl NumberPicture<'_> {
    pub fn as_str(&self) -> &str {
        self.0
    }

    /// Whether a number has the form. Spaces, dashes and slashes between its groups do not count.
    pub fn fits(&self, number: &str) -> bool {
        let letters = number.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '/'));
        let mut letters = letters.map(|letter| letter.to_ascii_uppercase());
        let all = self.0.chars().all(|sign| {
            letters.next().is_some_and(|letter| match sign {
                '#' => letter.is_ascii_digit(),
                '@' => letter.is_ascii_uppercase(),
                '*' => letter.is_ascii_digit() || letter.is_ascii_uppercase(),
                _ => letter == sign,
            })
        });
        all && letters.next().is_none()
    }
}

/// The form of the numbers of an issuer.
#[derive(Debug)]
pub(crate) struct NumberFormat {
    pub(crate) form: Box<str>,
    pub(crate) issuing_country: Box<str>,
    pub(crate) picture: Box<str>,
    pub(crate) provenance: Provenance,
}

/// Which list of specimens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Specimens {
    /// The bodies that may issue.
    Issuers,
    /// The persons who may sign.
    Signatories,
}

impl Specimens {
    pub(crate) const ALL: [Self; 2] = [Self::Issuers, Self::Signatories];

    /// The name of its file.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Issuers => "issuers",
            Self::Signatories => "signatories",
        }
    }
}

/// What the list of a state says of an issuer or a signatory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpecimenStanding {
    /// On the list.
    Listed(Citation),
    /// Not on the list, or not on that day.
    NotListed(Citation),
    /// No list of the state is entered for the day.
    NoList,
}

/// An issuing body or a signatory that a state has notified.
#[derive(Debug)]
pub(crate) struct Specimen {
    pub(crate) country: Box<str>,
    pub(crate) code: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) provenance: Provenance,
}

/// An edition of the Harmonized System, and the days of issue on which a proof may use it.
#[derive(Debug)]
pub(crate) struct HsEdition {
    pub(crate) edition: Box<str>,
    pub(crate) provenance: Provenance,
}

/// How much of a base unit a unit is.
#[derive(Debug)]
pub(crate) struct UnitConversion {
    pub(crate) unit: Box<str>,
    pub(crate) base: Box<str>,
    pub(crate) factor: Decimal,
    pub(crate) provenance: Provenance,
}

/// All rules on proofs of origin, of all days.
#[derive(Debug, Default)]
pub(crate) struct OriginRules {
    pub(crate) checks: FxHashMap<OriginCheck, Scoped<OriginTreatment>>,
    pub(crate) parameters: FxHashMap<OriginParameter, Scoped<Decimal>>,
    /// Members from or to which the FOB value is shown.
    pub(crate) fob_value_countries: Scoped<Box<[Box<str>]>>,
    pub(crate) number_formats: Vec<NumberFormat>,
    pub(crate) specimens: FxHashMap<Specimens, Vec<Specimen>>,
    pub(crate) hs_editions: Vec<HsEdition>,
    pub(crate) unit_conversions: Vec<UnitConversion>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_exact_and_takes_no_notice_of_separators() {
        let picture = NumberPicture("VN@@##**#####");
        for number in ["VNTH260100001", "VN-TH 09/02/00006", "vn-th 26/0A/00001"] {
            assert!(picture.fits(number), "{number}");
        }
        for number in ["VNTH26010000", "VNTH2601000011", "THVN260100001", "VN1H260100001", ""] {
            assert!(!picture.fits(number), "{number}");
        }
    }
}
