//! REST as a program speaks it: guests, rooms, and pages to begin with.

use crate::failure::Failure;
use parlour_protocol::calls::{Answer, Answered, Refused, Request, answered};
use parlour_protocol::{Message, NewSession, Number, OpenRoom, Room, RoomId, RoomKind, UserId};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Everybody's: nobody guesses here.
const PASSWORD: &str = "a kettle of green tea";
/// Messages in a page: the most that the server gives.
const PAGE: usize = 100;
/// How long a server may answer that it cannot at the moment: when its database is back it notices within 3 s.
const UNAVAILABLE: Duration = Duration::from_secs(10);
/// How soon it is asked again.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// A server's REST door, or a proxy's in front of it.
#[derive(Clone, Debug)]
pub struct Rest {
    http: reqwest::Client,
    base: String,
    /// Who asks; nobody without one.
    token: Option<String>,
}

impl Rest {
    /// A client of the server at `address`. A request that takes longer than `timeout` has failed: through a
    /// network that swallows bytes it would never end.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn at(address: SocketAddr, timeout: Duration) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .no_proxy()
            // A connection for each request, so that a broken one fails one request only.
            .pool_max_idle_per_host(0)
            .timeout(timeout)
            .build()
            .map_err(Failure::to("make an HTTP client"))?;
        let base = format!("http://{address}");
        let token = None;
        Ok(Self { http, base, token })
    }

    /// The same door for who has this token.
    pub fn for_bearer(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    fn ask(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let call = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => call.bearer_auth(token),
            None => call,
        }
    }

    /// Whether the server says that it can work.
    pub async fn is_ready(&self) -> bool {
        let answer = self.http.get(format!("{}/readyz", self.base)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// Makes a guest; answers them with their token.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses.
    pub async fn guest(&self, username: &str) -> Result<NewSession, Failure> {
        let call = self.http.post(format!("{}/api/chat/guests", self.base));
        read(call.json(&json!({ "username": username }))).await
    }

    /// Makes an account of this name, or a session of it; as the guest whose token comes along, if there is one. One try:
    /// whether it was heard is not known where there is no status.
    ///
    /// # Errors
    /// The status of the refusal, if one came.
    pub async fn begin_session(
        &self,
        path: &str,
        token: Option<&str>,
        username: &str,
    ) -> Result<NewSession, Option<StatusCode>> {
        let mut call = self.http.post(format!("{}/api/chat/{path}", self.base));
        if let Some(token) = token {
            call = call.bearer_auth(token);
        }
        let credentials = json!({ "username": username, "password": PASSWORD });
        let answer = call.json(&credentials).send().await.map_err(|_| None)?;
        match answer.status().is_success() {
            true => answer.json().await.map_err(|_| None),
            false => Err(Some(answer.status())),
        }
    }

    /// Makes a room.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses.
    pub async fn make_room(&self, name: &str, kind: RoomKind) -> Result<Room, Failure> {
        let call = self.ask(Method::POST, "/api/chat/rooms");
        read(call.json(&json!({ "name": name, "kind": kind }))).await
    }

    /// Lets somebody into a room. One try.
    ///
    /// # Errors
    /// The status of the refusal, if one came.
    pub async fn let_in(&self, room: RoomId, user: UserId) -> Result<(), Option<StatusCode>> {
        let call = self.ask(Method::POST, &format!("/api/chat/rooms/{room}/members"));
        heard(call.json(&json!({ "user_id": user }))).await
    }

    /// Puts somebody out of a room. One try.
    ///
    /// # Errors
    /// The status of the refusal, if one came: 404 for who is out of it.
    pub async fn put_out(&self, room: RoomId, user: UserId) -> Result<(), Option<StatusCode>> {
        let path = format!("/api/chat/rooms/{room}/members/{user}");
        heard(self.ask(Method::DELETE, &path)).await
    }

    /// A room as it is now.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses.
    pub async fn room(&self, room: RoomId) -> Result<Room, Failure> {
        let path = format!("/api/chat/rooms/{room}");
        read(self.ask(Method::GET, &path)).await
    }

    /// What the program in a page asks for.
    pub async fn call(&self, call: Request) -> Answer {
        let method = Method::from_bytes(call.method.as_bytes()).ok()?;
        let answer = self.ask(method, &call.path).send().await.ok()?;
        Some(Answered {
            is_ok: answer.status().is_success(),
            text: answer.text().await.ok()?,
        })
    }

    /// A room with its newest messages, as a page shows it.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn page(&self, room: RoomId) -> Result<OpenRoom, Refused> {
        answered(self.call(Request::open_room(room, None)).await)
    }

    /// Every message of a room that is not changed meanwhile, from the first to the last.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses.
    pub async fn whole(&self, room: RoomId) -> Result<Vec<Message>, Failure> {
        let mut pages = Vec::new();
        let mut before = None;
        loop {
            let page = self.before(room, before).await?;
            before = page.first().map(|message| message.number);
            let is_first = page.len() < PAGE;
            pages.push(page);
            if is_first {
                pages.reverse();
                return Ok(pages.concat());
            }
        }
    }

    async fn before(&self, room: RoomId, number: Option<Number>) -> Result<Vec<Message>, Failure> {
        let mut path = format!("/api/chat/rooms/{room}/messages?limit={PAGE}");
        if let Some(number) = number {
            path.push_str(&format!("&before={number}"));
        }
        read(self.ask(Method::GET, &path)).await
    }
}

/// Whether a call was heard and done.
async fn heard(call: reqwest::RequestBuilder) -> Result<(), Option<StatusCode>> {
    let answer = call.send().await.map_err(|_| None)?;
    match answer.status().is_success() {
        true => Ok(()),
        false => Err(Some(answer.status())),
    }
}

async fn read<T: DeserializeOwned>(call: reqwest::RequestBuilder) -> Result<T, Failure> {
    let ask = "ask the server";
    let began = Instant::now();
    loop {
        let again = call.try_clone();
        let call = again.ok_or_else(|| Failure::new("A request cannot be made again."))?;
        let answer = call.send().await.map_err(Failure::to(ask))?;
        if answer.status() == StatusCode::SERVICE_UNAVAILABLE && began.elapsed() < UNAVAILABLE {
            sleep(RETRY_INTERVAL).await;
            continue;
        }
        let answer = answer.error_for_status().map_err(Failure::to(ask))?;
        return answer.json().await.map_err(Failure::to(ask));
    }
}
