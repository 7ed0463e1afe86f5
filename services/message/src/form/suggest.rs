//! Which name was probably meant.

/// The known name nearest to an unknown one; `None` when none is near. A declarant who acts on a wrong guess lodges once
/// more in vain, so less is guessed than for those who write rules: a short name has to be right but for its capitals.
pub(crate) fn nearest<'n>(unknown: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // Comparing is quadratic in the length, and no name of ours is as long as this.
    if unknown.len() > 64 {
        return None;
    }
    let lower = unknown.to_lowercase();
    let distances = known.map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= unknown.chars().count().min(name.chars().count()) / 3).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let names = ["CountryCode", "Origin", "ID"];
        assert_eq!(nearest("ContryCode", names.into_iter()), Some("CountryCode"));
        assert_eq!(nearest("origin", names.into_iter()), Some("Origin"));
        assert_eq!(nearest("Weight", names.into_iter()), None);
        assert_eq!(nearest("XY", names.into_iter()), None);
        assert_eq!(nearest(&"x".repeat(10_000), names.into_iter()), None);
    }
}
