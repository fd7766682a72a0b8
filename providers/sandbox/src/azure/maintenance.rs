//! Maintenance configurations of a cluster.

use super::cloud::{Answer, Cloud, Done};
use super::failure::Failure;
use super::fields::check;
use super::groups::not_supported;
use crate::json::{self, text, truthy};
use serde_json::{Value, json};

impl Cloud {
    /// PUT of a configuration; true when it is new.
    pub fn put_maintenance(&mut self, cluster: &str, name: &str, body: &Value) -> Result<bool, Failure> {
        check("maintenanceconfigurations", "MaintenanceConfiguration", body, "")?;
        let known = ["default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"];
        if !known.contains(&name) {
            let message = format!("Maintenance configuration name '{name}' is not allowed.");
            return Err(Failure::service(400, "InvalidParameter", message));
        }
        let mut properties = body["properties"].clone();
        let window = truthy(&properties["maintenanceWindow"]);
        if !truthy(&properties) || window == (name == "default") {
            let must = if name == "default" { "not have" } else { "have" };
            let message = format!("The maintenance configuration '{name}' must {must} a maintenanceWindow.");
            return Err(Failure::service(400, "InvalidMaintenanceConfiguration", message));
        }
        let id = format!("{cluster}/maintenanceConfigurations/{name}");
        let old = self.get(&id).cloned();
        if window {
            let was = old.as_ref().map_or(Value::Null, |o| o["properties"]["maintenanceWindow"].clone());
            let window = json::child(&mut properties, "maintenanceWindow");
            if !(4..=24).contains(&window["durationHours"].as_i64().unwrap_or(0)) {
                return Err(Failure::service(400, "InvalidParameter", "durationHours must be in [4, 24]."));
            }
            let first = |candidates: [&str; 3]| {
                candidates.into_iter().find(|c| !c.is_empty()).unwrap_or_default().to_string()
            };
            let offset = first([text(window, "utcOffset"), "+00:00", ""]);
            let start = first([text(window, "startDate"), text(&was, "startDate"), "2025-10-01"]);
            let time = first([text(window, "startTime"), "00:00", ""]);
            json::set(window, "utcOffset", offset);
            json::set(window, "startDate", start.chars().take(10).collect::<String>());
            json::set(window, "startTime", time);
        }
        self.put(json!({"id": id, "name": name,
            "type": "Microsoft.ContainerService/managedClusters/maintenanceConfigurations",
            "properties": properties, "_parent": cluster}));
        Ok(old.is_none())
    }

    /// Calls on maintenance configurations; `name` is none for the list.
    pub fn maintenance_call(
        &mut self,
        method: &str,
        cluster: &Value,
        name: Option<&str>,
        body: &Value,
    ) -> Answer {
        let cluster_id = text(cluster, "id").to_string();
        let Some(name) = name else {
            let prefix = format!("{}/maintenanceconfigurations/", cluster_id.to_lowercase());
            let all = self.objects.iter().filter(|(k, _)| k.starts_with(&prefix));
            let list: Vec<Value> = all.map(|(_, o)| self.show(o)).collect();
            return Ok(Done::new(200, json!({"value": list})));
        };
        let id = format!("{cluster_id}/maintenanceConfigurations/{name}");
        match method {
            "PUT" => {
                let new = self.put_maintenance(&cluster_id, name, body)?;
                let shown = self.get(&id).map_or(Value::Null, |o| self.show(o));
                Ok(Done::new(if new { 201 } else { 200 }, shown))
            }
            "DELETE" => {
                let was = self.objects.remove(&id.to_lowercase());
                Ok(Done::empty(if was.is_some() { 200 } else { 204 }))
            }
            "GET" => match self.get(&id) {
                Some(o) => Ok(Done::new(200, self.show(o))),
                None => {
                    let shown = text(cluster, "name");
                    let message = format!(
                        "Could not find maintenance configuration {name} in managed cluster {shown}."
                    );
                    Err(Failure::service(404, "NotFound", message))
                }
            },
            _ => Err(not_supported(method)),
        }
    }
}
