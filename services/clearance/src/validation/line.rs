//! A goods item with what the rules say of it on the day, looked up once for all who look into it.

use std::cell::OnceCell;

use rulebook::{AgreementInForce, MfnRelation, Preferential, RulesInForce, ScheduleKind, TariffLine, TariffSchedule};
use vocabulary::{Declaration, GoodsItem};

/// A goods item, its line of the tariff, and what its schedule and its origin lead to.
#[derive(Debug)]
pub(crate) struct ResolvedLine<'a> {
    /// The place of the item, from 0.
    pub(crate) position: usize,
    pub(crate) item: &'a GoodsItem,
    pub(crate) rules: RulesInForce<'a>,
    /// The line of the tariff; `None` where the declared code is none.
    pub(crate) tariff: Option<TariffLine<'a>>,
    /// The declared country of origin.
    pub(crate) origin: Option<&'a str>,
    /// The declared schedule; `None` where it is none of the day.
    pub(crate) schedule: Option<TariffSchedule<'a>>,
    /// What the schedule's agreement gives for the goods, where it is the schedule of one.
    pub(crate) preference: Option<AskedPreference<'a>>,
    mfn: OnceCell<MfnRelation>,
}

/// The rate of an agreement that a line asks for.
#[derive(Debug)]
pub(crate) struct AskedPreference<'a> {
    pub(crate) id: &'a str,
    /// The agreement; `None` where it is not in force.
    pub(crate) agreement: Option<AgreementInForce<'a>>,
    /// What it gives, inside or outside its tariff quota as the line declares.
    pub(crate) rate: Preferential,
}

impl<'a> ResolvedLine<'a> {
    /// Every goods item of a declaration, in their order.
    pub(crate) fn all(lodged: &'a Declaration, rules: RulesInForce<'a>) -> Vec<Self> {
        let items = lodged.goods_items.iter().enumerate();
        items.map(|(position, item)| Self::of(position, item, rules)).collect()
    }

    fn of(position: usize, item: &'a GoodsItem, rules: RulesInForce<'a>) -> Self {
        let tariff = item.commodity_code.as_deref().and_then(|code| rules.commodity(code));
        let origin = item.origin.as_deref();
        let schedule = item.tariff_schedule.as_deref().and_then(|code| rules.lists().tariff_schedule(code));
        let mut line = Self { position, item, rules, tariff, origin, schedule, preference: None, mfn: OnceCell::new() };
        line.preference = line.asked_preference();
        line
    }

    fn asked_preference(&self) -> Option<AskedPreference<'a>> {
        let Some(ScheduleKind::Agreement(id)) = self.schedule.as_ref().map(|schedule| schedule.kind) else {
            return None;
        };
        let (tariff, origin) = (self.tariff?, self.origin?);
        let rate = if self.is_over_quota() {
            tariff.preferential_out_of_quota(id, origin)
        } else {
            tariff.preferential(id, origin)
        };
        Some(AskedPreference { id, agreement: self.rules.agreement(id), rate })
    }

    /// Whether goods of the origin have most-favoured-nation treatment; `None` where no origin is declared.
    pub(crate) fn mfn(&self) -> Option<&MfnRelation> {
        let origin = self.origin?;
        Some(self.mfn.get_or_init(|| self.rules.tariff().mfn_relation(origin)))
    }

    /// Whether the goods are declared to be outside a tariff quota.
    pub(crate) fn is_over_quota(&self) -> bool {
        self.item.quota_class.as_deref() == Some("X")
    }

    /// Whether a proof of origin is said to be filed later.
    pub(crate) fn proof_comes_later(&self) -> bool {
        self.item.certificate_late.as_deref() == Some("true")
    }

    /// The declared code of the goods; empty where none is declared.
    pub(crate) fn declared_code(&self) -> &'a str {
        self.item.commodity_code.as_deref().unwrap_or_default()
    }
}
