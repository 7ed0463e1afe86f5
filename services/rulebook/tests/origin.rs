//! The rules on proofs of origin: what they say by agreement and by day, and what is said of a mistake in them.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use common::{copy, seal};
use jiff::civil::{Date, date};
use rulebook::{OriginCheck, OriginParameter, OriginTreatment, Rulebook, SpecimenStanding, Specimens};
use rust_decimal::Decimal;

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

static RULEBOOK: LazyLock<Rulebook> =
    LazyLock::new(|| Rulebook::load(&rules()).unwrap_or_else(|errors| panic!("{errors}")));

const TODAY: Date = date(2026, 11, 23);

/// What is said when one file of the rules has another text in place of an old one.
fn mistakes(name: &str, file: &str, old: &str, new: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("origin-{name}"));
    let _ = fs::remove_dir_all(&folder);
    copy(&rules(), &folder);
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "`{old}` is not in {file}");
    fs::write(&path, text.replacen(old, new, 1)).unwrap();
    seal(&folder);
    let loaded = Rulebook::load(&folder);
    fs::remove_dir_all(&folder).unwrap();
    match loaded {
        Ok(_) => Vec::new(),
        Err(errors) => errors.errors.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn figures_are_those_of_the_agreement() {
    let of = |parameter, agreement| {
        RULEBOOK.in_force_on(TODAY).origin().parameter(parameter, agreement).unwrap().map(|cited| cited.value)
    };
    for (parameter, agreement, value) in [
        (OriginParameter::LateFilingMonths, "atiga", Some(12)),
        (OriginParameter::LateFilingMonths, "acfta", Some(12)),
        (OriginParameter::LateFilingMonths, "evfta", Some(24)),
        (OriginParameter::LateFilingMonths, "ukvfta", Some(24)),
        (OriginParameter::RegionalValuePercent, "atiga", Some(40)),
        (OriginParameter::RegionalValuePercent, "evfta", None),
        (OriginParameter::SmallConsignmentUsd, "atiga", Some(200)),
        (OriginParameter::SmallConsignmentUsd, "cptpp", None),
    ] {
        assert_eq!(of(parameter, agreement), value.map(Decimal::from), "{parameter:?} {agreement}");
    }
}

#[test]
fn a_check_has_its_days_and_its_agreements() {
    let of = |check, agreement, day| RULEBOOK.in_force_on(day).origin().check(check, agreement);
    let treatment = of(OriginCheck::RetroactiveTickMissing, "atiga", TODAY).unwrap().unwrap();
    assert_eq!(treatment.value, OriginTreatment::FallBack);
    assert!(treatment.citation.law.contains("22/2016/TT-BCT"), "{}", treatment.citation.law);
    assert_eq!(of(OriginCheck::RetroactiveTickMissing, "acfta", TODAY), Ok(None));
    // Circular 33/2023 holds from 15 July 2023; before it the rulebook is silent, which is a gap.
    assert!(of(OriginCheck::Missing, "atiga", date(2023, 7, 15)).unwrap().is_some());
    assert_eq!(
        &*of(OriginCheck::Missing, "atiga", date(2023, 7, 14)).unwrap_err().code,
        "value_not_in_rulebook_on_date"
    );
}

#[test]
fn editions_overlap_until_the_old_one_ends() {
    let on = |issued_on| -> Vec<&str> {
        RULEBOOK.in_force_on(TODAY).origin().hs_editions(issued_on).into_iter().map(|edition| edition.value).collect()
    };
    assert_eq!(on(date(2022, 11, 30)), ["HS2017"]);
    assert_eq!(on(date(2023, 3, 31)), ["HS2017", "HS2022"]);
    assert_eq!(on(date(2023, 4, 1)), ["HS2022"]);
}

#[test]
fn issuers_are_asked_on_the_day_of_issue() {
    let of = |who, day| RULEBOOK.in_force_on(TODAY).origin().specimen(Specimens::Issuers, "TH", who, day);
    assert!(matches!(of("DFT-OLD", date(2025, 12, 31)), SpecimenStanding::Listed(_)));
    assert!(matches!(of("DFT-OLD", date(2026, 1, 1)), SpecimenStanding::NotListed(_)));
    let rules = RULEBOOK.in_force_on(TODAY);
    assert_eq!(rules.origin().specimen(Specimens::Issuers, "MY", "MITI", TODAY), SpecimenStanding::NoList);
}

#[test]
fn units_are_counted_in_their_base() {
    let rules = RULEBOOK.in_force_on(TODAY);
    for (unit, base, factor) in [("DZN", "PCE", "12"), ("H87", "PCE", "1"), ("TNE", "KGM", "1000"), ("SET", "SET", "1")]
    {
        assert_eq!(rules.origin().in_base_unit(unit), (base, Decimal::from_str_exact(factor).unwrap()), "{unit}");
    }
}

#[test]
fn mistakes_are_named_with_their_line_and_a_hint() {
    let checks = "origin/checks.toml";
    for (name, file, old, new, expected) in [
        ("treatment", checks, "treatment = \"fall_back\"", "treatment = \"fallback\"", "did you mean `fall_back`?"),
        ("agreement", checks, "agreements = [\"atiga\"]", "agreements = [\"atga\"]", "did you mean `atiga`?"),
        (
            "misspelt",
            checks,
            "[[certificate_expired]]",
            "[[certificate_expird]]",
            "did you mean `certificate_expired`?",
        ),
        ("missing", checks, "[[certificate_missing]]", "[[E9]]", "the file has no `certificate_missing`"),
        (
            "twice",
            "origin/parameters.toml",
            "agreements = [\"evfta\", \"ukvfta\"]\n",
            "",
            "the block and an earlier one of the same name share an agreement and days",
        ),
        ("half", "origin/parameters.toml", "value = \"12\"", "value = \"12.5\"", "write a whole number"),
        ("picture", "origin/number-formats.csv", "VN@@##**#####", "VN-#####", "write # for a digit"),
        ("country", "origin/issuers.csv", "TH,DFT,", "XX,DFT,", "is not a code of code-lists/countries.csv"),
        ("base", "origin/unit-conversions.csv", "MTR,MTR,1", "MTR,MTR,2", "is not a base unit"),
        ("zero", "origin/unit-conversions.csv", "DZN,PCE,12", "DZN,PCE,0", "a unit cannot be nothing of its base"),
    ] {
        let said = mistakes(name, file, old, new);
        assert!(said.iter().any(|line| line.starts_with(file) && line.contains(expected)), "{name}: {said:#?}");
    }
}
