//! From a path to what it is about, and who may ask.

use super::status::{About, Failure};
use crate::message::{Request, decode};
use serde_json::Value;

/// What a request is about.
#[derive(Debug)]
pub(crate) enum Call {
    /// Anything but objects: discovery, version, health.
    Path(Vec<String>),
    Object(Target),
}

/// A resource, or one object of it, or a part of that.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    pub group: String,
    pub version: String,
    pub namespace: Option<String>,
    pub plural: String,
    pub name: Option<String>,
    pub subresource: Option<String>,
    /// The deprecated `/watch/` form of the path.
    pub watch: bool,
}

/// Reads a path.
pub(crate) fn read(request: &Request) -> Call {
    let parts: Vec<String> = request.raw_path.split('/').skip(1).map(|p| decode(p, false)).collect();
    let parts: Vec<String> = if parts.last().is_some_and(String::is_empty) {
        parts.get(..parts.len() - 1).unwrap_or_default().to_vec()
    } else {
        parts
    };
    let (group, version, rest) = match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["api", version, ..] => (String::new(), version.to_string(), parts.get(2..).unwrap_or_default()),
        ["apis", group, version, ..] => {
            (group.to_string(), version.to_string(), parts.get(3..).unwrap_or_default())
        }
        _ => return Call::Path(parts),
    };
    if rest.is_empty() {
        return Call::Path(parts);
    }
    let mut target = Target { group, version, ..Target::default() };
    let mut rest = rest;
    if let Some((first, tail)) = rest.split_first()
        && first == "watch"
        && !tail.is_empty()
    {
        target.watch = true;
        rest = tail;
    }
    let mut words = rest.iter();
    if rest.first().is_some_and(|w| w == "namespaces") && target.group.is_empty() && is_namespace_itself(rest)
    {
        target.plural = "namespaces".into();
        words.next();
        target.name = words.next().cloned();
    } else if rest.first().is_some_and(|w| w == "namespaces") && rest.len() > 2 {
        words.next();
        target.namespace = words.next().cloned();
        target.plural = words.next().cloned().unwrap_or_default();
        target.name = words.next().cloned();
    } else {
        target.plural = words.next().cloned().unwrap_or_default();
        target.name = words.next().cloned();
    }
    let tail: Vec<String> = words.cloned().collect();
    target.subresource = (!tail.is_empty()).then(|| tail.join("/"));
    Call::Object(target)
}

/// `/namespaces`, `/namespaces/x`, `/namespaces/x/status`, `/namespaces/x/finalize`.
fn is_namespace_itself(rest: &[String]) -> bool {
    match rest {
        [_] | [_, _] => true,
        [_, _, sub] => sub == "status" || sub == "finalize",
        _ => false,
    }
}

/// What an unknown caller may see.
pub(crate) fn allow_anonymous(call: &Call, request: &Request) -> Result<(), Failure> {
    let open = ["version", "healthz", "livez", "readyz"];
    match call {
        Call::Path(path) if path.first().is_some_and(|p| open.contains(&p.as_str())) => Ok(()),
        _ => Err(refused(call, request, "system:anonymous")),
    }
}

/// The word for what a call on objects does, in the rules of roles.
pub(crate) fn verb(target: &Target, request: &Request) -> &'static str {
    match (request.method.as_str(), &target.name) {
        ("GET", None) if target.watch || request.param("watch").is_some() => "watch",
        ("GET" | "HEAD", None) => "list",
        ("GET" | "HEAD", Some(_)) => "get",
        ("POST", _) => "create",
        ("PUT", _) => "update",
        ("PATCH", _) => "patch",
        ("DELETE", None) => "deletecollection",
        _ => "delete",
    }
}

/// That somebody may not make a call.
pub(crate) fn refused(call: &Call, request: &Request, user: &str) -> Failure {
    let who = format!("User {}", super::status::go_quote(user));
    match call {
        Call::Path(_) => {
            let verb = request.method.to_lowercase();
            let message = format!("forbidden: {who} cannot {verb} path \"{}\"", request.path);
            let mut failure = Failure::new(403, "Forbidden", message);
            failure.details = Some(serde_json::Map::new());
            failure
        }
        Call::Object(t) => {
            let verb = verb(t, request);
            let scope = match &t.namespace {
                Some(ns) => format!("in the namespace \"{ns}\""),
                None => "at the cluster scope".to_string(),
            };
            let why =
                format!("{who} cannot {verb} resource \"{}\" in API group \"{}\" {scope}", t.plural, t.group);
            let name = t.name.clone().unwrap_or_default();
            let about =
                About { group: t.group.clone(), resource: t.plural.clone(), kind: String::new(), name };
            let mut failure = Failure::forbidden(&about, &why);
            if t.name.is_none() {
                let what =
                    if t.group.is_empty() { t.plural.clone() } else { format!("{}.{}", t.plural, t.group) };
                failure.message = format!("{what} is forbidden: {why}");
            }
            failure
        }
    }
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accept {
    Json,
    Yaml,
    /// Only the metadata of objects.
    Metadata,
    /// Rows and columns.
    Table,
}

/// Chooses the form of the answer.
pub(crate) fn negotiate(request: &Request) -> Result<Accept, Failure> {
    let given = request.header("accept").unwrap_or("*/*");
    for one in given.split(',') {
        let plain = one.replace(' ', "").to_lowercase();
        if plain.contains("as=partialobjectmetadata") {
            return Ok(Accept::Metadata);
        }
        if plain.contains("as=table") {
            return Ok(Accept::Table);
        }
        match one.split(';').next().unwrap_or_default().trim() {
            "application/json" | "*/*" | "application/*" | "" => return Ok(Accept::Json),
            "application/yaml" => return Ok(Accept::Yaml),
            kind if request.path == "/openapi/v2" && kind.starts_with(super::discovery::OPENAPI_BINARY) => {
                return Ok(Accept::Json);
            }
            _ => {}
        }
    }
    let message = "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf";
    let mut failure = Failure::new(406, "NotAcceptable", message);
    failure.details = Some(serde_json::Map::new());
    Err(failure)
}

/// The options of a write.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub dry_run: bool,
    pub manager: String,
    pub force: bool,
    pub validation: Validation,
}

/// What happens to unknown and doubled fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validation {
    Ignore,
    Warn,
    Strict,
}

/// The writer's name when it gives none: the user agent up to the first slash.
fn manager_of(request: &Request) -> String {
    let agent = request.header("user-agent").unwrap_or("unknown");
    agent.split('/').next().unwrap_or("unknown").chars().take(128).collect()
}

impl Options {
    /// Reads and checks the options of a write; `kind` names them in messages.
    pub fn read(request: &Request, kind: &str, apply: bool) -> Result<Options, Failure> {
        use super::status::{Cause, go_quote};
        let given = request.param("fieldManager").unwrap_or_default();
        if given.len() > 128 {
            return Err(Failure::options(kind, Cause::too_long("fieldManager", 128)));
        }
        if let Some((at, c)) = given.char_indices().find(|(_, c)| c.is_control()) {
            let why = format!("invalid character U+{:04X} (at position {at})", c as u32);
            return Err(Failure::options(kind, Cause::raw("fieldManager", &go_quote(given), why)));
        }
        if apply && given.is_empty() {
            return Err(Failure::options(
                kind,
                Cause::required("fieldManager", "is required for apply patch"),
            ));
        }
        let force = request.param("force");
        if kind == "PatchOptions" && !apply && force.is_some() {
            let why = "may not be specified for non-apply patch";
            return Err(Failure::options(kind, Cause::forbidden("force", why)));
        }
        let dry =
            request.query.iter().filter(|(k, _)| k == "dryRun").map(|(_, v)| v.as_str()).collect::<Vec<_>>();
        if let Some(odd) = dry.iter().find(|d| **d != "All") {
            return Err(Failure::options(kind, Cause::unsupported("dryRun", &go_quote(odd), &["All"])));
        }
        let validation = match request.param("fieldValidation").unwrap_or_default() {
            "" | "Warn" => Validation::Warn,
            "Strict" => Validation::Strict,
            "Ignore" => Validation::Ignore,
            odd => {
                let known = ["Ignore", "Strict", "Warn"];
                return Err(Failure::options(
                    kind,
                    Cause::unsupported("fieldValidation", &go_quote(odd), &known),
                ));
            }
        };
        Ok(Options {
            dry_run: !dry.is_empty(),
            manager: if given.is_empty() { manager_of(request) } else { given.to_string() },
            force: force.is_some_and(|f| f != "false" && f != "0"),
            validation,
        })
    }
}

/// A parameter as a whole number.
pub(crate) fn number(request: &Request, name: &str) -> Result<Option<i64>, Failure> {
    let Some(text) = request.param(name).filter(|t| !t.is_empty()) else { return Ok(None) };
    let wrong = |_| {
        Failure::bad_request(format!(
            "strconv.ParseInt: parsing {}: invalid syntax",
            super::status::go_quote(text)
        ))
    };
    text.parse().map(Some).map_err(wrong)
}

/// Is a boolean parameter on? Anything that is not a clear no counts as yes.
pub(crate) fn on(request: &Request, name: &str) -> bool {
    request.param(name).is_some_and(|v| !matches!(v, "false" | "0"))
}

/// The apiVersion and kind of a body.
pub(crate) fn type_of(body: &Value) -> (&str, &str) {
    (crate::json::text(body, "apiVersion"), crate::json::text(body, "kind"))
}
