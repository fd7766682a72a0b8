//! Random text and identifiers; the random numbers come from outside.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::args::Args;
use super::fixed;
use crate::template::{Engine, Function, Param, Returns};
use crate::value::Value;

const COUNT: &[Param] = &[Param::Int];
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS: &str = "0123456789";

pub(super) const TABLE: &[Function] = &[
    fixed("randAlphaNum", COUNT, |engine, a| random_text(engine, a.int(0), &format!("{LETTERS}{DIGITS}"))),
    fixed("randAlpha", COUNT, |engine, a| random_text(engine, a.int(0), LETTERS)),
    fixed("randNumeric", COUNT, |engine, a| random_text(engine, a.int(0), DIGITS)),
    fixed("randAscii", COUNT, |engine, a| random_text(engine, a.int(0), &(' '..='~').collect::<String>())),
    fixed("randBytes", COUNT, |engine, a| {
        let count = usize::try_from(a.int(0)).map_err(|_| "runtime error: makeslice: len out of range")?;
        engine.limits.produce(count)?;
        let mut bytes = vec![0; count];
        engine.outside.random(&mut bytes)?;
        Ok(Value::from(STANDARD.encode(bytes)))
    }),
    fixed("randInt", &[Param::Int, Param::Int], |engine, a| {
        let span = u64::try_from(a.int(1).saturating_sub(a.int(0))).ok().filter(|s| *s > 0);
        let span = span.ok_or("invalid argument to Intn")?;
        let drawn = i64::try_from(below(engine, span)?).unwrap_or(0);
        Ok(Value::int(a.int(0).saturating_add(drawn)))
    }),
    fixed("shuffle", &[Param::Text], |engine, a| {
        let mut chars: Vec<char> = a.text(0).chars().collect();
        for i in (1..chars.len()).rev() {
            let j = below(engine, u64::try_from(i + 1).unwrap_or(1))?;
            chars.swap(i, usize::try_from(j).unwrap_or(0));
        }
        Ok(Value::from(chars.into_iter().collect::<String>()))
    }),
    fixed("uuidv4", &[], uuid),
];

/// A number below `bound`, all equally likely.
pub(super) fn below(engine: &mut Engine<'_>, bound: u64) -> Result<u64, String> {
    engine.limits.charge(1)?;
    let limit = u64::MAX - u64::MAX % bound.max(1);
    loop {
        let mut bytes = [0; 8];
        engine.outside.random(&mut bytes)?;
        let drawn = u64::from_le_bytes(bytes);
        if drawn < limit {
            return Ok(drawn % bound.max(1));
        }
    }
}

fn random_text(engine: &mut Engine<'_>, count: i64, set: &str) -> Returns {
    let count = usize::try_from(count).unwrap_or(0);
    engine.limits.produce(count)?;
    let set: Vec<char> = set.chars().collect();
    let mut out = String::with_capacity(count);
    for _ in 0..count {
        let index = below(engine, u64::try_from(set.len()).unwrap_or(1))?;
        out.extend(usize::try_from(index).ok().and_then(|i| set.get(i)));
    }
    Ok(Value::from(out))
}

fn uuid(engine: &mut Engine<'_>, _: &[crate::template::Slot]) -> Returns {
    let mut bytes = [0_u8; 16];
    engine.outside.random(&mut bytes)?;
    let mut number = u128::from_be_bytes(bytes);
    number = (number & !(0xf_u128 << 76)) | (4_u128 << 76);
    number = (number & !(0x3_u128 << 62)) | (2_u128 << 62);
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok(Value::from(format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )))
}
