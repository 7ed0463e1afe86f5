//! Small documents: read whole and then taken apart, written one element a line.
//!
//! ```text
//!   bytes ──► read ──► Element (a tree) ──► Cursor, in the order of the schema ──► what it says, or findings
//!   bytes ◄── Out ◄────────────────────────────────────────────────────────────── what it says
//! ```
//!
//! A kind of document is a [`Format`] and a function that takes it apart; the shapes of values that several kinds have stand
//! in [`shapes`].

mod answer;
mod command;
mod indented;
mod notice;
mod payment;
pub mod shapes;
mod tree;

pub use answer::{ANSWER_NAMESPACE, read_answer, write_answer};
pub use command::{COMMAND_NAMESPACE, read_command, write_command};
pub use indented::Out;
pub use notice::{NOTICE_NAMESPACE, read_notice, write_notice};
pub use payment::{PAYMENT_NAMESPACE, read_payment, write_payment};
pub use tree::{Cursor, Element, Format, read};
