//! Lists of blobs. The documents are small and their form is fixed, so that elements are found by their
//! tags; an XML parser would be the only user of its crate.

/// One page of a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) names: Vec<String>,
    pub(super) next: Option<String>,
}

/// Reads a page.
pub(super) fn parse(text: &str) -> Page {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("<Blob>") {
        let Some(tail) = rest.get(start..) else { break };
        let end = tail.find("</Blob>").unwrap_or(tail.len());
        let blob = tail.get(..end).unwrap_or_default();
        names.extend(element(blob, "Name"));
        rest = tail.get(end..).unwrap_or_default();
    }
    Page { names, next: element(text, "NextMarker").filter(|marker| !marker.is_empty()) }
}

/// Text of the first element of a name.
pub(super) fn element(text: &str, name: &str) -> Option<String> {
    let open = text.find(&format!("<{name}>")).map(|at| at + name.len() + 2)?;
    let rest = text.get(open..)?;
    let end = rest.find(&format!("</{name}>"))?;
    Some(unescape(rest.get(..end)?))
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        let (before, tail) = rest.split_at(start);
        out.push_str(before);
        let Some(end) = tail.find(';') else {
            rest = tail;
            break;
        };
        let name = tail.get(1..end).unwrap_or_default();
        let decoded = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => numeric(name),
        };
        match decoded {
            Some(found) => out.push(found),
            None => out.push_str(tail.get(..=end).unwrap_or_default()),
        }
        rest = tail.get(end + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

fn numeric(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let number = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(number)
}
