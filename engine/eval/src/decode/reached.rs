//! What a body names, where `dynamic` blocks make of it what they make.

use ordain_diag::Diagnostics;
use ordain_lang::Scope;
use ordain_lang::ast::{Body, Traversal};
use ordain_lang::refs::{for_each_references, known_references, references};
use ordain_provider::Block;

use super::{Shape, dynamic};
use crate::scope::InstanceScope;

/// Checks what a body names. As Terraform does, what `dynamic` blocks repeat is looked at first, and their content only
/// where there is any: what stands in none, or perhaps none, may name what is not there.
pub(crate) fn check_names(body: &Body, block: &Block, scope: &InstanceScope<'_>) -> Diagnostics {
    let known = |name: &str| block.attributes.contains_key(name) || block.blocks.contains_key(name);
    let Some(repeated) = for_each_references(body) else {
        return scope.check_references(&known_references(body, &known));
    };
    let mut found = scope.check_references(&repeated);
    found.append(scope.check_references(&reached(body, block, scope)));
    found
}

/// References of a body in which `dynamic` blocks are expanded.
fn reached(body: &Body, block: &Block, scope: &dyn Scope) -> Vec<Traversal> {
    let mut unsaid = Diagnostics::new();
    let shape = Shape::of(body, block);
    let (content, _, _) = body.partial_content(&shape.schema);
    let mut found: Vec<Traversal> =
        content.attributes.iter().flat_map(|attribute| references(&attribute.expr)).collect();
    for made in dynamic::expand(&content.blocks, &shape, scope, &mut unsaid) {
        let Some(nested) = shape.block(&made.name).filter(|_| !made.unknown) else { continue };
        let inner = made.with_scope(|scope| reached(&made.body, &nested.block, scope));
        found.extend(inner.into_iter().filter(|named| made.iterator_name() != Some(&*named.root().text)));
    }
    found
}
