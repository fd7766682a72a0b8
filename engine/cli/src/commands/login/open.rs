//! Opening an address in the user's browser.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// Opens an address; says whether there is a program for that. Whether it shows anything is for it to know.
pub fn open(env: &BTreeMap<String, String>, url: &str) -> bool {
    commands(env, url).into_iter().any(|words| {
        let Some((program, arguments)) = words.split_first() else { return false };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().is_ok()
    })
}

/// Command lines that may open an address, the first one that runs counts: those of `BROWSER`, which are separated
/// by colons and say with `%s` where the address goes, else what the desktop has.
fn commands(env: &BTreeMap<String, String>, url: &str) -> Vec<Vec<String>> {
    let set = |name: &str| env.get(name).is_some_and(|text| !text.is_empty());
    let desktop = cfg!(target_os = "macos") || set("DISPLAY") || set("WAYLAND_DISPLAY");
    let lines: Vec<&str> = match env.get("BROWSER").filter(|text| !text.is_empty()) {
        Some(lines) => lines.split(':').collect(),
        None if cfg!(target_os = "macos") => vec!["open"],
        None if desktop => vec!["xdg-open", "x-www-browser"],
        None => Vec::new(),
    };
    lines.into_iter().map(|line| words(line, url)).collect()
}

fn words(line: &str, url: &str) -> Vec<String> {
    let mut words: Vec<String> = line.split_whitespace().map(|word| word.replace("%s", url)).collect();
    if !line.contains("%s") && !words.is_empty() {
        words.push(url.to_owned());
    }
    words
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
