//! Providers and modules fetched, checked and remembered: mirrors, registries, lock files.
//!
//! Reads the CLI configuration ([`Settings`]), finds out which providers a module tree asks for
//! ([`requirements`]), chooses versions, puts packages below the data directory ([`install`]) and keeps
//! `.terraform.lock.hcl` ([`LockFile`]) as Terraform writes it. Whatever comes from outside is unpacked
//! beside its place and moved there when it is whole and its checksums fit.

mod platform;

mod settings;
mod settings_syntax;

mod constraint;
mod requirement;

mod credentials;
mod login;
mod network;
mod oci;
mod transfer;

mod hash;
mod lockfile;

mod archive;
mod installed;
mod signature;
mod source;

mod collect;
mod install;
mod turns;

mod modules;
mod place;

pub use collect::{Collected, WatchSystems, collect};
pub use constraint::Constraints;
pub use hash::{Hash, hash_directory, hash_zip};
pub use install::{Event, Installation, Outcome, Watch, install};
pub use installed::{executable, package_directory};
pub use lockfile::{FILE_NAME, Lock, LockFile};
pub use login::{BrowserLogin, LoginOffer, LoginService, login_offer, stored_credentials};
pub use modules::{
    Fetched, Getter, MODULE_LOCK, ModuleFetcher, ModuleLock, ModuleRow, ModuleStep, PackageAddress, Wanted,
    digest_package, normal_source,
};
pub use platform::Platform;
pub use requirement::{Asked, Requirement, requirements};
pub use settings::{Method, Pattern, Rule, Settings};
pub use transfer::Transfer;
