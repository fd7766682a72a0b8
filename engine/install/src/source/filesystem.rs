//! Mirrors in the file system: `HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/` unpacked, or
//! `HOST/NAMESPACE/TYPE/terraform-provider-TYPE_VERSION_OS_ARCH.zip` packed.

use std::path::Path;

use ordain_addr::ProviderAddr;
use ordain_config::Version;

use super::Location;
use crate::Platform;

/// A package in a mirror.
#[derive(Clone, Debug)]
pub(crate) struct Mirrored {
    pub(crate) version: Version,
    pub(crate) platform: Platform,
    pub(crate) location: Location,
}

/// Names in a directory, sorted; nothing when it cannot be read.
fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// All packages of a provider in a mirror, for all systems.
pub(crate) fn packages(mirror: &Path, address: &ProviderAddr) -> Vec<Mirrored> {
    let mut directory = mirror.to_path_buf();
    directory.extend([&*address.hostname, &*address.namespace, &*address.name]);
    let mut found = Vec::new();
    for name in names(&directory) {
        let path = directory.join(&name);
        if let Some((version, platform)) = packed(&name, &address.name) {
            if path.is_file() {
                found.push(Mirrored { version, platform, location: Location::Archive(path) });
            }
            continue;
        }
        let Some(version) = Version::parse(&name) else { continue };
        for inner in names(&path) {
            let Some(platform) = Platform::parse(&inner) else { continue };
            let package = path.join(inner);
            if package.is_dir() {
                let location = Location::Directory(package);
                found.push(Mirrored { version: version.clone(), platform, location });
            }
        }
    }
    found
}

/// Version and platform that the name of an archive tells.
fn packed(name: &str, provider: &str) -> Option<(Version, Platform)> {
    let rest = name.strip_prefix("terraform-provider-")?.strip_prefix(provider)?.strip_prefix('_')?;
    let rest = rest.strip_suffix(".zip")?;
    let (version, platform) = rest.split_once('_')?;
    Some((Version::parse(version)?, Platform::parse(platform)?))
}
