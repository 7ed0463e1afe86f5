//! What two parties agreed on: who may say what, how it is signed and acknowledged, how often it is sent again.
//!
//! ```text
//! CPA 2.0 of the partner ─ cpa ──┐
//!                                ├─> Agreement, checked ─> Agreements, by CPAId
//! our own TOML ─────────── file ─┘
//! ```
//!
//! There is one agreement for each partner and direction. A message counts only if its header equals the agreement.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::certificate::{Certificate, CertificateError};
use crate::ebms::envelope::{PartyId, Service};

mod cpa;
mod file;

pub use cpa::read_cpa;
pub use file::read_toml;

/// Why an agreement is not taken, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct AgreementError {
    pub place: String,
    pub what: String,
}

impl AgreementError {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

/// An agreement as one of its two parties sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// `CPAId`.
    pub cpa_id: String,
    /// The first moment in which it holds.
    pub start: Timestamp,
    /// The first moment in which it holds no longer.
    pub end: Timestamp,
    pub us: Side,
    pub partner: Side,
    /// Whether the message handlers answer each other in the HTTP response.
    pub sync: bool,
    /// What we may say.
    pub send: Vec<Exchange>,
    /// What the partner may say.
    pub receive: Vec<Exchange>,
}

/// One of the two parties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    pub ids: Vec<PartyId>,
    /// Its role in messages of the business.
    pub role: Option<String>,
    /// The URL at which it receives.
    pub endpoint: String,
    /// With which of these it signs is its choice, so that one can follow the other.
    pub signing: Vec<Certificate>,
    /// With which it opens connections and takes them.
    pub tls: Vec<Certificate>,
    /// Whom it trusts to issue the certificates of the other side. Without any the agreed ones are trusted by themselves.
    pub anchors: Vec<Certificate>,
}

/// One action of a service, in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    pub service: Service,
    pub action: String,
    pub terms: Terms,
}

/// How messages of an exchange are brought over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Whether the acknowledgment comes in the HTTP response (`SyncReply`).
    pub sync: bool,
    pub acknowledgment: Wanted,
    /// Whether the acknowledgment is signed.
    pub signed_acknowledgment: Wanted,
    pub duplicate_elimination: Wanted,
    /// Whether the message is signed.
    pub signed: bool,
    /// How often it is sent again after the first time.
    pub retries: u32,
    /// From one try to the next.
    pub retry_interval: SignedDuration,
    /// How long both sides remember the message.
    pub persist_duration: SignedDuration,
}

/// Whether an element of the header is there. CPA 2.0, section 8.4.40.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    Always,
    Never,
    /// As the sender likes.
    PerMessage,
}

impl Wanted {
    /// Whether a message that has the element, or has it not, is as agreed.
    pub fn allows(self, there: bool) -> bool {
        match self {
            Self::Always => there,
            Self::Never => !there,
            Self::PerMessage => true,
        }
    }

    /// Whether we put the element into what we send: wherever we may.
    pub fn of_ours(self) -> bool {
        self != Self::Never
    }
}

impl Side {
    /// Whether these are the names of this side, in any order.
    pub fn is_named(&self, ids: &[PartyId]) -> bool {
        ids.len() == self.ids.len() && self.ids.iter().all(|id| ids.contains(id))
    }

    /// The certificates by which this side may sign at a moment, in the eyes of the other.
    ///
    /// # Errors
    /// What speaks against the last of them when none is in force.
    pub fn signing_at(&self, now: Timestamp, other: &Self) -> Result<Vec<&Certificate>, CertificateError> {
        let mut against = CertificateError::Untrusted;
        let mut valid = Vec::new();
        for certificate in &self.signing {
            match certificate.check(now, &other.anchors) {
                Ok(()) => valid.push(certificate),
                Err(error) => against = error,
            }
        }
        if valid.is_empty() { Err(against) } else { Ok(valid) }
    }
}

impl Agreement {
    /// Whether the agreement is in force.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.start <= now && now < self.end
    }

    /// What makes an agreement one that can be kept.
    fn check(self) -> Result<Self, AgreementError> {
        let refuse = |place: &str, what: &str| Err(AgreementError::new(place, what));
        if self.cpa_id.is_empty() {
            return refuse("cpa_id", "it is empty");
        }
        if self.start >= self.end {
            return refuse("end", "it is not after the start");
        }
        for (name, side) in [("us", &self.us), ("partner", &self.partner)] {
            if side.ids.is_empty() || side.ids.iter().any(|id| id.value.is_empty()) {
                return refuse(name, "the party has no name");
            }
            if !["http://", "https://"].iter().any(|scheme| side.endpoint.starts_with(scheme)) {
                return refuse(name, "the endpoint is no URL of http or https");
            }
        }
        if self.us.ids.iter().any(|id| self.partner.ids.contains(id)) {
            return refuse("partner", "both parties have the same name");
        }
        for (exchanges, sender, receiver) in
            [(&self.send, &self.us, &self.partner), (&self.receive, &self.partner, &self.us)]
        {
            for (at, exchange) in exchanges.iter().enumerate() {
                exchange.check(sender, receiver)?;
                let twin = |other: &Exchange| other.service == exchange.service && other.action == exchange.action;
                if exchanges[..at].iter().any(twin) {
                    return refuse(&exchange.action, "the action is agreed twice in the same direction");
                }
            }
        }
        Ok(self)
    }
}

impl Exchange {
    fn check(&self, sender: &Side, receiver: &Side) -> Result<(), AgreementError> {
        let refuse = |what: &str| Err(AgreementError::new(&self.action, what));
        let terms = &self.terms;
        if terms.signed && sender.signing.is_empty() {
            return refuse("it is signed, and its sender has no certificate for that");
        }
        if terms.signed_acknowledgment != Wanted::Never && receiver.signing.is_empty() {
            return refuse("its acknowledgment is signed, and its receiver has no certificate for that");
        }
        if terms.signed_acknowledgment == Wanted::Always && (terms.acknowledgment != Wanted::Always || !terms.signed) {
            return refuse("a signed acknowledgment is agreed for a message that is not signed or not acknowledged");
        }
        if terms.retry_interval.is_negative() || terms.persist_duration.is_negative() || terms.retries > 1000 {
            return refuse("the retries are more than 1000, or a duration is negative");
        }
        let last = i32::try_from(terms.retries).ok().and_then(|retries| terms.retry_interval.checked_mul(retries));
        if last.is_none_or(|last| last > terms.persist_duration) {
            return refuse("the message is forgotten before it is sent for the last time");
        }
        Ok(())
    }
}

/// The agreements in force, by their `CPAId`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreements(BTreeMap<String, Agreement>);

impl Agreements {
    /// # Errors
    /// Two agreements with the same `CPAId`.
    pub fn new(agreements: impl IntoIterator<Item = Agreement>) -> Result<Self, AgreementError> {
        let mut by_id = BTreeMap::new();
        for agreement in agreements {
            let id = agreement.cpa_id.clone();
            if by_id.insert(id.clone(), agreement).is_some() {
                return Err(AgreementError::new(id, "there are two agreements of this CPAId"));
            }
        }
        Ok(Self(by_id))
    }

    pub fn get(&self, cpa_id: &str) -> Option<&Agreement> {
        self.0.get(cpa_id)
    }

    /// All of them, by `CPAId`.
    pub fn iter(&self) -> impl Iterator<Item = &Agreement> {
        self.0.values()
    }
}

/// A duration as `xsd:duration` and ISO 8601 write it; a day has 24 hours, months and years are refused.
fn duration(text: &str) -> Option<SignedDuration> {
    let span: jiff::Span = text.trim().parse().ok()?;
    if span.get_months() != 0 || span.get_years() != 0 {
        return None;
    }
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        assert_eq!(duration("PT5M"), Some(SignedDuration::from_mins(5)));
        assert_eq!(duration("P2DT1S"), Some(SignedDuration::from_secs(172_801)));
        assert_eq!((duration("P1M"), duration("five minutes"), duration("")), (None, None, None));
    }
}
