//! Terms, reasons and frozen fields of a declaration's life: `life-cycle/`.

use conditions::nearest;
use jiff::civil::Date;
use rustc_hash::FxHashMap;
use vocabulary::Scope;

use crate::cited::{Provenance, Versions};
use crate::error::Problems;
use crate::life_cycle::rules::{
    ChangeNote, ChangeReason, FrozenField, FrozenFrom, LifeCycleRules, LimitKind, ReasonFor, RegistrationChange, Until,
};
use crate::reading::dating::{Lawbook, version};
use crate::reading::sources::Sources;
use crate::reading::toml_file::TomlFile;
use crate::reading::values::{DIRECTIONS, Fault, word};

const GIVEN_FOR: [(&str, ReasonFor); 3] = [
    ("amendment", ReasonFor::Amendment),
    ("certificate", ReasonFor::Certificate),
    ("cancellation", ReasonFor::Cancellation),
];
const UNTIL: [(&str, Until); 3] =
    [("clearance", Until::Clearance), ("supervision", Until::Supervision), ("open", Until::Open)];
const FROZEN_FROM: [(&str, FrozenFrom); 3] = [
    ("registration", FrozenFrom::Registration),
    ("release", FrozenFrom::Release),
    ("clearance", FrozenFrom::Clearance),
];
const SCOPES: [(&str, Scope); 6] = [
    ("declaration", Scope::Declaration),
    ("bill", Scope::Bill),
    ("permit", Scope::Permit),
    ("other_law", Scope::OtherLaw),
    ("container", Scope::Container),
    ("instruction", Scope::Instruction),
];

/// Reads `life-cycle/`; `None` when a file of it is missing or broken.
pub(crate) fn read(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> Option<LifeCycleRules> {
    let limits = limits(sources, laws, problems);
    let deferral_codes = deferral(sources, laws, problems);
    let changes = changes(sources, laws, problems);
    let reasons = reasons(sources, laws, problems);
    let frozen = frozen(sources, laws, problems);
    let holidays = holidays(sources, laws, problems);
    Some(LifeCycleRules {
        limits: limits?,
        deferral_codes: deferral_codes?,
        changes: changes?,
        reasons: reasons?,
        frozen: frozen?,
        holidays: holidays?,
    })
}

fn limits(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> Option<FxHashMap<LimitKind, Versions<u32>>> {
    let file = TomlFile::open(sources, "life-cycle/limits.toml", problems)?;
    let root = file.root();
    let mut limits = FxHashMap::default();
    for kind in LimitKind::ALL {
        let bounds = if kind == LimitKind::DeferralDayOfNextMonth { (1, 28) } else { (1, 366) };
        let mut versions = Versions::default();
        for section in root.list(kind.as_str(), problems) {
            let value = section.integer("value", bounds, problems);
            let provenance = laws.dated(&section, problems);
            section.finish(problems);
            if let (Some(value), Some(provenance)) = (value, provenance) {
                version(&mut versions, value, provenance, &section, problems);
            }
        }
        limits.insert(kind, versions);
    }
    root.finish(problems);
    Some(limits)
}

fn deferral(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> Option<Versions<Box<[Box<str>]>>> {
    let file = TomlFile::open(sources, "life-cycle/deferral.toml", problems)?;
    let root = file.root();
    let mut versions = Versions::default();
    for section in root.list("deferral", problems) {
        let codes: Box<[Box<str>]> = section.texts("due_date_codes", problems).into_iter().map(Into::into).collect();
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        if let Some(provenance) = provenance {
            version(&mut versions, codes, provenance, &section, problems);
        }
    }
    root.finish(problems);
    Some(versions)
}

fn changes(
    sources: &Sources,
    laws: &Lawbook,
    problems: &mut Problems,
) -> Option<FxHashMap<RegistrationChange, Versions<ChangeNote>>> {
    let file = TomlFile::open(sources, "life-cycle/changes.toml", problems)?;
    let root = file.root();
    let mut changes = FxHashMap::default();
    for change in RegistrationChange::ALL {
        let mut versions = Versions::default();
        for section in root.list(change.as_str(), problems) {
            let code = section.text("code", problems);
            let message = section.bilingual("message", problems);
            let provenance = laws.dated(&section, problems);
            section.finish(problems);
            if let (Some(code), Some(message), Some(provenance)) = (code, message, provenance) {
                version(&mut versions, ChangeNote { code: code.into(), message }, provenance, &section, problems);
            }
        }
        changes.insert(change, versions);
    }
    root.finish(problems);
    Some(changes)
}

fn reasons(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> Option<Vec<(ChangeReason, Provenance)>> {
    let file = TomlFile::open(sources, "life-cycle/change-reasons.toml", problems)?;
    let root = file.root();
    let mut reasons: Vec<(ChangeReason, Provenance)> = Vec::new();
    for section in root.list("reason", problems) {
        let code = section.text("code", problems);
        let given_for = section.word("of", &GIVEN_FOR, problems);
        let direction = section.word("direction", &DIRECTIONS, problems);
        let until = section.word("until", &UNTIL, problems);
        let name = section.bilingual("name", problems);
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        let (Some(code), Some(given_for), Some(direction), Some(until), Some(name), Some(provenance)) =
            (code, given_for, direction, until, name, provenance)
        else {
            continue;
        };
        if reasons.iter().any(|(other, days)| *other.code == *code && days.overlaps(&provenance)) {
            let message = format!("the reason {code} stands twice for days that overlap");
            problems.add(section.error("code", Fault::new(message, "end the earlier one the day before")));
            continue;
        }
        reasons.push((ChangeReason { code: code.into(), given_for, direction, until, name }, provenance));
    }
    root.finish(problems);
    Some(reasons)
}

fn frozen(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> Option<Vec<(FrozenField, Provenance)>> {
    let file = TomlFile::open(sources, "life-cycle/frozen-fields.toml", problems)?;
    let root = file.root();
    let mut frozen = Vec::new();
    for section in root.list("field", problems) {
        let scope = section
            .text("scope", problems)
            .and_then(|text| word(text, &SCOPES).map_err(|fault| problems.add(section.error("scope", fault))).ok());
        let name = section.text("field", problems);
        let code = section.text("code", problems);
        let from = section.word("from", &FROZEN_FROM, problems);
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        let field = scope.zip(name).and_then(|(scope, name)| {
            let found = scope.field(name);
            if found.is_none() {
                problems.add(
                    section.error(
                        "field",
                        Fault {
                            message: format!("there is no field `{name}`"),
                            hint: nearest(name, scope.fields().iter().map(|field| field.name))
                                .map(|near| format!("did you mean `{near}`?")),
                        },
                    ),
                );
            }
            found
        });
        if let (Some(field), Some(code), Some(from), Some(provenance)) = (field, code, from, provenance) {
            frozen.push((FrozenField { field, code: code.into(), from }, provenance));
        }
    }
    root.finish(problems);
    Some(frozen)
}

fn holidays(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> Option<Versions<Box<[Date]>>> {
    let file = TomlFile::open(sources, "life-cycle/public-holidays.toml", problems)?;
    let root = file.root();
    let mut versions = Versions::default();
    for section in root.list("year", problems) {
        let days = section.section("days", problems).map(|days| days.dates(problems));
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        let (Some(days), Some(provenance)) = (days, provenance) else { continue };
        if let Some((name, day)) = days.iter().find(|(_, day)| !provenance.holds_on(*day)) {
            problems.add(section.error(
                "days",
                Fault::new(format!("{name}, {day}, is not in the year"), "enter it in the block of its year"),
            ));
            continue;
        }
        let days: Box<[Date]> = days.into_iter().map(|(_, day)| day).collect();
        version(&mut versions, days, provenance, &section, problems);
    }
    root.finish(problems);
    Some(versions)
}
