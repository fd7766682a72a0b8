//! The rules by their place under `data`, and the conflicts between them.

use super::{Compiler, RuleKey, resolve};
use crate::ast::{Node, Rule, Span, Term};
use crate::error::{Code, Error};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A place under `data`; number 0 is `data` itself.
#[derive(Debug, Default, Clone)]
pub(crate) struct Place {
    pub(crate) children: BTreeMap<Value, usize>,
    pub(crate) rules: Vec<RuleKey>,
    pub(crate) path: Vec<Value>,
}

/// All places that rules or packages make.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tree {
    pub(crate) places: Vec<Place>,
}

impl Tree {
    pub(crate) fn new() -> Self {
        Self { places: vec![Place { path: vec![Value::from("data")], ..Place::default() }] }
    }

    /// The place of a path that begins with `data`, made if it is missing.
    pub(crate) fn make(&mut self, path: &[Value]) -> usize {
        let mut at = 0;
        for key in path.iter().skip(1) {
            at = match self.child(at, key) {
                Some(child) => child,
                None => self.add(at, key),
            };
        }
        at
    }

    fn add(&mut self, parent: usize, key: &Value) -> usize {
        let new = self.places.len();
        let mut path = Vec::new();
        if let Some(place) = self.places.get_mut(parent) {
            place.children.insert(key.clone(), new);
            path.clone_from(&place.path);
        }
        path.push(key.clone());
        self.places.push(Place { path, ..Place::default() });
        new
    }

    pub(crate) fn place(&self, at: usize) -> Option<&Place> {
        self.places.get(at)
    }

    pub(crate) fn child(&self, at: usize, key: &Value) -> Option<usize> {
        self.places.get(at)?.children.get(key).copied()
    }

    /// The place of a path that begins with `data`.
    pub(crate) fn find(&self, path: &[Value]) -> Option<usize> {
        path.iter().skip(1).try_fold(0, |at, key| self.child(at, key))
    }

    /// All rules at a place and below.
    pub(crate) fn below(&self, at: usize, out: &mut BTreeSet<RuleKey>) {
        let mut open = vec![at];
        while let Some(place) = open.pop().and_then(|at| self.places.get(at)) {
            out.extend(place.rules.iter().copied());
            open.extend(place.children.values().copied());
        }
    }

    /// Rules that a reference may mean; `path` is `None` where a part is not known.
    pub(crate) fn meant(&self, path: &[Option<Value>], out: &mut BTreeSet<RuleKey>) {
        let mut open = vec![(0_usize, 1_usize)];
        while let Some((at, depth)) = open.pop() {
            let Some(place) = self.places.get(at) else { continue };
            if depth > 1 {
                out.extend(place.rules.iter().copied());
            }
            match path.get(depth) {
                None => self.below(at, out),
                Some(Some(key)) => open.extend(place.children.get(key).map(|child| (*child, depth + 1))),
                Some(None) => open.extend(place.children.values().map(|child| (*child, depth + 1))),
            }
        }
    }
}

/// The part of a rule's path that does not depend on its body, with its package before it.
pub(crate) fn ground_path(package: &[Value], rule: &Rule) -> Vec<Value> {
    let name = rule.head.path.first().and_then(Term::as_var).map(|name| Value::from(&**name));
    let rest = rule.head.path.iter().skip(1).map_while(|part| part.as_constant().cloned());
    package.iter().cloned().chain(name).chain(rest).collect()
}

/// Whether no part of a rule's path depends on its body.
pub(crate) fn is_ground(rule: &Rule) -> bool {
    rule.head.path.iter().skip(1).all(|part| part.as_constant().is_some())
}

impl Compiler {
    /// Puts all rules in the tree.
    pub(crate) fn plant(&mut self) {
        for (module, file) in self.modules.iter().enumerate() {
            let package = self.tree.make(&file.package);
            self.packages.insert(package);
            for (number, rule) in file.rules.iter().enumerate() {
                let at = self.tree.make(&ground_path(&file.package, rule));
                if let Some(place) = self.tree.places.get_mut(at) {
                    place.rules.push(RuleKey { module, rule: number });
                }
            }
        }
    }

    /// Finds rules that cannot stand where they do: those beside other rules and data before those beside packages.
    pub(crate) fn check_places(&mut self, data: &Value) -> Result<(), Vec<Error>> {
        self.check_conflicts();
        self.check_data_conflicts(data);
        let mut faults = self.settled().err().unwrap_or_default();
        self.check_package_conflicts();
        faults.extend(self.settled().err().unwrap_or_default());
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn check_conflicts(&mut self) {
        let mut faults = Vec::new();
        let mut open = vec![0];
        while let Some(at) = open.pop() {
            let Some(place) = self.tree.place(at) else { continue };
            open.extend(place.children.values().rev().copied());
            if let Some(fault) = self.conflict_at(at) {
                let first = place.rules.first().and_then(|key| self.rule(*key));
                faults.push((first.map(|rule| rule.at).unwrap_or_default(), fault));
            } else {
                faults.extend(self.defaults_at(place));
            }
        }
        for (at, message) in faults {
            self.fail(Code::Type, at, message);
        }
    }

    fn conflict_at(&self, at: usize) -> Option<String> {
        let place = self.tree.place(at)?;
        let rules: Vec<&Rule> = place.rules.iter().filter_map(|key| self.rule(*key)).collect();
        if rules.is_empty() {
            return None;
        }
        let name = place.rules.last().map(|key| self.full_name(*key)).unwrap_or_default();
        let below = self.conflicting_below(at, &rules);
        if !below.is_empty() {
            return Some(format!("rule {name} conflicts with:\n{}", below.join("\n")));
        }
        let count = |test: &dyn Fn(&Rule) -> bool| rules.iter().filter(|rule| test(rule)).count();
        let sets = count(&|rule| rule.is_set());
        let complete = count(&|rule| !rule.is_set() && is_ground(rule));
        let ground_sets = count(&|rule| rule.is_set() && is_ground(rule));
        let arity = rules.first().map(|rule| rule.head.args.len());
        let mixed_arities = rules.iter().any(|rule| Some(rule.head.args.len()) != arity);
        let mixed_kinds = sets > 0 && sets < rules.len();
        let mixed_shapes = complete > 0 && complete < rules.len();
        let mixed_sets = ground_sets > 0 && ground_sets < sets;
        let mixed = mixed_kinds || mixed_arities || mixed_shapes || mixed_sets;
        mixed.then(|| format!("conflicting rules {name} found"))
    }

    /// More than one default of the rules at a place.
    fn defaults_at(&self, place: &Place) -> Option<(Span, String)> {
        let default = |key: &&RuleKey| self.rule(**key).is_some_and(|rule| rule.default);
        let keys: Vec<&RuleKey> = place.rules.iter().filter(default).collect();
        let (first, _) = keys.split_first().filter(|(_, others)| !others.is_empty())?;
        let file = self.modules.get(first.module)?;
        let name = place.rules.last().map(|key| self.full_name(*key)).unwrap_or_default();
        let places = keys.iter().filter_map(|key| self.rule(**key)).map(|rule| self.place_of(rule.at));
        let places = places.collect::<Vec<_>>().join(", ");
        Some((file.package_at, format!("multiple default rules {name} found at {places}")))
    }

    /// Rules below a place that its own rules leave no room for.
    fn conflicting_below(&self, at: usize, rules: &[&Rule]) -> Vec<String> {
        let mut keys = BTreeSet::new();
        for child in self.tree.place(at).into_iter().flat_map(|place| place.children.values()) {
            self.tree.below(*child, &mut keys);
        }
        let closed = rules.iter().any(|rule| is_ground(rule));
        keys.into_iter()
            .filter_map(|key| Some((key, self.rule(key)?)))
            .filter(|(_, rule)| closed || !rule.head.args.is_empty())
            .map(|(key, rule)| format!("  rule {} at {}", self.full_name(key), self.place_of(rule.at)))
            .collect()
    }

    /// The path of a rule with all its parts, as it was written.
    fn full_name(&self, key: RuleKey) -> String {
        let (Some(file), Some(rule)) = (self.modules.get(key.module), self.rule(key)) else {
            return String::new();
        };
        let name = rule.head.path.first().and_then(Term::as_var);
        let mut path = resolve::package_path(&file.package, rule.at);
        path.extend(name.map(|name| Term::constant(&**name, rule.at)));
        for part in rule.head.path.iter().skip(1) {
            let written = part.as_var().and_then(|name| self.rewritten.get(name));
            path.push(written.map_or_else(|| part.clone(), |name| Term::var(name.clone(), part.at)));
        }
        crate::print::term(&Term::new(Node::Ref(path.into()), rule.at))
    }

    fn check_package_conflicts(&mut self) {
        let mut faults = Vec::new();
        for file in &self.modules {
            for rule in file.rules.iter().filter(|rule| is_ground(rule)) {
                let path = ground_path(&file.package, rule);
                let Some(at) = self.tree.find(&path) else { continue };
                if self.packages.contains(&at) && path != file.package {
                    let package = crate::print::path(path.get(1..).unwrap_or_default());
                    let name = crate::print::path(path.get(file.package.len()..).unwrap_or_default());
                    let place = self.place_of(rule.at);
                    let message = format!("package {package} conflicts with rule {name} defined at {place}");
                    faults.push((file.package_at, message));
                }
            }
        }
        for (at, message) in faults {
            self.fail(Code::Type, at, message);
        }
    }
}
