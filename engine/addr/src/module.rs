//! Modules: the path of calls in the configuration, and the instances it expands to.

use std::fmt;
use std::sync::Arc;

use crate::Key;

/// Path of module calls from the root, without instance keys. Empty means the root module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModulePath(pub Vec<Arc<str>>);

impl ModulePath {
    /// The root module.
    pub fn root() -> Self {
        Self::default()
    }

    /// Whether this is the root module.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The module called `name` from here.
    #[must_use]
    pub fn child(&self, name: impl Into<Arc<str>>) -> Self {
        let mut path = self.0.clone();
        path.push(name.into());
        Self(path)
    }

    /// The module that calls this one, and the name of the call.
    pub fn parent(&self) -> Option<(ModulePath, Arc<str>)> {
        let (last, init) = self.0.split_last()?;
        Some((Self(init.to_vec()), last.clone()))
    }
}

impl fmt::Display for ModulePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            out.write_str(if at == 0 { "module." } else { ".module." })?;
            out.write_str(name)?;
        }
        Ok(())
    }
}

/// One step of a module instance's path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleStep {
    /// Name of the module call.
    pub name: Arc<str>,
    /// Which instance, when the call has `count` or `for_each`.
    pub key: Option<Key>,
}

/// One instance of a module. Cheap to clone: every resource instance carries one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleInstance(pub Arc<[ModuleStep]>);

impl Default for ModuleInstance {
    fn default() -> Self {
        Self(Arc::from([]))
    }
}

impl ModuleInstance {
    /// The root module.
    pub fn root() -> Self {
        Self::default()
    }

    /// Whether this is the root module.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The instance of the call `name` from here.
    #[must_use]
    pub fn child(&self, name: impl Into<Arc<str>>, key: Option<Key>) -> Self {
        let mut steps = self.0.to_vec();
        steps.push(ModuleStep { name: name.into(), key });
        Self(steps.into())
    }

    /// The instance that contains this one, and the last step.
    pub fn parent(&self) -> Option<(ModuleInstance, &ModuleStep)> {
        let (last, init) = self.0.split_last()?;
        Some((Self(init.into()), last))
    }

    /// The path without instance keys.
    pub fn path(&self) -> ModulePath {
        ModulePath(self.0.iter().map(|step| step.name.clone()).collect())
    }

    /// Whether `other` is this instance or lies inside it.
    pub fn contains(&self, other: &ModuleInstance) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl fmt::Display for ModuleInstance {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            out.write_str(if at == 0 { "module." } else { ".module." })?;
            out.write_str(&step.name)?;
            step.key.as_ref().map_or(Ok(()), |key| key.fmt(out))?;
        }
        Ok(())
    }
}
