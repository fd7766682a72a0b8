//! Sets of field paths, in the form that managed fields have on the wire.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A set of paths as a tree. Elements are spelled as on the wire: `f:name`, `k:{"name":"a"}`, `v:"x"`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Set {
    /// The path to here is in the set.
    pub member: bool,
    pub children: BTreeMap<String, Set>,
}

impl Set {
    /// Reads `fieldsV1`.
    pub fn read(value: &Value) -> Set {
        let mut out = Set::default();
        for (element, inner) in crate::json::pairs(value) {
            if element == "." {
                out.member = true;
                continue;
            }
            let mut child = Set::read(inner);
            if child.children.is_empty() {
                child.member = true;
            }
            out.children.insert(element.clone(), child);
        }
        out
    }

    /// Writes `fieldsV1`.
    pub fn write(&self) -> Value {
        let mut out = Map::new();
        for (element, child) in &self.children {
            let mut inner = child.write();
            if child.member && !child.children.is_empty() {
                crate::json::set(&mut inner, ".", Map::new());
            }
            out.insert(element.clone(), inner);
        }
        Value::Object(out)
    }

    pub fn is_empty(&self) -> bool {
        !self.member && self.children.values().all(Set::is_empty)
    }

    pub fn insert(&mut self, path: &[String]) {
        match path.split_first() {
            None => self.member = true,
            Some((head, rest)) => self.children.entry(head.clone()).or_default().insert(rest),
        }
    }

    pub fn union(&mut self, other: &Set) {
        self.member |= other.member;
        for (element, child) in &other.children {
            self.children.entry(element.clone()).or_default().union(child);
        }
    }

    /// Takes out what is in `other`.
    pub fn subtract(&mut self, other: &Set) {
        if other.member {
            self.member = false;
        }
        for (element, child) in &other.children {
            if let Some(own) = self.children.get_mut(element) {
                own.subtract(child);
            }
        }
        self.children.retain(|_, c| !c.is_empty());
    }

    /// What both have.
    pub fn intersection(&self, other: &Set) -> Set {
        let mut out = Set { member: self.member && other.member, children: BTreeMap::new() };
        for (element, child) in &self.children {
            if let Some(theirs) = other.children.get(element) {
                let both = child.intersection(theirs);
                if !both.is_empty() {
                    out.children.insert(element.clone(), both);
                }
            }
        }
        out
    }

    /// Removes a path with everything below it.
    pub fn cut(&mut self, path: &[&str]) {
        match path {
            [] => {}
            [last] => drop(self.children.remove(*last)),
            [head, rest @ ..] => {
                if let Some(child) = self.children.get_mut(*head) {
                    child.cut(rest);
                    if child.is_empty() {
                        self.children.remove(*head);
                    }
                }
            }
        }
    }

    /// All paths, as messages show them: `.spec.containers[name="a"].image`.
    pub fn paths(&self) -> Vec<String> {
        let mut out = Vec::new();
        self.collect(String::new(), &mut out);
        out
    }

    fn collect(&self, at: String, out: &mut Vec<String>) {
        if self.member {
            out.push(at.clone());
        }
        for (element, child) in &self.children {
            child.collect(format!("{at}{}", shown(element)), out);
        }
    }
}

/// One element as messages show it.
pub(crate) fn shown(element: &str) -> String {
    match element.split_at_checked(2) {
        Some(("f:", name)) => format!(".{name}"),
        Some(("k:", keys)) => {
            let keys: Value = serde_json::from_str(keys).unwrap_or(Value::Null);
            let list: Vec<String> = crate::json::pairs(&keys).map(|(k, v)| format!("{k}={v}")).collect();
            format!("[{}]", list.join(","))
        }
        Some(("v:", value)) => format!("[={value}]"),
        _ => format!(".{element}"),
    }
}
