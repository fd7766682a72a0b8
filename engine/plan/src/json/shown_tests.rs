use std::borrow::Cow;

use ordain_value::{Marks, Number, Type, Unknown, Value};

use super::super::values;
use super::Shown;

fn samples() -> Vec<Value> {
    let unknown = Value::unknown(Type::String);
    let leaves = vec![
        Value::bool(true),
        Value::string("a <b>"),
        Value::number("1e400".parse::<Number>().unwrap()),
        Value::number("-7".parse::<Number>().unwrap()),
        Value::number("0.1".parse::<Number>().unwrap()),
        Value::null(Type::String),
        unknown.clone(),
        Value::unknown(Type::Dynamic),
        Value::unknown(Type::list(Type::String)),
        Value::unknown(Type::map(Type::String)),
        Value::refined(Unknown::of(Type::object([("a", Type::String)]))),
    ];
    let mut all = leaves.clone();
    all.extend(leaves.iter().map(|value| value.clone().with_marks(Marks::SENSITIVE)));
    let flat = all.clone();
    all.push(Value::tuple(flat.clone()));
    let members = |values: &[Value]| -> Vec<(std::sync::Arc<str>, Value)> {
        values.iter().enumerate().map(|(at, value)| (format!("m{at}").into(), value.clone())).collect()
    };
    all.push(Value::object(members(&flat)));
    all.push(Value::object(members(&[])));
    all.push(Value::list(Type::String, vec![Value::string("x"), unknown]));
    let nested = Value::object(members(&all));
    all.push(nested.clone());
    all.push(nested.with_marks(Marks::SENSITIVE));
    all
}

/// What is written is what the trees hold.
#[test]
fn shown_is_what_the_trees_are() {
    for value in samples() {
        let text = |shown: Shown| serde_json::to_string(&shown).unwrap();
        let known = values::known(&value).unwrap_or_default();
        assert_eq!(text(Shown::Known(Cow::Borrowed(&value))), known.to_string(), "{value:?}");
        assert_eq!(
            text(Shown::Unknown(Cow::Borrowed(&value))),
            values::unknown_shape(&value).to_string(),
            "{value:?}"
        );
        let sensitive = values::sensitive_shape(&value).to_string();
        assert_eq!(text(Shown::Sensitive(Cow::Borrowed(&value))), sensitive, "{value:?}");
    }
}
