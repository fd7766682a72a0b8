//! Custom resources: definitions become resources; their schemas prune, fill in and refuse.

use super::decode::{self, Findings};
use super::kinds::{Custom, Resource};
use super::node::Node;
use super::schema::{Field, META, Rel, Strategy, Struct, Ty};
use super::status::{Cause, go_quote};
use super::store::Store;
use crate::json::{self, items, text};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Takes the definitions in the store as the custom resources that are served.
pub(crate) fn refresh(store: &mut Store) {
    let mut made = Vec::new();
    for definition in store.all("apiextensions.k8s.io/customresourcedefinitions") {
        if established(definition) && definition["metadata"].get("deletionTimestamp").is_none() {
            made.extend(resources(definition));
        }
    }
    store.resources.retain(|r| r.custom.is_none());
    store.resources.extend(made);
}

/// Are the names of a definition accepted?
pub(crate) fn established(definition: &Value) -> bool {
    let conditions = items(&definition["status"]["conditions"]);
    conditions.iter().any(|c| text(c, "type") == "Established" && text(c, "status") == "True")
}

/// The versions of a definition, the storage version first, then as clients prefer them.
fn resources(definition: &Value) -> Vec<Resource> {
    let spec = &definition["spec"];
    let names = &spec["names"];
    let words = |v: &Value| items(v).iter().filter_map(Value::as_str).map(str::to_string).collect::<Vec<_>>();
    let mut versions: Vec<&Value> = items(&spec["versions"]).iter().filter(|v| v["served"] == true).collect();
    versions.sort_by_key(|v| version_rank(text(v, "name")));
    let first = versions.first().map(|v| text(v, "name").to_string()).unwrap_or_default();
    let kind = text(names, "kind").to_string();
    let group = text(spec, "group").to_string();
    let one = |version: &&Value| {
        let schema = version["schema"]["openAPIV3Schema"].clone();
        let mut subresources: Vec<String> =
            json::pairs(&version["subresources"]).map(|(k, _)| k.clone()).collect();
        subresources.retain(|s| s == "status" || s == "scale");
        let name = text(version, "name");
        let deprecation =
            (version["deprecated"] == true).then(|| match version["deprecationWarning"].as_str() {
                Some(own) => own.to_string(),
                None => format!("{group}/{name} {kind} is deprecated; use {group}/{first} {kind}"),
            });
        Resource {
            group: group.clone().into(),
            version: name.to_string().into(),
            plural: text(names, "plural").to_string().into(),
            singular: text(names, "singular").to_string().into(),
            kind: kind.clone().into(),
            list_kind: text(names, "listKind").to_string().into(),
            namespaced: text(spec, "scope") == "Namespaced",
            short: words(&names["shortNames"]),
            categories: words(&names["categories"]),
            subresources,
            counted: true,
            structure: None,
            custom: Some(Arc::new(Custom {
                structure: top(&schema, &kind),
                schema,
                deprecation,
                columns: version["additionalPrinterColumns"].clone(),
            })),
        }
    };
    versions.iter().map(one).collect()
}

/// Clients prefer v2 to v1, v1 to v1beta1, and those to anything else.
pub(crate) fn version_rank(name: &str) -> (u8, i64, i64, String) {
    let digits = |t: &str| t.chars().take_while(char::is_ascii_digit).collect::<String>();
    let Some(rest) = name.strip_prefix('v') else { return (9, 0, 0, name.to_string()) };
    let major = digits(rest);
    let Ok(number) = major.parse::<i64>() else { return (9, 0, 0, name.to_string()) };
    let tail = rest.get(major.len()..).unwrap_or_default();
    let minor = |t: &str| -digits(t).parse::<i64>().unwrap_or(0);
    match tail {
        "" => (0, -number, 0, String::new()),
        t if t.starts_with("beta") => (1, -number, minor(t.trim_start_matches("beta")), String::new()),
        t if t.starts_with("alpha") => (2, -number, minor(t.trim_start_matches("alpha")), String::new()),
        _ => (9, 0, 0, name.to_string()),
    }
}

fn field(name: &str, ty: Ty, rel: Rel) -> Field {
    Field {
        name: name.into(),
        ty,
        go: String::new(),
        pointer: true,
        always: false,
        rel,
        strategy: Strategy::Replace,
        retain: false,
    }
}

/// The type of whole objects.
fn top(schema: &Value, kind: &str) -> Struct {
    let mut fields = vec![
        field("apiVersion", Ty::Str, Rel::Plain),
        field("kind", Ty::Str, Rel::Plain),
        field("metadata", META, Rel::Plain),
    ];
    for (name, inner) in json::pairs(&schema["properties"]) {
        if !["apiVersion", "kind", "metadata"].contains(&name.as_str()) {
            let (ty, rel) = type_of(inner);
            fields.push(field(name, ty, rel));
        }
    }
    let open = schema["x-kubernetes-preserve-unknown-fields"] == true;
    Struct { name: kind.into(), atomic: false, fields, open }
}

/// The type that a schema describes, as far as owning and merging go.
fn type_of(schema: &Value) -> (Ty, Rel) {
    if schema["x-kubernetes-int-or-string"] == true {
        return (Ty::Any, Rel::Atomic);
    }
    let atomic = |key: &str| if text(schema, key) == "atomic" { Rel::Atomic } else { Rel::Plain };
    match text(schema, "type") {
        "string" => (Ty::Str, Rel::Plain),
        "boolean" => (Ty::Bool, Rel::Plain),
        "integer" => (Ty::Int64, Rel::Plain),
        "number" => (Ty::Float, Rel::Plain),
        "array" => {
            let (of, _) = type_of(&schema["items"]);
            let keys = items(&schema["x-kubernetes-list-map-keys"])
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_string);
            let rel = match text(schema, "x-kubernetes-list-type") {
                "map" => Rel::Keys(keys.collect()),
                "set" => Rel::Set,
                _ => Rel::Atomic,
            };
            (Ty::List(Box::new(of)), rel)
        }
        "object" if schema["properties"].is_object() => {
            let fields = json::pairs(&schema["properties"]).map(|(name, inner)| {
                let (ty, rel) = type_of(inner);
                field(name, ty, rel)
            });
            let open = schema["x-kubernetes-preserve-unknown-fields"] == true;
            let inner = Struct { name: String::new(), atomic: false, fields: fields.collect(), open };
            (Ty::Inline(Arc::new(inner)), atomic("x-kubernetes-map-type"))
        }
        "object" if schema["additionalProperties"].is_object() => {
            let (of, _) = type_of(&schema["additionalProperties"]);
            (Ty::Map(Box::new(of)), atomic("x-kubernetes-map-type"))
        }
        _ => (Ty::Any, Rel::Plain),
    }
}

/// Decodes a custom object: metadata strictly, the rest by its schema.
pub(crate) fn decode(node: &Node, custom: &Custom) -> (Value, Findings) {
    let mut findings = Findings::default();
    let Node::Object(members) = node else { return (Value::Object(Map::new()), findings) };
    let mut out = Map::new();
    for (i, (key, inner)) in members.iter().enumerate() {
        if members.iter().take(i).any(|(k, _)| k == key) {
            findings.strict.push(format!("duplicate field \"{key}\""));
        }
        if key == "metadata" {
            if let Some(shape) = META.structure() {
                let (mut value, inner) = decode::object(inner, shape);
                if value["creationTimestamp"].is_null() {
                    json::remove(&mut value, "creationTimestamp");
                }
                let prefixed = |s: &String| s.replacen('"', "\"metadata.", 1);
                findings.strict.extend(inner.strict.iter().map(prefixed));
                findings.error = findings.error.or(inner.error);
                out.insert(key.clone(), value);
            }
            continue;
        }
        if matches!(key.as_str(), "apiVersion" | "kind") {
            out.insert(key.clone(), inner.value());
            continue;
        }
        match custom.schema["properties"].get(key) {
            Some(schema) => drop(out.insert(key.clone(), prune(inner, schema, key, &mut findings.strict))),
            None if custom.structure.open => drop(out.insert(key.clone(), inner.value())),
            None => findings.strict.push(format!("unknown field \"{key}\"")),
        }
    }
    (Value::Object(out), findings)
}

/// Drops what a schema does not know.
fn prune(node: &Node, schema: &Value, at: &str, strict: &mut Vec<String>) -> Value {
    match node {
        Node::Object(members) => {
            let open = schema["x-kubernetes-preserve-unknown-fields"] == true;
            let mut out = Map::new();
            for (i, (key, inner)) in members.iter().enumerate() {
                let place = format!("{at}.{key}");
                if members.iter().take(i).any(|(k, _)| k == key) {
                    strict.push(format!("duplicate field \"{place}\""));
                }
                let known = schema["properties"]
                    .get(key)
                    .or_else(|| schema.get("additionalProperties").filter(|a| a.is_object() || **a == true));
                match known {
                    Some(known) => drop(out.insert(key.clone(), prune(inner, known, &place, strict))),
                    None if open || schema["x-kubernetes-embedded-resource"] == true => {
                        drop(out.insert(key.clone(), inner.value()))
                    }
                    None => strict.push(format!("unknown field \"{place}\"")),
                }
            }
            Value::Object(out)
        }
        Node::List(list) => {
            let one = |(i, n): (usize, &Node)| prune(n, &schema["items"], &format!("{at}[{i}]"), strict);
            Value::Array(list.iter().enumerate().map(one).collect())
        }
        Node::Scalar(value) => value.clone(),
    }
}

/// Fills in a schema's defaults; null where it may not be counts as absent.
pub(crate) fn default(value: &mut Value, schema: &Value) {
    match value {
        Value::Object(map) => {
            for (name, inner) in json::pairs(&schema["properties"]) {
                let lacks = map.get(name).is_none_or(|v| v.is_null() && inner["nullable"] != true);
                if let Some(own) = inner.get("default").filter(|_| lacks) {
                    map.insert(name.clone(), own.clone());
                } else if lacks && map.get(name).is_some() {
                    map.remove(name);
                }
                if let Some(v) = map.get_mut(name) {
                    default(v, inner);
                }
            }
            if let Some(of) = schema.get("additionalProperties").filter(|a| a.is_object()) {
                map.values_mut().for_each(|v| default(v, of));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|v| default(v, &schema["items"])),
        _ => {}
    }
}

/// Refuses what a schema does not allow in an object, fresh or changed.
pub(crate) fn validate(object: &Value, schema: &Value, update: bool, out: &mut Vec<Cause>) {
    let before = out.len();
    let required = items(&schema["required"]).iter().filter_map(Value::as_str);
    for name in required.filter(|n| object.get(n).is_none()) {
        out.push(Cause::required(name, ""));
    }
    for (name, inner) in json::pairs(&schema["properties"]) {
        if let Some(value) = object.get(name).filter(|_| name != "metadata") {
            check(value, inner, name, out);
        }
    }
    if update {
        // The validator of updates knows only the last step of a path.
        for cause in out.iter_mut().skip(before) {
            let last = cause.field.rsplit('.').next().unwrap_or_default();
            cause.message =
                cause.message.replace(&format!("{} in body", cause.field), &format!("{last} in body"));
        }
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.as_i64().is_some() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A value as messages show it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(s) => go_quote(s),
        other => other.to_string(),
    }
}

fn check(value: &Value, schema: &Value, at: &str, out: &mut Vec<Cause>) {
    if value.is_null() && schema["nullable"] == true {
        return;
    }
    let (want, got) = (text(schema, "type"), type_name(value));
    let either = schema["x-kubernetes-int-or-string"] == true && matches!(got, "integer" | "string");
    let fits = want.is_empty() || want == got || (want == "number" && got == "integer") || either;
    if !fits {
        let why = format!("{}: {at} in body must be of type {want}: {}", go_quote(got), go_quote(got));
        out.push(Cause::wrong_type(at, why));
        return;
    }
    limits(value, schema, at, out);
    let known = items(&schema["enum"]);
    if !known.is_empty() && !known.contains(value) {
        let list: Vec<&str> = known.iter().filter_map(Value::as_str).collect();
        out.push(Cause::unsupported(at, &shown(value), &list));
    }
    match value {
        Value::Object(map) => {
            let required = items(&schema["required"]).iter().filter_map(Value::as_str);
            for name in required.filter(|n| !map.contains_key(*n)) {
                out.push(Cause::required(format!("{at}.{name}"), ""));
            }
            for (name, inner) in map {
                let of = schema["properties"]
                    .get(name)
                    .or_else(|| schema.get("additionalProperties").filter(|a| a.is_object()));
                if let Some(of) = of {
                    check(inner, of, &format!("{at}.{name}"), out);
                }
            }
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, v)| check(v, &schema["items"], &format!("{at}[{i}]"), out));
            distinct(list, schema, at, out);
        }
        _ => {}
    }
}

fn limits(value: &Value, schema: &Value, at: &str, out: &mut Vec<Cause>) {
    let bound = |key: &str| schema[key].as_f64();
    if let Some(n) = value.as_f64() {
        if let Some(least) = bound("minimum").filter(|m| n < *m) {
            out.push(Cause::raw(
                at,
                &value.to_string(),
                format!("{at} in body should be greater than or equal to {least}"),
            ));
        }
        if let Some(most) = bound("maximum").filter(|m| n > *m) {
            out.push(Cause::raw(
                at,
                &value.to_string(),
                format!("{at} in body should be less than or equal to {most}"),
            ));
        }
    }
    if let Some(s) = value.as_str() {
        let length = s.chars().count() as f64;
        if let Some(least) = bound("minLength").filter(|m| length < *m) {
            out.push(Cause::invalid(at, s, format!("{at} in body should be at least {least} chars long")));
        }
        if let Some(most) = bound("maxLength").filter(|m| length > *m) {
            out.push(Cause {
                field: at.into(),
                reason: "FieldValueTooLong",
                message: format!("Too long: may not be more than {most} bytes"),
            });
        }
        let pattern = text(schema, "pattern");
        if !pattern.is_empty() && regex::Regex::new(pattern).is_ok_and(|r| !r.is_match(s)) {
            out.push(Cause::invalid(at, s, format!("{at} in body should match '{pattern}'")));
        }
    }
    if let Some(list) = value.as_array() {
        let count = list.len() as f64;
        if let Some(least) = bound("minItems").filter(|m| count < *m) {
            out.push(Cause::raw(
                at,
                &count.to_string(),
                format!("{at} in body should have at least {least} items"),
            ));
        }
        if let Some(most) = bound("maxItems").filter(|m| count > *m) {
            out.push(Cause {
                field: at.into(),
                reason: "FieldValueTooMany",
                message: format!("Too many: {count}: must have at most {most} items"),
            });
        }
    }
}

/// Refuses doubles in sets and in lists told apart by members.
fn distinct(list: &[Value], schema: &Value, at: &str, out: &mut Vec<Cause>) {
    let keys: Vec<&str> =
        items(&schema["x-kubernetes-list-map-keys"]).iter().filter_map(Value::as_str).collect();
    let identity = |v: &Value| match text(schema, "x-kubernetes-list-type") {
        "set" => Some(v.clone()),
        "map" => Some(json::filtered(v, |k, _| keys.contains(&k))),
        _ => None,
    };
    let mut seen: Vec<Value> = Vec::new();
    for (i, item) in list.iter().enumerate() {
        let Some(id) = identity(item) else { return };
        if seen.contains(&id) {
            let shown = match &id {
                Value::Object(m) => {
                    let list: Vec<String> =
                        m.iter().map(|(k, v)| format!("{}:{}", go_quote(k), shown(v))).collect();
                    format!("map[string]interface {{}}{{{}}}", list.join(", "))
                }
                other => shown(other),
            };
            out.push(Cause::duplicate(format!("{at}[{i}]"), &shown));
        }
        seen.push(id);
    }
}

/// Refusals of a definition.
pub(crate) fn validate_definition(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    let (plural, group) = (text(&spec["names"], "plural"), text(spec, "group"));
    let name = super::meta(object, "name");
    if name != format!("{plural}.{group}") {
        out.push(Cause::invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group"));
    }
    if group.is_empty() {
        out.push(Cause::required("spec.group", ""));
    } else if !group.contains('.') {
        out.push(Cause::invalid("spec.group", group, "should be a domain with at least one dot"));
    }
    let scope = text(spec, "scope");
    if scope.is_empty() {
        out.push(Cause::required("spec.scope", ""));
    } else {
        if !["Cluster", "Namespaced"].contains(&scope) {
            out.push(Cause::unsupported("spec.scope", &go_quote(scope), &["Cluster", "Namespaced"]));
        }
    }
    for key in ["plural", "kind"] {
        if text(&spec["names"], key).is_empty() {
            out.push(Cause::required(format!("spec.names.{key}"), ""));
        }
    }
    definition_versions(object, out);
    if let Some(old) = old {
        for (key, at) in [("group", "spec.group"), ("scope", "spec.scope")] {
            if old["spec"][key] != spec[key] {
                out.push(Cause::invalid(at, text(spec, key), "field is immutable"));
            }
        }
    }
}

/// Refusals of the versions of a definition.
fn definition_versions(object: &Value, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    let versions = items(&spec["versions"]);
    let stored = versions.iter().filter(|v| v["storage"] == true).count();
    for (i, version) in versions.iter().enumerate() {
        let schema = &version["schema"]["openAPIV3Schema"];
        // With one version the error is reported at the place where older definitions had the schema.
        let at = if versions.len() == 1 {
            "spec.validation".to_string()
        } else {
            format!("spec.versions[{i}].schema")
        };
        if schema.is_null() {
            out.push(Cause::required(
                format!("spec.versions[{i}].schema.openAPIV3Schema"),
                "schemas are required",
            ));
        } else {
            structural(schema, &format!("{at}.openAPIV3Schema"), true, out);
        }
    }
    if stored != 1 {
        let why = "must have exactly one version marked as storage version";
        out.push(Cause::raw("spec.versions", "[]apiextensions.CustomResourceDefinitionVersion{}", why));
        if items(&object["status"]["storedVersions"]).is_empty() {
            out.push(Cause::raw(
                "status.storedVersions",
                "[]string(nil)",
                "must have at least one stored version",
            ));
        }
    }
}

const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];

/// Refuses schemas that are not structural.
fn structural(schema: &Value, at: &str, root: bool, out: &mut Vec<Cause>) {
    let kind = text(schema, "type");
    let free = schema["x-kubernetes-int-or-string"] == true
        || schema["x-kubernetes-preserve-unknown-fields"] == true;
    if kind.is_empty() {
        if root {
            out.push(Cause::required(format!("{at}.type"), "must not be empty at the root"));
        } else if !free {
            let why = if at.ends_with(".items") {
                "must not be empty for specified array items"
            } else {
                "must not be empty for specified object fields"
            };
            out.push(Cause::required(format!("{at}.type"), why));
        }
    } else if !TYPES.contains(&kind) {
        out.push(Cause::unsupported(format!("{at}.type"), &go_quote(kind), TYPES));
    } else if root && kind != "object" {
        out.push(Cause::invalid(format!("{at}.type"), kind, "must be object at the root"));
    }
    if schema["x-kubernetes-preserve-unknown-fields"] == false {
        out.push(Cause::raw(
            format!("{at}.x-kubernetes-preserve-unknown-fields"),
            "false",
            "must be true or undefined",
        ));
    }
    if let Some(value) = schema.get("default").filter(|d| !d.is_null()) {
        let got = type_name(value);
        let fits = kind == got || (kind == "number" && got == "integer") || kind.is_empty();
        if !fits && TYPES.contains(&kind) {
            let why = format!("{}:  in body must be of type {kind}: {}", go_quote(got), go_quote(got));
            out.push(Cause::wrong_type(format!("{at}.default"), why));
        }
    }
    for (name, inner) in json::pairs(&schema["properties"]) {
        structural(inner, &format!("{at}.properties[{name}]"), false, out);
    }
    if schema["items"].is_object() {
        structural(&schema["items"], &format!("{at}.items"), false, out);
    } else if kind == "array" {
        out.push(Cause::required(format!("{at}.items"), "must be specified"));
    }
    if schema["additionalProperties"].is_object() {
        structural(&schema["additionalProperties"], &format!("{at}.additionalProperties"), false, out);
    }
}
