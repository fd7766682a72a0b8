//! Functions of providers under the names that a configuration gives the providers.

use std::collections::BTreeMap;

use ordain_addr::ProviderAddr;
use ordain_config::ModuleTree;
use ordain_diag::{Diagnostics, Span};
use ordain_lang::Functions;
use ordain_lang::ast::Expr;
use ordain_lang::functions::{Spec, terraform_provider};
use ordain_value::Value;

/// Functions of the providers that the root module requires; a provider that is merely used has none,
/// the built-in one no less. Only the built-in provider has any so far.
pub struct ProviderFunctions {
    providers: BTreeMap<String, ProviderAddr>,
}

impl ProviderFunctions {
    /// Functions by the local names of the root module.
    pub fn new(tree: &ModuleTree) -> Self {
        let required = &tree.root.settings.required_providers;
        let providers =
            required.iter().map(|(name, required)| (name.to_string(), required.source.clone())).collect();
        Self { providers }
    }
}

impl Functions for ProviderFunctions {
    fn call(
        &self,
        _name: &str,
        _args: &[Value],
        _call: Span,
        _exprs: &[Expr],
    ) -> Option<(Value, Diagnostics)> {
        None
    }

    fn native(&self, name: &str) -> Option<&'static Spec> {
        let (provider, function) = name.strip_prefix("provider::")?.split_once("::")?;
        let address = self.providers.get(provider)?;
        if address.is_builtin() { terraform_provider(function) } else { None }
    }

    fn names(&self) -> Vec<String> {
        let builtin = self.providers.iter().filter(|(_, address)| address.is_builtin());
        let names = ["encode_tfvars", "decode_tfvars", "encode_expr"];
        builtin.flat_map(|(local, _)| names.map(|name| format!("provider::{local}::{name}"))).collect()
    }
}
