//! Which implementation serves each provider of a configuration: native where it covers what is used.

mod coverage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_addr::ProviderAddr;
use ordain_config::{Implementation, ModuleTree, Version};
use ordain_install::Requirement;
use ordain_provider::Gaps;

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

/// Decides for every provider that a configuration and its tests ask for, the built-in one left out.
pub async fn wishes(
    providers: &Providers,
    trees: &[Arc<ModuleTree>],
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
            (Some(native), None) => by_coverage(providers, trees, address, requirement, native).await,
        };
        wishes.insert(address.clone(), wish);
    }
    wishes
}

async fn by_coverage(
    providers: &Providers,
    trees: &[Arc<ModuleTree>],
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
    let (schema, gaps): (_, Gaps) = match providers.native(native) {
        Ok(provider) => (provider.schema().await.0, provider.gaps()),
        Err(_) => (None, &[]),
    };
    let uncovered: BTreeSet<String> = match schema {
        Some(schema) => {
            trees.iter().flat_map(|tree| coverage::uncovered(tree, address, &schema, gaps)).collect()
        }
        None => BTreeSet::new(),
    };
    if uncovered.is_empty() {
        return Wish::native(native, "the native one covers everything that is used".to_owned());
    }
    let names: Vec<String> = uncovered.into_iter().collect();
    let why = format!("the native one does not cover {}", names.join(", "));
    Wish { native: Some(native), plugin: true, fallback: true, why }
}
