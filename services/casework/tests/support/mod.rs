//! Customs without a machine: messages go in, what must come of them is told on a page.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]
#![allow(dead_code, reason = "each test file uses what it needs")]

mod kept;
mod page;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use casework::{Advance, Arrival, Confirmation, Found, Generations, Grounds, Lodgement, Matter, Order, Series, plan};
use jiff::civil::datetime;
use rulebook::Rulebook;
use rust_decimal::Decimal;
use storage::{Batch, DeclarationKey, DeclarationRow, MessageSource, StreamPartition};
use vocabulary::topics::Topics;
use vocabulary::{
    Commander, CustomsCommand, Declaration, Facts, Instruction, NamedDeclaration, PaymentConfirmation, Post,
    TaxCodeStatus, TraderFacts,
};

pub(crate) use kept::Kept;

pub(crate) static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| load(&workspace().join("rules")));

/// 2026-11-24 09:00 in Vietnam.
const BEGINNING_MS: i64 = 1_795_485_600_000;
const DAY_MS: i64 = 86_400_000;

/// An enterprise of good compliance, and another one.
pub(crate) const DECLARANT: &str = "0100233488";
pub(crate) const ANOTHER: &str = "0300588569";

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn load(folder: &Path) -> Rulebook {
    Rulebook::load(folder).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The rules with one file changed.
pub(crate) fn rulebook_with(name: &str, file: &str, edit: impl Fn(&str) -> String) -> Rulebook {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("casework-rules-{name}"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    copy(&workspace().join("rules"), &folder);
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let edited = edit(&text);
    assert_ne!(edited, text, "{file} is as it was");
    std::fs::write(folder.join(file), edited).unwrap();
    let sealing = rulebook::Sealing::of(&folder).unwrap_or_else(|errors| panic!("{errors}"));
    sealing.write().unwrap();
    let rulebook = load(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
    rulebook
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

pub(crate) fn sample(name: &str, reference: &str) -> Declaration {
    let file = workspace().join("schemas/declaration/1.0/samples-valid").join(name);
    let message::Reading::Read { declaration, .. } = message::read_declaration(&std::fs::read(file).unwrap()) else {
        panic!("{name} is no declaration");
    };
    Declaration { reference: Some(reference.into()), ..declaration }
}

/// An import with duties to pay, of an enterprise of ours.
pub(crate) fn import(reference: &str) -> Declaration {
    Declaration { importer_code: Some(DECLARANT.into()), ..sample("a12-machinery.xml", reference) }
}

pub(crate) fn trader(tax_code: &str, compliance_level: u8) -> TraderFacts {
    TraderFacts {
        tax_code: tax_code.to_owned(),
        status: TaxCodeStatus::Active,
        compliance_level,
        authorised_operator: false,
        debt_over_90_days: false,
        entitlements: Vec::new(),
    }
}

/// A version that follows on a declaration: an amendment (`4`) or a cancellation (`1`).
pub(crate) fn following(declaration: &Declaration, version: u64, function: &str, number: &str) -> Declaration {
    Declaration {
        version: Some(version),
        function: Some(function.into()),
        number: Some(number.into()),
        change_reason_code: Some(if function == "1" { "FRZ" } else { "ERR" }.into()),
        change_reason: Some("khai lại".into()),
        ..declaration.clone()
    }
}

pub(crate) fn officer() -> Commander {
    Commander::Officer(Post { identity: "HQ-0417".into(), office: "01PR".into() })
}

/// Customs: its rules, what it keeps, and a page of what it did.
pub(crate) struct Customs {
    pub(crate) rulebook: &'static Rulebook,
    pub(crate) kept: Kept,
    series: Series,
    offset: i64,
    at_ms: i64,
    page: String,
}

impl Customs {
    pub(crate) fn new() -> Self {
        Self::knowing(&Facts { traders: vec![trader(DECLARANT, 1)], ..Facts::default() })
    }

    pub(crate) fn knowing(facts: &Facts) -> Self {
        Self {
            rulebook: &RULEBOOK,
            kept: Kept::with(facts),
            series: Series::default(),
            offset: 0,
            at_ms: BEGINNING_MS,
            page: String::new(),
        }
    }

    /// Lets days pass.
    pub(crate) fn wait(&mut self, days: i64) {
        self.at_ms += days * DAY_MS;
    }

    pub(crate) fn arrival(&mut self, topic: &str, key: &str, payload: Vec<u8>) -> Arrival {
        let source = MessageSource { topic: topic.to_owned(), partition: 0, offset: self.offset };
        self.offset += 1;
        Arrival::new(source, self.at_ms + self.offset, Some(key.as_bytes().to_vec()), Some(payload))
    }

    /// Works on one batch, keeps what it does and tells it.
    pub(crate) fn take<M: Matter>(&mut self, what: &str, arrivals: Vec<Arrival>) -> Batch {
        let messages: Vec<M> = arrivals.into_iter().map(M::read).collect();
        let found = self.look_up(&messages);
        let (topics, generations) = (Topics::new(""), Generations::default());
        let grounds = Grounds {
            rulebook: self.rulebook,
            selectivity_secret: b"a secret for tests",
            topics: &topics,
            generations: &generations,
        };
        let before = self.series.clone();
        let (plan, after) = plan(&messages, found, grounds, before.clone());
        self.series = after.clone();
        let arrivals: Vec<&Arrival> = messages.iter().map(Matter::arrival).collect();
        let source = &arrivals[0].source;
        let (topic, partition) = (source.topic.clone(), source.partition);
        let partition = StreamPartition { group: "thongquan".to_owned(), topic, partition };
        let advance = Advance { partition, epoch: 1, expected: 0, series_before: before, series_after: after };
        let batch = plan.into_batch(&arrivals, advance).expect("there are messages");
        self.kept.commit(&batch);
        let _ = writeln!(self.page, "{what}\n{}", page::of(&batch));
        batch
    }

    fn look_up<M: Matter>(&self, messages: &[M]) -> Found {
        let mut found = Found::new(self.kept.prefetch(&M::wanted(messages)));
        if let Some(wanted) = found.wanted_of_cases() {
            found.add(self.kept.prefetch(&wanted));
        }
        found
    }

    /// Declarations are lodged in one batch, each under the key of who declares.
    pub(crate) fn lodge(&mut self, what: &str, declarations: &[Declaration]) -> Batch {
        let arrivals = declarations
            .iter()
            .map(|declaration| {
                let key = declaration.declarant().unwrap_or(DECLARANT).to_owned();
                self.arrival("declarations.lodged", &key, message::write_declaration(declaration).into_bytes())
            })
            .collect();
        self.take::<Lodgement>(what, arrivals)
    }

    pub(crate) fn command(
        &mut self,
        what: &str,
        identifier: &str,
        by: Commander,
        number: &str,
        to: Instruction,
    ) -> Batch {
        let command = CustomsCommand {
            identifier: identifier.to_owned(),
            declarant: DECLARANT.to_owned(),
            declaration: match number.split_once('#') {
                Some((reference, version)) => {
                    NamedDeclaration::Reference { reference: reference.to_owned(), version: version.parse().unwrap() }
                }
                None => NamedDeclaration::Number(number.to_owned()),
            },
            given_at: datetime(2026, 11, 24, 9, 0, 0, 0),
            commander: by,
            instruction: to,
            remark: None,
        };
        let arrival = self.arrival("declarations.commands", DECLARANT, message::write_command(&command));
        self.take::<Order>(what, vec![arrival])
    }

    pub(crate) fn pay(&mut self, what: &str, payer: &str, number: &str, amount: i64, bank_reference: &str) -> Batch {
        let payment = PaymentConfirmation {
            payer: payer.to_owned(),
            payment_identifier: format!("TQ{}0", &number[..11]),
            declaration_number: number.to_owned(),
            bank_reference: bank_reference.to_owned(),
            amount: Decimal::from(amount),
            debited_at: datetime(2026, 11, 24, 9, 30, 0, 0),
        };
        let arrival = self.arrival("payments.settled", payer, message::write_payment(&payment));
        self.take::<Confirmation>(what, vec![arrival])
    }

    pub(crate) fn row(&self, reference: &str, version: u32) -> &DeclarationRow {
        let key = DeclarationKey { declarant: DECLARANT.to_owned(), reference: reference.to_owned(), version };
        &self.kept.rows[&key]
    }

    pub(crate) fn number(&self, reference: &str, version: u32) -> String {
        self.row(reference, version).stand.number.expect("it has a number").to_string()
    }

    pub(crate) fn owed(&self, reference: &str, version: u32) -> i64 {
        self.row(reference, version).stand.total_payable.expect("it is registered")
    }

    /// Holds the page against the one that is kept under a name.
    #[track_caller]
    pub(crate) fn tells(&self, name: &str) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans").join(format!("{name}.txt"));
        if std::env::var_os("UPDATE_PLANS").is_some() {
            std::fs::write(&file, &self.page).unwrap();
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            expected == self.page,
            "{name}.txt is not what comes of it; UPDATE_PLANS=1 cargo test -p casework writes it anew:\n{}",
            self.page
        );
    }
}
