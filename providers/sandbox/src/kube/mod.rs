//! The Kubernetes API of one cluster, with the controllers and nodes behind it.

use crate::message::{Reply, Request, Service};
use crate::serve::Hub;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::watch;

/// One cluster.
pub(crate) struct Api {
    token: String,
}

impl Api {
    pub fn new(_hub: &Arc<Hub>, token: &str, _version: &str, _ca: &str, _kept: &Value) -> Api {
        Api { token: token.to_string() }
    }

    pub fn set_nodes(&self, _nodes: u64) {}

    pub fn set_version(&self, _version: &str) {}

    pub fn save(&self) -> Value {
        Value::Null
    }
}

/// Plays controllers and nodes until the cluster is gone.
pub(crate) async fn run_controllers(_hub: Arc<Hub>, _api: Arc<Api>, mut quit: watch::Receiver<bool>) {
    let _ = quit.changed().await;
}

impl Service for Api {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn answer(&self, request: &Request) -> Reply {
        let bearer = request.header("authorization").and_then(|a| a.strip_prefix("Bearer "));
        if !request.certified && bearer != Some(&self.token) {
            return Reply::json(
                401,
                &json!({"kind": "Status", "status": "Failure", "code": 401, "reason": "Unauthorized", "message": "Unauthorized"}),
            );
        }
        Reply::json(
            501,
            &json!({"kind": "Status", "status": "Failure", "code": 501, "message": "not known to the sandbox"}),
        )
    }
}
