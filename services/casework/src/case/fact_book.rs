//! Facts besides declarations: how they are kept, which of them a declaration names, and what is left of them while the
//! declarations of a batch use them up one after the other.
//!
//! ```text
//! facts ──► to_keep ──► storage ──► prefetched ──► FactBook ──► facts of a case ──► decision
//!                          ▲                          ▲                                │
//!                          └──────── commit ◄──── write-offs ◄─────────────────────────┘
//! ```
//!
//! A declaration sees what those before it in the batch left. That no other batch has changed it since it was read is
//! for the database to say, when it commits.

use std::collections::{BTreeMap, HashMap, HashSet};

use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use storage::{BalanceKey, BranchRow, DeclarationKey, Fact, FactKey, FactRow, Grant, Prefetched};
use vocabulary::{
    Balance, BalanceLine, CaseFacts, Declaration, DeclarationNumber, ExemptionList, Facts, Guarantee, Lane,
    OriginCertificate, RoutedBranch, State, TemporaryDeclaration, TraderFacts, WriteOff,
};

use crate::plan::Plan;
use crate::recordable::Unrecordable;

const CERTIFICATE: &str = "certificate";
const EXEMPTION_LIST: &str = "exemption_list";
const TEMPORARY_DECLARATION: &str = "temporary_declaration";
const GUARANTEE: &str = "guarantee";
const BRANCH: &str = "branch";

/// The line of the balance of what has no lines.
const WHOLE: u32 = 0;

/// A kind and a name, by which a declaration names a fact.
type Name = (String, String);

fn certificate_name(form: &str, number: &str) -> String {
    // As `OriginCertificate::is_named` compares: without spaces, and whatever the case of the letters.
    let letters = number.chars().filter(|letter| !letter.is_whitespace()).map(|letter| letter.to_ascii_uppercase());
    joined(&[form, &letters.collect::<String>()])
}

fn guarantee_name(bank: &str, year: u64, sign: &str, number: &str) -> String {
    joined(&[bank, &year.to_string(), sign, number])
}

/// Several texts as one, from which they could be told again, whatever they hold.
fn joined(parts: &[&str]) -> String {
    serde_json::Value::from(parts.to_vec()).to_string()
}

fn fact_key(kind: &str, name: String, qualifier: &str) -> FactKey {
    FactKey { kind: kind.to_owned(), name, qualifier: qualifier.to_owned() }
}

fn certificate_key(form: &str, number: &str, issuing_country: &str) -> FactKey {
    // Numbers are unique within the issuing country alone.
    fact_key(CERTIFICATE, certificate_name(form, number), issuing_country)
}

/// The key that a balance is kept under.
fn balance_key(balance: &Balance) -> BalanceKey {
    match balance {
        Balance::Certificate { form, number, issuing_country, line } => {
            BalanceKey { fact: certificate_key(form, number, issuing_country), line: *line }
        }
        Balance::ExemptionList { number, line } => {
            BalanceKey { fact: fact_key(EXEMPTION_LIST, number.clone(), ""), line: *line }
        }
        Balance::TemporaryDeclaration { number, line } => {
            BalanceKey { fact: fact_key(TEMPORARY_DECLARATION, number.clone(), ""), line: *line }
        }
        Balance::Guarantee { bank, year, sign, number } => BalanceKey {
            fact: fact_key(GUARANTEE, guarantee_name(bank, u64::from(*year), sign, number), ""),
            line: WHOLE,
        },
    }
}

/// Facts as a database keeps them. What they say is left is what they grant: the database counts what declarations use
/// of it from then on.
///
/// # Errors
/// When one cannot be written, which no fact that was read can cause.
pub fn facts_to_keep(facts: &Facts) -> Result<storage::Facts, serde_json::Error> {
    let mut kept = storage::Facts::default();
    for trader in &facts.traders {
        kept.traders.push((trader.tax_code.clone(), serde_json::to_vec(trader)?));
    }
    let lines = |lines: &[BalanceLine]| -> Vec<Grant> {
        let grant = |line: &BalanceLine| Grant { line: line.line, granted: line.remaining, unit: line.unit.clone() };
        lines.iter().map(grant).collect()
    };
    for known in &facts.certificates {
        let consignee = known.consignee.as_ref().and_then(|consignee| consignee.tax_code.clone());
        kept.facts.push(Fact {
            key: certificate_key(&known.form, &known.number, &known.issuing_country),
            holder: consignee.unwrap_or_default(),
            document: serde_json::to_vec(known)?,
            grants: known
                .items
                .iter()
                .map(|item| Grant { line: item.line, granted: item.remaining, unit: item.unit.clone() })
                .collect(),
        });
    }
    for known in &facts.exemption_lists {
        kept.facts.push(Fact {
            key: fact_key(EXEMPTION_LIST, known.number.clone(), ""),
            holder: known.holder.clone(),
            document: serde_json::to_vec(known)?,
            grants: lines(&known.lines),
        });
    }
    for known in &facts.temporary_declarations {
        kept.facts.push(Fact {
            key: fact_key(TEMPORARY_DECLARATION, known.number.clone(), ""),
            holder: known.holder.clone(),
            document: serde_json::to_vec(known)?,
            grants: lines(&known.lines),
        });
    }
    for known in &facts.guarantees {
        let name = guarantee_name(&known.bank, u64::from(known.year), &known.sign, &known.number);
        kept.facts.push(Fact {
            key: fact_key(GUARANTEE, name, ""),
            holder: known.holder.clone(),
            document: serde_json::to_vec(known)?,
            grants: vec![Grant { line: WHOLE, granted: known.remaining, unit: "VND".to_owned() }],
        });
    }
    for known in &facts.branches {
        kept.facts.push(Fact {
            key: fact_key(BRANCH, known.first_declaration.clone(), &known.number),
            holder: String::new(),
            document: serde_json::to_vec(known)?,
            grants: Vec::new(),
        });
    }
    Ok(kept)
}

/// The number of the first declaration of the consignment, where a branch names one. The first branch itself declares F.
fn first_declaration(declaration: &Declaration) -> Option<&str> {
    declaration.first_declaration_number.as_deref().filter(|number| *number != "F")
}

/// The digits that a number keeps through amendments.
fn stem(number: &str) -> String {
    vocabulary::number::stem(number).to_owned()
}

/// What declarations name and is to be looked up.
#[derive(Default)]
pub(crate) struct Names {
    facts: HashSet<Name>,
    branches: HashSet<(String, String)>,
}

impl Names {
    /// Adds what a declaration names.
    pub(crate) fn extend(&mut self, declaration: &Declaration, declarant: &str) {
        for item in &declaration.goods_items {
            if let (Some(form), Some(number)) = (&item.certificate_form, &item.certificate_number) {
                self.facts.insert((CERTIFICATE.to_owned(), certificate_name(form, number)));
            }
            if let Some(number) = &item.exemption_list {
                self.facts.insert((EXEMPTION_LIST.to_owned(), number.to_string()));
            }
        }
        if let Some(number) = declaration.temporary_declaration_number {
            self.facts.insert((TEMPORARY_DECLARATION.to_owned(), format!("{number:012}")));
        }
        if let Some(name) = guarantee_of(declaration) {
            self.facts.insert((GUARANTEE.to_owned(), name));
        }
        if let Some(first) = first_declaration(declaration) {
            self.facts.insert((BRANCH.to_owned(), first.to_owned()));
            self.branches.insert((declarant.to_owned(), stem(first)));
        }
    }

    /// Adds what a decision took.
    pub(crate) fn extend_taken(&mut self, taken: &[WriteOff]) {
        self.facts
            .extend(taken.iter().map(|taken| balance_key(&taken.balance).fact).map(|fact| (fact.kind, fact.name)));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.branches.is_empty()
    }

    /// Facts and branches, in an order of their own.
    pub(crate) fn into_lists(self) -> (Vec<Name>, Vec<(String, String)>) {
        let (mut facts, mut branches): (Vec<_>, Vec<_>) =
            (self.facts.into_iter().collect(), self.branches.into_iter().collect());
        facts.sort();
        branches.sort();
        (facts, branches)
    }
}

fn guarantee_of(declaration: &Declaration) -> Option<String> {
    Some(guarantee_name(
        declaration.guarantee_bank.as_deref()?,
        declaration.guarantee_year?,
        declaration.guarantee_sign.as_deref()?,
        declaration.guarantee_number.as_deref()?,
    ))
}

/// The stem of the number of a consignment's first declaration, for a branch under the number that customs gives it.
pub(crate) fn first_stem(declaration: &Declaration, number: Option<DeclarationNumber>) -> Option<String> {
    match declaration.first_declaration_number.as_deref() {
        Some("F") => number.map(DeclarationNumber::stem),
        first => first.map(stem),
    }
}

/// Facts of traders as they are kept.
fn known_traders(kept: HashMap<String, Vec<u8>>) -> HashMap<String, TraderFacts> {
    let known = kept.into_iter().filter_map(|(tax_code, facts)| match serde_json::from_slice(&facts) {
        Ok(facts) => Some((tax_code, facts)),
        Err(error) => {
            // The reader's own words quote what they stumble over.
            let (line, column) = (error.line(), error.column());
            tracing::error!(line, column, "kept facts of a trader cannot be read; the trader is taken as unknown");
            None
        }
    });
    known.collect()
}

/// Whether something is taken or given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Taken,
    GivenBack,
}

/// At which step of a declaration's life something is taken or given back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) declaration: &'a DeclarationKey,
    pub(crate) log_sequence: i64,
    pub(crate) at_ms: i64,
}

/// Facts that declarations of a batch name, with what the batch has left of them so far.
#[derive(Debug, Default)]
pub(crate) struct FactBook {
    /// The rows of each name in the order of what tells them apart.
    facts: HashMap<Name, BTreeMap<String, FactRow>>,
    remaining: HashMap<BalanceKey, Decimal>,
    branches: HashMap<(String, String), Vec<BranchRow>>,
    traders: HashMap<String, TraderFacts>,
}

/// What a case may depend on besides the declaration and the rules.
#[derive(Debug, Default)]
pub(crate) struct Knowledge<'b> {
    trader: Option<&'b TraderFacts>,
    facts: Facts,
}

impl Knowledge<'_> {
    pub(crate) fn facts(&self) -> CaseFacts<'_> {
        CaseFacts { trader: self.trader, ..self.facts.for_case(None) }
    }
}

impl FactBook {
    /// The facts that were looked up.
    pub(crate) fn new(prefetched: &mut Prefetched) -> Self {
        let traders = known_traders(std::mem::take(&mut prefetched.traders));
        let mut book = Self { branches: std::mem::take(&mut prefetched.branches), traders, ..Self::default() };
        for (key, row) in std::mem::take(&mut prefetched.facts) {
            for (line, remaining) in &row.remaining {
                book.remaining.insert(BalanceKey { fact: key.clone(), line: *line }, *remaining);
            }
            book.facts.entry((key.kind, key.name)).or_default().insert(key.qualifier, row);
        }
        book
    }

    /// What a declaration may depend on, with what is left for it: after the steps before it, and with what is given
    /// back once it takes the place of another.
    pub(crate) fn case(
        &self,
        declaration: &Declaration,
        declarant: &str,
        plan: &Plan,
        given_back: &[WriteOff],
    ) -> Knowledge<'_> {
        Knowledge {
            trader: self.traders.get(declarant),
            facts: self.named_facts(declaration, declarant, plan, given_back),
        }
    }

    fn named_facts(&self, declaration: &Declaration, declarant: &str, plan: &Plan, given_back: &[WriteOff]) -> Facts {
        let mut names = Names::default();
        names.extend(declaration, declarant);
        let mut facts = Facts::default();
        if names.is_empty() {
            return facts;
        }
        let (names, _) = names.into_lists();
        let left = |balance: &Balance| {
            let back = given_back.iter().filter(|taken| taken.balance == *balance).map(|taken| taken.amount);
            // Without a balance nothing is left: better a refusal that an officer mends than a balance used twice.
            self.remaining.get(&balance_key(balance)).copied().unwrap_or_default() + back.sum::<Decimal>()
        };
        for name in &names {
            match name.0.as_str() {
                CERTIFICATE => facts.certificates.extend(self.read(name).map(|mut known: OriginCertificate| {
                    let (form, number) = (known.form.clone(), known.number.clone());
                    let issuing_country = known.issuing_country.clone();
                    for item in &mut known.items {
                        item.remaining = left(&Balance::Certificate {
                            form: form.clone(),
                            number: number.clone(),
                            issuing_country: issuing_country.clone(),
                            line: item.line,
                        });
                    }
                    known
                })),
                EXEMPTION_LIST => facts.exemption_lists.extend(self.read(name).map(|mut known: ExemptionList| {
                    for line in &mut known.lines {
                        line.remaining =
                            left(&Balance::ExemptionList { number: known.number.clone(), line: line.line });
                    }
                    known
                })),
                TEMPORARY_DECLARATION => {
                    facts.temporary_declarations.extend(self.read(name).map(|mut known: TemporaryDeclaration| {
                        for line in &mut known.lines {
                            line.remaining =
                                left(&Balance::TemporaryDeclaration { number: known.number.clone(), line: line.line });
                        }
                        known
                    }));
                }
                GUARANTEE => facts.guarantees.extend(self.read(name).map(|mut known: Guarantee| {
                    known.remaining = left(&Balance::Guarantee {
                        bank: known.bank.clone(),
                        year: known.year,
                        sign: known.sign.clone(),
                        number: known.number.clone(),
                    });
                    known
                })),
                _ => facts.branches.extend(self.read::<RoutedBranch>(name)),
            }
        }
        self.add_branches(&mut facts.branches, declaration, declarant, plan);
        facts
    }

    fn read<'b, T: DeserializeOwned>(&'b self, name: &Name) -> impl Iterator<Item = T> + use<'b, T> {
        self.facts.get(name).into_iter().flat_map(BTreeMap::values).filter_map(|row| {
            serde_json::from_slice(&row.document)
                .inspect_err(|error| {
                    let (line, column) = (error.line(), error.column());
                    tracing::error!(line, column, "a kept fact cannot be read; it is taken as unknown");
                })
                .ok()
        })
    }

    /// Adds the branches of the consignment that customs routed itself, as the batch has changed them so far.
    fn add_branches(&self, branches: &mut Vec<RoutedBranch>, declaration: &Declaration, declarant: &str, plan: &Plan) {
        let Some(first) = first_declaration(declaration) else { return };
        let first_stem = stem(first);
        let mut routed: BTreeMap<String, (DeclarationNumber, Option<Lane>)> = BTreeMap::new();
        for row in self.branches.get(&(declarant.to_owned(), first_stem.clone())).into_iter().flatten() {
            routed.insert(row.number.stem(), (row.number, Some(row.lane)));
        }
        let counts = |state: State| !matches!(state, State::Superseded | State::Cancelled);
        for update in plan.updates.iter().filter(|update| update.key.declarant == declarant) {
            let Some(number) = update.stand.number else { continue };
            if let Some(known) = routed.get_mut(&number.stem()) {
                known.1 = update.stand.lane.filter(|_| counts(update.stand.state));
            }
        }
        let of_declarant = plan.declarations.iter().filter(|new| new.lodged.key.declarant == declarant);
        for new in of_declarant.filter(|new| counts(new.stand.state)) {
            let is_branch = new.searched.first_stem.as_ref() == Some(&first_stem);
            if let Some(number) = new.stand.number.filter(|_| is_branch) {
                routed.insert(number.stem(), (number, new.stand.lane));
            }
        }
        if let Some(own) = declaration.number.as_deref() {
            routed.remove(&stem(own));
        }
        branches.retain(|known| !routed.contains_key(&stem(&known.number)));
        branches.extend(routed.into_values().filter_map(|(number, lane)| {
            Some(RoutedBranch { first_declaration: first.to_owned(), number: number.to_string(), lane: lane? })
        }));
    }

    /// Writes into a step what a declaration takes or gives back.
    ///
    /// # Errors
    /// When a balance is not kept that something is taken from or given back to.
    pub(crate) fn write_off(
        &self,
        step: &mut Plan,
        moment: Moment<'_>,
        way: Way,
        write_offs: &[WriteOff],
    ) -> Result<(), Unrecordable> {
        let mut amounts: BTreeMap<BalanceKey, Decimal> = BTreeMap::new();
        for write_off in write_offs {
            *amounts.entry(balance_key(&write_off.balance)).or_default() += write_off.amount;
        }
        for (balance, amount) in amounts {
            let earlier = step.write_offs.iter().rev().find(|earlier| earlier.balance == balance);
            let Some(before) = earlier.map(|earlier| earlier.after).or_else(|| self.remaining.get(&balance).copied())
            else {
                // Its name is the number of somebody's certificate or guarantee, and stays out of the log.
                return Err(Unrecordable::Balance { kind: balance.fact.kind, line: balance.line });
            };
            // Below zero the database refuses it, which is the last of the safeguards.
            let after = if way == Way::Taken { before - amount } else { before + amount };
            step.write_offs.push(storage::WriteOff {
                declaration: moment.declaration.clone(),
                log_sequence: moment.log_sequence,
                at_ms: moment.at_ms,
                balance,
                before,
                after,
            });
        }
        Ok(())
    }

    /// Goes on from what a step has left.
    pub(crate) fn absorb(&mut self, step: &Plan) {
        for write_off in &step.write_offs {
            self.remaining.insert(write_off.balance.clone(), write_off.after);
        }
    }
}

#[cfg(test)]
mod tests;
