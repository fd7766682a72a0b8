//! Arguments that are written as blocks, such as `ingress` of a security group.

use ordain_eval::{as_block, written_as_blocks};
use ordain_lang::ast::{Block as Written, Body, BodySchema, Traversal};
use ordain_lang::refs::references;
use ordain_provider::{Attribute, Block};
use ordain_value::{Members, Type, Value, convert};

use super::Expression;

/// An argument and the blocks that stand for it. To readers of the plan it is one expression: a constant where all of it
/// is, else the references in it. Like other blocks that `dynamic` makes, those of the argument are no part of it.
pub(super) struct AsBlocks<'a> {
    pub name: &'a str,
    ty: Type,
    /// What one block may have.
    block: Block,
    written: Vec<Written>,
}

impl<'a> AsBlocks<'a> {
    pub fn of(body: &Body, name: &'a str, attribute: &Attribute) -> Option<AsBlocks<'a>> {
        let (_, block) = as_block(attribute).filter(|_| written_as_blocks(body, name))?;
        let (content, _, _) = body.partial_content(&BodySchema::new(&[], &[(name, &[])]));
        let written = content.blocks;
        let ty = attribute.value_type();
        (!written.is_empty()).then_some(AsBlocks { name, ty, block, written })
    }

    pub fn expression(&self) -> Expression {
        let names = self.written.iter().flat_map(|one| names_in(&one.body, &self.block)).collect();
        let elements = self.written.iter().map(|one| element(&one.body, &self.block));
        let all = elements.collect::<Option<Vec<Value>>>();
        let value = all.and_then(|elements| convert(Value::tuple(elements), &self.ty).ok());
        Expression { value, names }
    }
}

/// The references in a block, in the order of its schema.
fn names_in(body: &Body, schema: &Block) -> Vec<Traversal> {
    let mut out = Vec::new();
    let (attributes, _) = body.just_attributes();
    for (name, attribute) in &schema.attributes {
        if let Some(nested) = AsBlocks::of(body, name, attribute) {
            out.extend(nested.written.iter().flat_map(|one| names_in(&one.body, &nested.block)));
        } else if let Some(found) = attributes.iter().find(|found| found.name.text == *name) {
            out.extend(references(&found.expr));
        }
    }
    out
}

/// A block as the object that it stands for, where all of it is constant.
fn element(body: &Body, schema: &Block) -> Option<Value> {
    let (attributes, _) = body.just_attributes();
    let mut members: Members = Members::new();
    for (name, attribute) in &schema.attributes {
        let value = if let Some(nested) = AsBlocks::of(body, name, attribute) {
            let elements = nested.written.iter().map(|one| element(&one.body, &nested.block));
            Value::tuple(elements.collect::<Option<Vec<Value>>>()?)
        } else if let Some(found) = attributes.iter().find(|found| found.name.text == *name) {
            ordain_config::constant_in_effect(&found.expr)?
        } else {
            Value::null(attribute.value_type())
        };
        members.insert(name.clone(), value);
    }
    Some(Value::object(members))
}

#[cfg(test)]
#[path = "as_blocks_tests.rs"]
mod tests;
