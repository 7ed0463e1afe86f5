//! Trade remedies: measures of the Minister of Industry and Trade on goods of certain origins and makers.
//!
//! ```text
//!   trade-remedies.toml  the measures ─┐
//!   trade-remedies.csv   their rates ──┴─► in_force: the measures on goods, and the rates for an origin
//!                            └─► become tax codes, which declarations name them with
//! ```

pub(crate) mod in_force;
pub(crate) mod inventory;
pub(crate) mod load;
pub(crate) mod measure;
