//! Tokens in place of what a cluster decides anew each time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value as Json, json};

use crate::recorded::mask::moment;

#[allow(clippy::unwrap_used, reason = "the patterns are written here")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

static UUID: LazyLock<Regex> =
    LazyLock::new(|| pattern("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"));
static MOMENT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"));
/// Parts of messages that depend on the process or show an internal structure.
static LOOSE: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
    [
        (pattern(r"\(0x[0-9a-f]+\)"), "(0x)"),
        (pattern(r"(ResourceVersion in record) \(\d+\)"), "$1 (<rv>)"),
        (pattern(r"(?s)Invalid value: (?:\[\])?[a-z0-9]+\.\w+\{.*\}: "), "Invalid value: <value>: "),
        (pattern(r#"(?s)Invalid value: "\{.*\}": "#), "Invalid value: <object>: "),
    ]
});

/// Remembers which token stands for what.
#[derive(Debug)]
pub(super) struct Normal {
    namespace: Option<String>,
    tokens: BTreeMap<(&'static str, String), String>,
    counts: BTreeMap<&'static str, usize>,
    /// Numbers and texts that the sequence itself asks for.
    sent: BTreeSet<i64>,
}

impl Normal {
    pub(super) fn new(namespace: Option<String>) -> Normal {
        Normal { namespace, tokens: BTreeMap::new(), counts: BTreeMap::new(), sent: BTreeSet::new() }
    }

    fn token(&mut self, kind: &'static str, raw: &str) -> String {
        let key = (kind, raw.to_owned());
        if let Some(token) = self.tokens.get(&key) {
            return token.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let token = format!("<{kind}:{count}>");
        self.tokens.insert(key, token.clone());
        token
    }

    /// Meets a body that is sent: node ports that it asks for stay as they are.
    pub(super) fn note(&mut self, body: &Json) {
        match body {
            Json::Object(members) => members.values().for_each(|member| self.note(member)),
            Json::Array(items) => items.iter().for_each(|item| self.note(item)),
            other => self.sent.extend(other.as_i64()),
        }
    }

    /// A text with tokens.
    pub(super) fn text(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for ((kind, raw), token) in &self.tokens {
            if *kind == "gen" {
                text = text.replace(raw, token);
            }
        }
        if let Some(namespace) = &self.namespace {
            text = text.replace(namespace, "<ns>");
        }
        for (pattern, to) in LOOSE.iter() {
            text = pattern.replace_all(&text, *to).into_owned();
        }
        text =
            UUID.replace_all(&text, |found: &regex::Captures<'_>| self.token("uid", &found[0])).into_owned();
        let near = |found: &regex::Captures<'_>| moment(&found[0]).unwrap_or_else(|| found[0].to_owned());
        MOMENT.replace_all(&text, near).into_owned()
    }

    /// A reply with tokens; `managed` says that its managed fields count.
    pub(super) fn document(&mut self, value: &Json, managed: bool) -> Json {
        self.walk(value, "", managed)
    }

    fn walk(&mut self, value: &Json, key: &str, managed: bool) -> Json {
        match value {
            Json::Object(members) => self.members(members, managed),
            Json::Array(items) => items.iter().map(|item| self.walk(item, key, managed)).collect(),
            Json::String(text) => json!(self.word(text, key)),
            Json::Number(number) if matches!(key, "nodePort" | "healthCheckNodePort") => {
                match number.as_i64().filter(|port| *port != 0 && !self.sent.contains(port)) {
                    Some(port) => json!(self.token("port", &port.to_string())),
                    None => value.clone(),
                }
            }
            other => other.clone(),
        }
    }

    fn word(&mut self, text: &str, key: &str) -> String {
        match key {
            "resourceVersion" if !text.is_empty() => self.token("rv", text),
            "clusterIP" | "clusterIPs" if !matches!(text, "" | "None") => self.token("ip", text),
            "token" if text.chars().count() > 40 => "<token>".to_owned(),
            _ => self.text(text),
        }
    }

    fn members(&mut self, members: &Map<String, Json>, managed: bool) -> Json {
        let word = |key: &str| members.get(key).and_then(Json::as_str);
        if let (Some(prefix), Some(name)) = (word("generateName"), word("name"))
            && !prefix.is_empty()
            && name.starts_with(prefix)
        {
            self.token("gen", name);
        }
        let mut members = members.clone();
        sort_causes(&mut members);
        let is_list = members.get("kind").and_then(Json::as_str).is_some_and(|kind| kind.ends_with("List"))
            && members.contains_key("items");
        let mut out = Map::new();
        for (name, member) in &members {
            let shown = match name.as_str() {
                "managedFields" if !managed => continue,
                "managedFields" => {
                    let mut entries = member.as_array().cloned().unwrap_or_default();
                    entries.sort_by_cached_key(|entry| {
                        ["operation", "manager", "subresource"]
                            .map(|key| entry[key].as_str().unwrap_or_default().to_owned())
                    });
                    self.walk(&Json::Array(entries), name, managed)
                }
                "metadata" if is_list => of_list(member),
                _ => self.walk(member, name, managed),
            };
            out.insert(self.text(name), shown);
        }
        Json::Object(out)
    }
}

/// The metadata of a list.
fn of_list(metadata: &Json) -> Json {
    let mut metadata = metadata.clone();
    for (key, token) in [("resourceVersion", "<list>"), ("continue", "<continue>")] {
        if metadata.get(key).is_some_and(|value| key == "resourceVersion" || *value != "") {
            metadata[key] = json!(token);
        }
    }
    metadata
}

/// The order of several causes carries nothing.
fn sort_causes(members: &mut Map<String, Json>) {
    let causes = members.get_mut("details").and_then(|details| details.get_mut("causes")?.as_array_mut());
    let Some(causes) = causes.filter(|causes| causes.len() > 1) else { return };
    causes.sort_by_cached_key(|cause| {
        ["field", "message"].map(|key| cause[key].as_str().unwrap_or_default().to_owned())
    });
    if let Some(Json::String(message)) = members.get_mut("message")
        && let Some((before, _)) = message.split_once("is invalid: [")
    {
        *message = format!("{before}is invalid: [<causes>]");
    }
}
