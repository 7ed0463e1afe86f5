//! What people write for a code that is no code of its list: `code-lists/aliases.csv`.

use vocabulary::Bilingual;

use crate::cited::Provenance;
use crate::code_list::CodeList;

/// Where the code is looked for that an alias stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Aliased {
    /// In a code list.
    List(CodeList),
    /// Among the codes of taxes and exemptions.
    TaxCodes,
}

impl Aliased {
    /// The word for the tax codes, which are no code list.
    pub(crate) const TAX_CODES: &'static str = "tax-codes";

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::List(list) => list.as_str(),
            Self::TaxCodes => Self::TAX_CODES,
        }
    }
}

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Alias {
    pub(crate) list: Aliased,
    /// As [`folded`].
    pub(crate) written: Box<str>,
    /// The code; `None` where only the hint can help.
    pub(crate) code: Option<Box<str>>,
    pub(crate) hint: Option<Bilingual>,
    pub(crate) provenance: Provenance,
}

/// A text as aliases compare: in capitals, one blank between words.
pub(crate) fn folded(written: &str) -> String {
    let words: Vec<String> = written.split_whitespace().map(str::to_uppercase).collect();
    words.join(" ")
}
