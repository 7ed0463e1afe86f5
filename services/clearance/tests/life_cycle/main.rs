//! Every state with every command, the figures that matter, and what no sequence of commands may do.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod late_interest;
mod page;
mod sequences;

use std::path::Path;
use std::sync::LazyLock;

use clearance::life_cycle::{Amendment, Circumstances, Command, Decided, Event, Standing, Step, carry_out};
use jiff::civil::{Date, DateTime, date, datetime};
use rulebook::Rulebook;
use rust_decimal::Decimal;
use vocabulary::declaration::{Bill, Permit};
use vocabulary::{
    AppliedExchangeRate, AssessedItem, AutomaticCase, Balance, Bilingual, Citation, Claim, ClaimKind, CommandKind,
    Decision, Declaration, Direction, DutyLine, DutyTotal, DutyType, Facts, Instruction, Lane, Outcome, Rate, Reason,
    Security, State, TraderFacts, WriteOff,
};

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    Rulebook::load(&folder).unwrap_or_else(|errors| panic!("{errors}"))
});

/// A Monday.
const AT: DateTime = datetime(2026, 11, 23, 9, 0, 0, 0);
const TAX_CODE: &str = "0100233488";

fn dong(amount: i64) -> Decimal {
    Decimal::from(amount)
}

fn on(day: Date) -> Circumstances<'static> {
    Circumstances { at: day.at(9, 0, 0, 0), rules: RULEBOOK.in_force_on(day) }
}

fn now() -> Circumstances<'static> {
    on(AT.date())
}

fn declaration() -> Declaration {
    Declaration {
        direction: Some("IM".into()),
        importer_code: Some(TAX_CODE.into()),
        kind: Some("A11".into()),
        transport_mode: Some("2".into()),
        customs_office: Some("01PR".into()),
        gross_mass: Some(dong(500)),
        bills: vec![Bill { number: Some("BILL1".into()) }],
        ..Declaration::default()
    }
}

/// A decision with one line that bears import duty alone.
fn decision(outcome: Outcome, lane: Lane, total: i64) -> Decision {
    let accepted = outcome == Outcome::Accepted;
    let citation = Citation::new("assessment/import-tariff/84818099/mfn@2023-07-15", "Decree 26/2023/ND-CP");
    Decision {
        outcome,
        reference: Some("LIFE-1".into()),
        direction: Some(Direction::Import),
        kind: Some("A11".into()),
        registered_on: AT.date(),
        number: accepted.then(|| "108399733040".parse().unwrap()),
        lane: accepted.then_some(lane),
        findings: Vec::new(),
        gaps: Vec::new(),
        items: vec![AssessedItem {
            sequence: 1,
            commodity_code: "84818099".into(),
            origin: Some("CN".into()),
            customs_value: dong(total * 10),
            preference: None,
            taxes: vec![DutyLine {
                duty_type: DutyType::ImportDuty,
                base: dong(total * 10),
                quantity: None,
                rate: Rate::AdValorem(Decimal::TEN),
                amount: dong(total),
                relief: Decimal::ZERO,
                payable: dong(total),
                citation,
                relief_citation: None,
            }],
        }],
        totals: vec![DutyTotal { duty_type: DutyType::ImportDuty, payable: dong(total) }],
        total_payable: dong(total),
        claims: Vec::new(),
        routing: Vec::new(),
        draw: accepted.then_some(7),
        exchange_rates: vec![AppliedExchangeRate {
            currency: "USD".into(),
            rate: dong(26_100),
            citation: Citation::new("valuation/exchange-rates/USD", "Decree 08/2015/ND-CP"),
        }],
        roundings: Vec::new(),
        write_offs: Vec::new(),
        facts: Facts::default(),
        rulebook: "0".repeat(64),
    }
}

fn accepted(lane: Lane, total: i64) -> Decision {
    decision(Outcome::Accepted, lane, total)
}

fn reason() -> Reason {
    Reason { code: "check".into(), message: Bilingual::new("look again", "kiểm tra lại") }
}

/// A declaration of an import that stands somewhere, with 100 dong owed.
fn standing(state: State) -> Standing {
    let lane = match state {
        State::Draft | State::Rejected | State::Referred | State::PreRegistered | State::Expired => None,
        State::AwaitingPayment | State::Cleared | State::ThroughSupervision => Some(Lane::Green),
        State::AmendmentCheck => Some(Lane::Red),
        State::Examination => Some(Lane::Red),
        _ => Some(Lane::Yellow),
    };
    let registered = state.is_registered() || matches!(state, State::Refused | State::Cancelled | State::Superseded);
    Standing {
        state,
        direction: Some(Direction::Import),
        number: (registered || state == State::PreRegistered).then(|| "108399733040".parse().unwrap()),
        lane,
        owed: if registered || state == State::PreRegistered { dong(100) } else { Decimal::ZERO },
        paid: if state.is_cleared() || state == State::ReleasedBeforePermit { dong(100) } else { Decimal::ZERO },
        registered_at: registered.then_some(AT),
        released_on: (state == State::ReleasedBeforePermit).then(|| AT.date()),
        cleared_on: state.is_cleared().then(|| AT.date()),
        passed_on: (state == State::ThroughSupervision).then(|| AT.date()),
        ..Standing::draft(AT)
    }
}

/// Some commands of a kind, enough to reach every state that the kind can lead to.
fn with_commands(kind: CommandKind, mut try_one: impl FnMut(&Command<'_>)) {
    let (before, after) = (declaration(), Declaration { notes: Some("corrected".into()), ..declaration() });
    let basis = accepted(Lane::Green, 100);
    let outcomes: Vec<Decision> = [
        accepted(Lane::Green, 0),
        accepted(Lane::Green, 100),
        accepted(Lane::Yellow, 100),
        accepted(Lane::Red, 100),
        decision(Outcome::Rejected, Lane::Green, 0),
        decision(Outcome::Referred, Lane::Green, 0),
    ]
    .into();
    match kind {
        CommandKind::PreRegister | CommandKind::Edit | CommandKind::Lodge | CommandKind::Decide => {
            for decision in &outcomes {
                let decided = Decided { declaration: &after, decision };
                try_one(&match kind {
                    CommandKind::PreRegister => Command::PreRegister(decided),
                    CommandKind::Edit => Command::Edit(decided),
                    CommandKind::Lodge => Command::Lodge(decided),
                    _ => Command::Decide(decided),
                });
            }
            if kind == CommandKind::Decide {
                let in_advance = Declaration { stage: Some("pre-registration".into()), ..declaration() };
                try_one(&Command::Decide(Decided { declaration: &in_advance, decision: &outcomes[0] }));
            }
        }
        CommandKind::Register => {
            for decision in &outcomes {
                let now = Decided { declaration: &before, decision };
                try_one(&Command::Register { before: Some(&basis), now });
            }
        }
        CommandKind::Amend | CommandKind::FileCertificate => {
            let lowered = accepted(Lane::Green, 60);
            for decision in outcomes.iter().chain([&lowered]) {
                let after = Decided { declaration: &after, decision };
                if kind == CommandKind::Amend {
                    try_one(&Command::Amend(Amendment { reason: Some("ERR"), before: &before, after }));
                } else {
                    try_one(&Command::FileCertificate(Amendment { reason: Some("COO"), before: &before, after }));
                }
            }
        }
        CommandKind::Cancel => {
            for reason in [None, Some("FRZ"), Some("RET")] {
                try_one(&Command::Cancel { reason });
            }
        }
        CommandKind::Pay => {
            for amount in [40, 100, 140] {
                try_one(&Command::Pay { amount: dong(amount), by_declarant: true });
            }
        }
        CommandKind::AcceptDocuments
        | CommandKind::InstructAmendment
        | CommandKind::Reroute
        | CommandKind::FinishExamination
        | CommandKind::Release
        | CommandKind::TakeToStorage
        | CommandKind::Clear
        | CommandKind::Refuse
        | CommandKind::PassSupervision
        | CommandKind::Expire
        | CommandKind::CancelAutomatically => {
            for instruction in instructions().iter().filter(|instruction| instruction.kind() == kind) {
                try_one(&Command::Instructed(instruction));
            }
        }
    }
}

/// What customs may command without a decision, in every way that matters.
fn instructions() -> Vec<Instruction> {
    let mut all = vec![
        Instruction::AcceptDocuments,
        Instruction::InstructAmendment { reason: reason() },
        Instruction::Reroute { lane: Lane::Yellow, reason: reason() },
        Instruction::Reroute { lane: Lane::Red, reason: reason() },
        Instruction::FinishExamination,
        Instruction::Release { reason_code: "B".into() },
        Instruction::TakeToStorage { place: None },
        Instruction::Clear { permit: None },
        Instruction::Refuse { reason: reason() },
        Instruction::PassSupervision,
        Instruction::Expire,
    ];
    all.extend(AutomaticCase::ALL.map(Instruction::CancelAutomatically));
    all
}

#[test]
fn every_refusal_says_why_in_both_languages_with_its_law() {
    let mut refused = 0;
    for state in State::ALL {
        for kind in CommandKind::ALL {
            with_commands(kind, |command| {
                if let Err(refusal) = carry_out(&standing(state), command, &now()) {
                    refused += 1;
                    assert!(!refusal.code.is_empty() && !refusal.rule.is_empty(), "{state} {}", kind.as_str());
                    assert!(!refusal.message.en.is_empty() && !refusal.message.vi.is_empty());
                    assert!(!refusal.mend().en.is_empty() && !refusal.mend().vi.is_empty());
                    assert!(refusal.reason().message.vi.contains(&refusal.law) && !refusal.law.is_empty());
                }
            });
        }
    }
    assert!(refused > 300, "{refused}");
}

fn pay(standing: &Standing, amount: i64) -> Step {
    carry_out(standing, &Command::Pay { amount: dong(amount), by_declarant: true }, &now())
}

fn received(amount: i64, open: i64, excess: i64) -> Event {
    Event::PaymentReceived { amount: dong(amount), open: dong(open), excess: dong(excess) }
}

#[test]
fn payments_in_parts_over_and_by_others() {
    let awaiting = standing(State::AwaitingPayment);
    let cleared = Event::Cleared { due_on: None };
    assert_eq!(pay(&awaiting, 100), Ok(vec![received(100, 0, 0), cleared.clone()]));
    assert_eq!(pay(&awaiting, 40), Ok(vec![received(40, 60, 0)]));
    let partly = awaiting.after(&received(40, 60, 0), AT);
    assert_eq!((partly.state, partly.paid), (State::AwaitingPayment, dong(40)));
    assert_eq!(pay(&partly, 61), Ok(vec![received(61, 0, 1), cleared]));
    assert_eq!(pay(&standing(State::Examination), 101), Ok(vec![received(101, 0, 1)]));
    for (state, amount, code) in [
        (State::AwaitingPayment, 0, "not_above_zero"),
        (State::AwaitingPayment, -1, "not_above_zero"),
        (State::Cleared, 1, "nothing_owed"),
        (State::Rejected, 100, "not_allowed_in_state"),
        (State::PreRegistered, 100, "not_allowed_in_state"),
        (State::Draft, 100, "E0213"),
    ] {
        assert_eq!(pay(&standing(state), amount).unwrap_err().code, code, "{state} {amount}");
    }
    let other = Command::Pay { amount: dong(100), by_declarant: false };
    assert_eq!(carry_out(&awaiting, &other, &now()).unwrap_err().code, "payer_is_another");
}

#[test]
fn a_guarantee_settles_when_it_covers_everything() {
    let declaration = declaration();
    for (amount, security) in [(99, Security::None), (100, Security::Guaranteed)] {
        let mut decision = accepted(Lane::Green, 100);
        decision.write_offs.push(WriteOff {
            balance: Balance::Guarantee { bank: "VCB".into(), year: 2026, sign: "BL".into(), number: "1".into() },
            amount: dong(amount),
            unit: "VND".into(),
            item: None,
        });
        let lodge = Command::Lodge(Decided { declaration: &declaration, decision: &decision });
        let after = Standing::draft(AT).after_all(&carry_out(&Standing::draft(AT), &lodge, &now()).unwrap(), AT);
        assert_eq!(after.security, security);
        let (state, due) = match security {
            Security::Guaranteed => (State::Cleared, Some(date(2026, 12, 23))),
            _ => (State::AwaitingPayment, None),
        };
        assert_eq!((after.state, after.due_on), (state, due));
    }
}

/// What customs holds of the declarant.
fn trader(authorised_operator: bool) -> TraderFacts {
    TraderFacts {
        tax_code: TAX_CODE.into(),
        status: Default::default(),
        compliance_level: 1,
        authorised_operator,
        debt_over_90_days: false,
        entitlements: Vec::new(),
    }
}

#[test]
fn an_authorised_operator_pays_by_the_tenth_of_the_next_month() {
    for (authorised, code, state) in
        [(true, "C", State::Cleared), (true, "D", State::AwaitingPayment), (false, "C", State::AwaitingPayment)]
    {
        let declaration = Declaration { due_date_code: Some(code.into()), ..declaration() };
        let mut decision = accepted(Lane::Green, 100);
        decision.facts.traders.push(trader(authorised));
        let lodge = Command::Lodge(Decided { declaration: &declaration, decision: &decision });
        let after = Standing::draft(AT).after_all(&carry_out(&Standing::draft(AT), &lodge, &now()).unwrap(), AT);
        assert_eq!(after.state, state, "{authorised} {code}");
        if state == State::Cleared {
            assert_eq!(after.due_on, Some(date(2026, 12, 10)));
            // It still owes, so that its payment is taken after clearance.
            assert_eq!(pay(&after, 100), Ok(vec![received(100, 0, 0)]));
        }
    }
}

#[test]
fn registration_is_refused_when_what_it_rests_on_has_changed() {
    let declaration = declaration();
    let before = accepted(Lane::Green, 100);
    // What was decided before is read back as it is kept.
    let basis: Decision = serde_json::from_slice(&serde_json::to_vec(&before).unwrap()).unwrap();
    assert_eq!(basis, before);
    let register = |decision: &Decision, day: Date| {
        let now = Decided { declaration: &declaration, decision };
        carry_out(&standing(State::PreRegistered), &Command::Register { before: Some(&basis), now }, &on(day))
    };
    let events = register(&before, AT.date()).unwrap();
    assert_eq!(events.iter().map(Event::as_str).collect::<Vec<_>>(), ["registered", "payment_awaited"]);
    let changed = |change: &dyn Fn(&mut Decision)| {
        let mut decision = before.clone();
        change(&mut decision);
        let refusal = register(&decision, AT.date()).unwrap_err();
        assert!(!refusal.findings.is_empty());
        refusal.code
    };
    assert_eq!(changed(&|decision| decision.exchange_rates[0].rate = dong(26_200)), "E1103");
    assert_eq!(changed(&|decision| decision.items[0].taxes[0].rate = Rate::AdValorem(Decimal::ONE)), "E1952");
    let preferential = |decision: &mut Decision| {
        decision.items[0].taxes[0].rate = Rate::AdValorem(Decimal::ZERO);
        decision.items[0].taxes[0].citation = Citation::new("assessment/preferential/atiga/84818099@2022-12-30", "-");
    };
    assert_eq!(changed(&preferential), "E1104");
    let exempt =
        |decision: &mut Decision| decision.items[0].taxes[0].relief_citation = Some(Citation::new("assessment/x", "-"));
    assert_eq!(changed(&exempt), "E1956");
    assert_eq!(changed(&|decision| decision.totals[0].payable = dong(99)), "assessment_changed");
    // A change is told of the line's own number, whatever its position.
    let mut seventh = before.clone();
    seventh.items[0].sequence = 7;
    seventh.items[0].taxes[0].rate = Rate::AdValorem(Decimal::ONE);
    let refusal = register(&seventh, AT.date()).unwrap_err();
    assert_eq!(refusal.findings.iter().map(|finding| finding.item).collect::<Vec<_>>(), [Some(7)]);
    // Seven days are kept, the eighth is not.
    assert!(register(&before, date(2026, 11, 30)).is_ok());
    assert_eq!(register(&before, date(2026, 12, 1)).unwrap_err().code, "pre_registration_expired");
    let expire = |day| carry_out(&standing(State::PreRegistered), &Command::Instructed(&Instruction::Expire), &on(day));
    assert_eq!(expire(date(2026, 11, 30)).unwrap_err().code, "term_not_passed");
    assert_eq!(expire(date(2026, 12, 1)), Ok(vec![Event::Expired]));
}

/// A certificate of origin that is only named.
fn claim() -> Claim {
    Claim {
        kind: ClaimKind::Preference,
        item: Some(1),
        tax: Some(DutyType::ImportDuty),
        code: None,
        message: Bilingual::new("a preferential rate", "thuế suất ưu đãi đặc biệt"),
        rests_on: Bilingual::new("a certificate of origin", "giấy chứng nhận xuất xứ"),
        citation: Citation::new("origin/proofs", "Circular 33/2023/TT-BTC"),
    }
}

fn amend(standing: &Standing, after: &Declaration, decision: &Decision, day: Date) -> Step {
    let amendment =
        Amendment { reason: Some("ERR"), before: &declaration(), after: Decided { declaration: after, decision } };
    carry_out(standing, &Command::Amend(amendment), &on(day))
}

#[test]
fn frozen_fields_stay_as_they_were() {
    let frozen = |state: State, after: &Declaration| {
        let mut standing = standing(state);
        standing.paid = dong(100);
        amend(&standing, after, &accepted(Lane::Green, 100), AT.date()).map_err(|refusal| {
            refusal.findings.iter().map(|finding| finding.code.clone()).collect::<Vec<_>>().join(" ")
        })
    };
    let mode = Declaration { transport_mode: Some("1".into()), ..declaration() };
    let office = Declaration { customs_office: Some("01B1".into()), ..mode.clone() };
    let kind = Declaration { kind: Some("A12".into()), ..declaration() };
    let bill = Declaration { bills: vec![Bill { number: Some("BILL2".into()) }], ..declaration() };
    let more_bills = Declaration { bills: vec![declaration().bills[0].clone(), Bill::default()], ..declaration() };
    let permit =
        Declaration { permits: vec![Permit { number: Some("1".into()), ..Permit::default() }], ..declaration() };
    let cases = [
        (State::DocumentCheck, &mode, Some("E1034")),
        (State::DocumentCheck, &office, Some("E0152 E1034")),
        (State::DocumentCheck, &kind, None),
        (State::ReleasedBeforePermit, &kind, Some("E0396")),
        (State::DocumentCheck, &bill, None),
        (State::ReleasedBeforePermit, &bill, Some("E0163")),
        (State::ReleasedBeforePermit, &more_bills, Some("E0163")),
        (State::DocumentCheck, &permit, None),
        (State::Cleared, &permit, Some("permit_frozen permit_frozen")),
    ];
    for (state, after, expected) in cases {
        let found = frozen(state, after);
        assert_eq!(found.err().as_deref(), expected, "{state}");
    }
}

#[test]
fn amendments_count_and_tell_the_difference() {
    let after = declaration();
    let mut standing = standing(State::DocumentCheck);
    for count in 1..=9_u8 {
        let total = i64::from(count) * 10;
        let events = amend(&standing, &after, &accepted(Lane::Green, total), AT.date()).unwrap();
        assert_eq!(events[1], Event::DutyDifference { before: standing.owed, after: dong(total) });
        standing = standing.after_all(&events, AT);
        assert_eq!(standing.number.unwrap().amendments(), count);
        // A lane never becomes lighter by an amendment.
        assert_eq!((standing.state, standing.lane), (State::DocumentCheck, Some(Lane::Yellow)));
    }
    let refusal = amend(&standing, &after, &accepted(Lane::Green, 1), AT.date()).unwrap_err();
    assert_eq!(refusal.code, "E0399");
}

#[test]
fn penalties_hang_on_the_days_since_clearance() {
    let penalty = |state, day| {
        let events = amend(&standing(state), &declaration(), &accepted(Lane::Green, 100), day).unwrap();
        matches!(events[0], Event::Amended { penalty_rules_apply: true, .. })
    };
    assert!(penalty(State::DocumentCheck, AT.date()));
    // Sixty days after 23 November 2026 is 22 January 2027.
    assert!(!penalty(State::Cleared, date(2027, 1, 22)));
    assert!(penalty(State::Cleared, date(2027, 1, 23)));
}

#[test]
fn an_instructed_amendment_is_due_in_five_working_days() {
    let instruct = Instruction::InstructAmendment { reason: reason() };
    let instruct = Command::Instructed(&instruct);
    // From Wednesday, 29 April 2026: two holidays and a weekend lie between.
    let events = carry_out(&standing(State::DocumentCheck), &instruct, &on(date(2026, 4, 29))).unwrap();
    let [Event::AmendmentInstructed { due_on: Some(due_on), .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(*due_on, date(2026, 5, 8));
    let instructed = standing(State::DocumentCheck).after_all(&events, AT);
    assert!(amend(&instructed, &declaration(), &accepted(Lane::Yellow, 100), *due_on).is_ok());
    let late = amend(&instructed, &declaration(), &accepted(Lane::Yellow, 100), date(2026, 5, 9)).unwrap_err();
    assert_eq!(late.code, "instructed_amendment_late");
    // For a year whose holidays are not entered there is no last day.
    let events = carry_out(&standing(State::DocumentCheck), &instruct, &on(date(2026, 12, 30))).unwrap();
    assert!(matches!(events[0], Event::AmendmentInstructed { due_on: None, .. }));
}

#[test]
fn a_late_certificate_has_to_lower_the_duty() {
    let (before, after) = (declaration(), declaration());
    let file = |total: i64| {
        let decision = accepted(Lane::Green, total);
        let after = Decided { declaration: &after, decision: &decision };
        let command = Command::FileCertificate(Amendment { reason: Some("COO"), before: &before, after });
        carry_out(&standing(State::Cleared), &command, &now())
    };
    assert_eq!(file(100).unwrap_err().code, "duty_not_lowered");
    let events = file(30).unwrap();
    assert_eq!(events[1], Event::DutyDifference { before: dong(100), after: dong(30) });
    assert_eq!(standing(State::Cleared).after_all(&events, AT).state, State::Cleared);
}

#[test]
fn an_amendment_after_clearance_that_rests_on_a_claim_or_lowers_the_tax_is_checked() {
    let file = |state: State, reason: &str, after: &Declaration, decision: &Decision| {
        let before = declaration();
        let amendment =
            Amendment { reason: Some(reason), before: &before, after: Decided { declaration: after, decision } };
        let command = if reason == "COO" { Command::FileCertificate(amendment) } else { Command::Amend(amendment) };
        let standing = standing(state);
        standing.after_all(&carry_out(&standing, &command, &now()).unwrap(), AT)
    };
    let corrected = Declaration { notes: Some("corrected".into()), ..declaration() };
    let named = Decision { claims: vec![claim()], ..accepted(Lane::Yellow, 30) };
    for state in [State::Cleared, State::ThroughSupervision] {
        // What nothing proves: a certificate that customs does not hold.
        let checked = file(state, "COO", &declaration(), &named);
        assert_eq!(checked.state, State::AmendmentCheck);
        // A certificate that customs holds, and nothing else.
        assert_eq!(file(state, "COO", &declaration(), &accepted(Lane::Green, 30)).state, state);
        // Something else, under the cover of the certificate.
        assert_eq!(file(state, "COO", &corrected, &accepted(Lane::Green, 30)).state, State::AmendmentCheck);
        assert_eq!(file(state, "ERR", &corrected, &accepted(Lane::Green, 60)).state, State::AmendmentCheck);
        assert_eq!(file(state, "ERR", &corrected, &accepted(Lane::Green, 100)).state, state);
        // An officer accepts it whatever lane the goods took, and what was cleared is where it was.
        let events = carry_out(&checked, &Command::Instructed(&Instruction::AcceptDocuments), &now()).unwrap();
        let accepted_again = checked.after_all(&events, AT);
        assert_eq!((accepted_again.state, accepted_again.cleared_on), (state, checked.cleared_on));
        // Or asks for another one, and waits.
        let events =
            carry_out(&checked, &Command::Instructed(&Instruction::InstructAmendment { reason: reason() }), &now())
                .unwrap();
        let waiting = checked.after_all(&events, AT);
        assert_eq!(waiting.state, State::AmendmentCheck);
        let events = amend(&waiting, &corrected, &accepted(Lane::Green, 100), AT.date()).unwrap();
        assert_eq!(waiting.after_all(&events, AT).state, state);
    }
    // The check holds no goods back, and nobody refuses or cancels what is cleared because of it.
    let checked = file(State::Cleared, "COO", &declaration(), &named);
    let passed = checked
        .after_all(&carry_out(&checked, &Command::Instructed(&Instruction::PassSupervision), &now()).unwrap(), AT);
    assert_eq!(passed.state, State::AmendmentCheck);
    let events = carry_out(&passed, &Command::Instructed(&Instruction::AcceptDocuments), &now()).unwrap();
    assert_eq!(passed.after_all(&events, AT).state, State::ThroughSupervision);
    let cancel = Instruction::CancelAutomatically(AutomaticCase::GoodsNotArrived);
    for instruction in [Instruction::Refuse { reason: reason() }, cancel] {
        let command = Command::Instructed(&instruction);
        assert!(carry_out(&checked, &command, &on(date(2027, 3, 1))).is_err(), "{command:?}");
    }
}

#[test]
fn cancellation_has_its_reasons_and_its_terms() {
    let cancel = |state: State, direction: Direction, reason: Option<&str>| {
        let standing = Standing { direction: Some(direction), ..standing(state) };
        carry_out(&standing, &Command::Cancel { reason }, &now()).map(|_| ()).map_err(|refusal| refusal.code)
    };
    use Direction::{Export, Import};
    let refused = |code: &str| Err(code.to_owned());
    assert_eq!(cancel(State::PreRegistered, Import, None), Ok(()));
    assert_eq!(cancel(State::AwaitingPayment, Import, None), refused("change_reason_missing"));
    assert_eq!(cancel(State::AwaitingPayment, Import, Some("ERR")), refused("change_reason_unknown"));
    assert_eq!(cancel(State::AwaitingPayment, Import, Some("NEX")), refused("change_reason_not_here"));
    assert_eq!(cancel(State::AwaitingPayment, Import, Some("FRZ")), Ok(()));
    assert_eq!(cancel(State::ReleasedBeforePermit, Import, Some("FRZ")), refused("not_allowed_in_state"));
    assert_eq!(cancel(State::ThroughSupervision, Export, Some("NEX")), refused("change_reason_not_here"));
    assert_eq!(cancel(State::ThroughSupervision, Export, Some("RET")), Ok(()));
    let automatic = |state: State, direction: Direction, case: AutomaticCase, day: Date| {
        let standing = Standing { direction: Some(direction), ..standing(state) };
        let cancel = Instruction::CancelAutomatically(case);
        carry_out(&standing, &Command::Instructed(&cancel), &on(day)).map(|_| ()).map_err(|refusal| refusal.code)
    };
    let (fifteenth, sixteenth) = (date(2026, 12, 8), date(2026, 12, 9));
    let arrived = AutomaticCase::GoodsNotArrived;
    assert_eq!(automatic(State::DocumentCheck, Import, arrived, fifteenth), refused("term_not_passed"));
    assert_eq!(automatic(State::DocumentCheck, Import, arrived, sixteenth), Ok(()));
    assert_eq!(automatic(State::DocumentCheck, Export, arrived, sixteenth), refused("not_allowed_in_state"));
    assert_eq!(automatic(State::Cleared, Export, AutomaticCase::NotMoved, sixteenth), Ok(()));
    assert_eq!(
        automatic(State::ThroughSupervision, Export, AutomaticCase::NotMoved, sixteenth),
        refused("not_allowed_in_state")
    );
}

#[test]
fn release_needs_the_declared_tax_and_a_reason_of_the_list() {
    let mut standing = standing(State::DocumentCheck);
    let release = |standing: &Standing, reason: &str| {
        let release = Instruction::Release { reason_code: reason.into() };
        carry_out(standing, &Command::Instructed(&release), &now())
    };
    assert_eq!(release(&standing, "B").unwrap_err().code, "tax_not_settled");
    standing.paid = dong(100);
    assert_eq!(release(&standing, "Q").unwrap_err().code, "release_reason_unknown");
    let events = release(&standing, "B").unwrap();
    assert_eq!(events, [Event::Released { reason_code: "B".into(), due_on: date(2026, 12, 23) }]);
    let released = standing.after_all(&events, AT);
    // The official value is higher: the difference is paid before clearance.
    let events = amend(&released, &declaration(), &accepted(Lane::Green, 150), AT.date()).unwrap();
    let revalued = released.after_all(&events, AT);
    assert_eq!(revalued.state, State::ReleasedBeforePermit);
    let events = carry_out(&revalued, &Command::Instructed(&Instruction::Clear { permit: None }), &now()).unwrap();
    assert_eq!(events, [Event::PaymentAwaited]);
    let awaiting = revalued.after_all(&events, AT);
    assert_eq!(pay(&awaiting, 50), Ok(vec![received(50, 0, 0), Event::Cleared { due_on: None }]));
}
