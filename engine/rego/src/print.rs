//! Terms as text, as messages show them.

use crate::ast::{Collects, Node, Term};
use crate::value::Value;

/// A term on one line.
pub(crate) fn term(term: &Term) -> String {
    let mut out = String::new();
    write(&mut out, term);
    out
}

fn write(out: &mut String, term: &Term) {
    match &term.node {
        Node::Constant(value) => out.push_str(&constant(value)),
        Node::Var(name) if name.starts_with('$') => out.push('_'),
        Node::Var(name) => out.push_str(name),
        Node::Ref(path) => reference(out, path),
        Node::Array(items) => list(out, "[", items, "]"),
        Node::Set(items) if items.is_empty() => out.push_str("set()"),
        Node::Set(items) => list(out, "{", items, "}"),
        Node::Object(pairs) => {
            out.push('{');
            for (at, (key, value)) in pairs.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                write(out, key);
                out.push_str(": ");
                write(out, value);
            }
            out.push('}');
        }
        Node::Comprehension(inner) => {
            out.push_str(if inner.collects == Collects::Array { "[" } else { "{" });
            if let Some(key) = &inner.key {
                write(out, key);
                out.push_str(": ");
            }
            write(out, &inner.value);
            out.push_str(" | …");
            out.push_str(if inner.collects == Collects::Array { "]" } else { "}" });
        }
        Node::Call(terms) => {
            if let Some((operator, operands)) = terms.split_first() {
                write(out, operator);
                list(out, "(", operands, ")");
            }
        }
        Node::Template(_) => out.push_str("$\"…\""),
    }
}

fn list(out: &mut String, open: &str, items: &[Term], close: &str) {
    out.push_str(open);
    for (at, item) in items.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        write(out, item);
    }
    out.push_str(close);
}

fn reference(out: &mut String, path: &[Term]) {
    let Some((head, rest)) = path.split_first() else { return };
    write(out, head);
    for part in rest {
        match part.as_constant() {
            Some(Value::String(name)) if is_plain(name) => {
                out.push('.');
                out.push_str(name);
            }
            _ => {
                out.push('[');
                write(out, part);
                out.push(']');
            }
        }
    }
}

/// A path of values: `data.a["b-c"]`.
pub(crate) fn path(values: &[Value]) -> String {
    let mut out = String::new();
    for (at, value) in values.iter().enumerate() {
        match value {
            Value::String(name) if at == 0 => out.push_str(name),
            Value::String(name) if is_plain(name) => {
                out.push('.');
                out.push_str(name);
            }
            other => {
                out.push('[');
                out.push_str(&constant(other));
                out.push(']');
            }
        }
    }
    out
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// A value as it is written in a policy; what `print` and template strings show.
pub(crate) fn constant(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Array(items) => write_values(out, "[", items, "]"),
        Value::Set(set) if set.is_empty() => out.push_str("set()"),
        Value::Set(set) => write_values(out, "{", set.members(), "}"),
        Value::Object(object) => {
            out.push('{');
            for (at, (key, value)) in object.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                write_value(out, key);
                out.push_str(": ");
                write_value(out, value);
            }
            out.push('}');
        }
        Value::String(text) => out.push_str(&ordain_gostd::quote(text)),
        Value::Unknown(unknown) => out.push_str(unknown.text()),
        Value::Secret(secret) => out.push_str(secret.text()),
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.text()),
    }
}

fn write_values(out: &mut String, open: &str, items: &[Value], close: &str) {
    out.push_str(open);
    for (at, item) in items.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        write_value(out, item);
    }
    out.push_str(close);
}
