//! The real `rules/`: tax codes on the days of their changes, and the marks of what is not proved.

use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use rulebook::{CodeList, Mark, Rulebook, RulesInForce, TaxEffect};

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    Rulebook::load(&folder).unwrap_or_else(|errors| panic!("{errors}"))
});

const TODAY: Date = date(2026, 11, 24);

fn on(day: Date) -> RulesInForce<'static> {
    RULEBOOK.in_force_on(day)
}

#[test]
fn codes_of_cars_and_alcohol_step_with_the_years() {
    let rate = |code: &str, day| on(day).tax_code(code).map(|code| code.effect().clone());
    for (code, day, expected) in [
        ("TB010", date(2031, 1, 1), Some("90")),
        ("TB030", date(2029, 6, 1), Some("50")),
        ("TB100", date(2026, 3, 27), None),
        ("TB100", date(2026, 4, 16), Some("0")),
        ("TB221", date(2030, 12, 31), Some("3")),
        ("TB221", date(2031, 1, 1), Some("11")),
        ("TB223", date(2031, 1, 1), Some("4")),
        ("TB231", date(2026, 12, 31), Some("15")),
        ("TB231", date(2029, 1, 1), Some("24")),
        ("TB211", TODAY, Some("24.5")),
        ("VB195", date(2022, 12, 31), Some("8")),
        ("VB195", TODAY, None),
        ("VB185", TODAY, Some("5")),
        ("VB105", TODAY, None),
    ] {
        let expected = expected.map(|percent| TaxEffect::Rate(percent.parse().unwrap()));
        assert_eq!(rate(code, day), expected, "{code} on {day}");
    }
}

#[test]
fn what_is_not_proved_of_a_code_is_marked() {
    let rules = on(TODAY);
    for (code, mark) in [
        ("GK", Mark::Measured),
        ("VB245", Mark::Measured),
        ("VB185", Mark::Inferred),
        ("XN210", Mark::Measured),
        ("XN310", Mark::Sample),
        ("XNK31", Mark::Inferred),
        ("XNK40", Mark::FromMemory),
        ("TB221", Mark::Sample),
        ("TK110", Mark::FromMemory),
        ("VM900", Mark::Sample),
    ] {
        assert_eq!(rules.tax_code(code).unwrap().mark(), mark, "{code}");
    }
    let marks = |list, codes: &[&str]| -> Vec<Mark> {
        codes.iter().map(|code| rules.code(list, code).unwrap().mark()).collect()
    };
    let schedules = marks(CodeList::TariffSchedules, &["B20", "B25", "B26", "B27", "B30", "B35"]);
    let (verified, sample) = (Mark::Verified, Mark::Sample);
    assert_eq!(schedules, [verified, verified, Mark::FromMemory, sample, verified, sample]);
    assert_eq!(marks(CodeList::DeclarationKinds, &["A11", "E46"]), [Mark::Inferred, Mark::FromMemory]);
}
