//! From files to a rulebook: every file is read, every mistake is reported.

pub(crate) mod seal;

mod sources;

mod values;

mod toml_file;

mod csv_file;

mod dating;

mod code_lists;

mod aliases;

mod agreements;

mod tariff;

mod taxes;

mod code_uses;

mod specific_rates;

mod trade_remedies;

mod tariff_quotas;

mod valuation;

mod origin;

mod conditional;

mod life_cycle;

mod rule_tests;

mod coded_fields;

mod permits;

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Problems, RuleErrors};
use crate::index::RuleIndex;
use crate::load::dating::Lawbook;
use crate::load::sources::Sources;
use crate::rulebook::Rulebook;

/// Reads and checks a folder of rules.
pub(crate) fn load(folder: &Path) -> Result<Rulebook, RuleErrors> {
    load_with(folder, &BTreeMap::new())
}

/// The same, with some files as they would be rather than as they are.
pub(crate) fn load_with(folder: &Path, changed: &BTreeMap<String, String>) -> Result<Rulebook, RuleErrors> {
    let mut problems = Problems::default();
    let sources = Sources::read(folder, changed, &mut problems);
    let rulebook = read(&sources, &mut problems);
    sources.report_unused(&[], &mut problems);
    problems.into_result()?;
    // Reading leaves nothing out without a problem, so that this is never reached; it stands here in place of a panic.
    rulebook.ok_or_else(|| RuleErrors {
        errors: vec![sources::whole_file(".".into(), "the rulebook is incomplete")],
        left_out: 0,
    })
}

fn read(sources: &Sources, problems: &mut Problems) -> Option<Rulebook> {
    let laws = Lawbook::read(sources, problems);
    let lists = code_lists::read(sources, &laws, problems);
    let tariff = tariff::read(sources, &laws, &lists, problems);
    let mut agreements = agreements::read(sources, &laws, &lists, problems);
    agreements::read_tables(sources, &mut agreements, &laws, tariff.lines(), problems);
    let agreement_ids: Vec<&str> = agreements.iter().map(|entry| &*entry.agreement.id).collect();
    let taxes = taxes::read(sources, &laws, &lists, tariff.lines(), &agreement_ids, problems);
    let code_uses = code_uses::read(sources, &laws, &lists, taxes.codes(), problems);
    let valuation = valuation::read(sources, &laws, &lists, problems);
    let origin = origin::read(sources, &laws, &lists, &agreements, problems);
    code_lists::check_references(&lists, &agreements, &taxes, problems);
    let aliases = aliases::read(sources, &laws, &lists, &taxes, problems);

    let test_bases = rule_tests::bases(sources, problems);
    let mut validation = conditional::validation(sources, &laws, &test_bases, problems);
    validation.extend(permits::read(sources, &laws, &test_bases, problems));
    let coded_fields = coded_fields::read(sources, &laws, problems);
    let criteria = conditional::criteria(sources, &laws, &test_bases, problems);

    let life_cycle = life_cycle::read(sources, &laws, problems);

    let (files, bytes) = sources.size();
    let tariff = tariff.complete()?;
    let taxes = taxes.complete()?;
    let valuation = valuation?;
    Some(Rulebook {
        hash: sources.hash().to_owned(),
        files,
        bytes,
        instruments: laws.instruments,
        lists: lists.tables,
        aliases,
        mfn_relations: tariff.mfn_relations,
        nomenclature: tariff.nomenclature,
        lines: tariff.lines,
        import_tariff: tariff.import,
        ordinary_percent_of_mfn: tariff.ordinary,
        agreements: agreements.into_iter().map(|entry| entry.agreement).collect(),
        vat: taxes.vat,
        vat_cut: taxes.vat_cut,
        special_consumption: taxes.special_consumption,
        special_consumption_before: taxes.special_consumption_before,
        environmental_lines: taxes.environmental_lines,
        export_tariff: tariff.export,
        export_preferences: tariff.export_preferences,
        tax_codes: taxes.codes,
        code_uses,
        small_shipment: taxes.small_shipment,
        express: taxes.express,
        gift: taxes.gift,
        late_payment: taxes.late_payment,
        specific_rates: taxes.specific_rates,
        trade_remedies: taxes.trade_remedies,
        remedy_proof_days: taxes.remedy_proof_days,
        tariff_quotas: taxes.tariff_quotas,
        roundings: valuation.roundings,
        margins: valuation.margins,
        exchange_rates: valuation.exchange_rates,
        origin,
        validation_index: RuleIndex::new(validation.iter().map(|rule| (&rule.condition, rule.direction))),
        validation,
        coded_fields,
        criteria_index: RuleIndex::new(criteria.iter().map(|criterion| (&criterion.condition, None))),
        criteria,
        life_cycle: life_cycle?,
        test_bases,
    })
}
