//! `Retry-After`: a temporary refusal has a retry time at every door and in every form of answer.

use crate::harness::{Browser, LOBBY, Page, Site, Socket, WAIT_MAX, create_room};
use futures::future::poll_immediate;
use parlour_protocol::calls::Request;
use reqwest::Method;
use serde_json::json;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::available_parallelism;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::timeout;

/// Asserts a refusal for now, with the seconds until it is worth trying again.
#[track_caller]
fn is_for_now(page: &Page, status: u16) {
    assert_eq!(page.status, status, "{}: {}", page.path, page.body);
    let wait = page.header("retry-after");
    let seconds = wait.parse::<u64>();
    assert!(seconds.is_ok_and(|s| s > 0), "{}: {wait:?}", page.path);
}

/// What the door of the sockets answers to a handshake.
async fn handshake(browser: &Browser, path: &str) -> Page {
    let request = browser.request(Method::GET, path).headers(
        [
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ]
        .into_iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect(),
    );
    Page::of(path, request.send().await.unwrap()).await
}

#[tokio::test]
async fn an_address_with_too_many_requests_gets_retry_after_at_every_door() {
    let site = Site::start(|settings| {
        settings.limits.connections_per_address = 1;
        settings.server.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    // A request of this visitor's runs all the time: its body is still to come.
    let mut running = TcpStream::connect(site.address).await.unwrap();
    let head = format!(
        "POST /join HTTP/1.1\r\nHost: {}\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n",
        site.address
    );
    running.write_all(head.as_bytes()).await.unwrap();
    let mut begun = [0; 12];
    let read = timeout(WAIT_MAX, running.read_exact(&mut begun)).await;
    read.expect("it begins").unwrap();
    assert_eq!(&begun, b"HTTP/1.1 100");

    let visitor = site.visitor();
    for path in ["/", LOBBY, "/favicon.svg", "/pkg/parlour.css", "/healthz"] {
        is_for_now(&visitor.get(path).await, 429);
    }
    is_for_now(&visitor.get("/api/chat/rooms").await, 429);
    is_for_now(&visitor.post("/join", &[("username", "Alice")]).await, 429);
    is_for_now(&visitor.call(&Request::list_rooms()).await, 429);
    for path in ["/ws", "/ws/chat/1"] {
        is_for_now(&handshake(&visitor, path).await, 429);
    }
}

#[tokio::test]
async fn a_page_a_call_and_a_socket_over_their_limit_have_retry_after() {
    let site = Site::start(|settings| {
        settings.limits.history_pages_per_second = 1;
        settings.limits.rooms_per_hour = 1;
        settings.limits.sockets_per_address = 1;
    })
    .await;
    let alice = site.person("Alice").await;
    let mut page = alice.get(LOBBY).await;
    for number in 0..1_000 {
        // Each part of the history is another page, so that none is one that was kept.
        page = alice.get(&format!("{LOBBY}?after={number}")).await;
        if page.status != 200 {
            break;
        }
    }
    is_for_now(&page, 429);
    assert_eq!(page.text("h1"), "A little slower");
    let room = create_room("One", "");
    assert_eq!(alice.call(&room).await.status, 201);
    is_for_now(&alice.call(&room).await, 429);
    let visitor = site.visitor();
    let first = Socket::guest(site.address, 1, "Bob").await;
    is_for_now(&handshake(&visitor, "/ws").await, 429);
    drop(first);
}

#[tokio::test]
async fn a_page_that_is_refused_for_load_has_retry_after() {
    let site = Site::plain().await;
    // A page of which little is not in the cache is drawn at once, by whoever asks.
    let alice = site.person("Alice").await;
    for _ in 0..10 {
        let message = [("content", "Hello")];
        alice.post("/rooms/1-lobby/messages", &message).await;
    }
    let address = "127.0.0.1".parse::<IpAddr>().unwrap().into();
    let (go, wait) = mpsc::channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    let begun = Arc::new(AtomicUsize::new(0));
    let threads = available_parallelism().map_or(1, usize::from);
    let threads = threads.saturating_sub(1).max(1);
    let mut waiting = Vec::new();
    // Until all of them have something to do: they would take one more of what waits.
    while begun.load(Ordering::Acquire) < threads || site.ctx.share.has_room(address) {
        if !site.ctx.share.has_room(address) {
            yield_now().await;
            continue;
        }
        let (wait, begun) = (Arc::clone(&wait), Arc::clone(&begun));
        let mut work = Box::pin(site.ctx.share.run(address, async move {
            begun.fetch_add(1, Ordering::Release);
            let _ = wait.lock().unwrap().recv();
        }));
        assert!(poll_immediate(work.as_mut()).await.is_none());
        waiting.push(work);
    }
    let page = site.visitor().get(LOBBY).await;
    is_for_now(&page, 503);
    assert_eq!(page.text("h1"), "That did not work");
    drop(go);
}

#[tokio::test]
async fn a_stopping_server_answers_retry_after() {
    let site = Site::plain().await;
    site.ctx.drain().await;
    is_for_now(&site.visitor().get("/readyz").await, 503);
    let form = [("username", "Bob")];
    is_for_now(&site.visitor().post("/join", &form).await, 503);
    let name = Request::give_name("Alice");
    is_for_now(&site.visitor().call(&name).await, 503);
    let request = site.visitor().request(Method::POST, "/api/chat/guests");
    let request = request.json(&json!({"username": "Carol"}));
    let page = Page::of("/api/chat/guests", request.send().await.unwrap()).await;
    is_for_now(&page, 503);
}
