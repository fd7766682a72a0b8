//! Functions that would reach outside: they get what the caller handed over, and nothing else.

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::{Object, Value};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

pub(super) const ROWS: &[Row] = &[
    ("http.send", "(object[string: any]) -> object[any: any]", http_send),
    ("opa.runtime", "() -> object[string: any]", |env, _| Ok(Some(env.runtime.clone()))),
    ("rand.intn", "(string, number) -> number", rand_intn),
    ("uuid.rfc4122", "(string) -> string", uuid),
];

/// The parameters that `http.send` knows.
const PARAMETERS: [&str; 28] = [
    "body",
    "cache",
    "cache_ignored_headers",
    "caching_mode",
    "enable_redirect",
    "force_cache",
    "force_cache_duration_seconds",
    "force_json_decode",
    "force_yaml_decode",
    "headers",
    "max_retry_attempts",
    "method",
    "raise_error",
    "raw_body",
    "timeout",
    "tls_ca_cert",
    "tls_ca_cert_env_variable",
    "tls_ca_cert_file",
    "tls_client_cert",
    "tls_client_cert_env_variable",
    "tls_client_cert_file",
    "tls_client_key",
    "tls_client_key_env_variable",
    "tls_client_key_file",
    "tls_insecure_skip_verify",
    "tls_server_name",
    "tls_use_system_certs",
    "url",
];

/// Refuses parameters that `http.send` does not know, and requests without those that it needs.
pub(super) fn check_request(request: &Object) -> Result<(), BuiltinError> {
    let unknown: Vec<Value> = request
        .iter()
        .map(|(key, _)| key)
        .filter(|key| !key.as_str().is_some_and(|key| PARAMETERS.contains(&key)))
        .cloned()
        .collect();
    if !unknown.is_empty() {
        let what = format!("invalid request parameters(s): {}", Value::set(unknown));
        return Err(BuiltinError::operand_value(1, what));
    }
    let missing: Vec<Value> = ["method", "url"]
        .into_iter()
        .filter(|name| request.get_str(name).is_none())
        .map(Value::from)
        .collect();
    if !missing.is_empty() {
        let what = format!("missing required request parameters(s): {}", Value::set(missing));
        return Err(BuiltinError::operand_value(1, what));
    }
    Ok(())
}

/// No host is allowed, so every request that is well formed ends before it begins.
fn http_send(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let request = args::object(args, 1)?;
    check_request(request)?;
    let text = |name| {
        let value = request.get_str(name);
        value.and_then(Value::as_str).ok_or_else(|| BuiltinError::failed(format!("{name} must be a string")))
    };
    text("method")?;
    let url = text("url")?;
    let message = format!("unallowed host: {}", super::urls::host(url));
    if request.get_str("raise_error") == Some(&Value::Bool(false)) {
        let error = Value::object(vec![
            ("code".into(), "eval_http_send_internal_error".into()),
            ("message".into(), message.into()),
        ]);
        return Ok(Some(Value::object(vec![("error".into(), error), ("status_code".into(), 0_i64.into())])));
    }
    Err(BuiltinError::failed(message))
}

/// A number from the seed of the query and what it is asked for; the same for the same question.
fn random(env: &BuiltinEnv, question: (&str, &Value, u8)) -> u64 {
    let mut hasher = DefaultHasher::new();
    (env.seed, question).hash(&mut hasher);
    hasher.finish()
}

fn rand_intn(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    args::text(args, 1)?;
    let bound = args::int(args, 2)?.unsigned_abs();
    let question = Value::array(args.to_vec());
    let number = random(env, ("rand.intn", &question, 0)).checked_rem(bound).unwrap_or(0);
    Ok(Some(i64::try_from(number).unwrap_or(0).into()))
}

/// Version 4.
fn uuid(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let key = args::any(args, 1)?;
    let high = random(env, ("uuid", key, 0)) & 0xffff_ffff_ffff_0fff | 0x4000;
    let low = random(env, ("uuid", key, 1)) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
    let text = format!("{high:016x}{low:016x}");
    let mut out = String::with_capacity(36);
    for (at, c) in text.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        out.push(c);
    }
    Ok(Some(out.into()))
}
