//! Which tax codes go with which kinds and goods, and what proves a relief.

use vocabulary::Bilingual;

use crate::code_list::CodeList;
use crate::code_list::entry::{Detail, Treatment};
use crate::code_list::load::Lists;
use crate::code_uses::entry::{CodeUseEntry, CodeUses, GoodsRange, KIND, Proof};
use crate::error::{Problems, RuleError, did_you_mean};
use crate::reading::csv_file::CsvFile;
use crate::reading::dating::Lawbook;
use crate::reading::sources::Sources;
use crate::reading::values::{Fault, hs_prefix, words};
use crate::taxes::code::{TaxCodes, TaxEffect};
use crate::taxes::load::codes::tax;

const PATH: &str = "assessment/code-uses.csv";

/// Reads `assessment/code-uses.csv`, and holds it to the kinds and the codes: what lowers a tax has a row that says what
/// proves it.
pub(crate) fn read(
    sources: &Sources,
    laws: &Lawbook,
    lists: &Lists,
    codes: &TaxCodes,
    problems: &mut Problems,
) -> CodeUses {
    let provenance = laws.of_file(sources, "assessment/code-uses.toml", problems);
    let columns = ["of", "kinds", "goods", "taxes", "proof", "rests_on_en", "rests_on_vi"];
    let table = CsvFile::open(sources, PATH, &columns, &[], problems);
    let (Some(provenance), Some(table)) = (provenance, table) else {
        return CodeUses::default();
    };
    let before = problems.count();
    let mut entries: Vec<CodeUseEntry> = Vec::new();
    table.each(problems, |row, problems| {
        let Some(provenance) = laws.row(row, &provenance, problems) else { return };
        let of = row.get("of");
        let is_kind = of == KIND;
        if !is_kind && codes.of(of).is_empty() {
            let fault = Fault::new(
                format!("`{of}` is neither a tax code of assessment/ nor the word `kind`"),
                "add it to the tax codes, or correct it",
            );
            problems.add(row.error("of", fault));
            return;
        }
        let kinds = row.read("kinds", problems, |cell| kinds(cell, lists));
        let goods = row.read("goods", problems, goods);
        let taxes = row.read("taxes", problems, |cell| cell.split_whitespace().map(tax).collect::<Result<Box<_>, _>>());
        let proof = row.read("proof", problems, |cell| proof(cell, lists));
        let (Some(kinds), Some(goods), Some(taxes), Some(proof)) = (kinds, goods, taxes, proof) else { return };
        if is_kind == taxes.is_empty() {
            let fault = Fault::new(
                "a kind names the taxes that it takes off, and a code is about its own",
                "fill the cell in of a kind, and leave it empty of a code",
            );
            problems.add(row.error("taxes", fault));
            return;
        }
        let reasons = ["rests_on_en", "rests_on_vi"].map(|column| row.get(column));
        if !(proof.by_kind || proof.by_goods) && reasons.contains(&"") {
            let fault = Fault::new("nothing says on what it rests", "name the paper or the fact, in both languages");
            problems.add(row.error("rests_on_en", fault));
            return;
        }
        entries.push(CodeUseEntry {
            of: of.into(),
            kinds,
            goods,
            taxes,
            proof,
            rests_on: Bilingual::new(reasons[0], reasons[1]),
            provenance,
        });
    });
    if problems.count() == before {
        check_complete(&entries, lists, codes, problems);
    }
    CodeUses::new(entries)
}

/// Codes of declaration kinds; `*` for all of them.
fn kinds(cell: &str, lists: &Lists) -> Result<Box<[Box<str>]>, Fault> {
    if cell == "*" {
        return Ok(Box::default());
    }
    if cell.is_empty() {
        return Err(Fault::new("the cell is empty", "write codes of kinds between spaces, or `*` for all"));
    }
    cell.split_whitespace().map(|kind| lists.code(CodeList::DeclarationKinds, kind)).collect()
}

/// Beginnings of tariff codes, `!` before those that are left out; `tariff` for the lines alone that depend on the goods.
fn goods(cell: &str) -> Result<GoodsRange, Fault> {
    let (mut within, mut without, mut by_tariff) = (Vec::new(), Vec::new(), false);
    for word in cell.split_whitespace() {
        match word.strip_prefix('!') {
            _ if word == "tariff" => by_tariff = true,
            Some(left_out) => without.push(hs_prefix(left_out)?),
            None => within.push(hs_prefix(word)?),
        }
    }
    Ok(GoodsRange { within: within.into(), without: without.into(), by_tariff })
}

/// `kind`, `goods`, `list`, `balance`, codes of entitlements; `dossier` where nothing that customs holds proves it.
fn proof(cell: &str, lists: &Lists) -> Result<Proof, Fault> {
    let mut proof = Proof::default();
    let mut entitlements = Vec::new();
    for word in words(cell) {
        match &*word {
            "kind" => proof.by_kind = true,
            "goods" => proof.by_goods = true,
            "list" => proof.by_list = true,
            "balance" => proof.by_balance = true,
            "dossier" => {}
            code => entitlements.push(lists.code(CodeList::Entitlements, code)?),
        }
    }
    if cell.is_empty() {
        return Err(Fault::new(
            "nothing says what proves it",
            "write kind, goods, list, balance, dossier, or codes of code-lists/entitlements.csv",
        ));
    }
    Ok(Proof { entitlements: entitlements.into(), ..proof })
}

/// Whatever lowers a tax has a use, or else a typed code would be believed.
fn check_complete(entries: &[CodeUseEntry], lists: &Lists, codes: &TaxCodes, problems: &mut Problems) {
    let mut missing = |what: String, hint: Option<String>| {
        problems.add(RuleError {
            file: PATH.to_owned(),
            line: None,
            field: Some("of".to_owned()),
            message: what,
            hint,
        });
    };
    for kind in lists.tables.get(&CodeList::DeclarationKinds).into_iter().flat_map(|table| table.all()) {
        let Detail::Kind(detail) = &kind.detail else { continue };
        let lowers = |treatment| {
            matches!(
                treatment,
                Treatment::Exempt | Treatment::NotSubject | Treatment::NotCollected | Treatment::Suspended
            )
        };
        // No export bears a tax beside its duty.
        let import = detail.direction == vocabulary::Direction::Import;
        let lowering = lowers(detail.duty) || (import && lowers(detail.taxes));
        let known =
            entries.iter().any(|entry| *entry.of == *KIND && entry.kinds.iter().any(|known| **known == *kind.code));
        if lowering && !known {
            missing(
                format!("the kind {} lowers a tax, and no row `kind` says which and what proves it", kind.code),
                Some("add a row, or let the kind be `full` in code-lists/declaration-kinds.csv".to_owned()),
            );
        }
    }
    for code in codes.all() {
        let remedy = matches!(
            code.tax,
            vocabulary::DutyType::AntiDumping | vocabulary::DutyType::Countervailing | vocabulary::DutyType::Safeguard
        );
        let lowering = matches!(code.effect, TaxEffect::Exempt | TaxEffect::Reduce | TaxEffect::NotSubject);
        if lowering && !remedy && !entries.iter().any(|entry| entry.of == code.code) {
            let near = did_you_mean(&code.code, entries.iter().map(|entry| &*entry.of));
            missing(
                format!("the code {} lowers a tax, and no row says with which kinds and goods it goes", code.code),
                near.or_else(|| Some("add a row with what proves it, or `dossier`".to_owned())),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::goods;

    #[test]
    fn goods_are_within_and_without() {
        let range = goods("2710 !27101941 tariff").unwrap();
        assert_eq!((&*range.within[0], &*range.without[0], range.by_tariff), ("2710", "27101941", true));
        assert!(goods("27.10").is_err() && goods("!x").is_err());
        assert!(goods("").unwrap().within.is_empty());
    }
}
