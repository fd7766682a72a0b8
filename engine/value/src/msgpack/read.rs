//! Reads. The bytes come from another process and may be anything.

use std::sync::Arc;

use rmp::Marker;
use rmp::decode::{self, bytes::Bytes};

use crate::{Members, Number, ObjectType, Path, PathError, Step, Type, Value, json};

use super::{REFINED, key};

/// Largest description of an unknown value that is accepted, in bytes.
const LARGEST_FACTS: usize = 1024;

/// Deepest nesting that is accepted. Types bound it, but a type in the bytes may be deep as well.
const DEEPEST: usize = 512;

type Read<T> = Result<T, PathError>;

fn failure(message: impl Into<String>) -> PathError {
    PathError::new(&Path::root(), message)
}

fn inside(step: impl FnOnce() -> Step) -> impl FnOnce(PathError) -> PathError {
    move |mut error| {
        error.path.0.insert(0, step());
        error
    }
}

fn index(at: usize) -> Step {
    Step::Index(Value::from(i64::try_from(at).unwrap_or(i64::MAX)))
}

/// The value of type `ty` that the bytes stand for. Nothing may follow it.
pub fn from_msgpack(bytes: &[u8], ty: &Type) -> Read<Value> {
    let mut input = Bytes::new(bytes);
    let value = read(&mut input, ty, 0)?;
    if input.remaining_slice().is_empty() { Ok(value) } else { Err(failure("bytes follow the value")) }
}

fn peek(input: &Bytes<'_>) -> Read<Marker> {
    input
        .remaining_slice()
        .first()
        .map(|byte| Marker::from_u8(*byte))
        .ok_or_else(|| failure("unexpected end"))
}

fn is_extension(marker: Marker) -> bool {
    use Marker::{Ext8, Ext16, Ext32, FixExt1, FixExt2, FixExt4, FixExt8, FixExt16};
    matches!(marker, FixExt1 | FixExt2 | FixExt4 | FixExt8 | FixExt16 | Ext8 | Ext16 | Ext32)
}

fn take<'b>(input: &mut Bytes<'b>, length: usize) -> Read<&'b [u8]> {
    let rest = input.remaining_slice();
    let (taken, rest) = rest.split_at_checked(length).ok_or_else(|| failure("unexpected end"))?;
    *input = Bytes::new(rest);
    Ok(taken)
}

fn read(input: &mut Bytes<'_>, ty: &Type, depth: usize) -> Read<Value> {
    if depth > DEEPEST {
        return Err(failure("nested too deeply"));
    }
    let marker = peek(input)?;
    if is_extension(marker) {
        return read_unknown(input, ty);
    }
    if marker == Marker::Null {
        take(input, 1)?;
        return Ok(Value::null(ty.clone()));
    }
    match ty {
        Type::Dynamic => read_dynamic(input, depth),
        Type::Bool => decode::read_bool(input).map(Value::bool).map_err(|_| failure("bool is required")),
        Type::Number => read_number(input).map(Value::number),
        Type::String => read_text(input).map(Value::string).map_err(|_| failure("string is required")),
        Type::List(element) => {
            Ok(Value::list(Type::clone(element), read_items(input, element, depth, "a list")?))
        }
        Type::Set(element) => {
            Ok(Value::set(Type::clone(element), read_items(input, element, depth, "a set")?))
        }
        Type::Map(element) => {
            let count = decode::read_map_len(input).map_err(|_| failure("a map is required"))?;
            // Collected, as keys come in any order: of a key that comes twice the last one stands.
            let members: Read<Members> = (0..count).map(|_| read_element(input, element, depth)).collect();
            Ok(Value::map(Type::clone(element), members?))
        }
        Type::Tuple(elements) => {
            let count = decode::read_array_len(input).map_err(|_| failure("a tuple is required"))?;
            if count as usize != elements.len() {
                return Err(failure(format!("a tuple of length {} is required", elements.len())));
            }
            let items: Read<Vec<Value>> = elements
                .iter()
                .enumerate()
                .map(|(at, ty)| read(input, ty, depth + 1).map_err(inside(|| index(at))))
                .collect();
            Ok(Value::tuple(items?))
        }
        Type::Object(object) => read_object(input, object, depth),
    }
}

fn read_text<'b>(input: &mut Bytes<'b>) -> Read<&'b str> {
    let length = match peek(input)? {
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
            decode::read_bin_len(input).map_err(|_| failure("text is required"))?
        }
        _ => decode::read_str_len(input).map_err(|_| failure("text is required"))?,
    };
    std::str::from_utf8(take(input, length as usize)?).map_err(|_| failure("text is not valid UTF-8"))
}

fn read_number(input: &mut Bytes<'_>) -> Read<Number> {
    let wrong = || failure("number is required");
    match peek(input)? {
        Marker::FixPos(_)
        | Marker::FixNeg(_)
        | Marker::I8
        | Marker::I16
        | Marker::I32
        | Marker::I64
        | Marker::U8
        | Marker::U16
        | Marker::U32 => decode::read_int::<i64, _>(input).map(Number::from).map_err(|_| wrong()),
        Marker::U64 => decode::read_int::<u64, _>(input).map(Number::from_u64).map_err(|_| wrong()),
        Marker::F32 => {
            let value = decode::read_f32(input).map_err(|_| wrong())?;
            Number::from_f64(f64::from(value)).ok_or_else(wrong)
        }
        Marker::F64 => Number::from_f64(decode::read_f64(input).map_err(|_| wrong())?).ok_or_else(wrong),
        _ => read_text(input).map_err(|_| wrong())?.parse().map_err(|_| wrong()),
    }
}

fn read_items(input: &mut Bytes<'_>, element: &Type, depth: usize, what: &str) -> Read<Vec<Value>> {
    let count = decode::read_array_len(input).map_err(|_| failure(format!("{what} is required")))? as usize;
    // The count is not to be trusted with memory: every element takes a byte at least.
    let mut items = Vec::with_capacity(count.min(input.remaining_slice().len()));
    for at in 0..count {
        items.push(read(input, element, depth + 1).map_err(inside(|| index(at)))?);
    }
    Ok(items)
}

/// One element of a map with its key.
fn read_element(input: &mut Bytes<'_>, element: &Type, depth: usize) -> Read<(Arc<str>, Value)> {
    let name = read_text(input).map_err(|_| failure("all keys must be strings"))?;
    let member = read(input, element, depth + 1).map_err(inside(|| Step::Index(Value::string(name))))?;
    Ok((crate::nfc(name).into(), member))
}

fn read_object(input: &mut Bytes<'_>, object: &ObjectType, depth: usize) -> Read<Value> {
    let count = decode::read_map_len(input).map_err(|_| failure("an object is required"))? as usize;
    if count != object.attributes.len() {
        let want = object.attributes.len();
        return Err(failure(format!("an object with {want} attributes is required ({count} given)")));
    }
    let mut members = Vec::with_capacity(count);
    for _ in 0..count {
        let name = read_text(input).map_err(|_| failure("all keys must be strings"))?;
        let Some((name, ty)) = object.attributes.get_key_value(name) else {
            let step = Step::Attr(name.into());
            return Err(inside(|| step)(failure("unsupported attribute")));
        };
        let member = read(input, ty, depth + 1).map_err(inside(|| Step::Attr(name.clone())))?;
        members.push((name.clone(), member));
    }
    let twice = |name| inside(|| Step::Attr(name))(failure("attribute given twice"));
    Ok(Value::object(Members::each_once(members).map_err(twice)?))
}

fn read_dynamic(input: &mut Bytes<'_>, depth: usize) -> Read<Value> {
    let count = decode::read_array_len(input).map_err(|_| failure("a dynamic value is required"))?;
    if count != 2 {
        return Err(failure("dynamic value array must have exactly two elements"));
    }
    let constraint = read_text(input)?;
    let constraint: serde_json::Value =
        serde_json::from_str(constraint).map_err(|error| failure(error.to_string()))?;
    let ty = json::type_from_json(&constraint).ok_or_else(|| failure("invalid type of a dynamic value"))?;
    read(input, &ty, depth + 1)
}

fn read_unknown(input: &mut Bytes<'_>, ty: &Type) -> Read<Value> {
    let meta =
        decode::read_ext_meta(input).map_err(|_| failure("extension code is required for unknown value"))?;
    if meta.size > 1 && meta.typeid != REFINED {
        return Err(failure(format!("unsupported extension type {} with length {}", meta.typeid, meta.size)));
    }
    if meta.size as usize > LARGEST_FACTS {
        return Err(failure("oversize unknown value refinement"));
    }
    let body = take(input, meta.size as usize)?;
    if meta.size <= 1 || *ty == Type::Dynamic {
        return Ok(Value::unknown(ty.clone()));
    }
    read_facts(&mut Bytes::new(body), ty)
        .map_err(|error| failure(format!("failed to decode msgpack extension body: {}", error.message)))
}

fn read_facts(input: &mut Bytes<'_>, ty: &Type) -> Read<Value> {
    let count = decode::read_map_len(input).map_err(|_| failure("not a map"))?;
    let mut unknown = Value::unknown(ty.clone()).refine();
    for _ in 0..count {
        let name: i64 = decode::read_int(input).map_err(|_| failure("non-integer key in map"))?;
        unknown = match name {
            key::NULLNESS => {
                if decode::read_bool(input).map_err(|_| failure("null refinement is not boolean"))? {
                    return Ok(Value::null(ty.clone()));
                }
                unknown.not_null()
            }
            key::PREFIX if *ty == Type::String => unknown.prefix_full(read_text(input)?),
            key::NUMBER_LOWER | key::NUMBER_UPPER if *ty == Type::Number => {
                let parts = decode::read_array_len(input).map_err(|_| failure("a bound is not a pair"))?;
                if parts != 2 {
                    return Err(failure("a bound is not a pair"));
                }
                let number = read_number(input)?;
                let inclusive = decode::read_bool(input).map_err(|_| failure("a bound is not a pair"))?;
                if name == key::NUMBER_LOWER {
                    unknown.lower(number, inclusive)
                } else {
                    unknown.upper(number, inclusive)
                }
            }
            key::LENGTH_LOWER | key::LENGTH_UPPER if ty.is_collection() => {
                let length: u64 =
                    decode::read_int(input).map_err(|_| failure("length bound is not an integer"))?;
                if name == key::LENGTH_LOWER {
                    unknown.length_lower(length)
                } else {
                    unknown.length_upper(length)
                }
            }
            key::PREFIX..=key::LENGTH_UPPER => {
                return Err(failure(format!("refinement {name} does not fit {}", ty.friendly())));
            }
            // Facts of a later version: known values of this one cannot be told apart from them.
            _ => return Ok(unknown.finish()),
        };
    }
    Ok(unknown.finish())
}
