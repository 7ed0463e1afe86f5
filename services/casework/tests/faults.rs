//! What goes wrong inside, and what the record says of it.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod support;

use casework::{is_identical, read_decision, rederive};
use jiff::civil::date;
use rust_decimal::Decimal;
use storage::{BalanceKey, DeclarationKey};
use support::{Customs, DECLARANT, following, import, officer, rulebook_with, trader};
use vocabulary::{Bilingual, Declaration, Facts, Guarantee, Instruction, Outcome, Reason, State};

fn guarantee() -> Guarantee {
    Guarantee {
        bank: "01201001".to_owned(),
        year: 2026,
        sign: "BL".to_owned(),
        number: "0000417".to_owned(),
        holder: DECLARANT.to_owned(),
        general: false,
        remaining: Decimal::from(100_000_000_000_i64),
        expires_on: Some(date(2027, 12, 31)),
    }
}

fn guaranteed(reference: &str) -> Declaration {
    let guarantee = guarantee();
    Declaration {
        due_date_code: Some("A".into()),
        guarantee_bank: Some(guarantee.bank.as_str().into()),
        guarantee_year: Some(guarantee.year.into()),
        guarantee_sign: Some(guarantee.sign.as_str().into()),
        guarantee_number: Some(guarantee.number.as_str().into()),
        ..import(reference)
    }
}

fn facts() -> Facts {
    Facts { traders: vec![trader(DECLARANT, 1)], guarantees: vec![guarantee()], ..Facts::default() }
}

/// What is left of the guarantee.
fn left(customs: &Customs) -> Decimal {
    let mut guarantees = customs.kept.remaining.iter().filter(|(key, _)| key.fact.kind == "guarantee");
    let (_, left): (&BalanceKey, _) = guarantees.next().expect("the guarantee is kept");
    *left
}

#[test]
fn what_cannot_be_registered_is_an_officers_case_and_the_decision_says_why() {
    let without_term = rulebook_with("without-guarantee-days", "life-cycle/limits.toml", |text| {
        let (before, limit) = text.split_once("[[guarantee_days]]").expect("the limit is there");
        format!("{before}[[guarantee_days]]{}", limit.replacen("2016-09-01", "2027-01-01", 1))
    });
    let mut customs = Customs::knowing(&facts());
    customs.rulebook = Box::leak(Box::new(without_term));
    let batch = customs.lodge("guaranteed", &[guaranteed("A")]);
    let row = customs.row("A", 1).clone();
    assert_eq!((row.stand.outcome, row.stand.state, row.stand.number), (Outcome::Referred, State::Referred, None));
    assert_eq!(batch.log[0].kind, "referred");
    let (document, decision) = customs.kept.papers(&row);
    let recorded = read_decision(&decision).unwrap();
    assert_eq!((recorded.outcome, recorded.number, recorded.lane), (Outcome::Referred, None, None));
    let codes: Vec<&str> = recorded.gaps.iter().map(|gap| &*gap.code).collect();
    assert_eq!(codes, ["rulebook_silent"]);
    // The number is given to the next one, and nothing was taken of the guarantee.
    assert!(batch.series.is_empty() && batch.write_offs.is_empty());
    assert_eq!(left(&customs), guarantee().remaining);
    // It is derived again, byte for byte.
    let again = rederive(&row, &document, &recorded, 0, customs.rulebook).unwrap();
    assert!(is_identical(&again, &decision), "{}", String::from_utf8_lossy(&decision));
}

/// Customs with a guaranteed declaration whose kept decision is spoilt, and its number.
fn spoilt() -> (Customs, String, Decimal) {
    let mut customs = Customs::knowing(&facts());
    customs.lodge("guaranteed", &[guaranteed("A")]);
    let number = customs.number("A", 1);
    let left = left(&customs);
    assert!(left < guarantee().remaining, "the guarantee is used");
    let key = DeclarationKey { declarant: DECLARANT.to_owned(), reference: "A".to_owned(), version: 1 };
    customs.kept.decision_mut(&key).truncate(40);
    (customs, number, left)
}

#[test]
fn nothing_is_given_back_of_a_decision_that_cannot_be_read_and_whoever_asked_is_told() {
    let (mut customs, number, before) = spoilt();
    let batch = customs.lodge("cancelled", &[following(&guaranteed("A"), 2, "1", &number)]);
    let notice = message::read_notice(&batch.outbox[0].payload).unwrap();
    assert_eq!(notice.reason.map(|reason| reason.code).as_deref(), Some("decision_lost"));
    assert!(batch.updates.is_empty() && batch.write_offs.is_empty(), "the declaration stays as it is");
    assert_eq!(left(&customs), before);
}

#[test]
fn an_amendment_of_a_decision_that_cannot_be_read_is_an_officers_case() {
    let (mut customs, number, before) = spoilt();
    let amended = following(&guaranteed("A"), 2, "4", &number);
    let batch = customs.lodge("amended", &[amended]);
    let new = &batch.declarations[0];
    assert_eq!((new.stand.outcome, new.stand.state), (Outcome::Referred, State::Referred));
    let first = &batch.log[0];
    let document = &first.papers.as_ref().unwrap().document;
    let recorded = read_decision(&first.body).unwrap();
    assert!(recorded.gaps.iter().any(|gap| &*gap.code == "decision_lost"), "{:?}", recorded.gaps);
    assert!(batch.updates.is_empty() && batch.write_offs.is_empty(), "the declaration stays as it was");
    assert_eq!(left(&customs), before);
    // The officer's case is derived again, byte for byte.
    let row = customs.row("A", 2);
    let again = rederive(row, document, &recorded, 0, customs.rulebook).unwrap();
    assert!(is_identical(&again, &first.body));
}

#[test]
fn a_registration_of_a_decision_that_cannot_be_read_is_an_officers_case() {
    let mut customs = Customs::new();
    let advance = Declaration { stage: Some("pre-registration".into()), ..import("A") };
    customs.lodge("declared in advance", std::slice::from_ref(&advance));
    let number = customs.number("A", 1);
    let key = customs.row("A", 1).key().clone();
    customs.kept.decision_mut(&key).truncate(40);
    let registering = Declaration {
        stage: Some("registration".into()),
        version: Some(2),
        number: Some(number.as_str().into()),
        ..advance
    };
    customs.lodge("registered", &[registering]);
    let row = customs.row("A", 1).clone();
    assert_eq!((row.stand.outcome, row.stand.state), (Outcome::Referred, State::Referred));
    let (document, decision) = customs.kept.papers(&customs.kept.rows[&key]);
    let recorded = read_decision(&decision).unwrap();
    assert!(recorded.gaps.iter().any(|gap| &*gap.code == "decision_lost"), "{:?}", recorded.gaps);
    let again = rederive(&row, &document, &recorded, 0, customs.rulebook).unwrap();
    assert!(is_identical(&again, &decision));
}

#[test]
fn an_officer_does_not_end_a_declaration_whose_decision_cannot_be_read() {
    let mut customs = Customs::knowing(&Facts { traders: vec![trader(DECLARANT, 5)], ..facts() });
    customs.lodge("guaranteed", &[guaranteed("A")]);
    let number = customs.number("A", 1);
    let key = customs.row("A", 1).key().clone();
    customs.kept.decision_mut(&key).truncate(40);
    let before = left(&customs);
    let reason = Reason { code: "prohibited".to_owned(), message: Bilingual::new("because", "vì") };
    let batch = customs.command("refused", "C-1", officer(), &number, Instruction::Refuse { reason });
    let answer = message::read_answer(&batch.outbox[0].payload).unwrap();
    assert_eq!(answer.refusal.map(|refusal| refusal.code).as_deref(), Some("decision_lost"));
    assert!(batch.updates.is_empty());
    assert_eq!(left(&customs), before);
}

#[test]
fn what_was_used_is_given_back_even_where_the_document_cannot_be_read() {
    let mut customs = Customs::knowing(&facts());
    customs.lodge("guaranteed", &[guaranteed("A")]);
    let number = customs.number("A", 1);
    let key = customs.row("A", 1).key().clone();
    customs.kept.document_mut(&key).truncate(40);
    // As lodged under another guarantee's name, so that the document that asks does not name this one.
    let asking = Declaration { guarantee_number: Some("0000000".into()), ..guaranteed("A") };
    let batch = customs.lodge("cancelled", &[following(&asking, 2, "1", &number)]);
    assert_eq!(batch.write_offs.len(), 1, "{:?}", batch.outbox.len());
    assert_eq!(left(&customs), guarantee().remaining);
}

#[test]
fn a_version_lodged_a_second_time_is_derived_again_with_its_findings_in_their_order() {
    let mut customs = Customs::new();
    customs.lodge("lodged", &[import("A")]);
    // What is found in the header without a line stands behind what hangs on the versions before.
    let again = Declaration {
        version: Some(2),
        invoice_currency: Some("JPY".into()),
        invoice_amount: Some(Decimal::new(1_200_050, 2)),
        ..import("A")
    };
    customs.lodge("lodged once more", &[again]);
    let row = customs.row("A", 2).clone();
    let (document, decision) = customs.kept.papers(&row);
    let recorded = read_decision(&decision).unwrap();
    let codes: Vec<&str> = recorded.findings.iter().map(|finding| &*finding.code).collect();
    assert_eq!(
        (recorded.outcome, codes[..2].to_vec()),
        (Outcome::Rejected, vec!["already_lodged", "amount_with_decimals"])
    );
    let derived = rederive(&row, &document, &recorded, 0, customs.rulebook).unwrap();
    assert!(is_identical(&derived, &decision), "{}", String::from_utf8_lossy(&decision));
}
