//! Functions that Conftest adds: `parse_config`, `parse_config_file`, `parse_combined_config_files`.

use crate::builtins::{Builtin, BuiltinEnv, BuiltinError, BuiltinResult, ErrorCode};
use crate::load::{FileKind, document};
use crate::types::{Signature, Type};
use crate::value::Value;
use std::sync::LazyLock;

static TABLE: LazyLock<[Builtin; 3]> = LazyLock::new(|| {
    let row = |name, args, run| Builtin {
        name,
        infix: None,
        signature: Signature { args, variadic: false, result: Some(Type::Any) },
        nondeterministic: false,
        relation: false,
        deprecated: false,
        run,
    };
    [
        row("parse_config", vec![Type::String, Type::String], parse_config as crate::builtins::Run),
        row("parse_config_file", vec![Type::String], parse_config_file),
        row("parse_combined_config_files", vec![Type::array(Type::String)], parse_combined),
    ]
});

/// The function of a name.
pub(crate) fn find(name: &str) -> Option<&'static Builtin> {
    TABLE.iter().find(|row| row.name == name)
}

fn failed(message: impl Into<String>) -> BuiltinError {
    BuiltinError { code: ErrorCode::Builtin, message: message.into() }
}

fn text(value: Option<&Value>) -> Result<&str, BuiltinError> {
    value.and_then(Value::as_str).ok_or_else(|| failed("operand must be a string"))
}

fn parse_config(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (name, config) = (text(args.first())?, text(args.get(1))?);
    parsed(name, config).map(Some)
}

fn parsed(name: &str, config: &str) -> Result<Value, BuiltinError> {
    let kind = match name {
        "json" => FileKind::Json,
        "yaml" | "yml" => FileKind::Yaml,
        other => return Err(failed(format!("create config parser: unknown parser: {other}"))),
    };
    document(config, kind).map_err(failed)
}

fn file(env: &BuiltinEnv, path: &str) -> Result<Value, BuiltinError> {
    let found = env.readable.get(path.trim_start_matches("./"));
    let config = found.ok_or_else(|| failed(format!("open {path}: no such file or directory")))?;
    let name = path.rsplit_once('.').map_or("", |(_, name)| name);
    parsed(name, config)
}

fn parse_config_file(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    file(env, text(args.first())?).map(Some)
}

fn parse_combined(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let paths = args.first().and_then(Value::as_array).ok_or_else(|| failed("operand must be an array"))?;
    let mut out = Vec::with_capacity(paths.len());
    for path in paths {
        let path = text(Some(path))?;
        let contents = file(env, path)?;
        out.push(Value::object(vec![("path".into(), path.into()), ("contents".into(), contents)]));
    }
    Ok(Some(Value::array(out)))
}
