//! What turns declared values into dong: exchange rates week by week, roundings, and the margins within which declared
//! values agree.

pub(crate) mod exchange_rates;
pub(crate) mod in_force;
pub(crate) mod inventory;
pub(crate) mod load;
pub(crate) mod margin;
pub(crate) mod rounding;
pub(crate) mod tables;
