//! The `format` keyword; unknown formats accept everything.

use std::net::{Ipv4Addr, Ipv6Addr};

use ordain_gostd::{regexp, time};

/// Whether a text has that format.
pub(crate) fn fits(format: &str, text: &str) -> bool {
    match format {
        "date" => time::parse("2006-01-02", text).is_ok(),
        "time" => ["15:04:05", "15:04:05Z07:00"].iter().any(|l| time::parse(l, text).is_ok()),
        "date-time" => date_time(text),
        "hostname" => host_name(text),
        "email" | "idn-email" => email(text),
        "ipv4" => text.contains('.') && text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.contains(':') && text.parse::<Ipv6Addr>().is_ok(),
        "uri" | "iri" => uri(text, true),
        "uri-reference" | "iri-reference" => uri(text, false),
        "uuid" => uuid(text),
        "regex" => text.is_empty() || regexp::compile(text).is_ok(),
        "json-pointer" => text.is_empty() || text.starts_with('/'),
        "relative-json-pointer" => text.starts_with(|c: char| c.is_ascii_digit()),
        _ => true,
    }
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
