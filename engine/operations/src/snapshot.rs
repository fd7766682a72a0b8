//! The configuration as a plan stores it, and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_config::{Early, EarlyValue, InstalledModule, SourceSet};
use ordain_plan::file::PlanFile;
use serde_json::{Value as Json, json};

/// Name under which a snapshot keeps the module manifest. No configuration file can have it.
pub const MANIFEST: &str = "modules.json";

/// The manifest as text.
pub fn manifest(installed: &BTreeMap<Arc<str>, InstalledModule>) -> String {
    let rows = installed.iter().map(|(key, module)| {
        let version = module.version.as_deref();
        json!({ "Key": &**key, "Source": &*module.source, "Version": version, "Dir": &*module.dir })
    });
    json!({ "Modules": rows.collect::<Json>() }).to_string()
}

/// The texts that a plan stored, as a source set.
pub fn source_set(file: &PlanFile) -> SourceSet {
    let snapshot = &file.snapshot;
    let files = snapshot.iter().filter(|(path, _)| path.as_str() != MANIFEST);
    SourceSet {
        files: files.map(|(path, text)| (path.as_str().into(), text.clone())).collect(),
        installed: snapshot.get(MANIFEST).and_then(|text| crate::sources::parse_manifest(text)),
        early: Early {
            variables: file
                .plan
                .variables
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), EarlyValue::Value(value.clone()?))))
                .collect(),
            workspace: file.header.place.workspace.as_str().into(),
        },
        // What a plan was made from is what it is carried out with.
        normal_source: None,
    }
}
