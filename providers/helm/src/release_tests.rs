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
