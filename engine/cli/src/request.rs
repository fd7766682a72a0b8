//! From flags to what operations are asked for, shared by `plan`, `apply` and `destroy`.

use std::time::Duration;

use clap::ArgMatches;
use ordain_addr::{ResourceInstance, Target};
use ordain_operations::locked::Locking;
use ordain_operations::planning::{Options, Refresh};
use ordain_operations::{Project, stores};
use ordain_plan::Mode;

use crate::exit::Exit;
use crate::flags::{given_variables, is_on, seconds, text, texts};
use crate::session::Session;

const NOTHING_TO_DO: &str = "It doesn't make sense to use -refresh-only at the same time as -refresh=false, because Ordain would have nothing to do.";

/// Warns of `-state`, which has a better place.
pub fn warn_of_old_flags(matches: &ArgMatches, session: &mut Session) {
    if text(matches, "state").is_some() {
        let detail = "The file of the state belongs into the configuration: the argument path of the backend \"local\".";
        let warning = ordain_diag::Diagnostic::warning(
            ordain_diag::codes::cli::USAGE,
            "Deprecated flag: -state",
            detail,
        );
        session.fail(warning);
    }
}

/// What flags of planning do not go together, shown. Whether everything is to be destroyed, and whether things are only
/// looked at.
fn mode(matches: &ArgMatches, session: &mut Session, destroy: bool) -> Result<(bool, bool), Exit> {
    let refresh_only = is_on(matches, "refresh-only");
    if destroy && (refresh_only || is_on(matches, "destroy")) {
        let exit = session.usage(
            "Invalid mode option",
            "The command destroy says already what is planned: -destroy and -refresh-only belong to plan and apply.",
        );
        return Err(match refresh_only && !is_on(matches, "refresh") {
            true => session.usage("Incompatible refresh options", NOTHING_TO_DO),
            false => exit,
        });
    }
    let destroy = destroy || is_on(matches, "destroy");
    if destroy && refresh_only {
        let detail = "The -destroy and -refresh-only options are mutually-exclusive.";
        return Err(session.usage("Incompatible plan mode options", detail));
    }
    if let Some(action) = texts(matches, "invoke").first() {
        let detail = format!(
            "-invoke={action} asks for an action block to be carried out. Actions came into the language after \
             version {}, which this program speaks.",
            ordain_operations::LANGUAGE_VERSION
        );
        return Err(session.usage("Actions are not supported", &detail));
    }
    let minimal = is_on(matches, "minimal-refresh");
    if minimal && (refresh_only || !is_on(matches, "refresh")) {
        let detail = "-minimal-refresh reads the objects that would change; it goes neither with -refresh-only, which reads all, nor with -refresh=false, which reads none.";
        return Err(session.usage("Incompatible refresh options", detail));
    }
    if refresh_only && !is_on(matches, "refresh") {
        return Err(session.usage("Incompatible refresh options", NOTHING_TO_DO));
    }
    if (destroy || refresh_only) && !texts(matches, "replace").is_empty() {
        let detail = "Replacements can be forced (-replace) in a plan that creates, changes and destroys; not together \
                      with -destroy or -refresh-only.";
        return Err(session.usage("Unsupported plan mode", detail));
    }
    Ok((destroy, refresh_only))
}

/// Reads the planning flags; what is wrong with them is shown. `destroy` is set by the command `destroy`.
pub fn planning(
    matches: &ArgMatches,
    session: &mut Session,
    destroy: bool,
    operation: &str,
) -> Result<Options, Exit> {
    let (destroy, refresh_only) = mode(matches, session, destroy)?;
    let targets = addresses(matches, session, "target")?;
    let excludes = addresses(matches, session, "exclude")?;
    if !targets.is_empty() && !excludes.is_empty() {
        let detail =
            "-target narrows the plan to what it names, -exclude leaves out what it names. Use one of them.";
        return Err(session.usage("Incompatible -target and -exclude", detail));
    }
    let mode = match (destroy, refresh_only) {
        (true, _) => Mode::Destroy,
        (_, true) => Mode::RefreshOnly,
        _ => Mode::Normal,
    };
    let replace = replacements(matches, session)?;
    let mut options = work(matches, session, operation)?;
    options.planner.mode = mode;
    options.planner.refresh = match (is_on(matches, "refresh"), is_on(matches, "minimal-refresh")) {
        (false, _) => Refresh::Nothing,
        (true, true) => Refresh::Changing,
        (true, false) => Refresh::All,
    };
    options.planner.targets = targets;
    options.planner.excludes = excludes;
    options.planner.replace = replace;
    options.planner.allow_deferral = is_on(matches, "allow-deferral");
    Ok(options)
}

/// What all commands that evaluate the configuration are asked: variables, locking, parallelism, policies.
pub fn work(matches: &ArgMatches, session: &mut Session, operation: &str) -> Result<Options, Exit> {
    let planner = ordain_operations::PlannerOptions {
        parallelism: parallelism(matches, session)?,
        ..ordain_operations::PlannerOptions::default()
    };
    Ok(Options {
        given: given_variables(matches),
        planner,
        locking: locking(matches, session, operation)?,
        policies: text(matches, "policies").map(|path| session.workdir.path(path)),
        generate: text(matches, "generate-config-out").map(str::to_owned),
        store: true,
    })
}

fn parallelism(matches: &ArgMatches, session: &mut Session) -> Result<usize, Exit> {
    let given = text(matches, "parallelism").unwrap_or("10").to_owned();
    // Zero is taken as no wish.
    given.parse().ok().map(|number| if number == 0 { 10 } else { number }).ok_or_else(|| {
        let detail = format!("invalid value {given:?} for flag -parallelism: a whole number is needed.");
        session.usage("Failed to parse command-line flags", &detail)
    })
}

/// `-target` or `-exclude`, and the files that hold more of them, one a line with `#` comments.
fn addresses(matches: &ArgMatches, session: &mut Session, flag: &'static str) -> Result<Vec<Target>, Exit> {
    let mut all = texts(matches, flag);
    for path in texts(matches, if flag == "target" { "target-file" } else { "exclude-file" }) {
        let content = std::fs::read_to_string(session.workdir.path(&path))
            .map_err(|error| session.usage("Unable to read target file", &format!("{path}: {error}.")))?;
        let lines = content.lines().map(|line| line.split('#').next().unwrap_or("").trim());
        all.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
    }
    let read = |text: String| Target::parse(&text).map_err(|error| (text, error));
    all.into_iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(|(given, error)| session.usage(&format!("Invalid {flag} {given:?}"), &format!("{error}")))
}

fn replacements(matches: &ArgMatches, session: &mut Session) -> Result<Vec<ResourceInstance>, Exit> {
    let read = |text: String| ordain_addr::parse_instance(&text).map_err(|error| (text, error));
    texts(matches, "replace").into_iter().map(read).collect::<Result<_, _>>().map_err(|(given, error)| {
        session.usage(&format!("Invalid force-replace address {given:?}"), &format!("{error}"))
    })
}

/// How the lock is taken. The path of the state in it is filled in where the state is opened.
fn locking(matches: &ArgMatches, session: &mut Session, operation: &str) -> Result<Locking, Exit> {
    let given = text(matches, "lock-timeout").unwrap_or("0s").to_owned();
    let Some(timeout) = seconds(&given) else {
        let detail =
            format!("invalid value {given:?} for flag -lock-timeout: a duration such as 30s is needed.");
        return Err(session.usage("Failed to parse command-line flags", &detail));
    };
    let timeout = Duration::from_secs_f64(timeout);
    Ok(stores::locking(&session.workdir, "", operation, is_on(matches, "lock"), timeout))
}

/// Loads the configuration; what is wrong with it is shown, and that there is none.
pub fn project(session: &mut Session) -> Result<Project, Exit> {
    let project = project_or_none(session)?;
    if project.is_empty() {
        let detail = "Plan requires configuration to be present. Planning without a configuration would mark everything for destruction, which is normally not what is desired. If you would like to destroy everything, run plan with the -destroy option. Otherwise, create a configuration file (.tf file) in this directory and try again.";
        return Err(session.usage("No configuration files", detail));
    }
    Ok(project)
}

/// The same, also where there is no configuration at all: objects of a state can be looked at and destroyed without.
pub fn project_or_none(session: &mut Session) -> Result<Project, Exit> {
    let (project, found) = Project::load(&session.workdir);
    if found.has_errors() {
        return Err(session.report(&found, &project.sources));
    }
    if !found.is_empty() {
        session.report(&found, &project.sources);
    }
    Ok(project)
}
