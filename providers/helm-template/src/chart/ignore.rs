//! `.helmignore`: which files of a folder belong to the chart.

/// Rules in order; the first that matches ignores.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    pattern: Vec<char>,
    /// `!x` ignores everything that does not match `x`.
    negate: bool,
    must_dir: bool,
    place: Place,
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    Whole,
    Name,
}

impl Rules {
    /// Reads a file; the built-in rule on hidden templates comes after it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut rules = Self::default();
        for line in text.trim_start_matches('\u{feff}').lines() {
            rules.add(line)?;
        }
        rules.add("templates/.?*")?;
        Ok(rules)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let rule = line.trim();
        if rule.is_empty() || rule.starts_with('#') {
            return Ok(());
        }
        if rule.contains("**") {
            return Err("double-star (**) syntax is not supported".into());
        }
        let (negate, rule) = rule.strip_prefix('!').map_or((false, rule), |r| (true, r));
        let (must_dir, rule) = rule.strip_suffix('/').map_or((false, rule), |r| (true, r));
        let rooted = rule.strip_prefix('/');
        let place = if rooted.is_some() || rule.contains('/') { Place::Whole } else { Place::Name };
        let pattern: Vec<char> = rooted.unwrap_or(rule).chars().collect();
        if matches(&pattern, &['a', 'b', 'c']).is_none() {
            return Err("syntax error in pattern".into());
        }
        self.0.push(Rule { pattern, negate, must_dir, place });
        Ok(())
    }

    /// Whether a path, relative to the chart, is left out.
    pub(super) fn ignores(&self, path: &str, is_dir: bool) -> bool {
        self.0.iter().any(|rule| {
            let shown =
                if rule.place == Place::Name { path.rsplit('/').next().unwrap_or(path) } else { path };
            let chars: Vec<char> = shown.chars().collect();
            let hit = matches(&rule.pattern, &chars).unwrap_or(false);
            let wrong_kind = rule.must_dir && !is_dir;
            if rule.negate { wrong_kind || !hit } else { !wrong_kind && hit }
        })
    }
}

/// Whether a path fits a pattern as Go's `filepath.Match` reads it: `*` and `?` stop at slashes. Broken patterns fit nothing.
#[must_use]
pub fn match_path(pattern: &str, path: &str) -> bool {
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    matches(&chars(pattern), &chars(path)).unwrap_or(false)
}

/// `filepath.Match`; `None` for a broken pattern. `*` and `?` stop at a slash.
fn matches(pattern: &[char], text: &[char]) -> Option<bool> {
    let Some((first, rest)) = pattern.split_first() else { return Some(text.is_empty()) };
    match first {
        '*' => {
            let rest = rest.iter().position(|c| *c != '*').and_then(|i| rest.get(i..)).unwrap_or_default();
            let stop = text.iter().position(|c| *c == '/').unwrap_or(text.len());
            let mut found = Some(false);
            for cut in 0..=stop {
                match matches(rest, text.get(cut..).unwrap_or_default()) {
                    Some(true) => return Some(true),
                    None => found = None,
                    Some(false) => {}
                }
            }
            found
        }
        '?' => match text.split_first() {
            Some((c, after)) if *c != '/' => matches(rest, after),
            _ => Some(false),
        },
        '[' => class(rest, text),
        '\\' => {
            let (wanted, rest) = rest.split_first()?;
            literal(*wanted, rest, text)
        }
        wanted => literal(*wanted, rest, text),
    }
}

fn literal(wanted: char, rest: &[char], text: &[char]) -> Option<bool> {
    match text.split_first() {
        Some((c, after)) if *c == wanted => matches(rest, after),
        _ => Some(false),
    }
}

fn class(pattern: &[char], text: &[char]) -> Option<bool> {
    let (negated, mut rest) = match pattern.split_first() {
        Some(('^', rest)) => (true, rest),
        _ => (false, pattern),
    };
    let tested = text.first().copied();
    let (mut hit, mut count) = (false, 0);
    loop {
        if rest.first() == Some(&']') && count > 0 {
            rest = rest.get(1..)?;
            break;
        }
        let (low, after) = class_char(rest)?;
        let (high, after) = match after.split_first() {
            Some(('-', after)) => class_char(after)?,
            _ => (low, after),
        };
        hit |= tested.is_some_and(|c| low <= c && c <= high);
        rest = after;
        count += 1;
    }
    match text.split_first() {
        Some((_, after)) if hit != negated => matches(rest, after),
        _ => Some(false),
    }
}

fn class_char(pattern: &[char]) -> Option<(char, &[char])> {
    match pattern.split_first()? {
        ('-' | ']', _) => None,
        ('\\', rest) => rest.split_first().map(|(c, rest)| (*c, rest)),
        (c, rest) => Some((*c, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::Rules;

    #[test]
    fn patterns() {
        let rules = Rules::parse("*.bak\n/top.txt\nsub/\ndocs/*.md\n").unwrap();
        assert!(rules.ignores("a/b.bak", false));
        assert!(rules.ignores("top.txt", false));
        assert!(!rules.ignores("a/top.txt", false));
        assert!(rules.ignores("a/sub", true));
        assert!(!rules.ignores("a/sub", false));
        assert!(rules.ignores("docs/x.md", false));
        assert!(rules.ignores("templates/.hidden", false));
        assert!(Rules::parse("!keep.txt").unwrap().ignores("other.txt", false));
        assert!(Rules::parse("a**").is_err());
    }
}
