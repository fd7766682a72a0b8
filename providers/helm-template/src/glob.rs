//! Path patterns of `.Files.Glob`, as github.com/gobwas/glob reads them with `/` as separator.
//!
//! `*` and `?` stop at `/`, `**` does not; `[a-z]`, `[!a-z]`, `{a,b}` and `\x`.

use regex::Regex;

/// A compiled pattern.
pub(crate) struct Glob(Option<Regex>);

impl Glob {
    pub(crate) fn new(pattern: &str) -> Result<Self, String> {
        let text = translate(pattern)?;
        Regex::new(&text).map(|regex| Self(Some(regex))).map_err(|e| e.to_string())
    }

    /// Helm's fallback is `**` without a separator: everything.
    pub(crate) fn everything() -> Self {
        Self(None)
    }

    pub(crate) fn matches(&self, path: &str) -> bool {
        self.0.as_ref().is_none_or(|regex| regex.is_match(path))
    }
}

fn translate(pattern: &str) -> Result<String, String> {
    let mut out = String::from("(?s)^");
    let mut chars = pattern.chars().peekable();
    let mut groups = 0_usize;
    while let Some(c) = chars.next() {
        match c {
            '*' => {
                let mut deep = false;
                while chars.peek() == Some(&'*') {
                    chars.next();
                    deep = true;
                }
                out.push_str(if deep { ".*" } else { "[^/]*" });
            }
            '?' => out.push_str("[^/]"),
            '[' => class(&mut chars, &mut out)?,
            '{' => {
                groups += 1;
                out.push_str("(?:");
            }
            '}' if groups > 0 => {
                groups -= 1;
                out.push(')');
            }
            ',' if groups > 0 => out.push('|'),
            '\\' => out.push_str(&regex::escape(&chars.next().unwrap_or('\\').to_string())),
            _ => out.push_str(&regex::escape(&c.to_string())),
        }
    }
    // What stays open closes with the pattern.
    out.extend(std::iter::repeat_n(')', groups));
    out.push('$');
    Ok(out)
}

fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) -> Result<(), String> {
    let negated = chars.next_if_eq(&'!').is_some();
    let mut body = Vec::new();
    loop {
        match chars.next() {
            None => return Err("unexpected end of input".into()),
            Some(']') if !body.is_empty() => break,
            Some('\\') => body.extend(chars.next()),
            Some(c) => body.push(c),
        }
    }
    out.push_str(if negated { "[^" } else { "[" });
    match body.as_slice() {
        [low, '-', high] => {
            let escape = |c: &char| regex::escape(&c.to_string());
            out.push_str(&format!("{}-{}", escape(low), escape(high)));
        }
        _ => body.iter().for_each(|c| {
            out.push_str(&regex::escape(&c.to_string()));
        }),
    }
    out.push(']');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn patterns() {
        for (pattern, path, want) in [
            ("*.txt", "a.txt", true),
            ("*.txt", "d/a.txt", false),
            ("**.txt", "d/a.txt", true),
            ("conf/*", "conf/a", true),
            ("conf/*", "conf/a/b", false),
            ("conf/**", "conf/a/b", true),
            ("{a,b}.y?ml", "b.yaml", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
        ] {
            assert_eq!(Glob::new(pattern).unwrap().matches(path), want, "{pattern} {path}");
        }
    }
}
