//! VAT, special consumption tax, environmental protection tax, trade remedies, reliefs and thresholds.

use rust_decimal::Decimal;
use vocabulary::DutyType;

use crate::cited::Provenance;
use crate::code_list::CodeList;
use crate::error::{Problems, did_you_mean};
use crate::hs_table::HsTable;
use crate::load::code_lists::{Lists, word};
use crate::load::csv_file::{CsvFile, Row};
use crate::load::dating::Lawbook;
use crate::load::sources::Sources;
use crate::load::tariff::{Codes, TableCheck, as_printed, read_table, table_provenance};
use crate::load::toml_file::{Section, TomlFile};
use crate::load::values::{self, Fault};
use crate::load::{specific_rates, tariff_quotas, trade_remedies};
use crate::rulebook::ListedLines;
use crate::specific_rate::SpecificRateEntry;
use crate::tariff_line::{SpecialConsumptionRow, VatCut, VatCutRule, VatRow};
use crate::tariff_quota::TariffQuota;
use crate::tax::{GiftThreshold, ListNeed, ShipmentThreshold, TaxCodeEntry, TaxCodes, TaxEffect, Versions};
use crate::trade_remedy::RemedyCase;

/// What this module read; each part is missing when it could not be.
#[derive(Default)]
pub(crate) struct Taxes {
    vat: Option<HsTable<VatRow>>,
    vat_cut: Versions<VatCutRule>,
    special_consumption: Option<ListedLines<SpecialConsumptionRow>>,
    special_consumption_before: Versions<Box<[Box<str>]>>,
    environmental_lines: Option<ListedLines<bool>>,
    codes: TaxCodes,
    small_shipment: Versions<ShipmentThreshold>,
    express: Versions<ShipmentThreshold>,
    gift: Versions<GiftThreshold>,
    late_payment: Versions<Decimal>,
    specific_rates: Vec<SpecificRateEntry>,
    trade_remedies: Vec<RemedyCase>,
    remedy_proof_days: Versions<u32>,
    tariff_quotas: Vec<TariffQuota>,
}

/// The same, complete.
pub(crate) struct CompleteTaxes {
    pub(crate) vat: HsTable<VatRow>,
    pub(crate) vat_cut: Versions<VatCutRule>,
    pub(crate) special_consumption: ListedLines<SpecialConsumptionRow>,
    pub(crate) special_consumption_before: Versions<Box<[Box<str>]>>,
    pub(crate) environmental_lines: ListedLines<bool>,
    pub(crate) codes: TaxCodes,
    pub(crate) small_shipment: Versions<ShipmentThreshold>,
    pub(crate) express: Versions<ShipmentThreshold>,
    pub(crate) gift: Versions<GiftThreshold>,
    pub(crate) late_payment: Versions<Decimal>,
    pub(crate) specific_rates: Vec<SpecificRateEntry>,
    pub(crate) trade_remedies: Vec<RemedyCase>,
    pub(crate) remedy_proof_days: Versions<u32>,
    pub(crate) tariff_quotas: Vec<TariffQuota>,
}

impl Taxes {
    pub(crate) fn has_code(&self, code: &str) -> bool {
        !self.codes.versions(code).is_empty()
    }

    /// The days of each version of a code.
    pub(crate) fn days_of(&self, code: &str) -> impl Iterator<Item = &Provenance> {
        self.codes.versions(code).iter().map(|entry| &entry.provenance)
    }

    /// Every code that was read.
    pub(crate) fn codes(&self) -> &TaxCodes {
        &self.codes
    }

    pub(crate) fn complete(self) -> Option<CompleteTaxes> {
        Some(CompleteTaxes {
            vat: self.vat?,
            vat_cut: self.vat_cut,
            special_consumption: self.special_consumption?,
            special_consumption_before: self.special_consumption_before,
            environmental_lines: self.environmental_lines?,
            codes: self.codes,
            small_shipment: self.small_shipment,
            express: self.express,
            gift: self.gift,
            late_payment: self.late_payment,
            specific_rates: self.specific_rates,
            trade_remedies: self.trade_remedies,
            remedy_proof_days: self.remedy_proof_days,
            tariff_quotas: self.tariff_quotas,
        })
    }
}

/// Reads the tables of taxes.
pub(crate) fn read(
    sources: &Sources,
    laws: &Lawbook,
    lists: &Lists,
    lines: &Codes,
    agreements: &[&str],
    problems: &mut Problems,
) -> Taxes {
    let mut taxes = Taxes::default();
    read_vat(sources, laws, lines, &mut taxes, problems);
    let provenance = table_provenance(sources, "assessment/special-consumption-tax.toml", laws, problems);
    taxes.special_consumption = listed_lines(
        sources,
        ("assessment/special-consumption-tax.csv", "rate"),
        provenance,
        laws,
        lines,
        problems,
        special_consumption_cell,
    );
    read_special_consumption_before(sources, laws, &mut taxes, problems);
    let provenance = table_provenance(sources, "assessment/environmental-protection-lines.toml", laws, problems);
    taxes.environmental_lines = listed_lines(
        sources,
        ("assessment/environmental-protection-lines.csv", "bears"),
        provenance,
        laws,
        lines,
        problems,
        |cell| word(cell, &[("yes", false), ("maybe", true)]),
    );
    let mut codes = Vec::new();
    for (table, toml, csv) in [
        ("tax-codes", "assessment/tax-codes.toml", "assessment/tax-codes.csv"),
        (
            "environmental-protection-tax",
            "assessment/environmental-protection-tax.toml",
            "assessment/environmental-protection-tax.csv",
        ),
    ] {
        read_codes(sources, (table, toml, csv), laws, lists, &mut codes, problems);
    }
    let remedies = trade_remedies::read(sources, laws, lists, &mut codes, problems);
    taxes.trade_remedies = remedies.cases;
    taxes.remedy_proof_days = remedies.proof_days;
    taxes.specific_rates = specific_rates::read(sources, laws, lists, problems);
    taxes.tariff_quotas = tariff_quotas::read(sources, laws, agreements, problems);
    taxes.codes = TaxCodes::new(codes);
    read_thresholds(sources, laws, &mut taxes, problems);
    taxes
}

fn read_vat(sources: &Sources, laws: &Lawbook, lines: &Codes, taxes: &mut Taxes, problems: &mut Problems) {
    let path = "assessment/value-added-tax.csv";
    let Some(file) = TomlFile::open(sources, "assessment/value-added-tax.toml", problems) else {
        return;
    };
    let root = file.root();
    let table = root.section("lines", problems).and_then(|section| {
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        provenance
    });
    for section in root.list("cut", problems) {
        let from_rate = section.decimal("from_rate", problems);
        let to_rate = section.decimal("to_rate", problems);
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        if let (Some(from_rate), Some(to_rate), Some(provenance)) = (from_rate, to_rate, provenance) {
            version(&mut taxes.vat_cut, VatCutRule { from_rate, to_rate }, provenance, &section, problems);
        }
    }
    root.finish(problems);
    let csv = CsvFile::open(sources, path, &["hs8", "rate", "cut"], &[], problems);
    let (Some(table), Some(csv)) = (table, csv) else {
        return;
    };
    let mut check = TableCheck::new(lines);
    taxes.vat =
        Some(read_table(&csv, path, &table, laws, true, problems, |row, problems| check.code(row, problems), vat_row));
    check.report_missing(path, problems);
}

/// Rates between `/`, with `not_subject` among them where goods may be outside the tax.
fn choice(cell: &str) -> Result<(Box<[Decimal]>, bool), Fault> {
    let not_subject = cell.split('/').any(|part| part == "not_subject");
    let rates = cell.split('/').filter(|part| *part != "not_subject").map(values::percent).collect::<Result<_, _>>()?;
    Ok((rates, not_subject))
}

/// A choice of rates and whether the cut holds; or after `?` why nothing is known.
fn vat_row(row: &Row<'_>, problems: &mut Problems) -> Option<VatRow> {
    if let Some(printed) = row.read("rate", problems, as_printed)? {
        if !row.get("cut").is_empty() {
            problems.add(row.error("cut", Fault::new("nothing is known that could be cut", "leave the cell empty")));
        }
        let (rates, not_subject, cut) = (Box::default(), false, VatCut::NotReducible);
        return Some(VatRow { printed: Some(printed), rates, not_subject, cut });
    }
    let rates = row.read("rate", problems, choice);
    let cut = row.read("cut", problems, |cell| {
        word(
            cell,
            &[
                ("reducible", VatCut::Reducible),
                ("not_reducible", VatCut::NotReducible),
                ("depends_on_goods", VatCut::DependsOnGoods),
            ],
        )
    });
    let ((rates, not_subject), cut) = (rates?, cut?);
    let one = rates.len() == 1 && !not_subject;
    if one == (cut == VatCut::DependsOnGoods) && cut != VatCut::NotReducible {
        problems.add(row.error(
            "cut",
            Fault::new(
                "the cut does not fit the rate",
                "one rate is `reducible` or `not_reducible`; several are `depends_on_goods`",
            ),
        ));
        return None;
    }
    Some(VatRow { printed: None, rates, not_subject, cut })
}

/// A percentage, with ` or not_subject` after it where a code may say so; a choice between `/`, with `not_subject or ` before it
/// where few of the goods bear the tax; `by_goods`; or after `?` the words of the source.
fn special_consumption_cell(cell: &str) -> Result<SpecialConsumptionRow, Fault> {
    if cell == "by_goods" {
        return Ok(SpecialConsumptionRow::OneOf { rates: Box::default(), not_subject: false, seldom: false });
    }
    if let Some(printed) = as_printed(cell)? {
        return Ok(SpecialConsumptionRow::AsPrinted(printed));
    }
    if let Some(rate) = cell.strip_suffix(" or not_subject") {
        return Ok(SpecialConsumptionRow::Rate { rate: values::percent(rate)?, not_subject: true });
    }
    if let Some(rates) = cell.strip_prefix("not_subject or ") {
        let rates = rates.split('/').map(values::percent).collect::<Result<_, _>>()?;
        return Ok(SpecialConsumptionRow::OneOf { rates, not_subject: true, seldom: true });
    }
    let (rates, not_subject) = choice(cell)?;
    Ok(match &*rates {
        [rate] if !not_subject => SpecialConsumptionRow::Rate { rate: *rate, not_subject },
        _ => SpecialConsumptionRow::OneOf { rates, not_subject, seldom: false },
    })
}

/// What earlier laws of special consumption tax reached: the other lines never bore it, though no rate is entered.
fn read_special_consumption_before(sources: &Sources, laws: &Lawbook, taxes: &mut Taxes, problems: &mut Problems) {
    let Some(file) = TomlFile::open(sources, "assessment/special-consumption-tax-before.toml", problems) else {
        return;
    };
    let root = file.root();
    for section in root.list("law", problems) {
        let headings = section.texts("headings", problems);
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        let fits = |code: &&str| (2..=8).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
        if headings.is_empty() || !headings.iter().all(fits) {
            let fault = Fault::new("`headings` names no beginnings of codes", "list at least one, of 2 to 8 digits");
            problems.add(section.error("headings", fault));
        }
        if let Some(provenance) = provenance {
            let headings = headings.into_iter().map(Into::into).collect();
            version(&mut taxes.special_consumption_before, headings, provenance, &section, problems);
        }
    }
    root.finish(problems);
}

/// A table that leaves out the lines that do not bear the tax.
fn listed_lines<V>(
    sources: &Sources,
    (csv, column): (&str, &str),
    provenance: Option<Provenance>,
    laws: &Lawbook,
    lines: &Codes,
    problems: &mut Problems,
    read: impl Fn(&str) -> Result<V, Fault>,
) -> Option<ListedLines<V>> {
    let table = CsvFile::open(sources, csv, &["hs8", column], &[], problems);
    let (provenance, table) = (provenance?, table?);
    let mut check = TableCheck::new(lines);
    let rows = read_table(
        &table,
        csv,
        &provenance,
        laws,
        true,
        problems,
        |row, problems| check.code(row, problems),
        |row, problems| row.read(column, problems, &read),
    );
    Some(ListedLines { rows, provenance })
}

fn read_codes(
    sources: &Sources,
    (name, toml, csv): (&'static str, &str, &str),
    laws: &Lawbook,
    lists: &Lists,
    codes: &mut Vec<TaxCodeEntry>,
    problems: &mut Problems,
) {
    let provenance = table_provenance(sources, toml, laws, problems);
    let columns = ["code", "tax", "effect", "rate", "amount", "unit", "name_en", "name_vi"];
    let table = CsvFile::open(sources, csv, &columns, &["exemption_list"], problems);
    let (Some(provenance), Some(table)) = (provenance, table) else {
        return;
    };
    table.each(problems, |row, problems| {
        let tax = row.read("tax", problems, tax);
        let effect = effect(row, lists, problems);
        let (Some(tax), Some(effect)) = (tax, effect) else { return };
        add_code(row, name, tax, effect, &provenance, laws, codes, problems);
    });
}

/// Adds a row that names a code with what it does, unless another row has the code on the same days.
#[expect(clippy::too_many_arguments, reason = "a row, what it was read as, and where it goes")]
pub(crate) fn add_code(
    row: &Row<'_>,
    table: &'static str,
    tax: DutyType,
    effect: TaxEffect,
    provenance: &Provenance,
    laws: &Lawbook,
    codes: &mut Vec<TaxCodeEntry>,
    problems: &mut Problems,
) -> Option<Box<str>> {
    let code = row.get("code");
    if code.is_empty() || code.len() > 8 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        problems.add(row.error(
            "code",
            Fault::new(format!("`{code}` is not a tax code"), "a tax code has 1 to 8 letters and digits"),
        ));
        return None;
    }
    let provenance = laws.row(row, provenance, problems);
    for column in ["name_en", "name_vi"] {
        if row.get(column).is_empty() {
            problems.add(row.error(column, Fault::new("the name is missing", "name the code for people")));
        }
    }
    let list_need = row.read("exemption_list", problems, |cell| {
        word(cell, &[("", ListNeed::None), ("allowed", ListNeed::Allowed), ("required", ListNeed::Required)])
    });
    let (list_need, provenance) = (list_need?, provenance?);
    let clash = codes.iter().find(|entry| *entry.code == *code && entry.provenance.overlaps(&provenance));
    if let Some(clash) = clash {
        problems.add(row.error(
            "code",
            Fault::new(
                format!("`{code}` stands also in {}.csv for the same days", clash.table),
                "remove one, or end the earlier one with `in_force_to`",
            ),
        ));
        return None;
    }
    codes.push(TaxCodeEntry {
        code: code.into(),
        table,
        tax,
        effect,
        list_need,
        name_en: row.get("name_en").into(),
        name_vi: row.get("name_vi").into(),
        begins_with_table: row.get("in_force_from").is_empty(),
        ends_with_table: row.get("in_force_to").is_empty() && provenance.to.is_some(),
        provenance,
    });
    Some(code.into())
}

/// A duty or tax by its word.
pub(crate) fn tax(word: &str) -> Result<DutyType, Fault> {
    DutyType::ALL.into_iter().find(|tax| tax.as_str() == word).ok_or_else(|| Fault {
        message: format!("`{word}` is not a tax"),
        hint: did_you_mean(word, DutyType::ALL.iter().map(|tax| tax.as_str())),
    })
}

fn effect(row: &Row<'_>, lists: &Lists, problems: &mut Problems) -> Option<TaxEffect> {
    #[derive(Clone, Copy, PartialEq)]
    enum Word {
        Rate,
        Amount,
        Exempt,
        Reduce,
        NotSubject,
    }
    let effect = row.read("effect", problems, |cell| {
        word(
            cell,
            &[
                ("rate", Word::Rate),
                ("amount", Word::Amount),
                ("exempt", Word::Exempt),
                ("reduce", Word::Reduce),
                ("not_subject", Word::NotSubject),
            ],
        )
    })?;
    let wanted: &[&str] = match effect {
        Word::Rate => &["rate"],
        Word::Amount => &["amount", "unit"],
        _ => &[],
    };
    for column in ["rate", "amount", "unit"] {
        if row.get(column).is_empty() == wanted.contains(&column) {
            let (message, hint) = if wanted.contains(&column) {
                ("the cell is empty", "the effect needs it")
            } else {
                ("the cell is not empty", "the effect does not use it")
            };
            problems.add(row.error(column, Fault::new(message, hint)));
            return None;
        }
    }
    Some(match effect {
        Word::Rate => TaxEffect::Rate(row.read("rate", problems, values::percent)?),
        Word::Amount => {
            let amount = row.read("amount", problems, values::decimal);
            let unit = row.read("unit", problems, |cell| lists.code(CodeList::QuantityUnits, cell));
            TaxEffect::Amount { amount: amount?, currency: "VND".into(), unit: unit? }
        }
        Word::Exempt => TaxEffect::Exempt,
        Word::Reduce => TaxEffect::Reduce,
        Word::NotSubject => TaxEffect::NotSubject,
    })
}

fn read_thresholds(sources: &Sources, laws: &Lawbook, taxes: &mut Taxes, problems: &mut Problems) {
    let Some(file) = TomlFile::open(sources, "assessment/thresholds.toml", problems) else {
        return;
    };
    let root = file.root();
    for (key, shipments) in [("small_shipment", &mut taxes.small_shipment), ("express", &mut taxes.express)] {
        for section in root.list(key, problems) {
            let customs_value_max = section.decimal("customs_value_max", problems);
            let duty_max = section.decimal("duty_max", problems);
            let provenance = laws.dated(&section, problems);
            section.finish(problems);
            if let (Some(customs_value_max), Some(duty_max), Some(provenance)) =
                (customs_value_max, duty_max, provenance)
            {
                let threshold = ShipmentThreshold { customs_value_max, duty_max };
                version(shipments, threshold, provenance, &section, problems);
            }
        }
    }
    for section in root.list("gift", problems) {
        let customs_value_max = section.decimal("customs_value_max", problems);
        let duty_below = section.decimal("duty_below", problems);
        let times_a_year = section.integer("times_a_year", (1, 366), problems);
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        if let (Some(customs_value_max), Some(duty_below), Some(times_a_year), Some(provenance)) =
            (customs_value_max, duty_below, times_a_year, provenance)
        {
            let threshold = GiftThreshold { customs_value_max, duty_below, times_a_year };
            version(&mut taxes.gift, threshold, provenance, &section, problems);
        }
    }
    for section in root.list("late_payment", problems) {
        let percent = section.decimal("percent_per_day", problems);
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        if let (Some(percent), Some(provenance)) = (percent, provenance) {
            version(&mut taxes.late_payment, percent, provenance, &section, problems);
        }
    }
    root.finish(problems);
}

/// Adds a version of a value, which may not share days with another one.
pub(crate) fn version<T>(
    versions: &mut Versions<T>,
    value: T,
    provenance: Provenance,
    section: &Section<'_>,
    problems: &mut Problems,
) {
    if versions.0.iter().any(|(_, earlier)| earlier.overlaps(&provenance)) {
        problems.add(section.error(
            "in_force_from",
            Fault::new(
                "the block and an earlier one of the same name share days",
                "end the earlier one with `in_force_to` before this one begins",
            ),
        ));
        return;
    }
    versions.0.push((value, provenance));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_consumption_has_seven_forms() {
        let ten = Decimal::TEN;
        assert_eq!(special_consumption_cell("10"), Ok(SpecialConsumptionRow::Rate { rate: ten, not_subject: false }));
        assert_eq!(
            special_consumption_cell("10 or not_subject"),
            Ok(SpecialConsumptionRow::Rate { rate: ten, not_subject: true })
        );
        assert_eq!(
            special_consumption_cell("7/8"),
            Ok(SpecialConsumptionRow::OneOf {
                rates: Box::new([Decimal::from(7), Decimal::from(8)]),
                not_subject: false,
                seldom: false,
            })
        );
        assert_eq!(
            special_consumption_cell("not_subject/10"),
            Ok(SpecialConsumptionRow::OneOf { rates: Box::new([ten]), not_subject: true, seldom: false })
        );
        assert_eq!(
            special_consumption_cell("by_goods"),
            Ok(SpecialConsumptionRow::OneOf { rates: Box::default(), not_subject: false, seldom: false })
        );
        assert_eq!(
            special_consumption_cell("not_subject or 10"),
            Ok(SpecialConsumptionRow::OneOf { rates: Box::new([ten]), not_subject: true, seldom: true })
        );
        assert_eq!(special_consumption_cell("? later"), Ok(SpecialConsumptionRow::AsPrinted("later".into())));
        assert!(special_consumption_cell("by_good").is_err());
    }
}
