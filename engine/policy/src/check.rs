//! Rules against schemas: a rule about a type or an attribute that does not exist can never match.
//!
//! Seen are types that a rule compares with (`r.type == "azurerm_kubernetes_cluster"`, `r.type in {…}`) and
//! attributes read below `before` or `after` in packages that compare with types. A type is judged when some
//! type with the same first word is known, so rules about providers that are not in use stay quiet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_diag::{Diagnostics, codes};
use ordain_plan::{Schemas, TypeSchema};

use crate::bundle::{Bundle, error};
use crate::scan::{Module, Rule, reference};
use crate::tokens::Token;

/// Checks all rules of a bundle against schemas of resource types and data sources.
pub fn check(bundle: &Bundle, schemas: &Schemas) -> Diagnostics {
    let mut known: BTreeMap<&str, Vec<&Arc<TypeSchema>>> = BTreeMap::new();
    for ((_, _, name), schema) in schemas.iter() {
        known.entry(&**name).or_default().push(schema);
    }
    let mut diagnostics = Diagnostics::new();
    for module in judging(bundle) {
        let mut of_package = BTreeSet::new();
        for rule in &module.rules {
            for (line, name) in types(rule) {
                diagnostics.extend(unknown_type(module, line, name, &known));
                of_package.insert(name);
            }
        }
        for rule in &module.rules {
            let own: BTreeSet<&str> = types(rule).into_iter().map(|(_, name)| name).collect();
            let names = if own.is_empty() { &of_package } else { &own };
            let candidates: Vec<_> =
                names.iter().filter_map(|name| Some((*name, known.get(name)?))).collect();
            // One type that is not known may have any attribute.
            if candidates.len() == names.len() && !candidates.is_empty() {
                let schemas: Vec<&TypeSchema> = candidates
                    .iter()
                    .flat_map(|(_, schemas)| schemas.iter().map(|schema| &***schema))
                    .collect();
                let names: Vec<&str> = candidates.iter().map(|(name, _)| *name).collect();
                for (line, path) in attributes(rule) {
                    diagnostics.extend(unknown_attribute(module, line, &path, &schemas, &names));
                }
            }
        }
    }
    diagnostics
}

/// Tells rules that can only give what is no decision, such as `deny := "text"`: judging a plan refuses them, and others
/// who run these rules may overlook them.
#[must_use]
pub fn odd_decisions(bundle: &Bundle) -> Diagnostics {
    let rego = match bundle.judging() {
        Ok(rego) => rego,
        Err(found) => return found.into_iter().collect(),
    };
    let mut diagnostics = Diagnostics::new();
    for (module, rule, _) in bundle.decision_rules() {
        let Some(kinds) = rego.kinds(&rule) else { continue };
        if kinds.is_empty() || kinds.contains("set") || kinds.contains("array") {
            continue;
        }
        let (name, words) = (rule.rsplit('.').next().unwrap_or_default(), kinds.into_iter().map(kind));
        let line = module.rules.iter().find(|one| one.name == name).map_or(0, |one| one.line);
        let detail = format!(
            "{} line {line}: the value of {rule} can only be {}, not a set of messages; write `{name} contains msg if …`.",
            module.path,
            words.collect::<Vec<_>>().join(" or ")
        );
        diagnostics.push(error(codes::policy::POLICY_LOAD, "Policy gives no decision", detail));
    }
    diagnostics
}

fn kind(name: &str) -> &str {
    match name {
        "boolean" => "a boolean",
        "number" => "a number",
        "string" => "a text",
        "object" => "an object",
        other => other,
    }
}

/// First words of the types that rules compare with and that no schema has: `google` of `google_container_cluster`.
#[must_use]
pub fn foreign_words(bundle: &Bundle, schemas: Option<&Schemas>) -> BTreeSet<String> {
    let known: BTreeSet<&str> =
        schemas.into_iter().flat_map(Schemas::iter).map(|((_, _, name), _)| first_word(name)).collect();
    let named = judging(bundle).flat_map(|module| &module.rules).flat_map(types);
    named.map(|(_, name)| first_word(name)).filter(|word| !known.contains(word)).map(str::to_owned).collect()
}

/// Tells types that rules compare with and that nothing can ever have: their first word is among `unserved`, which are
/// those of [`foreign_words`] that no configuration has either.
#[must_use]
pub fn unserved_types(bundle: &Bundle, unserved: &BTreeSet<String>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for module in judging(bundle) {
        for (line, name) in module.rules.iter().flat_map(types) {
            let word = first_word(name);
            if unserved.contains(word) {
                let detail = format!(
                    "{} line {line} compares with the type {name:?}; no provider at hand has types that begin with {word:?}, \
                     and no configuration of this repository has such a block, so the rule can never match.",
                    module.path
                );
                diagnostics.push(error(
                    codes::policy::POLICY_VACUOUS,
                    "Policy names an unknown type",
                    detail,
                ));
            }
        }
    }
    diagnostics
}

fn judging(bundle: &Bundle) -> impl Iterator<Item = &Module> {
    bundle.modules.iter().filter(|module| !module.is_test())
}

fn first_word(name: &str) -> &str {
    name.split('_').next().unwrap_or_default()
}

/// Texts that a rule compares a `.type` with, and their lines.
fn types(rule: &Rule) -> Vec<(usize, &str)> {
    let tokens = &rule.tokens;
    let is_type = |at: Option<usize>| {
        let at = at.and_then(|at| Some((tokens.get(at)?, tokens.get(at.checked_sub(1)?)?)));
        at.is_some_and(|(name, dot)| name.name() == Some("type") && dot.is("."))
    };
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let next = |offset: usize| tokens.get(at + offset);
        if token.is("==") && is_type(at.checked_sub(1)) {
            found.extend(next(1).and_then(|token| Some((token.line, token.text()?))));
        } else if token.is("==") {
            let (_, taken) = reference(tokens.get(at + 1..).unwrap_or(&[]));
            if taken > 0 && is_type(Some(at + taken)) {
                let before = at.checked_sub(1).and_then(|before| tokens.get(before));
                found.extend(before.and_then(|token| Some((token.line, token.text()?))));
            }
        } else if token.name() == Some("in") && is_type(at.checked_sub(1)) {
            let open = next(1).is_some_and(|token| token.is("{") || token.is("["));
            let list = tokens.iter().skip(at + 2).take_while(|token| !token.is("}") && !token.is("]"));
            found.extend(list.filter(|_| open).filter_map(|token| Some((token.line, token.text()?))));
        }
    }
    found
}

/// Paths of names read below `before` or `after`, and their lines.
fn attributes(rule: &Rule) -> Vec<(usize, Vec<&str>)> {
    let tokens = &rule.tokens;
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let dotted =
            at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|token| token.is("."));
        if !dotted || !matches!(token.name(), Some("before" | "after")) {
            continue;
        }
        let path = names_after(tokens.get(at + 1..).unwrap_or(&[]));
        if !path.is_empty() {
            found.push((token.line, path));
        }
    }
    found
}

/// Names of a reference's further steps: `.default_node_pool[0].vm_size`, `["location"]`. Elements by number or
/// variable are passed over; what begins with `$` is not an attribute.
fn names_after(tokens: &[Token]) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = tokens;
    loop {
        let name = match rest {
            [dot, name, ..] if dot.is(".") => match name.name() {
                Some(name) => {
                    rest = rest.get(2..).unwrap_or(&[]);
                    Some(name)
                }
                None => return names,
            },
            [open, inner, close, ..] if open.is("[") && close.is("]") => {
                rest = rest.get(3..).unwrap_or(&[]);
                inner.text()
            }
            _ => return names,
        };
        match name {
            Some(name) if name.starts_with('$') => return names,
            Some(name) => names.push(name),
            None => {}
        }
    }
}

fn unknown_type(
    module: &Module,
    line: usize,
    name: &str,
    known: &BTreeMap<&str, Vec<&Arc<TypeSchema>>>,
) -> Option<ordain_diag::Diagnostic> {
    let provider_known = known.keys().any(|other| first_word(other) == first_word(name));
    if known.contains_key(name) || !provider_known {
        return None;
    }
    let detail = format!(
        "{} line {line} compares with the type {name:?}, which the provider does not have, so the rule can never \
         match.{}",
        module.path,
        suggestion(name, known.keys().copied())
    );
    Some(error(codes::policy::POLICY_VACUOUS, "Policy names an unknown type", detail))
}

fn unknown_attribute(
    module: &Module,
    line: usize,
    path: &[&str],
    schemas: &[&TypeSchema],
    types: &[&str],
) -> Option<ordain_diag::Diagnostic> {
    for (at, name) in path.iter().enumerate() {
        let parent = path.get(..at).unwrap_or(&[]);
        let below: Vec<Vec<Arc<str>>> =
            schemas.iter().filter_map(|schema| schema.names_below(parent)).collect();
        if below.is_empty() || below.iter().flatten().any(|known| **known == **name) {
            if below.is_empty() {
                return None;
            }
            continue;
        }
        let whole = path.get(..=at).unwrap_or(&[]).join(".");
        let detail = format!(
            "{} line {line} reads {whole:?}, which {} does not have, so the rule can never match.{}",
            module.path,
            types.join(" or "),
            suggestion(name, below.iter().flatten().map(|known| &**known))
        );
        return Some(error(codes::policy::POLICY_VACUOUS, "Policy reads an unknown attribute", detail));
    }
    None
}

pub(crate) fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let nearest = known.map(|known| (distance(name, known), known)).min();
    match nearest {
        Some((distance, known)) if distance <= 3 => format!(" Did you mean {known:?}?"),
        _ => String::new(),
    }
}

/// Number of characters to insert, take out or replace.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = *cell;
            left = replaced.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
