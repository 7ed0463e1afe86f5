//! Reads an envelope out of the tree: every element where the schema has it, nothing twice, nothing unknown that must be
//! understood, and nothing unsigned where it would be believed.

use xml_sec::{Document, Node};

use super::super::error::{CODE_CONTEXT, EbmsError, ErrorCode, Severity, location};
use super::super::namespace::{DS, EB, SOAP, XLINK, XML};
use super::super::xml::{self, Elements};
use super::super::{VERSION, actor};
use super::{
    AckRequested, Acknowledgment, Description, Envelope, ManifestReference, MessageHeader, MessageOrder, MessageStatus,
    Party, PartyId, Service, SignedReference, StatusResponse, timestamp,
};

/// Reads what a document says that [`xml::parse`] gave.
///
/// # Errors
/// `OtherXml` and the more exact codes: what is wrong, and where.
pub fn read(document: &Document<'_>) -> Result<Envelope, EbmsError> {
    let root = document.root_element();
    if !xml::is(root, SOAP, "Envelope") {
        return Err(wrong(location::ENVELOPE, "the document is no SOAP 1.1 envelope"));
    }
    nothing_twice(root)?;
    let mut elements = Elements::of(root, location::ENVELOPE)?;
    let header = elements.expect(SOAP, "Header")?;
    let body = elements.expect(SOAP, "Body")?;
    elements.end()?;

    let mut blocks = Blocks::read(header)?;
    let header = blocks.take("MessageHeader").ok_or_else(|| wrong(location::HEADER, "there is no MessageHeader"))?;
    let mut envelope = Envelope::of(message_header(header)?);
    envelope.sync_reply = blocks.take("SyncReply").map(sync_reply).transpose()?.is_some();
    envelope.message_order = blocks.take("MessageOrder").map(message_order).transpose()?;
    envelope.ack_requested = blocks.take("AckRequested").map(ack_requested).transpose()?;
    envelope.acknowledgment = blocks.take("Acknowledgment").map(acknowledgment).transpose()?;
    envelope.error_list = blocks.take("ErrorList").map(error_list).transpose()?;
    blocks.end()?;
    read_body(body, &mut envelope)?;
    Ok(envelope)
}

/// No second envelope, header, body or message header anywhere, and no actor but on header blocks: what is addressed to
/// the next node is not signed, and must not be taken for what is.
fn nothing_twice(root: Node<'_, '_>) -> Result<(), EbmsError> {
    for node in root.descendants().filter(Node::is_element) {
        let name = node.tag_name();
        let parent = node.parent_element();
        let in_header =
            parent.is_some_and(|parent| xml::is(parent, SOAP, "Header") && parent.parent_element() == Some(root));
        let own_place = match (name.namespace(), name.name()) {
            (Some(SOAP), "Envelope") => node == root,
            (Some(SOAP), _) => parent == Some(root),
            (Some(EB), "MessageHeader") => in_header,
            _ => true,
        };
        if !own_place || (node.attribute((SOAP, "actor")).is_some() && !in_header) {
            let what = format!("{} stands, or is addressed, where it may not be", name.name());
            return Err(wrong(location::ENVELOPE, what));
        }
    }
    Ok(())
}

/// The blocks of the header that are read here, each once.
struct Blocks<'a>(Vec<Node<'a, 'a>>);

const KNOWN: [&str; 6] = ["MessageHeader", "SyncReply", "MessageOrder", "AckRequested", "Acknowledgment", "ErrorList"];

impl<'a> Blocks<'a> {
    fn read(header: Node<'a, 'a>) -> Result<Self, EbmsError> {
        let mut blocks: Vec<Node<'a, 'a>> = Vec::new();
        for block in Elements::of(header, location::HEADER)?.others() {
            let name = block.tag_name();
            let known = name.namespace() == Some(EB) && KNOWN.contains(&name.name());
            let signature = xml::is(block, DS, "Signature");
            let must = match block.attribute((SOAP, "mustUnderstand")) {
                None => false,
                Some(value) => {
                    xml::boolean(value).ok_or_else(|| wrong(location::HEADER, "mustUnderstand is no boolean"))?
                }
            };
            if !known && !signature && must {
                let what = format!("{} must be understood and is not", name.name());
                return Err(EbmsError::new(ErrorCode::NotSupported, location::HEADER, what));
            }
            if known {
                if blocks.iter().any(|other| other.tag_name() == name) {
                    return Err(wrong(location::HEADER, format!("{} stands there twice", name.name())));
                }
                addressed(block)?;
                extension(block)?;
                if !must {
                    return Err(wrong(location::HEADER, format!("{} has no mustUnderstand", name.name())));
                }
                blocks.push(block);
            }
        }
        Ok(Self(blocks))
    }

    fn take(&mut self, name: &str) -> Option<Node<'a, 'a>> {
        let at = self.0.iter().position(|block| block.tag_name().name() == name)?;
        Some(self.0.remove(at))
    }

    fn end(self) -> Result<(), EbmsError> {
        match self.0.first() {
            None => Ok(()),
            Some(block) => Err(wrong(location::HEADER, format!("{} is not read", block.tag_name().name()))),
        }
    }
}

/// `SyncReply` is for the next node, everything else for the party at the end of the way.
fn addressed(block: Node<'_, '_>) -> Result<(), EbmsError> {
    let name = block.tag_name().name();
    let actor = block.attribute((SOAP, "actor"));
    let fits = match name {
        "SyncReply" => actor == Some(actor::NEXT),
        "AckRequested" | "Acknowledgment" => actor.is_none_or(|actor| actor == actor::TO_PARTY),
        _ => actor.is_none(),
    };
    if fits {
        return Ok(());
    }
    Err(EbmsError::new(ErrorCode::NotSupported, format!("//Header/{name}/@actor"), "nobody else stands on the way"))
}

/// The version, which each element of the standard in header and body carries.
fn extension(node: Node<'_, '_>) -> Result<(), EbmsError> {
    let name = node.tag_name().name();
    let version = node.attribute((EB, "version"));
    if version == Some(VERSION) {
        return Ok(());
    }
    let what = format!("{name} is of version {}, not {VERSION}", version.unwrap_or("unknown"));
    Err(EbmsError::new(ErrorCode::NotSupported, format!("//{name}/@version"), what))
}

fn message_header(node: Node<'_, '_>) -> Result<MessageHeader, EbmsError> {
    let mut elements = Elements::of(node, "//Header/MessageHeader")?;
    let from = party(elements.expect(EB, "From")?, location::FROM_PARTY)?;
    let to = party(elements.expect(EB, "To")?, location::TO_PARTY)?;
    let cpa_id = xml::text(elements.expect(EB, "CPAId")?, location::CPA_ID)?;
    let conversation_id = xml::text(elements.expect(EB, "ConversationId")?, "//Header/MessageHeader/ConversationId")?;
    let service = elements.expect(EB, "Service")?;
    let service = Service { kind: kind(service), value: xml::text(service, location::SERVICE)? };
    let action = xml::text(elements.expect(EB, "Action")?, location::ACTION)?;

    let mut data = Elements::of(elements.expect(EB, "MessageData")?, "//Header/MessageHeader/MessageData")?;
    let message_id = xml::text(data.expect(EB, "MessageId")?, location::MESSAGE_ID)?;
    let timestamp = moment(data.expect(EB, "Timestamp")?, location::TIMESTAMP)?;
    let ref_to_message_id = data.take(EB, "RefToMessageId").map(ref_to).transpose()?;
    let time_to_live = data.take(EB, "TimeToLive").map(|node| moment(node, location::TIME_TO_LIVE)).transpose()?;
    data.end()?;

    let duplicate_elimination = elements.take(EB, "DuplicateElimination").is_some();
    let descriptions = elements.all(EB, "Description").into_iter().map(description).collect::<Result<_, _>>()?;
    elements.end_with_others(EB)?;
    Ok(MessageHeader {
        from,
        to,
        cpa_id,
        conversation_id,
        service,
        action,
        message_id,
        timestamp,
        ref_to_message_id,
        time_to_live,
        duplicate_elimination,
        descriptions,
    })
}

fn party(node: Node<'_, '_>, location: &'static str) -> Result<Party, EbmsError> {
    let mut elements = Elements::of(node, location)?;
    let ids = elements.all(EB, "PartyId");
    let ids = ids.into_iter().map(|id| Ok(PartyId { kind: kind(id), value: xml::text(id, location)? }));
    let ids: Vec<PartyId> = ids.collect::<Result<_, EbmsError>>()?;
    if ids.is_empty() {
        return Err(wrong(location, "the party has no name"));
    }
    let role = elements.take(EB, "Role").map(|role| xml::text(role, "//Header/MessageHeader/Role")).transpose()?;
    elements.end()?;
    Ok(Party { ids, role })
}

/// `eb:type`. The attribute is qualified, as in every example of the standard.
fn kind(node: Node<'_, '_>) -> Option<String> {
    node.attribute((EB, "type")).map(str::to_owned)
}

fn description(node: Node<'_, '_>) -> Result<Description, EbmsError> {
    let language = node.attribute((XML, "lang")).ok_or_else(|| wrong("//Description", "the text has no xml:lang"))?;
    Ok(Description { language: language.to_owned(), text: xml::text(node, "//Description")? })
}

fn ref_to(node: Node<'_, '_>) -> Result<String, EbmsError> {
    xml::text(node, "//RefToMessageId")
}

fn moment(node: Node<'_, '_>, location: &str) -> Result<jiff::Timestamp, EbmsError> {
    let text = xml::text(node, location)?;
    timestamp::read(&text)
        .ok_or_else(|| EbmsError::new(ErrorCode::ValueNotRecognized, location, "this is no xsd:dateTime"))
}

fn sync_reply(node: Node<'_, '_>) -> Result<(), EbmsError> {
    Elements::of(node, location::SYNC_REPLY)?.end_with_others(EB)
}

fn message_order(node: Node<'_, '_>) -> Result<MessageOrder, EbmsError> {
    let mut elements = Elements::of(node, location::MESSAGE_ORDER)?;
    let number = elements.expect(EB, "SequenceNumber")?;
    elements.end_with_others(EB)?;
    let sequence_number = xml::text(number, location::MESSAGE_ORDER)?.trim().parse();
    let sequence_number = sequence_number.map_err(|_| wrong(location::MESSAGE_ORDER, "this is no sequence number"))?;
    let reset = match number.attribute((EB, "status")) {
        None | Some("Continue") => false,
        Some("Reset") => true,
        Some(_) => return Err(wrong(location::MESSAGE_ORDER, "the status of the sequence is unknown")),
    };
    Ok(MessageOrder { sequence_number, reset })
}

fn ack_requested(node: Node<'_, '_>) -> Result<AckRequested, EbmsError> {
    Elements::of(node, location::ACK_REQUESTED)?.end_with_others(EB)?;
    let signed = node.attribute((EB, "signed")).and_then(xml::boolean);
    Ok(AckRequested { signed: signed.ok_or_else(|| wrong(location::ACK_SIGNED, "this is no boolean"))? })
}

fn acknowledgment(node: Node<'_, '_>) -> Result<Acknowledgment, EbmsError> {
    let mut elements = Elements::of(node, "//Header/Acknowledgment")?;
    let timestamp = moment(elements.expect(EB, "Timestamp")?, "//Header/Acknowledgment/Timestamp")?;
    let ref_to_message_id = ref_to(elements.expect(EB, "RefToMessageId")?)?;
    let from = elements.take(EB, "From").map(|from| party(from, "//Header/Acknowledgment/From/PartyId")).transpose()?;
    let references = elements.all(DS, "Reference").into_iter().map(SignedReference::read).collect::<Result<_, _>>()?;
    elements.end()?;
    Ok(Acknowledgment { timestamp, ref_to_message_id, from, references })
}

fn error_list(node: Node<'_, '_>) -> Result<Vec<EbmsError>, EbmsError> {
    let mut elements = Elements::of(node, "//Header/ErrorList")?;
    let errors: Vec<EbmsError> = elements.all(EB, "Error").into_iter().map(error).collect::<Result<_, _>>()?;
    elements.end_with_others(EB)?;
    if errors.is_empty() {
        return Err(wrong("//Header/ErrorList", "the list is empty"));
    }
    severity(node.attribute((EB, "highestSeverity")))?;
    Ok(errors)
}

fn error(node: Node<'_, '_>) -> Result<EbmsError, EbmsError> {
    let mut elements = Elements::of(node, "//Header/ErrorList/Error")?;
    let description = elements.take(EB, "Description").map(description).transpose()?;
    elements.end_with_others(EB)?;
    let code = node.attribute((EB, "errorCode")).filter(|code| !code.is_empty());
    Ok(EbmsError {
        code: ErrorCode::of(code.ok_or_else(|| wrong("//Header/ErrorList/Error", "there is no errorCode"))?),
        severity: severity(node.attribute((EB, "severity")))?,
        code_context: node.attribute((EB, "codeContext")).filter(|of| *of != CODE_CONTEXT).map(str::to_owned),
        location: node.attribute((EB, "location")).map(str::to_owned),
        description: description.map(|description| description.text),
    })
}

fn severity(value: Option<&str>) -> Result<Severity, EbmsError> {
    match value {
        Some("Warning") => Ok(Severity::Warning),
        Some("Error") => Ok(Severity::Error),
        _ => Err(wrong("//Header/ErrorList", "the severity is neither Warning nor Error")),
    }
}

fn read_body(body: Node<'_, '_>, envelope: &mut Envelope) -> Result<(), EbmsError> {
    let mut elements = Elements::of(body, location::BODY)?;
    if let Some(node) = elements.take(EB, "Manifest") {
        extension(node)?;
        envelope.manifest = Some(manifest(node)?);
    }
    if let Some(node) = elements.take(EB, "StatusRequest") {
        extension(node)?;
        let mut inner = Elements::of(node, "//Body/StatusRequest")?;
        envelope.status_request = Some(ref_to(inner.expect(EB, "RefToMessageId")?)?);
        inner.end_with_others(EB)?;
    }
    if let Some(node) = elements.take(EB, "StatusResponse") {
        extension(node)?;
        envelope.status_response = Some(status_response(node)?);
    }
    elements.end()
}

fn manifest(node: Node<'_, '_>) -> Result<Vec<ManifestReference>, EbmsError> {
    let mut elements = Elements::of(node, location::MANIFEST)?;
    let mut references: Vec<ManifestReference> = Vec::new();
    for node in elements.all(EB, "Reference") {
        let mut inner = Elements::of(node, "//Body/Manifest/Reference")?;
        inner.all(EB, "Schema");
        inner.all(EB, "Description").into_iter().map(description).collect::<Result<Vec<_>, _>>()?;
        inner.end_with_others(EB)?;
        let href =
            node.attribute((XLINK, "href")).ok_or_else(|| wrong(location::MANIFEST, "a reference has no href"))?;
        if references.iter().any(|known| known.href == href) {
            return Err(wrong(location::MANIFEST, "a part is named twice"));
        }
        let role = node.attribute((XLINK, "role")).map(str::to_owned);
        references.push(ManifestReference { href: href.to_owned(), role });
    }
    elements.end_with_others(EB)?;
    if references.is_empty() { Err(wrong(location::MANIFEST, "the manifest is empty")) } else { Ok(references) }
}

fn status_response(node: Node<'_, '_>) -> Result<StatusResponse, EbmsError> {
    let mut elements = Elements::of(node, "//Body/StatusResponse")?;
    let ref_to_message_id = ref_to(elements.expect(EB, "RefToMessageId")?)?;
    let timestamp =
        elements.take(EB, "Timestamp").map(|node| moment(node, "//Body/StatusResponse/Timestamp")).transpose()?;
    elements.end_with_others(EB)?;
    let status = node.attribute((EB, "messageStatus"));
    let status = MessageStatus::ALL.into_iter().find(|known| Some(known.as_str()) == status);
    let status = status.ok_or_else(|| wrong("//Body/StatusResponse/@messageStatus", "the status is unknown"))?;
    Ok(StatusResponse { ref_to_message_id, status, timestamp })
}

fn wrong(location: &str, what: impl Into<String>) -> EbmsError {
    EbmsError::new(ErrorCode::OtherXml, location, what)
}
