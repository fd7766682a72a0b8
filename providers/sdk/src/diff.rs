//! What a configuration makes of an object: the original's diff, on values.
//!
//! The rules in short. An unset argument and a zero one are the same, and then the prior value stays. An
//! unset computed argument keeps its prior value, or is unknown on creation. A removed argument is null, a
//! removed map or list empty. Elements of lists are compared one by one; sets as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_value::{Kind, Path, Type, Value};

use crate::build::{of_type, zero};
use crate::normalise::{copy_timeouts, normalise_nulls, set_unknowns};
use crate::rules::Dialect;
use crate::tree::{Fields, Node, NodeKind, TypeTree};

/// A planned object.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The object as it will be.
    pub object: Value,
    /// What forces a new object.
    pub replace: Vec<Path>,
    /// Whether anything changes.
    pub changed: bool,
}

struct Diff {
    dialect: &'static Dialect,
    creating: bool,
    replace: Vec<Path>,
    changed: bool,
}

/// Plans an object. `proposed` is the configuration over the prior object; not null.
pub fn plan(tree: &TypeTree, prior: &Value, proposed: &Value) -> Planned {
    let creating = prior.is_null();
    let mut diff = Diff { dialect: tree.dialect, creating, replace: Vec::new(), changed: creating };
    let object = diff.object(&tree.fields, prior, proposed, &Path::root(), false);
    if !diff.changed {
        return Planned { object: prior.clone(), replace: Vec::new(), changed: false };
    }
    let object = finish(tree, object, proposed, creating);
    if !creating && equivalent(prior, &object) {
        return Planned { object: prior.clone(), replace: Vec::new(), changed: false };
    }
    Planned { object, replace: diff.replace, changed: true }
}

/// Whether two values differ at most in zero values that stand for null.
fn equivalent(a: &Value, b: &Value) -> bool {
    if a == b {
        return true;
    }
    if !a.is_known() || !b.is_known() {
        return a.is_known() == b.is_known();
    }
    match (is_zero(a), is_zero(b)) {
        (false, false) => {}
        (a, b) => return a == b,
    }
    match (a.kind(), b.kind()) {
        (Kind::Set(_, a), Kind::Set(_, b)) => {
            let within = |one: &[Value], other: &[Value]| {
                one.iter().all(|item| other.iter().any(|like| equivalent(item, like)))
            };
            a.len() == b.len() && within(a, b) && within(b, a)
        }
        (Kind::List(_, a), Kind::List(_, b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equivalent(a, b))
        }
        (Kind::Map(_, a), Kind::Map(_, b)) | (Kind::Object(a), Kind::Object(b)) => {
            let like = |(name, a): (&Arc<str>, &Value)| b.get(name).is_some_and(|b| equivalent(a, b));
            a.len() == b.len() && a.iter().all(like)
        }
        _ => a == b,
    }
}

fn is_zero(value: &Value) -> bool {
    match value.kind() {
        Kind::Null(_) => true,
        Kind::Bool(flag) => !flag,
        Kind::String(text) => text.is_empty(),
        Kind::Number(_) => *value == Value::number(0),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => items.is_empty(),
        Kind::Map(_, members) | Kind::Object(members) => members.is_empty(),
        Kind::Unknown(_) => false,
    }
}

/// The last steps of every plan.
pub fn finish(tree: &TypeTree, object: Value, proposed: &Value, creating: bool) -> Value {
    let object = copy_timeouts(normalise_nulls(object, proposed, false), proposed);
    if creating { set_unknowns(object, &tree.fields) } else { object }
}

impl Diff {
    fn object(&mut self, fields: &Fields, prior: &Value, proposed: &Value, path: &Path, all: bool) -> Value {
        let members: BTreeMap<Arc<str>, Value> = fields
            .iter()
            .map(|(name, node)| {
                let null = Value::null(node.ty());
                let old = prior.get(name).unwrap_or(&null);
                let new = proposed.get(name).unwrap_or(&null);
                let path = path.attr(name.clone());
                let value = match &node.kind {
                    NodeKind::Timeouts(_) => new.clone(),
                    // What is only written is no part of what is known of an object.
                    NodeKind::Leaf(ty) if node.flags.write_only => Value::null(ty.clone()),
                    NodeKind::Leaf(_) if &**name == "id" && path.0.len() == 1 => self.id(old),
                    NodeKind::Leaf(ty) => self.leaf(node, ty, old, new, &path, all),
                    NodeKind::Blocks { set, fields, object } => {
                        if *set {
                            self.block_set(node, fields, object, old, new, &path)
                        } else {
                            self.block_list(node, fields, object, old, new, &path)
                        }
                    }
                };
                (name.clone(), value)
            })
            .collect();
        Value::object(members)
    }

    fn id(&self, old: &Value) -> Value {
        if self.creating { Value::unknown(Type::String) } else { old.clone() }
    }

    fn touch(&mut self, force_new: bool, path: &Path) {
        self.changed = true;
        if force_new && !self.creating {
            self.replace.push(path.clone());
        }
    }

    fn leaf(&mut self, node: &Node, ty: &Type, old: &Value, new: &Value, path: &Path, all: bool) -> Value {
        match ty {
            Type::Bool | Type::Number | Type::String => self.primitive(node, ty, old, new, path, all),
            _ => self.collection(node, ty, old, new, path),
        }
    }

    fn primitive(
        &mut self,
        node: &Node,
        ty: &Type,
        old: &Value,
        new: &Value,
        path: &Path,
        all: bool,
    ) -> Value {
        if !new.is_known() {
            self.touch(node.rule.force_new, path);
            return Value::unknown(ty.clone());
        }
        let wanted = wanted(self.dialect, node, ty, new);
        let had = (!old.is_null()).then(|| old.clone());
        // Texts cannot tell unset from empty; numbers and bools can, unless they had a value before.
        let plain = |value: Option<Value>| value.or_else(|| (*ty == Type::String).then(|| zero(ty)));
        let effective = match (&wanted, &had) {
            (None, Some(_)) => Some(zero(ty)),
            _ => wanted.clone(),
        };
        let blank = |value: &Option<Value>| value.as_ref().is_none_or(|value| value.as_str() == Some(""));
        if plain(effective) == plain(had.clone()) && !all {
            if !blank(&had) || !self.creating || !node.is_computed() {
                return old.clone();
            }
            return Value::unknown(ty.clone());
        }
        if wanted.is_none() && had.is_some() && !all {
            if node.is_computed() {
                return old.clone();
            }
            self.touch(node.rule.force_new, path);
            return Value::null(ty.clone());
        }
        if let (Some(rule), Some(before), Some(after)) =
            (&node.rule.suppress, old.as_str(), wanted.as_ref().and_then(Value::as_str))
            && (self.dialect.suppress)(rule, before, after)
        {
            return old.clone();
        }
        if node.is_computed() && blank(&wanted) {
            if !blank(&had) {
                return old.clone();
            }
            self.touch(node.rule.force_new, path);
            return Value::unknown(ty.clone());
        }
        self.touch(node.rule.force_new && had != wanted, path);
        // In elements of sets every unset text is an empty one.
        let unset = if all && *ty == Type::String { zero(ty) } else { Value::null(ty.clone()) };
        wanted.unwrap_or(unset)
    }

    fn collection(&mut self, node: &Node, ty: &Type, old: &Value, new: &Value, path: &Path) -> Value {
        if !new.is_known() {
            self.touch(node.rule.force_new, path);
            return Value::unknown(ty.clone());
        }
        let empty = |value: &Value| value.parts().next().is_none();
        if empty(new) {
            if node.is_computed() {
                if !old.is_null() {
                    return old.clone();
                }
                self.changed = true;
                return Value::unknown(ty.clone());
            }
            if empty(old) {
                return old.clone();
            }
            self.touch(node.rule.force_new, path);
            return zero(ty);
        }
        if new == old {
            return old.clone();
        }
        if let Some(kept) = self.kept_members(node, old, new) {
            if kept == *old {
                return kept;
            }
            self.touch(node.rule.force_new, path);
            return kept;
        }
        self.touch(node.rule.force_new, path);
        // Only lists can hold single unknown elements.
        if matches!(ty, Type::Set(_) | Type::Map(_)) && !new.is_wholly_known() {
            return Value::unknown(ty.clone());
        }
        new.clone()
    }

    /// A map whose members keep their old texts where a rule says that old and new count as one.
    fn kept_members(&self, node: &Node, old: &Value, new: &Value) -> Option<Value> {
        let rule = node.rule.suppress.as_ref()?;
        let (Type::Map(element), true) = (new.ty(), new.is_wholly_known()) else { return None };
        let members = new.as_members()?.iter().map(|(key, wanted)| {
            let had = old.get(key).filter(|had| match (had.as_str(), wanted.as_str()) {
                (Some(had), Some(wanted)) => (self.dialect.suppress)(rule, had, wanted),
                _ => false,
            });
            (key.clone(), had.unwrap_or(wanted).clone())
        });
        Some(Value::map((*element).clone(), members))
    }

    fn block_list(
        &mut self,
        node: &Node,
        fields: &Fields,
        object: &Type,
        old: &Value,
        new: &Value,
        path: &Path,
    ) -> Value {
        if !new.is_known() {
            self.touch(node.rule.force_new, path);
            return Value::unknown(node.ty());
        }
        let wanted = new.as_items().unwrap_or_default();
        let had = old.as_items().unwrap_or_default();
        if wanted.is_empty() && node.is_computed() {
            if !old.is_null() {
                return old.clone();
            }
            self.changed = true;
            return Value::unknown(node.ty());
        }
        if wanted.len() != had.len() {
            self.touch(node.rule.force_new, path);
        }
        let null = Value::null(object.clone());
        let mut items = Vec::with_capacity(wanted.len());
        for at in 0..wanted.len().max(had.len()) {
            let path = path.index(i64::try_from(at).unwrap_or(i64::MAX));
            match wanted.get(at) {
                Some(item) => {
                    items.push(self.object(fields, had.get(at).unwrap_or(&null), item, &path, false));
                }
                None => self.removed(fields, had.get(at).unwrap_or(&null), &path),
            }
        }
        Value::list(object.clone(), items)
    }

    /// A block that is no longer there: arguments that force a new object do so.
    fn removed(&mut self, fields: &Fields, old: &Value, path: &Path) {
        for (name, node) in fields {
            let Some(value) = old.get(name) else { continue };
            let path = path.attr(name.clone());
            match &node.kind {
                NodeKind::Leaf(ty) => {
                    let null = Value::null(ty.clone());
                    // What has the default already does not change when its block goes.
                    let blank = value.is_null()
                        || *value == zero(ty) && !matches!(ty, Type::Bool | Type::Number)
                        || wanted(self.dialect, node, ty, &null).as_ref() == Some(value);
                    if node.rule.force_new && !blank && !node.is_computed() {
                        self.touch(true, &path);
                    }
                }
                NodeKind::Blocks { fields, .. } => {
                    let items = value.as_items().unwrap_or_default();
                    if !items.is_empty() && !node.is_computed() {
                        self.touch(node.rule.force_new, &path);
                    }
                    for (at, item) in items.iter().enumerate() {
                        self.removed(fields, item, &path.index(i64::try_from(at).unwrap_or(i64::MAX)));
                    }
                }
                NodeKind::Timeouts(_) => {}
            }
        }
    }

    fn block_set(
        &mut self,
        node: &Node,
        fields: &Fields,
        object: &Type,
        old: &Value,
        new: &Value,
        path: &Path,
    ) -> Value {
        if !new.is_wholly_known() {
            self.touch(node.rule.force_new, path);
            return Value::unknown(node.ty());
        }
        let wanted = new.as_items().unwrap_or_default();
        if wanted.is_empty() && node.is_computed() && !old.is_null() {
            return old.clone();
        }
        let null = Value::null(object.clone());
        let mut inner = Diff { dialect: self.dialect, creating: true, replace: Vec::new(), changed: false };
        let items = wanted.iter().map(|item| inner.object(fields, &null, item, path, true));
        let planned = Value::set(object.clone(), items.collect::<Vec<_>>());
        let as_set = |value: &Value| {
            let items = value.as_items().unwrap_or_default();
            Value::set(object.clone(), items.iter().map(|item| of_type(object, &crate::build::to_json(item))))
        };
        if as_set(&planned) == as_set(old) && !old.is_null() {
            return old.clone();
        }
        if !(wanted.is_empty() && old.as_items().unwrap_or_default().is_empty()) {
            self.touch(node.rule.force_new, path);
        }
        planned
    }
}

/// What is configured for an argument, its default and its rewriting rule applied.
fn wanted(dialect: &Dialect, node: &Node, ty: &Type, new: &Value) -> Option<Value> {
    let value = match (new.is_null(), &node.rule.default) {
        (true, Some(default)) => of_type(ty, default),
        (true, None) => return None,
        (false, _) => new.clone(),
    };
    match (&node.rule.normalise, value.as_str()) {
        (Some(rule), Some(text)) => Some(Value::string((dialect.normalise)(rule, text))),
        _ => Some(value),
    }
}
