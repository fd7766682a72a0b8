//! URLs as they may be shown.

/// Query parameters whose values tell no secret. Everything else is shown as `…`.
const SHOWN: &[&str] = &[
    "api-version",
    "comp",
    "continue",
    "dryRun",
    "fieldManager",
    "fieldSelector",
    "force",
    "labelSelector",
    "limit",
    "prefix",
    "propagationPolicy",
    "resourceVersion",
    "restype",
    "timeout",
    "timeoutSeconds",
    "watch",
];

/// The URL without user name and password, and with the values of query parameters that may be secret
/// (signatures, tokens, codes) replaced by `…`.
pub fn safe_url(url: &str) -> String {
    let url = url.split('#').next().unwrap_or(url);
    let (base, query) = match url.split_once('?') {
        Some((base, query)) => (base, Some(query)),
        None => (url, None),
    };
    let mut shown = match base.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = match rest.find('/') {
                Some(at) => rest.split_at(at),
                None => (rest, ""),
            };
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            format!("{scheme}://{host}{path}")
        }
        None => base.to_owned(),
    };
    for (at, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
        shown.push(if at == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((name, _)) if !SHOWN.contains(&name) => {
                shown.push_str(name);
                shown.push_str("=…");
            }
            _ => shown.push_str(pair),
        }
    }
    shown
}
