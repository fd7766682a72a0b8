//! What Conftest's flags are where the command line does not say: variables `CONFTEST_…` of the environment, then a
//! file `conftest.toml`, `.yaml`, `.yml` or `.json`.

use std::collections::BTreeMap;

use ordain_policy::FileKind;
use serde_json::Value as Json;

use crate::Workdir;

/// Files that are looked for, the first that is there.
const FILES: [&str; 4] = ["conftest.json", "conftest.toml", "conftest.yaml", "conftest.yml"];

/// The value of a flag.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Setting {
    One(String),
    Many(Vec<String>),
}

/// Values of flags by their names.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    written: BTreeMap<String, Setting>,
    environment: BTreeMap<String, String>,
}

impl Settings {
    /// What environment and file say; `file` if the command line names one.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn read(workdir: &Workdir, file: Option<&str>) -> Result<Self, String> {
        let environment = workdir
            .env
            .iter()
            .filter(|(name, value)| name.starts_with("CONFTEST_") && !value.is_empty())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let mut settings = Settings { environment, ..Settings::default() };
        let file = file.map(str::to_owned).or_else(|| settings.single("config-file").map(str::to_owned));
        let found = FILES.iter().find(|name| workdir.path(name).is_file());
        let Some(file) = file.or_else(|| found.map(|name| (*name).to_owned())) else { return Ok(settings) };
        let failed = |why: String| format!("read in config: error reading config: {file}: {why}");
        let text = std::fs::read_to_string(workdir.path(&file)).map_err(|error| failed(error.to_string()))?;
        let document = parsed(&file, &text).map_err(failed)?;
        let Json::Object(members) = document else {
            return Err(failed("an object of flags is expected".to_owned()));
        };
        for (name, value) in members {
            if let Some(setting) = setting(&value) {
                settings.written.insert(name.to_ascii_lowercase(), setting);
            }
        }
        Ok(settings)
    }

    fn of_environment(&self, name: &str) -> Option<&str> {
        let name = format!("CONFTEST_{}", name.to_ascii_uppercase().replace('-', "_"));
        self.environment.get(&name).map(String::as_str)
    }

    /// The value of a flag that has one.
    #[must_use]
    pub fn single(&self, name: &str) -> Option<&str> {
        self.of_environment(name).or_else(|| match self.written.get(name)? {
            Setting::One(text) => Some(text.as_str()),
            Setting::Many(texts) => texts.first().map(String::as_str),
        })
    }

    /// The values of a flag that may have many.
    #[must_use]
    pub fn many(&self, name: &str) -> Vec<String> {
        let parted = |text: &str| -> Vec<String> {
            if text.is_empty() { Vec::new() } else { text.split(',').map(str::to_owned).collect() }
        };
        match (self.of_environment(name), self.written.get(name)) {
            (Some(text), _) => parted(text),
            (None, Some(Setting::One(text))) => parted(text),
            (None, Some(Setting::Many(texts))) => texts.clone(),
            (None, None) => Vec::new(),
        }
    }

    /// Whether a switch is on.
    ///
    /// # Errors
    /// A value that is neither true nor false.
    pub fn is_on(&self, name: &str) -> Result<bool, String> {
        match self.single(name) {
            None | Some("" | "0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
            Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
            Some(other) => Err(format!("unmarshal parameters: cannot parse {name} as bool: {other:?}")),
        }
    }
}

fn parsed(file: &str, text: &str) -> Result<Json, String> {
    match file.rsplit('.').next() {
        Some("toml") => toml::from_str(text).map_err(|error| error.to_string()),
        Some("json") => serde_json::from_str(text).map_err(|error| error.to_string()),
        Some("yaml" | "yml") => {
            ordain_policy::float_document(text, FileKind::Yaml).map(|document| document.to_json())
        }
        _ => Err("a name that ends in .toml, .yaml, .yml or .json is expected".to_owned()),
    }
}

fn setting(value: &Json) -> Option<Setting> {
    let text = |value: &Json| match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Json::Array(items) => Some(Setting::Many(items.iter().filter_map(text).collect())),
        other => text(other).map(Setting::One),
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
