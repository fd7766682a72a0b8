//! Long-running operations, followed to their end.
//!
//! Source of the rules: the service's asynchronous-operation contract as the azurerm provider 4.50 was
//! recorded to use it.

use std::time::Duration;

use http::Method;
use serde_json::Value;

use crate::{Answer, Azure, AzureError, Call, Scope};

/// Pause between polls when the service names none.
const PAUSE: Duration = Duration::from_secs(10);
/// Shortest pause, also when the service asks for none.
const SHORTEST: Duration = Duration::from_millis(50);

/// Where an operation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Polling {
    /// Not done yet.
    Running,
    /// Done well.
    Succeeded,
    /// Ended badly: code and message.
    Failed(String, String),
}

impl Polling {
    /// Reads an operation or an object: `status`, else `properties.provisioningState`. Neither means done.
    pub fn of(body: &Value) -> Polling {
        let Some(state) = state(body) else { return Polling::Succeeded };
        match state.to_ascii_lowercase().as_str() {
            "succeeded" => Polling::Succeeded,
            "failed" | "canceled" | "cancelled" => {
                let error = body.get("error").or_else(|| body.pointer("/properties/error"));
                let text = |name: &str| {
                    let found = error.and_then(|error| error.get(name)).and_then(Value::as_str);
                    found.unwrap_or_default().to_owned()
                };
                let code = Some(text("code")).filter(|code| !code.is_empty());
                Polling::Failed(code.unwrap_or_else(|| state.to_owned()), text("message"))
            }
            _ => Polling::Running,
        }
    }
}

fn state(body: &Value) -> Option<&str> {
    body.get("status").or_else(|| body.pointer("/properties/provisioningState"))?.as_str()
}

fn is_cancelled(body: &Value) -> bool {
    state(body).is_some_and(|state| matches!(state.to_ascii_lowercase().as_str(), "canceled" | "cancelled"))
}

fn pause(asked: Option<Duration>) -> Duration {
    asked.unwrap_or(PAUSE).clamp(SHORTEST, Duration::from_secs(120))
}

impl Azure {
    /// PUT or POST, then wait until the operation has ended. `name` is what errors call the operation.
    ///
    /// # Errors
    /// The service refused, the operation ended badly, or the deadline passed.
    pub async fn write(&self, name: &str, call: &Call<'_>, scope: &Scope) -> Result<Answer, AzureError> {
        let answer =
            self.call(call, scope).await.map_err(|error| error.during(format!("performing {name}")))?;
        self.wait(&answer, call, scope)
            .await
            .map_err(|error| error.while_following().during(format!("polling after {name}")))?;
        Ok(answer)
    }

    async fn wait(&self, first: &Answer, call: &Call<'_>, scope: &Scope) -> Result<(), AzureError> {
        let url = first.follow.as_deref().filter(|url| !is_self(url, call.path));
        if url.is_none() && (call.method != Method::PUT || Polling::of(&first.body) == Polling::Succeeded) {
            return Ok(());
        }
        let mut asked = first.retry_after;
        loop {
            if !scope.pause(pause(asked)).await {
                return Err(ended(scope));
            }
            let answer = match url {
                Some(url) => self.follow(url, scope).await,
                None => self.call(&Call::get(call.path, call.api_version), scope).await,
            };
            let answer = match answer {
                Err(error) if error.is_not_found() => {
                    asked = None;
                    continue;
                }
                answer => answer?,
            };
            asked = answer.retry_after;
            if answer.status == 202 {
                continue;
            }
            match Polling::of(&answer.body) {
                Polling::Succeeded => return Ok(()),
                Polling::Running => {}
                Polling::Failed(code, message) => {
                    let cancelled = is_cancelled(&answer.body);
                    let raw = answer.body.to_string();
                    return Err(AzureError::Operation { code, message, raw, cancelled });
                }
            }
        }
    }

    /// DELETE, then wait until the object is gone: GET answers 404. The operation's headers are ignored,
    /// as their success does not mean that the object is gone.
    ///
    /// # Errors
    /// The service refused, or the deadline passed.
    pub async fn delete(&self, path: &str, api_version: &str, scope: &Scope) -> Result<(), AzureError> {
        let call = Call::new(Method::DELETE, path, api_version);
        let first = match self.call(&call, scope).await {
            Err(error) if error.is_not_found() => return Ok(()),
            first => first.map_err(|error| error.during("performing Delete"))?,
        };
        let pause = pause(first.retry_after).min(PAUSE);
        loop {
            if !scope.pause(pause).await {
                return Err(ended(scope).during("polling after Delete"));
            }
            match self.call(&Call::get(path, api_version), scope).await {
                Err(error) if error.is_not_found() => return Ok(()),
                Err(error) => return Err(error.during("polling after Delete")),
                Ok(_) => {}
            }
        }
    }

    /// DELETE, then poll `Location` until it answers with something else than 202.
    ///
    /// # Errors
    /// The service refused, the operation ended badly, or the deadline passed.
    pub async fn delete_by_location(
        &self,
        path: &str,
        api_version: &str,
        scope: &Scope,
    ) -> Result<(), AzureError> {
        let mut last = match self.call(&Call::new(Method::DELETE, path, api_version), scope).await {
            Err(error) if error.is_not_found() => return Ok(()),
            first => first?,
        };
        let mut location = last.location.clone();
        while last.status == 202 {
            let Some(url) = location.clone() else { return Ok(()) };
            if !scope.pause(pause(last.retry_after)).await {
                return Err(ended(scope));
            }
            last = match self.follow(&url, scope).await {
                Err(error) if error.is_not_found() => return Ok(()),
                answer => answer?,
            };
            location = last.location.clone().or(location);
        }
        Ok(())
    }
}

fn ended(scope: &Scope) -> AzureError {
    if scope.cancel.is_cancelled() { AzureError::Cancelled } else { AzureError::Deadline }
}

/// Whether a polling address is the object itself: then its state decides.
fn is_self(url: &str, path: &str) -> bool {
    let bare = url.split('?').next().unwrap_or(url);
    let rest = bare.splitn(4, '/').nth(3).unwrap_or_default();
    rest.trim_end_matches('/').eq_ignore_ascii_case(path.trim_matches('/'))
}
