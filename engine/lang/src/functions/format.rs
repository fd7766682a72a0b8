//! `format` and `formatlist`: verbs as Go's `fmt` has them, on values of the language.

use ordain_diag::{cluster_count, clusters};
use ordain_gostd::quote_char;
use ordain_value::{Kind, Number, Type, Value, convert, ops};

use super::encoding::json_text;
use super::spec::{Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty};
use super::verbs::{Verb, format_float, format_integer};

const FORMAT: &[Param] = &[Param::new("format", Ty::String)];
const ARGS: Option<Param> = Some(Param::new("args", Ty::Any).null().unknown());

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    Spec {
        name: "format",
        description: "A text in which verbs such as `%s` and `%03d` are replaced by the arguments, as Go's Printf does.",
        params: FORMAT,
        variadic: ARGS,
        returns: Returns::Type(Ty::String),
        not_null: true,
        body: one,
    },
    Spec {
        name: "formatlist",
        description: "A text formatted once for each element of the lists among the arguments.",
        params: FORMAT,
        variadic: ARGS,
        returns: Returns::Type(Ty::List(&Ty::String)),
        not_null: true,
        body: many,
    },
];

fn one(call: &Call<'_>) -> FunctionResult {
    let format = call.text(0)?;
    let args = call.args.get(1..).unwrap_or_default();
    if args.iter().all(Value::is_wholly_known) {
        return sprint(format, args).map(Value::string);
    }
    let prefix = format.split_once('%').map_or("", |(prefix, _)| prefix);
    Ok(call.unknown().refine().prefix(prefix).finish())
}

/// An argument of `formatlist`: one per result, or the same for all.
enum Column<'v> {
    Each(&'v [Value]),
    Same(&'v Value),
}

fn many(call: &Call<'_>) -> FunctionResult {
    let format = call.text(0)?;
    let args = call.args.get(1..).unwrap_or_default();
    let mut columns = Vec::with_capacity(args.len());
    let mut length: Option<(usize, usize)> = None;
    let mut unknown = false;
    for (at, arg) in args.iter().enumerate() {
        let is_list = matches!(arg.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) && !arg.is_null();
        if !is_list {
            columns.push(Column::Same(arg));
            continue;
        }
        let Some(count) = ops::length(arg).and_then(|length| length.as_number()?.as_u64()) else {
            unknown = true;
            continue;
        };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        match length {
            Some((chosen, by)) if chosen != count => {
                return Err(FunctionError::arg(
                    at + 1,
                    format!(
                        "argument {} has length {count}, which is inconsistent with argument {} of length {chosen}",
                        at + 1,
                        by + 1
                    ),
                ));
            }
            Some(_) => {}
            None => length = Some((count, at)),
        }
        match arg.as_items() {
            Some(items) => columns.push(Column::Each(items)),
            None => unknown = true,
        }
    }
    if unknown {
        return Ok(call.unknown());
    }
    let rows = length.map_or(1, |(length, _)| length);
    let mut next = vec![0; columns.len()];
    let results: Result<Vec<Value>, FunctionError> =
        (0..rows).map(|row| format_row(format, &columns, row, &mut next)).collect();
    Ok(Value::list(Type::String, results?))
}

/// One result. Columns are read from left to right up to the first unknown element; those right of it
/// keep their place, as Terraform has it.
fn format_row(format: &str, columns: &[Column<'_>], row: usize, next: &mut [usize]) -> FunctionResult {
    let mut args = Vec::with_capacity(columns.len());
    for (column, next) in columns.iter().zip(next) {
        let value = match column {
            Column::Each(items) => {
                let value = items.get(*next);
                *next += 1;
                value
            }
            Column::Same(value) => Some(*value),
        };
        let Some(value) = value else { continue };
        if !value.is_wholly_known() {
            return Ok(Value::unknown_not_null(Type::String));
        }
        args.push(value.clone());
    }
    match sprint(format, &args) {
        Ok(text) => Ok(Value::string(text)),
        Err(error) if columns.is_empty() => Err(error),
        Err(error) => Err(FunctionError::call(format!("error on format iteration {row}: {}", error.message))),
    }
}

/// The text that a format makes of known arguments.
fn sprint(format: &str, args: &[Value]) -> Result<String, FunctionError> {
    let mut out = String::new();
    let (mut next, mut highest) = (1, 0);
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        let (before, verb) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        if let Some(after) = verb.strip_prefix("%%") {
            out.push('%');
            rest = after;
            continue;
        }
        let offset = format.len() - verb.len();
        let (verb, after) = Verb::parse(verb, offset, next)?;
        highest = highest.max(verb.arg);
        append(&verb, &mut out, args)?;
        next = verb.arg + 1;
        rest = after;
    }
    out.push_str(rest);
    if highest < args.len() {
        let used = match highest {
            0 => "no verbs in format string".to_owned(),
            _ => format!("only {highest} used by format string"),
        };
        return Err(FunctionError::arg(highest + 1, format!("too many arguments; {used}")));
    }
    Ok(out)
}

fn append(verb: &Verb<'_>, out: &mut String, args: &[Value]) -> Result<(), FunctionError> {
    let Some(arg) = verb.arg.checked_sub(1).and_then(|at| args.get(at)) else {
        return Err(FunctionError::call(format!(
            "not enough arguments for {:?} at {}: need index {} but have {} total",
            verb.raw,
            verb.offset,
            verb.arg,
            args.len()
        )));
    };
    if verb.mode != 'v' && arg.is_null() {
        return Err(verb.unsupported("null value cannot be formatted"));
    }
    let converted = |ty: &Type| convert(arg.clone(), ty).map_err(|error| verb.unsupported(error.to_string()));
    match verb.mode {
        'v' => as_is(verb, arg, out),
        't' => {
            out.push_str(if converted(&Type::Bool)?.as_bool() == Some(true) { "true" } else { "false" });
            Ok(())
        }
        'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' => {
            let value = converted(&Type::Number)?;
            let number = value.as_number().cloned().unwrap_or(Number::ZERO);
            if matches!(verb.mode, 'b' | 'd' | 'o' | 'x' | 'X') {
                let whole = number.to_big().ok_or_else(|| verb.unsupported("an integer is required"))?;
                out.push_str(&format_integer(verb, &whole));
            } else {
                out.push_str(&format_float(verb, &number));
            }
            Ok(())
        }
        's' | 'q' => {
            let value = converted(&Type::String)?;
            let text = value.as_str().unwrap_or("");
            let text: String = match verb.precision {
                Some(most) if most > 0 => clusters(text).into_iter().take(most).collect(),
                _ => text.to_owned(),
            };
            let text = if verb.mode == 'q' { json_text(&Value::string(text))? } else { text };
            pad(verb, &text, out);
            Ok(())
        }
        mode => Err(FunctionError::call(format!(
            "unsupported format verb {} in {:?} at offset {}",
            quote_char(mode, false),
            verb.raw,
            verb.offset
        ))),
    }
}

/// `%v`: texts and numbers plainly, everything else (with `#` everything) as JSON.
fn as_is(verb: &Verb<'_>, arg: &Value, out: &mut String) -> Result<(), FunctionError> {
    let text = match arg.kind() {
        Kind::String(text) if !verb.sharp => text.to_string(),
        Kind::Number(number) if !verb.sharp => super::verbs::shortest(number),
        _ => json_text(arg).map_err(|error| verb.unsupported(error.message))?,
    };
    pad(verb, &text, out);
    Ok(())
}

fn pad(verb: &Verb<'_>, text: &str, out: &mut String) {
    let missing = verb.width.unwrap_or(0).saturating_sub(cluster_count(text));
    let padding = std::iter::repeat_n(if verb.zero { '0' } else { ' ' }, missing);
    if verb.minus {
        out.push_str(text);
        out.extend(padding);
    } else {
        out.extend(padding);
        out.push_str(text);
    }
}
