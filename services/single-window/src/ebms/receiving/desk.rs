//! What every message is held against, whatever it is for: its parties, its moment, its signature; and how it is answered.

use jiff::{SignedDuration, Timestamp};

use super::{Answer, Arrived, Delivery, Rejection, Todo};
use crate::agreement::Agreement;
use crate::certificate::Signer;
use crate::ebms::envelope::{self, Envelope, MessageKind, SignedReference};
use crate::ebms::error::{EbmsError, ErrorCode, location};
use crate::ebms::sending::our_signer;
use crate::ebms::signals::{self, Stamp};
use crate::ebms::{signature, xml};

/// How far ahead of ours a partner's clock may be.
const MAX_SKEW: SignedDuration = SignedDuration::from_hours(24);

/// One message on the way to its decision.
pub(super) struct Desk<'a> {
    pub(super) arrived: &'a Arrived,
    pub(super) agreement: &'a Agreement,
    pub(super) signer: Option<&'a Signer>,
    pub(super) now: Timestamp,
    pub(super) next_id: &'a mut dyn FnMut() -> String,
}

impl Desk<'_> {
    /// From the partner to us, as they are called in the agreement.
    pub(super) fn parties(&self) -> Result<(), EbmsError> {
        let header = &self.arrived.envelope.header;
        for (side, party, place) in [
            (&self.agreement.partner, &header.from, location::FROM_PARTY),
            (&self.agreement.us, &header.to, location::TO_PARTY),
        ] {
            if !side.is_named(&party.ids) {
                return Err(inconsistent(place, "the agreement has other parties in this direction"));
            }
        }
        Ok(())
    }

    pub(super) fn moment(&self) -> Result<(), EbmsError> {
        if !self.agreement.holds_at(self.now) {
            return Err(inconsistent(location::CPA_ID, "the agreement is not in force"));
        }
        if self.arrived.envelope.header.timestamp.duration_since(self.now) > MAX_SKEW {
            return Err(inconsistent(location::TIMESTAMP, "the message was made more than 24 hours from now"));
        }
        Ok(())
    }

    /// The references of the signature: empty where there is none and none is needed. A signature that is there has to be
    /// right, needed or not.
    pub(super) fn signed(&self, needed: bool) -> Result<Vec<SignedReference>, EbmsError> {
        let package = &self.arrived.package;
        let document = xml::parse(&package.soap)?;
        if !needed && !signature::is_signed(&document) {
            return Ok(Vec::new());
        }
        let refuse = |what: String| EbmsError::new(ErrorCode::SecurityFailure, location::SIGNATURE, what);
        let keys = self
            .agreement
            .partner
            .signing_at(self.now, &self.agreement.us)
            .map_err(|error| refuse(error.to_string()))?;
        signature::verify(&document, &package.parts, &keys)
    }

    pub(super) fn stamp(&mut self) -> Stamp {
        Stamp { message_id: (self.next_id)(), now: self.now }
    }

    /// Makes an answer out of an envelope, signed where that is asked.
    pub(super) fn answer(&self, envelope: &Envelope, sign: bool) -> Result<Answer, EbmsError> {
        let soap = if sign {
            signature::sign(envelope, &[], our_signer(self.agreement, self.signer, self.now)?)?.0
        } else {
            envelope::write(envelope)?
        };
        let delivery = if self.in_response() {
            Delivery::InResponse
        } else {
            Delivery::ByRequest { endpoint: self.agreement.partner.endpoint.clone() }
        };
        Ok(Answer { message_id: envelope.header.message_id.clone(), soap: soap.into_bytes(), delivery })
    }

    /// A message of the business is answered as the agreement says, not as the message does: what is wrong with it may be
    /// just that. Message handlers are also answered at once where they ask for it.
    fn in_response(&self) -> bool {
        let Envelope { header, sync_reply, .. } = &self.arrived.envelope;
        if self.arrived.envelope.kind() != Some(MessageKind::User) {
            return self.agreement.sync || *sync_reply;
        }
        let mut exchanges = self.agreement.receive.iter();
        let exchange = exchanges.find(|one| one.service == header.service && one.action == header.action);
        exchange.map_or(self.agreement.sync, |exchange| exchange.terms.sync)
    }

    /// Tells the partner, but never in answer to an answer (ebMS 2.0, section 4.2.4.3).
    pub(super) fn refuse(&mut self, error: EbmsError) -> Todo {
        let is_answer = self.arrived.envelope.kind().is_some_and(MessageKind::is_answer);
        if is_answer || self.arrived.in_response {
            return Todo::Reject(Rejection::new(400, error));
        }
        let stamp = self.stamp();
        let envelope = signals::message_error(self.agreement, &self.arrived.envelope.header, error.clone(), stamp);
        match self.answer(&envelope, false) {
            Ok(answer) => Todo::Refuse { error, answer },
            Err(_) => Todo::Reject(Rejection::fault(error)),
        }
    }
}

pub(super) fn inconsistent(place: &str, what: &str) -> EbmsError {
    EbmsError::new(ErrorCode::Inconsistent, place, what)
}
