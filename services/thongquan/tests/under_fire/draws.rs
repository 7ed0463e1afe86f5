//! Declarations that draw on what customs has granted, several on one balance at the same time: each enterprise has a
//! certificate of origin, a list of exempt goods and a bank's guarantee, and its agents lodge in every partition.

use rust_decimal::Decimal;
use simulator::{Intent, Lodged, tax_code};
use vocabulary::{BalanceLine, Declaration, ExemptionList, Facts, Guarantee, TaxCodeStatus, TraderFacts};

use crate::common;

/// How many enterprises draw. Their tax codes lie beyond those of the other declarations' enterprises.
const ENTERPRISES: u32 = 8;
const FIRST_ENTERPRISE: u32 = 200;
/// How many agents lodge for them, each in a partition, so that what draws on one balance comes in every partition.
const AGENTS: usize = 12;
/// What one declaration takes.
const PIECES: i64 = 50;
/// The value of the goods, in whole dollars.
const INVOICE: i64 = 15_000;

/// How a reference of these begins.
pub(crate) const REFERENCE: &str = "DRAW-";
/// How one begins whose balance has enough for all: who else draws on it makes no difference.
pub(crate) const PLENTY: &str = "DRAW-P";
/// How one begins whose balance has too little: as many are accepted as there is enough for, whichever these are.
pub(crate) const SCARCE: &str = "DRAW-S";

/// A message of an agent, whose name chooses the partition.
#[derive(Clone)]
pub(crate) struct Draw {
    pub(crate) key: String,
    pub(crate) lodged: Lodged,
}

/// The declarations that draw, and what is granted.
pub(crate) struct Draws {
    pub(crate) plenty: Vec<Draw>,
    pub(crate) scarce: Vec<Draw>,
    pub(crate) facts: Facts,
    /// How many of the scarce ones there is enough for.
    pub(crate) enough_for: usize,
}

/// What one enterprise draws on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Certificate,
    List,
    Guarantee,
}

const KINDS: [Kind; 3] = [Kind::Certificate, Kind::List, Kind::Guarantee];

impl Draws {
    /// So many of either sort.
    pub(crate) fn new(plenty: usize, scarce: usize) -> Self {
        let sample = sample();
        let draws =
            |beginning: &str, count: usize| -> Vec<Draw> { (0..count).map(|n| draw(&sample, beginning, n)).collect() };
        let balances = usize::try_from(ENTERPRISES).unwrap() * KINDS.len();
        let mut facts = Facts::default();
        let mut enough_for = 0;
        for enterprise in 0..ENTERPRISES {
            facts.traders.push(trader(enterprise));
            for (sort, count) in [("P", plenty), ("S", scarce)] {
                let asked = count.div_ceil(balances);
                // Of what is scarce there is enough for half.
                let granted = if sort == "P" { asked } else { asked / 2 };
                for (at, kind) in KINDS.into_iter().enumerate() {
                    let own = usize::try_from(enterprise).unwrap() * KINDS.len() + at;
                    let asked = (0..count).filter(|n| n % balances == own).count();
                    enough_for += if sort == "S" { granted.min(asked) } else { 0 };
                    grant(&mut facts, enterprise, kind, sort, granted);
                }
            }
        }
        Self { plenty: draws(PLENTY, plenty), scarce: draws(SCARCE, scarce), facts, enough_for }
    }
}

fn code(enterprise: u32) -> String {
    tax_code(FIRST_ENTERPRISE + enterprise)
}

fn trader(enterprise: u32) -> TraderFacts {
    TraderFacts {
        tax_code: code(enterprise),
        status: TaxCodeStatus::Active,
        compliance_level: 2,
        authorised_operator: false,
        debt_over_90_days: false,
        entitlements: Vec::new(),
    }
}

/// Grants what so many declarations need.
fn grant(facts: &mut Facts, enterprise: u32, kind: Kind, sort: &str, declarations: usize) {
    let quantity = Decimal::from(PIECES) * Decimal::from(declarations);
    match kind {
        Kind::Certificate => {
            let file = common::workspace().join("schemas/facts/1.0/a11-atiga-form-d.toml");
            let sample: Facts = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
            let mut certificate = sample.certificates[0].clone();
            certificate.number = certificate_number(enterprise, sort);
            certificate.consignee.as_mut().unwrap().tax_code = Some(code(enterprise));
            // A certificate of many shipments: its boxes are those of the sample, but for what it covers.
            let item = &mut certificate.items[0];
            (item.quantity, item.remaining) = (Some(quantity), quantity);
            item.fob_value = item.fob_value.map(|value| value * Decimal::from(declarations));
            item.gross_mass = item.gross_mass.map(|mass| mass * Decimal::from(declarations));
            facts.certificates.push(certificate);
        }
        Kind::List => facts.exemption_lists.push(ExemptionList {
            number: list_number(enterprise, sort),
            holder: code(enterprise),
            expires_on: None,
            lines: vec![BalanceLine {
                line: 1,
                commodity_code: Some(VALVES.to_owned()),
                remaining: quantity,
                unit: "UNIT".to_owned(),
            }],
        }),
        Kind::Guarantee => facts.guarantees.push(Guarantee {
            bank: "VCBVVNVX".to_owned(),
            year: 2026,
            sign: "BL".to_owned(),
            number: guarantee_number(enterprise, sort),
            holder: code(enterprise),
            general: true,
            expires_on: None,
            remaining: Decimal::from(OWED) * Decimal::from(declarations),
        }),
    }
}

/// Valves without an agreement's rate: fixed assets may be exempt by a list.
const VALVES: &str = "84818099";
/// What the valves owe, in dong: the guarantee of one declaration.
const OWED: i64 = 73_602_000;

fn certificate_number(enterprise: u32, sort: &str) -> String {
    format!("SMPL2699{enterprise:02}{sort}")
}

fn list_number(enterprise: u32, sort: &str) -> String {
    format!("DM99000{enterprise:04}{sort}")
}

fn guarantee_number(enterprise: u32, sort: &str) -> String {
    format!("99{enterprise:03}{sort}")
}

fn sample() -> Declaration {
    let file = common::workspace().join("schemas/declaration/1.0/samples-valid/a11-atiga-form-d.xml");
    match message::read_declaration(&std::fs::read(file).unwrap()) {
        message::Reading::Read { declaration, .. } => declaration,
        message::Reading::Unreadable { .. } => panic!("the sample is no declaration"),
    }
}

/// The `n`-th declaration of a sort.
fn draw(sample: &Declaration, beginning: &str, n: usize) -> Draw {
    let sort = if beginning == PLENTY { "P" } else { "S" };
    let kind = KINDS[n % KINDS.len()];
    let enterprise = u32::try_from(n / KINDS.len()).unwrap() % ENTERPRISES;
    let mut declaration = sample.clone();
    declaration.reference = Some(format!("{beginning}{n}").into());
    declaration.importer_code = Some(code(enterprise).into());
    let item = &mut declaration.goods_items[0];
    item.quantity = Some(Decimal::from(PIECES));
    item.invoice_value = Some(Decimal::from(INVOICE));
    if kind == Kind::Certificate {
        item.certificate_number = Some(certificate_number(enterprise, sort).into());
    } else {
        item.commodity_code = Some(VALVES.into());
        item.tariff_schedule = Some("B01".into());
        (item.certificate_form, item.certificate_number, item.certificate_date) = (None, None, None);
        // The code of air conditioners goes with them.
        item.other_taxes.clear();
    }
    match kind {
        Kind::Certificate => {}
        Kind::List => {
            item.exemption_code = Some("XN310".into());
            item.exemption_list = Some(list_number(enterprise, sort).into());
            item.exemption_list_line = Some(1);
        }
        Kind::Guarantee => {
            declaration.due_date_code = Some("B".into());
            declaration.guarantee_bank = Some("VCBVVNVX".into());
            declaration.guarantee_year = Some(2026);
            declaration.guarantee_sign = Some("BL".into());
            declaration.guarantee_number = Some(guarantee_number(enterprise, sort).into());
        }
    }
    let lodged = Lodged {
        tax_code: code(enterprise),
        event_id: format!("{beginning}{n}"),
        document: message::write_declaration(&declaration).into_bytes(),
        intent: Intent::Sound,
    };
    // One after the other on a balance come from different agents.
    let turn = n / KINDS.len() / usize::try_from(ENTERPRISES).unwrap();
    Draw { key: format!("agent {}", (turn + n) % AGENTS), lodged }
}
