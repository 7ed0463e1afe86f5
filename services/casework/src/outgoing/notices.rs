//! What the declarant is told about a decision, and the messages that carry it.

use jiff::civil::DateTime;
use rulebook::{Provision, RulesInForce};
use rust_decimal::Decimal;
use storage::{DeclarationKey, OutboxMessage};
use vocabulary::envelope::SUBJECT_HEADER;
use vocabulary::topics::{Role, Topics};
use vocabulary::{Bilingual, Decision, DeclarationNumber, Notice, NoticeKind, Reason, State};

use clearance::life_cycle::{Event, RefusedCommand, Standing};

use super::envelope::{envelope, outbox_message, repeated};
use crate::intake::arrival::Arrival;

/// What a notice is about, besides the step that it tells of.
pub(crate) struct Subject<'a> {
    pub(crate) key: &'a DeclarationKey,
    /// Where the declaration stands after the step.
    pub(crate) standing: &'a Standing,
    /// What was decided, where the step rests on a decision.
    pub(crate) decision: Option<&'a Decision>,
    pub(crate) at: DateTime,
    /// The rules of the day on which it is told.
    pub(crate) rules: RulesInForce<'a>,
}

impl Subject<'_> {
    /// A notice with what every notice about the declaration says.
    pub(crate) fn notice(&self, kind: NoticeKind) -> Notice {
        let standing = self.standing;
        Notice {
            kind,
            declarant: self.key.declarant.clone(),
            reference: self.key.reference.clone(),
            version: self.key.version,
            issued_at: self.at,
            number: standing.number.map(|number| number.to_string()),
            lane: standing.lane,
            totals: Vec::new(),
            total_payable: None,
            previous_total_payable: None,
            payment_identifier: None,
            reason: None,
            findings: Vec::new(),
        }
    }

    /// The same with what is owed.
    fn with_totals(&self, kind: NoticeKind) -> Notice {
        let standing = self.standing;
        let to_be_paid = standing.state.is_registered() && standing.owed > Decimal::ZERO;
        Notice {
            totals: self.decision.map(|decision| decision.totals.clone()).unwrap_or_default(),
            total_payable: Some(standing.owed + standing.interest),
            payment_identifier: standing.number.filter(|_| to_be_paid).map(DeclarationNumber::payment_identifier),
            ..self.notice(kind)
        }
    }

    fn with_findings(&self, notice: Notice) -> Notice {
        Notice { findings: self.decision.map(|decision| decision.findings.clone()).unwrap_or_default(), ..notice }
    }

    fn with_reason(&self, kind: NoticeKind, reason: &Reason) -> Notice {
        Notice { reason: Some(reason.clone()), ..self.notice(kind) }
    }

    /// What the declarant is told of one event; nothing of what concerns customs alone.
    fn of_event(&self, event: &Event) -> Option<Notice> {
        let due = |code: &str, en: &str, vi: &str, day: jiff::civil::Date| Reason {
            code: code.to_owned(),
            message: Bilingual::new(format!("{en} {day}"), format!("{vi} {day}")),
        };
        Some(match event {
            Event::Rejected => self.with_findings(self.notice(NoticeKind::Rejected)),
            Event::Referred | Event::AmendmentReferred => self.with_findings(self.notice(NoticeKind::Referred)),
            Event::PreRegistered { .. } | Event::Edited { .. } => {
                self.with_findings(self.with_totals(NoticeKind::PreRegistered))
            }
            Event::Registered { .. } => self.with_findings(self.with_totals(NoticeKind::Registered)),
            Event::PaymentAwaited => self.with_totals(NoticeKind::AwaitingPayment),
            Event::Cleared { due_on } => Notice {
                reason: due_on.map(|day| due("payment_due", "what is owed is due on", "hạn nộp thuế là ngày", day)),
                ..self.with_totals(NoticeKind::Cleared)
            },
            Event::PaymentReceived { amount, open, excess } => Notice {
                total_payable: Some(self.standing.owed + self.standing.interest),
                reason: Some(Reason {
                    code: "payment_received".to_owned(),
                    message: Bilingual::new(
                        format!("{amount} dong were received; {open} are still open, {excess} were paid too much"),
                        format!("đã nhận {amount} đồng; còn phải nộp {open} đồng, nộp thừa {excess} đồng"),
                    ),
                }),
                ..self.notice(NoticeKind::PaymentReceived)
            },
            Event::Amended { penalty_rules_apply, .. } => Notice {
                reason: self.reason_of_amendment(*penalty_rules_apply),
                ..self.with_findings(self.with_totals(NoticeKind::Amended))
            },
            Event::DutyDifference { before, .. } => {
                Notice { previous_total_payable: Some(*before), ..self.with_totals(NoticeKind::DutyDifference) }
            }
            Event::InterestCounted { amount, on, days, percent_per_day, law, .. } => Notice {
                reason: Some(Reason {
                    code: "late_interest".to_owned(),
                    message: Bilingual::new(
                        format!(
                            "{amount} dong of interest: {on} dong were open for {days} days, at {percent_per_day} % a day \
                             ({law})"
                        ),
                        format!(
                            "tiền chậm nộp {amount} đồng: số thuế {on} đồng chậm nộp {days} ngày, mức {percent_per_day} %/ngày \
                             ({law})"
                        ),
                    ),
                }),
                ..self.with_totals(NoticeKind::DutyDifference)
            },
            Event::InterestTakenBack { amount, tax, interest, until, law, .. } => Notice {
                reason: Some(Reason {
                    code: "late_interest_taken_back".to_owned(),
                    message: Bilingual::new(
                        format!(
                            "{amount} dong of interest are taken back: up to {until} it is {interest} dong on a tax of {tax} \
                             dong ({law})"
                        ),
                        format!(
                            "giảm {amount} đồng tiền chậm nộp: đến ngày {until} là {interest} đồng trên số thuế {tax} đồng \
                             ({})",
                            self.rules.rulebook().law_in_vietnamese(law)
                        ),
                    ),
                }),
                ..self.with_totals(NoticeKind::DutyDifference)
            },
            Event::InterestUnknown { until } => Notice {
                reason: Some(Reason {
                    code: "late_interest_unknown".to_owned(),
                    message: Bilingual::new(
                        format!("the interest on what is paid late, up to {until}, is fixed by an officer"),
                        format!("tiền chậm nộp tính đến ngày {until} do công chức hải quan xác định"),
                    ),
                }),
                ..self.with_totals(NoticeKind::DutyDifference)
            },
            Event::AmendmentInstructed { reason, .. } => self.with_reason(NoticeKind::AmendmentInstructed, reason),
            Event::Rerouted { .. } => self.notice(NoticeKind::Rerouted),
            Event::Released { due_on, .. } => Notice {
                reason: Some(due(
                    "official_value_due",
                    "the official particulars are due on",
                    "hạn bổ sung là",
                    *due_on,
                )),
                ..self.notice(NoticeKind::Released)
            },
            Event::TakenToStorage { due_on } => Notice {
                reason: Some(due("inspection_result_due", "the result is due on", "hạn nộp kết quả là", *due_on)),
                ..self.notice(NoticeKind::TakenToStorage)
            },
            Event::Refused { reason } => self.with_reason(NoticeKind::Refused, reason),
            Event::Cancelled { reason } => self.with_reason(NoticeKind::Cancelled, reason),
            Event::Expired => self.with_reason(
                NoticeKind::Expired,
                &Reason {
                    code: "pre_registration_expired".to_owned(),
                    message: Bilingual::new(
                        "it was not registered in time",
                        "không đăng ký tờ khai trong thời hạn lưu thông tin khai trước",
                    ),
                },
            ),
            Event::PassedSupervision => self.notice(NoticeKind::ThroughSupervision),
            // What follows is told: clearance, or what has to be paid before it.
            Event::DocumentsAccepted | Event::Examined | Event::AmendmentHeld => return None,
            Event::AmendmentAccepted => Notice {
                reason: Some(Reason {
                    code: "amendment_accepted".to_owned(),
                    message: Bilingual::new(
                        "customs accepted the amendment",
                        "cơ quan hải quan chấp nhận nội dung khai bổ sung",
                    ),
                }),
                ..self.with_totals(NoticeKind::Cleared)
            },
        })
    }

    /// What an amendment brings with it besides its figures.
    fn reason_of_amendment(&self, penalty_rules_apply: bool) -> Option<Reason> {
        let law = self.rules.law(Provision::Amendment);
        let penalty = penalty_rules_apply.then(|| Reason {
            code: "penalty_rules_apply".to_owned(),
            message: Bilingual::new(
                format!("the rules on penalties apply to this amendment ({law})"),
                format!(
                    "việc khai bổ sung này thuộc diện xem xét xử phạt ({})",
                    self.rules.rulebook().law_in_vietnamese(law)
                ),
            ),
        });
        if self.standing.state != State::AmendmentCheck {
            return penalty;
        }
        let mut message = Bilingual::new(
            "the goods stay cleared; an officer checks what the amendment rests on",
            "hàng hóa vẫn được thông quan; công chức hải quan kiểm tra hồ sơ khai bổ sung",
        );
        if let Some(penalty) = penalty {
            message.en = format!("{}; {}", message.en, penalty.message.en);
            message.vi = format!("{}; {}", message.vi, penalty.message.vi);
        }
        Some(Reason { code: "amendment_held".to_owned(), message })
    }

    /// What the declarant is told of a step, in the order of its events.
    pub(crate) fn of_events(&self, events: &[Event]) -> Vec<Notice> {
        events.iter().filter_map(|event| self.of_event(event)).collect()
    }

    /// That a command is not carried out, and why.
    pub(crate) fn refusal(&self, refused: &RefusedCommand) -> Notice {
        Notice {
            reason: Some(refused.reason()),
            findings: refused.findings.clone(),
            ..self.notice(NoticeKind::Refused)
        }
    }
}

/// Findings are told once, in the first notice.
pub(crate) fn brief(mut notices: Vec<Notice>) -> Vec<Notice> {
    for notice in notices.iter_mut().skip(1) {
        notice.findings.clear();
    }
    notices
}

/// Puts a notice into the outbox, as the `sequence`-th message that an arrival caused.
pub(crate) fn to_outbox(topics: &Topics, arrival: &Arrival, sequence: i32, notice: &Notice) -> OutboxMessage {
    let envelope = envelope(arrival, sequence, Role::Notices, notice.kind.as_str());
    let envelope = envelope.with(SUBJECT_HEADER, notice.reference.clone());
    let key = notice.declarant.clone().into_bytes();
    outbox_message(arrival, sequence, &topics.notices, key, envelope, message::write_notice(notice))
}

/// Sends a first answer once more, to the same declarant.
pub(crate) fn answer_again(
    topics: &Topics,
    arrival: &Arrival,
    declarant: &str,
    reference: &str,
    answer: Vec<u8>,
) -> OutboxMessage {
    let envelope = repeated(arrival, Role::Notices, reference);
    outbox_message(arrival, 0, &topics.notices, declarant.to_owned().into_bytes(), envelope, answer)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clearance::life_cycle::{Circumstances as LifeCircumstances, Command, Decided, carry_out};
    use rulebook::Rulebook;
    use storage::MessageSource;
    use vocabulary::{Bilingual, CaseFacts, CriterionHit, Declaration, Direction, Lane, Outcome};

    use super::*;
    use crate::assess::{Circumstances, ReadDocument, clear};
    use crate::intake::trace_context::Trace;
    use crate::outgoing::answers::command_answered_again;
    use crate::outgoing::unreadable;

    /// One criterion as it stands in the rule files: its identifier, and everything that is said of it.
    struct Written {
        id: String,
        texts: Vec<String>,
    }

    fn criteria(rules: &Path) -> Vec<Written> {
        let files = std::fs::read_dir(rules.join("selectivity")).unwrap();
        let mut criteria = Vec::new();
        for file in files {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let table: toml::Table = text.parse().unwrap();
            for criterion in table["criterion"].as_array().unwrap() {
                let text = |key: &str| criterion[key].as_str().unwrap().to_owned();
                let mut texts = ["id", "owner", "reason", "when", "provision"].map(text).to_vec();
                texts.extend(["en", "vi"].map(|language| criterion["because"][language].as_str().unwrap().to_owned()));
                criteria.push(Written { id: text("id"), texts });
            }
        }
        criteria
    }

    fn payloads(rulebook: &Rulebook, decision: &Decision, arrival: &Arrival) -> Vec<String> {
        let key = DeclarationKey { declarant: "0100233488".into(), reference: "A-1".into(), version: 1 };
        let declaration = Declaration::default();
        let draft = Standing::draft(arrival.at);
        let lodge = Command::Lodge(Decided { declaration: &declaration, decision });
        let rules = rulebook.in_force_on(arrival.at.date());
        let circumstances = LifeCircumstances { at: arrival.at, rules };
        let events = carry_out(&draft, &lodge, &circumstances).unwrap();
        let standing = draft.after_all(&events, arrival.at);
        let subject = Subject { key: &key, standing: &standing, decision: Some(decision), at: arrival.at, rules };
        let notices = subject.of_events(&events);
        let messages = (0..).zip(&notices).map(|(at, notice)| to_outbox(&Topics::new(""), arrival, at, notice));
        messages
            .map(|message| format!("{:?}\n{}", message.headers, String::from_utf8_lossy(&message.payload)))
            .collect()
    }

    #[test]
    fn headers_stand_as_the_contract_has_them_and_in_one_order() {
        let source = MessageSource { topic: "payments.settled".to_owned(), partition: 3, offset: 7 };
        let sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let trace = Trace::of(&source, &[("traceparent".to_owned(), sent.as_bytes().to_vec())]);
        let arrived = Arrival::new(source, 1_795_000_000_000, Some(b"0100233488".to_vec()), Some(b"{}".to_vec()));
        let arrival = Arrival { cause: Some("bank-1".to_owned()), trace, ..arrived };
        let topics = Topics::new("");
        let before = [
            ("ce_specversion", "1.0"),
            ("ce_type", "vn.thongquan.unreadable"),
            ("ce_source", "thongquan"),
            ("ce_time", "2026-11-18T18:06:40+07:00"),
            ("content-type", "application/xml"),
            ("cause", "bank-1"),
        ];
        let after = [
            ("reason", "wrong_root"),
            ("detail", "it is no payment"),
            ("topic", "payments.settled"),
            ("partition", "3"),
            ("offset", "7"),
        ];
        let headers = unreadable(&topics, &arrival, "wrong_root", "it is no payment").headers;
        let seen: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(seen[..6], before);
        assert!(
            seen[6].0 == "traceparent" && seen[6].1.starts_with("00-0af7651916cd43dd8448eb211c80319c-"),
            "{seen:?}"
        );
        assert_eq!(seen[7..], after);
        let again = command_answered_again(&topics, &arrival, "0100233488", "C-1", Vec::new()).headers;
        assert_eq!(again[1].1, "vn.thongquan.answer.repeated");
        let own = [("subject", "C-1"), ("repeated", "true")];
        assert_eq!(again[7..], own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn no_notice_says_why_a_lane_was_chosen() {
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
        let rulebook = Rulebook::load(&rules).unwrap_or_else(|errors| panic!("{errors}"));
        let sample = rules.join("../schemas/declaration/1.0/samples-valid/a11-aluminium-china.xml");
        let message::Reading::Read { declaration, findings } =
            message::read_declaration(&std::fs::read(sample).unwrap())
        else {
            panic!("the sample cannot be read");
        };
        let source = MessageSource { topic: "declarations.lodged".to_owned(), partition: 0, offset: 7 };
        let arrival = Arrival::new(source, 1_795_000_000_000, None, None);
        let circumstances = Circumstances {
            facts: CaseFacts::default(),
            registered_at: arrival.at,
            number: DeclarationNumber::new(Direction::Import, 1).ok(),
            draw: 0,
        };
        let decided = |declaration: &Declaration| {
            let read = ReadDocument { bytes: b"", declaration, findings: findings.clone() };
            clear(read, &circumstances, &rulebook)
        };
        let routed = decided(&declaration);
        // The decision itself has reasons, so that there is something to keep back.
        assert!(routed.outcome == Outcome::Accepted && routed.routing.len() >= 2, "{routed:?}");

        let criteria = criteria(&rules);
        assert!(criteria.len() > 15, "{}", criteria.len());
        let all: Vec<CriterionHit> = criteria
            .iter()
            .map(|criterion| CriterionHit {
                criterion: criterion.id.clone(),
                lane: Lane::Red,
                weight: Some(7),
                because: Bilingual::new(criterion.texts.join(": because "), criterion.texts.join(": vì ")),
            })
            .collect();
        for lane in Lane::ALL {
            let with_reasons = Decision { lane: Some(lane), routing: all.clone(), ..routed.clone() };
            let without = Decision { routing: Vec::new(), draw: None, ..with_reasons.clone() };
            let told = payloads(&rulebook, &with_reasons, &arrival);
            // The declarant is told the same, byte for byte, whatever the reasons were.
            assert_eq!(told, payloads(&rulebook, &without, &arrival));
            for Written { id, texts } in &criteria {
                for text in texts.iter().filter(|text| *text != "origin") {
                    assert!(told.iter().all(|notice| !notice.contains(text)), "a notice holds a text of {id}: {text}");
                }
            }
        }
        let told = payloads(&rulebook, &routed, &arrival).join("\n");
        for hit in &routed.routing {
            assert!(
                !told.contains(&hit.criterion) && !told.contains(&hit.because.en) && !told.contains(&hit.because.vi),
                "{hit:?}"
            );
        }
    }
}
