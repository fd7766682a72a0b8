//! PATCH: JSON patch, merge patch, strategic merge patch, server-side apply.

use super::kinds::Resource;
use super::managed::{self, Writer};
use super::node::Node;
use super::read::show;
use super::route::{Options, Target, Validation, type_of};
use super::status::{Failure, go_quote};
use super::typed::{self, Slot};
use super::write::{Write, decoded, type_for};
use super::{Answer, State, patch, yaml};
use crate::json;
use crate::message::Request;
use serde_json::Value;

impl State {
    /// PATCH of an object.
    pub fn patch(
        &mut self,
        request: &Request,
        resource: &Resource,
        target: &Target,
        name: &str,
    ) -> Result<Answer, Failure> {
        let media = request.header("content-type").unwrap_or_default();
        let kind = match media.split(';').next().unwrap_or_default().trim() {
            "application/json-patch+json" => Kind::Json,
            "application/merge-patch+json" => Kind::Merge,
            "application/strategic-merge-patch+json" if resource.custom.is_none() => Kind::Strategic,
            "application/apply-patch+yaml" => Kind::Apply,
            _ => return Err(Failure::media_type()),
        };
        let options = Options::read(request, "PatchOptions", kind == Kind::Apply)?;
        let write = Write { resource, target, options: &options };
        let old = self.store.get(&resource.key(), write.namespace(), name).cloned();
        if kind == Kind::Apply {
            return self.apply(request, &write, old, name);
        }
        let old = old.ok_or_else(|| Failure::not_found(&resource.about(name)))?;
        let shown = show(resource, &old);
        let (patched, described) = patched(request, kind, &shown, resource)?;
        let mut draft = decoded(&Node::of(&patched), resource, options.validation)
            .map_err(|(why, _)| Failure::patch(&go_quote(&described), &why))?;
        let (api_version, kind) = (resource.api_version(), resource.kind.to_string());
        json::set(&mut draft.object, "apiVersion", api_version);
        json::set(&mut draft.object, "kind", kind);
        super::special::store_form(resource, &mut draft.object);
        let mut warnings = draft.warnings;
        let object = self.replace(&write, &old, draft.object, &mut warnings, None)?;
        Ok(Answer { warnings, ..Answer::new(200, show(resource, &object)) })
    }

    fn apply(
        &mut self,
        request: &Request,
        write: &Write<'_>,
        old: Option<Value>,
        name: &str,
    ) -> Result<Answer, Failure> {
        let resource = write.resource;
        let document = yaml::read(&String::from_utf8_lossy(&request.body))
            .map_err(|e| Failure::bad_request(format!("error decoding YAML: {e}")))?;
        let config = document.node.value();
        let mut warnings = document.warnings;
        let ty = type_for(resource);
        let slot = Slot::of(&ty);
        let api_version = resource.api_version();
        check_config(&config, resource, slot)?;
        let now = self.clock.rfc3339();
        let writer = Writer {
            manager: &write.options.manager,
            api_version: &api_version,
            subresource: write.subresource(),
            now: &now,
        };
        if let Some(old) = &old {
            self.check_preconditions(write, old, &config, true)?;
        }
        let live = old.as_ref().map(|o| show(resource, o));
        let result = managed::apply(
            live.as_ref(),
            &config,
            slot,
            &writer,
            write.options.force,
            resource.has("status"),
        )?;
        let owned = result["metadata"]["managedFields"].clone();
        let mut draft = decoded(&Node::of(&result), resource, Validation::Ignore)
            .map_err(|(why, _)| Failure::patch(&go_quote(&result.to_string()), &why))?;
        json::set(&mut draft.object, "apiVersion", api_version.as_str());
        json::set(&mut draft.object, "kind", resource.kind.to_string());
        let (status, object) = match old {
            None => {
                json::default(json::child(&mut draft.object, "metadata"), "name", name);
                (201, self.insert(write, draft.object, &mut warnings, Some(owned))?)
            }
            Some(old) => (200, self.replace(write, &old, draft.object, &mut warnings, Some(owned))?),
        };
        Ok(Answer { warnings, ..Answer::new(status, show(resource, &object)) })
    }
}

/// Refuses a configuration that is no object of the resource.
fn check_config(config: &Value, resource: &Resource, slot: Slot<'_>) -> Result<(), Failure> {
    let api_version = resource.api_version();
    let (given_version, given_kind) = type_of(config);
    if given_version != api_version || given_kind != resource.kind {
        let message = format!(
            "Incorrect version specified in apply patch. Specified patch version: {given_version}, expected: {api_version}"
        );
        return Err(Failure::bad_request(message));
    }
    if let Some(problem) = typed::check(config, slot, "") {
        let group_version =
            if resource.group.is_empty() { format!("/{}", resource.version) } else { api_version };
        let said = |member: &str| config["metadata"][member].as_str().unwrap_or_default();
        let (namespace, named) = (said("namespace"), said("name"));
        let place = format!("{namespace}/{named}; {group_version}, Kind={}", resource.kind);
        return Err(Failure::internal(format!("failed to create typed patch object ({place}): {problem}")));
    }
    Ok(())
}

/// The four kinds of patches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Merge,
    Strategic,
    Apply,
}

/// The patched document, and how an error about it shows it.
fn patched(
    request: &Request,
    kind: Kind,
    shown: &Value,
    resource: &Resource,
) -> Result<(Value, String), Failure> {
    let mut out = shown.clone();
    let decode_error = |e: String| match kind {
        Kind::Strategic => Failure::bad_request(e),
        _ => Failure::bad_request(format!("error decoding patch: {e}")),
    };
    let document = Node::json(&request.body).map_err(decode_error)?;
    let value = document.value();
    if kind == Kind::Json {
        patch::json(&mut out, &value)?;
        let text = out.to_string();
        return Ok((out, text));
    }
    if !value.is_object() {
        let got = super::node::kind(&document);
        return Err(decode_error(format!(
            "json: cannot unmarshal {got} into Go value of type map[string]interface {{}}"
        )));
    }
    if kind == Kind::Merge {
        patch::merge(&mut out, &value);
        let text = out.to_string();
        return Ok((out, text));
    }
    patch::strategic(&mut out, &value, resource.shape());
    Ok((out, go_map(&value)))
}

/// A value as Go's `%v` shows it.
fn go_map(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let list: Vec<String> = map.iter().map(|(k, v)| format!("{k}:{}", go_map(v))).collect();
            format!("map[{}]", list.join(" "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(go_map).collect::<Vec<_>>().join(" ")),
        Value::String(s) => s.clone(),
        Value::Null => "<nil>".into(),
        other => other.to_string(),
    }
}
