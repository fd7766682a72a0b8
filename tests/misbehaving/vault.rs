//! `misbehaving_vault`: write-only arguments at every depth of nested attributes.

use ordain_value::{Kind, Type, Value};
use prost::Message;

use crate::messages::{
    Apply, ApplyReply, Plan, PlanReply, Read, ReadReply, UpgradeState, UpgradeStateReply, ValidateType,
};
use crate::offer::attribute;
use crate::schema_messages::v6::{Attribute, Block, NestedBlock, Object, Schema};
use crate::thing::{members, value, wire};

/// Name of the resource type.
pub const NAME: &str = "misbehaving_vault";

/// Names of arguments that are write-only wherever they stand.
const SECRETS: [&str; 3] = ["password", "pin", "secret"];

const SINGLE: i32 = 1;
const LIST: i32 = 2;
const MAP: i32 = 4;

fn nested(name: &str, nesting: i32, attributes: Vec<Attribute>) -> Attribute {
    let nested_type = Some(Object { attributes, nesting });
    Attribute { nested_type, ty: Vec::new(), ..attribute(name, "string", "o") }
}

/// What it takes.
pub fn schema() -> Schema {
    let deeper = nested("second", SINGLE, vec![attribute("pin", "string", "ow")]);
    let login = vec![attribute("user", "string", "o"), attribute("password", "string", "ow"), deeper.clone()];
    let key = vec![attribute("name", "string", "r"), attribute("secret", "string", "ow")];
    let entry = Block { attributes: vec![deeper, attribute("secret", "string", "ow")], ..Block::default() };
    let entry = NestedBlock {
        type_name: "entry".to_owned(),
        block: Some(entry),
        nesting: 2,
        ..NestedBlock::default()
    };
    let attributes = vec![
        attribute("name", "string", "r"),
        attribute("seen", "string", "c"),
        nested("login", SINGLE, login),
        nested("keys", LIST, key.clone()),
        nested("by_name", MAP, key),
    ];
    Schema { version: 0, block: Some(Block { attributes, block_types: vec![entry], ..Block::default() }) }
}

fn ty() -> Type {
    let second = Type::object([("pin", Type::String)]);
    let login =
        Type::object([("user", Type::String), ("password", Type::String), ("second", second.clone())]);
    let key = Type::object([("name", Type::String), ("secret", Type::String)]);
    Type::object([
        ("name", Type::String),
        ("seen", Type::String),
        ("login", login),
        ("keys", Type::list(key.clone())),
        ("by_name", Type::map(key)),
        ("entry", Type::list(Type::object([("second", second), ("secret", Type::String)]))),
    ])
}

/// The secrets in a value, by depth and name.
fn secrets(value: &Value, found: &mut Vec<String>) {
    if value.is_null() || !value.is_known() {
        return;
    }
    for (name, part) in value.as_members().into_iter().flatten() {
        match part.as_str() {
            Some(secret) if SECRETS.contains(&&**name) => found.push(secret.to_owned()),
            _ => secrets(part, found),
        }
    }
    value.as_items().into_iter().flatten().for_each(|item| secrets(item, found));
}

/// The value with something else for its secrets.
fn with_secrets(value: &Value, secret: &Value) -> Value {
    match value.kind() {
        Kind::Object(_) | Kind::Map(..) => {
            let parts = members(value).into_iter().map(|(name, part)| {
                let part =
                    if SECRETS.contains(&&*name) { secret.clone() } else { with_secrets(&part, secret) };
                (name, part)
            });
            match value.ty().element() {
                Some(element) => Value::map(element.clone(), parts),
                None => Value::object(parts),
            }
        }
        Kind::List(..) => {
            let items = value.as_items().unwrap_or_default().iter().map(|item| with_secrets(item, secret));
            Value::list(value.ty().element().unwrap().clone(), items.collect::<Vec<_>>())
        }
        _ => value.clone(),
    }
}

/// The reply to a call about a vault; `None` for calls that are not about one.
pub fn answer(call: &str, body: &bytes::Bytes) -> Option<Vec<u8>> {
    let body = body.clone();
    Some(match call {
        "ValidateResourceConfig" => {
            ValidateType::decode(body).ok().filter(|asked| asked.type_name == NAME)?;
            Vec::new()
        }
        "UpgradeResourceState" => {
            let asked = UpgradeState::decode(body).ok().filter(|asked| asked.type_name == NAME)?;
            let raw = serde_json::from_slice(&asked.raw_state.unwrap_or_default().json).unwrap();
            let state = ordain_value::json::from_json(&raw, &ty()).unwrap();
            UpgradeStateReply { upgraded_state: wire(&state, &ty()), diagnostics: Vec::new() }.encode_to_vec()
        }
        "ReadResource" => {
            let asked = Read::decode(body).ok().filter(|asked| asked.type_name == NAME)?;
            let current = value(&asked.current_state, &ty());
            let leaks = current.get("name").and_then(Value::as_str) == Some("read_leaks");
            let state = if leaks { with_secrets(&current, &Value::string("leaked")) } else { current };
            ReadReply { new_state: wire(&state, &ty()), ..ReadReply::default() }.encode_to_vec()
        }
        "PlanResourceChange" => {
            plan(&Plan::decode(body).ok().filter(|asked| asked.type_name == NAME)?).encode_to_vec()
        }
        "ApplyResourceChange" => {
            apply(&Apply::decode(body).ok().filter(|asked| asked.type_name == NAME)?).encode_to_vec()
        }
        _ => return None,
    })
}

fn plan(asked: &Plan) -> PlanReply {
    let ty = ty();
    let (prior, proposed) = (value(&asked.prior_state, &ty), value(&asked.proposed_new_state, &ty));
    if proposed.is_null() {
        return PlanReply { planned_state: wire(&proposed, &ty), ..PlanReply::default() };
    }
    let leaks = proposed.get("name").and_then(Value::as_str) == Some("plan_leaks");
    let mut proposed = if leaks { proposed } else { with_secrets(&proposed, &Value::null(Type::String)) };
    if proposed != prior {
        let mut object = members(&proposed);
        object.insert("seen".into(), Value::unknown(Type::String));
        proposed = Value::object(object);
    }
    PlanReply { planned_state: wire(&proposed, &ty), ..PlanReply::default() }
}

fn apply(asked: &Apply) -> ApplyReply {
    let ty = ty();
    let (planned, config) = (value(&asked.planned_state, &ty), value(&asked.config, &ty));
    if planned.is_null() {
        return ApplyReply { new_state: wire(&planned, &ty), ..ApplyReply::default() };
    }
    let mut seen = Vec::new();
    secrets(&config, &mut seen);
    let leaks = planned.get("name").and_then(Value::as_str) == Some("apply_leaks");
    let planned = if leaks { with_secrets(&planned, &Value::string("leaked")) } else { planned };
    let mut object = members(&planned);
    let lengths: Vec<String> = seen.iter().map(|secret| secret.len().to_string()).collect();
    object.insert("seen".into(), Value::string(lengths.join(" ")));
    ApplyReply { new_state: wire(&Value::object(object), &ty), ..ApplyReply::default() }
}
