//! The running product, with customs, declarants and a bank around it.

use std::sync::Arc;

use arc_swap::ArcSwap;
use processor::ProcessorError;
use rulebook::Rulebook;
use rust_decimal::Decimal;
use storage::{DeclarationKey, DeclarationRow, LogEntry};
use stream::{Message, Outgoing, Tail, TailFrom};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use vocabulary::{
    CommandAnswer, Commander, CustomsCommand, Declaration, Facts, Instruction, Lane, NamedDeclaration, Notice,
    NoticeKind, PaymentConfirmation, TaxCodeStatus, TraderFacts,
};

use crate::common::{self, Backend};
use crate::{BEGINNING_MS, LIMIT, SECRET, green, import, officer, red};

pub(crate) struct Customs {
    pub(crate) backend: Backend,
    pub(crate) rulebook: Arc<ArcSwap<Rulebook>>,
    pub(crate) notices: Box<dyn Tail>,
    pub(crate) answers: Box<dyn Tail>,
    pub(crate) unreadable: Box<dyn Tail>,
    stop: watch::Sender<bool>,
    running: JoinHandle<Result<(), ProcessorError>>,
    pub(crate) sent: i64,
    pub(crate) at_ms: i64,
}

/// What a declaration is kept as: its row and its log.
pub(crate) type Kept = (DeclarationRow, Vec<LogEntry>);

impl Customs {
    pub(crate) async fn open(backend: Backend) -> Self {
        let (stop, stopped) = watch::channel(false);
        let tail = |topic: &str| {
            let (stream, topic) = (backend.stream.clone(), topic.to_owned());
            async move { stream.tail(&topic, TailFrom::Beginning).await.unwrap() }
        };
        let notices = tail(&backend.topics.notices).await;
        let answers = tail(&backend.topics.answers).await;
        let unreadable = tail(&backend.topics.unreadable).await;
        let known = |tax_code: String, compliance_level: u8| TraderFacts {
            tax_code,
            status: TaxCodeStatus::Active,
            compliance_level,
            authorised_operator: false,
            debt_over_90_days: false,
            entitlements: Vec::new(),
        };
        let facts = Facts { traders: vec![known(green(), 1), known(red(), 5)], ..Facts::default() };
        backend.store.put_facts(&casework::facts_to_keep(&facts).unwrap()).await.unwrap();
        let processor = backend.processor(&common::rulebook());
        let rulebook = processor.rulebook.clone();
        let running = tokio::spawn(processor::run(processor, stopped));
        Self { backend, rulebook, notices, answers, unreadable, stop, running, sent: 0, at_ms: BEGINNING_MS }
    }

    pub(crate) async fn close(self) -> Backend {
        self.stop.send(true).unwrap();
        self.running.await.unwrap().unwrap();
        assert_eq!(self.backend.store.counts().await.unwrap().outbox, 0);
        self.backend
    }

    pub(crate) async fn send(&mut self, topic: &str, key: &str, payload: Vec<u8>) {
        self.sent += 1;
        let message = Outgoing {
            topic: topic.to_owned(),
            key: key.as_bytes().to_vec(),
            headers: Vec::new(),
            payload,
            event_id: format!("customs-{}-{}", self.backend.prefix, self.sent),
            timestamp_ms: Some(self.at_ms + self.sent),
        };
        self.backend.stream.publish(vec![message]).await.unwrap();
    }

    pub(crate) async fn lodge(&mut self, declaration: &Declaration) {
        let topic = self.backend.topics.lodged.clone();
        let declarant = declaration.declarant().unwrap().to_owned();
        self.send(&topic, &declarant, message::write_declaration(declaration).into_bytes()).await;
    }

    /// The next notice, and its bytes as text.
    pub(crate) async fn notice(&mut self) -> (Notice, String) {
        let message = self.notices.next(LIMIT).await.unwrap().expect("a notice comes");
        let payload = message.payload.unwrap();
        (message::read_notice(&payload).unwrap(), String::from_utf8(payload).unwrap())
    }

    /// The next notices, of these kinds in this order; the last one. None holds what is for customs alone.
    pub(crate) async fn expect(&mut self, kinds: &[NoticeKind]) -> Notice {
        let mut last = None;
        for kind in kinds {
            let (notice, text) = self.notice().await;
            assert_eq!(notice.kind, *kind, "{notice:?}");
            for secret in [SECRET, "HQ-0417", "GATE-2", "time-"] {
                assert!(!text.contains(secret), "{text}");
            }
            last = Some(notice);
        }
        last.unwrap()
    }

    pub(crate) async fn answer(&mut self) -> (CommandAnswer, Message) {
        let message = self.answers.next(LIMIT).await.unwrap().expect("an answer comes");
        (message::read_answer(message.payload.as_deref().unwrap()).unwrap(), message)
    }

    pub(crate) fn made(
        &self,
        declarant: &str,
        name: &str,
        commander: Commander,
        instruction: Instruction,
    ) -> CustomsCommand {
        let declaration = match name.split_once('#') {
            Some((reference, version)) => {
                NamedDeclaration::Reference { reference: reference.into(), version: version.parse().unwrap() }
            }
            None => NamedDeclaration::Number(name.into()),
        };
        CustomsCommand {
            identifier: format!("C-{}", self.sent),
            declarant: declarant.to_owned(),
            declaration,
            given_at: jiff::civil::datetime(2026, 11, 24, 9, 0, 0, 0),
            commander,
            instruction,
            remark: Some(SECRET.to_owned()),
        }
    }

    pub(crate) async fn give(&mut self, command: &CustomsCommand) -> (CommandAnswer, Message) {
        let topic = self.backend.topics.commands.clone();
        self.send(&topic, &command.declarant, message::write_command(command)).await;
        let (answer, message) = self.answer().await;
        assert_eq!((&answer.command, &answer.declarant), (&command.identifier, &command.declarant));
        (answer, message)
    }

    /// Commands, and sees the command carried out: the state after it, and what the declarant is told.
    pub(crate) async fn carried_out(
        &mut self,
        declarant: &str,
        name: &str,
        commander: Commander,
        instruction: Instruction,
        state: &str,
        kinds: &[NoticeKind],
    ) -> (CommandAnswer, Notice) {
        let command = self.made(declarant, name, commander, instruction);
        let (answer, message) = self.give(&command).await;
        assert_eq!(
            (answer.refusal.as_ref(), answer.state.map(vocabulary::State::as_str)),
            (None, Some(state)),
            "{answer:?}"
        );
        assert_eq!(message.header("ce_type"), Some(&b"vn.thongquan.answer.carried-out"[..]));
        let told = self.expect(kinds).await;
        (answer, told)
    }

    /// The same of an officer.
    pub(crate) async fn officer(
        &mut self,
        declarant: &str,
        name: &str,
        instruction: Instruction,
        state: &str,
        kinds: &[NoticeKind],
    ) -> (CommandAnswer, Notice) {
        self.carried_out(declarant, name, officer(), instruction, state, kinds).await
    }

    /// Commands, and sees the command refused with reason, law and mend, and nothing of the declaration changed.
    pub(crate) async fn refused(
        &mut self,
        declarant: &str,
        name: &str,
        commander: Commander,
        instruction: Instruction,
        code: &str,
    ) -> CommandAnswer {
        let command = self.made(declarant, name, commander, instruction);
        let before = self.everything(declarant).await;
        let (answer, message) = self.give(&command).await;
        let refusal = answer.refusal.as_ref().unwrap_or_else(|| panic!("{code}: {command:?}"));
        assert_eq!(refusal.code, code, "{refusal:?}");
        for text in [&refusal.message, &refusal.mend] {
            assert!(!text.en.is_empty() && !text.vi.is_empty(), "{refusal:?}");
        }
        assert!(!refusal.law.is_empty() && !refusal.rule.is_empty(), "{refusal:?}");
        assert_eq!(message.header("ce_type"), Some(&b"vn.thongquan.answer.refused"[..]));
        assert_eq!(self.everything(declarant).await, before, "{code}");
        answer
    }

    /// Every declaration of a declarant, with its log.
    pub(crate) async fn everything(&self, declarant: &str) -> Vec<Kept> {
        let mut kept = Vec::new();
        let mut after = None;
        loop {
            let page = self.backend.store.decisions_page(after.take(), 500).await.unwrap();
            let Some((last, _)) = page.last() else { return kept };
            after = Some(last.key().clone());
            for (row, _) in page.into_iter().filter(|(row, _)| row.key().declarant == declarant) {
                let log = self.backend.store.log_of(row.key()).await.unwrap();
                kept.push((row, log));
            }
        }
    }

    pub(crate) async fn kept(&self, declarant: &str, reference: &str, version: u32) -> Kept {
        let key = DeclarationKey { declarant: declarant.into(), reference: reference.into(), version };
        let (row, _, _) = self.backend.store.declaration(&key).await.unwrap().unwrap();
        let log = self.backend.store.log_of(&key).await.unwrap();
        (row, log)
    }

    /// Lodges a sample that is registered and goes by a lane that asks for a check. Its number.
    pub(crate) async fn registered(&mut self, declarant: &str, reference: &str, lane: Lane) -> String {
        self.lodge(&import(declarant, reference)).await;
        let notice = self.expect(&[NoticeKind::Registered]).await;
        assert_eq!(notice.lane, Some(lane));
        notice.number.unwrap()
    }

    pub(crate) async fn pay(&mut self, declarant: &str, number: &str, amount: Decimal, kinds: &[NoticeKind]) -> Notice {
        let identifier = format!("TQ{}0", &number[..11]);
        let payment = PaymentConfirmation {
            payer: declarant.to_owned(),
            payment_identifier: identifier,
            declaration_number: number.to_owned(),
            bank_reference: format!("FT-{}", self.sent),
            amount,
            debited_at: jiff::civil::datetime(2026, 11, 24, 9, 30, 0, 0),
        };
        let topic = self.backend.topics.settled.clone();
        self.send(&topic, declarant, message::write_payment(&payment)).await;
        self.expect(kinds).await
    }
}
