//! Enterprises that do not exist, with tax codes that could.

use vocabulary::{Entitlement, TaxCodeStatus, TraderFacts};

/// A tax code with a fitting check digit, the `n`-th of a made-up series that no office has given.
pub fn tax_code(n: u32) -> String {
    let mut found = 0;
    for serial in 0.. {
        let prefix = format!("99{serial:07}");
        // One prefix in eleven has no check digit at all, and is passed over.
        if let Some(code) = (0..10).map(|digit| format!("{prefix}{digit}")).find(|code| is_valid(code)) {
            if found == n {
                return code;
            }
            found += 1;
        }
    }
    String::new()
}

fn is_valid(code: &str) -> bool {
    vocabulary::tax_code::check_tax_code(code, false).is_ok()
}

/// What the `n`-th enterprise is entitled to: most make goods for export or process them for foreign traders, some are
/// export-processing enterprises, some have nothing.
fn entitlements(n: u32) -> Vec<Entitlement> {
    let codes: &[&str] = match n % 8 {
        0..=3 => &["PRODUCTION_SITE", "PROCESSING"],
        4 | 5 => &["EPE"],
        6 => &["PRODUCTION_SITE"],
        _ => &[],
    };
    let entitled =
        |code: &&str| Entitlement { code: (*code).to_owned(), number: None, holds_from: None, holds_to: None };
    codes.iter().map(entitled).collect()
}

/// The facts of so many enterprises: most of them honest, a few authorised operators, a few with debts.
pub fn traders(count: u32) -> Vec<TraderFacts> {
    (0..count)
        .map(|n| TraderFacts {
            tax_code: tax_code(n),
            status: if n % 29 == 28 { TaxCodeStatus::Closed } else { TaxCodeStatus::Active },
            compliance_level: match n % 12 {
                0 => 1,
                1..=4 => 2,
                5..=8 => 3,
                9 | 10 => 4,
                _ => 5,
            },
            authorised_operator: n % 12 == 0,
            debt_over_90_days: n % 23 == 22,
            entitlements: entitlements(n),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tax_codes_are_valid_and_differ() {
        let codes: std::collections::HashSet<String> = (0..50).map(tax_code).collect();
        assert_eq!(codes.len(), 50);
        assert!(codes.iter().all(|code| is_valid(code)));
    }
}
