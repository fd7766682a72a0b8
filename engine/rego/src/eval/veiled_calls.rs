//! Calls of built-in functions with values that are not known or not to be shown.
//!
//! What decides without looking at the missing value is decided; else the result is a value of the function's type
//! that is not known. What is made of something hidden is hidden, except truths: comparing is allowed.

use super::run::shown;
use super::{Machine, Outcome};
use crate::ast::Span;
use crate::builtins::Builtin;
use crate::types::Type;
use crate::unknown::{
    NOT_KNOWN, NOT_SHOWN, Secret, Seen, Truth, Unknown, Waits, is_known, kinds, kinds_of, kinds_of_value,
    order, same, type_of_kinds,
};
use crate::value::Value;
use std::sync::Arc;

/// Functions that only move values, compare them and look at keys.
const MOVES: &[&str] = &[
    "and",
    "array.concat",
    "array.reverse",
    "array.slice",
    "cast_array",
    "cast_boolean",
    "cast_null",
    "cast_object",
    "cast_set",
    "cast_string",
    "graph.reachable",
    "graph.reachable_paths",
    "intersection",
    "json.filter",
    "json.patch",
    "json.remove",
    "max",
    "min",
    "object.filter",
    "object.keys",
    "object.remove",
    "object.subset",
    "object.union",
    "object.union_n",
    "or",
    "sort",
    "union",
    "walk",
];

/// Those of them that do not even compare, as long as their operands themselves are known.
const PASSES: &[&str] = &["array.concat", "array.reverse", "object.keys"];

/// Functions that have an answer for all operands of their types.
const TOTAL: &[&str] = &[
    "abs",
    "and",
    "ceil",
    "concat",
    "contains",
    "count",
    "endswith",
    "floor",
    "intersection",
    "json.marshal",
    "lower",
    "mul",
    "or",
    "plus",
    "product",
    "replace",
    "round",
    "sort",
    "split",
    "sprintf",
    "startswith",
    "sum",
    "trim",
    "trim_left",
    "trim_prefix",
    "trim_right",
    "trim_space",
    "trim_suffix",
    "union",
    "upper",
];

/// Functions that put texts together.
const TEXTS: &[&str] = &["concat", "json.marshal", "json.marshal_with_options", "sprintf", "yaml.marshal"];

fn maybe(waits: Waits) -> Value {
    Unknown::new(Type::Boolean, waits).value()
}

fn told(truth: Truth) -> Value {
    match truth {
        Truth::Yes => Value::Bool(true),
        Truth::No => Value::Bool(false),
        Truth::Maybe(waits) => maybe(waits),
    }
}

fn waits_of(values: &[Value]) -> Waits {
    let mut seen = Seen::default();
    values.iter().for_each(|value| seen.look(value));
    Waits::all(seen.waits)
}

impl Machine<'_> {
    /// The result of a built-in function; `None` if it is undefined.
    pub(crate) fn veiled_builtin(
        &mut self,
        builtin: &Builtin,
        operands: &[Value],
        at: Span,
    ) -> Outcome<Option<Value>> {
        if let Some(answer) = self.answered(builtin.name, operands)? {
            return Ok(answer);
        }
        let mut seen = Seen::default();
        operands.iter().for_each(|operand| seen.look(operand));
        if seen.waits.is_empty() && !seen.secret {
            return self.builtin(builtin, operands, at);
        }
        if seen.waits.is_empty() {
            return self.of_secrets(builtin, operands, at);
        }
        if PASSES.contains(&builtin.name) && !operands.iter().any(Value::is_unknown) {
            return self.builtin(builtin, operands, at);
        }
        Ok(self.of_unknowns(builtin, operands, seen))
    }

    fn of_secrets(&mut self, builtin: &Builtin, operands: &[Value], at: Span) -> Outcome<Option<Value>> {
        if only_moves(builtin.name, operands) {
            return self.builtin(builtin, operands, at);
        }
        let bare: Vec<Value> = operands.iter().map(Value::bare).collect();
        let Some(value) = self.builtin(builtin, &bare, at)? else { return Ok(None) };
        Ok(Some(match value {
            Value::Bool(_) if builtin.signature.result == Some(Type::Boolean) => value,
            Value::String(_) if TEXTS.contains(&builtin.name) => {
                let shown = self.shown_text(builtin, operands);
                Value::Secret(Arc::new(Secret { value, shown }))
            }
            other => other.hidden(),
        }))
    }

    fn of_unknowns(&mut self, builtin: &Builtin, operands: &[Value], seen: Seen) -> Option<Value> {
        let types = &builtin.signature.args;
        let fits = |(operand, ty): (&Value, &Type)| kinds_of_value(operand) & kinds_of(ty) != 0;
        if !operands.iter().zip(types).all(fits) {
            return None;
        }
        let waits = Waits::all(seen.waits);
        let numbers = || operands.iter().all(|operand| kinds_of_value(operand) == kinds::NUMBER);
        let total = match builtin.name {
            "minus" => numbers(),
            name => TOTAL.contains(&name),
        };
        if !total || !operands.iter().zip(types).all(|(operand, ty)| certainly(operand, ty)) {
            self.wait(waits.clone());
        }
        let ty = match builtin.name {
            "minus" if numbers() => Type::Number,
            _ => builtin.signature.result.clone().unwrap_or(Type::Any),
        };
        let mut result = Unknown::new(ty, waits);
        if TEXTS.contains(&builtin.name) {
            result.shown = self.shown_text(builtin, operands);
            if matches!(builtin.name, "sprintf" | "concat") && flat(operands) {
                result.prefix = result.shown.as_deref().and_then(known_start);
            }
        }
        Some(result.value())
    }

    /// The text that a function makes where words stand for what is not known or not to be shown.
    fn shown_text(&mut self, builtin: &Builtin, operands: &[Value]) -> Option<Arc<str>> {
        let mut words: Vec<Value> = Vec::with_capacity(operands.len());
        for operand in operands {
            words.push(match operand {
                Value::Array(items) => Value::array(items.iter().map(word).collect()),
                Value::Set(items) => Value::set(items.iter().map(word).collect()),
                other => word(other),
            });
        }
        if builtin.name == "sprintf"
            && let [Value::String(format), Value::Array(items)] = operands
            && let Some(first) = words.first_mut()
        {
            *first = Value::from(with_words(format, items));
        }
        let made = (builtin.run)(&mut self.env, &words).ok().flatten()?;
        made.as_str().map(Arc::from)
    }

    /// Answers that need not look at what is missing, and those that take the place of an ordinary one.
    #[allow(clippy::option_option, reason = "no answer here; an answer that is undefined")]
    fn answered(&mut self, name: &str, operands: &[Value]) -> Outcome<Option<Option<Value>>> {
        let compared = |holds: fn(std::cmp::Ordering) -> bool| match operands {
            [a, b] => compare(a, b, holds),
            _ => Value::Bool(false),
        };
        Ok(Some(match (name, operands) {
            ("equal", [a, b]) => Some(told(same(a, b))),
            ("neq", [a, b]) => Some(told(same(a, b).not())),
            ("lt", _) => Some(compared(std::cmp::Ordering::is_lt)),
            ("lte", _) => Some(compared(std::cmp::Ordering::is_le)),
            ("gt", _) => Some(compared(std::cmp::Ordering::is_gt)),
            ("gte", _) => Some(compared(std::cmp::Ordering::is_ge)),
            ("count", [of]) => return Ok(self.count(of)),
            ("type_name", [Value::Unknown(unknown)]) => Some(type_name(unknown)),
            ("startswith", [Value::Unknown(text), Value::String(start)]) => {
                return Ok(self.starts_with(text, start));
            }
            ("contains", [Value::Unknown(text), Value::String(part)])
                if text.prefix.as_ref().is_some_and(|prefix| prefix.contains(&**part)) =>
            {
                if text.kinds() != kinds::STRING {
                    self.wait(text.waits.clone());
                }
                Some(Value::Bool(true))
            }
            ("object.get", [of, key, default]) => return self.get_or(of, key, default),
            ("walk", [of]) => return Ok(self.walk(of)),
            ("internal.member_2" | "internal.member_3", _) => self.veiled_member(operands),
            (name, [Value::Unknown(unknown)]) => match kind_asked(name) {
                Some(bit) => Some(is_of_kind(unknown, bit)),
                None => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }

    #[allow(clippy::option_option, reason = "no answer here; an answer that is undefined")]
    fn count(&mut self, of: &Value) -> Option<Option<Value>> {
        match of {
            Value::Array(items) => Some(Some(items.len().into())),
            Value::Object(object) => Some(Some(object.len().into())),
            Value::Set(set) if set.len() < 2 || set.iter().all(is_known) => Some(Some(set.len().into())),
            Value::Set(set) => {
                let known = set.iter().filter(|member| is_known(member)).count();
                let waits = waits_of(std::slice::from_ref(of));
                Some(Some(counted(known.max(1), Some(set.len()), waits)))
            }
            Value::Unknown(unknown) => {
                let bits = unknown.kinds();
                let countable = kinds::COLLECTIONS | kinds::STRING;
                if bits & countable == 0 {
                    return Some(None);
                }
                if bits & !countable != 0 {
                    self.wait(unknown.waits.clone());
                }
                let (least, most) = match (bits & kinds::STRING, bits & kinds::COLLECTIONS) {
                    (0, _) => unknown.length,
                    (_, 0) => (unknown.prefix.as_ref().map_or(0, |prefix| prefix.chars().count()), None),
                    _ => (0, None),
                };
                Some(Some(counted(least, most, unknown.waits.clone())))
            }
            _ => None,
        }
    }

    #[allow(clippy::option_option, reason = "no answer here; an answer that is undefined")]
    fn starts_with(&mut self, text: &Unknown, start: &str) -> Option<Option<Value>> {
        let prefix = text.prefix.as_ref()?;
        let holds = match (prefix.starts_with(start), start.starts_with(&**prefix)) {
            (true, _) => true,
            (false, true) => return None,
            (false, false) => false,
        };
        if text.kinds() != kinds::STRING {
            self.wait(text.waits.clone());
        }
        Some(Some(Value::Bool(holds)))
    }

    /// `object.get`: the value at a key or a path of keys, or the default.
    #[allow(clippy::option_option, reason = "no answer here; an answer that is undefined")]
    fn get_or(&mut self, of: &Value, key: &Value, default: &Value) -> Outcome<Option<Option<Value>>> {
        match of {
            Value::Object(_) => {}
            Value::Unknown(unknown) if unknown.kinds() & kinds::OBJECT == 0 => return Ok(Some(None)),
            Value::Unknown(unknown) if unknown.kinds() != kinds::OBJECT => self.wait(unknown.waits.clone()),
            Value::Unknown(_) => {}
            _ => return Ok(None),
        }
        let steps = key.as_array().map_or_else(|| vec![key.clone()], <[Value]>::to_vec);
        let (found, open) = self
            .apart(|machine| Ok(steps.iter().try_fold(of.clone(), |at, step| machine.at_key(&at, step))))?;
        Ok(Some(Some(match (found, open.waits()) {
            (None, _) => default.clone(),
            (Some(found), None) => found,
            (Some(found), Some(waits)) => either(found, default, waits),
        })))
    }

    /// All paths into a document and what is there; more where something unknown may be a collection.
    #[allow(clippy::option_option, reason = "no answer here; an answer that is undefined")]
    fn walk(&mut self, of: &Value) -> Option<Option<Value>> {
        let seen = Seen::of(of);
        if seen.waits.is_empty() {
            return None;
        }
        let waits = Waits::all(seen.waits);
        let mut result = Unknown::new(Type::array(Type::array(Type::Any)), waits);
        result.length = (1, None);
        Some(Some(result.value()))
    }

    /// `x in xs`, or `k, v in xs`.
    pub(crate) fn veiled_member(&mut self, operands: &[Value]) -> Option<Value> {
        let truth = match operands {
            [value, Value::Set(set)] if set.contains(value) => Truth::Yes,
            [value, Value::Set(set)] => among(value, set.iter()),
            [value, Value::Array(items)] => among(value, items.iter()),
            [value, Value::Object(object)] => among(value, object.iter().map(|(_, member)| member)),
            [value, Value::Unknown(unknown)] => among_unknown(value, unknown),
            [key, value, collection] if kinds_of_value(collection) & kinds::COLLECTIONS != 0 => {
                let found = self.apart(|machine| Ok(machine.at_key(collection, key))).ok()?;
                match found {
                    (None, _) => Truth::No,
                    (Some(member), open) => match (same(&member, value), open.waits()) {
                        (Truth::Yes, Some(waits)) => Truth::Maybe(waits),
                        (truth, _) => truth,
                    },
                }
            }
            _ => Truth::No,
        };
        Some(told(truth))
    }
}

/// Whether a function only moves, compares and looks at these operands: paths that are taken apart must not be hidden.
fn only_moves(name: &str, operands: &[Value]) -> bool {
    let opened = |value: &Value| Seen::of(value).secret;
    match (name, operands) {
        ("minus", _) => operands.iter().all(|operand| operand.as_set().is_some()),
        ("json.filter" | "json.remove", [_, paths]) => !opened(paths),
        ("json.patch", [_, Value::Array(patches)]) => patches.iter().all(|patch| {
            let hidden = |name: &str| patch.as_object()?.get_str(name).map(opened);
            ["op", "path", "from"].iter().all(|name| hidden(name) == Some(false) || hidden(name).is_none())
        }),
        _ => MOVES.contains(&name),
    }
}

/// Whether a value is one of several.
fn among<'v>(value: &Value, members: impl Iterator<Item = &'v Value>) -> Truth {
    let mut open = Vec::new();
    for member in members {
        match same(value, member) {
            Truth::Yes => return Truth::Yes,
            Truth::No => {}
            Truth::Maybe(waits) => open.push(waits),
        }
    }
    if open.is_empty() { Truth::No } else { Truth::Maybe(Waits::all(open)) }
}

fn among_unknown(value: &Value, unknown: &Unknown) -> Truth {
    if unknown.kinds() & kinds::COLLECTIONS == 0 || unknown.length.1 == Some(0) {
        return Truth::No;
    }
    let Some(likely) = &unknown.members else {
        let element = unknown.at(None).map_or(Type::Any, |(ty, _)| ty);
        return match same(value, &Unknown::new(element, unknown.waits.clone()).value()) {
            Truth::No => Truth::No,
            Truth::Yes | Truth::Maybe(_) => Truth::Maybe(unknown.waits.clone()),
        };
    };
    let solid = unknown.kinds() & !kinds::COLLECTIONS == 0;
    let mut possible = likely.more;
    for (_, member, open) in &likely.listed {
        match same(value, member) {
            Truth::Yes if solid && open.is_certain() => return Truth::Yes,
            Truth::No => {}
            Truth::Yes | Truth::Maybe(_) => possible = true,
        }
    }
    if possible { Truth::Maybe(unknown.waits.clone()) } else { Truth::No }
}

/// One value or the other.
fn either(found: Value, other: &Value, waits: Waits) -> Value {
    match same(&found, other) {
        Truth::Yes => found,
        Truth::No | Truth::Maybe(_) => {
            let bits = kinds_of_value(&found) | kinds_of_value(other);
            let all = Waits::all(vec![waits, waits_of(&[found, other.clone()])]);
            Unknown::new(type_of_kinds(bits), all).value()
        }
    }
}

fn counted(least: usize, most: Option<usize>, waits: Waits) -> Value {
    if most == Some(least) {
        return least.into();
    }
    let mut count = Unknown::new(Type::Number, waits);
    count.bounds = (Some((least.into(), true)), most.map(|most| (most.into(), true)));
    count.value()
}

fn compare(a: &Value, b: &Value, holds: fn(std::cmp::Ordering) -> bool) -> Value {
    use std::cmp::Ordering;
    let possible = order(a, b);
    let outcomes = [
        (possible.less, Ordering::Less),
        (possible.equal, Ordering::Equal),
        (possible.greater, Ordering::Greater),
    ];
    let mut open = outcomes.iter().filter(|(possible, _)| *possible).map(|(_, order)| holds(*order));
    let first = open.next().unwrap_or(false);
    if open.all(|other| other == first) {
        return Value::Bool(first);
    }
    maybe(waits_of(&[a.clone(), b.clone()]))
}

fn kind_asked(name: &str) -> Option<u8> {
    Some(match name {
        "is_null" => kinds::NULL,
        "is_boolean" => kinds::BOOL,
        "is_number" => kinds::NUMBER,
        "is_string" => kinds::STRING,
        "is_array" => kinds::ARRAY,
        "is_object" => kinds::OBJECT,
        "is_set" => kinds::SET,
        _ => return None,
    })
}

fn is_of_kind(unknown: &Unknown, bit: u8) -> Value {
    match (unknown.kinds() & bit != 0, unknown.kinds() & !bit != 0) {
        (false, _) => Value::Bool(false),
        (true, false) => Value::Bool(true),
        (true, true) => maybe(unknown.waits.clone()),
    }
}

fn type_name(unknown: &Unknown) -> Value {
    let name = match unknown.kinds() {
        kinds::NULL => "null",
        kinds::BOOL => "boolean",
        kinds::NUMBER => "number",
        kinds::STRING => "string",
        kinds::ARRAY => "array",
        kinds::OBJECT => "object",
        kinds::SET => "set",
        _ => return Unknown::new(Type::String, unknown.waits.clone()).value(),
    };
    Value::from(name)
}

/// Whether an operand is of a type for certain.
fn certainly(value: &Value, ty: &Type) -> bool {
    match (value, ty) {
        (_, Type::Any) => true,
        (_, Type::OneOf(types)) if !value.is_unknown() => types.iter().any(|ty| certainly(value, ty)),
        (Value::Unknown(unknown), ty) => unknown.kinds() & !kinds_of(ty) == 0 && (loose(ty)),
        (Value::Array(items), Type::Array(_, Some(of))) => items.iter().all(|item| certainly(item, of)),
        (Value::Set(items), Type::Set(of)) => items.iter().all(|item| certainly(item, of)),
        (Value::Object(object), Type::Object(_, Some(of))) => {
            object.iter().all(|(_, item)| certainly(item, &of.1))
        }
        (other, ty) => kinds_of_value(other) & kinds_of(ty) != 0 && loose(ty),
    }
}

/// Whether a type says nothing of what is in a collection.
fn loose(ty: &Type) -> bool {
    match ty {
        Type::Array(first, rest) => first.is_empty() && rest.as_deref() == Some(&Type::Any),
        Type::Set(of) => **of == Type::Any,
        Type::Object(known, rest) => {
            known.is_empty() && rest.as_deref().is_some_and(|(_, value)| *value == Type::Any)
        }
        Type::OneOf(types) => types.iter().all(loose),
        _ => true,
    }
}

/// The words that stand for a value in a text.
fn word(value: &Value) -> Value {
    match value {
        Value::Unknown(unknown) => Value::from(unknown.text()),
        Value::Secret(secret) => Value::from(secret.text()),
        other => other.clone(),
    }
}

/// Whether what is not known stands for itself, in no collection within an array of operands.
fn flat(operands: &[Value]) -> bool {
    operands.iter().all(|operand| match operand {
        Value::Array(items) => items.iter().all(|item| begins_as_shown(item) || is_plain(item)),
        other => begins_as_shown(other) || is_plain(other),
    })
}

/// Whether the text that stands for a value begins as the value's own text will, up to the first missing word.
fn begins_as_shown(value: &Value) -> bool {
    match value {
        Value::Unknown(unknown) => unknown.shown.is_none() || unknown.prefix.is_some(),
        Value::Secret(secret) => secret.shown.is_none(),
        _ => false,
    }
}

fn is_plain(value: &Value) -> bool {
    let seen = Seen::of(value);
    seen.waits.is_empty() && !seen.secret
}

/// What a text begins with before anything that is not known.
fn known_start(text: &str) -> Option<Arc<str>> {
    let end = [NOT_KNOWN, NOT_SHOWN].iter().filter_map(|word| text.find(word)).min()?;
    text.get(..end).filter(|start| !start.is_empty()).map(Arc::from)
}

/// The format of a `sprintf` with `%s` in place of verbs whose argument is a word instead of the value.
fn with_words(format: &str, items: &[Value]) -> String {
    let mut out = String::with_capacity(format.len());
    let mut at = 0;
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        if c != '%' {
            continue;
        }
        if chars.peek() == Some(&'%') {
            out.extend(chars.next());
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = chars.next_if(|c| !c.is_alphabetic()) {
            flags.push(flag);
            // The width is an argument of its own.
            at += usize::from(flag == '*');
        }
        let verb = chars.next();
        // `[2]`, just before the verb, says which argument it is.
        let named = flags.strip_suffix(']').and_then(|flags| flags.rsplit_once('['));
        let named = named.and_then(|(_, number)| number.parse::<usize>().ok());
        at = named.map_or(at, |number| number.saturating_sub(1));
        match items.get(at) {
            Some(Value::Unknown(_) | Value::Secret(_)) => {
                out.extend(named.map(|number| format!("[{number}]")));
                out.push('s');
            }
            _ => {
                out.push_str(&flags);
                out.extend(verb);
            }
        }
        at += 1;
    }
    out
}

/// Texts one after the other, as a template string puts them together.
pub(crate) fn joined(parts: &[Value]) -> Value {
    let text: String = parts.iter().map(shown).collect();
    let mut seen = Seen::default();
    parts.iter().for_each(|part| seen.look(part));
    if !seen.waits.is_empty() {
        let mut result = Unknown::new(Type::String, Waits::all(seen.waits));
        result.prefix = flat(parts).then(|| known_start(&text)).flatten();
        result.shown = Some(text.into());
        return result.value();
    }
    if seen.secret {
        let value = Value::from(parts.iter().map(|part| shown(&part.bare())).collect::<String>());
        return Value::Secret(Arc::new(Secret { value, shown: Some(text.into()) }));
    }
    Value::from(text)
}
