//! What is known of the fields of objects: names, types, how lists and maps merge.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// The type of a value.
#[derive(Clone, Debug)]
pub(crate) enum Ty {
    Str,
    Bool,
    Int32,
    Int64,
    Float,
    Bytes,
    Time,
    MicroTime,
    Quantity,
    IntStr,
    /// Anything; maps merge key by key, lists as a whole.
    Any,
    List(Box<Ty>),
    Map(Box<Ty>),
    /// A built-in structure.
    Named(&'static str),
    /// A structure of a custom resource's schema.
    Inline(Arc<Struct>),
}

/// How two owners share a list or a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Rel {
    /// Maps and structures: field by field. Lists: as a whole.
    #[default]
    Plain,
    /// As a whole.
    Atomic,
    /// A list of distinct scalars.
    Set,
    /// A list of objects told apart by these members.
    Keys(Vec<String>),
}

/// What a strategic merge patch does with a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Strategy {
    /// Takes the patch's.
    Replace,
    /// Scalars: the union.
    Union,
    /// Objects: by this member.
    By(String),
}

/// A member of a structure.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub name: String,
    pub ty: Ty,
    /// The type's name in decoding errors.
    pub go: String,
    /// Optional by pointer: zero values are kept.
    pub pointer: bool,
    /// Written even when empty.
    pub always: bool,
    pub rel: Rel,
    pub strategy: Strategy,
    pub retain: bool,
}

/// A structure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Struct {
    /// Name without package, as decoding errors show it.
    pub name: String,
    pub atomic: bool,
    pub fields: Vec<Field>,
    /// Members that are not declared are kept.
    pub open: bool,
}

impl Struct {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }
}

static STRUCTS: LazyLock<BTreeMap<&'static str, Struct>> = LazyLock::new(|| {
    let lines = include_str!("types.txt").lines().filter(|l| !l.starts_with('#'));
    lines.filter_map(read_struct).collect()
});

/// A built-in structure, by `package.Name`.
pub(crate) fn named(name: &str) -> Option<&'static Struct> {
    STRUCTS.get(name)
}

impl Ty {
    /// The structure behind this type.
    pub fn structure(&self) -> Option<&Struct> {
        match self {
            Ty::Named(name) => named(name),
            Ty::Inline(s) => Some(s),
            _ => None,
        }
    }

    /// Is a value of this type written even when nothing was given, because it is a structure by value?
    pub fn is_value_struct(&self) -> bool {
        matches!(self, Ty::Named(_))
    }
}

/// The type of all objects' metadata.
pub(crate) const META: Ty = Ty::Named("meta.ObjectMeta");

fn read_struct(line: &'static str) -> Option<(&'static str, Struct)> {
    let mut words = line.split(' ');
    let full = words.next()?;
    let name = full.split('.').nth(1)?.to_string();
    let mut out = Struct { name, ..Struct::default() };
    for word in words {
        if word == "atomic" {
            out.atomic = true;
        } else if let Some(field) = read_field(word) {
            out.fields.push(field);
        }
    }
    Some((full, out))
}

fn read_field(word: &'static str) -> Option<Field> {
    let (name, rest) = word.split_once(':')?;
    let mut marks = rest.split(';');
    let typed = marks.next()?;
    let (typed, always) = typed.strip_suffix('!').map_or((typed, false), |t| (t, true));
    let (plain, pointer) = typed.strip_prefix('*').map_or((typed, false), |t| (t, true));
    let mut field = Field {
        name: name.to_string(),
        ty: read_type(plain),
        go: go_name(plain),
        pointer,
        always,
        rel: Rel::Plain,
        strategy: Strategy::Replace,
        retain: false,
    };
    for mark in marks {
        match mark.split_once('=') {
            None if mark == "atomic" => field.rel = Rel::Atomic,
            None if mark == "set" => field.rel = Rel::Set,
            None if mark == "merge" => field.strategy = Strategy::Union,
            None if mark == "retain" => field.retain = true,
            Some(("keys", keys)) => field.rel = Rel::Keys(keys.split(',').map(str::to_string).collect()),
            Some(("merge", key)) => field.strategy = Strategy::By(key.to_string()),
            _ => {}
        }
    }
    Some(field)
}

fn read_type(text: &'static str) -> Ty {
    if let Some(of) = text.strip_prefix("[]") {
        return Ty::List(Box::new(read_type(of)));
    }
    if let Some(of) = text.strip_prefix("map:") {
        return Ty::Map(Box::new(read_type(of)));
    }
    match text.split('~').next().unwrap_or(text).trim_start_matches('*') {
        "string" => Ty::Str,
        "bool" => Ty::Bool,
        "int32" | "byte" => Ty::Int32,
        "int64" | "int" => Ty::Int64,
        "float64" => Ty::Float,
        "bytes" => Ty::Bytes,
        "time" => Ty::Time,
        "microtime" => Ty::MicroTime,
        "quantity" => Ty::Quantity,
        "intstr" => Ty::IntStr,
        "any" => Ty::Any,
        other => Ty::Named(other),
    }
}

fn go_name(text: &str) -> String {
    if let Some(of) = text.strip_prefix("[]") {
        return format!("[]{}", go_name(of));
    }
    if let Some(of) = text.strip_prefix("map:") {
        return format!("map[string]{}", go_name(of));
    }
    match text.split_once('~') {
        Some((_, go)) => go.to_string(),
        None => match text.split_once('.') {
            Some(("autoscaling", name)) => format!("v2.{name}"),
            Some((_, name)) => format!("v1.{name}"),
            None => match text {
                "intstr" => "int32".into(),
                "bytes" => "[]uint8".into(),
                "quantity" => "resource.Quantity".into(),
                "time" => "v1.Time".into(),
                other => other.to_string(),
            },
        },
    }
}
