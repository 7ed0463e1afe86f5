//! Variables of the environment that are nearly right: a setting that is not taken must not pass for one that is.

use figment::value::{Dict, Value};
use figment::{Provider as _, providers::Serialized};

use super::{Config, PREFIX};

/// Letters by which a name may differ from the one that was meant.
const LETTERS_MAX: usize = 2;

/// The variables that set nothing and were surely meant to, each with the name that would; and those under our prefix that
/// set nothing and resemble no setting.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Strangers {
    pub(crate) nearly: Vec<(String, String)>,
    pub(crate) unknown: Vec<String>,
}

impl Strangers {
    /// Looks through the names of variables.
    pub(crate) fn among(names: impl Iterator<Item = String>) -> Self {
        let known = settings();
        let mut strangers = Self::default();
        for name in names {
            let upper = name.to_ascii_uppercase();
            let is_ours = upper.starts_with(PREFIX);
            // With both marks it is read as a setting, and refused by its name if there is none such.
            if is_ours && upper[PREFIX.len()..].contains("__") {
                continue;
            }
            match nearest(&upper, &known) {
                // Of another program's variable only a slip of the pen within our prefix is our business.
                Some(meant) if is_ours || upper.contains("__") => strangers.nearly.push((name, meant.to_owned())),
                _ if is_ours && !is_of_a_cluster(&upper) => strangers.unknown.push(name),
                _ => {}
            }
        }
        strangers
    }
}

/// Kubernetes tells each container of every service, under the service's name.
fn is_of_a_cluster(upper: &str) -> bool {
    ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT"].iter().any(|part| upper.contains(part))
}

/// The name of every setting as a variable.
pub(super) fn settings() -> Vec<String> {
    let sections = Serialized::defaults(Config::default()).data().unwrap_or_default();
    let mut names = Vec::new();
    for section in sections.into_values() {
        for (section, fields) in section {
            let Value::Dict(_, fields) = fields else { continue };
            let fields: Dict = fields;
            names.extend(fields.keys().map(|field| format!("{PREFIX}{section}__{field}").to_ascii_uppercase()));
        }
    }
    names
}

/// The setting that was meant, by letters alone: all names begin alike, so that a share of their length would take any for
/// another, and the marks between their parts are what is most often wrong.
fn nearest<'k>(upper: &str, known: &'k [String]) -> Option<&'k str> {
    let squeezed = |name: &str| name.replace('_', "");
    let wrong = squeezed(upper);
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&wrong, &squeezed(name)), name.as_str()))
        .filter(|(distance, _)| *distance <= LETTERS_MAX)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_a_setting_is_told_from_what_is_none() {
        let names = [
            "THONGQUAN_STORAGE__URL",
            "thongquan_log__level",
            "THONGQUAN_STORAGE_URL",
            "THONGQUAN_STREAM_TOPICPREFIX",
            "THONQUAN_STORAGE__URL",
            "TONGQUAN_LOG__LEVL",
            "THONGQUAN_CONFIG",
            "THONGQUAN_SERVICE_HOST",
            "THONGQUAN_PORT_9464_TCP_ADDR",
            "OTHER_STORAGE__URL",
            "STORAGE_URL",
            "PATH",
        ];
        let strangers = Strangers::among(names.iter().map(|name| (*name).to_owned()));
        let nearly: Vec<(&str, &str)> =
            strangers.nearly.iter().map(|(name, meant)| (name.as_str(), meant.as_str())).collect();
        assert_eq!(
            nearly,
            [
                ("THONGQUAN_STORAGE_URL", "THONGQUAN_STORAGE__URL"),
                ("THONGQUAN_STREAM_TOPICPREFIX", "THONGQUAN_STREAM__TOPIC_PREFIX"),
                ("THONQUAN_STORAGE__URL", "THONGQUAN_STORAGE__URL"),
                ("TONGQUAN_LOG__LEVL", "THONGQUAN_LOG__LEVEL"),
            ]
        );
        assert_eq!(strangers.unknown, ["THONGQUAN_CONFIG"]);
    }
}
