//! Resource groups.

use super::cloud::{Answer, Cloud, Done, matches};
use super::facts::{SUBSCRIPTION, is_location, location, location_names};
use super::failure::Failure;
use super::fields::check_tags;
use super::operations::Plan;
use crate::json::{self, text, truthy};
use serde_json::{Value, json};

impl Cloud {
    /// Makes or changes a group; true when it is new.
    pub fn put_group(&mut self, name: &str, body: &Value) -> Result<bool, Failure> {
        for (k, _) in json::pairs(body) {
            if !["location", "tags", "managedBy", "name", "properties", "id", "type"].contains(&k.as_str()) {
                let message = format!(
                    "The request content was invalid and could not be deserialized: 'Could not find member '{k}' on object of type 'ResourceGroupDefinition'. Path '{k}', line 1, position 1.'."
                );
                return Err(Failure::arm(400, "InvalidRequestContent", message));
            }
        }
        if !matches(r"^[-\w._()]{1,90}$", name) || name.ends_with('.') {
            let message = format!("The provided resource group name '{name}' has these invalid characters.");
            return Err(Failure::arm(400, "InvalidParameterValue", message));
        }
        let wanted = text(body, "location");
        if wanted.is_empty() {
            let message = "The location property is required for this definition.";
            return Err(Failure::arm(400, "LocationRequired", message));
        }
        if !is_location(wanted) {
            let message = format!(
                "The provided location '{wanted}' is not available for resource group. List of available regions is '{}'.",
                location_names()
            );
            return Err(Failure::arm(400, "LocationNotAvailableForResourceGroup", message));
        }
        check_tags(&body["tags"])?;
        let old = self.group(name);
        if let Some(old) = old.filter(|g| text(g, "location") != location(wanted)) {
            let message = format!(
                "Invalid resource group location '{}'. The Resource group already exists in location '{}'.",
                location(wanted),
                text(old, "location")
            );
            return Err(Failure::arm(409, "InvalidResourceGroupLocation", message));
        }
        let shown = old.map_or(name, |g| text(g, "name")).to_string();
        let new = old.is_none();
        let mut group = json!({"id": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{shown}"), "name": shown,
            "type": "Microsoft.Resources/resourceGroups", "location": location(wanted),
            "properties": {"provisioningState": "Succeeded"}});
        for key in ["tags", "managedBy"] {
            if truthy(&body[key]) {
                json::set(&mut group, key, body[key].clone());
            }
        }
        self.groups.insert(name.to_lowercase(), group);
        Ok(new)
    }

    /// Removes a group and what it holds.
    pub fn delete_group(&mut self, name: &str) {
        let inside: Vec<String> =
            self.in_group(name).into_iter().map(|o| text(o, "id").to_string()).collect();
        for id in inside {
            self.drop_tree(&id);
        }
        self.groups.remove(&name.to_lowercase());
    }

    /// Calls on a group itself.
    pub fn group_call(&mut self, method: &str, name: &str, body: &Value) -> Answer {
        if method == "PUT" {
            let new = self.put_group(name, body)?;
            let shown = self.need_group(name)?.clone();
            return Ok(Done::new(if new { 201 } else { 200 }, shown));
        }
        if method == "HEAD" {
            return Ok(Done::empty(if self.group(name).is_some() { 204 } else { 404 }));
        }
        let group = self.need_group(name)?.clone();
        match method {
            "GET" => Ok(Done::new(200, group)),
            "PATCH" => self.patch_group(name, &group, body),
            "DELETE" => {
                if let Some(group) = self.groups.get_mut(&name.to_lowercase()) {
                    json::set(json::child(group, "properties"), "provisioningState", "Deleting");
                }
                let mut plan = Plan::on(None, text(&group, "location"), "Deleting");
                plan.group_to_delete = Some(name.to_string());
                let op = self.start(plan);
                Ok(Done { status: 202, headers: self.group_result_headers(&op), body: None })
            }
            _ => Err(not_supported(method)),
        }
    }

    fn patch_group(&mut self, name: &str, group: &Value, body: &Value) -> Answer {
        check_tags(&body["tags"])?;
        let mut group = group.clone();
        if body["tags"].is_object() {
            json::set(&mut group, "tags", body["tags"].clone());
        }
        self.groups.insert(name.to_lowercase(), group.clone());
        Ok(Done::new(200, group))
    }
}

/// 405.
pub(crate) fn not_supported(method: &str) -> Failure {
    let message = format!("The http method '{method}' is not supported for a resource operation.");
    Failure::arm(405, "HttpMethodNotSupported", message)
}
