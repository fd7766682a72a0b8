//! Rules of one attribute, as recorded from the real provider.

use serde_json::Value as Json;

/// A check of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// One of these texts.
    OneOf(Vec<String>),
    /// A number between two, both included.
    Range(String, String),
    /// A text of so many bytes, both limits included.
    Length(u64, u64),
    /// A number not below this.
    AtLeast(String),
    /// One of these holds.
    Any(Vec<Check>),
    /// A check of the provider's own, by its name, and its argument.
    Named(String, String),
}

/// Rules that the schema itself does not carry.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// Value where none is configured.
    pub default: Option<Json>,
    /// A change needs a new object.
    pub force_new: bool,
    /// The provider may set it, although the schema calls it a block.
    pub computed: bool,
    /// How values are rewritten before they are planned.
    pub normalise: Option<String>,
    /// Which differences count as none.
    pub suppress: Option<String>,
    /// Checks of the value.
    pub checks: Vec<Check>,
    /// Checks of each element.
    pub element_checks: Vec<Check>,
    /// Paths that must not be set beside it.
    pub conflicts_with: Vec<String>,
    /// Paths of which exactly one must be set.
    pub exactly_one_of: Vec<String>,
    /// Paths of which at least one must be set.
    pub at_least_one_of: Vec<String>,
    /// Paths that must be set beside it.
    pub required_with: Vec<String>,
    /// Warning where it is set.
    pub deprecated: Option<String>,
    /// A number that may have a fraction.
    pub fraction: bool,
    /// How many elements a list has at least.
    pub min_items: usize,
}

fn texts(entry: &Json, key: &str) -> Vec<String> {
    let found = entry.get(key).and_then(Json::as_array).into_iter().flatten();
    found.filter_map(Json::as_str).map(str::to_owned).collect()
}

fn check(entry: &Json) -> Option<Check> {
    if let Some(name) = entry.as_str() {
        return Some(Check::Named(name.to_owned(), String::new()));
    }
    let (kind, argument) = entry.as_object()?.iter().next()?;
    let item = |at: usize| argument.get(at);
    Some(match kind.as_str() {
        "one_of" => Check::OneOf(texts(entry, "one_of")),
        "range" => Check::Range(item(0)?.as_str()?.to_owned(), item(1)?.as_str()?.to_owned()),
        "length" => Check::Length(item(0)?.as_u64()?, item(1)?.as_u64()?),
        "at_least" => Check::AtLeast(argument.as_str()?.to_owned()),
        "any" => Check::Any(argument.as_array()?.iter().filter_map(check).collect()),
        name => Check::Named(name.to_owned(), argument.as_str()?.to_owned()),
    })
}

impl Rule {
    /// Reads one entry of a table of rules.
    pub fn read(entry: &Json) -> Rule {
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
            fraction: truth("fraction"),
            min_items: entry
                .get("min_items")
                .and_then(Json::as_u64)
                .and_then(|least| usize::try_from(least).ok())
                .unwrap_or(0),
        }
    }
}

/// What the rules that a table only names mean for one provider.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// What is wrong with a value: name and argument of the check, dotted path, value.
    pub check: fn(&str, &str, &str, &Json) -> Vec<String>,
    /// What a rewriting rule makes of a text.
    pub normalise: fn(&str, &str) -> String,
    /// Whether two texts, the old and the new, count as one under a rule.
    pub suppress: fn(&str, &str, &str) -> bool,
}

/// No rules of its own.
pub static PLAIN: Dialect = Dialect {
    check: |_, _, _, _| Vec::new(),
    normalise: |_, text| text.to_owned(),
    suppress: |_, _, _| false,
};
