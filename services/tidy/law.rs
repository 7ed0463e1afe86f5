//! The law changes by day and is cited from `rules/law`; a citation that is written into the code is missed by
//! `rules check` when its instrument is replaced.

use crate::Findings;
use crate::source::files;

#[test]
fn no_law_is_cited_in_code() {
    let mut findings = Findings::default();
    for file in files() {
        let product = file.product().filter_map(|token| Some((token.line, token.text()?)));
        for (line, text) in product.filter(|(_, text)| names_instrument(text)) {
            let what = format_args!("cites the law in code: name it in rules/law and ask the rulebook for it: {text}");
            findings.add(format_args!("{}:{line}", file.path), what);
        }
    }
    findings.none();
}

/// Whether the text holds the number of an instrument, such as `54/2014/QH13` or `38/2015/TT-BTC`.
fn names_instrument(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    parts.windows(3).any(|three| {
        let number = three[0].ends_with(|sign: char| sign.is_ascii_digit());
        let year = three[1].len() == 4 && three[1].bytes().all(|byte| byte.is_ascii_digit());
        number && year && three[2].starts_with(|sign: char| sign.is_uppercase())
    })
}

#[test]
fn an_instrument_is_known_by_its_number() {
    assert!(names_instrument("Law 54/2014/QH13, art. 30") && names_instrument("Thông tư 38/2015/TT-BTC"));
    assert!(!names_instrument("24/11/2026") && !names_instrument("assessment/import-tariff/84818099/mfn@2023-07-15"));
}
