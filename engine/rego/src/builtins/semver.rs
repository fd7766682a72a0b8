//! `semver.*`: versions as OPA reads them, more freely than the standard (`v1.0.0`, `01.0.0`, `1.2.3-`).

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;
use std::cmp::Ordering;

pub(super) const ROWS: &[Row] = &[
    ("semver.compare", "(string, string) -> number", compare),
    ("semver.is_valid", "(any) -> boolean", |_, args| {
        Ok(Some(args::any(args, 1)?.as_str().is_some_and(|text| Version::parse(text).is_some()).into()))
    }),
];

struct Version<'t> {
    numbers: [i64; 3],
    pre_release: &'t str,
}

impl<'t> Version<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, metadata) = text.split_once('+').unwrap_or((text, ""));
        let (core, pre_release) = text.split_once('-').unwrap_or((text, ""));
        let word =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let fine = |part: &str| part.is_empty() || part.split('.').all(word);
        if !fine(metadata) || !fine(pre_release) {
            return None;
        }
        let mut parts = core.split('.').map(|part| {
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            part.parse::<i64>().ok().filter(|_| digits)
        });
        let numbers = [parts.next()??, parts.next()??, parts.next()??];
        parts.next().is_none().then_some(Self { numbers, pre_release })
    }

    /// A version without pre-release comes after those with one; numbers come before words.
    fn compare(&self, other: &Self) -> Ordering {
        let pre = || match (self.pre_release, other.pre_release) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (a, b) => {
                let part = |part| Identifier::of(part);
                a.split('.').map(part).cmp(b.split('.').map(part))
            }
        };
        self.numbers.cmp(&other.numbers).then_with(pre)
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Identifier<'t> {
    Number(i64),
    Word(&'t str),
}

impl<'t> Identifier<'t> {
    fn of(text: &'t str) -> Self {
        text.parse().map_or(Self::Word(text), Self::Number)
    }
}

fn version(args: &[Value], at: usize) -> Result<Version<'_>, BuiltinError> {
    let text = args::text(args, at)?;
    Version::parse(text).ok_or_else(|| {
        let shown = ordain_gostd::quote(text);
        BuiltinError::failed(format!("operand {at}: string {shown} is not a valid SemVer"))
    })
}

fn compare(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    args::text(args, 2)?;
    let (a, b) = (version(args, 1)?, version(args, 2)?);
    let sign: i64 = match a.compare(&b) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    };
    Ok(Some(sign.into()))
}
