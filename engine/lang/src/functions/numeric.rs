//! Numbers. Logarithms and powers go through doubles, everything else keeps full precision.

use dashu_int::IBig;
use ordain_value::{Kind, Number, Type, Value, convert, ops};

use super::float::{log, pow};
use super::spec::{Body, Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty, fixed};

const NUM: Param = Param::new("num", Ty::Number);

const fn number(name: &'static str, description: &'static str, params: &'static [Param], body: Body) -> Spec {
    fixed(name, description, params, Ty::Number, body)
}

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    number("abs", "A number without its sign.", &[NUM.dynamic()], |call| {
        Ok(Value::number(call.number(0)?.absolute()))
    }),
    number("ceil", "A number rounded up to a whole one.", &[NUM], |call| {
        Ok(Value::number(call.number(0)?.ceil()))
    }),
    number("floor", "A number rounded down to a whole one.", &[NUM], |call| {
        Ok(Value::number(call.number(0)?.floor()))
    }),
    number("log", "The logarithm of a number to a base.", &[NUM, Param::new("base", Ty::Number)], |call| {
        from_float(log(call.float(0)?) / log(call.float(1)?))
    }),
    number(
        "pow",
        "The first number to the power of the second.",
        &[NUM, Param::new("power", Ty::Number)],
        |call| from_float(pow(call.float(0)?, call.float(1)?)),
    ),
    number("signum", "The sign of a number: -1, 0 or 1.", &[NUM], |call| {
        Ok(Value::from(call.int(0)?.signum()))
    }),
    Spec {
        variadic: Some(Param::new("numbers", Ty::Number).dynamic()),
        ..number("max", "The greatest of the given numbers.", &[], |call| extreme(call, true))
    },
    Spec {
        variadic: Some(Param::new("numbers", Ty::Number).dynamic()),
        ..number("min", "The smallest of the given numbers.", &[], |call| extreme(call, false))
    },
    Spec {
        returns: Returns::By(parse_int_type),
        ..number(
            "parseint",
            "The whole number that a string stands for in a base from 2 to 62.",
            &[Param::new("number", Ty::Any), Param::new("base", Ty::Number)],
            parse_int,
        )
    },
    number(
        "sum",
        "All numbers of a list or set added up; there must be one.",
        &[Param::new("list", Ty::Any)],
        sum,
    ),
    Spec {
        name: "range",
        description: "Numbers from a start (0) in steps (1, or -1 downwards) up to, not including, a limit.",
        params: &[],
        variadic: Some(Param::new("params", Ty::Number)),
        returns: Returns::Type(Ty::List(&Ty::Number)),
        not_null: true,
        body: range,
    },
];

fn from_float(value: f64) -> FunctionResult {
    Number::from_f64(value)
        .map(Value::number)
        .ok_or_else(|| FunctionError::call("the result is not a number"))
}

fn extreme(call: &Call<'_>, greatest: bool) -> FunctionResult {
    let numbers = call.args.iter().filter_map(Value::as_number);
    // The first of equal numbers stays.
    let found =
        numbers.reduce(
            |best, next| if (greatest && next > best) || (!greatest && next < best) { next } else { best },
        );
    found.cloned().map(Value::number).ok_or_else(|| FunctionError::call("must pass at least one number"))
}

fn parse_int_type(args: &[Value]) -> Result<Type, FunctionError> {
    match args.first().map(Value::ty) {
        Some(Type::String) | None => Ok(Type::Number),
        Some(ty) => {
            Err(FunctionError::arg(0, format!("first argument must be a string, not {}", ty.friendly())))
        }
    }
}

fn parse_int(call: &Call<'_>) -> FunctionResult {
    let (text, base) = (call.text(0)?, call.int(1).map_err(|error| FunctionError::arg(1, error.message))?);
    let Some(base) = u32::try_from(base).ok().filter(|base| (2..=62).contains(base)) else {
        return Err(FunctionError::arg(1, "base must be a whole number between 2 and 62 inclusive"));
    };
    digits(text, base)
        .map(|number| Value::number(Number::from_big(&number)))
        .ok_or_else(|| FunctionError::arg(0, format!("cannot parse {text:?} as a base {base} integer")))
}

/// Letters count from 10; in bases above 36 capitals follow the small ones.
fn digits(text: &str, base: u32) -> Option<IBig> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if digits.is_empty() || digits.contains(['+', '-', '_']) {
        return None;
    }
    let magnitude = if base <= 36 {
        IBig::from_str_radix(digits, base).ok()?
    } else {
        let mut sum = IBig::ZERO;
        for c in digits.chars() {
            let digit = match c {
                '0'..='9' => c as u32 - '0' as u32,
                'a'..='z' => c as u32 - 'a' as u32 + 10,
                'A'..='Z' => c as u32 - 'A' as u32 + 36,
                _ => return None,
            };
            if digit >= base {
                return None;
            }
            sum = sum * base + digit;
        }
        sum
    };
    Some(if negative { -magnitude } else { magnitude })
}

fn sum(call: &Call<'_>) -> FunctionResult {
    const NOT_NUMBERS: &str = "argument must be list, set, or tuple of number values";
    let list = call.arg(0)?;
    let empty = match list.kind() {
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => items.is_empty(),
        Kind::Map(_, members) | Kind::Object(members) => members.is_empty(),
        _ => false,
    };
    if empty {
        return Err(FunctionError::arg(0, "cannot sum an empty list"));
    }
    let (Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items)) = list.kind() else {
        return Err(FunctionError::arg(
            0,
            match list.ty() {
                Type::Bool | Type::Number | Type::String => "cannot sum noniterable".to_owned(),
                ty => format!("argument must be list, set, or tuple. Received {}", ty.friendly()),
            },
        ));
    };
    if !list.is_wholly_known() {
        return Ok(Value::unknown(Type::Number));
    }
    let mut total: Option<Value> = None;
    for item in items.iter() {
        let number = convert(item.clone(), &Type::Number).ok().filter(|number| !number.is_null());
        let number = number.ok_or_else(|| FunctionError::arg(0, NOT_NUMBERS))?;
        total = Some(match total {
            None => number,
            Some(total) => {
                ops::add(&total, &number).map_err(|error| FunctionError::call(error.to_string()))?
            }
        });
    }
    Ok(total.unwrap_or_else(|| Value::from(0)))
}

fn range(call: &Call<'_>) -> FunctionResult {
    const MOST: usize = 1024;
    let zero = Number::ZERO;
    let sign = |down: bool| Number::from(if down { -1 } else { 1 });
    let (start, end, step) = match call.args.len() {
        1 => (zero.clone(), call.number(0)?.clone(), sign(*call.number(0)? < zero)),
        2 => (call.number(0)?.clone(), call.number(1)?.clone(), sign(call.number(1)? < call.number(0)?)),
        3 => (call.number(0)?.clone(), call.number(1)?.clone(), call.number(2)?.clone()),
        _ => return Err(FunctionError::call("must have one, two, or three arguments")),
    };
    if step.is_zero() && start < end {
        return Err(FunctionError::call("step must not be zero"));
    }
    let down = step < zero;
    if down && end > start {
        return Err(FunctionError::arg(1, "end must be less than start when step is negative"));
    }
    if !down && end < start {
        return Err(FunctionError::arg(1, "end must be greater than start when step is positive"));
    }
    let mut numbers = Vec::new();
    let mut next = start;
    while if down { next > end } else { next < end } {
        if numbers.len() >= MOST {
            return Err(FunctionError::call(
                "more than 1024 values were generated; either decrease the difference between start and end or use a smaller step",
            ));
        }
        numbers.push(Value::number(next.clone()));
        next =
            next.add(&step).ok_or_else(|| FunctionError::call("can't compute sum of opposing infinities"))?;
    }
    Ok(Value::list(Type::Number, numbers))
}
