//! What is known, what arrives, and the plan that must come of it: told on pages in `plans/`, which are read like a
//! register. `UPDATE_PLANS=1 cargo test -p casework` writes them anew; a change in them is a change of what the product does.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod support;

use casework::{check_chain, check_record};
use rust_decimal::Decimal;
use support::{ANOTHER, Customs, DECLARANT, following, import, officer, sample, trader};
use vocabulary::{AutomaticCase, Bilingual, Commander, Declaration, Facts, Instruction, Lane, Post, Reason};

fn reason(code: &str) -> Reason {
    Reason { code: code.to_owned(), message: Bilingual::new("because", "vì") }
}

fn heavier(declaration: &Declaration) -> Declaration {
    Declaration { gross_mass: declaration.gross_mass.map(|mass| mass + Decimal::ONE), ..declaration.clone() }
}

/// The facts of a sample, with its trader.
fn form_d() -> Facts {
    let file = support::workspace().join("schemas/facts/1.0/a11-atiga-form-d.toml");
    let facts: Facts = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    Facts { traders: vec![trader(DECLARANT, 2)], ..facts }
}

#[test]
fn lodging() {
    let mut customs = Customs::new();
    customs.lodge("A sound import is registered and awaits payment", &[import("A")]);
    customs.lodge("The same once more is answered as before", &[import("A")]);
    customs.lodge("Something else under its reference contradicts it", &[heavier(&import("A"))]);
    let next = Declaration { version: Some(2), ..import("A") };
    customs.lodge("A later version of what is registered is no amendment", &[next]);
    let late = Declaration { version: Some(3), ..import("B") };
    customs.lodge("A version without those before it", &[late]);
    let mistaken = Declaration { customs_office: Some("XXXX".into()), ..import("C") };
    customs.lodge(
        "A mistake, and the next version without it",
        &[mistaken, Declaration { version: Some(2), ..import("C") }],
    );
    let arrival = customs.arrival("declarations.lodged", DECLARANT, b"<Invoice/>".to_vec());
    customs.take::<casework::Lodgement>("What is no declaration", vec![arrival]);
    let document = message::write_declaration(&import("D")).into_bytes();
    let arrival = customs.arrival("declarations.lodged", "", document.clone());
    customs.take::<casework::Lodgement>("What is nobody's", vec![arrival]);
    let arrival = customs.arrival("declarations.lodged", ANOTHER, document);
    customs.take::<casework::Lodgement>("What is declared for another", vec![arrival]);
    customs.tells("lodging");
}

#[test]
fn in_advance() {
    let mut customs = Customs::new();
    let advance = Declaration { stage: Some("pre-registration".into()), ..import("A") };
    customs.lodge("Declared in advance", std::slice::from_ref(&advance));
    let number = customs.number("A", 1);
    let registering = Declaration {
        stage: Some("registration".into()),
        version: Some(2),
        number: Some(number.as_str().into()),
        ..advance.clone()
    };
    customs.lodge("Registered", std::slice::from_ref(&registering));
    customs.lodge("Registered once more in another version", &[Declaration { version: Some(3), ..registering }]);
    let other = Declaration { stage: Some("pre-registration".into()), ..import("B") };
    customs.lodge("Another one in advance", &[other]);
    let number = customs.number("B", 1);
    customs.command("Too early", "T-1", Commander::Time, &number, Instruction::Expire);
    customs.wait(40);
    customs.command("Its term has passed", "T-2", Commander::Time, &number, Instruction::Expire);
    customs.tells("in-advance");
}

#[test]
fn amending() {
    let mut customs = Customs::knowing(&form_d());
    let first = sample("a11-atiga-form-d.xml", "A");
    customs.lodge("Fifty pieces on a certificate", std::slice::from_ref(&first));
    let number = customs.number("A", 1);
    let amended = following(&heavier(&first), 2, "4", &number);
    customs.lodge("Amended: the certificate is used by the new version", std::slice::from_ref(&amended));
    customs.lodge("The amendment once more", std::slice::from_ref(&amended));
    let without = Declaration { change_reason_code: None, ..following(&first, 3, "4", &number) };
    customs.lodge("Without a reason", &[without]);
    let unknown = following(&first, 4, "4", "100000009990");
    customs.lodge("Of a number that customs did not give", &[unknown]);
    let another = Declaration { reference: Some("B".into()), ..following(&first, 2, "4", &number) };
    customs.lodge("Under another reference", &[another]);
    let number = customs.number("A", 2);
    customs.lodge("Cancelled: the certificate is given back", &[following(&first, 5, "1", &number)]);
    customs.lodge("Cancelled twice", &[following(&first, 6, "1", &number)]);
    customs.tells("amending");
}

#[test]
fn in_one_batch() {
    let mut customs = Customs::knowing(&form_d());
    let first = sample("a11-atiga-form-d.xml", "A");
    customs.lodge("The first one tells the number", std::slice::from_ref(&first));
    let number = customs.number("A", 1);
    let mut customs = Customs::knowing(&form_d());
    let amended = following(&heavier(&first), 2, "4", &number);
    let cancelled = following(&first, 3, "1", &number);
    let messages =
        [first.clone(), amended, sample("a11-atiga-form-d.xml", "B"), cancelled, sample("a11-atiga-form-d.xml", "C")];
    customs.lodge("Lodged, amended and cancelled, with others between", &messages);
    customs.tells("in-one-batch");
}

#[test]
fn commanding() {
    let mut customs = Customs::knowing(&Facts { traders: vec![trader(DECLARANT, 5)], ..Facts::default() });
    customs.lodge("By the red lane", &[import("A")]);
    let number = customs.number("A", 1);
    customs.command("Documents alone are not enough", "C-1", officer(), &number, Instruction::AcceptDocuments);
    customs.command("The same command once more", "C-1", officer(), &number, Instruction::AcceptDocuments);
    customs.command("Another one under its identifier", "C-1", officer(), &number, Instruction::FinishExamination);
    let elsewhere = Commander::Officer(Post { identity: "HQ-1".into(), office: "02CI".into() });
    customs.command("By an office that is not responsible", "C-2", elsewhere, &number, Instruction::FinishExamination);
    let amend = Instruction::InstructAmendment { reason: reason("mass") };
    customs.command("An amendment is asked for", "C-3", officer(), &number, amend);
    let stricter = Instruction::Reroute { lane: Lane::Red, reason: reason("risk") };
    customs.command("A lane that is not stricter", "C-4", officer(), &number, stricter);
    customs.command("Of a number that customs did not give", "C-5", officer(), "100000009990", Instruction::Decide);
    let refuse = Instruction::Refuse { reason: reason("prohibited") };
    customs.command("Refused", "C-6", officer(), &number, refuse);
    customs.command("Nothing moves after that", "C-7", officer(), &number, Instruction::FinishExamination);
    customs.lodge("Another one", &[import("B")]);
    let number = customs.number("B", 1);
    customs.command("Examined", "C-8", officer(), &number, Instruction::FinishExamination);
    let automatic = Instruction::CancelAutomatically(AutomaticCase::GoodsNotArrived);
    customs.command("The calendar is early", "T-1", Commander::Time, &number, automatic.clone());
    customs.wait(20);
    customs.command("The goods did not arrive in time", "T-2", Commander::Time, &number, automatic);
    customs.tells("commanding");
}

#[test]
fn paying() {
    let mut customs = Customs::new();
    customs.lodge("An import with duties", &[import("A")]);
    let (number, owed) = (customs.number("A", 1), customs.owed("A", 1));
    customs.pay("A part", DECLARANT, &number, owed / 2, "FT-1");
    customs.pay("The same debit once more", DECLARANT, &number, owed / 2, "FT-1");
    customs.pay("The same debit with another amount", DECLARANT, &number, 1, "FT-1");
    customs.pay("By another enterprise", ANOTHER, &number, owed, "FT-2");
    customs.pay("The rest and more", DECLARANT, &number, owed, "FT-3");
    customs.pay("When nothing is owed", DECLARANT, &number, 1, "FT-4");
    customs.pay("For a number that customs did not give", DECLARANT, "100000009990", 1, "FT-5");
    customs.tells("paying");
}

#[test]
fn what_is_kept_agrees_with_itself() {
    let mut customs = Customs::knowing(&form_d());
    let first = sample("a11-atiga-form-d.xml", "A");
    customs.lodge("lodged", std::slice::from_ref(&first));
    let number = customs.number("A", 1);
    customs.lodge("amended", &[following(&heavier(&first), 2, "4", &number)]);
    customs.lodge("cancelled", &[following(&first, 3, "1", &customs.number("A", 2))]);
    let mut ends = Vec::new();
    for (key, row) in &customs.kept.rows {
        let log = &customs.kept.logs[key];
        check_chain(row, log, &ends).unwrap_or_else(|fault| panic!("{key:?}: {fault}"));
        check_record(row, log).unwrap_or_else(|fault| panic!("{key:?}: {fault}"));
        ends.push(row.stand.log_hash);
    }
    assert_eq!(ends.len(), 2);
}
