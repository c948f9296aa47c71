//! Connections that want too much time, and the end of the server for plain requests.

use crate::harness::{Server, WAIT_MAX, eventually, hurried};
use parlour_server::clock::Clock;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

#[tokio::test]
async fn a_request_that_never_ends_is_timed_out() {
    let server = Server::plain().await;
    let mut head = TcpStream::connect(server.address).await.unwrap();
    head.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        .await
        .unwrap();
    let mut body = TcpStream::connect(server.address).await.unwrap();
    let start = "POST /api/chat/guests HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                 Content-Length: 100\r\n\r\n{";
    body.write_all(start.as_bytes()).await.unwrap();
    // Who sends a little all the time has no longer than who sends nothing.
    let trickle = async {
        let mut endless = TcpStream::connect(server.address).await.unwrap();
        let start = b"GET /healthz HTTP/1.1\r\nHost: x\r\n";
        endless.write_all(start).await.unwrap();
        while endless.write_all(b"X-Slow: 1\r\n").await.is_ok() {
            server.clock.sleep(Duration::from_millis(100)).await;
        }
    };
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let (mut of_head, mut of_body, mut of_silent) = (String::new(), [0; 12], String::new());
    let began = server.clock.monotonic();
    let given_up = async {
        // Closed, with or without a word.
        let head = head.read_to_string(&mut of_head);
        let silent = silent.read_to_string(&mut of_silent);
        tokio::join!(trickle, head, body.read_exact(&mut of_body), silent)
    };
    let (_, _, body, _) = hurried(&server.clock, given_up).await;
    body.unwrap();
    // The head and the body each have ten seconds.
    assert!(server.clock.monotonic() - began >= Duration::from_secs(10));
    assert_eq!(&of_body, b"HTTP/1.1 408");
    assert_eq!(server.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_and_its_connection_ends() {
    let server = Server::plain().await;
    let request = |headers: &str| format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
    let large = |bytes| request(&format!("X-Large: {}\r\n", "a".repeat(bytes)));
    let many = |count| request(&"X: 1\r\n".repeat(count));
    for (fits, request) in [
        (true, large(65_000)),
        (false, large(66_000)),
        (false, large(70_000)),
        (false, large(130_000)),
        (false, large(1 << 20)),
        (true, many(90)),
        (false, many(1_000)),
        (false, many(100_000)),
    ] {
        let length = request.len();
        let tcp = TcpStream::connect(server.address).await.unwrap();
        let (mut read, mut write) = tcp.into_split();
        // Whoever goes on writing may find the connection closed.
        let writing = tokio::spawn(async move {
            let _ = write.write_all(request.as_bytes()).await;
            write
        });
        let mut answer = [0; 12];
        let answered = timeout(WAIT_MAX, read.read_exact(&mut answer)).await;
        answered.expect("it is answered").unwrap();
        if fits {
            assert_eq!(&answer, b"HTTP/1.1 200", "{length} bytes");
        } else {
            assert_eq!(&answer, b"HTTP/1.1 431", "{length} bytes");
            // With or without a word.
            let end = timeout(WAIT_MAX, read.read_to_end(&mut Vec::new())).await;
            let _ = end.expect("its connection is closed");
        }
        drop(writing.await.unwrap());
        assert_eq!(server.get("/healthz").await.status, 200);
    }
}

#[tokio::test]
async fn two_lengths_in_one_request_are_refused() {
    let server = Server::plain().await;
    let mut tcp = TcpStream::connect(server.address).await.unwrap();
    let smuggled = "POST /api/chat/guests HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\
                    Content-Length: 6\r\n\r\n{}{}{}";
    tcp.write_all(smuggled.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    timeout(WAIT_MAX, tcp.read_exact(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&answer, b"HTTP/1.1 400");
}

#[tokio::test]
async fn a_request_that_is_running_when_the_server_stops_is_finished() {
    let mut server = Server::plain().await;
    let mut tcp = TcpStream::connect(server.address).await.unwrap();
    let head = "POST /api/chat/guests HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 20\r\nExpect: 100-continue\r\n\r\n";
    tcp.write_all(head.as_bytes()).await.unwrap();
    // The server has begun to read the body.
    let mut go_on = [0; 25];
    timeout(WAIT_MAX, tcp.read_exact(&mut go_on))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.begin_to_stop();
    let refused = async || TcpStream::connect(server.address).await.is_err();
    eventually("nobody new is let in", refused).await;
    tcp.write_all(br#"{"username":"Alice"}"#).await.unwrap();
    let mut answer = String::new();
    timeout(WAIT_MAX, tcp.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    server.stopped().await;
}
