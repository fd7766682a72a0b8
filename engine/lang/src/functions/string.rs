//! Strings: case, trimming, parts of them, joining and splitting.
//!
//! What users see as one character is a grapheme cluster; lengths and offsets count those.

use ordain_value::{Kind, Type, Value, ops};
use unicode_segmentation::UnicodeSegmentation;

use super::spec::{Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty};

const STR: Param = Param::new("str", Ty::String);
const LIST_OF_STRING: Ty = Ty::List(&Ty::String);

/// Longest text that padding may add in one place, in bytes.
pub(super) const LONGEST_PADDING: i64 = 1 << 20;

/// A function from texts to a text.
const fn text(name: &'static str, description: &'static str, params: &'static [Param], body: Body) -> Spec {
    Spec {
        name,
        description,
        params,
        variadic: None,
        returns: Returns::Type(Ty::String),
        not_null: true,
        body,
    }
}

const fn test(name: &'static str, description: &'static str, params: &'static [Param], body: Body) -> Spec {
    Spec { returns: Returns::Type(Ty::Bool), ..text(name, description, params, body) }
}

type Body = fn(&Call<'_>) -> FunctionResult;

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    text("chomp", "Removes newline characters at the end of a string.", &[STR], |call| {
        Ok(Value::string(call.text(0)?.trim_end_matches(['\r', '\n'])))
    }),
    text(
        "indent",
        "Adds a given number of spaces after each newline character in the given string.",
        &[Param::new("spaces", Ty::Number).about("Number of spaces to add after each newline character."), STR],
        indent,
    ),
    Spec {
        variadic: Some(Param::new("lists", LIST_OF_STRING).about("One or more lists of strings to join.")),
        ..text(
            "join",
            "Concatenates together the elements of all given lists with a delimiter, producing a single string.",
            &[Param::new("separator", Ty::String).about("Delimiter to insert between the given strings.")],
            join,
        )
    },
    text("lower", "Converts all cased letters in the given string to lowercase.", &[STR.dynamic()], |call| {
        Ok(Value::string(call.text(0)?.chars().map(lower).collect::<String>()))
    }),
    Spec {
        returns: Returns::Type(LIST_OF_STRING),
        ..text(
            "split",
            "Produces a list by dividing a given string at all occurrences of a given separator.",
            &[
                Param::new("separator", Ty::String).about("The substring that delimits the result strings."),
                STR.about("The string to split."),
            ],
            split,
        )
    },
    text("strrev", "Reverses the characters of a string.", &[STR.dynamic()], |call| {
        Ok(Value::string(call.text(0)?.graphemes(true).rev().collect::<String>()))
    }),
    text(
        "substr",
        "Extracts a substring from a given string by offset and (maximum) length.",
        &[
            STR.dynamic().about("The input string."),
            Param::new("offset", Ty::Number).dynamic().about("The starting offset in Unicode characters."),
            Param::new("length", Ty::Number)
                .dynamic()
                .about("The maximum length of the result in Unicode characters."),
        ],
        substr,
    ),
    text("title", "Converts the first letter of each word in the given string to uppercase.", &[STR], title),
    text(
        "trim",
        "Removes the specified set of characters from the start and end of the given string.",
        &[
            STR.about("The string to trim."),
            Param::new("cutset", Ty::String)
                .about("A string containing all of the characters to trim. Each character is taken separately, so the order of characters is insignificant."),
        ],
        |call| {
            let cut = call.text(1)?;
            Ok(Value::string(call.text(0)?.trim_matches(|c| cut.contains(c))))
        },
    ),
    text(
        "trimprefix",
        "Removes the specified prefix from the start of the given string. If the string does not start with the prefix, the string is returned unchanged.",
        &[STR.about("The string to trim."), Param::new("prefix", Ty::String).about("The prefix to remove, if present.")],
        |call| {
            let given = call.text(0)?;
            Ok(Value::string(given.strip_prefix(call.text(1)?).unwrap_or(given)))
        },
    ),
    text(
        "trimspace",
        "Removes any space characters from the start and end of the given string.",
        &[STR],
        |call| Ok(Value::string(call.text(0)?.trim())),
    ),
    text(
        "trimsuffix",
        "Removes the specified suffix from the end of the given string. If the string does not end with the suffix, the string is returned unchanged.",
        &[STR.about("The string to trim."), Param::new("suffix", Ty::String).about("The suffix to remove, if present.")],
        |call| {
            let given = call.text(0)?;
            Ok(Value::string(given.strip_suffix(call.text(1)?).unwrap_or(given)))
        },
    ),
    text("upper", "Converts all cased letters in the given string to uppercase.", &[STR.dynamic()], |call| {
        Ok(Value::string(call.text(0)?.chars().map(upper).collect::<String>()))
    }),
    test(
        "startswith",
        "Takes two values: a string to check and a prefix string. Returns true if the string begins with that exact prefix.",
        &[STR.unknown(), Param::new("prefix", Ty::String)],
        starts_with,
    ),
    test(
        "endswith",
        "Takes two values: a string to check and a suffix string. Returns true if the first string ends with that exact suffix.",
        &[STR, Param::new("suffix", Ty::String)],
        |call| Ok(Value::bool(call.text(0)?.ends_with(call.text(1)?))),
    ),
    test(
        "strcontains",
        "Takes two values: a string to check and an expected substring. Returns true if the string has the substring contained within it.",
        &[STR, Param::new("substr", Ty::String)],
        |call| Ok(Value::bool(call.text(0)?.contains(call.text(1)?))),
    ),
    Spec {
        name: "length",
        description: "Determines the length of a given list, map, or string. For a list or a map, the result is the number of elements. For a string, it is the number of characters.",
        params: &[Param::new("value", Ty::Any).dynamic().unknown().marked()],
        variadic: None,
        returns: Returns::By(length_type),
        not_null: true,
        body: length,
    },
];

fn indent(call: &Call<'_>) -> FunctionResult {
    let spaces = call.int(0)?;
    if !(0..=LONGEST_PADDING).contains(&spaces) {
        return Err(FunctionError::arg(0, "the number of spaces must be between 0 and 1048576"));
    }
    let pad = format!("\n{}", " ".repeat(usize::try_from(spaces).unwrap_or(0)));
    Ok(Value::string(call.text(1)?.replace('\n', &pad)))
}

fn join(call: &Call<'_>) -> FunctionResult {
    let separator = call.text(0)?;
    let lists = call.args.get(1..).unwrap_or_default();
    if lists.is_empty() {
        return Err(FunctionError::call("at least one list is required"));
    }
    if !lists.iter().all(Value::is_wholly_known) {
        return Ok(call.unknown());
    }
    let mut parts: Vec<&str> = Vec::new();
    for (at, list) in lists.iter().enumerate() {
        for (index, item) in list.as_items().unwrap_or_default().iter().enumerate() {
            let Some(part) = item.as_str() else {
                let which = if lists.len() > 1 { format!(" of list {}", at + 1) } else { String::new() };
                let message = format!("element {index}{which} is null; cannot concatenate null values");
                return Err(FunctionError::arg(at + 1, message));
            };
            parts.push(part);
        }
    }
    Ok(Value::string(parts.join(separator)))
}

fn split(call: &Call<'_>) -> FunctionResult {
    let (separator, given) = (call.text(0)?, call.text(1)?);
    let parts: Vec<Value> = if separator.is_empty() {
        given.chars().map(|c| Value::string(c.encode_utf8(&mut [0; 4]))).collect()
    } else {
        given.split(separator).map(Value::from).collect()
    };
    Ok(Value::list(Type::String, parts))
}

fn substr(call: &Call<'_>) -> FunctionResult {
    let given = call.text(0)?;
    let (mut offset, length) = (call.int(1)?, call.int(2)?);
    if offset < 0 {
        offset = offset.saturating_add(i64::try_from(given.graphemes(true).count()).unwrap_or(i64::MAX));
    } else if length == 0 {
        return Ok(Value::string(""));
    }
    let rest = given.graphemes(true).skip(usize::try_from(offset).unwrap_or(0));
    // A length of 0 cuts nothing off when counting from the end.
    let most = usize::try_from(length).ok().filter(|length| *length > 0).unwrap_or(usize::MAX);
    Ok(Value::string(rest.take(most).collect::<String>()))
}

/// The letter of the other case, where that is one character.
pub(super) fn upper(c: char) -> char {
    match c {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => shifted(c, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => shifted(c, 9),
        _ => only(c.to_uppercase(), c),
    }
}

fn lower(c: char) -> char {
    if c == '\u{130}' { 'i' } else { only(c.to_lowercase(), c) }
}

fn only(mut mapped: impl Iterator<Item = char>, c: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn shifted(c: char, by: u32) -> char {
    char::from_u32(c as u32 + by).unwrap_or(c)
}

fn title(call: &Call<'_>) -> FunctionResult {
    let mut out = String::new();
    let mut before = ' ';
    for c in call.text(0)?.chars() {
        out.push(if separates(before) { title_case(c) } else { c });
        before = c;
    }
    Ok(Value::string(out))
}

/// Digraphs such as `dž` have a title case of their own.
fn title_case(c: char) -> char {
    match c {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        c => upper(c),
    }
}

fn separates(c: char) -> bool {
    if c.is_ascii() {
        !c.is_ascii_alphanumeric() && c != '_'
    } else {
        !c.is_alphanumeric() && c.is_whitespace()
    }
}

fn starts_with(call: &Call<'_>) -> FunctionResult {
    let (given, prefix) = (call.arg(0)?, call.text(1)?);
    let certain = match given.kind() {
        Kind::Unknown(unknown) => unknown.prefix.as_deref().unwrap_or(""),
        _ => return Ok(Value::bool(call.text(0)?.starts_with(prefix))),
    };
    if certain.starts_with(prefix) {
        Ok(Value::bool(true))
    } else if !prefix.starts_with(certain) {
        Ok(Value::bool(false))
    } else {
        Ok(Value::unknown(Type::Bool))
    }
}

fn length_type(args: &[Value]) -> Result<Type, FunctionError> {
    match args.first().map(Value::ty) {
        Some(Type::Bool | Type::Number) => {
            Err(FunctionError::call("argument must be a string, a collection type, or a structural type"))
        }
        _ => Ok(Type::Number),
    }
}

fn length(call: &Call<'_>) -> FunctionResult {
    let given = call.arg(0)?;
    let number = match given.kind() {
        Kind::String(text) => Value::from(i64::try_from(text.graphemes(true).count()).unwrap_or(i64::MAX))
            .with_marks(given.marks()),
        Kind::Unknown(unknown) if unknown.ty == Type::String => {
            let least = unknown.prefix.as_deref().unwrap_or("").graphemes(true).count();
            let number = Value::unknown(Type::Number).refine().not_null();
            let least = i64::try_from(least).unwrap_or(i64::MAX);
            number.lower(least.into(), true).finish().with_marks(given.marks())
        }
        _ => ops::length(given).ok_or_else(|| FunctionError::arg(0, "must have a length"))?,
    };
    Ok(number)
}
