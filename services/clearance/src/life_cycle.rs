//! The life of a declaration: pure transitions from where it stands and a command to events.
//!
//! ```text
//!                ┌► Rejected        ┌── green ──► AwaitingPayment ──────────────┐
//! Draft ── lodge ┼► Referred ─ decide             ▲   ▲                         ▼
//!   │            └► registered ─────┼── yellow ─► DocumentCheck ◄► AmendmentInstructed   Cleared ─► ThroughSupervision
//!   └ PreRegistered ─ register ┘    └── red ────► Examination ───────────────── ▲
//!                                                   └► ReleasedBeforePermit, TakenToStorage ┘
//! ```
//!
//! [`carry_out`] is the only way on. What it answers are [`Event`]s, and a declaration's [`Standing`] is their sum, so that
//! what is kept can be held against what happened. `LIFE_CYCLE.md` shows every state with every command; it is written from
//! this code.

mod after_clearance;

mod interest;

mod standing;

mod event;

mod command;

mod refusal;

mod changed;

mod frozen;

mod transition;

mod term;

pub use command::{Amendment, Command, Decided, law_of};
pub use event::Event;
pub use interest::{interest_until, payable_until};
pub use refusal::RefusedCommand;
pub use standing::{DatedPayment, Standing};
pub use term::{TimedCommand, case_of_time, next_of_time};
pub use transition::{Circumstances, Step, carry_out};
pub use vocabulary::{State, UnknownState};
