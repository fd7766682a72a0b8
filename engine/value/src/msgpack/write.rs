//! Writes.

use std::sync::Arc;

use rmp::encode;

use crate::{Kind, Nullness, Number, Path, PathError, Step, Type, Unknown, Value, json, safe_prefix};

use super::{REFINED, key};

/// Longest prefix that is written, in bytes; readers refuse extensions of more than 1 KiB.
const LONGEST_PREFIX: usize = 256;

type Written = Result<(), PathError>;

fn failure(message: impl Into<String>) -> PathError {
    PathError::new(&Path::root(), message)
}

/// What the encoder says cannot happen: writing to memory does not fail.
fn done<T, E: std::fmt::Display>(result: Result<T, E>) -> Written {
    result.map(drop).map_err(|error| failure(error.to_string()))
}

/// Bytes of a value (without marks) in a place of type `ty`, which it must conform to.
pub fn to_msgpack(value: &Value, ty: &Type) -> Result<Vec<u8>, PathError> {
    let mut out = Vec::new();
    write(value, ty, &mut out)?;
    Ok(out)
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

fn length(count: usize) -> Result<u32, PathError> {
    u32::try_from(count).map_err(|_| failure("too many elements"))
}

fn write(value: &Value, ty: &Type, out: &mut Vec<u8>) -> Written {
    if !value.marks().is_empty() {
        return Err(failure("value has marks, so it cannot be serialized"));
    }
    if *ty == Type::Dynamic {
        let own = value.ty();
        if own != Type::Dynamic {
            done(encode::write_array_len(out, 2))?;
            let constraint = json::type_to_json(&own).to_string();
            done(encode::write_bin(out, constraint.as_bytes()))?;
            return write(value, &own, out);
        }
    }
    match (value.kind(), ty) {
        (Kind::Unknown(unknown), _) => write_unknown(unknown, out),
        (Kind::Null(_), _) => done(encode::write_nil(out)),
        (Kind::Bool(value), Type::Bool) => done(encode::write_bool(out, *value)),
        (Kind::Number(number), Type::Number) => write_number(number, out),
        (Kind::String(text), Type::String) => done(encode::write_str(out, text)),
        (Kind::List(_, items), Type::List(element)) | (Kind::Set(_, items), Type::Set(element)) => {
            done(encode::write_array_len(out, length(items.len())?))?;
            let mut items = items.iter().enumerate();
            items.try_for_each(|(at, item)| write(item, element, out).map_err(inside(|| index(at))))
        }
        (Kind::Map(_, members), Type::Map(element)) => {
            done(encode::write_map_len(out, length(members.len())?))?;
            members.iter().try_for_each(|(name, member)| {
                done(encode::write_str(out, name))?;
                write(member, element, out).map_err(inside(|| Step::Index(Value::string(name))))
            })
        }
        (Kind::Tuple(items), Type::Tuple(elements)) if items.len() == elements.len() => {
            done(encode::write_array_len(out, length(items.len())?))?;
            let mut pairs = items.iter().zip(elements.iter()).enumerate();
            pairs.try_for_each(|(at, (item, ty))| write(item, ty, out).map_err(inside(|| index(at))))
        }
        (Kind::Object(members), Type::Object(object)) if members.keys().eq(object.attributes.keys()) => {
            done(encode::write_map_len(out, length(members.len())?))?;
            let mut pairs = members.iter().zip(object.attributes.values());
            pairs.try_for_each(|((name, member), ty)| {
                done(encode::write_str(out, name))?;
                write(member, ty, out).map_err(inside(|| Step::Attr(Arc::clone(name))))
            })
        }
        _ => Err(failure(crate::convert::mismatch(&value.ty(), ty))),
    }
}

fn write_number(number: &Number, out: &mut Vec<u8>) -> Written {
    if let Some(integer) = number.as_i64() {
        return done(encode::write_sint(out, integer));
    }
    let double = number.as_f64();
    let exact = number.is_infinite()
        || (!number.is_integer() && Number::from_f64(double).is_some_and(|back| back == *number));
    if exact {
        done(encode::write_f64(out, double))
    } else {
        done(encode::write_str(out, &number.to_string()))
    }
}

fn write_bound(bound: &Option<(Number, bool)>, name: i64, count: &mut u32, out: &mut Vec<u8>) -> Written {
    let Some((number, inclusive)) = bound else { return Ok(()) };
    *count += 1;
    done(encode::write_sint(out, name))?;
    done(encode::write_array_len(out, 2))?;
    write_number(number, out)?;
    done(encode::write_bool(out, *inclusive))
}

fn write_length(bound: &Option<(u64, bool)>, name: i64, count: &mut u32, out: &mut Vec<u8>) -> Written {
    let Some((length, _)) = bound else { return Ok(()) };
    *count += 1;
    done(encode::write_sint(out, name))?;
    done(encode::write_uint(out, *length))
}

fn write_unknown(unknown: &Unknown, out: &mut Vec<u8>) -> Written {
    let (mut facts, mut count) = (Vec::new(), 0);
    if unknown.nullness == Nullness::Never && unknown.ty != Type::Dynamic {
        count += 1;
        done(encode::write_sint(&mut facts, key::NULLNESS))?;
        done(encode::write_bool(&mut facts, false))?;
    }
    if let Some(prefix) = unknown.prefix.as_deref() {
        let prefix = if prefix.len() > LONGEST_PREFIX {
            let cut = (0..LONGEST_PREFIX).rev().find(|at| prefix.is_char_boundary(*at)).unwrap_or(0);
            safe_prefix(prefix.get(..cut).unwrap_or(""))
        } else {
            prefix.to_owned()
        };
        count += 1;
        done(encode::write_sint(&mut facts, key::PREFIX))?;
        done(encode::write_str(&mut facts, &prefix))?;
    }
    write_bound(&unknown.bounds.lower, key::NUMBER_LOWER, &mut count, &mut facts)?;
    write_bound(&unknown.bounds.upper, key::NUMBER_UPPER, &mut count, &mut facts)?;
    write_length(&unknown.length.lower, key::LENGTH_LOWER, &mut count, &mut facts)?;
    write_length(&unknown.length.upper, key::LENGTH_UPPER, &mut count, &mut facts)?;
    if count == 0 {
        out.extend_from_slice(&[0xd4, 0, 0]);
        return Ok(());
    }
    let mut body = Vec::new();
    done(encode::write_map_len(&mut body, count))?;
    body.extend_from_slice(&facts);
    done(encode::write_ext_meta(out, length(body.len())?, REFINED))?;
    out.extend_from_slice(&body);
    Ok(())
}
