//! The transitions: from where a declaration stands and a command to events, or to the reason why not.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};
use rulebook::{CodeList, FrozenFrom, LimitKind, ReasonFor, RulesInForce, Until};
use rust_decimal::Decimal;
use vocabulary::{
    AutomaticCase, Balance, Bilingual, CommandKind, Decision, Direction, Instruction, Lane, Outcome, Reason,
    RulebookGap, Security, State,
};

use super::after_clearance::has_to_be_checked;
use super::changed;
use super::command::{Amendment, Command, Decided, law_of};
use super::event::Event;
use super::frozen::changes_of_frozen_fields;
use super::interest::{interest_on_amending, interest_until};
use super::refusal::RefusedCommand;
use super::standing::Standing;

/// What a step depends on besides where the declaration stands.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// When, in Vietnam's time.
    pub at: DateTime,
    /// The rules in force on that day: terms, reasons, frozen fields.
    pub rules: RulesInForce<'a>,
}

/// Events, or the reason why there are none.
pub type Step = Result<Vec<Event>, RefusedCommand>;

/// Carries a command out on a declaration: what happens, in order.
///
/// # Errors
/// Why the command is not carried out. The declaration stays as it is.
pub fn carry_out(standing: &Standing, command: &Command<'_>, circumstances: &Circumstances<'_>) -> Step {
    let desk = Desk { standing, kind: command.kind(), at: circumstances.at, rules: circumstances.rules };
    match command {
        Command::PreRegister(decided) => desk.pre_register(decided),
        Command::Edit(decided) => desk.edit(decided),
        Command::Register { before, now } => desk.register(*before, now),
        Command::Lodge(decided) => desk.lodge(decided),
        Command::Amend(amendment) => desk.amend(amendment, ReasonFor::Amendment),
        Command::FileCertificate(amendment) => desk.amend(amendment, ReasonFor::Certificate),
        Command::Cancel { reason } => desk.cancel(*reason),
        Command::Pay { amount, by_declarant } => desk.pay(*amount, *by_declarant),
        Command::Decide(decided) => desk.decide(decided),
        Command::Instructed(instruction) => desk.instructed(instruction),
    }
}

/// One command on one declaration.
struct Desk<'a> {
    standing: &'a Standing,
    kind: CommandKind,
    at: DateTime,
    rules: RulesInForce<'a>,
}

impl Desk<'_> {
    fn instructed(&self, instruction: &Instruction) -> Step {
        match instruction {
            Instruction::AcceptDocuments => self.accept_documents(),
            Instruction::InstructAmendment { reason } => self.instruct_amendment(reason),
            Instruction::Reroute { lane, reason } => self.reroute(*lane, reason),
            Instruction::FinishExamination => self.finish_examination(),
            Instruction::Release { reason_code } => self.release(reason_code),
            Instruction::TakeToStorage { .. } => self.take_to_storage(),
            Instruction::Clear { .. } => self.clear(),
            // Without a decision there is nothing to decide by.
            Instruction::Decide => self.refuse_state(),
            Instruction::Refuse { reason } => self.refuse(reason),
            Instruction::PassSupervision => self.pass_supervision(),
            Instruction::Expire => self.expire(),
            Instruction::CancelAutomatically(case) => self.cancel_automatically(*case),
        }
    }

    fn refuse_state<T>(&self) -> Result<T, RefusedCommand> {
        Err(RefusedCommand::in_state(self.kind, self.standing.state, &self.rules))
    }

    fn refusal(&self, code: &str, en: impl Into<String>, vi: impl Into<String>, rule: &str) -> RefusedCommand {
        RefusedCommand::new(code, Bilingual::new(en, vi), rule, self.rules.law(law_of(self.kind)))
    }

    fn allow(&self, states: &[State]) -> Result<(), RefusedCommand> {
        if states.contains(&self.standing.state) { Ok(()) } else { self.refuse_state() }
    }

    fn limit(&self, kind: LimitKind) -> Result<(u32, String, String), RefusedCommand> {
        let limit = self.rules.limit(kind).map_err(|gap| RefusedCommand::silent(&gap, &self.rules))?;
        Ok((limit.value, limit.citation.rule.to_string(), limit.citation.law.to_string()))
    }

    /// The day so many days after another.
    fn days_after(&self, day: Date, kind: LimitKind) -> Result<Date, RefusedCommand> {
        let (days, rule, law) = self.limit(kind)?;
        day.checked_add(i64::from(days).days()).map_err(|_| {
            RefusedCommand::new(
                "date_out_of_range",
                Bilingual::new("the day is out of range", "ngày nằm ngoài phạm vi"),
                &rule,
                &law,
            )
        })
    }

    // The declarant.

    fn pre_register(&self, decided: &Decided<'_>) -> Step {
        self.allow(&[State::Draft])?;
        let decision = decided.decision;
        Ok(vec![match decision.outcome {
            Outcome::Accepted => Event::PreRegistered {
                number: decision.number,
                direction: decision.direction,
                owed: decision.total_payable,
            },
            Outcome::Referred => Event::Referred,
            Outcome::Rejected | Outcome::Unreadable => Event::Rejected,
        }])
    }

    fn within_pre_registration(&self) -> Result<(), RefusedCommand> {
        let last = self.days_after(self.standing.since.date(), LimitKind::PreRegistrationDays)?;
        if self.at.date() <= last {
            return Ok(());
        }
        let (days, rule, law) = self.limit(LimitKind::PreRegistrationDays)?;
        Err(RefusedCommand::new(
            "pre_registration_expired",
            Bilingual::new(
                format!("what was declared in advance was kept for {days} days, until {last}: declare anew"),
                format!("thông tin khai trước được lưu {days} ngày, đến {last}: hãy khai lại"),
            ),
            &rule,
            &law,
        ))
    }

    fn edit(&self, decided: &Decided<'_>) -> Step {
        self.allow(&[State::PreRegistered])?;
        self.within_pre_registration()?;
        let decision = decided.decision;
        self.same_direction(decision.direction)?;
        match decision.outcome {
            Outcome::Accepted => Ok(vec![Event::Edited {
                number: self.standing.number,
                direction: decision.direction,
                owed: decision.total_payable,
            }]),
            Outcome::Referred => Ok(vec![Event::AmendmentReferred]),
            Outcome::Rejected | Outcome::Unreadable => Err(self.mistakes(decision)),
        }
    }

    fn register(&self, before: Option<&Decision>, now: &Decided<'_>) -> Step {
        self.allow(&[State::PreRegistered])?;
        self.within_pre_registration()?;
        let decision = now.decision;
        let changes = match decision.outcome {
            Outcome::Accepted => match before {
                Some(before) => changed::changes(before, decision, &self.rules),
                None => return Ok(vec![Event::Referred]),
            },
            Outcome::Rejected | Outcome::Unreadable => changed::as_changes(&decision.findings, &self.rules),
            Outcome::Referred => return Ok(vec![Event::Referred]),
        };
        let changes = changes.map_err(|gap| RefusedCommand::silent(&gap, &self.rules))?;
        if let Some(first) = changes.first() {
            let code = first.code.clone();
            let mut findings = changes;
            findings.extend(decision.findings.iter().filter(|finding| finding.is_error()).cloned());
            return Err(self
                .refusal(
                    &code,
                    "not registered: what the declaration rests on has changed since it was declared in advance",
                    "chưa đăng ký được: căn cứ tính thuế đã thay đổi kể từ khi khai trước",
                    "life-cycle/changes",
                )
                .with(findings));
        }
        if decision.outcome != Outcome::Accepted {
            return Err(self.mistakes(decision));
        }
        self.registered(now, self.standing.number)
    }

    fn lodge(&self, decided: &Decided<'_>) -> Step {
        self.allow(&[State::Draft])?;
        match decided.decision.outcome {
            Outcome::Accepted => self.registered(decided, decided.decision.number),
            Outcome::Referred => Ok(vec![Event::Referred]),
            Outcome::Rejected | Outcome::Unreadable => Ok(vec![Event::Rejected]),
        }
    }

    /// Registers: the lane, what is owed, and in the green lane what follows at once.
    fn registered(&self, decided: &Decided<'_>, number: Option<vocabulary::DeclarationNumber>) -> Step {
        let decision = decided.decision;
        let Some(lane) = decision.lane else {
            // An accepted declaration has a lane; one without is an officer's case rather than anybody's guess.
            return Ok(vec![Event::Referred]);
        };
        let security = self.security(decided);
        let due_on = match security {
            Security::Guaranteed => Some(self.days_after(self.at.date(), LimitKind::GuaranteeDays)?),
            Security::None | Security::Deferred => None,
        };
        let event = Event::Registered {
            number,
            direction: decision.direction,
            lane,
            owed: decision.total_payable,
            security,
            due_on,
            arrival_on: arrival_of(decided),
        };
        if lane == Lane::Green { self.then_settle(vec![event]) } else { Ok(vec![event]) }
    }

    /// What stands in for payment: a guarantee that the decision writes off, or the term of an authorised operator.
    fn security(&self, decided: &Decided<'_>) -> Security {
        let decision = decided.decision;
        if decision.total_payable.is_zero() {
            return Security::None;
        }
        let guaranteed: Decimal = decision
            .write_offs
            .iter()
            .filter(|write_off| matches!(write_off.balance, Balance::Guarantee { .. }))
            .map(|write_off| write_off.amount)
            .sum();
        if guaranteed >= decision.total_payable {
            return Security::Guaranteed;
        }
        let declarant = decided.declaration.declarant();
        let trader = decision.facts.traders.iter().find(|trader| Some(trader.tax_code.as_str()) == declarant);
        let asked = decided.declaration.due_date_code.as_deref().and_then(|code| self.rules.asks_for_deferral(code));
        match (trader, asked) {
            (Some(trader), Some(_)) if trader.authorised_operator => Security::Deferred,
            _ => Security::None,
        }
    }

    fn same_direction(&self, direction: Option<Direction>) -> Result<(), RefusedCommand> {
        if direction == self.standing.direction {
            return Ok(());
        }
        Err(self.refusal(
            "direction_differs",
            "an import cannot become an export, nor the other way round: cancel the declaration and declare anew",
            "không thể đổi tờ khai nhập khẩu thành xuất khẩu hoặc ngược lại: hãy hủy tờ khai và khai lại",
            "life-cycle/amendments",
        ))
    }

    fn mistakes(&self, decision: &Decision) -> RefusedCommand {
        let count = decision.findings.iter().filter(|finding| finding.is_error()).count();
        self.refusal(
            "document_has_mistakes",
            format!("the document has mistakes ({count}); nothing has changed"),
            format!("chứng từ có lỗi ({count}); tờ khai giữ nguyên"),
            "life-cycle/amendments",
        )
        .with(decision.findings.clone())
    }

    fn amend(&self, amendment: &Amendment<'_>, given_for: ReasonFor) -> Step {
        let standing = self.standing;
        if !standing.state.is_registered() {
            return self.refuse_state();
        }
        self.reason(amendment.reason, given_for)?;
        let decision = amendment.after.decision;
        self.same_direction(decision.direction)?;
        let number = self.next_number()?;
        let penalty_rules_apply = self.term_of_amendment()?;
        let since = if standing.state.is_cleared() {
            FrozenFrom::Clearance
        } else if standing.released_on.is_some() {
            FrozenFrom::Release
        } else {
            FrozenFrom::Registration
        };
        let frozen = changes_of_frozen_fields(amendment.before, amendment.after.declaration, since, &self.rules);
        if let Some(first) = frozen.first() {
            let code = first.code.clone();
            return Err(self
                .refusal(
                    &code,
                    "a field was changed that cannot be amended: cancel the declaration and declare anew",
                    "đã sửa chỉ tiêu không được phép sửa: hãy hủy tờ khai và khai lại",
                    "life-cycle/frozen-fields",
                )
                .with(frozen));
        }
        match decision.outcome {
            Outcome::Accepted => {}
            Outcome::Referred => return Ok(vec![Event::AmendmentReferred]),
            Outcome::Rejected | Outcome::Unreadable => return Err(self.mistakes(decision)),
        }
        let (before, after) = (standing.owed, decision.total_payable);
        if given_for == ReasonFor::Certificate && after >= before {
            return Err(self.refusal(
                "duty_not_lowered",
                format!("with the certificate {after} dong are owed, which is not less than the {before} before"),
                format!("với chứng từ này số thuế là {after} đồng, không thấp hơn {before} đồng trước đó"),
                "life-cycle/late-certificates",
            ));
        }
        let lane = decision.lane.into_iter().chain(standing.lane).max().unwrap_or(Lane::Red);
        let mut events = vec![Event::Amended {
            number,
            lane,
            owed_before: before,
            owed_after: after,
            // The term of payment was given at clearance: no later document asks for a longer one.
            security: if standing.state.is_cleared() { standing.security } else { self.security(&amendment.after) },
            penalty_rules_apply,
            arrival_on: arrival_of(&amendment.after),
        }];
        events.extend(interest_on_amending(standing, after, self.at.date(), &self.rules));
        if before != after {
            events.push(Event::DutyDifference { before, after });
        }
        if standing.state == State::AwaitingPayment && lane == Lane::Green {
            return self.then_settle(events);
        }
        if standing.state.is_cleared() && has_to_be_checked(amendment, given_for, after < before) {
            events.push(Event::AmendmentHeld);
        }
        Ok(events)
    }

    fn next_number(&self) -> Result<vocabulary::DeclarationNumber, RefusedCommand> {
        let (most, rule, law) = self.limit(LimitKind::AmendmentsMost)?;
        let next = self.standing.number.and_then(vocabulary::DeclarationNumber::amended);
        next.filter(|number| u32::from(number.amendments()) <= most).ok_or_else(|| {
            RefusedCommand::new(
                "E0399",
                Bilingual::new(
                    format!("the declaration was amended {most} times: go to the customs office with a paper request"),
                    format!("tờ khai đã khai bổ sung {most} lần: hãy nộp đề nghị bằng giấy tại cơ quan hải quan"),
                ),
                &rule,
                &law,
            )
        })
    }

    /// Whether the rules on penalties apply to an amendment today, if its term has not passed.
    fn term_of_amendment(&self) -> Result<bool, RefusedCommand> {
        let standing = self.standing;
        if let (true, Some(cleared_on)) = (standing.state.is_cleared(), standing.cleared_on) {
            return Ok(self.at.date() > self.days_after(cleared_on, LimitKind::UnpenalisedAmendmentDays)?);
        }
        if standing.state == State::AmendmentInstructed
            && let Some(last) = standing.due_on.filter(|last| self.at.date() > *last)
        {
            return Err(self.refusal(
                "instructed_amendment_late",
                format!("the amendment was due on {last}: the officer decides what follows"),
                format!("hạn khai bổ sung là {last}: công chức hải quan quyết định bước tiếp theo"),
                "life-cycle/limits/instructed_amendment_working_days",
            ));
        }
        Ok(true)
    }

    /// The reason that a document gives, if it is one that the law has for this, in this direction and at this point.
    fn reason(&self, code: Option<&str>, given_for: ReasonFor) -> Result<Reason, RefusedCommand> {
        let known = self.rules.change_reasons(given_for).join(", ");
        let Some(code) = code else {
            return Err(self.refusal(
                "change_reason_missing",
                format!("the document gives no reason; the codes are {known}"),
                format!("chứng từ chưa khai mã lý do; các mã: {known}"),
                "life-cycle/change-reasons",
            ));
        };
        let found = self.rules.change_reason(code).filter(|reason| reason.value.given_for == given_for);
        let Some(reason) = found else {
            return Err(self.refusal(
                "change_reason_unknown",
                format!("{code} is no reason for this; the codes are {known}"),
                format!("{code} không phải là mã lý do phù hợp; các mã: {known}"),
                "life-cycle/change-reasons",
            ));
        };
        let until = match self.standing.state {
            state if state.is_cleared() && self.standing.passed_on.is_some() => Until::Open,
            State::ThroughSupervision => Until::Open,
            State::Cleared | State::AmendmentCheck | State::ReleasedBeforePermit => Until::Supervision,
            _ => Until::Clearance,
        };
        let wrong_direction = reason.value.direction.is_some_and(|needed| Some(needed) != self.standing.direction);
        if wrong_direction || reason.value.until < until {
            return Err(RefusedCommand::new(
                "change_reason_not_here",
                Bilingual::new(
                    format!("the reason {code} ({}) does not hold for this declaration now", reason.value.name.en),
                    format!("lý do {code} ({}) không áp dụng cho tờ khai này", reason.value.name.vi),
                ),
                &reason.citation.rule,
                &reason.citation.law,
            ));
        }
        Ok(Reason { code: code.to_owned(), message: reason.value.name.clone() })
    }

    fn cancel(&self, reason: Option<&str>) -> Step {
        let reason = match self.standing.state {
            // What has no force yet may be withdrawn for any reason.
            State::PreRegistered | State::Referred => Reason {
                code: reason.unwrap_or("withdrawn").to_owned(),
                message: Bilingual::new("withdrawn before registration", "người khai rút trước khi đăng ký"),
            },
            // The declarant has the goods.
            State::ReleasedBeforePermit => return self.refuse_state(),
            state if state.is_registered() => self.reason(reason, ReasonFor::Cancellation)?,
            _ => return self.refuse_state(),
        };
        Ok(vec![Event::Cancelled { reason }])
    }

    // The bank.

    fn pay(&self, amount: Decimal, by_declarant: bool) -> Step {
        if amount <= Decimal::ZERO {
            return Err(self.refusal(
                "not_above_zero",
                "the amount is not above zero",
                "số tiền không lớn hơn 0",
                "life-cycle/payments",
            ));
        }
        // Where another enterprise's declaration stands is none of the payer's business.
        if !by_declarant {
            return Err(self.refusal(
                "payer_is_another",
                "the payer is not who declares; the money is the payer's to claim back",
                "người nộp tiền không phải là người khai; người nộp được hoàn lại tiền",
                "life-cycle/payments",
            ));
        }
        if !self.standing.state.is_registered() {
            return self.refuse_state();
        }
        let mut events = interest_until(self.standing, self.at.date(), &self.rules);
        let open = self.standing.after_all(&events, self.at).open();
        if open.is_zero() {
            return Err(self.refusal(
                "nothing_owed",
                "nothing is owed on the declaration any more; the money is the payer's to claim back",
                "tờ khai không còn khoản phải nộp; người nộp được hoàn lại tiền",
                "life-cycle/payments",
            ));
        }
        events.push(Event::PaymentReceived {
            amount,
            open: (open - amount).max(Decimal::ZERO),
            excess: (amount - open).max(Decimal::ZERO),
        });
        if self.standing.state == State::AwaitingPayment && amount >= open {
            return self.then_settle(events);
        }
        Ok(events)
    }

    // The officer.

    fn accept_documents(&self) -> Step {
        if self.standing.state == State::AmendmentCheck {
            return Ok(vec![Event::AmendmentAccepted]);
        }
        self.allow(&[State::DocumentCheck, State::AmendmentInstructed])?;
        if self.standing.lane == Some(Lane::Red) {
            return Err(self.refusal(
                "examination_first",
                "the declaration is in the red lane: the goods have to be examined",
                "tờ khai luồng đỏ: phải kiểm tra thực tế hàng hóa",
                "life-cycle/states-and-commands",
            ));
        }
        self.then_settle(vec![Event::DocumentsAccepted])
    }

    fn finish_examination(&self) -> Step {
        self.allow(&[State::Examination])?;
        self.then_settle(vec![Event::Examined])
    }

    fn instruct_amendment(&self, reason: &Reason) -> Step {
        self.allow(&[State::DocumentCheck, State::AmendmentInstructed, State::Examination, State::AmendmentCheck])?;
        let (days, _, _) = self.limit(LimitKind::InstructedAmendmentWorkingDays)?;
        let due_on = self.rules.working_days_later(days).ok();
        Ok(vec![Event::AmendmentInstructed { reason: reason.clone(), due_on }])
    }

    fn reroute(&self, lane: Lane, reason: &Reason) -> Step {
        self.allow(&[State::AwaitingPayment, State::DocumentCheck, State::AmendmentInstructed])?;
        if self.standing.lane.is_some_and(|now| lane <= now) {
            return Err(self.refusal(
                "lane_not_stricter",
                format!("the lane {lane} is not stricter than the declaration's"),
                format!("luồng {} không chặt chẽ hơn luồng hiện tại", lane.code()),
                "life-cycle/states-and-commands",
            ));
        }
        Ok(vec![Event::Rerouted { lane, reason: reason.clone() }])
    }

    fn release(&self, reason: &str) -> Step {
        self.allow(&[State::DocumentCheck, State::Examination])?;
        if self.rules.code(CodeList::ReleaseReasons, reason).is_none() {
            return Err(self.refusal(
                "release_reason_unknown",
                format!("{reason} is no reason of release before clearance"),
                format!("{reason} không phải là mã lý do giải phóng hàng"),
                "code-lists/release-reasons",
            ));
        }
        if !self.standing.is_settled() {
            return Err(self.refusal(
                "tax_not_settled",
                "before release, the tax on the declared basis is paid or guaranteed",
                "trước khi giải phóng hàng phải nộp thuế hoặc được bảo lãnh số thuế theo khai báo",
                "life-cycle/states-and-commands",
            ));
        }
        let due_on = self.days_after(self.at.date(), LimitKind::ReleaseDays)?;
        Ok(vec![Event::Released { reason_code: reason.to_owned(), due_on }])
    }

    fn take_to_storage(&self) -> Step {
        self.allow(&[State::DocumentCheck, State::Examination])?;
        Ok(vec![Event::TakenToStorage { due_on: self.days_after(self.at.date(), LimitKind::StorageDays)? }])
    }

    fn clear(&self) -> Step {
        self.allow(&[State::ReleasedBeforePermit, State::TakenToStorage])?;
        self.then_settle(Vec::new())
    }

    fn decide(&self, decided: &Decided<'_>) -> Step {
        self.allow(&[State::Referred])?;
        let decision = decided.decision;
        match decision.outcome {
            // What was only declared in advance is not registered unasked.
            Outcome::Accepted
                if self.standing.number.is_none()
                    && decided.declaration.stage.as_deref() == Some("pre-registration") =>
            {
                Ok(vec![Event::PreRegistered {
                    number: decision.number,
                    direction: decision.direction,
                    owed: decision.total_payable,
                }])
            }
            Outcome::Accepted => self.registered(decided, self.standing.number.or(decision.number)),
            Outcome::Rejected | Outcome::Unreadable => Ok(vec![Event::Rejected]),
            Outcome::Referred => {
                let gap = decided.decision.gaps.first().cloned().unwrap_or_else(unknown_gap);
                Err(RefusedCommand::silent(&gap, &self.rules))
            }
        }
    }

    fn refuse(&self, reason: &Reason) -> Step {
        self.allow(&[
            State::Referred,
            State::DocumentCheck,
            State::AmendmentInstructed,
            State::Examination,
            State::TakenToStorage,
        ])?;
        Ok(vec![Event::Refused { reason: reason.clone() }])
    }

    // The gate and the calendar.

    fn pass_supervision(&self) -> Step {
        // An amendment that is checked holds no goods back: they are cleared.
        self.allow(&[State::Cleared, State::AmendmentCheck])?;
        if self.standing.passed_on.is_some() {
            return self.refuse_state();
        }
        Ok(vec![Event::PassedSupervision])
    }

    fn expire(&self) -> Step {
        self.allow(&[State::PreRegistered])?;
        match self.within_pre_registration() {
            Ok(()) => Err(self.too_early()),
            Err(late) if late.code == "pre_registration_expired" => Ok(vec![Event::Expired]),
            Err(other) => Err(other),
        }
    }

    fn too_early(&self) -> RefusedCommand {
        self.refusal("term_not_passed", "the term has not passed yet", "chưa hết thời hạn", "life-cycle/limits")
    }

    fn cancel_automatically(&self, case: AutomaticCase) -> Step {
        let (direction, states): (Option<Direction>, &[State]) = match case {
            AutomaticCase::GoodsNotArrived => (
                Some(Direction::Import),
                &[State::AwaitingPayment, State::DocumentCheck, State::AmendmentInstructed, State::Examination],
            ),
            AutomaticCase::NotMoved => {
                (Some(Direction::Export), &[State::AwaitingPayment, State::Cleared, State::AmendmentCheck])
            }
            AutomaticCase::NoDossier => (Some(Direction::Export), &[State::DocumentCheck, State::AmendmentInstructed]),
            AutomaticCase::NotPresented => (Some(Direction::Export), &[State::Examination]),
            AutomaticCase::LicenceMissing => {
                (None, &[State::AwaitingPayment, State::DocumentCheck, State::AmendmentInstructed, State::Examination])
            }
        };
        self.allow(states)?;
        if case == AutomaticCase::NotMoved && self.standing.passed_on.is_some() {
            return self.refuse_state();
        }
        if direction.is_some_and(|direction| Some(direction) != self.standing.direction) {
            return self.refuse_state();
        }
        let registered = self.standing.registered_at.unwrap_or(self.standing.since).date();
        if case != AutomaticCase::LicenceMissing
            && self.at.date() <= self.days_after(registered, LimitKind::AutomaticCancellationDays)?
        {
            return Err(self.too_early());
        }
        Ok(vec![Event::Cancelled { reason: Reason { code: case.as_str().to_owned(), message: case.meaning() } }])
    }

    /// After the last check: clearance if nothing stands in its way, otherwise payment is awaited.
    fn then_settle(&self, mut events: Vec<Event>) -> Step {
        let standing = self.standing.after_all(&events, self.at);
        if !standing.is_settled() {
            events.push(Event::PaymentAwaited);
            return Ok(events);
        }
        let due_on = match standing.security {
            _ if standing.open().is_zero() => None,
            Security::None => None,
            Security::Guaranteed => {
                let registered = standing.registered_at.unwrap_or(self.at).date();
                Some(self.days_after(registered, LimitKind::GuaranteeDays)?)
            }
            Security::Deferred => {
                let (day, _, _) = self.limit(LimitKind::DeferralDayOfNextMonth)?;
                day_of_next_month(self.at.date(), day)
            }
        };
        events.push(Event::Cleared { due_on });
        Ok(events)
    }
}

/// The declared day of arrival of an import.
fn arrival_of(decided: &Decided<'_>) -> Option<Date> {
    let declaration = decided.declaration;
    declaration.arrival_date.filter(|_| declaration.direction() == Some(Direction::Import))
}

fn day_of_next_month(day: Date, wanted: u32) -> Option<Date> {
    let next = day.first_of_month().checked_add(1.month()).ok()?;
    next.checked_add(i64::from(wanted.saturating_sub(1)).days()).ok()
}

fn unknown_gap() -> RulebookGap {
    RulebookGap {
        code: "unknown".into(),
        item: None,
        message: Bilingual::new("nothing was said", "không có nội dung"),
        rule: "rulebook".into(),
    }
}
