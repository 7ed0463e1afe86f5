//! Tariff quotas, ordinary rates, and the lower of two rates.

use vocabulary::{DutyType, Facts, GoodsItem, Outcome};

use super::support::*;
use super::{finding, tax};

fn sugar(origin: &str, schedule: &str, quota: Option<&str>) -> GoodsItem {
    GoodsItem {
        quota_class: quota.map(Into::into),
        ..with_taxes(
            &[("GK", None), ("CK", None), ("VB185", None)],
            line("17019910", origin, schedule, "1000", "KGM", "1"),
        )
    }
}

fn decided(item: GoodsItem) -> vocabulary::Decision {
    decide(&with_lines(import("A12"), vec![item]))
}

#[test]
fn inside_and_outside_the_quota() {
    for (origin, schedule, quota, rate) in [
        ("BR", "B01", None, "40"),
        ("BR", "B01", Some("X"), "85"),
        ("BR", "B14", None, "85"),
        ("BR", "B14", Some("X"), "85"),
        // A half more of the rate inside, and of the rate outside.
        ("BR", "B03", None, "60"),
        ("BR", "B03", Some("X"), "127.5"),
    ] {
        let decision = decided(sugar(origin, schedule, quota));
        assert_eq!(tax(&decision, DutyType::ImportDuty).rate.to_string(), rate, "{schedule} {quota:?}");
    }
    let outside = decided(with_certificate("AANZ", sugar("AU", "B07", Some("X"))));
    assert_eq!(tax(&outside, DutyType::ImportDuty).rate.to_string(), "50");
    let late = GoodsItem { certificate_late: Some("true".into()), ..sugar("AU", "B07", Some("X")) };
    assert_eq!(tax(&decided(late), DutyType::ImportDuty).rate.to_string(), "85");
    let valves = GoodsItem { quota_class: Some("X".into()), ..line("84818099", "CN", "B01", "1000", "PCE", "10") };
    finding(&decided(valves), "E1009");
    let beside = GoodsItem { exemption_code: Some("XNK32".into()), ..sugar("BR", "B30", Some("X")) };
    finding(&decided(beside), "E1010");
}

#[test]
fn an_exhausted_quota_gives_no_lower_rate() {
    let rulebook = rulebook_with("exhausted", |path, text| {
        if path == "assessment/tariff-quotas.toml" {
            let quota = "hs = [\"1701\"]\nlaw = \"ND-26-2023\"\nprovision = \"Annex IV\"\nin_force_from = 2023-07-15\nmark = \"verified\"\n";
            let exhausted = "[[quota.exhausted]]\nlaw = \"RULE-KEEPER\"\nprovision = \"announcement\"\nin_force_from = 2026-11-23\nin_force_to = 2026-12-31\nmark = \"sample\"\n";
            replace(text, quota, &format!("{quota}{exhausted}"));
        }
    });
    let decided = |item, day| decide_by(&rulebook, &with_lines(import("A12"), vec![item]), day, &Facts::default());
    let before = decided(sugar("BR", "B01", None), DAY.yesterday().unwrap());
    assert_eq!(before.outcome, Outcome::Accepted, "{:#?}", before.findings);
    let refused = decided(sugar("BR", "B01", None), DAY);
    assert!(finding(&refused, "E1011").rule.contains("tariff-quotas/sugar/exhausted"));
    let outside = decided(sugar("BR", "B01", Some("X")), DAY);
    assert_eq!(tax(&outside, DutyType::ImportDuty).rate.to_string(), "85");
}

#[test]
fn the_lower_rate_cites_both() {
    let beer = with_certificate("AANZ", line("22030099", "AU", "B07", "1000", "LTR", "1"));
    let decision = decided(beer);
    let duty = tax(&decision, DutyType::ImportDuty);
    assert_eq!(duty.rate.to_string(), "35");
    assert!(
        duty.citation.rule.contains("22030099/mfn") && duty.citation.rule.contains("lower than"),
        "{:?}",
        duty.citation
    );
    assert!(duty.citation.rule.contains("preferential/aanzfta"), "{:?}", duty.citation);
    assert!(duty.citation.law.contains("26/2023") && duty.citation.law.contains("121/2022"), "{:?}", duty.citation);
}

#[test]
fn mexico_has_rates_of_its_own() {
    let wine = |origin, schedule| with_certificate("CPTPP", line("22042111", origin, schedule, "600", "LTR", "5"));
    for (origin, schedule, rate) in [("MX", "B20", "20"), ("JP", "B21", "15")] {
        assert_eq!(tax(&decided(wine(origin, schedule)), DutyType::ImportDuty).rate.to_string(), rate, "{origin}");
    }
    for (origin, schedule) in [("MX", "B21"), ("JP", "B20")] {
        finding(&decided(wine(origin, schedule)), "E1012");
    }
    // The rates inside the quota of used cars are not entered: an officer's case.
    let car = with_certificate("CPTPP", line("87032361", "JP", "B22", "1", "UNIT", "9000"));
    let decision = decided(with_taxes(&[("TB202", None)], car));
    assert!(decision.gaps.iter().any(|gap| gap.rule.contains("cptpp-used-cars")), "{:#?}", decision.gaps);
}
