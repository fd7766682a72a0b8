//! Bodies in Kubernetes' binary form, for the kinds that Helm and `kubectl create` write so.
//!
//! Source of the form: the comments of `generated.proto` in `k8s.io/api` (core, apps, batch, rbac and authorization v1) and `k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto`:
//! the bytes `k8s\0`, then an envelope (`runtime.Unknown`) with the kind and the object.

#[path = "protobuf_kinds.rs"]
mod kinds;
#[path = "protobuf_more.rs"]
mod more;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// What a field holds.
enum Part<'b> {
    Number(u64),
    Bytes(&'b [u8]),
}

/// How a field is written in JSON.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Text,
    Number,
    Bool,
    /// Texts, one field each.
    Texts,
    /// A map of texts.
    Map,
    /// A map of bytes, which JSON has in base64.
    ByteMap,
    Message(&'static [Field]),
    /// Messages, one field each.
    Messages(&'static [Field]),
    /// A number or a text.
    NumberOrText,
    /// A message that holds a quantity as text.
    Quantity,
    /// A map of those.
    QuantityMap,
    /// A message whose fields stand in JSON beside those around it.
    Inline(&'static [Field]),
    /// Of something that the server decides, or that nobody reads.
    Skipped,
}

/// Number, name in JSON, form.
pub(super) type Field = (u64, &'static str, Form);

pub(super) const METADATA: &[Field] = &[
    (1, "name", Form::Text),
    (2, "generateName", Form::Text),
    (3, "namespace", Form::Text),
    (4, "selfLink", Form::Skipped),
    (5, "uid", Form::Text),
    (6, "resourceVersion", Form::Text),
    (7, "generation", Form::Skipped),
    (8, "creationTimestamp", Form::Skipped),
    (9, "deletionTimestamp", Form::Skipped),
    (10, "deletionGracePeriodSeconds", Form::Skipped),
    (11, "labels", Form::Map),
    (12, "annotations", Form::Map),
    (13, "ownerReferences", Form::Messages(OWNER)),
    (14, "finalizers", Form::Texts),
    (17, "managedFields", Form::Skipped),
];
const OWNER: &[Field] = &[
    (1, "kind", Form::Text),
    (3, "name", Form::Text),
    (4, "uid", Form::Text),
    (5, "apiVersion", Form::Text),
    (6, "controller", Form::Bool),
    (7, "blockOwnerDeletion", Form::Bool),
];
const SECRET: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "data", Form::ByteMap),
    (3, "type", Form::Text),
    (4, "stringData", Form::Map),
    (5, "immutable", Form::Bool),
];
const CONFIG_MAP: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "data", Form::Map),
    (3, "binaryData", Form::ByteMap),
    (4, "immutable", Form::Bool),
];
const NAMESPACE: &[Field] =
    &[(1, "metadata", Form::Message(METADATA)), (2, "spec", Form::Skipped), (3, "status", Form::Skipped)];
const PRECONDITIONS: &[Field] = &[(1, "uid", Form::Text), (2, "resourceVersion", Form::Text)];
const DELETE_OPTIONS: &[Field] = &[
    (1, "gracePeriodSeconds", Form::Number),
    (2, "preconditions", Form::Message(PRECONDITIONS)),
    (3, "orphanDependents", Form::Bool),
    (4, "propagationPolicy", Form::Text),
    (5, "dryRun", Form::Texts),
];

/// The document that a body holds; nothing where the body is damaged, or of a kind that is not known in this form here.
pub(super) fn document(body: &[u8]) -> Option<Value> {
    let envelope = parts(body.strip_prefix(b"k8s\0")?)?;
    let bytes = |number: u64, parts: &[(u64, Part<'_>)]| -> Option<Vec<u8>> {
        parts.iter().find_map(|(own, part)| match part {
            Part::Bytes(bytes) if *own == number => Some(bytes.to_vec()),
            _ => None,
        })
    };
    let about = bytes(1, &envelope).unwrap_or_default();
    let about = parts(&about)?;
    let word = |number| String::from_utf8(bytes(number, &about).unwrap_or_default()).ok();
    let (version, kind) = (word(1)?, word(2)?);
    let fields = match (version.as_str(), kind.as_str()) {
        ("v1", "Secret") => SECRET,
        ("v1", "ConfigMap") => CONFIG_MAP,
        ("v1", "Namespace") => NAMESPACE,
        (_, "DeleteOptions") => DELETE_OPTIONS,
        _ => kinds::fields(&version, &kind).or_else(|| more::fields(&version, &kind))?,
    };
    let raw = bytes(2, &envelope).unwrap_or_default();
    let mut object = message(&raw, fields)?;
    object.insert("apiVersion".into(), json!(version));
    object.insert("kind".into(), json!(kind));
    Some(Value::Object(object))
}

/// The fields of a message, by number.
fn parts(mut bytes: &[u8]) -> Option<Vec<(u64, Part<'_>)>> {
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let (tag, rest) = varint(bytes)?;
        let (part, rest) = match tag & 7 {
            0 => {
                let (number, rest) = varint(rest)?;
                (Part::Number(number), rest)
            }
            2 => {
                let (length, rest) = varint(rest)?;
                let (own, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
                (Part::Bytes(own), rest)
            }
            _ => return None,
        };
        out.push((tag >> 3, part));
        bytes = rest;
    }
    Some(out)
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(7 * u32::try_from(at).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}

fn utf8(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

/// Field 1 says which of the two it is.
fn number_or_text(bytes: &[u8]) -> Option<Value> {
    let all = parts(bytes)?;
    let number = |wanted: u64| {
        all.iter().find_map(|(own, part)| match part {
            Part::Number(number) if *own == wanted => Some(*number),
            _ => None,
        })
    };
    if number(1).unwrap_or(0) == 0 {
        return Some(json!(number(2).unwrap_or(0)));
    }
    all.iter().find_map(|(own, part)| match part {
        Part::Bytes(bytes) if *own == 3 => utf8(bytes).map(|text| json!(text)),
        _ => None,
    })
}

/// The text of a quantity.
fn quantity(bytes: &[u8]) -> Option<String> {
    parts(bytes)?.into_iter().find_map(|(own, part)| match part {
        Part::Bytes(bytes) if own == 1 => utf8(bytes),
        _ => None,
    })
}

/// A message as JSON. A field that is not in the table makes the whole unknown, rather than losing it.
fn message(bytes: &[u8], fields: &[Field]) -> Option<Map<String, Value>> {
    let mut out = Map::new();
    for (number, part) in parts(bytes)? {
        let (_, name, form) = fields.iter().find(|(own, ..)| *own == number)?;
        match (form, part) {
            (Form::Skipped, _) => {}
            (Form::Number, Part::Number(value)) => {
                drop(out.insert((*name).into(), json!(value.cast_signed())));
            }
            (Form::Bool, Part::Number(value)) => drop(out.insert((*name).into(), json!(value != 0))),
            (Form::Text, Part::Bytes(value)) => {
                // What is unset is written as an empty text.
                if !value.is_empty() {
                    out.insert((*name).into(), json!(utf8(value)?));
                }
            }
            (Form::Texts, Part::Bytes(value)) => {
                let list = out.entry(*name).or_insert_with(|| json!([]));
                list.as_array_mut()?.push(json!(utf8(value)?));
            }
            (Form::Messages(inner), Part::Bytes(value)) => {
                let list = out.entry(*name).or_insert_with(|| json!([]));
                list.as_array_mut()?.push(Value::Object(message(value, inner)?));
            }
            (Form::NumberOrText, Part::Bytes(value)) => {
                drop(out.insert((*name).into(), number_or_text(value)?))
            }
            (Form::Message(inner), Part::Bytes(value)) => {
                out.insert((*name).into(), Value::Object(message(value, inner)?));
            }
            (Form::Inline(inner), Part::Bytes(value)) => out.extend(message(value, inner)?),
            (Form::Quantity, Part::Bytes(value)) => {
                out.insert((*name).into(), json!(quantity(value)?));
            }
            (Form::Map | Form::ByteMap | Form::QuantityMap, Part::Bytes(entry)) => {
                let (mut key, mut held) = (String::new(), Vec::new());
                for (at, part) in parts(entry)? {
                    match (at, part) {
                        (1, Part::Bytes(bytes)) => key = utf8(bytes)?,
                        (2, Part::Bytes(bytes)) => held = bytes.to_vec(),
                        _ => return None,
                    }
                }
                let held = match form {
                    Form::Map => utf8(&held)?,
                    Form::QuantityMap => quantity(&held)?,
                    _ => STANDARD.encode(held),
                };
                let map = out.entry(*name).or_insert_with(|| json!({}));
                map.as_object_mut()?.insert(key, json!(held));
            }
            _ => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
#[path = "protobuf_tests.rs"]
mod tests;
