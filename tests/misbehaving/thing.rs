//! What the provider answers.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use ordain_value::msgpack::{from_msgpack, to_msgpack};
use ordain_value::{Members, Type, Value};
use prost::Message;

use crate::messages::*;
use crate::{offer, vault};

pub fn wire(value: &Value, ty: &Type) -> Option<DynamicValue> {
    Some(DynamicValue { msgpack: to_msgpack(value, ty).unwrap().into(), json: Bytes::new() })
}

pub fn value(wire: &Option<DynamicValue>, ty: &Type) -> Value {
    wire.as_ref().map_or_else(|| Value::null(ty.clone()), |wire| from_msgpack(&wire.msgpack, ty).unwrap())
}

pub fn members(value: &Value) -> Members {
    value.as_members().cloned().unwrap_or_default()
}

fn mode(members: &Members) -> String {
    members.get("mode").and_then(Value::as_str).unwrap_or("").to_owned()
}

fn error(summary: &str, path: &[&str]) -> Vec<Diagnostic> {
    let step = |name: &&str| PathStep { selector: Some(Selector::AttributeName((*name).to_owned())) };
    vec![Diagnostic {
        severity: 1,
        summary: summary.to_owned(),
        detail: "It was asked to.".to_owned(),
        attribute: Some(AttributePath { steps: path.iter().map(step).collect() }),
    }]
}

/// The reply to a call; `None` for calls that this provider does not know.
pub async fn answer(call: &str, body: Bytes) -> Option<Vec<u8>> {
    if let Some(reply) = vault::answer(call, &body) {
        return Some(reply);
    }
    Some(match call {
        "GetProviderSchema" => offer::reply().encode_to_vec(),
        "GetResourceIdentitySchemas" => offer::identities().encode_to_vec(),
        "ValidateProviderConfig" => {
            note("configuration checked");
            Vec::new()
        }
        "StopProvider" => {
            note("asked to stop");
            Vec::new()
        }
        "ConfigureProvider" | "ValidateEphemeralResourceConfig" | "ValidateDataResourceConfig" => Vec::new(),
        "ValidateResourceConfig" => validate(&ValidateType::decode(body).unwrap()).encode_to_vec(),
        "UpgradeResourceState" => upgrade(&UpgradeState::decode(body).unwrap()).encode_to_vec(),
        "UpgradeResourceIdentity" => upgrade_identity(&UpgradeState::decode(body).unwrap()).encode_to_vec(),
        "ReadResource" => read(Read::decode(body).unwrap()).encode_to_vec(),
        "PlanResourceChange" => plan(Plan::decode(body).unwrap()).encode_to_vec(),
        "ApplyResourceChange" => apply(Apply::decode(body).unwrap()).await.encode_to_vec(),
        "ImportResourceState" => import(&Import::decode(body).unwrap()).encode_to_vec(),
        "MoveResourceState" => moved(&Move::decode(body).unwrap()).encode_to_vec(),
        "ReadDataSource" => data(&ReadData::decode(body).unwrap()).encode_to_vec(),
        "OpenEphemeralResource" => open(&ValidateType::decode(body).unwrap()).encode_to_vec(),
        "RenewEphemeralResource" => renew(&Held::decode(body).unwrap()).encode_to_vec(),
        "CloseEphemeralResource" => {
            let held = Held::decode(body).unwrap().private.unwrap_or_default();
            note(&format!("closed {}", String::from_utf8_lossy(&held)));
            Vec::new()
        }
        "CallFunction" => function(&CallFunction::decode(body).unwrap()).encode_to_vec(),
        "Shutdown" => std::process::exit(0),
        _ => return None,
    })
}

fn validate(request: &ValidateType) -> Findings {
    let config = members(&value(&request.config, &offer::thing()));
    let wrong = mode(&config) == "validate_error";
    Findings { diagnostics: if wrong { error("Unacceptable size", &["size"]) } else { Vec::new() } }
}

fn upgrade(request: &UpgradeState) -> UpgradeStateReply {
    let raw = request.raw_state.clone().unwrap_or_default();
    let mut raw: serde_json::Value = serde_json::from_slice(&raw.json).unwrap();
    if request.version == 0 {
        // Objects of version 0 had a label where they have a name now.
        let object = raw.as_object_mut().unwrap();
        let label = object.remove("label").unwrap();
        object.insert("name".to_owned(), label);
    }
    let ty = offer::thing();
    let mut object = members(&ordain_value::json::from_json(&raw, &ty).unwrap());
    if mode(&object) == "upgrade_unknown" {
        object.insert("id".into(), Value::unknown(Type::String));
    }
    UpgradeStateReply { upgraded_state: wire(&Value::object(object), &ty), diagnostics: Vec::new() }
}

/// Identities of version 0 had a label where they have a name now.
fn upgrade_identity(request: &UpgradeState) -> UpgradeIdentityReply {
    let raw: serde_json::Value =
        serde_json::from_slice(&request.raw_state.clone().unwrap_or_default().json).unwrap();
    let label = raw["label"].as_str().unwrap_or("");
    let name = match label {
        "lost" => {
            let diagnostics = error("Nobody knows who that is", &["name"]);
            return UpgradeIdentityReply { upgraded_identity: None, diagnostics };
        }
        "open" => Value::unknown(Type::String),
        label => Value::string(label),
    };
    let identity_data = match label {
        "wrong" => wire(&Value::from(1), &Type::Number),
        _ => wire(&Value::object([("name", name)]), &offer::identity()),
    };
    UpgradeIdentityReply { upgraded_identity: Some(Identity { identity_data }), diagnostics: Vec::new() }
}

/// An identity that is not known, which is none for an object that is there.
fn nobody() -> Option<Identity> {
    let value = Value::object([("name", Value::unknown(Type::String))]);
    Some(Identity { identity_data: wire(&value, &offer::identity()) })
}

/// An answer put off, for one of the reasons that there are.
fn later(reason: i32) -> Option<Deferred> {
    Some(Deferred { reason })
}

fn may_defer(abilities: Option<ClientCapabilities>) -> bool {
    abilities.is_some_and(|abilities| abilities.deferral_allowed)
}

fn identity(object: &Members) -> Option<Identity> {
    let name = object.get("name").filter(|name| name.is_known() && !name.is_null())?;
    let value = Value::object([("name", name.clone())]);
    Some(Identity { identity_data: wire(&value, &offer::identity()) })
}

fn read(request: Read) -> ReadReply {
    let ty = offer::thing();
    let mut object = members(&value(&request.current_state, &ty));
    let mut reply = ReadReply { private: request.private, ..ReadReply::default() };
    reply.new_identity = identity(&object);
    match mode(&object).as_str() {
        "read_gone" => reply.new_state = wire(&Value::null(ty.clone()), &ty),
        "read_wrong_type" => reply.new_state = wire(&Value::string("x"), &Type::String),
        "read_deferred" => reply.deferred = later(2),
        "read_identity_wrong" => {
            reply.new_identity = Some(Identity { identity_data: wire(&Value::from(1), &Type::Number) });
            reply.new_state = wire(&Value::object(object), &ty);
        }
        "read_identity_unknown" => {
            reply.new_identity = nobody();
            reply.new_state = wire(&Value::object(object), &ty);
        }
        other => {
            if other == "read_unknown" {
                object.insert("id".into(), Value::unknown(Type::String));
            }
            reply.new_state = wire(&Value::object(object), &ty);
        }
    }
    reply
}

fn plan(request: Plan) -> PlanReply {
    static PLANS: AtomicU32 = AtomicU32::new(0);
    let ty = offer::thing();
    let (prior, proposed) = (value(&request.prior_state, &ty), value(&request.proposed_new_state, &ty));
    let mut reply = PlanReply { planned_private: b"planned".to_vec(), ..PlanReply::default() };
    if proposed.is_null() {
        let stay = mode(&members(&prior)) == "plan_destroy_error";
        reply.diagnostics = if stay { error("It shall stay", &[]) } else { Vec::new() };
        reply.planned_state = wire(&proposed, &ty);
        return reply;
    }
    let mut object = members(&proposed);
    let mode = mode(&object);
    if let Some(module) = members(&value(&request.provider_meta, &offer::meta())).get("module") {
        note(&format!("planned for module {}", module.as_str().unwrap_or("without a name")));
    }
    reply.planned_identity = identity(&object);
    for name in ["id", "size"] {
        if object.get(name).unwrap().is_null() {
            object.insert(name.into(), Value::unknown(ty.attributes().unwrap().get(name).unwrap().clone()));
        }
    }
    object.insert("token".into(), Value::null(Type::String));
    let parts = parts(object.get("part").unwrap(), &Value::unknown(Type::String));
    object.insert("part".into(), parts);
    if !prior.is_null() && prior.get("name") != object.get("name") {
        let step = PathStep { selector: Some(Selector::AttributeName("name".to_owned())) };
        reply.requires_replace.push(AttributePath { steps: vec![step] });
    }
    match mode.as_str() {
        "plan_changes_config" | "plan_legacy" => {
            object.insert("name".into(), Value::string("another"));
            reply.legacy_type_system = mode == "plan_legacy";
        }
        "plan_write_only" => {
            object.insert("token".into(), Value::string("leaked"));
        }
        "plan_inconsistent" => {
            let size = i64::from(PLANS.fetch_add(1, Ordering::Relaxed));
            object.insert("size".into(), Value::from(size));
        }
        "plan_drops_block" => {
            let element = ty.attributes().unwrap().get("part").unwrap().element().unwrap().clone();
            object.insert("part".into(), Value::list(element, []));
        }
        "plan_crash" => panic!("planning is too much for me"),
        "plan_freeze" => std::thread::sleep(Duration::from_secs(600)),
        "plan_deferred" => reply.deferred = later(1),
        "plan_deferred_empty" if may_defer(request.client_capabilities) => {
            return PlanReply { deferred: later(3), ..PlanReply::default() };
        }
        _ => {}
    }
    reply.planned_state = match mode.as_str() {
        "plan_wrong_type" => wire(&Value::from(1), &Type::Number),
        _ => wire(&Value::object(object), &ty),
    };
    reply
}

/// The parts, those without a value made with one.
fn parts(list: &Value, made: &Value) -> Value {
    let element = list.ty().element().unwrap().clone();
    let items = list.as_items().unwrap_or_default().iter().map(|part| {
        let mut part = members(part);
        if part.get("made").unwrap().is_null() || !part.get("made").unwrap().is_known() {
            part.insert("made".into(), made.clone());
        }
        Value::object(part)
    });
    Value::list(element, items.collect::<Vec<_>>())
}

async fn apply(request: Apply) -> ApplyReply {
    let ty = offer::thing();
    let planned = value(&request.planned_state, &ty);
    let mut reply = ApplyReply { private: b"applied".to_vec(), ..ApplyReply::default() };
    if planned.is_null() {
        reply.new_state = wire(&planned, &ty);
        return reply;
    }
    let mut object = members(&planned);
    reply.new_identity = identity(&object);
    let mode = mode(&object);
    let name = object.get("name").unwrap().as_str().unwrap_or("").to_owned();
    if !object.get("id").unwrap().is_known() {
        object.insert("id".into(), Value::string(format!("id-{name}")));
    }
    if !object.get("size").unwrap().is_known() {
        object.insert("size".into(), Value::from(1));
    }
    let parts = parts(object.get("part").unwrap(), &Value::string("made"));
    object.insert("part".into(), parts);
    match mode.as_str() {
        "apply_changes_planned" | "apply_legacy" => {
            object.insert("name".into(), Value::string("another"));
            reply.legacy_type_system = mode == "apply_legacy";
        }
        "apply_identity_unknown" => reply.new_identity = nobody(),
        "apply_unknown" => {
            object.insert("id".into(), Value::unknown(Type::String));
        }
        "apply_write_only" => {
            object.insert("token".into(), Value::string("leaked"));
        }
        "apply_error" => reply.diagnostics = error("It went wrong half way", &["size"]),
        "apply_crash" => {
            eprintln!("panic: out of luck");
            std::process::exit(2);
        }
        "apply_killed" => {
            eprintln!("fatal error: out of memory");
            let own = std::process::id().to_string();
            let _status = std::process::Command::new("kill").args(["-9", &own]).status();
        }
        "apply_hoards" => {
            eprintln!("collecting everything");
            let mut hoard: Vec<Vec<u8>> = Vec::new();
            while hoard.len() < 64 {
                hoard.push(vec![1; 16 << 20]);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        "apply_slow" => {
            note("at work");
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        _ => {}
    }
    reply.new_state = match mode.as_str() {
        "apply_wrong_type" => wire(&Value::from(true), &Type::Bool),
        "apply_null" => wire(&Value::null(ty.clone()), &ty),
        _ => wire(&Value::object(object), &ty),
    };
    reply
}

/// An object of a name and nothing else.
fn named(name: &str) -> Value {
    let ty = offer::thing();
    let mut object: Members =
        ty.attributes().unwrap().iter().map(|(name, ty)| (name.clone(), Value::null(ty.clone()))).collect();
    object.insert("id".into(), Value::string(format!("id-{name}")));
    object.insert("name".into(), Value::string(name));
    object.insert("size".into(), Value::from(1));
    let element = ty.attributes().unwrap().get("part").unwrap().element().unwrap().clone();
    object.insert("part".into(), Value::list(element, []));
    Value::object(object)
}

fn import(request: &Import) -> ImportReply {
    let ty = offer::thing();
    let by_identity =
        request.identity.as_ref().map(|identity| value(&identity.identity_data, &offer::identity()));
    let name =
        by_identity.and_then(|identity| identity.get("name").and_then(Value::as_str).map(str::to_owned));
    let name = name.unwrap_or_else(|| request.id.clone());
    if name == "later" && may_defer(request.client_capabilities) {
        return ImportReply { deferred: later(3), ..ImportReply::default() };
    }
    if name == "missing" {
        return ImportReply { diagnostics: error("No such thing", &[]), ..ImportReply::default() };
    }
    let object = named(&name);
    let identity = if name == "nobody" { nobody() } else { identity(&members(&object)) };
    let imported = ImportedResource {
        type_name: "misbehaving_thing".to_owned(),
        state: wire(&object, &ty),
        private: b"imported".to_vec(),
        identity,
    };
    ImportReply { imported_resources: vec![imported], ..ImportReply::default() }
}

fn moved(request: &Move) -> MoveReply {
    if request.source_type_name != "terraform_data" {
        return MoveReply { diagnostics: error("Cannot take that over", &[]), ..MoveReply::default() };
    }
    let raw = request.source_state.clone().unwrap_or_default();
    let raw: serde_json::Value = serde_json::from_slice(&raw.json).unwrap();
    let name = raw["output"]["value"].as_str().or(raw["output"].as_str()).unwrap_or("moved").to_owned();
    MoveReply { target_state: wire(&named(&name), &offer::thing()), ..MoveReply::default() }
}

fn answered(config: &Value) -> Value {
    let mut object = members(config);
    let answer = match mode(&object).as_str() {
        "unknown" => Value::unknown(Type::String),
        _ => Value::string("forty-two"),
    };
    object.insert("answer".into(), answer);
    Value::object(object)
}

fn data(request: &ReadData) -> ReadDataReply {
    let ty = offer::answer();
    let config = value(&request.config, &ty);
    let asked = mode(&members(&config));
    if asked == "later" {
        return ReadDataReply { deferred: later(1), ..ReadDataReply::default() };
    }
    let state = match asked.as_str() {
        "null" => wire(&Value::null(ty.clone()), &ty),
        _ => wire(&answered(&config), &ty),
    };
    ReadDataReply { state, ..ReadDataReply::default() }
}

/// A time one second from now.
fn soon() -> Option<Timestamp> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Some(Timestamp { seconds: i64::try_from(now.as_secs()).unwrap() + 1, nanos: 0 })
}

/// A line of the provider's log.
fn note(text: &str) {
    eprintln!(r#"{{"@level":"info","@message":"{text}","@module":"misbehaving"}}"#);
}

fn open(request: &ValidateType) -> OpenReply {
    let ty = offer::answer();
    let config = value(&request.config, &ty);
    let asked = mode(&members(&config));
    if asked == "later" && may_defer(request.client_capabilities) {
        return OpenReply { deferred: later(0), ..OpenReply::default() };
    }
    let short = asked == "short";
    let result = wire(&answered(&config), &ty);
    let renew_at = if short { soon() } else { None };
    OpenReply { result, renew_at, private: Some(b"open".to_vec()), ..OpenReply::default() }
}

fn renew(request: &Held) -> RenewReply {
    let held = request.private.clone().unwrap_or_default();
    note(&format!("renewed {}", String::from_utf8_lossy(&held)));
    RenewReply { renew_at: soon(), private: Some(b"renewed".to_vec()), ..RenewReply::default() }
}

fn function(request: &CallFunction) -> CallFunctionReply {
    let text = value(&request.arguments.first().cloned(), &Type::String);
    match text.as_str() {
        Some("quiet") => CallFunctionReply {
            result: None,
            error: Some(FunctionError { text: "I cannot shout that".to_owned(), function_argument: Some(0) }),
        },
        text => {
            let loud = Value::string(text.unwrap_or("").to_uppercase());
            CallFunctionReply { result: wire(&loud, &Type::String), error: None }
        }
    }
}
