//! Amounts below which import or export duty is not collected.

use rust_decimal::Decimal;

use crate::cited::Cited;

/// Amounts of dong below which import or export duty is not collected (Decree 134/2016/ND-CP art. 8, 29).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// A shipment that is neither a gift nor border trade nor express.
    pub small_shipment: Cited<ShipmentThreshold>,
    /// A shipment by express.
    pub express: Cited<ShipmentThreshold>,
    /// A gift to a person.
    pub gift: Cited<GiftThreshold>,
}

/// A shipment is exempt when its value is not above the one, or its duty not above the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShipmentThreshold {
    /// The highest exempt customs value, in dong.
    pub customs_value_max: Decimal,
    /// The highest exempt duty, in dong.
    pub duty_max: Decimal,
}

/// A gift is exempt when its value is not above the one, or its duty is below the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GiftThreshold {
    /// The highest exempt customs value, in dong.
    pub customs_value_max: Decimal,
    /// The duty must be below this, in dong.
    pub duty_below: Decimal,
    /// How often in a year a person may receive an exempt gift.
    pub times_a_year: u32,
}
