//! A program between rendering and the cluster (`pkg/postrender`).

use std::path::{Path, PathBuf};
use std::process::Stdio;

use ordain_http::Environment;
use serde_json::Value as Json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::arguments::Arguments;

/// The program of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PostRender {
    program: PathBuf,
    arguments: Vec<String>,
    directory: PathBuf,
}

impl PostRender {
    /// The program that a release names, if any. One without a slash is looked for in `PATH`, others start at `directory`.
    pub(crate) fn of(
        arguments: &Arguments,
        env: &Environment,
        directory: &Path,
    ) -> Result<Option<Self>, String> {
        let Some(block) = arguments.0.get("postrender").filter(|block| block.is_object()) else {
            return Ok(None);
        };
        let name = block.get("binary_path").and_then(Json::as_str).unwrap_or_default();
        if name.is_empty() {
            return Ok(None);
        }
        let program = find(name, env, directory).ok_or_else(|| {
            let why = if name.contains('/') {
                "no such file or directory"
            } else {
                "executable file not found in $PATH"
            };
            format!("Could not create post-renderer: unable to find binary at {name}: exec: {name:?}: {why}")
        })?;
        let list = block.get("args").and_then(Json::as_array).into_iter().flatten();
        let arguments = list.filter_map(|a| a.as_str().map(str::to_owned)).collect();
        Ok(Some(Self { program, arguments, directory: directory.to_owned() }))
    }

    /// What the program makes of a manifest.
    pub(crate) async fn run(&self, manifest: &str) -> Result<String, String> {
        let shown = self.program.display();
        let failed = |why: String| {
            format!("error while running post render on files: error while running command {shown}. {why}")
        };
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.directory).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|e| failed(e.to_string()))?;
        let mut input = child.stdin.take();
        let write = async {
            if let Some(input) = &mut input {
                // A program that does not read everything may still have done its work.
                let _ = input.write_all(manifest.as_bytes()).await;
                let _ = input.shutdown().await;
            }
            drop(input.take());
        };
        let ((), output) = tokio::join!(write, child.wait_with_output());
        let output = output.map_err(|e| failed(e.to_string()))?;
        if !output.status.success() {
            let error = String::from_utf8_lossy(&output.stderr);
            let code = output.status.code().map_or_else(|| "signal".to_owned(), |code| code.to_string());
            return Err(failed(format!("error output:\n{error}: exit status {code}")));
        }
        String::from_utf8(output.stdout).map_err(|_| failed("its output is no text".to_owned()))
    }
}

fn find(name: &str, env: &Environment, directory: &Path) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(directory.join(name)).filter(|path| is_program(path));
    }
    let path = env.get("PATH").cloned().unwrap_or_default();
    path.split(':').map(|folder| directory.join(folder).join(name)).find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}
