//! The nouns of customs clearance, with no behaviour beyond what they mean by themselves and no I/O.
//!
//! One file per noun, in reading order: the declaration as lodged and its fields, what is found in it, the duties and
//! taxes assessed on it, and what was decided; at last what goes from hand to hand: the topics, and the envelope around each
//! message.

pub mod field;

pub mod declaration;

pub mod records;

pub mod amount;

pub mod number;

pub mod vietnam_time;

pub mod tax_code;

pub mod origin_certificate;

mod lane;

pub mod facts;

pub mod citation;

pub mod finding;

pub mod duty;

pub mod preference;

pub mod claim;

pub mod decision;

pub mod notice;

pub mod command;

pub mod command_kind;

pub mod state;

pub mod topics;

pub mod envelope;

pub use citation::{Citation, RulebookGap};
pub use claim::{Claim, ClaimKind};
pub use command::{
    AutomaticCase, CommandAnswer, Commander, CustomsCommand, Instruction, NamedDeclaration, Post, Refusal,
};
pub use command_kind::{Actor, CommandKind};
pub use decision::{AppliedExchangeRate, AssessedItem, CriterionHit, Decision, DutyTotal, Outcome};
pub use declaration::{Declaration, Direction, GoodsItem};
pub use duty::{DutyLine, DutyType, PerUnit, Rate};
pub use facts::{
    Balance, BalanceLine, CaseFacts, Entitlement, ExemptionList, Facts, Guarantee, RoutedBranch, TaxCodeStatus,
    TemporaryDeclaration, TraderFacts, WriteOff,
};
pub use field::{Field, FieldId, Kind, Record, Required, Scope, Text, Value, ValueRef};
pub use finding::{Bilingual, Finding, Language, Place, Severity};
pub use lane::Lane;
pub use notice::{Notice, NoticeKind, PaymentConfirmation, Reason};
pub use number::{DeclarationNumber, item_number};
pub use origin_certificate::{
    CertificateInvoice, CertificateItem, CertificateParty, CertificateTick, CertifiedExporter, Exhibition,
    OriginCertificate, OriginDeclaration, PreviousProof, PreviousQuantity, ProductionCosts,
};
pub use preference::{Preference, PreferenceNote, ProofReference, Standing};
pub use state::{Security, State, UnknownState};
