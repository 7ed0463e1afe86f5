//! What people write for a code that is no code of its list: `code-lists/aliases.csv`.
//!
//! A hint about a code with legal meaning is never a guess by spelling. It comes from this table, from the name of the
//! code itself, or there is none.

use vocabulary::Bilingual;

use crate::cited::Provenance;
use crate::code_list::{CodeEntry, CodeList};
use crate::in_force::RulesInForce;
use crate::tax::TaxCode;

/// How many codes of a list a mend names.
const CODES_NAMED_MAX: usize = 12;

/// Adds a hint to a mend.
fn append(mend: &mut Bilingual, hint: Option<&Bilingual>) {
    if let Some(hint) = hint {
        mend.en.push_str(&format!("; {}", hint.en));
        mend.vi.push_str(&format!("; {}", hint.vi));
    }
}

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

/// What was meant by a text that is no code of a list.
#[derive(Debug, Clone)]
pub struct MeantCode<'a> {
    /// The code, where one was meant.
    pub code: Option<CodeEntry<'a>>,
    /// What the table says besides.
    pub hint: Option<&'a Bilingual>,
}

/// What was meant by a text that is no tax code.
#[derive(Debug, Clone)]
pub struct MeantTaxCode<'a> {
    /// The code, where one was meant.
    pub code: Option<TaxCode<'a>>,
    /// What the table says besides.
    pub hint: Option<&'a Bilingual>,
}

impl<'a> RulesInForce<'a> {
    /// What was meant by a text that is no code of a list: by the table of aliases, or because it is the name of a code,
    /// or the code in small letters.
    pub fn meant(&self, list: CodeList, written: &str) -> Option<MeantCode<'a>> {
        let folded = folded(written);
        if let Some(alias) = self.alias(Aliased::List(list), &folded) {
            let code = alias.code.as_deref().and_then(|code| self.code(list, code));
            return Some(MeantCode { code, hint: alias.hint.as_ref() });
        }
        if let Some(code) = self.code(list, &folded) {
            return Some(MeantCode { code: Some(code), hint: None });
        }
        // A name that several codes share tells nothing.
        let named = |entry: &CodeEntry<'_>| {
            [entry.name_en(), entry.name_vi()].into_iter().any(|name| name.to_uppercase() == folded)
        };
        let mut codes = self.codes(list).filter(named);
        let code = codes.next()?;
        codes.next().is_none().then_some(MeantCode { code: Some(code), hint: None })
    }

    /// What was meant by a text that is no tax code, by the table of aliases.
    pub fn meant_tax_code(&self, written: &str) -> Option<MeantTaxCode<'a>> {
        let alias = self.alias(Aliased::TaxCodes, &folded(written))?;
        let code = alias.code.as_deref().and_then(|code| self.tax_code(code));
        Some(MeantTaxCode { code, hint: alias.hint.as_ref() })
    }

    /// How a text that is no code of a list is mended, and the code to enter where one was meant. Codes of a short list
    /// are all named; of a long one is said where it is found.
    pub fn mend_code(&self, list: CodeList, written: &str) -> (Bilingual, Vec<String>) {
        match self.meant(list, written) {
            Some(MeantCode { code: Some(code), hint }) => {
                let mut mend = Bilingual::new(
                    format!("enter {} ({})", code.code(), code.name_en()),
                    format!("nhập {} ({})", code.code(), code.name_vi()),
                );
                append(&mut mend, hint);
                (mend, vec![code.code().to_owned()])
            }
            Some(MeantCode { code: None, hint: Some(hint) }) => (hint.clone(), Vec::new()),
            _ => (self.mend_from_list(list), Vec::new()),
        }
    }

    /// A mend that names the codes of a short list, and says where a long one is found.
    fn mend_from_list(&self, list: CodeList) -> Bilingual {
        let codes: Vec<&str> = self.codes(list).map(|entry| entry.code()).collect();
        if codes.len() <= CODES_NAMED_MAX {
            let all = codes.join(", ");
            return Bilingual::new(format!("enter one of {all}"), format!("nhập một trong các mã {all}"));
        }
        let table = self.rulebook().list(list);
        let (en, vi) = table.map_or(("code list", "danh mục"), |table| table.titles());
        let law = table.and_then(|table| table.all().first()).map_or("", |entry| &*entry.provenance.law);
        Bilingual::new(
            format!("look the code up in the list «{en}» ({law}; code-lists/{})", list.as_str()),
            format!("tra mã trong danh mục «{vi}» ({law}; code-lists/{})", list.as_str()),
        )
    }

    fn alias(&self, list: Aliased, folded: &str) -> Option<&'a Alias> {
        let aliases = self.rulebook().aliases.iter();
        let mut here = aliases.filter(|alias| alias.list == list && *alias.written == *folded);
        here.find(|alias| alias.provenance.holds_on(self.date()))
    }
}
