//! `azurerm_resource_group`.

use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use ordain_azure::{AzureError, Call, Scope};
use serde_json::{Map, Value as Json, json};

use super::{Read, Resource, segment};
use crate::failure::Failure;
use crate::session::Session;
use ordain_sdk::{View, text};

const API: &str = "2020-06-01";

/// Reads after a creation that must succeed in a row before the group counts as there.
const READS_IN_A_ROW: u32 = 3;

pub(crate) struct ResourceGroup;

/// Path of a group; the lower-case `resourcegroups` is how the original calls it.
pub(crate) fn path(subscription: &str, name: &str) -> String {
    format!("/subscriptions/{subscription}/resourcegroups/{name}")
}

fn id(subscription: &str, name: &str) -> String {
    format!("/subscriptions/{subscription}/resourceGroups/{name}")
}

fn parse(id: &str) -> Result<(&str, &str), Failure> {
    let parts = (segment(id, "subscriptions"), segment(id, "resourceGroups"));
    match parts {
        (Some(subscription), Some(name)) if id.split('/').count() == 5 => Ok((subscription, name)),
        (Some(_), None) => Err(Failure::new("ID was missing the `resourceGroups` element", "")),
        _ => Err(Failure::new(
            format!("parsing {id:?}: the ID does not have the form of a resource group's"),
            "Expected /subscriptions/<id>/resourceGroups/<name>.",
        )),
    }
}

fn body(wanted: &Json) -> Json {
    let mut body = json!({
        "location": text(wanted, "location"),
        "tags": wanted.get("tags").filter(|tags| tags.is_object()).cloned().unwrap_or_else(|| json!({})),
    });
    if !text(wanted, "managed_by").is_empty()
        && let Some(body) = body.as_object_mut()
    {
        body.insert("managedBy".to_owned(), json!(text(wanted, "managed_by")));
    }
    body
}

/// A group as the service shows it, in the schema's terms.
pub(crate) fn flatten(id: &str, group: &Json) -> Read {
    let location = text(group, "location").replace(' ', "").to_lowercase();
    let mut read = Map::new();
    read.insert("id".to_owned(), json!(id));
    read.insert("name".to_owned(), json!(text(group, "name")));
    read.insert("location".to_owned(), json!(location));
    read.insert("managed_by".to_owned(), json!(text(group, "managedBy")));
    let tags = group.get("tags").filter(|tags| tags.is_object()).cloned();
    read.insert("tags".to_owned(), tags.unwrap_or_else(|| json!({})));
    read
}

impl ResourceGroup {
    /// Waits until the group can be read several times in a row: right after its creation some of the
    /// service's front ends do not know it yet. The first reads follow each other quickly; once one fails,
    /// pauses are as long as the original's.
    async fn settle(&self, session: &Session, path: &str, scope: &Scope) -> Result<(), AzureError> {
        let scope = Scope { cancel: scope.cancel.clone(), deadline: scope.deadline };
        let mut in_a_row = 0;
        let mut pause = Duration::from_millis(100);
        loop {
            match session.azure.call(&Call::get(path, API), &scope).await {
                Ok(_) => in_a_row += 1,
                Err(error) if error.is_not_found() => {
                    in_a_row = 0;
                    pause = Duration::from_secs(4);
                }
                Err(error) => return Err(error),
            }
            if in_a_row >= READS_IN_A_ROW {
                return Ok(());
            }
            if !scope.pause(pause).await {
                return Err(AzureError::Deadline);
            }
        }
    }

    async fn get(&self, session: &Session, id: &str, scope: &Scope) -> Result<Option<Read>, AzureError> {
        let (subscription, name) =
            (segment(id, "subscriptions").unwrap_or_default(), segment(id, "resourceGroups"));
        let path = path(subscription, name.unwrap_or_default());
        match session.azure.call(&Call::get(&path, API), scope).await {
            Ok(answer) => Ok(Some(flatten(id, &answer.body))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.during(format!("reading Resource Group {:?}", name.unwrap_or_default()))),
        }
    }

    /// Refuses to go on while the group holds something; waits, as contents may just be on their way out.
    async fn wait_until_empty(
        &self,
        session: &Session,
        id: &str,
        name: &str,
        scope: &Scope,
    ) -> Result<(), Failure> {
        let path = format!("{id}/resources");
        let call =
            Call { query: &[("$expand", "provisioningState"), ("$top", "500")], ..Call::get(&path, API) };
        let started = std::time::Instant::now();
        let listing = |error: AzureError| match error.root() {
            AzureError::Deadline => Failure::new(
                format!(
                    "listing resources in Resource Group: (Resource Group {name:?}): resources.Client#ListByResourceGroup: \
                     Failure sending request: StatusCode=0 -- Original Error: context deadline exceeded"
                ),
                "",
            ),
            _ => {
                error.during(format!("listing resources in Resource Group: (Resource Group {name:?})")).into()
            }
        };
        loop {
            let answer = match session.azure.call(&call, scope).await {
                Err(error) if error.is_not_found() => return Ok(()),
                answer => answer.map_err(listing)?,
            };
            let found: Vec<String> = answer
                .body
                .get("value")
                .and_then(Json::as_array)
                .into_iter()
                .flatten()
                .map(|entry| format!("* `{}`", text(entry, "id")))
                .collect();
            if found.is_empty() {
                return Ok(());
            }
            if started.elapsed() > Duration::from_secs(600) {
                return Err(Failure::new(
                    format!("deleting Resource Group {name:?}: the Resource Group still contains Resources."),
                    format!(
                        "Resources that this run does not manage would be deleted with it:\n\n{}\n\nDelete or move them, or \
                         set prevent_deletion_if_contains_resources to false in the resource_group block of the provider's \
                         features.",
                        found.join("\n")
                    ),
                ));
            }
            if !scope.pause(Duration::from_secs(30)).await {
                return Err(listing(AzureError::Deadline));
            }
        }
    }
}

#[async_trait]
impl Resource for ResourceGroup {
    fn check_id(&self, id: &str) -> Result<(), Failure> {
        parse(id).map(|_| ())
    }

    async fn create(&self, session: &Session, view: &View, scope: &Scope) -> Result<Read, Failure> {
        let name = text(&view.planned, "name");
        let (id, path) = (id(&session.subscription, name), path(&session.subscription, name));
        match session.azure.call(&Call::get(&path, API), scope).await {
            Ok(_) => return Err(Failure::exists(&id, "azurerm_resource_group")),
            Err(error) if error.is_not_found() => {}
            Err(error) => {
                return Err(error
                    .during(format!("checking for presence of existing resource group {name:?}"))
                    .into());
            }
        }
        let body = body(&view.planned);
        let call = Call::new(Method::PUT, &path, API).body(&body);
        session
            .azure
            .call(&call, scope)
            .await
            .map_err(|error| error.during(format!("creating Resource Group {name:?}")))?;
        let mut left = Map::new();
        left.insert("id".to_owned(), json!(id));
        let settled = self.settle(session, &path, scope).await;
        settled
            .map_err(|error| error.during(format!("waiting for Resource Group {name:?} to become available")))
            .map_err(|error| Failure::from(error).leaving(left.clone()))?;
        let read = self
            .get(session, &id, scope)
            .await
            .map_err(|error| Failure::from(error).leaving(left.clone()))?;
        Ok(read.unwrap_or(left))
    }

    async fn read(
        &self,
        session: &Session,
        id: &str,
        _known: &Json,
        scope: &Scope,
    ) -> Result<Option<Read>, Failure> {
        parse(id)?;
        Ok(self.get(session, id, scope).await?)
    }

    async fn update(&self, session: &Session, id: &str, view: &View, scope: &Scope) -> Result<Read, Failure> {
        let (subscription, name) = parse(id)?;
        let path = path(subscription, name);
        let body = body(&view.planned);
        let call = Call::new(Method::PUT, &path, API).body(&body);
        session
            .azure
            .call(&call, scope)
            .await
            .map_err(|error| error.during(format!("updating Resource Group {name:?}")))?;
        Ok(self.get(session, id, scope).await?.unwrap_or_default())
    }

    async fn delete(&self, session: &Session, id: &str, _known: &Json, scope: &Scope) -> Result<(), Failure> {
        let (subscription, name) = parse(id)?;
        if session.keep_filled_groups {
            self.wait_until_empty(session, id, name, scope).await?;
        }
        let deleted = session.azure.delete_by_location(&path(subscription, name), API, scope).await;
        Ok(deleted.map_err(|error| error.during(format!("deleting Resource Group {name:?}")))?)
    }
}
