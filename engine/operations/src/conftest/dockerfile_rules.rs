//! What instructions of a Dockerfile must have.

use super::dockerfile::Instruction;
use super::dockerfile_lines::document;

/// Whether a flag has a value.
#[derive(Clone, Copy, PartialEq)]
enum Flag {
    Switch,
    Text,
    /// May be given several times.
    Texts,
}

/// # Errors
/// What is missing or too much.
pub(super) fn check(instruction: &Instruction) -> Result<(), String> {
    let (kind, arguments) = (instruction.kind(), instruction.arguments());
    let shown = kind.to_uppercase();
    let at_least_one = || match arguments.is_empty() {
        true => Err(format!("{shown} requires at least one argument")),
        false => Ok(()),
    };
    match kind.as_str() {
        "env" | "label" => {
            at_least_one()?;
            if arguments.iter().step_by(3).any(String::is_empty) {
                return Err(format!("{shown} names can not be blank"));
            }
        }
        "maintainer" | "workdir" | "user" | "stopsignal" if arguments.len() != 1 => {
            return Err(format!("{shown} requires exactly one argument"));
        }
        "add" | "copy" => match arguments.split_last() {
            Some((to, [_, ..])) if document(to).is_some() => {
                return Err(format!("{shown} cannot accept a heredoc as a destination"));
            }
            Some((_, [_, ..])) => {}
            _ => {
                return Err(format!(
                    "{shown} requires at least two arguments, but only one was provided. Destination could not be determined"
                ));
            }
        },
        "from" => from(&arguments)?,
        "onbuild" => at_least_one()?,
        "healthcheck" => return healthcheck(instruction, &arguments),
        "expose" => at_least_one()?,
        "volume" => {
            at_least_one()?;
            if arguments.iter().any(|volume| volume.trim().is_empty()) {
                return Err("VOLUME specified can not be an empty string".to_owned());
            }
        }
        "arg" => {
            at_least_one()?;
            if arguments.iter().any(|name| name.starts_with('=')) {
                return Err("ARG names can not be blank".to_owned());
            }
            return Ok(());
        }
        "shell" => {
            at_least_one()?;
            if !instruction.json {
                return Err("SHELL requires the arguments to be in JSON form".to_owned());
            }
        }
        "stopsignal" => return Ok(()),
        "maintainer" | "workdir" | "user" | "run" | "cmd" | "entrypoint" => {}
        _ => return Err(format!("unknown instruction: {}", instruction.name)),
    }
    flags(instruction, &kind)
}

/// Whether an instruction may stand in `ONBUILD`: asked before it is taken apart, so that none stands in many others.
pub(super) fn trigger(name: &str) -> Result<(), String> {
    match name.to_uppercase().as_str() {
        "ONBUILD" => Err("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed".to_owned()),
        name @ ("MAINTAINER" | "FROM") => Err(format!("{name} isn't allowed as an ONBUILD trigger")),
        _ => Ok(()),
    }
}

fn from(arguments: &[String]) -> Result<(), String> {
    match arguments {
        [_] => Ok(()),
        [_, word, name] if word.eq_ignore_ascii_case("as") => {
            let name = name.to_lowercase();
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
            if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(fits) {
                return Ok(());
            }
            Err(format!(
                "invalid name for build stage: {name:?}, name can't start with a number or contain symbols"
            ))
        }
        _ => Err("FROM requires either one or three arguments".to_owned()),
    }
}

fn healthcheck(instruction: &Instruction, arguments: &[String]) -> Result<(), String> {
    let kind = arguments.first().ok_or("HEALTHCHECK requires at least one argument")?;
    match (kind.to_uppercase().as_str(), arguments.len()) {
        ("NONE", 1) => Ok(()),
        ("NONE", _) => Err("HEALTHCHECK NONE takes no arguments".to_owned()),
        ("CMD", 1) => Err("Missing command after HEALTHCHECK CMD".to_owned()),
        ("CMD", _) => flags(instruction, "healthcheck"),
        _ => Err(format!("Unknown type {kind:?} in HEALTHCHECK (try CMD)")),
    }
}

/// The flags of an instruction.
fn known(kind: &str) -> &'static [(&'static str, Flag)] {
    match kind {
        "add" => &[
            ("chown", Flag::Text),
            ("chmod", Flag::Text),
            ("link", Flag::Switch),
            ("keep-git-dir", Flag::Switch),
            ("checksum", Flag::Text),
            ("unpack", Flag::Switch),
            ("exclude", Flag::Texts),
        ],
        "copy" => &[
            ("chown", Flag::Text),
            ("from", Flag::Text),
            ("chmod", Flag::Text),
            ("link", Flag::Switch),
            ("exclude", Flag::Texts),
            ("parents", Flag::Switch),
        ],
        "from" => &[("platform", Flag::Text)],
        "healthcheck" => &[
            ("interval", Flag::Text),
            ("timeout", Flag::Text),
            ("start-period", Flag::Text),
            ("start-interval", Flag::Text),
            ("retries", Flag::Text),
        ],
        "run" => &[
            ("mount", Flag::Texts),
            ("network", Flag::Text),
            ("security", Flag::Text),
            ("device", Flag::Texts),
        ],
        _ => &[],
    }
}

fn flags(instruction: &Instruction, kind: &str) -> Result<(), String> {
    let mut used: Vec<&str> = Vec::new();
    for flag in instruction.flags.iter().flatten() {
        let Some(said) = flag.strip_prefix("--") else {
            return Err(format!("arg should start with -- : {flag}"));
        };
        let (name, value) = match said.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (said, None),
        };
        let row = known(kind).iter().find(|(known, _)| *known == name);
        let (name, form) = row.ok_or_else(|| format!("unknown flag: --{name}"))?;
        if used.contains(name) && *form != Flag::Texts {
            return Err(format!("duplicate flag specified: --{name}"));
        }
        used.push(name);
        match (form, value.map(str::to_lowercase).as_deref()) {
            (Flag::Switch, None | Some("true" | "false")) => {}
            (Flag::Switch, Some("")) | (Flag::Text | Flag::Texts, None) => {
                return Err(format!("missing a value on flag: --{name}"));
            }
            (Flag::Switch, Some(other)) => {
                return Err(format!("expecting boolean value for flag --{name}, not: {other}"));
            }
            (Flag::Text, Some(value)) if !allowed(name, value) => {
                return Err(format!("{name} mode {value:?} is not valid"));
            }
            (Flag::Text | Flag::Texts, Some(_)) => {}
        }
    }
    Ok(())
}

fn allowed(name: &str, value: &str) -> bool {
    match name {
        "network" => matches!(value, "default" | "none" | "host"),
        "security" => matches!(value, "insecure" | "sandbox"),
        _ => true,
    }
}
