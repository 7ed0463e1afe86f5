//! What every subject reads its files with: bytes, blocks and rows, the words in them, and the dates and law of each value.
//!
//! ```text
//!   folder ──► seal ──► sources ──► toml_file  (blocks) ─┬─► values (words) ──► dating (days, law, mark)
//!                              └──► csv_file   (rows)   ─┘
//!                                       └──► lines      (tables by commodity code)
//! ```

pub(crate) mod csv_file;
pub(crate) mod dating;
pub(crate) mod folder;
pub(crate) mod lines;
pub(crate) mod seal;
pub(crate) mod sources;
pub(crate) mod toml_file;
pub(crate) mod values;
