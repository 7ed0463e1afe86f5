//! Two parties of ours who talk to each other in memory: VN submits, TH receives and answers.

use jiff::Timestamp;
use single_window::agreement::{Agreement, Agreements};
use single_window::certificate::Signer;
use single_window::ebms::envelope::Service;
use single_window::ebms::receiving::{Arrived, Gateway, Http, Known, Received, Rejection, Sent, Todo, decide, open};
use single_window::ebms::sending::{Draft, Outgoing, Payload, user_message};
use single_window::ebms::signals::Stamp;
use single_window::ebms::{Part, SOAP_ACTION};

use super::{agreement_between, signer};

/// A moment in which the keys for tests are in force.
pub(crate) fn noon() -> Timestamp {
    "2026-12-01T12:00:00Z".parse().unwrap()
}

/// One party with its agreements, its key, and identifiers that it counts.
pub(crate) struct Talker {
    pub(crate) agreements: Agreements,
    pub(crate) signer: Signer,
    pub(crate) now: Timestamp,
    host: String,
    counted: u32,
}

impl Talker {
    pub(crate) fn new(us: &str, agreement: Agreement) -> Self {
        let host = format!("{}.example", us.to_lowercase());
        Self {
            agreements: Agreements::new([agreement]).unwrap(),
            signer: signer(us_key(us)),
            now: noon(),
            host,
            counted: 0,
        }
    }

    pub(crate) fn agreement(&self) -> &Agreement {
        self.agreements.iter().next().unwrap()
    }

    pub(crate) fn stamp(&mut self) -> Stamp {
        self.counted += 1;
        Stamp { message_id: format!("{}@{}", self.counted, self.host), now: self.now }
    }

    pub(crate) fn decide(&mut self, arrived: &Arrived, known: &Known) -> Todo {
        let gateway = Gateway { agreements: &self.agreements, signer: Some(&self.signer) };
        let (counted, host) = (&mut self.counted, &self.host);
        let mut next_id = || {
            *counted += 1;
            format!("{counted}@{host}")
        };
        decide(arrived, known, gateway, self.now, &mut next_id)
    }

    /// Opens and decides a request, of which nothing is known.
    pub(crate) fn take(&mut self, content_type: &str, body: &[u8]) -> Result<Todo, Rejection> {
        let arrived = request(content_type, body)?;
        Ok(self.decide(&arrived, &Known::Nothing))
    }

    pub(crate) fn submit(&mut self) -> Outgoing {
        let stamp = self.stamp();
        user_message(self.agreement(), draft(), Some(&self.signer), stamp).unwrap()
    }
}

fn us_key(us: &str) -> &'static str {
    if us == "VN" { "vn" } else { "th" }
}

pub(crate) fn pair(sync: bool) -> (Talker, Talker) {
    (Talker::new("VN", agreement_between("VN", "TH", sync)), Talker::new("TH", agreement_between("TH", "VN", sync)))
}

pub(crate) fn draft() -> Draft {
    let payload = |id: &str, bytes: &[u8]| Payload {
        part: Part {
            content_id: format!("{id}@vn.example"),
            content_type: "application/xml".to_owned(),
            bytes: bytes.to_vec(),
        },
        role: Some("urn:x-asw:role:formd".to_owned()),
    };
    Draft {
        service: Service { kind: Some("urn:x-asw:service".to_owned()), value: "formd:1".to_owned() },
        action: "SubmitFormD".to_owned(),
        conversation_id: "FORMD:VN:VN-TH 26/02/00007".to_owned(),
        ref_to_message_id: None,
        payloads: vec![payload("formd-1", b"<FormD>VN-TH 26/02/00007</FormD>"), payload("scan-1", &[0, 13, 10, 255])],
    }
}

pub(crate) fn request(content_type: &str, body: &[u8]) -> Result<Arrived, Rejection> {
    open(&Http { method: "POST", content_type: Some(content_type), soap_action: Some(SOAP_ACTION), body })
}

/// What the sender's store knows of a message.
pub(crate) fn sent(outgoing: &Outgoing) -> Known {
    Known::Sent(Sent {
        cpa_id: "asw-VN-TH-1".to_owned(),
        references: outgoing.references.clone(),
        acknowledgment: outgoing.acknowledgment.clone(),
        sync: outgoing.sync,
    })
}

/// What the receiver's store knows of a message that it was told to keep.
pub(crate) fn received(arrived: &Arrived, todo: &Todo, at: Timestamp) -> Known {
    let Todo::Store { answer, .. } = todo else { panic!("{todo:?}") };
    Known::Received(Received {
        cpa_id: arrived.envelope.header.cpa_id.clone(),
        content_hash: arrived.content_hash,
        at,
        processed: false,
        answer: answer.clone(),
    })
}
