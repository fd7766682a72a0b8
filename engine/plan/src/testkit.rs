//! Plans to test with, here and in the crates above.

#![allow(clippy::unwrap_used, reason = "a test with an address that is none must stop")]

use ordain_addr::{ProviderAddr, ProviderConfigAddr, parse_instance};
use ordain_state::State;
use ordain_value::{Type, Value};

use crate::{Action, Change, Mode, Plan};

/// A plan that does nothing.
pub fn empty_plan() -> Plan {
    Plan {
        mode: Mode::Normal,
        timestamp: "2026-11-21T12:00:00Z".to_owned(),
        variables: Default::default(),
        given: Default::default(),
        changes: Vec::new(),
        drift: Vec::new(),
        deferred: Vec::new(),
        outputs: Vec::new(),
        steps: Vec::new(),
        checks: Vec::new(),
        relevant: Vec::new(),
        prior: State::default(),
        base: State::default(),
        targets: Vec::new(),
        excludes: Vec::new(),
        complete: true,
        applyable: true,
        errored: false,
    }
}

/// A change of an object of the built-in provider that is absent before and after.
///
/// # Panics
/// The address is none.
pub fn change(address: &str, action: Action) -> Change {
    Change {
        address: parse_instance(address).unwrap(),
        previous_address: None,
        deposed: None,
        provider: ProviderConfigAddr {
            module: Default::default(),
            provider: ProviderAddr::builtin(),
            alias: None,
            key: None,
        }
        .into(),
        action,
        reason: None,
        before: Value::null(Type::Dynamic),
        after: Value::null(Type::Dynamic),
        replace_paths: Vec::new(),
        importing: None,
        generated_config: None,
        create_before_destroy: false,
        planned_private: Vec::new(),
        identity: (None, None),
    }
}
