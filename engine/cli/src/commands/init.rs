//! `ordain init`

pub mod lines;
mod messages;

use clap::{ArgMatches, Command};
use ordain_operations::init::{Dialogue, News, Options, copy_module, init, remember_modules};
use ordain_operations::{Project, testing};

use super::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, locking, many, output, switch, text, texts, value, variables};
use crate::render::style::Color;
use crate::session::Session;
use crate::ui::Ui;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["init"], about: "Settle the backend, find modules and providers", flags, run };

const EMPTY: &str = "Ordain initialized in an empty directory!\n\nThe directory has no configuration files. You may begin working with Ordain\nimmediately by creating configuration files.";
const DONE: &str = "Ordain has been successfully initialized!";
const NEXT: &str = "You may now begin working with Ordain. Try \"ordain plan\" to see any changes that\nare required for your infrastructure.";

fn flags(command: Command) -> Command {
    let command = command
        .arg(switch("backend", true, "Settle the backend"))
        .arg(many("backend-config", "Setting of the backend: name=value, or a file of them"))
        .arg(switch("reconfigure", false, "Use the backend as it is declared, copy nothing"))
        .arg(switch("migrate-state", false, "Copy the state to the newly declared backend"))
        .arg(switch("force-copy", false, "Copy without asking"))
        .arg(switch("upgrade", false, "Look for newer modules and providers"))
        .arg(switch("get", true, "Find modules"))
        .arg(value("lockfile", "readonly: leave the lock file as it is"))
        .arg(value("from-module", "Copy the module at this source into the empty directory first"))
        .arg(many("plugin-dir", "Directory of provider plugins"))
        .arg(value("test-directory", "Directory of tests"))
        .arg(switch(
            "ignore-remote-version",
            false,
            "Taken for Terraform's sake: versions are never compared with those of a remote workspace",
        ))
        .arg(switch("input", true, "Ask for what is missing"))
        .arg(switch("json", false, "Machine-readable output"));
    output(locking(variables(command)))
}

/// Refuses flags that do not go together. Whether states are to be copied.
fn agree(matches: &ArgMatches, session: &mut Session) -> Result<bool, Exit> {
    if is_on(matches, "upgrade")
        && matches.get_one::<String>("lockfile").is_some_and(|mode| mode == "readonly")
    {
        return Err(session.usage(
            "Conflicting options",
            "-upgrade changes the lock file, which -lockfile=readonly forbids.",
        ));
    }
    if is_on(matches, "migrate-state") && is_on(matches, "reconfigure") {
        return Err(session.usage(
            "Invalid init options",
            "-migrate-state copies the states of the backend that was settled before, -reconfigure leaves them where they are. Give one of the two.",
        ));
    }
    let copies = is_on(matches, "migrate-state") || is_on(matches, "force-copy");
    if copies && session.ui.is_machine_only() {
        return Err(session.usage(
            "The -migrate-state and -json options are mutually-exclusive",
            "With -json nobody can be asked whether a state is to be copied. Leave one of the two out.",
        ));
    }
    Ok(copies)
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let copies = match agree(matches, session) {
        Ok(copies) => copies,
        Err(exit) => return exit,
    };
    if let Some(source) = text(matches, "from-module") {
        let workdir = session.workdir.clone();
        let copied = session.drive(|ui| async {
            let mut talk = Terminal { ui };
            copy_module(&workdir, source, &mut talk).await
        });
        if let Err(error) = copied {
            return session.fail(error);
        }
    }
    let options = options(matches, copies);
    let (mut project, mut found) = Project::load_for_init(&session.workdir);
    // Whoever is told that the configuration is ready must be able to run its tests.
    let (sources, problems) = testing::check(&session.workdir, &project, &options.test_directory, true);
    if problems.has_errors() {
        found.append(problems);
    }
    if found.has_errors() {
        found.extend(remember_modules(&session.workdir, &project).err());
        return session.report(&found, &sources);
    }
    if project.is_empty() {
        session.ui.line(EMPTY);
        messages::output(&session.ui, "output_init_empty_message", EMPTY);
        return Exit::Done;
    }
    let workdir = session.workdir.clone();
    let done = session.drive(|ui| async {
        let mut talk = Terminal { ui };
        init(&workdir, &mut project, &options, &mut talk).await
    });
    // The configuration was loaded again with all of its modules: what was found the first time is found again.
    let exit = session.report(&done, &project.sources);
    if exit == Exit::Done {
        let style = session.ui.style();
        session.ui.line(&format!("\n{}", style.bold(&style.paint(Color::Green, DONE))));
        messages::output(&session.ui, "output_init_success_message", DONE);
        if session.workdir.setting("IN_AUTOMATION").is_none() {
            session.ui.line(&format!("\n{NEXT}"));
            messages::output(&session.ui, "output_init_success_cli_message", NEXT);
        }
    }
    exit
}

/// What the command line asks for.
fn options(matches: &ArgMatches, copies: bool) -> Options {
    Options {
        backend_config: texts(matches, "backend-config"),
        skip_backend: !is_on(matches, "backend"),
        reconfigure: is_on(matches, "reconfigure"),
        migrate: copies,
        force_copy: is_on(matches, "force-copy"),
        upgrade: is_on(matches, "upgrade"),
        lockfile_readonly: text(matches, "lockfile") == Some("readonly"),
        keep_modules: !is_on(matches, "get"),
        plugin_dirs: texts(matches, "plugin-dir").into_iter().map(Into::into).collect(),
        test_directory: text(matches, "test-directory").unwrap_or("tests").to_owned(),
    }
}

/// Whoever is at the other end as who watches and answers.
struct Terminal<'t> {
    ui: &'t mut Ui,
}

impl Dialogue for Terminal<'_> {
    fn confirm(&mut self, question: &str) -> Option<bool> {
        let answer = self.ui.ask(&format!("{question}\n  Enter \"yes\" to copy and \"no\" to start with an empty state.\n\n  Enter a value: "));
        answer.map(|answer| answer.trim() == "yes")
    }

    fn tell(&mut self, news: &News) {
        if let News::Transfer(transfer) = news {
            return self.ui.transfer(transfer);
        }
        self.ui.line(&lines::line(news, self.ui.style()));
        messages::tell(self.ui, news);
    }
}
