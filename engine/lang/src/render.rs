//! Values and types as the console and `output` print them.

use std::sync::Arc;

use ordain_gostd::quote;
use ordain_value::{Kind, Type, Value};

/// A value over one or more lines, without a final line break. Sensitive and ephemeral values, and
/// unknown ones, are words in parentheses.
pub fn value(value: &Value) -> String {
    let mut out = String::new();
    write_value(value, 0, &mut out);
    out
}

/// A type as the console's `type` prints it.
pub fn ty(ty: &Type) -> String {
    let mut out = String::new();
    write_type(ty, 0, &mut out);
    out
}

fn write_value(value: &Value, indent: usize, out: &mut String) {
    if !value.is_known() {
        return out.push_str("(known after apply)");
    }
    if value.marks().is_sensitive() {
        return out.push_str("(sensitive value)");
    }
    if value.marks().is_ephemeral() {
        return out.push_str("(ephemeral value)");
    }
    match value.kind() {
        Kind::Null(ty) => out.push_str(&null(ty)),
        Kind::Unknown(_) => {}
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Number(number) => out.push_str(&number.to_string()),
        Kind::String(text) => write_text(text, indent, out),
        Kind::List(_, items) => write_items("tolist([", items, "])", indent, out),
        Kind::Set(_, items) => write_items("toset([", items, "])", indent, out),
        Kind::Tuple(items) => write_items("[", items, "]", indent, out),
        Kind::Map(_, members) => write_members("tomap({", members.iter(), "})", indent, out),
        Kind::Object(members) => write_members("{", members.iter(), "}", indent, out),
    }
}

fn null(ty: &Type) -> String {
    let of = |name: &str, element: &Type| format!("{name}(null) /* of {} */", element.friendly());
    match ty {
        Type::Dynamic => "null".to_owned(),
        Type::Bool => "tobool(null)".to_owned(),
        Type::Number => "tonumber(null)".to_owned(),
        Type::String => "tostring(null)".to_owned(),
        Type::List(element) => of("tolist", element),
        Type::Set(element) => of("toset", element),
        Type::Map(element) => of("tomap", element),
        Type::Tuple(_) | Type::Object(_) => format!("null /* {} */", ty.friendly()),
    }
}

fn new_line(indent: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

fn write_items(open: &str, items: &[Value], close: &str, indent: usize, out: &mut String) {
    out.push_str(open);
    for item in items {
        new_line(indent + 2, out);
        write_value(item, indent + 2, out);
        out.push(',');
    }
    if !items.is_empty() {
        new_line(indent, out);
    }
    out.push_str(close);
}

fn write_members<'v>(
    open: &str,
    members: impl ExactSizeIterator<Item = (&'v Arc<str>, &'v Value)>,
    close: &str,
    indent: usize,
    out: &mut String,
) {
    out.push_str(open);
    let empty = members.len() == 0;
    for (name, member) in members {
        new_line(indent + 2, out);
        write_text(name, indent + 2, out);
        out.push_str(" = ");
        write_value(member, indent + 2, out);
    }
    if !empty {
        new_line(indent, out);
    }
    out.push_str(close);
}

/// Text of one line is quoted; of several lines it is a heredoc, whose marker is no line of the text.
fn write_text(text: &str, indent: usize, out: &mut String) {
    if !text.contains('\n') {
        return out.push_str(&quote(text));
    }
    let mut marker = "EOT".to_owned();
    while text.split('\n').any(|line| line.trim() == marker) {
        marker.push('_');
    }
    out.push_str(if indent > 0 { "<<-" } else { "<<" });
    out.push_str(&marker);
    for line in text.split('\n') {
        new_line(indent, out);
        out.push_str(line);
    }
    new_line(indent, out);
    out.push_str(&marker);
}

fn write_type(ty: &Type, indent: usize, out: &mut String) {
    match ty {
        Type::Dynamic => out.push_str("dynamic"),
        Type::Bool => out.push_str("bool"),
        Type::Number => out.push_str("number"),
        Type::String => out.push_str("string"),
        Type::List(element) => write_collection("list", element, indent, out),
        Type::Set(element) => write_collection("set", element, indent, out),
        Type::Map(element) => write_collection("map", element, indent, out),
        Type::Tuple(elements) => {
            out.push_str("tuple([");
            for element in elements.iter() {
                new_line(indent + 4, out);
                write_type(element, indent + 4, out);
                out.push(',');
            }
            if !elements.is_empty() {
                new_line(indent, out);
            }
            out.push_str("])");
        }
        Type::Object(object) => {
            out.push_str("object({");
            for (name, attribute) in &object.attributes {
                new_line(indent + 4, out);
                out.push_str(name);
                out.push_str(": ");
                write_type(attribute, indent + 4, out);
                out.push(',');
            }
            if !object.attributes.is_empty() {
                new_line(indent, out);
            }
            out.push_str("})");
        }
    }
}

/// Elements that are objects or tuples go on lines of their own.
fn write_collection(name: &str, element: &Type, indent: usize, out: &mut String) {
    out.push_str(name);
    out.push('(');
    if matches!(element, Type::Object(_) | Type::Tuple(_)) {
        new_line(indent + 4, out);
        write_type(element, indent + 4, out);
        out.push(',');
        new_line(indent, out);
    } else {
        write_type(element, indent, out);
    }
    out.push(')');
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
