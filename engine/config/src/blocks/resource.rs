//! `resource`, `data` and `ephemeral`

use std::sync::{Arc, LazyLock};

use ordain_addr::{Mode, ProviderAddr, Resource};
use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Block, Body, BodySchema, is_identifier};

use super::provider::refuse_reserved_blocks;
use super::provisioner::only_itself;
use super::{DependsOn, Lifecycle, ProviderRef, Provisioner, Repetition, When};
use crate::fields::NAME_RULE;
use crate::fields::{Fields, bad_block, only_block, schema};

/// A resource, data source or ephemeral resource.
#[derive(Clone, Debug)]
pub struct ResourceBlock {
    /// Mode, type and name.
    pub resource: Resource,
    /// `count`, `for_each` or `enabled`
    pub repetition: Repetition,
    /// `provider`, where written.
    pub provider: Option<Box<ProviderRef>>,
    /// Source address of the provider, by `required_providers` of the module.
    pub provider_addr: ProviderAddr,
    /// `depends_on`
    pub depends_on: Vec<DependsOn>,
    /// `lifecycle` and conditions.
    pub lifecycle: Arc<Lifecycle>,
    /// `provisioner` blocks in order.
    pub provisioners: Vec<Provisioner>,
    /// `connection`
    pub connection: Option<Body>,
    /// The provider's own arguments and blocks.
    pub body: Body,
    /// Name of the `check` block that the data source belongs to.
    pub check: Option<Arc<str>>,
    /// Type and labels.
    pub header: Span,
    /// Where its type is named.
    pub type_span: Span,
}

const META: [&str; 4] = ["count", "for_each", "provider", "depends_on"];

/// There are many resources, and one schema of them.
static MANAGED: LazyLock<BodySchema> = LazyLock::new(|| {
    let own: [(&str, &[&'static str]); 5] =
        [("lifecycle", &[]), ("connection", &[]), ("provisioner", &["type"]), ("locals", &[]), ("_", &[])];
    schema(&[], &META, &own)
});

static OTHER: LazyLock<BodySchema> =
    LazyLock::new(|| schema(&[], &META, &[("lifecycle", &[]), ("locals", &[]), ("_", &[])]));

/// The `lifecycle` of all those that have none.
static PLAIN: LazyLock<Arc<Lifecycle>> = LazyLock::new(Arc::default);

impl ResourceBlock {
    /// Local name of the provider: as written, or as the type implies.
    pub fn provider_name(&self) -> &str {
        match &self.provider {
            Some(provider) => &provider.name.text,
            None => self.resource.implied_provider(),
        }
    }
}

impl ResourceBlock {
    /// Reads a block. The provider's source address is filled in when the module is whole.
    pub(crate) fn decode(mode: Mode, block: &Block, found: &mut Diagnostics) -> Option<ResourceBlock> {
        let [kind, name] = &*block.labels else { return None };
        let (word, summaries) = match mode {
            Mode::Managed => ("resource", ["Invalid resource type name", "Invalid resource name"]),
            Mode::Data => ("data", ["Invalid data source name", "Invalid data resource name"]),
            Mode::Ephemeral => {
                ("ephemeral", ["Invalid ephemeral resource type", "Invalid ephemeral resource name"])
            }
        };
        for (label, summary) in [kind, name].into_iter().zip(summaries) {
            if !is_identifier(&label.text) {
                found.push(bad_block(summary, NAME_RULE, label.span));
            }
        }
        let resource = Resource::new(mode, kind.text.clone(), name.text.clone());
        let schema = if mode == Mode::Managed { &MANAGED } else { &OTHER };
        let (mut fields, body) = Fields::some(&block.body, schema, found);
        refuse_reserved_blocks(&fields.blocks, &["locals"], word, found);
        if let Some(escape) = fields.blocks.iter().find(|inner| &*inner.block_type.text == "_") {
            let detail = "Blocks named \"_\", which set arguments whose names the language uses itself, are not supported yet.";
            found.push(bad_block("Unsupported escaping block", detail, escape.header));
        }
        let mut lifecycle = only_block(&fields.blocks, "lifecycle", "resource", found)
            .map(|inner| Lifecycle::decode(&resource, inner, found));
        let connection = only_block(&fields.blocks, "connection", "resource", found);
        let connection = connection.map(|inner| inner.body.clone());
        let provisioners = fields.blocks.iter().filter(|inner| &*inner.block_type.text == "provisioner");
        let provisioners: Vec<_> =
            provisioners.filter_map(|inner| Provisioner::decode(inner, found)).collect();
        if provisioners.iter().any(|one| one.when == When::Destroy) {
            connection.iter().for_each(|body| only_itself(body, found));
        }
        let provider = fields.take("provider");
        let provider =
            provider.and_then(|attribute| ProviderRef::decode_any(&block.body, &attribute.expr, found));
        let enabled = lifecycle.as_mut().and_then(|lifecycle| lifecycle.enabled.take());
        let what = "resources";
        Some(ResourceBlock {
            provider_addr: crate::module::implied_provider(resource.implied_provider()),
            repetition: Repetition::decode(fields.take("count"), fields.take("for_each"), what, found)
                .with_enabled(enabled, found),
            provider: provider.map(Box::new),
            depends_on: DependsOn::decode(&block.body, fields.take("depends_on"), found),
            lifecycle: lifecycle.map_or_else(|| PLAIN.clone(), Arc::new),
            provisioners,
            connection,
            body,
            check: None,
            header: block.header,
            type_span: block.labels.first().map_or(block.header, |label| label.span),
            resource,
        })
    }
}
