//! Version constraints of providers. They differ from those of modules and of the language: a
//! pre-release is chosen only where it is named exactly, and they have a canonical text, which lock
//! files and messages show.

use std::cmp::Ordering;
use std::fmt;

use ordain_config::Version;

/// How a version is compared. The order is that of canonical texts for one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Operator {
    Greater,
    GreaterEqual,
    Equal,
    /// `~> 1.2.3`: only the last number may grow.
    Patch,
    /// `~> 1.2` and `~> 1`: the second number may grow.
    Minor,
    LessEqual,
    Less,
    NotEqual,
}

#[derive(Clone, Debug)]
struct Comparison {
    version: Version,
    operator: Operator,
    /// Build metadata, which counts only in texts.
    build: String,
}

/// Comparisons that must all hold. Without any, every version but a pre-release is allowed.
#[derive(Clone, Debug, Default)]
pub struct Constraints {
    /// Sorted, each once.
    comparisons: Vec<Comparison>,
}

impl Comparison {
    fn parse(text: &str) -> Result<Self, String> {
        let signs = ["~>", ">=", "<=", "!=", ">", "<", "="];
        let sign = signs.into_iter().find(|sign| text.starts_with(sign)).unwrap_or("");
        let rest = text.get(sign.len()..).unwrap_or("").trim();
        let malformed = || format!("{text:?} is no version constraint");
        let version = Version::parse(rest).filter(|version| version.written() <= 3).ok_or_else(malformed)?;
        let operator = match sign {
            "~>" if version.written() < 3 => Operator::Minor,
            "~>" => Operator::Patch,
            ">=" => Operator::GreaterEqual,
            "<=" => Operator::LessEqual,
            "!=" => Operator::NotEqual,
            ">" => Operator::Greater,
            "<" => Operator::Less,
            _ => Operator::Equal,
        };
        let build = rest.split_once('+').map(|(_, build)| build.to_owned()).unwrap_or_default();
        Ok(Self { version, operator, build })
    }

    fn order(&self, other: &Self) -> Ordering {
        let versions = self.version.cmp(&other.version);
        versions.then_with(|| self.build.cmp(&other.build)).then_with(|| self.operator.cmp(&other.operator))
    }

    fn allows(&self, version: &Version) -> bool {
        let order = version.cmp(&self.version);
        match self.operator {
            Operator::Greater => order == Ordering::Greater,
            Operator::GreaterEqual => order != Ordering::Less,
            Operator::Equal => order == Ordering::Equal,
            Operator::NotEqual => order != Ordering::Equal,
            Operator::Less => order == Ordering::Less,
            Operator::LessEqual => order != Ordering::Greater,
            Operator::Patch => order != Ordering::Less && self.version.same_numbers(version, 2),
            Operator::Minor => order != Ordering::Less && self.version.same_numbers(version, 1),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.operator {
            Operator::Greater => "> ",
            Operator::GreaterEqual => ">= ",
            Operator::Equal => "",
            Operator::Patch | Operator::Minor => "~> ",
            Operator::LessEqual => "<= ",
            Operator::Less => "< ",
            Operator::NotEqual => "!= ",
        };
        let version = self.version.to_string();
        // `~> 1.2` must not become `~> 1.2.0`, which means something else.
        let shown = match (self.operator, self.version.is_prerelease()) {
            (Operator::Minor, false) => version.strip_suffix(".0").unwrap_or(&version),
            _ => &version,
        };
        write!(out, "{sign}{shown}")?;
        if self.build.is_empty() { Ok(()) } else { write!(out, "+{}", self.build) }
    }
}

impl Constraints {
    /// Reads `~> 1.2, != 1.2.5`.
    ///
    /// # Errors
    /// A sentence without a full stop: which part is no constraint.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parsed = Self::default();
        if !text.trim().is_empty() {
            for part in text.split(',') {
                parsed.comparisons.push(Comparison::parse(part.trim())?);
            }
        }
        parsed.settle();
        Ok(parsed)
    }

    /// Adds those of another constraint.
    pub fn add(&mut self, other: &Constraints) {
        self.comparisons.extend(other.comparisons.iter().cloned());
        self.settle();
    }

    fn settle(&mut self) {
        self.comparisons.sort_by(Comparison::order);
        self.comparisons.dedup_by(|a, b| a.order(b) == Ordering::Equal);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.comparisons.is_empty()
    }

    /// Whether a version may be chosen.
    pub fn allows(&self, version: &Version) -> bool {
        let named = |comparison: &Comparison| {
            comparison.operator == Operator::Equal && comparison.version.cmp(version) == Ordering::Equal
        };
        (!version.is_prerelease() || self.comparisons.iter().any(named))
            && self.comparisons.iter().all(|comparison| comparison.allows(version))
    }
}

/// The canonical text.
impl fmt::Display for Constraints {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, comparison) in self.comparisons.iter().enumerate() {
            write!(out, "{}{comparison}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "constraint_tests.rs"]
mod tests;
