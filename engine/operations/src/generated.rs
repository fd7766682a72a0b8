//! Configuration written for objects that are there: the text of a resource block from schema and value.
//!
//! The form is Terraform's: arguments in order of name, what only the provider sets left out, empty
//! strings as null, sensitive values never written.

use ordain_lang::format::{format_native, quoted};
use ordain_provider::{Attribute, AttributeType, Block, Flags, Nesting};
use ordain_value::{Kind, Value};

/// What the file begins with.
pub const HEADER: &str = "# __generated__ by Terraform\n# Please review these resources and move them into your main configuration files.\n";

/// A `resource` block in canonical form, without line break at its end.
pub fn resource(type_name: &str, name: &str, provider: Option<&str>, block: &Block, value: &Value) -> String {
    let mut body = provider.map(|provider| format!("provider = {provider}\n")).unwrap_or_default();
    write_block(block, value, true, &mut body);
    canonical(type_name, name, &body)
}

/// A `resource` block that the schema accepts and that says nothing: what is required is null.
pub fn skeleton(type_name: &str, name: &str, provider: Option<&str>, block: &Block) -> String {
    let mut body = provider.map(|provider| format!("provider = {provider}\n")).unwrap_or_default();
    write_required(block, &mut body);
    canonical(type_name, name, &body)
}

fn canonical(type_name: &str, name: &str, body: &str) -> String {
    let text = format!("resource {} {} {{\n{body}}}\n", quoted(type_name), quoted(name));
    format_native(ordain_diag::FileId(0), &text).0.trim_end().to_owned()
}

fn write_required(block: &Block, out: &mut String) {
    for (name, attribute) in &block.attributes {
        if attribute.flags.required {
            out.push_str(&format!("{name} = null\n"));
        }
    }
    for (name, nested) in &block.blocks {
        for _ in 0..nested.min_items {
            out.push_str(&format!("{name} {{\n"));
            write_required(&nested.block, out);
            out.push_str("}\n");
        }
    }
}

fn write_block(block: &Block, value: &Value, outermost: bool, out: &mut String) {
    for (name, attribute) in block.attributes.iter().filter(|(name, attribute)| {
        let legacy_id = outermost && &***name == "id" && attribute.flags.optional && attribute.flags.computed;
        is_written(attribute.flags) && !legacy_id
    }) {
        let text = argument(attribute, value.get(name));
        out.push_str(&format!("{name} = {text}\n"));
    }
    for (name, nested) in &block.blocks {
        let Some(value) = value.get(name) else { continue };
        let value = &value.clone().unmark_deep().0;
        let mut write = |label: Option<&str>, inner: &Value| {
            let label = label.map(|label| format!(" {}", quoted(label))).unwrap_or_default();
            out.push_str(&format!("{name}{label} {{\n"));
            write_block(&nested.block, inner, false, out);
            out.push_str("}\n");
        };
        match nested.nesting {
            Nesting::Single | Nesting::Group if value.is_null() => {}
            Nesting::Single | Nesting::Group => write(None, value),
            Nesting::List | Nesting::Set => {
                value.as_items().unwrap_or_default().iter().for_each(|item| write(None, item));
            }
            Nesting::Map => {
                for (label, item) in value.as_members().into_iter().flatten() {
                    write(Some(label), item);
                }
            }
        }
    }
}

fn is_written(flags: Flags) -> bool {
    (flags.required || flags.optional) && !flags.deprecated
}

fn argument(attribute: &Attribute, value: Option<&Value>) -> String {
    if attribute.flags.sensitive || value.is_some_and(|value| value.marks_deep().is_sensitive()) {
        return "null # sensitive".to_owned();
    }
    let null = match value {
        None => true,
        Some(value) => {
            value.is_null() || !value.is_known() || (!attribute.flags.required && value.as_str() == Some(""))
        }
    };
    match value.filter(|_| !null) {
        None => "null".to_owned(),
        Some(value) => match &attribute.ty {
            AttributeType::Plain(_) => literal(value),
            AttributeType::Nested(object) => {
                let one = |value: &Value| nested(&object.attributes, value);
                match object.nesting {
                    Nesting::Single | Nesting::Group => one(value),
                    Nesting::List | Nesting::Set => {
                        sequence(value.as_items().unwrap_or_default().iter().map(one))
                    }
                    Nesting::Map => members(
                        value.as_members().into_iter().flatten().map(|(key, value)| (&**key, one(value))),
                    ),
                }
            }
        },
    }
}

fn nested(attributes: &std::collections::BTreeMap<std::sync::Arc<str>, Attribute>, value: &Value) -> String {
    let written = attributes.iter().filter(|(_, attribute)| is_written(attribute.flags));
    members(written.map(|(name, attribute)| (&**name, argument(attribute, value.get(name)))))
}

/// A value as an expression.
fn literal(value: &Value) -> String {
    if value.is_null() || !value.is_known() {
        return "null".to_owned();
    }
    match value.kind() {
        Kind::Null(_) | Kind::Unknown(_) => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => document(text).unwrap_or_else(|| quoted(text)),
        Kind::List(_, items) | Kind::Set(_, items) => sequence(items.iter().map(literal)),
        Kind::Tuple(items) => sequence(items.iter().map(literal)),
        Kind::Map(_, entries) => members(entries.iter().map(|(key, value)| (&**key, literal(value)))),
        Kind::Object(entries) => members(entries.iter().map(|(key, value)| (&**key, literal(value)))),
    }
}

/// A text that is a JSON object or array, as a call that makes it: easier to read and to change.
fn document(text: &str) -> Option<String> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let value = ordain_value::json::from_plain_json(&json).ok()?;
    Some(format!("jsonencode({})", literal(&value)))
}

fn sequence(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn members<'m>(entries: impl Iterator<Item = (&'m str, String)>) -> String {
    let lines: String = entries.map(|(key, value)| format!("{} = {value}\n", key_text(key))).collect();
    if lines.is_empty() { "{}".to_owned() } else { format!("{{\n{lines}}}") }
}

fn key_text(key: &str) -> String {
    let plain = key
        .chars()
        .enumerate()
        .all(|(at, c)| c.is_ascii_alphabetic() || c == '_' || (at > 0 && (c.is_ascii_digit() || c == '-')));
    if plain && !key.is_empty() { key.to_owned() } else { quoted(key) }
}

#[cfg(test)]
#[path = "generated_tests.rs"]
mod tests;
