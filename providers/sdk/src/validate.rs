//! Checks of a whole configuration: single values, and arguments that need or exclude each other.

use ordain_diag::{AttributeStep, Diagnostic, Diagnostics, codes};
use ordain_value::{Kind, Type, Value};

use crate::build::to_json;
use crate::check::check;
use crate::rules::Dialect;
use crate::tree::{Fields, Node, NodeKind, TypeTree};

struct Validation<'v> {
    tree: &'v Fields,
    dialect: &'static Dialect,
    root: &'v Value,
    found: Diagnostics,
}

/// Checks a configuration; unknown parts count as right.
pub fn validate(tree: &TypeTree, config: &Value) -> Diagnostics {
    let mut validation =
        Validation { tree: &tree.fields, dialect: tree.dialect, root: config, found: Diagnostics::new() };
    validation.fields(&tree.fields, config, &[]);
    validation.found
}

/// What can be pointed at: an element of a set has no place of its own, so that a path ends at the set.
fn place(fields: &Fields, path: &[AttributeStep]) -> Vec<AttributeStep> {
    let mut out = Vec::with_capacity(path.len());
    let mut inner = Some(fields);
    for step in path {
        if let AttributeStep::Name(name) = step {
            match inner.and_then(|fields| fields.get(name.as_str())).map(|node| &node.kind) {
                Some(NodeKind::Blocks { set: true, .. } | NodeKind::Leaf(Type::Set(_))) => {
                    out.push(step.clone());
                    return out;
                }
                Some(NodeKind::Blocks { fields, .. }) => inner = Some(fields),
                _ => inner = None,
            }
        }
        out.push(step.clone());
    }
    out
}

/// A dotted path as the original writes it: `network_profile.0.network_plugin`.
fn dotted(path: &[AttributeStep]) -> String {
    let parts = path.iter().map(|step| match step {
        AttributeStep::Name(name) | AttributeStep::Key(name) => name.clone(),
        AttributeStep::Index(at) => at.to_string(),
    });
    parts.collect::<Vec<_>>().join(".")
}

impl Validation<'_> {
    fn error(&mut self, path: &[AttributeStep], summary: &str, detail: String) {
        let error = Diagnostic::error(codes::provider::PROVIDER_CONFIG, summary, detail);
        self.found.push(error.with_attribute(place(self.tree, path)));
    }

    /// The checks of each argument, in the original's order: the first relation that does not hold ends the checks of
    /// that argument, and a value of which a part is unknown is not looked at.
    fn fields(&mut self, fields: &Fields, object: &Value, path: &[AttributeStep]) {
        for (name, node) in fields {
            let mut path = path.to_vec();
            path.push(AttributeStep::Name(name.to_string()));
            let key = dotted(&path);
            let wrong = self.missing(node, &key);
            let value = object.get(name).filter(|value| is_set(value));
            let wrong = wrong.or_else(|| match value {
                Some(_) => self.without_companions(node, &key),
                None => unset(node, &key),
            });
            if let Some((summary, detail)) = wrong {
                self.error(&path, summary, detail);
                continue;
            }
            let Some(value) = value.filter(|value| value.is_wholly_known()) else { continue };
            if let Some(detail) = self.conflict(node, &key) {
                self.error(&path, "Conflicting configuration arguments", detail);
                continue;
            }
            self.value(node, value, &path);
            if let Some(message) = &node.rule.deprecated {
                let code = codes::provider::PROVIDER_CONFIG;
                let warning = Diagnostic::warning(code, "Argument is deprecated", message);
                self.found.push(warning.with_attribute(place(self.tree, &path)));
            }
        }
    }

    fn value(&mut self, node: &Node, value: &Value, path: &[AttributeStep]) {
        match &node.kind {
            NodeKind::Leaf(_) => self.leaf(node, value, path),
            NodeKind::Blocks { fields, .. } => {
                for (at, item) in value.as_items().unwrap_or_default().iter().enumerate() {
                    let mut path = path.to_vec();
                    path.push(AttributeStep::Index(at as u64));
                    self.fields(fields, item, &path);
                }
            }
            // A wrong duration is an error of the plan, as in the original.
            NodeKind::Timeouts(_) => {}
        }
    }

    fn leaf(&mut self, node: &Node, value: &Value, path: &[AttributeStep]) {
        if let Kind::Number(number) = value.kind()
            && !node.rule.fraction
            && to_json(value).as_i64().is_none()
        {
            let message = format!("Attribute must be a whole number, got {}", shortened(&number.to_string()));
            self.error(path, &message, String::new());
            return;
        }
        let count = value.as_items().map(<[Value]>::len);
        if let Some(count) = count.filter(|count| *count < node.rule.min_items) {
            let (least, key) = (node.rule.min_items, dotted(path));
            let detail = format!(
                "Attribute {key} requires {least} item minimum, but config has only {count} declared."
            );
            self.error(path, "Not enough list items", detail);
            return;
        }
        for message in check(self.dialect, &node.rule.checks, &dotted(path), &to_json(value)) {
            self.error(path, &message, String::new());
        }
        if node.rule.element_checks.is_empty() {
            return;
        }
        for (at, item) in value.as_items().unwrap_or_default().iter().enumerate() {
            if item.is_null() {
                continue;
            }
            let mut path = path.to_vec();
            path.push(AttributeStep::Index(at as u64));
            for message in check(self.dialect, &node.rule.element_checks, &dotted(&path), &to_json(item)) {
                self.error(&path, &message, String::new());
            }
        }
    }

    /// What must be there, be the argument itself set or not: summary and detail. Paths in rules are absolute and
    /// dotted.
    fn missing(&self, node: &Node, key: &str) -> Option<(&'static str, String)> {
        let rule = &node.rule;
        if !rule.exactly_one_of.is_empty() {
            let names = sorted(&rule.exactly_one_of);
            let all = names.join(",");
            let unknown = names.iter().any(|name| self.is_unknown_at(name));
            let given: Vec<&str> = names
                .iter()
                .filter(|name| self.is_set_at(name) && !self.is_unknown_at(name))
                .map(String::as_str)
                .collect();
            let detail = match given.len() {
                0 if !unknown => Some(format!("{key:?}: one of `{all}` must be specified")),
                0 | 1 => None,
                _ => Some(format!(
                    "{key:?}: only one of `{all}` can be specified, but `{}` were specified.",
                    given.join(",")
                )),
            };
            if let Some(detail) = detail {
                return Some(("Invalid combination of arguments", detail));
            }
        }
        let any = &rule.at_least_one_of;
        if !any.is_empty() && !any.iter().any(|name| self.is_set_at(name)) {
            let all = sorted(any).join(",");
            return Some(("Missing required argument", format!("{key:?}: one of `{all}` must be specified")));
        }
        None
    }

    /// Whether a set argument lacks one that it needs beside it.
    fn without_companions(&self, node: &Node, key: &str) -> Option<(&'static str, String)> {
        if node.rule.required_with.is_empty() {
            return None;
        }
        let mut all = node.rule.required_with.clone();
        all.push(key.to_owned());
        let all = sorted(&all);
        if all.iter().all(|name| self.is_set_at(name)) {
            return None;
        }
        let detail = format!("{key:?}: all of `{}` must be specified", all.join(","));
        Some(("Missing required argument", detail))
    }

    fn conflict(&self, node: &Node, key: &str) -> Option<String> {
        let mut others = node.rule.conflicts_with.iter();
        let other =
            others.find(|other| **other != key && self.is_set_at(other) && !self.is_unknown_at(other))?;
        Some(format!("{key:?}: conflicts with {other}"))
    }

    fn at(&self, key: &str) -> Option<&Value> {
        let mut here = self.root;
        for step in key.split('.') {
            here = match step.parse::<usize>() {
                Ok(at) => here.as_items()?.get(at)?,
                Err(_) => here.get(step)?,
            };
        }
        Some(here)
    }

    fn is_set_at(&self, key: &str) -> bool {
        self.at(key).is_some_and(is_set)
    }

    fn is_unknown_at(&self, key: &str) -> bool {
        self.at(key).is_some_and(|value| !value.is_known())
    }
}

/// A number in ten digits, as the original prints it.
fn shortened(number: &str) -> String {
    let Ok(float) = number.parse::<f64>() else { return number.to_owned() };
    let scientific = format!("{float:.9e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((number, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..10).contains(&exponent) {
        let places = usize::try_from(9 - exponent).unwrap_or(0);
        return trimmed(&format!("{float:.places$}")).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trimmed(digits), exponent.abs())
}

/// Without zeros at the end of a fraction.
fn trimmed(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// A required argument that is null.
fn unset(node: &Node, key: &str) -> Option<(&'static str, String)> {
    let detail = || format!("The argument {key:?} is required, but no definition was found.");
    node.flags.required.then(|| ("Missing required argument", detail()))
}

/// Whether an argument is there, be it unknown. Lists of no blocks are not; empty lists of plain values are.
fn is_set(value: &Value) -> bool {
    if value.is_null() {
        return false;
    }
    match value.kind() {
        Kind::List(element, items) | Kind::Set(element, items) => {
            !items.is_empty() || !matches!(**element, Type::Object(_))
        }
        _ => true,
    }
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
