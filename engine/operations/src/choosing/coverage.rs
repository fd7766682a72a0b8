//! What a configuration uses of a provider and a native one does not cover: types, arguments, blocks.

use std::collections::BTreeSet;

use ordain_addr::{Mode, ProviderAddr};
use ordain_config::{ModuleTree, constant};
use ordain_diag::Diagnostics;
use ordain_lang::ast::{Body, Expr, JsonValue};
use ordain_provider::{Block, Gaps, ProviderSchema};

/// Everything that is used and not covered, each named as in a sentence.
pub(super) fn uncovered(
    tree: &ModuleTree,
    address: &ProviderAddr,
    schema: &ProviderSchema,
    gaps: Gaps,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for module in tree.modules() {
        for block in module.providers.values().filter(|block| block.addr == *address) {
            let place = Place { of: "provider", gaps: gaps_of(gaps, "provider") };
            place.body(&block.body, &schema.config.block, &mut found);
        }
        for block in module.resources.values().filter(|block| block.provider_addr == *address) {
            let name = &block.resource.type_name;
            let of = format!("{}{name}", block.resource.mode.prefix());
            let known = match block.resource.mode {
                Mode::Managed => schema.resources.get(name),
                Mode::Data => schema.data_sources.get(name),
                Mode::Ephemeral => schema.ephemeral.get(name),
            };
            match known {
                Some(known) => {
                    let place = Place { of: &of, gaps: gaps_of(gaps, &of) };
                    place.body(&block.body, &known.block, &mut found);
                }
                None => {
                    found.insert(of);
                }
            }
        }
    }
    found
}

fn gaps_of(gaps: Gaps, of: &str) -> &'static [&'static str] {
    gaps.iter().find(|(name, _)| *name == of).map(|(_, names)| *names).unwrap_or_default()
}

/// What a body belongs to, and which of its own arguments are not covered although the schema has them.
struct Place<'p> {
    of: &'p str,
    gaps: &'static [&'static str],
}

impl Place<'_> {
    fn body(&self, body: &Body, schema: &Block, found: &mut BTreeSet<String>) {
        let inner = Place { of: self.of, gaps: &[] };
        match body {
            Body::Native(body) => {
                for attribute in body.attributes.iter() {
                    self.name(&attribute.name.text, schema, !is_off(&attribute.expr), found);
                }
                for block in body.blocks.iter() {
                    let dynamic = &*block.block_type.text == "dynamic";
                    let label = block.labels.first().map(|label| &*label.text).filter(|_| dynamic);
                    let name = label.unwrap_or(&block.block_type.text);
                    let Some(nested) = schema.blocks.get(name) else {
                        self.name(name, schema, true, found);
                        continue;
                    };
                    if !dynamic {
                        inner.body(&block.body, &nested.block, found);
                    } else if let Body::Native(body) = &block.body {
                        let contents = body.blocks.iter().map(|content| &content.body);
                        contents.for_each(|content| inner.body(content, &nested.block, found));
                    }
                }
            }
            Body::Joined(both) => both.iter().for_each(|body| self.body(body, schema, found)),
            Body::Json(node) => match &node.value {
                JsonValue::Object(members) => {
                    let members =
                        members.iter().filter(|(name, _)| !["//", "dynamic"].contains(&&*name.text));
                    for (name, value) in members {
                        match schema.blocks.get(&*name.text) {
                            Some(nested) => inner.body(&Body::Json(value.clone()), &nested.block, found),
                            None => {
                                let off = matches!(value.value, JsonValue::Null | JsonValue::Bool(false));
                                self.name(&name.text, schema, !off, found);
                            }
                        }
                    }
                }
                JsonValue::Array(items) => {
                    items.iter().for_each(|item| self.body(&Body::Json(item.clone()), schema, found));
                }
                _ => {}
            },
        }
    }

    /// Takes note of a name that is used; `on` says that it asks for something.
    fn name(&self, name: &str, schema: &Block, on: bool, found: &mut BTreeSet<String>) {
        let known = schema.attributes.contains_key(name) || schema.blocks.contains_key(name);
        if !known || (on && self.gaps.contains(&name)) {
            found.insert(format!("argument {name} of {}", self.of));
        }
    }
}

/// Whether an expression is a plain `false` or `null`.
fn is_off(expr: &Expr) -> bool {
    let mut unheard = Diagnostics::new();
    constant(expr, &mut unheard).is_some_and(|value| value.is_null() || value.as_bool() == Some(false))
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
