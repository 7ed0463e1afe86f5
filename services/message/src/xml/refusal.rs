//! Why a document cannot be read at all.

use vocabulary::Bilingual;

/// Why reading stops: the document is not XML, or it breaks a guard.
#[derive(Debug)]
pub struct Refusal {
    /// The code of the finding.
    pub code: &'static str,
    /// Where, in bytes from the start of the text.
    pub offset: usize,
    pub message: Bilingual,
    /// How to mend it.
    pub mend: Bilingual,
}

impl Refusal {
    /// The document is not well-formed.
    pub fn malformed(offset: usize, en: impl Into<String>, vi: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            code: "not_well_formed",
            offset,
            message: Bilingual {
                en: format!("the document is not well-formed XML: {}", en.into()),
                vi: format!("chứng từ không đúng cú pháp XML: {}", vi.into()),
            },
            mend: Bilingual::new(
                "write the document with an XML library, and check it with the schema before lodging",
                "tạo chứng từ bằng thư viện XML và kiểm tra theo lược đồ trước khi gửi",
            ),
        })
    }

    /// The document breaks a guard.
    pub fn guard(code: &'static str, offset: usize, message: [&str; 2], mend: [&str; 2]) -> Box<Self> {
        Box::new(Self {
            code,
            offset,
            message: Bilingual::new(message[0], message[1]),
            mend: Bilingual::new(mend[0], mend[1]),
        })
    }
}
