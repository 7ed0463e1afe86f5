//! Claims that clearance makes by itself.

use std::sync::Arc;

use vocabulary::{Bilingual, Citation, Claim, ClaimKind};

/// A claim on the customs value of the declaration as a whole.
pub(crate) fn of_value(
    code: Option<String>,
    message: Bilingual,
    rests_on: Bilingual,
    rule: impl Into<String>,
    law: &Arc<str>,
) -> Claim {
    Claim {
        kind: ClaimKind::Value,
        item: None,
        tax: None,
        code,
        message,
        rests_on,
        citation: Citation::new(rule.into(), Arc::clone(law)),
    }
}
