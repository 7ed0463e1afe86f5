//! Amounts of money in a declaration, and the currency that each is in.

use crate::declaration::{adjustment, declaration, goods_item, other_tax};
use crate::field::{FieldId, Scope, ValueRef};
use crate::{Declaration, Place, records};

/// The currency of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountCurrency {
    /// That of a field of the same record.
    Own(FieldId),
    /// That of the invoice.
    Invoice,
    Dong,
}

/// Every field that holds an amount of money, with its currency. Prices and rates for one unit are not amounts: they may
/// have decimals in any currency.
pub const AMOUNTS: [(FieldId, AmountCurrency); 10] = [
    (declaration::invoice_amount, AmountCurrency::Invoice),
    (declaration::freight_amount, AmountCurrency::Own(declaration::freight_currency)),
    (declaration::insurance_amount, AmountCurrency::Own(declaration::insurance_currency)),
    (declaration::allocation_total, AmountCurrency::Invoice),
    (declaration::total_value_amount, AmountCurrency::Own(declaration::total_value_currency)),
    (adjustment::amount, AmountCurrency::Own(adjustment::currency)),
    (goods_item::invoice_value, AmountCurrency::Invoice),
    (goods_item::customs_value, AmountCurrency::Own(goods_item::customs_value_currency)),
    (goods_item::reduction_amount, AmountCurrency::Dong),
    (other_tax::reduction_amount, AmountCurrency::Dong),
];

/// Every field that holds a price or a rate for one unit, with its currency.
pub const UNIT_AMOUNTS: [(FieldId, AmountCurrency); 2] = [
    (goods_item::unit_price, AmountCurrency::Own(goods_item::unit_price_currency)),
    (goods_item::manual_specific_rate, AmountCurrency::Own(goods_item::manual_specific_currency)),
];

impl Declaration {
    /// The value at a place, if it is declared there.
    pub fn value_at(&self, place: Place) -> Option<ValueRef<'_>> {
        records::value(self, place.field, place.into())
    }

    /// The currency of the amount at a place; `None` where it is not declared or the field holds no amount.
    pub fn currency_at(&self, place: Place) -> Option<&str> {
        let known = AMOUNTS.iter().chain(&UNIT_AMOUNTS).find(|(field, _)| *field == place.field);
        match known?.1 {
            AmountCurrency::Own(field) => match self.value_at(Place { field, ..place })? {
                ValueRef::Text(currency) => Some(currency),
                _ => None,
            },
            AmountCurrency::Invoice => self.invoice_currency.as_deref(),
            AmountCurrency::Dong => Some("VND"),
        }
    }

    /// Every declared place of some fields.
    pub fn places_of(&self, fields: &[(FieldId, AmountCurrency)]) -> Vec<Place> {
        let mut places = Vec::new();
        let mut note = |place: Place| {
            if self.value_at(place).is_some() {
                places.push(place);
            }
        };
        for (field, _) in fields {
            match field.scope {
                Scope::GoodsItem => (0..self.goods_items.len()).for_each(|item| note(Place::item(*field, item))),
                Scope::OtherTax => {
                    for (item, line) in self.goods_items.iter().enumerate() {
                        (0..line.other_taxes.len()).for_each(|at| note(Place::item(*field, item).occurrence(at)));
                    }
                }
                Scope::Adjustment => {
                    (0..self.adjustments.len()).for_each(|at| note(Place::header(*field).occurrence(at)));
                }
                _ => note(Place::header(*field)),
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::declaration::{Adjustment, GoodsItem, OtherTax};

    #[test]
    fn each_amount_has_its_currency() {
        let amount = Some(Decimal::ONE);
        let lodged = Declaration {
            invoice_amount: amount,
            invoice_currency: Some("USD".into()),
            freight_amount: amount,
            adjustments: vec![Adjustment { amount, currency: Some("EUR".into()), ..Adjustment::default() }],
            goods_items: vec![
                GoodsItem::default(),
                GoodsItem {
                    invoice_value: amount,
                    unit_price: amount,
                    unit_price_currency: Some("CNY".into()),
                    other_taxes: vec![OtherTax { reduction_amount: amount, ..OtherTax::default() }],
                    ..GoodsItem::default()
                },
            ],
            ..Declaration::default()
        };
        let found: Vec<_> = lodged
            .places_of(&AMOUNTS)
            .into_iter()
            .chain(lodged.places_of(&UNIT_AMOUNTS))
            .map(|place| (place.field.field().name, place.item, lodged.currency_at(place)))
            .collect();
        assert_eq!(
            found,
            [
                ("invoice_amount", None, Some("USD")),
                ("freight_amount", None, None),
                ("amount", None, Some("EUR")),
                ("invoice_value", Some(1), Some("USD")),
                ("reduction_amount", Some(1), Some("VND")),
                ("unit_price", Some(1), Some("CNY")),
            ]
        );
    }
}
