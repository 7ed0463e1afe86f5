//! What arrives, read before anything is looked up: documents of declarants, commands of customs, payments of banks.

pub(crate) mod arrival;
pub(crate) mod confirmation;
pub(crate) mod lodgement;
pub(crate) mod order;
pub(crate) mod trace_context;
