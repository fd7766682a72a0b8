//! The chart repository: an index and archives packed from the chart sources beside this crate.

use crate::ids::hex;
use crate::message::{Reply, Request, Service};
use crate::sandbox::SandboxError;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

macro_rules! chart_files {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../charts/mlflow/", $name)))),*] };
}

/// The chart's files, in the order that they are packed.
const MLFLOW: &[(&str, &str)] = chart_files![
    "Chart.yaml",
    "values.yaml",
    "templates/NOTES.txt",
    "templates/_helpers.tpl",
    "templates/configmap.yaml",
    "templates/deployment.yaml",
    "templates/flask-secret.yaml",
    "templates/hpa.yaml",
    "templates/ingress.yaml",
    "templates/secret.yaml",
    "templates/service.yaml",
    "templates/serviceaccount.yaml",
    "templates/servicemonitor.yaml",
];

/// The service.
pub(crate) struct Charts {
    index: String,
    archive: Vec<u8>,
}

const ARCHIVE: &str = "mlflow-1.7.3.tgz";

impl Charts {
    pub fn new() -> Result<Charts, SandboxError> {
        let archive =
            pack("mlflow", MLFLOW).map_err(|e| SandboxError::new(format!("packing a chart: {e}")))?;
        let digest = hex(&Sha256::digest(&archive));
        let meta = MLFLOW.first().map_or("", |(_, text)| *text);
        let entry: String = meta.lines().map(|line| format!("      {line}\n")).collect();
        let index = format!(
            "apiVersion: v1\nentries:\n  mlflow:\n    -\n{entry}      created: \"2025-10-01T00:00:00Z\"\n      digest: {digest}\n      urls:\n        - {ARCHIVE}\ngenerated: \"2025-10-01T00:00:00Z\"\n"
        );
        Ok(Charts { index, archive })
    }
}

/// A `.tgz` whose bytes depend on the files alone.
fn pack(name: &str, files: &[(&str, &str)]) -> std::io::Result<Vec<u8>> {
    let gz = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    let mut tar = tar::Builder::new(gz);
    for (path, text) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        tar.append_data(&mut header, format!("{name}/{path}"), text.as_bytes())?;
    }
    tar.into_inner()?.finish()
}

impl Service for Charts {
    fn name(&self) -> &'static str {
        "charts"
    }

    fn answer(&self, request: &Request) -> Reply {
        let path = request.path.strip_prefix("/helm-charts").unwrap_or(&request.path);
        match (request.method.as_str(), path.trim_start_matches('/')) {
            ("GET" | "HEAD", "index.yaml") => Reply::bytes(200, "text/yaml", self.index.clone()),
            ("GET" | "HEAD", ARCHIVE) => Reply::bytes(200, "application/gzip", self.archive.clone()),
            ("GET" | "HEAD", _) => Reply::bytes(404, "text/plain", "404 page not found\n"),
            _ => Reply::bytes(405, "text/plain", "405 method not allowed\n"),
        }
    }
}
