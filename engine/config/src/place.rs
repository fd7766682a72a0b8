//! Where findings of a provider about a resource belong, and which `removed` block speaks of one.

use std::sync::Arc;

use ordain_addr::{ConfigResource, ModulePath, ResourceInstance, Target};
use ordain_diag::{AttributeStep, Diagnostics, Span};
use ordain_lang::ast::{Attribute, Block, Body, BodySchema, ExprKind, JsonNode, JsonValue, ObjectKey};

use crate::ModuleTree;
use crate::blocks::{Removed, ResourceBlock};

impl ResourceBlock {
    /// Where the value of an argument stands, if the block sets it.
    pub fn argument_span(&self, name: &str) -> Option<Span> {
        written_at(&self.body, name)
    }

    /// Gives findings of a provider about an instance its address, and the place of the argument that
    /// they name, or of the innermost block on the way to it that is written out.
    pub fn place(&self, found: Diagnostics, address: &ResourceInstance) -> Diagnostics {
        if found.is_empty() {
            return found;
        }
        found.at_address(&address.to_string()).map(|finding| {
            if finding.span.is_some() {
                return finding;
            }
            let span = named_in(&self.body, &finding.attribute);
            // What stands in a check block is shown in that.
            match self.check {
                Some(_) => finding.with_span(span),
                None => finding.with_span(span).with_context(self.header),
            }
        })
    }
}

/// Where the argument at a path stands, as far as the path can be followed, by the rules of the originals: through
/// nested blocks by their numbers and keys, and a block without a number only where it is the only one of its type.
/// Blocks that are `dynamic` cannot be followed. An argument that is not written would stand where its block begins.
fn named_in(body: &Body, path: &[AttributeStep]) -> Span {
    let (last, names) = match path.split_last() {
        Some((last @ (AttributeStep::Index(_) | AttributeStep::Key(_)), names)) => (Some(last), names),
        _ => (None, path),
    };
    let inner = (names.len() > 1).then(|| descend(body, names));
    let body = inner.as_ref().unwrap_or(body);
    let attribute = match names.last() {
        Some(AttributeStep::Name(name)) => attribute(body, name),
        _ => None,
    };
    match (attribute, last) {
        (Some(attribute), Some(step)) => element(&attribute, step),
        (Some(attribute), None) => attribute.expr.span,
        (None, _) => body.missing_item(),
    }
}

/// The innermost body that steps lead to. Steps that name no block are passed over.
fn descend(body: &Body, steps: &[AttributeStep]) -> Body {
    let mut body = body.clone();
    let mut rest = steps;
    while let Some((step, after)) = rest.split_first() {
        let AttributeStep::Name(name) = step else { return body };
        let index = after.first().filter(|step| !matches!(step, AttributeStep::Name(_)));
        rest = if index.is_some() { after.get(1..).unwrap_or_default() } else { after };
        let labels: &[&'static str] = match index {
            Some(AttributeStep::Key(_)) => &["key"],
            _ => &[],
        };
        let (content, _, found) = body.partial_content(&BodySchema::new(&[], &[(name, labels)]));
        let blocks: Vec<&Block> = content.blocks_of(name).collect();
        if found.has_errors() {
            return body;
        }
        let next = match (index, blocks.as_slice()) {
            (_, []) => continue,
            (None, [only]) => Some(*only),
            (Some(AttributeStep::Index(at)), blocks) => {
                usize::try_from(*at).ok().and_then(|at| blocks.get(at).copied())
            }
            (Some(AttributeStep::Key(key)), blocks) => blocks
                .iter()
                .find(|block| block.labels.first().is_some_and(|label| *label.text == **key))
                .copied(),
            _ => None,
        };
        let Some(next) = next else { return body };
        body = next.body.clone();
    }
    body
}

fn attribute(body: &Body, name: &str) -> Option<Attribute> {
    let (content, _, _) = body.partial_content(&BodySchema::new(&[(name, false)], &[]));
    content.attribute(name).cloned()
}

/// Where an element of an argument stands: the whole argument where it is not written element by element, its name where
/// there is no such element.
fn element(attribute: &Attribute, step: &AttributeStep) -> Span {
    match (step, &attribute.expr.kind) {
        (AttributeStep::Index(at), ExprKind::Tuple(items)) => {
            let item = usize::try_from(*at).ok().and_then(|at| items.get(at));
            item.map_or(attribute.name.span, |item| item.span)
        }
        (AttributeStep::Key(key), ExprKind::Object(items)) => {
            for item in items.iter() {
                match constant_key(&item.key) {
                    None => return attribute.expr.span,
                    Some(name) if name == *key => return item.value.start_span(),
                    Some(_) => {}
                }
            }
            attribute.name.span
        }
        _ => attribute.expr.span,
    }
}

fn constant_key(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Name(name) => Some(name.text.to_string()),
        ObjectKey::Expr(expr) => Some(expr.literal()?.as_str()?.to_owned()),
    }
}

fn written_at(body: &Body, name: &str) -> Option<Span> {
    match body {
        Body::Native(native) => {
            let mut attributes = native.attributes.iter();
            attributes.find(|attribute| &*attribute.name.text == name).map(|attribute| attribute.expr.span)
        }
        Body::Json(JsonNode { value: JsonValue::Object(members), .. }) => {
            members.iter().find(|(key, _)| &*key.text == name).map(|(_, value)| value.span)
        }
        Body::Json(_) => None,
        Body::Joined(parts) => parts.iter().find_map(|part| written_at(part, name)),
    }
}

impl ModuleTree {
    /// The `removed` block that speaks of a resource: its own, or that of a module around it.
    pub fn removed(&self, address: &ConfigResource) -> Option<&Removed> {
        let inside = |module: &ModulePath, target: &Target| {
            let (relative, resource) = match target {
                Target::Module(module) => (module.path(), None),
                Target::Resource(resource) => (resource.module.path(), Some(&resource.resource)),
                Target::Instance(instance) => (instance.module.path(), Some(&instance.resource)),
            };
            let path: Vec<&Arc<str>> = module.0.iter().chain(&relative.0).collect();
            let within = address.module.0.iter().take(path.len()).eq(path.iter().copied());
            match resource {
                Some(resource) => {
                    within && path.len() == address.module.0.len() && *resource == address.resource
                }
                None => within,
            }
        };
        // Statements stand in the module itself or in one around it.
        let mut module = Some(&self.root);
        let mut rest = address.module.0.iter();
        while let Some(here) = module {
            let mut blocks = here.refactoring.removed.iter();
            if let Some(found) = blocks.find(|removed| inside(&here.path, &removed.from.0)) {
                return Some(found);
            }
            module = rest.next().and_then(|name| here.calls.get(name)?.child.as_ref());
        }
        None
    }
}
