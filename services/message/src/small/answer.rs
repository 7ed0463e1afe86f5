//! The answer to whoever gave a command: `schemas/answer/1.0/answer.xsd`.

use vocabulary::{Bilingual, CommandAnswer, Finding, Kind, Lane, Refusal, RulebookGap, State, Value};

use super::indented::Out;
use super::shapes::{
    COMMAND_ID, DATE_TIME_SHAPE, DECLARATION_ID, LANE_SHAPE, NUMBER_SHAPE, TAX_CODE_ID, bilingual, date_time, finding,
    number, text,
};
use super::tree::{Cursor, Element, Format};
use super::{shapes, tree};
use crate::form::law;

/// The namespace of answers, version 1.
pub const ANSWER_NAMESPACE: &str = "urn:thongquan:answer:1";

const FORMAT: Format =
    Format { root: "Answer", namespace: ANSWER_NAMESPACE, schema: "schemas/answer/1.0", law: law::COMMAND };

pub fn write_answer(answer: &CommandAnswer) -> Vec<u8> {
    let mut out = Out::begin("Answer", ANSWER_NAMESPACE);
    out.leaf(1, "CommandID", "", &answer.command);
    out.leaf(1, "DeclarantID", "", &answer.declarant);
    out.optional(1, "DeclarationID", answer.number.as_deref());
    out.optional(1, "FunctionalReferenceID", answer.reference.as_deref());
    out.optional(1, "VersionID", answer.version.map(|version| version.to_string()).as_deref());
    out.leaf(1, "IssueDateTime", "", &answer.issued_at.to_string());
    out.optional(1, "StateCode", answer.state.map(State::as_str));
    out.optional(1, "Lane", answer.lane.map(Lane::as_str));
    out.optional(1, "DueDate", answer.due_on.map(|day| day.to_string()).as_deref());
    if let Some(refusal) = &answer.refusal {
        out.open(1, "Refusal");
        out.leaf(2, "Code", "", &refusal.code);
        out.bilingual(2, "Message", &refusal.message);
        out.bilingual(2, "Mend", &refusal.mend);
        out.leaf(2, "Rule", "", &refusal.rule);
        out.leaf(2, "Law", "", &refusal.law);
        for finding in &refusal.findings {
            out.finding(2, finding);
        }
        for gap in &refusal.gaps {
            out.open(2, "Gap");
            out.leaf(3, "Code", "", &gap.code);
            out.optional(3, "SequenceNumeric", gap.item.map(|item| item.to_string()).as_deref());
            out.leaf(3, "Message", "", &gap.message.en);
            out.leaf(3, "Message", " languageCode=\"vi\"", &gap.message.vi);
            out.leaf(3, "Rule", "", &gap.rule);
            out.close(2, "Gap");
        }
        out.close(1, "Refusal");
    }
    out.end("Answer")
}

/// Reads an answer, as the system of whoever commands does.
///
/// # Errors
/// What keeps the document from being an answer after `schemas/answer/1.0/answer.xsd`, or why it cannot be read at all.
pub fn read_answer(bytes: &[u8]) -> Result<CommandAnswer, Vec<Finding>> {
    tree::read(bytes, &FORMAT, |cursor| {
        let command = cursor.value("CommandID", COMMAND_ID).and_then(text);
        let declarant = cursor.value("DeclarantID", TAX_CODE_ID).and_then(text);
        let number = cursor.optional_value("DeclarationID", DECLARATION_ID).and_then(text);
        let reference = cursor.optional_text("FunctionalReferenceID");
        let version = cursor.optional_parsed("VersionID", NUMBER_SHAPE, shapes::number);
        let issued_at = cursor.parsed("IssueDateTime", DATE_TIME_SHAPE, date_time);
        let state = cursor.optional_parsed("StateCode", ["the word of a state", "tên trạng thái"], state).flatten();
        let lane = cursor.optional_parsed("Lane", LANE_SHAPE, shapes::lane);
        let due_on = cursor.optional_value("DueDate", Kind::Date).and_then(|value| match value {
            Value::Date(day) => Some(day),
            _ => None,
        });
        let refusal = cursor.optional("Refusal").and_then(|element| cursor.group(element, refusal));
        Some(CommandAnswer {
            command: command?,
            declarant: declarant?,
            number,
            reference,
            version,
            issued_at: issued_at?,
            state,
            lane,
            due_on,
            refusal,
        })
    })
}

/// The state that a word names; one that a newer program wrote is passed over, as the schema asks of everybody.
fn state(word: &str) -> Option<Option<State>> {
    let is_word = (1..=32).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_word.then(|| word.parse().ok())
}

fn refusal(cursor: &mut Cursor<'_>) -> Option<Refusal> {
    let code = cursor.text("Code");
    let (message, mend) = (bilingual(cursor, "Message"), bilingual(cursor, "Mend"));
    let (rule, law) = (cursor.text("Rule"), cursor.text("Law"));
    let mut findings = Vec::new();
    while let Some(element) = cursor.optional("Finding") {
        findings.extend(cursor.group(element, finding));
    }
    let mut gaps = Vec::new();
    while let Some(element) = cursor.optional("Gap") {
        gaps.extend(cursor.group(element, gap));
    }
    Some(Refusal { code: code?, message: message?, mend: mend?, rule: rule?, law: law?, findings, gaps })
}

fn gap(cursor: &mut Cursor<'_>) -> Option<RulebookGap> {
    let code = cursor.text("Code");
    let item = cursor.optional_parsed("SequenceNumeric", NUMBER_SHAPE, number);
    let first = cursor.required("Message");
    let en = first.map(|element| sentence(cursor, element));
    // An answer of a time when gaps were told in English alone has no second sentence.
    let vi = cursor.optional("Message").map(|element| sentence(cursor, element));
    let rule = cursor.text("Rule");
    let en = en?;
    let message = Bilingual::new(en.clone(), vi.unwrap_or(en));
    Some(RulebookGap { code: code?.into(), item, message, rule: rule?.into() })
}

/// A sentence of a gap, whose language may stand beside it.
fn sentence<'t>(cursor: &mut Cursor<'t>, element: &'t Element) -> String {
    if element.has_attributes() {
        cursor.attribute(element, "languageCode", &["vi"]);
    }
    cursor.text_of(element)
}
