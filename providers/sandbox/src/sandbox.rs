//! Starting and stopping: which services exist, on which ports, under which names.

use crate::azure::Azure;
use crate::charts::Charts;
use crate::clusters::Clusters;
use crate::fault::Faults;
use crate::message::Service;
use crate::options::Options;
use crate::record::Record;
use crate::serve::{self, Hub, Site};
use crate::storage::Blobs;
use crate::tls::Authority;
use crate::{proxy, world};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The sandbox could not start.
#[derive(Debug, Clone)]
pub struct SandboxError(String);

impl SandboxError {
    pub(crate) fn new(message: impl Into<String>) -> SandboxError {
        SandboxError(message.into())
    }
}

impl std::fmt::Display for SandboxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SandboxError {}

/// Where a running sandbox listens.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Resource Manager, login and metadata: `https://127.0.0.1:PORT`.
    pub azure: String,
    /// Blob storage; the account is the first path segment, or the host name through the proxy.
    pub blobs: String,
    /// The chart repository.
    pub charts: String,
    /// The stand-alone Kubernetes API; empty when none is served.
    pub kubernetes: String,
    /// The CONNECT proxy: `http://127.0.0.1:PORT`.
    pub proxy: String,
    /// The certificate authority's certificate (PEM file).
    pub ca_file: PathBuf,
    /// A kubeconfig for the stand-alone Kubernetes API.
    pub kubeconfig: PathBuf,
    /// A bearer token that the stand-alone Kubernetes API accepts.
    pub kubernetes_token: String,
}

impl Endpoints {
    /// What is served, as pairs of a name and a URL.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        vec![
            ("Resource Manager", self.azure.clone()),
            ("blob storage", self.blobs.clone()),
            ("chart repository", self.charts.clone()),
            ("Kubernetes API", self.kubernetes.clone()),
            ("proxy", self.proxy.clone()),
        ]
    }
}

/// A storage account that exists from the start.
#[derive(Clone)]
pub struct StorageAccount {
    /// Its name.
    pub account: String,
    /// Its resource group.
    pub resource_group: String,
    /// Its first access key (base64).
    pub key: String,
    /// Its containers.
    pub containers: Vec<String>,
}

/// The entry to this crate.
pub struct Sandbox;

/// A sandbox that serves until [`Running::stop`] or until it is dropped.
pub struct Running {
    /// Where it listens.
    pub endpoints: Endpoints,
    /// The environment variables that point a client at it.
    pub env: Vec<(String, String)>,
    /// What was asked, and how many pods were ready.
    pub record: Record,
    /// The first storage account.
    pub storage: StorageAccount,
    parts: Arc<Parts>,
}

/// The services, for saving and stopping.
struct Parts {
    hub: Arc<Hub>,
    azure: Arc<Azure>,
    blobs: Arc<Blobs>,
    clusters: Arc<Clusters>,
    world: Option<PathBuf>,
    saving: Mutex<()>,
}

impl Parts {
    fn save(&self) {
        let Some(path) = &self.world else { return };
        let _one = self.saving.lock().unwrap_or_else(|e| e.into_inner());
        if !self.hub.dirty.swap(false, Ordering::Relaxed) {
            return;
        }
        let world = json!({"format": 1, "azure": self.azure.save(), "blobs": self.blobs.save(), "clusters": self.clusters.save()});
        if let Err(e) = world::write(path, &world) {
            (self.hub.log)(&e.to_string());
        }
    }
}

/// The names a public service goes by; `.x` stands for every host that ends so.
const PUBLIC_NAMES: &[(&str, &str)] = &[
    ("azure", "management.azure.com"),
    ("azure", "login.microsoftonline.com"),
    ("azure", ".actions.githubusercontent.com"),
    ("blobs", ".blob.core.windows.net"),
    ("charts", "community-charts.github.io"),
];

impl Sandbox {
    /// Starts all services on loopback.
    ///
    /// # Errors
    /// When a port is taken, or the directory or the world file cannot be read or written.
    pub async fn start(options: Options) -> Result<Running, SandboxError> {
        std::fs::create_dir_all(&options.directory)
            .map_err(|e| SandboxError::new(format!("making {}: {e}", options.directory.display())))?;
        let directory = std::path::absolute(&options.directory).unwrap_or(options.directory.clone());
        let authority = Authority::kept_in(&directory)?;
        let kept = options.world_file.as_deref().map(world::read).transpose()?.unwrap_or(Value::Null);
        let hub = hub(&options);
        let tls = authority.server_config(&authority.server(&server_names())?, false)?;

        let (azure_port, azure_listener) = bind(options.ports.azure, "Resource Manager").await?;
        let (blob_port, blob_listener) = bind(options.ports.blobs, "blob storage").await?;
        let (chart_port, chart_listener) = bind(options.ports.charts, "the chart repository").await?;
        let (proxy_port, proxy_listener) = bind(options.ports.proxy, "the proxy").await?;

        let blobs = Arc::new(Blobs::new(&options, part(&kept, "blobs"))?);
        let clusters = Arc::new(Clusters::new(hub.clone(), &options, part(&kept, "clusters"))?);
        let base = format!("https://127.0.0.1:{azure_port}");
        let old = part(&kept, "azure");
        let azure = Arc::new(Azure::new(&options, base.clone(), clusters.clone(), blobs.clone(), old));
        let charts = Arc::new(Charts::new()?);
        let sites: [(&str, Arc<dyn Service>, TcpListener); 3] = [
            ("azure", azure.clone(), azure_listener),
            ("blobs", blobs.clone(), blob_listener),
            ("charts", charts, chart_listener),
        ];
        for (name, service, listener) in sites {
            open(&hub, name, Site { service, tls: tls.clone() }, listener);
        }
        tokio::spawn(proxy::listen(hub.clone(), proxy_listener));
        let own = clusters.own();
        let kubeconfig = directory.join("kubeconfig");
        world::write_private(&kubeconfig, own.kubeconfig.as_bytes())
            .map_err(|e| SandboxError::new(format!("writing {}: {e}", kubeconfig.display())))?;
        let endpoints = Endpoints {
            azure: base,
            blobs: format!("https://127.0.0.1:{blob_port}"),
            charts: format!("https://127.0.0.1:{chart_port}"),
            kubernetes: own.server,
            proxy: format!("http://127.0.0.1:{proxy_port}"),
            ca_file: directory.join("ca.pem"),
            kubeconfig,
            kubernetes_token: own.token,
        };
        let parts = Arc::new(Parts {
            hub: hub.clone(),
            azure,
            blobs: blobs.clone(),
            clusters,
            world: options.world_file.clone(),
            saving: Mutex::new(()),
        });
        tokio::spawn(save_often(parts.clone()));
        let env = environment(&endpoints, &parts.azure);
        Ok(Running { endpoints, env, record: hub.record.clone(), storage: blobs.first(), parts })
    }
}

impl Running {
    /// Closes all listeners and connections and writes the world file.
    pub async fn stop(self) {
        self.parts.save();
    }

    /// Writes the world file now, if one was asked for and something changed.
    pub fn save(&self) {
        self.parts.save();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.parts.hub.stop.send(true);
    }
}

/// Serves a site on its listener and under its public names.
fn open(hub: &Arc<Hub>, name: &str, site: Site, listener: TcpListener) {
    for (_, host) in PUBLIC_NAMES.iter().filter(|(n, _)| *n == name) {
        hub.add_site(*host, site.clone());
    }
    tokio::spawn(serve::listen(hub.clone(), listener, site, hub.stop.subscribe()));
}

fn part(kept: &Value, name: &str) -> Value {
    kept.get(name).cloned().unwrap_or(Value::Null)
}

fn hub(options: &Options) -> Arc<Hub> {
    Arc::new(Hub {
        clock: options.clock.clone(),
        latency: options.latency,
        faults: Faults::new(options.fault_rate, options.lost_rate, options.lose.clone(), options.seed),
        record: Record::default(),
        log: options.log.clone(),
        dirty: AtomicBool::new(true),
        stop: watch::channel(false).0,
        sites: Mutex::new(Vec::new()),
    })
}

fn server_names() -> Vec<String> {
    let mut names: Vec<String> = ["127.0.0.1", "::1", "localhost", "*.localhost"].map(String::from).to_vec();
    names.extend(
        PUBLIC_NAMES.iter().map(|(_, n)| if n.starts_with('.') { format!("*{n}") } else { n.to_string() }),
    );
    names
}

async fn bind(port: u16, what: &str) -> Result<(u16, TcpListener), SandboxError> {
    let failed =
        |e: std::io::Error| SandboxError::new(format!("listening on 127.0.0.1:{port} for {what}: {e}"));
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    Ok((port, listener))
}

async fn save_often(parts: Arc<Parts>) {
    let mut stop = parts.hub.stop.subscribe();
    loop {
        tokio::select! {
            _ = tokio::time::sleep(Duration::from_millis(250)) => parts.save(),
            _ = stop.changed() => return parts.save(),
        }
    }
}

fn environment(endpoints: &Endpoints, azure: &Azure) -> Vec<(String, String)> {
    let file = |p: &Path| p.display().to_string();
    let host = endpoints.azure.trim_start_matches("https://").to_string();
    let c = azure.credentials();
    let pairs = [
        ("ARM_METADATA_HOSTNAME", host),
        ("SSL_CERT_FILE", file(&endpoints.ca_file)),
        ("HTTPS_PROXY", endpoints.proxy.clone()),
        ("NO_PROXY", "127.0.0.1,localhost".into()),
        ("ARM_TENANT_ID", c.tenant.clone()),
        ("ARM_SUBSCRIPTION_ID", c.subscription.clone()),
        ("ARM_CLIENT_ID", c.client.clone()),
        ("ARM_CLIENT_SECRET", c.secret.clone()),
        ("ARM_USE_CLI", "false".into()),
        ("ARM_USE_MSI", "false".into()),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{}/_github/idtoken?api-version=2.0", endpoints.azure)),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", c.runner_token.clone()),
        ("TF_VAR_appId", c.client),
        ("TF_VAR_password", c.secret),
        ("TF_VAR_subscription", c.subscription),
        ("KUBE_CONFIG_PATH", file(&endpoints.kubeconfig)),
    ];
    pairs.into_iter().map(|(k, v)| (k.to_string(), v)).collect()
}
