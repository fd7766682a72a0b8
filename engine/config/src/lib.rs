//! Source set to a typed, validated module tree.
//!
//! A [`SourceSet`] (texts by logical path) becomes a [`ModuleTree`]: every block decoded into a struct
//! of its own, expressions unevaluated. There is always a tree, even from broken text. This crate reads
//! no files and evaluates nothing but constants; values, schemas of providers and instances come later.

mod load;
mod source_set;

pub mod blocks;
mod ignore_changes;
mod module;
mod place;
pub mod testing;

mod address;
mod assemble;
mod constants;
mod deprecations;
mod early;
mod fields;
mod module_source;
mod overrides;
mod project;
mod provider_rules;
mod providers;
mod provisioners;
mod reference;
mod static_forms;
mod type_constraint;
mod validate;
mod version;

pub use constants::{constant, constant_in_effect};
pub use deprecations::named_outputs;
pub use early::{Early, EarlyValue};
pub use ignore_changes::ignore_changes;
pub use load::{Entry, LANGUAGE_VERSION, load, load_from, load_root};
pub use module::{LocalProvider, Module, ModuleTree, Refactoring};
pub use module_source::join_path;
pub use project::{Implementation, PolicyLimits, ProjectEnvironment, ProjectFile};
pub use providers::{CallKey, ProviderChoice};
pub use reference::{Reference, Subject, key_of};
pub use source_set::{InstalledModule, SourceSet};
pub use type_constraint::TypeConstraint;
pub use validate::{validate, validate_import_modules, validate_import_targets, validate_imports};
pub use version::{Constraint, Version};
