//! What a database keeps, in memory: every batch goes in whole, and what is wanted of it comes out.

use std::collections::{BTreeMap, HashMap};

use casework::facts_to_keep;
use rust_decimal::Decimal;
use storage::{
    BalanceKey, Batch, CommandKey, CommandRow, DeclarationKey, DeclarationRow, FactRow, LogEntry, PaymentKey,
    PaymentRow, Prefetched, RequestRow, Wanted,
};
use vocabulary::{Facts, State};

#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) rows: BTreeMap<DeclarationKey, DeclarationRow>,
    pub(crate) logs: BTreeMap<DeclarationKey, Vec<LogEntry>>,
    requests: HashMap<DeclarationKey, RequestRow>,
    payments: HashMap<PaymentKey, PaymentRow>,
    commands: HashMap<CommandKey, CommandRow>,
    facts: storage::Facts,
    pub(crate) remaining: HashMap<BalanceKey, Decimal>,
}

impl Kept {
    pub(crate) fn with(facts: &Facts) -> Self {
        let facts = facts_to_keep(facts).unwrap();
        let mut remaining = HashMap::new();
        for fact in &facts.facts {
            for grant in &fact.grants {
                remaining.insert(BalanceKey { fact: fact.key.clone(), line: grant.line }, grant.granted);
            }
        }
        Self { facts, remaining, ..Self::default() }
    }

    /// The current version of a number, by the digits that it keeps.
    fn current<'k>(&'k self, declarant: Option<&'k str>, stem: &'k str) -> impl Iterator<Item = &'k DeclarationRow> {
        self.rows.values().filter(move |row| {
            declarant.is_none_or(|declarant| declarant == row.key().declarant)
                && row.stand.state != State::Superseded
                && row.stand.number.is_some_and(|number| number.stem() == *stem)
        })
    }

    /// What was decided last on a declaration, for tests that damage it.
    pub(crate) fn decision_mut(&mut self, key: &DeclarationKey) -> &mut Vec<u8> {
        let sequence = self.rows[key].stand.decision_sequence;
        let log = self.logs.get_mut(key).expect("it has a log");
        &mut log.iter_mut().find(|entry| entry.sequence == sequence).expect("it was decided").body
    }

    /// The document of a declaration as lodged, for tests that damage it.
    pub(crate) fn document_mut(&mut self, key: &DeclarationKey) -> &mut Vec<u8> {
        let first = self.logs.get_mut(key).and_then(|log| log.first_mut()).expect("it has a log");
        &mut first.papers.as_mut().expect("a first entry has papers").document
    }

    /// The document as lodged, and what was decided last.
    pub(crate) fn papers(&self, row: &DeclarationRow) -> (Vec<u8>, Vec<u8>) {
        let log = &self.logs[row.key()];
        let decision = log.iter().find(|entry| entry.sequence == row.stand.decision_sequence).expect("it was decided");
        let first = log[0].papers.as_ref().expect("a first entry has papers");
        (first.document.clone(), decision.body.clone())
    }

    pub(crate) fn prefetch(&self, wanted: &Wanted) -> Prefetched {
        let mut found = Prefetched::default();
        for key in &wanted.declarations {
            let Some(row) = self.rows.get(key) else { continue };
            let papers = self.logs[key][0].papers.as_ref().expect("a first entry has papers");
            found.declarations.insert(key.clone(), row.clone());
            found.answers.insert(key.clone(), papers.answer.clone());
        }
        let named = wanted.numbers.iter().map(|(declarant, stem)| (Some(declarant.as_str()), stem));
        for (declarant, stem) in named.chain(wanted.numbers_of_anybody.iter().map(|stem| (None, stem))) {
            for row in self.current(declarant, stem) {
                if wanted.documents {
                    found.documents.insert(row.key().clone(), self.papers(row));
                }
                found.numbers.insert((row.key().declarant.clone(), stem.clone()), row.clone());
            }
        }
        for key in &wanted.opened {
            let Some(row) = self.rows.get(key) else { continue };
            found.declarations.insert(key.clone(), row.clone());
            found.documents.insert(key.clone(), self.papers(row));
        }
        for key in &wanted.requests {
            found.requests.extend(self.requests.get(key).map(|row| (key.clone(), row.clone())));
        }
        for (tax_code, facts) in self.facts.traders.iter().filter(|(tax_code, _)| wanted.traders.contains(tax_code)) {
            found.traders.insert(tax_code.clone(), facts.clone());
        }
        for fact in &self.facts.facts {
            if wanted.facts.contains(&(fact.key.kind.clone(), fact.key.name.clone())) {
                let left = |line: u32| self.remaining[&BalanceKey { fact: fact.key.clone(), line }];
                let remaining = fact.grants.iter().map(|grant| (grant.line, left(grant.line))).collect();
                found.facts.insert(fact.key.clone(), FactRow { document: fact.document.clone(), remaining });
            }
        }
        for key in &wanted.payments {
            found.payments.extend(self.payments.get(key).map(|row| (key.clone(), row.clone())));
        }
        for key in &wanted.commands {
            found.commands.extend(self.commands.get(key).map(|row| (key.clone(), row.clone())));
        }
        found
    }

    /// Writes a batch, as far as it may be written.
    pub(crate) fn commit(&mut self, batch: &Batch) {
        for new in &batch.declarations {
            assert!(self.rows.insert(new.key().clone(), new.row()).is_none(), "{:?} is kept twice", new.key());
        }
        for update in &batch.updates {
            let row = self.rows.get_mut(&update.key).expect("what moves is kept");
            assert_eq!(row.stand.log_sequence, update.expected_log_sequence);
            row.stand = update.stand.clone();
        }
        for entry in &batch.log {
            let log = self.logs.entry(entry.key.clone()).or_default();
            assert_eq!(entry.sequence, log.len() as i64, "{:?}", entry.key);
            log.push(entry.clone());
        }
        for written in &batch.write_offs {
            let left = self.remaining.get_mut(&written.balance).expect("the balance is kept");
            assert_eq!(*left, written.before);
            assert!(written.after >= Decimal::ZERO, "a balance is used beyond what it grants");
            *left = written.after;
        }
        for request in &batch.requests {
            let row = RequestRow {
                content_hash: request.content_hash,
                kind: request.kind.clone(),
                outcome: request.outcome.clone(),
                number: request.number.clone(),
                answer: request.answer.clone(),
            };
            self.requests.insert(request.key.clone(), row);
        }
        for payment in &batch.payments {
            let (amount, outcome) = (payment.amount, payment.outcome.clone());
            let row = PaymentRow { amount, outcome, answer: payment.answer.clone() };
            self.payments.insert(payment.key.clone(), row);
        }
        for command in &batch.commands {
            let row = CommandRow { content_hash: command.content_hash, answer: command.answer.clone() };
            self.commands.insert(command.key.clone(), row);
        }
    }
}
