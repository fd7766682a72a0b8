//! A body in the configuration to a value of a provider's schema.

mod blocks;
mod dynamic;
mod reached;

use std::borrow::Cow;
use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::Scope;
use ordain_lang::ast::{self, Body, BodySchema, Expr};
use ordain_lang::eval::evaluate;
use ordain_provider::{Attribute, AttributeType, Block, NestedBlock, NestedObject, Nesting};
use ordain_value::{ObjectType, Type, Value, convert};

pub(crate) use blocks::empty;
pub use blocks::{as_block, written_as_blocks};
pub(crate) use reached::check_names;

/// Value of a body, of the block's type. With errors among the diagnostics, the value is only good for
/// finding more errors.
pub(crate) fn decode(body: &Body, block: &Block, scope: &dyn Scope) -> (Value, Diagnostics) {
    decode_as(Reading::Values, body, block, scope)
}

/// How much of a body is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Values,
    /// Of a block of which it is not known whether there is any: arguments must be those of the block, but are not
    /// evaluated.
    Shape,
}

fn decode_as(reading: Reading, body: &Body, block: &Block, scope: &dyn Scope) -> (Value, Diagnostics) {
    let mut found = Diagnostics::new();
    let missing = body.missing_item();
    if let Some(arguments) = only_arguments(body, block) {
        let nested: Vec<Nested<'_>> = block.blocks.iter().map(Nested::of).collect();
        let written = Written { reading, arguments, nested: &nested, blocks: &[], missing };
        let value = written.value(block, scope, &mut found);
        return (value, found);
    }
    let shape = Shape::of(body, block);
    let content = found.take(body.content(&shape.schema));
    let blocks = dynamic::expand(&content.blocks, &shape, scope, &mut found);
    let arguments = &content.attributes;
    let written = Written { reading, arguments, nested: &shape.nested, blocks: &blocks, missing };
    let value = written.value(block, scope, &mut found);
    (value, found)
}

/// The arguments of a body without blocks of which there is nothing to say: all are known, and none is missing. Most
/// bodies are such, and need not be held against a schema that is made for them.
fn only_arguments<'b>(body: &'b Body, block: &Block) -> Option<&'b [ast::Attribute]> {
    let Body::Native(native) = body else { return None };
    let known = |written: &ast::Attribute| block.attributes.contains_key(&*written.name.text);
    let is_written = |name: &str| native.attributes.iter().any(|written| *written.name.text == *name);
    let complete = || block.attributes.iter().all(|(name, one)| !one.flags.required || is_written(name));
    let plain = native.blocks.is_empty() && native.attributes.iter().all(known) && complete();
    plain.then_some(&*native.attributes)
}

/// What stands in a body.
struct Written<'w> {
    reading: Reading,
    arguments: &'w [ast::Attribute],
    nested: &'w [Nested<'w>],
    blocks: &'w [dynamic::Made<'w>],
    /// Where it is told that something does not stand there.
    missing: Span,
}

impl Written<'_> {
    fn value(&self, block: &Block, scope: &dyn Scope, found: &mut Diagnostics) -> Value {
        let Written { reading, nested, blocks, .. } = *self;
        let mut members: Vec<(Arc<str>, Value)> = Vec::with_capacity(block.attributes.len() + nested.len());
        for (name, attribute) in &block.attributes {
            if nested.iter().any(|nested| nested.name == *name) {
                continue;
            }
            let value = match self.arguments.iter().find(|written| *written.name.text == **name) {
                Some(_) if reading == Reading::Shape => Value::unknown(attribute.value_type()),
                Some(written) => decode_attribute(name, attribute, &written.expr, scope, found),
                None => Value::null(attribute.value_type()),
            };
            members.push((name.clone(), value));
        }
        for nested in nested {
            let none = !blocks.iter().any(|made| made.name == nested.name);
            let value = match block.attributes.get(&nested.name) {
                // An attribute that is written as blocks, and `dynamic` made none: it is not set.
                Some(attribute) if none => Value::null(attribute.value_type()),
                _ => blocks::decode_blocks(reading, nested, blocks, self.missing, found),
            };
            members.push((nested.name.clone(), value));
        }
        Value::object(members)
    }
}

/// What a body may contain: the block's own attributes and blocks, and attributes that are written as
/// blocks here.
pub(crate) struct Shape<'b> {
    schema: BodySchema,
    nested: Vec<Nested<'b>>,
}

/// A kind of nested block.
pub(crate) struct Nested<'b> {
    name: Arc<str>,
    nesting: Nesting,
    block: Cow<'b, Block>,
    min: u64,
    max: u64,
}

impl<'b> Nested<'b> {
    fn of((name, one): (&Arc<str>, &'b NestedBlock)) -> Nested<'b> {
        let (min, max) = (one.min_items, one.max_items);
        Nested { name: name.clone(), nesting: one.nesting, block: Cow::Borrowed(&one.block), min, max }
    }
}

impl<'b> Shape<'b> {
    fn of(body: &Body, block: &'b Block) -> Shape<'b> {
        let mut nested: Vec<Nested<'b>> = block.blocks.iter().map(Nested::of).collect();
        let mut attributes = Vec::with_capacity(block.attributes.len());
        for (name, attribute) in &block.attributes {
            match as_block(attribute).filter(|_| written_as_blocks(body, name)) {
                Some((nesting, block)) => {
                    let block = Cow::Owned(block);
                    nested.push(Nested { name: name.clone(), nesting, block, min: 0, max: 0 });
                }
                None => attributes.push((name.clone(), attribute.flags.required)),
            }
        }
        let with_label = |one: &Nested<'_>| ordain_lang::ast::BlockSchema {
            block_type: one.name.clone(),
            labels: if one.nesting == Nesting::Map { vec!["key"] } else { Vec::new() },
        };
        let mut blocks = Vec::with_capacity(nested.len() + 1);
        blocks.extend(nested.iter().map(with_label));
        blocks.push(ordain_lang::ast::BlockSchema { block_type: "dynamic".into(), labels: vec!["type"] });
        Shape { schema: BodySchema { attributes, blocks }, nested }
    }

    fn block(&self, name: &str) -> Option<&Nested<'b>> {
        self.nested.iter().find(|nested| &*nested.name == name)
    }
}

fn decode_attribute(
    name: &str,
    attribute: &Attribute,
    expr: &Expr,
    scope: &dyn Scope,
    found: &mut Diagnostics,
) -> Value {
    let ty = attribute.value_type();
    let (value, problems) = evaluate(expr, scope);
    let failed = problems.has_errors();
    found.append(problems);
    if failed {
        return Value::unknown(ty);
    }
    match conform(value, attribute) {
        Ok(value) => value,
        Err(message) => {
            let detail = format!("Inappropriate value for attribute {name:?}: {message}.");
            found.push(problem("Incorrect attribute value type", detail, expr.span));
            Value::unknown(ty)
        }
    }
}

/// The value as one of the attribute's type; attributes that it lacks become null where they may.
fn conform(value: Value, attribute: &Attribute) -> Result<Value, String> {
    let wanted = constraint(attribute);
    // Where any type fits, a null keeps the one that it has.
    if value.is_null() && attribute.value_type() != Type::Dynamic {
        return Ok(Value::null(attribute.value_type()).with_marks(value.marks()));
    }
    convert(value, &wanted).map_err(|error| error.to_string())
}

/// The type that written values must fit: as the attribute's, but whatever may be left out is optional.
fn constraint(attribute: &Attribute) -> Type {
    match &attribute.ty {
        AttributeType::Plain(ty) => ty.clone(),
        AttributeType::Nested(nested) => nested_constraint(nested),
    }
}

fn nested_constraint(nested: &NestedObject) -> Type {
    let mut object = ObjectType::default();
    for (name, attribute) in &nested.attributes {
        if !attribute.flags.required {
            object.optional.insert(name.clone());
        }
        object.attributes.insert(name.clone(), constraint(attribute));
    }
    nested.nesting.wrap(Type::Object(Arc::new(object)))
}

fn problem(summary: &str, detail: impl Into<String>, span: Span) -> Diagnostic {
    Diagnostic::error(codes::config::INVALID_ARGUMENT, summary, detail).with_span(span)
}
