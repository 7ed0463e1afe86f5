//! Trade remedies: the measures, and the rates of each.

use vocabulary::{Bilingual, DutyType};

use crate::code_list::CodeList;
use crate::code_list::load::Lists;
use crate::error::{Problems, did_you_mean};
use crate::reading::csv_file::{CsvFile, Row};
use crate::reading::dating::{Lawbook, version};
use crate::reading::sources::Sources;
use crate::reading::toml_file::{Section, TomlFile};
use crate::reading::values::{self, Fault, hs_prefix, word};
use crate::taxes::code::{TaxCodeEntry, TaxEffect};
use crate::taxes::load::codes::{add_code, tax};
use crate::trade_remedies::measure::{CaseRate, RemedyCase, TradeRemedies};

/// Reads the measures of `trade-remedies.toml`, and their rates, which become tax codes, from the CSV file beside it.
pub(crate) fn read(
    sources: &Sources,
    laws: &Lawbook,
    lists: &Lists,
    codes: &mut Vec<TaxCodeEntry>,
    problems: &mut Problems,
) -> TradeRemedies {
    let mut remedies = TradeRemedies::default();
    let Some(file) = TomlFile::open(sources, "assessment/trade-remedies.toml", problems) else {
        sources.mark_used("assessment/trade-remedies.csv");
        return remedies;
    };
    let root = file.root();
    for section in root.list("proof_of_other_origin", problems) {
        let days = section.integer("days", (1, 3660), problems);
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        if let (Some(days), Some(provenance)) = (days, provenance) {
            version(&mut remedies.proof_days, days, provenance, &section, problems);
        }
    }
    for section in root.list("case", problems) {
        let Some(case) = case(&section, laws, lists, problems) else { continue };
        if remedies.cases.iter().any(|known| known.id == case.id && known.provenance.overlaps(&case.provenance)) {
            problems.add(section.error(
                "id",
                Fault::new(format!("`{}` stands twice for the same days", case.id), "give each measure its own id"),
            ));
            continue;
        }
        remedies.add(case);
    }
    root.finish(problems);
    let columns = ["code", "case", "maker", "origin", "rate", "amount", "currency", "unit", "name_en", "name_vi"];
    let Some(table) = CsvFile::open(sources, "assessment/trade-remedies.csv", &columns, &[], problems) else {
        return remedies;
    };
    table.each(problems, |row, problems| rate(row, &mut remedies.cases, laws, lists, codes, problems));
    remedies
}

fn case(section: &Section<'_>, laws: &Lawbook, lists: &Lists, problems: &mut Problems) -> Option<RemedyCase> {
    let id = section.text("id", problems);
    let kind = section.text("type", problems);
    let name_en = section.text("name_en", problems);
    let name_vi = section.text("name_vi", problems);
    let goods = section.text("goods", problems);
    let hs = section.texts("hs", problems);
    let origins = section.texts("origins", problems);
    let provenance = laws.dated(section, problems);
    section.finish(problems);
    let mut faulty = |field, fault| problems.add(section.error(field, fault));
    let kind = kind.and_then(|kind| {
        tax(kind)
            .and_then(|tax| match tax {
                DutyType::AntiDumping | DutyType::Countervailing | DutyType::Safeguard => Ok(tax),
                _ => Err(Fault::new(
                    format!("{tax} is no trade remedy"),
                    "write anti_dumping, countervailing or safeguard",
                )),
            })
            .map_err(|fault| faulty("type", fault))
            .ok()
    });
    let all_goods = goods
        .and_then(|goods| word(goods, &[("all", true), ("some", false)]).map_err(|fault| faulty("goods", fault)).ok());
    if hs.is_empty() {
        faulty("hs", Fault::new("the measure is on no goods", "list the beginnings of its tariff codes"));
        return None;
    }
    let hs: Result<Box<[_]>, _> = hs.into_iter().map(hs_prefix).collect();
    let hs = hs.map_err(|fault| faulty("hs", fault)).ok();
    let origins: Result<Box<[_]>, _> =
        origins.into_iter().map(|country| lists.code(CodeList::Countries, country)).collect();
    let origins = origins.map_err(|fault| faulty("origins", fault)).ok();
    Some(RemedyCase {
        id: id?.into(),
        tax: kind?,
        name: Bilingual::new(name_en?, name_vi?),
        hs: hs?,
        all_goods: all_goods?,
        origins: origins?,
        rates: Vec::new(),
        provenance: provenance?,
    })
}

/// A percentage, or an amount for each unit, of a maker of the measure; without a maker it is for all others.
fn rate(
    row: &Row<'_>,
    cases: &mut [RemedyCase],
    laws: &Lawbook,
    lists: &Lists,
    codes: &mut Vec<TaxCodeEntry>,
    problems: &mut Problems,
) {
    let id = row.get("case");
    let Some(at) = cases.iter().position(|case| *case.id == *id) else {
        problems.add(row.error(
            "case",
            Fault {
                message: format!("`{id}` is not a measure of assessment/trade-remedies.toml"),
                hint: did_you_mean(id, cases.iter().map(|case| &*case.id)),
            },
        ));
        return;
    };
    let case = &mut cases[at];
    let effect = match (row.get("rate").is_empty(), row.get("amount").is_empty()) {
        (false, true) => row.read("rate", problems, values::percent).map(TaxEffect::Rate),
        (true, false) => match lists.amount(row, problems) {
            (Some(amount), Some(currency), Some(unit)) => Some(TaxEffect::Amount { amount, currency, unit }),
            _ => None,
        },
        _ => {
            problems.add(row.error(
                "rate",
                Fault::new(
                    "the row needs a rate or an amount",
                    "fill in one of the two, an amount with currency and unit",
                ),
            ));
            None
        }
    };
    let origin = row.read_optional("origin", problems, |cell| {
        if !case.origins.is_empty() && !case.origins.iter().any(|origin| **origin == *cell) {
            return Err(Fault::new(
                format!("the measure is not on goods of `{cell}`"),
                "name one of the origins of the case, or leave the cell empty",
            ));
        }
        lists.code(CodeList::Countries, cell)
    });
    let (Some(effect), Some(origin)) = (effect, origin) else { return };
    let provenance = case.provenance.clone();
    let Some(code) = add_code(row, "trade-remedies", case.tax, effect, &provenance, laws, codes, problems) else {
        return;
    };
    let maker = row.get("maker");
    case.rates.push(CaseRate { code, maker: (!maker.is_empty()).then(|| maker.into()), origin });
}
