//! One server per test, and the two kinds of clients.
//!
//! *Invariant:* tests wait for conditions, at most [`WAIT_MAX`]; none sleeps for a fixed time to let
//! something happen.

mod logged;
mod waiting;

pub use logged::{log, log_to_memory};
pub use waiting::{WAIT_MAX, eventually, hurried};

use futures::{SinkExt, StreamExt};
use parlour_server::clock::{ManualClock, SystemRandom};
use parlour_server::config::{DatabaseUrl, LimitSettings};
use parlour_server::http::{api_router, layered, serve_within};
use parlour_server::{Context, Settings};
use parlour_test_postgres::{Database, database_of_this_run};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;

/// The first room of every database.
pub const LOBBY: i64 = 1;

/// An hour in milliseconds, which no test waits for.
pub const HOUR: u32 = 60 * 60 * 1_000;

/// A running server.
pub struct Server {
    pub ctx: Arc<Context>,
    pub address: SocketAddr,
    pub http: reqwest::Client,
    /// Goes as the machine's, and further when it is moved.
    pub clock: ManualClock,
    stop: CancellationToken,
    task: JoinHandle<()>,
    _folder: TempDir,
    _postgres: Option<Database<'static>>,
}

/// Where a test has its database: in this file of SQLite, or in PostgreSQL, whose database goes with what is in the
/// second place.
pub fn database_at(file: PathBuf) -> (DatabaseUrl, Option<Database<'static>>) {
    let postgres = database_of_this_run();
    let url = match &postgres {
        Some(database) => database.url().parse().unwrap(),
        None => DatabaseUrl::Sqlite(file),
    };
    (url, postgres)
}

/// A guest made over REST.
#[derive(Clone, Debug)]
pub struct Guest {
    pub id: i64,
    pub token: String,
}

impl Server {
    /// A server without limits on rates, unless `change` sets some.
    pub async fn start(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_within(None, |settings| {
            settings.limits = LimitSettings::none();
            change(settings);
        })
        .await
    }

    /// A server with every limit that it comes with, and with so many connections at once.
    pub async fn start_within(
        connections: Option<usize>,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        log_to_memory();
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        let (url, postgres) = database_at(folder.path().join("parlour.db"));
        settings.database.url = url;
        change(&mut settings);
        let clock = ManualClock::running();
        let ctx = Context::open_with(settings, Arc::new(clock.clone()), Arc::new(SystemRandom));
        let ctx = ctx.await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let api = api_router(Arc::clone(&ctx), Arc::new(|| true));
        let app = layered(api, &ctx, axum::response::IntoResponse::into_response);
        let stopped = stop.clone().cancelled_owned();
        let serving = serve_within(connections, listener, app, Arc::clone(&ctx), stopped);
        let task = tokio::spawn(serving);
        let http = reqwest::Client::new();
        Self {
            ctx,
            address,
            http,
            clock,
            stop,
            task,
            _folder: folder,
            _postgres: postgres,
        }
    }

    pub async fn plain() -> Self {
        Self::start(|_| {}).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What a browser's page of this server says in `Origin`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Begins to stop, as on SIGTERM.
    pub fn begin_to_stop(&self) {
        self.stop.cancel();
    }

    /// Stops and waits until all is done.
    pub async fn stopped(&mut self) {
        self.stop.cancel();
        let stopped = timeout(WAIT_MAX, &mut self.task).await;
        stopped.expect("it stops in time").unwrap();
    }

    pub async fn guest(&self, name: &str) -> Guest {
        let answer = self
            .post("/api/chat/guests", None, json!({"username": name}))
            .await;
        assert_eq!(answer.status, 201, "{answer:?}");
        Guest {
            id: answer.body["user"]["id"].as_i64().unwrap(),
            token: answer.body["token"].as_str().unwrap().to_owned(),
        }
    }

    /// A room made by somebody.
    pub async fn room(&self, by: &Guest, name: &str) -> i64 {
        let answer = self
            .post("/api/chat/rooms", Some(by), json!({"name": name}))
            .await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body["id"].as_i64().unwrap()
    }

    /// A message over REST.
    pub async fn say(&self, by: &Guest, room: i64, content: &str) -> Value {
        let path = format!("/api/chat/rooms/{room}/messages");
        let answer = self
            .post(&path, Some(by), json!({"content": content}))
            .await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.http.get(self.url(path)).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, by: Option<&Guest>, body: Value) -> Answer {
        self.call(reqwest::Method::POST, path, by, Some(body)).await
    }

    pub async fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        by: Option<&Guest>,
        body: Option<Value>,
    ) -> Answer {
        let mut request = self.http.request(method, self.url(path));
        if let Some(guest) = by {
            request = request.bearer_auth(&guest.token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// A one-room socket of a guest who is made by its first frame.
    pub async fn chat(&self, room: i64, name: &str) -> Socket {
        let mut socket = self.socket(&format!("/ws/chat/{room}"), &[]).await;
        socket.send(json!({"username": name})).await;
        let welcome = socket.next_of_type("welcome").await;
        socket.token = welcome["token"].as_str().map(str::to_owned);
        socket
    }

    /// A `/ws` socket of a guest.
    pub async fn browser(&self, guest: &Guest) -> Socket {
        let bearer = format!("Bearer {}", guest.token);
        self.socket("/ws", &[("authorization", &bearer)]).await
    }

    /// The same, in a room.
    pub async fn joined(&self, guest: &Guest, room: i64) -> Socket {
        let mut socket = self.browser(guest).await;
        socket.join(room).await;
        socket
    }

    pub async fn socket(&self, path: &str, headers: &[(&str, &str)]) -> Socket {
        self.try_socket(path, headers).await.unwrap()
    }

    /// A socket, or the status with which it was refused.
    pub async fn try_socket(&self, path: &str, headers: &[(&str, &str)]) -> Result<Socket, u16> {
        let tcp = TcpStream::connect(self.address).await.unwrap();
        self.handshake(tcp, path, headers).await
    }

    /// A socket whose system buffers hold very little.
    pub async fn small_socket(&self, path: &str) -> Socket {
        let tcp = TcpSocket::new_v4().unwrap();
        tcp.set_recv_buffer_size(4_096).unwrap();
        let tcp = tcp.connect(self.address).await.unwrap();
        self.handshake(tcp, path, &[]).await.unwrap()
    }

    async fn handshake(
        &self,
        tcp: TcpStream,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Socket, u16> {
        let mut request = format!("ws://{}{path}", self.address)
            .into_client_request()
            .unwrap();
        for (name, value) in headers {
            let name: reqwest::header::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        match timeout(WAIT_MAX, tokio_tungstenite::client_async(request, tcp))
            .await
            .unwrap()
        {
            Ok((stream, response)) => {
                assert!(!response.headers().contains_key("sec-websocket-extensions"));
                Ok(Socket {
                    stream,
                    token: None,
                })
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// An answer of the REST door.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self {
            status,
            headers,
            body,
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts a refusal with everything a problem has.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, &self.body["code"]),
            (status, &json!(code)),
            "{self:?}"
        );
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], status);
        for text in ["type", "title", "detail"] {
            assert!(
                self.body[text]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{self:?}"
            );
        }
    }
}

/// A WebSocket client.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// The token that a one-room socket's welcome brought.
    pub token: Option<String>,
}

impl Socket {
    pub async fn send(&mut self, frame: Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.send_message(Message::text(text)).await;
    }

    pub async fn send_message(&mut self, message: Message) {
        timeout(WAIT_MAX, self.stream.send(message))
            .await
            .unwrap()
            .unwrap();
    }

    /// The same where the server may be gone already.
    pub async fn try_send(&mut self, message: Message) -> Result<(), Error> {
        timeout(WAIT_MAX, self.stream.send(message)).await.unwrap()
    }

    /// Queues without waiting for the network.
    pub async fn feed(&mut self, frame: Value) {
        self.stream
            .feed(Message::text(frame.to_string()))
            .await
            .unwrap();
    }

    /// The same with a binary frame. The server may have closed already: that is told by `closed`.
    pub async fn feed_binary(&mut self, bytes: Vec<u8>) {
        let _ = self.stream.feed(Message::binary(bytes)).await;
    }

    pub async fn flush(&mut self) -> bool {
        self.stream.flush().await.is_ok()
    }

    /// Joins a room and waits for the welcome.
    pub async fn join(&mut self, room: i64) -> Value {
        self.send(json!({"type": "join", "room_id": room})).await;
        self.next_of_type("welcome").await
    }

    /// Posts and waits for the acknowledgement.
    pub async fn say(&mut self, room: i64, content: &str) -> Value {
        self.send(json!({"type": "message", "room_id": room, "content": content}))
            .await;
        loop {
            let message = self.next_of_type("message").await;
            if message["content"] == content {
                return message;
            }
        }
    }

    /// The next frame of any type.
    #[track_caller]
    pub fn next(&mut self) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            match self.next_or_close().await {
                Ok(frame) => frame,
                Err(closed) => panic!("closed {closed:?} instead, at {caller}"),
            }
        }
    }

    /// The next frame of this type; others are skipped.
    #[track_caller]
    pub fn next_of_type(&mut self, kind: &str) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            let wanted = async {
                loop {
                    match self.next_or_close().await {
                        Ok(frame) if frame["type"] == kind => break frame,
                        Ok(_) => {}
                        Err(closed) => panic!("closed {closed:?} before {kind}, at {caller}"),
                    }
                }
            };
            let found = timeout(WAIT_MAX, wanted).await;
            found.unwrap_or_else(|_| panic!("no {kind} in time, at {caller}"))
        }
    }

    /// The next frame that fits; others are skipped.
    #[track_caller]
    pub fn next_that(&mut self, fits: impl Fn(&Value) -> bool) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            let wanted = async {
                loop {
                    match self.next_or_close().await {
                        Ok(frame) if fits(&frame) => break frame,
                        Ok(_) => {}
                        Err(closed) => panic!("closed {closed:?}, at {caller}"),
                    }
                }
            };
            timeout(WAIT_MAX, wanted)
                .await
                .unwrap_or_else(|_| panic!("none in time, at {caller}"))
        }
    }

    /// Everything until (and without) the answer to a `sync` that is sent now: what the server had
    /// to say to this socket up to here.
    pub async fn everything(&mut self, room: i64) -> Vec<Value> {
        let after = i64::MAX / 2;
        self.send(json!({"type": "sync", "room_id": room, "after": after}))
            .await;
        let mut frames = Vec::new();
        loop {
            let frame = self.next().await;
            if frame["type"] == "sync" {
                return frames;
            }
            frames.push(frame);
        }
    }

    /// How it was closed; frames before are skipped.
    pub async fn closed(&mut self) -> (u16, String) {
        let closed = async {
            loop {
                if let Err(closed) = self.next_or_close().await {
                    break closed;
                }
            }
        };
        timeout(WAIT_MAX, closed)
            .await
            .expect("it closes in time")
            .expect("with a close frame")
    }

    /// The next frame, or the close code and reason (`None`: the connection just ended).
    pub async fn next_or_close(&mut self) -> Result<Value, Option<(u16, String)>> {
        loop {
            let next = timeout(WAIT_MAX, self.stream.next())
                .await
                .expect("a frame in time");
            match next {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).unwrap());
                }
                Some(Ok(Message::Close(frame))) => {
                    // Answers, as the protocol wants it.
                    while let Some(Ok(_)) = self.stream.next().await {}
                    return Err(frame.map(|f| (f.code.into(), f.reason.to_string())));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    /// The connection below.
    pub fn tcp(&mut self) -> &mut TcpStream {
        self.stream.get_mut()
    }
}
