//! What a misspelt name was probably meant to be.

/// A longer word is no misspelt name, and comparing it would only cost time.
const LENGTH_MAX: usize = 80;

/// A hint with the known name that is nearest, unless none is near.
pub(crate) fn did_you_mean<'n>(written: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(written, known).map(|name| format!("did you mean `{name}`?"))
}

/// The known name that was probably meant by an unknown one: the nearest, where at most a third of its characters are
/// others, capitals counting as small letters; of equally near ones the first by the alphabet.
pub fn nearest<'n>(written: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if written.len() > LENGTH_MAX {
        return None;
    }
    let lowered = written.to_lowercase();
    let distances = known.into_iter().map(|name| (strsim::damerau_levenshtein(&lowered, &name.to_lowercase()), name));
    let (distance, name) = distances.min()?;
    let letters = written.chars().count().max(name.chars().count());
    (distance <= (letters / 3).max(1)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        assert_eq!(nearest("reducable", ["reducible", "not_reducible"]), Some("reducible"));
        assert_eq!(nearest("KHR", ["PH", "KH"]), Some("KH"));
        assert_eq!(nearest("kh", ["PH", "KH"]), Some("KH"));
        assert_eq!(nearest("banana", ["KH", "PH"]), None);
        assert_eq!(nearest(&"x".repeat(10_000), ["KH", "PH"]), None);
    }
}
