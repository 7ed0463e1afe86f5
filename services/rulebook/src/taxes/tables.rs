//! All that is said of taxes, of all days.

use rust_decimal::Decimal;

use crate::cited::Versions;
use crate::taxes::code::TaxCodes;
use crate::taxes::environmental::EnvironmentalLines;
use crate::taxes::special_consumption::SpecialConsumptionTables;
use crate::taxes::threshold::{GiftThreshold, ShipmentThreshold};
use crate::taxes::vat::VatTables;

/// The tables of taxes.
#[derive(Debug)]
pub(crate) struct Taxes {
    pub(crate) vat: VatTables,
    pub(crate) special_consumption: SpecialConsumptionTables,
    pub(crate) environmental_protection: EnvironmentalLines,
    pub(crate) codes: TaxCodes,
    pub(crate) small_shipment: Versions<ShipmentThreshold>,
    pub(crate) express: Versions<ShipmentThreshold>,
    pub(crate) gift: Versions<GiftThreshold>,
    /// Interest on tax paid late, in per cent of the amount for each day.
    pub(crate) late_payment: Versions<Decimal>,
}

impl Taxes {
    /// How many rows by commodity code there are.
    pub(crate) fn row_count(&self) -> usize {
        self.vat.rows.row_count()
            + self.special_consumption.listed.rows.row_count()
            + self.environmental_protection.0.rows.row_count()
    }
}
