//! Reading JSON bodies by a schema: which properties are arguments, and how labels nest.

use std::collections::HashMap;

use ordain_diag::{Diagnostic, Diagnostics, Span};

use super::content::{ARGUMENT, BLOCK};
use super::{
    Attribute, Block, BlockSchema, Body, BodySchema, Content, Ident, JsonNode, JsonValue, Label, Text,
};
use crate::suggest::{did_you_mean, nearest};

const TYPE: &str = "Incorrect JSON value type";

/// A property of a JSON object.
type Member = (Ident, JsonNode);

/// Properties of an object, or of all objects of an array.
fn members(node: &JsonNode, found: &mut Diagnostics, wanted: &str) -> Vec<Member> {
    match &node.value {
        JsonValue::Object(members) => members.to_vec(),
        JsonValue::Null => Vec::new(),
        JsonValue::Array(items) => {
            let mut all = Vec::new();
            for item in items.iter() {
                match &item.value {
                    JsonValue::Object(members) => all.extend(members.iter().cloned()),
                    _ => found.push(Diagnostic::error(BLOCK, TYPE, wanted).with_span(start(item))),
                }
            }
            all
        }
        _ => {
            found.push(Diagnostic::error(BLOCK, TYPE, wanted).with_span(start(node)));
            Vec::new()
        }
    }
}

/// Where something is told of a value: the bracket that opens it, or all of it.
fn start(node: &JsonNode) -> Span {
    match node.value {
        JsonValue::Object(_) | JsonValue::Array(_) => Span { end: node.span.start + 1, ..node.span },
        _ => node.span,
    }
}

/// An object of these properties in the place of a node.
pub(super) fn object_of(node: &JsonNode, members: Vec<Member>) -> JsonNode {
    JsonNode { span: node.span, value: JsonValue::Object(members.into()) }
}

/// What the schema knows, and all other properties.
pub(super) fn content(
    node: &JsonNode,
    schema: &BodySchema,
    missing_item: Span,
) -> (Content, Vec<Member>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut content = Content { missing_item: Some(missing_item), ..Content::default() };
    let mut unknown = Vec::new();
    let mut seen: HashMap<Text, ()> = HashMap::new();
    for (name, value) in
        members(node, &mut found, "A body in JSON syntax is an object, or an array of objects.")
    {
        if schema.has_attribute(&name.text) {
            if seen.insert(name.text.clone(), ()).is_some() {
                let detail = format!("The argument \"{}\" is set already. Set it once.", name.text);
                found.push(Diagnostic::error(ARGUMENT, "Duplicate argument", detail).with_span(name.span));
                continue;
            }
            let expr = found.take(value.to_expr());
            content.attributes.push(Attribute { name, expr });
        } else if let Some(block) = schema.block(&name.text) {
            unpack(&name, &value, block, &mut Vec::new(), &mut content.blocks, &mut found);
        } else if &*name.text != "//" {
            unknown.push((name, value));
        }
    }
    let missing = content.check_required(schema, missing_item);
    found.append(missing);
    (content, unknown, found)
}

/// The blocks that a property stands for: one level of objects for each label, then bodies.
fn unpack(
    block_type: &Ident,
    node: &JsonNode,
    schema: &BlockSchema,
    labels: &mut Vec<Label>,
    blocks: &mut Vec<Block>,
    found: &mut Diagnostics,
) {
    let name = &schema.block_type;
    if let Some(label) = schema.labels.get(labels.len()) {
        let wanted = format!(
            "The {label} of \"{name}\" blocks is the name of a property, so an object, or an array of objects, is needed here."
        );
        let inner = members(node, found, &wanted);
        if inner.is_empty() {
            let detail =
                format!("There is no property whose name would be the {label} of the \"{name}\" block.");
            found.push(Diagnostic::error(BLOCK, "Missing block label", detail).with_span(start(node)));
        }
        for (key, value) in inner {
            labels.push(Label { text: key.text, span: key.span });
            unpack(block_type, &value, schema, labels, blocks, found);
            labels.pop();
        }
        return;
    }
    let items = match &node.value {
        JsonValue::Null => return,
        JsonValue::Array(items) => items.as_ref(),
        JsonValue::Object(_) => std::slice::from_ref(node),
        _ => {
            let detail = format!("The content of \"{name}\" blocks is an object, or an array of objects.");
            found.push(Diagnostic::error(BLOCK, TYPE, detail).with_span(node.span));
            return;
        }
    };
    for item in items {
        blocks.push(Block {
            block_type: block_type.clone(),
            labels: labels.iter().cloned().collect(),
            body: Body::Json(item.clone()),
            header: start(node),
            span: block_type.span.to(item.span),
        });
    }
}

/// Properties that mean nothing.
pub(super) fn unsupported(unknown: &[Member], schema: &BodySchema) -> Vec<Diagnostic> {
    let report = |(name, _): &Member| {
        let meant = did_you_mean(nearest(&name.text, schema.all_names()));
        let detail = format!("There is no argument or block type named \"{}\" here.{meant}", name.text);
        Diagnostic::error(ARGUMENT, "Extraneous JSON object property", detail).with_span(name.span)
    };
    unknown.iter().map(report).collect()
}

/// All properties as arguments.
pub(super) fn just_attributes(node: &JsonNode) -> (Vec<Attribute>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut seen: HashMap<Text, ()> = HashMap::new();
    let mut attributes = Vec::new();
    for (name, value) in
        members(node, &mut found, "Arguments in JSON syntax are the properties of an object.")
    {
        if &*name.text == "//" {
            continue;
        }
        if seen.insert(name.text.clone(), ()).is_some() {
            let detail = format!("The argument \"{}\" is set already. Set it once.", name.text);
            found.push(
                Diagnostic::error(ARGUMENT, "Duplicate attribute definition", detail).with_span(name.span),
            );
            continue;
        }
        let expr = found.take(value.to_expr());
        attributes.push(Attribute { name, expr });
    }
    (attributes, found)
}
