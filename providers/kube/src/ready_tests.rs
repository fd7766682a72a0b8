use serde_json::json;

use super::*;

#[test]
fn a_rollout_is_ready_when_nothing_old_is_left() {
    let deployment = |updated: i64, all: i64, available: i64, seen: i64| {
        json!({
            "kind": "Deployment", "metadata": { "generation": 2 }, "spec": { "replicas": 3 },
            "status": { "observedGeneration": seen, "updatedReplicas": updated, "replicas": all, "availableReplicas": available },
        })
    };
    assert_eq!(readiness(&deployment(3, 3, 3, 2)), Readiness::Ready);
    for waiting in
        [deployment(3, 3, 3, 1), deployment(2, 3, 3, 2), deployment(3, 4, 3, 2), deployment(3, 3, 2, 2)]
    {
        assert!(matches!(readiness(&waiting), Readiness::Waiting(_)), "{waiting}");
    }
}

#[test]
fn a_failed_job_does_not_wait() {
    let job = json!({ "kind": "Job", "status": { "conditions": [{ "type": "Failed", "status": "True", "message": "BackoffLimitExceeded" }] } });
    assert_eq!(readiness(&job), Readiness::Failed("the job failed: BackoffLimitExceeded".to_owned()));
}

#[test]
fn a_load_balancer_waits_for_its_address() {
    let mut service =
        json!({ "kind": "Service", "spec": { "type": "LoadBalancer", "clusterIP": "10.0.0.1" } });
    assert!(matches!(readiness(&service), Readiness::Waiting(_)));
    service["status"] = json!({ "loadBalancer": { "ingress": [{ "ip": "198.18.0.1" }] } });
    assert_eq!(readiness(&service), Readiness::Ready);
}
