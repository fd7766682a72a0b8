//! `rego.parse_module`: the syntax tree of a module as a document, in the form that OPA writes as JSON.

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::ast::{Expr, Head, Import, Kind, Module, Node, Part, Rule, Term, With};
use crate::parse::{self, Version};
use crate::value::Value;

pub(super) const ROWS: &[Row] =
    &[("rego.parse_module", "(string, string) -> object[string: any]", parse_module)];

fn parse_module(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (name, text) = (args::text(args, 1)?, args::text(args, 2)?);
    match parse::module(text, 0, Version::V1) {
        Ok(module) => Ok(Some(of_module(&module))),
        Err(issues) => {
            let all: Vec<String> =
                issues.iter().map(|(message, at)| format!("{name}:{}: {message}", at.row())).collect();
            Err(BuiltinError::failed(all.join("\n")))
        }
    }
}

fn object(pairs: Vec<(&str, Value)>) -> Value {
    Value::object(pairs.into_iter().map(|(name, value)| (Value::from(name), value)).collect())
}

fn typed(kind: &str, value: Value) -> Value {
    object(vec![("type", Value::from(kind)), ("value", value)])
}

fn list<T>(items: &[T], each: impl FnMut(&T) -> Value) -> Value {
    Value::array(items.iter().map(each).collect())
}

fn of_module(module: &Module) -> Value {
    let package = module.package.iter().enumerate().map(|(at, part)| match at {
        0 => typed("var", part.clone()),
        _ => typed("string", part.clone()),
    });
    let mut pairs = vec![("package", object(vec![("path", Value::array(package.collect()))]))];
    if !module.imports.is_empty() {
        pairs.push(("imports", list(&module.imports, of_import)));
    }
    if !module.rules.is_empty() {
        pairs.push(("rules", list(&module.rules, of_rule)));
    }
    object(pairs)
}

fn of_import(import: &Import) -> Value {
    let mut pairs = vec![("path", typed("ref", list(&import.path, of_term)))];
    pairs.extend(import.alias.as_ref().map(|alias| ("alias", Value::from(&**alias))));
    object(pairs)
}

fn of_rule(rule: &Rule) -> Value {
    let mut pairs = vec![("head", of_head(&rule.head)), ("body", of_body(&rule.body))];
    if rule.default {
        pairs.push(("default", Value::Bool(true)));
    }
    pairs.extend(rule.otherwise.as_ref().map(|rule| ("else", of_rule(rule))));
    object(pairs)
}

fn of_head(head: &Head) -> Value {
    let mut pairs = vec![("ref", list(&head.path, of_term))];
    if let [name] = head.path.as_slice()
        && let Some(name) = name.as_var()
    {
        pairs.push(("name", Value::from(&**name)));
    }
    if !head.args.is_empty() {
        pairs.push(("args", list(&head.args, of_term)));
    }
    match (&head.key, &head.value) {
        (Some(key), _) => pairs.push(("key", of_term(key))),
        (None, Some(value)) => pairs.push(("value", of_term(value))),
        (None, None) => pairs.push(("value", typed("boolean", Value::Bool(true)))),
    }
    if head.assigned {
        pairs.push(("assign", Value::Bool(true)));
    }
    object(pairs)
}

fn of_body(body: &[Expr]) -> Value {
    Value::array(body.iter().enumerate().map(|(at, expr)| of_expr(at, expr)).collect())
}

fn of_expr(at: usize, expr: &Expr) -> Value {
    let mut pairs = vec![("index", Value::from(at))];
    let terms = match &expr.kind {
        Kind::Term(term) => of_term(term),
        Kind::Call(terms) => of_call(terms),
        Kind::Some(terms) => object(vec![("symbols", list(terms, of_term))]),
        Kind::Every(every) => object(vec![
            ("domain", of_term(&every.domain)),
            ("key", every.key.as_ref().map_or(Value::Null, of_term)),
            ("value", of_term(&every.value)),
            ("body", of_body(&every.body)),
        ]),
        Kind::Not { body, .. } => object(vec![("body", of_body(body))]),
        Kind::And(sides) | Kind::Or(sides) => {
            object(vec![("left", of_body(&sides.left)), ("right", of_body(&sides.right))])
        }
    };
    pairs.push(("terms", terms));
    if expr.negated || matches!(expr.kind, Kind::Not { .. }) {
        pairs.push(("negated", Value::Bool(true)));
    }
    if !expr.with.is_empty() {
        let of_with =
            |with: &With| object(vec![("target", of_term(&with.target)), ("value", of_term(&with.value))]);
        pairs.push(("with", list(&expr.with, of_with)));
    }
    object(pairs)
}

/// Operator and operands; the operator is a reference, also where it is a plain name.
fn of_call(terms: &[Term]) -> Value {
    let of = |(at, term): (usize, &Term)| match &term.node {
        Node::Var(_) if at == 0 => typed("ref", Value::array(vec![of_term(term)])),
        _ => of_term(term),
    };
    Value::array(terms.iter().enumerate().map(of).collect())
}

fn of_term(term: &Term) -> Value {
    let value = match &term.node {
        Node::Constant(Value::Null) => object(Vec::new()),
        Node::Constant(value) => value.clone(),
        Node::Var(name) => Value::from(&**name),
        Node::Ref(path) => list(path, of_term),
        Node::Array(items) | Node::Set(items) => list(items, of_term),
        Node::Call(items) => of_call(items),
        Node::Object(pairs) => list(pairs, |(key, value)| Value::array(vec![of_term(key), of_term(value)])),
        Node::Comprehension(inner) => {
            let mut pairs = vec![("body", of_body(&inner.body))];
            match &inner.key {
                Some(key) => pairs.extend([("key", of_term(key)), ("value", of_term(&inner.value))]),
                None => pairs.push(("term", of_term(&inner.value))),
            }
            object(pairs)
        }
        Node::Template(parts) => list(parts, |part| match part {
            Part::Text(term) => of_term(term),
            Part::Expr(expr) => of_expr(0, expr),
        }),
    };
    typed(term.kind_name(), value)
}
