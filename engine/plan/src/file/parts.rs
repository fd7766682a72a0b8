//! A plan file to its parts and back, and the root over them.

use std::collections::BTreeMap;
use std::io::Write;

use ordain_diag::Diagnostics;
use ordain_state::State;
use serde::{Deserialize, Serialize};

use super::archive::Parts;
use super::packing::{Packed, Packer};
use super::{Closed, Digests, FORMAT, Header, Open, PlanFile, Refused, Seal, archive};
use crate::digest::Hashing;
use crate::json::Secrets;
use crate::serial::Broken;
use crate::{Digest, Plan, digest, serial};

pub const MANIFEST: &str = "manifest.json";
pub const APPROVALS: &str = "approvals.json";
const PLAN: &str = "plan.json";
const CHANGES: &str = "changes.json";
const STEPS: &str = "steps.json";
const PRIOR: &str = "prior.json";
const BASE: &str = "base.json";
const SEALED: &str = "sealed.bin";
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

pub type PackedParts = BTreeMap<String, Packed>;

/// The readable plan.
pub fn readable(shown: &PlanFile) -> (Result<Packed, Broken>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let packed = Packer::default().made(|out| {
        diagnostics = shown.write_json(Secrets::Hidden, out);
        Ok(())
    });
    (packed.map_err(Broken), diagnostics)
}

fn text(value: &impl Serialize) -> Result<Vec<u8>, Broken> {
    serde_json::to_vec(value).map_err(|error| Broken(error.to_string()))
}

/// Parts, one after the other.
#[derive(Default)]
struct Packing {
    parts: PackedParts,
    packer: Packer,
}

impl Packing {
    /// A part in the exact form.
    fn part(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        let packed = self.packer.made(|out| write(out).map_err(|Broken(why)| why)).map_err(Broken)?;
        self.parts.insert(name.to_owned(), packed);
        Ok(())
    }

    fn text_part(&mut self, name: &str, value: &impl Serialize) -> Result<(), Broken> {
        self.part(name, |out| crate::text::compact(value, out).map_err(|error| Broken(error.to_string())))
    }
}

/// The parts that hold secrets.
fn secret_parts(plan: &Plan) -> Result<Packing, Broken> {
    let mut all = Packing::default();
    all.part(PRIOR, |out| serial::write_state(&plan.prior, out))?;
    let mut base = Hashing::new(std::io::sink());
    serial::write_state(&plan.base, &mut base)?;
    if all.parts.get(PRIOR).map(|prior| prior.digest) != Some(base.done().1) {
        all.part(BASE, |out| serial::write_state(&plan.base, out))?;
    }
    all.part(CHANGES, |out| serial::write_changes(plan, out))?;
    Ok(all)
}

/// The exact plan and both states, and by which method they are sealed.
pub struct Exact {
    parts: PackedParts,
    sealing: String,
}

/// What holds secrets. Where that is sealed, the plan without them stands beside what seals it.
pub fn exact(file: &PlanFile, seal: Option<(&dyn Seal, &Plan)>) -> Result<Exact, Broken> {
    let mut all = secret_parts(&file.plan)?;
    let mut sealing = "none".to_owned();
    if let Some((seal, redacted)) = seal {
        sealing = seal.method();
        let clear = archive::join(&std::mem::take(&mut all.parts)).map_err(Broken)?;
        let sealed = seal.seal(&clear).map_err(|why| Broken(format!("it cannot be sealed: {why}")))?;
        all.parts.insert(SEALED.to_owned(), all.packer.of(&sealed).map_err(Broken)?);
        all.part(CHANGES, |out| serial::write_changes(redacted, out))?;
    }
    Ok(Exact { parts: all.parts, sealing })
}

/// The execution graph, and what stands beside the plan.
pub fn beside(file: &PlanFile) -> Result<PackedParts, Broken> {
    let mut all = Packing::default();
    all.part(STEPS, |out| serial::write_steps(&file.plan.steps, out))?;
    all.part(SCHEMAS, |out| serial::write_schemas(&file.schemas, out))?;
    all.text_part(CONFIGURATION, &file.configuration)?;
    all.text_part(SNAPSHOT, &file.snapshot)?;
    all.text_part(DECISIONS, &file.decisions)?;
    all.text_part(OBLIGATIONS, &file.obligations)?;
    Ok(all.parts)
}

/// All parts, with the manifest over them.
pub fn complete(
    file: &PlanFile,
    Exact { parts, sealing }: Exact,
    beside: PackedParts,
    readable: Packed,
    effects: Digest,
) -> Result<(PackedParts, Digests), Broken> {
    let mut all = Packing { parts, ..Packing::default() };
    all.parts.extend(beside);
    all.parts.insert(PLAN.to_owned(), readable);
    let mut manifest = Manifest {
        format: FORMAT,
        root: Digest::of(&[]),
        effects,
        lineage: file.plan.base.lineage.to_string(),
        serial: file.plan.base.serial,
        header: Header { sealing, ..file.header.clone() },
        parts: all.parts.iter().map(|(name, part)| (name.clone(), part.digest)).collect(),
    };
    manifest.root = manifest.root()?;
    let digests = Digests { root: manifest.root, effects: manifest.effects };
    all.text_part(MANIFEST, &manifest)?;
    all.text_part(APPROVALS, &file.approvals)?;
    Ok((all.parts, digests))
}

impl From<Broken> for Refused {
    fn from(Broken(reason): Broken) -> Self {
        Refused::Broken(reason)
    }
}

/// The file of its parts, after checking them against the root.
pub fn into_file(mut parts: Parts, open: &dyn Open) -> Result<(PlanFile, Digests), Refused> {
    let manifest = take(&mut parts, MANIFEST)?;
    let approvals = take(&mut parts, APPROVALS)?;
    let manifest = check(&manifest, &parts)?;
    let readable = take(&mut parts, PLAN)?;
    let steps = take(&mut parts, STEPS)?;
    let (plan, closed) = match parts.remove(SEALED) {
        None if manifest.header.sealing == "none" => {
            // Half of the file, and its digest was all that it was needed for.
            drop(readable);
            (plan(&mut parts, &steps)?, None)
        }
        None => return Err(Refused::Altered(format!("{SEALED} is missing"))),
        Some(sealed) => match open.open(&manifest.header.sealing, &sealed) {
            Ok(clear) => (plan(&mut archive::unpack(&clear)?, &steps)?, None),
            Err(why) => {
                let readable = String::from_utf8(readable);
                let readable = readable.map_err(|error| Refused::Broken(format!("{PLAN}: {error}")))?;
                (shown(&take(&mut parts, CHANGES)?, &steps, &manifest)?, Some(Closed { why, readable }))
            }
        },
    };
    let file = PlanFile {
        schemas: serial::read_schemas(&take(&mut parts, SCHEMAS)?)?,
        configuration: read(CONFIGURATION, &take(&mut parts, CONFIGURATION)?)?,
        snapshot: read(SNAPSHOT, &take(&mut parts, SNAPSHOT)?)?,
        decisions: read(DECISIONS, &take(&mut parts, DECISIONS)?)?,
        obligations: read(OBLIGATIONS, &take(&mut parts, OBLIGATIONS)?)?,
        approvals: read(APPROVALS, &approvals)?,
        header: manifest.header,
        plan,
        closed,
    };
    let same_base = *manifest.lineage == *file.plan.base.lineage && manifest.serial == file.plan.base.serial;
    // The effects of a plan with stand-ins are not those that the digest was made of.
    if !same_base || file.closed.is_none() && digest::effects(&file.plan)? != manifest.effects {
        return Err(Refused::Altered(format!("{MANIFEST} does not describe the changes in it")));
    }
    Ok((file, Digests { root: manifest.root, effects: manifest.effects }))
}

fn take(parts: &mut Parts, name: &str) -> Result<Vec<u8>, Refused> {
    parts.remove(name).ok_or_else(|| Refused::Altered(format!("{name} is missing")))
}

/// The plan of the parts that [`secret_parts`] made.
fn plan(parts: &mut Parts, steps: &[u8]) -> Result<Plan, Refused> {
    let prior = serial::read_state(&take(parts, PRIOR)?)?;
    let base = match parts.remove(BASE) {
        Some(bytes) => serial::read_state(&bytes)?,
        None => prior.clone(),
    };
    Ok(serial::read_plan(&take(parts, CHANGES)?, steps, prior, base)?)
}

/// The plan as those see it who cannot open it.
fn shown(changes: &[u8], steps: &[u8], manifest: &Manifest) -> Result<Plan, Refused> {
    let state =
        State { lineage: manifest.lineage.as_str().into(), serial: manifest.serial, ..State::default() };
    Ok(serial::read_plan(changes, steps, state.clone(), state)?)
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
