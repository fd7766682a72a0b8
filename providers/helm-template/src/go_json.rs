//! JSON as `encoding/json` writes it and complains about it.

use ordain_gostd::bytes::escaped;
use ordain_gostd::quote_char;
use serde::Serialize;
use serde_json::Value as Json;

/// `json.Marshal`: compact, `<`, `>` and `&` escaped.
pub(crate) fn marshal<T: Serialize>(json: &T) -> String {
    escape_html(&serde_json::to_string(json).unwrap_or_default())
}

/// `json.MarshalIndent` with two blanks.
pub(crate) fn marshal_pretty<T: Serialize>(json: &T) -> String {
    escape_html(&serde_json::to_string_pretty(json).unwrap_or_default())
}

/// As [`marshal`], with only the line separators escaped.
pub(crate) fn marshal_raw<T: Serialize>(json: &T) -> String {
    let mut out = String::new();
    for c in serde_json::to_string(json).unwrap_or_default().chars() {
        match c {
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            _ if escaped(c).is_some() => out.push_str("\\ufffd"),
            _ => out.push(c),
        }
    }
    out
}

/// The characters can only stand inside strings, so replacing them everywhere is right.
fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            _ if escaped(c).is_some() => out.push_str("\\ufffd"),
            _ => out.push(c),
        }
    }
    out
}

/// `json.Unmarshal` into an `interface{}`.
///
/// # Errors
/// Go's words.
pub(crate) fn parse(text: &str) -> Result<Json, String> {
    let (json, overflow) = parse_partly(text)?;
    overflow.map_or(Ok(json), Err)
}

/// As [`parse`], with what is too large for a float as null and, beside it, what Go says of the first of those.
///
/// # Errors
/// Go's words for what is no JSON.
pub(crate) fn parse_partly(text: &str) -> Result<(Json, Option<String>), String> {
    let mut json = serde_json::from_str(text).or_else(|e| {
        let mut checker = Checker { chars: text.chars().collect(), at: 0, depth: 0 };
        checker.document()?;
        // What remains are halves of pairs, which Go replaces.
        serde_json::from_str(&without_halves(text)).map_err(|_| e.to_string())
    })?;
    let mut overflow = None;
    take_overflows(&mut json, text, &mut overflow);
    Ok((json, overflow))
}

fn take_overflows(json: &mut Json, text: &str, first: &mut Option<String>) {
    match json {
        Json::Number(number)
            if ordain_gostd::parse_float(&number.to_string()).is_none_or(f64::is_infinite) =>
        {
            first.get_or_insert_with(|| {
                // Reading a number gives its exponent a sign.
                let plain = number.to_string().replace("e+", "e");
                let written = if text.contains(&plain) { plain } else { number.to_string() };
                format!("json: cannot unmarshal number {written} into Go value of type float64")
            });
            *json = Json::Null;
        }
        Json::Array(items) => items.iter_mut().for_each(|item| take_overflows(item, text, first)),
        Json::Object(map) => map.values_mut().for_each(|item| take_overflows(item, text, first)),
        _ => {}
    }
}

/// The text with each escape that is half of a surrogate pair, without its other half, as one that stands for no character.
fn without_halves(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let first = unit(escape);
        let second = first.and_then(|_| unit(escape.get(6..)?));
        let taken = match (first, second) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                out.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (Some(_), _) => 6,
            (None, _) => 2,
        };
        let (escape, after) = escape.split_at_checked(taken).unwrap_or((escape, ""));
        out.push_str(escape);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The number that an escape `\uXXXX` at the beginning of a text gives.
fn unit(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

/// What Go calls a JSON value that does not fit.
pub(crate) fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// Deepest nesting Go reads is 10000; serde_json stops at 128 and so does this check.
const MAX_DEPTH: usize = 128;

/// Walks broken JSON to the first character Go would stumble over.
struct Checker {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

type Checked = Result<(), String>;

impl Checker {
    fn blanks(&mut self) {
        while self.chars.get(self.at).is_some_and(|c| " \t\r\n".contains(*c)) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Result<char, String> {
        self.chars.get(self.at).copied().ok_or_else(|| "unexpected end of JSON input".to_owned())
    }

    fn bad<T>(&self, place: &str) -> Result<T, String> {
        // The scanner goes byte by byte.
        let c = self.peek()?;
        let mut bytes = [0; 4];
        let c = c.encode_utf8(&mut bytes).bytes().next().map_or(c, char::from);
        let shown = if c == '\'' { "'\\''".to_owned() } else { quote_char(c, false) };
        let shown = if c == '"' { "'\"'".to_owned() } else { shown };
        Err(format!("invalid character {shown} {place}"))
    }

    fn document(&mut self) -> Checked {
        self.value()?;
        self.blanks();
        if self.at < self.chars.len() { self.bad("after top-level value") } else { Ok(()) }
    }

    fn value(&mut self) -> Checked {
        self.blanks();
        match self.peek()? {
            '{' => self.object(),
            '[' => self.array(),
            '"' => self.string(),
            '-' | '0'..='9' => self.number(),
            't' => self.literal("true"),
            'f' => self.literal("false"),
            'n' => self.literal("null"),
            _ => self.bad("looking for beginning of value"),
        }
    }

    fn deeper(&mut self) -> Checked {
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err("exceeded max depth".into()) } else { Ok(()) }
    }

    fn object(&mut self) -> Checked {
        self.deeper()?;
        self.blanks();
        if self.peek()? == '}' {
            self.at += 1;
            self.depth -= 1;
            return Ok(());
        }
        loop {
            self.blanks();
            if self.peek()? != '"' {
                return self.bad("looking for beginning of object key string");
            }
            self.string()?;
            self.blanks();
            if self.peek()? != ':' {
                return self.bad("after object key");
            }
            self.at += 1;
            self.value()?;
            self.blanks();
            match self.peek()? {
                ',' => self.at += 1,
                '}' => break,
                _ => return self.bad("after object key:value pair"),
            }
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    fn array(&mut self) -> Checked {
        self.deeper()?;
        self.blanks();
        if self.peek()? != ']' {
            loop {
                self.value()?;
                self.blanks();
                match self.peek()? {
                    ',' => self.at += 1,
                    ']' => break,
                    _ => return self.bad("after array element"),
                }
            }
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    fn string(&mut self) -> Checked {
        self.at += 1;
        loop {
            match self.peek()? {
                '"' => break,
                '\\' => {
                    self.at += 1;
                    self.string_escape()?;
                }
                c if c < ' ' => return self.bad("in string literal"),
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Ok(())
    }

    fn string_escape(&mut self) -> Checked {
        match self.peek()? {
            '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => self.at += 1,
            'u' => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek()?.is_ascii_hexdigit() {
                        return self.bad("in \\u hexadecimal character escape");
                    }
                    self.at += 1;
                }
            }
            _ => return self.bad("in string escape code"),
        }
        Ok(())
    }

    fn digits(&mut self, place: &str) -> Checked {
        if !self.peek()?.is_ascii_digit() {
            return self.bad(place);
        }
        while self.chars.get(self.at).is_some_and(char::is_ascii_digit) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Checked {
        if self.peek()? == '-' {
            self.at += 1;
        }
        if self.peek()? == '0' {
            self.at += 1
        } else {
            self.digits("in numeric literal")?
        }
        if self.chars.get(self.at) == Some(&'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if self.chars.get(self.at).is_some_and(|c| "eE".contains(*c)) {
            self.at += 1;
            if self.chars.get(self.at).is_some_and(|c| "+-".contains(*c)) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        Ok(())
    }

    fn literal(&mut self, word: &str) -> Checked {
        for wanted in word.chars() {
            if self.peek()? != wanted {
                return self.bad(&format!("in literal {word} (expecting '{wanted}')"));
            }
            self.at += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_go_s_words() {
        for (text, want) in [
            ("{", "unexpected end of JSON input"),
            ("{nope}", "invalid character 'n' looking for beginning of object key string"),
            ("[1 2]", "invalid character '2' after array element"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("nul", "unexpected end of JSON input"),
            ("nux", "invalid character 'x' in literal null (expecting 'l')"),
            ("1 x", "invalid character 'x' after top-level value"),
            ("\"a\nb\"", "invalid character '\\n' in string literal"),
            ("", "unexpected end of JSON input"),
        ] {
            assert_eq!(parse(text).unwrap_err(), want, "{text}");
        }
    }

    #[test]
    fn marshal_escapes_html() {
        assert_eq!(marshal(&serde_json::json!({"a": "<&>"})), "{\"a\":\"\\u003c\\u0026\\u003e\"}");
    }
}
