//! Override files: blocks that change blocks of the other files, argument by argument.

use std::collections::BTreeSet;
use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, Span};
use ordain_lang::ast::{Block, Body, Expr, ExprKind, Ident, JsonNode, JsonValue, List, NativeBody, Text};

use crate::fields::{bad_block, schema};

/// The first block of the primary files that a block of an override file changes.
pub(crate) fn base_of<'b>(primary: &'b mut [Block], over: &Block) -> Option<&'b mut Block> {
    primary.iter_mut().find(|base| same_object(base, over))
}

/// What no override file may have: the error that says so.
pub(crate) fn refused(over: &Block) -> Option<Diagnostic> {
    let kind = &*over.block_type.text;
    let summary = match kind {
        "check" => "Can't override check blocks".to_owned(),
        "moved" | "import" => format!("Cannot override '{kind}' blocks"),
        _ => return None,
    };
    let detail = format!("{kind} blocks can appear only in normal files, not in override files.");
    Some(bad_block(summary, detail, over.header))
}

/// A block of an override file without its conditions: they cannot be changed, which is told.
pub(crate) fn without_conditions(over: &Block, found: &mut Diagnostics) -> Block {
    let conditions: &[&str] = match &*over.block_type.text {
        "variable" => &["validation"],
        "output" => &["precondition"],
        "lifecycle" => &["precondition", "postcondition"],
        "resource" | "data" => {
            let Body::Native(body) = &over.body else { return over.clone() };
            let mut met = false;
            let mut inner = |block: &Block| match &*block.block_type.text {
                // A second one is told to be one too many, and not looked into.
                "lifecycle" if !std::mem::replace(&mut met, true) => without_conditions(block, found),
                _ => block.clone(),
            };
            let blocks = body.blocks.iter().map(&mut inner).collect();
            return Block { body: Body::Native(NativeBody { blocks, ..body.clone() }), ..over.clone() };
        }
        _ => return over.clone(),
    };
    let blocks: Vec<_> = conditions.iter().map(|kind| (*kind, &[][..])).collect();
    let (content, rest, _) = over.body.partial_content(&schema(&[], &[], &blocks));
    if content.blocks.is_empty() {
        return over.clone();
    }
    for block in content.blocks {
        let kind = &block.block_type.text;
        let detail = format!("{kind} blocks can appear only in normal files, not in override files.");
        found.push(bad_block(format!("Can't override {kind} blocks"), detail, block.header));
    }
    Block { body: rest, ..over.clone() }
}

fn same_object(base: &Block, over: &Block) -> bool {
    let labels = |block: &Block| block.labels.iter().map(|label| label.text.clone()).collect::<Vec<_>>();
    base.block_type.text == over.block_type.text
        && labels(base) == labels(over)
        && (&*over.block_type.text != "provider" || alias(base) == alias(over))
}

pub(crate) fn alias(block: &Block) -> Option<Arc<str>> {
    let (attributes, _) = block.body.just_attributes();
    let alias = attributes.into_iter().find(|attribute| &*attribute.name.text == "alias")?;
    alias.expr.as_text().map(Arc::from)
}

pub(crate) fn missing_base(over: &Block) -> Diagnostic {
    let name = over.labels.last().map_or("", |label| &*label.text);
    let kind = over.labels.first().map_or("", |label| &*label.text);
    let only = |what: &str, done: &str| {
        format!(
            "An override file can only override {what} that was already {done} in a primary configuration file."
        )
    };
    let (summary, detail) = match &*over.block_type.text {
        "variable" => (
            "Missing base variable declaration to override",
            format!("There is no variable named {name:?}. {}", only("a variable", "declared")),
        ),
        "output" => (
            "Missing base output definition to override",
            format!("There is no output named {name:?}. {}", only("an output", "defined")),
        ),
        "module" => (
            "Missing module call to override",
            format!("There is no module call named {name:?}. {}", only("a module call", "defined")),
        ),
        "provider" => (
            "Missing base provider configuration for override",
            format!(
                "There is no such configuration of provider {name:?}. {}",
                only("a provider configuration", "defined")
            ),
        ),
        "data" => (
            "Missing data resource to override",
            format!("There is no {kind} data resource named {name:?}. {}", only("a data block", "defined")),
        ),
        _ => (
            "Missing resource to override",
            format!("There is no {kind} resource named {name:?}. {}", only("a resource block", "defined")),
        ),
    };
    bad_block(summary, detail, over.header)
}

pub(crate) fn override_locals(primary: &mut [Block], over: &Block, found: &mut Diagnostics) {
    for attribute in found.take(over.body.just_attributes()) {
        let (name, whole) = (attribute.name.clone(), attribute.span());
        let mut bases = primary.iter_mut().filter(|base| &*base.block_type.text == "locals");
        let base = bases.find(|base| own_attribute(&base.body, &name.text).is_some());
        match base {
            Some(base) => {
                let one = NativeBody { attributes: [attribute].into(), blocks: List::default(), span: whole };
                base.body = merge_bodies(&base.body, &Body::Native(one));
            }
            None => {
                let detail = format!(
                    "There is no local value named {:?}. An override file can only override a local value that was already defined in a primary configuration file.",
                    name.text
                );
                found.push(bad_block("Missing base local value definition to override", detail, whole));
            }
        }
    }
}

/// Where an argument of a body stands, if it is there.
fn own_attribute(body: &Body, name: &str) -> Option<Span> {
    match body {
        Body::Native(native) => {
            native.attributes.iter().find(|attribute| &*attribute.name.text == name).map(|a| a.name.span)
        }
        Body::Json(JsonNode { value: JsonValue::Object(members), .. }) => {
            members.iter().find(|(key, _)| &*key.text == name).map(|(key, _)| key.span)
        }
        Body::Json(_) => None,
        Body::Joined(parts) => parts.iter().find_map(|part| own_attribute(part, name)),
    }
}

/// The body that results: arguments of the second replace those of the first, and nested blocks of a type
/// replace all of that type; `lifecycle` is changed argument by argument. Each part keeps its syntax.
pub(crate) fn merge_bodies(base: &Body, over: &Body) -> Body {
    let (base_lifecycle, base) = take_lifecycle(base);
    let (over_lifecycle, over) = take_lifecycle(over);
    let kept = without(&base, &names(&over));
    let merged = Body::Joined([kept, over].into());
    let lifecycle: Vec<Block> = match (base_lifecycle, over_lifecycle) {
        (base, over) if base.is_empty() => {
            over.into_iter().map(|block| Block { body: changing(&block.body), ..block }).collect()
        }
        (base, over) => match over.first() {
            Some(changes) => {
                let changes = changing(&changes.body);
                let change = |block: Block| Block { body: merge_bodies(&block.body, &changes), ..block };
                base.into_iter().map(change).collect()
            }
            None => base,
        },
    };
    if lifecycle.is_empty() {
        return merged;
    }
    let span = merged.span();
    let lifecycle = NativeBody { attributes: List::default(), blocks: lifecycle.into(), span };
    Body::Joined([merged, Body::Native(lifecycle)].into())
}

/// What of a `lifecycle` block changes that of another: neither conditions nor triggers, and no empty list.
fn changing(body: &Body) -> Body {
    let mut fixed: BTreeSet<Text> =
        ["replace_triggered_by", "precondition", "postcondition"].map(Text::from).into();
    let attributes = body.just_attributes().0;
    let empty = |expr: &Expr| matches!(&expr.kind, ExprKind::Tuple(items) if items.is_empty());
    if attributes.iter().any(|one| &*one.name.text == "ignore_changes" && empty(&one.expr)) {
        fixed.insert("ignore_changes".into());
    }
    without(body, &fixed)
}

fn take_lifecycle(body: &Body) -> (Vec<Block>, Body) {
    // What is wrong with the body is told where it is read.
    let (content, rest, _) = body.partial_content(&schema(&[], &[], &[("lifecycle", &[])]));
    (content.blocks, rest)
}

/// Names of the arguments and the types of the blocks in a body; `dynamic` blocks count as what they make.
fn names(body: &Body) -> BTreeSet<Text> {
    let mut found = BTreeSet::new();
    match body {
        Body::Native(native) => {
            found.extend(native.attributes.iter().map(|attribute| attribute.name.text.clone()));
            found.extend(native.blocks.iter().map(content_type));
        }
        Body::Json(node) => {
            for (key, value) in members(node) {
                match &*key.text {
                    "//" => {}
                    "dynamic" => found.extend(members(value).map(|(label, _)| label.text.clone())),
                    _ => drop(found.insert(key.text.clone())),
                }
            }
        }
        Body::Joined(parts) => found.extend(parts.iter().flat_map(names)),
    }
    // Whichever of these is given last is meant.
    for (one, other) in [("count", "for_each"), ("for_each", "count")] {
        if found.contains(one) {
            found.insert(other.into());
        }
    }
    found
}

/// A body without arguments and blocks of these names.
fn without(body: &Body, names: &BTreeSet<Text>) -> Body {
    match body {
        Body::Native(native) => {
            let attributes = native.attributes.iter().filter(|one| !names.contains(&one.name.text));
            let blocks = native.blocks.iter().filter(|block| !names.contains(&content_type(block)));
            Body::Native(NativeBody {
                attributes: attributes.cloned().collect(),
                blocks: blocks.cloned().collect(),
                span: native.span,
            })
        }
        Body::Json(node) => {
            let kept = members(node).filter(|(key, _)| !names.contains(&key.text));
            let kept = kept.map(|(key, value)| match &*key.text {
                "dynamic" => (key.clone(), without_labels(value, names)),
                _ => (key.clone(), value.clone()),
            });
            Body::Json(object(node, kept.collect()))
        }
        Body::Joined(parts) => {
            let [first, second] = &**parts;
            Body::Joined([without(first, names), without(second, names)].into())
        }
    }
}

fn without_labels(dynamic: &JsonNode, names: &BTreeSet<Text>) -> JsonNode {
    object(dynamic, members(dynamic).filter(|(label, _)| !names.contains(&label.text)).cloned().collect())
}

fn object(node: &JsonNode, members: Vec<(Ident, JsonNode)>) -> JsonNode {
    JsonNode { span: node.span, value: JsonValue::Object(members.into()) }
}

/// Properties of an object, or of all objects of an array.
fn members(node: &JsonNode) -> impl Iterator<Item = &(Ident, JsonNode)> {
    let objects = match &node.value {
        JsonValue::Array(items) => &items[..],
        _ => std::slice::from_ref(node),
    };
    objects.iter().flat_map(|object| match &object.value {
        JsonValue::Object(members) => &members[..],
        _ => &[],
    })
}

/// Type of the blocks that a block stands for: its own, or the one that `dynamic` makes.
fn content_type(block: &Block) -> Text {
    match (&*block.block_type.text, block.labels.first()) {
        ("dynamic", Some(label)) => label.text.clone(),
        _ => block.block_type.text.clone(),
    }
}
