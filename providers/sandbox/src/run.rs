//! A sandbox in the foreground, for a command: says what it serves, waits, writes its world.

use crate::options::Options;
use crate::sandbox::{Sandbox, SandboxError};
use std::future::Future;

/// Starts a sandbox, says what it serves and which variables point a client at it (one call of `say` per line),
/// and serves until `stop` ends.
///
/// # Errors
/// When a port is taken, or the directory or the world file cannot be read or written.
pub async fn run(
    options: Options,
    mut say: impl FnMut(&str),
    stop: impl Future<Output = ()>,
) -> Result<(), SandboxError> {
    let world = options.world_file.clone();
    let running = Sandbox::start(options).await?;
    for (what, url) in running.endpoints.lines() {
        say(&format!("# {what:<22} {url}"));
    }
    if let Some(file) = world {
        say(&format!("# {:<22} {}", "world kept in", file.display()));
    }
    for (name, value) in &running.env {
        say(&format!("export {name}='{}'", value.replace('\'', "'\\''")));
    }
    stop.await;
    running.stop().await;
    Ok(())
}
