//! Reads `assessment/thresholds.toml`.

use rust_decimal::Decimal;

use crate::cited::Versions;
use crate::error::Problems;
use crate::reading::dating::{Lawbook, version};
use crate::reading::sources::Sources;
use crate::reading::toml_file::TomlFile;
use crate::taxes::threshold::{GiftThreshold, ShipmentThreshold};

/// What the file says.
#[derive(Default)]
pub(super) struct Read {
    pub(super) small_shipment: Versions<ShipmentThreshold>,
    pub(super) express: Versions<ShipmentThreshold>,
    pub(super) gift: Versions<GiftThreshold>,
    pub(super) late_payment: Versions<Decimal>,
}

pub(super) fn read(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> Read {
    let mut thresholds = Read::default();
    let Some(file) = TomlFile::open(sources, "assessment/thresholds.toml", problems) else {
        return thresholds;
    };
    let root = file.root();
    for (key, shipments) in [("small_shipment", &mut thresholds.small_shipment), ("express", &mut thresholds.express)] {
        for section in root.list(key, problems) {
            let customs_value_max = section.decimal("customs_value_max", problems);
            let duty_max = section.decimal("duty_max", problems);
            let provenance = laws.dated(&section, problems);
            section.finish(problems);
            if let (Some(customs_value_max), Some(duty_max), Some(provenance)) =
                (customs_value_max, duty_max, provenance)
            {
                let threshold = ShipmentThreshold { customs_value_max, duty_max };
                version(shipments, threshold, provenance, &section, problems);
            }
        }
    }
    for section in root.list("gift", problems) {
        let customs_value_max = section.decimal("customs_value_max", problems);
        let duty_below = section.decimal("duty_below", problems);
        let times_a_year = section.integer("times_a_year", (1, 366), problems);
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        if let (Some(customs_value_max), Some(duty_below), Some(times_a_year), Some(provenance)) =
            (customs_value_max, duty_below, times_a_year, provenance)
        {
            let threshold = GiftThreshold { customs_value_max, duty_below, times_a_year };
            version(&mut thresholds.gift, threshold, provenance, &section, problems);
        }
    }
    for section in root.list("late_payment", problems) {
        let percent = section.decimal("percent_per_day", problems);
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        if let (Some(percent), Some(provenance)) = (percent, provenance) {
            version(&mut thresholds.late_payment, percent, provenance, &section, problems);
        }
    }
    root.finish(problems);
    thresholds
}
