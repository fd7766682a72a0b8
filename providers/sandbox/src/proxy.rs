//! The CONNECT proxy: public host names end here, with the sandbox's certificate; nothing leaves the machine.

use crate::serve::{Hub, secure};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The longest request head that is read.
const HEAD_LIMIT: usize = 16 << 10;

/// Accepts proxy connections until the sandbox stops.
pub(crate) async fn listen(hub: Arc<Hub>, listener: TcpListener) {
    let mut stop = hub.stop.subscribe();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                let _ = stream.set_nodelay(true);
                tokio::spawn(connect(hub.clone(), stream));
            },
            _ = stop.changed() => return,
        }
    }
}

async fn connect(hub: Arc<Hub>, mut stream: TcpStream) {
    let Some(head) = read_head(&mut stream).await else { return };
    let mut words = head.split_whitespace();
    let (method, target) =
        (words.next().unwrap_or_default(), words.next().unwrap_or_default().to_lowercase());
    if method != "CONNECT" {
        return refuse(
            &hub,
            stream,
            "501 Not Implemented",
            &format!("only CONNECT is served, not {method} {target}"),
        )
        .await;
    }
    let (host, port) = target.rsplit_once(':').unwrap_or((&target, "443"));
    if let Some(site) = hub.site_of(host) {
        if stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.is_ok() {
            secure(hub, stream, site).await;
        }
        return;
    }
    if matches!(host, "127.0.0.1" | "localhost") {
        return tunnel(hub, stream, port).await;
    }
    refuse(
        &hub,
        stream,
        "502 Bad Gateway",
        &format!("the sandbox does not serve {host} and reaches no other machine"),
    )
    .await;
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > HEAD_LIMIT {
            return None;
        }
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

async fn refuse(hub: &Hub, mut stream: TcpStream, status: &str, why: &str) {
    (hub.log)(&format!("proxy: {why}"));
    let reply = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{why}",
        why.len()
    );
    let _ = stream.write_all(reply.as_bytes()).await;
}

async fn tunnel(hub: Arc<Hub>, mut stream: TcpStream, port: &str) {
    let target = match port.parse::<u16>() {
        Ok(port) => TcpStream::connect(("127.0.0.1", port)).await.ok(),
        Err(_) => None,
    };
    let Some(mut target) = target else {
        return refuse(&hub, stream, "502 Bad Gateway", &format!("nothing listens on loopback port {port}"))
            .await;
    };
    if stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.is_ok() {
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut target).await;
    }
}
