//! How configurations are written, as Conftest tells it by their names.

/// How a configuration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    /// JSON with comments.
    Jsonc,
    Yaml,
    Hcl,
    Toml,
    /// What git and docker leave out.
    Ignore,
    Properties,
    Dotenv,
    Ini,
    Dockerfile,
    Xml,
    Codeowners,
    /// Conftest reads it, this program does not.
    Unread(&'static str),
}

/// What this program reads.
pub(super) const KNOWN: &str = "codeowners, dockerfile, dotenv, hcl2, ignore, ini, json, jsonc, properties, toml, xml and yaml can be read";

/// What only Conftest reads.
const UNREAD: [&str; 11] =
    ["cue", "cyclonedx", "edn", "groovy", "hcl1", "hocon", "jsonnet", "nginx", "spdx", "textproto", "vcl"];

impl Form {
    /// The form of a file; `None` where Conftest does not read it either.
    pub(super) fn of(path: &str) -> Option<Form> {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let end = name.rsplit_once('.').map_or("", |(_, end)| end);
        let called = |whole: &str| name == whole || name.starts_with(&format!("{whole}."));
        if called("dockerfile") {
            return Some(Form::Dockerfile);
        }
        match end {
            "yaml" | "yml" => return Some(Form::Yaml),
            "hcl" | "tf" | "tfvars" => return Some(Form::Hcl),
            "gitignore" | "dockerignore" => return Some(Form::Ignore),
            "env" => return Some(Form::Dotenv),
            "textpb" => return Some(Form::Unread("textproto")),
            _ => {}
        }
        match () {
            () if called(".env") => Some(Form::Dotenv),
            () if name == "codeowners" => Some(Form::Codeowners),
            () if name == "nginx.conf" => Some(Form::Unread("nginx")),
            () if called("jenkinsfile") => Some(Form::Unread("groovy")),
            () => Form::named(end),
        }
    }

    /// The form with a name of Conftest's.
    pub(super) fn named(name: &str) -> Option<Form> {
        Some(match name {
            "json" => Form::Json,
            "jsonc" => Form::Jsonc,
            "yaml" => Form::Yaml,
            "hcl2" => Form::Hcl,
            "toml" => Form::Toml,
            "ignore" => Form::Ignore,
            "properties" => Form::Properties,
            "dotenv" => Form::Dotenv,
            "ini" => Form::Ini,
            "dockerfile" => Form::Dockerfile,
            "xml" => Form::Xml,
            "codeowners" => Form::Codeowners,
            other => Form::Unread(UNREAD.into_iter().find(|unread| *unread == other)?),
        })
    }
}

#[cfg(test)]
#[path = "forms_tests.rs"]
mod tests;
