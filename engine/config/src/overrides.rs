//! Override files: blocks that change blocks of the other files, argument by argument.

use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, Span};
use ordain_lang::ast::{Attribute, Block, Body, Ident, JsonNode, JsonValue, NativeBody};

use crate::fields::bad_block;

/// Merges the blocks of override files into those of the primary files. Returns the `terraform` blocks
/// among them, which override setting by setting.
pub(crate) fn apply(primary: &mut [Block], overrides: Vec<Block>, found: &mut Diagnostics) -> Vec<Block> {
    let mut settings = Vec::new();
    for over in overrides {
        match &*over.block_type.text {
            "terraform" => settings.push(over),
            "locals" => override_locals(primary, &over, found),
            kind @ ("moved" | "import" | "removed" | "check") => {
                let detail = format!("{kind} blocks can appear only in normal files, not in override files.");
                found.push(bad_block(format!("Cannot override '{kind}' blocks"), detail, over.header));
            }
            _ => override_block(primary, &over, found),
        }
    }
    settings
}

fn override_block(primary: &mut [Block], over: &Block, found: &mut Diagnostics) {
    let Some(base) = primary.iter_mut().find(|base| same_object(base, over)) else {
        found.push(missing_base(over));
        return;
    };
    if let Some(depends_on) = own_attribute(&over.body, "depends_on") {
        let detail = "The depends_on argument may not be overridden.";
        found.push(bad_block("Unsupported override", detail, depends_on));
        return;
    }
    match merge_bodies(&base.body, &over.body) {
        Some(body) => base.body = body,
        None => {
            let detail = "A block in native syntax cannot be overridden by one in JSON syntax, nor the other way round. Write the override in the same syntax as the block that it changes.";
            found.push(bad_block("Unsupported override", detail, over.header));
        }
    }
}

fn same_object(base: &Block, over: &Block) -> bool {
    let labels = |block: &Block| block.labels.iter().map(|label| label.text.clone()).collect::<Vec<_>>();
    base.block_type.text == over.block_type.text
        && labels(base) == labels(over)
        && (&*over.block_type.text != "provider" || alias(base) == alias(over))
}

fn alias(block: &Block) -> Option<Arc<str>> {
    let (attributes, _) = block.body.just_attributes();
    let alias = attributes.into_iter().find(|attribute| &*attribute.name.text == "alias")?;
    alias.expr.as_text().map(Arc::from)
}

fn missing_base(over: &Block) -> Diagnostic {
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
        "ephemeral" => (
            "Missing ephemeral resource to override",
            format!(
                "There is no {kind} ephemeral resource named {name:?}. {}",
                only("an ephemeral block", "defined")
            ),
        ),
        _ => (
            "Missing resource to override",
            format!("There is no {kind} resource named {name:?}. {}", only("a resource block", "defined")),
        ),
    };
    bad_block(summary, detail, over.header)
}

fn override_locals(primary: &mut [Block], over: &Block, found: &mut Diagnostics) {
    for attribute in found.take(over.body.just_attributes()) {
        let name = attribute.name.clone();
        let mut bases = primary.iter_mut().filter(|base| &*base.block_type.text == "locals");
        let base = bases.find(|base| own_attribute(&base.body, &name.text).is_some());
        match base.map(|base| (set_attribute(&base.body, attribute), base)) {
            Some((Some(body), base)) => base.body = body,
            Some((None, _)) => {
                let detail = "A local value in JSON syntax can be overridden in JSON syntax only.";
                found.push(bad_block("Unsupported override", detail, name.span));
            }
            None => {
                let detail = format!(
                    "There is no local value named {:?}. An override file can only override a local value that was already defined in a primary configuration file.",
                    name.text
                );
                found.push(bad_block("Missing base local value definition to override", detail, name.span));
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
    }
}

fn set_attribute(body: &Body, attribute: Attribute) -> Option<Body> {
    let Body::Native(native) = body else { return None };
    let replace = |old: &Attribute| match old.name.text == attribute.name.text {
        true => attribute.clone(),
        false => old.clone(),
    };
    let attributes = native.attributes.iter().map(replace).collect();
    Some(Body::Native(NativeBody { attributes, blocks: native.blocks.clone(), span: native.span }))
}

/// The body that results: arguments of the second replace those of the first, and nested blocks of a
/// type replace all of that type. `None` when the syntaxes differ.
fn merge_bodies(base: &Body, over: &Body) -> Option<Body> {
    match (base, over) {
        (Body::Native(base), Body::Native(over)) => Some(Body::Native(merge_native(base, over))),
        (Body::Json(base), Body::Json(over)) => merge_json(base, over).map(Body::Json),
        (Body::Native(_), Body::Json(_)) | (Body::Json(_), Body::Native(_)) => None,
    }
}

fn merge_native(base: &NativeBody, over: &NativeBody) -> NativeBody {
    let replaces = |name: &str| {
        over.attributes.iter().any(|attribute| {
            let own = &*attribute.name.text;
            own == name || matches!((own, name), ("count", "for_each") | ("for_each", "count"))
        })
    };
    let kept = base.attributes.iter().filter(|attribute| !replaces(&attribute.name.text));
    let attributes = kept.chain(over.attributes.iter()).cloned().collect();
    let mut blocks: Vec<Block> = Vec::new();
    for block in base.blocks.iter() {
        let same: Vec<&Block> =
            over.blocks.iter().filter(|other| content_type(other) == content_type(block)).collect();
        match (same.first(), content_type(block)) {
            (None, _) => blocks.push(block.clone()),
            (Some(other), "lifecycle") => blocks.push(merge_lifecycle(block, other)),
            (Some(_), _) => {}
        }
    }
    let merged_lifecycle = base.blocks.iter().any(|block| content_type(block) == "lifecycle");
    let added = over.blocks.iter().filter(|block| !(merged_lifecycle && content_type(block) == "lifecycle"));
    blocks.extend(added.cloned());
    NativeBody { attributes, blocks: blocks.into(), span: base.span }
}

fn merge_lifecycle(base: &Block, over: &Block) -> Block {
    let body = merge_bodies(&base.body, &over.body).unwrap_or_else(|| over.body.clone());
    Block { body, ..base.clone() }
}

/// Type of the blocks that a block stands for: its own, or the one that `dynamic` makes.
fn content_type(block: &Block) -> &str {
    match (&*block.block_type.text, block.labels.first()) {
        ("dynamic", Some(label)) => &label.text,
        (own, _) => own,
    }
}

fn merge_json(base: &JsonNode, over: &JsonNode) -> Option<JsonNode> {
    let (JsonValue::Object(old), JsonValue::Object(new)) = (&base.value, &over.value) else { return None };
    let kept =
        old.iter().filter(|(key, _)| !new.iter().any(|(other, _): &(Ident, _)| other.text == key.text));
    let members = kept.chain(new.iter()).cloned().collect();
    Some(JsonNode { span: base.span, value: JsonValue::Object(members) })
}
