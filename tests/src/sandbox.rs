//! `ordain sandbox` beside a test: started, asked, ended.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running sandbox; it ends with this value.
#[derive(Debug)]
pub struct Sandbox {
    process: Child,
    /// Variables that point a client at it, as it prints them.
    pub env: BTreeMap<String, String>,
    world: PathBuf,
}

impl Sandbox {
    /// Starts one whose certificates and world are kept below `directory`.
    ///
    /// # Panics
    /// The program does not start or prints something else than it promises.
    pub fn start(directory: &Path) -> Sandbox {
        Sandbox::start_with(directory, &[])
    }

    /// The same with more flags, such as `-latency=200ms`.
    ///
    /// # Panics
    /// As `start`.
    #[allow(clippy::expect_used, reason = "a test without its services must stop")]
    pub fn start_with(directory: &Path, flags: &[&str]) -> Sandbox {
        let world = directory.join("world.json");
        let mut process = Command::new(crate::binary::ordain())
            .args(["sandbox", "-dir", "sandbox", "-world"])
            .arg(&world)
            .args(flags)
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // One line for each request that the sandbox does not know; a test sees the status.
            .stderr(Stdio::null())
            .spawn()
            .expect("the sandbox starts");
        let mut env = BTreeMap::new();
        for line in BufReader::new(process.stdout.take().expect("its output")).lines() {
            let line = line.expect("a line of text");
            if let Some((name, value)) = line.strip_prefix("export ").and_then(|rest| rest.split_once('=')) {
                env.insert(name.to_owned(), value.trim_matches('\'').to_owned());
            }
            if let Some(place) = line.strip_prefix("# blob storage ") {
                env.insert("SANDBOX_BLOBS".to_owned(), place.trim().to_owned());
            }
            // The last variable that it prints.
            if line.starts_with("export KUBE_CONFIG_PATH") {
                break;
            }
        }
        Sandbox { process, env, world }
    }

    /// Ends it, so that it writes its world, and gives that text.
    pub fn end(mut self) -> String {
        self.interrupt();
        std::fs::read_to_string(&self.world).unwrap_or_default()
    }

    fn interrupt(&mut self) {
        let id = self.process.id().to_string();
        let _sent = Command::new("kill").args(["-INT", &id]).status();
        let _ended = self.process.wait();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if self.process.try_wait().ok().flatten().is_none() {
            self.interrupt();
        }
    }
}
