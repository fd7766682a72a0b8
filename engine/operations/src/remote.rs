//! `remote-exec` and `file`: work on other machines over SSH, by the system's own `ssh` and `scp`.
//!
//! OpenSSH's client does what a `connection` block can ask for (agents, certificates, host keys, bastions) and is
//! kept up to date with the machine. It sees none of the user's configuration: only what the block says counts. Keys
//! and passwords are files of a private directory that is removed when the provisioner ends; a password reaches
//! `ssh` through `SSH_ASKPASS`, so it is in no argument and in no environment.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use ordain_apply::Connection;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::local_exec::{Ended, stream};
use crate::{Workdir, files, stores};

type Line<'l> = &'l (dyn for<'t> Fn(&'t str) + Send + Sync);

/// Exit status by which `ssh` says that it did not get through.
const NOT_THROUGH: i32 = 255;

/// Another machine, and how it is reached.
pub struct Machine<'m> {
    workdir: &'m Workdir,
    connection: &'m Connection,
    /// Keys and passwords, gone when this is dropped.
    secrets: Secrets,
    options: Vec<String>,
    user: String,
    host: String,
}

struct Secrets {
    directory: PathBuf,
}

impl Drop for Secrets {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.directory);
    }
}

impl Secrets {
    fn new(workdir: &Workdir) -> Result<Secrets, String> {
        let directory = std::env::temp_dir().join(format!("ordain-ssh-{}", stores::new_id(workdir)));
        files::private_directory(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
        Ok(Secrets { directory })
    }

    fn keep(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.directory.join(name);
        // A key without a line break at its end is none to OpenSSH.
        let text = format!("{}\n", text.trim_end_matches('\n'));
        files::write_private(&path, text.as_bytes())
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    }

    fn shown(&self, name: &str, text: &str) -> Result<String, String> {
        self.keep(name, text).map(|path| path.display().to_string())
    }
}

impl<'m> Machine<'m> {
    /// Prepares to reach a machine; nothing is started.
    pub fn new(workdir: &'m Workdir, connection: &'m Connection) -> Result<Machine<'m>, String> {
        match connection.get("type").unwrap_or("ssh") {
            "ssh" => {}
            "winrm" => {
                return Err("connections of type winrm cannot be made yet; only ssh can. Windows machines offer ssh as an optional feature".to_owned());
            }
            other => return Err(format!("connection type '{other}' not supported")),
        }
        if connection.get("proxy_host").is_some() {
            return Err("the connection argument \"proxy_host\" cannot be honoured yet; a bastion_host can"
                .to_owned());
        }
        let secrets = Secrets::new(workdir)?;
        let user = connection.get("user").unwrap_or("root").to_owned();
        let host = connection.get("host").unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let mut machine = Machine { workdir, connection, secrets, options: Vec::new(), user, host };
        let port = connection.get("port").filter(|port| *port != "0").unwrap_or("22");
        let names = Names { key: "private_key", certificate: "certificate", host_key: "host_key" };
        let host = machine.host.clone();
        let mut options = machine.options_of(&names, &host, port, connection.get("password").is_some())?;
        if let Some(proxy) = machine.bastion()? {
            options.push(format!("-oProxyCommand={proxy}"));
        }
        machine.options = options;
        machine.askpass()?;
        Ok(machine)
    }

    fn options_of(
        &self,
        names: &Names,
        host: &str,
        port: &str,
        password: bool,
    ) -> Result<Vec<String>, String> {
        let connection = self.connection;
        let mut options = vec![
            "-F/dev/null".to_owned(),
            format!("-oPort={port}"),
            format!("-oConnectTimeout={}", self.timeout().as_secs().clamp(1, 30)),
            "-oLogLevel=ERROR".to_owned(),
            format!("-oNumberOfPasswordPrompts={}", u8::from(password)),
        ];
        if !password {
            options.push("-oBatchMode=yes".to_owned());
        }
        if let Some(key) = connection.get(names.key) {
            let path = self.secrets.shown(names.key, key)?;
            options.extend([format!("-oIdentityFile={path}"), "-oIdentitiesOnly=yes".to_owned()]);
            if let Some(certificate) = connection.get(names.certificate) {
                let path = self.secrets.shown(names.certificate, certificate)?;
                options.push(format!("-oCertificateFile={path}"));
            }
        }
        if !connection.is_on("agent", true) {
            options.push("-oIdentityAgent=none".to_owned());
        } else if let Some(identity) = connection.get("agent_identity") {
            options.push(format!("-oIdentityFile={identity}"));
        }
        match connection.get(names.host_key) {
            Some(key) => {
                let name = if port == "22" { host.to_owned() } else { format!("[{host}]:{port}") };
                let path = self.secrets.shown(names.host_key, &format!("{name} {key}"))?;
                options.push(format!("-oUserKnownHostsFile={path}"));
                options.push("-oStrictHostKeyChecking=yes".to_owned());
            }
            // As Terraform does: a host whose key is not given is trusted.
            None => {
                options.push("-oUserKnownHostsFile=/dev/null".to_owned());
                options.push("-oStrictHostKeyChecking=no".to_owned());
            }
        }
        options.push("-oGlobalKnownHostsFile=/dev/null".to_owned());
        Ok(options)
    }

    /// The command by which the bastion passes on, where there is one.
    fn bastion(&self) -> Result<Option<String>, String> {
        let connection = self.connection;
        let Some(host) = connection.get("bastion_host") else { return Ok(None) };
        let port = connection.get("bastion_port").or(connection.get("port")).filter(|port| *port != "0");
        let own_key = connection.get("bastion_private_key").is_some();
        let names = Names {
            key: if own_key { "bastion_private_key" } else { "private_key" },
            certificate: "bastion_certificate",
            host_key: "bastion_host_key",
        };
        let password = connection.get("bastion_password").or(connection.get("password")).is_some();
        let options = self.options_of(&names, host, port.unwrap_or("22"), password)?;
        let user = self.bastion_user();
        let words = std::iter::once("ssh".to_owned()).chain(options).chain([
            "-W".to_owned(),
            "%h:%p".to_owned(),
            format!("-l{user}"),
            "--".to_owned(),
            host.to_owned(),
        ]);
        let words: Vec<String> =
            words.map(|word| if word == "%h:%p" { word } else { quoted(&word) }).collect();
        Ok(Some(words.join(" ")))
    }

    fn bastion_user(&self) -> String {
        self.connection.get("bastion_user").unwrap_or(&self.user).to_owned()
    }

    /// A program that answers `ssh` when it asks for a password.
    fn askpass(&self) -> Result<(), String> {
        let connection = self.connection;
        let Some(own) = connection.get("password").or(connection.get("bastion_password")) else {
            return Ok(());
        };
        self.secrets.keep("password", own)?;
        self.secrets.keep("bastion_password", connection.get("bastion_password").unwrap_or(own))?;
        let directory = quoted(&self.secrets.directory.display().to_string());
        let bastion = connection
            .get("bastion_host")
            .map(|host| format!("{}@{host}", self.bastion_user()))
            .unwrap_or_default();
        let script = format!(
            "#!/bin/sh\nbastion={}\ncase \"$1\" in\n  \"$bastion\"*) test -n \"$bastion\" && exec cat {directory}/bastion_password ;;\nesac\nexec cat {directory}/password",
            quoted(&bastion)
        );
        let path = self.secrets.directory.join("askpass");
        files::write_program(&path, script.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn timeout(&self) -> Duration {
        let seconds = self.connection.get("timeout").and_then(duration).unwrap_or(300.0);
        Duration::from_secs_f64(seconds)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.args(&self.options).current_dir(&self.workdir.dir).stdin(Stdio::null()).kill_on_drop(true);
        if self.secrets.directory.join("askpass").exists() {
            command.env("SSH_ASKPASS", self.secrets.directory.join("askpass"));
            command.env("SSH_ASKPASS_REQUIRE", "force");
        }
        command
    }

    fn shell(&self, words: &str) -> Command {
        let mut command = self.command("ssh");
        command.args([&format!("-l{}", self.user), "-T", "--", &self.host, words]);
        command
    }

    /// Waits until the machine can be reached, as one that was just made may take its time.
    pub async fn connect(&self, line: Line<'_>) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            self.tell(line);
            let ended = stream(self.shell("exit 0"), None, &|_| {}).await?;
            if ended.status.success() {
                line("Connected!");
                return Ok(());
            }
            let why = ended.last.join("\n");
            if ended.status.code() != Some(NOT_THROUGH) {
                return Err(format!("the machine was reached and runs no commands: {why}"));
            }
            if begun.elapsed() >= self.timeout() {
                return Err(format!("timeout - last error: {why}"));
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    fn tell(&self, line: Line<'_>) {
        let has = |name: &str| self.connection.get(name).is_some();
        let agent = self.connection.is_on("agent", true) && self.workdir.env.contains_key("SSH_AUTH_SOCK");
        line("Connecting to remote host via SSH...");
        line(&format!("  Host: {}", self.host));
        line(&format!("  User: {}", self.user));
        for (what, name) in
            [("Password", "password"), ("Private key", "private_key"), ("Certificate", "certificate")]
        {
            line(&format!("  {what}: {}", has(name)));
        }
        line(&format!("  SSH Agent: {agent}"));
        line(&format!("  Checking Host Key: {}", has("host_key")));
        line(&format!("  Target Platform: {}", self.connection.get("target_platform").unwrap_or("unix")));
        if let Some(host) = self.connection.get("bastion_host") {
            line("Using configured bastion host...");
            line(&format!("  Host: {host}"));
            line(&format!("  User: {}", self.bastion_user()));
        }
    }

    /// Runs a script there: it is put into a file, run, and removed.
    pub async fn run_script(&self, script: &[u8], line: Line<'_>) -> Result<(), String> {
        let windows = self.connection.get("target_platform") == Some("windows");
        let default =
            if windows { "C:/windows/temp/terraform_%RAND%.cmd" } else { "/tmp/terraform_%RAND%.sh" };
        let id = stores::new_id(self.workdir);
        let random: String = id.chars().filter(char::is_ascii_digit).take(9).collect();
        let path = self.connection.get("script_path").unwrap_or(default).replace("%RAND%", &random);
        let put = match windows {
            false => format!("cat > {0} && chmod 0777 {0}", quoted(&path)),
            true => format!("more > {path}"),
        };
        let ended = stream(self.shell(&put), Some(script), &|_| {}).await?;
        if !ended.status.success() {
            return Err(format!("Upload failed: {}", ended.why()));
        }
        let run = if windows { path.clone() } else { quoted(&path) };
        let ended = stream(self.shell(&run), None, line).await?;
        let remove = if windows { format!("del {path}") } else { format!("rm -f {}", quoted(&path)) };
        // A script that removed itself, or ended the machine, leaves nothing to clean up.
        let _left = stream(self.shell(&remove), None, &|_| {}).await;
        match ended.status.success() {
            true => Ok(()),
            false => Err(format!("error executing {path:?}: {}", ended.why())),
        }
    }

    /// Copies a file, a directory, or (with `/` at its end) what a directory holds.
    pub async fn copy(&self, source: &Path, contents: bool, destination: &str) -> Result<(), String> {
        let mut command = self.command("scp");
        if source.is_dir() {
            command.arg("-r");
        }
        let from = if contents { source.join(".") } else { source.to_path_buf() };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        command.arg("-q").arg("--").arg(from).arg(format!("{}@{host}:{destination}", self.user));
        let ended = stream(command, None, &|_| {}).await?;
        if ended.status.success() { Ok(()) } else { Err(format!("Upload failed: {}", ended.why())) }
    }

    /// Writes a text into a file there.
    pub async fn write(&self, content: &[u8], destination: &str) -> Result<(), String> {
        let source = self.secrets.directory.join("content");
        let mut file = tokio::fs::File::create(&source).await.map_err(|error| error.to_string())?;
        file.write_all(content).await.map_err(|error| error.to_string())?;
        file.flush().await.map_err(|error| error.to_string())?;
        self.copy(&source, false, destination).await
    }
}

/// Names of the settings of one hop.
struct Names {
    key: &'static str,
    certificate: &'static str,
    host_key: &'static str,
}

impl Ended {
    /// How it ended, with the last of what it said.
    fn why(&self) -> String {
        let code = self.status.code().map_or_else(|| self.status.to_string(), |code| code.to_string());
        format!("Process exited with status {code}. {}", self.last.join("\n"))
    }
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Seconds of a duration such as `5m` or `1m30s`.
fn duration(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut number = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() || c == '.' {
            number.push(c);
            continue;
        }
        let factor = match c {
            's' => 1.0,
            'm' => 60.0,
            'h' => 3600.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * factor;
        number.clear();
    }
    number.is_empty().then_some(total)
}

#[cfg(test)]
#[path = "remote_tests.rs"]
mod tests;
