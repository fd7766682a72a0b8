//! `local-exec`: commands on this machine.

use std::process::Stdio;

use async_trait::async_trait;
use ordain_apply::{LocalExec, Provisioners};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::sync::mpsc;

use crate::Workdir;

/// Runs commands in a working directory.
pub struct CommandsHere {
    workdir: Workdir,
}

impl CommandsHere {
    /// Commands of a working directory.
    pub fn new(workdir: Workdir) -> Self {
        Self { workdir }
    }
}

/// Lines of output kept for the error of a command that fails.
const KEPT: usize = 20;

#[async_trait]
impl Provisioners for CommandsHere {
    async fn local_exec(
        &self,
        run: LocalExec,
        line: &(dyn for<'l> Fn(&'l str) + Send + Sync),
    ) -> Result<(), String> {
        let shell = ["/bin/sh".to_owned(), "-c".to_owned()];
        let interpreter = if run.interpreter.is_empty() { &shell[..] } else { &run.interpreter[..] };
        let Some((program, args)) = interpreter.split_first() else {
            return Err("the interpreter is empty".to_owned());
        };
        let directory = self.workdir.path(run.working_dir.as_deref().unwrap_or("."));
        let mut child = tokio::process::Command::new(program)
            .args(args)
            .arg(&run.command)
            .current_dir(directory)
            .envs(&run.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{program} cannot be started: {error}"))?;
        let (sender, mut lines) = mpsc::channel(64);
        if let Some(out) = child.stdout.take() {
            tokio::spawn(forward(out, sender.clone()));
        }
        if let Some(err) = child.stderr.take() {
            tokio::spawn(forward(err, sender.clone()));
        }
        drop(sender);
        let mut last: Vec<String> = Vec::new();
        while let Some(text) = lines.recv().await {
            line(&text);
            last.push(text);
            if last.len() > KEPT {
                last.remove(0);
            }
        }
        let status = child.wait().await.map_err(|error| error.to_string())?;
        if status.success() {
            return Ok(());
        }
        let code = status.code().map_or_else(|| status.to_string(), |code| format!("exit status {code}"));
        Err(format!("{code}. Output: {}", last.join("\n")))
    }
}

async fn forward(from: impl AsyncRead + Unpin, to: mpsc::Sender<String>) {
    let mut lines = BufReader::new(from).lines();
    // Output that is no text ends here; the exit code still counts.
    while let Ok(Some(line)) = lines.next_line().await {
        if to.send(line).await.is_err() {
            return;
        }
    }
}
