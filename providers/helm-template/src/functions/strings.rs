//! Text. Positions and lengths count bytes, as in Go; cutting through a character leaves its bytes.

use ordain_gostd::bytes::{escaped, to_bytes, to_text as bytes_text};
use ordain_gostd::quote as go_quote;

use super::args::Args;
use super::convert::to_text;
use super::text_case;
use super::wrap::wrap;
use super::{fixed, variadic};
use crate::template::{Engine, Function, Param, Returns, Slot};
use crate::value::{Entries, Map, MapKind, Value};

const T: &[Param] = &[Param::Text];
const TT: &[Param] = &[Param::Text, Param::Text];
const IT: &[Param] = &[Param::Int, Param::Text];
const ANY: &[Param] = &[Param::Any];

/// `%q`, where single bytes are shown as such.
/// The library goes byte by byte, and where it leaves something out, makes a character of each byte.
fn without_blanks(text: &str) -> String {
    let kept = text.bytes().map(char::from).filter(|c| !c.is_whitespace());
    if text.bytes().all(|b| !char::from(b).is_whitespace()) { text.to_owned() } else { kept.collect() }
}

fn quoted(text: &str) -> String {
    let shown = go_quote(text);
    let bytes = text.chars().filter_map(escaped);
    bytes.fold(shown, |shown, byte| shown.replace(&format!("\\U0010fe{byte:02x}"), &format!("\\x{byte:02x}")))
}

pub(super) const TABLE: &[Function] = &[
    fixed("trim", T, |_, a| text(a.text(0).trim())),
    fixed("upper", T, |_, a| text(&a.text(0).chars().map(text_case::upper).collect::<String>())),
    fixed("lower", T, |_, a| text(&a.text(0).chars().map(text_case::lower).collect::<String>())),
    fixed("title", T, |_, a| text(&text_case::title(a.text(0)))),
    fixed("untitle", T, |_, a| text(&text_case::untitle(a.text(0)))),
    fixed("swapcase", T, |_, a| text(&text_case::swap(a.text(0)))),
    fixed("snakecase", T, |_, a| text(&text_case::split_case(a.text(0), '_'))),
    fixed("kebabcase", T, |_, a| text(&text_case::split_case(a.text(0), '-'))),
    fixed("camelcase", T, |_, a| text(&text_case::pascal(a.text(0)))),
    fixed("initials", T, |_, a| text(&text_case::initials(a.text(0)))),
    fixed("nospace", T, |_, a| text(&without_blanks(a.text(0)))),
    fixed("repeat", IT, repeat),
    fixed("trimall", TT, |_, a| text(trim_all(a.text(1), a.text(0)))),
    fixed("trimAll", TT, |_, a| text(trim_all(a.text(1), a.text(0)))),
    fixed("trimSuffix", TT, |_, a| text(a.text(1).strip_suffix(a.text(0)).unwrap_or(a.text(1)))),
    fixed("trimPrefix", TT, |_, a| text(a.text(1).strip_prefix(a.text(0)).unwrap_or(a.text(1)))),
    fixed("contains", TT, |_, a| Ok(Value::Bool(a.text(1).contains(a.text(0))))),
    fixed("hasPrefix", TT, |_, a| Ok(Value::Bool(a.text(1).starts_with(a.text(0))))),
    fixed("hasSuffix", TT, |_, a| Ok(Value::Bool(a.text(1).ends_with(a.text(0))))),
    variadic("quote", ANY, |_, a| joined(a, |v| quoted(&to_text(v)))),
    variadic("squote", ANY, |_, a| joined(a, |v| format!("'{}'", v.show()))),
    variadic("cat", ANY, |_, a| joined(a, Value::show)),
    fixed("indent", IT, |engine, a| indent(engine, a.int(0), a.text(1), "")),
    fixed("nindent", IT, |engine, a| indent(engine, a.int(0), a.text(1), "\n")),
    fixed("replace", &[Param::Text, Param::Text, Param::Text], replace),
    fixed("plural", &[Param::Text, Param::Text, Param::Int], |_, a| {
        text(a.text(if a.int(2) == 1 { 0 } else { 1 }))
    }),
    fixed("substr", &[Param::Int, Param::Int, Param::Text], substr),
    fixed("trunc", IT, trunc),
    fixed("abbrev", IT, |_, a| text(&abbreviate(a.text(1), 0, a.int(0)))),
    fixed("abbrevboth", &[Param::Int, Param::Int, Param::Text], |_, a| {
        let (left, right) = (a.int(0), a.int(1));
        let unfit = right < 4 || (left > 0 && right < 7);
        if unfit { text(a.text(2)) } else { text(&abbreviate(a.text(2), left, right)) }
    }),
    fixed("wrap", IT, |engine, a| {
        engine.limits.produce(a.text(1).len() * 2)?;
        text(&wrap(a.text(1), a.int(0), "\n", false))
    }),
    fixed("wrapWith", &[Param::Int, Param::Text, Param::Text], |engine, a| {
        engine.limits.produce(a.text(2).len().saturating_mul(1 + a.text(1).len()))?;
        text(&wrap(a.text(2), a.int(0), a.text(1), true))
    }),
    fixed("split", TT, |_, a| Ok(numbered(split(a.text(1), a.text(0), -1)))),
    fixed("splitList", TT, |_, a| Ok(Value::texts(split(a.text(1), a.text(0), -1)))),
    fixed("splitn", &[Param::Text, Param::Int, Param::Text], |_, a| {
        Ok(numbered(split(a.text(2), a.text(0), a.int(1))))
    }),
];

fn text(text: &str) -> Returns {
    Ok(Value::from(text))
}

fn joined(args: &[Slot], show: impl Fn(&Value) -> String) -> Returns {
    let shown = args.iter().filter(|s| !matches!(s.value, Value::Nil)).map(|s| show(&s.value));
    Ok(Value::from(shown.collect::<Vec<_>>().join(" ")))
}

fn trim_all<'t>(text: &'t str, set: &str) -> &'t str {
    text.trim_matches(|c| set.contains(c))
}

fn repeat(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let Ok(count) = usize::try_from(args.int(0)) else { return Err("strings: negative Repeat count".into()) };
    engine.limits.produce(count.saturating_mul(args.text(1).len()))?;
    text(&args.text(1).repeat(count))
}

fn indent(engine: &mut Engine<'_>, spaces: i64, body: &str, before: &str) -> Returns {
    let Ok(spaces) = usize::try_from(spaces) else { return Err("strings: negative Repeat count".into()) };
    let lines = body.matches('\n').count() + 1;
    engine.limits.produce(body.len().saturating_add(lines.saturating_mul(spaces)))?;
    let pad = " ".repeat(spaces);
    text(&format!("{before}{pad}{}", body.replace('\n', &format!("\n{pad}"))))
}

fn replace(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let (old, new, source) = (args.text(0), args.text(1), args.text(2));
    let found = source.matches(old).count();
    engine.limits.produce(source.len().saturating_add(found.saturating_mul(new.len())))?;
    text(&source.replace(old, new))
}

fn out_of_range(start: i64, end: i64, len: usize) -> String {
    let signed = i64::try_from(len).unwrap_or(i64::MAX);
    if end < 0 || end > signed {
        return format!("runtime error: slice bounds out of range [:{end}]{}", with_length(end >= 0, len));
    }
    if start > end {
        return format!("runtime error: slice bounds out of range [{start}:{end}]");
    }
    format!("runtime error: slice bounds out of range [{start}:]")
}

fn with_length(shown: bool, len: usize) -> String {
    if shown { format!(" with length {len}") } else { String::new() }
}

fn cut(bytes: &[u8], start: i64, end: i64) -> Returns {
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let part = range.and_then(|(start, end)| bytes.get(start..end));
    part.map(|p| Value::from(bytes_text(p))).ok_or_else(|| out_of_range(start, end, bytes.len()))
}

fn substr(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let (start, end, bytes) = (args.int(0), args.int(1), to_bytes(args.text(2)));
    let len = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    if start < 0 {
        return cut(&bytes, 0, end);
    }
    cut(&bytes, start, if end < 0 || end > len { len } else { end })
}

fn trunc(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let (count, bytes) = (args.int(0), to_bytes(args.text(1)));
    let len = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    if count < 0 && len.saturating_add(count) > 0 {
        return cut(&bytes, len + count, len);
    }
    if count >= 0 && len > count { cut(&bytes, 0, count) } else { Ok(args.value(1).clone()) }
}

/// `goutils.AbbreviateFull`: `...` where text is left out.
fn abbreviate(source: &str, offset: i64, width: i64) -> String {
    let bytes = to_bytes(source);
    let len = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    if width < 4 || len <= width {
        return source.to_owned();
    }
    let part = |from: i64, to: i64| {
        let range = usize::try_from(from).unwrap_or(0)..usize::try_from(to).unwrap_or(0).min(bytes.len());
        bytes_text(bytes.get(range).unwrap_or_default())
    };
    let mut offset = offset.min(len);
    if len - offset < width - 3 {
        offset = len - (width - 3);
    }
    if offset <= 4 {
        return format!("{}...", part(0, width - 3));
    }
    if width < 7 {
        return String::new();
    }
    if offset + width - 3 < len {
        return format!("...{}", abbreviate(&part(offset, len), 0, width - 3));
    }
    format!("...{}", part(len - (width - 3), len))
}

/// `strings.SplitN`: an empty separator cuts between characters.
fn split(source: &str, separator: &str, count: i64) -> Vec<String> {
    let limit = match usize::try_from(count) {
        Ok(0) => return Vec::new(),
        Ok(limit) => limit,
        Err(_) => usize::MAX,
    };
    if !separator.is_empty() {
        return source.splitn(limit, separator).map(str::to_owned).collect();
    }
    let mut chars = source.chars();
    let mut parts: Vec<String> = chars.by_ref().take(limit - 1).map(String::from).collect();
    if !chars.as_str().is_empty() {
        parts.push(chars.as_str().to_owned());
    }
    parts
}

/// `_0`, `_1`, … as a map of texts.
fn numbered(parts: Vec<String>) -> Value {
    let entries: Entries =
        parts.into_iter().enumerate().map(|(i, p)| (format!("_{i}"), Value::from(p))).collect();
    Value::Map(Map::new(MapKind::Text, entries))
}
