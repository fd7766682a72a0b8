//! Private data: timeouts and the schema version, byte for byte as the original stores them.

use std::time::Duration;

use ordain_provider::Private;
use ordain_value::Value;
use serde_json::{Map, Value as Json, json};

use crate::tree::TypeTree;

/// Key of the timeouts, a constant of the original's library.
const TIMEOUTS: &str = "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0";

/// How long each operation may take, in nanoseconds by name.
#[derive(Clone, Debug, Default)]
pub struct Timeouts(Map<String, Json>);

/// A Go duration (`1h30m0s`).
pub fn duration_of(text: &str) -> Option<Duration> {
    let mut total = 0f64;
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let factor = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * factor;
        rest = tail;
    }
    Duration::try_from_secs_f64(total).ok()
}

impl Timeouts {
    /// What is wrong with an object's `timeouts` block.
    pub fn check(object: &Value) -> Option<String> {
        let block = object.get("timeouts").and_then(Value::as_members)?;
        block.iter().find_map(|(name, text)| {
            let text = text.as_str().filter(|text| duration_of(text).is_none())?;
            Some(format!("Error parsing {name:?} timeout: time: invalid duration {text:?}"))
        })
    }

    /// The defaults, with what the object's `timeouts` block says.
    pub fn of(tree: &TypeTree, object: &Value) -> Timeouts {
        let mut out = Map::new();
        for (name, text) in &tree.timeouts {
            let own = object.get("timeouts").and_then(|block| block.get(name)).and_then(Value::as_str);
            let duration = own.and_then(duration_of).or_else(|| duration_of(text)).unwrap_or_default();
            let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
            out.insert(name.clone(), json!(nanos));
        }
        Timeouts(out)
    }

    /// The timeouts stored in private data, else the defaults.
    pub fn stored(tree: &TypeTree, private: &[u8]) -> Timeouts {
        let document: Json = serde_json::from_slice(private).unwrap_or(Json::Null);
        match document.get(TIMEOUTS).and_then(Json::as_object) {
            Some(found) => Timeouts(found.clone()),
            None => Timeouts::of(tree, &Value::object(Vec::<(&str, Value)>::new())),
        }
    }

    /// How long an operation may take.
    pub fn get(&self, name: &str) -> Duration {
        self.0.get(name).and_then(Json::as_u64).map_or(Duration::from_secs(1200), Duration::from_nanos)
    }

    /// Private data with these timeouts in it; the schema version is added as the original does it. What was stored
    /// before, such as the version that an import leaves, does not survive a change.
    pub fn store(&self, tree: &TypeTree, imported: bool) -> Private {
        let mut document = Map::new();
        if !self.0.is_empty() {
            document.insert(TIMEOUTS.to_owned(), Json::Object(self.0.clone()));
        }
        if imported || tree.version > 0 {
            document.insert("schema_version".to_owned(), json!(tree.version.to_string()));
        }
        if document.is_empty() {
            // Types without time-outs have nothing to store, which the original writes like this.
            return b"null".to_vec();
        }
        Json::Object(document).to_string().into_bytes()
    }
}
