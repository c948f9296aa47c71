//! A house that is closed to who has no account: to them there are no open rooms but those that they are in.

use crate::harness::{Guest, LOBBY, Server};
use parlour_protocol::Guests;
use parlour_server::Scope;
use parlour_server::accounts::authenticate;
use parlour_server::house_settings::change_house_settings;
use reqwest::Method;
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};

async fn set_guests(server: &Server, admin: &Guest, guests: Guests) {
    let person = authenticate(&server.ctx, &admin.token).await.unwrap();
    let scope = Scope {
        person,
        ..Scope::visitor(IpAddr::V4(Ipv4Addr::LOCALHOST))
    };
    let wanted = [("house.guests".to_owned(), guests.name().to_owned())];
    change_house_settings(&server.ctx, &scope, wanted.into())
        .await
        .unwrap();
}

/// The ids of the rooms that somebody is told of.
async fn listed(server: &Server, by: Option<&Guest>) -> Vec<i64> {
    let rooms = server.call(Method::GET, "/api/chat/rooms", by, None).await;
    let rooms = rooms.body.as_array().unwrap().clone();
    rooms
        .iter()
        .map(|room| room["id"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn to_guests_there_are_no_open_rooms_but_those_they_are_in() {
    let server = Server::plain().await;
    let admin = server.member_as("Ada", "admin").await;
    let bob = server.member("Bob").await;
    let member = server.guest("Gus").await;
    let other = server.guest("Eve").await;
    let mut joined = server.joined(&member, LOBBY).await;
    server.say(&member, LOBBY, "Here.").await;
    let mut looking = server.browser(&other).await;
    set_guests(&server, &admin, Guests::No).await;
    for socket in [&mut joined, &mut looking] {
        assert_eq!(
            socket.closed().await.0,
            4000,
            "they come back as who they are now"
        );
    }
    let room = format!("/api/chat/rooms/{LOBBY}");
    let messages = format!("{room}/messages");
    for by in [None, Some(&other)] {
        assert!(listed(&server, by).await.is_empty());
        for path in [&room, &messages] {
            let answer = server.call(Method::GET, path, by, None).await;
            answer.refused(404, "room_not_found");
        }
    }
    let said = json!({"content": "Hello?"});
    let refused = server.post(&messages, Some(&other), said.clone()).await;
    refused.refused(404, "room_not_found");
    let enter = format!("{room}/membership");
    let refused = server.post(&enter, Some(&other), json!({})).await;
    refused.refused(404, "room_not_found");
    let refused = server
        .post("/api/chat/guests", None, json!({"username": "New"}))
        .await;
    refused.refused(403, "account_required");
    // Who was there before is, as in a room that is closed to guests; and so are all accounts.
    assert_eq!(listed(&server, Some(&member)).await, [LOBBY]);
    assert_eq!(
        server.post(&messages, Some(&member), said).await.status,
        201
    );
    assert_eq!(listed(&server, Some(&bob)).await, [LOBBY]);
    let mut socket = server.browser(&other).await;
    let mut hears = server.joined(&bob, LOBBY).await;
    hears.say(LOBBY, "Between us.").await;
    set_guests(&server, &admin, Guests::Read).await;
    let told = socket.next_or_close().await;
    let mut frames = vec![];
    let mut next = told;
    let code = loop {
        match next {
            Ok(frame) => frames.push(frame.to_string()),
            Err(closed) => break closed.unwrap().0,
        }
        next = socket.next_or_close().await;
    };
    assert_eq!(code, 4000);
    assert!(
        !frames
            .iter()
            .any(|frame| frame.contains("Lobby") || frame.contains("Between"))
    );
    assert_eq!(listed(&server, Some(&other)).await, [LOBBY]);
    assert_eq!(listed(&server, None).await, [LOBBY]);
}

#[tokio::test]
async fn the_stricter_of_the_rules_of_the_house_and_of_a_room_counts() {
    let server = Server::start(|settings| settings.house.guests = Guests::No).await;
    let admin = server.member_as("Ada", "admin").await;
    assert!(
        listed(&server, None).await.is_empty(),
        "also from the start on"
    );
    set_guests(&server, &admin, Guests::Write).await;
    let guest = server.guest("Gus").await;
    let room = server.room(&admin, "Tea").await;
    let path = format!("/api/chat/rooms/{room}");
    let messages = format!("{path}/messages");
    for (house, of_room, is_seen, said) in [
        (Guests::Write, Guests::Write, true, 201),
        (Guests::Write, Guests::Read, true, 403),
        (Guests::Read, Guests::Write, true, 403),
        (Guests::Write, Guests::No, false, 404),
        (Guests::Read, Guests::No, false, 404),
        (Guests::No, Guests::Write, false, 404),
        (Guests::No, Guests::Read, false, 404),
    ] {
        set_guests(&server, &admin, house).await;
        let rule = json!({"guests": of_room.name()});
        let changed = server
            .call(Method::PATCH, &path, Some(&admin), Some(rule))
            .await;
        assert_eq!(changed.status, 200, "{changed:?}");
        let membership = format!("{path}/membership");
        let out = server.call(Method::DELETE, &membership, Some(&guest), None);
        out.await;
        let case = format!("{house:?} {of_room:?}");
        assert_eq!(
            listed(&server, Some(&guest)).await.contains(&room),
            is_seen,
            "{case}"
        );
        let say = json!({"content": case});
        let answer = server.post(&messages, Some(&guest), say).await;
        assert_eq!(answer.status, said, "{case} {answer:?}");
    }
}

#[tokio::test]
async fn guests_who_are_there_learn_at_once_that_they_only_read_and_that_they_write_again() {
    let server = Server::plain().await;
    let admin = server.member_as("Ada", "admin").await;
    let bob = server.guest("Bob").await;
    let mut socket = server.joined(&bob, LOBBY).await;
    for (guests, told) in [
        (Guests::Read, json!("guests")),
        (Guests::Write, json!(null)),
    ] {
        set_guests(&server, &admin, guests).await;
        assert_eq!(socket.closed().await.0, 4000, "they are asked to come back");
        socket = server.browser(&bob).await;
        let welcome = socket.join(LOBBY).await;
        assert_eq!(welcome["read_only"], told);
    }
}

#[tokio::test]
async fn who_has_no_account_hears_no_names_of_a_house_that_is_closed_to_them() {
    let server = Server::start(|settings| settings.house.guests = Guests::No).await;
    let admin = server.member_as("Ada", "admin").await;
    let bob = server.member("Bob").await;
    let mut stranger = server.socket("/ws", &[]).await;
    let mut member = server.browser(&admin).await;
    member.send(json!({"type": "rooms"})).await;
    member.next_of_type("rooms").await;
    let renamed = Some(json!({"username": "Robert"}));
    let renamed = server.call(Method::PATCH, "/api/chat/me", Some(&bob), renamed);
    assert_eq!(renamed.await.status, 200);
    let told = member.next_of_type("person_changed").await;
    assert_eq!(told["user"]["name"], "Robert", "{told}");
    stranger
        .send(json!({"type": "sync_house", "after": 0}))
        .await;
    // What had been told before would stand before the answer.
    let told = stranger.next().await;
    let said = (&told["type"], &told["people"]);
    assert_eq!(said, (&json!("sync_house"), &json!([])), "{told}");
    member.send(json!({"type": "sync_house", "after": 0})).await;
    let told = member.next_of_type("sync_house").await;
    assert_ne!(told["people"], json!([]), "{told}");
}
