//! Where findings of a provider about a resource belong, and which `removed` block speaks of one.

use std::sync::Arc;

use ordain_addr::{ConfigResource, ModulePath, ResourceInstance, Target};
use ordain_diag::{AttributeStep, Diagnostics, Span};
use ordain_lang::ast::{Body, JsonNode, JsonValue};

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

/// Where the argument at a path stands, as far as the path can be followed: through nested blocks by their numbers, and
/// not into sets and blocks that are `dynamic`. An argument that is not written would stand where its block begins.
fn named_in(body: &Body, path: &[AttributeStep]) -> Span {
    let missing = || body.missing_item();
    let Some((AttributeStep::Name(name), rest)) = path.split_first() else { return missing() };
    if let Some(span) = written_at(body, name) {
        return span;
    }
    let (at, inner) = match rest.split_first() {
        Some((AttributeStep::Index(at), inner)) => (usize::try_from(*at).ok(), inner),
        Some((AttributeStep::Name(_), _)) => (Some(0), rest),
        // Elements of sets cannot be named, and those of maps have labels.
        Some((AttributeStep::Key(_), _)) | None => (None, rest),
    };
    let block = at.and_then(|at| nested(body, name).into_iter().nth(at));
    block.map_or_else(missing, |block| named_in(&block, inner))
}

/// Bodies of the nested blocks of a type that are written out in native syntax.
fn nested(body: &Body, name: &str) -> Vec<Body> {
    match body {
        Body::Native(native) => {
            let blocks = native.blocks.iter().filter(|block| &*block.block_type.text == name);
            blocks.map(|block| block.body.clone()).collect()
        }
        Body::Json(_) => Vec::new(),
        Body::Joined(parts) => parts.iter().flat_map(|part| nested(part, name)).collect(),
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
