//! What the rules ask of a proof of origin: checks and figures by hand, lists and units as tables.

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use crate::cited::Provenance;
use crate::code_list::CodeList;
use crate::code_list::load::Lists;
use crate::error::{Problems, did_you_mean};
use crate::origin::rules::{
    HsEdition, NumberFormat, OriginCheck, OriginParameter, OriginRules, OriginTreatment, Scoped, ScopedValue, Specimen,
    Specimens, UnitConversion,
};
use crate::reading::csv_file::{CsvFile, Row};
use crate::reading::dating::Lawbook;
use crate::reading::sources::Sources;
use crate::reading::toml_file::{Section, TomlFile};
use crate::reading::values::{self, Fault, word};

struct Reader<'r> {
    sources: &'r Sources,
    laws: &'r Lawbook,
    lists: &'r Lists,
    agreements: Vec<&'r str>,
}

/// Reads `origin/`.
pub(crate) fn read(
    sources: &Sources,
    laws: &Lawbook,
    lists: &Lists,
    agreements: Vec<&str>,
    problems: &mut Problems,
) -> OriginRules {
    let reader = Reader { sources, laws, lists, agreements };
    let mut rules = OriginRules::default();
    reader.checks(&mut rules, problems);
    reader.parameters(&mut rules, problems);
    reader.tables(&mut rules, problems);
    rules
}

impl Reader<'_> {
    fn checks(&self, rules: &mut OriginRules, problems: &mut Problems) {
        let Some(file) = TomlFile::open(self.sources, "origin/checks.toml", problems) else { return };
        let root = file.root();
        for &check in OriginCheck::ALL {
            let versions = self.scoped(&root, check.as_str(), problems, |section, problems| {
                let treatment = section.text("treatment", problems)?;
                word(treatment, &OriginTreatment::WORDS)
                    .map_err(|fault| problems.add(section.error("treatment", fault)))
                    .ok()
            });
            rules.checks.insert(check, versions);
        }
        root.finish(problems);
    }

    fn parameters(&self, rules: &mut OriginRules, problems: &mut Problems) {
        let Some(file) = TomlFile::open(self.sources, "origin/parameters.toml", problems) else { return };
        let root = file.root();
        for &parameter in OriginParameter::ALL {
            let whole = matches!(
                parameter,
                OriginParameter::RetroactiveTickDays
                    | OriginParameter::RetroactiveMonths
                    | OriginParameter::ValidityMonths
                    | OriginParameter::LateFilingMonths
                    | OriginParameter::WriteOffDecimals
            );
            let versions = self.scoped(&root, parameter.as_str(), problems, |section, problems| {
                let value = section.decimal("value", problems)?;
                if whole && (!value.fract().is_zero() || value > Decimal::ONE_THOUSAND) {
                    problems.add(section.error(
                        "value",
                        Fault::new(format!("{value} is not a whole number up to 1000"), "write a whole number"),
                    ));
                    return None;
                }
                Some(value)
            });
            rules.parameters.insert(parameter, versions);
        }
        rules.fob_value_countries = self.scoped(&root, "fob_value_countries", problems, |section, problems| {
            let countries = section.texts("countries", problems);
            for country in &countries {
                if let Err(fault) = self.lists.known(CodeList::Countries, country) {
                    problems.add(section.error("countries", fault));
                }
            }
            Some(countries.into_iter().map(Into::into).collect())
        });
        root.finish(problems);
    }

    /// The blocks of one name, each for some agreements or for all others.
    fn scoped<T>(
        &self,
        root: &Section<'_>,
        name: &'static str,
        problems: &mut Problems,
        value: impl Fn(&Section<'_>, &mut Problems) -> Option<T>,
    ) -> Scoped<T> {
        let mut versions = Scoped::default();
        for section in root.list(name, problems) {
            let agreements = section.has("agreements").then(|| {
                let agreements = section.texts("agreements", problems);
                for agreement in &agreements {
                    if !self.agreements.contains(agreement) {
                        let message = format!("`{agreement}` is not an agreement of assessment/agreements.toml");
                        let hint = did_you_mean(agreement, self.agreements.iter().copied());
                        problems.add(section.error("agreements", Fault { message, hint }));
                    }
                }
                agreements.into_iter().map(Into::into).collect()
            });
            let value = value(&section, problems);
            let provenance = self.laws.dated(&section, problems);
            section.finish(problems);
            let (Some(value), Some(provenance)) = (value, provenance) else { continue };
            let version = ScopedValue { agreements, value, provenance };
            if versions.0.iter().any(|earlier: &ScopedValue<T>| earlier.clashes(&version)) {
                problems.add(section.error(
                    "in_force_from",
                    Fault::new(
                        "the block and an earlier one of the same name share an agreement and days",
                        "end the earlier one with `in_force_to` before this one begins",
                    ),
                ));
                continue;
            }
            versions.0.push(version);
        }
        versions
    }

    fn tables(&self, rules: &mut OriginRules, problems: &mut Problems) {
        let Some(file) = TomlFile::open(self.sources, "origin/tables.toml", problems) else { return };
        let root = file.root();
        let mut dated: FxHashMap<&'static str, Provenance> = FxHashMap::default();
        for name in ["number-formats", "issuers", "signatories", "hs-editions", "unit-conversions"] {
            let Some(section) = root.section(name, problems) else { continue };
            let provenance = self.laws.dated(&section, problems);
            section.finish(problems);
            dated.extend(provenance.map(|provenance| (name, provenance)));
        }
        root.finish(problems);

        let columns = ["form", "issuing_country", "picture"];
        self.table("number-formats", &columns, &dated, problems, |row, provenance, problems| {
            let form = row.read("form", problems, |cell| self.lists.code(CodeList::OriginCertificates, cell));
            let country = self.country(row, "issuing_country", problems);
            let picture = row.read("picture", problems, picture);
            if let (Some(form), Some(issuing_country), Some(picture)) = (form, country, picture) {
                rules.number_formats.push(NumberFormat { form, issuing_country, picture, provenance });
            }
        });
        for list in Specimens::ALL {
            let entries = rules.specimens.entry(list).or_default();
            self.table(list.as_str(), &["country", "code", "name"], &dated, problems, |row, provenance, problems| {
                let country = self.country(row, "country", problems);
                let code = row.read("code", problems, not_empty);
                let name = row.read("name", problems, not_empty);
                if let (Some(country), Some(code), Some(name)) = (country, code, name) {
                    entries.push(Specimen { country, code, name, provenance });
                }
            });
        }
        self.table("hs-editions", &["edition"], &dated, problems, |row, provenance, problems| {
            if let Some(edition) = row.read("edition", problems, not_empty) {
                rules.hs_editions.push(HsEdition { edition, provenance });
            }
        });
        self.table("unit-conversions", &["unit", "base", "factor"], &dated, problems, |row, provenance, problems| {
            let unit = row.read("unit", problems, not_empty);
            let base = row.read("base", problems, not_empty);
            let factor = row.read("factor", problems, factor);
            let (Some(unit), Some(base), Some(factor)) = (unit, base, factor) else { return };
            let twice = |known: &UnitConversion| known.unit == unit && known.provenance.overlaps(&provenance);
            if rules.unit_conversions.iter().any(twice) {
                problems.add(row.error("unit", Fault::new(format!("`{unit}` stands twice"), "remove one")));
                return;
            }
            rules.unit_conversions.push(UnitConversion { unit, base, factor, provenance });
        });
        for conversion in &rules.unit_conversions {
            let of_base = rules.unit_conversions.iter().find(|known| known.unit == conversion.base);
            if !of_base.is_some_and(|known| known.base == known.unit && known.factor == Decimal::ONE) {
                problems.add(crate::error::RuleError {
                    hint: Some("give it a row with itself as its base and the factor 1".into()),
                    field: Some("base".into()),
                    ..crate::error::whole_file(
                        "origin/unit-conversions.csv".into(),
                        &format!("`{}`, the base of `{}`, is not a base unit", conversion.base, conversion.unit),
                    )
                });
            }
        }
    }

    fn table(
        &self,
        name: &'static str,
        columns: &[&str],
        dated: &FxHashMap<&'static str, Provenance>,
        problems: &mut Problems,
        mut visit: impl FnMut(&Row<'_>, Provenance, &mut Problems),
    ) {
        let path = format!("origin/{name}.csv");
        let Some(file) = CsvFile::open(self.sources, &path, columns, &[], problems) else { return };
        let Some(table) = dated.get(name) else { return };
        file.each(problems, |row, problems| {
            if let Some(provenance) = self.laws.row(row, table, problems) {
                visit(row, provenance, problems);
            }
        });
    }

    fn country(&self, row: &Row<'_>, column: &str, problems: &mut Problems) -> Option<Box<str>> {
        row.read(column, problems, |cell| self.lists.code(CodeList::Countries, cell))
    }
}

fn not_empty(cell: &str) -> Result<Box<str>, Fault> {
    if cell.is_empty() { Err(Fault::new("the cell is empty", "fill it in")) } else { Ok(cell.into()) }
}

fn picture(cell: &str) -> Result<Box<str>, Fault> {
    let known = |sign: char| matches!(sign, '#' | '@' | '*') || sign.is_ascii_uppercase() || sign.is_ascii_digit();
    if cell.is_empty() || cell.len() > 35 || !cell.chars().all(known) {
        return Err(Fault::new(
            format!("`{cell}` is not the picture of a number"),
            "write # for a digit, @ for a letter, * for either, and capital letters and digits for themselves",
        ));
    }
    Ok(cell.into())
}

fn factor(cell: &str) -> Result<Decimal, Fault> {
    let factor = values::decimal(cell)?;
    if factor.is_zero() {
        return Err(Fault::new("a unit cannot be nothing of its base", "write a number above zero"));
    }
    Ok(factor)
}
