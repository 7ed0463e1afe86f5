//! A bank that pays what notices ask for, and declarants who withdraw some of what draws on a balance.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rust_decimal::Decimal;
use simulator::Bank;
use stream::{Outgoing, Tail, TailFrom};
use vocabulary::{Declaration, Notice, NoticeKind};

use crate::common::Backend;
use crate::draws::PLENTY;

/// Reads the notices, once each.
pub(crate) struct Payer {
    bank: Bank,
    notices: Box<dyn Tail>,
    seen: BTreeSet<Vec<u8>>,
    /// Messages that confirm a payment.
    pub(crate) confirmed: usize,
    /// Debits by payer, identifier and bank reference: the number that they are for, and the amount.
    pub(crate) debits: BTreeMap<(String, String, String), (String, i64)>,
    /// What each number owes that something was paid for.
    owed: BTreeMap<String, i64>,
    /// The numbers of declarations that draw on a balance with plenty, by their references.
    drawn: BTreeMap<String, (String, String)>,
}

impl Payer {
    pub(crate) async fn of(backend: &Backend, seed: u64) -> Self {
        let notices = backend.stream.tail(&backend.topics.notices, TailFrom::Beginning).await.unwrap();
        Self {
            bank: Bank::new(seed),
            notices,
            seen: BTreeSet::new(),
            confirmed: 0,
            debits: BTreeMap::new(),
            owed: BTreeMap::new(),
            drawn: BTreeMap::new(),
        }
    }

    /// Pays what has been asked for since the last time.
    pub(crate) async fn pay(&mut self, backend: &Backend) {
        let mut confirmations = Vec::new();
        while let Ok(Some(message)) = self.notices.next(Duration::from_millis(300)).await {
            let id = message.header(stream::EVENT_ID_HEADER).unwrap_or_default().to_vec();
            if message.header("repeated").is_some() || !self.seen.insert(id) {
                continue;
            }
            let notice = message::read_notice(message.payload.as_deref().unwrap()).unwrap();
            if notice.kind == NoticeKind::Registered && notice.reference.starts_with(PLENTY) {
                let number = notice.number.clone().unwrap();
                self.drawn.insert(notice.reference.clone(), (notice.declarant.clone(), number));
            }
            if notice.kind == NoticeKind::AwaitingPayment {
                self.confirm(&notice, backend, &mut confirmations);
            }
        }
        backend.stream.publish(confirmations).await.unwrap();
    }

    fn confirm(&mut self, notice: &Notice, backend: &Backend, confirmations: &mut Vec<Outgoing>) {
        for payment in self.bank.pay(notice) {
            self.confirmed += 1;
            let payload = message::write_payment(&payment);
            confirmations.push(Outgoing {
                topic: backend.topics.settled.clone(),
                key: payment.payer.clone().into_bytes(),
                headers: Vec::new(),
                event_id: format!("{}-{}", payment.payment_identifier, self.confirmed),
                payload,
                timestamp_ms: Some(1_795_500_000_000),
            });
            let whole = |amount: Decimal| i64::try_from(amount).unwrap();
            self.owed.insert(payment.declaration_number.clone(), whole(notice.total_payable.unwrap()));
            let key = (payment.payer, payment.payment_identifier, payment.bank_reference);
            self.debits.insert(key, (payment.declaration_number, whole(payment.amount)));
        }
    }

    /// What has to be booked as paid on each number. A debit that comes when nothing is owed any more is refused; one
    /// that is more than what is owed is booked, with what is over.
    pub(crate) fn to_be_booked(&self) -> BTreeMap<&str, i64> {
        let mut paid: BTreeMap<&str, i64> = BTreeMap::new();
        for (number, amount) in self.debits.values() {
            let paid = paid.entry(number).or_default();
            if *paid < self.owed[number] {
                *paid += amount;
            }
        }
        paid
    }

    /// How many numbers were paid in parts, and over.
    pub(crate) fn habits(&self) -> (usize, usize) {
        let booked = self.to_be_booked();
        let debits = |number: &str| self.debits.values().filter(|(of, _)| of == number).count();
        let over = booked.iter().filter(|(number, paid)| **paid > self.owed[**number]).count();
        (booked.keys().filter(|number| debits(number) > 1).count(), over)
    }

    /// Cancellations of every so manieth declaration that draws on a balance with plenty, each lodged by another agent
    /// than the declaration.
    pub(crate) fn withdrawals(
        &self,
        one_in: usize,
        documents: &BTreeMap<String, Declaration>,
    ) -> Vec<(String, Vec<u8>)> {
        let of = |(at, (reference, (_, number))): (usize, (&String, &(String, String)))| {
            let cancelled = Declaration {
                version: Some(2),
                function: Some("1".into()),
                number: Some(number.as_str().into()),
                change_reason_code: Some("FRZ".into()),
                ..documents[reference].clone()
            };
            (format!("agent {}", at % 7), message::write_declaration(&cancelled).into_bytes())
        };
        self.drawn.iter().step_by(one_in).enumerate().map(of).collect()
    }
}
