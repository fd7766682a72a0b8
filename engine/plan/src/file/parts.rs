//! A plan file to its parts and back, and the root over them.

use std::collections::BTreeMap;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use serde::{Deserialize, Serialize};

use super::archive::Parts;
use super::{Digests, FORMAT, Header, PlanFile, Refused};
use crate::json::Secrets;
use crate::serial::Broken;
use crate::{Digest, digest, serial};

pub const MANIFEST: &str = "manifest.json";
pub const APPROVALS: &str = "approvals.json";
const PLAN: &str = "plan.json";
const CHANGES: &str = "changes.json";
const STEPS: &str = "steps.json";
const PRIOR: &str = "prior.json";
const BASE: &str = "base.json";
const SCHEMAS: &str = "schemas.json";
const CONFIGURATION: &str = "configuration.json";
const SNAPSHOT: &str = "snapshot.json";
const DECISIONS: &str = "decisions.json";
const OBLIGATIONS: &str = "obligations.json";

/// What `manifest.json` holds. All of it but root and parts is the leaf `manifest.json` of the root.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    root: Digest,
    effects: Digest,
    lineage: String,
    serial: u64,
    header: Header,
    parts: BTreeMap<String, Digest>,
}

impl Manifest {
    fn leaf(&self) -> Result<Digest, Broken> {
        let covered = (self.format, self.effects, &self.lineage, self.serial, &self.header);
        serde_json::to_vec(&covered)
            .map(|bytes| Digest::of(&bytes))
            .map_err(|error| Broken(error.to_string()))
    }

    fn root(&self) -> Result<Digest, Broken> {
        let mut leaves: BTreeMap<&str, Digest> =
            self.parts.iter().map(|(name, digest)| (name.as_str(), *digest)).collect();
        leaves.insert(MANIFEST, self.leaf()?);
        Ok(digest::root(leaves))
    }
}

/// The parts of a file.
pub fn of(file: &PlanFile) -> (Option<(Parts, Digests)>, Diagnostics) {
    let (readable, mut diagnostics) = file.json(Secrets::Hidden);
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    match collect(file, readable) {
        Ok(made) => (Some(made), diagnostics),
        Err(Broken(reason)) => {
            let detail = format!("The plan cannot be stored: {reason}.");
            diagnostics.push(Diagnostic::error(codes::plan::PLAN_FILE, "Failed to write plan file", detail));
            (None, diagnostics)
        }
    }
}

fn text(value: &impl Serialize) -> Result<Vec<u8>, Broken> {
    serde_json::to_vec(value).map_err(|error| Broken(error.to_string()))
}

fn collect(file: &PlanFile, readable: String) -> Result<(Parts, Digests), Broken> {
    let mut parts = Parts::new();
    let mut add = |name: &str, bytes: Vec<u8>| parts.insert(name.to_owned(), bytes);
    let prior = serial::write_state(&file.plan.prior)?;
    let base = serial::write_state(&file.plan.base)?;
    if base != prior {
        add(BASE, base);
    }
    add(PRIOR, prior);
    add(PLAN, readable.into_bytes());
    add(CHANGES, serial::write_changes(&file.plan)?);
    add(STEPS, serial::write_steps(&file.plan.steps)?);
    add(SCHEMAS, serial::write_schemas(&file.schemas)?);
    add(CONFIGURATION, text(&file.configuration)?);
    add(SNAPSHOT, text(&file.snapshot)?);
    add(DECISIONS, text(&file.decisions)?);
    add(OBLIGATIONS, text(&file.obligations)?);
    let mut manifest = Manifest {
        format: FORMAT,
        root: Digest::of(&[]),
        effects: digest::effects(&file.plan)?,
        lineage: file.plan.base.lineage.to_string(),
        serial: file.plan.base.serial,
        header: file.header.clone(),
        parts: parts.iter().map(|(name, bytes)| (name.clone(), Digest::of(bytes))).collect(),
    };
    manifest.root = manifest.root()?;
    let digests = Digests { root: manifest.root, effects: manifest.effects };
    parts.insert(MANIFEST.to_owned(), text(&manifest)?);
    parts.insert(APPROVALS.to_owned(), text(&file.approvals)?);
    Ok((parts, digests))
}

impl From<Broken> for Refused {
    fn from(Broken(reason): Broken) -> Self {
        Refused::Broken(reason)
    }
}

/// The file of its parts, after checking them against the root.
pub fn into_file(mut parts: Parts) -> Result<(PlanFile, Digests), Refused> {
    let mut take =
        |name: &str| parts.remove(name).ok_or_else(|| Refused::Altered(format!("{name} is missing")));
    let manifest = take(MANIFEST)?;
    let approvals = take(APPROVALS)?;
    let manifest = check(&manifest, &parts)?;
    let mut take =
        |name: &str| parts.remove(name).ok_or_else(|| Refused::Altered(format!("{name} is missing")));
    let prior = serial::read_state(&take(PRIOR)?)?;
    let base = match take(BASE) {
        Ok(bytes) => serial::read_state(&bytes)?,
        Err(_) => prior.clone(),
    };
    let plan = serial::read_plan(&take(CHANGES)?, &take(STEPS)?, prior, base)?;
    let file = PlanFile {
        schemas: serial::read_schemas(&take(SCHEMAS)?)?,
        configuration: read(CONFIGURATION, &take(CONFIGURATION)?)?,
        snapshot: read(SNAPSHOT, &take(SNAPSHOT)?)?,
        decisions: read(DECISIONS, &take(DECISIONS)?)?,
        obligations: read(OBLIGATIONS, &take(OBLIGATIONS)?)?,
        approvals: read(APPROVALS, &approvals)?,
        header: manifest.header,
        plan,
    };
    let same_base = *manifest.lineage == *file.plan.base.lineage && manifest.serial == file.plan.base.serial;
    if !same_base || digest::effects(&file.plan)? != manifest.effects {
        return Err(Refused::Altered(format!("{MANIFEST} does not describe the changes in it")));
    }
    Ok((file, Digests { root: manifest.root, effects: manifest.effects }))
}

fn read<T: serde::de::DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(bytes).map_err(|error| Refused::Broken(format!("{name}: {error}")))
}

/// The manifest, if it is written as we write it and describes exactly these parts.
fn check(bytes: &[u8], parts: &Parts) -> Result<Manifest, Refused> {
    let version = serde_json::from_slice::<serde_json::Value>(bytes).ok();
    let version =
        version.as_ref().and_then(|manifest| manifest.get("format")).and_then(serde_json::Value::as_u64);
    if let Some(version) = version.filter(|version| *version != u64::from(FORMAT)) {
        return Err(Refused::Version(version.to_string()));
    }
    let manifest: Manifest = read(MANIFEST, bytes)?;
    if text(&manifest)? != bytes {
        return Err(Refused::Altered(format!("{MANIFEST} is not in its one form")));
    }
    if manifest.header.sealing != "none" {
        return Err(Refused::Sealed(manifest.header.sealing));
    }
    for (name, bytes) in parts {
        if manifest.parts.get(name) != Some(&Digest::of(bytes)) {
            return Err(Refused::Altered(format!("{name} does not have the digest that {MANIFEST} gives")));
        }
    }
    if let Some(name) = manifest.parts.keys().find(|name| !parts.contains_key(*name)) {
        return Err(Refused::Altered(format!("{name} is missing")));
    }
    if manifest.root()? != manifest.root {
        return Err(Refused::Altered("its parts do not add up to its root".to_owned()));
    }
    Ok(manifest)
}
