//! Long operations: started by a write, asked about by polling, ended after a number of polls or by time.

use super::cloud::{Answer, Cloud, Done};
use super::facts::SUBSCRIPTION;
use super::failure::Failure;
use crate::ids::guid;
use crate::json::{self, text};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// An operation under way, or its result.
pub(crate) struct Operation {
    id: String,
    left: u64,
    outcome: String,
    error: Value,
    object: Option<String>,
    group_to_delete: Option<String>,
    location: String,
    done: bool,
    ends_by: Instant,
}

/// How an operation starts and ends.
pub(crate) struct Plan {
    /// The object whose provisioningState shows it.
    pub object: Option<String>,
    /// The region in polling URLs.
    pub location: String,
    /// Succeeded, Failed or Canceled.
    pub outcome: String,
    /// The error when it does not succeed.
    pub error: Value,
    /// The provisioningState meanwhile.
    pub state: &'static str,
    /// A group that is gone when it ends.
    pub group_to_delete: Option<String>,
}

impl Plan {
    pub fn on(object: Option<&str>, location: &str, state: &'static str) -> Plan {
        Plan {
            object: object.map(str::to_string),
            location: location.to_string(),
            outcome: "Succeeded".into(),
            error: Value::Null,
            state,
            group_to_delete: None,
        }
    }
}

impl Cloud {
    /// Starts an operation and returns its identifier.
    pub fn start(&mut self, plan: Plan) -> String {
        self.seq += 1;
        let id = guid(&["op", &self.seq.to_string()]);
        if let Some(object) = plan.object.as_ref().and_then(|o| self.objects.get_mut(&o.to_lowercase())) {
            json::set(json::child(object, "properties"), "provisioningState", plan.state);
        }
        let patience = match self.retry {
            // A test that asks for many polls means that they are waited for.
            0 if self.polls > 2 => Duration::from_secs(3600),
            0 => Duration::from_millis(400),
            seconds => Duration::from_secs((seconds + 1) * (self.polls + 3)),
        };
        let op = Operation {
            id: id.clone(),
            left: self.polls,
            outcome: plan.outcome,
            error: plan.error,
            object: plan.object,
            group_to_delete: plan.group_to_delete,
            location: plan.location,
            done: false,
            ends_by: Instant::now() + patience,
        };
        self.ops.insert(id.clone(), op);
        id
    }

    /// Ends operations whose client stopped asking: the service goes on without it.
    pub fn end_overdue(&mut self) {
        let now = Instant::now();
        let overdue = self.ops.values().filter(|o| !o.done && o.ends_by <= now);
        for id in overdue.map(|o| o.id.clone()).collect::<Vec<_>>() {
            self.finish(&id);
        }
    }

    fn finish(&mut self, id: &str) {
        let Some(op) = self.ops.get_mut(id).filter(|o| !o.done) else { return };
        op.done = true;
        let (object, outcome, group) = (op.object.clone(), op.outcome.clone(), op.group_to_delete.clone());
        if let Some(object) = object.and_then(|o| self.objects.get_mut(&o.to_lowercase())) {
            json::set(json::child(object, "properties"), "provisioningState", outcome.as_str());
        }
        if let Some(group) = group.filter(|_| outcome == "Succeeded") {
            self.delete_group(&group);
        }
    }

    /// The headers that lead to an operation.
    pub fn op_headers(&self, id: &str, location: bool) -> Vec<(String, String)> {
        let region = self.ops.get(id).map(|o| o.location.clone()).unwrap_or_default();
        let url = format!(
            "{}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerService/locations/{region}/operations/{id}?api-version=2016-03-30&t=0",
            self.base
        );
        let mut headers = vec![
            ("Azure-AsyncOperation".to_string(), url.clone()),
            ("Retry-After".to_string(), self.retry.to_string()),
        ];
        if location {
            headers.push(("Location".into(), url.replace("/operations/", "/operationresults/")));
        }
        headers
    }

    /// Where a group's deletion is asked about.
    pub fn group_result_headers(&self, id: &str) -> Vec<(String, String)> {
        let url = format!(
            "{}/subscriptions/{SUBSCRIPTION}/operationresults/{id}?api-version=2020-06-01",
            self.base
        );
        vec![("Location".into(), url), ("Retry-After".into(), self.retry.to_string())]
    }

    /// Answers a poll: `operations` with a status body, `operationresults` with 202 until it is over.
    pub fn poll(&mut self, id: &str, result: bool) -> Answer {
        let missing =
            || Failure::arm(404, "OperationNotFound", format!("The operation '{id}' could not be found."));
        let op = self.ops.get_mut(id).ok_or_else(missing)?;
        let retry = ("Retry-After".to_string(), self.retry.to_string());
        if op.left > 0 && !op.done {
            op.left -= 1;
            if result {
                return Ok(Done { status: 202, headers: self.group_result_headers(id), body: None });
            }
            let body = json!({"name": id, "status": "InProgress", "startTime": "2025-10-01T00:00:00Z"});
            return Ok(Done { status: 200, headers: vec![retry], body: Some(body) });
        }
        self.finish(id);
        if result {
            return Ok(Done::empty(200));
        }
        let op = self.ops.get(id).ok_or_else(missing)?;
        let mut body = json!({"name": id, "status": op.outcome, "startTime": "2025-10-01T00:00:00Z", "endTime": "2025-10-01T00:01:00Z"});
        if op.outcome != "Succeeded" {
            json::set(&mut body, "error", op.error.clone());
        }
        Ok(Done::new(200, body))
    }

    /// The answer to a PUT: the operation runs on, the body shows the state meanwhile.
    pub fn answer_put(&mut self, new: bool, id: &str, location: &str) -> Answer {
        let planned = self.outcome(id);
        let mut plan = Plan::on(Some(id), location, if new { "Creating" } else { "Updating" });
        if let Some(x) = planned {
            plan.outcome = text(&x, "final").to_string();
            let code = x["code"].as_str().unwrap_or("CreateFailed");
            let message = x["message"].as_str().unwrap_or("The operation did not succeed.");
            plan.error = json!({"code": code, "message": message});
        }
        let op = self.start(plan);
        let body = self.get(id).map(|o| self.show(o));
        Ok(Done { status: if new { 201 } else { 200 }, headers: self.op_headers(&op, false), body })
    }

    /// The answer to a DELETE: the object fades with the next reads.
    pub fn answer_delete(&mut self, id: &str, location: &str) -> Answer {
        let refused = self.outcome(&format!("DELETE {id}")).is_some();
        let linger = self.linger;
        if let Some(object) = self.objects.get_mut(&id.to_lowercase()) {
            let state = if refused { "Failed" } else { "Deleting" };
            json::set(json::child(object, "properties"), "provisioningState", state);
            if !refused {
                json::set(object, "_linger", linger);
            }
        }
        let op = self.start(Plan::on(None, location, "Deleting"));
        Ok(Done { status: 202, headers: self.op_headers(&op, true), body: None })
    }

    /// A deleted object answers `linger` more reads, then it is gone.
    pub fn fade(&mut self, id: &str) {
        let Some(left) = self.get(id).and_then(|o| o["_linger"].as_u64()) else { return };
        if left == 0 {
            self.drop_tree(id);
        } else if let Some(object) = self.objects.get_mut(&id.to_lowercase()) {
            json::set(object, "_linger", left - 1);
        }
    }
}
