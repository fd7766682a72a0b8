//! Reviews: who the caller is, and what somebody may do by the roles that are bound.

use super::kinds::Resource;
use super::route::{Call, Target, refused, verb};
use super::status::{Cause, Failure, go_quote};
use super::{Answer, State, meta, write};
use crate::json::{self, items, set, text};
use crate::message::Request;
use serde_json::{Value, json};

/// Who calls the sandbox: there is one caller, who may do everything.
const CALLER: &str = "sandbox-admin";
const CALLERS_GROUPS: [&str; 2] = ["system:masters", "system:authenticated"];

/// Who a request is made for: the caller, or whom the caller names in its place.
struct Caller {
    user: String,
    groups: Vec<String>,
}

impl Caller {
    fn of(request: &Request) -> Caller {
        let Some(user) = request.header("impersonate-user") else {
            let groups = CALLERS_GROUPS.map(str::to_owned).to_vec();
            return Caller { user: CALLER.to_owned(), groups };
        };
        let named = request.headers.iter().filter(|(name, _)| name == "impersonate-group");
        let mut groups: Vec<String> = named.map(|(_, group)| group.clone()).collect();
        if let Some((namespace, _)) =
            user.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'))
            && groups.is_empty()
        {
            groups = vec!["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{namespace}")];
        }
        if user != "system:anonymous" && !groups.iter().any(|group| group == "system:authenticated") {
            groups.push("system:authenticated".to_owned());
        }
        Caller { user: user.to_owned(), groups }
    }

    fn asks<'q>(&'q self, resource: &'q Value, url: &'q Value) -> Question<'q> {
        Question { user: &self.user, groups: self.groups.iter().map(String::as_str).collect(), resource, url }
    }
}

/// Somebody and what they want.
struct Question<'q> {
    user: &'q str,
    groups: Vec<&'q str>,
    resource: &'q Value,
    url: &'q Value,
}

impl State {
    /// What somebody in whose place the caller acts may do is what roles say; everybody may look around and ask about
    /// themselves.
    pub(super) fn allow_impersonated(&self, call: &Call, request: &Request) -> Result<(), Failure> {
        if request.header("impersonate-user").is_none() {
            return Ok(());
        }
        let Call::Object(target) = call else { return Ok(()) };
        if target.plural.starts_with("selfsubject") {
            return Ok(());
        }
        let caller = Caller::of(request);
        let wanted = json!({"verb": verb(target, request), "group": target.group, "resource": target.plural,
            "subresource": target.subresource.clone().unwrap_or_default(),
            "namespace": target.namespace.clone().unwrap_or_default(), "name": target.name.clone().unwrap_or_default()});
        let allowed = self.judge(&caller.asks(&wanted, &Value::Null));
        match allowed["allowed"] == true {
            true => Ok(()),
            false => Err(refused(call, request, &caller.user)),
        }
    }

    /// A review. What it says is not stored.
    pub(super) fn review(
        &mut self,
        request: &Request,
        target: &Target,
        resource: &Resource,
    ) -> Result<Answer, Failure> {
        if request.method != "POST" {
            return Err(Failure::no_method());
        }
        let (node, warnings) = write::body(request, &resource.kind)?;
        let mut body = node.value();
        set(&mut body, "apiVersion", resource.api_version());
        set(&mut body, "kind", resource.kind.as_ref());
        let namespace = target.namespace.as_deref();
        // Empty texts of what is asked are as if they were not there.
        for part in ["resourceAttributes", "nonResourceAttributes"] {
            if body["spec"][part].is_object() {
                let part = json::child(json::child(&mut body, "spec"), part);
                *part = json::filtered(part, |_, value| value != "");
            }
        }
        let status = self.reviewed(request, resource, &body, namespace)?;
        let data = json::child(&mut body, "metadata");
        json::default(data, "creationTimestamp", Value::Null);
        if let Some(namespace) = namespace {
            set(data, "namespace", namespace);
        }
        if resource.plural == "selfsubjectreviews" {
            set(data, "creationTimestamp", self.clock.rfc3339());
        }
        set(&mut body, "status", status);
        let mut answer = Answer::new(201, body);
        answer.warnings = warnings;
        Ok(answer)
    }

    fn reviewed(
        &self,
        request: &Request,
        resource: &Resource,
        body: &Value,
        namespace: Option<&str>,
    ) -> Result<Value, Failure> {
        let spec = &body["spec"];
        let caller = Caller::of(request);
        let user = json!({"username": caller.user, "groups": caller.groups});
        Ok(match resource.plural.as_ref() {
            "selfsubjectreviews" => json!({"userInfo": user}),
            "selfsubjectrulesreviews" => {
                if text(spec, "namespace").is_empty() {
                    return Err(Failure::bad_request("no namespace on request"));
                }
                if request.header("impersonate-user").is_some() {
                    return Err(Failure::unknown(
                        "the rules of somebody else; ask about one action at a time",
                    ));
                }
                json!({"resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
                    "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}], "incomplete": false})
            }
            "tokenreviews" => {
                let own = format!("Bearer {}", text(spec, "token"));
                if text(spec, "token").is_empty() || request.header("authorization") != Some(&own) {
                    return Err(Failure::unknown("tokens that are not the caller's own"));
                }
                json!({"authenticated": true, "user": user, "audiences": ["https://kubernetes.default.svc"]})
            }
            "selfsubjectaccessreviews" => {
                refuse(resource, &causes(spec, None))?;
                self.judge(&caller.asks(&spec["resourceAttributes"], &spec["nonResourceAttributes"]))
            }
            _ => {
                let mut wrong = causes(spec, namespace);
                if text(spec, "user").is_empty() && items(&spec["groups"]).is_empty() {
                    let why = "at least one of user or group must be specified";
                    wrong.push(Cause::invalid("spec.user", "", why));
                }
                refuse(resource, &wrong)?;
                let groups = items(&spec["groups"]).iter().filter_map(Value::as_str).collect();
                self.judge(&Question {
                    user: text(spec, "user"),
                    groups,
                    resource: &spec["resourceAttributes"],
                    url: &spec["nonResourceAttributes"],
                })
            }
        })
    }

    /// What roles say, cluster-wide bindings first.
    fn judge(&self, asked: &Question<'_>) -> Value {
        if asked.groups.contains(&"system:masters") {
            return json!({"allowed": true});
        }
        let key = |plural: &str| format!("rbac.authorization.k8s.io/{plural}");
        let namespace = text(asked.resource, "namespace");
        let mut bindings: Vec<&Value> = self.store.all(&key("clusterrolebindings")).collect();
        if asked.url.is_null() && !namespace.is_empty() {
            bindings.extend(self.store.within(&key("rolebindings"), namespace));
        }
        let mut missing = Vec::new();
        for binding in bindings {
            let home = meta(binding, "namespace");
            let subject = items(&binding["subjects"]).iter().find(|one| asked.is(one, home));
            let Some(subject) = subject else { continue };
            let (kind, name) = (text(&binding["roleRef"], "kind"), text(&binding["roleRef"], "name"));
            let role = match kind {
                "ClusterRole" => self.store.get(&key("clusterroles"), "", name),
                _ => self.store.get(&key("roles"), home, name),
            };
            let Some(role) = role else {
                let plural = kind.to_lowercase();
                missing.push(format!("{plural}.rbac.authorization.k8s.io {} not found", go_quote(name)));
                continue;
            };
            if items(&role["rules"]).iter().any(|rule| asked.fits(rule)) {
                let bound = match home {
                    "" => format!("ClusterRoleBinding {}", go_quote(meta(binding, "name"))),
                    home => format!("RoleBinding {}", go_quote(&format!("{}/{home}", meta(binding, "name")))),
                };
                let to = described(subject, home);
                let reason = format!("RBAC: allowed by {bound} of {kind} {} to {to}", go_quote(name));
                return json!({"allowed": true, "reason": reason});
            }
        }
        match missing.as_slice() {
            [] => json!({"allowed": false}),
            [one] => json!({"allowed": false, "reason": format!("RBAC: {one}")}),
            many => json!({"allowed": false, "reason": format!("RBAC: [{}]", many.join(", "))}),
        }
    }
}

impl Question<'_> {
    /// Whether a subject of a binding is who is asked about.
    fn is(&self, subject: &Value, home: &str) -> bool {
        let name = text(subject, "name");
        match text(subject, "kind") {
            "User" => name == "*" || name == self.user,
            "Group" => self.groups.contains(&name),
            "ServiceAccount" => {
                let namespace = match text(subject, "namespace") {
                    "" => home,
                    namespace => namespace,
                };
                self.user == format!("system:serviceaccount:{namespace}:{name}")
            }
            _ => false,
        }
    }

    fn fits(&self, rule: &Value) -> bool {
        let has = |list: &str, wanted: &str| {
            items(&rule[list]).iter().filter_map(Value::as_str).any(|one| one == "*" || one == wanted)
        };
        if !self.url.is_null() {
            let path = text(self.url, "path");
            let under = |one: &str| one.strip_suffix('*').is_some_and(|start| path.starts_with(start));
            let mut urls = items(&rule["nonResourceURLs"]).iter().filter_map(Value::as_str);
            return has("verbs", text(self.url, "verb")) && urls.any(|one| one == path || under(one));
        }
        let (plural, part) = (text(self.resource, "resource"), text(self.resource, "subresource"));
        let whole = if part.is_empty() { plural.to_owned() } else { format!("{plural}/{part}") };
        let any = !part.is_empty() && has("resources", &format!("*/{part}"));
        let names = items(&rule["resourceNames"]);
        let name = text(self.resource, "name");
        has("verbs", text(self.resource, "verb"))
            && has("apiGroups", text(self.resource, "group"))
            && (has("resources", &whole) || any)
            && (names.is_empty() || names.iter().filter_map(Value::as_str).any(|one| one == name))
    }
}

fn described(subject: &Value, home: &str) -> String {
    let (kind, name) = (text(subject, "kind"), text(subject, "name"));
    let namespace = match text(subject, "namespace") {
        "" => home,
        namespace => namespace,
    };
    match kind {
        "ServiceAccount" => format!("{kind} {}", go_quote(&format!("{name}/{namespace}"))),
        _ => format!("{kind} {}", go_quote(name)),
    }
}

/// What is wrong with what is asked. A local review is about the resources of one namespace.
fn causes(spec: &Value, namespace: Option<&str>) -> Vec<Cause> {
    let (resource, url) = (&spec["resourceAttributes"], &spec["nonResourceAttributes"]);
    let mut wrong = Vec::new();
    if !resource.is_null() && !url.is_null() {
        let why = "cannot be specified in combination with resourceAttributes";
        wrong.push(Cause::raw("spec.nonResourceAttributes", &url.to_string(), why));
    }
    if resource.is_null() && url.is_null() {
        let why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
        wrong.push(Cause::raw("spec.resourceAttributes", "null", why));
    }
    let Some(namespace) = namespace else { return wrong };
    if !resource.is_null() && text(resource, "namespace") != namespace {
        let field = "spec.resourceAttributes.namespace";
        wrong.push(Cause::invalid(field, text(resource, "namespace"), "must match metadata.namespace"));
    }
    if !url.is_null() {
        let why = "disallowed on this kind of request";
        wrong.push(Cause::raw("spec.nonResourceAttributes", &url.to_string(), why));
    }
    wrong
}

fn refuse(resource: &Resource, wrong: &[Cause]) -> Result<(), Failure> {
    if wrong.is_empty() { Ok(()) } else { Err(Failure::invalid(&resource.about(""), wrong)) }
}
