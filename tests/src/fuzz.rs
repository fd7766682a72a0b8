//! What fuzzing runs: readers of text and bytes from outside, each as a function of any bytes.
//!
//! None may panic, run on, or take memory out of proportion, whatever the bytes are. `tests/fuzz/` runs them
//! under `cargo fuzz` for as long as one likes; `fuzzing.rs` runs them for a moment with every test run.

use ordain_diag::FileId;
use ordain_lang::parse::{parse_expr, parse_json, parse_native, parse_template};
use ordain_rego::{
    BuiltinEnv, CompileOptions, Compiled, Limits, Policies, Request, Trail, Type as RegoType, Unknown,
    Value as RegoValue, Version, Wait, Waits,
};
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
    ("policy", policy),
    ("evaluation", evaluation),
    ("peer", crate::fuzz_peer::peer),
];

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Native syntax, as a file, as one expression, and formatted; formatting comes to an end. As with Terraform, each time
/// takes one level away of quotes around a single interpolation, and what lost a space may read otherwise once.
///
/// # Panics
/// When formatting is not stable: that is what the target looks for.
pub fn parser(bytes: &[u8]) {
    let text = text(bytes);
    let (_, found) = parse_native(FileId(0), &text);
    let _expr = parse_expr(FileId(0), &text);
    if !found.has_errors() {
        let format = |text: &str| ordain_lang::format::format_native(FileId(0), text).0;
        let mut last = format(&text);
        let again = 1 + last.matches("\"${").count();
        for _ in 0..again {
            last = format(&last);
        }
        assert_eq!(last, format(&last), "formatting is not stable");
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

/// Policies: parsed and compiled.
pub fn policy(bytes: &[u8]) {
    compiled(&text(bytes));
}

fn compiled(text: &str) -> Option<Compiled> {
    let mut policies = Policies::new(Version::V1);
    policies.add(text);
    policies.compile(&RegoValue::object(Vec::new()), CompileOptions::default()).ok()
}

/// Bodies of rules, evaluated with an input that is known and with one that is not; what is certain without
/// knowing the input holds with it.
///
/// # Panics
/// When it does not: that is what the target looks for.
pub fn evaluation(bytes: &[u8]) {
    let text = format!("package p\nimport rego.v1\nx if {{\n{}\n}}\n", text(bytes));
    let Some(compiled) = compiled(&text) else { return };
    let known = RegoValue::parse_json("{\"a\": [1, \"b\", null, {\"c\": true}], \"d\": \"e\"}").ok();
    let waits = Waits::one(Wait { of: "input".into(), path: "".into() });
    let unknown = RegoValue::from(Unknown::new(RegoType::Any, waits));
    let mut outcomes = Vec::new();
    for (input, veiled) in [(known, false), (Some(unknown), true)] {
        let request = Request {
            input,
            data: RegoValue::object(Vec::new()),
            strict_errors: false,
            limits: Limits { steps: 20_000, depth: 200, items: 20_000 },
            cover: false,
            veiled,
            reveal: None,
        };
        let found = compiled.values(&["data.p.x"], request, BuiltinEnv::new(0), &mut Trail::default());
        outcomes.extend(found);
    }
    if let [Ok(known), Ok(unknown)] = outcomes.as_slice() {
        let certain = unknown.as_ref().is_some_and(|given| given.open.is_certain());
        assert!(known.is_some() || !certain, "certain without the input, and not with it: {text}");
        assert!(
            known.is_none() || unknown.is_some(),
            "excluded without the input, and there with it: {text}"
        );
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
