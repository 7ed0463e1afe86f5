//! Holds the source tree against the habits of the house. It builds nothing of the product, so that it answers first:
//!
//! ```text
//! layers        which crate may stand on which, and which one alone may use an outside library
//! rooms         who alone writes SQL, names an XML element, opens a rule file; who does no I/O
//! circles       files that import each other in a circle
//! law           citations of the law that stand in code instead of `rules/law`
//! pages         files that the pages for people name
//! files         what every source file begins with, how long it may be, comments that say nothing
//! dependencies  what is depended on and not used, from where it comes, under which licence
//! ```
//!
//! Each finding names file, line and mend. Where something stands that should not, it stands in a list with its reason;
//! an entry that is no longer needed is a finding too, so that the lists only shrink.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod circles;
mod dependencies;
mod files;
mod imports;
mod law;
mod layers;
mod pages;
mod rooms;
mod source;

use std::fmt::Display;

/// Findings are gathered, so that one run tells all of them.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn add(&mut self, place: impl Display, what: impl Display) {
        self.0.push(format!("{place}: {what}"));
    }

    fn none(self) {
        assert!(self.0.is_empty(), "\n{}\n", self.0.join("\n"));
    }
}
