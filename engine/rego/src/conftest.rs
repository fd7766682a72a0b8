//! Functions that Conftest adds: `parse_config`, `parse_config_file`, `parse_combined_config_files`.

use crate::builtins::{Builtin, BuiltinEnv, BuiltinError, BuiltinResult, ConfigForm, ErrorCode};
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

fn parse_config(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (name, config) = (text(args.first())?, text(args.get(1))?);
    parsed(env, ConfigForm::Named(name), config).map(Some)
}

fn parsed(env: &BuiltinEnv, form: ConfigForm<'_>, config: &str) -> Result<Value, BuiltinError> {
    if let Some(read) = env.readable.read {
        return read(form, config).map_err(failed);
    }
    let (ConfigForm::Named(name) | ConfigForm::Of(name)) = form;
    match name.rsplit('.').next().unwrap_or(name) {
        "json" => document(config, FileKind::Json).map_err(failed),
        "yaml" | "yml" => document(config, FileKind::Yaml).map_err(failed),
        other => Err(failed(format!("create config parser: unknown parser: {other}"))),
    }
}

fn file(env: &BuiltinEnv, path: &str) -> Result<Value, BuiltinError> {
    let found = env.readable.files.get(path.trim_start_matches("./"));
    let config = found.ok_or_else(|| failed(format!("open {path}: no such file or directory")))?;
    parsed(env, ConfigForm::Of(path), config)
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
        let parts = contents.as_array().map(<[Value]>::to_vec).unwrap_or_else(|| vec![contents.clone()]);
        let entry = |part| Value::object(vec![("path".into(), path.into()), ("contents".into(), part)]);
        out.extend(parts.into_iter().map(entry));
    }
    Ok(Some(Value::array(out)))
}
