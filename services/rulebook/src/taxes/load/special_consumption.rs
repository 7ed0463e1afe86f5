//! Reads `assessment/special-consumption-tax` and what an earlier law of the tax reached.

use crate::cited::Versions;
use crate::error::Problems;
use crate::reading::dating::{Lawbook, version};
use crate::reading::lines::{Codes, as_printed, listed_lines};
use crate::reading::sources::Sources;
use crate::reading::toml_file::TomlFile;
use crate::reading::values::{self, Fault, choice};
use crate::taxes::special_consumption::{SpecialConsumptionRow, SpecialConsumptionTables};

/// Reads the table and the headings before it.
pub(super) fn read(
    sources: &Sources,
    laws: &Lawbook,
    lines: &Codes,
    problems: &mut Problems,
) -> Option<SpecialConsumptionTables> {
    let provenance = laws.of_file(sources, "assessment/special-consumption-tax.toml", problems);
    let listed = listed_lines(
        sources,
        ("assessment/special-consumption-tax.csv", "rate"),
        provenance,
        laws,
        lines,
        problems,
        special_consumption_cell,
    );
    let headings_before = headings_before(sources, laws, problems);
    Some(SpecialConsumptionTables { listed: listed?, headings_before })
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
fn headings_before(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> Versions<Box<[Box<str>]>> {
    let mut versions = Versions::default();
    let Some(file) = TomlFile::open(sources, "assessment/special-consumption-tax-before.toml", problems) else {
        return versions;
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
            version(&mut versions, headings, provenance, &section, problems);
        }
    }
    root.finish(problems);
    versions
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

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
