//! A lodged document after reading: what it asks for, whose it is, and what it is known by.
//!
//! What is wrong with it names its provision of law, as the reader's findings do; the words are put in with the rules of the
//! day on which it is decided.

use std::sync::Arc;

use message::Reading;
use rulebook::Provision;
use storage::DeclarationKey;
use vocabulary::{Bilingual, CommandKind, Declaration, DeclarationNumber, Direction, Finding, Place, Severity};

use super::arrival::Arrival;
use crate::hashing::content_hash;

/// The rule of findings that hang on earlier versions of a reference.
pub(crate) const SEQUENCE_RULE: &str = "contract/one-decision-for-each-version-of-a-reference";

/// The rule of findings that tell whose a declaration is.
const KEY_RULE: &str = "contract/the-key-is-the-declarants-tax-code";

/// A lodged message after reading, before anything is looked up.
#[derive(Debug)]
pub struct Lodgement {
    pub(crate) arrival: Arrival,
    pub(crate) content_hash: [u8; 32],
    /// What was read in it, shared with the case that it may bring into being.
    pub(crate) reading: Arc<Reading>,
    /// The key that the declaration is kept under; `None` for what could not be read, or is nobody's.
    pub(crate) key: Option<DeclarationKey>,
}

impl Lodgement {
    /// Reads the document that arrived.
    pub(crate) fn read(arrival: Arrival) -> Self {
        let reading = message::read_declaration(arrival.payload());
        let key = match &reading {
            Reading::Read { declaration, .. } => key_of(declaration, &arrival),
            Reading::Unreadable(_) => None,
        };
        Self { content_hash: content_hash(arrival.payload()), reading: Arc::new(reading), key, arrival }
    }
}

/// The key that a declaration is kept under. Whose it is, the key of its message says, and not the document: one that names
/// another declarant, or none, is kept and answered under the key of its message, out of reach of whoever it names. One
/// that does not say its reference is kept under its place in the stream, so that it can be found. A message without a key
/// is nobody's.
fn key_of(declaration: &Declaration, arrival: &Arrival) -> Option<DeclarationKey> {
    let owner = arrival.key.as_deref().filter(|key| !key.is_empty())?;
    let owner: String = String::from_utf8_lossy(owner).chars().filter(|c| !c.is_control()).take(35).collect();
    let declarant = match declaration.declarant() {
        Some(declarant) if may_declare(&owner, declarant) => declarant.to_owned(),
        _ => owner,
    };
    let reference = match &declaration.reference {
        Some(reference) => reference.to_string(),
        None => format!("@{}/{}/{}", arrival.source.topic, arrival.source.partition, arrival.source.offset),
    };
    let version = declaration.version.and_then(|version| u32::try_from(version).ok()).unwrap_or(0);
    Some(DeclarationKey { declarant, reference, version })
}

/// Whether a message with this key may declare for a tax code: its own, or that of a branch, which has the ten digits of
/// its enterprise before three of its own.
fn may_declare(owner: &str, declarant: &str) -> bool {
    let code = |text: &str| text.replace('-', "");
    let (owner, declarant) = (code(owner), code(declarant));
    let is_code = |text: &str| [10, 13].contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    owner == declarant || (owner.len() == 10 && is_code(&owner) && is_code(&declarant) && declarant.starts_with(&owner))
}

/// That a document names another declarant than the one whose message it is.
pub(crate) fn of_another(declaration: &Declaration, owner: &str) -> Option<Finding> {
    let declarant = declaration.declarant().filter(|declarant| !may_declare(owner, declarant))?;
    let (field, name) = match declaration.direction() {
        Some(Direction::Export) => (vocabulary::declaration::declaration::exporter_code, "exporter_code"),
        _ => (vocabulary::declaration::declaration::importer_code, "importer_code"),
    };
    let place = Place::header(field);
    Some(Finding {
        code: "declarant_is_another".to_owned(),
        severity: Severity::Error,
        path: message::locate(&place),
        item: None,
        field: Some(name.to_owned()),
        value: Some(declarant.to_owned()),
        message: Bilingual::new(
            format!("the message has the key {owner}, and the document declares for {declarant}"),
            format!("thông điệp mang khóa {owner}, còn chứng từ khai cho {declarant}"),
        ),
        mend: Bilingual::new(
            format!(
                "whoever may declare for {declarant} sends the document with the key {declarant}; otherwise declare under \
                 the tax code {owner}"
            ),
            format!(
                "người được khai cho {declarant} gửi chứng từ với khóa {declarant}; nếu không, hãy khai theo mã số thuế {owner}"
            ),
        ),
        suggestions: Vec::new(),
        rule: KEY_RULE.to_owned(),
        law: Provision::AnswerForDeclaration.name().to_owned(),
        follows_from: None,
        line: None,
        column: None,
        place: Some(place),
    })
}

/// What a lodged document asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Something that follows on nothing.
    Anew(Anew),
    /// Something of a declaration that is kept already.
    Following(Following),
}

/// What a document asks for that follows on nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anew {
    /// To declare and register at once.
    Lodge,
    /// To keep a declaration in advance.
    PreRegister,
}

/// What a document asks for of a declaration that is kept already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Following {
    /// To register what is kept.
    Register,
    /// To put a new version in the place of a declaration.
    Amend,
    /// To cancel a declaration.
    Cancel,
}

impl Ask {
    /// By the document's function and its stage.
    pub(crate) fn of(declaration: &Declaration) -> Self {
        match (declaration.function.as_deref(), declaration.stage.as_deref()) {
            (Some("1"), _) => Self::Following(Following::Cancel),
            (Some("4"), _) => Self::Following(Following::Amend),
            (_, Some("registration")) => Self::Following(Following::Register),
            (_, Some("pre-registration")) => Self::Anew(Anew::PreRegister),
            _ => Self::Anew(Anew::Lodge),
        }
    }
}

impl Following {
    pub(crate) fn kind(self) -> CommandKind {
        match self {
            Self::Register => CommandKind::Register,
            Self::Amend => CommandKind::Amend,
            Self::Cancel => CommandKind::Cancel,
        }
    }
}

/// The declaration that a document names: its declarant, and the digits of its number that stay.
pub(crate) fn named(declaration: &Declaration, key: &DeclarationKey) -> Option<(String, String)> {
    let number: DeclarationNumber = declaration.number.as_deref()?.parse().ok()?;
    Some((key.declarant.clone(), number.stem()))
}

/// What is wrong with a document's place among those of its reference.
pub(crate) fn sequence_finding(code: &str, key: &DeclarationKey, message: Bilingual, mend: Bilingual) -> Finding {
    let place = Place::header(vocabulary::declaration::declaration::version);
    Finding {
        code: code.to_owned(),
        severity: Severity::Error,
        path: message::locate(&place),
        item: None,
        field: Some("version".to_owned()),
        value: Some(key.version.to_string()),
        message,
        mend,
        suggestions: Vec::new(),
        rule: SEQUENCE_RULE.to_owned(),
        law: Provision::OneDeclaration.name().to_owned(),
        follows_from: None,
        line: None,
        column: None,
        place: Some(place),
    }
}
