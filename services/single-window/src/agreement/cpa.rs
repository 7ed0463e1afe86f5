//! Reads a Collaboration Protocol Agreement (OASIS CPP/CPA 2.0): what of it governs messages, and refuses what contradicts
//! itself or is not supported here.
//!
//! ```text
//! PartyInfo ── CollaborationRole ── ServiceBinding ── CanSend, CanReceive ─ action ─> DeliveryChannel
//!                                                                                      ├─> Transport    endpoint, TLS
//!                                                                                      └─> DocExchange  signing, retries
//! ```

use xml_sec::Node;

use jiff::{SignedDuration, Timestamp};

use super::{Agreement, AgreementError, Exchange, Side, Terms, Wanted, duration};
use crate::certificate::Certificate;
use crate::ebms::envelope::{PartyId, Service};
use crate::ebms::namespace::DS;
use crate::ebms::xml;

const CPA: &str = "http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const DIGEST_SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// Reads a CPA as the party of this name sees it.
///
/// # Errors
/// What is missing, contradicts itself, or is agreed there and not supported here.
pub fn read_cpa(bytes: &[u8], us: &PartyId) -> Result<Agreement, AgreementError> {
    let document = xml::parse(bytes).map_err(|error| AgreementError::new("CPA", error.to_string()))?;
    let root = document.root_element();
    if !xml::is(root, CPA, "CollaborationProtocolAgreement") {
        return Err(AgreementError::new("CPA", "this is no Collaboration Protocol Agreement 2.0"));
    }
    if attribute(one(root, "Status")?, "value")? != "agreed" {
        return Err(AgreementError::new("Status", "the parties have not agreed yet"));
    }
    let infos = children(root, "PartyInfo").map(Info::read).collect::<Result<Vec<_>, _>>()?;
    let [first, second] = infos.as_slice() else {
        return Err(AgreementError::new("PartyInfo", "there are not two parties"));
    };
    let (ours, theirs) = match (first.ids.contains(us), second.ids.contains(us)) {
        (true, false) => (first, second),
        (false, true) => (second, first),
        _ => return Err(AgreementError::new("PartyInfo", "we are not exactly one of the parties")),
    };
    let agreement = Agreement {
        cpa_id: attribute(root, "cpaid")?.to_owned(),
        start: moment(one(root, "Start")?)?,
        end: moment(one(root, "End")?)?,
        us: ours.side()?,
        partner: theirs.side()?,
        sync: synchronous(ours.default_channel()?)?,
        send: exchanges(ours, theirs)?,
        receive: exchanges(theirs, ours)?,
    };
    agreement.check()
}

/// A party with the nodes that its references lead to.
struct Info<'a> {
    node: Node<'a, 'a>,
    ids: Vec<PartyId>,
    role: Node<'a, 'a>,
}

impl<'a> Info<'a> {
    fn read(node: Node<'a, 'a>) -> Result<Self, AgreementError> {
        let ids = children(node, "PartyId").map(|id| Ok(PartyId { kind: optional(id, "type"), value: text(id)? }));
        Ok(Self { node, ids: ids.collect::<Result<_, AgreementError>>()?, role: one(node, "CollaborationRole")? })
    }

    /// The child that is referred to by an identifier.
    fn named(&self, element: &str, attribute_name: &str, id: &str) -> Result<Node<'a, 'a>, AgreementError> {
        let mut found = children(self.node, element).filter(|node| node.attribute((CPA, attribute_name)) == Some(id));
        let first = found.next().ok_or_else(|| AgreementError::new(element, format!("there is none of name {id}")))?;
        match found.next() {
            None => Ok(first),
            Some(_) => Err(AgreementError::new(element, format!("there are two of name {id}"))),
        }
    }

    fn channel(&self, id: &str) -> Result<Node<'a, 'a>, AgreementError> {
        self.named("DeliveryChannel", "channelId", id)
    }

    /// The channel of the message handlers themselves.
    fn default_channel(&self) -> Result<Node<'a, 'a>, AgreementError> {
        self.channel(attribute(self.node, "defaultMshChannelId")?)
    }

    fn exchange_of(&self, channel: Node<'_, '_>) -> Result<Node<'a, 'a>, AgreementError> {
        self.named("DocExchange", "docExchangeId", attribute(channel, "docExchangeId")?)
    }

    fn transport_of(&self, channel: Node<'_, '_>) -> Result<Node<'a, 'a>, AgreementError> {
        self.named("Transport", "transportId", attribute(channel, "transportId")?)
    }

    fn certificate(&self, id: &str) -> Result<Certificate, AgreementError> {
        let node = self.named("Certificate", "certId", id)?;
        let mut inside = node.descendants().filter(|node| xml::is(*node, DS, "X509Certificate"));
        let encoded = inside.next().ok_or_else(|| AgreementError::new(id, "there is no X.509 certificate"))?;
        Certificate::from_base64(&text(encoded)?).map_err(|error| AgreementError::new(id, error.to_string()))
    }

    /// The certificates that references of these names lead to, each once.
    fn certificates(&self, references: &[&str]) -> Result<Vec<Certificate>, AgreementError> {
        let mut found = Vec::new();
        for node in self.node.descendants().filter(|node| node.tag_name().namespace() == Some(CPA)) {
            if references.contains(&node.tag_name().name()) {
                let certificate = self.certificate(attribute(node, "certId")?)?;
                if !found.contains(&certificate) {
                    found.push(certificate);
                }
            }
        }
        Ok(found)
    }

    fn side(&self) -> Result<Side, AgreementError> {
        let mut endpoints = Vec::new();
        for channel in children(self.node, "DeliveryChannel") {
            for endpoint in descendants(self.transport_of(channel)?, "Endpoint") {
                endpoints.push(attribute(endpoint, "uri")?);
            }
        }
        endpoints.dedup();
        let [endpoint] = endpoints.as_slice() else {
            return Err(AgreementError::new("Endpoint", "a party has not exactly one endpoint"));
        };
        Ok(Side {
            ids: self.ids.clone(),
            role: Some(attribute(one(self.role, "Role")?, "name")?.to_owned()),
            endpoint: (*endpoint).to_owned(),
            signing: self.certificates(&["SigningCertificateRef"])?,
            tls: self.certificates(&["ClientCertificateRef", "ServerCertificateRef"])?,
            anchors: self.certificates(&["AnchorCertificateRef"])?,
        })
    }
}

/// What one party may send to the other: what it can send and the other can receive.
fn exchanges(sender: &Info<'_>, receiver: &Info<'_>) -> Result<Vec<Exchange>, AgreementError> {
    let mut exchanges = Vec::new();
    let service = service(sender)?;
    if service != self::service(receiver)? {
        return Err(AgreementError::new("Service", "the parties name different services"));
    }
    for sends in descendants(sender.role, "CanSend") {
        let sends = one(sends, "ThisPartyActionBinding")?;
        let action = attribute(sends, "action")?;
        let mut receives = descendants(receiver.role, "CanReceive")
            .filter_map(|node| one(node, "ThisPartyActionBinding").ok())
            .filter(|node| node.attribute((CPA, "action")) == Some(action));
        let receives =
            receives.next().ok_or_else(|| AgreementError::new(action, "the other party cannot receive it"))?;
        let terms = terms((sender, sends), (receiver, receives), action)?;
        exchanges.push(Exchange { service: service.clone(), action: action.to_owned(), terms });
    }
    Ok(exchanges)
}

fn service(party: &Info<'_>) -> Result<Service, AgreementError> {
    let service = one(one(party.role, "ServiceBinding")?, "Service")?;
    Ok(Service { kind: optional(service, "type"), value: text(service)? })
}

fn terms(
    (sender, sends): (&Info<'_>, Node<'_, '_>),
    (receiver, receives): (&Info<'_>, Node<'_, '_>),
    action: &str,
) -> Result<Terms, AgreementError> {
    let out = sender.channel(&text(one(sends, "ChannelId")?)?)?;
    let into = receiver.channel(&text(one(receives, "ChannelId")?)?)?;
    let characteristics = Characteristics::read(out)?;
    if characteristics != Characteristics::read(into)? {
        return Err(AgreementError::new(action, "the channels of the parties differ in their characteristics"));
    }
    let binding = one(sender.exchange_of(out)?, "ebXMLSenderBinding")?;
    let signed = attribute(one(sends, "BusinessTransactionCharacteristics")?, "isNonRepudiationRequired")?;
    let signed =
        xml::boolean(signed).ok_or_else(|| AgreementError::new(action, "isNonRepudiationRequired is no boolean"))?;
    if signed {
        supported(one(binding, "SenderNonRepudiation")?)?;
    }
    let (retries, retry_interval) = match children(binding, "ReliableMessaging").next() {
        None => (0, SignedDuration::ZERO),
        Some(reliable) => (
            text(one(reliable, "Retries")?)?
                .trim()
                .parse()
                .map_err(|_| AgreementError::new(action, "Retries is no number"))?,
            length(one(reliable, "RetryInterval")?)?,
        ),
    };
    let persist = children(binding, "PersistDuration").next().map(length).transpose()?;
    Ok(Terms {
        sync: characteristics.sync,
        acknowledgment: characteristics.acknowledgment,
        signed_acknowledgment: characteristics.signed_acknowledgment,
        duplicate_elimination: characteristics.duplicate_elimination,
        signed,
        retries,
        retry_interval,
        // Where nothing is said, nothing has to be remembered longer than it is sent.
        persist_duration: persist.unwrap_or(retry_interval.saturating_mul(i32::try_from(retries).unwrap_or(i32::MAX))),
    })
}

/// CPA 2.0, section 8.4.40.
#[derive(PartialEq, Eq)]
struct Characteristics {
    sync: bool,
    acknowledgment: Wanted,
    signed_acknowledgment: Wanted,
    duplicate_elimination: Wanted,
}

impl Characteristics {
    fn read(channel: Node<'_, '_>) -> Result<Self, AgreementError> {
        let node = one(channel, "MessagingCharacteristics")?;
        let wanted = |name: &str| match attribute(node, name)? {
            "always" => Ok(Wanted::Always),
            "never" => Ok(Wanted::Never),
            "perMessage" => Ok(Wanted::PerMessage),
            _ => Err(AgreementError::new(name, "it is neither always, never nor perMessage")),
        };
        Ok(Self {
            sync: synchronous(channel)?,
            acknowledgment: wanted("ackRequested")?,
            signed_acknowledgment: wanted("ackSignatureRequested")?,
            duplicate_elimination: wanted("duplicateElimination")?,
        })
    }
}

fn synchronous(channel: Node<'_, '_>) -> Result<bool, AgreementError> {
    match attribute(one(channel, "MessagingCharacteristics")?, "syncReplyMode")? {
        "none" => Ok(false),
        "mshSignalsOnly" => Ok(true),
        _ => {
            Err(AgreementError::new("syncReplyMode", "answers of the business are not given in the HTTP response here"))
        }
    }
}

fn supported(binding: Node<'_, '_>) -> Result<(), AgreementError> {
    for (name, wanted) in [("HashFunction", DIGEST_SHA256), ("SignatureAlgorithm", RSA_SHA256)] {
        if text(one(binding, name)?)?.trim() != wanted {
            return Err(AgreementError::new(name, format!("only {wanted} is supported")));
        }
    }
    Ok(())
}

fn children<'a>(node: Node<'a, 'a>, name: &str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| xml::is(*child, CPA, name))
}

fn descendants<'a>(node: Node<'a, 'a>, name: &str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.descendants().filter(move |child| xml::is(*child, CPA, name))
}

fn one<'a>(node: Node<'a, 'a>, name: &str) -> Result<Node<'a, 'a>, AgreementError> {
    let mut found = children(node, name);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(AgreementError::new(node.tag_name().name(), format!("{name} is missing"))),
        (Some(_), Some(_)) => Err(AgreementError::new(node.tag_name().name(), format!("only one {name} is supported"))),
    }
}

fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Result<&'a str, AgreementError> {
    let missing = || AgreementError::new(node.tag_name().name(), format!("the attribute {name} is missing"));
    node.attribute((CPA, name)).ok_or_else(missing)
}

fn optional(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.attribute((CPA, name)).map(str::to_owned)
}

fn text(node: Node<'_, '_>) -> Result<String, AgreementError> {
    let name = node.tag_name().name();
    xml::text(node, name).map_err(|error| AgreementError::new(name, error.to_string()))
}

fn moment(node: Node<'_, '_>) -> Result<Timestamp, AgreementError> {
    let name = node.tag_name().name();
    text(node)?.trim().parse().map_err(|_| AgreementError::new(name, "this is no moment such as 2026-01-01T00:00:00Z"))
}

fn length(node: Node<'_, '_>) -> Result<SignedDuration, AgreementError> {
    let name = node.tag_name().name();
    duration(&text(node)?).ok_or_else(|| AgreementError::new(name, "this is no duration such as PT5M"))
}
