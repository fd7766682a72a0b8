//! Recorded sequences of requests to a Kubernetes API, against the sandbox.

mod normal;

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use super::client::{Answer, Caller};
use super::compare::differences;
use normal::Normal;

/// A sequence under way.
struct Sequence<'s> {
    caller: &'s Caller,
    anonymous: &'s Caller,
    namespace: Option<String>,
    normal: Normal,
    /// The bodies to send, letter by letter: servers tell of members in the order in which they were sent.
    bodies: Vec<Option<String>>,
    replies: Vec<Json>,
}

#[derive(Deserialize)]
struct Written {
    steps: Vec<WrittenStep>,
}

#[derive(Deserialize)]
struct WrittenStep {
    #[serde(default)]
    body: Option<Box<RawValue>>,
}

/// Runs one; `anonymous` sends no credentials of its own.
///
/// # Errors
/// What is not as it was recorded.
pub fn run(caller: &Caller, anonymous: &Caller, line: &str, number: usize) -> Result<(), String> {
    let broken = |error: serde_json::Error| error.to_string();
    let document: &Json = &serde_json::from_str(line).map_err(broken)?;
    let written: Written = serde_json::from_str(line).map_err(broken)?;
    let bodies = written.steps.into_iter().map(|step| step.body.map(|body| body.get().to_owned())).collect();
    let namespace = (document["namespace"] != json!(false)).then(|| format!("t{number:08x}"));
    let normal = Normal::new(namespace.clone());
    let mut sequence = Sequence { caller, anonymous, namespace, normal, bodies, replies: Vec::new() };
    if let Some(name) = &sequence.namespace {
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        let made = caller.json("POST", "/api/v1/namespaces", Some(&object));
        if made.status != 201 {
            return Err(format!("namespace: HTTP {} {}", made.status, made.text));
        }
    }
    let done = sequence.go(document);
    for path in document["cleanup"].as_array().into_iter().flatten() {
        caller.json("DELETE", sequence.filled(path).as_str().unwrap_or_default(), None);
    }
    if let Some(name) = &sequence.namespace {
        caller.json("DELETE", &format!("/api/v1/namespaces/{name}"), None);
    }
    done
}

/// The part at a dotted path.
fn part<'j>(value: &'j Json, path: &str) -> Option<&'j Json> {
    value.pointer(&format!("/{}", path.replace('.', "/")))
}

/// Takes away what a path with slashes and stars names.
fn take_away(value: &mut Json, path: &[&str]) {
    match (path, value) {
        (["*", rest @ ..], Json::Array(items)) => items.iter_mut().for_each(|item| take_away(item, rest)),
        (["*", rest @ ..], Json::Object(members)) => {
            members.values_mut().for_each(|item| take_away(item, rest));
        }
        ([last], Json::Object(members)) => {
            members.remove(*last);
        }
        ([first, rest @ ..], Json::Object(members)) => {
            members.get_mut(*first).into_iter().for_each(|item| take_away(item, rest));
        }
        _ => {}
    }
}

impl Sequence<'_> {
    fn go(&mut self, document: &Json) -> Result<(), String> {
        let mut found = Vec::new();
        for (number, step) in document["steps"].as_array().into_iter().flatten().enumerate() {
            let got = self.step(step);
            let label = format!("step {number} ({} {})", step["method"], step["path"]);
            found.extend(differences(&step["expect"], &got).into_iter().map(|one| format!("{label}: {one}")));
            if step["expect"]["status"].as_f64() != got["status"].as_f64() {
                break;
            }
        }
        if found.is_empty() { Ok(()) } else { Err(found.join("\n    ")) }
    }

    /// A recorded value with what earlier replies said.
    fn filled(&self, value: &Json) -> Json {
        match value {
            Json::Object(members) => {
                if let (Some(Json::Array(repeat)), 1) = (members.get("$repeat"), members.len()) {
                    let count =
                        repeat.get(1).and_then(Json::as_u64).and_then(|count| usize::try_from(count).ok());
                    return json!(repeat[0].as_str().unwrap_or_default().repeat(count.unwrap_or(0)));
                }
                let text = |key: &str| self.filled(&json!(key)).as_str().unwrap_or_default().to_owned();
                Json::Object(members.iter().map(|(key, member)| (text(key), self.filled(member))).collect())
            }
            Json::Array(items) => items.iter().map(|item| self.filled(item)).collect(),
            Json::String(text) => json!(self.filled_text(text)),
            other => other.clone(),
        }
    }

    fn filled_text(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(before);
            if name == "ns" {
                out.push_str(self.namespace.as_deref().unwrap_or_default());
            } else if let Some((number, path)) = name.split_once('.') {
                let reply = number.parse().ok().and_then(|number: usize| self.replies.get(number));
                match reply.and_then(|reply| part(reply, path)) {
                    Some(Json::String(value)) => out.push_str(value),
                    Some(value) => out.push_str(&value.to_string()),
                    None => {}
                }
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    fn step(&mut self, step: &Json) -> Json {
        let answer = self.send(step);
        let body = answer.body();
        self.replies.push(body.clone());
        let mut out = json!({"status": answer.status});
        let warnings = answer.headers.get("warning");
        if let Some(warnings) = warnings {
            let warnings: Vec<String> = warnings.iter().map(|warning| self.normal.text(warning)).collect();
            out["warnings"] = json!(warnings);
        }
        for name in step["want_headers"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            let value = answer.headers.get(&name.to_lowercase()).and_then(|values| values.first());
            out["headers"][name] = json!(value);
        }
        if step["status_only"] == json!(true) {
            return out;
        }
        let shown = picked(step, body);
        let shown = self.normal.document(&shown, step["managed"] == json!(true));
        if !shown.is_null() && shown != "" {
            out["body"] = shown;
        }
        out
    }

    /// Sends a request, again and again if it waits for something.
    fn send(&mut self, step: &Json) -> Answer {
        let path = self.filled(&step["path"]);
        let path = path.as_str().unwrap_or_default();
        let body = step.get("body").filter(|body| !body.is_null()).map(|body| self.filled(body));
        body.iter().for_each(|body| self.normal.note(body));
        let kind = match step["type"].as_str() {
            Some("json") => "application/json-patch+json",
            Some("merge") => "application/merge-patch+json",
            Some("strategic") => "application/strategic-merge-patch+json",
            Some("apply") => "application/apply-patch+yaml",
            Some(other) => other,
            None => "application/json",
        };
        let written = self.bodies.get(self.replies.len()).cloned().flatten();
        let written = written.filter(|text| !text.contains("$repeat")).map(|text| self.filled_text(&text));
        let body = body.map(|body| match (body, written) {
            (Json::String(text), _) => (kind, text),
            (_, Some(written)) => (kind, written),
            (other, None) => (kind, other.to_string()),
        });
        let headers = self.filled(&step["headers"]);
        let mut headers: Vec<(&str, &str)> = headers
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
            .collect();
        let caller = match step["auth"].as_str() {
            Some("bad") => {
                headers.push(("Authorization", "Bearer not-a-real-token"));
                self.anonymous
            }
            Some(_) => self.anonymous,
            None => self.caller,
        };
        let begun = Instant::now();
        let patience = Duration::from_secs(step["timeout"].as_u64().unwrap_or(30));
        loop {
            let method = step["method"].as_str().unwrap_or("GET");
            let own_kind = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            let sent = body.clone().map(|(kind, text)| (own_kind.map_or(kind, |(_, own)| *own), text));
            let rest: Vec<_> = headers
                .iter()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"))
                .copied()
                .collect();
            let answer = caller.call(method, path, sent, &rest);
            let until = &step["until"];
            let have = match until["path"].as_str() {
                None => return answer,
                Some("#status") => Some(json!(answer.status)),
                Some(path) => part(&answer.body(), path).cloned(),
            };
            if have.as_ref() == Some(&until["equals"]) || begun.elapsed() > patience {
                return answer;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Answer {
    /// The body: JSON, or a list where each line is JSON, or text.
    fn body(&self) -> Json {
        if let Ok(value) = serde_json::from_str(&self.text) {
            return value;
        }
        let lines: Vec<&str> = self.text.lines().filter(|line| !line.trim().is_empty()).collect();
        let all: Option<Vec<Json>> = lines.iter().map(|line| serde_json::from_str(line).ok()).collect();
        all.filter(|all| all.len() > 1).map_or_else(|| json!(self.text), Json::Array)
    }
}

/// What a step looks at of a reply.
fn picked(step: &Json, mut body: Json) -> Json {
    let paths = |holder: &Json| -> Vec<String> {
        let found = holder["drop"].as_array().into_iter().flatten();
        found.filter_map(|path| path.as_str().map(str::to_owned)).collect()
    };
    for path in paths(step) {
        take_away(&mut body, &path.split('/').collect::<Vec<_>>());
    }
    let Some(pick) = step.get("pick") else { return body };
    if let Some(keys) = pick["keys"].as_array() {
        let holder =
            pick["at"].as_str().map_or(Some(&body), |at| part(&body, at)).cloned().unwrap_or_default();
        let keys = keys.iter().filter_map(Json::as_str);
        return Json::Object(keys.map(|key| (key.to_owned(), json!(holder.get(key).is_some()))).collect());
    }
    if let Some(fields) = pick["fields"].as_array() {
        let fields = fields.iter().filter_map(Json::as_str);
        let value = |field: &str| part(&body, field).cloned().unwrap_or_default();
        return Json::Object(fields.map(|field| (field.to_owned(), value(field))).collect());
    }
    let key = pick["key"].as_str().unwrap_or("name");
    if let Some(items) = pick["at"].as_str().and_then(|at| part(&body, at)).and_then(Json::as_array) {
        let named =
            |name: &str| items.iter().find(|item| part(item, key).and_then(Json::as_str) == Some(name));
        let names = pick["names"].as_array().into_iter().flatten().filter_map(Json::as_str);
        let found: Map<String, Json> =
            names.map(|name| (name.to_owned(), named(name).cloned().unwrap_or_default())).collect();
        body = Json::Object(found);
    }
    for path in paths(pick) {
        take_away(&mut body, &path.split('/').collect::<Vec<_>>());
    }
    body
}
