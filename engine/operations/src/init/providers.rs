//! The part of `init` that puts providers in their place.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ordain_addr::ProviderAddr;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_install::{Event, Installation, LockFile, Outcome, Requirement, Settings};

use super::{Dialogue, News, Options};
use crate::choosing::{Wish, wishes};
use crate::providers::Providers;
use crate::repository::Repository;
use crate::serving::{Served, digested, read_lock, remember};
use crate::{Project, Workdir, files, judging, testing};

/// Chooses what serves every provider, installs packages and writes the lock file. Nothing is remembered when
/// there are errors.
pub(super) async fn settle(
    workdir: &Workdir,
    project: &mut Project,
    options: &Options,
    talk: &mut dyn Dialogue,
) -> Diagnostics {
    talk.tell(&News::Providers);
    let mut trees = vec![Arc::clone(&project.tree)];
    trees.extend(testing::trees(workdir, project, &options.test_directory));
    let (wanted, mut found) = ordain_install::requirements(&trees);
    let (settings, problems) = Settings::load(&workdir.env, &workdir.dir);
    found.append(problems);
    let lock = found.take(read_lock(workdir, &mut project.sources));
    let forced = found.take(judging::project(&Repository::around(workdir))).unwrap_or_default();
    if found.has_errors() {
        return found;
    }
    let mut wishes = wishes(&Providers::new(workdir.clone()), &trees, &wanted, &forced.implementations).await;
    for address in wanted.keys().filter(|address| address.is_builtin()) {
        talk.tell(&News::Builtin(address.clone()));
    }
    // Under development: used as it is, neither installed nor locked.
    wishes.retain(|address, _| !settings.dev_overrides.contains_key(address));
    if wanted.keys().any(|address| settings.dev_overrides.contains_key(address)) {
        found.push(overridden(&settings));
    }
    let (mut outcome, problems) =
        install_packages(workdir, options, &settings, (&wanted, &wishes), &lock, talk).await;
    fall_back(&mut wishes, problems, &mut found);
    if found.has_errors() {
        return found;
    }
    keep_rows_of_natives(&mut outcome.lock, &lock, &wishes);
    found.append(write_lock(workdir, &lock, &outcome.lock, options, talk));
    if !outcome.incomplete.is_empty() && !found.has_errors() {
        found.push(incomplete(&outcome.incomplete));
    }
    let choices = choices(&wishes, &outcome.lock, talk);
    if !found.has_errors() {
        found.extend(remember(workdir, &choices, &outcome.contents).err());
    }
    found
}

/// Installs a package for every provider that a plugin should serve.
async fn install_packages(
    workdir: &Workdir,
    options: &Options,
    settings: &Settings,
    (wanted, wishes): (&BTreeMap<ProviderAddr, Requirement>, &BTreeMap<ProviderAddr, Wish>),
    lock: &LockFile,
    talk: &mut dyn Dialogue,
) -> (Outcome, Diagnostics) {
    let packages: BTreeMap<ProviderAddr, Requirement> = wanted
        .iter()
        .filter(|(address, _)| wishes.get(*address).is_some_and(|wish| wish.plugin))
        .map(|(address, requirement)| (address.clone(), requirement.clone()))
        .collect();
    let data_dir = workdir.data_dir();
    let place = Installation {
        settings,
        env: &workdir.env,
        base: &workdir.dir,
        data_dir: &data_dir,
        plugin_dirs: &options.plugin_dirs,
        upgrade: options.upgrade,
        platform: ordain_install::Platform::current(),
        known: digested(workdir),
    };
    let talk = Mutex::new(talk);
    let watch = |event: Event| {
        if let Ok(mut talk) = talk.lock() {
            talk.tell(&match event {
                Event::Transfer(transfer) => News::Transfer(transfer),
                event => News::Provider(event),
            });
        }
    };
    ordain_install::install(&place, &packages, lock, &watch).await
}

/// Where no package can be had, a native provider serves what it covers; what it does not cover is refused later,
/// with its place.
fn fall_back(wishes: &mut BTreeMap<ProviderAddr, Wish>, problems: Diagnostics, found: &mut Diagnostics) {
    for problem in &problems {
        let mut saved = false;
        for (address, wish) in wishes.iter_mut().filter(|(_, wish)| wish.plugin && wish.fallback) {
            if problem.address.as_deref() == Some(&*address.to_string()) {
                wish.plugin = false;
                saved = true;
                let detail = format!(
                    "No package of {} can be installed, so the native one serves, though {}. {}",
                    address.for_display(),
                    wish.why,
                    problem.detail
                );
                let summary = "Provider is served in part";
                found.push(Diagnostic::warning(codes::install::NO_PACKAGE, summary, detail));
            }
        }
        if !saved {
            // The address was for the search above; the text names the provider already.
            found.push(Diagnostic { address: None, ..problem.clone() });
        }
    }
}

/// Rows of providers that are served natively stay in the lock file: others who use the same repository need them.
fn keep_rows_of_natives(new: &mut LockFile, old: &LockFile, wishes: &BTreeMap<ProviderAddr, Wish>) {
    for (address, row) in &old.providers {
        if wishes.get(address).is_some_and(|wish| !wish.plugin) {
            new.providers.entry(address.clone()).or_insert_with(|| row.clone());
        }
    }
}

fn choices(
    wishes: &BTreeMap<ProviderAddr, Wish>,
    lock: &LockFile,
    talk: &mut dyn Dialogue,
) -> BTreeMap<ProviderAddr, Served> {
    let mut choices = BTreeMap::new();
    for (address, wish) in wishes {
        let native = wish.native.filter(|_| !wish.plugin);
        let version = match native {
            Some(native) => native.version.to_owned(),
            None => lock.providers.get(address).map(|row| row.version.clone()).unwrap_or_default(),
        };
        let choice = Served { native: native.is_some(), version, why: wish.why.clone() };
        talk.tell(&News::Served(address.clone(), choice.clone()));
        choices.insert(address.clone(), choice);
    }
    choices
}

/// Writes the lock file if it changed.
fn write_lock(
    workdir: &Workdir,
    old: &LockFile,
    new: &LockFile,
    options: &Options,
    talk: &mut dyn Dialogue,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    if old == new {
        return found;
    }
    let versions = |lock: &LockFile| {
        lock.providers.iter().map(|(a, row)| (a.clone(), row.version.clone())).collect::<Vec<_>>()
    };
    let hashes = |lock: &LockFile| lock.providers.values().map(|row| row.hashes.clone()).collect::<Vec<_>>();
    if options.lockfile_readonly {
        if versions(old) != versions(new) {
            let detail = "Changes to the required provider dependencies were detected, but the lock file is read-only. To use and record these requirements, run \"ordain init\" without the \"-lockfile=readonly\" flag.";
            let summary = "Provider dependency changes detected";
            found.push(Diagnostic::error(codes::install::LOCK_FILE, summary, detail));
        } else if hashes(old) != hashes(new) {
            let detail = "Changes to the provider selections were detected, but not saved in the .terraform.lock.hcl file. To record these selections, run \"ordain init\" without the \"-lockfile=readonly\" flag.";
            let summary = "Provider lock file not updated";
            found.push(Diagnostic::warning(codes::install::LOCK_FILE, summary, detail));
        }
        return found;
    }
    let path = workdir.path(ordain_install::FILE_NAME);
    let existed = path.exists();
    // An empty file would only be noise where there was none.
    if new.providers.is_empty() && !existed {
        return found;
    }
    match files::write(&path, new.text().as_bytes()) {
        Ok(()) => talk.tell(&News::Locked { first: !existed }),
        Err(error) => {
            let detail = format!("{} cannot be written: {error}.", path.display());
            let summary = "Failed to save dependency lock file";
            found.push(Diagnostic::error(codes::cli::IO, summary, detail));
        }
    }
    found
}

fn incomplete(addresses: &[ProviderAddr]) -> Diagnostic {
    let rows: Vec<String> =
        addresses.iter().map(|address| format!("\n  - {}", address.for_display())).collect();
    let platform = ordain_install::Platform::current();
    let detail = format!(
        "Checksums of the following providers had to be calculated here, because what they were installed from vouches for none:{}\n\nThe current .terraform.lock.hcl file only includes checksums for {platform}, so that it will not do on other platforms. To add checksums for another one, run:\n  ordain providers lock -platform=linux_amd64\n(where linux_amd64 is the platform to add)",
        rows.concat()
    );
    Diagnostic::warning(codes::install::LOCK_FILE, "Incomplete lock file information for providers", detail)
}

fn overridden(settings: &Settings) -> Diagnostic {
    let rows = settings.dev_overrides.iter();
    let rows: Vec<String> =
        rows.map(|(address, path)| format!("\n - {} in {}", address.for_display(), path.display())).collect();
    let detail = format!(
        "The following provider development overrides are set in the CLI configuration:{}\n\nThey are used as they are: init neither installs nor locks them.",
        rows.concat()
    );
    let summary = "Provider development overrides are in effect";
    Diagnostic::warning(codes::install::SETTINGS, summary, detail)
}
