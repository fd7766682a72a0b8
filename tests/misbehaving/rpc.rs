//! A gRPC server that knows unary calls only.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Response};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::thing;

/// Answers calls until the connection ends.
pub async fn connection<S: AsyncRead + AsyncWrite + Unpin>(stream: S) {
    // Some clients only look whether somebody is there.
    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
    while let Some(Ok((request, respond))) = connection.accept().await {
        tokio::spawn(answer(request, respond));
    }
}

async fn answer(request: http::Request<h2::RecvStream>, mut respond: h2::server::SendResponse<Bytes>) {
    let (head, mut body) = request.into_parts();
    let mut received = BytesMut::new();
    while let Some(Ok(chunk)) = body.data().await {
        let _ = body.flow_control().release_capacity(chunk.len());
        received.extend_from_slice(&chunk);
    }
    let message = received.freeze().split_off(5);
    let call = head.uri.path().rsplit('/').next().unwrap_or("").to_owned();
    let reply = thing::answer(&call, message).await;
    let head = Response::builder().header("content-type", "application/grpc").body(()).unwrap();
    let Ok(mut stream) = respond.send_response(head, false) else { return };
    let mut trailers = HeaderMap::new();
    match reply {
        Some(reply) => {
            let mut framed = BytesMut::from(&[0][..]);
            framed.extend_from_slice(&u32::try_from(reply.len()).unwrap().to_be_bytes());
            framed.extend_from_slice(&reply);
            let _ = stream.send_data(framed.freeze(), false);
            trailers.insert("grpc-status", "0".parse().unwrap());
        }
        None => {
            trailers.insert("grpc-status", "12".parse().unwrap());
            trailers.insert("grpc-message", "no%20such%20call".parse().unwrap());
        }
    }
    let _ = stream.send_trailers(trailers);
}
