//! A command of an officer, a gate or the calendar to one declaration: `schemas/command/1.0/command.xsd`.
//!
//! Who commands stands around what is commanded, so that nobody can be written who commands what is another's.

use std::sync::LazyLock;

use vocabulary::{
    Actor, AutomaticCase, Bilingual, CommandKind, Commander, CustomsCommand, Finding, Instruction, Kind,
    NamedDeclaration, Post, Reason,
};

use super::indented::Out;
use super::shapes::{
    COMMAND_ID, DATE_TIME_SHAPE, DECLARATION_ID, LANE_SHAPE, NUMBER_SHAPE, TAX_CODE_ID, date_time, lane, number, text,
};
use super::tree::{self, Cursor, Element, Format};
use crate::form::law;

/// The namespace of commands, version 1.
pub const COMMAND_NAMESPACE: &str = "urn:thongquan:command:1";

const FORMAT: Format =
    Format { root: "Command", namespace: COMMAND_NAMESPACE, schema: "schemas/command/1.0", law: law::COMMAND };

/// The declarant's own reference.
const REFERENCE_ID: Kind = Kind::Ascii { max: 35 };
const POST_ID: Kind = Kind::Ascii { max: 35 };
const OFFICE_ID: Kind = Kind::Code { min: 2, max: 6 };
const WORDS: Kind = Kind::Wide { max: 300 };
/// The most characters of a sentence or a remark.
const SENTENCE_MAX: usize = 1_000;

/// Every command that customs gives, with its element: the words of its kind, each beginning with a capital.
static ELEMENTS: LazyLock<Vec<(CommandKind, String)>> = LazyLock::new(|| {
    let given = CommandKind::ALL.into_iter().filter(|kind| kind.actor().is_customs());
    given.map(|kind| (kind, element_name(kind.as_str()))).collect()
});

fn element_name(word: &str) -> String {
    let capital = |part: &str| part[..1].to_ascii_uppercase() + &part[1..];
    word.split('_').filter(|part| !part.is_empty()).map(capital).collect()
}

/// Reads a command.
///
/// # Errors
/// Everything that `schemas/command/1.0/command.xsd` forbids, or why the document cannot be read at all.
pub fn read_command(bytes: &[u8]) -> Result<CustomsCommand, Vec<Finding>> {
    tree::read(bytes, &FORMAT, |cursor| {
        let identifier = cursor.value("ID", COMMAND_ID).and_then(text);
        let declarant = cursor.value("DeclarantID", TAX_CODE_ID).and_then(text);
        let declaration = named(cursor);
        let given_at = cursor.parsed("IssueDateTime", DATE_TIME_SHAPE, date_time);
        let commander = cursor.choice(&["Officer", "Gate", "Time"]);
        let given = commander.and_then(|element| cursor.group(element, |inner| given(inner, element)));
        let (commander, instruction, remark) = given?;
        Some(CustomsCommand {
            identifier: identifier?,
            declarant: declarant?,
            declaration: declaration?,
            given_at: given_at?,
            commander,
            instruction,
            remark,
        })
    })
}

fn named(cursor: &mut Cursor<'_>) -> Option<NamedDeclaration> {
    let element = cursor.choice(&["DeclarationID", "FunctionalReferenceID"])?;
    if element.name == "DeclarationID" {
        return cursor.value_in(element, DECLARATION_ID).and_then(text).map(NamedDeclaration::Number);
    }
    let reference = cursor.value_in(element, REFERENCE_ID).and_then(text);
    let version = cursor.parsed("VersionID", NUMBER_SHAPE, number);
    Some(NamedDeclaration::Reference { reference: reference?, version: version? })
}

/// Who commands and what, from inside the element that says who.
fn given(cursor: &mut Cursor<'_>, who: &Element) -> Option<(Commander, Instruction, Option<String>)> {
    let (commander, actor) = match who.name.as_str() {
        "Officer" => (post(cursor).map(Commander::Officer), Actor::Officer),
        "Gate" => (post(cursor).map(Commander::Gate), Actor::Gate),
        _ => (Some(Commander::Time), Actor::Time),
    };
    let theirs = ELEMENTS.iter().filter(|(kind, _)| kind.actor() == actor);
    let words: Vec<&str> = theirs.map(|(_, element)| element.as_str()).collect();
    let element = cursor.choice(&words)?;
    let (kind, _) = ELEMENTS.iter().find(|(_, name)| *name == element.name)?;
    let instructed = cursor.group(element, |inner| {
        let instruction = instruction(inner, *kind);
        let remark = match inner.optional("Remark") {
            Some(remark) => Some(inner.bounded_text_in(remark, SENTENCE_MAX)?),
            None => None,
        };
        Some((instruction?, remark))
    });
    let (instruction, remark) = instructed?;
    Some((commander?, instruction, remark))
}

fn post(cursor: &mut Cursor<'_>) -> Option<Post> {
    let identity = cursor.value("ID", POST_ID).and_then(text);
    let office = cursor.value("CustomsOfficeID", OFFICE_ID).and_then(text);
    Some(Post { identity: identity?, office: office? })
}

fn instruction(cursor: &mut Cursor<'_>, kind: CommandKind) -> Option<Instruction> {
    Some(match kind {
        CommandKind::AcceptDocuments => Instruction::AcceptDocuments,
        CommandKind::InstructAmendment => Instruction::InstructAmendment { reason: reason(cursor)? },
        CommandKind::Reroute => {
            let lane = cursor.parsed("Lane", LANE_SHAPE, lane);
            let reason = reason(cursor);
            Instruction::Reroute { lane: lane?, reason: reason? }
        }
        CommandKind::FinishExamination => Instruction::FinishExamination,
        CommandKind::Release => {
            let code = cursor.value("ReleaseReasonCode", Kind::Code { min: 1, max: 4 }).and_then(text);
            Instruction::Release { reason_code: code? }
        }
        CommandKind::TakeToStorage => Instruction::TakeToStorage { place: optional_words(cursor, "StoragePlace")? },
        CommandKind::Clear => Instruction::Clear { permit: optional_words(cursor, "PermitID")? },
        CommandKind::Decide => Instruction::Decide,
        CommandKind::Refuse => Instruction::Refuse { reason: reason(cursor)? },
        CommandKind::PassSupervision => Instruction::PassSupervision,
        CommandKind::Expire => Instruction::Expire,
        CommandKind::CancelAutomatically => {
            let case = cursor.parsed("CaseCode", ["a case of art. 22", "trường hợp theo điều 22"], |text| {
                AutomaticCase::ALL.into_iter().find(|case| case.as_str() == text)
            });
            Instruction::CancelAutomatically(case?)
        }
        // What declarants and banks ask for comes in documents of their own.
        CommandKind::PreRegister
        | CommandKind::Edit
        | CommandKind::Register
        | CommandKind::Lodge
        | CommandKind::Amend
        | CommandKind::FileCertificate
        | CommandKind::Cancel
        | CommandKind::Pay => return None,
    })
}

/// Words that may be absent; `None` where they are there and cannot be read.
fn optional_words(cursor: &mut Cursor<'_>, name: &str) -> Option<Option<String>> {
    match cursor.optional(name) {
        Some(element) => cursor.value_in(element, WORDS).and_then(text).map(Some),
        None => Some(None),
    }
}

fn reason(cursor: &mut Cursor<'_>) -> Option<Reason> {
    let element = cursor.required("Reason")?;
    cursor.group(element, |inner| {
        let code = inner.value("Code", Kind::Wide { max: 64 }).and_then(text);
        let message = sentence(inner);
        Some(Reason { code: code?, message: message? })
    })
}

/// A sentence in one language or in both; one language stands for the other where that is not given.
fn sentence(cursor: &mut Cursor<'_>) -> Option<Bilingual> {
    let first = cursor.required("Message")?;
    let language = cursor.attribute(first, "languageCode", &["en", "vi"]);
    let said = cursor.bounded_text_of(first, SENTENCE_MAX);
    let Some(second) = cursor.optional("Message") else {
        language?;
        let said = said?;
        return Some(Bilingual::new(said.clone(), said));
    };
    let others: &[&str] = match language {
        Some("en") => &["vi"],
        Some(_) => &["en"],
        None => &["en", "vi"],
    };
    let other = cursor.attribute(second, "languageCode", others);
    let more = cursor.bounded_text_of(second, SENTENCE_MAX);
    other?;
    match language? {
        "en" => Some(Bilingual::new(said?, more?)),
        _ => Some(Bilingual::new(more?, said?)),
    }
}

pub fn write_command(command: &CustomsCommand) -> Vec<u8> {
    let mut out = Out::begin("Command", COMMAND_NAMESPACE);
    out.leaf(1, "ID", "", &command.identifier);
    out.leaf(1, "DeclarantID", "", &command.declarant);
    match &command.declaration {
        NamedDeclaration::Number(number) => out.leaf(1, "DeclarationID", "", number),
        NamedDeclaration::Reference { reference, version } => {
            out.leaf(1, "FunctionalReferenceID", "", reference);
            out.leaf(1, "VersionID", "", &version.to_string());
        }
    }
    out.leaf(1, "IssueDateTime", "", &command.given_at.to_string());
    let who = match command.commander {
        Commander::Officer(_) => "Officer",
        Commander::Gate(_) => "Gate",
        Commander::Time => "Time",
    };
    out.open(1, who);
    if let Some(post) = command.commander.post() {
        out.leaf(2, "ID", "", &post.identity);
        out.leaf(2, "CustomsOfficeID", "", &post.office);
    }
    let name = element_name(command.instruction.kind().as_str());
    out.open(2, &name);
    write_particulars(&mut out, &command.instruction);
    out.optional(3, "Remark", command.remark.as_deref());
    out.close(2, &name);
    out.close(1, who);
    out.end("Command")
}

fn write_particulars(out: &mut Out, instruction: &Instruction) {
    match instruction {
        Instruction::AcceptDocuments
        | Instruction::FinishExamination
        | Instruction::Decide
        | Instruction::PassSupervision
        | Instruction::Expire => {}
        Instruction::InstructAmendment { reason } | Instruction::Refuse { reason } => write_reason(out, reason),
        Instruction::Reroute { lane, reason } => {
            out.leaf(3, "Lane", "", lane.as_str());
            write_reason(out, reason);
        }
        Instruction::Release { reason_code } => out.leaf(3, "ReleaseReasonCode", "", reason_code),
        Instruction::TakeToStorage { place } => out.optional(3, "StoragePlace", place.as_deref()),
        Instruction::Clear { permit } => out.optional(3, "PermitID", permit.as_deref()),
        Instruction::CancelAutomatically(case) => out.leaf(3, "CaseCode", "", case.as_str()),
    }
}

fn write_reason(out: &mut Out, reason: &Reason) {
    out.open(3, "Reason");
    out.leaf(4, "Code", "", &reason.code);
    if reason.message.en == reason.message.vi {
        out.leaf(4, "Message", " languageCode=\"vi\"", &reason.message.vi);
    } else {
        out.bilingual(4, "Message", &reason.message);
    }
    out.close(3, "Reason");
}
