//! The chart repository: an index and archives packed from the chart sources beside this crate, and the same chart in an
//! OCI registry.
//!
//! `oci://HOST/charts` is open, `oci://HOST/private` wants the user `demo` with the password `demo`.

use crate::ids::hex;
use crate::message::{Reply, Request, Service};
use crate::sandbox::SandboxError;
use flate2::{Compression, GzBuilder};
use serde_json::json;
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

/// `Authorization` of the user that the registry knows: `demo` with the password `demo`.
const LOGIN: &str = "Basic ZGVtbzpkZW1v";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &[u8] = b"{\"name\":\"mlflow\",\"version\":\"1.7.3\",\"apiVersion\":\"v2\"}";

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

fn refusal(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"errors": [{"code": code, "message": message}]}))
}

impl Charts {
    /// The registry of the OCI distribution specification, as far as pulling goes.
    fn registry(&self, request: &Request, path: &str) -> Reply {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return refusal(501, "UNSUPPORTED", "the registry of the sandbox only gives");
        }
        let repository = path.split(['/']).next().unwrap_or_default();
        if repository != "charts" && request.header("authorization") != Some(LOGIN) {
            let reply = refusal(401, "UNAUTHORIZED", "authentication required");
            return reply.with("WWW-Authenticate", "Basic realm=\"charts\"");
        }
        let manifest = self.manifest();
        match path.trim_start_matches("charts/").trim_start_matches("private/") {
            "" => Reply::json(200, &json!({})),
            "mlflow/tags/list" => Reply::json(200, &json!({"name": "mlflow", "tags": ["1.7.3"]})),
            "mlflow/manifests/1.7.3" => Reply::bytes(200, MANIFEST, manifest),
            path => match path.strip_prefix("mlflow/blobs/") {
                Some(wanted) if wanted == digest(&self.archive) => {
                    Reply::bytes(200, "application/octet-stream", self.archive.clone())
                }
                Some(wanted) if wanted == digest(CONFIG) => {
                    Reply::bytes(200, "application/octet-stream", CONFIG.to_vec())
                }
                _ => refusal(404, "MANIFEST_UNKNOWN", "manifest unknown"),
            },
        }
    }

    fn manifest(&self) -> String {
        let layer = |kind: &str, bytes: &[u8]| json!({"mediaType": kind, "digest": digest(bytes), "size": bytes.len()});
        json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": layer("application/vnd.cncf.helm.config.v1+json", CONFIG),
            "layers": [layer("application/vnd.cncf.helm.chart.content.v1.tar+gzip", &self.archive)],
        })
        .to_string()
    }
}

impl Service for Charts {
    fn name(&self) -> &'static str {
        "charts"
    }

    fn answer(&self, request: &Request) -> Reply {
        if let Some(path) = request.path.strip_prefix("/v2/") {
            return self.registry(request, path);
        }
        let path = request.path.strip_prefix("/helm-charts").unwrap_or(&request.path);
        match (request.method.as_str(), path.trim_start_matches('/')) {
            ("GET" | "HEAD", "index.yaml") => Reply::bytes(200, "text/yaml", self.index.clone()),
            ("GET" | "HEAD", ARCHIVE) => Reply::bytes(200, "application/gzip", self.archive.clone()),
            ("GET" | "HEAD", _) => Reply::bytes(404, "text/plain", "404 page not found\n"),
            _ => Reply::bytes(405, "text/plain", "405 method not allowed\n"),
        }
    }
}
