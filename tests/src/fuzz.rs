//! What fuzzing runs: readers of text and bytes from outside, each as a function of any bytes.
//!
//! None may panic, run on, or take memory out of proportion, whatever the bytes are. `tests/fuzz/` runs them
//! under `cargo fuzz` for as long as one likes; `fuzzing.rs` runs them for a moment with every test run.

use ordain_diag::FileId;
use ordain_lang::parse::{parse_expr, parse_json, parse_native, parse_template};
use ordain_value::msgpack::{from_msgpack, to_msgpack};
use ordain_value::{Number, Type};

/// A name and what it runs.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("parser", parser),
    ("template", template),
    ("json_syntax", json_syntax),
    ("yaml", yaml),
    ("regex", regex),
    ("number", number),
    ("msgpack", msgpack),
];

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Native syntax, as a file, as one expression, and formatted; formatting twice changes nothing more.
///
/// # Panics
/// When formatting is not stable: that is what the target looks for.
pub fn parser(bytes: &[u8]) {
    let text = text(bytes);
    let (_, found) = parse_native(FileId(0), &text);
    let _expr = parse_expr(FileId(0), &text);
    if !found.has_errors() {
        let (once, _) = ordain_lang::format::format_native(FileId(0), &text);
        let (twice, _) = ordain_lang::format::format_native(FileId(0), &once);
        assert_eq!(once, twice, "formatting is not stable");
    }
}

/// Templates.
pub fn template(bytes: &[u8]) {
    let _expr = parse_template(FileId(0), &text(bytes));
}

/// JSON syntax.
pub fn json_syntax(bytes: &[u8]) {
    let _body = parse_json(FileId(0), &text(bytes));
}

/// YAML.
pub fn yaml(bytes: &[u8]) {
    let _documents = ordain_yaml::parse_documents(&text(bytes), &ordain_yaml::Limits::default());
}

/// Translation of regular expressions; what is translated compiles or is refused.
pub fn regex(bytes: &[u8]) {
    let _regex = ordain_gostd::regexp::compile(&text(bytes));
}

/// Numbers; what is short enough to be printed in full is read back as the same.
///
/// # Panics
/// When it is not: that is what the target looks for.
pub fn number(bytes: &[u8]) {
    let text = text(bytes);
    let Ok(number) = text.parse::<Number>() else { return };
    if text.len() < 64 && !text.contains(['e', 'E']) {
        let printed = number.to_string();
        assert!(printed.parse::<Number>().is_ok_and(|again| again == number), "{text} became {printed}");
    }
}

/// Values from the plugin protocol; what was read can be written.
///
/// # Panics
/// When it cannot: that is what the target looks for.
pub fn msgpack(bytes: &[u8]) {
    let object = Type::object([
        ("a", Type::String),
        ("b", Type::list(Type::Number)),
        ("c", Type::map(Type::Bool)),
        ("d", Type::Dynamic),
    ]);
    for ty in [Type::Dynamic, object, Type::set(Type::String)] {
        if let Ok(value) = from_msgpack(bytes, &ty) {
            assert!(to_msgpack(&value, &ty).is_ok(), "{value:?} was read and cannot be written");
        }
    }
}
