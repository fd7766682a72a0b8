//! Modules from git repositories over ssh: with a stand-in for the ssh program everywhere, with a real server where
//! there is one, and beside Terraform where that is there.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The other end without a network: writes down what it was called with, then does what it was asked for.
const STAND_IN: &str =
    "#!/bin/sh\necho \"$@\" >> \"$(dirname \"$0\")/calls\"\nfor last; do :; done\nexec sh -c \"$last\"\n";

struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _left = std::fs::remove_dir_all(&self.0);
    }
}

impl Scratch {
    /// A directory with a repository in it: `v1` says "one" below `sub`, the branch `side` says "two".
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ordain-ssh-{name}-{}", std::process::id()));
        let _old = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(path.join("repository/sub")).unwrap();
        let scratch = Self(path);
        let file = scratch.0.join("repository/sub/main.tf");
        scratch.git(&["init", "-q"]);
        std::fs::write(&file, "output \"said\" {\n  value = \"one\"\n}\n").unwrap();
        scratch.git(&["add", "-A"]);
        scratch.git(&["commit", "-qm", "one"]);
        scratch.git(&["tag", "v1"]);
        scratch.git(&["checkout", "-qb", "side"]);
        std::fs::write(&file, "output \"said\" {\n  value = \"two\"\n}\n").unwrap();
        scratch.git(&["commit", "-qam", "two"]);
        scratch.git(&["checkout", "-q", "v1"]);
        scratch
    }

    fn git(&self, words: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(words);
        let output = command.current_dir(self.0.join("repository")).output().unwrap();
        assert!(output.status.success(), "git {words:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn repository(&self) -> String {
        self.0.join("repository").display().to_string()
    }

    fn stand_in(&self) -> String {
        let path = self.0.join("stand-in");
        std::fs::write(&path, STAND_IN).unwrap();
        format!("sh {}", path.display())
    }

    /// Runs `init` and `apply` of a configuration with one module; gives what was said and `modules.json`.
    fn run(&self, program: &Path, source: &str, ssh: &str) -> (String, String) {
        let at = self.0.join("root");
        let _old = std::fs::remove_dir_all(&at);
        std::fs::create_dir_all(&at).unwrap();
        let text = format!(
            "module \"m\" {{\n  source = \"{source}\"\n}}\noutput \"said\" {{\n  value = module.m.said\n}}\n"
        );
        std::fs::write(at.join("main.tf"), text).unwrap();
        std::fs::write(at.join("rc"), "").unwrap();
        let mut said = String::new();
        for words in [&["init", "-no-color", "-input=false"][..], &["apply", "-no-color", "-auto-approve"]] {
            let output = Command::new(program)
                .args(words)
                .current_dir(&at)
                .env("GIT_SSH_COMMAND", ssh)
                .env("GIT_SSH_VARIANT", "ssh")
                .env("TF_CLI_CONFIG_FILE", at.join("rc"))
                .env("CHECKPOINT_DISABLE", "1")
                .env("HOME", &self.0)
                .output()
                .unwrap();
            said.push_str(&String::from_utf8_lossy(&output.stdout));
            said.push_str(&String::from_utf8_lossy(&output.stderr));
            if !output.status.success() {
                assert_eq!(output.status.code(), Some(1), "{said}");
                break;
            }
        }
        let manifest = std::fs::read_to_string(at.join(".terraform/modules/modules.json"));
        (said, manifest.unwrap_or_default())
    }

    /// Sources and what becomes of them, with either program that is here.
    fn sources_give(&self, host: &str, ssh: &str) {
        let commit = self.git(&["rev-parse", "side"]);
        let repository = self.repository();
        let base = format!("git::ssh://{host}{repository}");
        let terraform = PathBuf::from("terraform");
        let peer = Command::new(&terraform).arg("version").output().is_ok();
        let ordain = ordain_tests::binary::ordain();
        for (source, expected) in [
            (format!("{base}//sub?ref=v1"), "said = \"one\""),
            (format!("{base}//sub?ref=side&depth=1"), "said = \"two\""),
            (format!("{base}//sub?ref={commit}"), "said = \"two\""),
            (format!("{base}-gone//sub"), "exited with 128"),
        ] {
            let (said, manifest) = self.run(ordain, &source, ssh);
            assert!(said.contains(expected), "{source}: {said}");
            assert!(said.contains("Downloading git::ssh://"), "{source}: {said}");
            if peer {
                let (other, peers) = self.run(&terraform, &source, ssh);
                assert!(other.contains(expected), "{source}: {other}");
                assert_eq!(manifest, peers, "{source}");
            }
        }
        if !peer {
            ordain_tests::skipped("there is no terraform program here: modules are not compared with it");
        }
    }
}

#[test]
fn modules_come_over_ssh() {
    let scratch = Scratch::new("stand-in");
    scratch.sources_give("someone@host.invalid:2222", &scratch.stand_in());
    let calls = std::fs::read_to_string(scratch.0.join("calls")).unwrap();
    assert!(calls.contains("-p 2222 someone@host.invalid git-upload-pack"), "{calls}");
}

#[test]
fn a_key_of_the_source_goes_to_the_ssh_program_of_the_user() {
    let scratch = Scratch::new("key");
    // "the key" in base64.
    let source = format!("git::ssh://a@host.invalid{}//sub?ref=v1&sshkey=dGhlIGtleQ==", scratch.repository());
    let (said, _) = scratch.run(ordain_tests::binary::ordain(), &source, &scratch.stand_in());
    assert!(said.contains("said = \"one\"") && !said.contains("dGhlIGtleQ"), "{said}");
    let calls = std::fs::read_to_string(scratch.0.join("calls")).unwrap();
    let key = calls.split_whitespace().skip_while(|word| *word != "-i").nth(1).expect("a key file");
    assert!(!Path::new(key).exists(), "{key} is left behind");
}

/// A server of ours on loopback, gone at the end.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

fn server(program: &Path, at: &Path, port: u16) -> Option<Server> {
    let path = |name: &str| at.join(name).display().to_string();
    for name in ["host", "user"] {
        let words = ["-q", "-t", "ed25519", "-N", "", "-f", &path(name)];
        let made = Command::new("ssh-keygen").args(words).status();
        assert!(made.is_ok_and(|status| status.success()));
    }
    let settings = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPidFile none\nPermitRootLogin yes\n",
        path("host"),
        path("user.pub")
    );
    std::fs::write(at.join("settings"), settings).unwrap();
    let mut command = Command::new(program);
    command.args(["-D", "-f", &path("settings"), "-E", &path("log")]).stdin(Stdio::null());
    let mut child = command.spawn().ok()?;
    for _ in 0..100 {
        std::thread::sleep(Duration::from_millis(50));
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(Server(child));
        }
        if child.try_wait().ok().flatten().is_some() {
            return None;
        }
    }
    Some(Server(child))
}

#[test]
fn a_real_server_serves_modules() {
    let program = Path::new("/usr/sbin/sshd");
    if !program.exists() {
        ordain_tests::skipped("there is no sshd here");
        return;
    }
    let scratch = Scratch::new("server");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let Some(_server) = server(program, &scratch.0, port) else {
        let log = std::fs::read_to_string(scratch.0.join("log")).unwrap_or_default();
        ordain_tests::skipped(&format!("sshd does not start here: {log}"));
        return;
    };
    let user = Command::new("id").arg("-un").output().unwrap();
    let user = String::from_utf8(user.stdout).unwrap().trim().to_owned();
    let at = scratch.0.display();
    let ssh = format!(
        "ssh -i {at}/user -o IdentitiesOnly=yes -o IdentityAgent=none -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile={at}/known"
    );
    scratch.sources_give(&format!("{user}@127.0.0.1:{port}"), &ssh);
}
