//! How much mentions somebody that they have not read: the same at every door, on all their devices.

use crate::harness::{Answer, Guest, LOBBY, Server, Socket, hurried};
use reqwest::Method;
use serde_json::{Value, json};

async fn call(server: &Server, method: Method, by: &Guest, path: &str, body: Value) -> Answer {
    let body = (!body.is_null()).then_some(body);
    let path = format!("/api/chat{path}");
    let answer = server.call(method, &path, Some(by), body).await;
    assert!(answer.status < 300, "{answer:?}");
    answer
}

async fn enter(server: &Server, who: &Guest, room: i64) {
    let path = format!("/rooms/{room}/membership");
    call(server, Method::POST, who, &path, Value::Null).await;
}

/// What is unread of a room, and what of it mentions somebody; either may be left out where there is none.
fn counts(told: &Value) -> (i64, i64) {
    let count = |name: &str| told[name].as_i64().unwrap_or(0);
    (count("unread"), count("mentions"))
}

/// What the list of rooms says, over REST, on a socket, and to who was away.
async fn listed(server: &Server, who: &Guest, room: i64) -> (i64, i64) {
    let of = |entries: &Value| {
        let entries = entries.as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["room"]["id"] == room);
        counts(entry.unwrap())
    };
    let rest = call(server, Method::GET, who, "/me/rooms", Value::Null).await;
    let mut socket = server.browser(who).await;
    socket.send(json!({"type": "rooms"})).await;
    let list = socket.next_of_type("rooms").await;
    assert_eq!(of(&list["rooms"]), of(&rest.body));
    socket.send(json!({"type": "sync_me", "after": 0})).await;
    let sync = socket.next_of_type("sync_me").await;
    let told = sync["rooms"].as_array().unwrap().iter();
    let told = told.filter(|told| told["room_id"] == room).map(counts);
    for told in told {
        assert_eq!(told, of(&rest.body), "{sync}");
    }
    of(&rest.body)
}

/// Bob, on two devices: one has the lobby open.
struct Devices {
    server: Server,
    bob: Guest,
    sockets: [Socket; 2],
}

impl Devices {
    async fn of(server: Server, bob: Guest) -> Self {
        let mut elsewhere = server.browser(&bob).await;
        // It is known whose it is.
        elsewhere.send(json!({"type": "rooms"})).await;
        elsewhere.next_of_type("rooms").await;
        let sockets = [server.joined(&bob, LOBBY).await, elsewhere];
        Self {
            server,
            bob,
            sockets,
        }
    }

    /// Both are told this much, and so is everybody who asks.
    #[track_caller]
    fn have(&mut self, unread: i64, mentions: i64) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let Self {
                server,
                bob,
                sockets,
            } = self;
            for socket in sockets {
                let fits = |frame: &Value| {
                    let kinds = ["room_activity", "read", "unread"];
                    let is_told = kinds.iter().any(|kind| frame["type"] == *kind);
                    is_told && counts(frame) == (unread, mentions)
                };
                hurried(&server.clock, socket.next_that(fits)).await;
            }
            let listed = listed(server, bob, LOBBY).await;
            assert_eq!(listed, (unread, mentions), "at {caller}");
        }
    }
}

#[tokio::test]
async fn a_count_of_mentions_is_the_same_on_all_devices_and_never_sticks() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let carol = server.guest("Carol").await;
    for who in [&alice, &bob, &carol] {
        enter(&server, who, LOBBY).await;
    }
    let mut his = Devices::of(server, bob).await;
    let message = |number: i64| format!("/rooms/{LOBBY}/messages/{number}");
    his.server.say(&alice, LOBBY, "@Bob, look").await;
    his.have(1, 1).await;
    his.server.say(&carol, LOBBY, "@room, look").await;
    his.have(2, 2).await;
    // What is said to others and by himself is none.
    his.server.say(&alice, LOBBY, "@Carol, hello").await;
    assert_eq!(listed(&his.server, &his.bob, LOBBY).await, (3, 2));
    let edited = json!({"content": "@Bob @Carol, hello"});
    call(&his.server, Method::PATCH, &alice, &message(3), edited).await;
    his.have(3, 3).await;
    let edited = json!({"content": "hello"});
    call(&his.server, Method::PATCH, &carol, &message(2), edited).await;
    his.have(3, 2).await;
    call(
        &his.server,
        Method::DELETE,
        &alice,
        &message(1),
        Value::Null,
    )
    .await;
    his.have(3, 1).await;
    his.server.say(&carol, LOBBY, "@Bob @room").await;
    his.have(4, 2).await;
    // Whom he blocks says nothing to him, and what was said before does when he blocks them no more.
    let block = format!("/me/blocks/{}", carol.id);
    call(&his.server, Method::PUT, &his.bob, &block, Value::Null).await;
    his.have(4, 1).await;
    call(&his.server, Method::DELETE, &his.bob, &block, Value::Null).await;
    his.have(4, 2).await;
    let read = json!({"type": "read", "room_id": LOBBY, "seq": 3});
    his.sockets[1].send(read).await;
    his.have(1, 1).await;
    let unread = json!({"type": "unread", "room_id": LOBBY, "number": 2});
    his.sockets[0].send(unread).await;
    his.have(3, 2).await;
    // An edit of what is read mentions nobody anew.
    let read = json!({"type": "read", "room_id": LOBBY, "seq": 3});
    his.sockets[0].send(read).await;
    his.have(1, 1).await;
    let edited = json!({"content": "@Bob, hello"});
    call(&his.server, Method::PATCH, &carol, &message(2), edited).await;
    assert_eq!(listed(&his.server, &his.bob, LOBBY).await, (1, 1));
    // Who writes has read.
    his.server.say(&his.bob, LOBBY, "@Bob, well said").await;
    his.have(0, 0).await;
    his.server.say(&alice, LOBBY, "fine").await;
    assert_eq!(listed(&his.server, &his.bob, LOBBY).await, (1, 0));
}

#[tokio::test]
async fn a_count_of_mentions_stops_and_follows_what_is_read() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    for who in [&alice, &bob] {
        enter(&server, who, LOBBY).await;
    }
    let mut his = Devices::of(server, bob).await;
    for n in 1..=103 {
        let text = if n % 2 == 0 { "@Bob" } else { "@here" };
        his.server.say(&alice, LOBBY, text).await;
        his.server
            .clock
            .advance(std::time::Duration::from_millis(50));
    }
    his.have(103, 100).await;
    for seq in [2, 5] {
        let read = json!({"type": "read", "room_id": LOBBY, "seq": seq});
        his.sockets[0].send(read).await;
        his.have(103 - seq, (103 - seq).min(100)).await;
    }
}

#[tokio::test]
async fn what_mentions_a_guest_who_signs_in_is_counted_of_their_account() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    let (al, carol) = (server.guest("Al").await, server.guest("Carol").await);
    for who in [&alice, &al, &carol] {
        enter(&server, who, LOBBY).await;
    }
    server.say(&al, LOBBY, "@Alice, it is me").await;
    server.say(&carol, LOBBY, "@Al, hello").await;
    assert_eq!(listed(&server, &alice, LOBBY).await, (2, 1));
    let body = json!({"username": "Alice", "password": crate::accounts::PASSWORD});
    let signed_in = server.post("/api/chat/sessions", Some(&al), body).await;
    assert_eq!(signed_in.status, 201, "{signed_in:?}");
    // They had read up to what they wrote.
    assert_eq!(listed(&server, &alice, LOBBY).await, (1, 1));
}

#[tokio::test]
async fn who_left_a_room_or_comes_into_it_is_mentioned_by_nothing_there() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let tea = server.room(&alice, "Tea").await;
    let path = format!("/rooms/{tea}/messages");
    let by_id = json!({"content": "@Bob, come", "mentions": [bob.id]});
    call(&server, Method::POST, &alice, &path, by_id).await;
    assert_eq!(listed(&server, &bob, tea).await, (0, 0));
    enter(&server, &bob, tea).await;
    assert_eq!(listed(&server, &bob, tea).await, (0, 0));
    server.say(&alice, tea, "@Bob, welcome").await;
    assert_eq!(listed(&server, &bob, tea).await, (1, 1));
    let membership = format!("/rooms/{tea}/membership");
    call(&server, Method::DELETE, &bob, &membership, Value::Null).await;
    assert_eq!(listed(&server, &bob, tea).await, (0, 0));
}
