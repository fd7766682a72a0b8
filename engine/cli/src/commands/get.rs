//! `ordain get`

use clap::{ArgMatches, Command};
use ordain_operations::init::{Dialogue, ModuleOptions, News, install_modules};
use ordain_operations::{Project, testing};

use super::Entry;
use super::init::lines::downloading;
use crate::exit::Exit;
use crate::flags::{is_on, output, switch, text, value};
use crate::session::Session;
use crate::ui::Ui;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["get"], about: "Find the modules of the configuration", flags, run };

fn flags(command: Command) -> Command {
    output(command)
        .arg(switch("update", false, "Look for newer modules"))
        .arg(value("test-directory", "Directory of tests"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let test_directory = text(matches, "test-directory").unwrap_or("tests").to_owned();
    let options = ModuleOptions {
        upgrade: is_on(matches, "update"),
        lock_readonly: false,
        test_directory: &test_directory,
    };
    let workdir = session.workdir.clone();
    let (project, _) = Project::load_for_init(&workdir);
    let (sources, problems) = testing::check(&workdir, &project, &test_directory, true);
    if problems.has_errors() {
        return session.report(&problems, &sources);
    }
    let (project, found) = session.drive(|ui| async {
        let mut talk = Lines { ui };
        install_modules(&workdir, options, &mut talk).await
    });
    session.report(&found, &project.sources)
}

/// One line for each module.
struct Lines<'t> {
    ui: &'t mut Ui,
}

impl Dialogue for Lines<'_> {
    fn confirm(&mut self, _question: &str) -> Option<bool> {
        None
    }

    fn tell(&mut self, news: &News) {
        match news {
            News::Downloading(package, version, call) => {
                self.ui.line(&downloading(package, version.as_deref(), call));
            }
            News::Transfer(transfer) => self.ui.transfer(transfer),
            News::Module(call, directory) => self.ui.line(&format!("- {call} in {directory}")),
            _ => {}
        }
    }
}
