//! `override_resource`, `override_data` and `override_module`

use ordain_addr::{Mode, Target};
use ordain_diag::{Diagnostics, Sources, Span};
use ordain_lang::ast::{Attribute, Block};
use ordain_value::{Kind, Value};

use super::{Override, OverrideKind};
use crate::address::target_of;
use crate::assemble::place;
use crate::constants::constant;
use crate::fields::{Fields, bad_argument, bad_block, schema};

/// The block types.
pub(super) const OVERRIDES: [&str; 3] = ["override_resource", "override_data", "override_module"];

/// All such blocks among others, each target once.
pub(super) fn decode_all(blocks: &[Block], sources: &Sources, found: &mut Diagnostics) -> Vec<Override> {
    let mut overrides: Vec<Override> = Vec::new();
    for block in blocks {
        let Some(new) = decode(block, found) else { continue };
        let name = &block.block_type.text;
        match overrides.iter().find(|earlier| earlier.kind == new.kind && earlier.target == new.target) {
            Some(earlier) => {
                let detail = format!(
                    "An {name} block targeting {} has already been defined at {}.",
                    new.target,
                    place(sources, earlier.header)
                );
                found.push(bad_block(format!("Duplicate {name} block"), detail, block.header));
            }
            None => overrides.push(new),
        }
    }
    overrides
}

fn decode(block: &Block, found: &mut Diagnostics) -> Option<Override> {
    let (kind, values_name, what) = match &*block.block_type.text {
        "override_resource" => (OverrideKind::Resource, "values", "resources"),
        "override_data" => (OverrideKind::Data, "values", "data sources"),
        "override_module" => (OverrideKind::Module, "outputs", "modules"),
        _ => return None,
    };
    let name = &block.block_type.text;
    let known = ["target", values_name, "override_during"];
    let mut fields = Fields::exact(&block.body, &schema(&[], &known, &[]), found);
    let at_plan = at_plan(fields.take("override_during"), found);
    let values = fields.take(values_name).map(|given| (object(&given, found), given));
    let Some(target) = fields.take("target") else {
        let detail = format!("{name} blocks must specify a target address.");
        found.push(bad_block("Missing target attribute", detail, block.header));
        return None;
    };
    let traversal = super::run::reference(&target.expr, found)?;
    let address = match target_of(&traversal, false) {
        Ok(address) => address,
        Err(problem) => {
            found.push(*problem);
            return None;
        }
    };
    if !fits(kind, &address) {
        let detail = format!("You can only target {what} from {name} blocks, not {address}.");
        found.push(bad_argument("Invalid override target", detail, target.expr.span));
        return None;
    }
    let values = match values {
        Some((Given::Object(values), _)) => values,
        Some((Given::Wrong(span), _)) => {
            let detail = format!("{name} blocks must specify an {values_name} attribute that is an object.");
            found.push(bad_argument(format!("Invalid {values_name} attribute"), detail, span));
            return None;
        }
        Some((Given::Broken, _)) => return None,
        None => Value::object(Vec::<(&str, Value)>::new()),
    };
    Some(Override {
        kind,
        target: address,
        values,
        at_plan,
        target_span: target.span(),
        header: block.header,
    })
}

fn fits(kind: OverrideKind, target: &Target) -> bool {
    let mode = match target {
        Target::Module(_) => return kind == OverrideKind::Module,
        Target::Resource(resource) => resource.resource.mode,
        Target::Instance(instance) => instance.resource.mode,
    };
    matches!((kind, mode), (OverrideKind::Resource, Mode::Managed) | (OverrideKind::Data, Mode::Data))
}

pub(super) enum Given {
    /// An object.
    Object(Value),
    /// Something else.
    Wrong(Span),
    /// Nothing that can be evaluated, which was reported.
    Broken,
}

/// The object that an argument must be.
pub(super) fn object(attribute: &Attribute, found: &mut Diagnostics) -> Given {
    match constant(&attribute.expr, found) {
        Some(value) if matches!(value.kind(), Kind::Object(_) | Kind::Map(..)) => Given::Object(value),
        Some(_) => Given::Wrong(attribute.expr.span),
        None => Given::Broken,
    }
}

/// `override_during`
pub(super) fn at_plan(attribute: Option<Attribute>, found: &mut Diagnostics) -> Option<bool> {
    let attribute = attribute?;
    match attribute.expr.keyword() {
        Some("plan") => Some(true),
        Some("apply") => Some(false),
        _ => {
            let detail = "The override_during attribute must be a value of plan or apply.";
            found.push(bad_argument("Invalid override_during value", detail, attribute.span()));
            None
        }
    }
}
