//! Reactions to messages: at REST and on the sockets.

mod people;

use crate::harness::{Answer, Guest, LOBBY, Server, Socket, eventually};
use futures::future::join_all;
use parlour_protocol::reactions::turn;
use parlour_protocol::{Message, Reacted, Reaction, UserId};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const THUMB: &str = "%F0%9F%91%8D";

fn path(room: i64, number: impl std::fmt::Display, emoji: &str) -> String {
    format!("/api/chat/rooms/{room}/messages/{number}/reactions/{emoji}")
}

impl Server {
    async fn react(&self, by: &Guest, number: i64, emoji: &str) -> Answer {
        let path = path(LOBBY, number, emoji);
        self.call(Method::PUT, &path, Some(by), None).await
    }

    async fn unreact(&self, by: &Guest, number: i64, emoji: &str) -> Answer {
        let path = path(LOBBY, number, emoji);
        self.call(Method::DELETE, &path, Some(by), None).await
    }

    async fn is_reacted(&self, by: &Guest, number: i64, emoji: &str) {
        let answer = self.react(by, number, emoji).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    /// A message as this reader's history has it.
    async fn read(&self, by: Option<&Guest>, number: i64) -> Value {
        let path = format!("/api/chat/rooms/{LOBBY}/history?around={number}&limit=1");
        let page = self.call(Method::GET, &path, by, None).await;
        page.body["messages"][0].clone()
    }

    async fn knowing(&self, by: &Guest, after: i64) -> Socket {
        let mut socket = self.browser(by).await;
        let join = json!({"type": "join", "room_id": LOBBY, "after": after, "knows": ["reaction", "more"]});
        socket.send(join).await;
        socket.next_of_type("sync").await;
        socket
    }
}

fn one(count: u32, people: &[&Guest]) -> Value {
    let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
    json!([{"emoji": "👍", "count": count, "user_ids": ids}])
}

#[tokio::test]
async fn a_reaction_is_a_step_to_who_knows_it_and_the_message_to_others() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let long = "x".repeat(10_000);
    let number = server.say(&alice, LOBBY, &long).await["number"]
        .as_i64()
        .unwrap();
    let mut knowing = server.knowing(&alice, number).await;
    let hello = json!({"knows": ["reaction"]});
    let bearer = format!("Bearer {}", alice.token);
    let headers = [("authorization", bearer.as_str())];
    let mut in_one = server.socket("/ws/chat/1", &headers).await;
    in_one.send(hello).await;
    in_one.next_of_type("welcome").await;
    let mut unknowing = server.joined(&bob, LOBBY).await;

    server.is_reacted(&bob, number, THUMB).await;
    for socket in [&mut knowing, &mut in_one] {
        let step = socket.next_of_type("reaction").await;
        let expected = json!({"type": "reaction", "room_id": LOBBY, "number": number, "seq": number + 1,
            "emoji": "👍", "user_id": bob.id, "on": true});
        assert_eq!(step, expected);
        assert!(step.to_string().len() <= 200);
    }
    let changed = unknowing.next_of_type("message_changed").await;
    assert_eq!(
        (&changed["seq"], &changed["content"]),
        (&json!(number + 1), &json!(long))
    );
    assert_eq!(changed["reactions"], one(1, &[&bob]));
    assert_eq!(
        server.read(None, number).await["reactions"],
        one(1, &[&bob])
    );

    // What is so already is told to nobody, and takes no seq.
    server.is_reacted(&bob, number, THUMB).await;
    server.is_reacted(&alice, number, "+1").await;
    let step = knowing.next_of_type("reaction").await;
    assert_eq!(
        (&step["seq"], &step["user_id"]),
        (&json!(number + 2), &json!(alice.id))
    );
    for _ in 0..2 {
        assert_eq!(server.unreact(&bob, number, THUMB).await.status, 204);
    }
    let step = knowing.next_of_type("reaction").await;
    assert_eq!(
        (&step["seq"], &step["on"]),
        (&json!(number + 3), &json!(false))
    );
    let read = server.read(None, number).await;
    assert_eq!(
        (&read["seq"], &read["reactions"]),
        (&json!(number + 3), &one(1, &[&alice]))
    );
    server.unreact(&alice, number, THUMB).await;
    assert_eq!(server.read(None, number).await.get("reactions"), None);
}

#[tokio::test]
async fn whose_a_reaction_is_only_they_are_told() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    server.say(&alice, LOBBY, "hello").await;
    let mut page = server.knowing(&alice, 1).await;
    server.is_reacted(&alice, 1, THUMB).await;
    server.is_reacted(&bob, 1, "tada").await;
    let mine = |message: &Value| {
        let reactions = message["reactions"].as_array().unwrap().iter();
        let own = reactions.filter(|reaction| reaction["mine"] == true);
        own.map(|reaction| reaction["emoji"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(mine(&server.read(Some(&alice), 1).await), ["👍"]);
    assert_eq!(mine(&server.read(Some(&bob), 1).await), ["🎉"]);
    assert!(mine(&server.read(None, 1).await).is_empty());
    page.send(json!({"type": "sync", "room_id": LOBBY, "after": 1}))
        .await;
    assert_eq!(
        mine(&page.next_of_type("sync").await["messages"][0]),
        ["👍"]
    );
    for _ in 0..2 {
        // Also where what all share is kept.
        let path = format!("/api/chat/rooms/{LOBBY}/open");
        for (who, own) in [(&alice, "👍"), (&bob, "🎉")] {
            let open = server.call(Method::GET, &path, Some(who), None).await;
            assert_eq!(mine(&open.body["history"]["messages"][0]), [own]);
        }
    }
    let mut watching = server.joined(&bob, LOBBY).await;
    server.unreact(&alice, 1, THUMB).await;
    let changed = watching.next_of_type("message_changed").await;
    assert_eq!(
        changed["reactions"],
        json!([{"emoji": "🎉", "count": 1, "user_ids": [bob.id]}])
    );
}

#[tokio::test]
async fn a_frame_reacts_and_is_answered() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "hello").await;
    let mut page = server.knowing(&alice, 1).await;
    let frame = |number: i64, emoji: &str, on: bool| json!({"type": "react", "room_id": LOBBY, "number": number, "emoji": emoji, "on": on});
    page.send(frame(1, "❤", true)).await;
    assert_eq!(page.next_of_type("reaction").await["emoji"], "❤\u{fe0f}");
    // A repeat is answered with the message as it is.
    page.send(frame(1, "heart", true)).await;
    let same = page.next_of_type("message_changed").await;
    assert_eq!(
        (&same["seq"], &same["reactions"][0]["count"]),
        (&json!(2), &json!(1))
    );
    page.send(frame(1, "heart", false)).await;
    assert_eq!(page.next_of_type("reaction").await["on"], false);
    for (number, emoji, code) in [
        (1, "letter", "invalid"),
        (1, "", "invalid"),
        (7, "👍", "message_not_found"),
    ] {
        page.send(frame(number, emoji, true)).await;
        let refused = page.next_of_type("error").await;
        assert_eq!(
            (&refused["code"], &refused["room_id"]),
            (&json!(code), &json!(LOBBY))
        );
    }
    let mut nobody = server.socket("/ws", &[]).await;
    nobody.send(frame(1, "👍", true)).await;
    assert_eq!(
        nobody.next_of_type("error").await["code"],
        "sign_in_required"
    );
    // In a room that the socket has not joined it is the whole message.
    let mut elsewhere = server.browser(&alice).await;
    elsewhere.send(frame(1, "👍", true)).await;
    assert_eq!(elsewhere.next_of_type("message_changed").await["seq"], 4);
}

#[tokio::test]
async fn what_cannot_be_reacted_to_is_refused_and_stays_as_it_is() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    server.say(&alice, LOBBY, "hello").await;
    for emoji in [
        "letter",
        "%F0%9F%91%8D%F0%9F%91%8D",
        "%FF",
        "no_such_name",
        "1",
    ] {
        let refused = server.react(&bob, 1, emoji).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["field"], "emoji");
    }
    server
        .react(&bob, 7, THUMB)
        .await
        .refused(404, "message_not_found");
    let nobody = server.http.put(server.url(&path(LOBBY, 1, THUMB)));
    let nobody = Answer::of(nobody.send().await.unwrap()).await;
    nobody.refused(401, "sign_in_required");
    let none = server
        .call(Method::PUT, &path(4711, 1, THUMB), Some(&bob), None)
        .await;
    none.refused(404, "room_not_found");

    // Of a room that is not seen nothing is said, whatever is there.
    let body = json!({"name": "Den", "kind": "closed"});
    let den = server.post("/api/chat/rooms", Some(&alice), body).await;
    let den = den.body["id"].as_i64().unwrap();
    server.say(&alice, den, "canary").await;
    for (method, number) in [
        (Method::PUT, 1),
        (Method::DELETE, 1),
        (Method::GET, 1),
        (Method::PUT, 9),
    ] {
        let hidden = server
            .call(method, &path(den, number, THUMB), Some(&bob), None)
            .await;
        assert_eq!((hidden.status, &hidden.body), (404, &none.body));
    }

    server.is_reacted(&bob, 1, THUMB).await;
    let room = format!("/api/chat/rooms/{LOBBY}/messages/1");
    server.call(Method::DELETE, &room, Some(&alice), None).await;
    server
        .react(&bob, 1, THUMB)
        .await
        .refused(404, "message_not_found");
    server
        .unreact(&bob, 1, THUMB)
        .await
        .refused(404, "message_not_found");
    assert_eq!(server.read(None, 1).await.get("reactions"), None);
    // They go with what its author could have back.
    server.clock.advance(Duration::from_secs(11));
    let left = "SELECT count(*) FROM reactions";
    let is_gone = async || server.ctx.store.query_sql::<i64>(left).await == [0];
    eventually("no reaction is left", is_gone).await;
}

#[tokio::test]
async fn in_a_room_with_rules_those_react_whom_they_let() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let body = json!({"name": "News", "posting": "moderators"});
    let news = server.post("/api/chat/rooms", Some(&alice), body).await;
    let news = news.body["id"].as_i64().unwrap();
    server.say(&alice, news, "Hear, hear.").await;
    let react = async |method: Method, who: &Guest| {
        server
            .call(method, &path(news, 1, THUMB), Some(who), None)
            .await
    };
    react(Method::PUT, &bob).await.refused(403, "read_only");
    let membership = format!("/api/chat/rooms/{news}/membership");
    server
        .call(Method::POST, &membership, Some(&bob), None)
        .await;
    // Who only reads announcements reacts to them.
    assert_eq!(react(Method::PUT, &bob).await.status, 204);
    let bans = format!("/api/chat/rooms/{news}/bans");
    server
        .post(&bans, Some(&alice), json!({"user_id": bob.id}))
        .await;
    for method in [Method::PUT, Method::DELETE] {
        react(method, &bob).await.refused(403, "banned");
    }
    let archived = json!({"archived": true});
    let room = format!("/api/chat/rooms/{news}");
    server
        .call(Method::PATCH, &room, Some(&alice), Some(archived))
        .await;
    react(Method::PUT, &alice).await.refused(403, "read_only");
    let read = server.get(&path(news, 1, THUMB)).await;
    assert_eq!(read.body[0]["name"], "Bob", "{read:?}");
}

#[tokio::test]
async fn who_is_blocked_does_not_react_where_they_talk_to_the_other_alone() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let body = json!({"user_ids": [bob.id]});
    let direct = server.post("/api/chat/direct", Some(&alice), body).await;
    let direct = direct.body["id"].as_i64().unwrap();
    server.say(&alice, direct, "hello").await;
    let react = async |method: Method| {
        server
            .call(method, &path(direct, 1, THUMB), Some(&bob), None)
            .await
    };
    assert_eq!(react(Method::PUT).await.status, 204);
    let block = format!("/api/chat/me/blocks/{}", bob.id);
    server.call(Method::PUT, &block, Some(&alice), None).await;
    react(Method::DELETE).await.refused(404, "room_not_found");
}

#[tokio::test]
async fn a_message_takes_twenty_kinds_of_reactions() {
    let server = Server::start(|settings| settings.limits.messages_per_second = 0).await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    server.say(&alice, LOBBY, "hello").await;
    let kinds = [
        "+1", "tada", "heart", "eyes", "rocket", "smile", "cry", "joy", "fire", "clap", "wave",
        "ok_hand", "pray", "100", "bug", "bulb", "coffee", "dog", "cat", "apple",
    ];
    for kind in kinds {
        server.is_reacted(&alice, 1, kind).await;
    }
    server
        .react(&bob, 1, "pizza")
        .await
        .refused(409, "too_many_reactions");
    server.is_reacted(&bob, 1, "apple").await;
    server.unreact(&alice, 1, "dog").await;
    server.is_reacted(&bob, 1, "pizza").await;
    let read = server.read(None, 1).await;
    assert_eq!(read["reactions"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn reactions_are_counted_with_messages_and_a_repeat_is_free() {
    let server = Server::start(|settings| {
        settings.limits.messages_per_second = 1;
        settings.limits.message_burst = 2;
    })
    .await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    server.say(&alice, LOBBY, "hello").await;
    server.is_reacted(&bob, 1, THUMB).await;
    server.is_reacted(&bob, 1, "tada").await;
    let refused = server.react(&bob, 1, "heart").await;
    refused.refused(429, "rate_limited");
    server.is_reacted(&bob, 1, "tada").await;
    assert_eq!(server.unreact(&bob, 1, "heart").await.status, 204);
}

/// A page that applies what it is told, and nothing else.
async fn follow(
    socket: &mut Socket,
    reactions: &mut Vec<Reaction>,
    until: impl Fn(&[Reaction]) -> bool,
) -> i64 {
    let mut seq = 1;
    while !until(reactions) {
        let step = socket.next_of_type("reaction").await;
        let step: Reacted = serde_json::from_value(step).unwrap();
        assert_eq!(step.seq.0, seq + 1);
        seq = step.seq.0;
        turn(reactions, &step.emoji, step.user_id, step.on);
    }
    seq
}

#[tokio::test]
async fn a_crowd_that_reacts_at_once_is_counted_right_by_everybody() {
    const CROWD: usize = 40;
    let server = Server::start(|settings| {
        settings.limits.messages_per_second = 0;
        settings.limits.address_messages_per_second = 0;
    })
    .await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "hello").await;
    let mut watching = server.knowing(&alice, 1).await;
    let names = (0..CROWD).map(|nth| format!("Guest {nth}"));
    let crowd = join_all(names.map(async |name| server.guest(&name).await)).await;
    join_all(crowd.iter().enumerate().map(async |(nth, who)| {
        server.is_reacted(who, 1, THUMB).await;
        if nth % 4 == 0 {
            server.unreact(who, 1, THUMB).await;
            server.is_reacted(who, 1, "tada").await;
        }
        server.is_reacted(who, 1, "eyes").await;
    }))
    .await;
    let mut held = Vec::new();
    // 40 and 40 that came, 10 that went, 10 others.
    let seq = follow(&mut watching, &mut held, |held| {
        let of = |emoji: &str| {
            held.iter()
                .find(|one| one.emoji == emoji)
                .map_or(0, |one| one.count)
        };
        (of("👍"), of("🎉"), of("👀")) == (30, 10, 40)
    })
    .await;
    assert_eq!(seq, 1 + 100);
    let row: Message = serde_json::from_value(server.read(None, 1).await).unwrap();
    assert_eq!((row.reactions, row.seq.0), (held, seq));
    let counted = "SELECT count(*) FROM reactions";
    assert_eq!(server.ctx.store.query_sql::<i64>(counted).await, [80]);
    let distinct: std::collections::BTreeSet<UserId> =
        crowd.iter().map(|who| UserId(who.id)).collect();
    assert_eq!(distinct.len(), CROWD);
}
