//! Rules where base documents stand.

use super::Compiler;
use crate::error::Code;
use crate::value::Value;

impl Compiler {
    /// A rule may not stand where `data` has a value, nor below one that is no object.
    pub(crate) fn check_data_conflicts(&mut self, data: &Value) {
        let mut faults = Vec::new();
        for place in &self.tree.places {
            let Some(rule) = place.rules.first().and_then(|key| self.rule(*key)) else { continue };
            let keys = place.path.get(1..).unwrap_or_default();
            if keys.iter().any(|key| key.as_str().is_none()) {
                continue;
            }
            let mut at = Some(data);
            let mut taken = false;
            for key in keys {
                taken = at.is_some_and(|value| value.as_object().is_none());
                at = at.and_then(|value| value.get(key));
                if taken {
                    break;
                }
            }
            if taken || at.is_some() {
                let shown: Vec<String> = keys
                    .iter()
                    .map(|key| key.as_str().map_or_else(|| crate::print::constant(key), str::to_owned))
                    .collect();
                faults.push((rule.at, format!("conflicting rule for data path {} found", shown.join("/"))));
            }
        }
        for (at, message) in faults {
            self.fail(Code::Compile, at, message);
        }
    }
}
