//! How much memory a provider process may have.
//!
//! What it has in memory is looked at from outside while it runs: limits of the operating system count the address
//! space, of which programs in Go reserve far more than they use.

use std::time::Duration;

/// Between two looks at a process.
const INTERVAL: Duration = Duration::from_millis(100);

/// Returns when a process has more bytes in memory than `limit`: a clause about it. Without a limit, and where the
/// system does not tell, it never returns.
pub(crate) async fn excess(process: Option<u32>, limit: Option<u64>) -> String {
    let (Some(process), Some(limit)) = (process, limit) else { return std::future::pending().await };
    loop {
        tokio::time::sleep(INTERVAL).await;
        match resident(process) {
            Some(used) if used > limit => {
                return format!(
                    "it had {} MiB in memory, more than the {} MiB that it may; ORDAIN_PLUGIN_MEMORY sets another \
                     number of MiB",
                    used >> 20,
                    limit >> 20
                );
            }
            Some(_) => {}
            None => return std::future::pending().await,
        }
    }
}

/// Bytes that a process has in memory; `None` where the system does not tell.
fn resident(process: u32) -> Option<u64> {
    kibibytes(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?, "VmRSS:")
}

/// The row of a table of Linux, in bytes.
fn kibibytes(table: &str, row: &str) -> Option<u64> {
    let number = table.lines().find_map(|line| line.strip_prefix(row))?.split_whitespace().next()?;
    Some(number.parse::<u64>().ok()?.saturating_mul(1024))
}

/// Nine tenths of what this machine, or the group of processes that we are in, has for all: a provider that has more
/// than that is ended before the system ends somebody. `None` where that is not known.
pub fn most_memory() -> Option<u64> {
    let total = || kibibytes(&std::fs::read_to_string("/proc/meminfo").ok()?, "MemTotal:");
    let group = || std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok()?.trim().parse().ok();
    let most = [total(), group()].into_iter().flatten().min()?;
    Some(most / 10 * 9)
}
