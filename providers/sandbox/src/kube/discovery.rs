//! What the API serves: groups, versions, resources, schemas.

use super::custom::version_rank;
use super::kinds::Resource;
use super::schema::{Struct, Ty, named};
use super::status::Failure;
use super::{Answer, Body, State};
use crate::json::set;
use crate::message::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

const VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// Answers everything that is not about objects.
pub(crate) fn answer(state: &State, request: &Request, path: &[String]) -> Result<Answer, Failure> {
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return Err(Failure::no_method());
    }
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["api"] if aggregated(request) => Ok(group_list(state, true)),
        ["apis"] if aggregated(request) => Ok(group_list(state, false)),
        ["api"] => Ok(Answer::new(
            200,
            json!({"kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"}]}),
        )),
        ["apis"] => {
            let groups: Vec<Value> = groups(state).iter().map(|g| group(state, g)).collect();
            Ok(Answer::new(200, json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})))
        }
        ["api", version] => resources(state, "", version),
        ["apis", name] => {
            if !groups(state).iter().any(|g| g == name) {
                return Err(Failure::no_path());
            }
            let mut one = group(state, name);
            set(&mut one, "kind", "APIGroup");
            set(&mut one, "apiVersion", "v1");
            Ok(Answer::new(200, one))
        }
        ["apis", group, version] => resources(state, group, version),
        ["version"] => Ok(Answer::new(200, version(state))),
        [what @ ("healthz" | "livez" | "readyz"), rest @ ..] => health(what, rest, request),
        ["openapi", "v3"] => Ok(Answer::new(200, openapi_index(state))),
        ["openapi", "v3", rest @ ..] => openapi(state, rest),
        ["openapi", "v2"] if request.header("accept").is_some_and(|kind| kind.contains(OPENAPI_BINARY)) => {
            Ok(openapi_v2_binary(state))
        }
        ["openapi", "v2"] => Ok(Answer::new(200, openapi_v2(state))),
        [] | [""] => Ok(Answer::new(200, json!({"paths": paths(state)}))),
        ["metrics" | "logs" | "debug", ..] => {
            Err(Failure::unknown(format!("{} {}", request.method, request.path)))
        }
        _ => Err(Failure::no_path()),
    }
}

/// What is looked at to say whether a server is well; `readyz` looks at the last one, too.
const CHECKS: [&str; 4] = ["ping", "log", "etcd", "informer-sync"];

/// Whether the server is well, all of it or one part, check by check where `verbose` is given.
fn health(what: &str, rest: &[&str], request: &Request) -> Result<Answer, Failure> {
    let count = if what == "readyz" { CHECKS.len() } else { CHECKS.len() - 1 };
    let checks = CHECKS.get(..count).unwrap_or_default();
    match rest {
        [] if request.param("verbose").is_some() => {
            let lines: String = checks.iter().map(|check| format!("[+]{check} ok\n")).collect();
            Ok(text(200, &format!("{lines}{what} check passed\n")))
        }
        [] => Ok(text(200, "ok")),
        [one] if checks.contains(one) => Ok(text(200, "ok")),
        _ => Err(Failure::no_path()),
    }
}

/// What is served, as the root says it.
fn paths(state: &State) -> Vec<String> {
    let fixed = [
        "/api",
        "/api/v1",
        "/apis",
        "/apis/",
        "/healthz",
        "/livez",
        "/openapi/v2",
        "/openapi/v3",
        "/readyz",
        "/version",
    ];
    let mut all: Vec<String> = fixed.iter().map(|&path| path.to_owned()).collect();
    for resource in state.store.resources.iter().filter(|resource| !resource.group.is_empty()) {
        all.push(format!("/apis/{}", resource.group));
        all.push(format!("/apis/{}/{}", resource.group, resource.version));
    }
    all.sort();
    all.dedup();
    all
}

fn text(status: u16, body: &str) -> Answer {
    Answer {
        status,
        body: Body::Text(body.into()),
        warnings: Vec::new(),
        media_type: Some("text/plain; charset=utf-8".into()),
    }
}

fn version(state: &State) -> Value {
    let mut parts = state.version.split('.');
    let (major, minor) = (parts.next().unwrap_or("1"), parts.next().unwrap_or("33"));
    json!({"major": major, "minor": minor, "gitVersion": format!("v{}", state.version), "gitCommit": "",
        "gitTreeState": "clean", "buildDate": "2025-01-01T00:00:00Z", "goVersion": "go1.24.0", "compiler": "gc",
        "platform": "linux/amd64"})
}

/// The names of all groups but the core's.
fn groups(state: &State) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for r in &state.store.resources {
        if !r.group.is_empty() && !out.contains(&r.group.to_string()) {
            out.push(r.group.to_string());
        }
    }
    out
}

/// The versions of a group, the preferred one first.
fn versions(state: &State, group: &str) -> Vec<String> {
    let mut out: Vec<String> =
        state.store.resources.iter().filter(|r| r.group == group).map(|r| r.version.to_string()).collect();
    out.sort_by_key(|v| version_rank(v));
    out.dedup();
    out
}

fn group(state: &State, name: &str) -> Value {
    let one = |v: &String| json!({"groupVersion": format!("{name}/{v}"), "version": v});
    let versions: Vec<Value> = versions(state, name).iter().map(one).collect();
    json!({"name": name, "versions": versions, "preferredVersion": versions.first()})
}

/// The hash that names the storage version of a kind.
fn storage_hash(r: &Resource) -> String {
    let digest = Sha256::digest(format!("{}/{}/{}", r.group, r.version, r.kind));
    STANDARD.encode(digest.get(..8).unwrap_or_default())
}

fn verbs(r: &Resource) -> Vec<&'static str> {
    if r.only_create() {
        return vec!["create"];
    }
    VERBS.iter().copied().filter(|v| !(r.plural == "namespaces" && *v == "deletecollection")).collect()
}

fn sub_verbs(
    r: &Resource,
    sub: &str,
) -> (Vec<&'static str>, Option<(&'static str, &'static str, &'static str)>) {
    match sub {
        "status" | "ephemeralcontainers" | "resize" => (vec!["get", "patch", "update"], None),
        "scale" => (vec!["get", "patch", "update"], Some(("autoscaling", "v1", "Scale"))),
        "finalize" => (vec!["update"], None),
        "log" => (vec!["get"], None),
        "token" => (vec!["create"], Some(("authentication.k8s.io", "v1", "TokenRequest"))),
        "eviction" => (vec!["create"], Some(("policy", "v1", "Eviction"))),
        "binding" => (vec!["create"], Some(("", "", "Binding"))),
        "proxy" => {
            let kind = match r.plural.as_ref() {
                "nodes" => "NodeProxyOptions",
                "services" => "ServiceProxyOptions",
                _ => "PodProxyOptions",
            };
            (vec!["create", "delete", "get", "patch", "update"], Some(("", "", kind)))
        }
        "attach" => (vec!["create", "get"], Some(("", "", "PodAttachOptions"))),
        "exec" => (vec!["create", "get"], Some(("", "", "PodExecOptions"))),
        "portforward" => (vec!["create", "get"], Some(("", "", "PodPortForwardOptions"))),
        _ => (vec!["get"], None),
    }
}

fn resources(state: &State, group: &str, version: &str) -> Result<Answer, Failure> {
    let mut list = Vec::new();
    for r in state.store.resources.iter().filter(|r| r.group == group && r.version == version) {
        let mut one = json!({"name": r.plural, "singularName": r.singular, "namespaced": r.namespaced, "kind": r.kind, "verbs": verbs(r)});
        if !r.short.is_empty() {
            set(&mut one, "shortNames", r.short.clone());
        }
        if !r.categories.is_empty() {
            set(&mut one, "categories", r.categories.clone());
        }
        if !r.only_create() {
            set(&mut one, "storageVersionHash", storage_hash(r));
        }
        list.push(one);
        for sub in &r.subresources {
            let (verbs, other) = sub_verbs(r, sub);
            let kind = other.map_or(r.kind.to_string(), |(_, _, k)| k.to_string());
            let mut one = json!({"name": format!("{}/{sub}", r.plural), "singularName": "", "namespaced": r.namespaced, "kind": kind, "verbs": verbs});
            if let Some((group, version, _)) = other.filter(|(_, v, _)| !v.is_empty()) {
                if !group.is_empty() {
                    set(&mut one, "group", group);
                }
                set(&mut one, "version", version);
            }
            list.push(one);
        }
    }
    if list.is_empty() {
        return Err(Failure::no_path());
    }
    let group_version = if group.is_empty() { version.to_string() } else { format!("{group}/{version}") };
    let body = json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": list});
    Ok(Answer::new(200, body))
}

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

fn aggregated(request: &Request) -> bool {
    let accept = request.header("accept").unwrap_or_default();
    accept.split(',').any(|a| a.replace(' ', "").eq_ignore_ascii_case(AGGREGATED))
}

fn group_list(state: &State, core: bool) -> Answer {
    let names = if core { vec![String::new()] } else { groups(state) };
    let items: Vec<Value> = names.iter().map(|g| discovered(state, g)).collect();
    let body = json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items});
    Answer { media_type: Some(AGGREGATED.into()), ..Answer::new(200, body) }
}

fn discovered(state: &State, group: &str) -> Value {
    let all = |version: &String| {
        let here = state.store.resources.iter().filter(|r| r.group == group && r.version == *version);
        let one = |r: &Resource| {
            let kind = json!({"group": r.group, "version": r.version, "kind": r.kind});
            let subs: Vec<Value> = r
                .subresources
                .iter()
                .map(|s| json!({"subresource": s, "responseKind": kind, "verbs": sub_verbs(r, s).0}))
                .collect();
            let mut out = json!({"resource": r.plural, "responseKind": kind, "singularResource": r.singular,
                "scope": if r.namespaced { "Namespaced" } else { "Cluster" }, "verbs": verbs(r)});
            for (key, list) in [("shortNames", r.short.clone()), ("categories", r.categories.clone())] {
                if !list.is_empty() {
                    set(&mut out, key, list);
                }
            }
            if !subs.is_empty() {
                set(&mut out, "subresources", subs);
            }
            out
        };
        json!({"version": version, "freshness": "Current", "resources": here.map(one).collect::<Vec<_>>()})
    };
    let versions: Vec<Value> = versions(state, group).iter().map(all).collect();
    let mut meta = json!({"creationTimestamp": null});
    if !group.is_empty() {
        set(&mut meta, "name", group);
    }
    json!({"metadata": meta, "versions": versions})
}

fn openapi_index(state: &State) -> Value {
    let mut paths = json!({});
    let mut add = |path: String| {
        let hash = crate::ids::short(&["openapi", &path, &state.store.resources.len().to_string()], 32)
            .to_uppercase();
        set(&mut paths, &path, json!({"serverRelativeURL": format!("/openapi/v3/{path}?hash={hash}")}));
    };
    add("version".into());
    add("api".into());
    add("apis".into());
    add("api/v1".into());
    for g in groups(state) {
        add(format!("apis/{g}"));
        versions(state, &g).iter().for_each(|v| add(format!("apis/{g}/{v}")));
    }
    json!({"paths": paths})
}

fn openapi(state: &State, path: &[&str]) -> Result<Answer, Failure> {
    let (group, version) = match path {
        ["api", version] => ("", *version),
        ["apis", group, version] => (*group, *version),
        ["version"] | ["api"] | ["apis"] | ["apis", _] => {
            return Ok(Answer::new(
                200,
                json!({"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1"}, "paths": {}}),
            ));
        }
        _ => return Err(Failure::no_path()),
    };
    let here: Vec<&Resource> =
        state.store.resources.iter().filter(|r| r.group == group && r.version == version).collect();
    if here.is_empty() {
        return Err(Failure::no_path());
    }
    let (mut schemas, mut paths) = (Map::new(), Map::new());
    for r in here {
        describe(r, &mut schemas);
        let base =
            if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
        let place = if r.namespaced {
            format!("{base}/namespaces/{{namespace}}/{}", r.plural)
        } else {
            format!("{base}/{}", r.plural)
        };
        let gvk = json!({"group": r.group, "version": r.version, "kind": r.kind});
        let post = json!({"post": {"x-kubernetes-action": "post", "x-kubernetes-group-version-kind": gvk,
            "parameters": [{"name": "dryRun", "in": "query"}, {"name": "fieldManager", "in": "query"}, {"name": "fieldValidation", "in": "query"}]}});
        let patch = json!({"patch": {"x-kubernetes-action": "patch", "x-kubernetes-group-version-kind": gvk,
            "parameters": [{"name": "dryRun", "in": "query"}, {"name": "fieldManager", "in": "query"}, {"name": "fieldValidation", "in": "query"}, {"name": "force", "in": "query"}]}});
        paths.insert(place.clone(), post);
        paths.insert(format!("{place}/{{name}}"), patch);
    }
    let body = json!({"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": format!("v{}", state.version)},
        "paths": paths, "components": {"schemas": schemas}});
    Ok(Answer::new(200, body))
}

/// The whole API in the second version of the description's format: schemas only.
fn openapi_v2(state: &State) -> Value {
    let mut schemas = Map::new();
    state.store.resources.iter().for_each(|r| describe(r, &mut schemas));
    let text = Value::Object(schemas).to_string().replace("#/components/schemas/", "#/definitions/");
    let mut definitions: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    as_second_version(&mut definitions);
    json!({"swagger": "2.0", "info": {"title": "Kubernetes", "version": format!("v{}", state.version)}, "paths": {}, "definitions": definitions})
}

/// How kinds of the binary form of the second version begin.
pub(super) const OPENAPI_BINARY: &str = "application/com.github.proto-openapi.spec.v2";

/// The second version as kubectl asks for it, once the third does not tell of a kind: it tells of none more.
fn openapi_v2_binary(state: &State) -> Answer {
    let text = |number: u8, text: &str| {
        let length = u8::try_from(text.len()).unwrap_or_default();
        [&[char::from(number << 3 | 2), char::from(length)], &*text.chars().collect::<Vec<_>>()].concat()
    };
    let of = |parts: &[Vec<char>]| parts.concat().into_iter().collect::<String>();
    let info = of(&[text(1, "Kubernetes"), text(2, &format!("v{}", state.version))]);
    // The format's version, what it is about, and no paths.
    let document = of(&[text(1, "2.0"), text(2, &info), text(8, "")]);
    Answer {
        status: 200,
        body: Body::Text(document),
        warnings: Vec::new(),
        media_type: Some(format!("{OPENAPI_BINARY}.v1.0+protobuf")),
    }
}

/// What the second version of the format writes otherwise: references stand alone, and a value that is a text
/// or a number is called a text.
fn as_second_version(schema: &mut Value) {
    if let [only] = schema["allOf"].as_array().map_or(&[][..], Vec::as_slice)
        && let Some(reference) = only.get("$ref").cloned()
    {
        *schema = json!({"$ref": reference});
        return;
    }
    if schema.get("oneOf").is_some_and(Value::is_array) && schema.get("type").is_none() {
        let format = schema.get("format").cloned();
        *schema = json!({"type": "string"});
        if let Some(format) = format {
            set(schema, "format", format);
        }
        return;
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(as_second_version),
        Value::Array(items) => items.iter_mut().for_each(as_second_version),
        _ => {}
    }
}

/// The name of a built-in structure in descriptions.
fn full_name(name: &str) -> String {
    let (package, short) = name.split_once('.').unwrap_or(("", name));
    match package {
        "meta" => format!("io.k8s.apimachinery.pkg.apis.meta.v1.{short}"),
        "autoscaling" => format!("io.k8s.api.autoscaling.v2.{short}"),
        "autoscalingv1" => format!("io.k8s.api.autoscaling.v1.{short}"),
        "admission" => format!("io.k8s.api.admissionregistration.v1.{short}"),
        "apiextensions" => format!("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.{short}"),
        other => format!("io.k8s.api.{other}.v1.{short}"),
    }
}

fn describe(r: &Resource, out: &mut Map<String, Value>) {
    let gvk = json!([{"group": r.group, "version": r.version, "kind": r.kind}]);
    if let Some(custom) = &r.custom {
        let reversed: Vec<&str> = r.group.split('.').rev().collect();
        let mut schema = custom.schema.clone();
        set(&mut schema, "x-kubernetes-group-version-kind", gvk);
        set(
            crate::json::child(&mut schema, "properties"),
            "metadata",
            json!({"allOf": [{"$ref": format!("#/components/schemas/{}", full_name("meta.ObjectMeta"))}]}),
        );
        describe_struct("meta.ObjectMeta", out);
        out.insert(format!("{}.{}.{}", reversed.join("."), r.version, r.kind), schema);
        return;
    }
    let Some(name) = r.structure else { return };
    describe_struct(name, out);
    if let Some(schema) = out.get_mut(&full_name(name)) {
        set(schema, "x-kubernetes-group-version-kind", gvk);
    }
}

fn describe_struct(name: &'static str, out: &mut Map<String, Value>) {
    let full = full_name(name);
    let Some(structure) = named(name).filter(|_| !out.contains_key(&full)) else { return };
    out.insert(full.clone(), Value::Null);
    let schema = struct_schema(structure, out);
    out.insert(full, schema);
}

fn struct_schema(structure: &Struct, out: &mut Map<String, Value>) -> Value {
    let mut properties = json!({});
    let mut required = Vec::new();
    for f in &structure.fields {
        let mut one = type_schema(&f.ty, out);
        match &f.rel {
            super::schema::Rel::Keys(keys) => {
                set(&mut one, "x-kubernetes-list-type", "map");
                set(&mut one, "x-kubernetes-list-map-keys", keys.clone());
            }
            super::schema::Rel::Set => set(&mut one, "x-kubernetes-list-type", "set"),
            super::schema::Rel::Atomic if matches!(f.ty, Ty::List(_)) => {
                set(&mut one, "x-kubernetes-list-type", "atomic")
            }
            _ => {}
        }
        if let super::schema::Strategy::By(key) = &f.strategy {
            set(&mut one, "x-kubernetes-patch-merge-key", key.as_str());
            set(&mut one, "x-kubernetes-patch-strategy", "merge");
        }
        set(&mut properties, &f.name, one);
        if f.always && !f.ty.is_value_struct() && !matches!(f.ty, Ty::Time) {
            required.push(f.name.clone());
        }
    }
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        set(&mut schema, "required", required);
    }
    schema
}

fn type_schema(ty: &Ty, out: &mut Map<String, Value>) -> Value {
    match ty {
        Ty::Str => json!({"type": "string"}),
        Ty::Bool => json!({"type": "boolean"}),
        Ty::Int32 => json!({"type": "integer", "format": "int32"}),
        Ty::Int64 => json!({"type": "integer", "format": "int64"}),
        Ty::Float => json!({"type": "number", "format": "double"}),
        Ty::Bytes => json!({"type": "string", "format": "byte"}),
        Ty::Time | Ty::MicroTime => json!({"type": "string", "format": "date-time"}),
        Ty::Quantity => json!({"oneOf": [{"type": "string"}, {"type": "number"}]}),
        Ty::IntStr => json!({"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]}),
        Ty::Any => json!({"type": "object"}),
        Ty::List(of) => json!({"type": "array", "items": type_schema(of, out)}),
        Ty::Map(of) => json!({"type": "object", "additionalProperties": type_schema(of, out)}),
        Ty::Named(name) => {
            describe_struct(name, out);
            json!({"allOf": [{"$ref": format!("#/components/schemas/{}", full_name(name))}]})
        }
        Ty::Inline(s) => struct_schema(s, out),
    }
}
