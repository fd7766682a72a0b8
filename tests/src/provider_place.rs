//! A directory with a configuration that one external provider serves, and what commands say in it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "part of tests: it stops where it cannot go on"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

/// A directory with a configuration, and everything kept out of the user's own places.
pub struct Place {
    /// The directory.
    pub directory: PathBuf,
    env: Vec<(String, String)>,
}

impl Place {
    /// A new directory in which `program` serves the provider `test/NAME`, through `dev_overrides`.
    ///
    /// # Panics
    /// It cannot be made.
    pub fn new(name: &str, (provider, program): (&str, &Path), configuration: &str) -> Place {
        let directory = std::env::temp_dir().join(format!("ordain-plugins-{name}-{}", std::process::id()));
        let _absent = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).unwrap();
        let package = directory.join("package");
        std::fs::create_dir_all(&package).unwrap();
        std::os::unix::fs::symlink(program, package.join(format!("terraform-provider-{provider}"))).unwrap();
        let overrides = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"test/{provider}\" = {package:?}\n  }}\n  direct {{}}\n}}\n"
        );
        std::fs::write(directory.join("cli.tfrc"), overrides).unwrap();
        let required = format!(
            "terraform {{\n  required_providers {{\n    {provider} = {{\n      source = \"test/{provider}\"\n    }}\n  }}\n}}\n"
        );
        std::fs::write(directory.join("main.tf"), format!("{required}{configuration}")).unwrap();
        let set = |name: &str, value: PathBuf| (name.to_owned(), value.display().to_string());
        let env = vec![
            set("TF_CLI_CONFIG_FILE", directory.join("cli.tfrc")),
            set("XDG_CACHE_HOME", directory.join("cache")),
            set("HOME", directory.clone()),
            set("TMPDIR", directory.clone()),
        ];
        Place { directory, env }
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Place {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// The program does not start.
    pub fn run(&self, args: &[&str]) -> Told {
        Told::of(&self.command(args).output().expect("the program runs"))
    }

    /// A command that does not run yet.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(crate::binary::ordain());
        command.args(args).current_dir(&self.directory).env_clear();
        command.envs(self.env.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        command.stdin(Stdio::null());
        command
    }

    /// Applies without questions.
    pub fn apply(&self) -> Told {
        self.run(&["apply", "-auto-approve", "-input=false", "-no-color"])
    }

    /// An object in state.
    pub fn object(&self, address: &str) -> Option<Json> {
        let state = self.run(&["state", "pull"]);
        let state: Json = serde_json::from_str(&state.out).ok()?;
        let (kind, name) = address.split_once('.')?;
        let held = state["resources"]
            .as_array()?
            .iter()
            .find(|held| held["type"] == kind && held["name"] == name)?;
        Some(held["instances"][0].clone())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.directory);
    }
}

/// What a command said.
pub struct Told {
    /// Whether it ended with 0.
    pub well: bool,
    /// Standard output.
    pub out: String,
    /// Both streams, lines joined so that wrapped sentences can be searched.
    pub all: String,
}

impl Told {
    fn of(output: &Output) -> Told {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let all = format!("{out}\n{err}").split_whitespace().collect::<Vec<_>>().join(" ");
        Told { well: output.status.success(), out: out.into_owned(), all }
    }

    /// It failed and said all of this.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn fails_with(&self, texts: &[&str]) {
        assert!(!self.well, "no failure: {}", self.all);
        for text in texts {
            assert!(self.all.contains(text), "{text:?} is not in: {}", self.all);
        }
    }

    /// It did what it was asked to.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn succeeds(&self) {
        assert!(self.well, "{}", self.all);
    }
}
