//! Rules of one attribute, as recorded from the real provider.

use serde_json::Value as Json;

/// A check of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Check {
    OneOf(Vec<String>),
    Range(String, String),
    Length(u64, u64),
    AtLeast(String),
    /// A resource id of a kind, in the form that newer parts of the provider use.
    Id(String),
    /// The same in the form that older parts use.
    OldId(String),
    /// A check by its name.
    Named(String),
}

/// Rules that the schema itself does not carry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rule {
    pub(crate) default: Option<Json>,
    pub(crate) force_new: bool,
    pub(crate) computed: bool,
    /// How values are rewritten before they are planned.
    pub(crate) normalise: Option<String>,
    /// Which differences count as none.
    pub(crate) suppress: Option<String>,
    pub(crate) checks: Vec<Check>,
    pub(crate) element_checks: Vec<Check>,
    pub(crate) conflicts_with: Vec<String>,
    pub(crate) exactly_one_of: Vec<String>,
    pub(crate) at_least_one_of: Vec<String>,
    pub(crate) required_with: Vec<String>,
    pub(crate) deprecated: Option<String>,
}

fn texts(entry: &Json, key: &str) -> Vec<String> {
    let found = entry.get(key).and_then(Json::as_array).into_iter().flatten();
    found.filter_map(Json::as_str).map(str::to_owned).collect()
}

fn check(entry: &Json) -> Option<Check> {
    if let Some(name) = entry.as_str() {
        return Some(Check::Named(name.to_owned()));
    }
    let (kind, argument) = entry.as_object()?.iter().next()?;
    let item = |at: usize| argument.get(at);
    Some(match kind.as_str() {
        "one_of" => Check::OneOf(texts(entry, "one_of")),
        "range" => Check::Range(item(0)?.as_str()?.to_owned(), item(1)?.as_str()?.to_owned()),
        "length" => Check::Length(item(0)?.as_u64()?, item(1)?.as_u64()?),
        "at_least" => Check::AtLeast(argument.as_str()?.to_owned()),
        "id" => Check::Id(argument.as_str()?.to_owned()),
        "id_v1" => Check::OldId(argument.as_str()?.to_owned()),
        _ => return None,
    })
}

impl Rule {
    pub(crate) fn read(entry: &Json) -> Rule {
        let truth = |key: &str| entry.get(key).and_then(Json::as_bool).unwrap_or(false);
        let word = |key: &str| entry.get(key).and_then(Json::as_str).map(str::to_owned);
        let checks = |key: &str| {
            let found = entry.get(key).and_then(Json::as_array).into_iter().flatten();
            found.filter_map(check).collect::<Vec<_>>()
        };
        Rule {
            default: entry.get("default").cloned(),
            force_new: truth("force_new"),
            computed: truth("computed"),
            normalise: word("normalise"),
            suppress: word("suppress"),
            checks: checks("checks"),
            element_checks: checks("element_checks"),
            conflicts_with: texts(entry, "conflicts_with"),
            exactly_one_of: texts(entry, "exactly_one_of"),
            at_least_one_of: texts(entry, "at_least_one_of"),
            required_with: texts(entry, "required_with"),
            deprecated: word("deprecated"),
        }
    }
}

/// What a rewriting rule makes of a text.
pub(crate) fn normalised(rule: &str, text: &str) -> String {
    match rule {
        "location" => text.replace(' ', "").to_lowercase(),
        _ => text.to_owned(),
    }
}

/// Whether two texts count as one under a suppression rule.
pub(crate) fn suppressed(rule: &str, old: &str, new: &str) -> bool {
    match rule {
        "location" => normalised(rule, old) == normalised(rule, new),
        "rfc3339" => {
            let instant = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
            match (instant(old), instant(new)) {
                (Some(old), Some(new)) => old == new,
                _ => false,
            }
        }
        _ => false,
    }
}
