//! create, update and patch.

use super::kinds::Resource;
use super::managed::{self, Writer};
use super::node::Node;
use super::read::show;
use super::route::{Options, Target, Validation, type_of};
use super::schema::Ty;
use super::status::{Cause, Failure, go_quote};
use super::typed::Slot;
use super::{Answer, State, admit, custom, decode, defaults, meta, protobuf, validate, yaml};
use crate::ids::{random_suffix, random_uuid};
use crate::json::{self, text};
use crate::message::Request;
use serde_json::{Value, json};

/// A body that was read, with warnings about it.
pub(super) struct Draft {
    pub object: Value,
    pub warnings: Vec<String>,
}

/// What a write is about.
pub(crate) struct Write<'a> {
    pub resource: &'a Resource,
    pub target: &'a Target,
    pub options: &'a Options,
}

impl Write<'_> {
    pub(super) fn subresource(&self) -> &str {
        self.target.subresource.as_deref().unwrap_or_default()
    }

    pub(super) fn namespace(&self) -> &str {
        self.target.namespace.as_deref().unwrap_or_default()
    }
}

/// The type behind a resource, for comparisons.
pub(super) fn type_for(resource: &Resource) -> Ty {
    match (&resource.custom, resource.structure) {
        (Some(custom), _) => Ty::Inline(std::sync::Arc::new(custom.structure.clone())),
        (None, Some(name)) => Ty::Named(name),
        (None, None) => Ty::Any,
    }
}

/// The first bytes of a body, as messages show them.
fn summary(bytes: &[u8]) -> String {
    match bytes {
        [] => "<empty>".into(),
        [b'{', ..] => {
            let text = String::from_utf8_lossy(bytes);
            if text.len() > 30 {
                format!("{} ...", text.chars().take(30).collect::<String>())
            } else {
                text.into_owned()
            }
        }
        _ => crate::ids::hex(bytes.get(..30.min(bytes.len())).unwrap_or_default()),
    }
}

const TYPE_META: &str = "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }";

/// Reads the body of a create or update.
pub(crate) fn body(request: &Request, kind: &str) -> Result<(Node, Vec<String>), Failure> {
    let media = request.header("content-type").unwrap_or("application/json");
    let media = media.split(';').next().unwrap_or_default().trim();
    let unrecognized = |what: &str, bytes: &[u8]| {
        let shown = summary(bytes);
        let message = format!(
            "the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: {what} ({shown})"
        );
        Failure::bad_request(message)
    };
    let (node, warnings) = match media {
        "application/json" | "" => {
            (Node::json(&request.body).map_err(|e| unrecognized(&e, &request.body))?, Vec::new())
        }
        "application/yaml" => {
            let document =
                yaml::read(&String::from_utf8_lossy(&request.body)).map_err(Failure::bad_request)?;
            (document.node, document.warnings)
        }
        "application/vnd.kubernetes.protobuf" => {
            let document = protobuf::document(&request.body)
                .ok_or_else(|| Failure::unknown("this body in application/vnd.kubernetes.protobuf"))?;
            (
                Node::json(document.to_string().as_bytes()).map_err(|e| unrecognized(&e, &request.body))?,
                Vec::new(),
            )
        }
        _ => {
            let message = "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf";
            return Err(Failure::new(415, "UnsupportedMediaType", message));
        }
    };
    match node {
        Node::Object(_) | Node::Scalar(Value::Null) => Ok((node, warnings)),
        other => {
            let what = format!(
                "json: cannot unmarshal {} into Go value of type {TYPE_META}",
                super::node::kind(&other)
            );
            Err(unrecognized(&what, &request.body))
        }
    }
}

/// Decodes a document as an object of the resource.
pub(super) fn decoded(
    node: &Node,
    resource: &Resource,
    validation: Validation,
) -> Result<Draft, (String, Vec<Cause>)> {
    let (object, findings) = match (&resource.custom, resource.shape()) {
        (Some(custom), _) => custom::decode(node, custom),
        (None, Some(shape)) => decode::object(node, shape),
        (None, None) => (node.value(), decode::Findings::default()),
    };
    if let Some(error) = findings.error {
        return Err((error, Vec::new()));
    }
    match validation {
        Validation::Strict if !findings.strict.is_empty() => {
            Err((format!("strict decoding error: {}", findings.strict.join(", ")), Vec::new()))
        }
        Validation::Warn => Ok(Draft { object, warnings: findings.strict }),
        _ => Ok(Draft { object, warnings: Vec::new() }),
    }
}

fn draft(node: &Node, resource: &Resource, validation: Validation) -> Result<Draft, Failure> {
    let value = node.value();
    let (api_version, kind) = type_of(&value);
    let want = resource.api_version();
    if !api_version.is_empty() && api_version != want {
        let message = format!(
            "the API version in the data ({api_version}) does not match the expected API version ({want})"
        );
        return Err(Failure::bad_request(message));
    }
    let shown = if kind.is_empty() { resource.kind.as_ref() } else { kind };
    let refused = |why: &str| {
        let message = format!(
            "{shown} in version \"{}\" cannot be handled as a {}: {why}",
            resource.version, resource.kind
        );
        Failure::bad_request(message)
    };
    if shown != resource.kind {
        return Err(refused(&format!(
            "converting (v1.{shown}) to (core.{}): unknown conversion",
            resource.kind
        )));
    }
    let mut draft = decoded(node, resource, validation).map_err(|(why, _)| refused(&why))?;
    json::set(&mut draft.object, "apiVersion", want);
    json::set(&mut draft.object, "kind", resource.kind.to_string());
    super::special::store_form(resource, &mut draft.object);
    Ok(draft)
}

impl State {
    /// POST of an object.
    pub fn create(
        &mut self,
        request: &Request,
        resource: &Resource,
        target: &Target,
    ) -> Result<Answer, Failure> {
        let options = Options::read(request, "CreateOptions", false)?;
        let (node, mut warnings) = body(request, &resource.kind)?;
        let write = Write { resource, target, options: &options };
        let draft = draft(&node, resource, options.validation)?;
        warnings.extend(draft.warnings);
        let object = self.insert(&write, draft.object, &mut warnings, None)?;
        Ok(Answer { warnings, ..Answer::new(201, show(resource, &object)) })
    }

    fn check_namespace(&self, write: &Write<'_>, object: &Value) -> Result<(), Failure> {
        if !write.resource.namespaced {
            return Ok(());
        }
        let wanted = write.namespace();
        let given = meta(object, "namespace");
        if !given.is_empty() && given != wanted {
            let message =
                "the namespace of the provided object does not match the namespace sent on the request";
            return Err(Failure::bad_request(message));
        }
        Ok(())
    }

    fn check_home(&self, write: &Write<'_>, object: &Value) -> Result<(), Failure> {
        if !write.resource.namespaced {
            return Ok(());
        }
        let namespace = write.namespace();
        let about = super::status::About {
            resource: "namespaces".into(),
            name: namespace.into(),
            ..Default::default()
        };
        let home = self.store.get("/namespaces", "", namespace).ok_or_else(|| Failure::not_found(&about))?;
        if text(&home["status"], "phase") == "Terminating" {
            let about = write.resource.about(meta(object, "name"));
            let why = format!(
                "unable to create new content in namespace {namespace} because it is being terminated"
            );
            let cause = Cause {
                field: "metadata.namespace".into(),
                reason: "NamespaceTerminating",
                message: format!("namespace {namespace} is being terminated"),
            };
            return Err(Failure::forbidden(&about, &why).with_causes(&[cause]));
        }
        Ok(())
    }

    /// Makes an object: everything between the decoder and the store. `owned` carries managed fields of an apply.
    pub(super) fn insert(
        &mut self,
        write: &Write<'_>,
        mut object: Value,
        warnings: &mut Vec<String>,
        owned: Option<Value>,
    ) -> Result<Value, Failure> {
        let resource = write.resource;
        self.check_namespace(write, &object)?;
        self.check_home(write, &object)?;
        if !meta(&object, "resourceVersion").is_empty() {
            return Err(Failure::internal("resourceVersion should not be set on objects to be created"));
        }
        let now = self.clock.rfc3339();
        fresh_metadata(write, &mut object, &now);
        if resource.has("status") {
            admit::clear_status(resource, &mut object);
        }
        defaults::apply(resource, &mut object, None);
        self.admit_create(resource, &mut object)?;
        let causes = validate::create(self, resource, &object, warnings);
        let name = meta(&object, "name").to_string();
        if !causes.is_empty() {
            return Err(Failure::invalid(&resource.about(&name), &causes));
        }
        self.within_quota(resource, &object)?;
        if let Some(old) = self.store.get(&resource.key(), write.namespace(), &name) {
            let mut failure = Failure::exists(&resource.about(&name));
            if old["metadata"].get("deletionTimestamp").is_some() {
                failure.message = format!("object is being deleted: {}", failure.message);
            }
            return Err(failure);
        }
        self.allocate(resource, &mut object, None)?;
        if let Some(owned) = owned {
            json::set(json::child(&mut object, "metadata"), "managedFields", owned);
        } else {
            let ty = type_for(resource);
            let empty = match (&resource.custom, resource.shape()) {
                (None, Some(shape)) => decode::empty(shape),
                _ => json!({"metadata": {}}),
            };
            self.note(write, &empty, &mut object, Slot::of(&ty), true, &now);
        }
        if write.options.dry_run {
            return Ok(object);
        }
        Ok(self.store.put(&resource.key(), object))
    }

    fn note(&self, write: &Write<'_>, old: &Value, new: &mut Value, slot: Slot<'_>, create: bool, now: &str) {
        let api_version = write.resource.api_version();
        let writer = Writer {
            manager: &write.options.manager,
            api_version: &api_version,
            subresource: write.subresource(),
            now,
        };
        managed::update(old, new, slot, &writer, create, write.resource.has("status"));
    }

    /// PUT of an object.
    pub fn update(
        &mut self,
        request: &Request,
        resource: &Resource,
        target: &Target,
        name: &str,
    ) -> Result<Answer, Failure> {
        let options = Options::read(request, "UpdateOptions", false)?;
        let (node, mut warnings) = body(request, &resource.kind)?;
        let draft = draft(&node, resource, options.validation)?;
        warnings.extend(draft.warnings);
        let write = Write { resource, target, options: &options };
        let given = meta(&draft.object, "name");
        if given != name {
            let message =
                format!("the name of the object ({given}) does not match the name on the URL ({name})");
            return Err(Failure::bad_request(message));
        }
        self.check_namespace(&write, &draft.object)?;
        let old = self.store.get(&resource.key(), write.namespace(), name).cloned();
        let old = old.ok_or_else(|| Failure::not_found(&resource.about(name)))?;
        if resource.custom.is_some() && meta(&draft.object, "resourceVersion").is_empty() {
            let cause = Cause::raw("metadata.resourceVersion", "0x0", "must be specified for an update");
            return Err(Failure::invalid(&resource.about(name), &[cause]));
        }
        let object = self.replace(&write, &old, draft.object, &mut warnings, None)?;
        Ok(Answer { warnings, ..Answer::new(200, show(resource, &object)) })
    }

    pub(super) fn check_preconditions(
        &self,
        write: &Write<'_>,
        old: &Value,
        new: &Value,
        applied: bool,
    ) -> Result<(), Failure> {
        let resource = write.resource;
        let about = resource.about(meta(old, "name"));
        let version = meta(new, "resourceVersion");
        if !version.is_empty() && version != "0" {
            if version.parse::<u64>().is_err() {
                let why = format!("strconv.ParseUint: parsing {}: invalid syntax", go_quote(version));
                return Err(Failure::internal(why));
            }
            if version != meta(old, "resourceVersion") {
                return Err(Failure::modified(&about));
            }
        }
        let (uid, own) = (meta(new, "uid"), meta(old, "uid"));
        if !uid.is_empty() && uid != own {
            if applied {
                let cause = Cause::invalid("metadata.uid", uid, "field is immutable");
                return Err(Failure::invalid(&about, &[cause.clone(), cause]));
            }
            let place =
                if write.namespace().is_empty() { String::new() } else { format!("{}/", write.namespace()) };
            let why = format!(
                "StorageError: invalid object, Code: 4, Key: /registry/{}/{place}{}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, UID in object meta: {own}",
                resource.plural, about.name
            );
            return Err(Failure::conflict(&about, &resource.plural, &why));
        }
        Ok(())
    }

    /// Puts a new state in place of an old one: everything between the decoder and the store.
    pub fn replace(
        &mut self,
        write: &Write<'_>,
        old: &Value,
        mut new: Value,
        warnings: &mut Vec<String>,
        owned: Option<Value>,
    ) -> Result<Value, Failure> {
        let resource = write.resource;
        self.check_preconditions(write, old, &new, owned.is_some())?;
        let now = self.clock.rfc3339();
        keep_metadata(old, &mut new);
        match write.subresource() {
            "status" => admit::keep_all_but_status(old, &mut new),
            _ if resource.has("status") => admit::keep_status(old, &mut new),
            _ => {}
        }
        defaults::apply(resource, &mut new, Some(old));
        self.admit_update(resource, old, &mut new)?;
        let causes = validate::update(self, resource, old, &new, write.subresource());
        let name = meta(old, "name").to_string();
        if !causes.is_empty() {
            return Err(Failure::invalid(&resource.about(&name), &causes));
        }
        admit::late_checks(resource, old, &new)?;
        self.allocate(resource, &mut new, Some(old))?;
        let counted = resource.counted || resource.custom.is_some();
        if counted && write.subresource() != "status" && admit::desired_differs(resource, old, &new) {
            let generation = old["metadata"]["generation"].as_i64().unwrap_or(0) + 1;
            json::set(json::child(&mut new, "metadata"), "generation", generation);
        }
        let _ = warnings;
        if let Some(owned) = owned {
            let data = json::child(&mut new, "metadata");
            if owned.is_null() {
                drop(json::remove(data, "managedFields"))
            } else {
                json::set(data, "managedFields", owned)
            }
        } else {
            let ty = type_for(resource);
            self.note(write, old, &mut new, Slot::of(&ty), false, &now);
        }
        json::set(json::child(&mut new, "metadata"), "resourceVersion", meta(old, "resourceVersion"));
        if new == *old || write.options.dry_run {
            return Ok(new);
        }
        let gone = new["metadata"].get("deletionTimestamp").is_some()
            && json::items(&new["metadata"]["finalizers"]).is_empty();
        let stored = self.store.put(&resource.key(), new);
        if gone && !super::delete::held(resource, &stored) {
            self.store.remove(&resource.key(), write.namespace(), &name);
        }
        Ok(stored)
    }
}

/// The metadata that the server gives a fresh object.
fn fresh_metadata(write: &Write<'_>, object: &mut Value, now: &str) {
    let resource = write.resource;
    let data = json::child(object, "metadata");
    if text(data, "name").is_empty() && !text(data, "generateName").is_empty() {
        let name = format!("{}{}", text(data, "generateName"), random_suffix(5));
        json::set(data, "name", name);
    }
    for key in ["selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"] {
        json::remove(data, key);
    }
    json::set(data, "creationTimestamp", now);
    json::set(data, "uid", random_uuid());
    if resource.namespaced {
        json::set(data, "namespace", write.namespace());
    } else {
        json::remove(data, "namespace");
    }
    if resource.counted || resource.custom.is_some() {
        json::set(json::child(object, "metadata"), "generation", 1);
    }
}

/// What a client cannot change in metadata.
fn keep_metadata(old: &Value, new: &mut Value) {
    let data = json::child(new, "metadata");
    let keep = [
        "uid",
        "creationTimestamp",
        "namespace",
        "name",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "generateName",
    ];
    for key in keep {
        match old["metadata"].get(key) {
            Some(value) => json::set(data, key, value.clone()),
            None => drop(json::remove(data, key)),
        }
    }
    json::remove(data, "selfLink");
}
