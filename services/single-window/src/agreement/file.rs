//! Our own form of an agreement, for partners who have no CPA:
//!
//! ```toml
//! cpa_id = "asw-VN-TH-1"
//! start = "2026-01-01T00:00:00Z"
//! end = "2030-01-01T00:00:00Z"
//! sync = false                              # answers come by a request of their own
//! acknowledgment = "always"                 # or "never", "per-message"
//! signed_acknowledgment = "always"
//! duplicate_elimination = "always"
//! signed = true
//! retries = 5
//! retry_interval = "PT5M"
//! persist_duration = "PT30M"
//!
//! [us]
//! party_ids = [{ type = "urn:x-asw:iso3166-1", id = "VN" }]
//! role = "ExportingNSW"
//! endpoint = "https://nsw.vn.example/ebms"
//! signing = ["""
//! -----BEGIN CERTIFICATE-----
//! ...
//! -----END CERTIFICATE-----
//! """]
//! tls = []
//! anchors = []
//!
//! [partner]
//! party_ids = [{ type = "urn:x-asw:iso3166-1", id = "TH" }]
//! role = "ImportingNSW"
//! endpoint = "https://nsw.th.example/ebms"
//!
//! [[send]]
//! service = { type = "urn:x-asw:service", name = "formd:1" }
//! actions = ["SubmitFormD", "CancelFormD"]
//!
//! [[receive]]
//! service = { type = "urn:x-asw:service", name = "formd:1" }
//! actions = ["FormDReceipt", "FormDDecision", "FormDUtilisation"]
//! ```
//!
//! Private keys do not stand in it. Everything but certificates and roles has to be said; unknown keys are refused.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{Agreement, AgreementError, Exchange, Side, Terms, Wanted, duration};
use crate::certificate::Certificate;
use crate::ebms::envelope::{PartyId, Service};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    cpa_id: String,
    start: Timestamp,
    end: Timestamp,
    sync: bool,
    acknowledgment: Wanted,
    signed_acknowledgment: Wanted,
    duplicate_elimination: Wanted,
    signed: bool,
    retries: u32,
    retry_interval: String,
    persist_duration: String,
    us: Party,
    partner: Party,
    send: Vec<Actions>,
    receive: Vec<Actions>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Party {
    party_ids: Vec<Name>,
    role: Option<String>,
    endpoint: String,
    #[serde(default)]
    signing: Vec<String>,
    #[serde(default)]
    tls: Vec<String>,
    #[serde(default)]
    anchors: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    r#type: Option<String>,
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Actions {
    service: ServiceName,
    actions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceName {
    r#type: Option<String>,
    name: String,
}

/// # Errors
/// What is missing, unknown or contradicts itself.
pub fn read_toml(text: &str) -> Result<Agreement, AgreementError> {
    let file: File = toml::from_str(text).map_err(|error| AgreementError::new("agreement", error.to_string()))?;
    let terms = Terms {
        sync: file.sync,
        acknowledgment: file.acknowledgment,
        signed_acknowledgment: file.signed_acknowledgment,
        duplicate_elimination: file.duplicate_elimination,
        signed: file.signed,
        retries: file.retries,
        retry_interval: length("retry_interval", &file.retry_interval)?,
        persist_duration: length("persist_duration", &file.persist_duration)?,
    };
    let agreement = Agreement {
        cpa_id: file.cpa_id,
        start: file.start,
        end: file.end,
        us: file.us.side("us")?,
        partner: file.partner.side("partner")?,
        sync: file.sync,
        send: exchanges(file.send, &terms),
        receive: exchanges(file.receive, &terms),
    };
    agreement.check()
}

fn length(place: &str, text: &str) -> Result<SignedDuration, AgreementError> {
    duration(text).ok_or_else(|| AgreementError::new(place, "this is no duration such as PT5M"))
}

fn exchanges(found: Vec<Actions>, terms: &Terms) -> Vec<Exchange> {
    let of = |Actions { service, actions }: Actions| {
        let service = Service { kind: service.r#type, value: service.name };
        actions.into_iter().map(move |action| Exchange { service: service.clone(), action, terms: terms.clone() })
    };
    found.into_iter().flat_map(of).collect()
}

impl Party {
    fn side(self, name: &str) -> Result<Side, AgreementError> {
        let certificates = |kind: &str, pems: &[String]| {
            let read = |pem: &String| Certificate::from_pem(pem);
            let read: Result<Vec<_>, _> = pems.iter().map(read).collect();
            read.map_err(|error| AgreementError::new(format!("{name}.{kind}"), error.to_string()))
        };
        Ok(Side {
            signing: certificates("signing", &self.signing)?,
            tls: certificates("tls", &self.tls)?,
            anchors: certificates("anchors", &self.anchors)?,
            ids: self.party_ids.into_iter().map(|name| PartyId { kind: name.r#type, value: name.id }).collect(),
            role: self.role,
            endpoint: self.endpoint,
        })
    }
}
