//! Which law asks for the form of each document.
//!
//! The law changes by day, and what it says on which day stands in the rulebook, which nothing here knows: a finding bears
//! the name of its provision, and whoever has the rules of its day puts the words in.

/// The form of a lodged declaration.
pub(crate) const DECLARATION: &str = "declaration_form";
/// The form of a command of customs, and of its answer.
pub(crate) const COMMAND: &str = "command_form";
/// The form of a notice to the declarant.
pub(crate) const NOTICE: &str = "notice_form";
/// The form of a bank's confirmation of a payment.
pub(crate) const PAYMENT: &str = "payment_form";

/// The names of all provisions that findings about a document's form bear; `rules/law/citations.toml` has the words.
pub const PROVISIONS: [&str; 4] = [DECLARATION, COMMAND, NOTICE, PAYMENT];
