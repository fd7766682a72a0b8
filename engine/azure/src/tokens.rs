//! Tokens, kept until shortly before they expire, and what they say about their owner.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ordain_http::Client;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::credential::{Credential, Fresh};
use crate::{AzureError, Cloud, Scope};

/// Who a token was made for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Tenant.
    pub tenant_id: String,
    /// Application (client) id.
    pub client_id: String,
    /// Object id of the user or service principal.
    pub object_id: String,
}

impl Claims {
    /// Reads the middle part of a token; its signature is the service's business.
    pub(crate) fn of(token: &str) -> Claims {
        let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let body: Value =
            payload.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null);
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Claims { tenant_id: text("tid"), client_id: text("appid"), object_id: text("oid") }
    }
}

/// A token is renewed this long before its end.
const MARGIN: Duration = Duration::from_secs(300);

pub(crate) struct Tokens {
    credential: Credential,
    kept: Mutex<BTreeMap<String, (String, Instant)>>,
}

impl Tokens {
    pub(crate) fn new(credential: Credential) -> Self {
        Self { credential, kept: Mutex::new(BTreeMap::new()) }
    }

    /// A token for an audience. Concurrent callers wait for one request.
    pub(crate) async fn get(
        &self,
        audience: &str,
        cloud: &Cloud,
        client: &Client,
        scope: &Scope,
    ) -> Result<String, AzureError> {
        let mut kept = self.kept.lock().await;
        if let Some((token, until)) = kept.get(audience)
            && Instant::now() < *until
        {
            return Ok(token.clone());
        }
        let fresh = self.credential.fetch(audience, cloud, client, scope).await?;
        Ok(keep(&mut kept, audience, fresh))
    }

    /// A first token, with what the Azure CLI says beside it.
    pub(crate) async fn first(
        &self,
        cloud: &Cloud,
        client: &Client,
        scope: &Scope,
    ) -> Result<(Claims, Option<String>, Option<String>), AzureError> {
        let fresh = self.credential.fetch(&cloud.audience, cloud, client, scope).await?;
        let found = (Claims::of(&fresh.token), fresh.subscription.clone(), fresh.tenant.clone());
        keep(&mut *self.kept.lock().await, &cloud.audience, fresh);
        Ok(found)
    }

    /// Forgets a token that the service no longer takes.
    pub(crate) async fn forget(&self, audience: &str, token: &str) {
        let mut kept = self.kept.lock().await;
        if kept.get(audience).is_some_and(|(known, _)| known == token) {
            kept.remove(audience);
        }
    }
}

fn keep(kept: &mut BTreeMap<String, (String, Instant)>, audience: &str, fresh: Fresh) -> String {
    let margin = MARGIN.min(fresh.lifetime / 2);
    let until = Instant::now() + fresh.lifetime.saturating_sub(margin).min(Duration::from_secs(86_400));
    kept.insert(audience.to_owned(), (fresh.token.clone(), until));
    fresh.token
}
