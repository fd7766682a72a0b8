//! Tokens in place of what differs from run to run.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::{Map, Value as Json};

#[allow(clippy::unwrap_used, reason = "the patterns are written here")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

static UUID: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"));
static MOMENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?|\b20[2-9]\d-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? \+0000 UTC\b",
    )
});
static LOOPBACK: LazyLock<Regex> = LazyLock::new(|| pattern(r"https?://(?:127\.0\.0\.1|localhost):\d+"));
static POLLING: LazyLock<Regex> = LazyLock::new(|| pattern(r"/(operations|operationresults)/[0-9a-f-]{36}"));
static BALANCER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b198\.18\.\d+\.\d+\b"));
static CLUSTER_IP: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b10\.96\.\d+\.\d+\b"));
static DURATION: LazyLock<Regex> = LazyLock::new(|| pattern(r"(after )\d+m?\d*(?:\.\d+)?s\b"));
static VERSION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"("(?:resourceVersion|first_deployed|last_deployed)\\*": ?\\*"?)\d+"#));

/// The key of timeouts in private state, a constant of the original's library.
const TIMEOUTS: &str = "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0";

/// Whose values are masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Resource Manager: its identifiers are stable (`8ead` as fourth group) and stay.
    Azure,
    /// A cluster: versions, addresses and ports are its own.
    Cluster,
}

/// Replaces, and remembers which token stands for what.
#[derive(Debug)]
pub struct Masker {
    dialect: Dialect,
    /// Texts of this run and what stands for them, in this order.
    pub swaps: Vec<(String, String)>,
    ignored: Vec<String>,
    tokens: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, usize>,
}

impl Masker {
    /// For commands that run in `directory`; attributes named in `ignored` are not compared.
    pub fn new(dialect: Dialect, directory: &Path, ignored: Vec<String>) -> Masker {
        let mut places: Vec<String> = vec![directory.display().to_string()];
        places.extend(directory.canonicalize().ok().map(|path| path.display().to_string()));
        places.sort_by_key(|place| std::cmp::Reverse(place.len()));
        let swaps = places.into_iter().map(|place| (place, "<CWD>".to_owned())).collect();
        Masker { dialect, swaps, ignored, tokens: BTreeMap::new(), counts: BTreeMap::new() }
    }

    fn token(&mut self, kind: &'static str, raw: &str) -> String {
        if let Some(token) = self.tokens.get(raw) {
            return token.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let token = format!("<{kind}:{count}>");
        self.tokens.insert(raw.to_owned(), token.clone());
        token
    }

    /// A text with tokens.
    pub fn text(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (from, to) in &self.swaps {
            text = text.replace(from, to);
        }
        let own = self.dialect == Dialect::Azure;
        let uuid = |found: &Captures<'_>| {
            let raw = &found[0];
            let stays = own && (raw == TIMEOUTS || raw.get(19..23) == Some("8ead"));
            if stays { raw.to_owned() } else { self.token("uuid", raw) }
        };
        text = UUID.replace_all(&text, uuid).into_owned();
        text = MOMENT
            .replace_all(&text, |found: &Captures<'_>| {
                moment(&found[0]).unwrap_or_else(|| found[0].to_owned())
            })
            .into_owned();
        if own {
            return POLLING.replace_all(&text, "/$1/<op>").into_owned();
        }
        text = LOOPBACK.replace_all(&text, "<url>").into_owned();
        text = BALANCER.replace_all(&text, "<lbip>").into_owned();
        text = CLUSTER_IP.replace_all(&text, "<ip>").into_owned();
        text = DURATION.replace_all(&text, "$1<dur>").into_owned();
        VERSION.replace_all(&text, "$1<rv>").into_owned()
    }

    /// Meets texts before anything else, so that tokens are given in their order.
    pub fn meet(&mut self, texts: &[String]) {
        for text in texts {
            self.text(text);
        }
    }

    /// A document with tokens.
    pub fn document(&mut self, value: &Json) -> Json {
        self.walk(value, "")
    }

    fn walk(&mut self, value: &Json, key: &str) -> Json {
        if let Some(masked) = self.of_cluster(value, key) {
            return masked;
        }
        match value {
            Json::Object(members) => {
                let mut out = Map::new();
                for (name, member) in members {
                    let ignored = self.ignored.iter().any(|ignored| ignored == name);
                    let shown = if ignored { Json::from("<ignored>") } else { self.walk(member, name) };
                    out.insert(self.text(name), shown);
                }
                Json::Object(out)
            }
            Json::Array(items) => {
                let mut out: Vec<Json> = items.iter().map(|item| self.walk(item, "")).collect();
                let tokens = out.iter().all(|item| item.as_str().is_some_and(|text| text.starts_with('<')));
                if out.len() > 1 && tokens {
                    out.sort_by_cached_key(|item| item.as_str().unwrap_or_default().to_owned());
                }
                Json::Array(out)
            }
            Json::String(raw) if key == "deposed" => {
                Json::from(self.token("deposed", &format!("deposed {raw}")))
            }
            Json::String(raw) => Json::from(self.text(raw)),
            other => other.clone(),
        }
    }

    /// What a cluster decides anew each time, by the name of its field.
    fn of_cluster(&self, value: &Json, key: &str) -> Option<Json> {
        if self.dialect != Dialect::Cluster {
            return None;
        }
        let token = match key {
            "resource_version" | "resourceVersion" => "<rv>",
            "first_deployed" | "last_deployed" => "<ts>",
            "cluster_ip" | "clusterIP" => "<ip>",
            "cluster_ips" | "clusterIPs" => {
                let none = value.as_array().is_some_and(|items| items.len() == 1 && items[0] == "None");
                return (!none).then(|| Json::from("<ips>"));
            }
            "node_port" | "nodePort" | "health_check_node_port" | "healthCheckNodePort" => {
                // Ports that the recorded configurations ask for stay; in a plan, one that is not known yet is a port too.
                let unknown = (*value == Json::Bool(true)).then_some(1.0);
                let port = unknown.or(value.as_f64()).filter(|port| *port != 0.0)?;
                return (port != 31555.0 && port != 31556.0).then(|| Json::from("<port>"));
            }
            _ => return None,
        };
        let set = match value {
            Json::String(text) => !text.is_empty() && text != "None",
            Json::Number(number) => number.as_f64() != Some(0.0),
            _ => false,
        };
        set.then(|| Json::from(token))
    }
}

/// The token of a moment near now; constants stay.
pub fn moment(raw: &str) -> Option<String> {
    let date = raw.get(..10)?;
    let mut parts = date.split('-').filter_map(|part| part.parse::<i64>().ok());
    let days = days(parts.next()?, parts.next()?, parts.next()?);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    let today = i64::try_from(now / 86_400).ok()?;
    ((days - today).abs() <= 3).then(|| "<ts>".to_owned())
}

/// Days since 1970 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
