use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ordain_diag::Diagnostic;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::{Cancel, Client, ClientOptions, Environment, ErrorKind, Request, Retry, retry_after, safe_url};

/// Serves the given raw answers, one a connection; the last one again and again. An empty one drops the
/// connection. Gives the base URL and the number of requests seen.
async fn serve(answers: Vec<&'static str>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = seen.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let at = counter.fetch_add(1, Ordering::SeqCst);
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(answers[at.min(answers.len() - 1)].as_bytes()).await;
        }
    });
    (url, seen)
}

fn client() -> Client {
    let env = Environment::from([("HTTP_PROXY".to_owned(), "http://192.0.2.1:9".to_owned())]);
    Client::new(&ClientOptions::default(), &env).unwrap()
}

fn quick(attempts: u32) -> Retry {
    Retry {
        attempts,
        first_delay: Duration::from_millis(1),
        longest_delay: Duration::from_millis(5),
        resend: true,
    }
}

const BUSY: &str = "HTTP/1.1 429 Busy\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

#[tokio::test]
async fn busy_and_dropped_are_tried_again() {
    let (url, seen) = serve(vec![BUSY, "", FINE]).await;
    let answer = client().send(&Request::get(url).retry(quick(4)), &Cancel::new()).await.unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (200, "ok"));
    assert_eq!(seen.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn the_last_answer_comes_back_whatever_it_is() {
    let (url, seen) = serve(vec![BUSY]).await;
    let answer = client().send(&Request::get(url).retry(quick(3)), &Cancel::new()).await.unwrap();
    assert_eq!(answer.status, 429);
    assert_eq!(seen.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_post_that_may_have_arrived_is_not_sent_again() {
    let (url, seen) = serve(vec!["", FINE]).await;
    let error = client().send(&Request::post(url), &Cancel::new()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Dropped);
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn errors_name_the_request_but_no_secret() {
    let request = Request::get("http://user:pw@127.0.0.1:9/x?api-version=1&sig=abc")
        .bearer("token")
        .correlated("x-id", "c-1")
        .retry(quick(2));
    let error = client().send(&request, &Cancel::new()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Connect);
    let found = Diagnostic::from(error);
    assert!(found.detail.starts_with("GET http://127.0.0.1:9/x?api-version=1&sig=…: "), "{}", found.detail);
    assert!(found.detail.contains("tried 2 times") && found.detail.contains("c-1"), "{}", found.detail);
    let shown = format!("{request:?} {}", found.detail);
    assert!(!["pw", "abc", "token"].iter().any(|secret| shown.contains(secret)), "{shown}");
}

#[tokio::test]
async fn cancelling_ends_a_pause_at_once() {
    let slow = "HTTP/1.1 503 Busy\r\nretry-after: 60\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (url, _) = serve(vec![slow]).await;
    let cancel = Cancel::new();
    let other = cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        other.cancel();
    });
    let error = client().send(&Request::get(url), &cancel).await.unwrap_err();
    assert!(error.is_cancelled());
}

#[tokio::test]
async fn a_stream_comes_piece_by_piece_and_a_limit_holds() {
    let (url, _) = serve(vec![FINE]).await;
    let mut stream = client().stream(&Request::get(url.clone()), &Cancel::new()).await.unwrap();
    assert_eq!(stream.chunk().await.unwrap().as_deref(), Some(b"ok".as_slice()));
    assert_eq!(stream.chunk().await.unwrap(), None);
    let error = client().send(&Request::get(url).limit(1), &Cancel::new()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooLarge);
}

#[test]
fn broken_settings_are_errors() {
    let env = Environment::from([("SSL_CERT_FILE".to_owned(), "/nowhere/ca.pem".to_owned())]);
    let error = Client::new(&ClientOptions::default(), &env).unwrap_err();
    assert!(error.to_string().contains("/nowhere/ca.pem"), "{error}");
    let options = ClientOptions { identity: Some(b"no pem".to_vec()), ..ClientOptions::default() };
    assert!(Client::new(&options, &Environment::new()).is_err());
}

#[test]
fn retry_after_counts_seconds_or_from_the_answers_date() {
    let mut headers = http::HeaderMap::new();
    headers.insert("retry-after", "7".parse().unwrap());
    assert_eq!(retry_after(&headers), Some(Duration::from_secs(7)));
    headers.insert("retry-after", "Sat, 21 Nov 2026 12:00:09 GMT".parse().unwrap());
    headers.insert("date", "Sat, 21 Nov 2026 12:00:00 GMT".parse().unwrap());
    assert_eq!(retry_after(&headers), Some(Duration::from_secs(9)));
    assert_eq!(Retry::default().delay(3, None), Duration::from_secs(4));
    assert_eq!(Retry::default().delay(30, None), Duration::from_secs(61));
}

#[test]
fn queries_and_forms_are_encoded() {
    let request = Request::post("https://a/b").query("x", "a b&c").form(&[("p", "=é")]);
    assert_eq!(request.url, "https://a/b?x=a%20b%26c");
    assert_eq!(request.body.as_deref(), Some(b"p=%3D%C3%A9".as_slice()));
    assert_eq!(safe_url("https://u:p@h/x?code=1#f"), "https://h/x?code=…");
}
