//! Reads `assessment/value-added-tax`.

use crate::cited::Versions;
use crate::error::Problems;
use crate::reading::csv_file::{CsvFile, Row};
use crate::reading::dating::{Lawbook, version};
use crate::reading::lines::{Codes, TableCheck, as_printed, read_table};
use crate::reading::sources::Sources;
use crate::reading::toml_file::TomlFile;
use crate::reading::values::{Fault, choice, word};
use crate::taxes::vat::{VatCut, VatCutRule, VatRow, VatTables};

/// Reads the table and the temporary cut of its rates.
pub(super) fn read(sources: &Sources, laws: &Lawbook, lines: &Codes, problems: &mut Problems) -> Option<VatTables> {
    let mut cut = Versions::default();
    let path = "assessment/value-added-tax.csv";
    let file = TomlFile::open(sources, "assessment/value-added-tax.toml", problems)?;
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
            version(&mut cut, VatCutRule { from_rate, to_rate }, provenance, &section, problems);
        }
    }
    root.finish(problems);
    let csv = CsvFile::open(sources, path, &["hs8", "rate", "cut"], &[], problems);
    let (Some(table), Some(csv)) = (table, csv) else {
        return None;
    };
    let mut check = TableCheck::new(lines);
    let rows = read_table(&csv, &table, laws, true, problems, |row, problems| check.code(row, problems), vat_row);
    check.report_missing(path, problems);
    Some(VatTables { rows, cut })
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
