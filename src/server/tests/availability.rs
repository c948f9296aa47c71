//! Who is there, as others see it: whom one talks to alone, and on a person's card.

use crate::harness::{Guest, LOBBY, Server, Socket, eventually};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// Two people and the room in which they talk alone.
async fn talk(server: &Server) -> (Guest, Guest, i64) {
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let body = json!({"user_ids": [bob.id]});
    let made = server.post("/api/chat/direct", Some(&alice), body).await;
    assert_eq!(made.status, 201, "{made:?}");
    (alice, bob, made.body["id"].as_i64().unwrap())
}

/// What the card of a person says to another.
async fn on_card(server: &Server, of: &Guest, to: &Guest) -> Value {
    let path = format!("/api/chat/people/{}", of.id);
    let card = server.call(Method::GET, &path, Some(to), None).await;
    assert_eq!(card.status, 200, "{card:?}");
    card.body["availability"].clone()
}

/// What the list of rooms says of who one talks to alone there.
async fn listed(server: &Server, room: i64, to: &Guest) -> Value {
    let path = "/api/chat/me/rooms";
    let listed = server.call(Method::GET, path, Some(to), None).await;
    let listed = listed.body.as_array().unwrap().clone();
    let mut found = listed.iter().filter(|entry| entry["room"]["id"] == room);
    found.next().unwrap()["availability"].clone()
}

async fn block(server: &Server, method: Method, by: &Guest, whom: &Guest) {
    let path = format!("/api/chat/me/blocks/{}", whom.id);
    let answer = server.call(method, &path, Some(by), None).await;
    assert_eq!(answer.status, 204, "{answer:?}");
}

/// Hears that it is so now.
async fn hears(socket: &mut Socket, room: i64, availability: Value) {
    let is_it = |frame: &Value| {
        frame["type"] == "availability"
            && frame["room_id"] == room
            && frame["availability"] == availability
    };
    socket.next_that(is_it).await;
}

/// The socket is closed, and the server has noticed: what is to come a while after that can be waited for.
async fn gone(server: &Server, socket: Socket) {
    let hub = &server.ctx.hub;
    let before = hub.sockets();
    drop(socket);
    eventually("a socket is closed", async || hub.sockets() < before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_one_talks_to_alone_is_online_then_away_then_gone() {
    let server = Server::plain().await;
    let (alice, bob, room) = talk(&server).await;
    let mut hers = server.browser(&alice).await;
    assert_eq!(listed(&server, room, &alice).await, Value::Null);
    let mut his = server.browser(&bob).await;
    hears(&mut hers, room, json!("online")).await;
    assert_eq!(listed(&server, room, &alice).await, "online");
    assert_eq!(on_card(&server, &bob, &alice).await, "online");
    server.clock.advance(Duration::from_secs(601));
    hears(&mut hers, room, json!("away")).await;
    assert_eq!(listed(&server, room, &alice).await, "away");
    // What a client asks by itself is no use of it.
    his.send(json!({"type": "rooms"})).await;
    his.next_of_type("rooms").await;
    assert_eq!(on_card(&server, &bob, &alice).await, "away");
    his.send(json!({"type": "join", "room_id": LOBBY, "look": true}))
        .await;
    hears(&mut hers, room, json!("online")).await;
    gone(&server, his).await;
    server.clock.advance(Duration::from_secs(6));
    hears(&mut hers, room, Value::Null).await;
    assert_eq!(listed(&server, room, &alice).await, Value::Null);
    assert_eq!(on_card(&server, &bob, &alice).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_who_talk_have_the_dot_of_who_is_there_most() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let (bob, carol) = (server.guest("Bob").await, server.guest("Carol").await);
    let body = json!({"user_ids": [bob.id, carol.id]});
    let made = server.post("/api/chat/direct", Some(&alice), body).await;
    let room = made.body["id"].as_i64().unwrap();
    let mut hers = server.browser(&alice).await;
    // She herself is none of them.
    assert_eq!(listed(&server, room, &alice).await, Value::Null);
    let mut his = server.browser(&bob).await;
    hears(&mut hers, room, json!("online")).await;
    server.clock.advance(Duration::from_secs(601));
    hears(&mut hers, room, json!("away")).await;
    // Whoever answers no heartbeat is gone, which asking for the rooms does; and it is no use of it.
    his.send(json!({"type": "rooms"})).await;
    his.next_of_type("rooms").await;
    let carols = server.browser(&carol).await;
    hears(&mut hers, room, json!("online")).await;
    assert_eq!(listed(&server, room, &alice).await, "online");
    assert_eq!(listed(&server, room, &carol).await, "away");
    gone(&server, carols).await;
    server.clock.advance(Duration::from_secs(6));
    hears(&mut hers, room, json!("away")).await;
    // To whom he blocks he is not there, and to the others he is.
    block(&server, Method::PUT, &bob, &alice).await;
    hears(&mut hers, room, Value::Null).await;
    assert_eq!(listed(&server, room, &alice).await, Value::Null);
    assert_eq!(listed(&server, room, &carol).await, "away");
    gone(&server, his).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_somebody_blocks_finds_nobody_and_hears_nothing() {
    let server = Server::plain().await;
    let (alice, bob, room) = talk(&server).await;
    let mut hers = server.browser(&alice).await;
    let mut his = server.browser(&bob).await;
    let mut carols = server.browser(&server.guest("Carol").await).await;
    hears(&mut hers, room, json!("online")).await;
    hears(&mut his, room, json!("online")).await;
    block(&server, Method::PUT, &bob, &alice).await;
    hears(&mut hers, room, Value::Null).await;
    assert_eq!(listed(&server, room, &alice).await, Value::Null);
    assert_eq!(on_card(&server, &bob, &alice).await, Value::Null);
    // One direction: he sees her still.
    assert_eq!(on_card(&server, &alice, &bob).await, "online");
    // He goes and comes, and it is nothing to her.
    gone(&server, his).await;
    server.clock.advance(Duration::from_secs(6));
    let mut his = server.browser(&bob).await;
    server.say(&bob, LOBBY, "back").await;
    assert_eq!(on_card(&server, &bob, &alice).await, Value::Null);
    // What others are to each other is nothing to her either.
    for mut frames in [hers.everything(LOBBY).await, carols.everything(LOBBY).await] {
        frames.retain(|frame| frame["type"] == "availability");
        assert_eq!(frames, [] as [Value; 0]);
    }
    block(&server, Method::DELETE, &bob, &alice).await;
    hears(&mut hers, room, json!("online")).await;
    his.send(json!({"type": "rooms"})).await;
    let list = his.next_of_type("rooms").await;
    let is_it = |entry: &&Value| entry["room"]["id"] == room;
    let rooms = list["rooms"].as_array().unwrap();
    assert_eq!(rooms.iter().find(is_it).unwrap()["availability"], "online");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_blocks_without_a_socket_is_gone_for_them_at_once_and_later_for_others() {
    let server = Server::plain().await;
    let (alice, bob, room) = talk(&server).await;
    let carol = server.guest("Carol").await;
    let body = json!({"user_ids": [bob.id]});
    let made = server.post("/api/chat/direct", Some(&carol), body).await;
    let carols_room = made.body["id"].as_i64().unwrap();
    let mut hers = server.browser(&alice).await;
    let mut carols = server.browser(&carol).await;
    let his = server.browser(&bob).await;
    hears(&mut hers, room, json!("online")).await;
    hears(&mut carols, carols_room, json!("online")).await;
    // On a page that is not live: what he has closed counts for some seconds more.
    gone(&server, his).await;
    block(&server, Method::PUT, &bob, &alice).await;
    hears(&mut hers, room, Value::Null).await;
    server.clock.advance(Duration::from_secs(6));
    hears(&mut carols, carols_room, Value::Null).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_blocks_somebody_is_not_seen_in_the_room_of_the_two() {
    let server = Server::plain().await;
    let (alice, bob, room) = talk(&server).await;
    let here = async || {
        let path = format!("/api/chat/rooms/{room}/users");
        let here = server.call(Method::GET, &path, Some(&alice), None).await;
        here.body["count"].as_i64().unwrap()
    };
    let of = |user: &Guest, event: &'static str| {
        let id = user.id;
        move |frame: &Value| frame["event"] == event && frame["user_id"] == id
    };
    let mut hers = server.browser(&alice).await;
    hers.send(json!({"type": "join", "room_id": room})).await;
    // From then on she hears who comes.
    hers.next_of_type("welcome").await;
    let mut his = server.browser(&bob).await;
    his.send(json!({"type": "join", "room_id": room})).await;
    hers.next_that(of(&bob, "joined")).await;
    assert_eq!(here().await, 2);
    block(&server, Method::PUT, &bob, &alice).await;
    hers.next_that(of(&bob, "left")).await;
    assert_eq!(here().await, 1);
    // Nor with another device, nor when he types.
    let mut other = server.browser(&bob).await;
    other.send(json!({"type": "join", "room_id": room})).await;
    other.next_of_type("welcome").await;
    for socket in [&mut his, &mut other] {
        let typing = json!({"type": "typing", "room_id": room, "is_typing": true});
        socket.send(typing).await;
    }
    assert_eq!(here().await, 1);
    let frames = hers.everything(room).await;
    let of_him = |frame: &&Value| frame["type"] == "typing" || of(&bob, "joined")(frame);
    assert_eq!(frames.iter().find(of_him), None);
    block(&server, Method::DELETE, &bob, &alice).await;
    hers.next_that(of(&bob, "joined")).await;
    assert_eq!(here().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_seen_on_a_page_and_leaves_before_it_was_told_is_told_gone() {
    let server = Server::plain().await;
    let (alice, bob, room) = talk(&server).await;
    let mut hers = server.browser(&alice).await;
    for _ in 0..3 {
        let mut his = server.browser(&bob).await;
        his.send(json!({"type": "rooms"})).await;
        his.next_of_type("rooms").await;
        // Her page says it, whatever she was told.
        assert_eq!(listed(&server, room, &alice).await, "online");
        gone(&server, his).await;
        server.clock.advance(Duration::from_secs(6));
        hears(&mut hers, room, Value::Null).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_begins_to_talk_to_somebody_hears_that_they_are_there() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut hers = server.browser(&alice).await;
    let mut his = server.browser(&bob).await;
    let body = json!({"user_ids": [bob.id]});
    let made = server.post("/api/chat/direct", Some(&alice), body).await;
    let room = made.body["id"].as_i64().unwrap();
    hears(&mut hers, room, json!("online")).await;
    hears(&mut his, room, json!("online")).await;
}
