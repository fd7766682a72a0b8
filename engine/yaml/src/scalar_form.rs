//! Which written form libyaml gives a string (`yaml_emitter_analyze_scalar`, `yaml_emitter_select_scalar_style`).

use crate::resolve11::{Plain, resolve_plain};

/// The form chosen for a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Single,
    Double,
    Literal,
}

/// What an analysis of the text allows.
struct Allowed {
    plain: bool,
    single: bool,
    block: bool,
    multiline: bool,
}

/// Chooses as go-yaml v2 does: text that means something else unquoted is double-quoted, text with line feeds is
/// literal, the rest is plain; each falls back to what the characters allow. `key` says that it is a simple key.
pub(crate) fn choose(text: &str, key: bool) -> Form {
    let allowed = analyze(text);
    let mut form = if text.contains('\n') {
        Form::Literal
    } else if resolve_plain(text) == Plain::Text && !is_base60(text) {
        Form::Plain
    } else {
        Form::Double
    };
    if key && allowed.multiline {
        form = Form::Double;
    }
    if form == Form::Plain && (!allowed.plain || (text.is_empty() && key)) {
        form = Form::Single;
    }
    if (form == Form::Single && !allowed.single) || (form == Form::Literal && (!allowed.block || key)) {
        form = Form::Double;
    }
    form
}

/// Whether a text counts as multi-line for the choice of a simple key.
pub(crate) fn is_multiline(text: &str) -> bool {
    text.chars().any(is_break)
}

pub(crate) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// libyaml's printable set, which ends at the basic plane.
pub(crate) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && c != '\u{feff}'
}

fn analyze(text: &str) -> Allowed {
    if text.is_empty() {
        return Allowed { plain: true, single: true, block: false, multiline: false };
    }
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut breaks, mut special, mut break_space, mut space_break) = (false, false, false, false);
    let (mut after_blank, mut previous_space, mut previous_break) = (true, false, false);
    let mut chars = text.chars().enumerate().peekable();
    while let Some((i, c)) = chars.next() {
        let blank_next = chars.peek().is_none_or(|(_, n)| matches!(n, ' ' | '\t'));
        indicators |= if i == 0 {
            starts_indicator(c, blank_next)
        } else {
            inner_indicator(c, blank_next, after_blank)
        };
        special |= !is_printable(c);
        let (space, line) = (c == ' ', is_break(c));
        breaks |= line;
        break_space |= space && previous_break;
        space_break |= line && previous_space;
        previous_space = space;
        previous_break = line;
        after_blank = space || c == '\t' || line || c == '\0';
    }
    let edge = |c: Option<char>| c.is_some_and(|c| c == ' ' || is_break(c));
    let trailing_space = text.ends_with(' ');
    let edges = edge(text.chars().next()) || edge(text.chars().next_back());
    let unfit = space_break || special;
    Allowed {
        plain: !(edges || break_space || unfit || breaks || indicators),
        single: !(break_space || unfit),
        block: !(trailing_space || unfit),
        multiline: breaks,
    }
}

fn starts_indicator(c: char, blank_next: bool) -> bool {
    match c {
        '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
            true
        }
        '?' | ':' | '-' => blank_next,
        _ => false,
    }
}

fn inner_indicator(c: char, blank_next: bool, after_blank: bool) -> bool {
    (c == ':' && blank_next) || (c == '#' && after_blank)
}

/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`: YAML 1.1's base 60, quoted for other readers' sake.
fn is_base60(text: &str) -> bool {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (body, fraction) = body.split_once('.').unwrap_or((body, ""));
    let mut parts = body.split(':');
    let first = parts.next().unwrap_or_default();
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let sixty = |s: &str| match s.as_bytes() {
        [a] => a.is_ascii_digit(),
        [a, b] => (b'0'..=b'5').contains(a) && b.is_ascii_digit(),
        _ => false,
    };
    let mut rest = parts.peekable();
    first.starts_with(|c: char| c.is_ascii_digit())
        && digits(first)
        && digits(fraction)
        && rest.peek().is_some()
        && rest.all(sixty)
}
