//! The types of objects, as the cluster describes them.
//!
//! Like [`Type`], but it also knows which texts may be numbers in the API. Structures that contain themselves
//! cannot be written as a type; what the cluster leaves open is open here too.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_value::Type;
use serde_json::Value as Json;

/// The type of one value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// Anything.
    Open,
    Bool,
    Number,
    Text,
    /// A text in a state; a number in the API where it is one.
    NumberOrText,
    List(Box<Shape>),
    /// A list whose elements may differ in type.
    Mixed(Box<Shape>),
    Map(Box<Shape>),
    Object(BTreeMap<Arc<str>, Shape>),
}

/// Schemas of the OpenAPI document by name, for references.
pub(crate) type Definitions = serde_json::Map<String, Json>;

/// Deeper structures are taken for endless ones.
const DEPTH: usize = 50;

/// Schemas of schemas, which contain themselves.
const ENDLESS: &[&str] = &[
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.JSONSchemaProps",
];

impl Shape {
    /// The shape that a schema describes.
    ///
    /// # Errors
    /// The schema is none, refers to what is not there, or has no end.
    pub(crate) fn of(schema: &Json, definitions: &Definitions) -> Result<Shape, String> {
        shape(schema, definitions, DEPTH)
    }

    /// As a type of values.
    pub(crate) fn ty(&self) -> Type {
        match self {
            Shape::Open => Type::Dynamic,
            Shape::Bool => Type::Bool,
            Shape::Number => Type::Number,
            Shape::Text | Shape::NumberOrText => Type::String,
            Shape::List(element) => Type::list(element.ty()),
            Shape::Mixed(element) => Type::tuple([element.ty()]),
            Shape::Map(element) => Type::map(element.ty()),
            Shape::Object(members) => {
                Type::object(members.iter().map(|(name, shape)| (name.clone(), shape.ty())))
            }
        }
    }

    fn is_closed(&self) -> bool {
        match self {
            Shape::Open => false,
            Shape::Bool | Shape::Number | Shape::Text | Shape::NumberOrText => true,
            Shape::List(element) | Shape::Mixed(element) | Shape::Map(element) => element.is_closed(),
            Shape::Object(members) => members.values().all(Shape::is_closed),
        }
    }
}

fn shape(schema: &Json, definitions: &Definitions, depth: usize) -> Result<Shape, String> {
    let depth = depth.checked_sub(1).ok_or("recursion runaway while generating type from OpenAPI spec")?;
    let reference = schema.get("$ref").or_else(|| match schema.get("allOf")?.as_array()?.as_slice() {
        [only] => only.get("$ref"),
        _ => None,
    });
    if let Some(reference) = reference.and_then(Json::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        if ENDLESS.contains(&name) {
            return Ok(Shape::Open);
        }
        return shape(definitions.get(name).ok_or("schema not found")?, definitions, depth);
    }
    let inner = |schema: &Json| shape(schema, definitions, depth);
    let (properties, additional) = (schema.get("properties"), schema.get("additionalProperties"));
    let text = |key: &str| schema.get(key).and_then(Json::as_str).unwrap_or_default();
    Ok(match text("type") {
        "string" if text("format") == "int-or-string" => Shape::NumberOrText,
        "string" => Shape::Text,
        "boolean" => Shape::Bool,
        "number" | "integer" => Shape::Number,
        "" if schema.get("x-kubernetes-int-or-string") == Some(&Json::Bool(true)) => Shape::NumberOrText,
        "" => Shape::Open,
        "array" => {
            let element = schema.get("items").or(additional).ok_or("array without items")?;
            let element = Box::new(inner(element)?);
            if element.is_closed() { Shape::List(element) } else { Shape::Mixed(element) }
        }
        "object" => match (properties.and_then(Json::as_object), additional) {
            (Some(properties), None) => {
                let members =
                    properties.iter().map(|(name, schema)| Ok((Arc::from(name.as_str()), inner(schema)?)));
                Shape::Object(members.collect::<Result<_, String>>()?)
            }
            (None, Some(element)) if element.is_object() => Shape::Map(Box::new(inner(element)?)),
            (None, _) => Shape::Open,
            (Some(_), Some(_)) => return Err("unknown type: object".to_owned()),
        },
        other => return Err(format!("unknown type: {other}")),
    })
}
