//! `urlParse`, `urlJoin` (Go's `net/url`), versions and name look-up.

use ordain_gostd::escape::{percent, unpercent};
use ordain_gostd::quote;

use super::args::Args;
use super::fixed;
use crate::objects::Object;
use crate::semver::{Constraints, Version};
use crate::template::{Engine, Function, Param, Returns, Slot};
use crate::value::{Entries, Value};

pub(super) const TABLE: &[Function] = &[
    fixed("urlParse", &[Param::Text], url_parse),
    fixed("urlJoin", &[Param::Dict], url_join),
    fixed("semver", &[Param::Text], |_, a| {
        Version::parse(a.text(0)).map(|v| Value::object(Object::Version(v)))
    }),
    fixed("semverCompare", &[Param::Text, Param::Text], |_, a| {
        let constraints = Constraints::parse(a.text(0))?;
        Ok(Value::Bool(constraints.check(&Version::parse(a.text(1))?)))
    }),
    // Helm answers nothing unless DNS is switched on, which charts cannot do.
    fixed("getHostByName", &[Param::Text], |_, _| Ok(Value::from(""))),
];

fn url_parse(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let whole = args.text(0);
    let bad = |what: &str| format!("unable to parse url: parse {}: {what}", quote(whole));
    if whole.chars().any(|c| c.is_ascii_control()) {
        return Err(bad("net/url: invalid control character in URL"));
    }
    let (rest, fragment) = whole.split_once('#').unwrap_or((whole, ""));
    let (scheme, rest) = split_scheme(rest).ok_or_else(|| bad("missing protocol scheme"))?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut opaque = "";
    let (mut authority, mut path) = ("", rest);
    if let Some(after) = rest.strip_prefix("//") {
        (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
    } else if !scheme.is_empty() && !rest.starts_with('/') {
        (opaque, path) = (rest, "");
    } else if scheme.is_empty() && rest.split('/').next().is_some_and(|s| s.contains(':')) {
        return Err(bad("first path segment in URL cannot contain colon"));
    }
    let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let after_name = host.rfind(']').map_or(host, |at| host.get(at..).unwrap_or_default());
    if let Some(port) = after_name.rfind(':').and_then(|at| after_name.get(at..))
        && !port.bytes().skip(1).all(|b| b.is_ascii_digit())
    {
        return Err(bad(&format!("invalid port {} after host", quote(port))));
    }
    if host.starts_with('[') && !host.contains(']') {
        return Err(bad("missing ']' in host"));
    }
    // In a host only what is beyond ASCII may be escaped.
    let mut escapes = host.match_indices('%').filter_map(|(at, _)| host.get(at..));
    let plain = |escape: &str| {
        let code = escape.get(1..3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        code.is_none_or(|c| c < 0x80) && !(host.starts_with('[') && escape.starts_with("%25"))
    };
    if let Some(odd) = escapes.find(|escape| plain(escape)) {
        return Err(bad(&invalid_escape(odd)));
    }
    let in_host =
        |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:[]<>\"%".contains(c);
    if let Some(odd) = host.chars().find(|c| !in_host(*c)) {
        return Err(bad(&format!("invalid character {} in host name", quote(&odd.to_string()))));
    }
    if !userinfo.chars().all(|c| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c)) {
        return Err(bad("net/url: invalid userinfo"));
    }
    let decoded = |text: &str| unpercent(text).ok_or_else(|| bad(&invalid_escape(text)));
    let pairs = [
        ("scheme", scheme.to_ascii_lowercase()),
        ("host", host.to_owned()),
        ("hostname", hostname(host).to_owned()),
        ("path", decoded(path)?),
        ("query", query.to_owned()),
        ("opaque", opaque.to_owned()),
        ("fragment", decoded(fragment)?),
        ("userinfo", userinfo.to_owned()),
    ];
    let entries: Entries = pairs.into_iter().map(|(k, v)| (k.to_owned(), Value::from(v))).collect();
    Ok(Value::map(entries))
}

fn invalid_escape(text: &str) -> String {
    let shown = text.find('%').and_then(|i| text.get(i..)).map_or("", |t| t.get(..3).unwrap_or(t));
    format!("invalid URL escape {}", quote(shown))
}

/// Scheme and rest; `None` for a colon with nothing before it.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(text.len());
    match text.get(end..).and_then(|t| t.strip_prefix(':')) {
        Some(_) if end == 0 => None,
        Some(rest) if text.starts_with(|c: char| c.is_ascii_alphabetic()) => Some((text.get(..end)?, rest)),
        _ => Some(("", text)),
    }
}

fn hostname(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

fn url_join(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let map = args.map(0);
    let part = |key: &str| match map.get(key) {
        None => Ok(String::new()),
        Some(Value::Text(text)) => Ok(text.to_string()),
        Some(Value::Nil) => Err(super::args::NIL_POINTER.to_owned()),
        Some(other) => {
            let kind = other.kind_name();
            Err(format!("unable to parse {key} key, must be of type string, but {kind} found"))
        }
    };
    let (scheme, host, path) = (part("scheme")?, part("host")?, part("path")?);
    let (query, opaque, fragment, userinfo) =
        (part("query")?, part("opaque")?, part("fragment")?, part("userinfo")?);
    let mut out = String::new();
    if !scheme.is_empty() {
        out.push_str(&format!("{scheme}:"));
    }
    if opaque.is_empty() {
        if !scheme.is_empty() || !host.is_empty() || !userinfo.is_empty() {
            if !host.is_empty() || !path.is_empty() || !userinfo.is_empty() {
                out.push_str("//");
            }
            if !userinfo.is_empty() {
                out.push_str(&format!("{userinfo}@"));
            }
            out.push_str(&host);
        }
        if !path.is_empty() && !path.starts_with('/') && !host.is_empty() {
            out.push('/');
        }
        out.push_str(&percent(&path, "-_.~$&+,/:;=@!'()*"));
    } else {
        out.push_str(&opaque);
    }
    if !query.is_empty() {
        out.push_str(&format!("?{query}"));
    }
    if !fragment.is_empty() {
        out.push_str(&format!("#{}", percent(&fragment, "-_.~$&+,/:;=?@!'()*")));
    }
    Ok(Value::from(out))
}
