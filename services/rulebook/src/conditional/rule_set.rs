//! Sets of rules, a bit for each rule.

/// Rules by their position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RuleSet(Vec<u64>);

const BITS: usize = u64::BITS as usize;

impl RuleSet {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(crate) fn contains(&self, rule: usize) -> bool {
        self.0.get(rule / BITS).is_some_and(|word| word & (1 << (rule % BITS)) != 0)
    }

    pub(crate) fn insert(&mut self, rule: usize) {
        if self.0.len() <= rule / BITS {
            self.0.resize(rule / BITS + 1, 0);
        }
        self.0[rule / BITS] |= 1 << (rule % BITS);
    }

    /// Takes in the rules of another set.
    pub(crate) fn extend(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }

    /// Takes out the rules of another set.
    pub(crate) fn remove(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= !other;
        }
    }

    /// The rules of both sets.
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(word, other)| word & other).collect())
    }

    /// The rules, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(place, word)| {
            let rest = |word: &u64| Some(word & (word - 1)).filter(|rest| *rest != 0);
            let words = std::iter::successors(Some(*word).filter(|word| *word != 0), rest);
            words.map(move |word| place * BITS + word.trailing_zeros() as usize)
        })
    }
}

impl FromIterator<usize> for RuleSet {
    fn from_iter<I: IntoIterator<Item = usize>>(rules: I) -> Self {
        let mut set = Self::default();
        rules.into_iter().for_each(|rule| set.insert(rule));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_different_lengths_are_put_together_and_taken_apart() {
        let few: RuleSet = [0, 63, 64].into_iter().collect();
        let many: RuleSet = [1, 64, 200].into_iter().collect();
        let mut all = few.clone();
        all.extend(&many);
        assert_eq!(all.iter().collect::<Vec<_>>(), [0, 1, 63, 64, 200]);
        assert_eq!(few.intersection(&many).iter().collect::<Vec<_>>(), [64]);
        assert_eq!(many.intersection(&few).iter().collect::<Vec<_>>(), [64]);
        all.remove(&few);
        assert_eq!(all.iter().collect::<Vec<_>>(), [1, 200]);
        assert!(all.contains(200) && !all.contains(64) && !all.contains(10_000));
        all.remove(&many);
        assert!(all.is_empty() && RuleSet::default().is_empty());
    }
}
