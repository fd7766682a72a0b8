//! Results of checks in the exact form.

use ordain_diag::{CheckInstance, CheckKind, CheckResult, CheckStatus};
use serde::{Deserialize, Serialize};

use super::Broken;
use super::words::{Words, read};

const KINDS: Words<CheckKind> = &[
    ("resource", CheckKind::Resource),
    ("output_value", CheckKind::OutputValue),
    ("check", CheckKind::Check),
    ("var", CheckKind::InputVariable),
];

const STATUSES: Words<CheckStatus> = &[
    ("pass", CheckStatus::Pass),
    ("fail", CheckStatus::Fail),
    ("error", CheckStatus::Error),
    ("unknown", CheckStatus::Unknown),
];

/// Results of all checks of one declared object.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckForm {
    kind: String,
    address: String,
    status: String,
    instances: Vec<(String, String, Vec<String>)>,
}

fn word<T: PartialEq>(words: Words<T>, meaning: &T) -> String {
    words.iter().find(|(_, known)| known == meaning).map_or("", |(word, _)| word).to_owned()
}

impl CheckForm {
    /// The form of a result.
    pub fn of(check: &CheckResult) -> Self {
        let instances = check
            .instances
            .iter()
            .map(|one| (one.address.clone(), word(STATUSES, &one.status), one.messages.clone()));
        Self {
            kind: word(KINDS, &check.kind),
            address: check.address.clone(),
            status: word(STATUSES, &check.status),
            instances: instances.collect(),
        }
    }

    /// The result.
    pub fn into_check(self) -> Result<CheckResult, Broken> {
        let instances = self.instances.into_iter();
        let instances = instances.map(|(address, status, messages)| {
            Ok(CheckInstance { address, status: read(STATUSES, &status)?, messages })
        });
        Ok(CheckResult {
            kind: read(KINDS, &self.kind)?,
            address: self.address,
            status: read(STATUSES, &self.status)?,
            instances: instances.collect::<Result<_, Broken>>()?,
        })
    }
}
