//! Defaults, emptiness, JSON helpers without Helm's, reflection and flow.

use super::args::Args;
use super::convert::to_text;
use super::{fixed, variadic};
use crate::data::deep_copy;
use crate::template::{Engine, Function, Param, Returns, Slot};
use crate::value::{Value, deep_equal};

const ANY: &[Param] = &[Param::Any];
const TARGET: &[Param] = &[Param::Text, Param::Any];

pub(super) const TABLE: &[Function] = &[
    variadic("default", &[Param::Any, Param::Any], |_, a| {
        let given = a.get(1).filter(|s| !empty(&s.value));
        Ok(given.map_or_else(|| a.value(0).clone(), |s| s.value.clone()))
    }),
    fixed("empty", ANY, |_, a| Ok(Value::Bool(empty(a.value(0))))),
    variadic("coalesce", ANY, |_, a| {
        Ok(a.iter().find(|s| !empty(&s.value)).map_or(Value::Nil, |s| s.value.clone()))
    }),
    variadic("all", ANY, |_, a| Ok(Value::Bool(!a.iter().any(|s| empty(&s.value))))),
    variadic("any", ANY, |_, a| Ok(Value::Bool(a.iter().any(|s| !empty(&s.value))))),
    fixed("ternary", &[Param::Any, Param::Any, Param::Bool], |_, a| {
        Ok(a.value(if a.value(2).truth() { 0 } else { 1 }).clone())
    }),
    fixed("deepCopy", ANY, copy),
    fixed("mustDeepCopy", ANY, copy),
    fixed("typeOf", ANY, |_, a| Ok(Value::from(a.value(0).type_name()))),
    fixed("typeIs", TARGET, |_, a| Ok(Value::Bool(a.text(0) == a.value(1).type_name()))),
    fixed("typeIsLike", TARGET, |_, a| {
        let name = a.value(1).type_name();
        Ok(Value::Bool(a.text(0) == name || format!("*{}", a.text(0)) == name))
    }),
    fixed("kindOf", ANY, |_, a| Ok(Value::from(a.value(0).kind_name()))),
    fixed("kindIs", TARGET, |_, a| Ok(Value::Bool(a.text(0) == a.value(1).kind_name()))),
    fixed("deepEqual", &[Param::Any, Param::Any], |_, a| Ok(Value::Bool(deep_equal(a.value(0), a.value(1))))),
    fixed("toString", ANY, |_, a| Ok(Value::from(to_text(a.value(0))))),
    fixed("toStrings", ANY, |_, a| Ok(Value::texts(super::convert::to_texts(a.value(0))))),
    fixed("hello", &[], |_, _| Ok(Value::from("Hello!"))),
];

/// Sprig's `empty`.
pub(super) fn empty(value: &Value) -> bool {
    !value.truth()
}

fn copy(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    if matches!(args.value(0), Value::Nil) {
        return Err(super::encoding::NO_TYPE.to_owned());
    }
    let copied = deep_copy(args.value(0))?;
    engine.limits.charge(10)?;
    Ok(copied)
}
