//! gRPC calls over one HTTP/2 connection.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use h2::client::{ResponseFuture, SendRequest};
use http::{HeaderMap, Method, Request, StatusCode, Uri, Version};
use prost::Message;
use tokio::io::{AsyncRead, AsyncWrite};

/// Largest reply that is accepted. Schemas of real providers are near 5 MiB, states may be larger.
const LARGEST_REPLY: usize = 256 << 20;

/// How much a provider may send before it must wait for us to read.
const WINDOW: u32 = 4 << 20;

/// Codes of gRPC that are treated each in its way.
pub(crate) mod code {
    pub(crate) const CANCELLED: u32 = 1;
    pub(crate) const UNIMPLEMENTED: u32 = 12;
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The provider answered with an error of gRPC: its code and message.
    Status(u32, String),
    /// The connection does not work any more; a clause about it.
    Broken(String),
    /// The reply is not what the protocol says; a clause about it.
    Garbled(String),
}

/// An open connection. Clones share it.
#[derive(Clone)]
pub(crate) struct Channel {
    sender: SendRequest<Bytes>,
}

impl Channel {
    /// Opens a connection over a stream.
    pub(crate) async fn open<S>(stream: S, quiet: Duration) -> Result<Channel, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = h2::client::Builder::new();
        builder.initial_window_size(WINDOW).initial_connection_window_size(4 * WINDOW);
        let (sender, mut connection) = builder.handshake::<_, Bytes>(stream).await.map_err(broken)?;
        let pings = connection.ping_pong();
        tokio::spawn(async move {
            let watch = async {
                match pings {
                    Some(pings) => silence(pings, quiet).await,
                    None => std::future::pending().await,
                }
            };
            // Either the connection ends, or nobody answers: dropping it fails all calls under way.
            tokio::select! {
                _ = connection => {}
                () = watch => {}
            }
        });
        Ok(Channel { sender })
    }

    /// One request, one reply.
    pub(crate) async fn call<Q: Message, R: Message + Default>(
        &self,
        path: &str,
        request: &Q,
    ) -> Result<R, Failure> {
        let reply = self.bytes(path, request).await?;
        R::decode(reply).map_err(|error| Failure::Garbled(format!("its reply cannot be read: {error}")))
    }

    /// One request, one reply, not decoded.
    pub(crate) async fn bytes<Q: Message>(&self, path: &str, request: &Q) -> Result<Bytes, Failure> {
        let garbled = |error: String| Failure::Garbled(error);
        let uri = Uri::builder().scheme("http").authority("localhost").path_and_query(path);
        let head = Request::builder()
            .method(Method::POST)
            .version(Version::HTTP_2)
            .uri(uri.build().map_err(|error| garbled(error.to_string()))?)
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("user-agent", concat!("ordain/", env!("CARGO_PKG_VERSION")))
            .body(())
            .map_err(|error| garbled(error.to_string()))?;
        let mut sender = self.sender.clone().ready().await.map_err(broken)?;
        let message = framed(request)?;
        let (response, mut body) = sender.send_request(head, false).map_err(broken)?;
        let sent = body.send_data(message, true);
        answered(response, sent).await
    }
}

/// The reply to a request. Who does not know a call says so as soon as its headers are there, and closes the stream
/// before the message can be sent: then there is an answer all the same.
async fn answered(response: ResponseFuture, sent: Result<(), h2::Error>) -> Result<Bytes, Failure> {
    match response.await {
        Ok(response) => receive(response).await,
        Err(error) => Err(broken(sent.err().unwrap_or(error))),
    }
}

/// Returns when the other side has not answered a ping for long. Asked seldom: servers take frequent pings
/// for an attack.
async fn silence(mut pings: h2::PingPong, quiet: Duration) {
    loop {
        tokio::time::sleep(quiet).await;
        let answer = tokio::time::timeout(quiet.min(Duration::from_secs(60)), pings.ping(h2::Ping::opaque()));
        if !matches!(answer.await, Ok(Ok(_))) {
            return;
        }
    }
}

/// A message with its length before it.
fn framed(request: &impl Message) -> Result<Bytes, Failure> {
    let length = request.encoded_len();
    let short = u32::try_from(length).map_err(|_| Failure::Garbled("the request is too large".to_owned()))?;
    let mut out = BytesMut::with_capacity(length + 5);
    out.extend_from_slice(&[0]);
    out.extend_from_slice(&short.to_be_bytes());
    request.encode(&mut out).map_err(|error| Failure::Garbled(error.to_string()))?;
    Ok(out.freeze())
}

async fn receive(response: http::Response<h2::RecvStream>) -> Result<Bytes, Failure> {
    let (head, mut body) = response.into_parts();
    // An error without a reply comes in the first headers.
    if let Some(status) = status_of(&head.headers) {
        status?;
    }
    if head.status != StatusCode::OK {
        return Err(Failure::Garbled(format!("it answered with HTTP status {}", head.status)));
    }
    let mut received = BytesMut::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.map_err(broken)?;
        let _ = body.flow_control().release_capacity(chunk.len());
        if received.len() + chunk.len() > LARGEST_REPLY {
            return Err(Failure::Garbled(format!("its reply is larger than {} MiB", LARGEST_REPLY >> 20)));
        }
        received.extend_from_slice(&chunk);
    }
    let trailers = body.trailers().await.map_err(broken)?.unwrap_or_default();
    match status_of(&trailers) {
        Some(status) => status?,
        None => return Err(Failure::Garbled("its reply ends without a status".to_owned())),
    }
    unframed(received.freeze())
}

/// The one message of a reply.
fn unframed(mut received: Bytes) -> Result<Bytes, Failure> {
    let cut = || Failure::Garbled("its reply is cut short".to_owned());
    let Some((&[flag, a, b, c, d], _)) = received.split_first_chunk::<5>() else { return Err(cut()) };
    if flag != 0 {
        return Err(Failure::Garbled("its reply is compressed, which was not asked for".to_owned()));
    }
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    let mut message = received.split_off(5);
    if message.len() < length {
        return Err(cut());
    }
    message.truncate(length);
    Ok(message)
}

/// What a status in headers or trailers says; `None` where there is none.
fn status_of(headers: &HeaderMap) -> Option<Result<(), Failure>> {
    let code = headers.get("grpc-status")?.to_str().ok().and_then(|text| text.parse::<u32>().ok());
    let Some(code) = code else {
        return Some(Err(Failure::Garbled("its status is not a number".to_owned())));
    };
    if code == 0 {
        return Some(Ok(()));
    }
    let message =
        headers.get("grpc-message").map_or_else(String::new, |text| percent_decoded(text.as_bytes()));
    Some(Err(Failure::Status(code, message)))
}

fn percent_decoded(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.first_chunk::<2>().and_then(|two| std::str::from_utf8(two).ok());
        let decoded = digits.filter(|_| byte == b'%').and_then(|two| u8::from_str_radix(two, 16).ok());
        out.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn broken(error: h2::Error) -> Failure {
    Failure::Broken(error.to_string())
}

#[cfg(test)]
#[path = "channel_tests.rs"]
mod tests;
