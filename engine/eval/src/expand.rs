//! `count` and `for_each`: which instances a block stands for.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use ordain_addr::Key;
use ordain_config::blocks::Repetition;
use ordain_diag::{Diagnostic, Span, codes};
use ordain_value::{Kind, Type, Value, convert};

use crate::values::KeyData;

/// Instances of a block. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) enum Expansion {
    /// One, without key.
    Single,
    /// None, of a block that `enabled` switches off; references to it are null.
    Disabled,
    /// So many, by number.
    Count(Arc<[Option<Key>]>),
    /// By text: keys in order, the index of each, and the `for_each` value.
    ForEach(Arc<EachTable>),
    /// While validating: one stands for all of `count`.
    AnyCount,
    /// While validating: one stands for all of `for_each`.
    AnyEach,
}

/// The keys of one without key, shared: most blocks are that.
static ONE: LazyLock<Arc<[Option<Key>]>> = LazyLock::new(|| Arc::from([None]));

/// Keys of `for_each`.
#[derive(Debug)]
pub(crate) struct EachTable {
    keys: Arc<[Option<Key>]>,
    index: HashMap<Key, usize>,
    value: Value,
}

impl Expansion {
    /// Number of instances.
    pub(crate) fn len(&self) -> usize {
        match self {
            Expansion::Single | Expansion::AnyCount | Expansion::AnyEach => 1,
            Expansion::Disabled => 0,
            Expansion::Count(keys) => keys.len(),
            Expansion::ForEach(table) => table.keys.len(),
        }
    }

    /// All keys; `None` when they are not known.
    pub(crate) fn keys(&self) -> Option<Arc<[Option<Key>]>> {
        match self {
            Expansion::Single => Some(ONE.clone()),
            Expansion::Disabled => Some(Arc::from([])),
            Expansion::Count(keys) => Some(keys.clone()),
            Expansion::ForEach(table) => Some(table.keys.clone()),
            Expansion::AnyCount | Expansion::AnyEach => None,
        }
    }

    /// Key of an instance.
    pub(crate) fn key(&self, index: usize) -> Option<Key> {
        match self {
            Expansion::Single | Expansion::Disabled | Expansion::AnyCount | Expansion::AnyEach => None,
            Expansion::Count(keys) => keys.get(index).cloned().flatten(),
            Expansion::ForEach(table) => table.keys.get(index).cloned().flatten(),
        }
    }

    /// The instance with a key.
    pub(crate) fn index_of(&self, key: Option<&Key>) -> Option<usize> {
        match (self, key) {
            (Expansion::Single | Expansion::AnyCount | Expansion::AnyEach, None) => Some(0),
            (Expansion::Count(keys), Some(Key::Int(number))) => {
                usize::try_from(*number).ok().filter(|at| *at < keys.len())
            }
            (Expansion::ForEach(table), Some(key)) => table.index.get(key).copied(),
            _ => None,
        }
    }

    /// What `count` and `each` are in an instance.
    pub(crate) fn key_data(&self, index: usize) -> KeyData {
        match self {
            Expansion::Single | Expansion::Disabled => KeyData::None,
            Expansion::Count(_) => KeyData::Count(Value::number(i64::try_from(index).unwrap_or(i64::MAX))),
            Expansion::AnyCount => KeyData::Count(Value::unknown(Type::Number)),
            Expansion::AnyEach => KeyData::Each(Value::unknown(Type::String), Value::unknown(Type::Dynamic)),
            Expansion::ForEach(table) => match table.keys.get(index) {
                Some(Some(Key::Str(key))) => {
                    let value = table.value.get(key).cloned().unwrap_or_else(|| Value::string(key));
                    KeyData::Each(Value::string(key), value)
                }
                _ => KeyData::None,
            },
        }
    }

    /// What stands for any instance, where it cannot be said which there are.
    pub(crate) fn unknown(repetition: &Repetition) -> Expansion {
        match repetition {
            Repetition::Single | Repetition::Enabled(_) => Expansion::Single,
            Repetition::Count(_) => Expansion::AnyCount,
            Repetition::ForEach(_) => Expansion::AnyEach,
        }
    }

    /// The value of the whole: the object itself, a tuple by number, or an object by text.
    pub(crate) fn collect(&self, ty: &Type, value: impl Fn(usize) -> Value) -> Value {
        match self {
            Expansion::Single => value(0),
            Expansion::Disabled => Value::null(ty.clone()),
            Expansion::Count(keys) => Value::tuple((0..keys.len()).map(value)),
            Expansion::ForEach(table) => {
                let member = |(at, key): (usize, &Option<Key>)| match key {
                    Some(Key::Str(key)) => Some((key.clone(), value(at))),
                    _ => None,
                };
                Value::object(table.keys.iter().enumerate().filter_map(member))
            }
            Expansion::AnyCount => Value::unknown(Type::list(ty.clone())),
            Expansion::AnyEach => Value::unknown(Type::map(ty.clone())),
        }
    }
}

fn invalid(summary: &str, detail: impl Into<String>, span: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(codes::eval::INVALID_REPETITION, summary, detail).with_span(span))
}

/// Instances by `count`. `open` allows a value that is not known.
///
/// # Errors
/// What is wrong with the value, in Terraform's words.
pub(crate) fn by_count(value: Value, open: bool, span: Span) -> Result<Expansion, Box<Diagnostic>> {
    let (value, marks) = value.unmark();
    let fail = |detail: &str| Err(invalid("Invalid count argument", detail, span));
    if marks.is_ephemeral() {
        return fail(
            "The given \"count\" is derived from an ephemeral value, which means that Terraform cannot persist it between plan/apply rounds. Use only non-ephemeral values to specify a resource's \"count\" value.",
        );
    }
    if value.is_null() {
        return fail("The given \"count\" argument value is null. An integer is required.");
    }
    let Ok(value) = convert(value, &Type::Number) else {
        return Err(invalid("Incorrect value type", "Invalid expression value: a number is required.", span));
    };
    if !value.is_known() {
        if open {
            return Ok(Expansion::AnyCount);
        }
        return fail(
            "The \"count\" value depends on resource attributes that cannot be determined until apply, so it cannot be predicted how many instances will be created. To work around this, use -target to first apply only the resources that the count depends on, or give -allow-deferral: then everything else is planned, and what the count decides waits for the plan after the next apply.",
        );
    }
    let Some(number) = value.as_number() else {
        return fail("The given \"count\" argument value is no number.");
    };
    if number.is_negative() && !number.is_zero() {
        return fail(
            "The given \"count\" argument value is unsuitable: must be greater than or equal to zero.",
        );
    }
    let Some(count) = number.as_u64() else {
        return fail("The given \"count\" argument value is unsuitable: value must be a whole number.");
    };
    if open {
        return Ok(Expansion::AnyCount);
    }
    // Keys alone of more instances than this would not fit into memory.
    if count > 50_000_000 {
        return fail("The given \"count\" argument value is unsuitable: there cannot be so many instances.");
    }
    Ok(Expansion::Count((0..count).map(|at| Some(Key::Int(at))).collect()))
}

/// One instance or none, by `enabled`. `open` allows a value that is not known.
///
/// # Errors
/// What is wrong with the value.
pub(crate) fn by_enabled(value: Value, open: bool, span: Span) -> Result<Expansion, Box<Diagnostic>> {
    let (value, marks) = value.unmark();
    let fail = |detail: &str| Err(invalid("Invalid enabled argument", detail, span));
    if marks.is_sensitive() {
        return fail("A sensitive value cannot say whether an object is there: the plan would show it.");
    }
    if marks.is_ephemeral() {
        return fail("The value is ephemeral, and would not be the same when the plan is applied.");
    }
    if value.is_null() {
        return fail("The value is null. True or false is needed.");
    }
    let Ok(value) = convert(value, &Type::Bool) else {
        return Err(invalid("Incorrect value type", "Invalid expression value: a bool is required.", span));
    };
    match value.as_bool() {
        _ if open => Ok(Expansion::Single),
        Some(true) => Ok(Expansion::Single),
        Some(false) => Ok(Expansion::Disabled),
        None => fail(
            "The value depends on resource attributes that cannot be determined until apply, so that it cannot be said whether the object will be there. Use -target to apply first what it depends on.",
        ),
    }
}

/// Instances by `for_each`. `open` allows a value that is not known.
///
/// # Errors
/// What is wrong with the value, in Terraform's words.
pub(crate) fn by_for_each(value: Value, open: bool, span: Span) -> Result<Expansion, Box<Diagnostic>> {
    let (value, marks) = value.unmark();
    let fail = |detail: &str| Err(invalid("Invalid for_each argument", detail, span));
    if marks.is_sensitive() {
        return fail(
            "Sensitive values, or values derived from sensitive values, cannot be used as for_each arguments. If used, the sensitive value could be exposed as a resource instance key.",
        );
    }
    if marks.is_ephemeral() {
        return fail(
            "The given \"for_each\" value is derived from an ephemeral value, which means that Terraform cannot persist it between plan/apply rounds. Use only non-ephemeral values to specify a resource's \"for_each\" argument.",
        );
    }
    if value.is_null() {
        return fail(
            "The given \"for_each\" argument value is unsuitable: the given \"for_each\" argument value is null. A map, or set of strings is allowed.",
        );
    }
    let ty = value.ty();
    if !value.is_known() {
        if open {
            return match ty {
                Type::Dynamic | Type::Map(_) | Type::Set(_) | Type::Object(_) => Ok(Expansion::AnyEach),
                _ => Err(wrong_type(&ty, span)),
            };
        }
        return fail(UNKNOWN);
    }
    let keys = match value.kind() {
        Kind::Map(_, members) | Kind::Object(members) => members.keys().cloned().collect(),
        Kind::Set(_, items) => match set_keys(items, open, span)? {
            Some(keys) => keys,
            None => return Ok(Expansion::AnyEach),
        },
        _ => return Err(wrong_type(&ty, span)),
    };
    if open {
        return Ok(Expansion::AnyEach);
    }
    Ok(Expansion::ForEach(Arc::new(table(keys, value))))
}

const UNKNOWN: &str = "The \"for_each\" map or set includes keys derived from resource attributes that cannot be determined until apply, and so the full set of keys that will identify the instances cannot be determined.\n\nWhen working with unknown values in for_each, it's better to use a map value where the keys are defined statically in your configuration and where only the values contain apply-time results.\n\nAlternatively, you could use the -target planning option to first apply only the resources that the for_each value depends on, and then apply a second time to fully converge. Or give -allow-deferral: then everything else is planned, and what for_each decides waits for the plan after the next apply.";

fn wrong_type(ty: &Type, span: Span) -> Box<Diagnostic> {
    let detail = format!(
        "The given \"for_each\" argument value is unsuitable: the \"for_each\" argument must be a map, or set of strings, and you have provided a value of type {}.",
        ty.friendly()
    );
    invalid("Invalid for_each argument", detail, span)
}

/// Texts of a set; `None` when some are not known and that is allowed.
fn set_keys(items: &[Value], open: bool, span: Span) -> Result<Option<Vec<Arc<str>>>, Box<Diagnostic>> {
    let mut keys = Vec::with_capacity(items.len());
    for item in items {
        match item.kind() {
            Kind::String(text) => keys.push(text.clone()),
            Kind::Unknown(_) if open => return Ok(None),
            Kind::Unknown(_) => return Err(invalid("Invalid for_each argument", UNKNOWN, span)),
            Kind::Null(_) => {
                let detail = "The given \"for_each\" argument value is unsuitable: \"for_each\" sets must not contain null values.";
                return Err(invalid("Invalid for_each set argument", detail, span));
            }
            _ => {
                let detail = format!(
                    "The given \"for_each\" argument value is unsuitable: \"for_each\" supports maps and sets of strings, but you have provided a set containing type {}.",
                    item.ty().friendly()
                );
                return Err(invalid("Invalid for_each set argument", detail, span));
            }
        }
    }
    Ok(Some(keys))
}

fn table(mut keys: Vec<Arc<str>>, value: Value) -> EachTable {
    keys.sort();
    let keys: Arc<[Option<Key>]> = keys.into_iter().map(|key| Some(Key::Str(key))).collect();
    let index = keys.iter().enumerate().filter_map(|(at, key)| Some((key.clone()?, at))).collect();
    EachTable { keys, index, value }
}

impl Expansion {
    /// What stored keys say, where the repetition itself is not evaluated.
    pub(crate) fn of_stored<'k>(
        repetition: &ordain_config::blocks::Repetition,
        keys: impl Iterator<Item = &'k Option<Key>>,
    ) -> Expansion {
        use ordain_config::blocks::Repetition;
        let keys: Vec<&Option<Key>> = keys.collect();
        match repetition {
            Repetition::Single => Expansion::Single,
            Repetition::Enabled(_) if keys.is_empty() => Expansion::Disabled,
            Repetition::Enabled(_) => Expansion::Single,
            Repetition::Count(_) => {
                let most = keys.iter().filter_map(|key| match key {
                    Some(Key::Int(number)) => Some(number + 1),
                    _ => None,
                });
                Expansion::Count((0..most.max().unwrap_or(0)).map(|at| Some(Key::Int(at))).collect())
            }
            Repetition::ForEach(_) => {
                let texts = keys.iter().filter_map(|key| match key {
                    Some(Key::Str(text)) => Some(text.clone()),
                    _ => None,
                });
                Expansion::ForEach(Arc::new(table(texts.collect(), Value::null(Type::Dynamic))))
            }
        }
    }
}
