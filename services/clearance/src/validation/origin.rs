//! Claims to the rates of trade agreements, and the proofs of origin that they rest on.
//!
//! ```text
//!              ┌ claim: what is declared of the proof ───────────────► not given: refused, or without the preference
//! each line ─► │                              customs holds the proof
//!              └► document, back_to_back, self_certification, consignment   (once for each proof)
//!                 goods, criterion                                          (each item of the line's goods)
//!                 quantity                                    (all lines together) ──► given, with what is used up
//! ```
//!
//! A check only says what is wrong. What follows, under which law, is data: `rules/origin/checks.toml`. A proof that
//! customs has not received is not at fault: it arrives on its own, and the preference is given on its reference.

mod claim;

mod fault;

mod document;

mod back_to_back;

mod self_certification;

mod consignment;

mod goods;

mod criterion;

mod regional_value;

mod quantity;

use rulebook::{OriginCheck, OriginParameter};
use rust_decimal::prelude::ToPrimitive as _;
use vocabulary::declaration::goods_item;
use vocabulary::{Balance, Declaration, WriteOff};

pub(crate) use self::claim::Claim;
use self::claim::Desk;
use self::fault::{Faults, Proof};
use self::quantity::{Draw, Ledger, Need};
use super::Report;
use super::line::ResolvedLine;
use crate::context::Context;

/// The claims of a declaration's lines, in their order; `None` for a line that makes none, or none that the tariff allows.
pub(crate) fn examine<'c>(
    lodged: &'c Declaration,
    lines: &[ResolvedLine<'c>],
    context: &Context<'c>,
    report: &mut Report<'_>,
) -> Vec<Option<Claim<'c>>> {
    let mut desk = Desk { rules: context.rules, report, said: Vec::new() };
    let mut claims: Vec<Option<Claim<'c>>> = lines.iter().map(|line| desk.open(lodged, line, &context.facts)).collect();
    // What is found of a proof as a whole is the same for each of its lines.
    let mut documents: Vec<(Proof<'c>, Faults)> = Vec::new();
    let mut served: Vec<Line<'c>> = Vec::new();
    for claim in claims.iter_mut().flatten().filter(|claim| claim.is_given()) {
        let mut faults = Faults::default();
        let from = loaded_in(claim);
        consignment::direct(lodged, claim.agreement, from.unwrap_or_default(), &mut faults);
        desk.apply(claim, &faults);
        let Some(certificate) = claim.certificate else { continue };
        let proof = Proof { certificate, agreement: claim.agreement, rules: context.rules, lodged };
        let known = documents.iter().find(|(known, _)| {
            std::ptr::eq(known.certificate, certificate) && known.agreement.id() == claim.agreement.id()
        });
        let found = match known {
            Some((_, found)) => found.clone(),
            None => {
                let found = document_faults(&proof);
                documents.push((proof, found.clone()));
                found
            }
        };
        desk.apply(claim, &found);
        if let Some(need) = goods_of(&mut desk, claim, &proof) {
            served.push(Line { position: claim.position, proof, need });
        }
    }
    quantities(&mut desk, &mut claims, served);
    claims
}

/// A line that is to be served from a proof.
struct Line<'c> {
    position: usize,
    proof: Proof<'c>,
    need: Need,
}

/// Where the goods are expected to be loaded: in the issuing state, or the origin while the proof is not known.
fn loaded_in<'c>(claim: &Claim<'c>) -> Option<&'c str> {
    let origin = claim.item.origin.as_deref();
    claim.certificate.map(|certificate| certificate.issuing_country.as_str()).or(origin)
}

fn document_faults(proof: &Proof<'_>) -> Faults {
    let mut faults = Faults::default();
    document::check(proof, &mut faults);
    back_to_back::check(proof, &mut faults);
    self_certification::check(proof, &mut faults);
    consignment::check(proof, &mut faults);
    faults.add(
        OriginCheck::ProcessingNotDecided,
        goods_item::certificate_number,
        None,
        [
            "whether the processing is more than minimal and the rule of the product is met is for an officer"
                .to_owned(),
            "công đoạn gia công đơn giản và quy tắc cụ thể mặt hàng do công chức xem xét".to_owned(),
        ],
        ["look at the goods and the producer", "xem xét hàng hóa và nhà sản xuất"],
    );
    faults
}

/// The items of the proof that are of the line's goods and give a preference, and what the line needs of them. `None` when
/// there is nothing to take.
fn goods_of(desk: &mut Desk<'_, '_>, claim: &mut Claim<'_>, proof: &Proof<'_>) -> Option<Need> {
    let mut faults = Faults::default();
    let found = goods::of_line(proof, claim.item, &mut faults);
    desk.apply(claim, &faults);
    let checked: Vec<(usize, Faults)> = found.into_iter().map(|at| (at, item_faults(proof, at))).collect();
    let good = |faults: &Faults| {
        faults.list.iter().all(|fault| {
            let treatment = desk.rules.origin().check(fault.check, claim.agreement.id());
            treatment.is_ok_and(|treatment| treatment.is_none_or(|treatment| !treatment.value.ends_preference()))
        })
    };
    let usable: Vec<usize> = checked.iter().filter(|(_, faults)| good(faults)).map(|(at, _)| *at).collect();
    // One good item is enough; without one, the first says why.
    let said: Vec<&(usize, Faults)> = checked
        .iter()
        .filter(|(at, _)| usable.contains(at))
        .chain(checked.iter().filter(|_| usable.is_empty()).take(1))
        .collect();
    for (_, faults) in said {
        desk.apply(claim, faults);
    }
    if !claim.is_given() || usable.is_empty() {
        return None;
    }
    let need = Need::of(claim.item, proof, &usable);
    if need.is_none() {
        let printed: Vec<&str> = usable.iter().map(|at| proof.certificate.items[*at].unit.as_str()).collect();
        let printed = printed.join(", ");
        let mut faults = Faults::default();
        faults.add(
            OriginCheck::UnitNotConvertible,
            goods_item::quantity_unit,
            claim.item.quantity_unit.as_deref().map(str::to_owned),
            [
                format!("the certificate counts the goods by {printed}, which cannot be compared with the quantity"),
                format!("giấy chứng nhận tính theo {printed}, không quy đổi được với số lượng đã khai"),
            ],
            [
                "enter the second quantity in the unit of the certificate",
                "nhập số lượng (2) theo đơn vị tính của giấy chứng nhận",
            ],
        );
        desk.apply(claim, &faults);
    }
    need
}

fn item_faults(proof: &Proof<'_>, at: usize) -> Faults {
    let item = &proof.certificate.items[at];
    let mut faults = Faults::default();
    goods::edition(proof, item, &mut faults);
    criterion::check(proof, item, &mut faults);
    back_to_back::check_item(proof, item, &mut faults);
    self_certification::check_item(proof, item, &mut faults);
    faults
}

/// Serves the lines from what is left of their proofs. Lines are served by what they are, not by where they stand, so that
/// their order does not matter; a line that takes exactly what is left of an item comes first.
fn quantities<'c>(desk: &mut Desk<'_, '_>, claims: &mut [Option<Claim<'c>>], mut lines: Vec<Line<'c>>) {
    let mut ledgers: Vec<Ledger<'c>> = Vec::new();
    lines.sort_by(|a, b| order(a).cmp(&order(b)).then(a.position.cmp(&b.position)));
    let mut waiting = Vec::new();
    for line in lines {
        if !ledgers.iter().any(|ledger| ledger.is_of(line.proof.certificate)) {
            let decimals = line.proof.figure(OriginParameter::WriteOffDecimals, &mut Faults::default());
            let decimals = decimals.and_then(|decimals| decimals.to_u32()).unwrap_or_default();
            ledgers.push(Ledger::new(&line.proof, decimals));
        }
        let ledger = ledgers.iter_mut().find(|ledger| ledger.is_of(line.proof.certificate));
        match ledger.and_then(|ledger| ledger.take_exactly(&line.need)) {
            Some(draws) => record(claims, &line, &draws),
            None => waiting.push(line),
        }
    }
    for line in waiting {
        let Some(ledger) = ledgers.iter_mut().find(|ledger| ledger.is_of(line.proof.certificate)) else { continue };
        if let Some(draws) = ledger.take(&line.need) {
            record(claims, &line, &draws);
            continue;
        }
        let Some(claim) = claims.get_mut(line.position).and_then(Option::as_mut) else { continue };
        let left = ledger.left_for(&line.need);
        let declared = format!("{} {}", vocabulary::duty::plain(line.need.declared), line.need.unit);
        let mut faults = Faults::default();
        faults.add(
            OriginCheck::QuantityExceeded,
            goods_item::quantity,
            Some(vocabulary::duty::plain(line.need.declared)),
            [
                format!("the line has {declared}; for it the certificate has {left} left"),
                format!("dòng hàng khai {declared}; giấy chứng nhận chỉ còn {left}"),
            ],
            [
                "check the quantity, or enter the rest on a line of its own with B01 or another certificate",
                "kiểm tra số lượng, hoặc khai phần vượt thành dòng riêng với B01 hoặc giấy chứng nhận khác",
            ],
        );
        desk.apply(claim, &faults);
        if claim.is_given() {
            let draws = ledger.take_what_is_left(&line.need);
            record(claims, &line, &draws);
        }
    }
}

/// What a line is, as far as it decides on who is served first.
fn order<'l>(line: &'l Line<'_>) -> (&'l str, Option<&'l str>, Option<&'l str>, (&'l str, rust_decimal::Decimal)) {
    let item = line.proof.lodged.goods_items.get(line.position);
    (
        line.proof.agreement.id(),
        item.and_then(|item| item.commodity_code.as_deref()),
        item.and_then(|item| item.origin.as_deref()),
        line.need.order(),
    )
}

fn record(claims: &mut [Option<Claim<'_>>], line: &Line<'_>, draws: &[Draw]) {
    let Some(claim) = claims.get_mut(line.position).and_then(Option::as_mut) else { return };
    let certificate = line.proof.certificate;
    for draw in draws {
        let item = &certificate.items[draw.item];
        if let Some(proof) = &mut claim.preference.proof {
            proof.items.push(item.line);
        }
        claim.write_offs.push(WriteOff {
            balance: Balance::Certificate {
                form: certificate.form.clone(),
                number: certificate.number.clone(),
                issuing_country: certificate.issuing_country.clone(),
                line: item.line,
            },
            amount: draw.amount,
            unit: item.unit.clone(),
            item: None,
        });
    }
}
