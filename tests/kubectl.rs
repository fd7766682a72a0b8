//! The Kubernetes half of the sandbox asked by `kubectl`, as people ask it.

#![allow(clippy::indexing_slicing, reason = "a test stops where it cannot go on")]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use ordain_tests::sandbox::Sandbox;

struct Kubectl<'d> {
    dir: &'d Path,
    config: String,
}

impl Kubectl<'_> {
    fn ask(&self, line: &str) -> (bool, String) {
        let output = Command::new("kubectl")
            .args(line.split(' '))
            .current_dir(self.dir)
            .env("KUBECONFIG", &self.config)
            .env("HOME", self.dir)
            .output();
        let Ok(output) = output else { return (false, "it does not start".to_owned()) };
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (output.status.success(), text.concat())
    }

    fn good(&self, line: &str) -> String {
        let (good, text) = self.ask(line);
        assert!(good, "kubectl {line}\n{text}");
        text
    }

    /// The words of the first lines of a table.
    fn table(&self, line: &str) -> Vec<Vec<String>> {
        let text = self.good(line);
        let words = |line: &str| -> Vec<String> {
            line.split("  ").map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        text.lines().map(words).collect()
    }
}

fn is_here() -> bool {
    Command::new("kubectl").args(["version", "--client"]).output().is_ok_and(|output| output.status.success())
}

const THINGS: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: things, singular: thing, kind: Thing}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer, description: How big.}}}}}}
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size}
"#;

const THING: &str = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {size: 3}\n";

fn eventually(kubectl: &Kubectl<'_>, line: &str) {
    let end = Instant::now() + Duration::from_secs(30);
    while !kubectl.ask(line).0 {
        assert!(Instant::now() < end, "kubectl {line}\n{}", kubectl.ask(line).1);
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn kubectl_is_at_home() {
    if !is_here() {
        println!("SKIPPED: kubectl is not on this machine");
        return;
    }
    let dir = std::env::temp_dir().join(format!("ordain-kubectl-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap_or_default();
    let sandbox = Sandbox::start(&dir);
    let kubectl = Kubectl { dir: &dir, config: sandbox.env["KUBE_CONFIG_PATH"].clone() };
    work(&kubectl);
    tables(&kubectl);
    created(&kubectl);
    rights(&kubectl);
    refused(&kubectl);
    rolled(&kubectl);
    drop(sandbox);
    let _gone = std::fs::remove_dir_all(&dir);
}

fn work(kubectl: &Kubectl<'_>) {
    kubectl.good("create deployment web --image=nginx:1.25 --replicas=2 --port=80");
    kubectl.good("rollout status deploy/web --timeout=60s");
    kubectl.good("scale deploy web --replicas=1");
    kubectl.good("expose deploy web --port=80 --type=LoadBalancer");
    kubectl.good("label deploy web tier=front");
    kubectl.good("annotate deploy web note=x");
    kubectl.good("patch deploy web -p {\"spec\":{\"minReadySeconds\":1}}");
    kubectl.good("set image deploy/web nginx=nginx:1.26");
    kubectl.good("rollout undo deploy/web");
    assert!(kubectl.good("describe deploy web").contains("tier=front"));
    assert!(kubectl.good("explain deployment.spec.replicas").contains("integer"));
    let (good, text) = kubectl.ask("exec deploy/web -- ls");
    assert!(!good && text.contains("the sandbox does not know"), "{text}");
    assert!(kubectl.good("get --raw /readyz?verbose").ends_with("readyz check passed\n"));
    assert_eq!(kubectl.good("get --raw /livez/ping"), "ok");
}

/// What kubectl writes in binary form.
fn created(kubectl: &Kubectl<'_>) {
    kubectl.good("create cronjob tick --image=busybox --schedule=@daily -- date");
    kubectl.good("create job now --from=cronjob/tick");
    kubectl.good("autoscale deployment web --min=1 --max=5 --cpu-percent=80");
    let scalers = kubectl.table("get hpa");
    assert_eq!(scalers[0], ["NAME", "REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS", "AGE"]);
    assert_eq!(scalers[1][..5], ["web", "Deployment/web", "cpu: <unknown>/80%", "1", "5"]);
    kubectl.good("create quota most --hard=pods=10,requests.cpu=4");
    assert!(kubectl.good("describe quota most").contains("requests.cpu"));
    kubectl.good("create ingress door --rule=a.com/x*=web:80 --default-backend=web:80 --class=lab");
    assert_eq!(kubectl.table("get ingress")[1][..3], ["door", "lab", "a.com"]);
    kubectl.good("create poddisruptionbudget calm --selector=app=web --min-available=50%");
    kubectl.good("create priorityclass low --value=-10 --description=d");
    assert_eq!(kubectl.table("get priorityclass low")[1][1], "-10");
    assert!(!kubectl.good("create token default").trim().is_empty());
}

fn tables(kubectl: &Kubectl<'_>) {
    let deployments = kubectl.table("get deploy -L tier");
    assert_eq!(deployments[0], ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE", "TIER"]);
    assert_eq!((deployments[1][0].as_str(), deployments[1][5].as_str()), ("web", "front"));
    let pods = kubectl.table("get pods --sort-by=.metadata.name");
    assert_eq!(pods[0], ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]);
    assert!(pods[1][0].starts_with("web-"), "{pods:?}");
    let services = kubectl.table("get svc -o wide");
    assert_eq!(services[0], ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE", "SELECTOR"]);
    let nodes = kubectl.table("get nodes");
    assert_eq!(nodes[0], ["NAME", "STATUS", "ROLES", "AGE", "VERSION"]);
    assert_eq!(nodes[1][1], "Ready");
    for (name, text) in [("things.yaml", THINGS), ("thing.yaml", THING)] {
        std::fs::write(kubectl.dir.join(name), text).unwrap_or_default();
        eventually(kubectl, &format!("apply -f {name}"));
    }
    assert_eq!(kubectl.table("get things"), [["NAME", "SIZE"], ["t", "3"]]);
    assert!(kubectl.good("explain things.spec.size").contains("How big."));
    kubectl.good("delete -f things.yaml");
}

const MISTAKEN: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, labels: {a: b}}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      containers: [{name: c, image: nginx, imagePullPolicyy: Always}]
      nodeselect: {}
"#;

/// What the API server or nobody knows.
fn refused(kubectl: &Kubectl<'_>) {
    let write = |name: &str, text: &str| std::fs::write(kubectl.dir.join(name), text).unwrap_or_default();
    write("mistaken.yaml", MISTAKEN);
    write("unknown.yaml", "apiVersion: example.com/v1\nkind: Nothing\nmetadata: {name: x}\n");
    write(
        "twice.json",
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"1"},"data":{"b":"2"},"dat":{}}"#,
    );
    let strict = "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.template.spec.containers[0].imagePullPolicyy\", unknown field \"spec.template.spec.nodeselect\"";
    let undeclared = "failed to create typed patch object (default/d; apps/v1, Kind=Deployment): .spec.template.spec.containers[name=\"c\"].imagePullPolicyy: field not declared in schema";
    let twice = "strict decoding error: duplicate field \"data\", unknown field \"dat\"";
    let raw = "create --raw /api/v1/namespaces/default/configmaps?fieldValidation=Strict -f twice.json";
    for (line, expected) in [
        ("apply -f mistaken.yaml", strict),
        ("create -f mistaken.yaml", strict),
        ("apply --server-side -f mistaken.yaml", undeclared),
        (raw, twice),
        ("apply -f unknown.yaml", "no matches for kind \"Nothing\" in version \"example.com/v1\""),
        ("get nothings", "the server doesn't have a resource type \"nothings\""),
        ("logs deploy/web", "the sandbox does not know GET of pods/log"),
        ("top pods", "Metrics API not available"),
        ("wait --for=condition=Never deploy/web --timeout=1s", "timed out waiting for the condition"),
        ("scale deploy web --current-replicas=9 --replicas=1", "Expected replicas to be 9"),
        ("explain pod.spec.nope", "field \"nope\" does not exist"),
    ] {
        let (good, text) = kubectl.ask(line);
        assert!(!good && text.contains(expected), "kubectl {line}\n{text}");
    }
    let text = kubectl.good("apply --validate=warn -f mistaken.yaml");
    assert!(text.contains("Warning: unknown field \"spec.template.spec.nodeselect\""), "{text}");
    kubectl.good("delete deploy d");
    // A list is flattened, and each of its objects judged.
    write(
        "list.yaml",
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: in-list}}\n",
    );
    assert_eq!(kubectl.good("apply -f list.yaml"), "configmap/in-list created\n");
}

/// Revisions of a deployment, and waiting for them.
fn rolled(kubectl: &Kubectl<'_>) {
    kubectl.good("create deployment back --image=nginx:1");
    kubectl.good("wait --for=condition=Available deploy/back --timeout=30s");
    kubectl.good("set image deploy/back nginx=nginx:2");
    kubectl.good("rollout status deploy/back --timeout=30s");
    assert!(kubectl.good("rollout history deploy/back --revision=2").contains("nginx:2"));
    kubectl.good("rollout undo deploy/back --to-revision=1");
    kubectl.good("rollout status deploy/back --timeout=30s");
    assert!(kubectl.good("get deploy back -o jsonpath={..image}").contains("nginx:1"));
    let history = kubectl.table("rollout history deploy/back");
    assert_eq!(history[2][0], "2");
    assert_eq!(history[3][0], "3");
    kubectl.good("delete deploy back --wait=true --timeout=30s");
    kubectl.good("wait --for=delete pod -l app=back --timeout=30s");
}

fn rights(kubectl: &Kubectl<'_>) {
    kubectl.good("create role reader --verb=get,list --resource=pods");
    kubectl.good("create rolebinding reader --role=reader --user=ann");
    assert_eq!(kubectl.good("auth can-i delete pods"), "yes\n");
    assert_eq!(kubectl.good("auth can-i list pods --as=ann"), "yes\n");
    assert_eq!(kubectl.ask("auth can-i delete pods --as=ann").1, "no\n");
    kubectl.good("get pods --as=ann");
    let (good, text) = kubectl.ask("get secrets --as=ann");
    let said = "secrets is forbidden: User \"ann\" cannot list resource \"secrets\" in API group \"\" in the namespace \"default\"";
    assert!(!good && text.contains(said), "{text}");
}
