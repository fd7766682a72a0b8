//! Versions and version constraints, as modules, providers and the language itself have them.

use std::cmp::Ordering;
use std::fmt;

/// A version: numbers, an optional pre-release, an optional build that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Numbers; at least three.
    segments: Vec<u64>,
    /// How many were written.
    written: usize,
    prerelease: Vec<String>,
}

/// One comparison of a constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Comparison {
    operator: Operator,
    version: Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Pessimistic,
}

/// A version constraint: all of its comparisons must hold. Without any, every version but a pre-release
/// is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Constraint {
    comparisons: Vec<Comparison>,
}

impl Version {
    /// Reads `1.2.3-rc1+build`, with fewer or more numbers and an optional `v` before.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.trim();
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, _build) = text.split_once('+').unwrap_or((text, ""));
        let (numbers, prerelease) = match text.split_once('-') {
            Some((_, "")) => return None,
            Some((numbers, rest)) => (numbers, rest.split('.').map(str::to_owned).collect()),
            None => (text, Vec::new()),
        };
        let mut segments = Vec::new();
        for part in numbers.split('.') {
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            segments.push(part.parse().ok()?);
        }
        let written = segments.len();
        segments.resize(written.max(3), 0);
        Some(Version { segments, written, prerelease })
    }

    /// Whether it has a pre-release part.
    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }

    /// How many numbers were written: `1.2` is `1.2.0` with two.
    pub fn written(&self) -> usize {
        self.written
    }

    /// Whether the first `count` numbers of two versions are the same.
    pub fn same_numbers(&self, other: &Version, count: usize) -> bool {
        (0..count).all(|at| self.segment(at) == other.segment(at))
    }

    fn segment(&self, at: usize) -> u64 {
        self.segments.get(at).copied().unwrap_or(0)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.segments.len().max(other.segments.len());
        let numbers = (0..length).map(|at| self.segment(at).cmp(&other.segment(at)));
        numbers.fold(Ordering::Equal, Ordering::then).then_with(|| {
            match (self.is_prerelease(), other.is_prerelease()) {
                (false, false) => Ordering::Equal,
                (false, true) => Ordering::Greater,
                (true, false) => Ordering::Less,
                (true, true) => compare_prerelease(&self.prerelease, &other.prerelease),
            }
        })
    }
}

fn compare_prerelease(a: &[String], b: &[String]) -> Ordering {
    for (left, right) in a.iter().zip(b) {
        let order = match (left.parse::<u64>(), right.parse::<u64>()) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => left.cmp(right),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.segments.iter().enumerate() {
            write!(out, "{}{segment}", if at == 0 { "" } else { "." })?;
        }
        if self.is_prerelease() {
            write!(out, "-{}", self.prerelease.join("."))?;
        }
        Ok(())
    }
}

impl Constraint {
    /// Reads `~> 1.2, != 1.2.5`; the error is a sentence.
    pub fn parse(text: &str) -> Result<Constraint, String> {
        let mut comparisons = Vec::new();
        if text.trim().is_empty() {
            return Ok(Constraint::default());
        }
        for part in text.split(',') {
            comparisons.push(Comparison::parse(part.trim())?);
        }
        Ok(Constraint { comparisons })
    }

    /// Whether a version satisfies all comparisons. A pre-release satisfies only comparisons that name
    /// the same numbers with a pre-release.
    pub fn allows(&self, version: &Version) -> bool {
        if self.comparisons.is_empty() {
            return !version.is_prerelease();
        }
        self.comparisons.iter().all(|comparison| comparison.allows(version))
    }

    /// The only version allowed, when the constraint is one exact version.
    pub fn exact(&self) -> Option<&Version> {
        match self.comparisons.as_slice() {
            [Comparison { operator: Operator::Equal, version }] => Some(version),
            _ => None,
        }
    }
}

impl Comparison {
    fn parse(text: &str) -> Result<Comparison, String> {
        let operators = [
            ("~>", Operator::Pessimistic),
            (">=", Operator::GreaterEqual),
            ("<=", Operator::LessEqual),
            ("!=", Operator::NotEqual),
            (">", Operator::Greater),
            ("<", Operator::Less),
            ("=", Operator::Equal),
        ];
        let found = operators.iter().find_map(|(sign, op)| Some((*op, text.strip_prefix(sign)?)));
        let (operator, rest) = found.unwrap_or((Operator::Equal, text));
        let version = Version::parse(rest.trim()).ok_or_else(|| format!("Malformed constraint: {text}"))?;
        Ok(Comparison { operator, version })
    }

    fn allows(&self, version: &Version) -> bool {
        let same_numbers = version.segments == self.version.segments;
        let prerelease_fits = !version.is_prerelease() || (self.version.is_prerelease() && same_numbers);
        match self.operator {
            Operator::Equal => *version == self.without_written(version),
            Operator::NotEqual => *version != self.without_written(version),
            Operator::Greater => prerelease_fits && *version > self.version,
            Operator::GreaterEqual => prerelease_fits && *version >= self.version,
            Operator::Less => prerelease_fits && *version < self.version,
            Operator::LessEqual => prerelease_fits && *version <= self.version,
            Operator::Pessimistic => {
                // `~> 1` allows all from 1 on: only the last written number may grow.
                let fixed = self.version.written.saturating_sub(1);
                prerelease_fits
                    && *version >= self.version
                    && (0..fixed).all(|at| version.segment(at) == self.version.segment(at))
            }
        }
    }

    /// The compared version with the number of written segments of the other, which does not count.
    fn without_written(&self, other: &Version) -> Version {
        let mut version = self.version.clone();
        version.written = other.written;
        version.segments.resize(other.segments.len().max(version.segments.len()), 0);
        version
    }
}

#[cfg(test)]
#[path = "version_tests.rs"]
mod tests;
