//! Rules: complete values, sets, objects and functions.

use super::document::{merge, unique};
use super::{Flow, Machine, Outcome, Slots, stop};
use crate::error::Code;
use crate::ir::{Branch, Rule};
use crate::value::{Object, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the rules of a place have given so far.
#[derive(Default)]
struct Given {
    members: BTreeSet<Value>,
    object: Tree,
}

/// An object that is being put together; leaves are whole values or growing sets.
#[derive(Default)]
struct Tree {
    children: BTreeMap<Value, Node>,
}

enum Node {
    Inner(Tree),
    Leaf(Value),
    Set(BTreeSet<Value>),
}

impl<'p> Machine<'p> {
    /// The value that the rules of a place give; `None` if it is undefined.
    pub(crate) fn rules_at(&mut self, place: usize) -> Outcome<Option<Value>> {
        let program = self.program;
        let rules = program.rules.get(place).map(Vec::as_slice).unwrap_or_default();
        let partial = rules.iter().filter_map(|rule| rule.branches.first());
        let is_set = partial.clone().any(|branch| branch.key.is_some() && branch.path.is_empty());
        let is_object = partial.clone().any(|branch| !branch.path.is_empty());
        if !is_set && !is_object {
            return self.complete(rules, &[], "complete rules must not produce multiple outputs");
        }
        let mut given = Given::default();
        for rule in rules {
            if let Some(branch) = rule.branches.first() {
                self.partial(branch, &mut given)?;
            }
        }
        Ok(Some(if is_set {
            Value::set(given.members.into_iter().collect())
        } else {
            Value::Object(Arc::new(finished(given.object)))
        }))
    }

    /// Whether what a branch needs of `input` is there.
    fn may_fire(&self, branch: &Branch) -> Outcome<bool> {
        if branch.needs.is_empty() {
            return Ok(true);
        }
        let Some(input) = &self.scope()?.input else { return Ok(false) };
        Ok(branch.needs.iter().all(|(path, wanted)| {
            let found = path.iter().try_fold(input, |at, key| at.get(key));
            found.is_some_and(|found| wanted.as_ref().is_none_or(|wanted| wanted == found))
        }))
    }

    fn partial(&mut self, branch: &'p Branch, given: &mut Given) -> Outcome<()> {
        if !self.may_fire(branch)? {
            return Ok(());
        }
        let mut slots: Slots = vec![None; branch.slots];
        self.deeper(|machine| {
            machine.run(&branch.body, &mut slots, &mut |machine, slots| {
                machine.cover_head(branch);
                if branch.path.is_empty() {
                    if let Some(key) = &branch.key
                        && let Some(member) = machine.value(key, slots)?
                    {
                        given.members.insert(member);
                    }
                    return Ok(Flow::More);
                }
                let Some(path) = machine.all(&branch.path, slots)? else { return Ok(Flow::More) };
                let leaf = match &branch.key {
                    Some(key) => machine.value(key, slots)?,
                    None => machine.value(&branch.value, slots)?,
                };
                if let Some(leaf) = leaf
                    && !insert(&mut given.object, &path, leaf, branch.key.is_some())
                {
                    let mut fault = unique();
                    fault.at = branch.at;
                    return Err(fault);
                }
                Ok(Flow::More)
            })
        })?;
        Ok(())
    }

    /// The one value of rules with these operands.
    pub(crate) fn complete(
        &mut self,
        rules: &'p [Arc<Rule>],
        operands: &[Value],
        several: &str,
    ) -> Outcome<Option<Value>> {
        let mut found: Option<Value> = None;
        let mut begun: Vec<Vec<&'p Branch>> = Vec::new();
        for rule in rules.iter().filter(|rule| !rule.default) {
            let mut branches = Vec::new();
            for branch in &rule.branches {
                if self.may_fire(branch)? {
                    branches.push(branch);
                }
            }
            begun.push(branches);
        }
        let constant = same_constant(begun.iter().flatten().copied());
        for branches in begun {
            for branch in branches {
                let fired = self.fire(branch, operands, &mut found, constant.is_some(), several)?;
                if fired {
                    break;
                }
            }
            if found.is_some() && constant.is_some() {
                return Ok(found);
            }
        }
        if found.is_none() {
            for rule in rules.iter().filter(|rule| rule.default) {
                for branch in &rule.branches {
                    self.fire(branch, operands, &mut found, true, several)?;
                }
            }
        }
        Ok(found)
    }

    /// Runs one branch; whether it gave a value.
    fn fire(
        &mut self,
        branch: &'p Branch,
        operands: &[Value],
        found: &mut Option<Value>,
        once: bool,
        several: &str,
    ) -> Outcome<bool> {
        let mut slots: Slots = vec![None; branch.slots];
        for (pattern, operand) in branch.args.iter().zip(operands) {
            if !self.matches(pattern, operand, &mut slots)? {
                return Ok(false);
            }
        }
        let mut fired = false;
        self.deeper(|machine| {
            machine.run(&branch.body, &mut slots, &mut |machine, slots| {
                machine.cover_head(branch);
                let Some(value) = machine.value(&branch.value, slots)? else { return Ok(Flow::More) };
                fired = true;
                if found.as_ref().is_some_and(|before| *before != value) {
                    return Err(stop(Code::Conflict, branch.at, several));
                }
                *found = Some(value);
                Ok(if once { Flow::Enough } else { Flow::More })
            })
        })?;
        Ok(fired)
    }

    fn cover_head(&mut self, branch: &Branch) {
        if self.cover {
            self.covered.insert(branch.head_at);
        }
    }
}

/// The value that all rules of a place give, if it is one constant: then the first answer is enough.
fn same_constant<'b>(begun: impl Iterator<Item = &'b Branch>) -> Option<&'b Value> {
    let mut same: Option<&Value> = None;
    for branch in begun {
        let value = branch.constant.as_ref()?;
        if same.is_some_and(|same| same != value) {
            return None;
        }
        same = Some(value);
    }
    same
}

/// Puts a leaf in; `false` if something else stands there.
fn insert(tree: &mut Tree, path: &[Value], leaf: Value, member: bool) -> bool {
    let Some((key, rest)) = path.split_first() else { return false };
    if rest.is_empty() {
        return insert_leaf(tree, key, leaf, member);
    }
    match tree.children.get_mut(key) {
        Some(Node::Inner(inner)) => insert(inner, rest, leaf, member),
        Some(Node::Leaf(_) | Node::Set(_)) => false,
        None => {
            let mut inner = Tree::default();
            let fits = insert(&mut inner, rest, leaf, member);
            tree.children.insert(key.clone(), Node::Inner(inner));
            fits
        }
    }
}

fn insert_leaf(tree: &mut Tree, key: &Value, leaf: Value, member: bool) -> bool {
    match tree.children.get_mut(key) {
        None => {
            let node = if member { Node::Set(BTreeSet::from([leaf])) } else { Node::Leaf(leaf) };
            tree.children.insert(key.clone(), node);
            true
        }
        Some(Node::Set(members)) if member => {
            members.insert(leaf);
            true
        }
        Some(Node::Leaf(before)) if !member => *before == leaf,
        Some(Node::Inner(inner)) if !member => {
            // An object as a whole where single keys stand: all must agree.
            let whole = Value::Object(Arc::new(finished(std::mem::take(inner))));
            match merge(&whole, &leaf) {
                Some(merged) if merged == whole || merged == leaf => {
                    tree.children.insert(key.clone(), Node::Leaf(merged));
                    true
                }
                _ => false,
            }
        }
        Some(_) => false,
    }
}

fn finished(tree: Tree) -> Object {
    tree.children
        .into_iter()
        .map(|(key, node)| {
            let value = match node {
                Node::Inner(inner) => Value::Object(Arc::new(finished(inner))),
                Node::Leaf(value) => value,
                Node::Set(members) => Value::set(members.into_iter().collect()),
            };
            (key, value)
        })
        .collect()
}
