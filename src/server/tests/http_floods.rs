//! Floods from one address: connections, answers that are not read, and history in a loop.

use crate::harness::{Server, WAIT_MAX, eventually, hurried};
use futures::future::join_all;
use parlour_server::Settings;
use parlour_server::clock::{Clock, ManualClock};
use parlour_server::limits::descriptors;
use serde_json::json;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Who floods, and who only wants to read.
const FLOOD: &str = "127.0.0.2";
const OTHER: &str = "127.0.0.3";

/// A server with the limits that it comes with, but for the rate of messages.
async fn bounded(connections: Option<usize>, change: impl FnOnce(&mut Settings)) -> Server {
    Server::start_within(connections, |settings| {
        settings.limits.messages_per_second = 0;
        change(settings);
    })
    .await
}

impl Server {
    /// A connection from this address.
    async fn connect(&self, from: &str) -> TcpStream {
        connect(self.address, from, None).await
    }

    /// What a page from this address answers on a connection of its own: the status.
    async fn page(&self, from: &str) -> u16 {
        let mut connection = self.connect(from).await;
        get(&mut connection, "/api/chat/rooms", "")
            .await
            .expect("it is answered")
    }
}

async fn connect(to: SocketAddr, from: &str, buffer: Option<u32>) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    if let Some(buffer) = buffer {
        socket.set_recv_buffer_size(buffer).unwrap();
    }
    let connected = timeout(WAIT_MAX, socket.connect(to)).await;
    connected.expect("it is let in").unwrap()
}

/// Asks, and reads the status of the answer and all of it; `None` when the connection ends instead.
async fn get(connection: &mut TcpStream, path: &str, headers: &str) -> Option<u16> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
    connection.write_all(request.as_bytes()).await.ok()?;
    answer(connection).await
}

async fn answer(connection: &mut TcpStream) -> Option<u16> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let byte = timeout(WAIT_MAX, connection.read_u8()).await;
        head.push(byte.expect("an answer, or an end").ok()?);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.split("content-length: ").nth(1);
    let length = length.map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await.ok()?;
    head.split(' ').nth(1)?.parse().ok()
}

/// Begins a request whose body is still to come; whether it is let in.
async fn hold(connection: &mut TcpStream, headers: &str) -> u16 {
    let head = format!(
        "POST /api/chat/guests HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: 20\r\nExpect: 100-continue\r\n{headers}\r\n"
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    answer(connection).await.expect("it is answered")
}

#[tokio::test]
async fn one_address_cannot_use_up_all_connections() {
    let server = bounded(Some(100), |settings| {
        settings.limits.connections_per_address = 40;
    })
    .await;
    let mut flood = Vec::new();
    for _ in 0..150 {
        let mut connection = server.connect(FLOOD).await;
        get(&mut connection, "/healthz", "").await;
        flood.push(connection);
    }
    assert_eq!(server.page(OTHER).await, 200);
    // It goes on asking on all of them: those beyond its share have ended.
    let answers = join_all(flood.iter_mut().map(|c| get(c, "/healthz", ""))).await;
    let answered = answers.iter().flatten().count();
    assert!((1..=40).contains(&answered), "{answered}");
    assert_eq!(server.page(OTHER).await, 200);
}

/// Asks now and then on this connection, and on another one whenever it was closed.
async fn attack(to: SocketAddr, clock: ManualClock, mut connection: TcpStream) {
    const PAUSE: Duration = Duration::from_secs(6);
    let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut answer = [0; 1_024];
    loop {
        while connection.write_all(request).await.is_ok()
            && connection
                .read(&mut answer)
                .await
                .is_ok_and(|read| read > 0)
        {
            clock.sleep(PAUSE).await;
        }
        clock.sleep(PAUSE).await;
        connection = connect(to, FLOOD, None).await;
    }
}

#[tokio::test]
async fn pages_take_less_than_a_second_while_one_address_floods() {
    // This process has both ends of them, and what other tests have open.
    let files = usize::try_from(descriptors::raise().descriptors).unwrap_or(usize::MAX);
    let server = bounded(None, |_| {}).await;
    let mut flood = JoinSet::new();
    for _ in 0..2_000.min(files / 8) {
        let connection = server.connect(FLOOD).await;
        flood.spawn(attack(server.address, server.clock.clone(), connection));
    }
    let mut waits = Vec::new();
    for _ in 0..21 {
        let asked = server.clock.monotonic();
        assert_eq!(server.page(OTHER).await, 200);
        waits.push(server.clock.monotonic() - asked);
    }
    waits.sort();
    assert!(waits[10] < Duration::from_secs(1), "{waits:?}");
    flood.shutdown().await;
}

#[tokio::test]
async fn an_address_with_all_its_connections_busy_gets_429_and_another_is_served() {
    let server = bounded(None, |settings| {
        settings.limits.connections_per_address = 2;
    })
    .await;
    let mut running = [server.connect(FLOOD).await, server.connect(FLOOD).await];
    for connection in &mut running {
        assert_eq!(hold(connection, "").await, 100);
    }
    let refused = hurried(&server.clock, server.page(FLOOD)).await;
    assert_eq!(refused, 429, "after five seconds");
    assert_eq!(server.page(OTHER).await, 200);
    // Once one is answered, its connection gives way.
    running[0]
        .write_all(br#"{"username":"Alice"}"#)
        .await
        .unwrap();
    assert_eq!(answer(&mut running[0]).await, Some(201));
    eventually("there is a place again", async || {
        server.page(FLOOD).await == 200
    })
    .await;
}

#[tokio::test]
async fn a_burst_of_connections_from_one_address_waits_and_is_served() {
    let server = bounded(None, |settings| {
        settings.limits.connections_per_address = 20;
    })
    .await;
    let pages = join_all((0..100).map(|_| server.page(FLOOD))).await;
    assert_eq!(pages, [200; 100]);
}

#[tokio::test]
async fn an_idle_connection_is_evicted_when_places_run_short() {
    let server = bounded(Some(2), |settings| {
        settings.limits.connections_per_address = 0;
    })
    .await;
    let mut idle = [server.connect(FLOOD).await, server.connect(FLOOD).await];
    for connection in &mut idle {
        assert_eq!(get(connection, "/healthz", "").await, Some(200));
    }
    assert_eq!(server.page(OTHER).await, 200);
    let rest = timeout(WAIT_MAX, idle[0].read_u8()).await;
    assert!(rest.expect("the one that was idle longest ends").is_err());
}

#[tokio::test]
async fn visitors_behind_a_proxy_are_counted_and_the_proxy_is_not() {
    let server = bounded(None, |settings| {
        settings.limits.connections_per_address = 1;
        settings.server.trusted_proxies = vec!["127.0.0.2/32".parse().unwrap()];
    })
    .await;
    let mut proxy = Vec::new();
    for _ in 0..5 {
        proxy.push(server.connect(FLOOD).await);
    }
    let forwarded = |last: u8| format!("X-Forwarded-For: 198.51.100.{last}\r\n");
    assert_eq!(hold(&mut proxy[0], &forwarded(1)).await, 100);
    let second = get(&mut proxy[1], "/healthz", &forwarded(1)).await;
    assert_eq!(second, Some(429));
    for connection in &mut proxy[1..] {
        let other = get(connection, "/healthz", &forwarded(2)).await;
        assert_eq!(other, Some(200));
    }
}

#[tokio::test]
async fn a_keep_alive_connection_is_closed_at_its_age() {
    let server = bounded(None, |_| {}).await;
    let mut connection = server.connect(FLOOD).await;
    // For five minutes.
    for _ in 0..60 {
        assert_eq!(get(&mut connection, "/healthz", "").await, Some(200));
        server.clock.advance(Duration::from_secs(5));
    }
    let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    connection.write_all(request).await.unwrap();
    let mut said = String::new();
    let ended = timeout(WAIT_MAX, connection.read_to_string(&mut said)).await;
    ended.expect("it is closed").unwrap();
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert!(said.to_lowercase().contains("connection: close"), "{said}");
}

#[tokio::test]
async fn an_upgraded_socket_frees_its_connection_place() {
    let server = Server::start(|settings| settings.limits.connections_per_address = 2).await;
    let mut sockets = Vec::new();
    for name in ["Alice", "Bob", "Carol", "Dave", "Eve"] {
        sockets.push(server.chat(1, name).await);
    }
    assert_eq!(server.get("/api/chat/rooms").await.status, 200);
    for socket in &mut sockets {
        socket.say(1, "Still here").await;
    }
}

/// A room full of long messages.
async fn talk(server: &Server) {
    let alice = server.guest("Alice").await;
    let long = "é".repeat(10_000);
    for _ in 0..20 {
        server.say(&alice, 1, &long).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_not_read_is_reset() {
    let server = bounded(None, |_| {}).await;
    talk(&server).await;
    let mut unread = Vec::new();
    for _ in 0..20 {
        let mut connection = connect(server.address, FLOOD, Some(4_096)).await;
        let request = b"GET /api/chat/rooms/1/messages HTTP/1.1\r\nHost: x\r\n\r\n";
        connection.write_all(request).await.unwrap();
        unread.push(connection);
    }
    for connection in &mut unread {
        let mut first = [0];
        connection.read_exact(&mut first).await.unwrap();
    }
    // Each is ended while nobody reads, which a write notices.
    let has_ended = |connection: &TcpStream| {
        let written = connection.try_write(b"\r\n");
        written.is_err_and(|error| error.kind() != std::io::ErrorKind::WouldBlock)
    };
    let have_all_ended = || {
        server.clock.advance(Duration::from_secs(1));
        std::future::ready(unread.iter().all(has_ended))
    };
    eventually("nothing is kept for them", have_all_ended).await;
    assert_eq!(server.page(OTHER).await, 200);
}

#[tokio::test]
async fn reading_history_has_a_rate_for_an_address() {
    let server = bounded(None, |settings| {
        settings.limits.history_pages_per_second = 2;
    })
    .await;
    let mut reader = server.connect(FLOOD).await;
    let messages = "/api/chat/rooms/1/messages";
    let mut read = 0;
    while get(&mut reader, messages, "").await == Some(200) {
        read += 1;
    }
    assert!((8..100).contains(&read), "{read}");
    let mut connection = server.connect(FLOOD).await;
    let url = format!("http://{}{messages}", server.address);
    assert_eq!(get(&mut connection, "/api/chat/rooms", "").await, Some(200));
    // 127.0.0.1 is another address.
    assert_eq!(reqwest::get(url).await.unwrap().status(), 200);
}

#[tokio::test]
async fn compression_queues_for_worker_threads_and_messages_do_not() {
    let server = Server::plain().await;
    talk(&server).await;
    // Other work has all of the share.
    let (go, wait) = mpsc::channel::<()>();
    let wait = Arc::new(std::sync::Mutex::new(wait));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let others: Vec<_> = (0..threads)
        .map(|_| {
            let (ctx, wait) = (Arc::clone(&server.ctx), Arc::clone(&wait));
            tokio::spawn(async move {
                let address = "192.0.2.1".parse::<IpAddr>().unwrap().into();
                ctx.share
                    .run(address, async move { wait.lock().unwrap().recv().is_err() })
                    .await
            })
        })
        .collect();
    tokio::task::yield_now().await;
    let mut compressed = connect(server.address, "127.0.0.1", None).await;
    let request =
        b"GET /api/chat/rooms/1/messages HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\n\r\n";
    compressed.write_all(request).await.unwrap();
    let mut alice = server.chat(1, "Bob").await;
    alice.say(1, "Nobody waits").await;
    assert_eq!(server.get("/api/chat/rooms/1/messages").await.status, 200);
    let early = compressed.try_read(&mut [0]).unwrap_err();
    assert_eq!(early.kind(), std::io::ErrorKind::WouldBlock);
    drop(go);
    assert_eq!(answer(&mut compressed).await, Some(200));
    for other in others {
        assert!(other.await.unwrap().unwrap());
    }
}

#[tokio::test]
async fn a_long_sync_runs_on_worker_threads() {
    let server = Server::plain().await;
    let mut alice = server.chat(1, "Alice").await;
    for number in 0..150 {
        alice.say(1, &number.to_string()).await;
    }
    let mut bob = server.chat(1, "Bob").await;
    bob.send(json!({"type": "sync", "after": 0})).await;
    let sync = bob.next_of_type("sync").await;
    assert_eq!(sync["messages"].as_array().unwrap().len(), 150);
    assert_eq!((&sync["from"], &sync["to"]), (&json!(0), &json!(150)));
    // What nobody has time for is said, and may be asked for again.
    let address = "127.0.0.1".parse::<IpAddr>().unwrap().into();
    let (go, wait) = mpsc::channel::<()>();
    let wait = Arc::new(std::sync::Mutex::new(wait));
    let mut waiting = Vec::new();
    while server.ctx.share.has_room(address) {
        let wait = Arc::clone(&wait);
        let mut work = Box::pin(server.ctx.share.run(address, async move {
            let _ = wait.lock().unwrap().recv();
        }));
        assert!(futures::poll!(work.as_mut()).is_pending());
        waiting.push(work);
    }
    bob.send(json!({"type": "sync", "after": 0})).await;
    let error = bob.next_of_type("error").await;
    assert_eq!(error["code"], "overloaded");
    drop(go);
    join_all(waiting).await;
    bob.send(json!({"type": "sync", "after": 0})).await;
    assert_eq!(bob.next_of_type("sync").await["complete"], true);
}
