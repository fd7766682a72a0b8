//! Provisioners: commands on this machine, and what [`crate::remote`] does on others.

use std::process::Stdio;

use async_trait::async_trait;
use ordain_apply::{CommandFailed, Connection, Copied, Copy, LocalExec, Provisioners, RemoteExec};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;
use tokio::sync::mpsc;

use crate::Workdir;
use crate::remote::Machine;

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
    ) -> Result<(), CommandFailed> {
        let not_begun = |status: String| CommandFailed { status, output: String::new() };
        let shell = ["/bin/sh".to_owned(), "-c".to_owned()];
        let interpreter = if run.interpreter.is_empty() { &shell[..] } else { &run.interpreter[..] };
        let Some((program, args)) = interpreter.split_first() else {
            return Err(not_begun("the interpreter is empty".to_owned()));
        };
        let directory = self.workdir.path(run.working_dir.as_deref().unwrap_or("."));
        let mut command = Command::new(program);
        command
            .args(args)
            .arg(&run.command)
            .current_dir(directory)
            .envs(&run.environment)
            .stdin(Stdio::null());
        let ended = stream(command, None, line).await.map_err(not_begun)?;
        if ended.status.success() {
            return Ok(());
        }
        let status = ended.status;
        let code = status.code().map_or_else(|| status.to_string(), |code| format!("exit status {code}"));
        Err(CommandFailed { status: code, output: ended.last.join("\n") })
    }

    async fn remote_exec(
        &self,
        connection: &Connection,
        run: RemoteExec,
        line: &(dyn for<'l> Fn(&'l str) + Send + Sync),
    ) -> Result<(), String> {
        let scripts: Vec<Vec<u8>> = match run {
            RemoteExec::Inline(commands) => {
                let lines: String = commands.iter().map(|command| format!("{command}\n")).collect();
                vec![format!("#!/bin/sh\n{lines}").into_bytes()]
            }
            RemoteExec::Scripts(paths) => {
                let read = |path: &String| {
                    std::fs::read(self.workdir.path(path))
                        .map_err(|error| format!("Failed to open script {path:?}: {error}"))
                };
                paths.iter().map(read).collect::<Result<_, _>>()?
            }
        };
        let machine = Machine::new(&self.workdir, connection)?;
        machine.connect(line).await?;
        for script in scripts {
            machine.run_script(&script, line).await?;
        }
        Ok(())
    }

    async fn copy(
        &self,
        connection: &Connection,
        copy: Copy,
        line: &(dyn for<'l> Fn(&'l str) + Send + Sync),
    ) -> Result<(), String> {
        let machine = Machine::new(&self.workdir, connection)?;
        // Of a copy only the copying is told, as Terraform does.
        let _ = line;
        machine.connect(&|_| {}).await?;
        match copy.from {
            Copied::Content(text) => machine.write(text.as_bytes(), &copy.destination).await,
            Copied::Path(path) => {
                let source = self.workdir.path(&path);
                std::fs::metadata(&source).map_err(|error| format!("{path}: {error}"))?;
                machine.copy(&source, path.ends_with('/'), &copy.destination).await
            }
        }
    }
}

/// How a command ended, and the last lines of its output.
pub struct Ended {
    /// Its status.
    pub status: std::process::ExitStatus,
    /// The last lines of both of its outputs.
    pub last: Vec<String>,
}

/// Runs a command, hands its output on line by line, and waits for it. What it reads on its standard input is
/// `input`, or what the command was set up with.
pub async fn stream(
    mut command: Command,
    input: Option<&[u8]>,
    line: &(dyn for<'l> Fn(&'l str) + Send + Sync),
) -> Result<Ended, String> {
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let mut child = command
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
    if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
        let input = input.to_vec();
        // A command that stops reading says why by its status.
        tokio::spawn(async move { drop(pipe.write_all(&input).await) });
    }
    let mut last: Vec<String> = Vec::new();
    while let Some(text) = lines.recv().await {
        line(&text);
        last.push(text);
        if last.len() > KEPT {
            last.remove(0);
        }
    }
    let status = child.wait().await.map_err(|error| error.to_string())?;
    Ok(Ended { status, last })
}

/// Bytes of output after which a line is handed on although it has not ended.
const LONGEST: u64 = 64 * 1024;

/// Hands lines on. Bytes that are no text are replaced: a command must neither lose the rest of its output by
/// them, nor find its pipe closed.
async fn forward(from: impl AsyncRead + Unpin, to: mpsc::Sender<String>) {
    let mut from = BufReader::new(from);
    loop {
        let mut line = Vec::new();
        match (&mut from).take(LONGEST).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if to.send(String::from_utf8_lossy(text).into_owned()).await.is_err() {
            return;
        }
    }
}
