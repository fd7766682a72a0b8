//! Serves a sandbox in the foreground until its standard input ends: the development twin of `ordain sandbox`.

use ordain_sandbox::{ClusterHosts, Options, run};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = Options::new("target/sandbox");
    let mut args = std::env::args().skip(1);
    while let Some(flag) = args.next() {
        let value = args.next().unwrap_or_default();
        match flag.as_str() {
            "--dir" => options.directory = value.into(),
            "--world" => options.world_file = Some(value.into()),
            "--latency-ms" => options.latency = Duration::from_millis(value.parse()?),
            "--fault-rate" => options.fault_rate = value.parse()?,
            "--seed" => options.seed = value.parse()?,
            "--azure-port" => options.ports.azure = value.parse()?,
            "--kubernetes-port" => options.ports.kubernetes = value.parse()?,
            "--clusters" if value == "absent" => options.cluster_hosts = ClusterHosts::Absent,
            "--clusters" if value == "fqdn" => options.cluster_hosts = ClusterHosts::Fqdn,
            other => return Err(format!("unknown flag {other}").into()),
        }
    }
    options.log = Arc::new(|line| say("sandbox: ", line));
    let ended = async {
        let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
    };
    run(options, |line| say("", line), ended).await?;
    Ok(())
}

fn say(prefix: &str, line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{prefix}{line}");
}
