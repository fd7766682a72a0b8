//! Regular expressions, Go's syntax.

use ordain_gostd::regexp;
use regex::Regex;

use super::args::Args;
use super::fixed;
use crate::template::{Engine, Function, Param, Returns, Slot};
use crate::value::{ListKind, Value};

const TT: &[Param] = &[Param::Text, Param::Text];
const TTI: &[Param] = &[Param::Text, Param::Text, Param::Int];
const TTT: &[Param] = &[Param::Text, Param::Text, Param::Text];

pub(super) const TABLE: &[Function] = &[
    // A pattern that does not compile matches nothing; all other functions without `must` panic.
    fixed("regexMatch", TT, |engine, a| {
        Ok(Value::Bool(strict(engine, a).is_ok_and(|r| r.is_match(a.text(1)))))
    }),
    fixed("mustRegexMatch", TT, |engine, a| Ok(Value::Bool(strict(engine, a)?.is_match(a.text(1))))),
    fixed("regexFind", TT, |engine, a| Ok(find(&panicking(engine, a)?, a.text(1)))),
    fixed("mustRegexFind", TT, |engine, a| Ok(find(&strict(engine, a)?, a.text(1)))),
    fixed("regexFindAll", TTI, |engine, a| Ok(find_all(&panicking(engine, a)?, a.text(1), a.int(2)))),
    fixed("mustRegexFindAll", TTI, |engine, a| Ok(find_all(&strict(engine, a)?, a.text(1), a.int(2)))),
    fixed("regexReplaceAll", TTT, |engine, a| {
        let regex = panicking(engine, a)?;
        replaced(engine, &regex, a, false)
    }),
    fixed("mustRegexReplaceAll", TTT, |engine, a| {
        let regex = strict(engine, a)?;
        replaced(engine, &regex, a, false)
    }),
    fixed("regexReplaceAllLiteral", TTT, |engine, a| {
        let regex = panicking(engine, a)?;
        replaced(engine, &regex, a, true)
    }),
    fixed("mustRegexReplaceAllLiteral", TTT, |engine, a| {
        let regex = strict(engine, a)?;
        replaced(engine, &regex, a, true)
    }),
    fixed("regexSplit", TTI, |engine, a| Ok(split(&panicking(engine, a)?, a.text(1), a.int(2)))),
    fixed("mustRegexSplit", TTI, |engine, a| Ok(split(&strict(engine, a)?, a.text(1), a.int(2)))),
    fixed("regexQuoteMeta", &[Param::Text], |_, a| Ok(Value::from(regexp::quote_meta(a.text(0))))),
];

/// Compiling is charged: a pattern in a loop is compiled in every round.
fn strict(engine: &mut Engine<'_>, args: &[Slot]) -> Result<Regex, String> {
    engine.limits.charge(200)?;
    engine.limits.charge(u64::try_from(args.text(1).len() / 64).unwrap_or(0))?;
    regexp::compile(args.text(0)).map_err(|e| e.to_string())
}

fn panicking(engine: &mut Engine<'_>, args: &[Slot]) -> Result<Regex, String> {
    let quoted = |pattern: &str| {
        if ordain_gostd::can_backquote(pattern) {
            format!("`{pattern}`")
        } else {
            ordain_gostd::quote(pattern)
        }
    };
    strict(engine, args).map_err(|e| format!("regexp: Compile({}): {e}", quoted(args.text(0))))
}

fn find(regex: &Regex, text: &str) -> Value {
    Value::from(regex.find(text).map_or("", |m| m.as_str()))
}

fn find_all(regex: &Regex, text: &str, count: i64) -> Value {
    let limit = usize::try_from(count).unwrap_or(usize::MAX);
    let found: Vec<&str> = regex.find_iter(text).take(limit).map(|m| m.as_str()).collect();
    if found.is_empty() { Value::nil_list(ListKind::Text) } else { Value::texts(found) }
}

fn replaced(engine: &mut Engine<'_>, regex: &Regex, args: &[Slot], literal: bool) -> Returns {
    let (text, with) = (args.text(1), args.text(2));
    let out =
        if literal { regex.replace_all(text, regex::NoExpand(with)) } else { regex.replace_all(text, with) };
    engine.limits.produce(out.len())?;
    Ok(Value::from(out.into_owned()))
}

fn split(regex: &Regex, text: &str, count: i64) -> Value {
    let limit = usize::try_from(count).ok();
    let parts = regexp::split(regex, text, limit);
    if limit == Some(0) { Value::nil_list(ListKind::Text) } else { Value::texts(parts) }
}
