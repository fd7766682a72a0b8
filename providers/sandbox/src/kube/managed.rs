//! Managed fields: who set what, and server-side apply on top of it.

use super::fieldset::Set;
use super::status::{Cause, Failure};
use super::typed::{self, Slot};
use crate::json::{self, text};
use serde_json::{Value, json};

/// One manager's fields.
#[derive(Clone, Debug)]
struct Owner {
    manager: String,
    apply: bool,
    api_version: String,
    subresource: String,
    time: Value,
    set: Set,
}

/// Who writes, and how.
#[derive(Clone, Debug)]
pub(crate) struct Writer<'a> {
    pub manager: &'a str,
    pub api_version: &'a str,
    pub subresource: &'a str,
    pub now: &'a str,
}

impl Owner {
    fn new(writer: &Writer<'_>, apply: bool) -> Owner {
        Owner {
            manager: writer.manager.into(),
            apply,
            api_version: writer.api_version.into(),
            subresource: writer.subresource.into(),
            time: Value::Null,
            set: Set::default(),
        }
    }

    fn is(&self, writer: &Writer<'_>, apply: bool) -> bool {
        let same_version = apply || self.api_version == writer.api_version;
        self.manager == writer.manager
            && self.apply == apply
            && self.subresource == writer.subresource
            && same_version
    }

    /// As conflicts name it.
    fn shown(&self) -> String {
        let mut out = super::status::go_quote(&self.manager);
        if !self.subresource.is_empty() {
            out.push_str(&format!(" with subresource {}", super::status::go_quote(&self.subresource)));
        }
        if !self.apply {
            out.push_str(&format!(" using {}", self.api_version));
        }
        out
    }
}

fn read(object: &Value) -> Vec<Owner> {
    let entries = json::items(&object["metadata"]["managedFields"]);
    let one = |e: &Value| Owner {
        manager: text(e, "manager").into(),
        apply: text(e, "operation") == "Apply",
        api_version: text(e, "apiVersion").into(),
        subresource: text(e, "subresource").into(),
        time: e["time"].clone(),
        set: Set::read(&e["fieldsV1"]),
    };
    entries.iter().map(one).collect()
}

fn write(object: &mut Value, owners: &[Owner]) {
    let mut owners: Vec<&Owner> = owners.iter().filter(|o| !o.set.is_empty()).collect();
    // Appliers first, then by time and name, as the API server orders them.
    owners.sort_by(|a, b| {
        let key = |o: &Owner| (!o.apply, o.time.as_str().unwrap_or_default().to_string(), o.manager.clone());
        key(a).cmp(&key(b))
    });
    let entry = |o: &&Owner| {
        let mut out = json!({"manager": o.manager, "operation": if o.apply { "Apply" } else { "Update" },
            "apiVersion": o.api_version, "fieldsType": "FieldsV1", "fieldsV1": o.set.write()});
        if !o.time.is_null() {
            json::set(&mut out, "time", o.time.clone());
        }
        if !o.subresource.is_empty() {
            json::set(&mut out, "subresource", o.subresource.as_str());
        }
        out
    };
    let list: Vec<Value> = owners.iter().map(entry).collect();
    let meta = json::child(object, "metadata");
    if list.is_empty() {
        json::remove(meta, "managedFields");
    } else {
        json::set(meta, "managedFields", list);
    }
}

/// Members of metadata that nobody owns.
const UNOWNED: &[&str] = &[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
];

/// Takes out what nobody owns, and what this endpoint does not write.
fn strip(set: &mut Set, subresource: &str, has_status: bool) {
    set.cut(&["f:apiVersion"]);
    set.cut(&["f:kind"]);
    for name in UNOWNED {
        set.cut(&["f:metadata", &format!("f:{name}")]);
    }
    if let Some(meta) = set.children.get_mut("f:metadata") {
        meta.member = false;
        if meta.is_empty() {
            set.children.remove("f:metadata");
        }
    }
    if subresource == "status" {
        set.children.retain(|k, _| k == "f:status");
    } else if has_status {
        set.cut(&["f:status"]);
    }
}

/// Without the managed fields, which no comparison looks at.
fn bare(object: &Value) -> Value {
    let mut out = object.clone();
    if let Some(meta) = out.get_mut("metadata") {
        for name in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"] {
            json::remove(meta, name);
        }
    }
    out
}

/// Did the client ask to forget all owners (`managedFields: [{}]`)?
fn wants_reset(object: &Value) -> bool {
    let entries = json::items(&object["metadata"]["managedFields"]);
    matches!(entries, [only] if !json::truthy(&only["manager"]) && !json::truthy(&only["operation"]))
}

/// Notes a create or update. `old` is the object before; for a create, one with nothing set.
pub(crate) fn update(
    old: &Value,
    new: &mut Value,
    slot: Slot<'_>,
    writer: &Writer<'_>,
    create: bool,
    has_status: bool,
) {
    let reset = wants_reset(new);
    if reset || (!create && read(old).is_empty()) {
        json::remove(json::child(new, "metadata"), "managedFields");
        return;
    }
    let mut owners = if create { Vec::new() } else { read(old) };
    let changes = typed::compare(&bare(old), &bare(new), slot);
    let mut touched = changes.added.clone();
    touched.union(&changes.modified);
    strip(&mut touched, writer.subresource, has_status);
    let mut lost = touched.clone();
    lost.union(&changes.removed);
    let any = !touched.is_empty() || !changes.removed.is_empty();
    let mut mine = match owners.iter().position(|o| o.is(writer, false)) {
        Some(at) => owners.remove(at),
        None => Owner::new(writer, false),
    };
    for owner in &mut owners {
        owner.set.subtract(&lost);
    }
    mine.set.subtract(&changes.removed);
    mine.set.union(&touched);
    if any {
        mine.time = writer.now.into();
    }
    owners.push(mine);
    write(new, &owners);
}

/// Server-side apply of `config` onto `live`; the result still has to be decoded, defaulted and checked.
pub(crate) fn apply(
    live: Option<&Value>,
    config: &Value,
    slot: Slot<'_>,
    writer: &Writer<'_>,
    force: bool,
    has_status: bool,
) -> Result<Value, Failure> {
    let mut config = config.clone();
    if let Some(meta) = config.get_mut("metadata") {
        json::remove(meta, "managedFields");
    }
    let mut owners = live.map(read).unwrap_or_default();
    if let Some(live) = live.filter(|_| owners.is_empty()) {
        owners.push(before_first_apply(live, slot, writer, has_status));
    }
    let mut set = typed::fields(&config, slot);
    strip(&mut set, writer.subresource, has_status);
    let merged = typed::merge(live, &config, slot);
    let before = owners.iter().position(|o| o.is(writer, true)).map(|at| owners.remove(at));
    let mut result = merged;
    if let Some(last) = &before {
        let mut kept = set.clone();
        owners.iter().for_each(|o| kept.union(&o.set));
        let mut gone = last.set.clone();
        gone.subtract(&set);
        // Metadata itself stays.
        kept.children.entry("f:metadata".into()).or_default().member = true;
        typed::prune(&mut result, &gone, &kept, slot);
    }
    let nothing = json!({"metadata": {}});
    let changes = typed::compare(&bare(live.unwrap_or(&nothing)), &bare(&result), slot);
    let mut touched = changes.added.clone();
    touched.union(&changes.modified);
    let mut conflicts: Vec<(String, String)> = Vec::new();
    for owner in &mut owners {
        let clash = owner.set.intersection(&touched);
        if !force {
            conflicts.extend(clash.paths().into_iter().map(|p| (owner.shown(), p)));
        }
        owner.set.subtract(&clash);
        owner.set.subtract(&changes.removed);
    }
    if !conflicts.is_empty() {
        return Err(conflict(&conflicts));
    }
    let mut mine = before.unwrap_or_else(|| Owner::new(writer, true));
    mine.api_version = writer.api_version.into();
    mine.set = set;
    if !touched.is_empty() || !changes.removed.is_empty() || live.is_none() {
        mine.time = writer.now.into();
    }
    owners.push(mine);
    write(&mut result, &owners);
    Ok(result)
}

/// The owner of everything that was there before anybody applied.
fn before_first_apply(live: &Value, slot: Slot<'_>, writer: &Writer<'_>, has_status: bool) -> Owner {
    let first = Writer { manager: "before-first-apply", subresource: "", ..writer.clone() };
    let mut all = typed::compare(&json!({"metadata": {}}), &bare(live), slot).added;
    strip(&mut all, "", has_status);
    let mut owner = Owner::new(&first, false);
    owner.set = all;
    owner.time = writer.now.into();
    owner
}

fn conflict(conflicts: &[(String, String)]) -> Failure {
    let message = match conflicts {
        [(owner, path)] => format!("Apply failed with 1 conflict: conflict with {owner}: {path}"),
        many => {
            let mut names: Vec<&String> = many.iter().map(|(o, _)| o).collect();
            names.sort();
            names.dedup();
            let mut lines = Vec::new();
            for name in names {
                lines.push(format!("conflicts with {name}:"));
                lines.extend(many.iter().filter(|(o, _)| o == name).map(|(_, p)| format!("- {p}")));
            }
            format!("Apply failed with {} conflicts: {}", many.len(), lines.join("\n"))
        }
    };
    let causes: Vec<Cause> =
        conflicts.iter().map(|(o, p)| Cause::conflict(p.clone(), format!("conflict with {o}"))).collect();
    Failure::new(409, "Conflict", message).with_causes(&causes)
}

#[cfg(test)]
#[path = "managed_tests.rs"]
mod tests;
