//! What a misspelt name was probably meant to be.

/// A longer word is no misspelt name, and comparing it would only cost time.
const LENGTH_MAX: usize = 64;

/// A hint with the known name that is nearest, unless none is near.
pub(crate) fn did_you_mean<'n>(written: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(written, known).map(|name| format!("did you mean `{name}`?"))
}

/// The known name that is nearest: at most a third of its characters away, capitals counting as small letters.
fn nearest<'n>(written: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if written.len() > LENGTH_MAX {
        return None;
    }
    let lowered = written.to_lowercase();
    let distances = known.into_iter().map(|name| (strsim::damerau_levenshtein(&lowered, &name.to_lowercase()), name));
    let (distance, name) = distances.min()?;
    (distance <= (written.len().max(name.len()) / 3).max(1)).then_some(name)
}
