//! Tax codes as a mend names them.

use rulebook::TaxCode;
use vocabulary::Bilingual;

/// How many codes a mend names.
const CODES_NAMED_MAX: usize = 12;

/// Codes with their names; `None` when there are none, or too many to read.
pub(crate) fn named(codes: &[TaxCode<'_>]) -> Option<Bilingual> {
    if codes.is_empty() || codes.len() > CODES_NAMED_MAX {
        return None;
    }
    let en: Vec<String> = codes.iter().map(|code| format!("{} ({})", code.code(), code.name_en())).collect();
    let vi: Vec<String> = codes.iter().map(|code| format!("{} ({})", code.code(), code.name_vi())).collect();
    Some(Bilingual::new(en.join(", "), vi.join(", ")))
}

/// The codes that a mend names, as values.
pub(crate) fn values(codes: &[TaxCode<'_>]) -> Vec<String> {
    if codes.len() > CODES_NAMED_MAX { Vec::new() } else { codes.iter().map(|code| code.code().to_owned()).collect() }
}
