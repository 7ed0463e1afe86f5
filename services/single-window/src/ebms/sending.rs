//! Builds messages of the business, and says when one is sent again (ebMS 2.0, section 6.5).
//!
//! ```text
//! Draft + Agreement + Signer ─ user_message ─> Outgoing, kept ─ post ─> HTTP body, at every try
//!                                                 │
//!            first try + n × retry interval ──────┘   the same envelope and parts under whatever boundary
//! ```

use jiff::{SignedDuration, Timestamp};

use super::envelope::{
    self, AckRequested, Envelope, ManifestReference, MessageHeader, Party, PartyId, Service, SignedReference,
};
use super::error::{EbmsError, ErrorCode, location};
use super::mime::{Package, Part, reference_to};
use super::signals::Stamp;
use super::signature;
use crate::agreement::{Agreement, Exchange, Terms};
use crate::certificate::Signer;

/// What the sender decides about a message; everything else follows from the agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub service: Service,
    pub action: String,
    /// Ties together messages that belong to the same matter.
    pub conversation_id: String,
    /// The message of the business that this one answers.
    pub ref_to_message_id: Option<String>,
    pub payloads: Vec<Payload>,
}

/// A part and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    pub part: Part,
    /// `xlink:role`.
    pub role: Option<String>,
}

/// A message that is ready. It is kept before it is sent, and sent unchanged at every try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub message_id: String,
    /// The URL to post to.
    pub endpoint: String,
    pub package: Package,
    /// What the acknowledgment has to copy; empty when the message is not signed.
    pub references: Vec<SignedReference>,
    /// Whether the acknowledgment has to be signed; `None` when none is asked for.
    pub acknowledgment: Option<AckRequested>,
    /// Whether the acknowledgment comes in the HTTP response.
    pub sync: bool,
    /// After this moment the partner refuses it.
    pub time_to_live: Timestamp,
}

impl Outgoing {
    /// `Content-Type` and body of a try, with any boundary. The header `SOAPAction` is [`super::SOAP_ACTION`].
    ///
    /// # Errors
    /// `MimeProblem` when the boundary stands in the message: take another.
    pub fn post(&self, boundary: &str) -> Result<(String, Vec<u8>), EbmsError> {
        self.package.write(boundary, &self.message_id)
    }
}

/// # Errors
/// `ValueNotRecognized` when the partner did not agree to the action, `SecurityFailure` when it has to be signed and there
/// is no agreed certificate in force, `Inconsistent` for a moment outside the agreement, `MimeProblem` for parts that
/// cannot be told apart.
pub fn user_message(
    agreement: &Agreement,
    draft: Draft,
    signer: Option<&Signer>,
    stamp: Stamp,
) -> Result<Outgoing, EbmsError> {
    if !agreement.holds_at(stamp.now) {
        return Err(EbmsError::new(ErrorCode::Inconsistent, location::CPA_ID, "the agreement is not in force"));
    }
    let exchange = agreed(&agreement.send, &draft.service, &draft.action)?;
    let terms = &exchange.terms;
    let time_to_live = time_to_live(terms, stamp.now)?;
    let now = stamp.now;
    let mut envelope = Envelope::of(header(agreement, &draft, terms, time_to_live, stamp));
    envelope.sync_reply = terms.sync;
    let signed_acknowledgment = terms.signed && terms.signed_acknowledgment.of_ours();
    envelope.ack_requested = terms.acknowledgment.of_ours().then_some(AckRequested { signed: signed_acknowledgment });

    let mut parts: Vec<Part> = Vec::with_capacity(draft.payloads.len());
    let mut manifest = Vec::with_capacity(draft.payloads.len());
    for Payload { part, role } in draft.payloads {
        if parts.iter().any(|known| known.content_id == part.content_id) {
            return Err(EbmsError::new(
                ErrorCode::MimeProblem,
                reference_to(&part.content_id),
                "two parts have this name",
            ));
        }
        manifest.push(ManifestReference { href: reference_to(&part.content_id), role });
        parts.push(part);
    }
    envelope.manifest = (!manifest.is_empty()).then_some(manifest);

    let (soap, references) = if terms.signed {
        let signer = our_signer(agreement, signer, now)?;
        signature::sign(&envelope, &parts, signer)?
    } else {
        (envelope::write(&envelope)?, Vec::new())
    };
    Ok(Outgoing {
        message_id: envelope.header.message_id,
        endpoint: agreement.partner.endpoint.clone(),
        package: Package { soap: soap.into_bytes(), parts },
        references,
        acknowledgment: envelope.ack_requested,
        sync: terms.sync,
        time_to_live,
    })
}

/// The signer, if the partner will take it: agreed, and in force.
pub(super) fn our_signer<'a>(
    agreement: &Agreement,
    signer: Option<&'a Signer>,
    now: Timestamp,
) -> Result<&'a Signer, EbmsError> {
    let refuse = |what: String| EbmsError::new(ErrorCode::SecurityFailure, location::SIGNATURE, what);
    let signer = signer.ok_or_else(|| refuse("there is no key to sign with".to_owned()))?;
    let valid = agreement.us.signing_at(now, &agreement.partner).map_err(|error| refuse(error.to_string()))?;
    if valid.contains(&signer.certificate()) {
        return Ok(signer);
    }
    Err(refuse("the certificate of our key is not agreed, or not in force".to_owned()))
}

/// The exchange of a service and an action.
pub(super) fn agreed<'a>(
    exchanges: &'a [Exchange],
    service: &Service,
    action: &str,
) -> Result<&'a Exchange, EbmsError> {
    let refuse = |place, what: &str| Err(EbmsError::new(ErrorCode::ValueNotRecognized, place, what));
    let mut of_service = exchanges.iter().filter(|exchange| exchange.service == *service).peekable();
    if of_service.peek().is_none() {
        return refuse(location::SERVICE, "the service is not agreed");
    }
    match of_service.find(|exchange| exchange.action == action) {
        Some(exchange) => Ok(exchange),
        None => refuse(location::ACTION, "the action is not agreed"),
    }
}

fn header(agreement: &Agreement, draft: &Draft, terms: &Terms, time_to_live: Timestamp, stamp: Stamp) -> MessageHeader {
    let party = |ids: &[PartyId], role: &Option<String>| Party { ids: ids.to_vec(), role: role.clone() };
    MessageHeader {
        from: party(&agreement.us.ids, &agreement.us.role),
        to: party(&agreement.partner.ids, &agreement.partner.role),
        cpa_id: agreement.cpa_id.clone(),
        conversation_id: draft.conversation_id.clone(),
        service: draft.service.clone(),
        action: draft.action.clone(),
        message_id: stamp.message_id,
        timestamp: stamp.now,
        ref_to_message_id: draft.ref_to_message_id.clone(),
        time_to_live: Some(time_to_live),
        duplicate_elimination: terms.duplicate_elimination.of_ours(),
        descriptions: Vec::new(),
    }
}

/// When a message made now expires: one interval after its last try. Without retries it lives as long as it is remembered.
fn time_to_live(terms: &Terms, now: Timestamp) -> Result<Timestamp, EbmsError> {
    let lived = match terms.retries {
        0 => Some(terms.persist_duration),
        retries => i32::try_from(retries).ok().and_then(|retries| terms.retry_interval.checked_mul(retries + 1)),
    };
    let moment = lived.and_then(|lived| now.checked_add(lived).ok());
    moment.ok_or_else(|| {
        EbmsError::new(ErrorCode::Inconsistent, location::TIME_TO_LIVE, "it lives longer than time goes")
    })
}

/// When a message is sent the next time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextTry {
    At(Timestamp),
    /// There are no more tries. Without an acknowledgment until then the delivery has failed (`DeliveryFailure`).
    WaitUntil(Timestamp),
}

/// When the try after `tries` tries is due, of a message that was sent first at `first`, by the agreement that was in force
/// then. `time_to_live` is that of the message: later nothing is sent.
pub fn next_try(terms: &Terms, first: Timestamp, tries: u32, time_to_live: Timestamp) -> NextTry {
    let due = i32::try_from(tries).ok().and_then(|tries| terms.retry_interval.checked_mul(tries));
    let due = due.filter(|due| tries <= terms.retries && *due <= terms.persist_duration);
    match due.and_then(|due| first.checked_add(due).ok()).filter(|due| *due < time_to_live) {
        Some(due) => NextTry::At(due),
        None => NextTry::WaitUntil(time_to_live),
    }
}

/// What an HTTP status means for a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// The bytes arrived; whether the message is kept says the acknowledgment.
    Arrived,
    /// The next try may go better.
    TryAgain,
    /// It would be refused again.
    Refused,
}

/// Statuses of the server and those that ask for patience are tried again; everything else ends the delivery.
pub fn posted(status: u16) -> Posted {
    match status {
        200..=299 => Posted::Arrived,
        408 | 429 | 500..=599 => Posted::TryAgain,
        _ => Posted::Refused,
    }
}

/// How long until every try is over, for who plans the store.
pub fn longest(terms: &Terms) -> SignedDuration {
    let retries = i32::try_from(terms.retries).unwrap_or(i32::MAX);
    terms.retry_interval.saturating_mul(retries.saturating_add(1)).max(terms.persist_duration)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::Wanted;

    fn terms() -> Terms {
        Terms {
            sync: false,
            acknowledgment: Wanted::Always,
            signed_acknowledgment: Wanted::Never,
            duplicate_elimination: Wanted::Always,
            signed: false,
            retries: 3,
            retry_interval: SignedDuration::from_secs(10),
            persist_duration: SignedDuration::from_secs(60),
        }
    }

    #[test]
    fn tries_come_at_their_interval_and_end() {
        let first: Timestamp = "2026-11-28T01:00:00Z".parse().unwrap();
        let after = |seconds| first + SignedDuration::from_secs(seconds);
        let end = time_to_live(&terms(), first).unwrap();
        assert_eq!(end, after(40));
        let due: Vec<NextTry> = (0..=4).map(|tries| next_try(&terms(), first, tries, end)).collect();
        let tries = [0, 10, 20, 30].map(|seconds| NextTry::At(after(seconds)));
        assert_eq!(due, [tries.as_slice(), &[NextTry::WaitUntil(end)]].concat());
        assert_eq!(next_try(&terms(), first, u32::MAX, end), NextTry::WaitUntil(end));
        assert_eq!(next_try(&terms(), first, 3, after(30)), NextTry::WaitUntil(after(30)));
        let once = Terms { retries: 0, ..terms() };
        assert_eq!(time_to_live(&once, first).unwrap(), after(60));
        assert!(time_to_live(&once, Timestamp::MAX).is_err());
        assert_eq!(longest(&terms()), SignedDuration::from_secs(60));
    }

    #[test]
    fn a_status_ends_a_delivery_or_not() {
        let of = |wanted| move |status: &u16| posted(*status) == wanted;
        assert!([200, 202, 204].iter().all(of(Posted::Arrived)));
        assert!([500, 503, 408, 429].iter().all(of(Posted::TryAgain)));
        assert!([100, 301, 400, 401, 404, 413].iter().all(of(Posted::Refused)));
    }
}
