//! The facts that conditions may ask for and no declarant enters: their names, types and slots.

use conditions::Type;
use vocabulary::TaxCodeStatus;

/// A fact that no declarant enters: its name in conditions, its type, and its slot.
macro_rules! facts {
    ($table:ident from $first:expr; $($constant:ident = $name:literal: $kind:ident,)*) => {
        facts!(@slots $first; $($constant,)*);
        /// Name, slot and type of each.
        pub(crate) const $table: &[(&str, u16, Type)] = &[$(($name, $constant, Type::$kind),)*];
    };
    (@slots $slot:expr; $constant:ident, $($rest:ident,)*) => {
        pub(crate) const $constant: u16 = $slot;
        facts!(@slots $slot + 1; $($rest,)*);
    };
    (@slots $slot:expr;) => {};
}

/// Facts stand above every registry of fields.
pub(crate) const FACTS_FROM: u16 = 1000;

facts! { DECLARATION_FACTS from FACTS_FROM;
    REGISTERED_ON = "registered_on": Date,
    DECLARANT = "declarant": Text,
    TRADER_KNOWN = "trader_known": Bool,
    TRADER_COMPLIANCE_LEVEL = "trader_compliance_level": Number,
    TRADER_AUTHORISED_OPERATOR = "trader_authorised_operator": Bool,
    TRADER_DEBT_OVER_90_DAYS = "trader_debt_over_90_days": Bool,
    TRADER_STATUS = "trader_status": Text,
    DRAW = "draw": Number,
    TOTAL_CUSTOMS_VALUE = "total_customs_value": Number,
    TOTAL_PAYABLE = "total_payable": Number,
    CONSIGNMENT_LANE = "consignment_lane": Text,
    CONSIGNMENT_BRANCH = "consignment_branch": Text,
    RISK_SCORE = "risk_score": Number,
    CLAIMS = "claims": Number,
}

/// What the code lists say of a code that the declaration names stands above all other facts.
pub(crate) const LOOKED_UP_FROM: u16 = 2000;

facts! { LOOKED_UP_FACTS from LOOKED_UP_FROM;
    KIND_LIMIT_DATE_REQUIRED = "kind_limit_date_required": Bool,
    KIND_PREVIOUS_REQUIRED = "kind_previous_required": Bool,
    KIND_TRANSPORT_START_ALLOWED = "kind_transport_start_allowed": Bool,
    PRICE_INCLUDES_FREIGHT = "price_includes_freight": Bool,
    PRICE_INCLUDES_INSURANCE = "price_includes_insurance": Bool,
    INSURANCE_MAY_BE_ENTERED = "insurance_may_be_entered": Bool,
    VALUE_BY_HAND = "value_by_hand": Bool,
}

facts! { ELEMENT_FACTS from FACTS_FROM;
    POSITION = "position": Number,
    REPEATED = "repeated": Bool,
}

facts! { ITEM_FACTS from FACTS_FROM + 10;
    PREFERENCE_CLAIMED = "preference_claimed": Bool,
    ITEM_CUSTOMS_VALUE = "item_customs_value": Number,
    ITEM_PAYABLE = "item_payable": Number,
    CERTIFICATE_RECEIVED = "certificate_received": Bool,
    ITEM_CLAIMS = "claims": Number,
}

/// The words for a trader's status in conditions.
pub(crate) const TRADER_STATUSES: [(&str, TaxCodeStatus); 7] = [
    ("active", TaxCodeStatus::Active),
    ("suspended", TaxCodeStatus::Suspended),
    ("closed", TaxCodeStatus::Closed),
    ("duplicate", TaxCodeStatus::Duplicate),
    ("unknown", TaxCodeStatus::Unknown),
    ("not_registered", TaxCodeStatus::NotRegistered),
    ("not_at_address", TaxCodeStatus::NotAtAddress),
];
