//! Values that differ from run to run, replaced by words that stay the same within a scenario.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

/// Ids, moments near the present, and the working directory.
pub struct Masker {
    directories: Vec<String>,
    seen: RefCell<Seen>,
}

/// Words by what they stand for, and how many of each kind there are.
#[derive(Default)]
struct Seen {
    words: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, usize>,
}

fn pattern(text: &str) -> Regex {
    // The patterns are constants of this file, each compiled once.
    Regex::new(text).unwrap_or_else(|error| unreachable!("{text}: {error}"))
}

static UUID: LazyLock<Regex> =
    LazyLock::new(|| pattern("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"));
static MOMENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b20[2-9]\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d| \+0000 UTC)?")
});

impl Masker {
    /// Masks what is seen in a directory.
    pub fn new(directory: &Path) -> Masker {
        let mut directories = vec![directory.to_string_lossy().into_owned()];
        if let Ok(real) = directory.parent().map_or(Ok(directory.into()), Path::canonicalize) {
            directories.push(real.join("work").to_string_lossy().into_owned());
        }
        directories.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Masker { directories, seen: RefCell::default() }
    }

    fn token(&self, kind: &'static str, raw: String) -> String {
        let Seen { words, counts } = &mut *self.seen.borrow_mut();
        let fresh = || {
            let count = counts.entry(kind).or_insert(0);
            *count += 1;
            format!("<{kind}:{count}>")
        };
        words.entry(raw).or_insert_with(fresh).clone()
    }

    /// A text with everything replaced.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for directory in &self.directories {
            text = text.replace(directory.as_str(), "<CWD>");
        }
        let text = UUID.replace_all(&text, |found: &regex::Captures<'_>| {
            self.token("uuid", found.get(0).map_or("", |part| part.as_str()).to_owned())
        });
        let moment = |found: &regex::Captures<'_>| {
            let raw = found.get(0).map_or("", |part| part.as_str());
            // Moments near the run are its own; others are constants of the scenario.
            if is_recent(raw) { "<ts>".to_owned() } else { raw.to_owned() }
        };
        MOMENT.replace_all(&text, moment).into_owned()
    }

    /// Numbers ids in this order.
    pub fn prime<'v>(&self, values: impl Iterator<Item = &'v Json>) {
        for value in values {
            if let Json::String(text) = value {
                self.text(text);
            }
        }
    }

    /// A document with everything replaced. Lists of nothing but replaced texts are sorted.
    pub fn walk(&self, value: &Json) -> Json {
        self.walk_under(value, "")
    }

    fn walk_under(&self, value: &Json, key: &str) -> Json {
        match value {
            Json::Object(members) => {
                members.iter().map(|(name, inner)| (self.text(name), self.walk_under(inner, name))).collect()
            }
            Json::Array(items) => {
                let mut items: Vec<Json> = items.iter().map(|item| self.walk_under(item, "")).collect();
                if items.iter().all(|item| item.as_str().is_some_and(|text| text.starts_with('<'))) {
                    items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
                }
                Json::Array(items)
            }
            Json::String(text) if key == "deposed" => {
                Json::String(self.token("deposed", format!("deposed {text}")))
            }
            Json::String(text) => Json::String(self.text(text)),
            other => other.clone(),
        }
    }
}

/// Whether a moment is within three days of now.
fn is_recent(text: &str) -> bool {
    let number = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<i64>().ok());
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else {
        return false;
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let today = now.map_or(0, |now| i64::try_from(now.as_secs() / 86_400).unwrap_or(0));
    (days_since_1970(year, month, day) - today).abs() <= 3
}

/// Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant's `days_from_civil`).
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era * 146_097 + days - 719_468
}
