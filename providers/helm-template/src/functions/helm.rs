//! Helm's own functions: other templates, demands, the cluster.

use std::rc::Rc;

use ordain_gostd::quote;

use super::args::Args;
use super::fixed;
use crate::data::value_from_json;
use crate::template::{Engine, Function, Param, Returns, Slot, TemplateSet, execute, parse};
use crate::value::Value;

/// How often one name may be open at a time.
const MAX_RECURSION: usize = 1000;

/// Around the message of `required` and `fail`; the text of the whole error is cut to what stands between.
pub(crate) const MARK_START: &str = "HELM_ERR_START";
/// End of such a message.
pub(crate) const MARK_END: &str = "HELM_ERR_END";

pub(super) const TABLE: &[Function] = &[
    fixed("include", &[Param::Text, Param::Any], include),
    fixed("tpl", &[Param::Text, Param::Any], tpl),
    fixed("required", &[Param::Text, Param::Any], |engine, a| match a.value(1) {
        Value::Nil => demand(engine, a.text(0)),
        Value::Text(text) if text.is_empty() => demand(engine, a.text(0)),
        value => Ok(value.clone()),
    }),
    fixed("fail", &[Param::Text], |engine, a| demand(engine, a.text(0))),
    fixed("lookup", &[Param::Text, Param::Text, Param::Text, Param::Text], |engine, a| {
        engine.limits.charge(1000)?;
        engine.outside.lookup(a.text(0), a.text(1), a.text(2), a.text(3)).map(value_from_json)
    }),
];

fn demand(engine: &Engine<'_>, message: &str) -> Returns {
    if engine.lint { Ok(Value::from("")) } else { Err(marked(message)) }
}

fn marked(message: &str) -> String {
    format!("{MARK_START}{message}{MARK_END}")
}

fn include(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let name = args.text(0);
    let open = engine.included.entry(name.to_owned()).or_default();
    if *open > MAX_RECURSION {
        let message = "rendering template has a nested reference name";
        return Err(format!("{message}: {name}: unable to execute template"));
    }
    *open += 1;
    let result = match engine.set.get(name) {
        Some(template) => execute(engine, &template, args.value(1).clone()).map_err(|e| e.0),
        None => Err(format!("template: no template {} associated with template \"gotpl\"", quote(name))),
    };
    if let Some(open) = engine.included.get_mut(name) {
        *open -= 1;
    }
    result.map(Value::from)
}

/// Renders text as a template that sees all others; what it defines ends with it.
fn tpl(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    const NAME: &str = "gotpl";
    let text = args.text(0);
    engine.limits.charge(50 + u64::try_from(text.len() / 16).unwrap_or(0))?;
    let known = |name: &str| super::find(name).is_some();
    let parsed =
        parse(NAME, text, &known).map_err(|e| format!("cannot parse template {}: {e}", quote(text)))?;
    let set = Rc::new(TemplateSet::over(&engine.set));
    for template in parsed {
        if template.name == NAME { set.replace(template) } else { set.add(template) }
    }
    let outer = std::mem::replace(&mut engine.set, Rc::clone(&set));
    let result = match set.get(NAME) {
        Some(template) => execute(engine, &template, args.value(1).clone()).map_err(|e| e.0),
        None => Ok(String::new()),
    };
    engine.set = outer;
    let rendered =
        result.map_err(|e| format!("error during tpl function execution for {}: {e}", quote(text)))?;
    Ok(Value::from(rendered.replace("<no value>", "")))
}
