//! Commands and their answers: what we write is valid by libxml2, and what we read is what libxml2 finds valid.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod common;

use common::{VALUES, Ways, differences, samples, told_of_faulty, valid_by_libxml2};
use message::{read_answer, read_command, write_answer, write_command};
use vocabulary::{Commander, CustomsCommand, Instruction};

const COMMAND: &str = "command/1.0/command.xsd";
const ANSWER: &str = "answer/1.0/answer.xsd";

#[test]
fn the_samples_of_commands_are_valid_and_what_is_written() {
    let samples = samples("command/1.0/samples-valid");
    let documents: Vec<String> = samples.iter().map(|(_, document)| document.clone()).collect();
    let mut seen = Vec::new();
    for ((name, document), valid) in samples.iter().zip(valid_by_libxml2(COMMAND, &documents)) {
        assert!(valid, "{name}");
        let command = read_command(document.as_bytes()).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
        assert_eq!(String::from_utf8(write_command(&command)).unwrap(), *document, "{name}");
        seen.push(std::mem::discriminant(&command.instruction));
    }
    seen.dedup();
    assert_eq!(seen.len(), 12, "each command has a sample");
}

#[test]
fn the_samples_of_answers_are_valid_and_what_is_written() {
    let samples = samples("answer/1.0/samples-valid");
    let documents: Vec<String> = samples.iter().map(|(_, document)| document.clone()).collect();
    for ((name, document), valid) in samples.iter().zip(valid_by_libxml2(ANSWER, &documents)) {
        assert!(valid, "{name}");
        let answer = read_answer(document.as_bytes()).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
        assert_eq!(String::from_utf8(write_answer(&answer)).unwrap(), *document, "{name}");
        assert_eq!(answer.refusal.is_some(), name.starts_with("refused"), "{name}");
    }
}

#[test]
fn the_faulty_samples_of_commands_are_refused_by_both_with_every_mistake() {
    let told = told_of_faulty(COMMAND, "command/1.0/samples-faulty", read_command);
    let told: Vec<(&str, String)> = told.iter().map(|(name, codes)| (name.as_str(), codes.clone())).collect();
    assert_eq!(
        told,
        [
            (
                "01-another-lane-and-no-words.xml",
                "value_too_short value_malformed value_malformed missing_element".to_owned()
            ),
            ("02-what-is-anothers.xml", "missing_element unknown_element".to_owned()),
            ("03-two-commands-and-two-names.xml", "unknown_element unknown_element".to_owned()),
            ("04-nobody.xml", "missing_element missing_element unknown_element".to_owned()),
            ("05-another-namespace.xml", "wrong_namespace".to_owned()),
        ]
    );
}

#[test]
fn a_reason_in_one_language_stands_for_both() {
    let samples = samples("command/1.0/samples-valid");
    let (_, document) = samples.iter().find(|(name, _)| name == "reroute.xml").unwrap();
    let CustomsCommand {
        instruction: Instruction::Reroute { reason, .. }, commander: Commander::Officer(post), ..
    } = read_command(document.as_bytes()).unwrap()
    else {
        panic!("it is no officer's");
    };
    assert_eq!((reason.message.en.as_str(), post.office.as_str()), (reason.message.vi.as_str(), "03CC"));
}

#[test]
fn libxml2_agrees_on_commands() {
    let ways = Ways {
        head: 2,
        values: &[
            VALUES,
            &["green", "red", "not_moved", "never", "A", "ABCDE", "108399733040", "4294967296", "2026-11-24T09:30:00"],
        ]
        .concat(),
        swaps: &[
            ("languageCode=\"en\"", "languageCode=\"vi\""),
            ("languageCode=\"vi\"", "languageCode=\" en \""),
            (" languageCode=\"vi\"", ""),
            ("Officer>", "Gate>"),
            ("Gate>", "Officer>"),
            ("Officer>", "Time>"),
            ("AcceptDocuments>", "Clear>"),
            ("AcceptDocuments>", "PassSupervision>"),
            ("Refuse>", "InstructAmendment>"),
            ("Refuse>", "Reroute>"),
            ("<DeclarationID>", "<FunctionalReferenceID>"),
            ("Expire>", "Decide>"),
            ("Decide>", "Expire>"),
            ("<Decide>", "<Decide>x"),
            ("<Officer>", "<Officer by=\"1\">"),
            ("<Remark>", "<Remark><b/>"),
        ],
        roots: &[
            "<Command xmlns=\"urn:thongquan:command:2\">",
            "<Command>",
            "<Command xmlns=\"urn:thongquan:command:1\" xmlns:x=\"urn:x\">",
            "<Command xmlns=\"urn:thongquan:command:1\" version=\"1\">",
        ],
        names: &["Reason", "ID", "Officer", "Message", "Lane", "Clear"],
    };
    let sound: Vec<String> = samples("command/1.0/samples-valid").into_iter().map(|(_, document)| document).collect();
    let (differences, sound) =
        differences(COMMAND, &sound, &ways, 3_000, |document| read_command(document.as_bytes()).is_ok());
    assert!(differences.is_empty(), "{} differ, first:\n{}", differences.len(), differences[0]);
    assert!((700..2_700).contains(&sound), "{sound} of 3,000 are sound");
}

#[test]
fn libxml2_agrees_on_answers() {
    let ways = Ways {
        head: 2,
        values: &[VALUES, &["green", "cleared", "Cleared", "108399733040", "2026-11-24", "2026-11-31"]].concat(),
        swaps: &[
            ("languageCode=\"en\"", "languageCode=\"vi\""),
            (" languageCode=\"vi\"", ""),
            ("<Lane>", "<Lane nationalCode=\"1\">"),
            ("StateCode>", "State>"),
            ("Gap>", "Finding>"),
        ],
        roots: &["<Answer xmlns=\"urn:thongquan:answer:2\">", "<Answer>"],
        names: &["Refusal", "ID", "Message", "Lane"],
    };
    let sound: Vec<String> = samples("answer/1.0/samples-valid").into_iter().map(|(_, document)| document).collect();
    let (differences, sound) =
        differences(ANSWER, &sound, &ways, 2_000, |document| read_answer(document.as_bytes()).is_ok());
    assert!(differences.is_empty(), "{} differ, first:\n{}", differences.len(), differences[0]);
    assert!((500..1_900).contains(&sound), "{sound} of 2,000 are sound");
}
