//! Versions and constraints as github.com/Masterminds/semver v3.3 reads them: Helm's own comparison.

use std::cmp::Ordering;
use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

/// A semantic version; missing parts are 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Major part.
    pub major: u64,
    /// Minor part.
    pub minor: u64,
    /// Patch part.
    pub patch: u64,
    /// After `-`, without it.
    pub pre: String,
    /// After `+`, without it.
    pub metadata: String,
    /// The text it was read from.
    pub original: String,
}

const INVALID: &str = "Invalid Semantic Version";
const SEMVER: &str = r"v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?";
const CONSTRAINT: &str = r"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?";
const OPS: &str = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^";

/// The patterns are constants; one that does not compile would match nothing and fail every test.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static VERSION: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(&format!("^{SEMVER}$")));
static ONE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(&format!(r"^\s*({OPS})\s*({CONSTRAINT})\s*$")));
static RANGE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(&format!(r"\s*({CONSTRAINT})\s+-\s+({CONSTRAINT})\s*")));
static FIND: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(&format!(r"({OPS})\s*({CONSTRAINT})")));
static VALID: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let one = format!(r"({OPS})\s*({CONSTRAINT})\s*");
    pattern(&format!(r"^(\s*{one})((?:\s+|,\s*){one})*$"))
});

impl Version {
    /// Reads `v1.2`, `1.2.3-rc.1+build`.
    ///
    /// # Errors
    /// The library's own words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let captures = VERSION.as_ref().and_then(|r| r.captures(text)).ok_or(INVALID)?;
        let part = |i: usize| -> Result<u64, String> {
            let digits = captures.get(i).map_or("0", |m| m.as_str().trim_start_matches('.'));
            let explain = || {
                let quoted = ordain_gostd::quote(digits);
                format!(
                    "Error parsing version segment: strconv.ParseUint: parsing {quoted}: value out of range"
                )
            };
            digits.parse().map_err(|_| explain())
        };
        let group = |i: usize| captures.get(i).map_or_else(String::new, |m| m.as_str().to_owned());
        let pre = group(5);
        let zero = |p: &str| p.len() > 1 && p.starts_with('0') && p.bytes().all(|b| b.is_ascii_digit());
        if pre.split('.').any(zero) {
            return Err("Version segment starts with 0".into());
        }
        Ok(Self {
            major: part(1)?,
            minor: part(2)?,
            patch: part(3)?,
            pre,
            metadata: group(8),
            original: text.to_owned(),
        })
    }

    /// A version of three numbers.
    fn plain(&self, major: u64, minor: u64, patch: u64) -> Self {
        let prefix = if self.original.starts_with('v') { "v" } else { "" };
        let original = format!("{prefix}{major}.{minor}.{patch}");
        Self { major, minor, patch, pre: String::new(), metadata: String::new(), original }
    }

    pub(crate) fn inc_major(&self) -> Self {
        self.plain(self.major + 1, 0, 0)
    }

    pub(crate) fn inc_minor(&self) -> Self {
        self.plain(self.major, self.minor + 1, 0)
    }

    pub(crate) fn inc_patch(&self) -> Self {
        self.plain(self.major, self.minor, self.patch + u64::from(self.pre.is_empty()))
    }

    /// Precedence: metadata does not count.
    #[must_use]
    pub fn precedence(&self, other: &Self) -> Ordering {
        let numbers = |v: &Self| (v.major, v.minor, v.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => compare_pre(&self.pre, &other.pre),
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

fn compare_pre(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let ordering = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) => match (x.parse::<u64>(), y.parse::<u64>()) {
                (Ok(m), Ok(n)) => m.cmp(&n),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => x.cmp(y),
            },
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}

/// Alternatives of conditions that must all hold.
#[derive(Debug, Clone)]
pub struct Constraints {
    any: Vec<Vec<Condition>>,
}

#[derive(Debug, Clone)]
struct Condition {
    op: String,
    version: Version,
    dirty: bool,
    minor_dirty: bool,
    patch_dirty: bool,
}

impl Constraints {
    /// Reads `>=1.2 <2 || ~3.1`, `1.2 - 1.4`, `^1.x`, `*`.
    ///
    /// # Errors
    /// The library's own words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let improper = |part: &str| format!("improper constraint: {part}");
        let rewritten = rewrite_ranges(text);
        let mut any = Vec::new();
        for part in rewritten.split("||") {
            if !VALID.as_ref().is_some_and(|r| r.is_match(part)) {
                return Err(improper(part));
            }
            let found = FIND.as_ref().into_iter().flat_map(|r| r.find_iter(part));
            any.push(found.map(|m| condition(m.as_str())).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Self { any })
    }

    /// Whether a version satisfies one of the alternatives.
    #[must_use]
    pub fn check(&self, version: &Version) -> bool {
        self.any.iter().any(|all| all.iter().all(|c| c.check(version)))
    }
}

/// `a - b` becomes `>= a, <= b`.
fn rewrite_ranges(text: &str) -> String {
    let Some(range) = RANGE.as_ref() else { return text.to_owned() };
    let group =
        |c: &regex::Captures<'_>, i: usize| c.get(i).map_or_else(String::new, |m| m.as_str().to_owned());
    range
        .replace_all(text, |c: &regex::Captures<'_>| format!(">= {}, <= {} ", group(c, 1), group(c, 11)))
        .into_owned()
}

fn condition(text: &str) -> Result<Condition, String> {
    let captures =
        ONE.as_ref().and_then(|r| r.captures(text)).ok_or_else(|| format!("improper constraint: {text}"))?;
    let group = |i: usize| captures.get(i).map_or("", |m| m.as_str());
    let is_x = |s: &str| matches!(s.trim_start_matches('.'), "x" | "X" | "*");
    let open = |s: &str| s.is_empty() || is_x(s);
    let (major, minor, patch, pre) = (group(3), group(4), group(5), group(6));
    let (mut dirty, mut minor_dirty, mut patch_dirty) = (true, false, false);
    let text = if open(major) {
        format!("0.0.0{pre}")
    } else if open(minor) {
        minor_dirty = true;
        format!("{major}.0.0{pre}")
    } else if open(patch) {
        patch_dirty = true;
        format!("{major}{minor}.0{pre}")
    } else {
        dirty = false;
        group(2).to_owned()
    };
    let version = Version::parse(&text).map_err(|_| "constraint Parser Error".to_owned())?;
    Ok(Condition { op: group(1).to_owned(), version, dirty, minor_dirty, patch_dirty })
}

impl Condition {
    fn check(&self, v: &Version) -> bool {
        let c = &self.version;
        let pre_refused = !v.pre.is_empty() && c.pre.is_empty();
        let order = v.precedence(c);
        match self.op.as_str() {
            "!=" => self.not_equal(v, pre_refused),
            _ if pre_refused => false,
            ">" => self.greater(v),
            "<" => order.is_lt(),
            ">=" | "=>" => order.is_ge(),
            "<=" | "=<" if !self.dirty => order.is_le(),
            "<=" | "=<" => {
                v.major < c.major || (v.major == c.major && (v.minor <= c.minor || self.minor_dirty))
            }
            "~" | "~>" => self.tilde(v),
            "^" => self.caret(v),
            _ if self.dirty => self.tilde(v),
            _ => order.is_eq(),
        }
    }

    fn not_equal(&self, v: &Version, pre_refused: bool) -> bool {
        let c = &self.version;
        if self.dirty {
            if pre_refused {
                return false;
            }
            if c.major != v.major {
                return true;
            }
            if c.minor != v.minor && !self.minor_dirty {
                return true;
            }
            if self.minor_dirty {
                return false;
            }
            if c.patch != v.patch && !self.patch_dirty {
                return true;
            }
            if self.patch_dirty {
                return (!v.pre.is_empty() || !c.pre.is_empty()) && compare_pre(&v.pre, &c.pre).is_ne();
            }
        }
        v.precedence(c).is_ne()
    }

    fn greater(&self, v: &Version) -> bool {
        let c = &self.version;
        if !self.dirty || (!self.minor_dirty && !self.patch_dirty && v.major == c.major) {
            return v.precedence(c).is_gt();
        }
        match v.major.cmp(&c.major) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => !self.minor_dirty && v.minor > c.minor,
        }
    }

    fn tilde(&self, v: &Version) -> bool {
        let c = &self.version;
        if v.precedence(c).is_lt() {
            return false;
        }
        let zero = c.major == 0 && c.minor == 0 && c.patch == 0;
        if zero && !self.minor_dirty && !self.patch_dirty {
            return true;
        }
        v.major == c.major && (v.minor == c.minor || self.minor_dirty)
    }

    fn caret(&self, v: &Version) -> bool {
        let c = &self.version;
        if v.precedence(c).is_lt() {
            return false;
        }
        if c.major > 0 || self.minor_dirty {
            return v.major == c.major;
        }
        if v.major > 0 {
            return false;
        }
        if c.minor > 0 || self.patch_dirty {
            return v.minor == c.minor;
        }
        v.minor == 0 && c.patch == v.patch
    }
}

/// `chartutil.IsCompatibleRange`: both texts are readable and the version is in the range.
#[must_use]
pub fn is_compatible(constraint: &str, version: &str) -> bool {
    match (Version::parse(version), Constraints::parse(constraint)) {
        (Ok(version), Ok(constraints)) => constraints.check(&version),
        _ => false,
    }
}

#[cfg(test)]
#[path = "semver_tests.rs"]
mod tests;
