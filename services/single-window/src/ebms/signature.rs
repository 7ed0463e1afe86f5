//! Signatures over a message (ebMS 2.0, section 4.1; XML signatures), in a strict profile:
//!
//! ```text
//! soap:Header ── ds:Signature, one
//!                 ├─ SignedInfo   inclusive canonical XML without comments, RSA with SHA-256
//!                 │   ├─ URI=""       the envelope: enveloped signature, blocks for next nodes left out, canonical XML
//!                 │   └─ URI="cid:…"  each part once, its decoded bytes as they are
//!                 ├─ SignatureValue   by the key of the agreement
//!                 └─ KeyInfo          looked at by nobody
//! ```
//!
//! The envelope that is read is the tree that is verified. The value is verified before any reference is looked at.
//! Everything that the profile does not have is refused, so that no transform, key or identifier of the sender's choice
//! decides what is signed.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use xml_sec::c14n::{C14nAlgorithm, C14nMode, canonicalize};
use xml_sec::{Document, Node, NodeId};

use super::actor;
use super::envelope::{Envelope, SignedReference, Transform, XPath, without_space, write_reference, write_with};
use super::error::{EbmsError, ErrorCode, location};
use super::mime::{Part, content_id_of, reference_to};
use super::namespace::{DS, SOAP};
use super::xml::{self, Elements};
use crate::certificate::{Certificate, Signer};

const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const DIGEST_SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";

/// Whether a signature stands anywhere in the document.
pub fn is_signed(document: &Document<'_>) -> bool {
    document.descendants().any(|node| xml::is(node, DS, "Signature"))
}

/// Verifies the signature of the envelope and its parts by one of the keys, and gives back what it covers: the references
/// that a signed acknowledgment copies.
///
/// # Errors
/// `SecurityFailure`: what is missing, wrong or not of the profile.
pub fn verify(
    document: &Document<'_>,
    parts: &[Part],
    keys: &[&Certificate],
) -> Result<Vec<SignedReference>, EbmsError> {
    let signature = the_signature(document)?;
    let mut elements = Elements::of(signature, "Signature").map_err(insecure)?;
    let signed_info = elements.expect(DS, "SignedInfo").map_err(insecure)?;
    let value = elements.expect(DS, "SignatureValue").map_err(insecure)?;
    elements.take(DS, "KeyInfo");
    // An object could hold what is read and not signed.
    elements.end().map_err(insecure)?;

    let mut elements = Elements::of(signed_info, "SignedInfo").map_err(insecure)?;
    for (name, wanted) in [("CanonicalizationMethod", C14N), ("SignatureMethod", RSA_SHA256)] {
        let method = elements.expect(DS, name).map_err(insecure)?;
        if method.attribute("Algorithm") != Some(wanted) || method.children().any(|child| child.is_element()) {
            return Err(failure(format!("the {name} is not {wanted}")));
        }
    }
    let value = xml::text(value, "SignatureValue").map_err(insecure)?;
    let value = STANDARD.decode(without_space(&value)).map_err(|_| failure("the value is no base64"))?;
    let signed = canonical_part(document, signed_info)?;
    if !keys.iter().any(|key| key.verify(&signed, &value).is_ok()) {
        return Err(failure("the value was not made by a key of the agreement"));
    }

    let references = elements.all(DS, "Reference");
    elements.end().map_err(insecure)?;
    let references =
        references.into_iter().map(SignedReference::read).collect::<Result<Vec<_>, _>>().map_err(insecure)?;
    covers(&references, document, signature, parts)?;
    Ok(references)
}

/// The one signature, as a block of the header.
fn the_signature<'a>(document: &'a Document<'a>) -> Result<Node<'a, 'a>, EbmsError> {
    let mut signatures = document.descendants().filter(|node| xml::is(*node, DS, "Signature"));
    let signature = signatures.next().ok_or_else(|| failure("the message is not signed"))?;
    if signatures.next().is_some() {
        return Err(failure("the message has more than one signature"));
    }
    let header = signature.parent_element().filter(|parent| xml::is(*parent, SOAP, "Header"));
    let envelope = header.and_then(|header| header.parent_element());
    if envelope != Some(document.root_element()) || signature.attribute((SOAP, "actor")).is_some() {
        return Err(failure("the signature is no block of the header"));
    }
    Ok(signature)
}

fn covers(
    references: &[SignedReference],
    document: &Document<'_>,
    signature: Node<'_, '_>,
    parts: &[Part],
) -> Result<(), EbmsError> {
    let (envelope, others) = references.split_first().ok_or_else(|| failure("nothing is signed"))?;
    if references.iter().any(|reference| reference.digest_method != DIGEST_SHA256) {
        return Err(failure(format!("a digest is not made by {DIGEST_SHA256}")));
    }
    if !envelope.uri.is_empty() || !are_ours(&envelope.transforms) {
        return Err(failure("the first reference is not to the envelope with the three transforms of the standard"));
    }
    if base64_digest(&canonical_envelope(document, Some(signature))?) != envelope.digest_value {
        return Err(failure("the envelope is not the one that was signed"));
    }
    let mut signed: HashSet<&str> = HashSet::new();
    for reference in others {
        let part = content_id_of(&reference.uri).and_then(|id| parts.iter().find(|part| part.content_id == id));
        let part = part.ok_or_else(|| failure(format!("`{}` is signed and not there", reference.uri)))?;
        if !reference.transforms.is_empty() {
            return Err(failure("a part is transformed before it is signed"));
        }
        if base64_digest(&part.bytes) != reference.digest_value {
            return Err(failure(format!("the part {} is not the one that was signed", reference.uri)));
        }
        if !signed.insert(&part.content_id) {
            return Err(failure(format!("the part {} is signed twice", reference.uri)));
        }
    }
    match parts.iter().find(|part| !signed.contains(part.content_id.as_str())) {
        None => Ok(()),
        Some(part) => Err(failure(format!("the part {} is not signed", reference_to(&part.content_id)))),
    }
}

/// Signs an envelope and its parts. Gives back the bytes of the envelope and the references that the acknowledgment has to
/// copy.
///
/// # Errors
/// `OtherXml` where a value holds what XML cannot, `SecurityFailure` where the key does not sign.
pub fn sign(envelope: &Envelope, parts: &[Part], signer: &Signer) -> Result<(String, Vec<SignedReference>), EbmsError> {
    let bare = write_with(envelope, "")?;
    let document = xml::parse(bare.as_bytes())?;
    let mut references = vec![reference("", our_transforms(), &canonical_envelope(&document, None)?)];
    let payloads = parts.iter().map(|part| reference(&reference_to(&part.content_id), Vec::new(), &part.bytes));
    references.extend(payloads);

    let signed_info = write_signed_info(&references)?;
    // The canonical form shows the namespaces that are in scope, so it is taken where it will stand.
    let unsigned = write_with(envelope, &write_signature(&signed_info, "", signer))?;
    let document = xml::parse(unsigned.as_bytes())?;
    let place = document.descendants().find(|node| xml::is(*node, DS, "SignedInfo"));
    let place = place.ok_or_else(|| failure("the signature was not written"))?;
    let value = signer.sign(&canonical_part(&document, place)?).map_err(|error| failure(error.to_string()))?;
    let signature = write_signature(&signed_info, &STANDARD.encode(value), signer);
    Ok((write_with(envelope, &signature)?, references))
}

fn write_signed_info(references: &[SignedReference]) -> Result<String, EbmsError> {
    let mut out = format!(
        "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{C14N}\"/><ds:SignatureMethod Algorithm=\"{RSA_SHA256}\"/>"
    );
    for reference in references {
        write_reference(reference, &mut out)?;
    }
    out.push_str("</ds:SignedInfo>");
    Ok(out)
}

fn write_signature(signed_info: &str, value: &str, signer: &Signer) -> String {
    let certificate = STANDARD.encode(signer.certificate().der());
    format!(
        "<ds:Signature>{signed_info}<ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>\
         <ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
}

fn reference(uri: &str, transforms: Vec<Transform>, bytes: &[u8]) -> SignedReference {
    SignedReference {
        uri: uri.to_owned(),
        transforms,
        digest_method: DIGEST_SHA256.to_owned(),
        digest_value: base64_digest(bytes),
    }
}

/// The transforms of ebMS 2.0, section 4.1.3, in their order.
fn our_transforms() -> Vec<Transform> {
    let plain = |algorithm: &str| Transform { algorithm: algorithm.to_owned(), xpath: None };
    let prefix = Some(("soap".to_owned(), SOAP.to_owned()));
    let xpath = XPath { expression: left_out("soap"), prefix };
    vec![plain(ENVELOPED), Transform { algorithm: XPATH.to_owned(), xpath: Some(xpath) }, plain(C14N)]
}

fn are_ours(transforms: &[Transform]) -> bool {
    let [enveloped, xpath, canonical] = transforms else { return false };
    let plain = |transform: &Transform, algorithm: &str| transform.algorithm == algorithm && transform.xpath.is_none();
    let same = xpath.algorithm == XPATH
        && xpath.xpath.as_ref().is_some_and(|xpath| match &xpath.prefix {
            Some((prefix, namespace)) => namespace == SOAP && outside_quotes(&xpath.expression) == left_out(prefix),
            None => false,
        });
    plain(enveloped, ENVELOPED) && same && plain(canonical, C14N)
}

/// The expression that leaves out what is meant for nodes on the way.
fn left_out(prefix: &str) -> String {
    let meant_for = |actor: &str| format!("ancestor-or-self::node()[@{prefix}:actor=\"{actor}\"]");
    format!("not({}|{})", meant_for(actor::NEXT_MSH), meant_for(actor::NEXT))
}

/// Without the white space that XPath ignores.
fn outside_quotes(expression: &str) -> String {
    let mut quoted = false;
    let keep = |sign: &char| {
        quoted ^= *sign == '"';
        quoted || !sign.is_ascii_whitespace()
    };
    expression.chars().filter(keep).collect()
}

/// What the first reference covers: the document without the signature and without blocks for nodes on the way.
fn canonical_envelope(document: &Document<'_>, signature: Option<Node<'_, '_>>) -> Result<Vec<u8>, EbmsError> {
    let on_the_way = |node: &Node<'_, '_>| {
        node.attribute((SOAP, "actor")).is_some_and(|actor| [actor::NEXT_MSH, actor::NEXT].contains(&actor))
    };
    let blocks = document.descendants().filter(|node| on_the_way(node) || Some(node.id()) == signature.map(Node::id));
    let left_out: HashSet<NodeId> = blocks.flat_map(|block| block.descendants().map(Node::id)).collect();
    canonical(document, &|node| !left_out.contains(&node.id()))
}

fn canonical_part(document: &Document<'_>, part: Node<'_, '_>) -> Result<Vec<u8>, EbmsError> {
    let inside: HashSet<NodeId> = part.descendants().map(Node::id).collect();
    canonical(document, &|node| inside.contains(&node.id()))
}

fn canonical(document: &Document<'_>, shown: &dyn Fn(Node<'_, '_>) -> bool) -> Result<Vec<u8>, EbmsError> {
    let mut bytes = Vec::new();
    let algorithm = C14nAlgorithm::new(C14nMode::Inclusive1_0, false);
    canonicalize(document, Some(shown), &algorithm, &mut bytes)
        .map_err(|error| failure(format!("the envelope has no canonical form: {error}")))?;
    Ok(bytes)
}

fn base64_digest(bytes: &[u8]) -> String {
    STANDARD.encode(digest(&SHA256, bytes))
}

fn failure(what: impl Into<String>) -> EbmsError {
    EbmsError::new(ErrorCode::SecurityFailure, location::SIGNATURE, what)
}

/// What is wrong with the XML of a signature makes it no signature.
fn insecure(error: EbmsError) -> EbmsError {
    failure(error.description.unwrap_or_default())
}
