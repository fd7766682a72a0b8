//! From a document to an object of a known type, as the API server's decoder does it: unknown and double members are
//! dropped and reported, wrong types refused, zero values left out or written as the type demands.

use super::node::{Node, kind};
use super::quantity;
use super::schema::{Field, Struct, Ty};
use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use serde_json::{Map, Value};

/// What decoding found besides the object.
#[derive(Default)]
pub(crate) struct Findings {
    /// `unknown field "spec.x"`, `duplicate field "data.a"`, in order of appearance.
    pub strict: Vec<String>,
    /// The first wrong type.
    pub error: Option<String>,
}

/// Decodes `node` as a structure; `name` is the object's kind.
pub(crate) fn object(node: &Node, structure: &Struct) -> (Value, Findings) {
    let mut findings = Findings::default();
    let value = read_struct(node, structure, &Place::default(), &mut findings);
    (value, findings)
}

/// Where in the document: for strict errors (with indexes) and for type errors (without).
#[derive(Clone, Default)]
struct Place {
    full: String,
    bare: String,
}

impl Place {
    fn member(&self, name: &str) -> Place {
        let join = |a: &str| if a.is_empty() { name.to_string() } else { format!("{a}.{name}") };
        Place { full: join(&self.full), bare: join(&self.bare) }
    }

    fn item(&self, index: usize) -> Place {
        Place { full: format!("{}[{index}]", self.full), bare: self.bare.clone() }
    }

    fn key(&self, key: &str) -> Place {
        Place { full: format!("{}.{key}", self.full), bare: self.bare.clone() }
    }
}

fn wrong(findings: &mut Findings, got: &str, owner: &str, place: &Place, want: &str) {
    let into = if place.bare.is_empty() {
        format!("json: cannot unmarshal {got} into Go value of type {want}")
    } else {
        format!("json: cannot unmarshal {got} into Go struct field {owner}.{} of type {want}", place.bare)
    };
    findings.error.get_or_insert(into);
}

fn doubles(members: &[(String, Node)], place: &Place, at: usize, findings: &mut Findings) {
    let Some((key, _)) = members.get(at) else { return };
    if members.iter().take(at).any(|(k, _)| k == key) {
        let full = place.key(key).full;
        findings.strict.push(format!("duplicate field \"{}\"", full.trim_start_matches('.')));
    }
}

fn read_struct(node: &Node, structure: &Struct, place: &Place, findings: &mut Findings) -> Value {
    let members: &[(String, Node)] = match node {
        Node::Object(members) => members,
        Node::Scalar(Value::Null) => &[],
        other => {
            wrong(findings, kind(other), &structure.name, place, &format!("v1.{}", structure.name));
            &[]
        }
    };
    let mut out = Map::new();
    for (i, (key, node)) in members.iter().enumerate() {
        let inner = place.member(key);
        match structure.field(key) {
            Some(field) => {
                let value = read_field(node, field, structure, &inner, findings);
                out.insert(key.clone(), value);
                doubles(members, place, i, findings);
            }
            None if structure.open => drop(out.insert(key.clone(), node.value())),
            None => findings.strict.push(format!("unknown field \"{}\"", inner.full)),
        }
    }
    finish(&mut out, structure);
    Value::Object(out)
}

/// Leaves zero values out, or writes them, as the type demands.
fn finish(out: &mut Map<String, Value>, structure: &Struct) {
    for field in &structure.fields {
        let zero = match out.get(&field.name) {
            None | Some(Value::Null) => true,
            Some(_) if field.pointer => false,
            Some(v) => is_zero(v),
        };
        if !zero {
            continue;
        }
        if field.pointer {
            if field.always {
                out.insert(field.name.clone(), Value::Null);
            } else {
                out.remove(&field.name);
            }
            continue;
        }
        match &field.ty {
            // A structure by value is always written, with what it always writes.
            Ty::Named(name) => {
                if out.get(&field.name).is_none_or(Value::is_null)
                    && let Some(inner) = super::schema::named(name)
                {
                    let mut empty = Map::new();
                    finish(&mut empty, inner);
                    out.insert(field.name.clone(), Value::Object(empty));
                }
            }
            Ty::Time | Ty::MicroTime => drop(out.insert(field.name.clone(), Value::Null)),
            Ty::Quantity => drop(out.insert(field.name.clone(), "0".into())),
            Ty::IntStr => drop(out.insert(field.name.clone(), 0.into())),
            _ if !field.always => drop(out.remove(&field.name)),
            Ty::Str => drop(out.insert(field.name.clone(), "".into())),
            Ty::Bool => drop(out.insert(field.name.clone(), false.into())),
            Ty::Int32 | Ty::Int64 | Ty::Float => drop(out.insert(field.name.clone(), 0.into())),
            _ => drop(out.insert(field.name.clone(), Value::Null)),
        }
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(b) => !b,
        Value::Number(n) => n.as_f64() == Some(0.0),
        Value::String(s) => s.is_empty(),
        Value::Array(a) => a.is_empty(),
        Value::Object(o) => o.is_empty(),
    }
}

fn read_field(node: &Node, field: &Field, owner: &Struct, place: &Place, findings: &mut Findings) -> Value {
    if matches!(node, Node::Scalar(Value::Null)) {
        return Value::Null;
    }
    read(node, &field.ty, &field.go, owner, place, findings)
}

fn read(node: &Node, ty: &Ty, go: &str, owner: &Struct, place: &Place, findings: &mut Findings) -> Value {
    let want = if go.is_empty() { "string" } else { go };
    match (ty, node) {
        (Ty::Named(_) | Ty::Inline(_), _) => match ty.structure() {
            Some(s) => read_struct(node, s, place, findings),
            None => node.value(),
        },
        (Ty::Any, _) => node.value(),
        (Ty::List(of), Node::List(items)) => {
            let inner = want.strip_prefix("[]").unwrap_or("string");
            let one = |(i, n): (usize, &Node)| match n {
                Node::Scalar(Value::Null) => zero(of),
                _ => read(n, of, inner, owner, &place.item(i), findings),
            };
            Value::Array(items.iter().enumerate().map(one).collect())
        }
        (Ty::Map(of), Node::Object(members)) => {
            let inner = want.strip_prefix("map[string]").unwrap_or("string");
            let mut out = Map::new();
            for (i, (k, n)) in members.iter().enumerate() {
                let value = match n {
                    Node::Scalar(Value::Null) => zero(of),
                    _ => read(n, of, inner, owner, &place.key(k), findings),
                };
                out.insert(k.clone(), value);
                doubles(members, place, i, findings);
            }
            Value::Object(out)
        }
        (_, Node::Scalar(value)) => read_scalar(value, ty, want, owner, place, findings),
        (_, other) => {
            wrong(findings, kind(other), &owner.name, place, want);
            Value::Null
        }
    }
}

fn zero(ty: &Ty) -> Value {
    match ty {
        Ty::Str | Ty::Bytes => "".into(),
        Ty::Quantity => "0".into(),
        Ty::Bool => false.into(),
        Ty::Int32 | Ty::Int64 | Ty::Float | Ty::IntStr => 0.into(),
        Ty::Named(_) | Ty::Inline(_) => {
            let mut out = Map::new();
            if let Some(s) = ty.structure() {
                finish(&mut out, s);
            }
            Value::Object(out)
        }
        _ => Value::Null,
    }
}

fn read_scalar(
    value: &Value,
    ty: &Ty,
    want: &str,
    owner: &Struct,
    place: &Place,
    findings: &mut Findings,
) -> Value {
    let got = kind(&Node::Scalar(value.clone()));
    match (ty, value) {
        (Ty::Str, Value::String(_)) | (Ty::Bool, Value::Bool(_)) | (Ty::Float, Value::Number(_)) => {
            value.clone()
        }
        (Ty::Int32, Value::Number(n)) if n.as_i64().is_some_and(|i| i32::try_from(i).is_ok()) => {
            value.clone()
        }
        (Ty::Int64, Value::Number(n)) if n.as_i64().is_some() => value.clone(),
        (Ty::IntStr, Value::String(_)) => value.clone(),
        (Ty::IntStr, Value::Number(n)) if n.as_i64().is_some() => value.clone(),
        (Ty::Int32 | Ty::Int64 | Ty::IntStr, Value::Number(n)) => {
            wrong(findings, &format!("number {n}"), &owner.name, place, want);
            Value::Null
        }
        (Ty::Quantity, Value::String(s)) => read_quantity(s, findings),
        (Ty::Quantity, Value::Number(n)) => read_quantity(&n.to_string(), findings),
        (Ty::Bytes, Value::String(s)) => match read_bytes(s) {
            Ok(text) => text.into(),
            Err(at) => {
                findings.error.get_or_insert(format!("illegal base64 data at input byte {at}"));
                value.clone()
            }
        },
        (Ty::Time | Ty::MicroTime, Value::String(s)) => {
            if chrono::DateTime::parse_from_rfc3339(s).is_err() {
                let shown = super::status::go_quote(s);
                findings.error.get_or_insert(format!(
                    "parsing time {shown} as \"2006-01-02T15:04:05Z07:00\": cannot parse {shown} as \"2006\""
                ));
            }
            value.clone()
        }
        _ => {
            let want = if matches!(ty, Ty::IntStr) { "int32" } else { want };
            wrong(findings, got, &owner.name, place, want);
            Value::Null
        }
    }
}

/// Base 64 as the server stores it again: line breaks are skipped, spare bits may be anything.
///
/// # Errors
/// The byte at which Go's reader gives up.
fn read_bytes(text: &str) -> Result<String, usize> {
    let lenient = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
    );
    let (places, bytes): (Vec<usize>, Vec<u8>) =
        text.bytes().enumerate().filter(|(_, byte)| !matches!(byte, b'\r' | b'\n')).unzip();
    lenient.decode(&bytes).map(|bytes| STANDARD.encode(bytes)).map_err(|error| match error {
        base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => {
            places.get(at).copied().unwrap_or(text.len())
        }
        _ => text.len() - bytes.len() % 4,
    })
}

fn read_quantity(text: &str, findings: &mut Findings) -> Value {
    match quantity::canonical(text) {
        Some(canonical) => canonical.into(),
        None => {
            findings.error.get_or_insert(quantity::MALFORMED.into());
            Value::Null
        }
    }
}

/// An object of the type in which nothing is set: what a new object is compared with.
pub(crate) fn empty(structure: &Struct) -> Value {
    let mut out = Map::new();
    finish(&mut out, structure);
    Value::Object(out)
}
