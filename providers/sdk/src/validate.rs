//! Checks of a whole configuration: single values, and arguments that need or exclude each other.

use ordain_diag::{AttributeStep, Diagnostic, Diagnostics, codes};
use ordain_value::Value;

use crate::build::to_json;
use crate::check::check;
use crate::rules::Dialect;
use crate::tree::{Fields, Node, NodeKind, TypeTree};

struct Validation<'v> {
    dialect: &'static Dialect,
    root: &'v Value,
    found: Diagnostics,
}

/// Checks a configuration; unknown parts count as right.
pub fn validate(tree: &TypeTree, config: &Value) -> Diagnostics {
    let mut validation = Validation { dialect: tree.dialect, root: config, found: Diagnostics::new() };
    validation.fields(&tree.fields, config, &[]);
    validation.found
}

/// A dotted path as the original writes it: `network_profile.0.network_plugin`.
fn dotted(path: &[AttributeStep]) -> String {
    let parts = path.iter().map(|step| match step {
        AttributeStep::Name(name) | AttributeStep::Key(name) => name.clone(),
        AttributeStep::Index(at) => at.to_string(),
    });
    parts.collect::<Vec<_>>().join(".")
}

fn error(path: &[AttributeStep], summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(codes::provider::PROVIDER_CONFIG, summary, detail).with_attribute(path.to_vec())
}

impl Validation<'_> {
    fn fields(&mut self, fields: &Fields, object: &Value, path: &[AttributeStep]) {
        for (name, node) in fields {
            let mut path = path.to_vec();
            path.push(AttributeStep::Name(name.to_string()));
            let value = object.get(name);
            let set = value.is_some_and(is_set);
            self.relations(node, set, &path);
            let Some(value) = value.filter(|value| !value.is_null() && value.is_known()) else { continue };
            if set && let Some(message) = &node.rule.deprecated {
                let code = codes::provider::PROVIDER_CONFIG;
                self.found.push(
                    Diagnostic::warning(code, "Argument is deprecated", message).with_attribute(path.clone()),
                );
            }
            match &node.kind {
                NodeKind::Leaf(_) => self.leaf(node, value, &path),
                NodeKind::Blocks { fields, .. } => {
                    for (at, item) in value.as_items().unwrap_or_default().iter().enumerate() {
                        // The original looks at a block only once all of it is known.
                        if !item.is_wholly_known() {
                            continue;
                        }
                        let mut path = path.clone();
                        path.push(AttributeStep::Index(at as u64));
                        self.fields(fields, item, &path);
                    }
                }
                // A wrong duration is an error of the plan, as in the original.
                NodeKind::Timeouts(_) => {}
            }
        }
    }

    fn leaf(&mut self, node: &Node, value: &Value, path: &[AttributeStep]) {
        // Parts of a map may be unknown; then only what is known is checked.
        for message in check(self.dialect, &node.rule.checks, &dotted(path), &to_json(value)) {
            self.found.push(error(path, &message, String::new()));
        }
        if node.rule.element_checks.is_empty() {
            return;
        }
        for (at, item) in value.as_items().unwrap_or_default().iter().enumerate() {
            if item.is_null() || !item.is_known() {
                continue;
            }
            let mut path = path.to_vec();
            path.push(AttributeStep::Index(at as u64));
            for message in check(self.dialect, &node.rule.element_checks, &dotted(&path), &to_json(item)) {
                self.found.push(error(&path, &message, String::new()));
            }
        }
    }

    /// Rules between arguments. Paths in rules are absolute and dotted.
    fn relations(&mut self, node: &Node, set: bool, path: &[AttributeStep]) {
        let rule = &node.rule;
        let key = dotted(path);
        if set
            && let Some(other) =
                rule.conflicts_with.iter().find(|other| **other != key && self.is_set_at(other))
        {
            let detail = format!("{key:?}: conflicts with {other}");
            self.found.push(error(path, "Conflicting configuration arguments", detail));
        }
        if !rule.exactly_one_of.is_empty() {
            let given: Vec<String> =
                sorted(&rule.exactly_one_of).into_iter().filter(|name| self.is_set_at(name)).collect();
            let all = sorted(&rule.exactly_one_of).join(",");
            let unknown = rule.exactly_one_of.iter().any(|name| self.is_unknown_at(name));
            let detail = match given.len() {
                0 if !unknown => Some(format!("{key:?}: one of `{all}` must be specified")),
                0 | 1 => None,
                _ => Some(format!(
                    "{key:?}: only one of `{all}` can be specified, but `{}` were specified.",
                    given.join(",")
                )),
            };
            if let Some(detail) = detail {
                self.found.push(error(path, "Invalid combination of arguments", detail));
            }
        }
        if !rule.at_least_one_of.is_empty()
            && !rule.at_least_one_of.iter().any(|name| self.is_set_at(name) || self.is_unknown_at(name))
        {
            let all = sorted(&rule.at_least_one_of).join(",");
            let detail = format!("{key:?}: one of `{all}` must be specified");
            self.found.push(error(path, "Missing required argument", detail));
        }
        if set && !rule.required_with.is_empty() {
            let mut all = rule.required_with.clone();
            all.push(key.clone());
            let all = sorted(&all);
            if all.iter().any(|name| !self.is_set_at(name) && !self.is_unknown_at(name)) {
                let detail = format!("{key:?}: all of `{}` must be specified", all.join(","));
                self.found.push(error(path, "Missing required argument", detail));
            }
        }
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

/// Whether an argument is there: empty block lists are not.
fn is_set(value: &Value) -> bool {
    !value.is_null() && value.as_items().is_none_or(|items| !items.is_empty())
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names.dedup();
    names
}
