//! A chart of 40 templates rendered 1,000 times, side by side with Helm's own library.
//!
//! `cargo bench -p ordain-helm-template --bench charts`; `ORDAIN_BENCH=100` renders fewer. Both sides load the chart once and render it within
//! one process. Helm's side is the Python package `helm-python-sdk`, which `cargo test -p ordain-tests --test helm` installs below
//! `target/peers`; `ORDAIN_HELM_PYTHON` names another Python that has it. Without one only our figure is printed.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement stops where it cannot go on"
)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use ordain_helm_template::{
    Chart, Detached, ReleaseInfo, RenderOptions, Table, default_capabilities, render,
};
use serde_json::{Value, json};

const TEMPLATES: usize = 40;

const HELPERS: &str = r#"{{- define "bench.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
{{- end -}}
"#;

fn template(number: usize) -> String {
    format!(
        r#"{{{{- $own := printf "%s-%d" .Release.Name {number} }}}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{{{ $own }}}}
  labels: {{{{- include "bench.labels" . | nindent 4 }}}}
spec:
  replicas: {{{{ .Values.replicas | default 1 }}}}
  selector:
    matchLabels: {{{{- include "bench.labels" . | nindent 6 }}}}
  template:
    metadata:
      annotations:
        checksum: {{{{ toJson .Values.settings | sha256sum }}}}
      labels: {{{{- include "bench.labels" . | nindent 8 }}}}
    spec:
      containers:
        - name: app
          image: "{{{{ .Values.image.repository }}}}:{{{{ .Values.image.tag | default .Chart.AppVersion }}}}"
          env:
            {{{{- range $key, $value := .Values.settings }}}}
            - name: {{{{ $key | upper | quote }}}}
              value: {{{{ tpl $value $ | quote }}}}
            {{{{- end }}}}
          {{{{- if gt (int .Values.replicas) 1 }}}}
          resources: {{{{- toYaml .Values.resources | nindent 12 }}}}
          {{{{- end }}}}
"#
    )
}

fn write_chart(at: &Path) {
    let templates = at.join("templates");
    std::fs::create_dir_all(&templates).expect("a directory");
    std::fs::write(
        at.join("Chart.yaml"),
        "apiVersion: v2\nname: bench\nversion: 1.0.0\nappVersion: \"3.1\"\n",
    )
    .expect("a file");
    let mut values = "replicas: 3\nimage:\n  repository: registry.example/app\n  tag: \"\"\nresources:\n  limits: {cpu: 500m, memory: 1Gi}\nsettings:\n".to_owned();
    for number in 0..12 {
        let _grows = writeln!(values, "  key_{number}: '{{{{ .Release.Namespace }}}}-{number}'");
    }
    std::fs::write(at.join("values.yaml"), values).expect("a file");
    std::fs::write(templates.join("_labels.tpl"), HELPERS).expect("a file");
    for number in 0..TEMPLATES {
        std::fs::write(templates.join(format!("d{number:02}.yaml")), template(number)).expect("a file");
    }
}

fn main() {
    let times: usize = std::env::var("ORDAIN_BENCH").ok().and_then(|text| text.parse().ok()).unwrap_or(1000);
    let directory = std::env::temp_dir().join(format!("ordain-bench-charts-{}", std::process::id()));
    write_chart(&directory);
    let chart = Chart::from_path(&directory).expect("the chart");
    let release =
        ReleaseInfo { name: "bench".into(), namespace: "default".into(), revision: 1, is_upgrade: false };
    let capabilities = default_capabilities();
    let one = || {
        let rendered = render(
            &chart,
            &Table::new(),
            &release,
            &capabilities,
            &Detached::default(),
            RenderOptions::default(),
        );
        rendered.expect("a rendered chart").manifest(false).len()
    };
    let bytes = one();
    let begun = Instant::now();
    for _ in 0..times {
        assert_eq!(one(), bytes);
    }
    let ours = begun.elapsed().as_secs_f64();
    println!("ordain: {times} times {TEMPLATES} templates ({bytes} bytes): {ours:.3} s");
    match helm(&directory, times) {
        Some(theirs) => println!("helm:   the same: {theirs:.3} s; ratio {:.1}", theirs / ours),
        None => {
            println!("helm:   helm-python-sdk is not installed, so that there is nothing to compare with")
        }
    }
    let _gone = std::fs::remove_dir_all(directory);
}

/// Seconds that Helm's own library takes.
fn helm(chart: &Path, times: usize) -> Option<f64> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let own = std::env::var_os("ORDAIN_HELM_PYTHON").map(PathBuf::from);
    let python = own.unwrap_or_else(|| root.join("target/peers/helm-python-sdk/bin/python"));
    let mut peer = Command::new(python)
        .arg(root.join("tests/peers/helm.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let ask = json!({"do": "render", "chart": chart.display().to_string(), "values": {}, "times": times});
    writeln!(peer.stdin.take()?, "{ask}").ok()?;
    let answer: Value = serde_json::from_slice(&peer.wait_with_output().ok()?.stdout).ok()?;
    answer["ok"]["seconds"].as_f64()
}
