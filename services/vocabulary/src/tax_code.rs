//! The tax code (mã số thuế) by which an enterprise or a person is known.

/// Why a text is no tax code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TaxCodeError {
    /// Not 10 digits, 13 digits for a branch, or the 12 digits of a personal number.
    #[error("a tax code has 10 digits, 13 for a branch, or the 12 of a personal number")]
    Shape,
    /// The tenth digit does not fit the nine before it.
    #[error("the tenth digit of the tax code does not fit the nine before it")]
    CheckDigit,
    /// The serial number is all zeros, or the branch is 000.
    #[error("the serial number or the branch of the tax code is zero")]
    Zero,
}

/// Whether a text can be a tax code.
///
/// Ten digits, the tenth of which is `10 - (31a + 29b + 23c + 19d + 17e + 13f + 7g + 5h + 3i) mod 11` of the others; or
/// those and three digits for a branch; or twelve digits, the number of a person, where `person` says that one may
/// declare.
///
/// # Errors
/// What is wrong with it.
pub fn check_tax_code(code: &str, person: bool) -> Result<(), TaxCodeError> {
    const WEIGHTS: [u32; 9] = [31, 29, 23, 19, 17, 13, 7, 5, 3];
    if !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TaxCodeError::Shape);
    }
    match code.len() {
        12 if person => return Ok(()),
        10 | 13 => {}
        _ => return Err(TaxCodeError::Shape),
    }
    let digits = code.as_bytes();
    let digit = |at: usize| u32::from(digits[at] - b'0');
    let sum: u32 = WEIGHTS.iter().enumerate().map(|(at, weight)| weight * digit(at)).sum();
    // A remainder of 0 would need the digit 10, so such a prefix was never given.
    if 10 - sum % 11 != digit(9) {
        return Err(TaxCodeError::CheckDigit);
    }
    if code[2..9].bytes().all(|byte| byte == b'0') || (code.len() == 13 && &code[10..] == "000") {
        return Err(TaxCodeError::Zero);
    }
    Ok(())
}

/// The tax code that a text is, once signs between its digits are left out and the zero that a spreadsheet takes from its
/// beginning is put back; `None` unless the check digit confirms it, or when the text is that code already.
pub fn meant_tax_code(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|sign| !matches!(sign, ' ' | '.' | '-' | '/' | '_')).collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let code = match digits.len() {
        10 | 13 => digits,
        9 | 12 => format!("0{digits}"),
        _ => return None,
    };
    (code != text && check_tax_code(&code, false).is_ok()).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_pass() {
        for code in ["0100233488", "0106753003", "0100109106", "2500150335", "0101243150", "0300588569", "0314409058"] {
            assert_eq!(check_tax_code(code, false), Ok(()), "{code}");
        }
        assert_eq!(check_tax_code("0100233488001", false), Ok(()));
        assert_eq!(check_tax_code("001089012345", true), Ok(()));
    }

    #[test]
    fn a_code_is_recognised_without_its_zero_and_with_signs_in_it() {
        for (text, code) in [
            ("100233488", Some("0100233488")),
            ("0100233488-001", Some("0100233488001")),
            ("100233488-001", Some("0100233488001")),
            ("0100 233 488", Some("0100233488")),
            ("0100.233.488", Some("0100233488")),
            // The check digit does not confirm these.
            ("100233489", None),
            ("0100233489-001", None),
            ("0100233488-000", None),
            // There is nothing to mend.
            ("0100233488", None),
            ("01002334", None),
            ("MST0100233488", None),
        ] {
            assert_eq!(meant_tax_code(text).as_deref(), code, "{text}");
        }
    }

    #[test]
    fn one_wrong_digit_is_found() {
        assert_eq!(check_tax_code("0100233489", false), Err(TaxCodeError::CheckDigit));
        assert_eq!(check_tax_code("010023348", false), Err(TaxCodeError::Shape));
        assert_eq!(check_tax_code("0100233488000", false), Err(TaxCodeError::Zero));
        assert_eq!(check_tax_code("001089012345", false), Err(TaxCodeError::Shape));
        // This prefix has no valid tenth digit at all.
        for last in 0..=9 {
            assert!(check_tax_code(&format!("020010909{last}"), false).is_err());
        }
    }
}
