//! `ordain sandbox`: the services that the reference systems talk to, on loopback.

use std::time::Duration;

use clap::{ArgMatches, Command};
use ordain_sandbox::{ClusterHosts, Options};

use super::Entry;
use crate::exit::Exit;
use crate::flags::{many, seconds, text, value};
use crate::session::Session;
use crate::ui::Ui;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["sandbox"],
    about: "Serve strict emulations of Azure, Kubernetes and a chart repository on loopback",
    flags,
    run,
};

fn flags(command: Command) -> Command {
    command
        .arg(value("dir", "Directory for certificates and kubeconfig").default_value(".ordain-sandbox"))
        .arg(value("world", "File that keeps the world between runs"))
        .arg(value("latency", "Delay of every answer, such as 200ms").default_value("0s"))
        .arg(value("fault-rate", "Share of requests that fail, from 0 to 1").default_value("0"))
        .arg(
            value(
                "lost-rate",
                "Share of writing requests that are carried out without an answer, from 0 to 1",
            )
            .default_value("0"),
        )
        .arg(many("lose", "A request whose answer is lost once, such as 'POST /api/v1/namespaces'"))
        .arg(value("seed", "Seed of everything random").default_value("1"))
        .arg(
            value(
                "clusters",
                "How managed clusters are reached: loopback, fqdn (through the proxy) or absent",
            )
            .default_value("loopback"),
        )
        .arg(value("azure-port", "Port of Resource Manager and login; 0 picks a free one").default_value("0"))
        .arg(value("blobs-port", "Port of blob storage").default_value("0"))
        .arg(value("kubernetes-port", "Port of the Kubernetes API").default_value("0"))
        .arg(value("charts-port", "Port of the chart repository").default_value("0"))
        .arg(value("proxy-port", "Port of the proxy").default_value("0"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let options = match options(matches, session) {
        Ok(options) => options,
        Err(why) => return session.usage("Invalid value for an option of sandbox", &why),
    };
    let ended = session.drive(|ui| {
        let stop = async {
            // Without a signal handler the sandbox serves until it is killed.
            let _unavailable = tokio::signal::ctrl_c().await;
        };
        ordain_sandbox::run(options, |line| ui.line(line), stop)
    });
    match ended {
        Ok(()) => Exit::Done,
        Err(error) => session.fail(ordain_diag::Diagnostic::error(
            ordain_diag::codes::cli::IO,
            "The sandbox cannot be started",
            error.to_string(),
        )),
    }
}

fn options(matches: &ArgMatches, session: &Session) -> Result<Options, String> {
    let mut options = Options::new(session.workdir.path(text(matches, "dir").unwrap_or(".ordain-sandbox")));
    let latency = text(matches, "latency").unwrap_or("0s");
    let latency =
        seconds(latency).ok_or_else(|| format!("-latency={latency} is no duration, such as 200ms"))?;
    options.latency = Duration::from_secs_f64(latency);
    options.fault_rate = number(matches, "fault-rate")?;
    options.lost_rate = number(matches, "lost-rate")?;
    options.lose = matches.get_many::<String>("lose").into_iter().flatten().cloned().collect();
    options.seed = number(matches, "seed")?;
    options.world_file = text(matches, "world").map(|path| session.workdir.path(path));
    options.cluster_hosts = match text(matches, "clusters").unwrap_or("loopback") {
        "loopback" => ClusterHosts::Loopback,
        "fqdn" => ClusterHosts::Fqdn,
        "absent" => ClusterHosts::Absent,
        other => return Err(format!("-clusters={other} is none of loopback, fqdn, absent")),
    };
    options.log = Ui::log_lines("sandbox: ");
    options.ports.azure = number(matches, "azure-port")?;
    options.ports.blobs = number(matches, "blobs-port")?;
    options.ports.kubernetes = number(matches, "kubernetes-port")?;
    options.ports.charts = number(matches, "charts-port")?;
    options.ports.proxy = number(matches, "proxy-port")?;
    Ok(options)
}

fn number<T: std::str::FromStr>(matches: &ArgMatches, name: &str) -> Result<T, String> {
    let given = text(matches, name).unwrap_or_default();
    given.parse().map_err(|_| format!("-{name}={given} is no number that fits"))
}
