//! One running provider process.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ordain_diag::{Diagnostic, codes};
use prost::Message;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::{Child, ChildStdout};
use tokio::sync::{oneshot, watch};
use tokio_rustls::TlsConnector;

use crate::channel::{Channel, Failure, code};
use crate::guard;
use crate::handshake::{Address, COOKIE, COOKIE_NAME, Handshake, Protocol};
use crate::launch::{Launch, Program};
use crate::log::{Log, Tail, record};
use crate::memory;
use crate::messages::Empty;
use crate::method::Method;
use crate::tls::Certificate;

/// Longest line that may be a handshake, in bytes. A certificate takes about 1 KiB.
const LONGEST_HANDSHAKE: u64 = 64 << 10;

/// A process that answers calls. It ends when this is dropped, unless somebody else started it.
pub(crate) struct Process {
    channel: Channel,
    protocol: Protocol,
    source: String,
    name: String,
    tail: Tail,
    /// Whether all that it wrote to its standard error is in the tail.
    written: Option<watch::Receiver<bool>>,
    /// How it ended, when it has.
    ended: Option<watch::Receiver<Option<End>>>,
    /// Dropping it asks the process to end.
    _end: Option<oneshot::Sender<()>>,
}

impl Process {
    /// Starts the program, or connects to the process that runs already.
    pub(crate) async fn start(launch: &Launch) -> Result<Process, Diagnostic> {
        match &launch.program {
            Program::File(file) => Starting::spawn(launch, file).await?.connect().await,
            Program::Running(running) => {
                let stream = Stream::open(&running.address, None).await;
                let channel = match stream {
                    Ok(stream) => stream.channel(launch.patience.quiet).await,
                    Err(why) => Err(why),
                };
                let channel = channel.map_err(|why| {
                    let what = format!("the running process cannot be reached: {why}");
                    failed(&launch.source.to_string(), &what, &Tail::default())
                })?;
                Ok(Process {
                    channel,
                    protocol: running.protocol,
                    source: launch.source.to_string(),
                    name: launch.name(),
                    tail: Tail::default(),
                    written: None,
                    ended: None,
                    _end: None,
                })
            }
        }
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Whether calls may still be answered.
    pub(crate) fn is_alive(&self) -> bool {
        self.ended.as_ref().is_none_or(|ended| ended.borrow().is_none())
    }

    /// One request, one reply.
    pub(crate) async fn call<Q: Message, R: Message + Default>(
        &self,
        method: Method,
        request: &Q,
    ) -> Result<R, Diagnostic> {
        match self.channel.call(&method.path(self.protocol), request).await {
            Ok(reply) => Ok(reply),
            Err(failure) => Err(self.explain(method, failure).await),
        }
    }

    /// One request, one reply; `None` when the provider does not know the call.
    pub(crate) async fn call_if_known<Q: Message>(
        &self,
        method: Method,
        request: &Q,
    ) -> Result<Option<bytes::Bytes>, Diagnostic> {
        match self.channel.bytes(&method.path(self.protocol), request).await {
            Ok(reply) => Ok(Some(reply)),
            Err(Failure::Status(code::UNIMPLEMENTED, _)) => Ok(None),
            Err(failure) => Err(self.explain(method, failure).await),
        }
    }

    /// Asks running calls to end soon. That it does not answer is no news.
    pub(crate) async fn stop(&self) {
        let path = Method::Stop.path(self.protocol);
        let asked = self.channel.bytes(&path, &Empty {});
        let _ = tokio::time::timeout(Duration::from_secs(5), asked).await;
    }

    /// The error for a call without an answer.
    async fn explain(&self, method: Method, failure: Failure) -> Diagnostic {
        let call = method.name(self.protocol);
        let (summary, what) = match failure {
            Failure::Status(code::UNIMPLEMENTED, _) => {
                ("Unsupported plugin method", format!("it does not support the call {call}"))
            }
            Failure::Status(code::CANCELLED, _) => ("Request cancelled", format!("it ended the call {call}")),
            Failure::Status(code, message) => {
                ("Plugin error", format!("it answered the call {call} with gRPC status {code}: {message}"))
            }
            Failure::Garbled(why) => ("Plugin error", format!("{why} (call {call})")),
            Failure::Broken(why) => {
                let how = match self.exit().await {
                    Some(End::Itself(status)) => {
                        format!("the process ended ({status}{}) during the call {call}", likely(status))
                    }
                    Some(End::Memory(excess)) => {
                        format!("the process was ended during the call {call}: {excess}")
                    }
                    None => format!("it did not answer the call {call}: {why}"),
                };
                ("Plugin did not respond", how)
            }
        };
        let error = failed(&format!("{} ({})", self.source, self.name), &what, &self.tail);
        Diagnostic { summary: summary.to_owned(), ..error }
    }

    /// How the process ended. One that broke its connection is given a moment to end.
    async fn exit(&self) -> Option<End> {
        let mut ended = self.ended.clone()?;
        let wait = ended.wait_for(Option::is_some);
        let end = tokio::time::timeout(Duration::from_secs(2), wait).await.ok()?.ok()?.clone();
        if let Some(mut written) = self.written.clone() {
            // What it wrote last is still on its way; a process that it started may keep the pipe open.
            let all = written.wait_for(|written| *written);
            let _ = tokio::time::timeout(Duration::from_millis(500), all).await;
        }
        end
    }
}

/// How a process ended that nobody asked to.
#[derive(Clone, Debug)]
enum End {
    Itself(ExitStatus),
    /// It had more memory than it may; a clause about it.
    Memory(String),
}

/// What an end by a signal that nobody here sent is likely to mean.
fn likely(status: ExitStatus) -> &'static str {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(9) {
        return ", as the system does it when memory runs out";
    }
    let _only_there = status;
    ""
}

/// An error about a process, with what it wrote last.
fn failed(source: &str, what: &str, tail: &Tail) -> Diagnostic {
    let mut detail = format!("Provider {source}: {what}.");
    let last = tail.text();
    if !last.is_empty() {
        detail.push_str(&format!("\n\nThe last lines it wrote:\n{last}"));
    }
    Diagnostic::error(codes::provider::PLUGIN, "Failed to start provider", detail)
}

/// A process that was started and has not been heard of yet.
struct Starting<'l> {
    launch: &'l Launch,
    child: Child,
    certificate: Option<Certificate>,
    tail: Tail,
    sockets: Sockets,
}

impl<'l> Starting<'l> {
    async fn spawn(launch: &'l Launch, file: &Path) -> Result<Starting<'l>, Diagnostic> {
        let source = launch.source.to_string();
        let fail = |what: String| failed(&source, &what, &Tail::default());
        let clear = launch.env.get("TF_DISABLE_PLUGIN_TLS").is_some_and(|value| !value.is_empty());
        let certificate = if clear {
            None
        } else {
            Some(Certificate::generate().map_err(|why| fail(format!("no certificate for it: {why}")))?)
        };
        let sockets = Sockets::make(launch).map_err(|error| {
            fail(format!("a directory for its socket cannot be made in the temporary directory: {error}"))
        })?;
        let mut command = guard::command(launch.guard.as_deref(), file);
        command.current_dir(&launch.dir).env_clear().envs(&launch.env);
        command
            .env(COOKIE_NAME, COOKIE)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000")
            .env("PLUGIN_UNIX_SOCKET_DIR", &sockets.dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // An interrupt from the terminal is for us: providers are asked to stop by a call.
        #[cfg(unix)]
        command.process_group(0);
        if let Some(certificate) = &certificate {
            command.env("PLUGIN_CLIENT_CERT", &certificate.pem);
        }
        let child = guard::spawn(command)
            .await
            .map_err(|error| fail(format!("its program {} cannot be started: {error}", file.display())))?;
        Ok(Starting { launch, child, certificate, tail: Tail::default(), sockets })
    }

    /// Starts to record what the process writes to its standard error; says when that is all.
    fn record_errors(&mut self, from: &str) -> Option<watch::Receiver<bool>> {
        let stderr = BufReader::new(self.child.stderr.take()?);
        let (said, written) = watch::channel(false);
        let all = drain(stderr, from.to_owned(), self.launch.log.clone(), self.tail.clone());
        tokio::spawn(async move {
            all.await;
            // Nobody may be waiting for it.
            let _ = said.send(true);
        });
        Some(written)
    }

    /// Waits for the handshake and opens the connection.
    async fn connect(mut self) -> Result<Process, Diagnostic> {
        let (name, patience) = (self.launch.name(), self.launch.patience);
        let from = format!("provider.{name}");
        let written = self.record_errors(&from);
        let stdout = self.child.stdout.take().map(BufReader::new);
        let mut stdout = stdout.ok_or_else(|| self.failed("its output cannot be read".to_owned()))?;
        let line = match tokio::time::timeout(patience.start, first_line(&mut stdout)).await {
            Ok(Ok(line)) => line,
            Ok(Err(why)) => return Err(self.ended(why).await),
            Err(_) => {
                let waited = patience.start.as_secs();
                return Err(self.failed(format!("it did not say that it is ready within {waited} seconds")));
            }
        };
        tokio::spawn(drain(stdout, from, self.launch.log.clone(), self.tail.clone()));
        let handshake = match Handshake::parse(&line) {
            Ok(handshake) => handshake,
            Err(why) => {
                record(line.as_bytes(), &name, &*self.launch.log, &self.tail);
                let why = format!("its first line of output is not what was expected: {why}");
                return Err(self.ended(why).await);
            }
        };
        if let Address::Unix(path) = &handshake.address {
            self.sockets.socket = Some(PathBuf::from(path));
        }
        let secured = match (self.certificate.take(), handshake.certificate) {
            (Some(ours), Some(theirs)) => Some((ours, theirs)),
            // Providers that know nothing of mutual TLS speak in the clear on a local socket.
            (_, None) => None,
            (None, Some(_)) => {
                return Err(self.failed("it insists on TLS, which was switched off".to_owned()));
            }
        };
        let opened = async {
            let stream = Stream::open(&handshake.address, secured).await?;
            stream.channel(patience.quiet).await
        };
        let channel = match tokio::time::timeout(patience.start, opened).await {
            Ok(Ok(channel)) => channel,
            Ok(Err(why)) => return Err(self.ended(format!("it cannot be spoken to: {why}")).await),
            Err(_) => return Err(self.failed("it accepts no connection".to_owned())),
        };
        let (end, asked) = oneshot::channel();
        let (said, ended) = watch::channel(None);
        let process = Process {
            channel: channel.clone(),
            protocol: handshake.protocol,
            source: self.launch.source.to_string(),
            name,
            tail: self.tail,
            written,
            ended: Some(ended),
            _end: Some(end),
        };
        let bounds = (patience.end, self.launch.memory);
        tokio::spawn(keep(self.child, channel, asked, said, bounds, self.sockets));
        Ok(process)
    }

    fn failed(&self, what: String) -> Diagnostic {
        failed(&self.launch.source.to_string(), &what, &self.tail)
    }

    /// The error for a process that is of no use; whether it ended by itself says more than what it broke.
    async fn ended(&mut self, what: String) -> Diagnostic {
        match tokio::time::timeout(Duration::from_millis(500), self.child.wait()).await {
            Ok(Ok(status)) => {
                // What it wrote last is still on its way.
                tokio::time::sleep(Duration::from_millis(50)).await;
                self.failed(format!("{what}; the process ended ({status})"))
            }
            _ => self.failed(what),
        }
    }
}

/// Where a process puts its socket, removed when it is gone: a process that is killed leaves it behind.
struct Sockets {
    dir: PathBuf,
    socket: Option<PathBuf>,
}

impl Sockets {
    fn make(launch: &Launch) -> std::io::Result<Sockets> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let parent = launch.env.get("TMPDIR").filter(|dir| !dir.is_empty());
        let parent = parent.map_or_else(|| PathBuf::from("/tmp"), PathBuf::from);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let dir = parent.join(format!("ordain-plugin-{}-{number}", std::process::id()));
            match builder.create(&dir) {
                // Left by a process of the same number, long ago.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                made => return made.map(|()| Sockets { dir, socket: None }),
            }
        }
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        if let Some(socket) = &self.socket {
            let _ = std::fs::remove_file(socket);
        }
        let _ = std::fs::remove_dir(&self.dir);
    }
}

/// Keeps the process until it ends or is asked to.
async fn keep(
    mut child: Child,
    channel: Channel,
    asked: oneshot::Receiver<()>,
    said: watch::Sender<Option<End>>,
    (patience, limit): (Duration, Option<u64>),
    sockets: Sockets,
) {
    let process = child.id();
    tokio::select! {
        status = child.wait() => {
            let _ = said.send(status.ok().map(End::Itself));
        }
        excess = memory::excess(process, limit) => {
            // Said first: the broken connection is explained with it.
            let _ = said.send(Some(End::Memory(excess)));
            let _ = child.kill().await;
        }
        _ = asked => {
            let goodbye = async {
                let _ = channel.bytes("/plugin.GRPCController/Shutdown", &Empty {}).await;
                drop(channel);
                let _ = child.wait().await;
            };
            if tokio::time::timeout(patience, goodbye).await.is_err() {
                let _ = child.kill().await;
            }
        }
    }
    drop(sockets);
}

async fn first_line(stdout: &mut BufReader<ChildStdout>) -> Result<String, String> {
    let mut line = Vec::new();
    let mut limited = stdout.take(LONGEST_HANDSHAKE);
    let read = limited.read_until(b'\n', &mut line).await.map_err(|error| error.to_string())?;
    if read == 0 {
        return Err("it ended before it was ready".to_owned());
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// Reads lines to their end. Lines without end are cut.
async fn drain<R: AsyncRead + Unpin>(mut from: BufReader<R>, name: String, log: Arc<dyn Log>, tail: Tail) {
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut from).take(64 << 10).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => record(&line, &name, &*log, &tail),
        }
    }
}

/// A connected socket, with TLS or without.
enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream),
    SecureUnix(Box<tokio_rustls::client::TlsStream<UnixStream>>),
    SecureTcp(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}

impl Stream {
    async fn open(address: &Address, secured: Option<(Certificate, Vec<u8>)>) -> Result<Stream, String> {
        let secured = match secured {
            Some((ours, theirs)) => {
                let name = ServerName::try_from("localhost").map_err(|error| error.to_string())?;
                Some((TlsConnector::from(Arc::new(ours.config(theirs)?)), name))
            }
            None => None,
        };
        let text = |error: std::io::Error| error.to_string();
        match (address, secured) {
            (Address::Unix(path), None) => UnixStream::connect(path).await.map(Stream::Unix).map_err(text),
            (Address::Tcp(address), None) => TcpStream::connect(address).await.map(Stream::Tcp).map_err(text),
            (Address::Unix(path), Some((connector, name))) => {
                let stream = UnixStream::connect(path).await.map_err(text)?;
                let stream = connector.connect(name, stream).await.map_err(text)?;
                Ok(Stream::SecureUnix(Box::new(stream)))
            }
            (Address::Tcp(address), Some((connector, name))) => {
                let stream = TcpStream::connect(address).await.map_err(text)?;
                let _ = stream.set_nodelay(true);
                let stream = connector.connect(name, stream).await.map_err(text)?;
                Ok(Stream::SecureTcp(Box::new(stream)))
            }
        }
    }

    async fn channel(self, quiet: Duration) -> Result<Channel, String> {
        let opened = match self {
            Stream::Unix(stream) => Channel::open(stream, quiet).await,
            Stream::Tcp(stream) => Channel::open(stream, quiet).await,
            Stream::SecureUnix(stream) => Channel::open(*stream, quiet).await,
            Stream::SecureTcp(stream) => Channel::open(*stream, quiet).await,
        };
        opened.map_err(|failure| match failure {
            Failure::Status(_, why) | Failure::Broken(why) | Failure::Garbled(why) => why,
        })
    }
}
