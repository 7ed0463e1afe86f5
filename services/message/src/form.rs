//! What reading any kind of document needs: values by their kind, what is wrong with one, and findings in the making.

pub(crate) mod characters;
pub(crate) mod findings;
pub(crate) mod law;
pub(crate) mod strange;
pub(crate) mod suggest;
pub(crate) mod values;
