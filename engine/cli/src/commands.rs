//! The table of commands. One file a command: its flags and what it does.

mod apply;
mod approve;
mod completion;
mod console;
mod demo;
mod dev;
mod explain;
mod explain_error;
mod fmt;
mod force_unlock;
mod get;
mod graph;
mod import;
mod init;
mod login;
mod man;
mod metadata;
mod modules;
mod output;
mod plan;
mod policy;
mod providers;
mod sandbox;
mod sealing_key;
mod show;
mod state;
mod taint;
mod test;
mod validate;
mod version;
mod workspace;

use clap::{ArgMatches, Command};

use crate::exit::Exit;
use crate::session::Session;

/// One row of the table.
pub struct Entry {
    /// Words that name it: one or two.
    pub words: &'static [&'static str],
    /// One line for the list of commands.
    pub about: &'static str,
    /// Adds its flags.
    pub flags: fn(Command) -> Command,
    /// Does it.
    pub run: fn(&ArgMatches, &mut Session) -> Exit,
}

/// All commands, in the order in which help shows them.
pub const ALL: &[Entry] = &[
    init::ENTRY,
    get::ENTRY,
    modules::ENTRY,
    providers::ENTRY,
    providers::lock::ENTRY,
    providers::mirror::ENTRY,
    providers::schema::ENTRY,
    validate::ENTRY,
    plan::ENTRY,
    approve::ENTRY,
    sealing_key::ENTRY,
    apply::APPLY,
    apply::DESTROY,
    apply::REFRESH,
    show::ENTRY,
    output::ENTRY,
    console::ENTRY,
    fmt::ENTRY,
    state::list::ENTRY,
    state::identities::ENTRY,
    state::show::ENTRY,
    state::mv::ENTRY,
    state::rm::ENTRY,
    state::pull::ENTRY,
    state::push::ENTRY,
    state::replace_provider::ENTRY,
    workspace::list::ENTRY,
    workspace::show::ENTRY,
    workspace::new::ENTRY,
    workspace::select::ENTRY,
    workspace::delete::ENTRY,
    import::ENTRY,
    graph::ENTRY,
    metadata::FUNCTIONS,
    completion::ENTRY,
    man::ENTRY,
    taint::TAINT,
    taint::UNTAINT,
    force_unlock::ENTRY,
    login::LOGIN,
    login::LOGOUT,
    test::ENTRY,
    policy::check::ENTRY,
    policy::conftest_compat::ENTRY,
    policy::eval::ENTRY,
    policy::explain::ENTRY,
    policy::test::ENTRY,
    demo::ENTRY,
    sandbox::ENTRY,
    dev::render_chart::ENTRY,
    version::ENTRY,
    explain::ENTRY,
    explain_error::ENTRY,
];

/// Names of the commands that only hold others, with one line each.
const GROUPS: &[(&str, &str)] = &[
    ("state", "Look at the state and change it by hand"),
    ("workspace", "Work with workspaces"),
    ("policy", "Work with policies"),
    ("metadata", "Facts about this program"),
    ("dev", "Tools for those who develop this program"),
    ("providers", "Which providers the configuration needs"),
];

/// The parser of the whole command line.
pub fn parser() -> Command {
    let mut root = Command::new("ordain")
        .about("Nothing is built that was not ordained: plan, judge, approve and apply infrastructure.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_version_flag(true)
        .arg(crate::flags::switch("version", false, "Show the version").global(false));
    let is_group = |entry: &&Entry| GROUPS.iter().any(|(group, _)| entry.words.first() == Some(group));
    for entry in ALL.iter().filter(|entry| entry.words.len() == 1 && !is_group(entry)) {
        if let Some(name) = entry.words.first() {
            root = root.subcommand(entry.command(name));
        }
    }
    for (group, about) in GROUPS {
        let members = ALL.iter().filter(|entry| entry.words.len() == 2 && entry.words.first() == Some(group));
        let alone = ALL.iter().find(|entry| entry.words == [*group]);
        let mut command = Command::new(*group).about(*about);
        command = match alone {
            Some(entry) => (entry.flags)(command),
            None => command.subcommand_required(true).arg_required_else_help(true),
        };
        for entry in members {
            if let Some(name) = entry.words.last() {
                command = command.subcommand(entry.command(name));
            }
        }
        root = root.subcommand(command);
    }
    root
}

impl Entry {
    /// The command with its flags; `-no-color` goes with each, as scripts give it to all alike.
    fn command(&self, name: &'static str) -> Command {
        let command = (self.flags)(Command::new(name).about(self.about));
        if command.get_arguments().any(|flag| flag.get_id() == "no-color") {
            return command;
        }
        command.arg(crate::flags::switch("no-color", false, "No colours"))
    }
}

/// The row that a parsed command line means, and its own matches.
pub fn find(matches: &ArgMatches) -> Option<(&'static Entry, &ArgMatches)> {
    let (first, inner) = matches.subcommand()?;
    let (words, inner) = match inner.subcommand() {
        Some((second, deeper)) => (vec![first, second], deeper),
        None => (vec![first], inner),
    };
    ALL.iter().find(|entry| entry.words == words.as_slice()).map(|entry| (entry, inner))
}
