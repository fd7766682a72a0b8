//! `ordain dev render-chart`

use clap::{Arg, ArgMatches, Command};

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::texts;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["dev", "render-chart"],
    about: "Render a chart as Helm does: DIR --name R --namespace N [-f F] [--set K=V] --json",
    flags,
    run,
};

/// The flags are Helm's, so they are read by whoever renders.
fn flags(command: Command) -> Command {
    command.arg(
        Arg::new("words")
            .num_args(0..)
            .trailing_var_arg(true)
            .allow_hyphen_values(true)
            .help("Chart and Helm's flags"),
    )
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let words = texts(matches, "words");
    let output = ordain_helm_template::render_chart_command(&words, &session.workdir.dir);
    session.ui.say(&output.stdout);
    session.ui.complain(&output.stderr);
    match output.exit {
        0 => Exit::Done,
        2 => Exit::Changes,
        _ => Exit::Failed,
    }
}
