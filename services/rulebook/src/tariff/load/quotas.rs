//! Tariff quotas and the days on which they are used up.

use crate::error::{Problems, did_you_mean};
use crate::reading::dating::Lawbook;
use crate::reading::sources::Sources;
use crate::reading::toml_file::{Section, TomlFile};
use crate::reading::values::{Fault, hs_prefix};
use crate::tariff::quota::{QuotaOf, TariffQuota};

/// Reads `assessment/tariff-quotas.toml`.
pub(crate) fn read(
    sources: &Sources,
    laws: &Lawbook,
    agreements: &[&str],
    problems: &mut Problems,
) -> Vec<TariffQuota> {
    let Some(file) = TomlFile::open(sources, "assessment/tariff-quotas.toml", problems) else {
        return Vec::new();
    };
    let root = file.root();
    let mut quotas: Vec<TariffQuota> = Vec::new();
    for section in root.list("quota", problems) {
        let Some(quota) = quota(&section, laws, agreements, problems) else { continue };
        if quotas.iter().any(|known| known.id == quota.id && known.provenance.overlaps(&quota.provenance)) {
            problems.add(section.error(
                "id",
                Fault::new(format!("`{}` stands twice for the same days", quota.id), "give each quota its own id"),
            ));
            continue;
        }
        quotas.push(quota);
    }
    root.finish(problems);
    quotas
}

fn quota(section: &Section<'_>, laws: &Lawbook, agreements: &[&str], problems: &mut Problems) -> Option<TariffQuota> {
    let id = section.text("id", problems);
    let of = section.text("of", problems);
    let hs = section.texts("hs", problems);
    section.text("name_en", problems);
    section.text("name_vi", problems);
    let mut exhausted = Vec::new();
    if section.has("exhausted") {
        for days in section.list("exhausted", problems) {
            exhausted.extend(laws.dated(&days, problems));
            days.finish(problems);
        }
    }
    let provenance = laws.dated(section, problems);
    section.finish(problems);
    let of = match of? {
        "mfn" => QuotaOf::Mfn,
        id if agreements.contains(&id) => QuotaOf::Agreement(id.into()),
        other => {
            problems.add(section.error(
                "of",
                Fault {
                    message: format!("`{other}` is neither `mfn` nor an agreement of assessment/agreements.toml"),
                    hint: did_you_mean(other, agreements.iter().copied().chain(["mfn"])),
                },
            ));
            return None;
        }
    };
    let hs: Result<Box<[_]>, _> = hs.into_iter().map(hs_prefix).collect();
    let hs = hs.map_err(|fault| problems.add(section.error("hs", fault))).ok();
    Some(TariffQuota { id: id?.into(), hs: hs?, of, exhausted, provenance: provenance? })
}
