//! Which implementation serves each provider of a configuration: native where it covers what is used.

use std::collections::{BTreeMap, BTreeSet};

use ordain_addr::{Mode, ProviderAddr};
use ordain_config::{Implementation, ModuleTree, Version};
use ordain_install::Requirement;
use ordain_provider::ProviderSchema;

use crate::natives::{self, Native};
use crate::providers::Providers;

/// What should serve a provider, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The native row, when it should serve or could serve in part.
    pub native: Option<&'static Native>,
    /// Whether a package should be installed.
    pub plugin: bool,
    /// Whether the native one may serve when no package can be found: it was not the user's will to have none.
    pub fallback: bool,
    /// Why, as a part of a sentence.
    pub why: String,
}

impl Wish {
    fn native(native: &'static Native, why: String) -> Self {
        Self { native: Some(native), plugin: false, fallback: false, why }
    }

    fn plugin(why: String) -> Self {
        Self { native: None, plugin: true, fallback: false, why }
    }
}

/// Decides for every provider that a configuration asks for, the built-in one left out.
pub async fn wishes(
    providers: &Providers,
    tree: &ModuleTree,
    wanted: &BTreeMap<ProviderAddr, Requirement>,
    forced: &BTreeMap<ProviderAddr, Implementation>,
) -> BTreeMap<ProviderAddr, Wish> {
    let mut wishes = BTreeMap::new();
    for (address, requirement) in wanted.iter().filter(|(address, _)| !address.is_builtin()) {
        let wish = match (natives::native(address), forced.get(address)) {
            (Some(native), Some(Implementation::Native)) => {
                Wish::native(native, "ordain.hcl demands it".to_owned())
            }
            (_, Some(Implementation::Plugin)) => Wish::plugin("ordain.hcl demands it".to_owned()),
            (None, _) => Wish::plugin("there is no native one".to_owned()),
            (Some(native), None) => by_coverage(providers, tree, address, requirement, native).await,
        };
        wishes.insert(address.clone(), wish);
    }
    wishes
}

async fn by_coverage(
    providers: &Providers,
    tree: &ModuleTree,
    address: &ProviderAddr,
    requirement: &Requirement,
    native: &'static Native,
) -> Wish {
    let version = Version::parse(native.version);
    let constraints = &requirement.constraints;
    let fits = constraints.is_empty() || version.is_some_and(|version| constraints.allows(&version));
    if !fits {
        return Wish::plugin(format!(
            "the native one is version {}, but {constraints} is asked for",
            native.version
        ));
    }
    let schema = match providers.native(native) {
        Ok(provider) => provider.schema().await.0,
        Err(_) => None,
    };
    let uncovered = schema.map(|schema| uncovered(tree, address, &schema)).unwrap_or_default();
    if uncovered.is_empty() {
        return Wish::native(native, "the native one covers everything that is used".to_owned());
    }
    let names: Vec<String> = uncovered.into_iter().collect();
    let why = format!("the native one does not cover {}", names.join(", "));
    Wish { native: Some(native), plugin: true, fallback: true, why }
}

/// Types that a configuration uses and a schema does not have.
fn uncovered(tree: &ModuleTree, address: &ProviderAddr, schema: &ProviderSchema) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for module in tree.modules() {
        for block in module.resources.values().filter(|block| block.provider_addr == *address) {
            let name = &block.resource.type_name;
            let known = match block.resource.mode {
                Mode::Managed => schema.resources.contains_key(name),
                Mode::Data => schema.data_sources.contains_key(name),
                Mode::Ephemeral => schema.ephemeral.contains_key(name),
            };
            if !known {
                names.insert(format!("{}{name}", block.resource.mode.prefix()));
            }
        }
    }
    names
}
