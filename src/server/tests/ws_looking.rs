//! Looking at a room without being in it, and becoming a member.

use crate::harness::{Guest, LOBBY, Server, Socket};
use serde_json::{Value, json};

/// A `/ws` socket of somebody who looks at a room, and its welcome.
async fn looking(server: &Server, guest: &Guest, room: i64) -> (Socket, Value) {
    let mut socket = server.browser(guest).await;
    let welcome = look(&mut socket, room).await;
    (socket, welcome)
}

async fn look(socket: &mut Socket, room: i64) -> Value {
    let look = json!({"type": "join", "room_id": room, "after": 0, "look": true});
    socket.send(look).await;
    let welcome = socket.next_of_type("welcome").await;
    socket.next_of_type("sync").await;
    welcome
}

async fn here(server: &Server, room: i64) -> Value {
    let here = server.get(&format!("/api/chat/rooms/{room}/users")).await;
    here.body["users"].clone()
}

/// Whether this person is a member, as their own list says.
async fn is_member(server: &Server, guest: &Guest, room: i64) -> bool {
    let path = "/api/chat/me/rooms";
    let answer = server
        .call(reqwest::Method::GET, path, Some(guest), None)
        .await;
    let rooms = answer.body.as_array().unwrap().clone();
    let entry = rooms.iter().find(|entry| entry["room"]["id"] == room);
    entry.is_some_and(|entry| entry["is_member"] == true)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_hears_everything_and_is_nowhere() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut inside = server.joined(&alice, LOBBY).await;
    server.say(&alice, LOBBY, "before").await;
    let (mut outside, welcome) = looking(&server, &bob, LOBBY).await;
    assert_eq!(welcome["user"]["name"], "Bob");
    assert_eq!(
        (&welcome["seq"], &welcome["room"]["online"]),
        (&json!(1), &json!(1))
    );
    inside.say(LOBBY, "live").await;
    assert_eq!(outside.next_of_type("message").await["content"], "live");
    let typing = json!({"type": "typing", "room_id": LOBBY, "is_typing": true});
    inside.send(typing.clone()).await;
    let typists = outside.next_of_type("typing").await;
    assert_eq!(typists["users"], json!(["Alice"]));
    outside.send(typing).await;
    assert_eq!(outside.next_of_type("error").await["code"], "forbidden");
    outside
        .send(json!({"type": "read", "room_id": LOBBY, "seq": 2}))
        .await;
    let heard = outside.everything(LOBBY).await;
    assert!(
        heard.iter().all(|frame| frame["type"] != "error"),
        "a mark of nobody changes nothing: {heard:?}"
    );
    assert_eq!(here(&server, LOBBY).await, json!(["Alice"]));
    assert!(!is_member(&server, &bob, LOBBY).await);
    drop(outside);
    let (_again, _) = looking(&server, &bob, LOBBY).await;
    let heard = inside.everything(LOBBY).await;
    let names_bob = |frame: &&Value| frame.to_string().contains("Bob");
    assert_eq!(heard.iter().filter(names_bob).count(), 0, "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_looks_is_there() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "hello").await;
    let (_socket, welcome) = looking(&server, &alice, LOBBY).await;
    assert_eq!(welcome["room"]["online"], 1);
    assert_eq!(here(&server, LOBBY).await, json!(["Alice"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_makes_a_member_of_whoever_looks_in_every_tab() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut inside = server.joined(&alice, LOBBY).await;
    let (mut one, _) = looking(&server, &bob, LOBBY).await;
    let (mut other, _) = looking(&server, &bob, LOBBY).await;
    let mut elsewhere = server.browser(&bob).await;
    one.join(LOBBY).await;
    for tab in [&mut one, &mut other, &mut elsewhere] {
        assert_eq!(tab.next_of_type("joined").await["room_id"], LOBBY);
    }
    let is_here = |frame: &Value| frame["event"] == "joined" && frame["username"] == "Bob";
    inside.next_that(is_here).await;
    assert_eq!(here(&server, LOBBY).await, json!(["Alice", "Bob"]));
    assert!(is_member(&server, &bob, LOBBY).await);
    // The other tab is there, too, and not only the one that joined.
    let typing = json!({"type": "typing", "room_id": LOBBY, "is_typing": true});
    other.send(typing).await;
    let typists = inside.next_of_type("typing").await;
    assert_eq!(typists["users"], json!(["Bob"]));
    one.join(LOBBY).await;
    let heard = one.everything(LOBBY).await;
    let again = heard.iter().filter(|frame| frame["type"] == "joined");
    assert_eq!(again.count(), 0, "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_message_makes_a_member_however_it_is_sent() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let carol = server.guest("Carol").await;
    let mut inside = server.joined(&alice, LOBBY).await;
    let (mut tab, _) = looking(&server, &bob, LOBBY).await;
    tab.send(json!({"type": "message", "room_id": LOBBY, "content": "by the socket"}))
        .await;
    let is_either = |frame: &Value| frame["type"] == "joined" || frame["type"] == "message";
    let first = tab.next_that(is_either).await;
    assert_eq!(first["type"], "joined", "before the message: {first}");
    let (mut page, _) = looking(&server, &carol, LOBBY).await;
    server.say(&carol, LOBBY, "by a form").await;
    assert_eq!(page.next_of_type("joined").await["room_id"], LOBBY);
    let mut heard = Vec::new();
    while heard.last() != Some(&json!("by a form")) {
        let frame = inside.next().await;
        match frame["type"].as_str() {
            Some("message") => heard.push(frame["content"].clone()),
            Some("system") => heard.push(frame["content"].clone()),
            _ => {}
        }
    }
    let heard: Vec<_> = heard
        .iter()
        .filter(|said| **said != "Alice joined")
        .collect();
    let expected = ["Bob joined", "by the socket", "Carol joined", "by a form"];
    assert_eq!(heard, expected);
    assert_eq!(here(&server, LOBBY).await, json!(["Alice", "Bob", "Carol"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_may_look_on_and_comes_back() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut tab = server.joined(&bob, LOBBY).await;
    let mut elsewhere = server.browser(&bob).await;
    let path = format!("/api/chat/rooms/{LOBBY}/membership");
    let left = server
        .call(reqwest::Method::DELETE, &path, Some(&bob), None)
        .await;
    assert_eq!(left.status, 204);
    for socket in [&mut tab, &mut elsewhere] {
        assert_eq!(socket.next_of_type("left").await["room_id"], LOBBY);
    }
    look(&mut tab, LOBBY).await;
    assert_eq!(here(&server, LOBBY).await, json!([]));
    server.say(&alice, LOBBY, "still heard").await;
    let message = tab.next_of_type("message").await;
    assert_eq!(message["content"], "still heard");
    tab.join(LOBBY).await;
    tab.next_of_type("joined").await;
    elsewhere.next_of_type("joined").await;
    assert!(is_member(&server, &bob, LOBBY).await);
    // Who says it where they are not is answered once.
    elsewhere
        .send(json!({"type": "leave", "room_id": LOBBY}))
        .await;
    elsewhere.next_of_type("left").await;
    tab.next_of_type("left").await;
    let heard = elsewhere.everything(LOBBY).await;
    let again = heard.iter().filter(|frame| frame["type"] == "left");
    assert_eq!(again.count(), 0, "{heard:?}");
    tab.join(LOBBY).await;
    assert_eq!(here(&server, LOBBY).await, json!(["Bob"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_makes_a_room_hears_that_it_is_theirs() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let (mut hers, mut his) = (server.browser(&alice).await, server.browser(&bob).await);
    let room = server.room(&alice, "Garden").await;
    assert_eq!(hers.next_of_type("room_changed").await["id"], room);
    assert_eq!(hers.next_of_type("joined").await["room_id"], room);
    assert_eq!(his.next_of_type("room_changed").await["id"], room);
    let heard = his.everything(room).await;
    assert!(
        heard.iter().all(|frame| frame["type"] != "joined"),
        "{heard:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_without_a_name_may_say_that_they_look() {
    let server = Server::plain().await;
    let mut reader = server.socket("/ws", &[]).await;
    let welcome = look(&mut reader, LOBBY).await;
    assert_eq!(welcome["user"], Value::Null);
}
