//! Modules from elsewhere: registries, git repositories, archives over HTTP and in buckets, OCI registries.
//!
//! [`ModuleFetcher::fetch`] puts one package below the data directory and says where the module in it is. What a
//! package holds is digested, so that a lock file can tell when the same name stands for something else.

mod address;
mod archives;
mod buckets;
mod cache;
mod digest;
mod fetch;
mod git;
mod images;
mod lock;
mod registry;

pub use address::{Getter, PackageAddress};
pub use digest::digest_package;
pub use fetch::{Fetched, ModuleFetcher, ModuleStep, Wanted, normal_source};
pub use lock::{MODULE_LOCK, ModuleLock, ModuleRow};
