//! Azure Blob Storage: states with a lease as lock, and a plain store for plans.
//!
//! What `terraform` does with its backend of the same name holds here too, so that both can work on one
//! state: blob names, the lease without end, and who holds it in the metadata `terraformlockid` (base64 of
//! the lock's JSON). Source: the blob service's REST reference, version 2023-11-03.

mod client;
mod listing;
mod settings;

pub use settings::has as has_argument;
mod sign;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use ordain_diag::Diagnostic;
use ordain_http::{Environment, Response};
use ordain_state::{BlobError, Blobs, Expect, LockInfo, Version, WorkspaceNames};
use sha2::{Digest, Sha256};

use crate::table::{Backend, Settings};
use client::{Call, Client};

/// How often a blob is written at most, when connections are lost on the way.
const WRITES: u32 = 4;

/// Metadata that says who holds the lock.
const LOCK: &str = "x-ms-meta-terraformlockid";

/// Blobs of one container.
pub struct AzureBlobs {
    client: Client,
    /// Whether a snapshot is kept of what a write replaces.
    snapshot: bool,
    /// Leases that this process holds, by blob.
    leases: Mutex<BTreeMap<String, String>>,
}

/// Opens the backend from its settings and the environment. Nothing is contacted yet.
///
/// # Errors
/// A setting is unknown, missing or wrong.
pub fn open(settings: &Settings, env: &Environment) -> Result<Backend, Diagnostic> {
    let chosen = settings::read(settings, env)?;
    let key = chosen.key.clone();
    let snapshot = chosen.snapshot;
    let client = Client::for_account(chosen, env)?;
    Ok(Backend {
        blobs: Arc::new(AzureBlobs::new(client, snapshot)),
        names: WorkspaceNames { prefix: format!("{key}env:"), default: key, suffix: String::new() },
        keeps_backup: false,
        folders: false,
    })
}

/// The store and the name within it that a blob's URL stands for: `https://ACCOUNT.blob.HOST/CONTAINER/NAME`,
/// or with the account as first part of the path for hosts that are addresses. Signs with the URL's own SAS
/// query, else `ARM_SAS_TOKEN`, else `ARM_ACCESS_KEY`, else a token of the signed-in identity.
///
/// # Errors
/// It is no such URL.
pub fn open_url(url: &str, env: &Environment) -> Result<(Arc<dyn Blobs>, String), Diagnostic> {
    let (chosen, name) = settings::of_url(url, env)?;
    let client = Client::for_account(chosen, env)?;
    Ok((Arc::new(AzureBlobs::new(client, false)), name))
}

/// The lease id for a lock id: itself when it is a GUID, as lease ids must be, else one made from it.
fn lease_id(id: &str) -> String {
    let lengths: Vec<usize> = id.split('-').map(str::len).collect();
    if lengths == [8, 4, 4, 4, 12] && id.chars().all(|c| c == '-' || c.is_ascii_hexdigit()) {
        return id.to_ascii_lowercase();
    }
    let hash = Sha256::digest(id.as_bytes());
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

impl AzureBlobs {
    fn new(client: Client, snapshot: bool) -> Self {
        Self { client, snapshot, leases: Mutex::default() }
    }

    fn lease_of(&self, name: &str) -> Option<String> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn remember(&self, name: &str, lease: Option<String>) {
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        match lease {
            Some(lease) => leases.insert(name.to_owned(), lease),
            None => leases.remove(name),
        };
    }

    fn with_lease(&self, name: &str, call: Call) -> Call {
        match self.lease_of(name) {
            Some(lease) => call.header("x-ms-lease-id", &lease),
            None => call,
        }
    }

    async fn write(&self, name: &str, bytes: &[u8], expect: &Expect) -> Result<Version, BlobError> {
        let call = Call::new(Method::PUT, name).header("x-ms-blob-type", "BlockBlob");
        let call = call.body("application/json", bytes.to_vec());
        // A write replaces the metadata too; the lock must stay readable for others.
        let call = match (self.lease_of(name), self.lock_metadata(name).await?) {
            (Some(_), Some(metadata)) => call.header(LOCK, &metadata),
            _ => call,
        };
        let call = match expect {
            Expect::Anything => call,
            Expect::Absent => call.header("if-none-match", "*"),
            Expect::Version(version) => call.header("if-match", &version.0),
        };
        let answer = self.client.send(&self.with_lease(name, call)).await?;
        match answer.status {
            200 | 201 => Ok(version(&answer)),
            409 | 412 if !code(&answer).starts_with("Lease") => Err(BlobError::Precondition),
            _ => Err(self.client.failed("write", name, &answer)),
        }
    }

    async fn lock_metadata(&self, name: &str) -> Result<Option<String>, BlobError> {
        if self.lease_of(name).is_none() {
            return Ok(None);
        }
        let answer = self.client.send(&Call::new(Method::HEAD, name)).await?;
        Ok(answer.header(LOCK).map(str::to_owned))
    }

    /// Who holds the lock, as far as the metadata says.
    async fn holder(&self, name: &str) -> Result<LockInfo, BlobError> {
        let answer = self.client.send(&Call::new(Method::HEAD, name)).await?;
        let decoded = answer.header(LOCK).and_then(|text| STANDARD.decode(text).ok());
        let info = decoded.and_then(|bytes| serde_json::from_slice::<LockInfo>(&bytes).ok());
        Ok(info.unwrap_or_else(|| LockInfo {
            who: "somebody who left no name".to_owned(),
            info: "the state blob is already locked by a lease without terraformlockid metadata".to_owned(),
            ..LockInfo::default()
        }))
    }

    async fn lease(&self, name: &str, headers: &[(&str, &str)]) -> Result<Response, BlobError> {
        let call = Call::new(Method::PUT, name).query("comp", "lease");
        let call = headers.iter().fold(call, |call, (name, value)| call.header(name, value));
        self.client.send(&call).await
    }

    async fn set_lock_metadata(
        &self,
        name: &str,
        lease: &str,
        info: Option<&LockInfo>,
    ) -> Result<(), BlobError> {
        let call = Call::new(Method::PUT, name).query("comp", "metadata").header("x-ms-lease-id", lease);
        let call = match info {
            Some(info) => {
                let text =
                    serde_json::to_string(info).map_err(|error| BlobError::Failed(error.to_string()))?;
                call.header(LOCK, &STANDARD.encode(text))
            }
            None => call,
        };
        let answer = self.client.send(&call).await?;
        if answer.is_success() {
            Ok(())
        } else {
            Err(self.client.failed("set the metadata of", name, &answer))
        }
    }

    /// Takes the lease; `NotLocked` when there is no blob to lease any more.
    async fn try_lock(&self, name: &str, info: &LockInfo) -> Result<(), BlobError> {
        if !self.client.exists(name).await? {
            // Somebody may have been faster; then there is a blob to lease.
            match self.put(name, Vec::new(), Expect::Absent).await {
                Ok(_) | Err(BlobError::Precondition) => {}
                Err(error) => return Err(error),
            }
        }
        let lease = lease_id(&info.id);
        let headers = [
            ("x-ms-lease-action", "acquire"),
            ("x-ms-lease-duration", "-1"),
            ("x-ms-proposed-lease-id", lease.as_str()),
        ];
        let answer = self.lease(name, &headers).await?;
        match answer.status {
            200 | 201 => {}
            409 | 412 if code(&answer).starts_with("Lease") => {
                return Err(BlobError::Locked(Box::new(self.holder(name).await?)));
            }
            404 if code(&answer) == "BlobNotFound" => return Err(BlobError::NotLocked),
            _ => return Err(self.client.failed("lock", name, &answer)),
        }
        self.remember(name, Some(lease.clone()));
        if let Err(error) = self.set_lock_metadata(name, &lease, Some(info)).await {
            // A lease that nobody can name would have to be broken by hand.
            let _ = self.release(name, &lease).await;
            self.remember(name, None);
            return Err(error);
        }
        Ok(())
    }

    async fn release(&self, name: &str, lease: &str) -> Result<Response, BlobError> {
        self.lease(name, &[("x-ms-lease-action", "release"), ("x-ms-lease-id", lease)]).await
    }
}

fn version(answer: &Response) -> Version {
    Version(answer.header("etag").unwrap_or_default().to_owned())
}

/// The service's own error code.
fn code(answer: &Response) -> String {
    match answer.header("x-ms-error-code") {
        Some(code) => code.to_owned(),
        None => listing::element(&answer.text(), "Code").unwrap_or_default(),
    }
}

#[async_trait]
impl Blobs for AzureBlobs {
    async fn get(&self, name: &str) -> Result<Option<(Vec<u8>, Version)>, BlobError> {
        let answer = self.client.send(&Call::new(Method::GET, name)).await?;
        match answer.status {
            200 => Ok(Some((answer.body.clone(), version(&answer)))),
            404 if code(&answer) == "BlobNotFound" => Ok(None),
            _ => Err(self.client.failed("read", name, &answer)),
        }
    }

    async fn put(&self, name: &str, bytes: Vec<u8>, expect: Expect) -> Result<Version, BlobError> {
        if self.snapshot && self.client.exists(name).await? {
            let call = self.with_lease(name, Call::new(Method::PUT, name).query("comp", "snapshot"));
            let answer = self.client.send(&call).await?;
            if !answer.is_success() {
                return Err(self.client.failed("keep a snapshot of", name, &answer));
            }
        }
        for _ in 1..WRITES {
            match self.write(name, &bytes, &expect).await {
                // The connection may have been lost after the write took effect: then what is there tells.
                Err(BlobError::Failed(why)) => match self.get(name).await {
                    Ok(Some((found, version))) if found == bytes => return Ok(version),
                    Ok(_) => {}
                    Err(_) => return Err(BlobError::Failed(why)),
                },
                done => return done,
            }
        }
        self.write(name, &bytes, &expect).await
    }

    async fn delete(&self, name: &str) -> Result<(), BlobError> {
        let call = Call::new(Method::DELETE, name).header("x-ms-delete-snapshots", "include");
        let answer = self.client.send(&self.with_lease(name, call)).await?;
        match answer.status {
            200..=299 => Ok(()),
            404 if code(&answer) == "BlobNotFound" => Ok(()),
            _ => Err(self.client.failed("delete", name, &answer)),
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, BlobError> {
        let mut names = Vec::new();
        let mut marker = String::new();
        loop {
            let call = Call::container(Method::GET).query("restype", "container").query("comp", "list");
            let call = call.query("prefix", prefix);
            let call = if marker.is_empty() { call } else { call.query("marker", &marker) };
            let answer = self.client.send(&call).await?;
            if answer.status != 200 {
                return Err(self.client.failed("list", prefix, &answer));
            }
            let page = listing::parse(&answer.text());
            names.extend(page.names);
            match page.next {
                Some(next) => marker = next,
                None => break,
            }
        }
        names.sort();
        Ok(names)
    }

    async fn lock(&self, name: &str, info: &LockInfo) -> Result<(), BlobError> {
        match self.try_lock(name, info).await {
            // Whoever held the lock took the empty blob away meanwhile.
            Err(BlobError::NotLocked) => self.try_lock(name, info).await,
            done => done,
        }
    }

    async fn unlock(&self, name: &str, id: &str) -> Result<(), BlobError> {
        let lease = lease_id(id);
        // The metadata is a courtesy: the lease decides, so a failure shows below.
        let _ = self.set_lock_metadata(name, &lease, None).await;
        let mut lost = None;
        for _ in 1..WRITES {
            match self.try_unlock(name, &lease).await {
                Err(BlobError::Failed(why)) => lost = Some(why),
                // The answer to an earlier try was lost; it did what it was asked for.
                Err(BlobError::NotLocked) if lost.is_some() => {
                    self.remember(name, None);
                    return Ok(());
                }
                done => return done,
            }
        }
        self.try_unlock(name, &lease).await
    }
}

impl AzureBlobs {
    async fn try_unlock(&self, name: &str, lease: &str) -> Result<(), BlobError> {
        let head = self.client.send(&Call::new(Method::HEAD, name)).await?;
        let answer = if head.status == 200 && head.header("content-length") == Some("0") {
            // The blob was made only to carry the lease; taking it away ends the lease too.
            let call = Call::new(Method::DELETE, name).header("x-ms-lease-id", lease);
            self.client.send(&call).await?
        } else {
            self.release(name, lease).await?
        };
        match answer.status {
            200..=299 => {
                self.remember(name, None);
                Ok(())
            }
            // Who deletes a leased blob ends the lease.
            404 if code(&answer) == "BlobNotFound" && self.lease_of(name).as_deref() == Some(lease) => {
                self.remember(name, None);
                Ok(())
            }
            404 | 409 | 412 => Err(BlobError::NotLocked),
            _ => Err(self.client.failed("unlock", name, &answer)),
        }
    }
}

#[cfg(test)]
#[path = "azurerm_tests.rs"]
mod tests;
