//! Rules: complete values, sets, objects and functions.

use super::document::{merge, unique};
use super::gather::{Gathered, Pairs};
use super::{Flow, Machine, Outcome, Slots, stop};
use crate::error::Code;
use crate::ir::{Branch, Rule};
use crate::unknown::{Open, Seen, Truth, Unknown, Waits, is_known, kinds_of_value, same, type_of_kinds};
use crate::value::{Object, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the rules of a place have given so far.
#[derive(Default)]
struct Given {
    members: BTreeSet<Value>,
    object: Tree,
    /// Members that may be there.
    likely: Vec<(Value, Open)>,
    /// Pairs that may be there: key, value.
    pairs: Vec<(Value, Value, Open)>,
    /// Under what something deeper in the object may be there.
    vague: Option<Open>,
}

/// What the rules of a complete value gave.
#[derive(Default)]
struct Found {
    /// The value, if some rule certainly gives one.
    certain: Option<Value>,
    /// Values that may be given.
    likely: Vec<(Value, Open)>,
    /// Whether one of them certainly is.
    defined: bool,
}

/// Whether a branch gave a value.
enum Fired {
    Yes,
    No,
    Maybe(Open),
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
    /// The value that the rules of a place give; `None` if it is undefined. `whole` gets the paths at which values
    /// stand that a rule gave as a whole: nothing may be added to those.
    pub(crate) fn rules_at(&mut self, place: usize, whole: &mut Vec<Vec<Value>>) -> Outcome<Option<Value>> {
        let program = self.program;
        let rules = program.rules.get(place).map(|rules| &**rules).unwrap_or_default();
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
        if is_set {
            return Ok(Some(given.set()));
        }
        if self.program.tree.place(place).is_some_and(|place| !place.children.is_empty()) {
            leaves(&given.object, &mut Vec::new(), whole);
        }
        given.object().map(Some)
    }

    /// Whether what a branch needs of `input` is there.
    pub(super) fn may_fire(&self, branch: &Branch) -> Outcome<bool> {
        if branch.needs.is_empty() {
            return Ok(true);
        }
        let Some(input) = &self.scope()?.input else { return Ok(false) };
        if self.veiled {
            return Ok(branch.needs.iter().all(|(path, wanted)| may_be(input, path, wanted.as_ref())));
        }
        Ok(branch.needs.iter().all(|(path, wanted)| {
            let found = path.iter().try_fold(input, |at, key| at.get(key));
            found.is_some_and(|found| {
                wanted.as_ref().is_none_or(|wanted| wanted == found || holds(found, wanted))
            })
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
                machine.give(branch, slots, given)?;
                Ok(Flow::More)
            })
        })?;
        Ok(())
    }

    /// One answer of a branch that gives members or pairs.
    fn give(&mut self, branch: &Branch, slots: &mut Slots, given: &mut Given) -> Outcome<()> {
        self.made(1)?;
        if branch.path.is_empty() {
            if let Some(key) = &branch.key
                && let Some(member) = self.value(key, slots)?
            {
                if self.open.is_certain() && !self.open.is_many() {
                    given.members.insert(member);
                } else {
                    given.likely.push((member, self.open.clone()));
                }
            }
            return Ok(());
        }
        let Some(path) = self.all(&branch.path, slots)? else { return Ok(()) };
        let leaf = match &branch.key {
            Some(key) => self.value(key, slots)?,
            None => self.value(&branch.value, slots)?,
        };
        let Some(leaf) = leaf else { return Ok(()) };
        if self.veiled {
            let plain = self.open.is_certain() && !self.open.is_many() && path.iter().all(is_known);
            if !plain || (branch.key.is_none() && !is_known(&leaf)) {
                self.give_perhaps(path, leaf, branch, given);
                return Ok(());
            }
        }
        if !insert(&mut given.object, &path, leaf, branch.key.is_some()) {
            let mut fault = unique();
            fault.at = branch.at;
            return Err(fault);
        }
        Ok(())
    }

    /// A pair that may be there.
    fn give_perhaps(&mut self, path: Vec<Value>, leaf: Value, branch: &Branch, given: &mut Given) {
        let mut open = self.open.clone();
        if let [key] = path.as_slice()
            && branch.key.is_none()
        {
            given.pairs.push((key.clone(), leaf, open));
            return;
        }
        let mut seen = Seen::default();
        path.iter().for_each(|key| seen.look(key));
        seen.look(&leaf);
        if !seen.waits.is_empty() {
            open.wait(self.place, Waits::all(seen.waits));
        }
        given.vague.get_or_insert_default().join(&open);
    }

    /// The one value of rules with these operands; what comes depends on what it depends on.
    pub(crate) fn complete(
        &mut self,
        rules: &'p [Arc<Rule>],
        operands: &[Value],
        several: &str,
    ) -> Outcome<Option<Value>> {
        let mut found = Found::default();
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
            let mut before = Open::default();
            for branch in branches {
                match self.fire(branch, operands, &mut found, &before, (constant.is_some(), several))? {
                    Fired::Yes => {
                        found.defined = true;
                        break;
                    }
                    Fired::No => {}
                    Fired::Maybe(open) => before.join(&open),
                }
            }
            if found.certain.is_some() && constant.is_some() {
                return Ok(found.certain);
            }
        }
        if found.certain.is_none() && !found.defined {
            for rule in rules.iter().filter(|rule| rule.default) {
                for branch in &rule.branches {
                    let mut default = Found::default();
                    self.fire(branch, operands, &mut default, &Open::default(), (true, several))?;
                    if let Some(value) = default.certain {
                        found.defined = true;
                        if found.likely.is_empty() {
                            return Ok(Some(value));
                        }
                        found.likely.push((value, Open::default()));
                    } else {
                        found.likely.extend(default.likely);
                    }
                }
            }
        }
        Ok(self.settled(found))
    }

    /// The value among several that may be given.
    fn settled(&mut self, found: Found) -> Option<Value> {
        if found.certain.is_some() || found.likely.is_empty() {
            // Whatever else may be given is the same, or ends the evaluation.
            return found.certain;
        }
        let mut seen = Seen::default();
        for (value, open) in &found.likely {
            seen.look(value);
            seen.waits.extend(open.waits());
        }
        let waits = Waits::all(seen.waits);
        if !found.defined {
            self.wait(waits.clone());
        }
        let mut values = found.likely.into_iter().map(|(value, _)| value);
        let first = values.next()?;
        let mut bits = kinds_of_value(&first);
        let mut alike = true;
        for value in values {
            bits |= kinds_of_value(&value);
            alike &= matches!(same(&first, &value), Truth::Yes);
        }
        if alike { Some(first) } else { Some(Unknown::new(type_of_kinds(bits), waits).value()) }
    }

    /// Runs one branch; whether it gave a value. `before` is under what an earlier branch of the same rule gave one.
    fn fire(
        &mut self,
        branch: &'p Branch,
        operands: &[Value],
        found: &mut Found,
        before: &Open,
        (once, several): (bool, &str),
    ) -> Outcome<Fired> {
        let mut slots: Slots = vec![None; branch.slots];
        let (fits, args) = self.apart(|machine| {
            for (pattern, operand) in branch.args.iter().zip(operands) {
                if !machine.matches(pattern, operand, &mut slots)? {
                    return Ok(false);
                }
            }
            Ok(true)
        })?;
        if !fits {
            return Ok(Fired::No);
        }
        let (mut fired, mut maybe) = (false, Open::default());
        self.deeper(|machine| {
            machine.run(&branch.body, &mut slots, &mut |machine, slots| {
                machine.cover_head(branch);
                let Some(value) = machine.value(&branch.value, slots)? else { return Ok(Flow::More) };
                if machine.open.is_certain() && args.is_certain() {
                    fired = true;
                    if before.is_certain() {
                        if let Some(other) = &found.certain
                            && matches!(same(other, &value), Truth::No)
                        {
                            return Err(stop(Code::Conflict, branch.at, several));
                        }
                        found.certain.get_or_insert(value);
                    } else {
                        found.likely.push((value, before.clone()));
                    }
                    return Ok(if once { Flow::Enough } else { Flow::More });
                }
                let mut open = machine.open.clone();
                open.join(&args);
                maybe.join(&open);
                open.join(before);
                found.likely.push((value, open));
                Ok(Flow::More)
            })
        })?;
        Ok(match fired {
            true => Fired::Yes,
            false if maybe.is_certain() => Fired::No,
            false => Fired::Maybe(maybe),
        })
    }

    fn cover_head(&mut self, branch: &Branch) {
        if self.cover {
            self.covered.insert(branch.head_at);
        }
    }
}

impl Given {
    fn set(self) -> Value {
        if self.likely.is_empty() {
            return Value::set(self.members.into_iter().collect());
        }
        let mut all = Gathered::default();
        self.members.into_iter().for_each(|member| all.push(member, &Open::default()));
        self.likely.into_iter().for_each(|(member, open)| all.push(member, &open));
        all.set()
    }

    fn object(self) -> Outcome<Value> {
        let certain = finished(self.object);
        if self.pairs.is_empty() && self.vague.is_none() {
            return Ok(Value::Object(Arc::new(certain)));
        }
        let mut all = Pairs::default();
        certain.into_iter().for_each(|(key, value)| all.push(key, value, &Open::default()));
        self.pairs.into_iter().for_each(|(key, value, open)| all.push(key, value, &open));
        if let Some(open) = &self.vague {
            all.vague(open);
        }
        all.object(unique)
    }
}

/// Whether there may be a wanted value, or any, at a path.
fn may_be(input: &Value, path: &[Value], wanted: Option<&Value>) -> bool {
    let mut at = input;
    for key in path {
        if at.is_unknown() {
            return true;
        }
        match at.get(key) {
            Some(next) => at = next,
            None => return false,
        }
    }
    // What is a collection, or may turn out to be one, may have it as a member.
    let scalar = matches!(at, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_));
    let within = !scalar;
    wanted.is_none_or(|wanted| within || !matches!(same(wanted, at), Truth::No))
}

/// Whether a scalar is a member of a collection.
fn holds(collection: &Value, wanted: &Value) -> bool {
    if matches!(wanted, Value::Array(_)) {
        return false;
    }
    match collection {
        Value::Array(items) => items.iter().any(|item| item == wanted),
        Value::Set(set) => set.contains(wanted),
        Value::Object(object) => object.iter().any(|(_, value)| value == wanted),
        _ => false,
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

/// The paths of whole values.
fn leaves(tree: &Tree, path: &mut Vec<Value>, out: &mut Vec<Vec<Value>>) {
    for (key, node) in &tree.children {
        path.push(key.clone());
        match node {
            Node::Inner(inner) => leaves(inner, path, out),
            Node::Leaf(_) => out.push(path.clone()),
            Node::Set(_) => {}
        }
        path.pop();
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
