//! `removed`

use ordain_addr::{Mode, Target};
use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Attribute, Block, Body};

use super::{Provisioner, When};
use crate::address::{module_has_keys, target_of};
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

const WHOLE_RESOURCE: &str = "Resource address must be a resource (e.g. \"test_instance.foo\"), not a resource instance (e.g. \"test_instance.foo[1]\").";

fn from(body: &Body, attribute: Option<Attribute>, found: &mut Diagnostics) -> Option<(Target, Span)> {
    let attribute = attribute?;
    let span = attribute.expr.span;
    let traversal = address_in(body, &attribute.expr, found)?;
    // No mode is written here, so that a third name is one too many.
    if matches!(&*traversal.root().text, "resource" | "ephemeral")
        && let Some(extra) = traversal.steps().get(1)
    {
        found.push(bad_argument("Resource instance keys not allowed", WHOLE_RESOURCE, extra.span()));
        return None;
    }
    let target = target_of(&traversal, false).map_err(|error| found.push(*error)).ok()?;
    let (module, mode) = match &target {
        Target::Module(module) => (module, Mode::Managed),
        Target::Resource(resource) => (&resource.module, resource.resource.mode),
        Target::Instance(_) => {
            let key = traversal.steps().last().map_or(span, |step| step.span());
            found.push(bad_argument("Resource instance keys not allowed", WHOLE_RESOURCE, key));
            return None;
        }
    };
    if module_has_keys(module) {
        let detail = "Module address must be a module (e.g. \"module.foo\"), not a module instance (e.g. \"module.foo[1]\").";
        found.push(bad_argument("Module instance keys not allowed", detail, span));
        return None;
    }
    if mode != Mode::Managed {
        let detail = "Data sources cannot be destroyed, and therefore 'removed' blocks are not allowed to target them. To remove data sources from state, you can remove the data block from the configuration.";
        found.push(bad_argument("Data source address not allowed", detail, span));
        return None;
    }
    Some((target, span))
}
