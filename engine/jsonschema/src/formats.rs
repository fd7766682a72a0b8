//! The `format` keyword; unknown formats accept everything.

use std::net::IpAddr;

use ordain_gostd::{regexp, time};

/// Whether numbers are judged by a format; none of those that are known takes one.
pub(crate) fn is_known(format: &str) -> bool {
    const KNOWN: [&str; 16] = [
        "date",
        "time",
        "date-time",
        "hostname",
        "email",
        "idn-email",
        "ipv4",
        "ipv6",
        "uri",
        "uri-reference",
        "iri",
        "iri-reference",
        "uri-template",
        "uuid",
        "regex",
        "json-pointer",
    ];
    KNOWN.contains(&format) || format == "relative-json-pointer"
}

/// Whether a text has a format; one that is not known fits always.
pub(crate) fn fits(format: &str, text: &str) -> bool {
    match format {
        "date" => time::parse("2006-01-02", text).is_ok(),
        "time" => ["15:04:05", "15:04:05Z07:00"].iter().any(|l| time::parse(l, text).is_ok()),
        "date-time" => date_time(text),
        "hostname" => host_name(text),
        "email" | "idn-email" => email(text),
        "ipv4" => text.contains('.') && text.parse::<IpAddr>().is_ok(),
        "ipv6" => text.contains(':') && text.parse::<IpAddr>().is_ok(),
        "uri" | "iri" => uri(text, true),
        "uri-reference" | "iri-reference" => uri(text, false),
        "uuid" => uuid(text),
        "regex" => text.is_empty() || regexp::compile(text).is_ok(),
        "uri-template" => uri(text, false) && balanced(text.split(['?', '#']).next().unwrap_or_default()),
        "json-pointer" => pointer(text),
        "relative-json-pointer" => {
            let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
            let digits = text.len() - rest.len();
            (digits == 1 || digits > 1 && !text.starts_with('0')) && (rest == "#" || pointer(rest))
        }
        _ => true,
    }
}

/// Every brace that opens closes before the next one opens.
fn balanced(text: &str) -> bool {
    let mut parts = text.split('{');
    parts.next();
    parts.all(|part| part.contains('}'))
}

/// Steps that begin with a slash, in which a tilde stands before 0 or 1 only.
fn pointer(text: &str) -> bool {
    let escaped = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    (text.is_empty() || text.starts_with('/')) && escaped
}

fn date_time(text: &str) -> bool {
    let layouts = ["15:04:05", "15:04:05Z07:00", "2006-01-02", time::RFC3339, time::RFC3339_NANO];
    layouts.iter().any(|layout| time::parse(layout, text).is_ok())
}

fn host_name(text: &str) -> bool {
    let label = |l: &str| {
        let inner = l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        !l.is_empty() && l.len() <= 63 && inner && !l.starts_with('-') && !l.ends_with('-')
    };
    text.len() < 256 && text.split('.').all(label)
}

fn email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !text.contains(char::is_whitespace)
    })
}

fn uri(text: &str, absolute: bool) -> bool {
    if text.contains('\\') || text.contains(|c: char| c.is_ascii_control()) {
        return false;
    }
    let scheme = text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    scheme || !absolute
}

fn uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
