//! `module`

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_diag::Span;
use ordain_lang::ast::{Expr, Ident};

use super::{DependsOn, ProviderRef, Repetition};
use crate::Module;

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModuleSource {
    /// `./…` or `../…`
    Local(Arc<str>),
    /// `namespace/name/system` with optional host and `//subdirectory`.
    Registry(Arc<str>),
    /// Everything else: git, http, buckets.
    Remote(Arc<str>),
}

impl ModuleSource {
    /// As written.
    pub fn text(&self) -> &Arc<str> {
        match self {
            ModuleSource::Local(text) | ModuleSource::Registry(text) | ModuleSource::Remote(text) => text,
        }
    }
}

/// An argument of a module call.
#[derive(Clone, Debug)]
pub struct Argument {
    /// The variable that it is for.
    pub name: Ident,
    /// Its value.
    pub expr: Arc<Expr>,
}

/// One row of `providers`.
#[derive(Clone, Debug)]
pub struct PassedProvider {
    /// Name in the called module.
    pub inner: ProviderRef,
    /// Name in the calling module.
    pub outer: ProviderRef,
}

/// A call of a module.
#[derive(Clone, Debug)]
pub struct ModuleCall {
    /// Its name.
    pub name: Ident,
    /// `source` and where it stands; `None` when missing or wrong, which was reported.
    pub source: Option<(ModuleSource, Span)>,
    /// `version` as text, and where it stands.
    pub version: Option<(Arc<str>, Span)>,
    /// `count` or `for_each`
    pub repetition: Repetition,
    /// `providers`; `None` when not written.
    pub providers: Option<Vec<PassedProvider>>,
    /// `depends_on`
    pub depends_on: Vec<DependsOn>,
    /// Values of the called module's variables.
    pub arguments: BTreeMap<Arc<str>, Argument>,
    /// The called module; `None` when it could not be loaded, which was reported.
    pub child: Option<Arc<Module>>,
    /// Type and labels.
    pub header: Span,
}
