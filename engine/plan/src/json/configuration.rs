//! The `configuration` part of the JSON plan, kept as its text.
//!
//! Nothing between making and showing looks into it but the defaults of variables, and as a tree it takes several
//! times the room.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::write;

/// One line of JSON; `null` where nothing is known of the configuration.
#[derive(Clone, Debug)]
pub struct Configuration(Box<RawValue>);

impl Configuration {
    /// The text of a document.
    pub fn of(document: &impl Serialize) -> Self {
        let text = write::line(document)
            .and_then(|text| RawValue::from_string(text).map_err(|error| error.to_string()));
        text.map_or_else(|_| Self::default(), Self)
    }

    /// Whether nothing is known of it.
    pub fn is_absent(&self) -> bool {
        self.0.get() == "null"
    }

    /// The document as a tree; null where nothing is known.
    pub fn to_json(&self) -> Json {
        serde_json::from_str(self.0.get()).unwrap_or_default()
    }

    /// The default of a root module variable, where one is declared.
    pub(super) fn default_of(&self, variable: &str) -> Option<Json> {
        #[derive(Deserialize)]
        struct Whole {
            root_module: Root,
        }
        #[derive(Deserialize)]
        struct Root {
            #[serde(default)]
            variables: BTreeMap<String, Declared>,
        }
        #[derive(Deserialize)]
        struct Declared {
            default: Option<Box<RawValue>>,
        }
        let mut whole: Whole = serde_json::from_str(self.0.get()).ok()?;
        let text = whole.root_module.variables.remove(variable)?.default?;
        serde_json::from_str(text.get()).ok()
    }
}

impl Default for Configuration {
    fn default() -> Self {
        Self(RawValue::NULL.to_owned())
    }
}

impl PartialEq for Configuration {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Eq for Configuration {}

impl Serialize for Configuration {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(out)
    }
}

impl<'de> Deserialize<'de> for Configuration {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(from).map(Self)
    }
}
