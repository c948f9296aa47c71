//! Slow clients: a form whose body never ends is timed out.

use crate::harness::{Site, WAIT_MAX};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Sends half a request, then a byte a second, until it is answered.
async fn half_a_request(site: &Site, path: &str, kind: &str) -> String {
    let mut tcp = TcpStream::connect(site.address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: {kind}\r\nContent-Length: 1000\r\n\
         Expect: 100-continue\r\n\r\n",
        site.address
    );
    tcp.write_all(head.as_bytes()).await.unwrap();
    let mut waits = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    tcp.read_exact(&mut waits).await.unwrap();
    // Who sends a little all the time takes as long as who sends nothing.
    for _ in 0..10 {
        tcp.write_all(b"u").await.unwrap();
        site.clock.advance(Duration::from_secs(1));
    }
    let mut answer = vec![0; 400];
    let answered = timeout(WAIT_MAX, tcp.read_exact(&mut answer)).await;
    answered.expect("it is not waited for").unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_form_that_is_never_complete_is_timed_out() {
    let site = Site::plain().await;
    let form = "application/x-www-form-urlencoded";
    for path in ["/join", "/rooms/new", "/rooms/1-lobby/messages"] {
        let answer = half_a_request(&site, path, form).await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
        assert!(answer.contains("text/html"), "{path}: {answer}");
    }
}
