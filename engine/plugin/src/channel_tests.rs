use super::*;

/// A server that answers every call as unknown as soon as it has the headers, and closes the stream.
async fn hasty(stream: tokio::io::DuplexStream) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((_, mut respond))) = connection.accept().await {
        let head = http::Response::builder()
            .header("content-type", "application/grpc")
            .header("grpc-status", "12")
            .header("grpc-message", "unknown method")
            .body(())
            .unwrap();
        respond.send_response(head, true).unwrap();
        // A reset right away would take back the answer.
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            respond.send_reset(h2::Reason::NO_ERROR);
        });
    }
}

#[tokio::test]
async fn an_answer_before_the_message_is_sent_counts() {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    tokio::spawn(hasty(theirs));
    let channel = Channel::open(ours, Duration::from_secs(60)).await.unwrap();
    let request = Request::builder()
        .method(Method::POST)
        .version(Version::HTTP_2)
        .uri("http://localhost/x/y")
        .body(())
        .unwrap();
    let mut sender = channel.sender.clone().ready().await.unwrap();
    let (response, mut body) = sender.send_request(request, false).unwrap();
    // The other side closes the stream meanwhile, as on a machine with much to do.
    let sent = loop {
        tokio::time::sleep(Duration::from_millis(5)).await;
        if let Err(error) = body.send_data(Bytes::new(), false) {
            break Err(error);
        }
    };
    let answer = answered(response, sent).await;
    assert_eq!(answer, Err(Failure::Status(code::UNIMPLEMENTED, "unknown method".to_owned())));
}
