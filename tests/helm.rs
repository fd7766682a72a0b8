//! Helm reads the releases of this program, goes back in their history, and what Helm made is taken over.

#![allow(clippy::indexing_slicing, reason = "a test stops where it cannot go on")]

use ordain_tests::helm_peer::Helm;
use ordain_tests::recorded::cluster::Cluster;
use ordain_tests::recorded::engine::Engine;
use serde_json::{Value as Json, json};

const CHART: [(&str, &str); 4] = [
    ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: \"7\"\n"),
    ("chart/values.yaml", "tag: \"0\"\n"),
    (
        "chart/templates/settings.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  tag: {{ .Values.tag | quote }}\n",
    ),
    (
        "chart/templates/web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: {{ .Release.Name }}}}\n  template:\n    metadata: {labels: {app: {{ .Release.Name }}}}\n    spec:\n      containers:\n        - name: web\n          image: nginx:{{ .Values.tag }}\n",
    ),
];

fn configuration(release: &str, tag: &str) -> String {
    format!(
        "resource \"helm_release\" \"{release}\" {{\n  name   = \"{release}\"\n  chart  = \"./chart\"\n  values = [\"tag: '{tag}'\"]\n}}\n"
    )
}

struct Work<'w> {
    engine: Engine,
    cluster: &'w Cluster,
}

impl Work<'_> {
    fn write(&self, name: &str, text: &str) {
        let path = self.engine.work.join(name);
        let _made = path.parent().map(std::fs::create_dir_all);
        std::fs::write(path, text).unwrap_or_default();
    }

    fn run(&self, line: &str) -> String {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let outcome = self.engine.run(&words, &Json::Null);
        assert_eq!(outcome.exit, 0, "{line}\n{}{}", outcome.out, outcome.err);
        outcome.out
    }

    fn tag(&self, name: &str) -> Json {
        let caller = self.cluster.access.caller("outside/1.0");
        let answer = caller.json("GET", &format!("/api/v1/namespaces/default/configmaps/{name}"), None);
        answer.json()["data"]["tag"].clone()
    }
}

fn history(helm: &mut Helm, name: &str) -> Vec<String> {
    let rows = helm.ask(&json!({"do": "history", "name": name}));
    let rows = rows.as_array().cloned().unwrap_or_default();
    rows.iter()
        .map(|row| format!("{} {}", row["revision"], row["status"].as_str().unwrap_or_default()))
        .collect()
}

#[test]
fn helm_and_ordain_share_releases() {
    ordain_tests::binary::ordain();
    let cluster = Cluster::start("helm");
    let Some(mut helm) = Helm::start(Some(&cluster.access.path)) else { return };
    let work = Work { engine: Engine::new("helm", "shared"), cluster: &cluster };
    for (name, text) in CHART {
        work.write(name, text);
    }
    let provider =
        format!("provider \"helm\" {{\n  kubernetes = {{ config_path = {:?} }}\n}}\n", cluster.access.path);
    let needs = "terraform {\n  required_providers {\n    helm = { source = \"hashicorp/helm\", version = \"3.1.0\" }\n  }\n}\n";
    work.write("main.tf", &format!("{needs}{provider}"));
    work.run("init -input=false -no-color");
    for tag in ["1", "2"] {
        work.write("ours.tf", &configuration("ours", tag));
        work.run("apply -input=false -no-color -auto-approve");
    }

    // helm list, history, get values.
    let listed = helm.ask(&json!({"do": "list"}));
    assert_eq!(
        listed,
        json!([{"name": "ours", "revision": 2, "status": "deployed", "chart_version": "0.1.0"}])
    );
    assert_eq!(history(&mut helm, "ours"), ["1 superseded", "2 deployed"]);
    assert_eq!(helm.ask(&json!({"do": "values", "name": "ours"})), json!({"tag": "2"}));

    // helm rollback, and on from there.
    helm.ask(&json!({"do": "rollback", "name": "ours", "to": 1}));
    assert_eq!(work.tag("ours"), json!("1"));
    assert_eq!(history(&mut helm, "ours"), ["1 superseded", "2 superseded", "3 deployed"]);
    work.write("ours.tf", &configuration("ours", "4"));
    work.run("apply -input=false -no-color -auto-approve");
    assert_eq!(work.tag("ours"), json!("4"));
    assert_eq!(history(&mut helm, "ours").last().map(String::as_str), Some("4 deployed"));

    // A release that Helm made is taken over, changed, and still Helm's.
    let chart = work.engine.work.join("chart").display().to_string();
    helm.ask(&json!({"do": "install", "name": "theirs", "chart": chart, "values": {"tag": "8"}}));
    let import = "import {\n  to = helm_release.theirs\n  id = \"default/theirs\"\n}\n";
    work.write("theirs.tf", &format!("{}{import}", configuration("theirs", "9")));
    let said = work.run("apply -input=false -no-color -auto-approve");
    assert!(said.contains("1 imported, 0 added, 1 changed"), "{said}");
    work.run("plan -input=false -no-color -detailed-exitcode");
    assert_eq!(work.tag("theirs"), json!("9"));
    assert_eq!(history(&mut helm, "theirs"), ["1 superseded", "2 deployed"]);
    helm.ask(&json!({"do": "upgrade", "name": "theirs", "chart": chart, "values": {"tag": "10"}}));
    assert_eq!(work.tag("theirs"), json!("10"));

    // What Helm took away is made again.
    helm.ask(&json!({"do": "uninstall", "name": "ours"}));
    let said = work.run("apply -input=false -no-color -auto-approve");
    assert!(said.contains("helm_release.ours: Creation complete"), "{said}");
    assert_eq!(history(&mut helm, "ours"), ["1 deployed"]);
    work.run("destroy -input=false -no-color -auto-approve");
    assert_eq!(helm.ask(&json!({"do": "list"})), json!([]));
}
