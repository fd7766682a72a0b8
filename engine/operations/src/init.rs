//! `init`: settles the backend, finds modules and providers, and remembers all of it.

mod from_module;
mod modules;
mod providers;
mod settled;

use std::path::PathBuf;

use ordain_addr::ProviderAddr;
use ordain_diag::Diagnostics;
pub use ordain_install::{Event, Transfer};

use crate::serving::Served;
use crate::{Project, Workdir};
pub use from_module::copy_module;
pub use modules::{ModuleOptions, install as install_modules, remember_modules};

/// What the command line of `init` asks for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `-backend-config`
    pub backend_config: Vec<String>,
    /// `-backend=false`: leave the backend as it is.
    pub skip_backend: bool,
    /// `-reconfigure`: use the backend as it is declared, whatever was settled before.
    pub reconfigure: bool,
    /// `-migrate-state`: copy the present state to the newly declared backend.
    pub migrate: bool,
    /// `-force-copy`: copy without asking.
    pub force_copy: bool,
    /// `-upgrade`: choose modules and providers anew.
    pub upgrade: bool,
    /// `-lockfile=readonly`: fail instead of changing the lock file.
    pub lockfile_readonly: bool,
    /// `-get=false`: use the modules that are installed.
    pub keep_modules: bool,
    /// `-plugin-dir`: the only places for packages.
    pub plugin_dirs: Vec<PathBuf>,
    /// `-test-directory`: tests there may need providers of their own.
    pub test_directory: String,
}

/// What `init` has to say while it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A module is copied from this source as the configuration.
    CopyingModule(String),
    /// The backend is being settled.
    Backend,
    /// A backend of this type was configured, which is news.
    Configured(String),
    /// Another backend than before is declared, or with other settings.
    Changed,
    /// A backend of this type is declared no more.
    Unsetting(String),
    /// It is used no more.
    Unset(String),
    /// The state of a workspace was copied.
    Copied(String),
    /// Modules are being found.
    Modules,
    /// Modules are being fetched again.
    Upgrading,
    /// A package is being downloaded: its name, its version, the call it is for.
    Downloading(String, Option<String>, String),
    /// A download that takes its time has come this far.
    Transfer(Transfer),
    /// A module call and its directory.
    Module(String, String),
    /// Providers are being put in their place.
    Providers,
    /// A provider is part of the engine.
    Builtin(ProviderAddr),
    /// Something happened to a package.
    Provider(Event),
    /// What serves a provider, and why.
    Served(ProviderAddr, Served),
    /// The lock file was written; for the first time or again.
    Locked {
        /// There was none before.
        first: bool,
    },
}

/// Who watches and answers.
pub trait Dialogue: Send {
    /// A question that the command line left open; `None` when nobody can be asked.
    fn confirm(&mut self, question: &str) -> Option<bool>;
    /// Something happened.
    fn tell(&mut self, news: &News);
}

/// Settles everything. Nothing is remembered when there are errors.
pub async fn init(
    workdir: &Workdir,
    project: &mut Project,
    options: &Options,
    talk: &mut dyn Dialogue,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    talk.tell(&News::Backend);
    if !options.skip_backend {
        match settled::settle(workdir, project, options, talk).await {
            Ok(warnings) => found.append(warnings),
            Err(errors) => {
                found.append(errors);
                return found;
            }
        }
    }
    if project.tree.root.calls.values().next().is_some() {
        talk.tell(&if options.upgrade { News::Upgrading } else { News::Modules });
    }
    found.append(settle_modules(workdir, project, options, talk).await);
    if found.has_errors() {
        return found;
    }
    found.append(providers::settle(workdir, project, options, talk).await);
    found
}

async fn settle_modules(
    workdir: &Workdir,
    project: &mut Project,
    options: &Options,
    talk: &mut dyn Dialogue,
) -> Diagnostics {
    let (loaded, found) = if options.keep_modules {
        Project::load(workdir)
    } else {
        let how = ModuleOptions {
            upgrade: options.upgrade,
            lock_readonly: options.lockfile_readonly,
            test_directory: &options.test_directory,
        };
        modules::install(workdir, how, talk).await
    };
    *project = loaded;
    found
}
