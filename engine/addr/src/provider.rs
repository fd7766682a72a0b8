//! Providers: where they come from, and one configuration of one.

use std::fmt;
use std::sync::{Arc, LazyLock};

use crate::{Key, ModulePath};

/// Source address of a provider: `hostname/namespace/name`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderAddr {
    /// Registry host, lower case.
    pub hostname: Arc<str>,
    /// Namespace in the registry.
    pub namespace: Arc<str>,
    /// Name of the provider.
    pub name: Arc<str>,
}

/// Host of providers whose source names none.
pub const DEFAULT_HOST: &str = "registry.terraform.io";
/// Host and namespace of the provider that is part of the engine.
pub const BUILTIN_HOST: &str = "terraform.io";

impl ProviderAddr {
    /// An address from its parts.
    pub fn new(host: impl Into<Arc<str>>, namespace: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self { hostname: host.into(), namespace: namespace.into(), name: name.into() }
    }

    /// The provider in the default namespace: `hashicorp/NAME`.
    pub fn default_for(name: impl Into<Arc<str>>) -> Self {
        static START: LazyLock<(Arc<str>, Arc<str>)> =
            LazyLock::new(|| (DEFAULT_HOST.into(), "hashicorp".into()));
        Self::new(START.0.clone(), START.1.clone(), name)
    }

    /// The provider that is part of the engine: `terraform.io/builtin/terraform`.
    pub fn builtin() -> Self {
        static BUILTIN: LazyLock<ProviderAddr> =
            LazyLock::new(|| ProviderAddr::new(BUILTIN_HOST, "builtin", "terraform"));
        BUILTIN.clone()
    }

    /// Whether it is part of the engine.
    pub fn is_builtin(&self) -> bool {
        &*self.hostname == BUILTIN_HOST && &*self.namespace == "builtin"
    }

    /// Reads `name`, `namespace/name` or `host/namespace/name`.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('/').collect();
        if parts.iter().any(|part| part.is_empty() || part.contains(char::is_whitespace)) {
            return None;
        }
        match parts.as_slice() {
            [name] => Some(Self::default_for(name.to_lowercase())),
            [namespace, name] => Some(Self::new(DEFAULT_HOST, namespace.to_lowercase(), name.to_lowercase())),
            [host, namespace, name] => {
                Some(Self::new(host.to_lowercase(), namespace.to_lowercase(), name.to_lowercase()))
            }
            _ => None,
        }
    }

    /// As messages show it: without the default host.
    pub fn for_display(&self) -> String {
        if &*self.hostname == DEFAULT_HOST {
            format!("{}/{}", self.namespace, self.name)
        } else {
            self.to_string()
        }
    }
}

impl fmt::Display for ProviderAddr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [&*self.hostname, "/", &*self.namespace, "/", &*self.name];
        parts.iter().try_for_each(|part| out.write_str(part))
    }
}

/// One configuration of a provider: the module that holds the block, its alias, and which of its instances.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderConfigAddr {
    /// Module whose `provider` block (or implied empty one) this is.
    pub module: ModulePath,
    /// Which provider.
    pub provider: ProviderAddr,
    /// `alias` of the block.
    pub alias: Option<Arc<str>>,
    /// Key of the instance, where the block has `for_each`.
    pub key: Option<Arc<str>>,
}

impl fmt::Display for ProviderConfigAddr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            self.module.fmt(out)?;
            out.write_str(".")?;
        }
        out.write_str("provider[\"")?;
        self.provider.fmt(out)?;
        out.write_str("\"]")?;
        let Some(alias) = &self.alias else { return Ok(()) };
        out.write_str(".")?;
        out.write_str(alias)?;
        self.key.as_ref().map_or(Ok(()), |key| Key::Str(key.clone()).fmt(out))
    }
}

impl ProviderConfigAddr {
    /// The block itself, whatever its instances.
    pub fn block(&self) -> Self {
        Self { key: None, ..self.clone() }
    }

    /// One of its instances.
    pub fn instance(&self, key: Option<Arc<str>>) -> Self {
        Self { key, ..self.clone() }
    }

    /// Reads what state files hold, such as `module.a.provider["registry.terraform.io/hashicorp/aws"].east`.
    pub fn parse(text: &str) -> Option<Self> {
        let (module, rest) = match text.find("provider[\"") {
            Some(0) => ("", text),
            Some(at) => (text.get(..at)?.strip_suffix('.')?, text.get(at..)?),
            None => return None,
        };
        let (source, tail) = rest.strip_prefix("provider[\"")?.split_once("\"]")?;
        let (alias, key) = match tail {
            "" => (None, None),
            tail => {
                let tail = tail.strip_prefix('.')?;
                let (alias, key) = tail.split_at(tail.find('[').unwrap_or(tail.len()));
                let key = match key {
                    "" => None,
                    key => match crate::parse::parse_key(key)? {
                        Key::Str(key) => Some(key),
                        Key::Int(_) => return None,
                    },
                };
                (Some(Arc::from(alias)), key)
            }
        };
        let mut path = ModulePath::root();
        let mut words = module.split('.').filter(|word| !word.is_empty());
        while let Some(word) = words.next() {
            if word != "module" {
                return None;
            }
            path = path.child(words.next()?);
        }
        Some(Self { module: path, provider: ProviderAddr::parse(source)?, alias, key })
    }
}
