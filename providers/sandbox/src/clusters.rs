//! The Kubernetes APIs: one that stands alone, and one per managed cluster, each with an authority of its own.

use crate::ids::{hex, short};
use crate::json::{self, text};
use crate::kube::Api;
use crate::options::{ClusterHosts, Options};
use crate::sandbox::SandboxError;
use crate::serve::{self, Hub, Site};
use crate::tls::{Authority, Identity};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The identifier of the cluster that stands alone.
const OWN: &str = "";

/// The version of the cluster that stands alone.
const OWN_VERSION: &str = "1.33.13";

/// How the cluster that stands alone is reached.
pub(crate) struct Own {
    pub server: String,
    pub token: String,
    pub kubeconfig: String,
}

struct Cluster {
    api: Arc<Api>,
    /// server, ca, certificate, key, token
    access: Value,
    authority_key: String,
    port: u16,
    fqdn: String,
    quit: watch::Sender<bool>,
}

/// All APIs that are served.
pub(crate) struct Clusters {
    hub: Arc<Hub>,
    hosts: ClusterHosts,
    own_port: u16,
    kept: Value,
    running: Mutex<BTreeMap<String, Cluster>>,
}

impl Clusters {
    pub fn new(hub: Arc<Hub>, options: &Options, kept: Value) -> Result<Clusters, SandboxError> {
        let clusters = Clusters {
            hub,
            hosts: options.cluster_hosts,
            own_port: options.ports.kubernetes,
            kept,
            running: Mutex::default(),
        };
        if clusters.hosts != ClusterHosts::Absent {
            let cluster = clusters.serve(OWN, "", OWN_VERSION)?;
            cluster.api.set_nodes(3);
            clusters.lock().insert(OWN.into(), cluster);
        }
        Ok(clusters)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Cluster>> {
        self.running.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// How the cluster that stands alone is reached; empty when there is none.
    pub fn own(&self) -> Own {
        let running = self.lock();
        let access = running.get(OWN).map_or(Value::Null, |c| c.access.clone());
        let kubeconfig = if access.is_null() { String::new() } else { own_kubeconfig(&access) };
        Own { server: text(&access, "server").into(), token: text(&access, "token").into(), kubeconfig }
    }

    /// Closes all managed clusters that are not named.
    pub fn keep_only(&self, ids: &[String]) {
        self.lock().retain(|id, cluster| {
            let stays = id == OWN || ids.contains(id);
            if !stays {
                let _ = cluster.quit.send(true);
                self.hub.remove_site(&cluster.fqdn);
            }
            stays
        });
    }

    /// The access to a managed cluster's API, which is opened if need be; none when no API can be served.
    pub fn open(&self, id: &str, fqdn: &str, version: &str, nodes: u64) -> Option<Value> {
        if self.hosts == ClusterHosts::Absent {
            return None;
        }
        let mut running = self.lock();
        if !running.contains_key(id) {
            match self.serve(id, fqdn, version) {
                Ok(cluster) => drop(running.insert(id.to_string(), cluster)),
                Err(e) => {
                    (self.hub.log)(&format!("no Kubernetes API for {id}: {e}"));
                    return None;
                }
            }
        }
        let cluster = running.get(id)?;
        cluster.api.set_nodes(nodes);
        cluster.api.set_version(version);
        Some(cluster.access.clone())
    }

    /// Opens an API: with the certificates, port and objects of an earlier run where there are any.
    fn serve(&self, id: &str, fqdn: &str, version: &str) -> Result<Cluster, SandboxError> {
        let failed = |e: std::io::Error| SandboxError::new(format!("listening for a Kubernetes API: {e}"));
        let kept = &self.kept[id];
        let asked = if id == OWN && self.own_port != 0 { self.own_port } else { 0 };
        let before = kept["port"].as_u64().and_then(|p| u16::try_from(p).ok()).filter(|_| asked == 0);
        let bind = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port));
        let listener = before.and_then(|p| bind(p).ok()).map_or_else(|| bind(asked), Ok).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let listener = TcpListener::from_std(listener).map_err(failed)?;

        let name = format!("kubernetes {}", short(&[id], 8));
        let authority = match kept["access"].is_object() {
            true => Authority::known(
                &name,
                text(&kept["access"], "ca").into(),
                text(kept, "authority_key").into(),
            ),
            false => Authority::new(&name)?,
        };
        let mut names = vec!["127.0.0.1".to_string(), "localhost".into(), "kubernetes.default.svc".into()];
        names.extend(Some(fqdn.to_string()).filter(|f| !f.is_empty()));
        let mut access = match kept["access"].is_object() {
            true => kept["access"].clone(),
            false => fresh_access(&authority)?,
        };
        let server = match self.hosts {
            ClusterHosts::Fqdn if !fqdn.is_empty() => format!("https://{fqdn}:443"),
            _ => format!("https://127.0.0.1:{port}"),
        };
        json::set(&mut access, "server", server);
        let api = Arc::new(Api::new(
            &self.hub,
            text(&access, "token"),
            version,
            &authority.certificate,
            &kept["objects"],
        ));
        let identity = authority.server(&names)?;
        let site = Site { service: api.clone(), tls: authority.server_config(&identity, true)? };
        let (quit, quitting) = watch::channel(false);
        if !fqdn.is_empty() {
            self.hub.add_site(fqdn, site.clone());
        }
        tokio::spawn(serve::listen(self.hub.clone(), listener, site, quitting.clone()));
        tokio::spawn(crate::kube::run_controllers(self.hub.clone(), api.clone(), quitting));
        Ok(Cluster { api, access, authority_key: authority.key, port, fqdn: fqdn.to_string(), quit })
    }

    /// The part of the world that outlives a run.
    pub fn save(&self) -> Value {
        let mut out = json!({});
        for (id, c) in self.lock().iter() {
            let one = json!({"access": c.access, "authority_key": c.authority_key, "port": c.port, "objects": c.api.save()});
            json::set(&mut out, id, one);
        }
        out
    }
}

fn fresh_access(authority: &Authority) -> Result<Value, SandboxError> {
    let Identity { certificate, key } = authority.client("masterclient", "system:masters")?;
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| SandboxError::new(format!("random bytes: {e}")))?;
    let token = hex(&bytes);
    Ok(json!({"ca": authority.certificate, "certificate": certificate, "key": key, "token": token}))
}

fn own_kubeconfig(access: &Value) -> String {
    let encoded = |k: &str| STANDARD.encode(text(access, k));
    format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: sandbox\n  cluster:\n    server: {}\n    certificate-authority-data: {}\ncontexts:\n- name: sandbox\n  context:\n    cluster: sandbox\n    user: sandbox\ncurrent-context: sandbox\nusers:\n- name: sandbox\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n    token: {}\n",
        text(access, "server"),
        encoded("ca"),
        encoded("certificate"),
        encoded("key"),
        text(access, "token")
    )
}
