//! `removed`

use ordain_addr::{Mode, Target};
use ordain_diag::{Diagnostic, Diagnostics, Span};
use ordain_lang::ast::{Attribute, Block, Body, Traversal, TraversalStep};

use super::{Provisioner, When};
use crate::address::target_of;
use crate::constants::bool_of;
use crate::fields::{Fields, bad_argument, bad_block, only_block, schema};
use crate::static_forms::address_in;

/// A statement that objects are no longer part of the configuration.
#[derive(Clone, Debug)]
pub struct Removed {
    /// `from`: a module or a resource without instance keys, relative to the module of the block.
    pub from: (Target, Span),
    /// `lifecycle { destroy = … }`: whether the objects are destroyed or only forgotten.
    pub destroy: bool,
    /// Destroy-time provisioners.
    pub provisioners: Vec<Provisioner>,
    /// `connection`
    pub connection: Option<Body>,
    /// The block's type.
    pub header: Span,
}

impl Removed {
    /// Reads a `removed` block.
    pub(crate) fn decode(block: &Block, found: &mut Diagnostics) -> Option<Removed> {
        let blocks: [(&str, &[&'static str]); 3] =
            [("lifecycle", &[]), ("connection", &[]), ("provisioner", &["type"])];
        let mut fields = Fields::exact(&block.body, &schema(&["from"], &[], &blocks), found);
        let from = from(&block.body, fields.take("from"), found);
        let mut destroy = true;
        for inner in fields.blocks.iter().filter(|inner| &*inner.block_type.text == "lifecycle") {
            let mut inner = Fields::exact(&inner.body, &schema(&[], &["destroy"], &[]), found);
            destroy = bool_of(inner.take("destroy").as_ref(), found).unwrap_or(true);
        }
        if !matches!(from, Some((Target::Resource(_), _))) {
            refuse_provisioners(&fields.blocks, found);
            return Some(Removed {
                from: from?,
                destroy,
                provisioners: Vec::new(),
                connection: None,
                header: block.header,
            });
        }
        let connection = only_block(&fields.blocks, "connection", "removed block", found);
        let connection = connection.map(|inner| inner.body.clone());
        let mut provisioners = Vec::new();
        for inner in fields.blocks.iter().filter(|inner| &*inner.block_type.text == "provisioner") {
            let Some(provisioner) = Provisioner::decode(inner, found) else { continue };
            if provisioner.when != When::Destroy {
                let detail = "Only destroy-time provisioners are valid in \"removed\" blocks. To declare a destroy-time provisioner, use:\n    when = destroy";
                found.push(bad_block("Invalid provisioner block", detail, inner.header));
                continue;
            }
            provisioners.push(provisioner);
        }
        Some(Removed { from: from?, destroy, provisioners, connection, header: block.header })
    }
}

/// The first step of an address that goes into the instances of a module, or beyond the name of a resource. No mode but
/// `data` is written here, so that a third name is one too many.
fn beyond_resource(address: &Traversal) -> Option<Diagnostic> {
    let mut steps = address.steps().iter();
    let mut root = address.root();
    while &*root.text == "module" {
        let TraversalStep::Attr(_) = steps.next()? else { return None };
        root = match steps.next()? {
            TraversalStep::Attr(name) => name,
            key @ TraversalStep::Index(_) => {
                let detail = "Module address must be a module (e.g. \"module.foo\"), not a module instance (e.g. \"module.foo[1]\").";
                return Some(bad_argument("Module instance keys not allowed", detail, key.span()));
            }
        };
    }
    for _ in 0..if &*root.text == "data" { 2 } else { 1 } {
        let TraversalStep::Attr(_) = steps.next()? else { return None };
    }
    let extra = steps.next()?;
    Some(bad_argument("Resource instance keys not allowed", WHOLE_RESOURCE, extra.span()))
}

/// Only a resource that is named has provisioners. What stands in those of other blocks is not looked at.
fn refuse_provisioners(blocks: &[Block], found: &mut Diagnostics) {
    for inner in blocks {
        let kind = &*inner.block_type.text;
        if matches!(kind, "provisioner" | "connection") {
            let detail =
                "A removed block has provisioners and their connections only where it names a resource.";
            found.push(bad_block(format!("Invalid {kind} block"), detail, inner.header));
        }
    }
}

const WHOLE_RESOURCE: &str = "Resource address must be a resource (e.g. \"test_instance.foo\"), not a resource instance (e.g. \"test_instance.foo[1]\").";

fn from(body: &Body, attribute: Option<Attribute>, found: &mut Diagnostics) -> Option<(Target, Span)> {
    let attribute = attribute?;
    let span = attribute.expr.span;
    let traversal = address_in(body, &attribute.expr, found)?;
    if let Some(problem) = beyond_resource(&traversal) {
        found.push(problem);
        return None;
    }
    let target = target_of(&traversal, false).map_err(|error| found.push(*error)).ok()?;
    let mode = match &target {
        Target::Resource(resource) => resource.resource.mode,
        Target::Module(_) | Target::Instance(_) => Mode::Managed,
    };
    if mode != Mode::Managed {
        let detail = "Data sources cannot be destroyed, and therefore 'removed' blocks are not allowed to target them. To remove data sources from state, you can remove the data block from the configuration.";
        found.push(bad_argument("Data source address not allowed", detail, span));
        return None;
    }
    Some((target, span))
}
