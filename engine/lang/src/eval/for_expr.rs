//! `for` expressions.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use ordain_value::{Kind, Marks, Members, Type, Value, convert};

use super::evaluator::Evaluator;
use crate::ast::{Expr, ForExpr, Ident};

const CONDITION: &str = "Invalid 'for' condition";
const KEY: &str = "Invalid object key";

/// After so many errors in one loop the rest is the same error again.
pub(super) const MOST_ERRORS: usize = 10;

/// What a loop has gathered.
#[derive(Default)]
struct Gathered {
    items: Vec<Value>,
    members: BTreeMap<Arc<str>, Value>,
    groups: BTreeMap<Arc<str>, Vec<Value>>,
    marks: Marks,
    unknown: bool,
}

fn untyped(value: &Value) -> bool {
    matches!(value.kind(), Kind::Unknown(unknown) if unknown.ty == Type::Dynamic)
}

impl Evaluator<'_> {
    /// Keys and elements of what a loop goes through; `None` when they are unknown or there are none,
    /// which was reported.
    pub(super) fn iterate(
        &mut self,
        expr: &Expr,
        source: &Expr,
        collection: &Value,
    ) -> Option<Vec<(Value, Value)>> {
        let numbered = |items: &[Value]| {
            let key = |at: usize| Value::number(ordain_value::Number::from_u64(at as u64));
            items.iter().enumerate().map(|(at, item)| (key(at), item.clone())).collect()
        };
        let named = |members: &Members| {
            let key = |name: &Arc<str>| Value::from_kind(Kind::String(name.clone()));
            members.iter().map(|(name, value)| (key(name), value.clone())).collect()
        };
        match collection.kind() {
            Kind::Null(_) => {
                let detail = "A 'for' expression cannot go through null.";
                self.error_in(expr, source, source.span, "Iteration over null value", detail);
                None
            }
            Kind::List(_, items) | Kind::Tuple(items) => Some(numbered(items)),
            Kind::Set(_, items) => Some(items.iter().map(|item| (item.clone(), item.clone())).collect()),
            Kind::Map(_, members) | Kind::Object(members) => Some(named(members)),
            Kind::Unknown(unknown) if !unknown.ty.is_primitive() => None,
            _ => {
                let detail = format!(
                    "A 'for' expression cannot go through a value of type {}.",
                    collection.ty().friendly()
                );
                self.error_in(expr, source, source.span, "Iteration over non-iterable value", detail);
                None
            }
        }
    }

    /// Binds the variables of a loop; gives what [`Evaluator::unbind`] needs.
    pub(super) fn bind(&mut self, key_name: Option<&Ident>, name: &Ident, key: Value, value: Value) -> usize {
        let before = self.names.len();
        if let Some(key_name) = key_name {
            self.names.push((key_name.text.clone(), key));
        }
        self.names.push((name.text.clone(), value));
        before
    }

    /// Forgets the variables of a loop.
    pub(super) fn unbind(&mut self, before: usize) {
        self.names.truncate(before);
    }

    pub(super) fn for_expr(&mut self, expr: &Expr, parts: &ForExpr) -> Value {
        let (collection, marks) = self.value(&parts.collection).unmark();
        let unknown = Value::unknown(Type::Dynamic);
        let before = self.errors();
        let elements = self.iterate(expr, &parts.collection, &collection);
        let certain = elements.is_some() || matches!(collection.kind(), Kind::Unknown(_));
        if let Some(condition) = parts.condition.as_ref().filter(|_| certain && self.errors() == before)
            && !untyped(&collection)
            && !self.condition_has_type(expr, parts, condition)
        {
            return unknown;
        }
        let Some(elements) = elements else { return unknown.with_marks(marks) };
        let mut gathered = Gathered { marks, ..Gathered::default() };
        for (key, element) in elements {
            let bound = self.bind(parts.key.as_ref(), &parts.value, key, element);
            self.one(expr, parts, &mut gathered);
            self.unbind(bound);
            if self.errors() > before + MOST_ERRORS {
                break;
            }
        }
        let marks = gathered.marks;
        let value = if gathered.unknown {
            unknown
        } else if parts.key_expr.is_none() {
            Value::tuple(gathered.items)
        } else if parts.group {
            Value::object(gathered.groups.into_iter().map(|(name, items)| (name, Value::tuple(items))))
        } else {
            Value::object(gathered.members)
        };
        value.with_marks(marks)
    }

    /// Whether the condition can be true or false at all, tried with unknown variables.
    fn condition_has_type(&mut self, expr: &Expr, parts: &ForExpr, condition: &Expr) -> bool {
        let unknown = || Value::unknown(Type::Dynamic);
        let before = self.errors();
        let bound = self.bind(parts.key.as_ref(), &parts.value, unknown(), unknown());
        let value = self.value(condition);
        if value.is_null() {
            let detail = "The value of the 'if' clause is null.";
            self.error_in(expr, condition, condition.span, "Condition is null", detail);
        } else {
            self.truth(expr, condition, value);
        }
        self.unbind(bound);
        self.errors() == before
    }

    /// A condition's value as a bool, reported if it is none.
    fn truth(&mut self, expr: &Expr, condition: &Expr, value: Value) -> Option<Value> {
        if value.is_null() {
            let detail = "The value of the 'if' clause is null.";
            self.error_in(expr, condition, condition.span, CONDITION, detail);
            return None;
        }
        match convert(value, &Type::Bool) {
            Ok(value) => Some(value),
            Err(why) => {
                let detail = format!("The value of the 'if' clause is not suitable: {why}.");
                self.error_in(expr, condition, condition.span, CONDITION, detail);
                None
            }
        }
    }

    /// One pass of the loop.
    fn one(&mut self, expr: &Expr, parts: &ForExpr, gathered: &mut Gathered) {
        if let Some(condition) = &parts.condition {
            let value = self.value(condition);
            // What is not known yet is looked at when it is; the elements after it are looked at now.
            if !value.is_known() {
                gathered.marks = gathered.marks.union(value.marks());
                gathered.unknown = true;
                return;
            }
            // One unfit condition is told, not that of every element.
            if gathered.unknown && (value.is_null() || convert(value.clone(), &Type::Bool).is_err()) {
                return;
            }
            let Some(value) = self.truth(expr, condition, value) else {
                gathered.unknown = true;
                return;
            };
            let (value, marks) = value.unmark();
            gathered.marks = gathered.marks.union(marks);
            match value.as_bool() {
                Some(true) => {}
                Some(false) => return,
                None => {
                    gathered.unknown = true;
                    return;
                }
            }
        }
        let Some(key_expr) = &parts.key_expr else {
            let value = self.value(&parts.value_expr);
            gathered.items.push(value);
            return;
        };
        let Some(key) = self.for_key(expr, key_expr, gathered) else {
            gathered.unknown = true;
            return;
        };
        let value = self.value(&parts.value_expr);
        if parts.group {
            gathered.groups.entry(key).or_default().push(value);
        } else {
            match gathered.members.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(place) => {
                    let detail = format!(
                        "Two elements have the key \"{}\". To gather such elements in a list, write \"...\" after the value.",
                        place.key()
                    );
                    self.error_in(expr, key_expr, key_expr.span, "Duplicate object key", detail);
                }
            }
        }
    }

    fn for_key(&mut self, expr: &Expr, key_expr: &Expr, gathered: &mut Gathered) -> Option<Arc<str>> {
        let (key, marks) = self.value(key_expr).unmark();
        gathered.marks = gathered.marks.union(marks);
        if key.is_null() {
            if !gathered.unknown {
                let detail = "The key of an element is null.";
                self.error_in(expr, key_expr, key_expr.span, KEY, detail);
            }
            return None;
        }
        if !key.is_known() {
            return None;
        }
        match convert(key, &Type::String) {
            Ok(key) => match key.into_kind() {
                Kind::String(text) => Some(text),
                _ => None,
            },
            Err(why) => {
                if !gathered.unknown {
                    let detail = format!("The key of an element is not suitable: {why}.");
                    self.error_in(expr, key_expr, key_expr.span, KEY, detail);
                }
                None
            }
        }
    }
}
