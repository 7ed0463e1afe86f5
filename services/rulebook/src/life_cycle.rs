//! Terms, reasons and frozen fields of a declaration's life: `rules/life-cycle/`.

pub(crate) mod in_force;
pub(crate) mod inventory;
pub(crate) mod load;
pub(crate) mod rules;
