//! Listeners: TLS, HTTP/1.1, latency, faults and the record; what to answer is the service's business.

use crate::clock::Clock;
use crate::fault::{Fault, Faults};
use crate::message::{Payload, Reply, Request, Service, decode, form};
use crate::options::LogSink;
use crate::record::{Record, RequestEntry};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper_util::rt::TokioIo;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// The largest request body that is read.
const BODY_LIMIT: usize = 128 << 20;

/// A service with the TLS identity it answers under.
#[derive(Clone)]
pub(crate) struct Site {
    pub service: Arc<dyn Service>,
    pub tls: Arc<ServerConfig>,
}

/// What all listeners share.
pub(crate) struct Hub {
    pub clock: Clock,
    pub latency: Duration,
    pub faults: Faults,
    pub record: Record,
    pub log: LogSink,
    /// Something changed since the world was last written.
    pub dirty: AtomicBool,
    /// Turns true when the sandbox stops.
    pub stop: watch::Sender<bool>,
    /// Public host names (exact, or a suffix that starts with a dot) and who answers for them.
    pub sites: Mutex<Vec<(String, Site)>>,
}

impl Hub {
    /// Who answers for a public host name.
    pub fn site_of(&self, host: &str) -> Option<Site> {
        let sites = self.sites.lock().unwrap_or_else(|e| e.into_inner());
        let fits = |pattern: &str| host == pattern || (pattern.starts_with('.') && host.ends_with(pattern));
        sites.iter().find(|(pattern, _)| fits(pattern)).map(|(_, site)| site.clone())
    }

    pub fn add_site(&self, pattern: impl Into<String>, site: Site) {
        let pattern = pattern.into().to_lowercase();
        let mut sites = self.sites.lock().unwrap_or_else(|e| e.into_inner());
        sites.retain(|(p, _)| *p != pattern);
        sites.push((pattern, site));
    }

    pub fn remove_site(&self, pattern: &str) {
        let mut sites = self.sites.lock().unwrap_or_else(|e| e.into_inner());
        sites.retain(|(p, _)| p != pattern);
    }
}

/// Accepts connections until the sandbox stops or `quit` turns true.
pub(crate) async fn listen(
    hub: Arc<Hub>,
    listener: TcpListener,
    site: Site,
    mut quit: watch::Receiver<bool>,
) {
    let mut stop = hub.stop.subscribe();
    loop {
        let accepted = tokio::select! {
            a = listener.accept() => a,
            _ = stop.changed() => return,
            _ = quit.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                tokio::spawn(secure(hub.clone(), stream, site.clone()));
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Ends TLS on a fresh connection and serves it.
pub(crate) async fn secure<S>(hub: Arc<Hub>, stream: S, site: Site)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Ok(tls) = TlsAcceptor::from(site.tls.clone()).accept(stream).await else { return };
    let certified = tls.get_ref().1.peer_certificates().is_some_and(|c| !c.is_empty());
    let mut stop = hub.stop.subscribe();
    let service = hyper::service::service_fn(move |request| {
        let (hub, service) = (hub.clone(), site.service.clone());
        async move { answer(&hub, service.as_ref(), request, certified).await }
    });
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(tls), service);
    tokio::select! {
        _ = connection => {}
        _ = stop.changed() => {}
    }
}

/// The connection is closed without an answer.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("connection cut")
    }
}

impl std::error::Error for Cut {}

async fn answer(
    hub: &Hub,
    service: &dyn Service,
    request: hyper::Request<Incoming>,
    certified: bool,
) -> Result<hyper::Response<Out>, Cut> {
    let Some(request) = read(request, certified).await else {
        return Ok(respond(Reply::bytes(413, "text/plain", "request body too large or cut off"), false));
    };
    let mut entry = RequestEntry {
        at: hub.clock.now(),
        service: service.name(),
        method: request.method.clone(),
        host: request.host.clone(),
        path: request.path.clone(),
        query: request.query.iter().map(|(k, _)| k.clone()).collect(),
        status: 0,
    };
    let control = request.path.starts_with("/_sandbox/") || request.path.starts_with("/_emulator/");
    if !hub.latency.is_zero() && !control {
        tokio::time::sleep(hub.latency).await;
    }
    let fault = if control { None } else { hub.faults.draw(service.name()) };
    let reply = match fault {
        Some(Fault::Cut) => {
            (hub.log)(&format!("fault: connection cut on {} {}", request.method, request.path));
            hub.record.add(entry);
            return Err(Cut);
        }
        Some(Fault::Answer(reply)) => {
            (hub.log)(&format!("fault: {} on {} {}", reply.status, request.method, request.path));
            reply
        }
        None => service.answer(&request),
    };
    if reply.status == 501 {
        (hub.log)(&format!("501: {} does not know {} {}", service.name(), request.method, request.path));
    }
    if request.method != "GET" && request.method != "HEAD" {
        hub.dirty.store(true, Ordering::Relaxed);
    }
    entry.status = reply.status;
    if !control {
        hub.record.add(entry);
    }
    if !control && hub.faults.loses(&request.method, &request.path) {
        (hub.log)(&format!("fault: answer lost of {} {}", request.method, request.path));
        return Err(Cut);
    }
    let mut response = respond(reply, request.method == "HEAD");
    if let Ok(date) = http::HeaderValue::from_str(&hub.clock.http_date()) {
        // Timestamps in answers are of this clock, and so is the time of the answer.
        response.headers_mut().entry("Date").or_insert(date);
    }
    Ok(response)
}

async fn read(request: hyper::Request<Incoming>, certified: bool) -> Option<Request> {
    let (head, body) = request.into_parts();
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|(k, v)| (k.as_str().to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
        .collect();
    let host = head.uri.host().map(str::to_string);
    let host = host.or_else(|| headers.iter().find(|(k, _)| k == "host").map(|(_, v)| v.clone()));
    let host = host.unwrap_or_default().to_lowercase();
    let host = host.rsplit_once(':').map_or(host.clone(), |(h, _)| h.to_string());
    let raw_query = head.uri.query().unwrap_or_default();
    let body = Limited::new(body, BODY_LIMIT).collect().await.ok()?.to_bytes().to_vec();
    Some(Request {
        method: head.method.as_str().to_uppercase(),
        host,
        raw_path: head.uri.path().to_string(),
        path: decode(head.uri.path(), false),
        query: form(raw_query),
        headers,
        body,
        certified,
    })
}

fn respond(reply: Reply, head_only: bool) -> hyper::Response<Out> {
    let mut response = hyper::Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        if let Ok(value) = http::HeaderValue::from_bytes(value.as_bytes()) {
            response = response.header(name, value);
        }
    }
    let body = match reply.payload {
        Payload::Empty => Out::Whole(None),
        Payload::Bytes(bytes) if head_only => {
            response = response.header("Content-Length", bytes.len());
            Out::Whole(None)
        }
        Payload::Bytes(bytes) => Out::Whole(Some(Bytes::from(bytes))),
        Payload::Stream(chunks) => Out::Chunks(chunks),
    };
    let failed = |_| {
        let mut plain = hyper::Response::new(Out::Whole(None));
        *plain.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        plain
    };
    response.body(body).unwrap_or_else(failed)
}

/// A response body: one piece, or chunks as they come.
pub(crate) enum Out {
    Whole(Option<Bytes>),
    Chunks(mpsc::UnboundedReceiver<Vec<u8>>),
}

impl Body for Out {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Out::Whole(bytes) => Poll::Ready(bytes.take().map(|b| Ok(Frame::data(b)))),
            Out::Chunks(rx) => rx.poll_recv(cx).map(|c| c.map(|c| Ok(Frame::data(Bytes::from(c))))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Out::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Out::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64)),
            Out::Chunks(_) => SizeHint::default(),
        }
    }
}
