//! `ordain init`

use clap::{ArgMatches, Command};
use ordain_addr::ProviderAddr;
use ordain_operations::init::{Dialogue, Event, News, Options, init, remember_modules};
use ordain_operations::serving::Served;
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
        .arg(many("plugin-dir", "Directory of provider plugins"))
        .arg(value("test-directory", "Directory of tests"))
        .arg(switch("input", true, "Ask for what is missing"))
        .arg(switch("json", false, "Machine-readable output"));
    output(locking(variables(command)))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    if is_on(matches, "upgrade")
        && matches.get_one::<String>("lockfile").is_some_and(|mode| mode == "readonly")
    {
        return session.usage(
            "Conflicting options",
            "-upgrade changes the lock file, which -lockfile=readonly forbids.",
        );
    }
    let options = Options {
        backend_config: texts(matches, "backend-config"),
        skip_backend: !is_on(matches, "backend"),
        reconfigure: is_on(matches, "reconfigure"),
        migrate: is_on(matches, "migrate-state") || is_on(matches, "force-copy"),
        force_copy: is_on(matches, "force-copy"),
        upgrade: is_on(matches, "upgrade"),
        lockfile_readonly: text(matches, "lockfile") == Some("readonly"),
        keep_modules: !is_on(matches, "get"),
        plugin_dirs: texts(matches, "plugin-dir").into_iter().map(Into::into).collect(),
    };
    let (mut project, mut found) = Project::load_for_init(&session.workdir);
    let directory = text(matches, "test-directory").unwrap_or("tests");
    // Whoever is told that the configuration is ready must be able to run its tests.
    let (sources, problems) = testing::check(&session.workdir, &project, directory, true);
    if problems.has_errors() {
        found.append(problems);
    }
    if found.has_errors() {
        found.extend(remember_modules(&session.workdir, &project).err());
        return session.report(&found, &sources);
    }
    if project.is_empty() {
        session.ui.line("Ordain initialized in an empty directory!\n\nThe directory has no configuration files. You may begin working with Ordain\nimmediately by creating configuration files.");
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
        session
            .ui
            .line(&style.bold(&style.paint(Color::Green, "\nOrdain has been successfully initialized!")));
        if session.workdir.setting("IN_AUTOMATION").is_none() {
            session.ui.line("\nYou may now begin working with Ordain. Try \"ordain plan\" to see any changes that\nare required for your infrastructure.");
        }
    }
    exit
}

/// The terminal as who watches and answers.
struct Terminal<'t> {
    ui: &'t mut Ui,
}

impl Dialogue for Terminal<'_> {
    fn confirm(&mut self, question: &str) -> Option<bool> {
        let answer = self.ui.ask(&format!("{question}\n  Enter \"yes\" to copy and \"no\" to start with an empty state.\n\n  Enter a value: "));
        answer.map(|answer| answer.trim() == "yes")
    }

    fn tell(&mut self, news: &News) {
        let bold = self.ui.style();
        let line = match news {
            News::Backend => bold.bold("Initializing the backend..."),
            News::Configured(kind) => format!(
                "\nSuccessfully configured the backend {kind:?}! Ordain will automatically\nuse this backend unless the backend configuration changes."
            ),
            News::Copied(workspace) => format!("Copied the state of workspace {workspace:?}."),
            News::Modules => bold.bold("Initializing modules..."),
            News::Upgrading => bold.bold("Upgrading modules..."),
            News::Downloading(package, version, call) => downloading(package, version.as_deref(), call),
            News::Module(call, directory) => format!("- {call} in {directory}"),
            News::Providers => bold.bold("Initializing provider plugins..."),
            News::Builtin(address) => format!("- {address} is built in to Ordain"),
            News::Provider(event) => package(event),
            News::Served(address, served) => serving(address, served),
            News::Locked { first: true } => "\nOrdain has created a lock file .terraform.lock.hcl to record the provider\nselections it made above. Include this file in your version control repository\nso that the same selections are made when you run \"ordain init\" in the future.".to_owned(),
            News::Locked { first: false } => "\nOrdain has made some changes to the provider dependency selections recorded\nin the .terraform.lock.hcl file. Review those changes and commit them to your\nversion control system if they represent changes you intended to make.".to_owned(),
        };
        self.ui.line(&line);
    }
}

/// What is being downloaded, and for which call.
pub fn downloading(package: &str, version: Option<&str>, call: &str) -> String {
    let version = version.map(|version| format!(" {version}")).unwrap_or_default();
    format!("Downloading {package}{version} for {call}...")
}

fn package(event: &Event) -> String {
    match event {
        Event::Reusing(address) => {
            format!("- Reusing previous version of {} from the dependency lock file", address.for_display())
        }
        Event::Finding(address, constraints) if constraints.is_empty() => {
            format!("- Finding latest version of {}...", address.for_display())
        }
        Event::Finding(address, constraints) => {
            format!("- Finding {} versions matching {constraints:?}...", address.for_display())
        }
        Event::Installing(address, version) => {
            format!("- Installing {} v{version}...", address.for_display())
        }
        Event::Installed(address, version, who) => {
            format!("- Installed {} v{version} ({who})", address.for_display())
        }
        Event::Present(address, version) => {
            format!("- Using previously-installed {} v{version}", address.for_display())
        }
        Event::Warned(address, words) => {
            let rows: Vec<String> = words.iter().map(|word| format!("\n  - {word}")).collect();
            format!("- The registry has something to say about {}:{}", address.for_display(), rows.concat())
        }
        Event::FromCache(address, version) => {
            format!("- Using {} v{version} from the shared cache directory", address.for_display())
        }
    }
}

fn serving(address: &ProviderAddr, served: &Served) -> String {
    let name = address.for_display();
    let Served { version, why, .. } = served;
    if served.native {
        format!("- {name} v{version} is served natively: {why}")
    } else {
        format!("- {name} v{version} is served by the installed plugin: {why}")
    }
}
