//! Where two decisions differ, as people read it: a path in the JSON, and both values.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

/// One place where two documents differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Difference {
    /// The place, as a JSON pointer.
    pub(super) path: String,
    /// What was recorded; `None` where nothing was.
    pub(super) recorded: Option<Value>,
    /// What is derived; `None` where nothing is.
    pub(super) derived: Option<Value>,
}

/// Every place where two documents differ, in the order of the documents. Documents that hold the same in another order
/// of fields, or differ in white space, have none, although their bytes differ.
pub(super) fn differences(recorded: &Value, derived: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(String::new(), Some(recorded), Some(derived), &mut found);
    found
}

fn compare(path: String, recorded: Option<&Value>, derived: Option<&Value>, found: &mut Vec<Difference>) {
    match (recorded, derived) {
        (Some(Value::Object(recorded)), Some(Value::Object(derived))) => {
            let names: BTreeSet<&String> = recorded.keys().chain(derived.keys()).collect();
            for name in names {
                let step = name.replace('~', "~0").replace('/', "~1");
                compare(format!("{path}/{step}"), recorded.get(name), derived.get(name), found);
            }
        }
        (Some(Value::Array(recorded)), Some(Value::Array(derived))) => {
            for at in 0..recorded.len().max(derived.len()) {
                compare(format!("{path}/{at}"), recorded.get(at), derived.get(at), found);
            }
        }
        (recorded, derived) if recorded == derived => {}
        (recorded, derived) => {
            found.push(Difference { path, recorded: recorded.cloned(), derived: derived.cloned() });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_place_is_named() {
        let recorded = json!({"lane": "green", "items": [{"rate": "10"}, {"rate": "5"}], "draw": 7, "a/b": 1});
        let derived = json!({"lane": "green", "items": [{"rate": "12"}], "gaps": [], "draw": 7, "a/b": 2});
        let found = differences(&recorded, &derived);
        let paths: Vec<&str> = found.iter().map(|difference| difference.path.as_str()).collect();
        assert_eq!(paths, ["/a~1b", "/gaps", "/items/0/rate", "/items/1"]);
        assert_eq!(found[2].recorded, Some(json!("10")));
        assert_eq!(found[2].derived, Some(json!("12")));
        assert_eq!((&found[1].recorded, &found[3].derived), (&None, &None));
        assert_eq!(differences(&recorded, &recorded), []);
    }
}
