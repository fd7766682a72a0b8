//! What differs from run to run, replaced by words; command lines split into words.

/// Replaces ids and moments, so that the rest can be compared to the byte.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = uuid(rest) {
            out.push_str("<uuid>");
            rest = after;
        } else if let Some(after) = digest(rest) {
            out.push_str("<digest>");
            rest = after;
        } else if let Some(after) = moment(rest) {
            out.push_str("<time>");
            rest = after;
        } else {
            let mut chars = rest.chars();
            out.extend(chars.next());
            rest = chars.as_str();
        }
    }
    out
}

/// What follows a pattern of digits: `h` a hexadecimal digit, `d` a decimal one, others themselves.
fn matched<'t>(text: &'t str, pattern: &str) -> Option<&'t str> {
    let mut chars = text.chars();
    for wanted in pattern.chars() {
        let have = chars.next()?;
        let fits = match wanted {
            'h' => have.is_ascii_hexdigit(),
            'd' => have.is_ascii_digit(),
            other => have == other,
        };
        if !fits {
            return None;
        }
    }
    Some(chars.as_str())
}

fn uuid(text: &str) -> Option<&str> {
    matched(text, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh")
}

fn digest(text: &str) -> Option<&str> {
    matched(text.strip_prefix("sha256:")?, &"h".repeat(64))
}

fn moment(text: &str) -> Option<&str> {
    let rest = matched(text, "dddd-dd-ddTdd:dd:dd")?;
    let rest =
        rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    Some(rest.strip_prefix('Z').unwrap_or(rest))
}

/// Splits a command line at blanks; single and double quotes keep blanks together.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote: Option<char> = None;
    let mut begun = false;
    for c in line.chars() {
        match quote {
            Some(mark) if c == mark => quote = None,
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                begun = true;
            }
            None if c.is_whitespace() => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            _ => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}
