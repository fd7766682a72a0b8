//! Strings: case, trimming, parts of them, joining and splitting.
//!
//! What users see as one character is a grapheme cluster; lengths and offsets count those.

use ordain_diag::{cluster_count, clusters};
use ordain_gostd::is_print;
use ordain_value::{Kind, Type, Value, ops};

use super::spec::{Body, Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty, text};

const STR: Param = Param::new("str", Ty::String);
const LIST_OF_STRING: Ty = Ty::List(&Ty::String);

/// Longest text that padding may add in one place, in bytes.
pub(super) const LONGEST_PADDING: i64 = 1 << 20;
/// Widest indentation that Go could make at all, whether or not a line is there to be indented.
const WIDEST_PADDING: i64 = 1 << 48;

/// A function from texts to a text.
const fn test(name: &'static str, description: &'static str, params: &'static [Param], body: Body) -> Spec {
    Spec { returns: Returns::Type(Ty::Bool), ..text(name, description, params, body) }
}

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    text("chomp", "A string without the line ends that it ends with.", &[STR], |call| {
        Ok(Value::string(call.text(0)?.trim_end_matches(['\r', '\n'])))
    }),
    text(
        "indent",
        "A string whose lines, the first one excepted, begin with so many more spaces.",
        &[Param::new("spaces", Ty::Number).about("How many spaces."), STR],
        indent,
    ),
    Spec {
        variadic: Some(Param::new("lists", LIST_OF_STRING).about("Lists of the strings.")),
        ..text(
            "join",
            "The strings of all lists in one, with a separator between them.",
            &[Param::new("separator", Ty::String).about("What stands between two of them.")],
            join,
        )
    },
    text("lower", "A string in lower case.", &[STR.dynamic()], |call| {
        Ok(Value::string(call.text(0)?.chars().map(lower).collect::<String>()))
    }),
    Spec {
        returns: Returns::Type(LIST_OF_STRING),
        ..text(
            "split",
            "The parts of a string between the occurrences of a separator.",
            &[
                Param::new("separator", Ty::String).about("What stands between two parts."),
                STR.about("The string to split."),
            ],
            split,
        )
    },
    text("strrev", "A string from its end to its start.", &[STR.dynamic()], |call| {
        Ok(Value::string(clusters(call.text(0)?).into_iter().rev().collect::<String>()))
    }),
    text(
        "substr",
        "At most so many characters of a string from an offset on; -1 for all of them.",
        &[
            STR.dynamic().about("The input string."),
            Param::new("offset", Ty::Number)
                .dynamic()
                .about("Characters before the first one wanted; counted from the end when negative."),
            Param::new("length", Ty::Number).dynamic().about("How many characters at most; -1 for all."),
        ],
        substr,
    ),
    text("title", "A string with a capital at the start of every word.", &[STR], title),
    text(
        "trim",
        "A string without those leading and trailing characters that are in a given set.",
        &[
            STR.about("The string to trim."),
            Param::new("cutset", Ty::String).about("The characters to take away, in any order."),
        ],
        |call| {
            let cut = call.text(1)?;
            Ok(Value::string(call.text(0)?.trim_matches(|c| cut.contains(c))))
        },
    ),
    text(
        "trimprefix",
        "A string without a prefix, if it has it.",
        &[STR.about("The string to trim."), Param::new("prefix", Ty::String).about("The prefix.")],
        |call| {
            let given = call.text(0)?;
            Ok(Value::string(given.strip_prefix(call.text(1)?).unwrap_or(given)))
        },
    ),
    text("trimspace", "A string without white space around it.", &[STR], |call| {
        Ok(Value::string(call.text(0)?.trim()))
    }),
    text(
        "trimsuffix",
        "A string without a suffix, if it has it.",
        &[STR.about("The string to trim."), Param::new("suffix", Ty::String).about("The suffix.")],
        |call| {
            let given = call.text(0)?;
            Ok(Value::string(given.strip_suffix(call.text(1)?).unwrap_or(given)))
        },
    ),
    text("upper", "A string in upper case.", &[STR.dynamic()], |call| {
        Ok(Value::string(call.text(0)?.chars().map(upper).collect::<String>()))
    }),
    test(
        "startswith",
        "Whether a string begins with another.",
        &[STR.unknown(), Param::new("prefix", Ty::String)],
        starts_with,
    ),
    test(
        "endswith",
        "Whether a string ends with another.",
        &[STR, Param::new("suffix", Ty::String)],
        |call| Ok(Value::bool(call.text(0)?.ends_with(call.text(1)?))),
    ),
    Spec {
        not_null: false,
        ..test(
            "strcontains",
            "Whether a string has another somewhere in it.",
            &[STR, Param::new("substr", Ty::String)],
            |call| Ok(Value::bool(call.text(0)?.contains(call.text(1)?))),
        )
    },
    Spec {
        name: "length",
        description: "How many elements a collection has, or characters (grapheme clusters) a string.",
        params: &[Param::new("value", Ty::Any).dynamic().unknown().marked()],
        variadic: None,
        returns: Returns::By(length_type),
        not_null: true,
        body: length,
    },
];

fn indent(call: &Call<'_>) -> FunctionResult {
    let spaces = call.int(0)?;
    let text = call.text(1)?;
    if (0..=WIDEST_PADDING).contains(&spaces) && !text.contains('\n') {
        return Ok(Value::string(text));
    }
    if !(0..=LONGEST_PADDING).contains(&spaces) {
        return Err(FunctionError::call("the number of spaces must be between 0 and 1048576"));
    }
    let pad = format!("\n{}", " ".repeat(usize::try_from(spaces).unwrap_or(0)));
    Ok(Value::string(text.replace('\n', &pad)))
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
        offset = offset.saturating_add(i64::try_from(cluster_count(given)).unwrap_or(i64::MAX));
    } else if length == 0 {
        return Ok(Value::string(""));
    }
    let rest = clusters(given).into_iter().skip(usize::try_from(offset).unwrap_or(0));
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
        // Go's tables are older: it knows no case whose other letter is younger than they are.
        (Some(one), None) if one.is_ascii() || (is_print(one) && is_print(c)) => one,
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
        // Georgian has no letters for titles.
        '\u{10d0}'..='\u{10ff}' => c,
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
    } else if prefix.len() <= certain.len() {
        // Of a longer one Terraform does not say before the text is known, even where its beginning differs.
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
        Kind::String(text) => {
            Value::from(i64::try_from(cluster_count(text)).unwrap_or(i64::MAX)).with_marks(given.marks())
        }
        Kind::Unknown(unknown) if unknown.ty == Type::String => {
            let least = cluster_count(unknown.prefix.as_deref().unwrap_or(""));
            let number = Value::unknown(Type::Number).refine().not_null();
            let least = i64::try_from(least).unwrap_or(i64::MAX);
            number.lower(least.into(), true).finish().with_marks(given.marks())
        }
        _ => ops::length(given).ok_or_else(|| FunctionError::arg(0, "must have a length"))?,
    };
    Ok(number)
}
