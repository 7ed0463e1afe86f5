//! The one mistake in some wild declarations.

use rand::RngExt as _;
use rust_decimal::Decimal;
use vocabulary::Declaration;

use super::Wild;

impl Wild<'_> {
    /// Puts one mistake into a declaration.
    pub(super) fn spoil(&mut self, declaration: &mut Declaration) {
        let at = self.rng.random_range(0..declaration.goods_items.len().max(1));
        match self.rng.random_range(0..29) {
            24 => declaration.total_value_amount = declaration.total_value_amount.map(|_| Decimal::ONE),
            25 => declaration.price_kind = Some("A".into()),
            26 if !declaration.adjustments.is_empty() => {
                declaration.adjustments.truncate(1);
                declaration.adjustments[0].title = None;
                declaration.adjustments[0].class = Some("DP".into());
            }
            0 => declaration.kind = Some("Z99".into()),
            1 => declaration.customs_office = Some("99ZZ".into()),
            // In use until the merge of July 2026.
            2 => declaration.customs_office = Some("01B2".into()),
            3 => declaration.terms_of_delivery = None,
            4 => declaration.invoice_currency = Some("XXQ".into()),
            5 => declaration.package_unit = None,
            6 => declaration.freight_amount = None,
            7 => declaration.freight_currency = None,
            8 => declaration.insurance_class = Some("A".into()),
            9 => {
                declaration.invoice_amount =
                    declaration.invoice_amount.map(|amount| (amount / Decimal::from(2)).trunc_with_scale(2))
            }
            10 => declaration.allocation_total = Some(Decimal::new(1, 4)),
            11 => declaration.container_count = Some(2),
            12 => declaration.temporary_limit_date = None,
            13 => declaration.importer_code = declaration.importer_code.as_ref().map(|_| "0100233489".into()),
            mistake => {
                let Some(item) = declaration.goods_items.get_mut(at) else { return };
                match mistake {
                    14 => item.commodity_code = Some("99999999".into()),
                    15 => item.origin = item.origin.as_ref().map(|_| "ZZ".into()),
                    16 => item.invoice_value = item.invoice_value.map(|value| value + Decimal::TEN),
                    17 => item.quantity = Some(Decimal::ZERO),
                    18 => item.quantity_unit = Some("ROL".into()),
                    19 => item.sequence = Some(77),
                    20 => item.exemption_code = Some("XN999".into()),
                    21 => item.invoice_value = None,
                    22 => item.customs_value_currency = None,
                    27 => item.unit_price_currency = item.unit_price_currency.as_ref().map(|_| "HUF".into()),
                    28 => {
                        item.customs_value = Some(Decimal::ONE);
                        item.customs_value_currency = Some("USD".into());
                    }
                    _ => item.tariff_schedule = item.tariff_schedule.as_ref().map(|_| "B99".into()),
                }
            }
        }
    }
}
