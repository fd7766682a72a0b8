//! Numeric constants (`newNumber` of `text/template/parse/node.go`).

use crate::{parse_float, parse_int, quote, unquote};

use super::ast::Number;

/// Reads a number or, in single quotes, a character. Complex constants are refused: no function here takes one.
pub(super) fn number(text: &str, is_char: bool) -> Result<Number, String> {
    let mut number = Number { text: text.to_owned(), ..Number::default() };
    if is_char {
        let Some(c) = unquote(text).and_then(|t| t.chars().next()) else {
            return Err(format!("malformed character constant: {text}"));
        };
        let code = u32::from(c);
        number.int = Some(i64::from(code));
        number.uint = Some(u64::from(code));
        number.float = Some(f64::from(code));
        return Ok(number);
    }
    if text.ends_with('i') {
        return Err(format!("complex constant {} is not supported", quote(text)));
    }
    let whole = parse_int(text, 0);
    number.int = whole.and_then(|i| i64::try_from(i).ok());
    number.uint = whole.and_then(|i| u64::try_from(i).ok());
    #[allow(clippy::cast_precision_loss, reason = "Go promotes the same way")]
    if let Some(whole) = whole {
        number.float = Some(whole as f64);
        return Ok(number);
    }
    let Some(float) = parse_float(&without_underscores(text)) else {
        return Err(format!("illegal number syntax: {}", quote(text)));
    };
    if !text.contains(['.', 'e', 'E', 'p', 'P']) {
        return Err(format!("integer overflow: {}", quote(text)));
    }
    number.float = Some(float);
    number.int = exact_int(float);
    number.uint = number.int.and_then(|i| u64::try_from(i).ok());
    Ok(number)
}

/// Go allows underscores in floats with a hexadecimal prefix only.
fn without_underscores(text: &str) -> String {
    if text.contains(['x', 'X']) { text.replace('_', "") } else { text.to_owned() }
}

/// A float that is a whole number within 64 bits.
#[allow(clippy::cast_possible_truncation, reason = "bounds are checked first")]
pub(super) fn exact_int(float: f64) -> Option<i64> {
    let fits = float.fract() == 0.0 && (-9.223_372_036_854_776e18..9.223_372_036_854_776e18).contains(&float);
    fits.then_some(float as i64)
}
