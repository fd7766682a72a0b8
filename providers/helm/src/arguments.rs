//! The arguments of a release or template, read from a wholly known object.

use ordain_helm_template::{Data, SetKind, Table, overlay_values, read_values, read_yaml, set_into};
use serde_json::Value as Json;

use crate::failure::Failure;

/// An object as JSON with typed access; absent and null are the same.
#[derive(Clone)]
pub(crate) struct Arguments(pub(crate) Json);

/// Shows nothing: values may be secret.
impl std::fmt::Debug for Arguments {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Arguments")
    }
}

/// What is wrong with a value, without the value.
const OF_VALUE: &str = "the value does not have a form that can follow a key; a comma ends it and braces around it make a list, unless a backslash stands before them";
/// What stands in place of a sensitive value in what is shown.
const CLOAK: &str = "(sensitive value)";

impl Arguments {
    pub(crate) fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Json::as_str).unwrap_or_default()
    }

    pub(crate) fn flag(&self, key: &str) -> bool {
        self.0.get(key).and_then(Json::as_bool).unwrap_or(false)
    }

    pub(crate) fn number(&self, key: &str) -> i64 {
        let number = self.0.get(key).and_then(Json::as_number);
        number.and_then(|n| n.as_i64().or_else(|| n.to_string().parse::<f64>().ok().map(whole))).unwrap_or(0)
    }

    /// How many seconds may be waited; 300 where nothing is said, none where 0 or less is.
    pub(crate) fn timeout(&self) -> i64 {
        if self.0.get("timeout").is_none_or(Json::is_null) { 300 } else { self.number("timeout") }
    }

    fn list(&self, key: &str) -> &[Json] {
        self.0.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
    }

    /// The values of a release: documents of `values` in order, then `set`, `set_list`, `set_sensitive` and, in a table
    /// of their own, `set_wo`, which count when `set_wo_revision` says that there are some.
    pub(crate) fn values(&self) -> Result<Table, Failure> {
        let mut table = self.common()?;
        for entry in self.list("set_sensitive") {
            set(&mut table, entry)?;
        }
        if self.number("set_wo_revision") > 0 || self.0.get("set_wo_revision").is_none() {
            let mut written = Table::new();
            for entry in self.list("set_wo") {
                set(&mut written, entry)?;
            }
            overlay_values(&mut table, written);
        }
        Ok(table)
    }

    /// The values of a template: as those of a release, but `set_wo` goes on where the others end, and `set_sensitive`
    /// takes no literals.
    pub(crate) fn template_values(&self) -> Result<Table, Failure> {
        let mut table = self.common()?;
        for entry in self.list("set_sensitive") {
            set_sensitive(&mut table, entry)?;
        }
        for entry in self.list("set_wo") {
            set(&mut table, entry)?;
        }
        Ok(table)
    }

    /// What `values`, `set` and `set_list` make.
    fn common(&self) -> Result<Table, Failure> {
        let mut table = Table::new();
        for (at, document) in self.list("values").iter().filter_map(Json::as_str).enumerate() {
            // The document may hold secrets, so that only its place is told.
            let read = read_values(document.as_bytes()).map_err(|e| {
                Failure::new("Error unmarshaling values", format!("---> {e}, in values[{at}]"))
            })?;
            overlay_values(&mut table, read);
        }
        for entry in self.list("set") {
            set(&mut table, entry)?;
        }
        for entry in self.list("set_list") {
            set_list(&mut table, entry)?;
        }
        Ok(table)
    }

    /// `config` of a release as text for `metadata.values`, sensitive parts replaced.
    pub(crate) fn cloaked(&self, config: &Table) -> String {
        let mut shown = config.clone();
        for entry in self.list("set_sensitive") {
            let name = entry.get("name").and_then(Json::as_str).unwrap_or_default();
            cloak(&mut shown, &path(name));
        }
        go_json(&Data::Map(shown).to_json())
    }
}

#[allow(clippy::cast_possible_truncation, reason = "seconds and counts are far below the limit")]
fn whole(float: f64) -> i64 {
    float as i64
}

/// Compact JSON as Go writes it.
pub(crate) fn go_json(json: &Json) -> String {
    json.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn set(table: &mut Table, entry: &Json) -> Result<(), Failure> {
    let field = |key: &str| entry.get(key).and_then(Json::as_str).unwrap_or_default();
    let (name, value) = (field("name"), field("value"));
    // The value may be secret, so that only the key is shown.
    match field("type") {
        "literal" => {
            let read = read_yaml(format!("{name}: {value}").as_bytes()).map_err(|_| {
                let why = "the value is no YAML that can stand behind a key";
                Failure::new(
                    "Failed parsing literal value",
                    format!("Key {name:?} with literal value: {why}"),
                )
            })?;
            // A name such as `- a` makes something else of the line, and that is the value then.
            let read = match read {
                Data::Map(read) => read.get(name).cloned().unwrap_or(Data::Null),
                other => other,
            };
            table.insert(name.to_owned(), read);
            Ok(())
        }
        "string" => parsed(table, SetKind::Text, name, value, "Failed parsing string value"),
        _ => parsed(table, SetKind::Typed, name, value, "Failed parsing value"),
    }
}

fn set_sensitive(table: &mut Table, entry: &Json) -> Result<(), Failure> {
    let field = |key: &str| entry.get(key).and_then(Json::as_str).unwrap_or_default();
    let (name, value) = (field("name"), field("value"));
    match field("type") {
        "auto" | "" => parsed(table, SetKind::Typed, name, value, "Failed parsing sensitive value"),
        "string" => parsed(table, SetKind::Text, name, value, "Failed parsing sensitive string value"),
        other => {
            let detail = format!("Unexpected type for sensitive value: {other}");
            Err(Failure::new("Unexpected type", detail))
        }
    }
}

fn set_list(table: &mut Table, entry: &Json) -> Result<(), Failure> {
    let name = entry.get("name").and_then(Json::as_str).unwrap_or_default();
    let Some(items) = entry.get("value").and_then(Json::as_array) else {
        return Err(Failure::new("Null List Value", "The list value is null."));
    };
    let items = items.iter().filter_map(Json::as_str).collect::<Vec<_>>();
    parsed(table, SetKind::Typed, name, &format!("{{{}}}", items.join(",")), "Error parsing list value")
}

fn parsed(table: &mut Table, kind: SetKind, name: &str, value: &str, summary: &str) -> Result<(), Failure> {
    let no_files = |_: &str| Err("files are not read here".to_owned());
    set_into(kind, &format!("{name}={value}"), table, &no_files).map_err(|_| {
        // What Helm says may hold a part of the value, so that it counts only if the key alone is the cause.
        let of_key = set_into(kind, &format!("{name}="), &mut table.clone(), &no_files).err();
        let why = of_key.unwrap_or_else(|| OF_VALUE.to_owned());
        Failure::new(summary, format!("Failed parsing key {name:?}: {why}"))
    })
}

/// A name of `set` cut into keys; `\.` is a dot within one, list positions are keys of their own.
fn path(name: &str) -> Vec<String> {
    let mut keys = vec![String::new()];
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => keys.last_mut().into_iter().for_each(|k| k.extend(chars.next())),
            '.' | '[' => keys.push(String::new()),
            ']' => {}
            _ => keys.last_mut().into_iter().for_each(|k| k.push(c)),
        }
    }
    keys
}

fn cloak(table: &mut Table, keys: &[String]) {
    let Some((first, rest)) = keys.split_first() else { return };
    match table.get_mut(first) {
        Some(value) => cloak_value(value, rest),
        // The original writes its mark where the value would stand, also if the release was changed elsewhere and
        // no longer has one.
        None if rest.is_empty() => {
            table.insert(first.clone(), Data::Text(CLOAK.into()));
        }
        None => {}
    }
}

fn cloak_value(value: &mut Data, keys: &[String]) {
    let Some((first, rest)) = keys.split_first() else {
        *value = Data::Text(CLOAK.into());
        return;
    };
    match value {
        Data::Map(table) => cloak(table, keys),
        Data::List(items) => {
            if let Some(item) = first.parse::<usize>().ok().and_then(|i| items.get_mut(i)) {
                cloak_value(item, rest);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
#[path = "arguments_tests.rs"]
mod tests;
