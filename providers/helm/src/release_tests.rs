use super::*;
use ordain_helm_template::Rendered;

#[test]
fn records_survive_the_objects_that_hold_them() {
    let rendered = Rendered { notes: "hi".into(), ..Rendered::default() };
    let output = Output { rendered, manifest: String::new() };
    let release = Release::new(&NewRelease {
        name: "r",
        namespace: "n",
        version: 3,
        chart: &Chart::default(),
        config: &Table::from([("a".to_owned(), Data::Int(1))]),
        rendered: &output,
        labels: Map::from_iter([("team".to_owned(), json!("x"))]),
        first_deployed: Some("2026-01-02T03:04:05Z"),
        status: "pending-install",
        description: "Initial install underway",
        now: "2026-01-02T03:04:06.5Z",
    });
    for driver in [Driver::Secrets, Driver::ConfigMaps] {
        let object = release.object(driver, "createdAt", 7).unwrap();
        assert_eq!(object.pointer("/metadata/name"), Some(&json!("sh.helm.release.v1.r.v3")));
        assert_eq!(object.pointer("/metadata/labels/status"), Some(&json!("pending-install")));
        assert_eq!(object.pointer("/metadata/labels/team"), Some(&json!("x")));
        let read = Release::from_object(&object).unwrap();
        assert_eq!((read.version(), read.notes(), read.config().len()), (3, "hi", 1));
        assert_eq!(unix(read.first_deployed()), 1_767_323_045);
        assert_eq!(read.labels.len(), 1);
        assert!(!format!("{read:?}").contains("config"));
    }
}

#[test]
fn the_record_holds_the_chart_with_its_dependencies_processed() {
    let file = |name: &str, text: &str| ordain_helm_template::File {
        name: name.to_owned(),
        data: text.as_bytes().into(),
    };
    let line = "- {name: sub, version: '*', alias: al, import-values: [data], condition: al.enabled}";
    let off = "- {name: sub, version: '*', alias: other, condition: other.enabled}";
    let chart = Chart::from_files(vec![
        file(
            "Chart.yaml",
            &format!("apiVersion: v2\nname: c\nversion: 0.1.0\nmaintainers: [{{name: m}}]\ndependencies:\n{line}\n{off}\n"),
        ),
        file("Chart.lock", "digest: sha256:x\ndependencies: [{name: sub, version: 0.1.0}]\n"),
        file("values.yaml", "own: 1\nother: {enabled: false}\n"),
        file("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 0.1.0\n"),
        file("charts/sub/values.yaml", "exports: {data: {q: 1}}\n"),
    ])
    .unwrap();
    let processed = chart.processed(&Table::new()).unwrap();
    let rendered = Rendered { metadata: processed.metadata, values: processed.values, ..Rendered::default() };
    let shown = chart_json(&chart, &rendered);
    assert_eq!(
        shown.pointer("/metadata/dependencies"),
        Some(
            &json!([{"name": "al", "version": "*", "repository": "", "condition": "al.enabled", "enabled": true,
            "import-values": [{"child": "exports.data", "parent": "."}], "alias": "al"}])
        )
    );
    assert_eq!(shown.pointer("/metadata/maintainers"), Some(&json!([{"name": "m"}])));
    assert_eq!(
        shown.pointer("/values"),
        Some(&json!({"own": 1, "q": 1, "other": {"enabled": false},
            "al": {"exports": {"data": {"q": 1}}, "global": {}}}))
    );
    assert_eq!(
        shown.pointer("/lock"),
        Some(&json!({"generated": "0001-01-01T00:00:00Z", "digest": "sha256:x",
            "dependencies": [{"name": "sub", "version": "0.1.0", "repository": ""}]}))
    );
    assert_eq!(shown.pointer("/files"), Some(&Json::Null));
}
