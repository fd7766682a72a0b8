//! Changes behind the client's back, for tests: `POST /_sandbox/do` with a list of operations.
//!
//! `{"group": NAME, "location", "tags", "managedBy"}` makes a resource group; `{"cluster": NAME, "group", "body"}`,
//! `{"pool": NAME, "cluster", "group", "body"}` and `{"maintenance": NAME, "cluster", "group", "body"}` make objects
//! through the same checks as a request; `{"resource": "Type/name", "group"}` makes any other object;
//! `{"set": ID, "path": [...], "value"}` changes one value (null removes it); `{"delete": ID}` deletes outside;
//! `{"fail": {"method", "path", "status", "count", "skip", "code", "message", "retry_after"}}` answers requests with an
//! error; `{"outcome": {"match", "final", "code", "message", "count"}}` ends an operation badly; `{"polls": N}`,
//! `{"retry_after": N}`, `{"linger": N}` set the pace; `{"register": NAMESPACE, "state"}` a registration;
//! `{"secret": "…"}` the client secret that the token endpoint accepts.

use super::cloud::{Cloud, matches};
use super::clusters::cluster_id;
use super::facts::SUBSCRIPTION;
use super::failure::Failure;
use crate::json::{self, text};
use serde_json::{Value, json};

impl Cloud {
    /// Carries out control operations in order.
    pub fn control(&mut self, ops: &Value) -> Result<(), Failure> {
        json::items(ops).iter().try_for_each(|op| self.control_one(op))
    }

    fn control_one(&mut self, op: &Value) -> Result<(), Failure> {
        let has = |key: &str| op.get(key).is_some();
        let group = text(op, "group").to_string();
        if has("pool") {
            let id = cluster_id(&group, text(op, "cluster"));
            self.put_pool(&id, text(op, "pool"), &op["body"])?;
        } else if has("maintenance") {
            let id = cluster_id(&group, text(op, "cluster"));
            let id = self.get(&id).map(|c| text(c, "id").to_string()).unwrap_or(id);
            self.put_maintenance(&id, text(op, "maintenance"), &op["body"])?;
        } else if has("cluster") {
            self.put_cluster(&group, text(op, "cluster"), &op["body"])?;
        } else if has("resource") {
            self.control_resource(&group, text(op, "resource"));
        } else if has("group") {
            let location = op["location"].as_str().unwrap_or("eastus");
            let body = json!({"location": location, "tags": op["tags"], "managedBy": op["managedBy"]});
            self.put_group(&group, &body)?;
        } else if has("set") {
            self.control_set(op)?;
        } else if has("delete") {
            match only_group(text(op, "delete")) {
                Some(name) => self.delete_group(&name),
                None => self.drop_tree(text(op, "delete")),
            }
        } else {
            return self.control_pace(op);
        }
        Ok(())
    }

    fn control_pace(&mut self, op: &Value) -> Result<(), Failure> {
        let number = |key: &str| op.get(key).and_then(Value::as_u64);
        if let Some(fail) = op.get("fail") {
            let mut fail = fail.clone();
            json::default(&mut fail, "count", 1);
            json::default(&mut fail, "skip", 0);
            self.fails.push(fail);
        } else if let Some(outcome) = op.get("outcome") {
            let mut outcome = outcome.clone();
            json::default(&mut outcome, "count", 1);
            json::default(&mut outcome, "final", "Failed");
            self.outcomes.push(outcome);
        } else if let Some(n) = number("polls") {
            self.polls = n;
        } else if let Some(n) = number("retry_after") {
            self.retry = n;
        } else if let Some(n) = number("linger") {
            self.linger = n;
        } else if op.get("register").is_some() {
            let name = text(op, "register").rsplit('.').next().unwrap_or_default().to_lowercase();
            self.registered.insert(name, text(op, "state").to_string());
        } else if op.get("secret").is_some() {
            self.secret = text(op, "secret").to_string();
        } else {
            return Err(Failure::arm(400, "BadControl", op.to_string()));
        }
        Ok(())
    }

    fn control_resource(&mut self, group: &str, resource: &str) {
        let id = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/{resource}");
        let (kind, name) = resource.rsplit_once('/').unwrap_or(("", resource));
        self.put(json!({"id": id, "name": name, "type": kind, "location": "eastus",
            "properties": {"provisioningState": "Succeeded"}}));
    }

    fn control_set(&mut self, op: &Value) -> Result<(), Failure> {
        let id = text(op, "set");
        let found = match only_group(id.trim_end_matches('/')) {
            Some(name) => self.groups.get_mut(&name.to_lowercase()),
            None => self.objects.get_mut(&id.to_lowercase()),
        };
        let mut place = found.ok_or_else(|| Failure::arm(404, "NotFound", id))?;
        let path: Vec<&Value> = json::items(&op["path"]).iter().collect();
        let Some((last, above)) = path.split_last() else { return Ok(()) };
        for step in above {
            place = match step.as_u64() {
                Some(i) => match place.get_mut(usize::try_from(i).unwrap_or(usize::MAX)) {
                    Some(item) => item,
                    None => return Err(Failure::arm(404, "NotFound", format!("{id}: no item {i}"))),
                },
                None => json::child(place, step.as_str().unwrap_or_default()),
            };
        }
        let last = last.as_str().unwrap_or_default();
        match op.get("value").filter(|v| !v.is_null()) {
            Some(value) => json::set(place, last, value.clone()),
            None => drop(json::remove(place, last)),
        }
        Ok(())
    }
}

/// The name in the identifier of a group itself.
fn only_group(id: &str) -> Option<String> {
    let fits = matches("^/subscriptions/[^/]+/resourceGroups/[^/]+$", id);
    fits.then(|| id.rsplit('/').next().unwrap_or_default().to_string())
}
