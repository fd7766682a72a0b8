//! Renders a chart: `render_chart dev render-chart DIR --name R … --json`.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest = args.strip_prefix(&["dev".to_owned(), "render-chart".to_owned()]).unwrap_or(&args);
    let out = ordain_helm_template::render_chart_command(rest, std::path::Path::new("."));
    let written = std::io::stdout().write_all(out.stdout.as_bytes());
    let complained = std::io::stderr().write_all(out.stderr.as_bytes());
    if written.is_err() || complained.is_err() { ExitCode::FAILURE } else { ExitCode::from(out.exit) }
}
