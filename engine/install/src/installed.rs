//! Packages below the data directory, where Terraform also puts and looks for them.

use std::path::{Path, PathBuf};

use ordain_addr::ProviderAddr;

use crate::Platform;

/// Directory of an installed package: `providers/HOST/NAMESPACE/TYPE/VERSION/OS_ARCH` below the data directory
/// (or below any directory with the same layout, such as a cache).
pub fn package_directory(
    providers: &Path,
    address: &ProviderAddr,
    version: &str,
    platform: &Platform,
) -> PathBuf {
    let mut path = providers.to_path_buf();
    path.extend([&*address.hostname, &*address.namespace, &*address.name, version, &platform.to_string()]);
    path
}

/// The program in an unpacked package: the first file, by name, that is called `terraform-provider-TYPE` with
/// nothing, `_…`, `.exe` or `_….exe` after it.
pub fn executable(package: &Path, address: &ProviderAddr) -> Option<PathBuf> {
    let start = format!("terraform-provider-{}", address.name);
    let mut names: Vec<String> = std::fs::read_dir(package)
        .ok()?
        .flatten()
        .filter(|entry| entry.path().is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| {
            let rest = name.strip_prefix(&start).unwrap_or("-");
            rest.is_empty() || rest.starts_with('_') || rest == ".exe"
        })
        .collect();
    names.sort();
    names.first().map(|name| package.join(name))
}
