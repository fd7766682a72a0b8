//! Types to and from the JSON form of state and plan documents.

use std::collections::BTreeSet;
use std::sync::Arc;

use ordain_value::{ObjectType, Type};
use serde::ser::SerializeTuple;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use serde_json::value::to_raw_value;

use super::{Broken, shared};

/// Deepest nesting that is read; deeper documents are refused before the stack runs out.
const DEEPEST: usize = 200;

/// A type as [`crate::json::values::type_json`] has it, written without a tree in between.
pub struct Written<'a>(pub &'a Type);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let pair = |out: S, word: &str, of: &Type| (word, Written(of)).serialize(out);
        match self.0 {
            Type::Dynamic => out.serialize_str("dynamic"),
            Type::Bool => out.serialize_str("bool"),
            Type::Number => out.serialize_str("number"),
            Type::String => out.serialize_str("string"),
            Type::List(element) => pair(out, "list", element),
            Type::Set(element) => pair(out, "set", element),
            Type::Map(element) => pair(out, "map", element),
            Type::Tuple(elements) => ("tuple", Elements(elements)).serialize(out),
            Type::Object(object) => match shared::text_of(object, || to_raw_value(&Object(object)).ok()) {
                Some(text) => text.serialize(out),
                None => Object(object).serialize(out),
            },
        }
    }
}

struct Object<'a>(&'a ObjectType);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let ObjectType { attributes, optional } = self.0;
        let mut parts = out.serialize_tuple(if optional.is_empty() { 2 } else { 3 })?;
        parts.serialize_element("object")?;
        parts.serialize_element(&Attributes(attributes))?;
        if !optional.is_empty() {
            parts.serialize_element(&Names(optional))?;
        }
        parts.end()
    }
}

struct Elements<'a>(&'a [Type]);
struct Attributes<'a>(&'a ordain_value::Named<Type>);
struct Names<'a>(&'a BTreeSet<Arc<str>>);

impl Serialize for Elements<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.0.iter().map(Written))
    }
}

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(self.0.iter().map(|(name, ty)| (&**name, Written(ty))))
    }
}

impl Serialize for Names<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.0.iter().map(|name| &**name))
    }
}

/// Reads `"string"`, `["list","string"]`, `["object",{…}]` and so on.
///
/// # Errors
/// When it is no type.
pub fn read(json: &Json) -> Result<Type, Broken> {
    shared::of_type(json, |json| at_depth(json, DEEPEST))
}

fn at_depth(json: &Json, depth: usize) -> Result<Type, Broken> {
    let wrong = || Broken("a type is written in no known form".to_owned());
    let depth = depth.checked_sub(1).ok_or_else(|| Broken("a type is nested too deeply".to_owned()))?;
    if let Some(word) = json.as_str() {
        return match word {
            "dynamic" => Ok(Type::Dynamic),
            "bool" => Ok(Type::Bool),
            "number" => Ok(Type::Number),
            "string" => Ok(Type::String),
            _ => Err(wrong()),
        };
    }
    let parts = json.as_array().ok_or_else(wrong)?;
    let (word, of) = match parts.as_slice() {
        [word, of] | [word, of, _] => (word.as_str().ok_or_else(wrong)?, of),
        _ => return Err(wrong()),
    };
    let inner = |of: &Json| at_depth(of, depth);
    match word {
        "list" => inner(of).map(Type::list),
        "set" => inner(of).map(Type::set),
        "map" => inner(of).map(Type::map),
        "tuple" => {
            let elements = of.as_array().ok_or_else(wrong)?;
            elements.iter().map(inner).collect::<Result<Vec<_>, _>>().map(Type::tuple)
        }
        "object" => {
            let mut object = ObjectType::default();
            for (name, ty) in of.as_object().ok_or_else(wrong)? {
                object.attributes.insert(shared::name(name), inner(ty)?);
            }
            for name in parts.get(2).and_then(Json::as_array).into_iter().flatten() {
                object.optional.insert(name.as_str().ok_or_else(wrong)?.into());
            }
            Ok(Type::Object(object.into()))
        }
        _ => Err(wrong()),
    }
}
