//! Writes an envelope. The same values give the same bytes, valid against the schema of ebMS 2.0.

use jiff::Timestamp;

use super::super::error::EbmsError;
use super::super::namespace::{DS, EB, SOAP, XLINK};
use super::super::{VERSION, actor, xml};
use super::{
    Acknowledgment, Description, Envelope, ManifestReference, MessageHeader, Party, StatusResponse, highest_severity,
    write_reference,
};

/// The language of our own descriptions.
const LANGUAGE: &str = "en";

/// # Errors
/// `OtherXml` where a value holds what XML cannot.
pub fn write(envelope: &Envelope) -> Result<String, EbmsError> {
    write_with(envelope, "")
}

/// The envelope with a signature, or whatever else is markup already, as the last block of its header.
pub(in crate::ebms) fn write_with(envelope: &Envelope, signature: &str) -> Result<String, EbmsError> {
    let mut out = Writer(String::with_capacity(2048 + signature.len()));
    out.0.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.open("soap:Envelope", &[("xmlns:ds", DS), ("xmlns:eb", EB), ("xmlns:soap", SOAP), ("xmlns:xlink", XLINK)])?;
    out.open("soap:Header", &[])?;
    write_header(&mut out, envelope)?;
    out.0.push_str(signature);
    out.close("soap:Header");
    out.open("soap:Body", &[])?;
    write_body(&mut out, envelope)?;
    out.close("soap:Body");
    out.close("soap:Envelope");
    Ok(out.0)
}

struct Writer(String);

impl Writer {
    fn tag(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) -> Result<(), EbmsError> {
        self.0.push('<');
        self.0.push_str(name);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            xml::escape(value, &mut self.0)?;
            self.0.push('"');
        }
        self.0.push_str(end);
        Ok(())
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<(), EbmsError> {
        self.tag(name, attributes, ">")
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<(), EbmsError> {
        self.tag(name, attributes, "/>")
    }

    fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> Result<(), EbmsError> {
        self.open(name, attributes)?;
        xml::escape(text, &mut self.0)?;
        self.close(name);
        Ok(())
    }

    /// In UTC with as many digits of the second as are needed.
    fn moment(&mut self, name: &str, moment: Timestamp) -> Result<(), EbmsError> {
        self.text(name, &[], &moment.to_string())
    }

    /// An element with a list that its value is of.
    fn of_kind(&mut self, name: &str, kind: Option<&str>, value: &str) -> Result<(), EbmsError> {
        let kind = kind.map(|kind| [("eb:type", kind)]);
        self.text(name, kind.as_ref().map_or(&[], |kind| kind.as_slice()), value)
    }
}

const BLOCK: [(&str, &str); 2] = [("eb:version", VERSION), ("soap:mustUnderstand", "1")];

fn block_for(actor: &'static str) -> [(&'static str, &'static str); 3] {
    [BLOCK[0], BLOCK[1], ("soap:actor", actor)]
}

fn write_header(out: &mut Writer, envelope: &Envelope) -> Result<(), EbmsError> {
    message_header(out, &envelope.header)?;
    if envelope.sync_reply {
        out.empty("eb:SyncReply", &block_for(actor::NEXT))?;
    }
    if let Some(order) = &envelope.message_order {
        out.open("eb:MessageOrder", &BLOCK)?;
        let status = if order.reset { "Reset" } else { "Continue" };
        out.text("eb:SequenceNumber", &[("eb:status", status)], &order.sequence_number.to_string())?;
        out.close("eb:MessageOrder");
    }
    if let Some(wanted) = &envelope.ack_requested {
        let signed = if wanted.signed { "true" } else { "false" };
        let [version, must, actor] = block_for(actor::TO_PARTY);
        out.empty("eb:AckRequested", &[version, must, ("eb:signed", signed), actor])?;
    }
    if let Some(given) = &envelope.acknowledgment {
        acknowledgment(out, given)?;
    }
    if let Some(errors) = &envelope.error_list {
        error_list(out, errors)?;
    }
    Ok(())
}

fn message_header(out: &mut Writer, header: &MessageHeader) -> Result<(), EbmsError> {
    out.open("eb:MessageHeader", &BLOCK)?;
    party(out, "eb:From", &header.from)?;
    party(out, "eb:To", &header.to)?;
    out.text("eb:CPAId", &[], &header.cpa_id)?;
    out.text("eb:ConversationId", &[], &header.conversation_id)?;
    out.of_kind("eb:Service", header.service.kind.as_deref(), &header.service.value)?;
    out.text("eb:Action", &[], &header.action)?;
    out.open("eb:MessageData", &[])?;
    out.text("eb:MessageId", &[], &header.message_id)?;
    out.moment("eb:Timestamp", header.timestamp)?;
    if let Some(id) = &header.ref_to_message_id {
        out.text("eb:RefToMessageId", &[], id)?;
    }
    if let Some(moment) = header.time_to_live {
        out.moment("eb:TimeToLive", moment)?;
    }
    out.close("eb:MessageData");
    if header.duplicate_elimination {
        out.empty("eb:DuplicateElimination", &[])?;
    }
    for Description { language, text } in &header.descriptions {
        out.text("eb:Description", &[("xml:lang", language)], text)?;
    }
    out.close("eb:MessageHeader");
    Ok(())
}

fn party(out: &mut Writer, name: &str, party: &Party) -> Result<(), EbmsError> {
    out.open(name, &[])?;
    for id in &party.ids {
        out.of_kind("eb:PartyId", id.kind.as_deref(), &id.value)?;
    }
    if let Some(role) = &party.role {
        out.text("eb:Role", &[], role)?;
    }
    out.close(name);
    Ok(())
}

fn acknowledgment(out: &mut Writer, given: &Acknowledgment) -> Result<(), EbmsError> {
    out.open("eb:Acknowledgment", &block_for(actor::TO_PARTY))?;
    out.moment("eb:Timestamp", given.timestamp)?;
    out.text("eb:RefToMessageId", &[], &given.ref_to_message_id)?;
    if let Some(from) = &given.from {
        party(out, "eb:From", from)?;
    }
    for reference in &given.references {
        write_reference(reference, &mut out.0)?;
    }
    out.close("eb:Acknowledgment");
    Ok(())
}

fn error_list(out: &mut Writer, errors: &[EbmsError]) -> Result<(), EbmsError> {
    let severity = highest_severity(errors).as_str();
    out.open("eb:ErrorList", &[BLOCK[0], BLOCK[1], ("eb:highestSeverity", severity)])?;
    for error in errors {
        let mut attributes = Vec::with_capacity(4);
        if let Some(context) = &error.code_context {
            attributes.push(("eb:codeContext", context.as_str()));
        }
        attributes.extend([("eb:errorCode", error.code.as_str()), ("eb:severity", error.severity.as_str())]);
        if let Some(location) = &error.location {
            attributes.push(("eb:location", location.as_str()));
        }
        match &error.description {
            None => out.empty("eb:Error", &attributes)?,
            Some(text) => {
                out.open("eb:Error", &attributes)?;
                out.text("eb:Description", &[("xml:lang", LANGUAGE)], text)?;
                out.close("eb:Error");
            }
        }
    }
    out.close("eb:ErrorList");
    Ok(())
}

fn write_body(out: &mut Writer, envelope: &Envelope) -> Result<(), EbmsError> {
    let version = BLOCK[0];
    if let Some(references) = &envelope.manifest {
        out.open("eb:Manifest", &[version])?;
        for ManifestReference { href, role } in references {
            let mut attributes = vec![("xlink:type", "simple"), ("xlink:href", href.as_str())];
            attributes.extend(role.as_deref().map(|role| ("xlink:role", role)));
            out.empty("eb:Reference", &attributes)?;
        }
        out.close("eb:Manifest");
    }
    if let Some(id) = &envelope.status_request {
        out.open("eb:StatusRequest", &[version])?;
        out.text("eb:RefToMessageId", &[], id)?;
        out.close("eb:StatusRequest");
    }
    if let Some(StatusResponse { ref_to_message_id, status, timestamp }) = &envelope.status_response {
        out.open("eb:StatusResponse", &[version, ("eb:messageStatus", status.as_str())])?;
        out.text("eb:RefToMessageId", &[], ref_to_message_id)?;
        if let Some(moment) = timestamp {
            out.moment("eb:Timestamp", *moment)?;
        }
        out.close("eb:StatusResponse");
    }
    Ok(())
}
