//! The `provider` block.

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_value::Value;

use crate::provider::{at, is_unset};
use ordain_sdk::{self as sdk, TypeTree};

fn error(summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(codes::provider::PROVIDER_CONFIG, summary, detail)
}

/// Checks the block; some findings come twice because the original is two providers in one.
pub(crate) fn validate(tree: &TypeTree, config: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    let features = config.get("features").and_then(Value::as_items).map_or(0, <[Value]>::len);
    if features == 0 && config.get("features").is_none_or(Value::is_known) {
        let detail = "The argument \"features\" is required, but no definition was found.";
        found.push(error("Missing required argument", detail.to_owned()));
    }
    if features > 1 {
        let detail = format!(
            "Attribute features list must contain at least 1 elements and at most 1 elements, got: {features}"
        );
        found.push(error("Invalid Attribute Value", detail).with_attribute(at("features")));
        let detail =
            format!("Attribute features supports 1 item maximum, but config has {features} declared.");
        found.push(error("Too many list items", detail).with_attribute(at("features")));
    }
    let set = config.get("resource_provider_registrations").and_then(Value::as_str);
    if let Some(set) = set
        && !["none", "legacy", "core", "extended", "all"].contains(&set)
    {
        let detail = format!(
            "Attribute resource_provider_registrations value must be one of: [\"none\" \"legacy\" \"core\" \"extended\" \
             \"all\"], got: {set:?}"
        );
        let name = "resource_provider_registrations";
        found.push(error("Invalid Attribute Value Match", detail).with_attribute(at(name)));
    }
    for finding in sdk::validate(tree, config) {
        let again = finding.summary == "Argument is deprecated";
        found.push(finding.clone());
        if again {
            found.push(Diagnostic { summary: "Attribute Deprecated".to_owned(), ..finding });
        }
    }
    found
}

/// Whether a part that decides where and as whom to sign in is not known yet.
pub(crate) fn is_unknown(config: &Value) -> bool {
    !config.is_known()
        || config
            .as_members()
            .into_iter()
            .flatten()
            .any(|(name, value)| &**name != "features" && !value.is_wholly_known())
}

/// Arguments that are set but have no effect here: errors where that would matter, else warnings.
pub(crate) fn unsupported(config: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    let set = |name: &str| config.get(name).is_some_and(|value| !is_unset(value));
    if set("auxiliary_tenant_ids") {
        let detail = "The native provider does not support auxiliary_tenant_ids yet.".to_owned();
        found.push(error("Unsupported argument", detail).with_attribute(at("auxiliary_tenant_ids")));
    }
    for name in ["partner_id", "msi_endpoint", "msi_api_version"] {
        if set(name) {
            let detail = format!("The native provider does not use {name}.");
            let summary = "Argument has no effect";
            let warning = Diagnostic::warning(codes::provider::PROVIDER_CONFIG, summary, detail);
            found.push(warning.with_attribute(at(name)));
        }
    }
    found
}
